//! The account's suppression list.

use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;
use serde_json::{Value, json};

use super::request::bad;
use crate::{refusal::Refusal, region::Region};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Put {
    email_address: String,
    reason: String,
}

/// Answers `PutSuppressedDestination`.
pub(super) fn add(region: &Region, body: &[u8]) -> Result<Value, Refusal> {
    let request: Put = super::read(body)?;
    super::address::address(&request.email_address)?;
    if !matches!(request.reason.as_str(), "BOUNCE" | "COMPLAINT") {
        return Err(bad("Reason must be BOUNCE or COMPLAINT"));
    }
    let now_ms = region.clock.now_ms();
    region
        .store
        .write(|db| put(db, &request.email_address, &request.reason, now_ms))?;
    Ok(json!({}))
}

/// Answers `GetSuppressedDestination`.
pub(super) fn get(region: &Region, address: &str) -> Result<Value, Refusal> {
    let (reason, at_ms) = region
        .store
        .read(|db| reason(db, address))?
        .ok_or_else(not_on_the_list)?;
    Ok(json!({"SuppressedDestination": shown(address, &reason, at_ms)}))
}

/// Answers `DeleteSuppressedDestination`.
pub(super) fn delete(region: &Region, address: &str) -> Result<Value, Refusal> {
    let deleted = region.store.write(|db| {
        db.execute(
            "DELETE FROM suppression WHERE address = ?1",
            [address.to_lowercase()],
        )
    })?;
    if deleted == 0 {
        Err(not_on_the_list())
    } else {
        Ok(json!({}))
    }
}

/// Answers `ListSuppressedDestinations`, all on one page.
pub(super) fn list(region: &Region) -> Result<Value, Refusal> {
    let rows: Vec<(String, String, i64)> = region.store.read(|db| {
        let mut statement =
            db.prepare_cached("SELECT address, reason, at_ms FROM suppression ORDER BY address")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        rows.collect()
    })?;
    let summaries: Vec<_> = rows
        .iter()
        .map(|(address, reason, at_ms)| shown(address, reason, *at_ms))
        .collect();
    Ok(json!({"SuppressedDestinationSummaries": summaries}))
}

/// Puts an address on the list.
pub(super) fn put(
    db: &Connection,
    address: &str,
    reason: &str,
    now_ms: i64,
) -> rusqlite::Result<()> {
    db.execute(
        "INSERT OR REPLACE INTO suppression VALUES (?1, ?2, ?3)",
        params![address.to_lowercase(), reason, now_ms],
    )?;
    Ok(())
}

/// Why and since when the address is on the list.
pub(super) fn reason(db: &Connection, address: &str) -> rusqlite::Result<Option<(String, i64)>> {
    db.prepare_cached("SELECT reason, at_ms FROM suppression WHERE address = ?1")?
        .query_row([address.to_lowercase()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()
}

fn shown(address: &str, reason: &str, at_ms: i64) -> Value {
    // restJson1 carries times as seconds.
    json!({"EmailAddress": address, "Reason": reason, "LastUpdateTime": at_ms / 1000})
}

fn not_on_the_list() -> Refusal {
    Refusal::with_status(
        404,
        "NotFoundException",
        "The email address does not exist on your suppression list",
    )
}

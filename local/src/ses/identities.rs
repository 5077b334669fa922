//! Sending identities: addresses and domains that may be used as a sender.

use rusqlite::{Connection, OptionalExtension};
use serde::Deserialize;
use serde_json::{Value, json};

use super::address::domain;
use crate::{names, refusal::Refusal, region::Region};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Create {
    email_identity: String,
}

/// Answers `CreateEmailIdentity`.
pub(super) fn create(region: &Region, body: &[u8]) -> Result<Value, Refusal> {
    let Create {
        email_identity: name,
    } = super::read(body)?;
    let name = name.to_ascii_lowercase();
    region.store.write(|db| {
        if verified(db, &name)?.is_some() {
            return Err(Refusal::bad(
                "AlreadyExistsException",
                format!("Email identity {name} already exist."),
            ));
        }
        Ok(declare(db, &name, region.sending.verifies_at_once)?)
    })?;
    region.store.changed();
    Ok(shown(&name, region.sending.verifies_at_once))
}

/// Adds the identity, or sets whether it is verified.
pub(crate) fn declare(db: &Connection, name: &str, verified: bool) -> rusqlite::Result<()> {
    db.execute(
        "INSERT OR REPLACE INTO identity (name, verified) VALUES (?1, ?2)",
        (name.to_ascii_lowercase(), verified),
    )?;
    Ok(())
}

/// Answers `GetEmailIdentity`.
pub(super) fn get(region: &Region, name: &str) -> Result<Value, Refusal> {
    let name = name.to_ascii_lowercase();
    let verified = region
        .store
        .read(|db| verified(db, &name))?
        .ok_or_else(|| unknown(&name))?;
    let mut identity = shown(&name, verified);
    identity["FeedbackForwardingStatus"] = false.into();
    identity["VerificationStatus"] = if verified { "SUCCESS" } else { "PENDING" }.into();
    identity["MailFromAttributes"] = json!({
        "MailFromDomain": format!("bounce.{}", domain(&name)),
        "MailFromDomainStatus": if verified { "SUCCESS" } else { "PENDING" },
        "BehaviorOnMxFailure": "USE_DEFAULT_VALUE",
    });
    Ok(identity)
}

/// Answers `ListEmailIdentities`, all on one page.
pub(super) fn list(region: &Region) -> Result<Value, Refusal> {
    let identities: Vec<(String, bool)> = region.store.read(|db| {
        let mut statement =
            db.prepare_cached("SELECT name, verified FROM identity ORDER BY name")?;
        statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
    })?;
    let identities: Vec<_> = identities
        .iter()
        .map(|(name, verified)| {
            json!({
                "IdentityType": kind(name),
                "IdentityName": name,
                "SendingEnabled": verified,
                "VerificationStatus": if *verified { "SUCCESS" } else { "PENDING" },
            })
        })
        .collect();
    Ok(json!({"EmailIdentities": identities}))
}

/// Answers `DeleteEmailIdentity`.
pub(super) fn delete(region: &Region, name: &str) -> Result<Value, Refusal> {
    let name = name.to_ascii_lowercase();
    let deleted = region
        .store
        .write(|db| db.execute("DELETE FROM identity WHERE name = ?1", [&name]))?;
    region.store.changed();
    if deleted == 0 {
        Err(unknown(&name))
    } else {
        Ok(json!({}))
    }
}

/// Whether the address, its domain or a domain above that is verified.
pub(super) fn may_send(db: &Connection, address: &str) -> rusqlite::Result<bool> {
    let address = address.to_ascii_lowercase();
    if verified(db, &address)? == Some(true) {
        return Ok(true);
    }
    let mut name = domain(&address);
    loop {
        if verified(db, name)? == Some(true) {
            return Ok(true);
        }
        match name.split_once('.') {
            Some((_, above)) => name = above,
            None => return Ok(false),
        }
    }
}

fn verified(db: &Connection, name: &str) -> rusqlite::Result<Option<bool>> {
    db.prepare_cached("SELECT verified FROM identity WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()
}

fn shown(name: &str, verified: bool) -> Value {
    // As many tokens as Easy DKIM gives; a stable name for each.
    let tokens: Vec<_> = (1..=3)
        .map(|number| format!("{:x}", md5::compute(format!("{name} {number}"))))
        .collect();
    json!({
        "IdentityType": kind(name),
        "VerifiedForSendingStatus": verified,
        "DkimAttributes": {
            "SigningEnabled": true,
            "Status": if verified { "SUCCESS" } else { "PENDING" },
            "Tokens": tokens,
            "SigningAttributesOrigin": "AWS_SES",
            "SigningHostedZone": format!("dkim.{}.amazonses.com", names::REGION),
        },
    })
}

fn kind(name: &str) -> &'static str {
    if name.contains('@') {
        "EMAIL_ADDRESS"
    } else {
        "DOMAIN"
    }
}

fn unknown(name: &str) -> Refusal {
    Refusal::with_status(
        404,
        "NotFoundException",
        format!("Email identity {name} does not exist."),
    )
}

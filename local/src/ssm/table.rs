//! Parameters in the database.

use rusqlite::{Connection, OptionalExtension, Row, params};

/// A stored parameter.
pub(super) struct Stored {
    pub(super) name: String,
    /// `String` or `SecureString`.
    pub(super) kind: String,
    pub(super) value: String,
    /// Rises by one each time that it is put.
    pub(super) version: i64,
    pub(super) modified_ms: i64,
}

/// Puts a parameter, in place of one of its name.
pub(super) fn put(db: &Connection, stored: &Stored) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO parameter VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            stored.name,
            stored.kind,
            stored.value,
            stored.version,
            stored.modified_ms
        ])?;
    Ok(())
}

pub(super) fn get(db: &Connection, name: &str) -> rusqlite::Result<Option<Stored>> {
    db.prepare_cached("SELECT * FROM parameter WHERE name = ?1")?
        .query_row([name], from_row)
        .optional()
}

/// The parameters whose names begin with `prefix`, in their order, after the name `after`.
pub(super) fn below(db: &Connection, prefix: &str, after: &str) -> rusqlite::Result<Vec<Stored>> {
    let mut statement = db.prepare_cached(
        "SELECT * FROM parameter WHERE name > ?2 AND substr(name, 1, length(?1)) = ?1 ORDER BY name",
    )?;
    statement.query_map([prefix, after], from_row)?.collect()
}

/// Removes a parameter; false when there is none.
pub(super) fn delete(db: &Connection, name: &str) -> rusqlite::Result<bool> {
    Ok(db.execute("DELETE FROM parameter WHERE name = ?1", [name])? > 0)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        name: row.get("name")?,
        kind: row.get("kind")?,
        value: row.get("value")?,
        version: row.get("version")?,
        modified_ms: row.get("modified_ms")?,
    })
}

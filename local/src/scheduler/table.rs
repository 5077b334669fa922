//! Schedules in the database.

use rusqlite::{Connection, OptionalExtension, Row, params};

/// A stored schedule.
#[derive(Debug, Clone)]
pub(crate) struct Schedule {
    pub(crate) group: String,
    pub(crate) name: String,
    /// Changes with every update, so that a ring that began earlier does not settle a newer schedule.
    pub(crate) version: i64,
    /// The request that created or updated it, as JSON.
    pub(crate) request: String,
    pub(crate) enabled: bool,
    /// The moment that it rings for.
    pub(crate) due_ms: Option<i64>,
    /// When to try: the moment itself or, after a failure, a later one. `None` once it is done.
    pub(crate) next_ms: Option<i64>,
    pub(crate) period_ms: Option<i64>,
    /// Failed attempts so far.
    pub(crate) attempts: u32,
    /// When the first of them was made.
    pub(crate) first_tried_ms: Option<i64>,
    pub(crate) created_ms: i64,
    pub(crate) modified_ms: i64,
}

/// Adds a group; one that is there stays.
pub(crate) fn declare_group(db: &Connection, name: &str) -> rusqlite::Result<()> {
    db.execute("INSERT OR IGNORE INTO schedule_group VALUES (?1)", [name])?;
    Ok(())
}

pub(crate) fn is_group(db: &Connection, name: &str) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM schedule_group WHERE name = ?1")?
        .exists([name])
}

/// Adds a schedule, or replaces the one of that name.
pub(super) fn put(db: &Connection, schedule: &Schedule) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO schedule (group_name, name, version, request, enabled, due_ms, next_ms,
         period_ms, attempts, first_tried_ms, created_ms, modified_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        schedule.group,
        schedule.name,
        schedule.version,
        schedule.request,
        schedule.enabled,
        schedule.due_ms,
        schedule.next_ms,
        schedule.period_ms,
        schedule.attempts,
        schedule.first_tried_ms,
        schedule.created_ms,
        schedule.modified_ms
    ])?;
    Ok(())
}

pub(super) fn get(db: &Connection, group: &str, name: &str) -> rusqlite::Result<Option<Schedule>> {
    db.prepare_cached("SELECT * FROM schedule WHERE group_name = ?1 AND name = ?2")?
        .query_row([group, name], from_row)
        .optional()
}

/// Plans the schedule's next ring, unless it was updated meanwhile.
pub(super) fn settle(db: &Connection, schedule: &Schedule) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE schedule SET due_ms = ?4, next_ms = ?5, attempts = ?6, first_tried_ms = ?7
         WHERE group_name = ?1 AND name = ?2 AND version = ?3",
    )?
    .execute(params![
        schedule.group,
        schedule.name,
        schedule.version,
        schedule.due_ms,
        schedule.next_ms,
        schedule.attempts,
        schedule.first_tried_ms
    ])?;
    Ok(())
}

/// Removes a schedule; with a version, only if it still is that one.
pub(super) fn delete(
    db: &Connection,
    group: &str,
    name: &str,
    version: Option<i64>,
) -> rusqlite::Result<bool> {
    let deleted = db
        .prepare_cached(
            "DELETE FROM schedule
             WHERE group_name = ?1 AND name = ?2 AND version = ifnull(?3, version)",
        )?
        .execute(params![group, name, version])?;
    Ok(deleted > 0)
}

/// Schedules after that group and name, in their order.
pub(super) fn list(
    db: &Connection,
    after: (&str, &str),
    group: Option<&str>,
    prefix: &str,
    limit: usize,
) -> rusqlite::Result<Vec<Schedule>> {
    let mut statement = db.prepare_cached(
        "SELECT * FROM schedule WHERE (group_name, name) > (?1, ?2)
         AND group_name = ifnull(?3, group_name) AND substr(name, 1, length(?4)) = ?4
         ORDER BY group_name, name LIMIT ?5",
    )?;
    let rows = statement.query_map(params![after.0, after.1, group, prefix, limit], from_row)?;
    rows.collect()
}

/// The enabled schedules whose time has come, the earliest first.
pub(super) fn due(db: &Connection, now_ms: i64, limit: usize) -> rusqlite::Result<Vec<Schedule>> {
    let mut statement = db.prepare_cached(
        "SELECT * FROM schedule WHERE next_ms <= ?1 AND enabled
         ORDER BY next_ms, group_name, name LIMIT ?2",
    )?;
    statement
        .query_map(params![now_ms, limit], from_row)?
        .collect()
}

/// When the next enabled one-time schedule after `now_ms` is due.
pub(crate) fn next_once_ms(db: &Connection, now_ms: i64) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached(
        "SELECT min(next_ms) FROM schedule WHERE next_ms > ?1 AND enabled AND period_ms IS NULL",
    )?
    .query_row([now_ms], |row| row.get(0))
}

/// When the next enabled schedule after `now_ms` is due.
pub(super) fn next_ms(db: &Connection, now_ms: i64) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT min(next_ms) FROM schedule WHERE next_ms > ?1 AND enabled")?
        .query_row([now_ms], |row| row.get(0))
}

/// Whether any enabled schedule is due.
pub(crate) fn any_due(db: &Connection, now_ms: i64) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM schedule WHERE next_ms <= ?1 AND enabled LIMIT 1")?
        .exists([now_ms])
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Schedule> {
    Ok(Schedule {
        group: row.get("group_name")?,
        name: row.get("name")?,
        version: row.get("version")?,
        request: row.get("request")?,
        enabled: row.get("enabled")?,
        due_ms: row.get("due_ms")?,
        next_ms: row.get("next_ms")?,
        period_ms: row.get("period_ms")?,
        attempts: row.get("attempts")?,
        first_tried_ms: row.get("first_tried_ms")?,
        created_ms: row.get("created_ms")?,
        modified_ms: row.get("modified_ms")?,
    })
}

//! Queues and messages in the database: every rule about visibility, receives and dead letters.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::{config, names as arns, names::new_id, region::Region};

/// A message to enqueue.
#[derive(Default)]
pub(crate) struct NewMessage<'a> {
    pub(crate) body: &'a str,
    /// The message attributes as JSON, as they came.
    pub(crate) attributes: Option<String>,
    pub(crate) group_id: Option<&'a str>,
    pub(crate) delay_s: Option<u32>,
}

/// A message as its receiver gets it.
pub(crate) struct Received {
    number: i64,
    pub(crate) id: String,
    pub(crate) receipt: String,
    pub(crate) body: String,
    pub(crate) attributes: Option<String>,
    pub(crate) group_id: Option<String>,
    pub(crate) came_from: Option<String>,
    pub(crate) sent_ms: i64,
    pub(crate) receives: u32,
    pub(crate) first_received_ms: i64,
}

/// How much to receive, and for how long to hide it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Appetite {
    pub(crate) messages_max: u32,
    pub(crate) bytes_max: usize,
    /// Instead of the queue's own visibility timeout.
    pub(crate) visibility_timeout_s: Option<u32>,
}

/// A queue's settings.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) visibility_timeout_s: u32,
    pub(crate) delay_s: u32,
    pub(crate) dead_letters: Option<(String, u32)>,
    pub(crate) created_ms: i64,
}

/// How many messages a queue holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Depth {
    /// Ready to be received.
    pub visible: u64,
    /// Received and neither deleted nor timed out.
    pub in_flight: u64,
    /// Sent with a delay that has not passed.
    pub delayed: u64,
}

/// Creates the queue, or gives it these settings.
pub(crate) fn declare(db: &Connection, queue: &config::Queue, now_ms: i64) -> rusqlite::Result<()> {
    let (dead_letters, receives_max) = queue.dead_letters.clone().unzip();
    db.prepare_cached(
        "INSERT INTO queue (name, visibility_timeout_s, dead_letters, receives_max, created_ms)
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (name) DO UPDATE SET
         visibility_timeout_s = ?2, dead_letters = ?3, receives_max = ?4",
    )?
    .execute(params![
        queue.name,
        queue.visibility_timeout_s,
        dead_letters,
        receives_max,
        now_ms
    ])?;
    Ok(())
}

/// Gives up every receive whose receiver died with the last process: the message is visible at once, and the
/// receive is not counted.
pub(crate) fn void_receives(db: &Connection, now_ms: i64) -> rusqlite::Result<usize> {
    db.execute(
        "UPDATE message SET visible_ms = ?1, receives = receives - 1, receipt = NULL, held = 0
         WHERE held = 1 AND visible_ms > ?1",
        [now_ms],
    )
}

/// The queue's settings, if there is such a queue.
pub(crate) fn settings(db: &Connection, queue: &str) -> rusqlite::Result<Option<Settings>> {
    db.prepare_cached(
        "SELECT visibility_timeout_s, delay_s, dead_letters, receives_max, created_ms
         FROM queue WHERE name = ?1",
    )?
    .query_row([queue], |row| {
        let dead_letters: Option<String> = row.get(2)?;
        Ok(Settings {
            visibility_timeout_s: row.get(0)?,
            delay_s: row.get(1)?,
            dead_letters: dead_letters.zip(row.get(3)?),
            created_ms: row.get(4)?,
        })
    })
    .optional()
}

/// Adds a message and gives its id. The caller rings the queue's bell after the commit.
///
/// `None` when there is no such queue.
pub(crate) fn enqueue(
    db: &Transaction<'_>,
    queue: &str,
    message: &NewMessage<'_>,
    now_ms: i64,
) -> rusqlite::Result<Option<String>> {
    let Some(settings) = settings(db, queue)? else {
        return Ok(None);
    };
    let id = new_id();
    let delay_ms = i64::from(message.delay_s.unwrap_or(settings.delay_s)) * 1000;
    db.prepare_cached(
        "INSERT INTO message (queue, id, body, attributes, group_id, sent_ms, visible_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        queue,
        id,
        message.body,
        message.attributes,
        message.group_id,
        now_ms,
        now_ms + delay_ms
    ])?;
    Ok(Some(id))
}

/// Receives what is visible, and moves to the dead letters what was received too often.
pub(crate) fn receive(
    region: &Region,
    queue: &str,
    appetite: Appetite,
) -> rusqlite::Result<Vec<Received>> {
    let now_ms = region.clock.now_ms();
    // Most polls find nothing; they should not open a write transaction.
    if !region.store.read(|db| any_visible(db, queue, now_ms))? {
        return Ok(Vec::new());
    }
    let mut dead_letters = None;
    let received = region.store.write(|db| {
        let Some(settings) = settings(db, queue)? else {
            return Ok(Vec::new());
        };
        let mut received = visible(db, queue, appetite, now_ms)?;
        if let Some((name, receives_max)) = &settings.dead_letters {
            let (dead, alive): (Vec<_>, _) = received
                .into_iter()
                .partition(|message| message.receives >= *receives_max);
            received = alive;
            for message in &dead {
                bury(db, message, name, now_ms)?;
                dead_letters = Some(name.clone());
            }
        }
        let timeout_s = appetite
            .visibility_timeout_s
            .unwrap_or(settings.visibility_timeout_s);
        for message in &mut received {
            hold(db, message, now_ms, now_ms + i64::from(timeout_s) * 1000)?;
        }
        Ok::<_, rusqlite::Error>(received)
    })?;
    if let Some(name) = dead_letters {
        region.store.ring_queue(&name);
        // What lies behind the dead letters may be alive.
        region.store.ring_queue(queue);
    }
    region.store.changed();
    Ok(received)
}

fn any_visible(db: &Connection, queue: &str, now_ms: i64) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM message WHERE queue = ?1 AND visible_ms <= ?2 LIMIT 1")?
        .exists(params![queue, now_ms])
}

/// Moves a message to the dead letters. As on AWS it keeps its id, its time and its count.
fn bury(
    db: &Transaction<'_>,
    message: &Received,
    dead_letters: &str,
    now_ms: i64,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE message SET came_from = queue, queue = ?2, visible_ms = ?3, receipt = NULL,
         held = 0 WHERE number = ?1",
    )?
    .execute(params![message.number, dead_letters, now_ms])?;
    Ok(())
}

fn visible(
    db: &Transaction<'_>,
    queue: &str,
    appetite: Appetite,
    now_ms: i64,
) -> rusqlite::Result<Vec<Received>> {
    let mut statement = db.prepare_cached(
        "SELECT number, id, body, attributes, group_id, came_from, sent_ms, receives,
         first_received_ms FROM message WHERE queue = ?1 AND visible_ms <= ?2
         ORDER BY visible_ms, number LIMIT ?3",
    )?;
    let mut rows = statement.query(params![queue, now_ms, appetite.messages_max])?;
    let mut received = Vec::new();
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        let body: String = row.get(2)?;
        bytes += body.len();
        if bytes > appetite.bytes_max && !received.is_empty() {
            break;
        }
        received.push(Received {
            number: row.get(0)?,
            id: row.get(1)?,
            receipt: String::new(),
            body,
            attributes: row.get(3)?,
            group_id: row.get(4)?,
            came_from: row.get(5)?,
            sent_ms: row.get(6)?,
            receives: row.get(7)?,
            first_received_ms: row.get::<_, Option<i64>>(8)?.unwrap_or(now_ms),
        });
    }
    Ok(received)
}

fn hold(
    db: &Transaction<'_>,
    message: &mut Received,
    now_ms: i64,
    visible_ms: i64,
) -> rusqlite::Result<()> {
    message.receives += 1;
    message.receipt = format!("{}.{}", message.number, new_id());
    db.prepare_cached(
        "UPDATE message SET receives = ?2, receipt = ?3, visible_ms = ?4, held = 1,
         first_received_ms = ifnull(first_received_ms, ?5) WHERE number = ?1",
    )?
    .execute(params![
        message.number,
        message.receives,
        message.receipt,
        visible_ms,
        now_ms
    ])?;
    Ok(())
}

/// Whether a text has the form of a receipt handle.
pub(crate) fn is_receipt(receipt: &str) -> bool {
    number_of(receipt).is_some()
}

fn number_of(receipt: &str) -> Option<i64> {
    receipt.split_once('.')?.0.parse().ok()
}

/// Deletes a message. As on AWS, an older receipt than the last deletes nothing and is no error.
pub(crate) fn delete(db: &Connection, queue: &str, receipt: &str) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM message WHERE number = ?1 AND receipt = ?2 AND queue = ?3")?
        .execute(params![number_of(receipt), receipt, queue])?;
    Ok(())
}

/// Ends a receive without success: the message stays in flight until its timeout, even across a restart.
pub(crate) fn give_up(db: &Connection, receipt: &str) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE message SET held = 0 WHERE number = ?1 AND receipt = ?2")?
        .execute(params![number_of(receipt), receipt])?;
    Ok(())
}

/// Hides a message for so long from now; false when it is not in flight.
pub(crate) fn change_visibility(
    db: &Connection,
    queue: &str,
    receipt: &str,
    timeout_s: u32,
    now_ms: i64,
) -> rusqlite::Result<bool> {
    let visible_ms = now_ms + i64::from(timeout_s) * 1000;
    let changed = db
        .prepare_cached(
            "UPDATE message SET visible_ms = ?4, held = 0
             WHERE number = ?1 AND receipt = ?2 AND queue = ?3 AND visible_ms > ?5",
        )?
        .execute(params![
            number_of(receipt),
            receipt,
            queue,
            visible_ms,
            now_ms
        ])?;
    Ok(changed > 0)
}

/// Removes every message.
pub(crate) fn purge(db: &Connection, queue: &str) -> rusqlite::Result<()> {
    db.execute("DELETE FROM message WHERE queue = ?1", [queue])?;
    Ok(())
}

/// Takes every message that can be received now, oldest first, and returns the bodies.
pub(crate) fn take(db: &Connection, queue: &str, now_ms: i64) -> rusqlite::Result<Vec<String>> {
    let taken = "DELETE FROM message WHERE queue = ?1 AND visible_ms <= ?2 RETURNING number, body";
    let mut statement = db.prepare_cached(taken)?;
    let taken =
        statement.query_map(params![queue, now_ms], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let taken = taken.collect::<rusqlite::Result<BTreeMap<i64, String>>>()?;
    Ok(taken.into_values().collect())
}

/// The names of all queues.
pub(crate) fn names(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = db.prepare_cached("SELECT name FROM queue ORDER BY name")?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// How many messages the queue holds.
pub(crate) fn depth(db: &Connection, queue: &str, now_ms: i64) -> rusqlite::Result<Depth> {
    db.prepare_cached(
        "SELECT
         (SELECT count(*) FROM message WHERE queue = ?1 AND visible_ms <= ?2),
         (SELECT count(*) FROM message WHERE queue = ?1 AND visible_ms > ?2 AND receipt IS NOT NULL),
         (SELECT count(*) FROM message WHERE queue = ?1 AND visible_ms > ?2 AND receipt IS NULL)",
    )?
    .query_row(params![queue, now_ms], |row| {
        Ok(Depth {
            visible: row.get(0)?,
            in_flight: row.get(1)?,
            delayed: row.get(2)?,
        })
    })
}

/// When the next message that is hidden now becomes visible.
pub(crate) fn next_visible_ms(
    db: &Connection,
    queue: &str,
    now_ms: i64,
) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT min(visible_ms) FROM message WHERE queue = ?1 AND visible_ms > ?2")?
        .query_row(params![queue, now_ms], |row| row.get(0))
}

/// How many messages are visible, counting no further than `most`.
pub(crate) fn visible_up_to(
    db: &Connection,
    queue: &str,
    now_ms: i64,
    most: u32,
) -> rusqlite::Result<u32> {
    db.prepare_cached(
        "SELECT count(*) FROM
         (SELECT 1 FROM message WHERE queue = ?1 AND visible_ms <= ?2 LIMIT ?3)",
    )?
    .query_row(params![queue, now_ms, most], |row| row.get(0))
}

/// The system attributes that a receiver may ask for.
pub(crate) fn system_attributes(message: &Received) -> Vec<(&'static str, String)> {
    let mut attributes = vec![
        ("SenderId", arns::ACCOUNT.to_owned()),
        ("SentTimestamp", message.sent_ms.to_string()),
        ("ApproximateReceiveCount", message.receives.to_string()),
        (
            "ApproximateFirstReceiveTimestamp",
            message.first_received_ms.to_string(),
        ),
    ];
    attributes.extend(
        message
            .group_id
            .iter()
            .map(|group| ("MessageGroupId", group.clone())),
    );
    let came_from = message.came_from.iter().map(|queue| arns::queue_arn(queue));
    attributes.extend(came_from.map(|arn| ("DeadLetterQueueSourceArn", arn)));
    attributes
}

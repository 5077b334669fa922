//! The state folder: its lock, its SQLite database, and the bells that tell what changed.

use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::{Context, bail};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use tokio::sync::{Notify, watch};

/// Everything that must outlive the process, except the DynamoDB tables.
///
/// **Invariant:** what a caller was told is committed; a kill at any moment loses nothing of it. (A power cut may
/// lose the last moments: SQLite's `synchronous = NORMAL` does not wait for the disk.)
#[derive(Debug)]
pub(crate) struct Store {
    connection: Mutex<Connection>,
    queue_bells: Mutex<BTreeMap<String, Arc<Notify>>>,
    schedule_bell: Notify,
    changes: watch::Sender<u64>,
    /// The last to go, so that no second cloud opens a folder whose database is still open.
    _lock: Lock,
}

impl Store {
    /// Opens the folder, creating what is missing.
    ///
    /// # Errors
    /// The folder cannot be written, another process has it open, or a newer version wrote it.
    pub(crate) fn open(folder: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create the state folder {}", folder.display()))?;
        let lock = lock(folder)?;
        let path = folder.join("cloud.db");
        let connection = open(&path).with_context(|| format!("cannot open {}", path.display()))?;
        Ok(Self {
            connection: Mutex::new(connection),
            queue_bells: Mutex::default(),
            schedule_bell: Notify::new(),
            changes: watch::Sender::new(0),
            _lock: lock,
        })
    }

    /// Reads from the database.
    pub(crate) fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        query(&self.connection())
    }

    /// Runs one transaction; it is committed when `change` succeeds and undone when it fails.
    pub(crate) fn write<T, E: From<rusqlite::Error>>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = change(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }

    /// Rings for those who wait for messages of this queue.
    pub(crate) fn ring_queue(&self, queue: &str) {
        self.queue_bell(queue).notify_waiters();
        self.changed();
    }

    /// The bell that rings when messages of this queue may have become visible.
    pub(crate) fn queue_bell(&self, queue: &str) -> Arc<Notify> {
        let mut bells = self
            .queue_bells
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match bells.get(queue) {
            Some(bell) => bell.clone(),
            None => bells.entry(queue.into()).or_default().clone(),
        }
    }

    /// Rings for the scheduler.
    pub(crate) fn ring_schedules(&self) {
        self.schedule_bell.notify_one();
        self.changed();
    }

    /// The bell that rings when a schedule was added or changed, or its firing ended.
    pub(crate) fn schedule_bell(&self) -> &Notify {
        &self.schedule_bell
    }

    /// Tells those who watch the whole cloud that something happened.
    pub(crate) fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// A watch that wakes whenever anything happened.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// A stored setting.
    pub(crate) fn setting(&self, name: &str) -> rusqlite::Result<Option<i64>> {
        self.read(|db| {
            db.prepare_cached("SELECT value FROM setting WHERE name = ?1")?
                .query_row([name], |row| row.get(0))
                .optional()
        })
    }

    /// Stores a setting.
    pub(crate) fn set_setting(&self, name: &str, value: i64) -> rusqlite::Result<()> {
        self.write(|db| {
            db.prepare_cached("INSERT OR REPLACE INTO setting VALUES (?1, ?2)")?
                .execute(params![name, value])?;
            Ok(())
        })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic under the lock rolled its transaction back: the data is sound.
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The folder belongs to this process as long as this lives.
#[derive(Debug)]
struct Lock(File);

impl Drop for Lock {
    /// Says so: closing the file is not enough while a program that is just being started still has its copy of it.
    fn drop(&mut self) {
        if let Err(error) = self.0.unlock() {
            tracing::warn!(%error, "Cannot let go of the state folder");
        }
    }
}

/// Takes the folder for this process. The lock dies with the process, however it dies.
fn lock(folder: &Path) -> anyhow::Result<Lock> {
    let path = folder.join("lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .with_context(|| format!("cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => bail!(
            "the state folder {} is in use by another process: stop that one, or choose another folder",
            folder.display()
        ),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

fn open(path: &Path) -> anyhow::Result<Connection> {
    let mut connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // Commits survive a kill of the process; only checkpoints wait for the disk.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    let version: usize = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let Some(missing) = SCHEMA.get(version..) else {
        bail!(
            "it was written by a newer version (schema {version}, this one is {}): \
             remove the folder or use that version",
            SCHEMA.len()
        );
    };
    let transaction = connection.transaction()?;
    for step in missing {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", SCHEMA.len())?;
    transaction.commit()?;
    Ok(connection)
}

/// Each brings the schema from one version to the next; what was written stays.
const SCHEMA: [&str; 3] = [
    include_str!("schema/1-first.sql"),
    include_str!("schema/2-parameters.sql"),
    include_str!("schema/3-identities.sql"),
];
const STATEMENTS_CACHED: usize = 100;

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::{SCHEMA, Store, lock};

    #[test]
    fn a_folder_of_an_older_version_is_brought_up_to_date_and_keeps_what_it_holds() {
        let folder = tempfile::tempdir().unwrap();
        let old = Connection::open(folder.path().join("cloud.db")).unwrap();
        old.execute_batch(SCHEMA[0]).unwrap();
        old.pragma_update(None, "user_version", 1).unwrap();
        old.execute("INSERT INTO setting VALUES ('kept', 7)", [])
            .unwrap();
        drop(old);
        for _ in 0..2 {
            let store = Store::open(folder.path()).unwrap();
            assert_eq!(store.setting("kept").unwrap(), Some(7));
            let count = "SELECT count(*) FROM parameter";
            let count = store.read(|db| db.query_row(count, [], |row| row.get::<_, i64>(0)));
            assert_eq!(count.unwrap(), 0);
        }
    }

    #[test]
    fn a_folder_is_free_once_its_lock_is_gone_even_if_a_child_has_the_lock_open() {
        let folder = tempfile::tempdir().unwrap();
        let held = lock(folder.path()).unwrap();
        let of_a_child = held.0.try_clone().unwrap();
        assert!(lock(folder.path()).is_err());
        drop(held);
        assert!(lock(folder.path()).is_ok());
        drop(of_a_child);
    }

    #[test]
    fn a_folder_of_a_newer_version_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        drop(Store::open(folder.path()).unwrap());
        let newer = Connection::open(folder.path().join("cloud.db")).unwrap();
        newer.pragma_update(None, "user_version", 99).unwrap();
        drop(newer);
        let error = format!("{:#}", Store::open(folder.path()).unwrap_err());
        assert!(error.contains("newer version (schema 99"), "{error}");
    }
}

//! Counts requests, DynamoDB units and CPU time, so that a run can be priced.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// What a cloud has used since it was started.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Meter {
    /// AWS requests by operation, such as `PutItem`; those that met a fault count too. What AWS itself does and bills
    /// is there as well: the pollers' `ReceiveMessage` and `DeleteMessageBatch` (without idle polls), SNS's `Publish`
    /// and the Scheduler's `Ring`.
    pub requests: BTreeMap<String, u64>,
    /// Invocations by function.
    pub invocations: BTreeMap<String, u64>,
    /// DynamoDB read request units; 0 unless the cloud is metered.
    pub read_units: f64,
    /// DynamoDB write request units; 0 unless the cloud is metered.
    ///
    /// A conditional write that failed counts as one unit, whatever the size of its item.
    pub write_units: f64,
    /// CPU time of the function processes, those that ended included; `None` where there is no `/proc`.
    pub functions_cpu: Option<Duration>,
    /// CPU time of this process: the cloud itself and whatever else runs in it.
    pub own_cpu: Option<Duration>,
}

/// The running counts.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    requests: BTreeMap<String, u64>,
    invocations: BTreeMap<String, u64>,
    read_units: f64,
    write_units: f64,
    processes: BTreeSet<u32>,
    /// This process's and its children's time when the cloud was started.
    start: Option<OwnTime>,
}

impl Counters {
    /// Counters at zero; CPU time counts from here.
    pub(crate) fn start() -> Self {
        let counts = Counts {
            start: own_time(),
            ..Counts::default()
        };
        Self {
            counts: Mutex::new(counts),
        }
    }

    pub(crate) fn request(&self, operation: &str) {
        self.requests(operation, 1);
    }

    pub(crate) fn requests(&self, operation: &str, count: usize) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        increment(&mut self.counts().requests, operation, count);
    }

    pub(crate) fn invocation(&self, function: &str) {
        increment(&mut self.counts().invocations, function, 1);
    }

    pub(crate) fn units(&self, read: f64, write: f64) {
        let mut counts = self.counts();
        counts.read_units += read;
        counts.write_units += write;
    }

    pub(crate) fn process_started(&self, id: u32) {
        self.counts().processes.insert(id);
    }

    pub(crate) fn process_ended(&self, id: u32) {
        self.counts().processes.remove(&id);
    }

    /// What has been counted so far.
    pub(crate) fn read(&self) -> Meter {
        let counts = self.counts();
        let own = own_time().zip(counts.start);
        // A process that ended has moved from `/proc` to its parent's account of children.
        let functions_cpu = own.map(|(now, start)| {
            let living: Duration = counts.processes.iter().filter_map(|id| living(*id)).sum();
            living + now.children.saturating_sub(start.children)
        });
        Meter {
            requests: counts.requests.clone(),
            invocations: counts.invocations.clone(),
            read_units: counts.read_units,
            write_units: counts.write_units,
            functions_cpu,
            own_cpu: own.map(|(now, start)| now.own.saturating_sub(start.own)),
        }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn increment(counts: &mut BTreeMap<String, u64>, name: &str, by: u64) {
    match counts.get_mut(name) {
        Some(count) => *count += by,
        None if by > 0 => {
            counts.insert(name.into(), by);
        }
        None => {}
    }
}

#[derive(Debug, Clone, Copy)]
struct OwnTime {
    own: Duration,
    children: Duration,
}

fn own_time() -> Option<OwnTime> {
    let ticks = ticks("self")?;
    Some(OwnTime {
        own: time(ticks[0] + ticks[1]),
        children: time(ticks[2] + ticks[3]),
    })
}

fn living(id: u32) -> Option<Duration> {
    let ticks = ticks(&id.to_string())?;
    Some(time(ticks[0] + ticks[1]))
}

/// User and system time, its own and that of its ended children: proc_pid_stat(5), fields 14 to 17.
fn ticks(process: &str) -> Option<[u64; 4]> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field, the program's name in parentheses, may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let mut next = || fields.next()?.parse().ok();
    Some([next()?, next()?, next()?, next()?])
}

fn time(ticks: u64) -> Duration {
    Duration::from_millis(ticks.saturating_mul(1000 / TICKS_PER_SECOND))
}

/// `USER_HZ`, which Linux has fixed at 100 for programs.
const TICKS_PER_SECOND: u64 = 100;

//! Counts what AWS would bill, and CPU time, so that a run can be priced.

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
    /// SQS requests as they are billed: one for each 64 KiB that an action carries.
    pub sqs_requests: u64,
    /// Requests of the front's routes as they are billed: one for each 512 KiB.
    pub http_requests: u64,
    /// Invocations by function.
    pub invocations: BTreeMap<String, u64>,
    /// How long the invocations of each function took, each rounded up to a whole millisecond as Lambda does; without
    /// the start of processes.
    pub durations: BTreeMap<String, Duration>,
    /// Bytes that each function wrote to its log, with those that CloudWatch adds to every line.
    pub log_bytes: BTreeMap<String, u64>,
    /// DynamoDB units by operation and table, such as `PutItem enrollments`, or `PutItem enrollments/due` for an index;
    /// empty unless the cloud is metered.
    pub units: BTreeMap<String, f64>,
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
    sqs_requests: u64,
    http_requests: u64,
    invocations: BTreeMap<String, u64>,
    durations: BTreeMap<String, Duration>,
    units: BTreeMap<String, f64>,
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

    /// Counts an SQS action that carried so many bytes.
    pub(crate) fn sqs(&self, bytes: usize) {
        self.counts().sqs_requests += chunks(bytes, SQS_CHUNK_BYTES);
    }

    /// Counts a request of the front that carried so many bytes.
    pub(crate) fn http(&self, bytes: usize) {
        self.counts().http_requests += chunks(bytes, HTTP_CHUNK_BYTES);
    }

    pub(crate) fn invocation(&self, function: &str) {
        increment(&mut self.counts().invocations, function, 1);
    }

    /// Counts how long an invocation took.
    pub(crate) fn duration(&self, function: &str, took: Duration) {
        let billed = Duration::from_millis(
            took.as_micros()
                .div_ceil(1000)
                .try_into()
                .unwrap_or(u64::MAX),
        );
        *self.counts().durations.entry(function.into()).or_default() += billed;
    }

    /// Counts DynamoDB's units of one operation on a table or an index.
    pub(crate) fn units(&self, what: String, is_read: bool, units: f64) {
        let mut counts = self.counts();
        match is_read {
            true => counts.read_units += units,
            false => counts.write_units += units,
        }
        *counts.units.entry(what).or_default() += units;
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
            sqs_requests: counts.sqs_requests,
            http_requests: counts.http_requests,
            invocations: counts.invocations.clone(),
            durations: counts.durations.clone(),
            // The functions themselves know.
            log_bytes: BTreeMap::new(),
            units: counts.units.clone(),
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

/// How many requests something of so many bytes is billed as.
fn chunks(bytes: usize, chunk: usize) -> u64 {
    u64::try_from(bytes.div_ceil(chunk).max(1)).unwrap_or(u64::MAX)
}

const SQS_CHUNK_BYTES: usize = 64 * 1024;
const HTTP_CHUNK_BYTES: usize = 512 * 1024;
/// `USER_HZ`, which Linux has fixed at 100 for programs.
const TICKS_PER_SECOND: u64 = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_large_is_billed_as_several_requests_and_time_in_whole_milliseconds() {
        let counters = Counters::default();
        for bytes in [0, 1, 64 * 1024, 64 * 1024 + 1] {
            counters.sqs(bytes);
        }
        for micros in [1, 1000, 1001] {
            counters.duration("send", Duration::from_micros(micros));
        }
        let meter = counters.read();
        assert_eq!(meter.sqs_requests, 1 + 1 + 1 + 2);
        assert_eq!(meter.durations["send"], Duration::from_millis(1 + 1 + 2));
    }
}

//! What a run used of AWS, for each of its mails, and what a million of them cost.

use std::collections::BTreeMap;
use std::time::Duration;

use local::Meter;

use super::prices::PRICES;

/// What one mail used of each thing that AWS bills, and what it is good for.
pub(super) struct Bill {
    /// The things, each as it is called on the bill.
    pub(super) items: Vec<Item>,
    /// An HTTP API in front of `intake`: listed apart, since a function URL would do too.
    pub(super) front: Item,
    /// DynamoDB's units by operation and table.
    pub(super) units: BTreeMap<String, f64>,
    /// Requests by operation, those that are not billed included.
    pub(super) requests: BTreeMap<String, f64>,
    /// Invocations by function, and how many milliseconds each takes.
    pub(super) invocations: BTreeMap<String, (f64, f64)>,
}

/// Something that AWS bills.
pub(super) struct Item {
    /// A word for programs.
    pub(super) name: &'static str,
    /// What people call it.
    pub(super) title: &'static str,
    /// How much of it a mail used.
    pub(super) used: f64,
    /// What a million of it costs, in dollars.
    pub(super) price: f64,
}

impl Item {
    fn new((name, title): (&'static str, &'static str), used: f64, price: f64) -> Self {
        Self {
            name,
            title,
            used,
            price,
        }
    }

    /// Returns what it costs for a million mails, in dollars.
    pub(super) fn dollars(&self) -> f64 {
        self.used * self.price
    }
}

impl Bill {
    /// Prices what was used between two readings of the meter, in which `mails` left.
    pub(super) fn of(before: &Meter, after: &Meter, mails: u64) -> Self {
        let each = |used: f64| used / mails as f64;
        let counts = |of: fn(&Meter) -> &BTreeMap<String, u64>| {
            let less = |(name, count): (&String, &u64)| {
                let earlier = of(before).get(name).copied().unwrap_or_default();
                (name.clone(), each((count - earlier) as f64))
            };
            let counts = of(after).iter().map(less);
            counts
                .filter(|(_, count)| *count > 0.0)
                .collect::<BTreeMap<_, _>>()
        };
        let requests = counts(|meter| &meter.requests);
        let invocations = counts(|meter| &meter.invocations);
        let request = |name: &str| requests.get(name).copied().unwrap_or_default();
        let took = |name: &str| took(before, after, name);
        let seconds: f64 = after.durations.keys().map(|name| took(name)).sum();
        let seconds_gb = seconds * MEMORY_GB + throttled(before, after);
        let used = Used {
            write_units: each(after.write_units - before.write_units),
            read_units: each(after.read_units - before.read_units),
            sqs_requests: each((after.sqs_requests - before.sqs_requests) as f64),
            sns_publishes: request("Publish"),
            invocations: invocations.values().fold(0.0, |sum, count| sum + count),
            gb_seconds: each(seconds_gb),
            schedules: request("Ring"),
            log_bytes: counts(|meter| &meter.log_bytes)
                .values()
                .fold(0.0, |sum, count| sum + count),
        };
        let http = (after.http_requests - before.http_requests) as f64;
        let front = ("http_requests", "HTTP API requests");
        let invocations = invocations.into_iter().map(|(name, count)| {
            let ms = 1000.0 * each(took(&name)) / count;
            (name, (count, ms))
        });
        Self {
            items: used.items(),
            front: Item::new(front, each(http), PRICES.http_requests),
            units: units(before, after, mails),
            invocations: invocations.collect(),
            requests,
        }
    }

    /// Returns what a million mails cost over SES, in dollars, without the HTTP API.
    pub(super) fn over_ses(&self) -> f64 {
        self.items.iter().map(Item::dollars).sum()
    }
}

/// What a mail used.
struct Used {
    write_units: f64,
    read_units: f64,
    sqs_requests: f64,
    sns_publishes: f64,
    invocations: f64,
    gb_seconds: f64,
    schedules: f64,
    log_bytes: f64,
}

impl Used {
    /// Puts a price on each.
    fn items(&self) -> Vec<Item> {
        let writes = ("write_units", "DynamoDB write units");
        let reads = ("read_units", "DynamoDB read units");
        let queues = ("sqs_requests", "SQS requests");
        let topics = ("sns_publishes", "SNS publishes");
        let calls = ("invocations", "Lambda invocations");
        let work = ("gb_seconds", "Lambda GB-seconds");
        let clocks = ("schedules", "schedules rung");
        let logs = ("log_bytes", "bytes of logs");
        vec![
            Item::new(writes, self.write_units, PRICES.write_units),
            Item::new(reads, self.read_units, PRICES.read_units),
            Item::new(queues, self.sqs_requests, PRICES.sqs_requests),
            Item::new(topics, self.sns_publishes, PRICES.sns_publishes),
            Item::new(calls, self.invocations, PRICES.invocations),
            Item::new(work, self.gb_seconds, PRICES.gb_seconds),
            Item::new(clocks, self.schedules, PRICES.schedules),
            Item::new(logs, self.log_bytes, PRICES.log_bytes),
        ]
    }
}

/// Returns how many seconds the invocations of a function took.
fn took(before: &Meter, after: &Meter, function: &str) -> f64 {
    let of = |meter: &Meter| meter.durations.get(function).copied().unwrap_or_default();
    (of(after) - of(before)).as_secs_f64()
}

/// Returns the GB-seconds that this machine's whole cores hide: with little memory comes little of a core, and what is
/// computed takes longer by as much.
fn throttled(before: &Meter, after: &Meter) -> f64 {
    let cpu = |meter: &Meter| meter.functions_cpu.unwrap_or(Duration::ZERO);
    let cpu = cpu(after).saturating_sub(cpu(before)).as_secs_f64();
    cpu * (MEMORY_OF_A_CORE_GB - MEMORY_GB)
}

fn units(before: &Meter, after: &Meter, mails: u64) -> BTreeMap<String, f64> {
    let units = after.units.iter().map(|(name, units)| {
        let earlier = before.units.get(name).copied().unwrap_or_default();
        (name.clone(), (units - earlier) / mails as f64)
    });
    units.filter(|(_, units)| *units > 0.0).collect()
}

/// The memory of every function in the template.
const MEMORY_GB: f64 = 256.0 / 1024.0;
/// The memory with which Lambda gives a whole core.
const MEMORY_OF_A_CORE_GB: f64 = 1769.0 / 1024.0;

#[cfg(test)]
mod tests {
    use local::Meter;

    use super::Bill;

    #[test]
    fn a_bill_is_what_was_used_times_its_price() {
        let before = Meter {
            write_units: 10.0,
            ..Meter::default()
        };
        let mut after = Meter {
            write_units: 50.0,
            read_units: 60.0,
            sqs_requests: 20,
            http_requests: 10,
            ..Meter::default()
        };
        after.requests.insert("Publish".to_owned(), 20);
        after.requests.insert("Ring".to_owned(), 1);
        after.invocations.insert("send".to_owned(), 5);
        after
            .durations
            .insert("send".to_owned(), std::time::Duration::from_millis(400));
        after.log_bytes.insert("send".to_owned(), 1_000);
        let bill = Bill::of(&before, &after, 10);
        // By hand, for a million mails: 4 writes, 6 reads, 2 requests, 2 publishes, half an invocation, 10 MB-seconds,
        // a tenth of a schedule, 100 bytes.
        let expected = 4.0 * 0.625 + 6.0 * 0.125 + 2.0 * 0.4 + 2.0 * 0.5 + 0.5 * 0.2;
        let expected = expected + 0.01 * 13.3334 + 0.1 * 1.0 + 100.0 * 0.5 / 1_000.0;
        assert!(
            (bill.over_ses() - expected).abs() < 1e-9,
            "{}",
            bill.over_ses()
        );
        assert!((bill.front.dollars() - 1.0).abs() < 1e-9);
        assert_eq!(bill.invocations["send"], (0.5, 80.0));
    }
}

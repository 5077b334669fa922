//! The stack itself: what SES reports to it, its secrets, its queues, its release.

use aws::{Depth, EventDestination};
use engine::{RUNS_KEPT, STATEMENTS_LAG_MAX};
use jiff::Timestamp;
use wire::Closing;

use super::Finding;
use crate::words;

/// The names of the checks here.
pub(crate) const REPORTS: &str = "reports";
pub(crate) const RELEASE: &str = "release";
pub(crate) const SECRETS: &str = "secrets";
pub(crate) const QUEUES: &str = "queues";
pub(crate) const DEAD_LETTERS: &str = "dead letters";
pub(crate) const DUE: &str = "due";
pub(crate) const STATISTICS: &str = "statistics";
pub(crate) const ALARMS: &str = "alarms";

/// Judges where SES reports what becomes of mails.
pub(crate) fn reports(set: &str, destinations: &[EventDestination]) -> Vec<Finding> {
    let to_topics = destinations
        .iter()
        .filter(|one| one.enabled && one.topic.is_some());
    let heard: Vec<_> = to_topics.flat_map(|one| &one.events).collect();
    let missing: Vec<_> = REPORTED
        .into_iter()
        .filter(|event| !heard.iter().any(|known| *known == event))
        .collect();
    if missing.is_empty() {
        let says = format!(
            "SES reports all {} kinds of events to the stack",
            REPORTED.len()
        );
        return vec![Finding::fine(REPORTS, says)];
    }
    vec![Finding::wrong(
        REPORTS,
        format!(
            "the configuration set {set} does not report: {}; bounces and complaints may not be heard of",
            missing.join(", ")
        ),
        "deploy the stack again: the template sets it as it should be",
    )]
}

/// Judges one secret: whether it is there, and whether it is what it should be.
pub(crate) fn secret(
    name: &str,
    stack: &str,
    value: Option<&str>,
    is_good: impl FnOnce(&str) -> bool,
) -> Vec<Finding> {
    let make = format!("`waypost secret --stack {stack}` makes it");
    let finding = match value {
        None => Finding::wrong(SECRETS, "it is missing, and nothing works without it", make),
        Some(value) if !is_good(value) => Finding::wrong(
            SECRETS,
            "it is there, but cannot be read",
            "put back the value that you have kept of it; it is never shown here",
        ),
        Some(_) => Finding::fine(SECRETS, "it is there"),
    };
    vec![finding.about(name)]
}

/// Judges the queues, each by its name.
pub(crate) fn queues(depths: &[(&str, Depth)]) -> Vec<Finding> {
    let busy = depths.iter().filter(|(_, depth)| depth.total() > 0);
    let busy: Vec<_> = busy
        .map(|(name, depth)| {
            let Depth {
                waiting,
                in_flight,
                delayed,
            } = depth;
            format!("{name}: {waiting} waiting, {in_flight} in work, {delayed} for later")
        })
        .collect();
    let says = if busy.is_empty() {
        format!("all {} are empty", depths.len())
    } else {
        busy.join("; ")
    };
    vec![Finding::fine(QUEUES, says)]
}

/// Judges the queues of dead letters, each by the name of the queue that they are from.
pub(crate) fn dead_letters(stack: &str, depths: &[(&str, Depth)]) -> Vec<Finding> {
    let filled = depths.iter().filter(|(_, depth)| depth.total() > 0);
    let wrong: Vec<_> = filled
        .map(|(name, depth)| {
            let count = usize::try_from(depth.total()).unwrap_or(usize::MAX);
            Finding::wrong(
                DEAD_LETTERS,
                format!("{} that could not be worked off", words::count(count, "message")),
                format!(
                    "read why, mend it, and `waypost redrive --stack {stack}` puts them back; they are kept for 14 days"
                ),
            )
            .about(*name)
        })
        .collect();
    if wrong.is_empty() {
        return vec![Finding::fine(DEAD_LETTERS, "none")];
    }
    wrong
}

/// Judges how long somebody who is due has been waiting, in seconds; nothing if nobody has.
pub(crate) fn due(age_s: Option<i64>) -> Vec<Finding> {
    vec![match age_s {
        None => Finding::fine(DUE, "nobody waits longer than they should"),
        Some(age_s) if age_s <= DUE_AGE_S_MAX => Finding::fine(
            DUE,
            format!(
                "somebody has been due for {}",
                words::count(minutes(age_s), "minute")
            ),
        ),
        Some(age_s) => Finding::wrong(
            DUE,
            format!(
                "somebody has been due for {}: nothing wakes them",
                words::count(minutes(age_s), "minute")
            ),
            "look at the log of the function `wake`, and whether its schedule, every 15 minutes, is switched on",
        ),
    }]
}

/// Judges until when it is written down what runs came to, before they are forgotten.
pub(crate) fn statistics(now: Timestamp, closing: &Closing) -> Vec<Finding> {
    let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
    // Where there was never one, the first is in the making since the first sweep.
    let attempt = closing.attempt.map(|attempt| attempt.until);
    let due = closing.until.or(attempt);
    let late = due.filter(|due| now.duration_since(*due) > STATEMENTS_LAG_MAX);
    vec![match (late, closing.until) {
        (None, None) => Finding::fine(STATISTICS, "nothing is written down yet"),
        (None, Some(until)) => Finding::fine(
            STATISTICS,
            format!("runs that ended before {} are written down", day(until)),
        ),
        (Some(due), _) => Finding::wrong(
            STATISTICS,
            format!(
                "the numbers of runs that ended from {} on are not written down; the first of these runs is deleted on \
                 {}, and its numbers with it",
                day(due),
                day(due + RUNS_KEPT)
            ),
            "look for `Statements` in the log of the function `wake`: it says why, or breaks off after `are begun` where \
             the function ran out of time or memory",
        ),
    }]
}

fn minutes(seconds: i64) -> usize {
    usize::try_from(seconds / 60).unwrap_or_default()
}

/// Judges what is published.
pub(crate) fn release(stack: &str, published: Option<(String, usize, usize)>) -> Vec<Finding> {
    vec![match published {
        None => Finding::wrong(
            RELEASE,
            "nothing is published, so events are answered with an error",
            format!("`waypost publish --stack {stack}` puts a release in force"),
        ),
        Some((hash, journeys, domains)) => Finding::fine(
            RELEASE,
            format!(
                "{} is in force: {}, mails from {}",
                hash.chars().take(HASH_CHARS).collect::<String>(),
                words::count(journeys, "journey"),
                words::count(domains, "domain")
            ),
        ),
    }]
}

/// Says what is not read of the alarms.
pub(crate) fn alarms(topic: &str) -> Finding {
    Finding::advice(
        ALARMS,
        "who is told of alarms is not read here",
        format!(
            "`aws sns list-subscriptions-by-topic --topic-arn {topic}` shows it: at least one must not say \
             PendingConfirmation"
        ),
    )
}

/// What the stack has to hear of, and nothing more is needed.
const REPORTED: [&str; 6] = [
    "SEND",
    "DELIVERY",
    "BOUNCE",
    "COMPLAINT",
    "REJECT",
    "DELIVERY_DELAY",
];
/// Twice the time between two sweeps.
const DUE_AGE_S_MAX: i64 = 30 * 60;
/// Enough of a hash to tell it by.
const HASH_CHARS: usize = 12;

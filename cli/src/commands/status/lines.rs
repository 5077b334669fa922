//! Which lines of advertising are so long that the next mail has to wait.

use std::collections::BTreeMap;

use aws::Aws;
use engine::Pressure;
use jiff::Timestamp;
use journey::{Plan, Throttle};

/// Finds the rules of some plans, by journey, by which the next mail has to wait, and until when.
pub(super) async fn full(
    aws: &Aws,
    plans: &BTreeMap<String, Plan>,
    now: Timestamp,
) -> anyhow::Result<Vec<(String, Timestamp)>> {
    // By the line: all journeys share the one of a warm-up.
    let mut rules = BTreeMap::new();
    for (name, plan) in plans {
        let limits = &plan.rules.limits;
        if let Some(pace) = limits.pace {
            let said = format!("The pace of {name}, {} per minute,", pace.per_minute());
            rules.insert(pace.line(name), (said, Throttle::Minute(pace)));
        }
        if let Some(warm_up) = &limits.warm_up {
            let throttle = Throttle::Day(warm_up, &plan.settings.zone);
            rules.insert(warm_up.line(), ("The warm-up".to_owned(), throttle));
        }
    }
    let mut full = Vec::new();
    for (line, (said, throttle)) in rules {
        // After the last day of a warm-up nobody waits.
        if throttle.first(now).is_none() {
            continue;
        }
        let next = aws.next_place(&line).await?;
        let opens = next.map(|place| throttle.opens(place));
        full.extend(
            opens
                .filter(|opens| *opens > now)
                .map(|opens| (said, opens)),
        );
    }
    Ok(full)
}

//! Lets advertising wait in its lines: a mail keeps its place, however often it is asked for.

use anyhow::anyhow;
use jiff::Timestamp;
use journey::{Throttle, ceil_to_minute};
use wire::{LineEnd, Mailed};

use super::Mailing;
use crate::{Clock, Failure, Pressure, Stored};

/// A line in which a mail has to wait: its kind, its name, and what gives out its places.
pub(super) struct Line<'a> {
    kind: &'static str,
    name: String,
    throttle: Throttle<'a>,
}

impl Mailing<'_> {
    /// Returns the lines in which the mail waits, none where it is service, one after the other: whoever has to come another day takes no minute
    /// of today.
    ///
    /// Each journey has a minute of its own, so that a large one delays no other; the days are those of the domain. A
    /// line is named by its rule, so that another rule is another line.
    pub(super) fn lines(&self) -> Vec<Line<'_>> {
        let limits = &self.plan.rules.limits;
        let zone = &self.plan.settings.zone;
        let day = limits.warm_up.as_ref().map(|warm_up| Line {
            kind: "day",
            name: format!(
                "day#{} {} {} {}",
                warm_up.from, warm_up.days, warm_up.first_day, warm_up.growth
            ),
            throttle: Throttle::Day(warm_up, zone),
        });
        let minute = limits.pace.map(|pace| Line {
            kind: "minute",
            name: format!("minute#{} {}", pace.per_minute(), self.plan.journey),
            throttle: Throttle::Minute(pace),
        });
        day.into_iter().chain(minute).collect()
    }

    /// Takes a place in each line, unless the mail has one; returns until when it has to wait, if it does.
    pub(super) async fn stand(
        &self,
        io: &(impl Clock + Pressure),
        lines: &[Line<'_>],
        mailed: &mut Mailed,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Failure> {
        let send = self.order.send_id();
        for line in lines {
            let known = mailed.places.get(&send);
            let known = known.and_then(|places| places.get(line.kind)).copied();
            let opens = match known.filter(|opens| line.throttle.is_good(*opens, now)) {
                Some(opens) => opens,
                None => {
                    let Some(opens) = take(io, line, now).await? else {
                        continue;
                    };
                    mailed.take_place(send.clone(), line.kind, opens, now);
                    opens
                }
            };
            if opens > now {
                return Ok(Some(ceil_to_minute(opens)));
            }
        }
        Ok(None)
    }
}

/// Takes the next place in a line; returns from when on it may be used, or nothing where there is no line now.
///
/// A place that is taken stays taken, also where its mail is asked for again because this was not heard: then a minute
/// holds one less.
async fn take(
    io: &impl Pressure,
    line: &Line<'_>,
    now: Timestamp,
) -> Result<Option<Timestamp>, Failure> {
    for _ in 0..RACES_MAX {
        let Some(first) = line.throttle.first(now) else {
            return Ok(None);
        };
        let known = io.line(&line.name).await?;
        let replaces = known.as_ref().map(|known| known.version);
        let place = known.map_or(first, |known| known.value.0.max(first));
        let end = LineEnd(place.saturating_add(1));
        if io.put_line(&line.name, end, replaces).await? == Stored::Done {
            return Ok(Some(line.throttle.opens(place)));
        }
    }
    Err(Failure::Retry(anyhow!("many stand in line at once")))
}

/// As many as are sent at once, and then some.
const RACES_MAX: u8 = 40;

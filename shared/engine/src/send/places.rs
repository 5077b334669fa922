//! Lets advertising wait in its lines: a mail keeps its place, however often it is asked for.

use jiff::Timestamp;
use journey::{Limits, SendResult, Skipped, Throttle, ceil_to_minute};
use wire::Mailed;

use super::Mailing;
use crate::{Clock, Failure, Plans, Pressure, Releases};

/// A line in which a mail has to wait: its name, and what gives out its places.
pub(super) struct Line<'a> {
    name: String,
    throttle: Throttle<'a>,
}

impl Mailing<'_> {
    /// Returns what the project says about advertising now: also those who came in under another version stand in the
    /// lines of today.
    pub(super) async fn limits(&self, io: &(impl Plans + Releases)) -> anyhow::Result<Limits> {
        // A notification is no advertising.
        if self.plan.topic(self.send).is_none() {
            return Ok(Limits::default());
        }
        let journey = &self.plan.journey;
        let release = io.current().await?.map(|(_, release)| release);
        let entrance = release.as_ref().and_then(|one| one.journeys.get(journey));
        Ok(match entrance {
            Some(entrance) => io.plan(&entrance.plan).await?.rules.limits.clone(),
            None => self.plan.rules.limits.clone(),
        })
    }

    /// Returns the lines in which the mail waits, none where it is service, one after the other: whoever has to come
    /// another day takes no minute of today.
    ///
    /// Each journey has a minute of its own, so that a large one delays no other; the days are those of the domain.
    pub(super) fn lines<'l>(&'l self, limits: &'l Limits) -> Vec<Line<'l>> {
        let zone = &self.plan.settings.zone;
        let day = limits.warm_up.as_ref().map(|warm_up| Line {
            name: warm_up.line(),
            throttle: Throttle::Day(warm_up, zone),
        });
        let minute = limits.pace.map(|pace| Line {
            name: pace.line(&self.plan.journey),
            throttle: Throttle::Minute(pace),
        });
        day.into_iter().chain(minute).collect()
    }

    /// Takes a place in each line, unless the mail has one; returns what becomes of it meanwhile, if it has to wait.
    ///
    /// A place that is taken stays taken, also where its mail is asked for again because this was not heard: then a
    /// minute holds one less. Whose turn would come when the mail is worth nothing any more takes none.
    pub(super) async fn stand(
        &self,
        io: &(impl Clock + Pressure),
        lines: &[Line<'_>],
        mailed: &mut Mailed,
        now: Timestamp,
    ) -> Result<Option<SendResult>, Failure> {
        let send = self.order.send_id();
        for Line { name, throttle } in lines {
            let known = mailed.places.get(&send);
            let known = known.and_then(|places| places.get(name)).copied();
            let opens = match known.filter(|opens| throttle.is_good(*opens, now)) {
                Some(opens) => opens,
                None => {
                    let Some(first) = throttle.first(now) else {
                        continue;
                    };
                    if self.is_too_late(io, (name, first), throttle).await? {
                        return Ok(Some(SendResult::Skipped(Skipped::Expired)));
                    }
                    let opens = throttle.opens(io.take_place(name, first).await?);
                    mailed.take_place(send.clone(), name, opens, now);
                    opens
                }
            };
            if opens > now {
                let until = ceil_to_minute(opens);
                return Ok(Some(SendResult::Held { until }));
            }
        }
        Ok(None)
    }

    /// Returns whether the next place in a line opens after the mail has expired.
    async fn is_too_late(
        &self,
        io: &impl Pressure,
        (name, first): (&str, u64),
        throttle: &Throttle<'_>,
    ) -> anyhow::Result<bool> {
        let Some(expires) = &self.send.expires else {
            return Ok(false);
        };
        let zone = self.contact.zone(&self.plan.settings.zone);
        let next = io.next_place(name).await?.unwrap_or_default();
        Ok(throttle.opens(first.max(next)) > expires.after(self.since, &zone))
    }
}

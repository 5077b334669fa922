//! On which days journeys started.

use std::collections::BTreeMap;
use std::future::Future;

use engine::Firings;
use journey::Fired;

use super::World;

impl Firings for World {
    fn fired(
        &self,
        journeys: &[&str],
    ) -> impl Future<Output = anyhow::Result<BTreeMap<String, Fired>>> + Send {
        self.read("firings.fired", |state| {
            let found = journeys.iter().filter_map(|journey| {
                let json = state.fired.get(*journey)?;
                let fired = wire::fired_from_json(json);
                Some(((*journey).to_owned(), fired.expect("it can be read")))
            });
            found.collect()
        })
    }

    fn put_fired(
        &self,
        journey: &str,
        fired: &Fired,
    ) -> impl Future<Output = anyhow::Result<()>> + Send {
        self.write("firings.put_fired", |state| {
            let json = wire::fired_to_json(fired);
            state.fired.insert(journey.to_owned(), json);
            state.fired_writes += 1;
        })
    }
}

//! Reads the names of time zones, and says which one was meant.

use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::Defect;
use crate::words::nearest;
use crate::yaml::{At, quoted};

/// Returns the zone of that name; a defect if there is none.
pub(crate) fn zone(name: &At<String>, defects: &mut Vec<Defect>) -> Option<TimeZone> {
    let found = journey::zone(&name.value);
    if found.is_none() {
        let help = match near(&name.value) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write a place of the IANA database: `Europe/Amsterdam`".to_owned(),
        };
        let what = format!("no time zone is called `{}`", quoted(&name.value));
        defects.push(Defect::new(name.place.clone(), what).help(help));
    }
    found
}

/// Returns the zone that somebody means who left out the continent or mistyped it.
fn near(name: &str) -> Option<String> {
    let names: Vec<String> = TimeZoneDatabase::bundled()
        .available()
        .map(|zone| zone.to_string())
        .collect();
    let city = format!("/{name}").to_lowercase();
    let same_city = names
        .iter()
        .find(|known| known.to_lowercase().ends_with(&city));
    let near = || nearest(name, names.iter().map(String::as_str));
    let place = |zone: &str| zone.rsplit('/').next().map(str::to_owned);
    let near_city = || {
        let cities: Vec<_> = names.iter().filter_map(|zone| place(zone)).collect();
        let city = nearest(name, cities.iter().map(String::as_str))?;
        names
            .iter()
            .find(|zone| place(zone).is_some_and(|own| own == city))
    };
    same_city
        .map(String::as_str)
        .or_else(near)
        .or_else(|| near_city().map(String::as_str))
        .map(str::to_owned)
}

//! Reads on which days a journey takes people in.

use jiff::civil::Date;
use journey::Publish;

use crate::values::strict_date;
use crate::yaml::{At, Keys, quoted};
use crate::{Defect, Place};

/// Reads `publish`.
///
/// Tells too where it says that those inside leave at the end.
pub(super) fn publish(keys: &Keys<'_>, defects: &mut Vec<Defect>) -> (Publish, Option<Place>) {
    let Some(node) = keys.get("publish") else {
        return (Publish::default(), None);
    };
    let Some(keys) = Keys::of(node, "`publish`", &["from", "until", "at_end"], defects) else {
        return (Publish::default(), None);
    };
    let from = day(&keys, "from", defects);
    let until = day(&keys, "until", defects);
    if let (Some(from), Some(until)) = (&from, &until)
        && from.value >= until.value
    {
        let what = "nobody could ever come in: `until` is not after `from`";
        defects.push(
            Defect::new(until.place.clone(), what)
                .label("the first day on which nobody comes in any more")
                .help("write a later day, or leave `until` out")
                .also(from.place.clone(), "the first day"),
        );
    }
    let stops = keys.entry("at_end").and_then(|entry| {
        entry.value.one_of("`at_end`", &["stop"], defects)?;
        Some(entry.key.place.clone())
    });
    if let (Some(place), None) = (&stops, &until) {
        let what = "there is no end at which those inside could leave";
        defects.push(Defect::new(place.clone(), what).help("write `until` too"));
    }
    let publish = Publish {
        from: from.map(|day| day.value),
        until: until.map(|day| day.value),
    };
    (publish, stops)
}

fn day(keys: &Keys<'_>, key: &str, defects: &mut Vec<Defect>) -> Option<At<Date>> {
    let text = keys.get(key)?.line(&format!("`{key}`"), defects)?;
    let Some(day) = strict_date(&text.value) else {
        let what = format!("`{}` is not a date", quoted(&text.value));
        defects.push(Defect::new(text.place, what).help("write it as YYYY-MM-DD"));
        return None;
    };
    Some(At::new(day, text.place))
}

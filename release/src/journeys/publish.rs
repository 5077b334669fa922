//! Reads on which days a journey takes people in.

use jiff::civil::Date;
use journey::Publish;

use crate::Defect;
use crate::values::strict_date;
use crate::words::not_yet;
use crate::yaml::{At, Keys, quoted};

/// Reads `publish`.
pub(super) fn publish(keys: &Keys<'_>, defects: &mut Vec<Defect>) -> Publish {
    let Some(node) = keys.get("publish") else {
        return Publish::default();
    };
    let Some(keys) = Keys::of(node, "`publish`", &["from", "until", "at_end"], defects) else {
        return Publish::default();
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
    if let Some(entry) = keys.entry("at_end") {
        entry.value.one_of("`at_end`", &["stop"], defects);
        defects.push(not_yet(entry.key.place.clone(), "`at_end`"));
    }
    Publish {
        from: from.map(|day| day.value),
        until: until.map(|day| day.value),
    }
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

//! Reads what holds mails back and what is counted: calendars, marketing limits, scoring.

use std::collections::BTreeSet;

use journey::{Holdout, Large, Limits, Over, Scoring, WarmUp};

use super::Project;
use crate::Defect;
use crate::names::{Spelling, spelled};
use crate::phrases::{cap, pace, period};
use crate::values::strict_date;
use crate::window::{hours, meet};
use crate::yaml::{Entry, Keys, Node, quoted};

/// Reads all of them.
pub(super) fn read(keys: &Keys<'_>, project: &mut Project, defects: &mut Vec<Defect>) {
    if let Some(node) = keys.get("calendars") {
        calendars(node, project, defects);
    }
    if let Some(node) = keys.get("marketing") {
        marketing(node, project, defects);
    }
    if let Some(node) = keys.get("scoring") {
        project.settings.scoring = scoring(node, defects);
    }
}

fn calendars(node: &Node, project: &mut Project, defects: &mut Vec<Defect>) {
    let Some(all) = node.mapping("`calendars`", defects) else {
        return project.calendars.incomplete();
    };
    for Entry { key, value } in &all.entries {
        spelled(key, "a calendar", Spelling::Tag, defects);
        let mut closed = BTreeSet::new();
        if let Some(keys) = Keys::of(value, "a calendar", &["closed"], defects) {
            let help = "write `closed: [2026-12-25]`";
            let days = keys
                .required("closed", help, defects)
                .and_then(|node| node.list("`closed`", defects));
            for day in days.into_iter().flatten() {
                let Some(text) = day.line("a closed day", defects) else {
                    continue;
                };
                match strict_date(&text.value) {
                    Some(day) => {
                        closed.insert(day);
                    }
                    None => defects.push(
                        Defect::new(
                            text.place,
                            format!("`{}` is not a date", quoted(&text.value)),
                        )
                        .help("write it as YYYY-MM-DD"),
                    ),
                }
            }
        }
        project.calendars.add(key.clone(), closed, defects);
    }
}

fn marketing(node: &Node, project: &mut Project, defects: &mut Vec<Defect>) {
    let known = [
        "send_window",
        "at_most",
        "over",
        "holdout",
        "pace",
        "warm_up",
        "large",
    ];
    let Some(keys) = Keys::of(node, "`marketing`", &known, defects) else {
        return;
    };
    let send_window = keys.get("send_window");
    let send_window = send_window.and_then(|node| hours(node, None, defects));
    let send_window = send_window.and_then(|doc| doc.resolve(&project.calendars, defects));
    let caps = keys.get("at_most").map(Node::items).unwrap_or_default();
    let caps = caps
        .iter()
        .filter_map(|item| Some(cap(item, defects)?.value));
    let at_most = caps.collect();
    let over = keys.get("over");
    let over = over.and_then(|node| over_of(node, defects));
    let holdout = keys.get("holdout").and_then(|node| holdout(node, defects));
    let pace = keys.get("pace").and_then(|node| pace(node, defects));
    let warm_up = keys.get("warm_up").and_then(|node| warm_up(node, defects));
    let large = keys.get("large").and_then(|node| {
        let large = large_of(node, project, defects)?;
        if let (Some(window), Some(evening)) = (&send_window, &large.hours) {
            meet(&[evening, window], &node.place, defects);
        }
        Some(large)
    });
    project.limits = Limits {
        send_window,
        at_most,
        over: over.unwrap_or_default(),
        holdout,
        pace: pace.map(|pace| pace.value),
        warm_up,
        large: large.unwrap_or_default(),
    };
}

/// Reads how many people let in at once are a campaign, and when its advertising leaves.
fn large_of(node: &Node, project: &Project, defects: &mut Vec<Defect>) -> Option<Large> {
    if node.data.plain() == Some("never") {
        return Some(Large {
            above: None,
            hours: None,
        });
    }
    let keys = Keys::of(node, "`large`", &["above", "window"], defects)?;
    let above = match keys.get("above") {
        None => Some(Large::ABOVE),
        Some(node) => node
            .whole("the `above` of `large`", 0..PEOPLE_MAX, defects)
            .and_then(|above| u32::try_from(above.value).ok()),
    };
    let hours = keys.get("window").map(|node| {
        let doc = hours(node, None, defects)?;
        doc.resolve(&project.calendars, defects)
    });
    Some(Large {
        above: Some(above?),
        hours: match hours {
            Some(hours) => Some(hours?),
            None => None,
        },
    })
}

/// Reads what becomes of a mail over a cap.
pub(crate) fn over_of(node: &Node, defects: &mut Vec<Defect>) -> Option<Over> {
    Some(match node.one_of("`over`", &["skip", "wait"], defects)? {
        "wait" => Over::Wait,
        _ => Over::Skip,
    })
}

fn holdout(node: &Node, defects: &mut Vec<Defect>) -> Option<Holdout> {
    let keys = Keys::of(node, "a holdout", &["name", "share"], defects)?;
    let name = keys.required("name", "the name decides who is held out", defects);
    let name = name.and_then(|node| node.line("the holdout's `name`", defects));
    let share = keys.required("share", "write a percentage", defects);
    let share = share.and_then(|node| node.whole("the holdout's `share`", 0..101, defects));
    Some(Holdout {
        name: name?.value,
        share: u8::try_from(share?.value).ok()?,
    })
}

fn warm_up(node: &Node, defects: &mut Vec<Defect>) -> Option<WarmUp> {
    let known = ["from", "days", "first_day", "growth"];
    let keys = Keys::of(node, "`warm_up`", &known, defects)?;
    let help = "write its first day: `from: 2026-12-01`";
    let from = keys.required("from", help, defects);
    let from = from.and_then(|node| node.line("the `from` of a warm-up", defects));
    let from = from.and_then(|text| {
        let date = strict_date(&text.value);
        if date.is_none() {
            let what = format!("`{}` is not a date", quoted(&text.value));
            defects.push(Defect::new(text.place, what).help("write it as YYYY-MM-DD"));
        }
        date
    });
    let mut number = |key: &str, help, most: i64| {
        let node = keys.required(key, help, defects)?;
        let what = format!("the `{key}` of a warm-up");
        let number = node.whole(&what, 1..most + 1, defects)?;
        u32::try_from(number.value).ok()
    };
    let days = number(
        "days",
        "write how many days it lasts",
        WarmUp::DAYS_MAX.into(),
    );
    let most = WarmUp::FIRST_DAY_MAX.into();
    let first_day = number(
        "first_day",
        "write how many mails may leave on its first day",
        most,
    );
    let help = "write how many more of a hundred on each next day: `growth: 30`";
    let growth = number("growth", help, WarmUp::GROWTH_MAX.into());
    Some(WarmUp {
        from: from?,
        days: u16::try_from(days?).ok()?,
        first_day: first_day?,
        growth: u16::try_from(growth?).ok()?,
    })
}

fn scoring(node: &Node, defects: &mut Vec<Defect>) -> Scoring {
    let known = [
        "opened",
        "clicked",
        "unsubscribed",
        "bounced",
        "complained",
        "half_life",
    ];
    let mut scoring = Scoring::default();
    if let Some(keys) = Keys::of(node, "`scoring`", &known, defects) {
        for Entry { key, value } in keys.entries() {
            if key.value == "half_life" {
                scoring.half_life = half_life(value, defects);
                continue;
            }
            let amount = value.number(&format!("`{}`", quoted(&key.value)), defects);
            let amount = amount.map_or(0.0, |amount| amount.value);
            match key.value.as_str() {
                "opened" => scoring.opened = amount,
                "clicked" => scoring.clicked = amount,
                "unsubscribed" => scoring.unsubscribed = amount,
                "bounced" => scoring.bounced = amount,
                "complained" => scoring.complained = amount,
                _ => (),
            }
        }
    }
    scoring
}

fn half_life(node: &Node, defects: &mut Vec<Defect>) -> Option<u16> {
    let period = period(node, "`half_life`", defects)?;
    let hours = period.value.about().as_hours();
    let days = u16::try_from(hours / 24).ok();
    let days = days.filter(|_| hours % 24 == 0);
    let days = days.filter(|days| (1..=Scoring::HALF_LIFE_MAX).contains(days));
    if days.is_none() {
        let defect = Defect::new(period.phrase.place, "`half_life` is not in whole days");
        defects.push(defect.help("write in how many days a score fades to its half: `90 days`"));
    }
    days
}

/// More than anybody lets in at once.
const PEOPLE_MAX: i64 = 1_000_000_000;

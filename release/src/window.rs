//! Checks the shape of the hours in which mail may go out.

use crate::Defect;
use crate::names::Names;
use crate::yaml::{At, Data, Keys, Node, quoted};

/// Checks `mon-fri 09:00-12:00`, a list of such, or `{ windows: […], calendar: nl }`.
pub(crate) fn check(node: &Node, calendars: &Names<()>, defects: &mut Vec<Defect>) {
    if !matches!(node.data, Data::Mapping(_)) {
        return windows(node, defects);
    }
    let Some(keys) = Keys::of(node, "a window", &["windows", "calendar"], defects) else {
        return;
    };
    if let Some(node) = keys.required("windows", "write `windows: [mon-fri 09:00-17:00]`", defects)
    {
        windows(node, defects);
    }
    if let Some(node) = keys.get("calendar")
        && let Some(name) = node.line("`calendar`", defects)
    {
        calendars.find(&name, defects);
    }
}

fn windows(node: &Node, defects: &mut Vec<Defect>) {
    for item in node.items() {
        if let Some(text) = item.line("a window", defects)
            && !is_window(&text.value)
        {
            defects.push(not_a_window(text));
        }
    }
}

fn not_a_window(text: At<String>) -> Defect {
    Defect::new(
        text.place,
        format!("`{}` is not a window", quoted(&text.value)),
    )
    .help("write days and hours: `mon-fri 09:00-12:00`")
}

fn is_window(text: &str) -> bool {
    let Some((days, hours)) = text.trim().split_once(' ') else {
        return false;
    };
    let day = |day: &str| DAYS.contains(&day);
    let days = days.split(',').all(|days| match days.split_once('-') {
        Some((first, last)) => day(first) && day(last),
        None => day(days),
    });
    let hours = hours.trim().split_once('-').is_some_and(|(from, until)| {
        minutes(from).is_some_and(|from| from < DAY_MINUTES)
            && minutes(until).is_some_and(|until| minutes(from) != Some(until))
    });
    days && hours
}

fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |text: &str| (text.len() == 2).then_some(text)?.parse::<u16>().ok();
    let all = two(hours)? * 60 + two(minutes).filter(|minutes| *minutes < 60)?;
    (all <= DAY_MINUTES).then_some(all)
}

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

const DAY_MINUTES: u16 = 24 * 60;

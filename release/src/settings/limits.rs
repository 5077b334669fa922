//! Checks the shape of what later versions do: calendars, marketing limits, scoring, hooks.
//!
//! A release may say these things today; no journey can rely on them yet.

use journey::Period;

use super::Project;
use crate::Defect;
use crate::names::{Spelling, spelled};
use crate::values::{is_web_address, strict_date};
use crate::window;
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
        scoring(node, defects);
    }
    if let Some(node) = keys.get("hooks") {
        hooks(node, defects);
    }
}

fn calendars(node: &Node, project: &mut Project, defects: &mut Vec<Defect>) {
    let Some(all) = node.mapping("`calendars`", defects) else {
        return project.calendars.incomplete();
    };
    for Entry { key, value } in &all.entries {
        spelled(key, "a calendar", Spelling::Tag, defects);
        project.calendars.add(key.clone(), (), defects);
        let Some(keys) = Keys::of(value, "a calendar", &["closed"], defects) else {
            continue;
        };
        let help = "write `closed: [2026-12-25]`";
        let days = keys
            .required("closed", help, defects)
            .and_then(|node| node.list("`closed`", defects));
        for day in days.into_iter().flatten() {
            if let Some(text) = day.line("a closed day", defects)
                && strict_date(&text.value).is_none()
            {
                defects.push(
                    Defect::new(
                        text.place,
                        format!("`{}` is not a date", quoted(&text.value)),
                    )
                    .help("write it as YYYY-MM-DD"),
                );
            }
        }
    }
}

fn marketing(node: &Node, project: &Project, defects: &mut Vec<Defect>) {
    let known = ["send_window", "at_most", "over", "holdout"];
    let Some(keys) = Keys::of(node, "`marketing`", &known, defects) else {
        return;
    };
    if let Some(node) = keys.get("send_window") {
        window::check(node, &project.calendars, defects);
    }
    for item in keys.get("at_most").map(Node::items).unwrap_or_default() {
        cap(item, defects);
    }
    if let Some(node) = keys.get("over") {
        node.one_of("`over`", &["skip", "wait"], defects);
    }
    if let Some(node) = keys.get("holdout")
        && let Some(keys) = Keys::of(node, "a holdout", &["name", "share"], defects)
    {
        if let Some(node) = keys.required("name", "the name decides who is held out", defects) {
            node.line("the holdout's `name`", defects);
        }
        if let Some(node) = keys.required("share", "write a percentage", defects) {
            node.whole("the holdout's `share`", 0..101, defects);
        }
    }
}

/// Checks `3 per 7 days`.
fn cap(node: &Node, defects: &mut Vec<Defect>) {
    let Some(text) = node.line("a cap", defects) else {
        return;
    };
    let whole = text.value.split_once(" per ").is_some_and(|(count, time)| {
        let time = time.trim();
        let one = format!("1 {time}");
        count.trim().parse::<u16>().is_ok_and(|count| count > 0)
            && (Period::parse(time).is_ok() || Period::parse(&one).is_ok())
    });
    if !whole {
        defects.push(
            Defect::new(
                text.place,
                format!("`{}` is not a cap", quoted(&text.value)),
            )
            .help("write one such as `1 per day` or `3 per 7 days`"),
        );
    }
}

fn scoring(node: &Node, defects: &mut Vec<Defect>) {
    let known = ["opened", "clicked", "unsubscribed", "bounced", "complained"];
    if let Some(keys) = Keys::of(node, "`scoring`", &known, defects) {
        for Entry { key, value } in keys.entries() {
            value.number(&format!("`{}`", quoted(&key.value)), defects);
        }
    }
}

fn hooks(node: &Node, defects: &mut Vec<Defect>) {
    let Some(all) = node.mapping("`hooks`", defects) else {
        return;
    };
    for Entry { key, value } in &all.entries {
        spelled(key, "a hook", Spelling::Tag, defects);
        let Some(keys) = Keys::of(value, "a hook", &["url", "secret"], defects) else {
            continue;
        };
        if let Some(node) = keys.required("url", "write where to post to", defects)
            && let Some(url) = node.line("the hook's `url`", defects)
            && !is_web_address(&url.value)
        {
            let what = format!("`{}` is not a web address", quoted(&url.value));
            defects.push(Defect::new(url.place, what).help("it begins with https://"));
        }
        if let Some(node) = keys.get("secret") {
            node.line("the hook's `secret`", defects);
        }
    }
}

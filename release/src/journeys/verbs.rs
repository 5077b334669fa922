//! Reads what a step does.

use std::collections::BTreeMap;

use journey::{Absent, Change};

use super::steps::list;
use super::{AwaitedDoc, ChangeDoc, SendDoc, SplitDoc, StepDoc, Verb};
use crate::audiences::audience;
use crate::phrases::{condition, moment, period, wait};
use crate::settings::over_of;
use crate::window::hours;
use crate::yaml::{At, Data, Entry, Keys, Mapping, Node, quoted};
use crate::{Defect, Place};

/// Reads what a step does whose verb is `entry`.
pub(super) fn doing(
    entry: &Entry,
    mapping: &Mapping,
    depth: usize,
    defects: &mut Vec<Defect>,
) -> Verb {
    let node = &entry.value;
    let verb = entry.key.value.as_str();
    match verb {
        "call" => call(node, mapping, defects),
        "case" => case(node, mapping, depth, defects),
        "exit" => exit(node, defects),
        "if" => branch(entry, mapping, depth, defects),
        "join" | "leave" | "score" | "set" | "tag" | "untag" => {
            change(verb, node, defects).map_or_else(broken, Verb::Change)
        }
        "jump" => node.line("`jump`", defects).map_or_else(broken, Verb::Jump),
        "send" => send(node, defects).map_or_else(broken, |send| Verb::Send(Box::new(send))),
        "split" => split(node, mapping, depth, defects),
        "wait" => wait(node, "`wait`", defects)
            .map_or_else(broken, |read| Verb::Wait(Box::new(read.value))),
        "wait_for" => wait_for(entry, mapping, depth, defects),
        "window" => hours(node, mapping.get("calendar"), defects).map_or_else(broken, Verb::Window),
        "wait_until" => {
            let absent = mapping.get("absent").and_then(|node| absent(node, defects));
            let moment = moment(node, "`wait_until`", defects);
            moment.map_or_else(broken, |moment| Verb::WaitUntil {
                moment: Box::new(moment),
                absent,
            })
        }
        _ => node
            .line("`enroll`", defects)
            .map_or_else(broken, Verb::Enroll),
    }
}

fn broken() -> Verb {
    Verb::Broken(Vec::new())
}

fn exit(node: &Node, defects: &mut Vec<Defect>) -> Verb {
    let Some(reason) = node.line("the reason of an `exit`", defects) else {
        return broken();
    };
    if as_written("exit", &reason.value, &reason.place, defects).is_none() {
        return broken();
    }
    if RESERVED_REASONS.contains(&reason.value.as_str()) {
        let what = format!("`{}` is a reason that only Waypost gives", reason.value);
        defects.push(Defect::new(reason.place, what).help("choose another word"));
        return broken();
    }
    Verb::Exit(reason.value)
}

fn branch(entry: &Entry, mapping: &Mapping, depth: usize, defects: &mut Vec<Defect>) -> Verb {
    let condition = condition(&entry.value, "`if`", defects);
    let then = steps(mapping, "then", depth, defects);
    let otherwise = steps(mapping, "else", depth, defects);
    if then.is_none() && otherwise.is_none() && !mapping.cut_off {
        defects.push(
            Defect::new(entry.key.place.clone(), "this `if` leads nowhere")
                .help("give it `then:` with steps, and `else:` where it needs one"),
        );
    }
    Verb::If {
        condition: condition.map(Box::new),
        then: then.unwrap_or_default(),
        otherwise: otherwise.unwrap_or_default(),
    }
}

fn send(node: &Node, defects: &mut Vec<Defect>) -> Option<SendDoc> {
    if !matches!(node.data, Data::Mapping(_)) {
        return Some(SendDoc {
            template: template(node, defects)?,
            from: None,
            to: None,
            expires: None,
            over: None,
        });
    }
    let known = ["template", "from", "to", "expires", "over"];
    let keys = Keys::of(node, "a send", &known, defects)?;
    let over = keys.get("over").and_then(|node| over_of(node, defects));
    let from = keys
        .get("from")
        .and_then(|node| node.line("`from`", defects));
    let to = keys.get("to").map(|node| audience(node, 0, defects));
    let expires = keys
        .get("expires")
        .and_then(|node| period(node, "`expires`", defects));
    let help = "write which mail to send: `template: welkom`";
    let template = template(keys.required("template", help, defects)?, defects)?;
    Some(SendDoc {
        template,
        from,
        to,
        expires,
        over,
    })
}

/// Reads the name of a template, which has no extension and no language.
fn template(node: &Node, defects: &mut Vec<Defect>) -> Option<At<String>> {
    let name = node.line("the template of a `send`", defects)?;
    let extension = name.value.rsplit_once('.').map(|(_, extension)| extension);
    if let Some("md" | "mjml" | "html" | "txt") = extension {
        let short = name.value.split('.').next().unwrap_or_default();
        defects.push(
            Defect::new(name.place, "a template is named without its extension").help(format!(
                "write `send: {}`",
                short.rsplit('/').next().unwrap_or_default()
            )),
        );
        return None;
    }
    Some(name)
}

fn absent(node: &Node, defects: &mut Vec<Defect>) -> Option<Absent> {
    Some(
        match node.one_of("`absent`", &["continue", "exit"], defects)? {
            "exit" => Absent::Exit,
            _ => Absent::Continue,
        },
    )
}

fn steps(
    mapping: &Mapping,
    key: &str,
    depth: usize,
    defects: &mut Vec<Defect>,
) -> Option<Vec<StepDoc>> {
    let node = mapping.get(key)?;
    Some(list(node, &format!("`{key}`"), depth + 1, defects))
}

fn call(node: &Node, mapping: &Mapping, defects: &mut Vec<Defect>) -> Verb {
    let hook = node.line("`call`", defects);
    let mut with = BTreeMap::new();
    let told = mapping.get("with");
    let told = told.and_then(|node| node.mapping("`with`", defects));
    for Entry { key, value } in told.map_or(&[][..], |told| &told.entries) {
        let text = value.text(&format!("`{}`", key.value), defects);
        with.extend(text.map(|text| (key.value.clone(), text)));
    }
    hook.map_or_else(broken, |hook| Verb::Call { hook, with })
}

fn case(node: &Node, mapping: &Mapping, depth: usize, defects: &mut Vec<Defect>) -> Verb {
    let otherwise = steps(mapping, "else", depth, defects).unwrap_or_default();
    let Some(items) = node.list("`case`", defects) else {
        return Verb::Broken(vec![otherwise]);
    };
    if items.is_empty() {
        let defect = Defect::new(node.place.clone(), "this `case` has no question");
        defects.push(defect.help("write `- when: …` with `steps:`"));
    }
    let arms = items.iter().map(|item| {
        let keys = Keys::of(item, "a case", &["when", "steps"], defects)?;
        let when = keys.required(
            "when",
            "write when it holds: `when: contact.member`",
            defects,
        );
        let when = when.and_then(|node| condition(node, "`when`", defects));
        let help = "write what is done then: `steps:` with a line such as `- send: welkom`";
        let steps = keys.required("steps", help, defects);
        Some((when, perhaps(steps, "`steps`", depth, defects)))
    });
    let arms: Vec<_> = arms.collect();
    match arms.iter().all(Option::is_some) {
        true => Verb::Case {
            arms: arms.into_iter().flatten().collect(),
            otherwise,
        },
        false => {
            let inside = arms.into_iter().flatten().map(|(_, steps)| steps);
            Verb::Broken(inside.chain([otherwise]).collect())
        }
    }
}

fn change(verb: &str, node: &Node, defects: &mut Vec<Defect>) -> Option<ChangeDoc> {
    if verb == "set" {
        let mapping = node.mapping("`set`", defects)?;
        for field in &mapping.entries {
            let text = field.value.data.word().unwrap_or_default();
            as_written("set", text, &field.value.place, defects)?;
        }
        return Some(ChangeDoc::Set(Box::new(node.clone())));
    }
    if verb == "score" {
        let amount = node.number("`score`", defects)?;
        return Some(ChangeDoc::Plain(Change::Score(amount.value)));
    }
    let name = node.line(&format!("`{verb}`"), defects)?;
    as_written(verb, &name.value, &name.place, defects)?;
    let word = name.value.clone();
    Some(match verb {
        "join" => ChangeDoc::List(name, Change::Join(word)),
        "leave" => ChangeDoc::List(name, Change::Leave(word)),
        "tag" => ChangeDoc::Plain(Change::Tag(word)),
        _ => ChangeDoc::Plain(Change::Untag(word)),
    })
}

/// Refuses what only mails and calls fill in.
fn as_written(verb: &str, text: &str, place: &Place, defects: &mut Vec<Defect>) -> Option<()> {
    if !text.contains("{{") {
        return Some(());
    }
    let what = format!("`{verb}` takes what is written: it fills nothing in");
    let help = "write the word or value itself; where it depends on something, an `if` or a `case` around it";
    defects.push(Defect::new(place.clone(), what).help(help));
    None
}

fn split(node: &Node, mapping: &Mapping, depth: usize, defects: &mut Vec<Defect>) -> Verb {
    let name = node.line("the name of a `split`", defects);
    let Some(branches) = mapping.get("branches") else {
        if !mapping.cut_off {
            let defect = Defect::new(node.place.clone(), "this `split` has no `branches`");
            defects.push(defect.help("write `branches:` with `name: { share: 50, steps: […] }`"));
        }
        return broken();
    };
    let Some(all) = branches.mapping("`branches`", defects) else {
        return broken();
    };
    let mut whole = true;
    let mut sides = Vec::new();
    for Entry { key, value } in &all.entries {
        let Some(keys) = Keys::of(value, "a branch", &["share", "steps"], defects) else {
            whole = false;
            continue;
        };
        let share = keys.required("share", "write how many of a hundred: `share: 50`", defects);
        let share = share.and_then(|node| node.whole("`share`", 0..101, defects));
        let share = share.and_then(|share| u8::try_from(share.value).ok());
        whole &= share.is_some();
        let steps = perhaps(keys.get("steps"), "`steps`", depth, defects);
        sides.push((key.value.clone(), share.unwrap_or_default(), steps));
    }
    let total: u16 = sides.iter().map(|(_, share, _)| u16::from(*share)).sum();
    if whole && total != 100 {
        let what = format!("the shares of this split are {total} together");
        let defect = Defect::new(branches.place.clone(), what);
        defects.push(defect.help("let them be a hundred"));
        whole = false;
    }
    match name.filter(|_| whole) {
        Some(name) => Verb::Split(SplitDoc {
            name: name.value,
            branches: sides,
        }),
        None => Verb::Broken(sides.into_iter().map(|(.., steps)| steps).collect()),
    }
}

/// Reads steps of which there may be none, on purpose: whoever comes here goes on.
fn perhaps(
    node: Option<&Node>,
    what: &str,
    depth: usize,
    defects: &mut Vec<Defect>,
) -> Vec<StepDoc> {
    let is_empty = |node: &&Node| matches!(&node.data, Data::List(items) if items.is_empty());
    let node = node.filter(|node| !is_empty(node));
    node.map_or_else(Vec::new, |node| list(node, what, depth + 1, defects))
}

fn wait_for(entry: &Entry, mapping: &Mapping, depth: usize, defects: &mut Vec<Defect>) -> Verb {
    let filter = mapping.entry("where");
    let what = awaited(&entry.value, filter, defects);
    if mapping.get("within").is_none() && !mapping.cut_off {
        let what = "this `wait_for` could wait for ever";
        let defect = Defect::new(entry.key.place.clone(), what);
        defects.push(defect.help("write how long at most: `within: 7 days`"));
    }
    let within = mapping.get("within");
    let within = within.and_then(|node| period(node, "`within`", defects));
    Verb::WaitFor {
        what: what.map(Box::new),
        within: within.map(|within| Box::new(within.value)),
        then: perhaps(mapping.get("then"), "`then`", depth, defects),
        otherwise: perhaps(mapping.get("else"), "`else`", depth, defects),
    }
}

fn awaited(node: &Node, filter: Option<&Entry>, defects: &mut Vec<Defect>) -> Option<AwaitedDoc> {
    let kinds = ["event", "opened", "clicked", "condition"];
    let (kind, node) = match &node.data {
        Data::Mapping(_) => {
            let keys = Keys::of(node, "what a step waits for", &kinds, defects)?;
            let mut found = kinds
                .into_iter()
                .filter_map(|kind| Some((kind, keys.get(kind)?)));
            match (found.next(), found.next()) {
                (Some(found), None) => found,
                (Some(_), Some(_)) => {
                    let what = "a step waits for one thing";
                    let defect = Defect::new(node.place.clone(), what);
                    defects.push(defect.help("write a step of its own for the other"));
                    return None;
                }
                (None, _) => {
                    if !keys.cut_off() && keys.entries().is_empty() {
                        let what = "this step does not say what it waits for";
                        let help = "write `wait_for: EVENT` or `wait_for: { opened: welkom }`";
                        defects.push(Defect::new(node.place.clone(), what).help(help));
                    }
                    return None;
                }
            }
        }
        Data::Broken | Data::List(_) | Data::Null | Data::Plain(_) | Data::Quoted(_) => {
            ("event", node)
        }
    };
    if let Some(filter) = filter
        && kind != "event"
    {
        let what = format!("`where` has no meaning where a step waits for `{kind}`");
        let defect = Defect::new(filter.key.place.clone(), what);
        defects.push(defect.help("leave it out, or wait for a condition"));
    }
    if kind == "condition" {
        return Some(AwaitedDoc::Condition(condition(
            node,
            "`condition`",
            defects,
        )?));
    }
    if let Data::List(items) = &node.data {
        defects.push(several(node, items));
        return None;
    }
    let name = node.line("`wait_for`", defects);
    if kind != "event" {
        return Some(match kind {
            "opened" => AwaitedDoc::Opened(name?),
            _ => AwaitedDoc::Clicked(name?),
        });
    }
    let filter = filter.map(|entry| condition(&entry.value, "`where`", defects));
    Some(AwaitedDoc::Event {
        event: name?,
        filter: match filter {
            Some(filter) => Some(filter?),
            None => None,
        },
    })
}

fn several(node: &Node, items: &[Node]) -> Defect {
    let help = match items {
        [one] => format!(
            "write `wait_for: {}`",
            quoted(one.data.word().unwrap_or("…"))
        ),
        _ => "wait for one of them, or for a `condition` that either makes true".to_owned(),
    };
    let what = "a step waits for one thing, and this is a list";
    Defect::new(node.place.clone(), what).help(help)
}

/// Reasons for leaving that are not an author's.
const RESERVED_REASONS: [&str; 7] = [
    "absent",
    "ended",
    "exit_when",
    "finished",
    "goal",
    "restarted",
    "stopped",
];

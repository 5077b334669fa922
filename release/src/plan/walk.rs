//! Checks the conditions and moments of a journey, each with what can have happened before it.

use std::collections::{BTreeMap, BTreeSet};

use journey::{Absent, Condition, Moment, Schema, shown};

use super::graph::Graph;
use super::{Journey, params};
use crate::Defect;
use crate::journeys::{AwaitedDoc, ChangeDoc, StepDoc, Verb, each};
use crate::phrases::Read;
use crate::values::set;
use crate::words::{list_of, nearest};
use crate::yaml::{At, quoted};

/// Checks them all, in the order of the file.
pub(super) fn check(journey: &mut Journey<'_>, graph: &Graph<'_>, defects: &mut Vec<Defect>) {
    let mut schema = journey.known.schema();
    let doc = journey.doc;
    let before = graph.sends_before();
    let nodes = graph.nodes.iter().zip(&before);
    let known = nodes.map(|(node, sends)| (node.doc.place.span.start, sends));
    walk(journey, &doc.steps, &known.collect(), &mut schema, defects);
    if let Some(condition) = &doc.exit_when {
        schema.sends.extend(journey.sends());
        ask(journey, condition, &schema, defects);
    }
}

/// The sends that lead to each step, by where it stands.
type Before<'b> = BTreeMap<usize, &'b BTreeSet<&'b str>>;

/// Checks `steps`; `schema` gathers the sends that a contact can have been through.
fn walk(
    journey: &mut Journey<'_>,
    steps: &[StepDoc],
    before: &Before<'_>,
    schema: &mut Schema,
    defects: &mut Vec<Defect>,
) {
    for step in steps {
        // A jump can lead here from anywhere.
        let sends = before.get(&step.place.span.start).into_iter();
        let sends = sends.flat_map(|sends| sends.iter());
        schema.sends.extend(sends.map(|send| (*send).to_owned()));
        one(journey, step, schema, defects);
        // A branch does not know the sends of its neighbor; what comes after both knows them all.
        let known = schema.sends.clone();
        let mut after = known.clone();
        for branch in step.branches() {
            schema.sends.clone_from(&known);
            walk(journey, branch, before, schema, defects);
            after.append(&mut schema.sends);
        }
        schema.sends = after;
    }
}

/// Checks one step, without those inside it.
fn one(journey: &mut Journey<'_>, step: &StepDoc, schema: &mut Schema, defects: &mut Vec<Defect>) {
    match &step.verb {
        Verb::Call { hook, with } => call(journey, hook, with, schema, defects),
        Verb::Case { arms, .. } => {
            for (condition, _) in arms {
                match condition {
                    Some(condition) => ask(journey, condition, schema, defects),
                    None => journey.whole = false,
                }
            }
        }
        Verb::Change(change) => changed(journey, step, change, defects),
        Verb::If { condition, .. } => match condition {
            Some(condition) => ask(journey, condition, schema, defects),
            None => journey.whole = false,
        },
        Verb::Send(_) => schema
            .sends
            .extend(step.send_id().map(|id| id.value.clone())),
        Verb::WaitFor { what, within, .. } => {
            journey.whole &= what.is_some() && within.is_some();
            if let Some(what) = what {
                awaited(journey, what, schema, defects);
            }
        }
        Verb::WaitUntil { moment, absent } => until(journey, moment, *absent, schema, defects),
        Verb::Window(hours) => {
            hours.resolve(&journey.declared.project.calendars, defects);
        }
        Verb::Broken(_)
        | Verb::Enroll(_)
        | Verb::Exit(_)
        | Verb::Jump(_)
        | Verb::Split(_)
        | Verb::Wait(_) => (),
    }
}

/// Checks what a step waits for.
fn awaited(
    journey: &mut Journey<'_>,
    what: &AwaitedDoc,
    schema: &Schema,
    defects: &mut Vec<Defect>,
) {
    match what {
        AwaitedDoc::Condition(condition) => ask(journey, condition, schema, defects),
        AwaitedDoc::Event { event, filter } => {
            journey.foreign(event, filter.as_ref(), defects);
        }
        AwaitedDoc::Clicked(send) | AwaitedDoc::Opened(send) => {
            if schema.sends.contains(&send.value) || !journey.sends_known {
                return;
            }
            let known = || schema.sends.iter().map(String::as_str);
            let help = match nearest(&send.value, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if schema.sends.is_empty() => "no mail is sent before this".to_owned(),
                None => format!("before this come {}", list_of(known())),
            };
            let what = format!("no earlier step sends `{}`", quoted(&send.value));
            defects.push(Defect::new(send.place.clone(), what).help(help));
        }
    }
}

/// Checks what a step writes about the contact.
fn changed(
    journey: &mut Journey<'_>,
    step: &StepDoc,
    change: &ChangeDoc,
    defects: &mut Vec<Defect>,
) {
    let project = journey.declared.project;
    match change {
        ChangeDoc::List(list, _) => {
            project.lists.find(list, defects);
        }
        ChangeDoc::Plain(_) => (),
        ChangeDoc::Set(node) => {
            match set(
                node,
                &project.settings.fields,
                project.fields.complete(),
                defects,
            ) {
                Some(fields) => {
                    journey.sets.insert(step.place.span.start, fields);
                }
                None => journey.whole = false,
            }
        }
    }
}

/// Checks a call: its hook, and what its texts show.
fn call(
    journey: &mut Journey<'_>,
    hook: &At<String>,
    with: &BTreeMap<String, At<String>>,
    schema: &Schema,
    defects: &mut Vec<Defect>,
) {
    journey.declared.project.hooks.find(hook, defects);
    for text in with.values() {
        for path in shown(&text.value) {
            let used = params([path]);
            journey.used.extend(used.iter().cloned());
            journey.read_by_steps.extend(used);
            let sure = journey.known.complete() && journey.known.sure([path]);
            if sure && !schema.fields.contains_key(path) {
                let what = format!("nothing is called `{}`", quoted(path));
                let known = schema.fields.keys().map(String::as_str);
                let help = match nearest(path, known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "write a field of the contact or a parameter of the event".to_owned(),
                };
                defects.push(Defect::new(text.place.clone(), what).help(help));
            }
        }
    }
}

/// Checks a moment that a step waits for.
fn until(
    journey: &mut Journey<'_>,
    moment: &Read<Moment>,
    absent: Option<Absent>,
    schema: &Schema,
    defects: &mut Vec<Defect>,
) {
    let params = params(moment.value.path());
    journey.used.extend(params.iter().cloned());
    journey.read_by_steps.extend(params);
    if !journey.known.complete() || !journey.known.sure(moment.value.path()) {
        return;
    }
    moment.check(schema, defects);
    let reading = moment.value.path().and_then(|path| schema.fields.get(path));
    if reading.is_some_and(|reading| !reading.always) && absent.is_none() {
        let path = moment.value.path().unwrap_or_default();
        defects.push(
            Defect::new(
                moment.phrase.place.clone(),
                format!("`{path}` may be absent, and then there is nothing to wait for"),
            )
            .help("add `absent: continue` to go straight on, or `absent: exit` to leave"),
        );
    }
}

/// Checks one condition.
fn ask(
    journey: &mut Journey<'_>,
    condition: &Read<Condition>,
    schema: &Schema,
    defects: &mut Vec<Defect>,
) {
    let params = params(condition.value.paths());
    journey.used.extend(params.iter().cloned());
    journey.read_by_steps.extend(params);
    let mut schema = schema.clone();
    if !journey.sends_known {
        // The send it asks about may be the one that could not be read.
        let asked = condition.value.links().into_iter();
        schema.sends.extend(asked.map(|(send, ..)| send.to_owned()));
    }
    journey.known.ask(condition, &schema, defects);
    let links = links(journey);
    for (send, link, at) in condition.value.links() {
        let (Some(link), Some(known)) = (link, links.get(send)) else {
            continue;
        };
        if known.contains(link) {
            continue;
        }
        let names = || known.iter().map(String::as_str);
        let help = match nearest(link, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "no link of it has a name".to_owned(),
            None => format!("its links are {}", list_of(names())),
        };
        let place = condition.phrase.part(at);
        defects
            .push(Defect::new(place, format!("`{send}` has no link called `{link}`")).help(help));
    }
}

/// Returns the links of each send whose mail could be compiled.
fn links(journey: &Journey<'_>) -> BTreeMap<String, BTreeSet<String>> {
    let mut links = BTreeMap::new();
    each(&journey.doc.steps, &mut |step| {
        if let (Some(id), Verb::Send(send)) = (step.send_id(), &step.verb)
            && let Some(mail) = journey.mails.get(&send.template.place.span.start)
            && !mail.sent.sources.is_empty()
        {
            links.insert(id.value.clone(), mail.sent.links.clone());
        }
    });
    links
}

//! Checks the conditions and moments of a journey, each with what can have happened before it.

use std::collections::{BTreeMap, BTreeSet};

use journey::{Condition, Schema};

use super::{Journey, params};
use crate::Defect;
use crate::journeys::{StepDoc, Verb, each};
use crate::phrases::Read;
use crate::words::{list_of, nearest};

/// Checks them all, in the order of the file.
pub(super) fn check(journey: &mut Journey<'_>, defects: &mut Vec<Defect>) {
    let mut schema = journey.known.schema();
    let doc = journey.doc;
    walk(journey, &doc.steps, &mut schema, defects);
    for condition in &doc.conditions {
        ask(journey, condition, &schema, defects);
    }
}

/// Checks `steps`; `schema` gathers the sends that a contact can have been through.
fn walk(
    journey: &mut Journey<'_>,
    steps: &[StepDoc],
    schema: &mut Schema,
    defects: &mut Vec<Defect>,
) {
    for step in steps {
        match &step.verb {
            Verb::Send(_) => schema
                .sends
                .extend(step.send_id().map(|id| id.value.clone())),
            Verb::If { condition, .. } => match condition {
                Some(condition) => ask(journey, condition, schema, defects),
                None => journey.whole = false,
            },
            Verb::WaitUntil { moment, absent } => {
                let params = params(moment.value.path());
                journey.used.extend(params.iter().cloned());
                journey.read_by_steps.extend(params);
                if !journey.known.complete() || !journey.known.sure(moment.value.path()) {
                    continue;
                }
                moment.check(schema, defects);
                let reading = moment.value.path().and_then(|path| schema.fields.get(path));
                if reading.is_some_and(|reading| !reading.always) && absent.is_none() {
                    let path = moment.value.path().unwrap_or_default();
                    defects.push(
                        Defect::new(
                            moment.phrase.place.clone(),
                            format!(
                                "`{path}` may be absent, and then there is nothing to wait for"
                            ),
                        )
                        .help(
                            "add `absent: continue` to go straight on, or `absent: exit` to leave",
                        ),
                    );
                }
            }
            Verb::Broken(_) | Verb::Exit(_) | Verb::Wait(_) => (),
        }
        // A branch does not know the sends of its neighbor; what comes after both knows them all.
        let before = schema.sends.clone();
        let mut after = before.clone();
        for branch in step.branches() {
            schema.sends.clone_from(&before);
            walk(journey, branch, schema, defects);
            after.append(&mut schema.sends);
        }
        schema.sends = after;
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

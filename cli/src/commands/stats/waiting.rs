//! `waypost stats JOURNEY --waiting STEP`: exactly who stands at a step, and by which steps they came there.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{bail, ensure};
use aws::Traveler;
use engine::Contacts;
use jiff::tz::TimeZone;
use journey::{ContactId, Phase, Plan, nearest};
use serde_json::{Value, json};

use crate::columns::columns;
use crate::commands::pause::known;
use crate::output::{Form, Terminal};
use crate::stack::Stack;

/// Who stands at a step.
pub(super) struct Waiting {
    found: Vec<(Traveler, Option<Person>)>,
}

/// What somebody is called.
struct Person {
    id: String,
    name: String,
}

impl Waiting {
    /// Finds them: in every version of the journey, the longest there first.
    pub(super) async fn find(stack: &Stack, journey: &str, step: &str) -> anyhow::Result<Self> {
        let aws = stack.aws();
        let mut found = aws.standing(journey).await?;
        let steps: BTreeSet<_> = found
            .iter()
            .filter_map(|one| one.passage.phase.step().map(str::to_owned))
            .collect();
        found.retain(|one| one.passage.phase.step() == Some(step));
        if found.is_empty() {
            nobody(known(stack, journey).await?, (journey, step), &steps)?;
        }
        let mut people: BTreeMap<ContactId, Person> = BTreeMap::new();
        let ids: Vec<_> = found.iter().map(|one| one.contact.clone()).collect();
        for chunk in ids.chunks(CHUNK) {
            let wanted: BTreeSet<_> = chunk.iter().cloned().collect();
            let known = aws
                .contacts(&wanted.into_iter().collect::<Vec<_>>())
                .await?;
            people.extend(known.into_iter().map(|(id, known)| {
                let contact = known.value.contact;
                let person = Person {
                    id: contact.source_id,
                    name: contact.full_name,
                };
                (id, person)
            }));
        }
        let found = found.into_iter().map(|one| {
            let person = people.get(&one.contact).map(|person| Person {
                id: person.id.clone(),
                name: person.name.clone(),
            });
            (one, person)
        });
        Ok(Self {
            found: found.collect(),
        })
    }

    /// Says who they are.
    pub(super) fn say(&self, form: Form, terminal: Terminal) -> anyhow::Result<()> {
        match form {
            Form::Programs => {
                let people = self.found.iter().map(|(one, person)| told(one, person));
                terminal.say_json(&people.collect::<Vec<Value>>())
            }
            Form::People if self.found.is_empty() => terminal.say("Nobody is on their way there."),
            Form::People => {
                let rows = self.found.iter().map(|(one, person)| {
                    let known = person.as_ref();
                    [
                        known.map_or_else(|| one.contact.to_string(), |person| person.id.clone()),
                        known.map_or_else(|| "-".to_owned(), |person| person.name.clone()),
                        why(&one.passage.phase),
                        path(one).join(" > "),
                    ]
                });
                let headings = ["contact", "name", "stands", "came by"];
                terminal.say(columns(headings, rows, terminal))
            }
        }
    }
}

/// Fails where a step is not there, or others are on their way: whoever mistypes it must not believe that nobody waits.
fn nobody(
    plan: Option<Plan>,
    (journey, step): (&str, &str),
    others: &BTreeSet<String>,
) -> anyhow::Result<()> {
    let stand = match others.is_empty() {
        true => String::new(),
        false => {
            let others: Vec<_> = others.iter().map(String::as_str).collect();
            format!("; those on their way stand at {}", others.join(", "))
        }
    };
    let plan = plan.as_ref();
    if plan.is_some_and(|plan| plan.step(step).is_none()) {
        let steps = plan.into_iter().flat_map(|plan| &plan.steps);
        let meant = nearest(step, steps.map(|step| step.id.as_str()));
        let meant = meant.map(|step| format!("; did you mean `{step}`?"));
        bail!(
            "{journey} has no step `{step}`{}{stand}",
            meant.unwrap_or_default()
        );
    }
    ensure!(
        others.is_empty(),
        "nobody stands at the step {step} of {journey}{stand}"
    );
    Ok(())
}

fn told(one: &Traveler, person: &Option<Person>) -> Value {
    json!({
        "contact": person.as_ref().map(|person| &person.id),
        "name": person.as_ref().map(|person| &person.name),
        "enrollment": one.enrollment.as_str(),
        "plan": one.passage.plan,
        "until": one.passage.phase.due().map(|due| due.to_string()),
        "stands": why(&one.passage.phase),
        "came_by": path(one),
    })
}

/// Returns the steps that led there, each with what came of it.
fn path(one: &Traveler) -> Vec<String> {
    let taken = one.passage.path.iter();
    taken
        .map(|taken| format!("{} {}", taken.step, taken.outcome))
        .collect()
}

/// Says how a run stands where it stands.
fn why(phase: &Phase) -> String {
    let minute = |at: jiff::Timestamp| {
        let at = at.to_zoned(TimeZone::UTC);
        at.strftime("%Y-%m-%d %H:%M UTC").to_string()
    };
    match phase {
        Phase::Calling { since, .. } => format!("calls since {}", minute(*since)),
        Phase::Entered | Phase::Left { .. } => String::new(),
        Phase::Holding { due, .. } => format!("its mail is held until {}", minute(*due)),
        Phase::Met { since, .. } => format!("goes on since {}", minute(*since)),
        Phase::Parked { reason, at, .. } => format!("parked since {}: {reason}", minute(*at)),
        Phase::Sending { since, .. } => format!("its mail is on its way since {}", minute(*since)),
        Phase::Waiting { due, .. } => format!("waits until {}", minute(*due)),
    }
}

const CHUNK: usize = 100;

//! Posts to another system: a result that it wants to hear of, or a step that waits for its answer.
//!
//! A post is made at least once, under a name by which its receiver knows a repeat. Nothing here waits for a system
//! that does not answer: the post is asked for again, later and later, and others go on meanwhile.

mod body;

use anyhow::anyhow;
use jiff::SignedDuration;
use journey::{Action, CallId, Contact, EnrollmentId, Hook, Input, Phase, SendResult, Settled};
use wire::{About, Call, Halt, News};

use crate::advance::{erased, step};
use crate::effects::settle;
use crate::hold::hold;
use crate::{
    Alarms, Calls, Clock, Contacts, Enrollments, Failure, Halted, HookSecrets, Hooks, Metric,
    Metrics, Moves, Orders, Outbox, Plans, Releases, Told, Untold,
};

/// Makes the post of `call`, unless nobody waits for it any more.
///
/// What cannot be done now is asked for again later, so that the message that carried it can be acknowledged.
pub async fn call(
    io: &(
         impl Clock
         + Contacts
         + Enrollments
         + Plans
         + Releases
         + HookSecrets
         + Halted
         + Orders
         + Calls
         + Moves
         + Alarms
         + Metrics
     ),
    hooks: &impl Hooks,
    call: &Call,
) -> Result<(), Failure> {
    match &call.about {
        About::Result { hook, news } => result(io, hooks, call, (hook, news)).await,
        About::Step {
            contact,
            enrollment,
            step,
        } => {
            let Some(record) = io.enrollment(contact, enrollment).await? else {
                return Ok(());
            };
            let waiting = Waiting { call, record, step };
            waiting.go(io, hooks).await
        }
    }
}

/// Tells a hook what happened.
async fn result(
    io: &(impl Clock + Contacts + Enrollments + Plans + Releases + HookSecrets + Calls + Metrics),
    hooks: &impl Hooks,
    call: &Call,
    (name, news): (&str, &News),
) -> Result<(), Failure> {
    // Whoever wants to hear of it no more since is told nothing.
    let hook = hook(io, name).await?;
    let Some(hook) = hook.filter(|hook| hook.results.contains(&news.kind)) else {
        return Ok(());
    };
    let mut people = vec![news.contact.clone()];
    people.extend(news.recipient.clone());
    people.dedup();
    let known = io.contacts(&people).await?;
    let person = |id| known.get(id).map(|known| &known.value.contact);
    // Nobody is told about somebody who was erased.
    let Some(contact) = person(&news.contact) else {
        return Ok(());
    };
    let recipient = news.recipient.as_ref().and_then(person);
    let run = match &news.enrollment {
        Some(id) => io.enrollment(&news.contact, id).await?,
        None => None,
    };
    let plan = match &run {
        Some(record) => Some(io.plan(&record.enrollment.plan).await?),
        None => None,
    };
    let run = run.as_ref().map(|record| &record.enrollment);
    let about = body::About {
        contact,
        recipient,
        run,
        plan: plan.as_deref(),
    };
    let body = body::result(news, about);
    match tell(io, hooks, (&news.id(), &hook), &body).await {
        Ok(()) => Ok(()),
        Err(Untold::Refused(why)) => Err(Failure::Reject(anyhow!("the hook `{name}` {why}"))),
        Err(Untold::Unanswered(why)) => match again(io, call).await? {
            true => Ok(()),
            false => Err(Failure::Reject(anyhow!("the hook `{name}` {why}"))),
        },
    }
}

/// A run that waits for the answer to a post.
struct Waiting<'a> {
    call: &'a Call,
    record: wire::EnrollmentRecord,
    step: &'a str,
}

impl Waiting<'_> {
    async fn go(
        self,
        io: &(
             impl Clock
             + Contacts
             + Enrollments
             + Plans
             + Releases
             + HookSecrets
             + Halted
             + Orders
             + Calls
             + Moves
             + Alarms
             + Metrics
         ),
        hooks: &impl Hooks,
    ) -> Result<(), Failure> {
        let Self {
            call,
            record,
            step: id,
        } = self;
        let plan = io.plan(&record.enrollment.plan).await?;
        let action = plan.step(id).map(|step| &step.action);
        let Some(Action::Call {
            hook: name, with, ..
        }) = action
        else {
            return Err(Failure::Reject(anyhow!("the plan has no call `{id}`")));
        };
        let waits = matches!(&record.enrollment.phase, Phase::Calling { step, .. } if step == id);
        if !waits {
            let mut outbox = Outbox::default();
            settle(io, &plan, &record, &mut outbox).await?;
            // The post that this one was about was made.
            return outbox.finish(io).await;
        }
        if io.halt(&plan.journey).await? == Some(Halt::Paused) {
            return hold(io, &record, None).await;
        }
        let contact = record.enrollment.contact.clone();
        let known = io.contacts(std::slice::from_ref(&contact)).await?;
        let Some(person) = known.into_values().next() else {
            return erased(io, record).await;
        };
        let whole: Contact = person.value.contact.clone();
        let whole = whole.with_defaults(&plan.settings.fields);
        let refused = |why: String| SendResult::Refused {
            reason: format!("the hook `{name}` {why}"),
        };
        let result = match hook(io, name).await? {
            None => refused("is not declared in the release in force".to_owned()),
            Some(hook) => {
                let body = body::step((&plan, &record.enrollment, &whole), (id, with), io.now());
                let name = step_id(&record.enrollment.id, id);
                match tell(io, hooks, (&name, &hook), &body).await {
                    Ok(()) => SendResult::Accepted,
                    Err(Untold::Refused(why)) => refused(why),
                    Err(Untold::Unanswered(why)) => match again(io, call).await? {
                        true => return Ok(()),
                        false => refused(why),
                    },
                }
            }
        };
        let step_name = id.to_owned();
        let input = Input::Settled(Settled {
            step: step_name,
            result,
        });
        let mut outbox = Outbox::default();
        step(io, &plan, person, (record, input), &mut outbox).await?;
        outbox.finish(io).await
    }
}

/// Names the post of a step: a run takes each at most once.
fn step_id(run: &EnrollmentId, step: &str) -> CallId {
    CallId::of(&["journey.call", run.as_str(), step])
}

/// Returns a hook of the release in force: where a system is found holds for every version of a journey.
async fn hook(io: &impl Releases, name: &str) -> anyhow::Result<Option<Hook>> {
    let release = io.current().await?.map(|(_, release)| release);
    Ok(release.and_then(|release| release.hooks.get(name).cloned()))
}

/// Signs a post and makes it.
async fn tell(
    io: &(impl Clock + HookSecrets),
    hooks: &impl Hooks,
    (id, hook): (&CallId, &Hook),
    body: &str,
) -> Result<(), Untold> {
    let now = io.now();
    let secrets = io.hook_secrets(&hook.secret);
    let signatures = secrets
        .iter()
        .map(|secret| secret.sign(id.as_str(), now, body.as_bytes()));
    let signatures: Vec<_> = signatures.collect();
    let post = Told {
        url: &hook.url,
        id,
        timestamp: now.as_second(),
        signatures: &signatures.join(" "),
        body,
    };
    hooks.tell(&post).await
}

/// Asks for a post again, later; returns whether there is still reason to.
async fn again(io: &(impl Calls + Metrics), call: &Call) -> Result<bool, Failure> {
    if call.tries >= TRIES_MAX {
        return Ok(false);
    }
    let later = Call {
        tries: call.tries.saturating_add(1),
        ..call.clone()
    };
    io.call(&[later], delay(call.tries)).await?;
    io.count(Metric::Retries, 1);
    Ok(true)
}

/// Returns when to try again after so many tries: 5 s, 20 s, 80 s, 5 minutes, and from then on every 15 minutes.
fn delay(tries: u16) -> SignedDuration {
    let quadruplings = u32::from(tries.min(QUADRUPLINGS_MAX));
    (DELAY_MIN * 4_i32.pow(quadruplings)).min(DELAY_MAX)
}

/// How often a system is tried: for three days, over a weekend.
const TRIES_MAX: u16 = 3 * 24 * 4 + QUADRUPLINGS_MAX;
const DELAY_MIN: SignedDuration = SignedDuration::from_secs(5);
/// The longest that a queue delays a message.
const DELAY_MAX: SignedDuration = SignedDuration::from_mins(15);
const QUADRUPLINGS_MAX: u16 = 4;

#[cfg(test)]
mod tests {
    use super::delay;

    #[test]
    fn a_system_that_does_not_answer_is_asked_less_and_less_often() {
        let delays = [0, 1, 2, 3, 4, 5, u16::MAX].map(|tries| delay(tries).as_secs());
        assert_eq!(delays, [5, 20, 80, 320, 900, 900, 900]);
    }
}

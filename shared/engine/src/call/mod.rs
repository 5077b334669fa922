//! Posts to another system: a result that it wants to hear of, or a step that waits for its answer.
//!
//! A post is made at least once, under a name by which its receiver knows a repeat. Nothing here waits for a system
//! that does not answer: the post is asked for again, later and later, and others go on meanwhile.

mod body;

use anyhow::anyhow;
use jiff::SignedDuration;
use journey::{
    Action, CallId, ContactId, EnrollmentId, Hook, Input, Phase, SendResult, Settled, Skipped,
};
use wire::{About, Call, Halt, HookResult};

use crate::advance::{erased, step};
use crate::effects::settle;
use crate::hold::hold;
use crate::walking::Walking;
use crate::{
    Alarms, Calls, Clock, Contacts, Enrollments, Failure, Halted, HookPost, HookSecrets, Hooks,
    Metric, Metrics, Moves, Orders, Outbox, Plans, Releases, Unposted,
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
        About::Result { hook, result } => tell(io, hooks, call, (hook, result)).await,
        About::Step {
            contact,
            enrollment,
            step,
        } => ask(io, hooks, call, (contact, enrollment, step)).await,
    }
}

/// Tells a hook what happened.
async fn tell(
    io: &(impl Clock + Contacts + Enrollments + Plans + Releases + HookSecrets + Calls + Metrics),
    hooks: &impl Hooks,
    call: &Call,
    (name, result): (&str, &HookResult),
) -> Result<(), Failure> {
    // Whoever wants to hear of it no more since is told nothing.
    let release = io.current().await?.map(|(_, release)| release);
    let hook = release.as_ref().and_then(|release| release.hooks.get(name));
    let Some(hook) = hook.filter(|hook| hook.results.contains(&result.kind)) else {
        return Ok(());
    };
    let mut people = vec![result.contact.clone()];
    people.extend(result.recipient.clone());
    let known = io.contacts(&people).await?;
    let person = |id| known.get(id).map(|known| &known.value.contact);
    // Nobody is told about somebody who was erased.
    let Some(contact) = person(&result.contact) else {
        return Ok(());
    };
    let recipient = result.recipient.as_ref().and_then(person);
    let run = match &result.enrollment {
        Some(id) => io.enrollment(&result.contact, id).await?,
        None => None,
    };
    let plan = match &run {
        Some(record) => Some(io.plan(&record.enrollment.plan).await?),
        None => None,
    };
    let run = run.as_ref().map(|record| &record.enrollment);
    let topics = release.as_ref().map(|release| &release.topics);
    let body = body::of_result(
        result,
        (contact, recipient),
        run.zip(plan.as_deref()),
        topics,
    );
    let to = (name, hook, &result.id());
    match post(io, hooks, call, to, &body).await? {
        Posted::Done | Posted::Later | Posted::Never => Ok(()),
        Posted::Refused(why) => Err(Failure::Reject(anyhow!(why))),
    }
}

/// Calls a hook for a run that waits for its answer.
async fn ask(
    io: &(impl Walking + HookSecrets + Halted),
    hooks: &impl Hooks,
    call: &Call,
    (contact, enrollment, id): (&ContactId, &EnrollmentId, &str),
) -> Result<(), Failure> {
    let Some(record) = io.enrollment(contact, enrollment).await? else {
        return Ok(());
    };
    let run = &record.enrollment;
    let plan = io.plan(&run.plan).await?;
    let action = plan.step(id).map(|step| &step.action);
    let Some(Action::Call {
        hook: name, with, ..
    }) = action
    else {
        return Err(Failure::Reject(anyhow!("the plan has no call `{id}`")));
    };
    let mut outbox = Outbox::default();
    let waits = matches!(&run.phase, Phase::Calling { step, .. } if step == id);
    if !waits {
        settle(io, &plan, &record, &mut outbox).await?;
        return outbox.finish(io).await;
    }
    let halts = io.halts(&plan.journey, plan.purpose.is_marketing()).await?;
    let paused = halts.contains(&Halt::Paused);
    let ended = plan.end().is_some_and(|end| end <= io.now());
    if paused && !ended {
        return hold(io, &record, None).await;
    }
    let known = io.contacts(std::slice::from_ref(contact)).await?;
    let Some(person) = known.into_values().next() else {
        return erased(io, record).await;
    };
    let posted = match hook(io, name).await? {
        // A journey that was paused until its end calls nobody any more.
        _ if paused => Posted::Never,
        None => Posted::Refused(format!(
            "the release in force does not declare the hook `{name}`"
        )),
        Some(hook) => {
            let whole = person.value.contact.clone();
            let now = io.now();
            let whole = whole.seen(&plan.settings, now);
            let body = body::of_step((&plan, run, &whole), (id, with), now);
            let name_of_post = CallId::of(&[body::CALL, run.id.as_str(), id]);
            post(io, hooks, call, (name, &hook, &name_of_post), &body).await?
        }
    };
    let result = match posted {
        Posted::Done => SendResult::Accepted,
        Posted::Later => return Ok(()),
        Posted::Never => SendResult::Skipped(Skipped::Expired),
        Posted::Refused(reason) => SendResult::Refused { reason },
    };
    let step_id = id.to_owned();
    let settled = Input::Settled(Settled {
        step: step_id,
        result,
    });
    step(io, &plan, person, (record, settled), &mut outbox).await?;
    outbox.finish(io).await
}

/// Returns a hook of the release in force: where a system is found holds for every version of a journey.
async fn hook(io: &impl Releases, name: &str) -> anyhow::Result<Option<Hook>> {
    let release = io.current().await?.map(|(_, release)| release);
    Ok(release.and_then(|release| release.hooks.get(name).cloned()))
}

/// What became of a post.
enum Posted {
    /// It was taken.
    Done,
    /// It is made again later.
    Later,
    /// It is made no more.
    Never,
    /// Somebody must mend something.
    Refused(String),
}

/// Signs a post and makes it.
async fn post(
    io: &(impl Clock + HookSecrets + Calls + Metrics),
    hooks: &impl Hooks,
    call: &Call,
    (name, hook, id): (&str, &Hook, &CallId),
    body: &str,
) -> Result<Posted, Failure> {
    let now = io.now();
    let secrets = io.hook_secrets(&hook.secret).into_iter();
    let signatures = secrets.map(|secret| secret.sign(id.as_str(), now, body.as_bytes()));
    let signatures: Vec<_> = signatures.collect();
    let post = HookPost {
        url: &hook.url,
        id,
        timestamp: now.as_second(),
        signatures: &signatures.join(" "),
        body,
    };
    let why = match hooks.post(&post).await {
        Ok(()) => return Ok(Posted::Done),
        Err(Unposted::Refused(why)) => why,
        Err(Unposted::Unanswered(why)) => match again(io, call).await? {
            true => return Ok(Posted::Later),
            false => why,
        },
    };
    Ok(Posted::Refused(format!("the hook `{name}` {why}")))
}

/// Asks for a post again, later; returns whether there is still reason to.
async fn again(io: &(impl Calls + Metrics), call: &Call) -> Result<bool, Failure> {
    if call.tries >= TRIES_MAX {
        return Ok(false);
    }
    let later = Call {
        tries: call.tries + 1,
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
    use jiff::SignedDuration;

    use super::{TRIES_MAX, delay};

    #[test]
    fn a_system_that_does_not_answer_is_asked_less_and_less_often() {
        let delays = [0, 1, 2, 3, 4, 5, u16::MAX].map(|tries| delay(tries).as_secs());
        assert_eq!(delays, [5, 20, 80, 320, 900, 900, 900]);
    }

    #[test]
    fn a_system_that_is_down_over_a_weekend_is_not_given_up() {
        let tried = (0..TRIES_MAX).map(delay);
        let longest = tried.fold(SignedDuration::ZERO, |sum, delay| sum + delay);
        assert!(longest > SignedDuration::from_hours(72), "{longest:#}");
        assert!(longest < SignedDuration::from_hours(73), "{longest:#}");
    }
}

//! Sends one mail: decide, claim, hand over, record, go on.
//!
//! SES has no idempotency token, so the ledger decides who may call it. The order of things is the
//! promise: what can fail stands before the claim, and between the claim and SES stands nothing.

mod claim;
mod clear;
mod delays;
mod places;
mod wanted;

use anyhow::anyhow;
use jiff::{SignedDuration, Timestamp};
use journey::{Action, Contact, Input, Order, Plan, Send, SendResult, Settled};
use mail::Mail;
use wire::{ContactRecord, EnrollmentRecord, Halt};

use crate::advance::{erased, step};
use crate::compose::compose;
use crate::effects::settle;
use crate::hold::{hold, renewed};
use crate::results::{announce, of_notification};
use crate::walking::Walking;
use crate::{
    Alarms, Calls, Chosen, Clock, Contacts, Enrollments, Evidence, Failure, Halted, Lane, Ledger,
    Mailer, Metric, Metrics, Moves, Orders, Outbox, Outgoing, Pages, Plans, Pressure, Releases,
    Suppressions, Templates, Turns, Undelivered, Unsubscribe, Versioned,
};
use claim::{Verdict, claim, earlier};
use delays::{NOT_SENT, PAUSED, throttled};
use wanted::{concerned, is_mailed_besides, still_wanted};

/// How long to wait for what.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Patience {
    /// How long a claim is taken to be alive: longer than any call to the mail service.
    pub lease: SignedDuration,
    /// How long the mail service's own report may take, before a mail in doubt is decided.
    pub evidence: SignedDuration,
}

/// How long a claim is taken to be alive, unless a setting says otherwise: six times what a call to
/// the mail service may take.
pub const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// How long the mail service's own report may take, unless a setting says otherwise.
pub const EVIDENCE: SignedDuration = SignedDuration::from_mins(15);

/// Sends the mail of `order`, unless it is sent already or must not be.
///
/// Whatever cannot be done now is ordered again for later; so the message that carried the order can
/// be acknowledged, and waiting never uses up its receive count.
pub async fn send(
    io: &(
         impl Clock
         + Contacts
         + Suppressions
         + Chosen
         + Pressure
         + Enrollments
         + Plans
         + Releases
         + Halted
         + Templates
         + Pages
         + Ledger
         + Mailer
         + Evidence
         + Orders
         + Calls
         + Moves
         + Alarms
         + Metrics
     ),
    turns: &impl Turns,
    patience: Patience,
    order: &Order,
) -> Result<(), Failure> {
    let Some(record) = io.enrollment(&order.contact, &order.enrollment).await? else {
        return Ok(());
    };
    let plan = io.plan(&record.enrollment.plan).await?;
    let step = plan.step(&order.step).map(|step| &step.action);
    let Some(Action::Send { send, .. }) = step else {
        let error = anyhow!("the plan has no send `{}`", order.step);
        return Err(Failure::Reject(error));
    };
    let Some(since) = still_wanted(&record, order, send) else {
        let mut outbox = Outbox::default();
        settle(io, &plan, &record, &mut outbox).await?;
        return outbox.finish(io).await;
    };

    let known = io.contacts(&concerned(order)).await?;
    let (Some(person), Some(recipient)) = (known.get(&order.contact), known.get(&order.recipient))
    else {
        // A recipient who was erased gets nothing; a traveler who was erased travels no more.
        return match known.get(&order.contact) {
            None => erased(io, record).await,
            Some(_) => Ok(()),
        };
    };
    if is_mailed_besides(&record, order, recipient) {
        return Ok(());
    }
    let mailing = Mailing::new(
        (order, io.now()),
        (&plan, send),
        (record, since),
        [person, recipient],
    );
    match mailing.go(io, turns, patience).await? {
        Next::Conclude(result) => mailing.conclude(io, result).await,
        Next::Later(delay) => {
            let lane = Lane::from(&mailing.plan.purpose);
            io.order(lane, std::slice::from_ref(order), delay).await?;
            Ok(())
        }
        Next::Paused => mailing.rest(io).await,
    }
}

/// One mail on its way.
struct Mailing<'a> {
    order: &'a Order,
    plan: &'a Plan,
    send: &'a Send,
    record: EnrollmentRecord,
    contact: Contact,
    recipient: Contact,
    /// Who walks the journey, as stored.
    person: Versioned<ContactRecord>,
    since: Timestamp,
}

/// What to do about a mail.
enum Next {
    /// It is known what became of it.
    Conclude(SendResult),
    /// Look again after a while.
    Later(SignedDuration),
    /// Look again after a while, however long that goes on.
    Paused,
}

impl<'a> Mailing<'a> {
    fn new(
        (order, now): (&'a Order, Timestamp),
        (plan, send): (&'a Plan, &'a Send),
        (record, since): (EnrollmentRecord, Timestamp),
        [person, recipient]: [&Versioned<ContactRecord>; 2],
    ) -> Self {
        let seen = |known: &Versioned<ContactRecord>| {
            let contact = known.value.contact.clone();
            contact.seen(&plan.settings, now)
        };
        Self {
            order,
            plan,
            send,
            record,
            contact: seen(person),
            recipient: seen(recipient),
            person: person.clone(),
            since,
        }
    }
}

impl Mailing<'_> {
    async fn go(
        &self,
        io: &(
             impl Clock
             + Halted
             + Plans
             + Releases
             + Templates
             + Pages
             + Suppressions
             + Chosen
             + Pressure
             + Ledger
             + Mailer
             + Evidence
             + Metrics
         ),
        turns: &impl Turns,
        patience: Patience,
    ) -> Result<Next, Failure> {
        // A notification is service, whatever its journey is.
        let is_marketing = self.plan.topic(self.send).is_some();
        if let Some(instead) = self.too_late(io.now()) {
            return self.unless_sent(io, patience, instead).await;
        }
        let halts = io.halts(&self.plan.journey, is_marketing).await?;
        if halts.contains(&Halt::Paused) {
            return self.paused(io, patience).await;
        }
        if let Some(instead) = self.instead(io.now()) {
            return self.unless_sent(io, patience, instead).await;
        }
        let people = (self.send, &self.contact, &self.recipient);
        let mail = (&self.record, &self.order.send_id());
        let composed = compose(io, self.plan, mail, people, io.now()).await?;
        let (mail, unsubscribe) = match composed {
            Ok(composed) => composed,
            Err(reason) => {
                let refused = SendResult::Refused { reason };
                return self.unless_sent(io, patience, refused).await;
            }
        };
        let address = io.address_key(&self.recipient.address);
        let release = io.current().await?;
        let settings = release.as_ref().map(|(_, release)| &release.settings);
        let settings = settings.unwrap_or(&self.plan.settings);
        let limits = self.limits(io).await?;
        if limits.warm_up.is_some() || limits.pace.is_some() {
            // Whoever does not want it takes nobody's turn.
            if let Some(instead) = self.unwelcome(io, settings, &address).await? {
                return self.unless_sent(io, patience, instead).await;
            }
        }
        if let Some(instead) = self.take_room(io, &limits).await? {
            return self.unless_sent(io, patience, instead).await;
        }
        if is_marketing && let Some(delay) = turns.turn().await {
            return Ok(Next::Later(delay));
        }
        // The last look before the claim: nothing that can fail stands between here and SES.
        if let Some(instead) = self.unwelcome(io, settings, &address).await? {
            return self.unless_sent(io, patience, instead).await;
        }
        let tracked = self.may_be_tracked(io, settings, &address).await?;
        let address = (address, self.recipient.address.is_simulated());
        match claim(io, patience, (self.order, &self.plan.purpose), address).await? {
            Verdict::Ours { attempt } => {
                let mail = (&mail, unsubscribe.as_ref(), tracked);
                self.hand_over(io, patience, attempt, mail).await
            }
            Verdict::Settled(result) => Ok(Next::Conclude(result)),
            Verdict::Wait(delay) => Ok(Next::Later(delay)),
        }
    }

    /// Hands the mail over, once it is claimed.
    async fn hand_over(
        &self,
        io: &(impl Ledger + Mailer + Metrics),
        patience: Patience,
        attempt: u32,
        (mail, unsubscribe, tracked): (&Mail, Option<&Unsubscribe>, bool),
    ) -> Result<Next, Failure> {
        let send_id = self.order.send_id();
        let outgoing = Outgoing {
            send: &send_id,
            recipient: &self.order.recipient,
            enrollment: &self.order.enrollment,
            from: &self.send.from,
            to: &self.recipient.address,
            mail,
            unsubscribe,
            tracked,
        };
        match io.send(&outgoing).await {
            Ok(message_id) => {
                let recipient = &self.order.recipient;
                io.accept(recipient, &send_id, &message_id).await?;
                Ok(Next::Conclude(SendResult::Accepted))
            }
            Err(undelivered) => self.undelivered(io, patience, attempt, undelivered).await,
        }
    }

    /// Lets its run rest until the journey goes on; no run waits for a notification that could keep it.
    async fn rest(
        &self,
        io: &(impl Clock + Enrollments + Orders + Moves + Alarms),
    ) -> Result<(), Failure> {
        if self.send.to.is_none() {
            return hold(io, &self.record, Some(self.order)).await;
        }
        let lane = Lane::from(&self.plan.purpose);
        let order = renewed(self.order, io.now());
        io.order(lane, std::slice::from_ref(&order), PAUSED).await?;
        Ok(())
    }

    /// Lets the mail wait until its journey goes on, unless it may have left already.
    async fn paused(
        &self,
        io: &(impl Clock + Ledger + Evidence + Metrics),
        patience: Patience,
    ) -> Result<Next, Failure> {
        Ok(match earlier(io, patience, self.order).await? {
            Some(Verdict::Settled(result)) => Next::Conclude(result),
            Some(Verdict::Wait(delay)) => Next::Later(delay),
            Some(Verdict::Ours { .. }) | None => Next::Paused,
        })
    }

    /// Lets the mail be, with `otherwise` as the result, unless it may have left already.
    async fn unless_sent(
        &self,
        io: &(impl Clock + Ledger + Evidence + Metrics),
        patience: Patience,
        otherwise: SendResult,
    ) -> Result<Next, Failure> {
        let next = match earlier(io, patience, self.order).await? {
            Some(Verdict::Settled(result)) => Next::Conclude(result),
            Some(Verdict::Wait(delay)) => Next::Later(delay),
            Some(Verdict::Ours { .. }) | None => Next::Conclude(otherwise),
        };
        Ok(next)
    }

    /// Gives the claim back where the mail certainly did not leave; else waits for evidence.
    async fn undelivered(
        &self,
        io: &(impl Ledger + Metrics),
        patience: Patience,
        attempt: u32,
        undelivered: Undelivered,
    ) -> Result<Next, Failure> {
        let send_id = self.order.send_id();
        let (why, next) = match undelivered {
            // Ordered again, such a mail never grows old in its queue: only this count tells of it.
            Undelivered::NotSent(why) => {
                io.count(Metric::SendsHeld, 1);
                (why, Next::Later(NOT_SENT))
            }
            Undelivered::Paused(why) => {
                io.count(Metric::SendsHeld, 1);
                (why, Next::Later(PAUSED))
            }
            Undelivered::Refused(reason) => {
                let refused = SendResult::Refused {
                    reason: reason.clone(),
                };
                (reason, Next::Conclude(refused))
            }
            Undelivered::Throttled(why) => (why, Next::Later(throttled(attempt))),
            Undelivered::Unknown(why) => {
                tracing::warn!(send.id = %send_id, "Whether {send_id} left is not known: {why}");
                io.count(Metric::SendsInDoubt, 1);
                // By then the mail service has probably reported; if not, the ledger says how long to wait.
                return Ok(Next::Later(patience.lease));
            }
        };
        tracing::warn!(send.id = %send_id, "{send_id} did not leave: {why}");
        if let Next::Later(_) = next {
            io.count(Metric::Retries, 1);
        }
        io.release(&self.order.recipient, &send_id, attempt, &why)
            .await?;
        Ok(next)
    }

    /// Lets the run go on, if it waits for this mail.
    async fn conclude(self, io: &impl Walking, result: SendResult) -> Result<(), Failure> {
        if let SendResult::Refused { reason } = &result {
            let id = &self.order.enrollment;
            tracing::error!(enrollment.id = %id, "{id} is parked at `{}`: {reason}", self.order.step);
        }
        if self.send.to.is_some() {
            let told = of_notification(self.order, &result, io.now());
            announce(io, told.as_slice()).await?;
            return match result {
                // Nothing waits for a notification, so nothing can be parked: an operator must see it.
                SendResult::Refused { reason } => {
                    io.count(Metric::ParkedEnrollments, 1);
                    Err(Failure::Reject(anyhow!(reason)))
                }
                SendResult::Accepted
                | SendResult::GivenUp
                | SendResult::Held { .. }
                | SendResult::Skipped(_) => Ok(()),
            };
        }
        let input = Input::Settled(Settled {
            step: self.order.step.clone(),
            result,
        });
        let mut outbox = Outbox::default();
        let (plan, person) = (self.plan, self.person);
        step(io, plan, person, (self.record, input), &mut outbox).await?;
        outbox.finish(io).await
    }
}

//! Asks once more whether a mail may leave now: it may have waited in its queue since its run asked.

use anyhow::anyhow;
use jiff::{SignedDuration, Timestamp};
use journey::{Clearance, Limits, Purpose, Scene, SendResult, Settings, Skipped, clearance};
use wire::{Choices, Mailed};

use super::Mailing;
use crate::effects::ORDER_AGE_MAX;
use crate::{
    AddressKey, Chosen, Clock, Failure, Holder, OptIn, Permission, Pressure, Said, Stored,
    Suppression, Suppressions, Versioned, permission,
};

impl Mailing<'_> {
    /// Returns what becomes of a mail that is not to leave any more, paused or not: the journey is over for everybody, or the
    /// order is so old that nobody knows what has become of its reason.
    ///
    /// A run whose mail could not leave for so long is parked: whoever mends it lets it go on.
    pub(super) fn too_late(&self, now: Timestamp) -> Option<SendResult> {
        let ended = self.plan.end().is_some_and(|end| end <= now);
        if ended && self.send.to.is_none() {
            return Some(SendResult::Skipped(Skipped::Expired));
        }
        let age = now.duration_since(self.order.decided);
        (age > ORDER_AGE_MAX).then(|| SendResult::Refused {
            reason: format!("the order is {} days old", age.as_hours() / 24),
        })
    }

    /// Returns what becomes of the mail instead of leaving now, as far as its hours and its patience go.
    pub(super) fn instead(&self, now: Timestamp) -> Option<SendResult> {
        // A notification has neither hours nor caps: a colleague waits for it.
        if self.send.to.is_some() {
            let zone = self.contact.zone(&self.plan.settings.zone);
            let expires = self.send.expires.as_ref();
            let late = expires.is_some_and(|expires| now > expires.after(self.since, &zone));
            return late.then_some(SendResult::Skipped(Skipped::Expired));
        }
        self.ask(None, now)
    }

    /// Takes room under the caps for the mail, or returns what becomes of it instead.
    ///
    /// Room that is taken stays taken whatever becomes of the mail: who is mailed too little is mailed later, who is
    /// mailed too much leaves.
    pub(super) async fn take_room(
        &self,
        io: &(impl Clock + Pressure),
        limits: &Limits,
    ) -> Result<Option<SendResult>, Failure> {
        let (span, lines) = (self.span(), self.lines(limits));
        // A colleague who is told of something is sent no advertising.
        let is_notification = self.send.to.is_some();
        if is_notification || span.is_none() && lines.is_empty() {
            return Ok(None);
        }
        let contact = &self.recipient.id;
        for _ in 0..RACES_MAX {
            let now = io.now();
            let known = io.mailed(contact).await?;
            if let Some(instead) = self.ask(known.as_ref(), now) {
                return Ok(Some(instead));
            }
            let replaces = known.as_ref().map(|known| known.version);
            let before = known.map_or_else(Mailed::default, |known| known.value);
            let mut mailed = before.clone();
            let instead = self.stand(io, &lines, &mut mailed, now).await?;
            if let (None, Some(span)) = (&instead, span) {
                mailed.note(self.order.send_id(), now, span);
            }
            if mailed == before || io.put_mailed(contact, &mailed, replaces).await? == Stored::Done
            {
                return Ok(instead);
            }
        }
        let error = anyhow!("{contact} is being mailed by others");
        Err(Failure::Retry(error))
    }

    /// Returns what becomes of a mail that may not go to its address, or that its recipient does not want.
    ///
    /// What people must have agreed to holds from the moment it is published, also for who is on their way.
    pub(super) async fn unwelcome(
        &self,
        io: &(impl Clock + Suppressions + Chosen),
        settings: &Settings,
        address: &AddressKey,
    ) -> Result<Option<SendResult>, Failure> {
        let suppression = io.suppression(address).await?;
        if let Some(skipped) = self.undeliverable(&suppression, io.now()) {
            return Ok(Some(SendResult::Skipped(skipped)));
        }
        self.unwanted(io, settings, address).await
    }

    /// Returns why a mail may not go to an address, if it may not: a mailbox that has been full for days still gets what
    /// it asked for.
    fn undeliverable(&self, suppression: &Suppression, now: Timestamp) -> Option<Skipped> {
        if suppression.reason.is_some() {
            return Some(Skipped::Suppressed);
        }
        let advertising = self.plan.topic(self.send).is_some();
        (advertising && suppression.keeps_bouncing(now)).then_some(Skipped::KeepsBouncing)
    }

    /// Returns what becomes of advertising that its recipient does not want, or of a question that they have answered:
    /// read strongly, and last before the claim.
    async fn unwanted(
        &self,
        io: &(impl Clock + Chosen),
        settings: &Settings,
        address: &AddressKey,
    ) -> Result<Option<SendResult>, Failure> {
        let asks = self.plan.asks(self.send);
        let Some(topic) = self.plan.topic(self.send).or(asks) else {
            return Ok(None);
        };
        let choices = self.said(io, address, topic).await?;
        let agreed = self.recipient.consent.get(topic);
        let opt_in = OptIn::of(settings, topic);
        let skipped = match permission(opt_in, agreed, words(&choices), io.now()) {
            Permission::Given => asks.map(|_| Skipped::Confirmed),
            // Whoever has never said a word may be asked for one; who has said no is not asked again.
            Permission::Missing
                if asks.is_some()
                    && choices.iter().all(Option::is_none)
                    && agreed.is_none_or(|agreed| agreed.withdrawn.is_none()) =>
            {
                None
            }
            Permission::Missing => Some(Skipped::OptedOut),
            Permission::Quiet { .. } => Some(Skipped::Quiet),
            Permission::Unconfirmed if asks.is_some() => None,
            Permission::Unconfirmed => Some(Skipped::Unconfirmed),
        };
        Ok(skipped.map(SendResult::Skipped))
    }

    /// Returns whether the recipient lets it be measured that they open the mail and click in it: a permission of its own
    /// (EDPB Guidelines 2/2023), and never given for a mail that shows what is sensitive.
    pub(super) async fn may_be_tracked(
        &self,
        io: &(impl Clock + Chosen),
        settings: &Settings,
        address: &AddressKey,
    ) -> Result<bool, Failure> {
        let mut params = self.send.params.iter();
        let sensitive = |path: &String| {
            let field = self.plan.params.get(path);
            field.is_some_and(|field| field.sensitive)
        };
        if self.send.sensitive || params.any(sensitive) {
            return Ok(false);
        }
        let Some(topic) = &settings.tracking else {
            return Ok(true);
        };
        let choices = self.said(io, address, topic).await?;
        let agreed = self.recipient.consent.get(topic);
        let opt_in = OptIn::of(settings, topic);
        Ok(permission(opt_in, agreed, words(&choices), io.now()) == Permission::Given)
    }

    /// Returns what was chosen about a topic: by the recipient themselves, and by their address.
    async fn said(
        &self,
        io: &impl Chosen,
        address: &AddressKey,
        topic: &str,
    ) -> anyhow::Result<[Option<Versioned<Choices>>; 2]> {
        let (person, address) = (
            Holder::Contact(self.recipient.id.clone()),
            Holder::Address(address.clone()),
        );
        Ok([
            io.choices(&person, topic).await?,
            io.choices(&address, topic).await?,
        ])
    }

    fn ask(&self, mailed: Option<&Versioned<Mailed>>, now: Timestamp) -> Option<SendResult> {
        let send = self.order.send_id();
        let mailed = mailed.map(|mailed| mailed.value.times(&send));
        let scene = Scene {
            plan: self.plan,
            contact: &self.contact,
            mailed: mailed.as_deref().unwrap_or_default(),
            now,
        };
        match clearance(
            &scene,
            self.send,
            self.since,
            self.record.enrollment.campaign,
        ) {
            Clearance::Go => None,
            Clearance::Hold(until) => Some(SendResult::Held { until }),
            Clearance::Never => Some(SendResult::Refused {
                reason: "its hours never come".to_owned(),
            }),
            Clearance::Skip(skipped) => Some(SendResult::Skipped(skipped)),
        }
    }

    /// Returns how far back the caps look that hold for the mail; nothing where none does.
    fn span(&self) -> Option<SignedDuration> {
        match self.plan.purpose {
            Purpose::Marketing { .. } => {
                let caps = self.plan.rules.limits.at_most.iter();
                caps.map(journey::Cap::span).max()
            }
            Purpose::Transactional => None,
        }
    }
}

fn words([person, address]: &[Option<Versioned<Choices>>; 2]) -> Said<'_> {
    Said {
        person: person.as_ref().map(|known| &known.value),
        address: address.as_ref().map(|known| &known.value),
    }
}

const RACES_MAX: u8 = 5;

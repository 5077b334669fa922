//! What follows from what somebody chose about a topic.

use anyhow::anyhow;
use jiff::{SignedDuration, Timestamp};
use journey::{Change, ContactId, Ending, Input, Occasion, Purpose, Release, Settings};
use wire::{Choice, Chosen as What, Move};

use crate::advance::step;
use crate::enter::enter_without_event;
use crate::fresh::Way;
use crate::results::of_choice;
use crate::rewrite::rewrite;
use crate::walking::Walking;
use crate::{
    Chosen, Clock, ContactBook, Exceptions, Failure, Firings, Halted, Holder, Moves, OptIn, Outbox,
    Permission, Pulse, Rewrite, Said, Stored, permission,
};

/// Lets others hear what somebody chose about a topic; who wants no more mails about it leaves every run that is.
pub(crate) async fn chose(
    io: &(impl Walking + Chosen + ContactBook + Exceptions + Halted + Firings),
    pulse: &Pulse,
    (contact, topic): (&ContactId, &str),
    outbox: &mut Outbox,
) -> Result<(), Failure> {
    let known = io.contacts(std::slice::from_ref(contact)).await?;
    let known = known.into_values().next().map(|known| known.value.contact);
    let contact = &known
        .as_ref()
        .map_or_else(|| contact.clone(), |known| known.id.clone());
    let chosen = io.choices(&Holder::Contact(contact.clone()), topic).await?;
    // A quiet that was asked for before this was heard must not hide the no before it.
    let word = chosen.as_ref().and_then(|known| known.value.word());
    let release = io.current().await?.map(|(_, release)| release);
    let agreed = known.as_ref().and_then(|known| known.consent.get(topic));
    let agreed = agreed.filter(|agreed| agreed.is_given());
    let agreed = agreed.map(|agreed| agreed.at);
    let since = chosen.as_ref().and_then(|known| known.value.since(agreed));
    if let (Some(choice), Some(release)) = (word, &release) {
        count(io, &release.settings, (contact, topic), choice).await?;
        let fresh = |since: &Timestamp| io.now().duration_since(*since) <= YES_AGE_MAX;
        if let Some(since) = since.filter(fresh).filter(|_| choice.what == What::In) {
            opted_in(io, pulse, release, (contact, topic, since), outbox).await?;
        }
    }
    // Told as of when it was first said: to say it again is no other result.
    let told = word.zip(since);
    outbox.tell(told.and_then(|(choice, since)| of_choice((contact, topic), choice.what, since)));
    let others = known.iter().flat_map(|known| &known.absorbed);
    let mut runs = Vec::new();
    for name in others.chain([contact]) {
        runs.extend(io.runs(name).await?);
    }
    for record in runs {
        let plan = io.plan(&record.enrollment.plan).await?;
        let about = matches!(&plan.purpose, Purpose::Marketing { topic: about } if about == topic);
        let known = io.contacts(std::slice::from_ref(contact)).await?;
        if let Some(person) = known.into_values().next().filter(|_| about) {
            let agreed = person.value.contact.consent.get(topic);
            let chosen = chosen.as_ref().map(|known| &known.value);
            // A queue may bring this late, or again: who has come back since is not sent away, nor is who only
            // wants quiet.
            let settings = release.as_ref().map(|release| &release.settings);
            let opt_in = OptIn::of(settings.unwrap_or(&plan.settings), topic);
            // Which address it was said by makes no difference to whether the run may go on.
            let said = Said {
                person: chosen,
                address: chosen,
            };
            let at = |now| permission(opt_in, agreed, said, now);
            // Under a quiet that counts which holds again after it.
            let mut lasting = at(io.now());
            if let Permission::Quiet { until } = lasting {
                lasting = at(until);
            }
            if lasting != Permission::Given {
                let input = Input::End(Ending::Unsubscribed);
                step(io, &plan, person, (record, input), outbox).await?;
            }
        }
    }
    Ok(())
}

/// Lets somebody into the journeys that begin with a yes to a topic: once for each yes, however often it is heard of.
async fn opted_in(
    io: &(impl Walking + ContactBook + Exceptions + Halted + Firings),
    pulse: &Pulse,
    release: &Release,
    (contact, topic, since): (&ContactId, &str, Timestamp),
    outbox: &mut Outbox,
) -> Result<(), Failure> {
    let settings = &release.settings;
    let wanted = Occasion::OptedIn(topic.to_owned());
    for entrance in release.journeys.values() {
        if !entrance.triggers.iter().any(|trigger| trigger.on == wanted) {
            continue;
        }
        let known = io.contacts(std::slice::from_ref(contact)).await?;
        let Some(person) = known.into_values().next() else {
            return Ok(());
        };
        let whole = person.value.contact.clone();
        let (now, none) = (io.now(), Default::default());
        let whole = whole.seen(settings, now);
        let mut triggers = entrance.triggers.iter();
        let passes = triggers.any(|trigger| {
            trigger.on == wanted && trigger.passes(&whole, &none, &settings.zone, now)
        });
        if passes {
            let cause = format!("{topic} {since}");
            let of = (entrance.plan.as_str(), None);
            enter_without_event(io, pulse, of, (&cause, Way::default()), &person, outbox).await?;
        }
    }
    Ok(())
}

/// Adds to somebody's score what saying no to a topic counts: once, until they say yes to it again on the page.
async fn count(
    io: &(impl Clock + ContactBook + Moves),
    settings: &Settings,
    (contact, topic): (&ContactId, &str),
    choice: &Choice,
) -> Result<(), Failure> {
    let amount = settings.scoring.unsubscribed;
    let out = match choice.what {
        What::Out => true,
        What::In => false,
        // Who wants quiet for a while has taken nothing back, and said no to nothing.
        What::Quiet { .. } => return Ok(()),
    };
    if out && amount == 0.0 {
        return Ok(());
    }
    for _ in 0..RACES_MAX {
        let known = io.contacts(std::slice::from_ref(contact)).await?;
        let Some(person) = known.into_values().next() else {
            return Ok(());
        };
        if out == person.value.counted.contains(topic) {
            // Whoever counted it may have crashed before others heard.
            if person.value.unheard.is_empty() {
                return Ok(());
            }
        } else {
            let mut rewritten = Rewrite {
                record: person.value.clone(),
                replaces: person.version,
            };
            if out {
                let cause = format!("{topic} {}", choice.at);
                let change = [&Change::Score(amount)];
                let changed = rewrite(settings, &person, &change, (&cause, 0, io.now()))?;
                rewritten = changed.unwrap_or(rewritten);
                rewritten.record.counted.insert(topic.to_owned());
            } else {
                rewritten.record.counted.remove(topic);
            }
            let Rewrite { record, replaces } = rewritten;
            if io.put_contact(&record, Some(replaces)).await? == Stored::Conflict {
                continue;
            }
            if record.unheard.is_empty() {
                return Ok(());
            }
        }
        let contact = contact.clone();
        return Ok(io.move_on(&[Move::Changed { contact }]).await?);
    }
    let error = anyhow!("{contact} is being changed by others");
    Err(Failure::Retry(error))
}

/// How long a yes begins what it begins: longer than a queue and its dead letters keep the word of it (7 and 14 days),
/// and shorter than the run that it began is remembered (90), so that no quiet that ends later begins it again.
const YES_AGE_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);
const RACES_MAX: u8 = 5;

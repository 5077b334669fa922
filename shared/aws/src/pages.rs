//! The pages for recipients, and the tokens in their addresses.

use std::sync::{Mutex, PoisonError};

use engine::{AddressKeys, Clock, Pages, Tickets};
use jiff::{SignedDuration, Timestamp};
use journey::{Contact, SendId};
use wire::{Ticket, TicketKeys};

use crate::{Aws, Setting, parameters};

/// The keys of tokens as they were last read; none where the function was not told of any.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<Option<(TicketKeys, Timestamp)>>);

impl Kept {
    pub(crate) fn put(&self, keys: TicketKeys, read: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((keys, read));
    }

    fn get(&self) -> Option<(TicketKeys, Timestamp)> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clone()
    }
}

impl Pages for Aws {
    fn unsubscribe(&self, recipient: &Contact, topic: &str, send: &SendId) -> Option<String> {
        let (keys, _) = self.tickets.get()?;
        let token = keys.seal(&Ticket {
            contact: recipient.id.clone(),
            address: self.address_key(&recipient.address).0,
            topic: topic.to_owned(),
            send: Some(send.clone()),
        });
        let pages = self.setting(Setting::PagesUrl);
        Some(format!("{pages}/u/{token}"))
    }
}

impl Tickets for Aws {
    async fn open(&self, token: &str) -> anyhow::Result<Option<Ticket>> {
        let Some((keys, read)) = self.tickets.get() else {
            return Ok(None);
        };
        let now = self.now();
        // A key is added while functions run: a mail that was sealed with it must not lead nowhere.
        if !keys.lack(token) || now.duration_since(read) < READ_AGAIN_AFTER {
            return Ok(keys.open(token));
        }
        let name = self.setting(Setting::AddressKeyParameter);
        let derived = parameters::address_keys(&self.ssm, name).await?;
        let keys = derived.tickets;
        let found = keys.open(token);
        self.tickets.put(keys, now);
        Ok(found)
    }
}

/// Whoever makes tokens up cannot have the keys read more often.
const READ_AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(10);

//! The pages for recipients, and the tokens in their addresses.

use engine::{Pages, Suppressions, Tickets};
use journey::Contact;
use wire::Ticket;

use crate::{Aws, Setting};

impl Pages for Aws {
    fn unsubscribe(&self, recipient: &Contact, topic: &str) -> Option<String> {
        let token = self.tickets.as_ref()?.seal(&Ticket {
            contact: recipient.id.clone(),
            address: self.address_key(&recipient.address).0,
            topic: topic.to_owned(),
        });
        let pages = self.setting(Setting::PagesUrl);
        Some(format!("{pages}/u/{token}"))
    }
}

impl Tickets for Aws {
    fn open(&self, token: &str) -> Option<Ticket> {
        self.tickets.as_ref()?.open(token)
    }
}

//! The tokens in the addresses of pages for recipients.
//!
//! A token needs no store: it says by itself whose it is and about what, and a MAC says that it is ours. So it works
//! for every mail that was ever sent, also when the person is forgotten. It holds no personal data.

use std::fmt::{self, Write};

use hmac::{Hmac, Mac};
use journey::{ContactId, SendId};
use sha2::Sha256;

use crate::Unreadable;
use crate::derive::derive;

/// What a token is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ticket {
    /// Who was mailed.
    pub contact: ContactId,
    /// The address that was mailed, as an HMAC; by now the person may have another.
    pub address: String,
    /// What the mail was about.
    pub topic: String,
    /// The mail; mails of before this was known say nothing.
    pub send: Option<SendId>,
}

/// The keys under which tokens are sealed; the last seals, all of them open.
#[derive(Clone)]
pub struct TicketKeys(Vec<Hmac<Sha256>>);

impl TicketKeys {
    /// Derives the keys from an installation's own: base64 of at least 16 bytes each, the newest last.
    ///
    /// # Errors
    ///
    /// Fails where there is none, or one of them is none.
    pub fn parse(keys: &str) -> Result<Self, Unreadable> {
        let keys = derive(keys, b"tokens of pages for recipients")?;
        match keys.len() {
            1..=KEYS_MAX => Ok(Self(keys)),
            _ => Err(Unreadable::new(format!(
                "the address key: there are more than {KEYS_MAX}"
            ))),
        }
    }

    /// Seals a token: letters, digits, dots, `_` and `-`, as a path takes them.
    pub fn seal(&self, ticket: &Ticket) -> String {
        let id = self.0.len() - 1;
        let contact = ticket.contact.as_str();
        let Ticket { address, topic, .. } = ticket;
        let mut token = format!("{id}.{contact}.{address}.{topic}");
        if let Some(send) = &ticket.send {
            let _ = write!(token, ".{send}");
        }
        let digest = self.mac(id, &token).map(|mac| mac.finalize().into_bytes());
        token.push('.');
        for byte in digest.iter().flatten().take(MAC_BYTES) {
            // Writing to a String cannot fail.
            let _ = write!(token, "{byte:02x}");
        }
        token
    }

    /// Opens a token; nothing where it is not ours, whatever is wrong with it.
    pub fn open(&self, token: &str) -> Option<Ticket> {
        if token.len() > TOKEN_MAX {
            return None;
        }
        let (said, digest) = token.rsplit_once('.')?;
        let digest = bytes(digest)?;
        let mut parts = said.split('.');
        let (id, contact) = (parts.next()?.parse().ok()?, parts.next()?);
        let (address, topic) = (parts.next()?, parts.next()?);
        let send = parts.next().and_then(|send| send.parse().ok());
        // In constant time.
        self.mac(id, said)?.verify_truncated_left(&digest).ok()?;
        Some(Ticket {
            contact: contact.parse().ok()?,
            address: address.to_owned(),
            topic: topic.to_owned(),
            send,
        })
    }

    /// Returns whether a token says that it was sealed with a key that was added after these.
    pub fn lack(&self, token: &str) -> bool {
        let id = token.split_once('.').and_then(|(id, _)| id.parse().ok());
        id.is_some_and(|id: usize| (self.0.len()..KEYS_MAX).contains(&id))
    }

    /// Returns whether there is room for one more key.
    pub fn have_room(&self) -> bool {
        self.0.len() < KEYS_MAX
    }

    fn mac(&self, id: usize, said: &str) -> Option<Hmac<Sha256>> {
        let mut mac = self.0.get(id)?.clone();
        mac.update(said.as_bytes());
        Some(mac)
    }
}

/// Keys stay out of logs.
impl fmt::Debug for TicketKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TicketKeys(…)")
    }
}

/// Reads exactly so many bytes as a MAC of ours has, in the one spelling in which we write them: a token that is kept
/// or compared has no second name.
fn bytes(digits: &str) -> Option<[u8; MAC_BYTES]> {
    let mut bytes = [0; MAC_BYTES];
    let ours = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    if digits.len() != 2 * MAC_BYTES || !digits.bytes().all(ours) {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

const KEYS_MAX: usize = 16;
const MAC_BYTES: usize = 16;
const TOKEN_MAX: usize = 512;

#[cfg(test)]
mod tests {
    use journey::{ContactId, EnrollmentId, SendId};

    use super::{Ticket, TicketKeys};

    fn ticket() -> Ticket {
        Ticket {
            contact: ContactId::of("anna"),
            address: "0123456789abcdef0123456789abcdef".to_owned(),
            topic: "news-letter_1".to_owned(),
            send: None,
        }
    }

    fn of_a_mail() -> Ticket {
        let enrollment = EnrollmentId::of("welcome", None, &ContactId::of("anna"), None);
        Ticket {
            send: Some(SendId::of(&enrollment, "hello", &ContactId::of("anna"))),
            ..ticket()
        }
    }

    const OLD: &str = "b2xkIGtleSBvZiBzaXh0ZWVu";
    const NEW: &str = "bmV3IGtleSBvZiBzaXh0ZWVuIQ==";

    #[test]
    fn what_is_sealed_is_opened_whatever_keys_were_added_since() {
        let old = TicketKeys::parse(OLD).unwrap();
        let token = old.seal(&ticket());
        assert!(token.len() < 160, "{token}");
        let longer = old.seal(&of_a_mail());
        assert!(longer.len() < 192, "{longer}");
        assert_eq!(old.open(&longer), Some(of_a_mail()));
        let both = TicketKeys::parse(&format!("{OLD}\n{NEW}\n")).unwrap();
        assert_eq!(both.open(&token), Some(ticket()));
        let newer = both.seal(&ticket());
        assert_ne!(newer, token);
        assert_eq!(both.open(&newer), Some(ticket()));
        assert_eq!(old.open(&newer), None);
        assert!(old.lack(&newer) && !old.lack(&token) && !both.lack(&newer));
        for token in ["", "0", "16.a.b.c", "99999999999999999999.a", "-1.a", "x.a"] {
            assert!(!old.lack(token), "{token}");
        }
    }

    #[test]
    fn a_token_that_was_changed_anywhere_opens_nothing() {
        let keys = TicketKeys::parse(OLD).unwrap();
        let token = keys.seal(&of_a_mail());
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(keys.open(&changed), None, "{changed}");
            assert_eq!(keys.open(&token[..at]), None);
        }
        let (said, digits) = token.rsplit_once('.').unwrap();
        let upper = format!("{said}.{}", digits.to_uppercase());
        assert_ne!(upper, token);
        assert_eq!(keys.open(&upper), None);
        assert_eq!(super::bytes(&"+0".repeat(16)), None);
        assert_eq!(keys.open(&format!("{token}0")), None);
        assert_eq!(keys.open(&"0".repeat(10_000)), None);
        assert_eq!(TicketKeys::parse(NEW).unwrap().open(&token), None);
    }

    #[test]
    fn keys_that_are_none_are_refused() {
        for keys in ["", "short", "c2hvcnQ=", "not base64 at all!!"] {
            assert!(TicketKeys::parse(keys).is_err(), "{keys}");
        }
    }
}

//! Of a million forged tokens none opens a page: whatever is done to a genuine one, and whatever else is ours.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use journey::{ContactId, EnrollmentId, SendId};
use sha2::{Digest, Sha256};

use crate::derive::derive;
use crate::{AddressHasher, HookKeys, Ticket, TicketKeys};

#[test]
fn a_million_forged_tokens_open_nothing() {
    let mut forger = Forger::new();
    for (token, ticket) in &forger.genuine {
        assert_eq!(forger.keys.open(token).as_ref(), Some(ticket), "{token}");
    }
    let mut tokens: Vec<_> = forger.genuine.keys().cloned().collect();
    forger.transplant(&tokens);
    forger.seal_elsewhere();
    for token in &tokens {
        forger.spell(token);
        forger.number(token);
        forger.sign(token);
    }
    // One of each length: of before mails were known, and of a mail.
    tokens.sort_by_key(String::len);
    for token in [&tokens[0], &tokens[tokens.len() - 1]] {
        forger.type_wrongly(token);
        forger.cut(token);
    }
    assert!(forger.tried > 150_000, "{}", forger.tried);
    forger.guess(&tokens);
    assert_eq!(forger.tried, 1_000_000);
}

/// Somebody who has many tokens, and wants one more.
struct Forger {
    keys: TicketKeys,
    genuine: BTreeMap<String, Ticket>,
    tried: usize,
}

impl Forger {
    fn new() -> Self {
        let keys = TicketKeys::parse(&format!("{OLD}\n{NEW}")).unwrap();
        let mut genuine = BTreeMap::new();
        let tickets = tickets();
        for keys in [&TicketKeys::parse(OLD).unwrap(), &keys] {
            genuine.extend(
                tickets
                    .iter()
                    .map(|ticket| (keys.seal(ticket), ticket.clone())),
            );
        }
        assert_eq!(
            genuine.len(),
            2 * tickets.len(),
            "two tickets with one token"
        );
        Self {
            keys,
            genuine,
            tried: 0,
        }
    }

    #[track_caller]
    fn attempt(&mut self, token: &str) {
        if !self.genuine.contains_key(token) {
            assert_eq!(self.keys.open(token), None, "{token:?} opens");
            self.tried += 1;
        }
    }

    /// The same with what was made without our keys for tokens: it is none that we made.
    #[track_caller]
    fn attempt_new(&mut self, token: &str) {
        assert!(!self.genuine.contains_key(token), "{token:?} is genuine");
        self.attempt(token);
    }

    /// Puts the parts of some tokens together with those of others, each with the MAC of any.
    fn transplant(&mut self, tokens: &[String]) {
        let split = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
        let parts: Vec<_> = tokens.iter().map(|token| split(token)).collect();
        for one in &parts {
            for other in &parts {
                let (mac, said) = one.split_last().unwrap();
                let (other_mac, other_said) = other.split_last().unwrap();
                self.attempt(&format!("{}.{other_mac}", said.join(".")));
                self.attempt(&format!("{}.{mac}.{other_mac}", said.join(".")));
                for (at, part) in other_said.iter().enumerate().take(said.len()) {
                    let mut said = said.to_vec();
                    said[at].clone_from(part);
                    self.attempt(&format!("{}.{mac}", said.join(".")));
                    self.attempt(&format!("{}.{other_mac}", said.join(".")));
                }
            }
        }
        for one in &parts {
            for (at, other) in (0..one.len()).flat_map(|at| (0..one.len()).map(move |b| (at, b))) {
                let mut swapped = one.clone();
                swapped.swap(at, other);
                self.attempt(&swapped.join("."));
                // A name that takes in its neighbor, as if the dot were a part of it.
                let merged = [&one[..at], &[one[at..].concat()]].concat();
                self.attempt(&merged.join("."));
            }
        }
    }

    /// Seals what is genuine with keys of others, and with ours in another order.
    fn seal_elsewhere(&mut self) {
        for keys in [
            OTHER.to_owned(),
            NEW.to_owned(),
            format!("{NEW}\n{OLD}"),
            format!("{OTHER}\n{OTHER}"),
            format!("{OLD}\n{NEW}\n{NEW}"),
        ] {
            let keys = TicketKeys::parse(&keys).unwrap();
            for ticket in tickets() {
                self.attempt_new(&keys.seal(&ticket));
            }
        }
    }

    /// Writes the same bytes in other ways.
    fn spell(&mut self, token: &str) {
        let (said, digits) = token.rsplit_once('.').unwrap();
        let mac: Vec<_> = (0..digits.len() / 2)
            .map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap())
            .collect();
        let wide: String = digits.chars().map(fullwidth).collect();
        for digits in [
            digits.to_uppercase(),
            wide,
            format!("0x{digits}"),
            format!("00{digits}"),
            format!("{digits}00"),
            digits.repeat(2),
            digits.chars().rev().collect(),
            STANDARD.encode(&mac),
            STANDARD_NO_PAD.encode(&mac),
            URL_SAFE.encode(&mac),
            URL_SAFE_NO_PAD.encode(&mac),
            String::new(),
        ] {
            self.attempt(&format!("{said}.{digits}"));
        }
        for whole in [
            token.to_uppercase(),
            token.replace('.', "%2e"),
            token.replace('.', ".."),
            token.replace('.', "/"),
            token.replace('.', "\u{ff0e}"),
            STANDARD.encode(token),
            URL_SAFE_NO_PAD.encode(token),
            format!("{token}{token}"),
            format!("{token}.{token}"),
        ] {
            self.attempt(&whole);
        }
        for sign in [
            " ", "\t", "\n", "\r\n", "\0", ".", "/", "?", "#", "=", "==", "%00", "%20", "\u{feff}",
            "\u{200b}",
        ] {
            self.attempt(&format!("{token}{sign}"));
            self.attempt(&format!("{sign}{token}"));
            self.attempt(&format!("{said}{sign}.{digits}"));
            self.attempt(&format!("{said}.{sign}{digits}"));
        }
    }

    /// Says that another key sealed it, or the same in other words.
    fn number(&mut self, token: &str) {
        let (id, rest) = token.split_once('.').unwrap();
        for other in 0..300 {
            self.attempt(&format!("{other}.{rest}"));
        }
        let huge = (u128::from(u64::MAX) + 1).to_string();
        for other in [
            "",
            "-0",
            "-1",
            "+0",
            "+1",
            "0x0",
            "1e0",
            "18446744073709551615",
            &huge,
        ] {
            self.attempt(&format!("{other}.{rest}"));
        }
        for other in [
            format!("+{id}"),
            format!("0{id}"),
            format!("{id}0"),
            format!(" {id}"),
        ] {
            self.attempt(&format!("{other}.{rest}"));
        }
    }

    /// Signs it with whatever else an installation makes of its key and gives away, or that anybody could.
    fn sign(&mut self, token: &str) {
        let (said, _) = token.rsplit_once('.').unwrap();
        let mut macs = vec![Sha256::digest(said).to_vec()];
        for key in [OLD, NEW] {
            let raw = STANDARD.decode(key).unwrap();
            let mac = |key: &[u8], said: &[u8]| {
                let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
                mac.update(said);
                mac.finalize().into_bytes().to_vec()
            };
            macs.push(mac(&raw, said.as_bytes()));
            macs.push(mac(b"", said.as_bytes()));
            macs.push(mac(&raw, b"tokens of pages for recipients"));
            for purpose in [&b"secrets of hooks"[..], b""] {
                let mut other = derive(key, purpose).unwrap().remove(0);
                other.update(said.as_bytes());
                macs.push(other.finalize().into_bytes().to_vec());
            }
            let hooks = HookKeys::parse(key).unwrap();
            for (text, secret) in hooks.texts(said).iter().zip(hooks.secrets(said)) {
                macs.push(STANDARD.decode(text.trim_start_matches("whsec_")).unwrap());
                let signature = secret.sign(said, Timestamp::UNIX_EPOCH, b"");
                macs.push(
                    STANDARD
                        .decode(signature.trim_start_matches("v1,"))
                        .unwrap(),
                );
            }
            let address = AddressHasher::parse(key).unwrap();
            let address = address.hash(&"anna@example.org".parse().unwrap());
            self.attempt_new(&format!("{said}.{address}"));
        }
        macs.extend([vec![0; 32], vec![0xff; 32]]);
        for mac in macs {
            let digits: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
            for digits in [&digits[..], &digits[..32], &digits[digits.len() - 32..]] {
                self.attempt_new(&format!("{said}.{digits}"));
            }
        }
    }

    /// Types each character of ASCII, and some beyond, instead of each of it and before each; and leaves each out.
    fn type_wrongly(&mut self, token: &str) {
        let typed: Vec<char> = ('\0'..='\u{7f}').chain("é０ａ\u{2024}".chars()).collect();
        for at in 0..=token.len() {
            let (before, after) = token.split_at(at);
            let without = after.get(1..);
            for typed in &typed {
                self.attempt(&format!("{before}{typed}{after}"));
                if let Some(after) = without {
                    self.attempt(&format!("{before}{typed}{after}"));
                }
            }
            if let Some(after) = without {
                self.attempt(&format!("{before}{after}"));
            }
        }
    }

    /// Takes every piece of it, and what is left without that piece.
    fn cut(&mut self, token: &str) {
        for from in 0..token.len() {
            for to in from + 1..=token.len() {
                self.attempt(&token[from..to]);
                self.attempt(&format!("{}{}", &token[..from], &token[to..]));
            }
        }
    }

    /// Guesses MACs, and changes several characters at once, until there are a million.
    fn guess(&mut self, tokens: &[String]) {
        // A linear congruential generator, so that every run tries the same.
        let mut state: u128 = 1;
        let mut next = || {
            state = state.wrapping_mul(0xda94_2042_e4dd_58b5).wrapping_add(1);
            state
        };
        while self.tried < 1_000_000 {
            let chance = next();
            let token = &tokens[(chance >> 64) as usize % tokens.len()];
            if chance & (1 << 100) == 0 {
                let (said, _) = token.rsplit_once('.').unwrap();
                self.attempt(&format!("{said}.{:032x}", next()));
                continue;
            }
            let mut changed = token.clone().into_bytes();
            for _ in 0..2 + (chance >> 110) % 4 {
                let at = (next() >> 64) as usize % changed.len();
                changed[at] = SIGNS[(next() >> 64) as usize % SIGNS.len()];
            }
            self.attempt(std::str::from_utf8(&changed).unwrap());
        }
    }
}

/// Four people, three topics, and before and after mails were known.
fn tickets() -> Vec<Ticket> {
    let mut tickets = Vec::new();
    for name in ["anna", "bob", "an", "anna2"] {
        let contact = ContactId::of(name);
        let address = AddressHasher::parse(OLD).unwrap();
        let address = address.hash(&format!("{name}@example.org").parse().unwrap());
        let run = EnrollmentId::of("welcome", None, &contact, None);
        for topic in ["news", "new", "news-letter_1"] {
            for step in [None, Some("hello"), Some("again")] {
                tickets.push(Ticket {
                    contact: contact.clone(),
                    address: address.clone(),
                    topic: topic.to_owned(),
                    send: step.map(|step| SendId::of(&run, step, &contact)),
                });
            }
        }
    }
    tickets
}

/// Another digit of the same value, for whom all digits of Unicode are digits.
fn fullwidth(c: char) -> char {
    char::from_u32(u32::from(c) + 0xfee0).unwrap()
}

const OLD: &str = "b2xkIGtleSBvZiBzaXh0ZWVu";
const NEW: &str = "bmV3IGtleSBvZiBzaXh0ZWVuIQ==";
const OTHER: &str = "YSBrZXkgb2Ygc29tZWJvZHkgZWxzZQ==";
const SIGNS: &[u8] = b"0123456789abcdef._-";

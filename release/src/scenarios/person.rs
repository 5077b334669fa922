//! Reads who a scenario is about: a stand-in, with what it says about them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use journey::{Consent, Contact, ContactId};

use crate::compile::Compiled;
use crate::defect::Defect;
use crate::values::written;
use crate::words::unknown;
use crate::yaml::{Data, Entry, Mapping, Node, parse};
use crate::zones::zone;

/// Reads a contact out of a file of its own, for whoever rehearses a journey by hand.
///
/// # Errors
/// With everything that is wrong with it.
pub fn contact(file: &str, text: &str, compiled: &Compiled) -> Result<Contact, Vec<Defect>> {
    let mut defects = Vec::new();
    let root = parse(file, text, &mut defects);
    let contact = read(Some(&root), compiled, &mut defects);
    match defects.is_empty() {
        true => Ok(contact),
        false => Err(defects),
    }
}

/// Reads a contact; the stand-in itself where nothing is said, and in place of what cannot be read.
pub(super) fn read(node: Option<&Node>, compiled: &Compiled, defects: &mut Vec<Defect>) -> Contact {
    let mut contact = stand_in(compiled);
    let node = node.filter(|node| !matches!(node.data, Data::Null));
    let mapping = node.and_then(|node| Some((node, node.mapping("`contact`", defects)?)));
    let Some((node, mapping)) = mapping else {
        return contact;
    };
    let mut fields = Vec::new();
    for entry in &mapping.entries {
        if !built_in(entry, &mut contact, compiled, defects) {
            fields.push(entry.clone());
        }
    }
    contact.id = ContactId::of(&contact.source_id);
    let fields = Node {
        place: node.place.clone(),
        verbatim: None,
        commented: false,
        data: Data::Mapping(Mapping {
            entries: fields,
            cut_off: mapping.cut_off,
        }),
    };
    let written = written(&fields, &compiled.settings.fields, true, defects);
    for (name, value) in written.into_iter().flatten() {
        contact.fields.extend(value.map(|value| (name, value)));
    }
    contact
}

/// Reads what everybody has, as far as it can be read; tells whether `entry` is of that kind.
fn built_in(
    entry: &Entry,
    contact: &mut Contact,
    compiled: &Compiled,
    defects: &mut Vec<Defect>,
) -> bool {
    let Entry { key, value } = entry;
    let line = |defects: &mut Vec<Defect>| value.line(&format!("`{}`", key.value), defects);
    match key.value.as_str() {
        "id" => {
            if let Some(id) = line(defects) {
                contact.source_id = id.value;
            }
        }
        "time_zone" => {
            let name = line(defects);
            let name = name.filter(|name| zone(name, defects).is_some());
            contact.time_zone = name.map(|name| name.value);
        }
        "locale" => contact.locale = line(defects).map(|locale| locale.value),
        "full_name" => {
            if let Some(name) = line(defects) {
                contact.full_name = name.value;
            }
        }
        "email" => {
            let address = line(defects).map(|text| text.value.parse());
            match address {
                Some(Ok(address)) => contact.address = address,
                Some(Err(_)) => {
                    let what = "`email` is no address that can be mailed";
                    let help = "leave it out: nothing is sent";
                    defects.push(Defect::new(value.place.clone(), what).help(help));
                }
                None => (),
            }
        }
        "tags" => contact.tags = words(value, "`tags`", defects),
        "lists" => contact.lists = words(value, "`lists`", defects),
        "consent" => consents(Some(value), compiled, contact, defects),
        _ => return false,
    }
    true
}

/// Reads what a contact agreed to: `{ TOPIC: false }`.
pub(super) fn consents(
    node: Option<&Node>,
    compiled: &Compiled,
    contact: &mut Contact,
    defects: &mut Vec<Defect>,
) {
    let entries = node.and_then(|node| node.mapping("`consent`", defects));
    for Entry { key, value } in entries.map_or(&[][..], |entries| &entries.entries) {
        if !compiled.topics.contains_key(&key.value) {
            let known = compiled.topics.keys().map(String::as_str);
            let declare = "declare it under `topics` in waypost.yaml";
            defects.push(unknown(key, "topic", known, declare));
        }
        match value.bool("a consent", defects) {
            Some(yes) if yes.value => {
                contact.consent.insert(key.value.clone(), agreed());
            }
            Some(_) => {
                contact.consent.remove(&key.value);
            }
            None => (),
        }
    }
}

fn words(node: &Node, what: &str, defects: &mut Vec<Defect>) -> BTreeSet<String> {
    let items = node.list(what, defects).unwrap_or_default();
    let words = items.iter().filter_map(|item| item.line(what, defects));
    words.map(|word| word.value).collect()
}

/// Returns somebody who agrees to everything.
fn stand_in(compiled: &Compiled) -> Contact {
    let topics = compiled.topics.keys();
    Contact {
        id: ContactId::of(STAND_IN),
        source_id: STAND_IN.to_owned(),
        address: STAND_IN_ADDRESS
            .parse()
            .unwrap_or_else(|_| unreachable!("the stand-in has an address")),
        full_name: "Anna Bakker".to_owned(),
        locale: None,
        time_zone: None,
        fields: BTreeMap::new(),
        tags: BTreeSet::new(),
        lists: BTreeSet::new(),
        consent: topics.map(|topic| (topic.clone(), agreed())).collect(),
        absorbed: BTreeSet::new(),
        scored: None,
    }
}

fn agreed() -> Consent {
    Consent::new(Timestamp::UNIX_EPOCH, "scenario".to_owned(), String::new())
}

const STAND_IN: &str = "stand-in";
const STAND_IN_ADDRESS: &str = "anna@school.example";

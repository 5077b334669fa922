//! Who a mail goes to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::{Condition, Contact, ContactId, EmailAddress, Known, Value};

/// A way to choose people, for one event.
///
/// An audience chooses from a [`Crowd`]; it never reaches anybody outside it.
#[derive(Clone, Debug, PartialEq)]
pub enum Audience {
    /// The contact whose address an event parameter holds.
    Address {
        /// The parameter's path, such as `Request.Email`.
        param: String,
    },
    /// Those who are in every one of these.
    AllOf(Vec<Self>),
    /// Those who are in at least one of these.
    AnyOf(Vec<Self>),
    /// Those on a list.
    List(String),
    /// Those who are not in this.
    Not(Box<Self>),
    /// Those who have a role.
    Role {
        /// The role; any role where there is none.
        role: Option<String>,
        /// Whether to leave out those whom only this event names.
        linked: bool,
        /// Whether to add those who hold the role as a standing one.
        standing: bool,
    },
    /// Those with a tag.
    Tag(String),
    /// Those for whom a condition holds.
    Where(Condition),
}

impl Audience {
    /// Returns whether everybody in it is there for a role of theirs.
    pub fn is_of_roles(&self) -> bool {
        match self {
            Self::Role { .. } => true,
            Self::AllOf(parts) => parts.iter().any(Self::is_of_roles),
            Self::AnyOf(parts) => !parts.is_empty() && parts.iter().all(Self::is_of_roles),
            Self::Address { .. } | Self::List(_) | Self::Not(_) | Self::Tag(_) | Self::Where(_) => {
                false
            }
        }
    }

    /// Returns who of `crowd` it chooses, one each, in a stable order.
    pub fn of<'c>(&self, crowd: &'c Crowd, happening: &Happening<'_>) -> Vec<&'c Contact> {
        let standing = self.standing_roles();
        let addresses: BTreeSet<_> = self
            .address_params()
            .into_iter()
            .filter_map(|param| happening.params.get(param).and_then(address))
            .collect();
        // The crowd was gathered for several audiences: whoever only another one looked up is a
        // stranger to this one, and must not be reached by way of a list or a tag.
        let reaches = |person: &Person| {
            person.named
                || !person.linked.is_empty()
                || standing.iter().any(|role| person.standing.contains(*role))
                || addresses.contains(&person.contact.address)
        };
        crowd
            .people
            .values()
            .filter(|person| reaches(person) && self.has(person, happening))
            .map(|person| &person.contact)
            .collect()
    }

    /// Returns the standing roles it asks for; the crowd must hold whoever has them.
    pub fn standing_roles(&self) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        self.visit(&mut |audience| {
            if let Self::Role {
                role: Some(role),
                standing: true,
                ..
            } = audience
            {
                found.insert(role.as_str());
            }
        });
        found
    }

    /// Returns the event parameters whose address it looks up.
    pub fn address_params(&self) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        self.visit(&mut |audience| {
            if let Self::Address { param } = audience {
                found.insert(param.as_str());
            }
        });
        found
    }

    /// Returns whether somebody can be in it only for the sake of an event.
    pub fn asks_for_event(&self) -> bool {
        let mut found = false;
        self.visit(&mut |audience| {
            found |= matches!(audience, Self::Address { .. } | Self::Role { .. });
        });
        found
    }

    /// Returns every event parameter it reads.
    pub fn params(&self) -> BTreeSet<&str> {
        let mut found = self.address_params();
        self.visit(&mut |audience| {
            if let Self::Where(condition) = audience {
                let paths = condition.paths();
                found.extend(paths.iter().filter_map(|path| path.strip_prefix("event.")));
            }
        });
        found
    }

    fn has(&self, person: &Person, happening: &Happening<'_>) -> bool {
        match self {
            Self::Address { param } => {
                let wanted = happening.params.get(param).and_then(address);
                wanted.as_ref() == Some(&person.contact.address)
            }
            Self::AllOf(all) => all.iter().all(|audience| audience.has(person, happening)),
            Self::AnyOf(any) => any.iter().any(|audience| audience.has(person, happening)),
            Self::List(list) => person.contact.lists.contains(list),
            Self::Not(audience) => !audience.has(person, happening),
            Self::Role {
                role,
                linked,
                standing,
            } => {
                let holds = |roles: &BTreeSet<String>| match role {
                    Some(role) => roles.contains(role),
                    None => !roles.is_empty(),
                };
                holds(&person.linked)
                    || !linked && holds(&person.posted)
                    || *standing && holds(&person.standing)
            }
            Self::Tag(tag) => person.contact.tags.contains(tag),
            Self::Where(condition) => condition.holds(&Known::new(
                &person.contact,
                happening.params,
                happening.zone,
                happening.now,
            )),
        }
    }

    fn visit<'a>(&'a self, look: &mut impl FnMut(&'a Self)) {
        look(self);
        match self {
            Self::AllOf(parts) | Self::AnyOf(parts) => {
                for part in parts {
                    part.visit(look);
                }
            }
            Self::Not(part) => part.visit(look),
            Self::Address { .. }
            | Self::List(_)
            | Self::Role { .. }
            | Self::Tag(_)
            | Self::Where(_) => (),
        }
    }
}

/// What an audience is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Happening<'a> {
    /// The event's parameters, by path.
    pub params: &'a BTreeMap<String, Value>,
    /// The project's zone.
    pub zone: &'a TimeZone,
    /// When it is asked.
    pub now: Timestamp,
}

/// Everybody who may be reached by one event: those it names, those linked to its subject, those with
/// a standing role that is asked for, and those whose address is asked for.
///
/// **Invariant:** nobody who is only linked to another subject.
#[derive(Clone, Debug, Default)]
pub struct Crowd {
    /// The people, by name.
    pub people: BTreeMap<ContactId, Person>,
}

/// One of a [`Crowd`].
#[derive(Clone, Debug)]
pub struct Person {
    /// Who.
    pub contact: Contact,
    /// Whether this event names them, otherwise than to say that they are no longer concerned.
    pub named: bool,
    /// The roles in which this event names them.
    pub posted: BTreeSet<String>,
    /// The roles in which earlier events linked them to the event's subject.
    pub linked: BTreeSet<String>,
    /// The roles they hold whatever the subject.
    pub standing: BTreeSet<String>,
}

/// Reads an address out of an event's parameter.
pub fn address(value: &Value) -> Option<EmailAddress> {
    match value {
        Value::Text(text) => text.parse().ok(),
        Value::Bool(_)
        | Value::Date(_)
        | Value::DateTime(_)
        | Value::List(_)
        | Value::Number(_) => None,
    }
}

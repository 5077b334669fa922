//! How audiences are stored.

use journey::{Audience, Condition};
use serde::{Deserialize, Serialize};

use crate::Unreadable;

/// An [`Audience`].
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AudienceDoc {
    Address(String),
    AllOf(Vec<Self>),
    AnyOf(Vec<Self>),
    List(String),
    Not(Box<Self>),
    Role {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<String>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        linked: bool,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        standing: bool,
    },
    Tag(String),
    Where(String),
}

impl From<&Audience> for AudienceDoc {
    fn from(audience: &Audience) -> Self {
        match audience {
            Audience::Address { param } => Self::Address(param.clone()),
            Audience::AllOf(parts) => Self::AllOf(parts.iter().map(Self::from).collect()),
            Audience::AnyOf(parts) => Self::AnyOf(parts.iter().map(Self::from).collect()),
            Audience::List(list) => Self::List(list.clone()),
            Audience::Not(part) => Self::Not(Box::new(Self::from(part.as_ref()))),
            Audience::Role {
                role,
                linked,
                standing,
            } => Self::Role {
                role: role.clone(),
                linked: *linked,
                standing: *standing,
            },
            Audience::Tag(tag) => Self::Tag(tag.clone()),
            Audience::Where(condition) => Self::Where(condition.as_str().to_owned()),
        }
    }
}

impl TryFrom<AudienceDoc> for Audience {
    type Error = Unreadable;

    fn try_from(doc: AudienceDoc) -> Result<Self, Unreadable> {
        let all = |docs: Vec<AudienceDoc>| -> Result<Vec<Self>, Unreadable> {
            docs.into_iter().map(Self::try_from).collect()
        };
        Ok(match doc {
            AudienceDoc::Address(param) => Self::Address { param },
            AudienceDoc::AllOf(parts) => Self::AllOf(all(parts)?),
            AudienceDoc::AnyOf(parts) => Self::AnyOf(all(parts)?),
            AudienceDoc::List(list) => Self::List(list),
            AudienceDoc::Not(part) => Self::Not(Box::new((*part).try_into()?)),
            AudienceDoc::Role {
                role,
                linked,
                standing,
            } => Self::Role {
                role,
                linked,
                standing,
            },
            AudienceDoc::Tag(tag) => Self::Tag(tag),
            AudienceDoc::Where(source) => Self::Where(condition(&source)?),
        })
    }
}

/// Reads a condition that was checked when it was published.
pub(super) fn condition(source: &str) -> Result<Condition, Unreadable> {
    Condition::parse(source).map_err(|_| Unreadable::new(format!("the condition `{source}`")))
}

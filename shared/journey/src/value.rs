//! The values that contacts and events carry, and the types a release declares for them.

use jiff::Timestamp;
use jiff::civil::Date;

/// One value of a contact field or an event parameter.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A calendar date.
    Date(Date),
    /// A moment.
    DateTime(Timestamp),
    /// Several texts: the tags of a contact, or a list in a condition.
    List(Vec<String>),
    /// A number; always finite.
    Number(f64),
    /// A text, an address or a URL.
    Text(String),
}

impl Value {
    /// Returns what kind of value this is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Bool(_) => Kind::Bool,
            Self::Date(_) => Kind::Date,
            Self::DateTime(_) => Kind::DateTime,
            Self::List(_) => Kind::List,
            Self::Number(_) => Kind::Number,
            Self::Text(_) => Kind::Text,
        }
    }
}

/// Values are personal data: only their kind may be printed.
impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}(…)", self.kind())
    }
}

/// What kinds of values there are, as far as comparing them goes.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    /// Yes or no.
    Bool,
    /// A calendar date.
    Date,
    /// A moment.
    DateTime,
    /// Several texts.
    List,
    /// A number.
    Number,
    /// A text.
    Text,
}

/// A contact field or an event parameter, as a release declares it.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// What it may hold.
    pub ty: FieldType,
    /// Whether it may be absent: `?` in the release.
    pub optional: bool,
    /// What it is when nobody said otherwise.
    pub default: Option<Value>,
    /// Whether it must not outlive its mail nor be shown to anybody else: an access code.
    pub sensitive: bool,
}

impl Field {
    /// Returns whether a condition or a template may rely on it being there.
    pub fn always(&self) -> bool {
        !self.optional || self.default.is_some()
    }

    /// Returns whether somebody has to give it.
    pub fn required(&self) -> bool {
        !self.optional && self.default.is_none()
    }
}

/// What a declared field may hold.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum FieldType {
    /// `bool`
    Bool,
    /// `date`: YYYY-MM-DD.
    Date,
    /// `datetime`: RFC 3339, with an offset.
    DateTime,
    /// `email`: an address that SES can mail.
    Email,
    /// `number`: finite.
    Number,
    /// `string`: one line.
    String,
    /// `text`: several lines.
    Text,
    /// `url`: absolute, `https` or `http`.
    Url,
}

impl FieldType {
    /// Every type, with the word a release writes for it.
    pub const ALL: [(&'static str, Self); 8] = [
        ("bool", Self::Bool),
        ("date", Self::Date),
        ("datetime", Self::DateTime),
        ("email", Self::Email),
        ("number", Self::Number),
        ("string", Self::String),
        ("text", Self::Text),
        ("url", Self::Url),
    ];

    /// Returns the kind of value it holds.
    pub fn kind(self) -> Kind {
        match self {
            Self::Bool => Kind::Bool,
            Self::Date => Kind::Date,
            Self::DateTime => Kind::DateTime,
            Self::Number => Kind::Number,
            Self::Email | Self::String | Self::Text | Self::Url => Kind::Text,
        }
    }
}

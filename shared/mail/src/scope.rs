//! What a template sees when its mail is made.

use handlebars::Context;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use journey::Value;
use serde_json::{Map, Value as Json};

use crate::clean;
use crate::locale::Locale;

/// The facts of one mail: `recipient`, `contact`, `event`, `vars`, `links`, and the day it is.
///
/// **Invariant:** every text in it is clean, and every absent or empty value carries the mark that keeps
/// it from being printed.
pub struct Scope {
    data: Context,
    locale: Locale,
    zone: TimeZone,
    today: Date,
}

impl Scope {
    /// Gathers the facts of one mail.
    ///
    /// `values` holds `recipient`, `contact`, `event`, `vars` and `links` as objects. A declared value that
    /// is absent is there as `null`: then `{{#if}}` is false, while a key that is not there at all is an
    /// error, so that a template is never filled in with the facts of something else. A text of nothing
    /// but spaces counts as absent. `locale` is added by itself; `subject` and `preheader` follow while the
    /// mail is made.
    ///
    /// `zone` is the recipient's, and `today` the date there; [`put`] and [`json`] help to fill `values`.
    ///
    /// # Errors
    /// If a text is longer than [`TEXT_BYTES_MAX`], or values lie more than eight deep, or are more than ten thousand.
    pub fn new(
        values: Map<String, Json>,
        locale: Locale,
        zone: TimeZone,
        today: Date,
    ) -> Result<Self, ScopeError> {
        let mut left = VALUES_MAX;
        let mut data = Map::new();
        for (name, value) in values {
            let value = clean_value(value, &name, &mut left)?;
            data.insert(name, value);
        }
        data.insert(String::from("locale"), Json::from(locale.tag()));
        let mut context = Context::null();
        *context.data_mut() = Json::Object(data);
        Ok(Self {
            data: context,
            locale,
            zone,
            today,
        })
    }

    /// Returns everything a template sees, for the engine.
    pub(crate) fn context(&self) -> &Context {
        &self.data
    }

    /// Returns the same with one more value at the root: the subject, for the layout.
    pub(crate) fn with(&self, lines: [(&str, &str); 2]) -> Context {
        let mut context = self.data.clone();
        if let Json::Object(data) = context.data_mut() {
            for (name, line) in lines {
                let line = if line.is_empty() {
                    clean::absent(name)
                } else {
                    line.to_owned()
                };
                data.insert(name.to_owned(), Json::String(line));
            }
        }
        context
    }

    /// Returns in which language to write.
    pub(crate) fn locale(&self) -> Locale {
        self.locale
    }

    /// Returns the recipient's time zone.
    pub(crate) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Returns which day it is for the recipient.
    pub(crate) fn today(&self) -> Date {
        self.today
    }
}

/// The facts of a mail are personal data: nothing of them may be printed.
impl std::fmt::Debug for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scope(…)")
    }
}

/// Facts that no mail can be made of.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ScopeError {
    /// One text is too long.
    #[error("`{path}` is longer than {TEXT_BYTES_MAX} bytes")]
    LongText {
        /// Which.
        path: String,
    },
    /// Values lie too deep in each other.
    #[error("`{path}` holds values more than {DEPTH_MAX} deep")]
    TooDeep {
        /// Where.
        path: String,
    },
    /// There are too many values.
    #[error("there are more than {VALUES_MAX} values")]
    TooMany,
    /// A value and a group of values have the same name.
    #[error("`{path}` is both a value and a group of values")]
    Clash {
        /// Which.
        path: String,
    },
}

/// Writes a value as a template sees it.
///
/// Dates are `YYYY-MM-DD`, moments RFC 3339 in UTC; whole numbers have no decimals.
pub fn json(value: &Value) -> Json {
    match value {
        Value::Bool(yes) => Json::Bool(*yes),
        Value::Date(date) => Json::String(date.to_string()),
        Value::DateTime(at) => Json::String(at.to_string()),
        Value::List(texts) => Json::from(texts.as_slice()),
        Value::Number(number) => json_number(*number),
        Value::Text(text) => Json::String(text.clone()),
    }
}

/// Puts a value where a template finds it: `Person.FullName` inside an object `Person`.
///
/// `None` puts the `null` that stands for a declared value that is absent.
///
/// # Errors
/// If a value already stands where a group is needed, or the other way around.
pub fn put(
    group: &mut Map<String, Json>,
    path: &str,
    value: Option<&Value>,
) -> Result<(), ScopeError> {
    let clash = || ScopeError::Clash {
        path: path.to_owned(),
    };
    let mut group = group;
    let mut rest = path;
    while let Some((head, tail)) = rest.split_once('.') {
        let inner = group
            .entry(head)
            .or_insert_with(|| Json::Object(Map::new()));
        group = inner.as_object_mut().ok_or_else(clash)?;
        rest = tail;
    }
    if group.get(rest).is_some_and(Json::is_object) {
        return Err(clash());
    }
    group.insert(rest.to_owned(), value.map_or(Json::Null, json));
    Ok(())
}

/// Cleans a value and all within it, and marks what is absent.
fn clean_value(value: Json, path: &str, left: &mut usize) -> Result<Json, ScopeError> {
    *left = left.checked_sub(1).ok_or(ScopeError::TooMany)?;
    if path.split('.').count() > DEPTH_MAX {
        return Err(ScopeError::TooDeep {
            path: path.to_owned(),
        });
    }
    Ok(match value {
        Json::Null => Json::String(clean::absent(path)),
        Json::String(text) if text.len() > TEXT_BYTES_MAX => {
            return Err(ScopeError::LongText {
                path: path.to_owned(),
            });
        }
        Json::String(text) => {
            let text = clean::text(&text);
            let empty = text.trim().is_empty();
            Json::String(if empty {
                clean::absent(path)
            } else {
                text.into_owned()
            })
        }
        Json::Array(items) => {
            let items = items.into_iter().enumerate();
            let clean = items.map(|(i, item)| clean_value(item, &format!("{path}.{i}"), left));
            Json::Array(clean.collect::<Result<_, _>>()?)
        }
        Json::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| {
                let value = clean_value(value, &format!("{path}.{name}"), left)?;
                Ok((name, value))
            });
            Json::Object(fields.collect::<Result<_, _>>()?)
        }
        scalar @ (Json::Bool(_) | Json::Number(_)) => scalar,
    })
}

/// Writes a number without `.0` when it is whole.
fn json_number(number: f64) -> Json {
    if number.fract() == 0.0 && number.abs() < WHOLE_MAX {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it is whole and within i64"
        )]
        return Json::from(number as i64);
    }
    serde_json::Number::from_f64(number).map_or(Json::Null, Json::Number)
}

/// The longest text a mail may hold as one value, in bytes.
pub const TEXT_BYTES_MAX: usize = 64 * 1024;

const DEPTH_MAX: usize = 8;
const VALUES_MAX: usize = 10_000;

/// From here on not every whole number can be told from its neighbors in an `f64`.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

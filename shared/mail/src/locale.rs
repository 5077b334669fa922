//! The languages in which a mail can write its dates and numbers.

/// A language, as far as dates, numbers and amounts differ.
///
/// A mail is written in the language of its template, so the caller names the template's locale first,
/// then the release's; see [`Locale::first_known`].
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Locale {
    /// English with the day before the month: `en`, `en-GB` and all others but `en-US`.
    #[default]
    English,
    /// English with the month before the day: `en-US`.
    EnglishUs,
    /// Dutch: `nl`, `nl-NL`, `nl-BE`.
    Dutch,
}

impl Locale {
    /// Returns the locale of a BCP 47 tag (`nl-BE`), if it is one of ours.
    ///
    /// Case and `_` for `-` do not matter.
    pub fn known(tag: &str) -> Option<Self> {
        let tag = tag.to_ascii_lowercase().replace('_', "-");
        let language = tag.split('-').next().unwrap_or_default();
        match (language, tag.as_str()) {
            ("nl", _) => Some(Self::Dutch),
            ("en", "en-us") => Some(Self::EnglishUs),
            ("en", _) => Some(Self::English),
            _ => None,
        }
    }

    /// Returns the first locale that is one of ours, and English if none is.
    pub fn first_known<'a>(tags: impl IntoIterator<Item = &'a str>) -> Self {
        tags.into_iter().find_map(Self::known).unwrap_or_default()
    }

    /// Returns its BCP 47 tag, which is what `{{locale}}` prints.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::EnglishUs => "en-US",
            Self::Dutch => "nl",
        }
    }

    /// Returns the name of a month, counted from 1.
    pub(crate) fn month(self, month: i8) -> &'static str {
        let names = match self {
            Self::English | Self::EnglishUs => ENGLISH_MONTHS,
            Self::Dutch => DUTCH_MONTHS,
        };
        usize::try_from(month - 1)
            .ok()
            .and_then(|i| names.get(i).copied())
            .unwrap_or_default()
    }

    /// Returns the name of a weekday, counted from Monday as 1.
    pub(crate) fn weekday(self, weekday: i8) -> &'static str {
        let names = match self {
            Self::English | Self::EnglishUs => ENGLISH_WEEKDAYS,
            Self::Dutch => DUTCH_WEEKDAYS,
        };
        usize::try_from(weekday - 1)
            .ok()
            .and_then(|i| names.get(i).copied())
            .unwrap_or_default()
    }

    /// Returns what stands between thousands, and what before decimals.
    pub(crate) fn separators(self) -> (char, char) {
        match self {
            Self::English | Self::EnglishUs => (',', '.'),
            Self::Dutch => ('.', ','),
        }
    }
}

const DUTCH_MONTHS: [&str; 12] = [
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
];
const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DUTCH_WEEKDAYS: [&str; 7] = [
    "maandag",
    "dinsdag",
    "woensdag",
    "donderdag",
    "vrijdag",
    "zaterdag",
    "zondag",
];
const ENGLISH_WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

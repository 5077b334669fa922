//! What the page says, in each language that it speaks.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A language.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Language {
    Dutch,
    English,
}

/// Something that keeps the page from being shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Problem {
    Form,
    Later,
    Token,
}

impl Language {
    /// Returns the language of a locale, if the page speaks it.
    pub(crate) fn of(locale: &str) -> Option<Self> {
        let language = locale
            .split(['-', '_', ';', ','])
            .next()
            .unwrap_or_default();
        match language.trim().to_ascii_lowercase().as_str() {
            "nl" => Some(Self::Dutch),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// Returns the first that a browser asks for and that the page speaks; else English.
    pub(crate) fn preferred(accepted: &str) -> Self {
        let mut asked = accepted.split(',').filter_map(Self::of);
        asked.next().unwrap_or(Self::English)
    }

    /// Returns its tag for `lang`.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Dutch => "nl",
            Self::English => "en",
        }
    }

    /// Writes a day as its speakers do.
    pub(crate) fn day(self, at: Timestamp) -> String {
        let months = match self {
            Self::Dutch => DUTCH_MONTHS,
            Self::English => ENGLISH_MONTHS,
        };
        let date = at.to_zoned(TimeZone::UTC).date();
        let month = months[(date.month() - 1).unsigned_abs() as usize];
        format!("{} {month} {}", date.day(), date.year())
    }

    /// Returns what the page says in it.
    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::Dutch => &DUTCH,
            Self::English => &ENGLISH,
        }
    }
}

/// Everything that the page says; `{}` stands for a name or a date.
pub(crate) struct Words {
    pub(crate) title: &'static str,
    pub(crate) title_alone: &'static str,
    pub(crate) mails: &'static str,
    pub(crate) left: &'static str,
    pub(crate) left_more: &'static str,
    pub(crate) back: &'static str,
    pub(crate) saved: &'static str,
    pub(crate) quiet: &'static str,
    pub(crate) quiet_note: &'static str,
    pub(crate) gets: &'static str,
    pub(crate) gets_not: &'static str,
    pub(crate) asks: &'static str,
    pub(crate) yes: &'static str,
    pub(crate) no: &'static str,
    pub(crate) waits: &'static str,
    pub(crate) leave: &'static str,
    pub(crate) stay: &'static str,
    pub(crate) less: &'static str,
    pub(crate) less_more: &'static str,
    pub(crate) quiet_30: &'static str,
    pub(crate) quiet_90: &'static str,
    pub(crate) all: &'static str,
    pub(crate) all_more: &'static str,
    pub(crate) save: &'static str,
    pub(crate) service: &'static str,
    pub(crate) problem: &'static str,
    pub(crate) form: &'static str,
    pub(crate) later: &'static str,
    pub(crate) token: &'static str,
}

impl Words {
    /// Says what is wrong.
    pub(crate) fn of(&self, problem: Problem) -> &'static str {
        match problem {
            Problem::Form => self.form,
            Problem::Later => self.later,
            Problem::Token => self.token,
        }
    }
}

const DUTCH: Words = Words {
    title: "Uw mails van {}",
    title_alone: "Uw mails",
    mails: "Mails over {}",
    left: "U bent afgemeld",
    left_more: "U krijgt geen mails meer over {}. Een mail die al onderweg was, kan nog aankomen.",
    back: "Dank u: u krijgt deze mails",
    saved: "Uw keuze is bewaard",
    quiet: "U krijgt tot {} geen mails hierover.",
    quiet_note: "rust tot {}",
    gets: "U krijgt deze mails nu.",
    gets_not: "U krijgt deze mails nu niet.",
    asks: "Wilt u deze mails ontvangen? Ze komen zodra u ja zegt. Was u dit niet, dan hoeft u niets te doen.",
    yes: "Ja, graag",
    no: "Nee, liever niet",
    waits: "nog niet bevestigd",
    leave: "Afmelden",
    stay: "Toch weer aanmelden",
    less: "Even geen mails",
    less_more: "Daarna krijgt u ze weer, zonder dat u iets hoeft te doen.",
    quiet_30: "30 dagen rust",
    quiet_90: "90 dagen rust",
    all: "Waarover wilt u mails?",
    all_more: "Zet een vinkje bij wat u wilt ontvangen.",
    save: "Bewaren",
    service: "Mails die bij een afspraak, een bestelling of een aanmelding van u horen, blijven komen.",
    problem: "Dit lukt niet",
    form: "Deze pagina kent die vraag niet. Ga terug naar de mail en gebruik de link daarin.",
    later: "Uw keuze kon nu niet bewaard worden. Probeer het over een paar minuten nog eens.",
    token: "Deze link klopt niet of is niet compleet. Gebruik de link onder aan de mail, of kopieer hem helemaal.",
};

const ENGLISH: Words = Words {
    title: "Your mails from {}",
    title_alone: "Your mails",
    mails: "Mails about {}",
    left: "You are unsubscribed",
    left_more: "You get no more mails about {}. One that was on its way already may still arrive.",
    back: "Thank you: you get these mails",
    saved: "Your choice is saved",
    quiet: "You get no mails about this until {}.",
    quiet_note: "quiet until {}",
    gets: "You get these mails now.",
    gets_not: "You do not get these mails now.",
    asks: "Do you want these mails? They come once you say so. If this was not you, you need not do anything.",
    yes: "Yes, please",
    no: "No, thank you",
    waits: "not confirmed yet",
    leave: "Unsubscribe",
    stay: "Subscribe again",
    less: "A little quiet",
    less_more: "After that they come again; you need not do anything.",
    quiet_30: "30 days of quiet",
    quiet_90: "90 days of quiet",
    all: "What do you want mails about?",
    all_more: "Tick what you want to get.",
    save: "Save",
    service: "Mails that belong to an appointment, an order or a registration of yours keep coming.",
    problem: "That did not work",
    form: "This page does not know that question. Go back to the mail and use the link in it.",
    later: "Your choice could not be saved just now. Please try again in a few minutes.",
    token: "This link is wrong or not complete. Use the link at the bottom of the mail, or copy all of it.",
};

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

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn a_day_is_written_as_people_do() {
        for (at, dutch, english) in [
            ("2026-01-01T00:00:00Z", "1 januari 2026", "1 January 2026"),
            (
                "2026-12-31T23:59:59Z",
                "31 december 2026",
                "31 December 2026",
            ),
        ] {
            let at = at.parse().unwrap();
            assert_eq!(Language::Dutch.day(at), dutch);
            assert_eq!(Language::English.day(at), english);
        }
    }

    #[test]
    fn the_first_language_that_is_spoken_is_used() {
        for (accepted, expected) in [
            ("nl-BE,nl;q=0.9,en;q=0.8", Language::Dutch),
            ("fr-FR, en-GB;q=0.5, nl;q=0.4", Language::English),
            ("de", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::preferred(accepted), expected, "{accepted}");
        }
    }
}

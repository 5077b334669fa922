//! Conditions, waits and moments inside the files of a release, and where their mistakes stand.

use journey::{Cap, Condition, Mistake, Moment, Pace, Period, Schema, Wait, Window};

use crate::Defect;
use crate::advice;
use crate::yaml::{At, Data, Node, Phrase};

/// A text in a language of its own that was read, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Read<T> {
    /// What it means.
    pub(crate) value: T,
    /// What was written.
    pub(crate) phrase: Phrase,
}

impl Read<Condition> {
    /// Says what would leave the condition without an answer.
    pub(crate) fn check(&self, schema: &Schema, defects: &mut Vec<Defect>) {
        let mut told = 0;
        for mut mistake in self.value.check(schema).err().unwrap_or_default() {
            // A part of what has been told is not told again.
            if mistake.at.start < told {
                continue;
            }
            if let Some((at, what, help)) = advice::asked(&self.phrase.text, &mistake, schema) {
                told = at.end;
                mistake = Mistake { at, what, help };
            }
            defects.push(defect(&self.phrase, &mistake));
        }
    }
}

impl Read<Moment> {
    /// Says whether the moment is counted from something that is no date.
    pub(crate) fn check(&self, schema: &Schema, defects: &mut Vec<Defect>) {
        let mistake = self.value.check(schema).err();
        defects.extend(mistake.map(|mistake| defect(&self.phrase, &mistake)));
    }
}

/// Reads a condition.
pub(crate) fn condition(
    node: &Node,
    what: &str,
    defects: &mut Vec<Defect>,
) -> Option<Read<Condition>> {
    let expected = match &node.data {
        Data::Mapping(_) => "a condition; write it without braces: `contact.member`",
        Data::Broken | Data::List(_) | Data::Null | Data::Plain(_) | Data::Quoted(_) => {
            "a condition; write one such as `contact.member`"
        }
    };
    let before = defects.len();
    let read = read(
        node,
        what,
        expected,
        Condition::parse,
        advice::read,
        defects,
    );
    if node.commented
        && let Some(last) = defects.get_mut(before..).and_then(<[Defect]>::last_mut)
        && let Some((what, help)) = advice::cut_off(&last.what)
    {
        last.what = what;
        last.help = help.to_owned();
    }
    read
}

/// Reads a duration without a time of day.
pub(crate) fn period(node: &Node, what: &str, defects: &mut Vec<Defect>) -> Option<Read<Period>> {
    read(
        node,
        what,
        DURATION,
        Period::parse,
        advice::duration,
        defects,
    )
}

/// Reads a moment.
pub(crate) fn moment(node: &Node, what: &str, defects: &mut Vec<Defect>) -> Option<Read<Moment>> {
    let expected = "a moment; write one such as `2026-12-24 09:00`";
    read(node, what, expected, Moment::parse, advice::moment, defects)
}

/// Reads how long to wait.
pub(crate) fn wait(node: &Node, what: &str, defects: &mut Vec<Defect>) -> Option<Read<Wait>> {
    read(node, what, DURATION, Wait::parse, advice::duration, defects)
}

/// Reads hours of days of the week.
pub(crate) fn window(node: &Node, defects: &mut Vec<Defect>) -> Option<Read<Window>> {
    let expected = "a window; write one such as `mon-fri 09:00-12:00`";
    read(
        node,
        "a window",
        expected,
        Window::parse,
        |_, _| None,
        defects,
    )
}

/// Reads how many mails a person gets.
pub(crate) fn cap(node: &Node, defects: &mut Vec<Defect>) -> Option<Read<Cap>> {
    let expected = "a cap; write one such as `1 per day`";
    read(node, "a cap", expected, Cap::parse, |_, _| None, defects)
}

/// Reads how many a minute: `600 per minute`.
pub(crate) fn pace(node: &Node, defects: &mut Vec<Defect>) -> Option<Read<Pace>> {
    let expected = "a pace; write one such as `600 per minute`";
    read(node, "a pace", expected, Pace::parse, |_, _| None, defects)
}

/// Reads the path of an event parameter: `event.Request.Email`.
pub(crate) fn event_path(node: &Node, what: &str, defects: &mut Vec<Defect>) -> Option<At<String>> {
    let text = node.line(what, defects)?;
    let Some(param) = text.value.strip_prefix("event.") else {
        let help = match text.value.split_once('.') {
            Some(("contact" | "recipient" | "vars" | "signal", _)) => {
                "an address comes with the event: `event.NAME`, declared in events.yaml as `NAME: email`".to_owned()
            }
            Some(_) | None => format!("write `event.` before its name: `event.{}`", text.value),
        };
        defects.push(
            Defect::new(
                text.place,
                format!("{what} must be a parameter of the event"),
            )
            .help(help),
        );
        return None;
    };
    Some(At::new(param.to_owned(), text.place))
}

fn read<T>(
    node: &Node,
    what: &str,
    expected: &str,
    parse: impl FnOnce(&str) -> Result<T, Mistake>,
    advise: impl FnOnce(&str, &Mistake) -> Option<String>,
    defects: &mut Vec<Defect>,
) -> Option<Read<T>> {
    let phrase = node.phrase(what, expected, defects)?;
    match parse(&phrase.text) {
        Ok(value) => Some(Read { value, phrase }),
        Err(mut mistake) => {
            if let Some(help) = advise(&phrase.text, &mistake) {
                mistake.help = help;
            }
            defects.push(defect(&phrase, &mistake));
            None
        }
    }
}

/// Puts a mistake at its place in the file.
fn defect(phrase: &Phrase, mistake: &Mistake) -> Defect {
    Defect::new(phrase.part(mistake.at.clone()), mistake.what.clone()).help(mistake.help.clone())
}

const DURATION: &str = "a duration; write one such as `3 days`";

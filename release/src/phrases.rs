//! Conditions, waits and moments inside the files of a release, and where their mistakes stand.

use journey::{Cap, Condition, Mistake, Moment, Pace, Period, Schema, Wait, Window};

use crate::Defect;
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
        let mistakes = self.value.check(schema).err().unwrap_or_default();
        defects.extend(mistakes.iter().map(|mistake| defect(&self.phrase, mistake)));
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
    read(node, what, expected, Condition::parse, defects)
}

/// Reads a duration without a time of day.
pub(crate) fn period(node: &Node, what: &str, defects: &mut Vec<Defect>) -> Option<Read<Period>> {
    read(node, what, DURATION, Period::parse, defects)
}

/// Reads a moment.
pub(crate) fn moment(node: &Node, what: &str, defects: &mut Vec<Defect>) -> Option<Read<Moment>> {
    let expected = "a moment; write one such as `2026-12-24 09:00`";
    read(node, what, expected, Moment::parse, defects)
}

/// Reads how long to wait.
pub(crate) fn wait(node: &Node, what: &str, defects: &mut Vec<Defect>) -> Option<Read<Wait>> {
    read(node, what, DURATION, Wait::parse, defects)
}

/// Reads hours of days of the week.
pub(crate) fn window(node: &Node, defects: &mut Vec<Defect>) -> Option<Read<Window>> {
    let expected = "a window; write one such as `mon-fri 09:00-12:00`";
    read(node, "a window", expected, Window::parse, defects)
}

/// Reads how many mails a person gets.
pub(crate) fn cap(node: &Node, defects: &mut Vec<Defect>) -> Option<Read<Cap>> {
    let expected = "a cap; write one such as `1 per day`";
    read(node, "a cap", expected, Cap::parse, defects)
}

/// Reads how many a minute: `600 per minute`.
pub(crate) fn pace(node: &Node, defects: &mut Vec<Defect>) -> Option<Read<Pace>> {
    let expected = "a pace; write one such as `600 per minute`";
    read(node, "a pace", expected, Pace::parse, defects)
}

/// Reads the path of an event parameter: `event.Request.Email`.
pub(crate) fn event_path(node: &Node, what: &str, defects: &mut Vec<Defect>) -> Option<At<String>> {
    let text = node.line(what, defects)?;
    let Some(param) = text.value.strip_prefix("event.") else {
        defects.push(
            Defect::new(
                text.place,
                format!("{what} must be a parameter of the event"),
            )
            .help(format!(
                "write `event.` before its name: `event.{}`",
                text.value
            )),
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
    defects: &mut Vec<Defect>,
) -> Option<Read<T>> {
    let phrase = node.phrase(what, expected, defects)?;
    match parse(&phrase.text) {
        Ok(value) => Some(Read { value, phrase }),
        Err(mistake) => {
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

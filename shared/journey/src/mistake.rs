//! What is wrong in a text that somebody wrote, where, and what to do about it.

use std::ops::Range;

/// One mistake in a condition, a wait or a moment.
///
/// It is a value, not a rendered message, so that whoever knows the file can point into it.
/// It quotes what the author of the journey wrote, never the data of a person.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{what}; {help}")]
pub struct Mistake {
    /// Where it stands, in bytes of the text that was read. Both ends are character boundaries.
    pub at: Range<usize>,
    /// What is wrong, as a sentence without its full stop.
    pub what: String,
    /// What to write instead, in the same form.
    pub help: String,
}

impl Mistake {
    /// Says what is wrong at a place, and what to do about it.
    pub(crate) fn new(at: Range<usize>, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            at,
            what: what.into(),
            help: help.into(),
        }
    }

    /// Moves the place by so many bytes, for a text that was read as a part of a longer one.
    pub(crate) fn moved(mut self, bytes: usize) -> Self {
        self.at.start += bytes;
        self.at.end += bytes;
        self
    }
}

#[cfg(test)]
pub(crate) mod told {
    //! Files that tell what is wrong with examples.

    use std::fmt::Write;

    use expect_test::ExpectFile;

    use super::Mistake;

    /// Compares what is wrong with each example of a file to what the file says under it.
    ///
    /// A file holds blocks with a blank line between them; the first line of a block is an example.
    /// What is wrong is marked with `^`, a place where something is missing with `|`.
    /// To add one, write that line and run the test with `UPDATE_EXPECT=1`.
    pub(crate) fn check(file: &str, expected: &ExpectFile, read: impl Fn(&str) -> Vec<Mistake>) {
        let examples = file.split("\n\n").filter_map(|block| block.lines().next());
        let told: Vec<String> = examples
            .map(|example| tell(example, read(example)))
            .collect();
        expected.assert_eq(&told.join("\n"));
    }

    /// Draws what is wrong with an example under it.
    fn tell(example: &str, mistakes: Vec<Mistake>) -> String {
        let mut told = format!("{example}\n");
        if mistakes.is_empty() {
            told.push_str("ok\n");
        }
        for Mistake { at, what, help } in mistakes {
            let indent = example[..at.start].chars().count();
            let marks = match example[at].chars().count() {
                0 => "|".to_owned(),
                marked => "^".repeat(marked),
            };
            writeln!(told, "{:indent$}{marks} {what}", "").unwrap();
            writeln!(told, "{:width$} {help}", "", width = indent + marks.len()).unwrap();
        }
        told
    }
}

//! Finds the fields in a text, in every spelling that is known to occur, and writes them as Handlebars.

use std::collections::BTreeSet;

use super::Note;

/// A text with its fields written as Handlebars.
#[derive(Debug, Default)]
pub(super) struct Converted {
    pub(super) text: String,
    /// The parameters of the event that it shows.
    pub(super) params: BTreeSet<String>,
    /// The vars that it shows.
    pub(super) vars: BTreeSet<&'static str>,
    pub(super) notes: Vec<Note>,
}

/// Converts a text that begins on a line of a file.
pub(super) fn convert(text: &str, file: &str, first_line: usize) -> Converted {
    let mut converted = Converted::default();
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            converted.text.push('\n');
        }
        let mut place = Place {
            file,
            line: first_line + number,
            out: &mut converted,
        };
        place.line(line);
    }
    if text.ends_with('\n') {
        converted.text.push('\n');
    }
    converted
}

struct Place<'a> {
    file: &'a str,
    line: usize,
    out: &'a mut Converted,
}

impl Place<'_> {
    fn line(&mut self, line: &str) {
        let mut at = 0;
        while at < line.len() {
            let rest = &line[at..];
            at += match self.piece(line, at, rest) {
                Some(used) => used,
                None => {
                    let c = rest.chars().next().map_or(1, char::len_utf8);
                    self.out.text.push_str(&rest[..c]);
                    c
                }
            };
        }
    }

    /// Takes a field, a fixed piece or a brace from the front; returns how much of the text that was.
    fn piece(&mut self, line: &str, at: usize, rest: &str) -> Option<usize> {
        if let Some((text, var, used)) = fixed(rest) {
            self.out.text.push_str(text);
            self.out.vars.insert(var);
            return Some(used);
        }
        let column = line[..at].chars().count() + 1;
        if rest.starts_with('[') {
            let (name, used) = match bracketed(rest) {
                Field::None => return None,
                Field::Open => {
                    let what =
                        "this field is not closed: write `]` after its name, then import again";
                    self.note(column, what.to_owned(), true);
                    return None;
                }
                Field::Slip(name, used, slip) => {
                    self.note(
                        column,
                        format!("{slip}: read as `[automationfield:{name}]`"),
                        false,
                    );
                    (name, used)
                }
                Field::Plain(name, used) => (name, used),
            };
            self.field(column, name);
            return Some(used);
        }
        if let Some(inner) = rest.strip_prefix("{{") {
            let name = inner
                .split("}}")
                .next()
                .filter(|name| name.len() + 2 < inner.len() + 2);
            if let Some(name) = name.filter(|name| inner.len() > name.len() && is_name(name.trim()))
            {
                self.field(column, name.trim());
                return Some(name.len() + 4);
            }
            let what = "`{{` is not followed by a field's name: written as `{ {`, so that it is no command";
            self.note(column, what.to_owned(), true);
            let braces = rest.len() - rest.trim_start_matches('{').len();
            self.out.text.push_str(vec!["{"; braces].join(" ").as_str());
            return Some(braces);
        }
        if rest.starts_with("}}") {
            // What it closes is a text as well.
            let braces = rest.len() - rest.trim_start_matches('}').len();
            self.out.text.push_str(vec!["}"; braces].join(" ").as_str());
            return Some(braces);
        }
        if let Some(placeholder) = placeholder(rest) {
            let what =
                format!("`{placeholder}` is to be filled in, and goes into the mail as it is");
            self.note(column, what, true);
        }
        None
    }

    fn field(&mut self, column: usize, name: &str) {
        // Letters that a scan of paper confuses.
        let meant = match name.strip_suffix("SourcelD") {
            Some(before) => format!("{before}SourceID"),
            None => name.to_owned(),
        };
        if meant != name {
            self.note(
                column,
                format!("`{name}` is read as `{meant}`: an l for a capital I"),
                false,
            );
        }
        if self.out.text.ends_with('\\') {
            // What follows a backslash would be a text.
            let what = "a `\\` stands before this field: there is a space between them now";
            self.note(column, what.to_owned(), false);
            self.out.text.push(' ');
        }
        if meant.eq_ignore_ascii_case("Recipient.FullName") {
            self.out.text.push_str("{{recipient.full_name}}");
            return;
        }
        // Inside a link: `[Open](https://x.example/` stands before it.
        let link = self.out.text.rfind("](");
        let linked = link.is_some_and(|at| !self.out.text[at..].contains([')', '\n']));
        let shown = match kind(&meant) {
            _ if linked => format!("{{{{url event.{meant}}}}}"),
            "date" => format!("{{{{date event.{meant} \"long\"}}}}"),
            "text" => format!("{{{{paragraphs event.{meant}}}}}"),
            _ => format!("{{{{event.{meant}}}}}"),
        };
        self.out.text.push_str(&shown);
        self.out.params.insert(meant);
    }

    fn note(&mut self, column: usize, what: String, is_open: bool) {
        self.out.notes.push(Note {
            file: self.file.to_owned(),
            line: self.line,
            column,
            what,
            is_open,
        });
    }
}

/// A field in brackets at the front of a text.
enum Field<'a> {
    None,
    /// It has no end.
    Open,
    /// As it should be: its name, and how long all of it is.
    Plain(&'a str, usize),
    /// With a slip that is known: what that is.
    Slip(&'a str, usize, &'static str),
}

fn bracketed(rest: &str) -> Field<'_> {
    let inner = rest[1..].trim_start();
    let word = inner.get(..WORD.len());
    if !word.is_some_and(|word| word.eq_ignore_ascii_case(WORD)) {
        return Field::None;
    }
    let after = inner[WORD.len()..].trim_start();
    let Some(separator) = after
        .chars()
        .next()
        .filter(|c| matches!(c, ':' | '.' | ';'))
    else {
        return Field::None;
    };
    let name_and_more = &after[1..];
    let Some(end) = name_and_more.find(']') else {
        return Field::Open;
    };
    let name = name_and_more[..end].trim();
    if !is_name(name) {
        return Field::Open;
    }
    let mut used = rest.len() - name_and_more.len() + end + 1;
    let twice = rest[used..].starts_with(']');
    used += usize::from(twice);
    match (twice, separator, word == Some(WORD)) {
        (true, ..) => Field::Slip(name, used, "a `]` too many"),
        (false, ':', true) => Field::Plain(name, used),
        (false, ':', false) => Field::Slip(name, used, "`automationfield` in other letters"),
        (false, _, _) => Field::Slip(name, used, "no colon after `automationfield`"),
    }
}

fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    (1..=NAME_MAX).contains(&name.len())
        && name.chars().all(fits)
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && !name.contains("..")
        && !name.ends_with('.')
        && !["else", "this"].contains(&name)
}

/// Returns what stands in parentheses for each customer to fill in, where it is none that is known.
fn placeholder(rest: &str) -> Option<&str> {
    let inner = rest.strip_prefix('(')?;
    let end = inner.find(')').filter(|end| *end <= NAME_MAX)?;
    let lower = inner[..end].to_lowercase();
    let begins = ["uw ", "button ", "link ", "aantal"].iter();
    let found = begins.clone().any(|begin| lower.starts_with(begin));
    found.then(|| &rest[..end + 2])
}

/// Returns the type of a parameter, as far as its name tells.
pub(super) fn kind(name: &str) -> &'static str {
    let last = name.rsplit('.').next().unwrap_or(name);
    // A mandate and a candidate are none.
    let dated = last.ends_with("Date") || last.ends_with("_date");
    let last = last.to_ascii_lowercase();
    if dated || last == "date" || last.starts_with("dateof") {
        "date"
    } else if last == "content" {
        "text"
    } else if last.starts_with("quantity") || last.starts_with("amount") {
        "number"
    } else {
        "string"
    }
}

/// Finds what Spotler's own texts have in parentheses for each customer to fill in.
fn fixed(rest: &str) -> Option<(&'static str, &'static str, usize)> {
    let found = FIXED.iter().find(|(said, ..)| {
        let front = rest.get(..said.len());
        front.is_some_and(|front| front.eq_ignore_ascii_case(said))
    });
    found.map(|(said, text, var)| (*text, *var, said.len()))
}

/// What is said, what it becomes, and the var that it needs.
const FIXED: [(&str, &str, &str); 4] = [
    (
        "(aantal) dagen",
        "{{vars.review_days}} dagen",
        "review_days",
    ),
    (
        "(Uw organisatienaam)",
        "{{vars.organisation}}",
        "organisation",
    ),
    (
        "(Button naar standaard dashboard link)",
        "[Naar het dashboard]({{vars.dashboard_url}} \"button\")",
        "dashboard_url",
    ),
    (
        "(Button e-mailadres organisatie - Stuur ons een e-mail)",
        "[Stuur ons een e-mail](mailto:{{vars.contact_address}} \"button\")",
        "contact_address",
    ),
];
const WORD: &str = "automationfield";
const NAME_MAX: usize = 100;

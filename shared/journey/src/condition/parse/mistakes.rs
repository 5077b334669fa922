//! What the parser says when a condition goes wrong.

use std::ops::Range;

use super::{FUNCTIONS, Mistake, Node, Parser, Token, nearest, translate};

impl Parser<'_> {
    /// Says that the condition could have ended before this token.
    pub(super) fn surplus(&self) -> Mistake {
        let at = self.at.clone();
        let written = &self.source[at.clone()];
        let (what, help) = match self.token {
            Token::Word("not") => (
                "`not` cannot stand here".to_owned(),
                "write it first: `not contact.city in ['Ede']`".to_owned(),
            ),
            Token::Word(word) if let Some(help) = translate(word) => (
                format!("`{word}` means nothing in a condition"),
                help.to_owned(),
            ),
            Token::Number(number) if number.is_sign_negative() => (
                format!("`{written}` follows another value"),
                "conditions do not calculate: write the number that you mean".to_owned(),
            ),
            Token::Symbol(")") => (
                "this `)` closes nothing".to_owned(),
                "leave it out".to_owned(),
            ),
            Token::Symbol(",") => (
                "`,` cannot stand here".to_owned(),
                "write `and` or `or` between conditions, and a point in numbers: `12.50`"
                    .to_owned(),
            ),
            Token::Word(_) | Token::Number(_) | Token::Text(_) | Token::Symbol(_) | Token::End => (
                format!("something is missing before {}", quoted(written)),
                "write `and`, `or` or a comparison between the two".to_owned(),
            ),
        };
        Mistake::new(at, what, help)
    }

    /// Says that a comparison has a third side. The token is its operator.
    pub(super) fn chained(&mut self, pair: Range<usize>, right: &Node) -> Mistake {
        let at = self.at.clone();
        if let Err(mistake) = self.advance().and_then(|()| self.value()) {
            return mistake;
        }
        let (pair, same) = (&self.source[pair], &self.source[right.at.clone()]);
        let help = format!(
            "write `{pair} and {same} {}`",
            &self.source[at.start..self.last]
        );
        Mistake::new(at, "comparisons do not chain", help)
    }

    /// Says that a value should stand where this token is.
    pub(super) fn missing_value(&self) -> Mistake {
        let help = "write a path, a number, a 'text', or a condition in parentheses";
        if self.token == Token::End {
            let at = self.last..self.source.len();
            return Mistake::new(at, "the condition stops too soon", help);
        }
        let written = &self.source[self.at.clone()];
        Mistake::new(
            self.at.clone(),
            format!("a value is missing before `{written}`"),
            help,
        )
    }

    /// Says what a function takes, where the token is something else.
    pub(super) fn missing_argument(&self, function: &str) -> Mistake {
        let (what, help) = match function {
            "has" => ("`has` takes a path", "write `has(contact.city)`"),
            "days_since" => (
                "`days_since` takes a path",
                "write `days_since(contact.renewal) > 30`",
            ),
            "opened" => (
                "`opened` takes the name of a send",
                "write `opened('welkom-1')`",
            ),
            _ => (
                "`clicked` takes the name of a send, and perhaps of a link in it",
                "write `clicked('welkom-1')` or `clicked('welkom-1', 'doneer')`",
            ),
        };
        Mistake::new(self.at.clone(), what, help)
    }

    /// Says what a list takes.
    pub(super) fn not_listed(&self) -> Mistake {
        if self.token == Token::End {
            return self.missing_value();
        }
        let what = format!(
            "{} cannot stand in a list",
            quoted(&self.source[self.at.clone()])
        );
        Mistake::new(
            self.at.clone(),
            what,
            "a list has texts or numbers: `['nl', 'be']`, `[5, 6]`",
        )
    }

    /// Says that a list that starts at `open` stands in parentheses.
    pub(super) fn round_list(&self, open: usize) -> Mistake {
        let rest = &self.source[open..];
        let list = rest.split_inclusive(')').next().unwrap_or(rest);
        let items = list.trim_matches(['(', ')']);
        let help = format!("write `[{items}]`");
        let what = "a list stands in square brackets";
        Mistake::new(open..open + list.len(), what, help)
    }

    /// Says that two items of a list run together.
    pub(super) fn missing_comma(&self) -> Mistake {
        let what = format!(
            "`,` is missing before {}",
            quoted(&self.source[self.at.clone()])
        );
        Mistake::new(self.at.clone(), what, "write `['nl', 'be']` or `[5, 6]`")
    }

    /// Refuses `opened(welkom-1)` before its `-` leads astray. The token is the parenthesis.
    pub(super) fn expect_quote(&self) -> Result<(), Mistake> {
        let inside = &self.source[self.at.end..];
        let name = inside.trim_start();
        let start = self.at.end + inside.len() - name.len();
        if !name.starts_with(char::is_alphanumeric) {
            return Ok(());
        }
        let len = name.find([')', ',']).unwrap_or(name.len());
        let name = name[..len].trim_end();
        let help = format!("write `'{name}'`");
        Err(Mistake::new(
            start..start + name.len(),
            "the name of a send stands in quotes",
            help,
        ))
    }
}

/// Says that there is no such function.
pub(super) fn unknown_function(function: &str, at: Range<usize>) -> Mistake {
    let what = format!("there is no function `{function}`");
    let method = function.rsplit_once('.');
    if let Some((path, "contains" | "includes")) = method {
        return Mistake::new(at, what, format!("write `'vip' in {path}`"));
    }
    let help = match nearest(function, FUNCTIONS) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("there are {}", FUNCTIONS.join(", ")),
    };
    Mistake::new(at, what, help)
}

/// Puts a token between quotes that it does not have in it.
fn quoted(written: &str) -> String {
    match written.starts_with(['\'', '"']) {
        true => written.to_owned(),
        false => format!("`{written}`"),
    }
}

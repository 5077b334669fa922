//! Reads the text of a condition into a tree, by recursive descent with one token of foresight.

mod mistakes;

use std::ops::Range;

use super::Mistake;
use super::lex::{Token, token};
use super::tree::{Expr, Name, Node, Operator};
use super::words::{FUNCTIONS, is_path, translate};
use crate::nearest;

/// Reads a whole condition.
///
/// # Errors
/// At the first place where the text stops being one.
pub(super) fn parse(source: &str) -> Result<Node, Mistake> {
    if source.len() > SOURCE_MAX {
        let what = format!("this condition is longer than {SOURCE_MAX} bytes");
        let help = "split the step in two, or ask for a tag that earlier steps set";
        return Err(Mistake::new(0..source.len(), what, help));
    }
    let (token, at) = token(source, 0)?;
    let mut parser = Parser {
        source,
        token,
        at,
        last: 0,
        depth: 0,
    };
    if token == Token::End {
        let help = "write one, such as `contact.member`, or leave it out";
        return Err(Mistake::new(
            0..source.len(),
            "there is no condition here",
            help,
        ));
    }
    let tree = parser.any()?;
    if parser.token == Token::End {
        Ok(tree)
    } else {
        Err(parser.surplus())
    }
}

/// Where the reading of a condition has come to.
struct Parser<'a> {
    source: &'a str,
    /// The token to be read.
    token: Token<'a>,
    /// Where it stands.
    at: Range<usize>,
    /// Where the token before it ends.
    last: usize,
    /// How many parentheses and `not`s are open.
    depth: usize,
}

impl<'a> Parser<'a> {
    /// Reads alternatives.
    fn any(&mut self) -> Result<Node, Mistake> {
        self.chain("or", Self::all, Expr::Or)
    }

    /// Reads what must hold together.
    fn all(&mut self) -> Result<Node, Mistake> {
        self.chain("and", Self::one, Expr::And)
    }

    /// Reads one part or several with a word between them, which become one node: a long chain is
    /// wide, not deep.
    fn chain(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Node, Mistake>,
        join: fn(Vec<Node>) -> Expr,
    ) -> Result<Node, Mistake> {
        let first = part(self)?;
        if self.token != Token::Word(word) {
            return Ok(first);
        }
        let start = first.at.start;
        let mut parts = vec![first];
        while self.token == Token::Word(word) {
            self.advance()?;
            parts.push(part(self)?);
        }
        Ok(Node {
            expr: join(parts),
            at: start..self.last,
        })
    }

    /// Reads a test or the opposite of one.
    fn one(&mut self) -> Result<Node, Mistake> {
        if self.depth == DEPTH_MAX {
            let what = format!("more than {DEPTH_MAX} parentheses and `not`s stand in each other");
            return Err(Mistake::new(
                self.at.clone(),
                what,
                "split the condition over two steps",
            ));
        }
        self.depth += 1;
        let start = self.at.start;
        let node = if self.token == Token::Word("not") {
            self.advance()?;
            let expr = Expr::Not(Box::new(self.one()?));
            Node {
                expr,
                at: start..self.last,
            }
        } else {
            self.test()?
        };
        self.depth -= 1;
        Ok(node)
    }

    /// Reads a value, or two that are compared.
    fn test(&mut self) -> Result<Node, Mistake> {
        let left = self.value()?;
        let Some(join) = self.comparison() else {
            return Ok(left);
        };
        self.advance()?;
        let right = self.value()?;
        let at = left.at.start..self.last;
        if self.comparison().is_some() {
            return Err(self.chained(at, &right));
        }
        Ok(Node {
            expr: join(Box::new(left), Box::new(right)),
            at,
        })
    }

    /// Returns how to join two values if the token compares them.
    fn comparison(&self) -> Option<impl FnOnce(Box<Node>, Box<Node>) -> Expr + use<>> {
        let operator = match self.token {
            Token::Word("in") => None,
            Token::Symbol(symbol) => {
                let known = Operator::ALL
                    .into_iter()
                    .find(|(written, _)| *written == symbol);
                Some(known.map(|(_, operator)| operator)?)
            }
            Token::Word(_) | Token::Number(_) | Token::Text(_) | Token::End => return None,
        };
        Some(move |left, right| match operator {
            Some(operator) => Expr::Compare(operator, left, right),
            None => Expr::In(left, right),
        })
    }

    /// Reads a value.
    fn value(&mut self) -> Result<Node, Mistake> {
        let start = self.at.start;
        let expr = match self.token {
            Token::Number(number) => Expr::Number(number),
            Token::Text(text) => Expr::Text(text.to_owned()),
            Token::Word("true") => Expr::Bool(true),
            Token::Word("false") => Expr::Bool(false),
            Token::Word(word) => return self.word(word),
            Token::Symbol("(") => return self.group(),
            Token::Symbol("[") => return self.list(),
            Token::Symbol(_) | Token::End => return Err(self.missing_value()),
        };
        self.advance()?;
        Ok(Node {
            expr,
            at: start..self.last,
        })
    }

    /// Reads a condition in parentheses, which become a part of where it stands.
    fn group(&mut self) -> Result<Node, Mistake> {
        let open = self.at.clone();
        self.advance()?;
        let inner = self.any()?;
        if self.token == Token::Symbol(",") && matches!(inner.expr, Expr::Text(_) | Expr::Number(_))
        {
            return Err(self.round_list(open.start));
        }
        self.close(")", &open)?;
        Ok(Node {
            at: open.start..self.last,
            ..inner
        })
    }

    /// Reads a path or a call.
    fn word(&mut self, word: &'a str) -> Result<Node, Mistake> {
        let at = self.at.clone();
        if word == "not" {
            let help = "write `not` before the whole comparison, or put it in parentheses";
            return Err(Mistake::new(at, "`not` cannot stand here", help));
        }
        if matches!(word, "and" | "or" | "in") {
            return Err(self.missing_value());
        }
        if self.source[at.end..].trim_start().starts_with('(') {
            self.advance()?;
            return self.call(word, at);
        }
        if FUNCTIONS.contains(&word) {
            return Err(self.missing_argument(word));
        }
        if let Some(help) = translate(word) {
            return Err(Mistake::new(
                at,
                format!("`{word}` means nothing in a condition"),
                help,
            ));
        }
        if !is_path(word) {
            let what = format!("`{word}` is not a path");
            let help = "write names with one dot between them: `contact.score`";
            return Err(Mistake::new(at, what, help));
        }
        self.advance()?;
        Ok(Node {
            expr: Expr::Path(word.to_owned()),
            at,
        })
    }

    /// Reads the arguments of a function. The token is the parenthesis that opens them.
    fn call(&mut self, function: &str, at: Range<usize>) -> Result<Node, Mistake> {
        if !FUNCTIONS.contains(&function) {
            return Err(mistakes::unknown_function(function, at));
        }
        let open = self.at.clone();
        let quoted = matches!(function, "opened" | "clicked");
        if quoted {
            self.expect_quote()?;
        }
        self.advance()?;
        let first = match self.token {
            Token::Text(text) if quoted => self.name(text),
            Token::Word(word) if !quoted && is_path(word) => self.name(word),
            Token::Text(text) if is_path(text) => {
                let help = format!("write it without quotes: `{function}({text})`");
                return Err(Mistake::new(self.at.clone(), "a path has no quotes", help));
            }
            Token::Word(_) | Token::Number(_) | Token::Text(_) | Token::Symbol(_) | Token::End => {
                return Err(self.missing_argument(function));
            }
        };
        self.advance()?;
        let mut second = None;
        if function == "clicked" && self.token == Token::Symbol(",") {
            self.advance()?;
            let Token::Text(link) = self.token else {
                return Err(self.missing_argument(function));
            };
            second = Some(self.name(link));
            self.advance()?;
        }
        if self.token == Token::Symbol(",") {
            return Err(self.missing_argument(function));
        }
        self.close(")", &open)?;
        let expr = match function {
            "has" => Expr::Has(first),
            "days_since" => Expr::DaysSince(first),
            "opened" => Expr::Opened(first),
            _ => Expr::Clicked(first, second),
        };
        Ok(Node {
            expr,
            at: at.start..self.last,
        })
    }

    /// Reads a list of texts or of numbers.
    fn list(&mut self) -> Result<Node, Mistake> {
        let open = self.at.clone();
        let (mut texts, mut numbers) = (Vec::new(), Vec::new());
        self.advance()?;
        while self.token != Token::Symbol("]") {
            match self.token {
                Token::Text(text) => texts.push(text.to_owned()),
                Token::Number(number) => numbers.push(number),
                Token::Word(_) | Token::Symbol(_) | Token::End => return Err(self.not_listed()),
            }
            if !texts.is_empty() && !numbers.is_empty() {
                let what = "this list has texts and numbers";
                return Err(Mistake::new(
                    self.at.clone(),
                    what,
                    "write `['5', 'x']` or `[5, 6]`",
                ));
            }
            if texts.len() + numbers.len() > LIST_MAX {
                let what = format!("this list has more than {LIST_MAX} items");
                let help = "ask for a tag or a list of contacts instead";
                return Err(Mistake::new(self.at.clone(), what, help));
            }
            self.advance()?;
            if self.token != Token::Symbol(",") {
                break;
            }
            self.advance()?;
        }
        if !matches!(self.token, Token::Symbol(_) | Token::End) {
            return Err(self.missing_comma());
        }
        self.close("]", &open)?;
        let at = open.start..self.last;
        let expr = match (texts.is_empty(), numbers.is_empty()) {
            (false, _) => Expr::Texts(texts),
            (true, false) => Expr::Numbers(numbers),
            (true, true) => {
                let help = "write what may be in it: `['nl', 'be']`";
                return Err(Mistake::new(at, "nothing is in an empty list", help));
            }
        };
        Ok(Node { expr, at })
    }

    /// Passes over what closes a parenthesis or bracket.
    fn close(&mut self, symbol: &'static str, open: &Range<usize>) -> Result<(), Mistake> {
        if self.token == Token::Symbol(symbol) {
            return self.advance();
        }
        if self.token == Token::End {
            let what = format!("this `{}` is never closed", &self.source[open.clone()]);
            return Err(Mistake::new(
                open.clone(),
                what,
                format!("write `{symbol}` where it ends"),
            ));
        }
        Err(self.surplus())
    }

    /// Goes on to the next token.
    fn advance(&mut self) -> Result<(), Mistake> {
        self.last = self.at.end;
        (self.token, self.at) = token(self.source, self.at.end)?;
        Ok(())
    }

    /// Names the token as an argument.
    fn name(&self, text: &str) -> Name {
        Name {
            text: text.to_owned(),
            at: self.at.clone(),
        }
    }
}

/// The longest text of a condition, in bytes.
const SOURCE_MAX: usize = 4096;

/// How many parentheses and `not`s may stand in each other, which bounds every recursion over a tree.
const DEPTH_MAX: usize = 64;

/// How many items a list may have.
const LIST_MAX: usize = 200;

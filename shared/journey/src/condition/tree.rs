//! What a condition is once it is read.

use std::ops::Range;

/// A part of a condition, and where it stands. Where it stands makes no difference to what it is.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) expr: Expr,
    pub(super) at: Range<usize>,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.expr == other.expr
    }
}

/// A name, and where it stands.
#[derive(Clone)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) at: Range<usize>,
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// What a part of a condition says.
#[derive(Clone, PartialEq)]
pub(super) enum Expr {
    Bool(bool),
    /// Always finite.
    Number(f64),
    Text(String),
    /// Never empty.
    Numbers(Vec<f64>),
    /// Never empty.
    Texts(Vec<String>),
    Path(String),
    Has(Name),
    DaysSince(Name),
    Opened(Name),
    /// The send, and the link if only that one counts.
    Clicked(Name, Option<Name>),
    Not(Box<Node>),
    /// Two or more.
    And(Vec<Node>),
    /// Two or more.
    Or(Vec<Node>),
    Compare(Operator, Box<Node>, Box<Node>),
    In(Box<Node>, Box<Node>),
}

/// How two values are compared.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    /// Every operator, as it is written.
    pub(super) const ALL: [(&'static str, Self); 6] = [
        ("==", Self::Equal),
        ("!=", Self::NotEqual),
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("<", Self::Less),
        (">", Self::Greater),
    ];

    /// Returns what asks the same with the two the other way round.
    pub(super) fn turned(self) -> Self {
        match self {
            Self::Equal | Self::NotEqual => self,
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
        }
    }

    /// Returns whether it asks which of two is more, rather than whether they are the same.
    pub(super) fn orders(self) -> bool {
        !matches!(self, Self::Equal | Self::NotEqual)
    }
}

impl Node {
    /// Calls back for this part and for every part of it. The parser bounds how deep that goes.
    pub(super) fn visit<'a>(&'a self, seen: &mut impl FnMut(&'a Self)) {
        seen(self);
        match &self.expr {
            Expr::Not(inner) => inner.visit(seen),
            Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| part.visit(seen)),
            Expr::Compare(_, left, right) | Expr::In(left, right) => {
                left.visit(seen);
                right.visit(seen);
            }
            Expr::Bool(_)
            | Expr::Number(_)
            | Expr::Text(_)
            | Expr::Numbers(_)
            | Expr::Texts(_)
            | Expr::Path(_)
            | Expr::Has(_)
            | Expr::DaysSince(_)
            | Expr::Opened(_)
            | Expr::Clicked(..) => {}
        }
    }
}

//! How the sides of a split fare, and whether a difference is more than chance.

use std::collections::BTreeSet;

use engine::Fact;

/// How those fared who took one side of a split: runs, not mails.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Arm {
    /// How many took it.
    pub(crate) runs: u64,
    /// How many opened at least one mail of the run.
    pub(crate) opened: u64,
    /// How many followed at least one link.
    pub(crate) clicked: u64,
    /// How many reached the journey's goal.
    pub(crate) goal: u64,
    /// How many left because they unsubscribed.
    pub(crate) unsubscribed: u64,
}

impl Arm {
    pub(super) fn add(&mut self, goal: bool, left: Option<&str>, facts: &BTreeSet<Fact>) {
        self.runs += 1;
        self.opened += u64::from(facts.contains(&Fact::Opened));
        self.clicked += u64::from(facts.contains(&Fact::Clicked));
        self.goal += u64::from(goal || left == Some("goal"));
        self.unsubscribed += u64::from(left == Some("unsubscribed"));
    }
}

/// What the difference between two shares says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Comparison {
    /// Too few people to say anything.
    TooFew,
    /// How likely a difference at least as large is where both sides are equally good, from 0 to 1.
    Chance(f64),
}

/// Compares `one` of `all` people with `other` of `others`, as one of `comparisons`.
///
/// It is the two-sided z-test of two proportions with the pooled share, corrected after Bonferroni: with several sides
/// one of them looks better by chance more often. It says nothing where fewer than five are expected on either side to
/// do so, or not to: the approximation by the normal distribution does not hold there.
pub(crate) fn compare(
    (one, all): (u64, u64),
    (other, others): (u64, u64),
    comparisons: usize,
) -> Comparison {
    let [one, all, other, others] = [one, all, other, others].map(as_float);
    let pooled = (one + other) / (all + others);
    let least = all.min(others) * pooled.min(1.0 - pooled);
    // Where nobody is there at all it is no number.
    if least.is_nan() || least < EXPECTED_MIN {
        return Comparison::TooFew;
    }
    let deviation = (pooled * (1.0 - pooled) * (1.0 / all + 1.0 / others)).sqrt();
    let z = (one / all - other / others) / deviation;
    let comparisons = as_float(u64::try_from(comparisons.max(1)).unwrap_or(1));
    Comparison::Chance((libm::erfc(z.abs() / std::f64::consts::SQRT_2) * comparisons).min(1.0))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "there are fewer people than 2^53"
)]
fn as_float(number: u64) -> f64 {
    number as f64
}

const EXPECTED_MIN: f64 = 5.0;

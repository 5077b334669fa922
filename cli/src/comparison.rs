//! Whether a difference between the sides of a split is more than chance.

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

#[cfg(test)]
mod tests {
    use super::{Comparison, compare};

    #[test]
    fn a_difference_is_weighed_as_statistics_books_do() {
        // 200 of 1000 against 250 of 1000: z is 2.6774, so p is 0.00742.
        for (one, other, comparisons, p) in [
            ((250, 1000), (200, 1000), 1, 0.007_42),
            ((200, 1000), (250, 1000), 1, 0.007_42),
            ((250, 1000), (200, 1000), 3, 0.022_26),
            ((200, 1000), (200, 1000), 1, 1.0),
            // z is 0.7282.
            ((55, 500), (48, 500), 1, 0.466_5),
        ] {
            let Comparison::Chance(found) = compare(one, other, comparisons) else {
                panic!("{one:?} and {other:?} are enough");
            };
            assert!((found - p).abs() < 0.000_5, "{one:?} {other:?}: {found}");
        }
        for (one, other) in [
            ((0, 0), (0, 0)),
            ((0, 100), (0, 100)),
            ((100, 100), (100, 100)),
            ((3, 10), (1, 1000)),
            ((1, 4), (2, 4)),
        ] {
            assert_eq!(
                compare(one, other, 1),
                Comparison::TooFew,
                "{one:?} {other:?}"
            );
        }
    }
}

//! Whether somebody may be sent advertising about a topic.

use jiff::Timestamp;
use journey::Consent;
use wire::{Choices, Chosen};

/// Whether somebody may be sent advertising about a topic now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Permission {
    /// They agreed to it.
    Given,
    /// They never agreed, or no longer do.
    Missing,
    /// They want none for a while.
    Quiet {
        /// Until when.
        until: Timestamp,
    },
}

/// Weighs what the source says that somebody agreed to against what they chose themselves, by whichever of their
/// addresses: the later word holds.
///
/// A source often posts the same old consent again; only one that was given after a choice outweighs it, and none
/// that is dated in the future.
pub fn permission<'a>(
    agreed: Option<&Consent>,
    choices: impl IntoIterator<Item = &'a Choices>,
    now: Timestamp,
) -> Permission {
    let holding = choices
        .into_iter()
        .filter_map(|choices| choices.holding(now));
    let Some(choice) = holding.max_by_key(|choice| choice.at) else {
        return match agreed {
            Some(_) => Permission::Given,
            None => Permission::Missing,
        };
    };
    if agreed.is_some_and(|agreed| choice.at < agreed.at && agreed.at <= now) {
        return Permission::Given;
    }
    match choice.what {
        Chosen::In => Permission::Given,
        Chosen::Out => Permission::Missing,
        Chosen::Quiet { until } => Permission::Quiet { until },
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use journey::Consent;
    use wire::{Choice, Choices, Chosen};

    use super::{Permission, permission};

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(day * 86_400).unwrap()
    }

    #[test]
    fn the_later_word_holds() {
        let quiet = Chosen::Quiet { until: day(20) };
        let over = Chosen::Quiet { until: day(9) };
        let until = Permission::Quiet { until: day(20) };
        let (given, missing) = (Permission::Given, Permission::Missing);
        for (agreed, by_address, by_person, expected) in [
            (None, vec![], vec![], missing),
            (Some(1), vec![], vec![], given),
            (Some(1), vec![(2, Chosen::Out)], vec![], missing),
            (Some(2), vec![(2, Chosen::Out)], vec![], missing),
            (Some(3), vec![(2, Chosen::Out)], vec![], given),
            (Some(11), vec![(2, Chosen::Out)], vec![], missing),
            (None, vec![(2, Chosen::In)], vec![], given),
            (Some(1), vec![(2, quiet)], vec![], until),
            (Some(3), vec![(2, quiet)], vec![], given),
            (None, vec![(2, quiet)], vec![], until),
            // After the quiet it is as it was before: whoever asks for quiet has not agreed to anything.
            (None, vec![(2, over)], vec![], missing),
            (Some(1), vec![(2, over)], vec![], given),
            (Some(1), vec![(2, Chosen::Out), (3, over)], vec![], missing),
            (None, vec![(2, Chosen::In), (3, over)], vec![], given),
            // What was chosen by another address is the same person's word.
            (Some(1), vec![], vec![(2, Chosen::Out)], missing),
            (
                Some(1),
                vec![(3, Chosen::In)],
                vec![(2, Chosen::Out)],
                given,
            ),
            (
                Some(1),
                vec![(2, Chosen::In)],
                vec![(3, Chosen::Out)],
                missing,
            ),
        ] {
            let agreed = agreed.map(|at| Consent {
                at: day(at),
                how: "form".to_owned(),
                text: "Yes".to_owned(),
            });
            let said = [said(&by_address), said(&by_person)];
            let found = permission(agreed.as_ref(), &said, day(10));
            assert_eq!(found, expected, "{agreed:?} {by_address:?} {by_person:?}");
        }
    }

    fn said(words: &[(i64, Chosen)]) -> Choices {
        let mut choices = Choices::default();
        for (at, what) in words {
            choices.add(Choice {
                at: day(*at),
                how: "page".to_owned(),
                what: *what,
            });
        }
        choices
    }
}

//! Whether somebody may be sent advertising about a topic.

use jiff::Timestamp;
use journey::{Consent, Settings};
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
    /// The source says that they agreed, and they have not confirmed it.
    Unconfirmed,
}

/// What it takes to agree to a topic.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OptIn {
    /// That somebody says so, to the source or on the page.
    Single,
    /// That they say so themselves on the page, which nobody reaches but by a mail to their address.
    Double,
}

impl OptIn {
    /// Returns what a topic takes.
    pub fn of(settings: &Settings, topic: &str) -> Self {
        match settings.confirmed.contains(topic) {
            true => Self::Double,
            false => Self::Single,
        }
    }

    /// Returns whether what the source says is enough. It is, too, where it says that it had it confirmed itself.
    fn is_enough(self, agreed: &Consent) -> bool {
        self == Self::Single || agreed.how == CONFIRMED_ELSEWHERE
    }
}

/// Weighs what the source says that somebody agreed to against what they chose themselves, by whichever of their
/// addresses: the later word holds.
///
/// A source often posts the same old consent again; only one that was given after a choice outweighs it, and none
/// that is dated in the future.
pub fn permission<'a>(
    opt_in: OptIn,
    agreed: Option<&Consent>,
    choices: impl IntoIterator<Item = &'a Choices>,
    now: Timestamp,
) -> Permission {
    let holding = choices
        .into_iter()
        .filter_map(|choices| choices.holding(now));
    let Some(choice) = holding.max_by_key(|choice| choice.at) else {
        return match agreed {
            Some(agreed) if opt_in.is_enough(agreed) => Permission::Given,
            Some(_) => Permission::Unconfirmed,
            None => Permission::Missing,
        };
    };
    let newer = agreed.filter(|agreed| choice.at < agreed.at && agreed.at <= now);
    match (choice.what, newer) {
        (_, Some(agreed)) if opt_in.is_enough(agreed) => Permission::Given,
        (Chosen::In, _) => Permission::Given,
        (Chosen::Out, Some(_)) => Permission::Unconfirmed,
        (Chosen::Out, None) => Permission::Missing,
        (Chosen::Quiet { until }, _) => Permission::Quiet { until },
    }
}

/// What a source writes as `how` of an agreement that it had confirmed by a mail of its own.
const CONFIRMED_ELSEWHERE: &str = "double-opt-in";

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use journey::Consent;
    use wire::{Choice, Choices, Chosen};

    use super::{OptIn, Permission, permission};

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
            let found = permission(OptIn::Single, agreed.as_ref(), &said, day(10));
            assert_eq!(found, expected, "{agreed:?} {by_address:?} {by_person:?}");
        }
    }

    #[test]
    fn pending_is_not_subscribed() {
        let quiet = Chosen::Quiet { until: day(20) };
        let (given, pending) = (Permission::Given, Permission::Unconfirmed);
        for (agreed, chosen, expected) in [
            (None, vec![], Permission::Missing),
            (Some((1, "form")), vec![], pending),
            (Some((1, "double-opt-in")), vec![], given),
            (Some((1, "form")), vec![(2, Chosen::In)], given),
            (None, vec![(2, Chosen::In)], given),
            // Whoever has confirmed once need not do so for the next form.
            (Some((3, "form")), vec![(2, Chosen::In)], given),
            (
                Some((1, "form")),
                vec![(2, Chosen::Out)],
                Permission::Missing,
            ),
            // Whoever has left is not brought back by a form that anybody could fill in.
            (Some((3, "form")), vec![(2, Chosen::Out)], pending),
            (Some((3, "double-opt-in")), vec![(2, Chosen::Out)], given),
            (
                Some((1, "form")),
                vec![(2, quiet)],
                Permission::Quiet { until: day(20) },
            ),
            (
                Some((3, "form")),
                vec![(2, quiet)],
                Permission::Quiet { until: day(20) },
            ),
        ] {
            let agreed = agreed.map(|(at, how)| Consent {
                at: day(at),
                how: how.to_owned(),
                text: "Yes".to_owned(),
            });
            let found = permission(OptIn::Double, agreed.as_ref(), [&said(&chosen)], day(10));
            assert_eq!(found, expected, "{agreed:?} {chosen:?}");
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

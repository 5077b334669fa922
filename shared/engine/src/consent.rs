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

/// Weighs what the source says that somebody agreed to against what they chose themselves: the later word holds.
///
/// A source often posts the same old consent again; only one that was given after a choice outweighs it.
pub fn permission(
    agreed: Option<&Consent>,
    choices: Option<&Choices>,
    now: Timestamp,
) -> Permission {
    let given = match agreed {
        Some(_) => Permission::Given,
        None => Permission::Missing,
    };
    let Some(choice) = choices.and_then(Choices::last) else {
        return given;
    };
    if agreed.is_some_and(|agreed| agreed.at > choice.at) {
        return Permission::Given;
    }
    match choice.what {
        Chosen::In => Permission::Given,
        Chosen::Out => Permission::Missing,
        Chosen::Quiet { until } if until > now => Permission::Quiet { until },
        // After the quiet it is as it was before: whoever asks for quiet has not agreed to anything.
        Chosen::Quiet { .. } => given,
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
        let until = Permission::Quiet { until: day(20) };
        for (agreed, chosen, expected) in [
            (None, None, Permission::Missing),
            (Some(1), None, Permission::Given),
            (Some(1), Some((2, Chosen::Out)), Permission::Missing),
            (Some(2), Some((2, Chosen::Out)), Permission::Missing),
            (Some(3), Some((2, Chosen::Out)), Permission::Given),
            (None, Some((2, Chosen::In)), Permission::Given),
            (Some(1), Some((2, quiet)), until),
            (Some(3), Some((2, quiet)), Permission::Given),
            (None, Some((2, quiet)), until),
        ] {
            let agreed = agreed.map(|at| Consent {
                at: day(at),
                how: "form".to_owned(),
                text: "Yes".to_owned(),
            });
            let choices = chosen.map(|(at, what)| {
                let mut choices = Choices::default();
                choices.add(Choice {
                    at: day(at),
                    how: "page".to_owned(),
                    what,
                });
                choices
            });
            let found = permission(agreed.as_ref(), choices.as_ref(), day(10));
            assert_eq!(found, expected, "{agreed:?} {chosen:?}");
        }
        let mut choices = Choices::default();
        choices.add(Choice {
            at: day(2),
            how: "page".to_owned(),
            what: quiet,
        });
        assert_eq!(
            permission(None, Some(&choices), day(20)),
            Permission::Missing
        );
    }
}

//! Whether somebody may be sent advertising about a topic.

use jiff::Timestamp;
use journey::{Consent, Settings};
use wire::{Choice, Choices, Chosen};

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
    /// That they bought something and were told, until they say no.
    Soft,
    /// That they say so themselves on the page, which nobody reaches but by a mail to their address.
    Double,
}

impl OptIn {
    /// Returns what a topic takes.
    pub fn of(settings: &Settings, topic: &str) -> Self {
        if settings.confirmed.contains(topic) {
            Self::Double
        } else if settings.soft.contains(topic) {
            Self::Soft
        } else {
            Self::Single
        }
    }
}

/// What somebody chose about a topic.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said<'a> {
    /// Themselves, by whichever of their addresses.
    pub person: Option<&'a Choices>,
    /// Whoever reads the address that is mailed now.
    pub address: Option<&'a Choices>,
}

impl Said<'_> {
    /// Returns the word that holds. Several may share an address: a no there is everybody's, a yes undoes nobody's own no.
    fn holding(&self, now: Timestamp) -> Option<&Choice> {
        let own = self.person.and_then(|choices| choices.holding(now));
        let here = self.address.and_then(|choices| choices.holding(now));
        let here = here.filter(|here| own.is_none() || here.what != Chosen::In);
        own.into_iter().chain(here).max_by_key(|choice| choice.at)
    }

    /// Returns whether a yes was said by a link that went to the address that is mailed now.
    fn is_confirmed(&self, now: Timestamp) -> bool {
        let here = self.address.and_then(|choices| choices.holding(now));
        here.is_some_and(|here| here.what == Chosen::In)
    }
}

/// Weighs what the source says that somebody agreed to, or took back, against what they chose: the later word holds.
///
/// A source often posts the same old consent again; only one that was given after a choice outweighs it, and none whose
/// date is still to come, or was when it was posted. To have bought something outweighs no word at all.
pub fn permission(
    opt_in: OptIn,
    agreed: Option<&Consent>,
    said: Said<'_>,
    now: Timestamp,
) -> Permission {
    let withdrawn = agreed.and_then(|agreed| agreed.withdrawn);
    let enough = |agreed: &Consent, after: Timestamp| match opt_in {
        OptIn::Single | OptIn::Soft => true,
        OptIn::Double => agreed.confirmed.is_some_and(|confirmed| {
            after.max(withdrawn.unwrap_or(after)) < confirmed && confirmed <= now
        }),
    };
    let counts = |agreed: &&Consent| match opt_in {
        OptIn::Soft => agreed.is_given(),
        OptIn::Single | OptIn::Double => agreed.is_given() && !agreed.is_soft(),
    };
    let agreed = agreed.filter(counts);
    let choice = said.holding(now);
    // What the source heard since is the later word.
    let choice = choice.filter(|choice| withdrawn.is_none_or(|withdrawn| withdrawn < choice.at));
    let Some(choice) = choice else {
        return match agreed {
            Some(agreed) if enough(agreed, Timestamp::MIN) => Permission::Given,
            Some(_) => Permission::Unconfirmed,
            None => Permission::Missing,
        };
    };
    let newer = agreed.filter(|agreed| {
        !agreed.is_ahead() && !agreed.is_soft() && choice.at < agreed.at && agreed.at <= now
    });
    match (choice.what, newer) {
        (_, Some(agreed)) if enough(agreed, choice.at) => Permission::Given,
        (Chosen::In, _) if opt_in == OptIn::Double && !said.is_confirmed(now) => {
            Permission::Unconfirmed
        }
        (Chosen::In, _) => Permission::Given,
        (Chosen::Out, Some(_)) => Permission::Unconfirmed,
        (Chosen::Out, None) => Permission::Missing,
        (Chosen::Quiet { until }, _) => Permission::Quiet { until },
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use journey::Consent;
    use wire::{Choice, Choices, Chosen};

    use super::{OptIn, Permission, Said, permission};

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
                vec![(2, Chosen::Out)],
                vec![(3, Chosen::In)],
                given,
            ),
            // Somebody else who reads this address says yes: for themselves.
            (
                Some(1),
                vec![(3, Chosen::In)],
                vec![(2, Chosen::Out)],
                missing,
            ),
            (
                Some(1),
                vec![(2, Chosen::In)],
                vec![(3, Chosen::Out)],
                missing,
            ),
        ] {
            let agreed = agreed.map(|at| agreement(at, "form"));
            let (address, person) = (said(&by_address), said(&by_person));
            let all = Said {
                person: Some(&person),
                address: Some(&address),
            };
            let found = permission(OptIn::Single, agreed.as_ref(), all, day(10));
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
            let agreed = agreed.map(|(at, how)| agreement(at, how));
            let chosen_there = said(&chosen);
            let all = Said {
                person: Some(&chosen_there),
                address: Some(&chosen_there),
            };
            let found = permission(OptIn::Double, agreed.as_ref(), all, day(10));
            assert_eq!(found, expected, "{agreed:?} {chosen:?}");
        }
    }

    /// Whoever was asked by a mail to another address has not said yes by this one.
    #[test]
    fn a_yes_confirms_the_address_that_was_asked() {
        let yes = said(&[(2, Chosen::In)]);
        let form = agreement(3, "form");
        for (address, expected) in [
            (None, Permission::Unconfirmed),
            (Some(&yes), Permission::Given),
        ] {
            let all = Said {
                person: Some(&yes),
                address,
            };
            let found = permission(OptIn::Double, Some(&form), all, day(10));
            assert_eq!(found, expected, "{address:?}");
        }
    }

    /// A form that anybody could fill in takes nothing from what the source had confirmed before.
    #[test]
    fn what_was_confirmed_elsewhere_stays_confirmed() {
        let form = Consent {
            confirmed: Some(day(1)),
            ..agreement(5, "form")
        };
        let nothing = Said::default();
        let found = permission(OptIn::Double, Some(&form), nothing, day(10));
        assert_eq!(found, Permission::Given);
        let no = said(&[(3, Chosen::Out)]);
        let left = Said {
            person: Some(&no),
            address: Some(&no),
        };
        let found = permission(OptIn::Double, Some(&form), left, day(10));
        assert_eq!(found, Permission::Unconfirmed);
    }

    /// What a source takes back counts like a word of theirs, and needs another yes.
    #[test]
    fn what_the_source_takes_back_is_given_no_more() {
        let (single, double) = (OptIn::Single, OptIn::Double);
        let (given, missing) = (Permission::Given, Permission::Missing);
        let pending = Permission::Unconfirmed;
        let quiet = Chosen::Quiet { until: day(20) };
        let until = Permission::Quiet { until: day(20) };
        for (opt_in, agreed, taken_back, chosen, expected) in [
            (single, (1, "form"), 2, vec![], missing),
            (single, (2, "form"), 2, vec![], missing),
            (single, (3, "form"), 2, vec![], given),
            (single, (1, "form"), 3, vec![(2, Chosen::In)], missing),
            (single, (1, "form"), 3, vec![(4, Chosen::In)], given),
            (
                single,
                (1, "form"),
                3,
                vec![(2, Chosen::In), (4, quiet)],
                until,
            ),
            (single, (1, "form"), 3, vec![(2, quiet)], missing),
            (single, (5, "form"), 3, vec![(4, Chosen::Out)], given),
            (single, (3, "form"), 2, vec![(4, Chosen::Out)], missing),
            (double, (1, "double-opt-in"), 2, vec![], missing),
            (double, (3, "form"), 2, vec![], pending),
            (double, (3, "form"), 2, vec![(1, Chosen::In)], pending),
            (double, (3, "form"), 2, vec![(4, Chosen::In)], given),
            (double, (3, "double-opt-in"), 2, vec![], given),
        ] {
            let (at, how) = agreed;
            let agreed = Consent {
                withdrawn: Some(day(taken_back)),
                ..agreement(at, how)
            };
            let words = said(&chosen);
            let all = Said {
                person: Some(&words),
                address: Some(&words),
            };
            let found = permission(opt_in, Some(&agreed), all, day(10));
            assert_eq!(found, expected, "{opt_in:?} {agreed:?} {chosen:?}");
        }
        // Confirmed once, then taken back: a form that anybody could fill in does not bring it back.
        let form = Consent {
            confirmed: Some(day(1)),
            withdrawn: Some(day(2)),
            ..agreement(3, "form")
        };
        let found = permission(double, Some(&form), Said::default(), day(10));
        assert_eq!(found, pending);
    }

    /// Whoever bought something may be mailed about the like until they say no, where a topic is that sort.
    #[test]
    fn who_bought_something_has_not_said_yes() {
        let soft = agreement(5, "soft-opt-in");
        for (opt_in, chosen, expected) in [
            (OptIn::Soft, vec![], Permission::Given),
            (OptIn::Single, vec![], Permission::Missing),
            (OptIn::Double, vec![], Permission::Missing),
            (OptIn::Single, vec![(2, Chosen::In)], Permission::Given),
            (OptIn::Soft, vec![(6, Chosen::Out)], Permission::Missing),
            // They said no, and then bought something again.
            (OptIn::Soft, vec![(4, Chosen::Out)], Permission::Missing),
            (OptIn::Soft, vec![(4, Chosen::In)], Permission::Given),
        ] {
            let words = said(&chosen);
            let all = Said {
                person: Some(&words),
                address: Some(&words),
            };
            let found = permission(opt_in, Some(&soft), all, day(10));
            assert_eq!(found, expected, "{opt_in:?} {chosen:?}");
        }
        let form = agreement(5, "form");
        let found = permission(OptIn::Soft, Some(&form), Said::default(), day(10));
        assert_eq!(found, Permission::Given);
        let nobody = permission(OptIn::Soft, None, Said::default(), day(10));
        assert_eq!(nobody, Permission::Missing);
    }

    fn agreement(at: i64, how: &str) -> Consent {
        Consent::new(day(at), how.to_owned(), "Yes".to_owned())
    }

    fn said(words: &[(i64, Chosen)]) -> Choices {
        let mut choices = Choices::default();
        for (at, what) in words {
            choices.add(Choice {
                at: day(*at),
                how: "page".to_owned(),
                what: *what,
                shown: None,
            });
        }
        choices
    }
}

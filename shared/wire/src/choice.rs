//! How it is stored what somebody chose on a page for recipients.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Unreadable, time};

/// What somebody chose about one topic, the oldest first: the proof of what was asked for, and when.
///
/// **Invariant:** it is bounded; what holds, and what will when a time of quiet is over, is always there.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Choices(Vec<Choice>);

/// One choice.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Choice {
    /// When.
    pub at: Timestamp,
    /// How: `one-click` for the mail program's own button, `page` for ours.
    pub how: String,
    /// What.
    pub what: Chosen,
    /// The words that were read, and where they stand; nothing where nothing was shown, as by a mail program's button.
    pub shown: Option<Shown>,
}

/// What somebody read before they chose.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Shown {
    /// What the page said that the topic is.
    pub text: String,
    /// The release that says so, by its content hash.
    pub release: String,
}

/// What can be chosen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Chosen {
    /// To get mails about the topic.
    In,
    /// To get none.
    Out,
    /// To get none for a while.
    Quiet {
        /// Until when.
        until: Timestamp,
    },
}

impl Choice {
    fn is_like(&self, other: &Self) -> bool {
        match (self.what, other.what) {
            (Chosen::In, Chosen::In)
            | (Chosen::Out, Chosen::Out)
            | (Chosen::Quiet { .. }, Chosen::Quiet { .. }) => true,
            (Chosen::In | Chosen::Out | Chosen::Quiet { .. }, _) => false,
        }
    }
}

impl Choices {
    /// Returns the one that holds: the last, unless it asked for quiet that is over. Then it is as it was before.
    pub fn holding(&self, now: Timestamp) -> Option<&Choice> {
        let mut latest_first = self.0.iter().rev();
        latest_first.find(|choice| match choice.what {
            Chosen::In | Chosen::Out => true,
            Chosen::Quiet { until } => now < until,
        })
    }

    /// Returns the last yes or no, whatever quiet was asked for since.
    pub fn word(&self) -> Option<&Choice> {
        self.words().next()
    }

    /// Returns since when the last yes or no has been said, however often it was said since. A no said before somebody
    /// last `agreed` elsewhere is another one.
    pub fn since(&self, agreed: Option<Timestamp>) -> Option<Timestamp> {
        let last = self.word()?;
        let taken_back = agreed.filter(|agreed| last.what == Chosen::Out && *agreed < last.at);
        let same = self.words().take_while(|before| before.is_like(last));
        let same = same.take_while(|before| taken_back.is_none_or(|agreed| agreed < before.at));
        same.last().map(|first| first.at)
    }

    /// Returns every yes and no, the latest first.
    fn words(&self) -> impl Iterator<Item = &Choice> {
        let latest_first = self.0.iter().rev();
        latest_first.filter(|choice| !matches!(choice.what, Chosen::Quiet { .. }))
    }

    /// Adds one. Of the same said again and again, the first and the latest are kept: both prove something, and the
    /// latest outweighs what was agreed to since the first.
    pub fn add(&mut self, choice: Choice) {
        let after = self.0.last().map_or(choice.at, |last| last.at);
        let choice = Choice {
            // A clock that is behind must not make the last word an earlier one.
            at: choice.at.max(after),
            ..choice
        };
        let before = self.0.iter().rev().take(2);
        if before.filter(|before| before.is_like(&choice)).count() == 2 {
            self.0.pop();
        }
        if self.0.len() >= KEPT_MAX {
            self.0.remove(0);
        }
        self.0.push(choice);
    }

    /// Returns them with those of somebody who turned out to be the same person, in the order in which they were made.
    #[must_use]
    pub fn merge(self, other: &Self) -> Self {
        let mut all = self.0;
        for choice in &other.0 {
            if !all.contains(choice) {
                all.push(choice.clone());
            }
        }
        all.sort_by_key(|choice| choice.at);
        let mut merged = Self::default();
        for choice in all {
            merged.add(choice);
        }
        merged
    }

    /// Writes them.
    pub fn to_json(&self) -> String {
        let choices = self.0.iter().map(|choice| Doc {
            at: choice.at,
            how: choice.how.clone(),
            what: match choice.what {
                Chosen::In => "in",
                Chosen::Out => "out",
                Chosen::Quiet { .. } => "quiet",
            }
            .to_owned(),
            until: match choice.what {
                Chosen::Quiet { until } => Some(Moment(until)),
                Chosen::In | Chosen::Out => None,
            },
            shown: choice.shown.clone(),
        });
        crate::to_json(&ChoicesDoc {
            v: 1,
            choices: choices.collect(),
        })
    }

    /// Reads some of any version that was ever written.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let doc: ChoicesDoc = serde_json::from_str(json)?;
        crate::version(doc.v, 1)?;
        let choices = doc.choices.into_iter().map(|doc| {
            let what = match (doc.what.as_str(), doc.until) {
                ("in", _) => Chosen::In,
                ("quiet", Some(Moment(until))) => Chosen::Quiet { until },
                // Whatever else was chosen, it was not to be mailed.
                _ => Chosen::Out,
            };
            Choice {
                at: doc.at,
                how: doc.how,
                what,
                shown: doc.shown,
            }
        });
        Ok(Self(choices.collect()))
    }
}

#[derive(Deserialize, Serialize)]
struct ChoicesDoc {
    v: u8,
    choices: Vec<Doc>,
}

#[derive(Deserialize, Serialize)]
struct Doc {
    #[serde(with = "time")]
    at: Timestamp,
    how: String,
    what: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shown: Option<Shown>,
}

#[derive(Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct Moment(#[serde(with = "time")] pub(crate) Timestamp);

/// More than anybody needs to prove; an item has its limits.
const KEPT_MAX: usize = 50;

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{Choice, Choices, Chosen};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn said(words: &[(i64, Chosen)]) -> Choices {
        let mut choices = Choices::default();
        for (second, what) in words {
            choices.add(Choice {
                at: at(*second),
                how: "page".to_owned(),
                what: *what,
                shown: None,
            });
        }
        choices
    }

    fn times(choices: &Choices) -> Vec<i64> {
        choices.0.iter().map(|one| one.at.as_second()).collect()
    }

    #[test]
    fn of_the_same_said_often_the_first_and_the_latest_are_kept() {
        let out = Chosen::Out;
        assert_eq!(
            times(&said(&[(1, out), (2, out), (3, out), (4, out)])),
            [1, 4]
        );
        assert_eq!(
            times(&said(&[(1, out), (2, Chosen::In), (3, out)])),
            [1, 2, 3]
        );
        assert_eq!(
            times(&said(&[(5, out), (2, out)])),
            [5, 5],
            "a clock that is behind"
        );
    }

    #[test]
    fn the_same_said_again_is_not_said_anew_unless_they_agreed_meanwhile() {
        let (yes, no) = (Chosen::In, Chosen::Out);
        let quiet = Chosen::Quiet { until: at(99) };
        for (words, agreed, since) in [
            (&[(1, no)][..], None, 1),
            (&[(1, no), (3, no), (5, no)], None, 1),
            (&[(1, no), (3, yes), (5, no), (7, quiet), (9, no)], None, 5),
            (&[(1, no), (5, no)], Some(3), 5),
            // What they agreed to later, or before they ever said no, makes no no another one.
            (&[(1, no), (5, no)], Some(6), 1),
            (&[(1, no), (5, no)], Some(0), 1),
            (&[(1, yes), (5, yes)], Some(3), 1),
        ] {
            let found = said(words).since(agreed.map(at));
            assert_eq!(found, Some(at(since)), "{words:?} {agreed:?}");
        }
        assert_eq!(said(&[]).since(None), None);
    }

    #[test]
    fn what_holds_after_a_quiet_is_never_forgotten() {
        let mut words = vec![(1, Chosen::Out)];
        words.extend((2..200).map(|second| {
            (
                second,
                Chosen::Quiet {
                    until: at(second + 9),
                },
            )
        }));
        let choices = said(&words);
        assert_eq!(choices.holding(at(200)).unwrap().at, at(199));
        assert_eq!(choices.holding(at(300)).unwrap().what, Chosen::Out);
        let again = Choices::from_json(&choices.to_json()).unwrap();
        assert_eq!(again, choices);
    }

    #[test]
    fn of_two_who_turned_out_to_be_one_the_last_word_holds_whoever_said_it() {
        let (yes, no) = (Chosen::In, Chosen::Out);
        let one = said(&[(1, no), (4, yes)]);
        let other = said(&[(2, yes), (5, no)]);
        let merged = one.clone().merge(&other);
        assert_eq!(times(&merged), [1, 2, 4, 5]);
        assert_eq!(merged, other.clone().merge(&one), "whichever goes on");
        assert_eq!(merged.clone().merge(&other), merged, "once is enough");
        assert_eq!(merged.holding(at(9)).unwrap().what, no);
    }

    #[test]
    fn it_is_bounded() {
        let words = (0..500).map(|second| (second, [Chosen::In, Chosen::Out][second as usize % 2]));
        let choices = said(&words.collect::<Vec<_>>());
        assert_eq!(choices.0.len(), super::KEPT_MAX);
        assert_eq!(choices.holding(at(500)).unwrap().at, at(499));
    }
}

//! The contact of a plain reading, and the answers to what is asked about them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::case::{Base, Case, Change, Question, Write, zone};
use super::clock::Origin;
use super::read::Run;
use super::score::Score;

/// What is known of the contact.
#[derive(Clone)]
pub(super) struct Person<'a> {
    case: &'a Case,
    pub(super) zone: TimeZone,
    member: bool,
    level: i64,
    pub(super) score: Score,
    due: Option<Origin>,
    when: Option<Origin>,
    pub(super) tags: BTreeSet<usize>,
    pub(super) listed: bool,
}

impl<'a> Person<'a> {
    pub(super) fn of(case: &'a Case) -> Self {
        let start = case.start();
        let mut person = Self {
            case,
            zone: case.zone(),
            member: false,
            level: 0,
            score: Score::none(start),
            due: None,
            when: None,
            tags: BTreeSet::new(),
            listed: false,
        };
        for write in &case.known {
            person.write(*write, start);
        }
        person
    }

    pub(super) fn write(&mut self, write: Write, now: Timestamp) {
        match write {
            Write::Member(yes) => self.member = yes,
            Write::Level(level) => self.level = level,
            Write::Score(score) => self.score = Score::set(score, now),
            Write::Due(day) => self.due = day.map(|day| Origin::Date(self.case.day(day))),
            Write::When(at) => self.when = at.map(|at| Origin::Moment(self.case.seconds(at))),
            Write::Zone(at) => self.zone = zone(at),
        }
    }

    pub(super) fn change(&mut self, change: Change, now: Timestamp) {
        match change {
            Change::Tag(tag) => drop(self.tags.insert(tag)),
            Change::Untag(tag) => drop(self.tags.remove(&tag)),
            Change::Join => self.listed = true,
            Change::Leave => self.listed = false,
            Change::Score(amount) => self.score.count(amount, now),
            Change::Set(write) => self.write(write, now),
        }
    }

    /// What a moment is counted from, as far as the contact knows it.
    pub(super) fn origin(&self, base: Base) -> Option<Origin> {
        match base {
            Base::Fixed(day) => Some(Origin::Date(self.case.day(day))),
            Base::Due => self.due,
            Base::When => self.when,
            Base::EventDay => None,
        }
    }

    /// Answers a question about the contact, and about a run of theirs.
    pub(super) fn answer(&self, question: &Question, run: &Run<'_>, now: Timestamp) -> bool {
        let answer = |question: &Question| self.answer(question, run, now);
        match question {
            Question::Member => self.member,
            Question::Rich => self.score.left(now) > 5.0,
            Question::Level => self.level >= 2,
            Question::OnList => self.listed,
            Question::Opened(mail) => run.opened.contains(mail),
            Question::Clicked(mail) => run.clicked.contains(mail),
            Question::Tagged(tag) => self.tags.contains(tag),
            Question::Past => match self.due {
                Some(Origin::Date(date)) => date <= self.zone.to_datetime(now).date(),
                Some(Origin::Moment(_)) | None => false,
            },
            Question::Event => run.number.is_some_and(|number| number > 3),
            Question::Not(one) => !answer(one),
            Question::Both(one, other) => answer(one) && answer(other),
            Question::Either(one, other) => answer(one) || answer(other),
        }
    }
}

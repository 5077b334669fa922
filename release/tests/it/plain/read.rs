//! Reads a case plainly: a clock that ticks every minute, a contact, and for each run the steps that
//! are still to do.

use std::collections::VecDeque;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::case::{Awaited, Case, Change, Deed, Does, On, Question, Reentry, Span, Step, Trigger};
use super::clock::later;
use super::person::Person;

/// Something that is expected.
pub(super) struct Entry {
    pub(super) at: Timestamp,
    pub(super) what: String,
}

/// What is expected of a case.
pub(super) struct Story {
    pub(super) entries: Vec<Entry>,
    /// When the reading stopped, if a scenario must say so.
    pub(super) until: Option<Timestamp>,
}

/// Tells the story of a case.
pub(super) fn story(case: &Case) -> Story {
    let start = case.start();
    let mut play = Play {
        case,
        now: start,
        person: Person::of(case),
        armed: case.triggers.iter().map(|_| None).collect(),
        mailed: Vec::new(),
        written: Vec::new(),
        runs: Vec::new(),
        story: Vec::new(),
    };
    let mut happens: VecDeque<(Timestamp, &Deed)> = case
        .happens
        .iter()
        .map(|(minutes, deed)| (start + SignedDuration::from_mins(*minutes), deed))
        .collect();
    if !case.by_event() {
        play.written(None, None, 0);
    }
    let over = loop {
        while happens.front().is_some_and(|(at, _)| *at == play.now) {
            let (_, deed) = happens.pop_front().expect("there is one");
            play.happen(deed);
        }
        play.settle();
        let dates = play.armed.iter().any(Option::is_some);
        if happens.is_empty() && !dates && play.runs.iter().all(|run| run.over) {
            break true;
        }
        if play.now == start + LIMIT {
            break false;
        }
        play.now += SignedDuration::from_mins(1);
    };
    // What comes every year does so for ever.
    let yearly = |trigger: &Trigger| matches!(trigger.on, On::Date { yearly: true, .. });
    let until = !over || case.triggers.iter().any(yearly);
    Story {
        entries: play.story,
        until: until.then_some(play.now),
    }
}

pub(super) struct Play<'a> {
    pub(super) case: &'a Case,
    pub(super) now: Timestamp,
    pub(super) person: Person<'a>,
    /// When each of the triggers goes off, if it is one that waits for a date.
    pub(super) armed: Vec<Option<Timestamp>>,
    pub(super) mailed: Vec<Timestamp>,
    /// What the steps of a run have written that others have not heard of, with the contact before it.
    pub(super) written: Vec<(Person<'a>, Change)>,
    pub(super) runs: Vec<Run<'a>>,
    story: Vec<Entry>,
}

#[derive(Default)]
pub(super) struct Run<'a> {
    pub(super) entered: Timestamp,
    pub(super) day: Option<jiff::civil::Date>,
    pub(super) number: Option<i64>,
    /// How many runs in a row let in this one.
    pub(super) hops: usize,
    pub(super) todo: VecDeque<&'a Step>,
    /// When and in which zone the step at the front was come to, if it was.
    pub(super) arrived: Option<(Timestamp, TimeZone)>,
    /// When what it waits for is over.
    pub(super) due: Option<Timestamp>,
    /// Whether what it waits for has come.
    pub(super) met: bool,
    pub(super) sent: Vec<usize>,
    pub(super) opened: Vec<usize>,
    pub(super) clicked: Vec<usize>,
    /// The mails whose opening was counted.
    pub(super) counted: Vec<usize>,
    pub(super) over: bool,
}

impl<'a> Play<'a> {
    pub(super) fn tell(&mut self, what: impl Into<String>) {
        self.story.push(Entry {
            at: self.now,
            what: what.into(),
        });
    }

    pub(super) fn leave(&mut self, run: usize, why: &str) {
        self.runs[run].over = true;
        self.tell(format!("leaves: {why}"));
    }

    fn happen(&mut self, deed: &Deed) {
        match deed {
            Deed::Start { day, number } => {
                self.look(None);
                let entering = Run {
                    day: day.map(|day| self.case.day(day)),
                    number: *number,
                    ..Run::default()
                };
                let mut triggers = self.case.triggers.iter();
                if triggers.any(|trigger| {
                    matches!(trigger.on, On::Event) && self.passes(&trigger.filter, &entering)
                }) {
                    self.enter(entering);
                }
            }
            Deed::Order(amount) => self.ordered(*amount),
            Deed::Open(mail) => self.read(*mail, false),
            Deed::Click(mail) => self.read(*mail, true),
            Deed::Set(write) => {
                let before = self.person.clone();
                self.person.write(*write, self.now);
                self.written(Some(&before), None, 0);
            }
        }
    }

    fn ordered(&mut self, amount: i64) {
        for run in 0..self.runs.len() {
            if self.runs[run].over {
                continue;
            }
            let day = later(self.runs[run].entered, DAY, &self.person.zone);
            if self.case.goal && amount > 35 && self.now <= day {
                self.leave(run, "goal");
                continue;
            }
            let run = &mut self.runs[run];
            if let (Some(Does::WaitFor { what, .. }), Some(_)) = (run.front(), &run.arrived)
                && let Awaited::Order(least) = what
            {
                run.met |= amount > *least;
            }
        }
        self.look(None);
    }

    /// Opens a mail, or clicks in it.
    fn read(&mut self, mail: usize, clicks: bool) {
        let before = self.person.clone();
        let Some(run) = self.runs.iter_mut().rfind(|run| run.sent.contains(&mail)) else {
            return;
        };
        run.opened.push(mail);
        let list = match clicks {
            true => &mut run.clicked,
            false => &mut run.counted,
        };
        if !list.contains(&mail) {
            list.push(mail);
            self.person
                .score
                .count(if clicks { 3 } else { 2 }, self.now);
        }
        self.written(Some(&before), None, 0);
    }

    /// Looks what comes of what was written about the contact, by the step of a run or otherwise:
    /// first for those who are in the journey, then for who may come in.
    pub(super) fn written(&mut self, before: Option<&Person<'a>>, by: Option<usize>, hops: usize) {
        self.look(by);
        self.arm(before);
        self.fire(before, hops);
    }

    /// Looks whether anybody is to leave, and whether what is waited for has come.
    fn look(&mut self, but: Option<usize>) {
        for at in 0..self.runs.len() {
            let run = &self.runs[at];
            if run.over || but == Some(at) {
                continue;
            }
            if self.is_to_leave(at) {
                self.leave(at, "exit_when");
                continue;
            }
            let waits = match run.front() {
                Some(Does::WaitFor { what, .. }) if run.arrived.is_some() => Some(what),
                Some(_) | None => None,
            };
            let met = waits.is_some_and(|what| self.has_come(at, what));
            self.runs[at].met |= met;
        }
    }

    pub(super) fn is_to_leave(&self, run: usize) -> bool {
        let question = self.case.exit_when.as_ref();
        question.is_some_and(|question| self.asks(question, run))
    }

    pub(super) fn asks(&self, question: &Question, run: usize) -> bool {
        self.person.answer(question, &self.runs[run], self.now)
    }

    /// Tells whether what a step waits for is there already.
    pub(super) fn has_come(&self, run: usize, what: &Awaited) -> bool {
        match what {
            Awaited::Order(_) => false,
            Awaited::Opened(mail) => self.runs[run].opened.contains(mail),
            Awaited::Clicked(mail) => self.runs[run].clicked.contains(mail),
            Awaited::Condition(question) => self.asks(question, run),
        }
    }

    pub(super) fn passes(&self, filter: &Option<Question>, entering: &Run<'_>) -> bool {
        let filter = filter.as_ref();
        filter.is_none_or(|filter| self.person.answer(filter, entering, self.now))
    }

    /// Lets the contact in, if they may.
    pub(super) fn enter(&mut self, entering: Run<'a>) {
        let running: Vec<usize> = (0..self.runs.len())
            .filter(|run| !self.runs[*run].over)
            .collect();
        let last = self.runs.last().map(|run| run.entered);
        let refused = match self.case.reentry {
            Reentry::Never => last.map(|_| "never"),
            Reentry::Single => running.first().map(|_| "single"),
            Reentry::After => {
                let zone = &self.person.zone;
                let early = last.is_some_and(|last| self.now < later(last, DAY, zone));
                (early || !running.is_empty()).then_some("after")
            }
            Reentry::Restart | Reentry::Unlimited => None,
        };
        if let Some(why) = refused {
            return self.tell(format!("refused: {why}"));
        }
        if self.case.reentry == Reentry::Restart {
            for run in running {
                self.leave(run, "restarted");
            }
        }
        self.runs.push(Run {
            entered: self.now,
            todo: self.case.steps.iter().collect(),
            ..entering
        });
    }
}

impl<'a> Run<'a> {
    fn front(&self) -> Option<&'a Does> {
        self.todo.front().map(|step| &step.does)
    }
}

const DAY: Span = Span {
    months: 0,
    weeks: 0,
    days: 1,
    hours: 0,
    minutes: 0,
};

/// Sixty days.
const LIMIT: SignedDuration = SignedDuration::from_hours(60 * 24);

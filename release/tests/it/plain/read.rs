//! Reads a case plainly: a clock that ticks every minute, a contact, and for each run the steps that
//! are still to do.

use std::collections::VecDeque;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use sha2::{Digest, Sha256};

use super::draw::{Case, Deed, Question, Reentry, STARTS, Step, WINDOWS};
use super::score::Score;

/// Something that is expected.
pub(super) struct Entry {
    pub(super) at: Timestamp,
    pub(super) what: String,
}

/// Tells the story of a case.
pub(super) fn story(case: &Case) -> Vec<Entry> {
    let start: Timestamp = STARTS[case.start].parse().expect("a moment");
    let mut play = Play {
        case,
        zone: case.zone(),
        now: start,
        member: false,
        tagged: false,
        score: Score::none(start),
        mailed: Vec::new(),
        runs: Vec::new(),
        story: Vec::new(),
    };
    let mut happens: VecDeque<(Timestamp, Deed)> = case
        .happens
        .iter()
        .map(|(minutes, deed)| (start + SignedDuration::from_mins(*minutes), deed.clone()))
        .collect();
    happens.push_front((start, Deed::Start));
    for _ in 0..MINUTES {
        while happens.front().is_some_and(|(at, _)| *at == play.now) {
            let (_, deed) = happens.pop_front().expect("there is one");
            play.happen(&deed);
        }
        for run in 0..play.runs.len() {
            play.walk(run);
        }
        if happens.is_empty() && play.runs.iter().all(|run| run.over) {
            break;
        }
        play.now += SignedDuration::from_mins(1);
    }
    play.story
}

struct Play<'a> {
    case: &'a Case,
    zone: TimeZone,
    now: Timestamp,
    member: bool,
    tagged: bool,
    score: Score,
    mailed: Vec<Timestamp>,
    runs: Vec<Run<'a>>,
    story: Vec<Entry>,
}

struct Run<'a> {
    entered: Timestamp,
    todo: VecDeque<&'a Step>,
    /// When the step at the front was come to, if it was.
    arrived: Option<Timestamp>,
    /// Whether what it waits for has come.
    met: bool,
    sent: Vec<usize>,
    opened: Vec<usize>,
    over: bool,
}

impl<'a> Play<'a> {
    fn tell(&mut self, what: impl Into<String>) {
        self.story.push(Entry {
            at: self.now,
            what: what.into(),
        });
    }

    fn leave(&mut self, run: usize, why: &str) {
        self.runs[run].over = true;
        self.tell(format!("leaves: {why}"));
    }

    fn happen(&mut self, deed: &Deed) {
        match deed {
            Deed::Start => (),
            Deed::Order(amount) => {
                for run in 0..self.runs.len() {
                    if self.runs[run].over {
                        continue;
                    }
                    let day = self.later(self.runs[run].entered, 1);
                    if self.case.goal && *amount > 35 && self.now <= day {
                        self.leave(run, "goal");
                        continue;
                    }
                    let waits = matches!(self.runs[run].todo.front(), Some(Step::Order { .. }));
                    if waits && self.runs[run].arrived.is_some() && *amount > 25 {
                        self.runs[run].met = true;
                    }
                }
            }
            Deed::Open(mail) if !self.runs.iter().any(|run| run.sent.contains(mail)) => return,
            Deed::Open(mail) => {
                let run = self.runs.iter_mut().rfind(|run| run.sent.contains(mail));
                if let Some(run) = run.filter(|run| !run.opened.contains(mail)) {
                    run.opened.push(*mail);
                    self.score.count(2, self.now);
                }
            }
            Deed::Member(yes) => self.member = *yes,
            Deed::Score(score) => self.score = Score::set(*score, self.now),
        }
        self.look();
        if let Deed::Start = deed {
            self.enter();
        }
    }

    /// Looks whether anybody is to leave, and whether a mail that is waited for was opened.
    fn look(&mut self) {
        for run in 0..self.runs.len() {
            if self.runs[run].over {
                continue;
            }
            if self.case.exit_when && self.member {
                self.leave(run, "exit_when");
                continue;
            }
            let run = &mut self.runs[run];
            if let (Some(Step::Opened { name, .. }), Some(_)) = (run.todo.front(), run.arrived) {
                run.met |= run.opened.contains(name);
            }
        }
    }

    fn enter(&mut self) {
        let running: Vec<usize> = (0..self.runs.len())
            .filter(|run| !self.runs[*run].over)
            .collect();
        let last = self.runs.last().map(|run| run.entered);
        let refused = match self.case.reentry {
            Reentry::Never => last.map(|_| "never"),
            Reentry::Single => running.first().map(|_| "single"),
            Reentry::After => {
                let early = last.is_some_and(|last| self.now < self.later(last, 1));
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
            arrived: None,
            met: false,
            sent: Vec::new(),
            opened: Vec::new(),
            over: false,
        });
    }

    /// Takes what steps can be taken this minute.
    fn walk(&mut self, run: usize) {
        while !self.runs[run].over {
            let Some(step) = self.runs[run].todo.front().copied() else {
                return self.leave(run, "finished");
            };
            if self.runs[run].arrived.is_none() {
                if self.case.exit_when && self.member {
                    return self.leave(run, "exit_when");
                }
                self.runs[run].arrived = Some(self.now);
                if let Step::Opened { name, .. } = step {
                    self.runs[run].met = self.runs[run].opened.contains(name);
                }
            }
            let arrived = self.runs[run].arrived.unwrap_or(self.now);
            let Some(inside) = self.step(run, step, arrived) else {
                return;
            };
            let run = &mut self.runs[run];
            run.todo.pop_front();
            for step in inside.iter().rev() {
                run.todo.push_front(step);
            }
            run.arrived = None;
            run.met = false;
        }
    }

    /// Tries to take a step: nothing if it is not done yet, else the steps that come of it.
    fn step(&mut self, run: usize, step: &'a Step, arrived: Timestamp) -> Option<&'a [Step]> {
        let now = self.now;
        let pick = |yes: bool, then: &'a [Step], otherwise: &'a [Step]| {
            Some(if yes { then } else { otherwise })
        };
        match step {
            Step::Send {
                name,
                expires,
                waits,
            } => self
                .mail(run, *name, *expires, *waits, arrived)
                .then_some(&[]),
            Step::Days { days, at } => (now >= self.days(arrived, *days, *at)).then_some(&[]),
            Step::Hours(hours) => {
                (now >= arrived + SignedDuration::from_hours(*hours)).then_some(&[])
            }
            Step::Window(window) => is_open(*window, now, &self.zone).then_some(&[]),
            Step::Order {
                days,
                then,
                otherwise,
            } => {
                let over = now >= self.later(arrived, *days);
                (self.runs[run].met || over).then(|| pick(self.runs[run].met, then, otherwise))?
            }
            Step::Opened {
                hours,
                then,
                otherwise,
                ..
            } => {
                let over = now >= arrived + SignedDuration::from_hours(*hours);
                (self.runs[run].met || over).then(|| pick(self.runs[run].met, then, otherwise))?
            }
            Step::If {
                question,
                then,
                otherwise,
            } => {
                let yes = match question {
                    Question::Member => self.member,
                    Question::Rich => self.score.left(self.now) > 5.0,
                    Question::Opened(name) => self.runs[run].opened.contains(name),
                    Question::Tagged => self.tagged,
                };
                pick(yes, then, otherwise)
            }
            Step::Split { left, right } => pick(self.drawn("s") < 4_000, left, right),
            Step::Exit => {
                self.leave(run, "enough");
                None
            }
            Step::Tag => {
                self.tagged = true;
                self.tell("tag: t");
                Some(&[])
            }
            Step::Score(amount) => {
                self.score.count(*amount, self.now);
                self.tell(format!("score: {amount}"));
                Some(&[])
            }
        }
    }

    /// Tries to send a mail; tells whether the step is done.
    fn mail(
        &mut self,
        run: usize,
        name: usize,
        expires: Option<i64>,
        waits: bool,
        arrived: Timestamp,
    ) -> bool {
        let now = self.now;
        let end = expires.map(|hours| arrived + SignedDuration::from_hours(hours));
        let first = now == arrived;
        if !self.may_leave(now) {
            // Nothing that cannot leave in time is held at all.
            if first && end.is_some_and(|end| !self.opens_by(now, end))
                || end.is_some_and(|end| now >= end)
            {
                self.tell(format!("expired: m{name}"));
                return true;
            }
            return false;
        }
        if !self.case.marketing {
            self.sent(run, name);
            return true;
        }
        if self.drawn("h") < 2_000 {
            self.tell(format!("withheld: m{name}"));
            return true;
        }
        let within = |hours: i64| {
            let since = now - SignedDuration::from_hours(hours);
            self.mailed.iter().filter(|at| **at > since).count()
        };
        if within(24) < 1 && within(7 * 24) < 3 {
            self.mailed.push(now);
            self.sent(run, name);
            return true;
        }
        if !waits {
            self.tell(format!("skipped: m{name}"));
            return true;
        }
        if end.is_some_and(|end| now >= end) {
            self.tell(format!("expired: m{name}"));
            return true;
        }
        false
    }

    fn sent(&mut self, run: usize, name: usize) {
        self.runs[run].sent.push(name);
        self.tell(format!("send: m{name}"));
    }

    fn may_leave(&self, at: Timestamp) -> bool {
        let own = self
            .case
            .send_window
            .is_none_or(|window| is_open(window, at, &self.zone));
        let hour = self.zone.to_datetime(at).hour();
        own && (!self.case.marketing || (3..23).contains(&hour))
    }

    fn opens_by(&self, from: Timestamp, end: Timestamp) -> bool {
        let mut at = from;
        while at <= end {
            if self.may_leave(at) {
                return true;
            }
            at += SignedDuration::from_mins(1);
        }
        false
    }

    /// The same time so many dates later.
    fn later(&self, from: Timestamp, days: i64) -> Timestamp {
        let zoned = from.to_zoned(self.zone.clone());
        zoned
            .checked_add(days.days())
            .expect("a moment")
            .timestamp()
    }

    fn days(&self, from: Timestamp, days: i64, at: Option<(i8, i8)>) -> Timestamp {
        let Some((hour, minute)) = at else {
            return self.later(from, days);
        };
        let time = Time::new(hour, minute, 0, 0).expect("a time");
        let mut date = self.zone.to_datetime(from).date() + days.days();
        loop {
            let due = self
                .zone
                .to_timestamp(date.to_datetime(time))
                .expect("a moment");
            if due > from {
                return due;
            }
            date = date.tomorrow().expect("a day");
        }
    }

    fn drawn(&self, name: &str) -> u64 {
        let digest = Sha256::digest(format!("{name}\0c{}", self.case.contact));
        u64::from_be_bytes(digest[..8].try_into().expect("eight bytes")) % 10_000
    }
}

/// Looks at the clock on the wall, and at what it was yesterday.
fn is_open(window: usize, at: Timestamp, zone: &TimeZone) -> bool {
    let (_, [first, last], [from, until]) = WINDOWS[window];
    let clock = zone.to_datetime(at);
    let minute = i16::from(clock.hour()) * 60 + i16::from(clock.minute());
    let day = |day: i8| match first <= last {
        true => (first..=last).contains(&day),
        false => day >= first || day <= last,
    };
    let today = clock.date().weekday().to_monday_zero_offset();
    match from < until {
        true => day(today) && (from..until).contains(&minute),
        false => day(today) && minute >= from || day((today + 6) % 7) && minute < until,
    }
}

/// Sixty days.
const MINUTES: i64 = 60 * 24 * 60;

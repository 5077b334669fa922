//! The steps of a plain reading.

use std::mem;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::case::{Base, Does, Moment, Step};
use super::clock::{Origin, is_open, later, later_at, moment};
use super::read::{Play, Run};

/// What comes of a step.
enum Done<'a> {
    NotYet,
    /// The steps inside it, and then those after it.
    Into(&'a [Step]),
    Jumps(&'a str),
}

impl<'a> Play<'a> {
    /// Does what can be done this minute: the dates first, then the runs, the oldest first.
    pub(super) fn settle(&mut self) {
        loop {
            let mut moved = self.dates();
            while (0..self.runs.len()).any(|run| self.walk(run)) {
                moved = true;
            }
            if !moved {
                return;
            }
        }
    }

    /// Takes what steps can be taken this minute; tells whether there were any.
    ///
    /// What they write about the contact, others hear when the run rests.
    fn walk(&mut self, run: usize) -> bool {
        let mut moved = false;
        while !self.runs[run].over && self.take(run) {
            moved = true;
        }
        self.publish(run);
        moved
    }

    /// Takes one step, if its time has come.
    fn take(&mut self, run: usize) -> bool {
        let Some(step) = self.runs[run].todo.front().copied() else {
            self.leave(run, "finished");
            return true;
        };
        if self.runs[run].arrived.is_none() {
            if self.is_to_leave(run) {
                self.leave(run, "exit_when");
                return true;
            }
            self.arrive(run, step);
        }
        // The path of most minutes.
        if self.runs[run].due.is_some_and(|due| due > self.now) && !self.runs[run].met {
            return false;
        }
        // A mail that was held is asked about again: by now a score may have faded.
        let arrived = self.runs[run].arrived.as_ref();
        let held = arrived.is_some_and(|(arrived, _)| *arrived < self.now);
        if held && matches!(step.does, Does::Send { .. }) && self.is_to_leave(run) {
            self.leave(run, "exit_when");
            return true;
        }
        let done = self.step(run, step);
        let todo = &mut self.runs[run].todo;
        match done {
            Done::NotYet => return false,
            Done::Into(inside) => {
                todo.pop_front();
                for step in inside.iter().rev() {
                    todo.push_front(step);
                }
            }
            Done::Jumps(to) => {
                let from = from(&self.case.steps, to).expect("a step of that name");
                *todo = from.into();
            }
        }
        let run = &mut self.runs[run];
        run.arrived = None;
        run.due = None;
        run.met = false;
        true
    }

    /// Lets others hear what the steps of a run have written.
    fn publish(&mut self, run: usize) {
        if self.written.is_empty() {
            return;
        }
        let Run { entered, hops, .. } = self.runs[run];
        let hops = match self.now < entered + LONG {
            true => hops + 1,
            false => 1,
        };
        let mut person = self.person.clone();
        for (before, change) in mem::take(&mut self.written) {
            self.person = before.clone();
            self.person.change(change, self.now);
            self.written(Some(&before), Some(run), hops);
        }
        mem::swap(&mut self.person, &mut person);
    }

    fn arrive(&mut self, run: usize, step: &'a Step) {
        let (now, zone) = (self.now, self.person.zone.clone());
        let due = match &step.does {
            Does::Wait { span, at } => Some(later_at(now, *span, *at, &zone)),
            Does::WaitFor { what, within, .. } => {
                self.runs[run].met = self.has_come(run, what);
                Some(later(now, *within, &zone))
            }
            Does::Until { moment, .. } => self.until(&self.runs[run], moment),
            Does::Send { .. }
            | Does::Window(_)
            | Does::If { .. }
            | Does::Case { .. }
            | Does::Split { .. }
            | Does::Jump { .. }
            | Does::Exit
            | Does::Change(_) => None,
        };
        self.runs[run].due = due;
        self.runs[run].arrived = Some((now, zone));
    }

    fn until(&self, run: &Run<'_>, what: &Moment) -> Option<Timestamp> {
        let origin = match what.base {
            Base::EventDay => run.day.map(Origin::Date),
            Base::Fixed(_) | Base::Due | Base::When => self.person.origin(what.base),
        };
        origin.map(|origin| moment(origin, what.distance, what.at, &self.person.zone))
    }

    /// Tries to take a step whose time has come.
    fn step(&mut self, run: usize, step: &'a Step) -> Done<'a> {
        let (arrived, zone) = self.runs[run].arrived.clone().expect("it was come to");
        match &step.does {
            Does::Send {
                name,
                expires,
                waits,
            } => {
                let end = expires.map(|span| later(arrived, span, &zone));
                match self.mail(run, *name, end, *waits) {
                    true => Done::Into(&[]),
                    false => Done::NotYet,
                }
            }
            Does::Wait { .. } => Done::Into(&[]),
            Does::Until { or_exit, .. } => {
                if self.runs[run].due.is_none() && *or_exit {
                    self.leave(run, "absent");
                }
                Done::Into(&[])
            }
            Does::Window(hours) => match is_open(*hours, self.now, &zone) {
                true => Done::Into(&[]),
                false => Done::NotYet,
            },
            Does::WaitFor {
                what,
                then,
                otherwise,
                ..
            } => match self.runs[run].met || self.has_come(run, what) {
                true => Done::Into(then),
                false => Done::Into(otherwise),
            },
            Does::If {
                question,
                then,
                otherwise,
            } => match self.asks(question, run) {
                true => Done::Into(then),
                false => Done::Into(otherwise),
            },
            Does::Case { arms, otherwise } => {
                let mut arms = arms.iter();
                let arm = arms.find(|(question, _)| self.asks(question, run));
                Done::Into(arm.map_or(otherwise, |(_, steps)| steps))
            }
            Does::Split { left, right } => match self.drawn("s") < 4_000 {
                true => Done::Into(left),
                false => Done::Into(right),
            },
            Does::Jump { to, .. } => Done::Jumps(to),
            Does::Exit => {
                self.leave(run, "enough");
                Done::Into(&[])
            }
            Does::Change(change) => {
                self.written.push((self.person.clone(), *change));
                self.person.change(*change, self.now);
                self.tell(super::write::change(self.case, *change));
                Done::Into(&[])
            }
        }
    }

    /// Tries to send a mail; tells whether the step is done.
    fn mail(&mut self, run: usize, name: usize, end: Option<Timestamp>, waits: bool) -> bool {
        let now = self.now;
        if !self.may_leave(now) {
            let opens = self.next(|at| self.may_leave(at));
            let opens = opens.filter(|opens| end.is_none_or(|end| *opens <= end));
            // Nothing that cannot leave in time is held at all.
            if opens.is_none() {
                self.tell(format!("expired: m{name}"));
                return true;
            }
            // The hours are those of the clock that the contact has when it is held.
            self.runs[run].due = opens;
            return false;
        }
        if !self.case.marketing {
            return self.sends(run, name);
        }
        if self.drawn("h") < 2_000 {
            self.tell(format!("withheld: m{name}"));
            return true;
        }
        if self.has_room(now) {
            let sends = self.sends(run, name);
            if sends {
                self.mailed.push(now);
            }
            return sends;
        }
        if !waits {
            self.tell(format!("skipped: m{name}"));
            return true;
        }
        if end.is_some_and(|end| now >= end) {
            self.tell(format!("expired: m{name}"));
            return true;
        }
        let room = self.next(|at| self.has_room(at) && self.may_leave(at));
        self.runs[run].due = [room, end].into_iter().flatten().min();
        false
    }

    /// Tells whether the caps let another mail through.
    fn has_room(&self, at: Timestamp) -> bool {
        let within = |hours: i64| {
            let since = at - SignedDuration::from_hours(hours);
            self.mailed.iter().filter(|at| **at > since).count()
        };
        within(24) < 1 && within(7 * 24) < 3
    }

    /// Sends a mail, unless what the run has written made it leave.
    fn sends(&mut self, run: usize, name: usize) -> bool {
        self.publish(run);
        if self.runs[run].over {
            return false;
        }
        self.runs[run].sent.push(name);
        self.tell(format!("send: m{name}"));
        true
    }

    fn may_leave(&self, at: Timestamp) -> bool {
        let zone = &self.person.zone;
        let own = self.case.send_window;
        let own = own.is_none_or(|hours| is_open(hours, at, zone));
        let hour = zone.to_datetime(at).hour();
        own && (!self.case.marketing || (3..23).contains(&hour))
    }

    /// Returns the next minute that will do.
    fn next(&self, will_do: impl Fn(Timestamp) -> bool) -> Option<Timestamp> {
        let minutes = (1..SEARCH).map(SignedDuration::from_mins);
        let mut moments = minutes.map(|minutes| self.now + minutes);
        moments.find(|at| will_do(*at))
    }

    fn drawn(&self, name: &str) -> u64 {
        let digest = Sha256::digest(format!("{name}\0c{}", self.case.contact));
        u64::from_be_bytes(digest[..8].try_into().expect("eight bytes")) % 10_000
    }
}

/// Returns the step of a name, and all that come after it.
fn from<'a>(steps: &'a [Step], name: &str) -> Option<Vec<&'a Step>> {
    for (at, step) in steps.iter().enumerate() {
        let rest = &steps[at..];
        if step.name().as_deref() == Some(name) {
            return Some(rest.iter().collect());
        }
        let mut inside = step.branches().into_iter();
        if let Some(mut found) = inside.find_map(|branch| from(branch, name)) {
            found.extend(&rest[1..]);
            return Some(found);
        }
    }
    None
}

/// A run that has lasted as long as this starts no circle.
const LONG: SignedDuration = SignedDuration::from_hours(20);

/// Forty days.
const SEARCH: i64 = 40 * 24 * 60;

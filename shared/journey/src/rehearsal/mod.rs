//! Plays one contact's way through one journey under a virtual clock.
//!
//! Nothing ticks: the clock jumps to whatever comes next, so a year takes a blink. What happens to
//! the contact in a minute comes first, then the dates that come in it, then the steps.
//!
//! **Invariant:** every decision is [`advance`]'s or [`admit`]'s own; only the world around is played.

mod entering;
mod telling;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    Change, Contact, ContactId, Effect, Ending, Enrollment, Input, Phase, Plan, Purpose, SCORE,
    Scene, SendResult, Settled, Signal, Skipped, Value, advance,
};
use entering::Armed;
pub use telling::{Line, Told};

/// What is played: who it is about and what happens to them.
#[derive(Clone, Debug)]
pub struct Script {
    /// The contact as they are in the beginning.
    pub contact: Contact,
    /// When they are let in by hand.
    pub enters: Option<Timestamp>,
    /// When they are written down, which is when date triggers are set.
    pub from: Option<Timestamp>,
    /// The last moment that is played.
    pub until: Option<Timestamp>,
    /// What happens to them, in order.
    pub happens: Vec<(Timestamp, Deed)>,
}

/// Something that happens to a contact.
#[derive(Clone, PartialEq)]
pub enum Deed {
    /// They click in the mail of a step.
    Click {
        /// The step.
        step: String,
        /// The link's name.
        link: String,
    },
    /// The source posts an event about them.
    Event {
        /// Its type.
        event: String,
        /// Its parameters.
        params: BTreeMap<String, Value>,
    },
    /// They open the mail of a step.
    Open(String),
    /// Fields of theirs are written.
    Set(BTreeMap<String, Option<Value>>),
}

/// Shows what happens, never with which values.
impl std::fmt::Debug for Deed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Click { step, .. } => write!(f, "Click({step})"),
            Self::Event { event, .. } => write!(f, "Event({event})"),
            Self::Open(step) => write!(f, "Open({step})"),
            Self::Set(fields) => write!(f, "Set({:?})", fields.keys()),
        }
    }
}

/// What came of a rehearsal.
#[derive(Clone, Debug, PartialEq)]
pub struct Rehearsal {
    /// What was told, in order.
    pub lines: Vec<Line>,
    /// Why it stopped although more was to come, if the script does not say when.
    pub cut: Option<Cut>,
}

/// Why a play stopped although more was to come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cut {
    /// Only dates are left that come every year.
    Dates,
    /// Runs were moved on [`MOVES_MAX`] times.
    Endless,
}

/// Plays a script and tells what came of it.
pub fn rehearse(plan: &Plan, script: Script) -> Rehearsal {
    let stored = script.contact.clone();
    let mut stage = Stage {
        plan,
        armed: vec![Armed::default(); plan.triggers.len()],
        contact: stored.clone().seen(&plan.settings, Timestamp::MIN),
        stored,
        now: Timestamp::MIN,
        mailed: Vec::new(),
        runs: Vec::new(),
        last_entry: None,
        told: Vec::new(),
        events: 0,
        moves: 0,
        script,
    };
    stage.script.happens.sort_by_key(|(at, _)| *at);
    let cut = stage.play();
    Rehearsal {
        lines: stage.told,
        cut,
    }
}

/// The world around one contact and one journey.
struct Stage<'a> {
    plan: &'a Plan,
    script: Script,
    /// The contact as what happens leaves them.
    stored: Contact,
    /// The contact as they are seen now.
    contact: Contact,
    now: Timestamp,
    /// When the contact was sent advertising, the oldest first.
    mailed: Vec<Timestamp>,
    /// The contact's runs, in the order in which they began.
    runs: Vec<Enrollment>,
    last_entry: Option<Timestamp>,
    /// When each of the journey's triggers goes off next.
    armed: Vec<Armed>,
    told: Vec<Line>,
    /// How many events have come.
    events: u32,
    /// How many times runs were moved on.
    moves: usize,
}

impl Stage<'_> {
    fn play(&mut self) -> Option<Cut> {
        // A score that the contact begins with fades from then on.
        if let Some(start) = self.next()
            && self.stored.fields.contains_key(SCORE)
        {
            self.stored.scored.get_or_insert(start);
        }
        for _ in 0..MINUTES_MAX {
            if self.moves >= MOVES_MAX {
                break;
            }
            let Some(now) = self.next().filter(|now| self.is_played(*now)) else {
                let left = self.script.until.is_none() && self.is_any_date_set();
                return left.then_some(Cut::Dates);
            };
            self.now = now;
            self.look();
            self.beginnings();
            while let Some((_, deed)) = self.script.happens.pop_if_first(now) {
                self.deed(deed);
            }
            if self.plan.end() == Some(now) {
                self.end_all(Ending::Ended);
            }
            self.dates();
            self.steps();
        }
        Some(Cut::Endless)
    }

    fn is_played(&self, at: Timestamp) -> bool {
        match self.script.until {
            Some(until) => at <= until,
            // A birthday comes for ever; without an end, the play ends where nothing else comes.
            None => {
                let more = !self.script.happens.is_empty() || self.script.enters.is_some();
                more || self.script.from.is_some() || self.is_anything_left()
            }
        }
    }

    /// Returns when something happens next.
    fn next(&self) -> Option<Timestamp> {
        let dues = self.runs.iter().filter_map(|run| run.phase.due());
        let end = self.plan.end().filter(|end| *end > self.now);
        let happens = self.script.happens.first().map(|(at, _)| *at);
        let script = [self.script.from, self.script.enters, happens, end];
        let dates = self.armed.iter().filter_map(|armed| armed.due);
        let next = dues.chain(script.into_iter().flatten()).chain(dates).min();
        // What was missed while nobody looked is done now.
        next.map(|next| next.max(self.now))
    }

    /// Does what the script begins with.
    fn beginnings(&mut self) {
        if self.script.from == Some(self.now) {
            self.script.from = None;
            self.born();
        }
        if self.script.enters == Some(self.now) {
            self.script.enters = None;
            self.enter("by hand", BTreeMap::new(), 0);
        }
    }

    fn deed(&mut self, deed: Deed) {
        match deed {
            Deed::Click { step, link } => {
                self.mail(&step.clone(), Signal::Clicked { step, link });
            }
            Deed::Event { event, params } => {
                self.events += 1;
                let signal = Signal::Event {
                    id: format!("event {}", self.events),
                    event: event.clone(),
                    params: params.clone(),
                };
                self.signal(&signal, None);
                self.posted(&event, &params);
            }
            Deed::Open(step) => self.mail(&step.clone(), Signal::Opened { step }),
            Deed::Set(fields) => self.write(None, &Change::Set(fields)),
        }
    }

    /// Lets the contact do something with a mail: of the run that sent it last.
    fn mail(&mut self, step: &str, signal: Signal) {
        let sent = |run: &Enrollment| {
            let mut path = run.path.iter();
            path.any(|taken| taken.step == step && taken.outcome == "sent")
        };
        if let Some(at) = self.runs.iter().rposition(sent) {
            self.input(at, Input::Signal(signal));
        }
    }

    /// Tells every run that is not over, but one, what happened: in a play of years thousands are over.
    fn signal(&mut self, signal: &Signal, but: Option<usize>) {
        for at in 0..self.runs.len() {
            if Some(at) != but && !self.runs[at].phase.is_over() {
                self.input(at, Input::Signal(signal.clone()));
            }
        }
    }

    fn end_all(&mut self, ending: Ending) {
        for at in 0..self.runs.len() {
            self.input(at, Input::End(ending));
        }
    }

    /// Changes the contact, because of a run's step or of something else.
    fn write(&mut self, by: Option<usize>, change: &Change) {
        let before = self.contact.clone();
        change.apply(&mut self.stored, &self.plan.settings, self.now);
        self.look();
        let run = by.and_then(|at| self.runs.get(at));
        let hops = run.map_or(0, |run| run.hops_at(self.now));
        self.signal(&Signal::Written, by);
        self.written(&before, hops);
    }

    /// Looks at the contact as they are now.
    fn look(&mut self) {
        self.contact = self.stored.clone().seen(&self.plan.settings, self.now);
    }

    /// Lets every run take the steps that are due.
    fn steps(&mut self) {
        while self.moves < MOVES_MAX {
            let is_due = |run: &Enrollment| {
                let due = run.phase.due();
                run.phase == Phase::Entered || due.is_some_and(|due| due <= self.now)
            };
            let Some(at) = self.runs.iter().position(is_due) else {
                return;
            };
            let input = match self.runs[at].phase {
                Phase::Entered => Input::Start,
                Phase::Calling { .. }
                | Phase::Holding { .. }
                | Phase::Left { .. }
                | Phase::Met { .. }
                | Phase::Parked { .. }
                | Phase::Sending { .. }
                | Phase::Waiting { .. } => Input::Wake,
            };
            self.moves += 1;
            self.input(at, input);
        }
    }

    /// Gives a run an input, and does what follows.
    fn input(&mut self, at: usize, input: Input) {
        let mut input = Some(input);
        while let Some(given) = input.take() {
            let Some(run) = self.runs.get(at) else {
                return;
            };
            let scene = Scene {
                plan: self.plan,
                contact: &self.contact,
                mailed: &self.mailed,
                now: self.now,
            };
            let before = run.path.len();
            let was = run.phase.clone();
            let decision = advance(&scene, run.clone(), given);
            self.runs[at] = decision.enrollment;
            self.tell_run(at, before, &was);
            for effect in decision.effects {
                match effect {
                    Effect::Change { change, .. } => self.write(Some(at), &change),
                    Effect::Alarm(_)
                    | Effect::Call { .. }
                    | Effect::Enroll(_)
                    | Effect::Order(_) => (),
                }
            }
            input = self.settled(at);
        }
    }

    /// Returns what becomes of a mail or a call on its way: in a play, all of them arrive.
    fn settled(&mut self, at: usize) -> Option<Input> {
        let (step, result) = match &self.runs.get(at)?.phase {
            Phase::Calling { step, .. } => (step.clone(), SendResult::Accepted),
            Phase::Sending { step, .. } => {
                let step = step.clone();
                let result = match &self.plan.purpose {
                    Purpose::Marketing { topic } if !self.contact.agrees_to(topic) => {
                        SendResult::Skipped(Skipped::OptedOut)
                    }
                    Purpose::Marketing { .. } => {
                        self.mailed.push(self.now);
                        SendResult::Accepted
                    }
                    Purpose::Transactional => SendResult::Accepted,
                };
                (step, result)
            }
            Phase::Entered
            | Phase::Holding { .. }
            | Phase::Left { .. }
            | Phase::Met { .. }
            | Phase::Parked { .. }
            | Phase::Waiting { .. } => return None,
        };
        Some(Input::Settled(Settled { step, result }))
    }

    /// Names somebody for every notification, so that it is sent.
    fn notified(&self) -> BTreeMap<String, Vec<ContactId>> {
        let steps = self.plan.steps.iter();
        let own = steps.filter(|step| step.action.send().is_some_and(|send| send.to.is_some()));
        own.map(|step| (step.id.clone(), vec![ContactId::of("staff")]))
            .collect()
    }
}

/// Takes the first of a list, if it happens at a moment.
trait PopFirst {
    fn pop_if_first(&mut self, now: Timestamp) -> Option<(Timestamp, Deed)>;
}

impl PopFirst for Vec<(Timestamp, Deed)> {
    fn pop_if_first(&mut self, now: Timestamp) -> Option<(Timestamp, Deed)> {
        let due = self.first().is_some_and(|(at, _)| *at <= now);
        due.then(|| self.remove(0))
    }
}

/// How many minutes in which something happens are played at most.
const MINUTES_MAX: usize = 100_000;

/// How many times runs are moved on at most, in all minutes together.
pub const MOVES_MAX: usize = 20_000;

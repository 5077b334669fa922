//! A world in memory behind all of the engine's ports, in which anything can go wrong at every call.
//!
//! Nothing here knows the real time, threads or chance: time jumps to the next thing that happens, an
//! invocation is a future that stops once in every port call, a crash is dropping it there, and all
//! choices come from one [`Choose`]. So the same choices always give the same history.

mod action;
mod bugs;
mod caps;
mod check;
mod choose;
mod exceptions;
mod firings;
mod functions;
mod halts;
mod hooks;
mod mail;
mod merging;
mod metrics;
mod operator;
mod outlet;
mod people;
mod queues;
mod run;
mod runs;
mod secrets;
mod statements;
mod surveys;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use anyhow::anyhow;
use engine::{AddressKey, Clock, Exception, Metric, Patience, Sent};
use jiff::{SignedDuration, Timestamp};
use wire::{Halts, SuppressionReason, TicketKeys};

pub(crate) use action::{Action, Answer};
pub(crate) use bugs::Bug;
pub(crate) use choose::{Choose, Kind, Seed, Tape};
pub(crate) use queues::Queue;
pub(crate) use run::Runner;

use crate::given::{self, Published};
use hooks::Heard;
use mail::Service;
use people::People;
use queues::{Letter, Message};
use runs::Runs;
use secrets::Store;

/// The world, as an invocation sees it.
#[derive(Clone)]
pub(crate) struct World(Arc<Mutex<State>>);

/// Everything there is.
pub(crate) struct State {
    pub(crate) now: Timestamp,
    pub(crate) choose: Choose,
    pub(crate) published: Arc<Published>,
    pub(crate) people: People,
    pub(crate) runs: Runs,
    pub(crate) service: Service,
    pub(crate) exceptions: BTreeMap<String, Exception>,
    pub(crate) suppressed: BTreeMap<AddressKey, SuppressionReason>,
    pub(crate) soft_bounces: BTreeMap<AddressKey, BTreeSet<jiff::civil::Date>>,
    pub(crate) store: Store,
    pub(crate) tickets: TicketKeys,
    /// How often a page was found and shown.
    pub(crate) pages: u32,
    pub(crate) sent: Sent,
    pub(crate) counts: BTreeMap<Metric, u64>,
    /// On which days each journey started, as it is written down, and how often that was.
    pub(crate) fired: BTreeMap<String, String>,
    pub(crate) fired_writes: u32,
    /// How far everybody's dates were set, and how often that was written.
    pub(crate) survey: Option<(u64, String)>,
    /// How far statements go, and how often that was written.
    pub(crate) closing: Option<(u64, String)>,
    /// The statements, by their end and version.
    pub(crate) statements: BTreeMap<(Timestamp, engine::VersionId), String>,
    /// Whether no sweep has come since a release was put in force.
    pub(crate) published_anew: bool,
    pub(crate) queues: BTreeMap<Queue, Vec<Message>>,
    pub(crate) dead: Vec<Letter>,
    /// Which journeys are halted, and which has been paused for longer than an invocation takes.
    pub(crate) halts: Halts,
    pub(crate) paused_since: Option<(String, Timestamp)>,
    /// Since when all marketing is held, for longer than an invocation takes.
    pub(crate) held_since: Option<Timestamp>,
    /// What the other system has heard.
    pub(crate) heard: Heard,
    /// When alarm clocks ring, and how often that was tried.
    pub(crate) rings: Vec<(Timestamp, u32)>,
    /// What the sources were told is stored, by the event's id.
    pub(crate) accepted: BTreeMap<String, check::Accepted>,
    pub(crate) bug: Option<Bug>,
    /// Whether there are always reports about other mails in the queue.
    pub(crate) chatter: bool,
    /// What should never have happened.
    pub(crate) wrong: Vec<String>,
    /// How often each thing went wrong, by port.
    pub(crate) reached: BTreeMap<(&'static str, &'static str), u64>,
    pub(crate) log: Option<Vec<String>>,
    /// The port call before which nothing goes wrong.
    pub(crate) calm_until: Option<&'static str>,
    /// Whether everything goes well from here on.
    pub(crate) healed: bool,
    /// When it all began.
    pub(crate) started: Timestamp,
    /// How many port calls were made.
    pub(crate) calls: u64,
    /// How late the latest wake-up was.
    pub(crate) latest: SignedDuration,
    /// Which invocation is running, and which have met trouble.
    current: u64,
    troubled: BTreeSet<u64>,
    crashed: bool,
    latency: SignedDuration,
    serial: u64,
}

impl World {
    /// Makes a world in which `published` is the release in force.
    pub(crate) fn new(published: Arc<Published>, choose: Choose) -> Self {
        let start = "2026-11-23T13:00:20Z".parse();
        Self::starting(published, start.expect("a moment"), choose)
    }

    /// Makes one that begins at a moment.
    pub(crate) fn starting(published: Arc<Published>, start: Timestamp, choose: Choose) -> Self {
        Self(Arc::new(Mutex::new(State {
            now: start,
            started: start,
            choose,
            published,
            people: People::default(),
            runs: Runs::default(),
            service: Service::default(),
            exceptions: BTreeMap::new(),
            suppressed: BTreeMap::new(),
            soft_bounces: BTreeMap::new(),
            store: Store {
                secrets: vec![given::secret()],
                down: false,
                reads: 0,
            },
            tickets: TicketKeys::parse("dGhlIGtleSBvZiBhIHdvcmxk").expect("a key"),
            pages: 0,
            sent: Sent {
                per_second: 14,
                most: None,
                count: 0,
            },
            counts: BTreeMap::new(),
            fired: BTreeMap::new(),
            fired_writes: 0,
            survey: None,
            closing: None,
            statements: BTreeMap::new(),
            published_anew: false,
            queues: BTreeMap::new(),
            dead: Vec::new(),
            halts: Halts::default(),
            paused_since: None,
            held_since: None,
            heard: Heard::new(),
            rings: Vec::new(),
            accepted: BTreeMap::new(),
            bug: None,
            chatter: false,
            wrong: Vec::new(),
            reached: BTreeMap::new(),
            log: None,
            calm_until: None,
            healed: false,
            calls: 0,
            latest: SignedDuration::ZERO,
            current: 0,
            troubled: BTreeSet::new(),
            crashed: false,
            latency: SignedDuration::ZERO,
            serial: 0,
        })))
    }

    /// Looks at everything there is, or changes it.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("one thread, which has not panicked")
    }

    /// Runs one use case by itself; returns nothing if its process crashes.
    pub(crate) fn try_now<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = std::pin::pin!(work);
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(result) = work.as_mut().poll(&mut context) {
                return Some(result);
            }
            if self.state().take_crash() {
                return None;
            }
        }
    }

    /// Reads something: it may fail, or be the last thing that its process does.
    fn read<T: Send>(
        &self,
        port: &'static str,
        look: impl FnOnce(&mut State) -> T + Send,
    ) -> impl Future<Output = anyhow::Result<T>> + Send {
        self.call(port, &["refused", "crash before"], look)
    }

    /// Changes something: that may fail, be done without our hearing of it, or be the last thing that
    /// its process does.
    fn write<T: Send>(
        &self,
        port: &'static str,
        change: impl FnOnce(&mut State) -> T + Send,
    ) -> impl Future<Output = anyhow::Result<T>> + Send {
        let faults = &["refused", "crash before", "crash after", "lost reply"];
        self.call(port, faults, change)
    }

    async fn call<T: Send>(
        &self,
        port: &'static str,
        faults: &[&'static str],
        effect: impl FnOnce(&mut State) -> T + Send,
    ) -> anyhow::Result<T> {
        self.state().begin();
        Pause::default().await;
        let fault = self.state().fault(Kind::Port, port, faults);
        match fault {
            "refused" => Err(anyhow!("{port} was refused")),
            "crash before" => self.crash().await,
            "crash after" => {
                effect(&mut self.state());
                self.crash().await
            }
            "lost reply" => {
                effect(&mut self.state());
                Err(anyhow!("{port} did not answer"))
            }
            _ => Ok(effect(&mut self.state())),
        }
    }

    /// Ends the process that calls this.
    async fn crash<T>(&self) -> T {
        self.state().crashed = true;
        std::future::pending().await
    }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        self.state().told_time()
    }
}

impl State {
    /// Notes that somebody saw the page that they asked for.
    fn note_asked(&mut self, found: bool, ask: &engine::Ask) {
        self.log(|| format!("  the page says {found} to {ask:?}"));
        self.pages += u32::from(found);
    }

    /// Puts another release in force; what was published before can still be read.
    fn publish(&mut self, published: Arc<Published>) {
        let mut published = Published::clone(&published);
        let before = self.published.clone();
        published.plans.extend(before.plans.clone());
        published.templates.extend(before.templates.clone());
        self.published = Arc::new(published);
        self.published_anew = true;
    }

    /// Draws what goes wrong at `point`: one of `faults`, or nothing (an empty text).
    fn fault(&mut self, kind: Kind, point: &'static str, faults: &[&'static str]) -> &'static str {
        if self.calm_until == Some(point) {
            self.calm_until = None;
        }
        // What fails over and over is mended within days, or orders would be refused for their age.
        let mended = self.healed || self.now >= self.started + TROUBLE_LASTS;
        if mended || self.calm_until.is_some() {
            self.log(|| point.to_owned());
            return "";
        }
        let Some(at) = self.choose.pick(kind, faults.len() + 1).checked_sub(1) else {
            self.log(|| point.to_owned());
            return "";
        };
        let fault = faults[at];
        if kind == Kind::Port {
            self.trouble();
        }
        *self.reached.entry((point, fault)).or_default() += 1;
        self.log(|| format!("{point}: {fault}"));
        fault
    }

    /// Notes that the invocation that is running met trouble.
    fn trouble(&mut self) {
        self.troubled.insert(self.current);
    }

    fn told_time(&self) -> Timestamp {
        match self.bug {
            Some(Bug::FastClock) => self.now + SignedDuration::from_mins(10),
            _ => self.now,
        }
    }

    /// Begins a port call, which may take long.
    fn begin(&mut self) {
        self.calls += 1;
        if !self.healed && self.choose.pick(Kind::Latency, 2) == 1 {
            self.latency = SLOW;
        }
    }

    /// Returns whether an invocation has time to begin another event.
    fn is_time_left(&mut self) -> bool {
        self.healed || self.choose.pick(Kind::Latency, 2) == 0
    }

    pub(crate) fn log(&mut self, line: impl FnOnce() -> String) {
        let now = self.now;
        if let Some(log) = &mut self.log {
            log.push(format!("{now} {}", line()));
        }
    }

    /// Notes what should never happen.
    fn wrong(&mut self, what: String) {
        self.log(|| format!("WRONG {what}"));
        self.wrong.push(what);
    }

    fn serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    fn take_crash(&mut self) -> bool {
        std::mem::take(&mut self.crashed)
    }

    fn take_latency(&mut self) -> SignedDuration {
        std::mem::take(&mut self.latency)
    }
}

/// Stops once.
#[derive(Default)]
struct Pause(bool);

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

/// How patient the functions are with the mail service.
pub(crate) const PATIENCE: Patience = Patience {
    lease: SignedDuration::from_mins(2),
    evidence: SignedDuration::from_mins(15),
};

const TROUBLE_LASTS: SignedDuration = SignedDuration::from_hours(4 * 24);

/// How long a slow call takes.
const SLOW: SignedDuration = SignedDuration::from_secs(8);

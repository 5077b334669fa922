//! Plays a story in many worlds: a calm one, every one with a few faults, and many with faults drawn.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::given::{self, Published};
use crate::seeds;
use crate::world::{Action, Bug, Choose, Kind, Runner, Seed, Tape, World};

/// A story: what is published, and who does what when.
#[derive(Clone)]
pub(crate) struct Story {
    pub(crate) published: Arc<Published>,
    pub(crate) actions: Vec<(SignedDuration, Action)>,
    /// How many invocations may run at once.
    pub(crate) concurrency: usize,
    /// The port call before which nothing goes wrong.
    pub(crate) calm_until: Option<&'static str>,
    pub(crate) bug: Option<Bug>,
    /// Whether there are always reports about other mails in the queue.
    pub(crate) chatter: bool,
    /// What somebody does after so many port calls, wherever that is.
    pub(crate) interrupt: Option<(u64, Action)>,
}

impl Story {
    pub(crate) fn new(plans: &[journey::Plan]) -> Self {
        Self::of(given::publish(plans))
    }

    /// A story about a release.
    pub(crate) fn of(published: Arc<Published>) -> Self {
        Self {
            published,
            actions: Vec::new(),
            concurrency: 1,
            calm_until: None,
            bug: None,
            chatter: false,
            interrupt: None,
        }
    }

    pub(crate) fn after(mut self, delay: SignedDuration, action: Action) -> Self {
        self.actions.push((delay, action));
        self
    }

    /// Lets nothing go wrong before a port is called for the first time.
    pub(crate) fn calm_until(mut self, port: &'static str) -> Self {
        self.calm_until = Some(port);
        self
    }

    /// Lets so many invocations run at once.
    pub(crate) fn concurrently(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency;
        self
    }

    /// Has another system hear of everything.
    pub(crate) fn told(mut self) -> Self {
        self.published = given::with_hook(&self.published);
        self
    }

    /// Has a source post `HELLO` about people at once.
    pub(crate) fn hello(self, id: &str, people: &[(&str, &str)]) -> Self {
        let body = given::post("HELLO", id, people);
        let id = id.to_owned();
        self.after(SignedDuration::ZERO, Action::Post { id, body })
    }

    /// Plays the story to its end, with everything mended at last.
    pub(crate) fn play(&self, choose: Choose, log: Log) -> World {
        let mut runner = self.runner(choose, log);
        runner.rest();
        runner.heal();
        runner.world
    }

    /// Plays the story, which begins at a moment, to its end.
    pub(crate) fn play_from(&self, start: Timestamp, choose: Choose, log: Log) -> World {
        let published = Arc::clone(&self.published);
        let mut runner = self.run(World::starting(published, start, choose), log);
        runner.rest();
        runner.heal();
        runner.world
    }

    /// Plays the story, which begins at a moment, in a calm world until another.
    pub(crate) fn play_until(&self, start: Timestamp, until: Timestamp) -> World {
        let published = Arc::clone(&self.published);
        let world = World::starting(published, start, Choose::Calm);
        let mut runner = self.run(world, Log::Dropped);
        runner.rest_until(until.duration_since(start));
        runner.world
    }

    /// Plays the story for a while, in a calm world.
    pub(crate) fn play_for(&self, time: SignedDuration) -> World {
        let mut runner = self.runner(Choose::Calm, Log::Dropped);
        runner.rest_until(time);
        runner.world
    }

    fn runner(&self, choose: Choose, log: Log) -> Runner {
        self.run(World::new(Arc::clone(&self.published), choose), log)
    }

    fn run(&self, world: World, log: Log) -> Runner {
        world.state().bug = self.bug;
        world.state().chatter = self.chatter;
        world.state().calm_until = self.calm_until;
        world.state().log = (log == Log::Kept).then(Vec::new);
        let mut runner = Runner::new(world);
        runner.concurrency = self.concurrency;
        runner.interrupt.clone_from(&self.interrupt);
        for (delay, action) in &self.actions {
            runner.after(*delay, action.clone());
        }
        runner
    }

    /// Plays every history with so many faults, and panics over the first that is wrong.
    pub(crate) fn survives(&self, budget: usize, kinds: &[Kind]) -> Explored {
        match self.explore(budget, kinds, World::faults) {
            Ok(explored) => explored,
            Err(wrong) => panic!("{wrong}"),
        }
    }

    /// Plays the histories of as many seeds as asked for, at least `seeds`, and panics over the first
    /// that is wrong.
    pub(crate) fn survives_seeds(&self, seeds: u64) -> Explored {
        match self.sample(seeds::of(seeds), World::faults) {
            Ok(explored) => explored,
            Err(wrong) => panic!("{wrong}"),
        }
    }

    /// Plays every history with at most `budget` of the faults of `kinds`; returns how many, or what
    /// is wrong with the first that is wrong.
    pub(crate) fn explore(
        &self,
        budget: usize,
        kinds: &[Kind],
        check: impl Fn(&World) -> Vec<String>,
    ) -> Result<Explored, String> {
        let mut explored = Explored::default();
        let mut tape = Tape::new(budget, kinds);
        loop {
            let world = self.play(Choose::Tape(tape.clone()), Log::Dropped);
            explored.add(&world);
            let faults = check(&world);
            if !faults.is_empty() {
                let again = self.play(Choose::Tape(tape), Log::Kept);
                return Err(report(&faults, &again));
            }
            let Choose::Tape(played) = world.state().choose.clone() else {
                return Err("the tape is gone".to_owned());
            };
            let Some(next) = played.next() else {
                return Ok(explored);
            };
            tape = next;
        }
    }

    /// Plays the histories of some seeds.
    pub(crate) fn sample(
        &self,
        seeds: std::ops::Range<u64>,
        check: impl Fn(&World) -> Vec<String>,
    ) -> Result<Explored, String> {
        let mut explored = Explored::default();
        for seed in seeds {
            let choose = || Choose::Seed(Seed::new(seed));
            let world = self.play(choose(), Log::Dropped);
            explored.add(&world);
            let faults = check(&world);
            if !faults.is_empty() {
                let again = self.play(choose(), Log::Kept);
                return Err(format!("seed {seed}\n{}", report(&faults, &again)));
            }
        }
        Ok(explored)
    }
}

/// Whether a history is written down.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Log {
    Dropped,
    Kept,
}

/// What was played.
#[derive(Debug, Default)]
pub(crate) struct Explored {
    /// How many histories there were.
    pub(crate) histories: u64,
    /// How often each fault happened at each port.
    pub(crate) reached: BTreeMap<(&'static str, &'static str), u64>,
    /// How late the latest wake-up was in any of them.
    pub(crate) latest: SignedDuration,
}

impl Explored {
    fn add(&mut self, world: &World) {
        let state = world.state();
        self.histories += 1;
        self.latest = self.latest.max(state.latest);
        for (point, count) in &state.reached {
            *self.reached.entry(*point).or_default() += count;
        }
    }
}

fn report(faults: &[String], world: &World) -> String {
    let state = world.state();
    let log = state.log.as_deref().unwrap_or_default();
    format!(
        "{}\n--- what happened\n{}",
        faults.join("\n"),
        log.join("\n")
    )
}

/// Everything that can go wrong, except the order of things.
pub(crate) const FAULTS: [Kind; 6] = [
    Kind::Ack,
    Kind::Mail,
    Kind::Port,
    Kind::Queue,
    Kind::Report,
    Kind::Ring,
];

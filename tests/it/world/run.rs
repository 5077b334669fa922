//! Runs the functions on what is in the queues, until the world is at rest.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use engine::Failure;
use jiff::{SignedDuration, Timestamp};
use wire::{Move, SuppressionReason};

use super::action::Action;
use super::functions::{handle, post};
use super::{Bug, Kind, Queue, State, World};

/// Everything that is going on in a world.
pub(crate) struct Runner {
    pub(crate) world: World,
    /// What somebody will do, and when.
    actions: Vec<(Timestamp, Action)>,
    /// What somebody will do after so many port calls.
    pub(crate) interrupt: Option<(u64, Action)>,
    running: Vec<Invocation>,
    swept: Timestamp,
    /// How many invocations may run at once.
    pub(crate) concurrency: usize,
}

/// A function at work.
struct Invocation {
    id: u64,
    source: Source,
    work: Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>,
    started: Timestamp,
    resumes: Timestamp,
}

/// What an invocation works on.
#[derive(Clone, Debug)]
enum Source {
    Message(Queue, u64),
    /// A token, what is asked of it, and whether it is asked again where there is no answer.
    Page(String, engine::Ask, bool),
    Post {
        id: String,
        body: String,
    },
    Ring(Timestamp, u32),
    Sweep,
}

/// Something that could go on next.
#[derive(Debug)]
enum Event {
    Act(usize),
    Go(usize),
    Receive(Queue, u64),
    Ring(usize),
    Sweep,
}

impl Runner {
    pub(crate) fn new(world: World) -> Self {
        let swept = world.state().now;
        Self {
            world,
            actions: Vec::new(),
            interrupt: None,
            running: Vec::new(),
            swept,
            concurrency: 1,
        }
    }

    /// Has `action` happen so long after now.
    pub(crate) fn after(&mut self, delay: SignedDuration, action: Action) {
        let at = self.world.state().now + delay;
        self.actions.push((at, action));
    }

    /// Goes on until nothing can happen any more.
    pub(crate) fn rest(&mut self) {
        for _ in 0..STEPS_MAX {
            if !self.step() {
                return;
            }
        }
        self.world
            .state()
            .wrong("it does not come to rest".to_owned());
    }

    /// Goes on for so long.
    pub(crate) fn rest_until(&mut self, time: SignedDuration) {
        let end = self.world.state().now + time;
        for _ in 0..STEPS_MAX {
            if !self.step() || self.world.state().now >= end {
                return;
            }
        }
    }

    /// Lets everything go well from here on, until nothing can happen any more.
    pub(crate) fn heal(&mut self) {
        self.world.state().healed = true;
        self.rest();
    }

    /// Does one thing; returns whether there was one.
    fn step(&mut self) -> bool {
        let calls = self.world.state().calls;
        if let Some((_, action)) = self.interrupt.take_if(|(at, _)| *at <= calls) {
            self.act(action);
            return true;
        }
        let events = self.events();
        if events.is_empty() {
            return self.jump();
        }
        let chosen = self.world.state().choose.pick(Kind::Order, events.len());
        match events.into_iter().nth(chosen) {
            Some(Event::Act(at)) => {
                let (_, action) = self.actions.remove(at);
                self.act(action);
            }
            Some(Event::Go(at)) => self.go(at),
            Some(Event::Receive(queue, id)) => self.receive(queue, id),
            Some(Event::Ring(at)) => {
                let (at, tries) = self.world.state().rings.remove(at);
                let world = self.world.clone();
                self.start(Source::Ring(at, tries), async move {
                    engine::wake(&world).await.map(|_| ())
                });
            }
            Some(Event::Sweep) => {
                self.swept = self.world.state().now;
                let world = self.world.clone();
                self.start(Source::Sweep, async move {
                    engine::sweep(&world).await.map(|_| ())
                });
            }
            None => (),
        }
        true
    }

    /// Returns what can happen now: what runs goes on first.
    fn events(&self) -> Vec<Event> {
        let state = self.world.state();
        let now = state.now;
        let running = self.running.iter().enumerate();
        let mut events: Vec<_> = running
            .filter(|(_, one)| one.resumes <= now)
            .map(|(at, _)| Event::Go(at))
            .collect();
        if self.running.len() >= self.concurrency {
            return events;
        }
        let actions = self.actions.iter().position(|(at, _)| *at <= now);
        events.extend(actions.map(Event::Act));
        let mut messages = Vec::new();
        for (queue, there) in &state.queues {
            let visible = there.iter().filter(|message| message.visible <= now);
            messages.extend(visible.map(|message| (message.visible, message.id, *queue)));
        }
        messages.sort_unstable();
        let messages = messages.into_iter().take(MESSAGES_SEEN);
        events.extend(messages.map(|(_, id, queue)| Event::Receive(queue, id)));
        let rings = state.rings.iter().position(|(at, _)| *at <= now);
        events.extend(rings.map(Event::Ring));
        if self.next_sweep(&state).is_some_and(|at| at <= now) {
            events.push(Event::Sweep);
        }
        events
    }

    /// Lets the time pass until something can happen; returns whether anything will.
    fn jump(&mut self) -> bool {
        let mut state = self.world.state();
        let running = self.running.iter().map(|one| one.resumes);
        let next = if self.running.len() < self.concurrency {
            let messages = state.queues.values().flatten().map(|one| one.visible);
            running
                .chain(messages)
                .chain(state.rings.iter().map(|(at, _)| *at))
                .chain(self.actions.iter().map(|(at, _)| *at))
                .chain(self.next_sweep(&state))
                .min()
        } else {
            running.min()
        };
        let Some(next) = next else {
            return false;
        };
        state.now = state.now.max(next);
        true
    }

    /// Returns when the next sweep finds something; the others would change nothing.
    fn next_sweep(&self, state: &State) -> Option<Timestamp> {
        if state.bug == Some(Bug::NoSweep) {
            return None;
        }
        let every = SignedDuration::from_mins(15);
        let mut next = self.swept + every;
        if state.published_anew {
            return Some(next);
        }
        let due = state.runs.shown(Timestamp::MAX).map(|row| row.due).min()?;
        let overdue = due + SignedDuration::from_mins(2);
        if next < overdue {
            let whole = overdue.duration_since(next).as_secs() / every.as_secs();
            next += every * i32::try_from(whole).unwrap_or(i32::MAX);
            while next < overdue {
                next += every;
            }
        }
        Some(next)
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Post { id, body } => self.post(id, body),
            Action::Erase(id) => drop(self.world.state().people.contacts.remove(&id)),
            Action::Forget(id) => self.world.state().forget(&id),
            Action::Ask { token, ask } => self.ask((token, ask), true),
            Action::AskOnce { token, ask } => self.ask((token, ask), false),
            Action::Publish(published) => self.world.state().publish(published),
            Action::Migrate(journey) => self.world.state().migrate(&journey),
            Action::Unhalt(journey) => self.world.state().unhalt(&journey),
            Action::Alarm(why, age) => self.world.state().alarm(why, age),
            Action::ResumeMarketing => self.world.state().resume_marketing(),
            Action::Halt { journey, halt } => self.world.state().set_halt(&journey, halt),
            Action::Enter {
                person,
                journey,
                campaign,
            } => {
                let cause = format!("by hand at {}", self.world.state().now);
                self.world.state().put_moves(&[Move::Enter {
                    from: None,
                    subject: None,
                    contact: person,
                    journey,
                    cause,
                    hops: 0,
                    campaign,
                }]);
            }
            Action::Open { person, step, link } => {
                self.world.state().open(&person, step, link);
            }
            Action::Answer(address, answer) => {
                self.world.state().service.answers.insert(address, answer);
            }
            Action::Close(closed) => self.world.state().service.closed = closed,
            Action::Retry(person) => self.world.state().retry(&person),
            Action::Suppress(address) => {
                let key = engine::AddressKeys::address_key(&self.world, &address);
                let reason = SuppressionReason::Bounced;
                self.world.state().suppressed.insert(key, reason);
            }
        }
    }

    fn ask(&mut self, (token, ask): (String, engine::Ask), again: bool) {
        let world = self.world.clone();
        let source = Source::Page(token.clone(), ask.clone(), again);
        self.start(source, async move {
            let found = engine::preferences(&world, &token, &ask).await?;
            world.state().note_asked(found.is_some(), &ask);
            Ok(())
        });
    }

    fn post(&mut self, id: String, body: String) {
        let source = Source::Post {
            id: id.clone(),
            body: body.clone(),
        };
        let work = post(self.world.clone(), id, body);
        self.start(source, work);
    }

    fn receive(&mut self, queue: Queue, id: u64) {
        let received = self.world.state().receive(queue, id);
        let Some(message) = received else {
            return;
        };
        if message.receives > engine::RECEIVES_MAX {
            self.world.state().redrive(queue, id);
            return;
        }
        if self.world.state().bug == Some(Bug::AcknowledgesFirst) {
            self.world.state().acknowledge(queue, id);
        }
        let work = handle(self.world.clone(), queue, message.body);
        self.start(Source::Message(queue, id), work);
    }

    fn start(
        &mut self,
        source: Source,
        work: impl Future<Output = Result<(), Failure>> + Send + 'static,
    ) {
        let mut state = self.world.state();
        let id = state.serial();
        state.log(|| format!("invocation {id}: {source:?}"));
        let now = state.now;
        self.running.push(Invocation {
            id,
            source,
            work: Box::pin(work),
            started: now,
            resumes: now,
        });
    }

    /// Lets an invocation run to its next port call, or to its end.
    fn go(&mut self, at: usize) {
        let one = &mut self.running[at];
        self.world.state().current = one.id;
        let polled = one
            .work
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        let mut state = self.world.state();
        let crashed = state.take_crash();
        let latency = state.take_latency();
        one.resumes = state.now + latency;
        let killed = one.resumes.duration_since(one.started) > FUNCTION_TIMEOUT;
        if killed {
            state.log(|| "timed out".to_owned());
            state.trouble();
        }
        let ended = match polled {
            Poll::Ready(result) => {
                if let (Source::Message(queue, id), Err(Failure::Retry(_))) = (&one.source, &result)
                {
                    state.give_back(*queue, *id);
                }
                Some(result)
            }
            Poll::Pending if crashed || killed => {
                Some(Err(Failure::Retry(anyhow::anyhow!("the process ended"))))
            }
            Poll::Pending => None,
        };
        drop(state);
        if let Some(result) = ended {
            let one = self.running.remove(at);
            self.end(one, result);
        }
    }

    fn end(&mut self, one: Invocation, result: Result<(), Failure>) {
        let Invocation { id, source, .. } = one;
        let mut state = self.world.state();
        state.note_doubt(id);
        state.log(|| match &result {
            Ok(()) => format!("invocation {id} ends well"),
            Err(failure) => format!("invocation {id} ends: {failure}"),
        });
        let careless = state.bug == Some(Bug::FailuresAcknowledged);
        let again = state.now + SOURCE_RETRIES_AFTER;
        match (source, result) {
            (Source::Message(queue, id), Ok(())) => state.acknowledge(queue, id),
            (Source::Message(queue, id), Err(Failure::Retry(_))) if careless => {
                state.acknowledge(queue, id);
            }
            (Source::Message(queue, id), Err(Failure::Reject(why))) => {
                state.bury(queue, id, &why.to_string());
            }
            // It comes to sight again by itself, or was given back.
            (Source::Message(..), Err(Failure::Retry(_))) => (),
            (Source::Post { id, body }, Err(Failure::Retry(_))) => {
                self.actions.push((again, Action::Post { id, body }));
            }
            (Source::Page(token, ask, true), Err(_)) => {
                self.actions.push((again, Action::Ask { token, ask }));
            }
            (Source::Post { id, .. }, Err(Failure::Reject(why))) => {
                state.wrong(format!("the post {id} is refused: {why}"));
            }
            (Source::Ring(at, tries), Err(_)) if tries < 2 => {
                let again = state.now.max(at) + SignedDuration::from_mins(1);
                state.rings.push((again, tries + 1));
            }
            (Source::Sweep, Ok(())) => state.published_anew = false,
            (Source::Page(..) | Source::Post { .. } | Source::Ring(..) | Source::Sweep, _) => (),
        }
    }
}

/// More than any history here needs, be it one in which every seventh call fails for four days.
const STEPS_MAX: u32 = 200_000;
/// A queue gives out what is at its front, more or less.
const MESSAGES_SEEN: usize = 4;
const FUNCTION_TIMEOUT: SignedDuration = SignedDuration::from_secs(60);
const SOURCE_RETRIES_AFTER: SignedDuration = SignedDuration::from_secs(30);

//! Shows how a stack is, to people and to programs.

use serde_json::{Map, Value, json};

use super::draft::State;
use super::{Journey, LATE, Status};
use crate::columns::columns;
use crate::edition::{short, window};
use crate::halts::reason;
use crate::outlook::show_missing;
use crate::output::Terminal;
use crate::runs::version;
use crate::stack::moment;
use crate::words;

impl Status {
    /// Shows it to people.
    pub(super) fn show(&self, terminal: Terminal) -> String {
        let stack = terminal.strong(&self.stack);
        let mut lines = vec![match (&self.in_force, &self.published) {
            (None, _) => format!("{stack}: nothing is published yet"),
            (Some(in_force), published) => {
                let by = published
                    .as_ref()
                    .map(|published| format!(", by {}", published.by));
                format!(
                    "{stack}: release {} in force since {}{}",
                    short(&in_force.release),
                    moment(in_force.since, &self.zone),
                    by.unwrap_or_default()
                )
            }
        }];
        lines.extend(self.show_held(terminal));
        if !self.journeys.is_empty() {
            lines.push(String::new());
            lines.push(self.show_journeys(terminal));
        }
        lines.push(String::new());
        lines.push(self.show_queues(terminal));
        lines.push(String::new());
        lines.push(match self.overdue() {
            None => "  Nobody is overdue.".to_owned(),
            Some(late) => {
                let late_by = format!("  The first has been overdue for {}.", words::lasting(late));
                if late > LATE {
                    terminal.bad(late_by)
                } else {
                    late_by
                }
            }
        });
        for (rule, until) in &self.lines {
            let until = moment(*until, &self.zone);
            lines.push(format!("  {rule} holds the next mail until {until}."));
        }
        lines.push(match self.refused.last() {
            None => "  No refused post is kept.".to_owned(),
            Some(last) => format!(
                "  {} kept, the last {} ago, {}: {}",
                words::count(self.refused.len(), "refused post"),
                words::lasting(self.now.duration_since(last.at)),
                last.event,
                last.reason
            ),
        });
        lines.extend(self.hints());
        lines.extend(show_missing(&self.missing));
        lines.join("\n")
    }

    /// Says that all marketing is held, if it is, and how it goes on.
    fn show_held(&self, terminal: Terminal) -> Vec<String> {
        let mut lines = Vec::new();
        for (why, since) in &self.held {
            let (why, since) = (reason(*why), moment(*since, &self.zone));
            lines.push(terminal.bad(format!("All marketing is held since {since}: {why}.")));
        }
        if !lines.is_empty() {
            let (program, stack) = (words::program(), &self.stack);
            lines.push(format!(
                "  Once that is mended: `{program} resume --marketing --stack {stack}`"
            ));
        }
        lines
    }

    fn show_journeys(&self, terminal: Terminal) -> String {
        let mut rows = Vec::new();
        for (name, journey) in &self.journeys {
            let in_force = match &journey.version {
                Some((number, hash)) => version(*number, hash),
                None => "-".to_owned(),
            };
            let mut notes = Vec::new();
            notes.extend(journey.halts.iter().map(|halt| halt.as_str().to_owned()));
            notes.extend(journey.folder.map(told));
            notes.extend(journey.window());
            let mut first = [name.clone(), in_force, notes.join(", ")].map(Some);
            let mut take = |at: usize| first[at].take().unwrap_or_default();
            let counts = match journey.groups.as_slice() {
                [] => vec![[const { String::new() }; 4]],
                groups => groups
                    .iter()
                    .map(|group| {
                        let count = |count: u64| count.to_string();
                        [
                            group.label(),
                            count(group.waiting),
                            count(group.sending),
                            count(group.parked),
                        ]
                    })
                    .collect(),
            };
            for [on, waiting, sending, parked] in counts {
                rows.push([take(0), take(1), on, waiting, sending, parked, take(2)]);
            }
        }
        let headings = [
            "JOURNEY", "VERSION", "ON", "WAITING", "SENDING", "PARKED", "",
        ];
        columns(headings, rows, terminal)
    }

    fn show_queues(&self, terminal: Terminal) -> String {
        let rows = self.queues.iter().map(|queue| {
            let depth = queue.depth.map(|depth| {
                [depth.waiting, depth.in_flight, depth.delayed].map(|count| count.to_string())
            });
            let [waiting, in_flight, delayed] = depth.unwrap_or_default();
            [
                queue.name.to_owned(),
                waiting,
                in_flight,
                delayed,
                queue.dead.to_string(),
            ]
        });
        let headings = ["QUEUE", "WAITING", "IN WORK", "LATER", "DEAD"];
        columns(headings, rows, terminal)
    }

    /// Says what to type about what waits for somebody.
    fn hints(&self) -> Vec<String> {
        let parked: u64 = self
            .journeys
            .values()
            .flat_map(|journey| &journey.groups)
            .map(|group| group.parked)
            .sum();
        let dead: u64 = self.queues.iter().map(|queue| queue.dead).sum();
        let mut hints = Vec::new();
        for (holds, what, command) in [
            (dead > 0, "what could not be done", "redrive"),
            (parked > 0, "who is parked", "retry"),
            (!self.refused.is_empty(), "what was refused", "events"),
        ] {
            if holds {
                let stack = &self.stack;
                let program = words::program();
                hints.push(format!(
                    "  See {what}: `{program} {command} --stack {stack}`"
                ));
            }
        }
        hints
    }

    /// Describes it to programs.
    pub(super) fn report(&self) -> Value {
        let journeys = self.journeys.iter();
        let journeys = journeys.map(|(name, journey)| (name.clone(), journey.report()));
        let queues = self.queues.iter().map(|queue| {
            let described = json!({
                "waiting": queue.depth.map(|depth| depth.waiting),
                "in_flight": queue.depth.map(|depth| depth.in_flight),
                "delayed": queue.depth.map(|depth| depth.delayed),
                "dead": queue.dead,
            });
            (queue.name.to_owned(), described)
        });
        let refused = self.refused.iter().rev().take(REFUSED_SHOWN);
        let refused = refused.map(
            |kept| json!({ "id": kept.event, "at": kept.at.to_string(), "reason": kept.reason }),
        );
        let held = self.held.iter();
        let held = held.map(|(why, since)| (why.as_str().to_owned(), json!(since.to_string())));
        let lines = self.lines.iter();
        let lines = lines.map(|(rule, until)| json!({ "rule": rule, "until": until.to_string() }));
        json!({
            "stack": self.stack,
            "now": self.now.to_string(),
            "release": self.in_force.as_ref().map(|in_force| &in_force.release),
            "since": self.in_force.as_ref().map(|in_force| in_force.since.to_string()),
            "by": self.published.as_ref().map(|published| &published.by),
            "journeys": journeys.collect::<Map<_, _>>(),
            "marketing_held": held.collect::<Map<_, _>>(),
            "lines": lines.collect::<Vec<_>>(),
            "queues": queues.collect::<Map<_, _>>(),
            "oldest_due": self.oldest_due.map(|due| due.to_string()),
            "refused": {
                "count": self.refused.len(),
                "last": refused.collect::<Vec<_>>(),
            },
            "not_installed": self.missing,
            "compared": self.compared,
            "well": self.is_well(),
        })
    }
}

impl Journey {
    /// Says whether people may come in now, where that is bounded.
    fn window(&self) -> Option<String> {
        let window = window(&self.publish)?;
        let now = if self.open { "open" } else { "closed" };
        Some(format!("{window} ({now})"))
    }

    fn report(&self) -> Value {
        let (state, defects) = match self.folder {
            None => (None, None),
            Some(State::Checked) => (Some("checked"), None),
            Some(State::Draft { defects }) => (Some("draft"), Some(defects)),
            Some(State::Published) => (Some("published"), None),
            Some(State::Removed) => (Some("removed"), None),
        };
        let version = self.version.as_ref();
        json!({
            "title": self.title,
            "published": version.is_some(),
            "version": version.and_then(|(number, _)| *number),
            "plan": version.map(|(_, hash)| hash),
            "from": self.publish.from.map(|day| day.to_string()),
            "until": self.publish.until.map(|day| day.to_string()),
            "open": self.open,
            "in_flight": self.groups,
            "folder": state,
            "halt": self.halts.first().map(|halt| halt.as_str()),
            "defects": defects,
        })
    }
}

/// Says how a journey of a folder stands.
fn told(state: State) -> String {
    match state {
        State::Checked => "checked, not published".to_owned(),
        State::Draft { defects: 0 } => "draft: other files have defects".to_owned(),
        State::Draft { defects } => format!("draft: {}", words::count(defects, "defect")),
        State::Published => "published".to_owned(),
        State::Removed => "not in the folder".to_owned(),
    }
}

const REFUSED_SHOWN: usize = 10;

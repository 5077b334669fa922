//! Reads the little language in which the stories are written, and plays them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use expect_test::Expect;
use jiff::Timestamp;

use super::journeys::{contact, enrollment, plan};
use crate::{
    Absent, Action, Audience, Awaited, Change, Condition, Decision, Effect, Ending, Hours, Input,
    Moment, Next, Outcome, Period, Phase, Scene, SendResult, Settled, Signal, Skipped, Step, Wait,
    Window, advance, erase,
};

/// Plays a story about somebody of whom everything is known.
pub(super) fn check(journey: &str, happens: &str, expected: &Expect) {
    check_without("", journey, happens, expected);
}

/// Plays a story about somebody of whom one thing is not known.
///
/// Each line of `happens` is a moment and an input: `start`, `wake`, `retry`, `erase`, or what became of a mail.
pub(super) fn check_without(unknown: &str, journey: &str, happens: &str, expected: &Expect) {
    let plan = plan(steps(journey));
    let mut contact = contact();
    contact.fields.remove(unknown);
    let mut run = enrollment(&plan);
    run.params.remove(unknown);
    run.notified = notified(journey);
    let mut timeline = String::new();
    for line in lines(happens) {
        let (now, input) = line.split_once(' ').expect("a moment and an input");
        let now: Timestamp = now.parse().expect("a moment");
        let scene = Scene {
            plan: &plan,
            contact: &contact,
            mailed: &[],
            now,
        };
        let decision = match input {
            "erase" => erase(run, now),
            input => advance(&scene, run, read(input)),
        };
        tell(&mut timeline, line, &decision);
        run = decision.enrollment;
    }
    let kept: Vec<_> = run.params.keys().map(String::as_str).collect();
    writeln!(timeline, "keeps {}", kept.join(", ")).unwrap();
    for taken in &run.path {
        writeln!(timeline, "{} {} {}", taken.at, taken.step, taken.outcome).unwrap();
    }
    expected.assert_eq(&timeline);
}

fn tell(timeline: &mut String, line: &str, decision: &Decision) {
    writeln!(timeline, "{line}").unwrap();
    if let Outcome::Ignored(why) = decision.outcome {
        writeln!(timeline, "  ignored: {why:?}").unwrap();
        assert_eq!(decision.effects, []);
        return;
    }
    for effect in &decision.effects {
        let told = match effect {
            Effect::Alarm(at) => format!("alarm at {at}"),
            Effect::Call { step } => format!("call at {step}"),
            Effect::Change { change, .. } => format!("{change:?}"),
            Effect::Enroll(enroll) => format!("enroll in {} at {}", enroll.journey, enroll.step),
            Effect::Order(order) => {
                let names = ["anna", "joris", "els"];
                let to = names
                    .into_iter()
                    .find(|name| crate::ContactId::of(name) == order.recipient);
                format!("order {} for {}", order.step, to.unwrap_or("nobody known"))
            }
        };
        writeln!(timeline, "  {told}").unwrap();
    }
    let rests = match &decision.enrollment.phase {
        Phase::Calling { step, .. } => format!("calls at {step}"),
        Phase::Entered => "is entered".to_owned(),
        Phase::Holding { step, due, .. } => format!("holds {step} until {due}"),
        Phase::Left { reason, at } => format!("left as {reason} at {at}"),
        Phase::Met { step, since } => format!("goes on from {step} since {since}"),
        Phase::Parked { step, reason, .. } => format!("is parked at {step}: {reason}"),
        Phase::Sending { step, since, .. } => format!("sends {step}, due {since}"),
        Phase::Waiting { step, due } => format!("waits at {step} until {due}"),
    };
    writeln!(timeline, "  {rests}").unwrap();
}

/// Reads an input.
pub(super) fn read(input: &str) -> Input {
    let Some((result, step)) = input.split_once(' ') else {
        return match input {
            "restart" => Input::End(Ending::Restarted),
            "retry" => Input::Retry,
            "start" => Input::Start,
            "wake" => Input::Wake,
            other => panic!("`{other}` is no input"),
        };
    };
    let signal = match result {
        "clicked" => Some(Signal::Clicked {
            step: step.to_owned(),
            link: "more".to_owned(),
        }),
        "event" => Some(Signal::Event {
            id: format!("{step} of its own"),
            event: step.to_owned(),
            params: BTreeMap::new(),
        }),
        "opened" => Some(Signal::Opened {
            step: step.to_owned(),
        }),
        _ => None,
    };
    if let Some(signal) = signal {
        return Input::Signal(signal);
    }
    let result = match result {
        "sent" => SendResult::Accepted,
        "uncertain" => SendResult::GivenUp,
        "expired" => SendResult::Skipped(Skipped::Expired),
        "opted_out" => SendResult::Skipped(Skipped::OptedOut),
        "suppressed" => SendResult::Skipped(Skipped::Suppressed),
        "refused" => SendResult::Refused {
            reason: "mend it".to_owned(),
        },
        other => panic!("`{other}` is no end of a mail"),
    };
    Input::Settled(Settled {
        step: step.to_owned(),
        result,
    })
}

/// Reads the steps of a journey, one a line: `id: verb …`, and where it leads if not to the next line.
pub(super) fn steps(journey: &str) -> Vec<Step> {
    let written: Vec<_> = lines(journey)
        .map(|line| line.split_once(": ").expect("an id and a step"))
        .collect();
    let find = |name: &str| match name.trim() {
        "end" => None,
        name => written.iter().position(|(id, _)| *id == name),
    };
    let steps = written.iter().enumerate().map(|(at, (id, what))| {
        let (what, leads) = what.split_once(" -> ").unwrap_or((what, ""));
        let next = match leads {
            "" => (at + 1 < written.len()).then_some(at + 1),
            leads => find(leads.split('|').next().unwrap_or_default()),
        };
        let otherwise = leads.split_once('|').and_then(|(_, no)| find(no));
        Step {
            id: (*id).to_owned(),
            action: action(id, what, next, otherwise),
        }
    });
    steps.collect()
}

fn action(id: &str, what: &str, next: Next, otherwise: Next) -> Action {
    let (verb, rest) = what.split_once(' ').unwrap_or((what, ""));
    let mail = |to, params: &str| {
        let params = params.split(", ").filter(|param| !param.is_empty());
        let params: BTreeSet<_> = params.map(str::to_owned).collect();
        let send = super::journeys::mail(id, to, params);
        Action::Send { send, next }
    };
    match verb {
        "exit" => Action::Exit {
            reason: rest.to_owned(),
        },
        "if" => Action::If {
            condition: Condition::parse(rest).unwrap(),
            then: next,
            otherwise,
        },
        "notify" => {
            let params = rest.split_once(": ").map_or("", |(_, params)| params);
            mail(Some(Audience::Tag("told".to_owned())), params)
        }
        "call" => Action::Call {
            hook: rest.to_owned(),
            with: BTreeMap::new(),
            next,
        },
        "enroll" => Action::Enroll {
            journey: rest.to_owned(),
            next,
        },
        "for" | "opened" => awaiting(verb, rest, next, otherwise),
        "jump" => Action::Jump { next },
        "score" | "tag" | "untag" => Action::Change {
            change: match verb {
                "score" => Change::Score(rest.parse().unwrap()),
                "tag" => Change::Tag(rest.to_owned()),
                _ => Change::Untag(rest.to_owned()),
            },
            next,
        },
        "send" => mail(None, rest),
        "until" => Action::WaitUntil {
            moment: Moment::parse(rest.trim_end_matches(" or exit")).unwrap(),
            absent: match rest.ends_with(" or exit") {
                true => Absent::Exit,
                false => Absent::Continue,
            },
            next,
        },
        "window" => Action::Window {
            hours: Hours {
                windows: vec![Window::parse(rest).unwrap()],
                closed: BTreeSet::new(),
            },
            next,
        },
        "wait" => Action::Wait {
            wait: Wait::parse(rest).unwrap(),
            next,
        },
        other => panic!("`{other}` is no step"),
    }
}

/// Reads `EVENT within 3 days`, or the same of a mail that is opened.
fn awaiting(verb: &str, rest: &str, then: Next, otherwise: Next) -> Action {
    let (what, within) = rest.split_once(" within ").expect("a period");
    let what = what.to_owned();
    Action::WaitFor {
        what: match verb {
            "for" => Awaited::Event {
                event: what,
                filter: None,
            },
            _ => Awaited::Opened(what),
        },
        within: Period::parse(within).unwrap(),
        then,
        otherwise,
    }
}

/// Reads who is told by the notifications of a journey: `note: notify joris, els: Code`.
fn notified(journey: &str) -> BTreeMap<String, Vec<crate::ContactId>> {
    let notes = lines(journey).filter_map(|line| line.split_once(": notify"));
    let notes = notes.map(|(id, rest)| {
        let names = rest.split_once(": ").map_or(rest, |(names, _)| names);
        let names = names
            .split(", ")
            .map(str::trim)
            .filter(|name| !name.is_empty());
        (id.to_owned(), names.map(crate::ContactId::of).collect())
    });
    notes.collect()
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

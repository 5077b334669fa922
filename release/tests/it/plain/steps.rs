//! Writes the steps of a case.

use std::fmt::Write as _;

use super::case::{Awaited, Base, Case, Does, Hours, Moment, Question, Span, Step, TAGS, WINDOWS};
use super::write::change;

/// Writes steps, so deep in the file.
pub(super) fn steps(case: &Case, all: &[Step], depth: usize, text: &mut String) {
    let pad = "  ".repeat(depth);
    let inside = |key: &str, pad: &str, depth: usize, inside: &[Step], text: &mut String| {
        if inside.is_empty() {
            return;
        }
        writeln!(text, "{pad}{key}:").expect("a text");
        steps(case, inside, depth, text);
    };
    for step in all {
        let id = step.id.map(|id| format!("id: l{id}\n{pad}  "));
        let line = line(case, step, &pad);
        writeln!(text, "{pad}- {}{line}", id.unwrap_or_default()).expect("a text");
        let keys = format!("{pad}  ");
        match &step.does {
            Does::WaitFor {
                then, otherwise, ..
            }
            | Does::If {
                then, otherwise, ..
            } => {
                inside("then", &keys, depth + 2, then, text);
                inside("else", &keys, depth + 2, otherwise, text);
            }
            Does::Case { arms, otherwise } => {
                for (question, steps) in arms {
                    writeln!(text, "{pad}    - when: \"{}\"", ask(question)).expect("a text");
                    if steps.is_empty() {
                        writeln!(text, "{pad}      steps: []").expect("a text");
                    }
                    inside("steps", &format!("{pad}      "), depth + 4, steps, text);
                }
                inside("else", &keys, depth + 2, otherwise, text);
            }
            Does::Split { left, right } => {
                for (name, share, side) in [("left", 40, left), ("right", 60, right)] {
                    writeln!(text, "{pad}    {name}:\n{pad}      share: {share}").expect("a text");
                    if side.is_empty() {
                        writeln!(text, "{pad}      steps: []").expect("a text");
                    }
                    inside("steps", &format!("{pad}      "), depth + 4, side, text);
                }
            }
            Does::Send { .. }
            | Does::Wait { .. }
            | Does::Until { .. }
            | Does::Window(_)
            | Does::Jump { .. }
            | Does::Exit
            | Does::Change(_) => (),
        }
    }
}

/// Writes the first line of a step, and its own keys.
fn line(case: &Case, step: &Step, pad: &str) -> String {
    match &step.does {
        Does::Send {
            name,
            expires,
            waits,
        } => {
            let expires = expires.map(|within| format!(", expires: {}", span(within)));
            let over = if *waits { ", over: wait" } else { "" };
            let expires = expires.unwrap_or_default();
            format!("send: {{ template: m{name}{expires}{over} }}")
        }
        Does::Wait { span: length, at } => format!("wait: {}{}", span(*length), clock(*at)),
        Does::Until {
            moment: until,
            or_exit,
        } => {
            let absent = match (until.base, or_exit) {
                (Base::Fixed(_), _) => String::new(),
                (Base::Due | Base::When | Base::EventDay, true) => {
                    format!("\n{pad}  absent: exit")
                }
                (Base::Due | Base::When | Base::EventDay, false) => {
                    format!("\n{pad}  absent: continue")
                }
            };
            format!("wait_until: {}{absent}", moment(case, until))
        }
        Does::Window(open) => match open.calendar {
            false => format!("window: {}", hours(*open)),
            true => format!("window: {}\n{pad}  calendar: nl", WINDOWS[open.window].0),
        },
        Does::WaitFor { what, within, .. } => {
            let what = match what {
                Awaited::Order(least) => format!("ORDER\n{pad}  where: signal.amount > {least}"),
                Awaited::Opened(mail) => format!("{{ opened: m{mail} }}"),
                Awaited::Clicked(mail) => format!("{{ clicked: m{mail} }}"),
                Awaited::Condition(question) => format!("{{ condition: \"{}\" }}", ask(question)),
            };
            format!("wait_for: {what}\n{pad}  within: {}", span(*within))
        }
        Does::If { question, .. } => format!("if: \"{}\"", ask(question)),
        Does::Case { .. } => "case:".to_owned(),
        Does::Split { .. } => format!("split: s\n{pad}  branches:"),
        Does::Jump { to, .. } => format!("jump: {to}"),
        Does::Exit => "exit: enough".to_owned(),
        Does::Change(changed) => change(case, *changed),
    }
}

/// Writes a question.
pub(super) fn ask(question: &Question) -> String {
    match question {
        Question::Member => "contact.member".to_owned(),
        Question::Rich => "contact.score > 5".to_owned(),
        Question::Level => "contact.level >= 2".to_owned(),
        Question::OnList => "'vips' in contact.lists".to_owned(),
        Question::Opened(mail) => format!("opened('m{mail}')"),
        Question::Clicked(mail) => format!("clicked('m{mail}')"),
        Question::Tagged(tag) => format!("'{}' in contact.tags", TAGS[*tag]),
        Question::Past => "has(contact.due) and days_since(contact.due) >= 0".to_owned(),
        Question::Event => "has(event.number) and event.number > 3".to_owned(),
        Question::Not(one) => format!("not ({})", ask(one)),
        Question::Both(one, other) => format!("({}) and ({})", ask(one), ask(other)),
        Question::Either(one, other) => format!("({}) or ({})", ask(one), ask(other)),
    }
}

/// Writes a moment.
pub(super) fn moment(case: &Case, moment: &Moment) -> String {
    let base = match moment.base {
        Base::Fixed(day) => {
            let at = moment
                .at
                .map(|(hour, minute)| format!(" {hour:02}:{minute:02}"));
            return format!("{}{}", case.day(day), at.unwrap_or_default());
        }
        Base::Due => "contact.due",
        Base::When => "contact.moment",
        Base::EventDay => "event.day",
    };
    let distance = moment.distance.map(|(before, far)| {
        let sign = if before { '-' } else { '+' };
        format!(" {sign} {}", span(far))
    });
    format!("{base}{}{}", distance.unwrap_or_default(), clock(moment.at))
}

/// Writes hours, with their calendar.
pub(super) fn hours(hours: Hours) -> String {
    let window = WINDOWS[hours.window].0;
    match hours.calendar {
        true => format!("{{ windows: [{window}], calendar: nl }}"),
        false => window.to_owned(),
    }
}

fn clock(at: Option<(i8, i8)>) -> String {
    let at = at.map(|(hour, minute)| format!(" at {hour:02}:{minute:02}"));
    at.unwrap_or_default()
}

fn span(span: Span) -> String {
    let parts = [
        (span.months, "months"),
        (span.weeks, "weeks"),
        (span.days, "days"),
        (span.hours, "hours"),
        (span.minutes, "minutes"),
    ];
    let parts = parts.iter().filter(|(many, _)| *many > 0);
    let parts: Vec<_> = parts.map(|(many, word)| format!("{many} {word}")).collect();
    parts.join(" ")
}

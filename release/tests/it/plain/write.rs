//! Writes a case as files.

use std::fmt::Write;

use jiff::{SignedDuration, Timestamp};

use super::draw::{Case, Deed, MAILS, Question, Reentry, STARTS, Step, WINDOWS, ZONES};
use super::read::Entry;

/// Writes the release around the journey.
pub(super) fn release() -> Vec<(String, String)> {
    let waypost = "organisation: School\nlocale: en\ntime_zone: Europe/Amsterdam\n\
        senders:\n  default: { name: School, address: mail@school.example }\n\
        topics: { news: News }\n\
        contact:\n  member: { type: bool, default: false }\n  score: { type: number, default: 0 }\n\
        marketing:\n  send_window: mon-sun 03:00-23:00\n  at_most: [1 per day, 3 per 7 days]\n  \
        holdout: { name: h, share: 20 }\n\
        scoring: { opened: +2, half_life: 2 days }\n";
    let events =
        "START:\n  params: {}\nORDER:\n  params: { amount: number }\n  example: { amount: 30 }\n";
    let mut files = vec![
        ("waypost.yaml".to_owned(), waypost.to_owned()),
        ("events.yaml".to_owned(), events.to_owned()),
        (
            "layouts/plain.mjml".to_owned(),
            "<mjml><mj-body><mj-section><mj-column><mj-text>{{> content}}\
             {{#if links.unsubscribe}}<a href=\"{{links.unsubscribe}}\">Stop</a>{{/if}}</mj-text>\
             </mj-column></mj-section></mj-body></mjml>\n"
                .to_owned(),
        ),
    ];
    for mail in 0..MAILS {
        let text = format!(
            "---\nsubject: Mail {mail}\nlayout: plain\n---\nHello {{{{recipient.full_name}}}}\n"
        );
        files.push((format!("templates/m{mail}.md"), text));
    }
    files
}

/// Writes the journey.
pub(super) fn journey(case: &Case) -> String {
    let mut text = "journey: j\n".to_owned();
    text += match case.marketing {
        true => "kind: marketing\ntopic: news\n",
        false => "kind: transactional\n",
    };
    text += "trigger: { event: START }\n";
    text += match case.reentry {
        Reentry::Never => "reentry: never\n",
        Reentry::Single => "reentry: single\n",
        Reentry::Restart => "reentry: restart\n",
        Reentry::Unlimited => "reentry: unlimited\n",
        Reentry::After => "reentry: { after: 1 day }\n",
    };
    if let Some(window) = case.send_window {
        writeln!(text, "send_window: {}", WINDOWS[window].0).expect("a text");
    }
    if case.exit_when {
        text += "exit_when: contact.member\n";
    }
    if case.goal {
        text += "goal: { event: ORDER, where: signal.amount > 35, within: 1 day, exit: true }\n";
    }
    text += "steps:\n";
    steps(&case.steps, 1, &mut text);
    text
}

fn steps(all: &[Step], depth: usize, text: &mut String) {
    let pad = "  ".repeat(depth);
    let branch = |key: &str, steps_of: &[Step], text: &mut String| {
        if !steps_of.is_empty() {
            writeln!(text, "{pad}  {key}:").expect("a text");
            steps(steps_of, depth + 2, text);
        }
    };
    for step in all {
        let line = line(step, &pad);
        writeln!(text, "{pad}- {line}").expect("a text");
        match step {
            Step::Order {
                then, otherwise, ..
            }
            | Step::Opened {
                then, otherwise, ..
            }
            | Step::If {
                then, otherwise, ..
            } => {
                branch("then", then, text);
                branch("else", otherwise, text);
            }
            Step::Split { left, right } => {
                for (name, share, side) in [("left", 40, left), ("right", 60, right)] {
                    if side.is_empty() {
                        writeln!(text, "{pad}    {name}: {{ share: {share}, steps: [] }}")
                            .expect("a text");
                    } else {
                        writeln!(
                            text,
                            "{pad}    {name}:\n{pad}      share: {share}\n{pad}      steps:"
                        )
                        .expect("a text");
                        steps(side, depth + 4, text);
                    }
                }
            }
            Step::Send { .. }
            | Step::Days { .. }
            | Step::Hours(_)
            | Step::Window(_)
            | Step::Exit
            | Step::Tag
            | Step::Score(_) => (),
        }
    }
}

/// Writes the first line of a step, and its own keys.
fn line(step: &Step, pad: &str) -> String {
    match step {
        Step::Send {
            name,
            expires,
            waits,
        } => {
            let expires = expires.map(|hours| format!(", expires: {hours} hours"));
            let over = if *waits { ", over: wait" } else { "" };
            format!(
                "send: {{ template: m{name}{}{over} }}",
                expires.unwrap_or_default()
            )
        }
        Step::Days { days, at } => {
            let at = at.map(|(hour, minute)| format!(" at {hour:02}:{minute:02}"));
            format!("wait: {days} days{}", at.unwrap_or_default())
        }
        Step::Hours(hours) => format!("wait: {hours} hours"),
        Step::Window(window) => format!("window: {}", WINDOWS[*window].0),
        Step::Order { days, .. } => {
            format!("wait_for: ORDER\n{pad}  where: signal.amount > 25\n{pad}  within: {days} days")
        }
        Step::Opened { name, hours, .. } => {
            format!("wait_for: {{ opened: m{name} }}\n{pad}  within: {hours} hours")
        }
        Step::If { question, .. } => match question {
            Question::Member => "if: contact.member".to_owned(),
            Question::Rich => "if: contact.score > 5".to_owned(),
            Question::Opened(name) => format!("if: opened('m{name}')"),
            Question::Tagged => "if: \"'t' in contact.tags\"".to_owned(),
        },
        Step::Split { .. } => format!("split: s\n{pad}  branches:"),
        Step::Exit => "exit: enough".to_owned(),
        Step::Tag => "tag: t".to_owned(),
        Step::Score(amount) => format!("score: {amount}"),
    }
}

/// Writes the scenario.
pub(super) fn scenario(case: &Case, expected: &[Entry]) -> String {
    let start: Timestamp = STARTS[case.start].parse().expect("a moment");
    let at = |at: Timestamp| {
        let zoned = at.to_zoned(case.zone());
        zoned.strftime("%Y-%m-%d %H:%M%:z").to_string()
    };
    let mut text = format!(
        "journey: j\nscenarios:\n  - name: drawn\n    contact: {{ id: c{}, time_zone: {} }}\n    happens:\n",
        case.contact, ZONES[case.zone]
    );
    writeln!(text, "      - {{ at: {}, event: START }}", at(start)).expect("a text");
    for (minutes, deed) in &case.happens {
        let what = match deed {
            Deed::Start => "event: START".to_owned(),
            Deed::Order(amount) => format!("event: ORDER, data: {{ amount: {amount} }}"),
            Deed::Open(name) if !sends(&case.steps, *name) => continue,
            Deed::Open(name) => format!("opened: m{name}"),
            Deed::Member(yes) => format!("set: {{ member: {yes} }}"),
            Deed::Score(score) => format!("set: {{ score: {score} }}"),
        };
        let when = at(start + SignedDuration::from_mins(*minutes));
        writeln!(text, "      - {{ at: {when}, {what} }}").expect("a text");
    }
    text += if expected.is_empty() {
        "    expect: []\n"
    } else {
        "    expect:\n"
    };
    for Entry { at: when, what } in expected {
        writeln!(text, "      - {{ at: {}, {what} }}", at(*when)).expect("a text");
    }
    text
}

fn sends(steps: &[Step], mail: usize) -> bool {
    steps.iter().any(|step| match step {
        Step::Send { name, .. } => *name == mail,
        Step::Order {
            then, otherwise, ..
        }
        | Step::Opened {
            then, otherwise, ..
        }
        | Step::If {
            then, otherwise, ..
        } => sends(then, mail) || sends(otherwise, mail),
        Step::Split { left, right } => sends(left, mail) || sends(right, mail),
        Step::Days { .. }
        | Step::Hours(_)
        | Step::Window(_)
        | Step::Exit
        | Step::Tag
        | Step::Score(_) => false,
    })
}

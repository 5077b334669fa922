//! Writes a case as files.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

use super::case::{
    Case, Change, Deed, Does, MAILS, On, Reentry, TAGS, Trigger, Write, ZONES, closed, each,
};
use super::read::{Entry, Story};
use super::steps::{ask, hours, moment, steps};

/// Writes the release around the journey.
pub(super) fn release() -> Vec<(String, String)> {
    let closed = closed();
    let closed: Vec<String> = closed.iter().map(ToString::to_string).collect();
    let waypost = format!(
        "organisation: School\nlocale: en\ntime_zone: Europe/Amsterdam\n\
         senders:\n  default: {{ name: School, address: mail@school.example }}\n\
         topics: {{ news: News }}\n\
         lists: [vips]\n\
         calendars:\n  nl: {{ closed: [{}] }}\n\
         contact:\n  member: {{ type: bool, default: false }}\n  score: {{ type: number, default: 0 }}\n  \
         level: {{ type: number, default: 0 }}\n  due: date?\n  moment: datetime?\n\
         marketing:\n  send_window: mon-sun 03:00-23:00\n  at_most: [1 per day, 3 per 7 days]\n  \
         holdout: {{ name: h, share: 20 }}\n\
         scoring: {{ opened: +2, clicked: +3, half_life: 2 days }}\n",
        closed.join(", ")
    );
    let events = "START:\n  params: { day: date?, number: number? }\n  example: { day: 2026-11-28, number: 3 }\n\
                  ORDER:\n  params: { amount: number }\n  example: { amount: 30 }\n";
    let mut files = vec![
        ("waypost.yaml".to_owned(), waypost),
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
    text += "trigger:\n";
    for trigger in &case.triggers {
        writeln!(text, "  - {}", lets_in(case, trigger)).expect("a text");
    }
    text += match case.reentry {
        Reentry::Never => "reentry: never\n",
        Reentry::Single => "reentry: single\n",
        Reentry::Restart => "reentry: restart\n",
        Reentry::Unlimited => "reentry: unlimited\n",
        Reentry::After => "reentry: { after: 1 day }\n",
    };
    if let Some(window) = case.send_window {
        writeln!(text, "send_window: {}", hours(window)).expect("a text");
    }
    if let Some(question) = &case.exit_when {
        writeln!(text, "exit_when: \"{}\"", ask(question)).expect("a text");
    }
    if case.goal {
        text += "goal: { event: ORDER, where: signal.amount > 35, within: 1 day, exit: true }\n";
    }
    let unused = unused(case);
    if !unused.is_empty() {
        writeln!(text, "unused: [{}]", unused.join(", ")).expect("a text");
    }
    text += "steps:\n";
    steps(case, &case.steps, 1, &mut text);
    text
}

/// Writes what lets the contact in.
fn lets_in(case: &Case, trigger: &Trigger) -> String {
    let filter = trigger.filter.as_ref();
    let filter = filter.map(|filter| format!(", where: \"{}\"", ask(filter)));
    let filter = filter.unwrap_or_default();
    match &trigger.on {
        On::Event => format!("{{ event: START{filter} }}"),
        On::Joins => format!("{{ joins: vips{filter} }}"),
        On::Leaves => format!("{{ leaves: vips{filter} }}"),
        On::Tagged(tag) => format!("{{ tagged: {}{filter} }}", TAGS[*tag]),
        On::Untagged(tag) => format!("{{ untagged: {}{filter} }}", TAGS[*tag]),
        On::Enters(question) => {
            format!("{{ enters: {{ where: \"{}\" }}{filter} }}", ask(question))
        }
        On::Date { moment: on, yearly } => {
            let every = if *yearly { ", every: year" } else { "" };
            format!("{{ date: {}{every}{filter} }}", moment(case, on))
        }
    }
}

/// Returns the parameters of the event that nothing in the journey reads.
fn unused(case: &Case) -> Vec<&'static str> {
    if !case
        .triggers
        .iter()
        .any(|trigger| matches!(trigger.on, On::Event))
    {
        return Vec::new();
    }
    let text = {
        let mut text = String::new();
        for trigger in &case.triggers {
            text += &lets_in(case, trigger);
        }
        text += &case.exit_when.as_ref().map(ask).unwrap_or_default();
        steps(case, &case.steps, 1, &mut text);
        text
    };
    let mut params = vec!["day", "number"];
    params.retain(|param| !text.contains(&format!("event.{param}")));
    params
}

/// Writes the scenario.
pub(super) fn scenario(case: &Case, expected: &Story) -> String {
    let start = case.start();
    let at = |at: Timestamp| {
        let zoned = at.to_zoned(case.zone());
        zoned.strftime("%Y-%m-%d %H:%M%:z").to_string()
    };
    let mut text = format!(
        "journey: j\nscenarios:\n  - name: drawn\n    contact:\n      id: c{}\n      time_zone: {}\n",
        case.contact, ZONES[case.zone]
    );
    for write in &case.known {
        writeln!(text, "      {}", field(case, *write)).expect("a text");
    }
    if !case.by_event() {
        writeln!(text, "    from: {}", at(start)).expect("a text");
    }
    if let Some(until) = expected.until {
        writeln!(text, "    until: {}", at(until)).expect("a text");
    }
    let sent = |name: usize| {
        let mut sent = false;
        each(&case.steps, &mut |step| {
            sent |= matches!(&step.does, Does::Send { name: sends, .. } if *sends == name);
        });
        sent
    };
    text += "    happens:\n";
    for (minutes, deed) in &case.happens {
        let what = match deed {
            Deed::Start { day, number } => {
                let day = day.map(|day| format!("day: {}", case.day(day)));
                let number = number.map(|number| format!("number: {number}"));
                let data: Vec<_> = day.into_iter().chain(number).collect();
                format!("event: START, data: {{ {} }}", data.join(", "))
            }
            Deed::Order(amount) => format!("event: ORDER, data: {{ amount: {amount} }}"),
            Deed::Open(name) | Deed::Click(name) if !sent(*name) => continue,
            Deed::Open(name) => format!("opened: m{name}"),
            Deed::Click(name) => format!("clicked: m{name}"),
            Deed::Set(write) => format!("set: {{ {} }}", field(case, *write)),
        };
        let when = at(start + SignedDuration::from_mins(*minutes));
        writeln!(text, "      - {{ at: {when}, {what} }}").expect("a text");
    }
    text += match expected.entries.is_empty() {
        true => "    expect: []\n",
        false => "    expect:\n",
    };
    for Entry { at: when, what } in &expected.entries {
        writeln!(text, "      - {{ at: {}, {what} }}", at(*when)).expect("a text");
    }
    text
}

/// Writes a change, as a step does it and as a scenario expects it.
pub(super) fn change(case: &Case, change: Change) -> String {
    match change {
        Change::Tag(tag) => format!("tag: {}", TAGS[tag]),
        Change::Untag(tag) => format!("untag: {}", TAGS[tag]),
        Change::Join => "join: vips".to_owned(),
        Change::Leave => "leave: vips".to_owned(),
        Change::Score(amount) => format!("score: {amount}"),
        Change::Set(write) => format!("set: {{ {} }}", field(case, write)),
    }
}

fn field(case: &Case, write: Write) -> String {
    match write {
        Write::Member(yes) => format!("member: {yes}"),
        Write::Level(level) => format!("level: {level}"),
        Write::Score(score) => format!("score: {score}"),
        Write::Due(None) => "due: null".to_owned(),
        Write::Due(Some(day)) => format!("due: {}", case.day(day)),
        Write::When(None) => "moment: null".to_owned(),
        Write::When(Some(at)) => format!("moment: {}", case.seconds(at)),
        Write::Zone(zone) => format!("time_zone: {}", ZONES[zone]),
    }
}

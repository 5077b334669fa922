//! The schema of a journey.

use serde_json::{Map, Value, json};

use super::marketing::pace;
use super::{
    audience_or_name, either, flag, hours, like, list, named, number, object, scalar, text, words,
};

/// Describes a file in `journeys/`.
pub(super) fn journey() -> Value {
    let mut schema = object(
        "Who comes in, and what happens to them.",
        &[
            ("journey*", text("Its name: the file's, without .yaml.")),
            ("title", text("What people call it.")),
            (
                "kind*",
                words(
                    "Advertising, which can be unsubscribed from, or service.",
                    &["marketing", "transactional"],
                ),
            ),
            (
                "topic",
                text("For marketing: what an unsubscribe from these mails withdraws."),
            ),
            (
                "confirms",
                text("For transactional: the topic that its mails ask people to confirm."),
            ),
            ("trigger*", triggers()),
            (
                "to",
                audience_or_name(
                    "Who is enrolled when an event lets people in; without it, the people of the event.",
                ),
            ),
            ("reentry*", reentry()),
            (
                "steps*",
                list("What happens, in order.", json!({ "$ref": "#/$defs/step" })),
            ),
            (
                "unused",
                list(
                    "Parameters of its events that no mail and no condition uses, on purpose.",
                    text("A parameter."),
                ),
            ),
            (
                "silence",
                either(
                    "When it counts as silent, so that an alarm rings.",
                    &[scalar("A time, or `never`."), json!({ "type": "object" })],
                ),
            ),
            (
                "send_window",
                hours("The hours in which its mails may leave."),
            ),
            (
                "exit_when",
                like("Whoever this holds for leaves.", &["contact.member"]),
            ),
            ("goal", goal()),
            ("publish", publish()),
            (
                "priority",
                words(
                    "`high`: its mails pass every cap, and count.",
                    &["normal", "high"],
                ),
            ),
            ("pace", pace()),
        ],
    );
    schema["$defs"] = json!({ "step": step() });
    schema
}

fn triggers() -> Value {
    let trigger = trigger();
    either(
        "What lets people in; any one of several is enough.",
        &[trigger.clone(), list("Several triggers.", trigger)],
    )
}

fn trigger() -> Value {
    let kinds = [
        ("event", text("The source posts an event of this type.")),
        (
            "date",
            like(
                "A date of the contact's comes.",
                &[
                    "contact.date_of_birth at 09:00",
                    "contact.last_order + 90 days at 10:00",
                ],
            ),
        ),
        (
            "enters",
            audience_or_name("A write makes the contact one of an audience."),
        ),
        ("joins", text("The contact joins a list.")),
        ("journey", text("Another journey's step says so.")),
        ("leaves", text("The contact leaves a list.")),
        ("manual", flag("Somebody says so.")),
        (
            "opted_in",
            text("The contact says yes to a topic, on the page for recipients."),
        ),
        ("tagged", text("The contact gets a tag.")),
        ("untagged", text("The contact loses a tag.")),
    ];
    let mut keys = kinds.to_vec();
    keys.push((
        "where",
        like("What must hold besides.", &["event.amount > 25"]),
    ));
    keys.push((
        "every",
        words("`year`: the date comes again each year.", &["year"]),
    ));
    let mut schema = object("Something that lets people in.", &keys);
    schema["oneOf"] = one_of(kinds.iter().map(|(name, _)| *name));
    schema
}

fn reentry() -> Value {
    let word = words(
        "Whether somebody may come in again: never, when no run of theirs is on its way, anew each time, or each time.",
        &["never", "single", "restart", "unlimited"],
    );
    let some = object(
        "When the last time is so long ago, or so often at most.",
        &[
            ("after", like("How long ago.", &["180 days"])),
            ("at_most", number("How often.")),
        ],
    );
    either("Whether somebody may come in again.", &[word, some])
}

fn goal() -> Value {
    object(
        "What it is all for: an event that is to happen.",
        &[
            ("event*", text("The event's type.")),
            ("where", text("What must hold of it.")),
            (
                "within",
                like("How long after the entry it still counts.", &["14 days"]),
            ),
            ("exit", flag("Whether who reaches it leaves.")),
        ],
    )
}

fn publish() -> Value {
    object(
        "From when until when people come in.",
        &[
            ("from", like("The first day.", &["2026-12-01"])),
            (
                "until",
                like(
                    "The first day on which nobody comes in any more.",
                    &["2027-06-01"],
                ),
            ),
            (
                "at_end",
                words("`stop`: those inside leave then.", &["stop"]),
            ),
        ],
    )
}

/// A verb of a step: its name, what it takes, and its own keys.
type Verb = (&'static str, Value, Vec<(&'static str, Value)>);

fn steps(what: &str) -> Value {
    list(what, json!({ "$ref": "#/$defs/step" }))
}

fn ways() -> Vec<(&'static str, Value)> {
    let then = steps("Taken when it holds, or comes in time.");
    vec![("then", then), ("else", steps("Taken when not."))]
}

/// The verbs that send, and that reach outside.
fn reaching() -> Vec<Verb> {
    let to = audience_or_name("Who gets it instead of the contact: a notification.");
    let send = object(
        "One mail.",
        &[
            (
                "template*",
                text("A file in templates/, without its ending."),
            ),
            ("from", text("A sender of waypost.yaml.")),
            ("to", to),
            ("expires", like("How late it may be.", &["12 hours"])),
            (
                "over",
                words("What becomes of it over a cap.", &["skip", "wait"]),
            ),
        ],
    );
    let with = vec![("with", named("What to tell it.", scalar("A text.")))];
    let mail = either("A mail to the contact.", &[text("A template."), send]);
    vec![
        ("call", text("A hook of waypost.yaml."), with),
        ("enroll", text("A journey to start."), Vec::new()),
        ("send", mail, Vec::new()),
    ]
}

/// The verbs that choose a way, or end it.
fn choosing() -> Vec<Verb> {
    let arm = object(
        "A question and what follows from it.",
        &[
            ("when*", text("The question.")),
            ("steps*", steps("Taken when it holds.")),
        ],
    );
    let side = object(
        "A side.",
        &[
            ("share*", number("How many of a hundred.")),
            (
                "steps",
                steps("What they do; nothing where they only go on."),
            ),
        ],
    );
    let sides = named("The sides; their shares are a hundred.", side);
    let questions = list("Questions, of which the first that holds counts.", arm);
    let otherwise = vec![("else", steps("Taken when none holds."))];
    let name = text("An experiment: its name decides who takes which side.");
    vec![
        ("case", questions, otherwise),
        (
            "exit",
            text("Leaves the journey, for this reason."),
            Vec::new(),
        ),
        ("if", text("A question, looked at on arrival."), ways()),
        ("jump", text("The id of a step further on."), Vec::new()),
        ("split", name, vec![("branches", sides)]),
    ]
}

/// The verbs that change what is known about the contact.
fn changing() -> Vec<Verb> {
    vec![
        ("join", text("A list to put the contact on."), Vec::new()),
        ("leave", text("A list to take the contact off."), Vec::new()),
        ("score", number("What to add to the score."), Vec::new()),
        ("set", named("Fields to set.", json!({})), Vec::new()),
        ("tag", text("A mark to give."), Vec::new()),
        ("untag", text("A mark to take away."), Vec::new()),
    ]
}

/// The verbs that let time pass.
fn waiting() -> Vec<Verb> {
    let awaited = object(
        "What to wait for.",
        &[
            ("event", text("An event comes.")),
            ("opened", text("The mail of this send is opened.")),
            (
                "clicked",
                text("A link in the mail of this send is followed."),
            ),
            ("condition", text("A condition holds.")),
        ],
    );
    let mut wait_for = ways();
    wait_for.push(("where", text("What must hold of the event.")));
    wait_for.push(("within", like("How long.", &["7 days"])));
    let length = like("How long.", &["3 days", "3 days at 09:30", "90 minutes"]);
    let moments = [
        "2026-12-24 09:00",
        "event.Track.StartDate - 7 days at 09:00",
    ];
    let absent = words(
        "What to do where the field is absent.",
        &["continue", "exit"],
    );
    let calendar = text("A calendar whose closed days count.");
    vec![
        ("wait", length, Vec::new()),
        (
            "wait_for",
            either("What to wait for.", &[text("An event."), awaited]),
            wait_for,
        ),
        (
            "wait_until",
            like("A moment.", &moments),
            vec![("absent", absent)],
        ),
        (
            "window",
            hours("Goes on when these hours are open."),
            vec![("calendar", calendar)],
        ),
    ]
}

fn step() -> Value {
    let mut properties = Map::new();
    properties.insert(
        "id".to_owned(),
        text("What it is called: to jump to it, and to keep it across versions."),
    );
    let verbs: Vec<Verb> = [reaching(), choosing(), changing(), waiting()].concat();
    for (verb, takes, own) in &verbs {
        properties.insert((*verb).to_owned(), takes.clone());
        for (key, takes) in own {
            properties
                .entry((*key).to_owned())
                .or_insert_with(|| takes.clone());
        }
    }
    json!({
        "type": "object", "description": "A step does one thing.", "properties": properties,
        "additionalProperties": false, "oneOf": one_of(verbs.iter().map(|(verb, ..)| *verb)),
    })
}

/// Says that exactly one of some keys is there, so that an editor flags a second.
fn one_of<'a>(keys: impl Iterator<Item = &'a str>) -> Value {
    keys.map(|key| json!({ "required": [key] }))
        .collect::<Vec<_>>()
        .into()
}

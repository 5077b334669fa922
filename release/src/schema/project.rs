//! The schemas of the files beside the journeys.

use serde_json::{Value, json};

use super::marketing::marketing;
use super::{either, flag, like, list, named, number, object, scalar, text, words};
use journey::FieldType;

/// Describes waypost.yaml.
pub(super) fn project() -> Value {
    object(
        "What holds for every journey.",
        &[
            ("waypost", number("The version of the format: 1.")),
            ("organisation*", text("Who sends the mails.")),
            (
                "locale*",
                like(
                    "The language of whoever has none of their own.",
                    &["nl", "en"],
                ),
            ),
            (
                "time_zone*",
                like(
                    "The clock of whoever has none of their own.",
                    &["Europe/Amsterdam"],
                ),
            ),
            (
                "senders*",
                named(
                    "Whom mails are from; `default` is used where a send says nothing.",
                    sender(),
                ),
            ),
            (
                "vars",
                named(
                    "Texts that templates show as {{vars.NAME}}.",
                    scalar("A text."),
                ),
            ),
            (
                "contact",
                named("The fields that a contact may have.", field()),
            ),
            (
                "topics",
                named(
                    "What people can agree to and unsubscribe from, each with what they read about it.",
                    topic(),
                ),
            ),
            (
                "lists",
                either(
                    "The lists that a contact may be on.",
                    &[
                        list("Names.", text("A list.")),
                        named("Names, each with a title.", json!({})),
                    ],
                ),
            ),
            ("calendars", named("Closed days.", calendar())),
            ("marketing", marketing()),
            ("scoring", scoring()),
            (
                "tracking",
                text(
                    "The topic to which people agree who let it be measured whether they open and click.",
                ),
            ),
            (
                "hooks",
                named("Other systems that are told what happens.", hook()),
            ),
        ],
    )
}

fn sender() -> Value {
    object(
        "Whom mails are from.",
        &[
            ("name*", text("The name shown.")),
            (
                "address*",
                text("The address; its domain must be verified with SES."),
            ),
            ("reply_to", text("Where answers go.")),
        ],
    )
}

fn hook() -> Value {
    object(
        "Where another system is posted to.",
        &[
            ("url*", text("https://…")),
            (
                "secret",
                text("The name of the secret that signs; the hook's own unless said."),
            ),
            (
                "results",
                either(
                    "What it hears of besides the steps that call it.",
                    &[results(), list("Several kinds.", results())],
                ),
            ),
        ],
    )
}

fn results() -> Value {
    let words: Vec<&str> = journey::ResultKind::ALL
        .iter()
        .map(|(_, word)| *word)
        .collect();
    like(
        "A kind of result, or `all`.",
        &[&words[..], &["all"]].concat(),
    )
}

fn calendar() -> Value {
    object(
        "Days.",
        &[(
            "closed",
            list(
                "Days on which windows do not open.",
                like("A day.", &["2026-12-25"]),
            ),
        )],
    )
}

fn topic() -> Value {
    let opt_in = words(
        "`double`: an agreement counts once the person has confirmed it. `soft`: to have bought something is enough.",
        &["soft", "single", "double"],
    );
    let more = object(
        "A topic that says more.",
        &[("about*", text("What people read.")), ("opt_in", opt_in)],
    );
    either("A topic.", &[scalar("What people read."), more])
}

fn scoring() -> Value {
    let points = |what: &str| either(what, &[number("Points."), text("+5")]);
    object(
        "What is added to a contact's score.",
        &[
            ("opened", points("For opening a mail.")),
            ("clicked", points("For clicking in one.")),
            ("unsubscribed", points("For unsubscribing.")),
            ("bounced", points("For an address that does not exist.")),
            ("complained", points("For calling a mail spam.")),
            (
                "half_life",
                text("In how many days a score fades to its half: `90 days`."),
            ),
        ],
    )
}

/// Describes a declared field or parameter.
fn field() -> Value {
    let types: Vec<String> = FieldType::ALL
        .iter()
        .flat_map(|(word, _)| [(*word).to_owned(), format!("{word}?")])
        .collect();
    let short = json!({ "enum": types, "description": "A type; with `?` it may be absent." });
    let long = object(
        "A type and more.",
        &[
            ("type*", short.clone()),
            (
                "default",
                json!({ "description": "What it is where nobody says." }),
            ),
            (
                "sensitive",
                flag("Dropped after its send, and never shown."),
            ),
        ],
    );
    either("A type.", &[short, long])
}

/// Describes events.yaml.
pub(super) fn events() -> Value {
    let event = object(
        "An event that the source may post.",
        &[
            ("title", text("What people call it.")),
            ("when", text("When the source posts it.")),
            ("params", named("Its parameters, by path.", field())),
            (
                "example",
                json!({ "type": "object", "description": "Parameters as the source would post them." }),
            ),
        ],
    );
    named(
        "What a source may post, exactly as it does: another case is another event.",
        either("An event.", &[event, json!({ "type": "null" })]),
    )
}

/// Describes audiences.yaml.
pub(super) fn audiences() -> Value {
    let any = json!({ "$ref": "#/$defs/audience" });
    let parts = |what: &str| list(what, any.clone());
    let audience = object(
        "Who a mail can go to.",
        &[
            (
                "role",
                text("Those with a role for the event's subject; `any` for every role."),
            ),
            ("linked", flag("Not those whom only this event names.")),
            (
                "standing",
                flag("Also those who hold the role whatever the subject."),
            ),
            (
                "address",
                like("The contact with this address.", &["event.Request.Email"]),
            ),
            ("list", text("Those on a list.")),
            ("tag", text("Those with a tag.")),
            ("where", text("Those for whom a condition holds.")),
            ("any_of", parts("A union.")),
            ("all_of", parts("An intersection.")),
            ("not", any.clone()),
        ],
    );
    let mut schema = named("Who mails can go to, by name.", any.clone());
    schema["$defs"] = json!({
        "audience": either("Who a mail can go to: a name, several, or what they have in common.", &[text("An audience."), parts("A union."), audience]),
    });
    schema
}

fn moment(what: &str) -> Value {
    like(what, &["2026-11-23 14:00", "2026-10-25 02:30+01:00"])
}

fn happening() -> Value {
    object(
        "Something that happens to the contact.",
        &[
            ("at*", moment("When.")),
            ("opened", text("They open the mail of this send.")),
            ("clicked", text("They click in the mail of this send.")),
            ("link", text("Which link.")),
            ("event", text("The source posts this event about them.")),
            (
                "data",
                json!({ "type": "object", "description": "Its parameters, as on the wire." }),
            ),
            (
                "set",
                json!({ "type": "object", "description": "Fields of theirs are written." }),
            ),
        ],
    )
}

fn expectation() -> Value {
    object(
        "Something that must come of it.",
        &[
            ("at*", moment("When.")),
            ("send", text("A mail leaves.")),
            ("skipped", text("A mail is left out: over a cap.")),
            ("expired", text("A mail is left out: too late.")),
            (
                "withheld",
                text("A mail is left out: the contact is held out."),
            ),
            ("enroll", text("A journey is started for them.")),
            ("parked", text("A step cannot be done.")),
            ("tag", text("They get a tag.")),
            ("untag", text("They lose a tag.")),
            ("join", text("They join a list.")),
            ("leave", text("They leave a list.")),
            ("score", number("Points are added.")),
            (
                "set",
                json!({ "type": "object", "description": "Fields are set." }),
            ),
            (
                "refused",
                words(
                    "They may not come in.",
                    &["after", "at_most", "circle", "never", "publish", "single"],
                ),
            ),
            ("leaves", text("They leave, for this reason.")),
        ],
    )
}

/// Describes a file in `tests/`.
pub(super) fn scenarios() -> Value {
    let scenario = object(
        "Given this contact and these happenings, this must come of it.",
        &[
            ("name*", text("What it shows.")),
            (
                "contact",
                json!({ "type": "object", "description": "Their fields, and `id`, `time_zone`, `consent`." }),
            ),
            (
                "consent",
                json!({ "type": "object", "description": "What they agreed to." }),
            ),
            ("enters", moment("When they are let in by hand.")),
            (
                "from",
                moment("When they are written down, which is when date triggers are set."),
            ),
            ("until", moment("When the play stops.")),
            ("happens", list("What happens to them.", happening())),
            ("expect*", list("The whole story, in order.", expectation())),
        ],
    );
    object(
        "Scenarios of a journey.",
        &[
            ("journey*", text("The journey's name.")),
            ("scenarios*", list("Scenarios.", scenario)),
        ],
    )
}

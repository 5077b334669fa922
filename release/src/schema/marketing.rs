//! The part of `waypost.yaml` that says what holds advertising back.

use serde_json::Value;

use super::{either, hours, like, list, number, object, text, words};

/// Describes what holds advertising back.
pub(super) fn marketing() -> Value {
    let holdout = object(
        "Who gets none, to compare with.",
        &[
            ("name*", text("Salts the draw.")),
            ("share*", number("How many of a hundred.")),
        ],
    );
    object(
        "What holds advertising back.",
        &[
            ("send_window", hours("The hours in which it may leave.")),
            (
                "at_most",
                list(
                    "How much of it one person gets.",
                    like("A cap.", &["1 per day", "3 per 7 days"]),
                ),
            ),
            (
                "over",
                words("What becomes of a mail over a cap.", &["skip", "wait"]),
            ),
            ("holdout", holdout),
            ("pace", pace()),
            ("warm_up", warm_up()),
            ("large", large()),
        ],
    )
}

/// Describes a campaign.
fn large() -> Value {
    let some = object(
        "A campaign.",
        &[
            (
                "above",
                number("More people than this, let in at once by hand, are one; else 2500."),
            ),
            (
                "window",
                hours("The hours in which its advertising leaves; else 18:00-22:00."),
            ),
        ],
    );
    let never = words("Nothing is one.", &["never"]);
    either("When the advertising of a campaign leaves.", &[some, never])
}

/// Describes how many a minute.
pub(super) fn pace() -> Value {
    like(
        "How many mails of one journey may leave in a minute.",
        &["600 per minute"],
    )
}

fn warm_up() -> Value {
    let growth = number("How many more of a hundred on each next day.");
    object(
        "How much advertising may leave on each of the first days of a domain.",
        &[
            ("from*", text("The first day, as YYYY-MM-DD.")),
            (
                "days*",
                number("How many days; after them nothing is held back."),
            ),
            ("first_day*", number("How many mails on the first day.")),
            ("growth*", growth),
        ],
    )
}

//! Facts and short ways to make mails of them, for the tests beside this file.

mod refusals;
mod values;

use expect_test::Expect;
use jiff::civil::date;
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json, json};

use crate::{Locale, Mail, Part, RenderError, Scope, Source, Template};

/// Renders one part of an otherwise plain mail.
fn render(part: Part, template: &str, scope: &Scope) -> Result<String, RenderError> {
    let mut source = source();
    let place = match part {
        Part::Subject => &mut source.subject,
        Part::Preheader => &mut source.preheader,
        Part::Html => &mut source.html,
        Part::Text => &mut source.text,
    };
    template.clone_into(place);
    let mail = Template::compile(&source).unwrap().render(scope)?;
    Ok(match part {
        Part::Subject => mail.subject,
        Part::Preheader => mail.preheader,
        Part::Html => mail.html,
        Part::Text => mail.text,
    })
}

fn text(template: &str, locale: Locale) -> Result<String, RenderError> {
    render(Part::Text, template, &facts(locale))
}

fn show(mail: &Mail, expected: Expect) {
    let Mail {
        subject,
        preheader,
        html,
        text,
    } = mail;
    expected.assert_eq(&format!("{subject}\n{preheader}\n{html}\n{text}"));
}

fn source() -> Source {
    let part = || String::from("x");
    Source {
        subject: part(),
        preheader: String::new(),
        html: part(),
        text: part(),
    }
}

fn facts(locale: Locale) -> Scope {
    let facts = json!({
        "recipient": { "full_name": "Anna de Boer" },
        "event": {
            "Person": { "FullName": "Sam & Co <b>" },
            "Person_ActivityGroup": { "EndDate": "2027-02-12" },
            "note": null, "blank": " \r\n", "none": [], "tags": ["x", "y"], "holes": ["x", null],
            "zero": 0, "one": 1, "five": 5, "many": 1_234_567.875, "price": 2.675, "debt": -10,
            "day": "2027-03-03", "moment": "2026-12-31T23:30:00Z", "secret": "XK-42",
        },
    });
    scope(facts, locale)
}

fn scope(facts: Json, locale: Locale) -> Scope {
    let zone = TimeZone::get("Europe/Amsterdam").unwrap();
    Scope::new(object(facts), locale, zone, date(2026, 11, 24)).unwrap()
}

fn object(json: Json) -> Map<String, Json> {
    json.as_object().cloned().unwrap()
}

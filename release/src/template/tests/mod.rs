//! A context, and short ways to check and compile templates in it, for the tests beside this file.

mod blocks;
mod dice;
mod expressions;
mod hostile;
mod layouts;
mod mails;
mod notations;
mod sound;
mod survival;
mod texts;

use std::collections::BTreeMap;

use jiff::civil::date;
use jiff::tz::TimeZone;
use journey::Kind;
use mail::{Locale, Mail, RenderError, Scope, Template};
use serde_json::{Value as Json, json};

use super::{Compiled, Context, Known, Purpose, parse, parse_layout};
use crate::{Defect, line_and_column};

/// What every test template can name.
fn paths() -> BTreeMap<String, Known> {
    let text = Known {
        kind: Kind::Text,
        always: true,
        sensitive: false,
        multi_line: false,
    };
    let of = |kind| Known { kind, ..text };
    let optional = |known| Known {
        always: false,
        ..known
    };
    let paths = [
        ("contact.tags", of(Kind::List)),
        (
            "event.AccessCode.Code",
            Known {
                sensitive: true,
                ..text
            },
        ),
        ("event.Link", text),
        ("event.Person.FullName", text),
        ("event.Person.Nickname", optional(text)),
        ("event.Price", of(Kind::Number)),
        (
            "event.Review.Content",
            Known {
                multi_line: true,
                ..text
            },
        ),
        ("event.Started", of(Kind::DateTime)),
        ("event.Track.EndDate", of(Kind::Date)),
        ("event.Track.StartDate", optional(of(Kind::Date))),
        ("event.Urgent", of(Kind::Bool)),
        ("event.Weeks", optional(of(Kind::Number))),
        ("links.browser", optional(text)),
        ("links.unsubscribe", text),
        ("recipient.full_name", text),
        ("vars.color", text),
        ("vars.dashboard_url", text),
        ("vars.organisation", text),
        ("vars.review_days", of(Kind::Number)),
    ];
    paths
        .into_iter()
        .map(|(path, known)| (path.to_owned(), known))
        .collect()
}

/// Compiles a template, or says what is wrong as `file:line:column: what (help)`.
fn compile(file: &str, text: &str, layout: Option<(&str, &str)>) -> Result<Compiled, String> {
    compile_for(Purpose::Transactional, file, text, layout)
}

fn compile_for(
    purpose: Purpose,
    file: &str,
    text: &str,
    layout: Option<(&str, &str)>,
) -> Result<Compiled, String> {
    let mut sources = BTreeMap::from([(file, text), ("", "")]);
    sources.extend(layout);
    let say = |defects: Vec<Defect>| {
        defects
            .iter()
            .map(|d| show(d, &sources))
            .collect::<String>()
    };
    let (paths, locale) = (paths(), "nl");
    let context = Context {
        paths: &paths,
        purpose,
        locale,
    };
    let layout = layout
        .map(|(file, text)| parse_layout(file, text))
        .transpose()
        .map_err(say)?;
    let parsed = parse(file, text, None).map_err(say)?;
    let defects = parsed.check(layout.as_ref(), &context);
    if !defects.is_empty() {
        return Err(say(defects));
    }
    parsed.compile(layout.as_ref(), &context).map_err(say)
}

/// Says what is wrong with a body of Markdown below `subject: x`.
fn defects(body: &str) -> String {
    compile("t.md", &format!("{HEAD}{body}"), None).expect_err("it is not in order")
}

fn show(defect: &Defect, sources: &BTreeMap<&str, &str>) -> String {
    let text = sources
        .get(defect.place.file.as_str())
        .unwrap_or_else(|| panic!("{defect:?}"));
    let span = defect.place.span.clone();
    let (line, column) = line_and_column(text, span.start);
    let marked = text
        .get(span)
        .unwrap_or_else(|| panic!("{defect:?}"))
        .replace('\n', "⏎");
    let Defect { what, help, .. } = defect;
    format!(
        "{}:{line}:{column} `{marked}`: {what} ({help})\n",
        defect.place.file
    )
}

/// Makes a mail of the facts below.
fn mail(compiled: &Compiled) -> Mail {
    mail_of(compiled, facts()).unwrap()
}

fn mail_of(compiled: &Compiled, facts: Json) -> Result<Mail, RenderError> {
    let zone = TimeZone::get("Europe/Amsterdam").unwrap();
    let facts = facts.as_object().cloned().unwrap();
    let scope = Scope::new(facts, Locale::Dutch, zone, date(2026, 11, 24)).unwrap();
    Template::compile(&compiled.source).unwrap().render(&scope)
}

fn facts() -> Json {
    json!({
        "contact": { "tags": ["een", "twee"] },
        "event": {
            "AccessCode": { "Code": "XK-42" },
            "Link": "https://x.example/a?b=c&d=e",
            "Person": { "FullName": "Sam \"S\" <de Vries>", "Nickname": null },
            "Price": 1234.5,
            "Review": { "Content": "Mist:\n- OPP\n\nGroet" },
            "Started": "2026-12-31T23:30:00Z",
            "Track": { "EndDate": "2027-02-12", "StartDate": null },
            "Urgent": true,
            "Weeks": null,
        },
        "links": { "browser": null, "unsubscribe": "https://mail.example/u?x=1&y=2" },
        "recipient": { "full_name": "Anna" },
        "vars": {
            "color": "#00529b",
            "dashboard_url": "https://app.example/d",
            "organisation": "De Brug & co",
            "review_days": 5,
        },
    })
}

const HEAD: &str = "---\nsubject: x\n---\n";

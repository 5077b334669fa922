//! Tries a template out: makes its mail from every event's example before anybody can get it.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use journey::Value;
use mail::{Fault, Locale, Mail, Scope};
use serde_json::{Map, Value as Json};

use super::Sending;
use crate::events::EventDoc;
use crate::template::Purpose;
use crate::{Defect, Place};

/// Where a template is tried out.
#[derive(Clone, Copy)]
pub(super) struct Trial<'a> {
    /// Where it is sent.
    pub(super) sending: Sending<'a>,
    /// Where its file begins.
    pub(super) place: &'a Place,
    /// Whether it is service or advertising.
    pub(super) purpose: Purpose,
    /// The language it is written in.
    pub(super) locale: &'a str,
}

/// Makes the mail with and without what may be absent, before and after the dates of the example.
pub(super) fn play(trial: Trial<'_>, source: &mail::Source, defects: &mut Vec<Defect>) {
    let template = match mail::Template::compile(source) {
        Ok(template) => template,
        Err(error) => {
            let defect = Defect::new(
                trial.place.clone(),
                format!("this cannot be made into a mail: {error}"),
            );
            defects.push(defect.help("look at the `{{…}}` of the template and its layout"));
            return;
        }
    };
    for event in trial.sending.events.iter().filter(|event| event.sound) {
        for bare in [false, true] {
            for today in [LONG_AGO, FAR_AHEAD] {
                if let Err(why) = attempt(trial, &template, event, bare, today) {
                    defects.push(
                        Defect::new(
                            trial.place.clone(),
                            format!("no mail can be made from the example of the event: {why}"),
                        )
                        .help("mend the template, or the example in events.yaml"),
                    );
                    return;
                }
            }
        }
    }
}

fn attempt(
    trial: Trial<'_>,
    template: &mail::Template,
    event: &EventDoc,
    bare: bool,
    today: Date,
) -> Result<Mail, String> {
    let settings = &trial.sending.project.settings;
    let contact = trial.sending.known.sample_contact(trial.locale, bare);
    let params = params(trial.sending, event, bare);
    let vars = settings
        .vars
        .iter()
        .map(|(name, value)| (name.clone(), Some(value.clone())));
    let mut values = Map::new();
    values.insert("contact".to_owned(), group(&contact)?);
    values.insert("recipient".to_owned(), group(&contact)?);
    values.insert("event".to_owned(), group(&params)?);
    values.insert("vars".to_owned(), group(&vars.collect())?);
    values.insert("links".to_owned(), group(&links(trial.purpose))?);
    let locale = Locale::first_known([trial.locale, &settings.locale]);
    let scope = Scope::new(values, locale, settings.zone.clone(), today)
        .map_err(|error| error.to_string())?;
    template.render(&scope).map_err(|error| {
        if error.fault == Fault::Empty {
            format!("its {} would be empty", error.part)
        } else {
            error.to_string()
        }
    })
}

/// Returns the example's value for each parameter that the journey's events can have.
fn params(sending: Sending<'_>, event: &EventDoc, bare: bool) -> BTreeMap<String, Option<Value>> {
    let known = sending.known;
    known
        .params()
        .map(|path| {
            let field = known.param(path);
            let default = field.and_then(|field| field.default.clone());
            let shown = event.example.get(path).cloned();
            let optional = field.is_some_and(|field| !field.always());
            let value = if bare && optional {
                None
            } else {
                shown.or(default)
            };
            (path.to_owned(), value)
        })
        .collect()
}

fn links(purpose: Purpose) -> BTreeMap<String, Option<Value>> {
    let link = |path: &str| Value::Text(format!("https://mail.example/{path}"));
    let marketing = purpose == Purpose::Marketing;
    [
        ("unsubscribe", marketing),
        ("preferences", marketing),
        ("browser", false),
        ("confirm", purpose == Purpose::Confirming),
    ]
    .into_iter()
    .map(|(name, there)| (name.to_owned(), there.then(|| link(name))))
    .collect()
}

fn group(values: &BTreeMap<String, Option<Value>>) -> Result<Json, String> {
    let mut group = Map::new();
    for (path, value) in values {
        mail::put(&mut group, path, value.as_ref()).map_err(|error| error.to_string())?;
    }
    Ok(Json::Object(group))
}

/// Days on which every date of an example lies ahead, and behind.
const LONG_AGO: Date = date(1900, 1, 1);
const FAR_AHEAD: Date = date(2900, 1, 1);

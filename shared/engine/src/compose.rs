//! Gathers what a mail is made of, and makes it.

use journey::{Contact, Plan, Value};
use mail::{Locale, Mail, Scope, put};
use serde_json::{Map, Value as Json};
use wire::EnrollmentRecord;

use jiff::Timestamp;

use crate::Templates;

/// Makes the mail that `template` is for `recipient`, or says why it cannot be made.
///
/// `contact` is who walks the journey: the recipient, unless the step has a `to:` of its own.
pub(crate) async fn compose(
    io: &impl Templates,
    plan: &Plan,
    record: &EnrollmentRecord,
    (template, contact, recipient): (&str, &Contact, &Contact),
    now: Timestamp,
) -> anyhow::Result<Result<Mail, String>> {
    let locale = recipient.locale.as_deref();
    let Some(hash) = plan.template(template, locale) else {
        return Ok(Err(format!("the plan has no template `{template}`")));
    };
    let template = io.template(hash).await?;
    let scope = match scope(plan, record, contact, recipient, now) {
        Ok(scope) => scope,
        Err(error) => return Ok(Err(error.to_string())),
    };
    Ok(template.render(&scope).map_err(|error| error.to_string()))
}

fn scope(
    plan: &Plan,
    record: &EnrollmentRecord,
    contact: &Contact,
    recipient: &Contact,
    now: Timestamp,
) -> Result<Scope, mail::ScopeError> {
    let settings = &plan.settings;
    let mut event = Map::new();
    for path in plan.params.keys() {
        put(&mut event, path, record.enrollment.params.get(path))?;
    }
    let mut vars = Map::new();
    for (name, value) in &settings.vars {
        put(&mut vars, name, Some(value))?;
    }
    // The pages for recipients are not there yet: a mail that needs one is refused, never sent without.
    let mut links = Map::new();
    for page in ["browser", "preferences", "unsubscribe"] {
        put(&mut links, page, None)?;
    }
    let mut values = Map::new();
    values.insert("contact".to_owned(), person(plan, contact)?);
    values.insert("event".to_owned(), Json::Object(event));
    values.insert("links".to_owned(), Json::Object(links));
    values.insert("recipient".to_owned(), person(plan, recipient)?);
    values.insert("vars".to_owned(), Json::Object(vars));

    let zone = recipient.zone(&settings.zone);
    let today = now.to_zoned(zone.clone()).date();
    let tags = [recipient.locale.as_deref(), Some(settings.locale.as_str())];
    let locale = Locale::first_known(tags.into_iter().flatten());
    Scope::new(values, locale, zone, today)
}

/// Describes a person: a declared field that nobody has given is there, as absent.
fn person(plan: &Plan, contact: &Contact) -> Result<Json, mail::ScopeError> {
    let known = contact.values();
    let mut fields = Map::new();
    let optional = ["locale", "time_zone"].into_iter();
    for name in plan
        .settings
        .fields
        .keys()
        .map(String::as_str)
        .chain(optional)
    {
        put(&mut fields, name, None::<&Value>)?;
    }
    for (name, value) in &known {
        put(&mut fields, name, Some(value))?;
    }
    Ok(Json::Object(fields))
}

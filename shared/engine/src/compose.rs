//! Gathers what a mail is made of, and makes it.

use journey::{Contact, Plan, Purpose, Send, SendId, Value};
use mail::{Locale, Mail, Scope, put};
use serde_json::{Map, Value as Json};
use wire::EnrollmentRecord;

use jiff::Timestamp;

use crate::{Pages, Templates, Unsubscribe};

/// Makes the mail that `send` is for `recipient`, or says why it cannot be made.
///
/// `mail` is its name in the ledger, and `contact` is who walks the journey: the recipient, unless the step has a `to:` of its own.
pub(crate) async fn compose(
    io: &(impl Templates + Pages),
    plan: &Plan,
    (record, mail): (&EnrollmentRecord, &SendId),
    (send, contact, recipient): (&Send, &Contact, &Contact),
    now: Timestamp,
) -> anyhow::Result<Result<(Mail, Option<Unsubscribe>), String>> {
    // The templates of advertising show the link, also where a colleague is told by one of them.
    let link = match &plan.purpose {
        Purpose::Marketing { topic } => io.unsubscribe(recipient, topic, mail),
        Purpose::Transactional => None,
    };
    let asks = plan.rules.confirms.as_deref();
    let confirm = asks.and_then(|topic| io.unsubscribe(recipient, topic, mail));
    if asks.is_some() && confirm.is_none() {
        return Ok(Err(NO_UNSUBSCRIBE.to_owned()));
    }
    let unsubscribe = match (plan.topic(send), &link) {
        (Some(topic), Some(url)) => Some(Unsubscribe {
            url: url.clone(),
            topic: topic.to_owned(),
        }),
        // Whatever its template says: nobody is advertised to who cannot say no.
        (Some(_), None) => return Ok(Err(NO_UNSUBSCRIBE.to_owned())),
        (None, _) => None,
    };
    let template = send.template.as_str();
    let link = link.map(Value::Text);
    let Some((hash, language)) = plan.template(template, recipient.locale.as_deref()) else {
        return Ok(Err(format!("the plan has no template `{template}`")));
    };
    let template = io.template(hash).await?;
    let facts = Facts {
        plan,
        record,
        contact,
        recipient,
        language,
        unsubscribe: link,
        confirm: confirm.map(Value::Text),
        now,
    };
    let scope = match facts.scope() {
        Ok(scope) => scope,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let rendered = template.render(&scope);
    Ok(match rendered {
        Ok(mail) => Ok((mail, unsubscribe)),
        Err(error) => Err(error.to_string()),
    })
}

/// What one mail is made of.
struct Facts<'a> {
    plan: &'a Plan,
    record: &'a EnrollmentRecord,
    contact: &'a Contact,
    recipient: &'a Contact,
    /// The language that the chosen text is in.
    language: &'a str,
    unsubscribe: Option<Value>,
    confirm: Option<Value>,
    now: Timestamp,
}

impl Facts<'_> {
    fn scope(&self) -> Result<Scope, mail::ScopeError> {
        let Self {
            plan, recipient, ..
        } = self;
        let settings = &plan.settings;
        let mut event = Map::new();
        for path in plan.params.keys() {
            put(&mut event, path, self.record.enrollment.params.get(path))?;
        }
        let mut vars = Map::new();
        for (name, value) in &settings.vars {
            put(&mut vars, name, Some(value))?;
        }
        let mut links = Map::new();
        put(&mut links, "browser", None)?;
        put(&mut links, "confirm", self.confirm.as_ref())?;
        put(&mut links, "preferences", self.unsubscribe.as_ref())?;
        put(&mut links, "unsubscribe", self.unsubscribe.as_ref())?;

        let mut values = Map::new();
        values.insert("contact".to_owned(), person(plan, self.contact)?);
        values.insert("event".to_owned(), Json::Object(event));
        values.insert("links".to_owned(), Json::Object(links));
        values.insert("recipient".to_owned(), person(plan, recipient)?);
        values.insert("vars".to_owned(), Json::Object(vars));

        let zone = recipient.zone(&settings.zone);
        let today = self.now.to_zoned(zone.clone()).date();
        // Dates are in the language of the text around them, whatever the recipient reads besides.
        let locale = Locale::first_known([self.language, settings.locale.as_str()]);
        Scope::new(values, locale, zone, today)
    }
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

const NO_UNSUBSCRIBE: &str =
    "a marketing mail needs the page for recipients, and this installation has none";

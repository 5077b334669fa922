//! The `SendEmail` request, and the mail that it asks for.

use std::{collections::BTreeMap, fmt};

use jiff::Timestamp;
use serde::Deserialize;

use super::{address::address, mail::Mail, raw};
use crate::refusal::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendEmail {
    pub(super) from_email_address: Option<String>,
    #[serde(default)]
    pub(super) destination: Destination,
    #[serde(default)]
    reply_to_addresses: Vec<String>,
    content: Content,
    #[serde(default)]
    email_tags: Vec<Tag>,
    configuration_set_name: Option<String>,
    #[serde(default)]
    configuration_overrides: Overrides,
}

/// What a mail is sent with in another way than its configuration set says.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Overrides {
    tracking: Tracking,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Tracking {
    open_tracking_enabled: Option<String>,
    click_tracking_enabled: Option<String>,
}

impl Tracking {
    /// Returns the kinds of events that SES cannot know of.
    fn untracked(&self) -> Vec<String> {
        let kinds = [
            ("Open", &self.open_tracking_enabled),
            ("Click", &self.click_tracking_enabled),
        ];
        let off = kinds
            .iter()
            .filter(|(_, on)| on.as_deref() == Some("DISABLED"));
        off.map(|(kind, _)| (*kind).to_owned()).collect()
    }
}

impl fmt::Debug for SendEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendEmail").finish_non_exhaustive()
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Destination {
    to_addresses: Vec<String>,
    cc_addresses: Vec<String>,
    bcc_addresses: Vec<String>,
}

impl Destination {
    pub(super) fn is_empty(&self) -> bool {
        self.to_addresses.is_empty()
            && self.cc_addresses.is_empty()
            && self.bcc_addresses.is_empty()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    simple: Option<Simple>,
    raw: Option<Raw>,
    template: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Simple {
    subject: Text,
    body: Body,
    #[serde(default)]
    headers: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    text: Option<Text>,
    html: Option<Text>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Text {
    data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Raw {
    /// In base64.
    data: String,
}

/// A header or a message tag.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    name: String,
    value: String,
}

/// The mail that a request asks for; its id and time are still to be set.
pub(super) fn draft(request: &SendEmail) -> Result<Mail, Refusal> {
    let mut mail = match &request.content {
        Content {
            simple: Some(simple),
            raw: None,
            template: None,
        } => simple_mail(request, simple)?,
        Content {
            simple: None,
            raw: Some(raw),
            template: None,
        } => raw::mail(&raw.data, request.from_email_address.as_deref())?,
        Content {
            simple: None,
            raw: None,
            template: Some(_),
        } => {
            return Err(bad(
                "The local cloud sends Simple and Raw content only, no templates",
            ));
        }
        Content { .. } => return Err(bad("Content needs exactly one of Simple, Raw and Template")),
    };
    if !request.destination.is_empty() {
        let destination = &request.destination;
        mail.to.clone_from(&destination.to_addresses);
        mail.cc.clone_from(&destination.cc_addresses);
        mail.bcc.clone_from(&destination.bcc_addresses);
    }
    match mail.recipients().count() {
        0 => return Err(bad("Missing required header 'To'")),
        1..=RECIPIENTS_MAX => {}
        _ => return Err(bad("Recipient count exceeds 50.")),
    }
    for mailbox in mail.recipients().chain(&mail.reply_to).chain([&mail.from]) {
        address(mailbox)?;
    }
    mail.tags.extend(tags(&request.email_tags)?);
    mail.untracked = request.configuration_overrides.tracking.untracked();
    if request.configuration_set_name.is_some() {
        mail.configuration_set
            .clone_from(&request.configuration_set_name);
    }
    Ok(mail)
}

fn simple_mail(request: &SendEmail, simple: &Simple) -> Result<Mail, Refusal> {
    let Some(from) = request.from_email_address.clone() else {
        return Err(bad("Missing required parameter FromEmailAddress"));
    };
    if simple.body.text.is_none() && simple.body.html.is_none() {
        return Err(bad("Missing required body: Text or Html"));
    }
    check_headers(&simple.headers)?;
    let destination = &request.destination;
    let mut headers = vec![("From".to_owned(), from.clone())];
    let lists = [
        ("Reply-To", &request.reply_to_addresses),
        ("To", &destination.to_addresses),
        ("Cc", &destination.cc_addresses),
    ];
    for (name, addresses) in lists {
        if !addresses.is_empty() {
            headers.push((name.to_owned(), addresses.join(", ")));
        }
    }
    headers.push(("Subject".to_owned(), simple.subject.data.clone()));
    headers.push(("MIME-Version".to_owned(), "1.0".to_owned()));
    let content_type = match (&simple.body.text, &simple.body.html) {
        (Some(_), Some(_)) => "multipart/alternative",
        (None, Some(_)) => "text/html; charset=UTF-8",
        (_, None) => "text/plain; charset=UTF-8",
    };
    headers.push(("Content-Type".to_owned(), content_type.to_owned()));
    let own = simple.headers.iter();
    headers.extend(own.map(|header| (header.name.clone(), header.value.clone())));
    Ok(Mail {
        from,
        reply_to: request.reply_to_addresses.clone(),
        subject: simple.subject.data.clone(),
        headers,
        text: simple.body.text.as_ref().map(|text| text.data.clone()),
        html: simple.body.html.as_ref().map(|text| text.data.clone()),
        ..empty_mail()
    })
}

/// SES API v2, `MessageHeader`: at most 15 of them, printable ASCII only.
fn check_headers(headers: &[Tag]) -> Result<(), Refusal> {
    if headers.len() > HEADERS_MAX {
        return Err(bad("A message can have at most 15 headers"));
    }
    for Tag { name, value } in headers {
        let name_is_good = (1..=126).contains(&name.len())
            && name.chars().all(|c| c.is_ascii_graphic() && c != ':');
        if !name_is_good {
            return Err(bad(
                "A header name must be 1 to 126 printable ASCII characters without colon",
            ));
        }
        if value.len() > 995 || !value.chars().all(|c| c.is_ascii_graphic() || c == ' ') {
            return Err(bad(format!(
                "The value of header {name} must be at most 995 printable ASCII characters"
            )));
        }
        if name.len() + value.len() > 996 {
            return Err(bad(format!(
                "Header {name} is longer than 996 characters with its name"
            )));
        }
    }
    Ok(())
}

/// SES API v2, `MessageTag`: letters, digits, `_` and `-`, at most 256 of them.
fn tags(tags: &[Tag]) -> Result<BTreeMap<String, String>, Refusal> {
    if tags.len() > TAGS_MAX {
        return Err(bad("A message can have at most 50 tags"));
    }
    let good = |text: &str| {
        let letters = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        (1..=256).contains(&text.len()) && text.chars().all(letters)
    };
    let mut checked = BTreeMap::new();
    for Tag { name, value } in tags {
        if !good(name) || !good(value) {
            return Err(bad(format!(
                "Invalid tag {name:?}: names and values are 1 to 256 of A-Z, a-z, 0-9, _ and -"
            )));
        }
        checked.insert(name.clone(), value.clone());
    }
    Ok(checked)
}

/// A mail without content.
pub(super) fn empty_mail() -> Mail {
    Mail {
        number: 0,
        id: String::new(),
        at: Timestamp::UNIX_EPOCH,
        from: String::new(),
        to: Vec::new(),
        cc: Vec::new(),
        bcc: Vec::new(),
        reply_to: Vec::new(),
        subject: String::new(),
        headers: Vec::new(),
        text: None,
        html: None,
        configuration_set: None,
        tags: BTreeMap::new(),
        untracked: Vec::new(),
        outcomes: BTreeMap::new(),
    }
}

/// A refusal as SES words it.
pub(super) fn bad(message: impl Into<String>) -> Refusal {
    Refusal::bad("BadRequestException", message)
}

const RECIPIENTS_MAX: usize = 50;
const HEADERS_MAX: usize = 15;
const TAGS_MAX: usize = 50;

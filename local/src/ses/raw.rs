//! Raw content: a whole MIME message.

use base64::{Engine, prelude::BASE64_STANDARD};
use mail_parser::{Address, Message, MessageParser};

use super::{
    mail::Mail,
    request::{bad, empty_mail},
};
use crate::refusal::Refusal;

/// Reads a message; `from` overrides its `From` header as the envelope's sender.
pub(super) fn mail(base64: &str, from: Option<&str>) -> Result<Mail, Refusal> {
    let bytes = BASE64_STANDARD
        .decode(base64)
        .map_err(|_| bad("Raw.Data is not base64"))?;
    if bytes.len() > MESSAGE_BYTES_MAX {
        return Err(bad("Message length is more than 41943040 bytes long"));
    }
    let message = MessageParser::default()
        .parse(&bytes)
        .ok_or_else(|| bad("The raw message is not a MIME message"))?;
    let from = match from {
        Some(from) => from.to_owned(),
        None => header(&message, "From").ok_or_else(|| bad("Missing required header 'From'"))?,
    };
    let headers = message
        .headers_raw()
        .map(|(name, value)| (name.to_owned(), unfold(value)));
    let tags = header(&message, "X-SES-MESSAGE-TAGS").unwrap_or_default();
    let tags = tags.split(',').filter_map(|tag| tag.trim().split_once('='));
    Ok(Mail {
        from,
        to: addresses(message.to()),
        cc: addresses(message.cc()),
        bcc: addresses(message.bcc()),
        reply_to: addresses(message.reply_to()),
        subject: message.subject().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        text: own_text(&message),
        html: own_html(&message),
        configuration_set: header(&message, "X-SES-CONFIGURATION-SET"),
        tags: tags
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        ..empty_mail()
    })
}

/// The plain text part; the parser would also make one out of HTML.
fn own_text(message: &Message<'_>) -> Option<String> {
    let part = message
        .text_part(0)
        .filter(|part| part.is_text() && !part.is_text_html())?;
    part.text_contents().map(str::to_owned)
}

fn own_html(message: &Message<'_>) -> Option<String> {
    let part = message.html_part(0).filter(|part| part.is_text_html())?;
    part.text_contents().map(str::to_owned)
}

fn header(message: &Message<'_>, name: &str) -> Option<String> {
    let mut headers = message.headers_raw();
    let (_, value) = headers.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some(unfold(value))
}

/// A header's value on one line.
fn unfold(value: &str) -> String {
    value
        .split("\r\n")
        .flat_map(|line| line.split('\n'))
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(" ")
        .trim()
        .to_owned()
}

fn addresses(address: Option<&Address<'_>>) -> Vec<String> {
    let Some(address) = address else {
        return Vec::new();
    };
    address
        .iter()
        .filter_map(|one| one.address())
        .map(str::to_owned)
        .collect()
}

const MESSAGE_BYTES_MAX: usize = 40 * 1024 * 1024;

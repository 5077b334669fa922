//! SES.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::BuildError;
use aws_sdk_sesv2::types::{
    Body, ConfigurationOverrides, Content, Destination, EmailContent, FeatureStatus, Message,
    MessageHeader, MessageTag, TrackingConfigurationOverrides,
};
use aws_smithy_http_client::tls;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use engine::{Mailer, Outgoing, Undelivered, Unsubscribe};
use journey::Sender;

use crate::undelivered::undelivered;
use crate::{Aws, Setting};

/// Makes a client that tries once: SES has no idempotency token, and the SDK's own retries would
/// send a mail up to three times.
///
/// Nor does it keep idle connections for long. A function that was frozen in between would write into
/// one that the other end has closed, and could not tell whether that mail had left.
pub(crate) fn client(config: &SdkConfig) -> Client {
    let http = aws_smithy_http_client::Builder::new()
        .pool_idle_timeout(IDLE_TIMEOUT)
        .tls_provider(tls::Provider::Rustls(CryptoMode::AwsLc))
        .build_https();
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        // The SDK would add the shorter patience of all others for one attempt.
        .operation_attempt_timeout(SEND_TIMEOUT)
        .operation_timeout(SEND_TIMEOUT)
        .build();
    let config = aws_sdk_sesv2::config::Builder::from(config)
        .http_client(http)
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts)
        .build();
    Client::from_conf(config)
}

impl Mailer for Aws {
    async fn send(&self, mail: &Outgoing<'_>) -> Result<String, Undelivered> {
        let content = content(mail).map_err(|error| Undelivered::Refused(error.to_string()))?;
        let tags = wire::Report::tags(mail.send, mail.recipient, mail.enrollment);
        let tags = tags
            .into_iter()
            .map(|(name, value)| MessageTag::builder().name(name).value(value).build());
        let tags: Result<Vec<_>, _> = tags.collect();
        let reply_to = mail.from.reply_to.as_ref();
        let request = self
            .ses
            .send_email()
            .from_email_address(mailbox(mail.from))
            .set_reply_to_addresses(reply_to.map(|address| vec![address.as_str().to_owned()]))
            .destination(
                Destination::builder()
                    .to_addresses(mail.to.as_str())
                    .build(),
            )
            .content(content)
            .configuration_set_name(self.setting(Setting::ConfigurationSet))
            .set_configuration_overrides((!mail.tracked).then(untracked))
            .set_email_tags(Some(
                tags.map_err(|error| Undelivered::Refused(error.to_string()))?,
            ));
        match request.send().await {
            Ok(answer) => answer
                .message_id
                .ok_or_else(|| Undelivered::Unknown("SES gave the mail no name".to_owned())),
            Err(error) => Err(undelivered(&error, mail.from)),
        }
    }
}

/// Keeps SES from rewriting links and from adding a picture that tells of an opening.
fn untracked() -> ConfigurationOverrides {
    let off = TrackingConfigurationOverrides::builder()
        .open_tracking_enabled(FeatureStatus::Disabled)
        .click_tracking_enabled(FeatureStatus::Disabled)
        .build();
    ConfigurationOverrides::builder().tracking(off).build()
}

fn content(mail: &Outgoing<'_>) -> Result<EmailContent, BuildError> {
    let utf8 = |text: &str| Content::builder().charset("UTF-8").data(text).build();
    let body = Body::builder()
        .html(utf8(&mail.mail.html)?)
        .text(utf8(&mail.mail.text)?)
        .build();
    let message = Message::builder()
        .subject(utf8(&mail.mail.subject)?)
        .body(body)
        .set_headers(Some(headers(mail)?))
        .build();
    Ok(EmailContent::builder().simple(message).build())
}

/// Returns the headers of a mail beside those that SES makes.
fn headers(mail: &Outgoing<'_>) -> Result<Vec<MessageHeader>, BuildError> {
    // RFC 3834: no vacation responder may answer a mail that a machine sent.
    let mut headers = vec![("Auto-Submitted", "auto-generated".to_owned())];
    if let Some(Unsubscribe { url, topic }) = mail.unsubscribe {
        // RFC 8058, which Gmail and Yahoo ask of everybody who sends in bulk.
        headers.push(("List-Unsubscribe", format!("<{url}>")));
        headers.push((
            "List-Unsubscribe-Post",
            "List-Unsubscribe=One-Click".to_owned(),
        ));
        // RFC 2919: the same for every mail about the topic, whoever gets it.
        let (_, domain) = mail
            .from
            .address
            .as_str()
            .split_once('@')
            .unwrap_or_default();
        headers.push(("List-Id", format!("<{topic}.{domain}>")));
    }
    let headers = headers
        .into_iter()
        .map(|(name, value)| MessageHeader::builder().name(name).value(value).build());
    headers.collect()
}

/// Writes a sender as RFC 5322 has it; a name beyond ASCII as RFC 2047 has it.
fn mailbox(sender: &Sender) -> String {
    let Sender { name, address, .. } = sender;
    let address = address.as_str();
    if name.is_empty() {
        address.to_owned()
    } else if name.is_ascii() {
        let name = name.replace('\\', r"\\").replace('"', r#"\""#);
        format!(r#""{name}" <{address}>"#)
    } else {
        format!("{} <{address}>", encoded_words(name))
    }
}

/// Writes a text as encoded words of at most 75 characters, none of them cut within a character.
fn encoded_words(text: &str) -> String {
    let mut words = vec![String::new()];
    for c in text.chars() {
        if words
            .last()
            .is_some_and(|word| word.len() + c.len_utf8() > ENCODED_BYTES_MAX)
        {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    let words = words
        .iter()
        .map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word)));
    words.collect::<Vec<_>>().join(" ")
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const IDLE_TIMEOUT: Duration = Duration::from_secs(3);
/// Shorter than a claim's lease: a claim that ran out has no call under way.
const SEND_TIMEOUT: Duration = Duration::from_secs(5);
const ENCODED_BYTES_MAX: usize = 45;

#[cfg(test)]
mod tests {
    use journey::Sender;

    use super::mailbox;

    #[test]
    fn a_senders_name_survives_whatever_it_is_made_of() {
        for (name, written) in [
            ("", "post@brug.example"),
            ("De Brug", r#""De Brug" <post@brug.example>"#),
            (r#"De "Brug""#, r#""De \"Brug\"" <post@brug.example>"#),
            (
                "Coöperatie",
                "=?UTF-8?B?Q2/DtnBlcmF0aWU=?= <post@brug.example>",
            ),
        ] {
            let sender = Sender {
                name: name.to_owned(),
                address: "post@brug.example".parse().unwrap(),
                reply_to: None,
            };
            assert_eq!(mailbox(&sender), written);
        }
    }

    #[test]
    fn no_encoded_word_is_longer_than_rfc_2047_allows() {
        let words = super::encoded_words(&"é€😀".repeat(40));
        assert!(words.split(' ').all(|word| word.len() <= 75), "{words}");
    }
}

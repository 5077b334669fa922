//! SES.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::{BuildError, ConnectorError, ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{
    Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag,
};
use aws_smithy_http_client::tls;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use engine::{Mailer, Outgoing, Pages, Undelivered};
use journey::{ContactId, Sender};

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
            .set_email_tags(Some(
                tags.map_err(|error| Undelivered::Refused(error.to_string()))?,
            ));
        match request.send().await {
            Ok(answer) => answer
                .message_id
                .ok_or_else(|| Undelivered::Unknown("SES gave the mail no name".to_owned())),
            Err(error) => Err(undelivered(&error)),
        }
    }
}

impl Pages for Aws {
    /// There are no pages for recipients yet, so no marketing mail leaves.
    fn unsubscribe(&self, _: &ContactId, _: &str) -> Option<String> {
        None
    }
}

fn content(mail: &Outgoing<'_>) -> Result<EmailContent, BuildError> {
    let utf8 = |text: &str| Content::builder().charset("UTF-8").data(text).build();
    let body = Body::builder()
        .html(utf8(&mail.mail.html)?)
        .text(utf8(&mail.mail.text)?)
        .build();
    // RFC 3834: no vacation responder may answer a mail that a machine sent.
    let automatic = MessageHeader::builder()
        .name("Auto-Submitted")
        .value("auto-generated")
        .build()?;
    let message = Message::builder()
        .subject(utf8(&mail.mail.subject)?)
        .body(body)
        .headers(automatic)
        .build();
    Ok(EmailContent::builder().simple(message).build())
}

/// Tells apart what certainly did not leave from what may have left.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "SES's errors grow, and an unknown one must count as doubt"
)]
fn undelivered(error: &SdkError<SendEmailError>) -> Undelivered {
    let why = || {
        let code = error.code().unwrap_or("no answer");
        match error {
            // SES's message may quote the address, so only its code is kept; but what it says of an
            // identity is about the sender, and an operator needs it.
            SdkError::ServiceError(context)
                if context.err().is_mail_from_domain_not_verified_exception() =>
            {
                format!("{code}: verify the sender's domain")
            }
            SdkError::ServiceError(_) if code == "MessageRejected" => {
                format!("{code}: is the sender's domain verified with SES?")
            }
            _ => code.to_owned(),
        }
    };
    match error {
        SdkError::ConstructionFailure(_) => {
            Undelivered::Refused("the request cannot be made".to_owned())
        }
        SdkError::DispatchFailure(failure) if failure.is_user() => {
            Undelivered::Refused("the request cannot be made".to_owned())
        }
        SdkError::DispatchFailure(failure)
            if failure.as_connector_error().is_some_and(never_connected) =>
        {
            Undelivered::NotSent("SES cannot be reached".to_owned())
        }
        SdkError::ServiceError(context) => {
            let status = context.raw().status().as_u16();
            match context.err() {
                // The quota of a day is used up: asking again every few seconds would change nothing.
                SendEmailError::AccountSuspendedException(_)
                | SendEmailError::LimitExceededException(_)
                | SendEmailError::SendingPausedException(_) => Undelivered::Paused(why()),
                SendEmailError::TooManyRequestsException(_) => Undelivered::Throttled(why()),
                // What AWS says in front of every service.
                _ if status == 429 || is_throttled(error.code()) => Undelivered::Throttled(why()),
                // Our own credentials or rights: the mail is not at fault.
                _ if matches!(status, 401 | 403) => Undelivered::Paused(why()),
                _ if (400..500).contains(&status) => Undelivered::Refused(why()),
                _ => Undelivered::Unknown(why()),
            }
        }
        _ => Undelivered::Unknown(why()),
    }
}

/// Returns whether not even a connection was made, so that nothing can have been sent: no address, no
/// answer, nobody listening, no TLS.
fn never_connected(failure: &ConnectorError) -> bool {
    let mut cause = std::error::Error::source(failure);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<hyper_util::client::legacy::Error>() {
            return error.is_connect();
        }
        cause = error.source();
    }
    false
}

fn is_throttled(code: Option<&str>) -> bool {
    code.is_some_and(|code| code.starts_with("Throttl") || code == "RequestLimitExceeded")
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
    use std::io::Read;
    use std::net::TcpListener;

    use aws_config::{BehaviorVersion, Region, SdkConfig};
    use aws_sdk_sesv2::config::{Credentials, SharedCredentialsProvider};
    use aws_sdk_sesv2::types::EmailContent;
    use engine::Undelivered;
    use journey::Sender;

    use super::{client, is_throttled, mailbox, undelivered};

    /// Returns what is said of a mail that was handed to `endpoint` in vain.
    async fn handed_to(endpoint: String) -> Undelivered {
        let credentials = Credentials::builder()
            .access_key_id("id")
            .secret_access_key("secret")
            .provider_name("test")
            .build();
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(endpoint)
            .region(Region::new("eu-west-1"))
            .build();
        let send = client(&config).send_email();
        let sent = send.content(EmailContent::builder().build()).send().await;
        undelivered(&sent.unwrap_err())
    }

    #[tokio::test]
    async fn a_mail_for_which_there_was_no_connection_did_not_leave() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        // It hangs up before a word of TLS, so nothing was said to it.
        let hangs_up = std::thread::spawn(move || listener.accept().map(drop));
        let no_tls = handed_to(format!("https://{address}")).await;
        hangs_up.join().unwrap().unwrap();
        let refused = handed_to(format!("http://{address}")).await;
        for undelivered in [no_tls, refused] {
            assert!(
                matches!(undelivered, Undelivered::NotSent(_)),
                "{undelivered:?}"
            );
        }
    }

    #[tokio::test]
    async fn a_mail_whose_reply_is_lost_may_have_left() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let hangs_up = std::thread::spawn(move || {
            let (mut connection, _) = listener.accept()?;
            connection.read(&mut [0; 64]).map(drop)
        });
        let undelivered = handed_to(format!("http://{address}")).await;
        hangs_up.join().unwrap().unwrap();
        assert!(
            matches!(undelivered, Undelivered::Unknown(_)),
            "{undelivered:?}"
        );
    }

    #[test]
    fn what_aws_says_in_front_of_every_service_is_too_many_at_once() {
        for (code, throttled) in [
            (Some("ThrottlingException"), true),
            (Some("Throttling"), true),
            (Some("RequestLimitExceeded"), true),
            (Some("MessageRejected"), false),
            (None, false),
        ] {
            assert_eq!(is_throttled(code), throttled, "{code:?}");
        }
    }

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

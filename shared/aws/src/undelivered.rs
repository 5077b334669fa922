//! What SES's refusals mean: whether a mail may have left, and what to do about it.

use aws_sdk_sesv2::error::{ConnectorError, ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use engine::Undelivered;
use journey::Sender;

/// Tells apart what certainly did not leave from what may have left.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "SES's errors grow, and an unknown one must count as doubt"
)]
pub(crate) fn undelivered(error: &SdkError<SendEmailError>, from: &Sender) -> Undelivered {
    let why = || {
        let code = error.code().unwrap_or("no answer");
        // SES's message may quote the address, so only its code is kept, and what to do about it.
        match rejection(error, from) {
            Some(remedy) => format!("{code}: {remedy}"),
            None => code.to_owned(),
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
                // So says SES where AWS has paused the account: no mail is at fault.
                _ if error.message().is_some_and(is_paused) => Undelivered::Paused(why()),
                _ if (400..500).contains(&status) => Undelivered::Refused(why()),
                _ => Undelivered::Unknown(why()),
            }
        }
        _ => Undelivered::Unknown(why()),
    }
}

/// Says what to do about a mail that SES rejects; `None` for any other failure.
fn rejection(error: &SdkError<SendEmailError>, from: &Sender) -> Option<String> {
    let SdkError::ServiceError(context) = error else {
        return None;
    };
    let domain = from.address.domain();
    if context.err().is_mail_from_domain_not_verified_exception() {
        return Some(format!(
            "the custom MAIL FROM domain of {domain} is not verified; `waypost doctor` says what is missing, \
             then `waypost retry` sends it"
        ));
    }
    if error.code() != Some("MessageRejected") {
        return None;
    }
    let message = error.message().unwrap_or_default();
    Some(if is_paused(message) {
        "AWS has paused the account's sending; the console of SES says why".to_owned()
    } else if !message.starts_with(NOT_VERIFIED) {
        "SES takes no such mail, whoever it is from".to_owned()
    } else if message.contains(from.address.as_str()) {
        format!(
            "the sender's domain {domain} is not verified with SES; `waypost doctor` says what is missing, \
             then `waypost retry` sends it"
        )
    } else {
        // It names the recipient then.
        "the account is in SES's sandbox, which mails nobody but verified addresses; ask AWS for production access"
            .to_owned()
    })
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

fn is_paused(message: &str) -> bool {
    PAUSED.iter().any(|paused| message.starts_with(paused))
}

fn is_throttled(code: Option<&str>) -> bool {
    code.is_some_and(|code| code.starts_with("Throttl") || code == "RequestLimitExceeded")
}

/// How SES begins to say that it takes nothing from the account, where it does not have an error of its own for that.
const PAUSED: [&str; 2] = [
    "Sending paused for this account",
    "Sending suspended for this account",
];

/// How SES begins to say so; then it lists the addresses.
const NOT_VERIFIED: &str = "Email address is not verified";

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::time::Duration;

    use aws_config::timeout::TimeoutConfig;
    use aws_config::{BehaviorVersion, Region, SdkConfig};
    use aws_sdk_sesv2::config::{Credentials, SharedCredentialsProvider};
    use aws_sdk_sesv2::types::EmailContent;
    use engine::Undelivered;
    use journey::Sender;

    use super::{is_throttled, undelivered};
    use crate::mailer::client;

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
        undelivered(&sent.unwrap_err(), &sender())
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

    /// Seen of the older API, and of SMTP: whether the newer one says it so is not known, that it means no mail is.
    #[tokio::test]
    async fn an_account_that_aws_has_paused_refuses_no_mail_of_its_own() {
        let message = "Sending paused for this account. For more information, please check the inbox of anna@school.example";
        let undelivered = answered("MessageRejected", message).await;
        let why =
            "MessageRejected: AWS has paused the account's sending; the console of SES says why";
        assert_eq!(undelivered, Undelivered::Paused(why.to_owned()));
    }

    #[test]
    fn ses_has_all_the_time_that_a_claim_leaves_it() {
        let others = Duration::from_secs(3);
        let others = TimeoutConfig::builder().operation_attempt_timeout(others);
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .timeout_config(others.build())
            .build();
        let client = client(&config);
        let timeouts = client.config().timeout_config().unwrap();
        assert_eq!(timeouts.operation_timeout(), Some(Duration::from_secs(5)));
        assert_eq!(
            timeouts.operation_attempt_timeout(),
            timeouts.operation_timeout()
        );
    }

    #[tokio::test]
    async fn a_rejected_mail_says_what_to_do_and_nothing_of_whom_it_is_for() {
        let failed =
            "Email address is not verified. The following identities failed the check in region";
        for (code, message, expected) in [
            (
                "MessageRejected",
                format!("{failed} EU-WEST-1: post@brug.example"),
                "MessageRejected: the sender's domain brug.example is not verified with SES; `waypost doctor` says \
                 what is missing, then `waypost retry` sends it",
            ),
            (
                "MessageRejected",
                format!("{failed} EU-WEST-1: anna@school.example"),
                "MessageRejected: the account is in SES's sandbox, which mails nobody but verified addresses; ask AWS \
                 for production access",
            ),
            (
                "MessageRejected",
                "Email contains a virus".to_owned(),
                "MessageRejected: SES takes no such mail, whoever it is from",
            ),
            (
                "MailFromDomainNotVerifiedException",
                "for anna@school.example".to_owned(),
                "MailFromDomainNotVerifiedException: the custom MAIL FROM domain of brug.example is not verified; \
                 `waypost doctor` says what is missing, then `waypost retry` sends it",
            ),
            (
                "BadRequestException",
                "anna@school.example".to_owned(),
                "BadRequestException",
            ),
        ] {
            let undelivered = answered(code, &message).await;
            assert_eq!(undelivered, Undelivered::Refused(expected.to_owned()));
        }
    }

    /// Returns what is said of a mail that SES refuses in so many words.
    async fn answered(code: &'static str, message: &str) -> Undelivered {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let body = format!(r#"{{"message":"{message}"}}"#);
        let answers = std::thread::spawn(move || {
            let (mut connection, _) = listener.accept()?;
            let _ = connection.read(&mut [0; 8192])?;
            let length = body.len();
            write!(
                connection,
                "HTTP/1.1 400 Bad Request\r\nx-amzn-errortype: {code}\r\ncontent-length: {length}\r\n\r\n{body}"
            )
        });
        let undelivered = handed_to(format!("http://{address}")).await;
        answers.join().unwrap().unwrap();
        undelivered
    }

    fn sender() -> Sender {
        Sender {
            name: "De Brug".to_owned(),
            address: "post@brug.example".parse().unwrap(),
            reply_to: None,
        }
    }
}

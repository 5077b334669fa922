//! SES, as an operator sees it: identities, the account, where reports go.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, anyhow};
use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::operation::get_email_identity::GetEmailIdentityOutput;
use aws_sdk_sesv2::types::{
    BehaviorOnMxFailure, DkimAttributes, DkimSigningAttributes, DkimSigningAttributesOrigin,
    DkimSigningKeyLength, VerificationInfo,
};

use super::{Operator, told};

/// A domain that SES knows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MailIdentity {
    /// Whether mail may be sent from it.
    pub verified: bool,
    /// How its verification stands: `PENDING`, `SUCCESS`, `FAILED`, …
    pub status: String,
    /// What SES met when it last looked in vain: `HOST_NOT_FOUND`, `INVALID_VALUE`, …
    pub error: Option<String>,
    /// How its mails are signed.
    pub dkim: Dkim,
    /// Where its bounces go, if that is not Amazon's own domain.
    pub mail_from: Option<MailFrom>,
    /// The configuration set of mails that name none.
    pub configuration_set: Option<String>,
}

/// How the mails of a domain are signed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Dkim {
    /// Whether they are.
    pub enabled: bool,
    /// How SES sees the records: `PENDING`, `SUCCESS`, `FAILED`, …
    pub status: String,
    /// What its records are named after; empty where somebody brought a key of their own.
    pub tokens: Vec<String>,
    /// The zone that its records lead to.
    pub zone: Option<String>,
    /// Whether SES keeps the key, and changes it by itself.
    pub easy: bool,
    /// How many bits the key has.
    pub bits: Option<u16>,
}

/// Where the bounces of a domain's mails go.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MailFrom {
    /// The subdomain.
    pub domain: String,
    /// How SES sees its records: `PENDING`, `SUCCESS`, `FAILED`, …
    pub status: String,
    /// Whether SES sends no mail while its MX record is not there.
    pub rejects: bool,
}

/// What an SES account may do.
#[derive(Clone, Debug, PartialEq)]
pub struct MailAccount {
    /// Whether it may write to everybody; in the sandbox it may not.
    pub production: bool,
    /// Whether sending is switched on.
    pub sending: bool,
    /// `HEALTHY`, `PROBATION` or `SHUTDOWN`.
    pub enforcement: String,
    /// What may be sent.
    pub quota: Option<Quota>,
    /// What puts an address on the account's suppression list: `BOUNCE`, `COMPLAINT`.
    pub suppressed: Vec<String>,
    /// `NONE`, `ESSENTIALS`, `PRO` or `ENTERPRISE`; nothing where SES does not say.
    pub plan: Option<String>,
}

/// What may be sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quota {
    /// Recipients in 24 hours; nothing is no limit.
    pub a_day: Option<f64>,
    /// Mails a second.
    pub a_second: f64,
    /// Recipients in the last 24 hours.
    pub used: f64,
}

/// Where SES reports what becomes of mails.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EventDestination {
    /// Its name.
    pub name: String,
    /// Whether it is switched on.
    pub enabled: bool,
    /// What is reported: `SEND`, `DELIVERY`, …
    pub events: Vec<String>,
    /// The ARN of the SNS topic that it goes to, if it goes to one.
    pub topic: Option<String>,
}

/// A domain that mail may not be sent from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unverified {
    /// The domain.
    pub domain: String,
    /// Whether SES knows it and waits for its records.
    pub known: bool,
}

/// Makes a client for all that is not sending: SES answers one such request a second, so it waits and asks again.
pub(super) fn client(config: &SdkConfig) -> Client {
    let timeouts = TimeoutConfig::builder().operation_timeout(PATIENCE).build();
    let config = aws_sdk_sesv2::config::Builder::from(config)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS_MAX))
        .timeout_config(timeouts)
        .build();
    Client::from_conf(config)
}

impl Operator {
    /// Reads what SES knows of a domain; nothing if it does not know it.
    pub async fn mail_identity(&self, domain: &str) -> anyhow::Result<Option<MailIdentity>> {
        let get = self.ses.get_email_identity().email_identity(domain);
        match get.send().await {
            Ok(answer) => Ok(Some(identity(answer))),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|e| e.is_not_found_exception()) =>
            {
                Ok(None)
            }
            Err(error) => Err(told("SES GetEmailIdentity", error)),
        }
    }

    /// Makes SES know a domain: Easy DKIM with 2048 bits, and the configuration set of mails that name none.
    pub async fn create_mail_identity(
        &self,
        domain: &str,
        configuration_set: &str,
    ) -> anyhow::Result<()> {
        let signing = DkimSigningAttributes::builder()
            .next_signing_key_length(DkimSigningKeyLength::Rsa2048Bit)
            .build();
        let create = self.ses.create_email_identity().email_identity(domain);
        let create = create
            .dkim_signing_attributes(signing)
            .configuration_set_name(configuration_set);
        match create.send().await {
            Ok(_) => Ok(()),
            // Somebody was quicker.
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|e| e.is_already_exists_exception()) =>
            {
                Ok(())
            }
            Err(error) => Err(told("SES CreateEmailIdentity", error)),
        }
    }

    /// Lets the bounces of a domain go to a subdomain of its own.
    ///
    /// While the records are not there, SES uses its own domain and mail goes on.
    pub async fn set_mail_from(&self, domain: &str, mail_from: &str) -> anyhow::Result<()> {
        let put = self.ses.put_email_identity_mail_from_attributes();
        put.email_identity(domain)
            .mail_from_domain(mail_from)
            .behavior_on_mx_failure(BehaviorOnMxFailure::UseDefaultValue)
            .send()
            .await
            .map_err(|error| told("SES PutEmailIdentityMailFromAttributes", error))?;
        Ok(())
    }

    /// Sets the configuration set of a domain's mails that name none.
    pub async fn set_configuration_set(&self, domain: &str, set: &str) -> anyhow::Result<()> {
        let put = self.ses.put_email_identity_configuration_set_attributes();
        put.email_identity(domain)
            .configuration_set_name(set)
            .send()
            .await
            .map_err(|error| told("SES PutEmailIdentityConfigurationSetAttributes", error))?;
        Ok(())
    }

    /// Reads what the account may do.
    pub async fn mail_account(&self) -> anyhow::Result<MailAccount> {
        let answer = self.ses.get_account().send().await;
        let account = answer.map_err(|error| told("SES GetAccount", error))?;
        let quota = account.send_quota.map(|quota| Quota {
            a_day: Some(quota.max24_hour_send).filter(|max| *max >= 0.0),
            a_second: quota.max_send_rate,
            used: quota.sent_last24_hours,
        });
        let suppression = account.suppression_attributes;
        let reasons = suppression.and_then(|attributes| attributes.suppressed_reasons);
        let pricing = account.pricing_attributes;
        let plan = pricing.and_then(|pricing| pricing.current_plan);
        Ok(MailAccount {
            production: account.production_access_enabled,
            sending: account.sending_enabled,
            enforcement: account.enforcement_status.unwrap_or_default(),
            quota,
            suppressed: reasons
                .unwrap_or_default()
                .iter()
                .map(|reason| reason.as_str().to_owned())
                .collect(),
            plan: plan.map(|plan| plan.as_str().to_owned()),
        })
    }

    /// Reads where a configuration set reports what becomes of mails.
    pub async fn event_destinations(&self, set: &str) -> anyhow::Result<Vec<EventDestination>> {
        let get = self.ses.get_configuration_set_event_destinations();
        let answer = get.configuration_set_name(set).send().await;
        let answer =
            answer.map_err(|error| told("SES GetConfigurationSetEventDestinations", error))?;
        let destinations = answer.event_destinations.unwrap_or_default().into_iter();
        let destination = |one: aws_sdk_sesv2::types::EventDestination| EventDestination {
            name: one.name,
            enabled: one.enabled,
            events: one
                .matching_event_types
                .iter()
                .map(|event| event.as_str().to_owned())
                .collect(),
            topic: one.sns_destination.map(|sns| sns.topic_arn),
        };
        Ok(destinations.map(destination).collect())
    }

    /// Returns those of `domains` that mail may not be sent from: neither they nor a domain above them is verified.
    pub async fn unverified(
        &self,
        domains: impl IntoIterator<Item = &str>,
    ) -> anyhow::Result<Vec<Unverified>> {
        let identities = self.mail_identities().await?;
        let mut unverified = Vec::new();
        for domain in domains {
            let domain = domain.to_ascii_lowercase();
            let states: Vec<bool> = above(&domain)
                .filter_map(|name| identities.get(name).copied())
                .collect();
            if !states.contains(&true) {
                unverified.push(Unverified {
                    known: identities.contains_key(&domain),
                    domain,
                });
            }
        }
        Ok(unverified)
    }

    /// Reads every identity that SES knows, and whether mail may be sent from it.
    async fn mail_identities(&self) -> anyhow::Result<BTreeMap<String, bool>> {
        let list = self.ses.list_email_identities().page_size(PAGE_SIZE);
        let mut pages = list.into_paginator().send();
        let mut identities = BTreeMap::new();
        for _ in 0..PAGES_MAX {
            let Some(page) = pages.next().await else {
                return Ok(identities);
            };
            let page = page.map_err(|error| told("SES ListEmailIdentities", error))?;
            for one in page.email_identities.unwrap_or_default() {
                let name = one.identity_name.context("an identity without a name")?;
                identities.insert(name.to_ascii_lowercase(), one.sending_enabled);
            }
        }
        Err(anyhow!(
            "SES lists more identities than an account can have"
        ))
    }
}

fn identity(answer: GetEmailIdentityOutput) -> MailIdentity {
    let mail_from = answer
        .mail_from_attributes
        .filter(|mail_from| !mail_from.mail_from_domain.is_empty());
    MailIdentity {
        verified: answer.verified_for_sending_status,
        status: answer
            .verification_status
            .map_or_else(String::new, |status| status.as_str().to_owned()),
        error: answer.verification_info.and_then(error),
        dkim: answer.dkim_attributes.map(dkim).unwrap_or_default(),
        mail_from: mail_from.map(|mail_from| MailFrom {
            domain: mail_from.mail_from_domain,
            status: mail_from.mail_from_domain_status.as_str().to_owned(),
            rejects: mail_from.behavior_on_mx_failure == BehaviorOnMxFailure::RejectMessage,
        }),
        configuration_set: answer.configuration_set_name,
    }
}

fn error(info: VerificationInfo) -> Option<String> {
    info.error_type.map(|error| error.as_str().to_owned())
}

fn dkim(dkim: DkimAttributes) -> Dkim {
    let bits = dkim.current_signing_key_length.and_then(|length| {
        let bits = length.as_str().split('_').nth(1)?;
        bits.parse().ok()
    });
    let own = dkim.signing_attributes_origin == Some(DkimSigningAttributesOrigin::External);
    Dkim {
        enabled: dkim.signing_enabled,
        status: dkim
            .status
            .map_or_else(String::new, |status| status.as_str().to_owned()),
        tokens: dkim.tokens.filter(|_| !own).unwrap_or_default(),
        zone: dkim.signing_hosted_zone,
        easy: !own,
        bits,
    }
}

/// Names a domain and those above it.
fn above(domain: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(domain), |name| {
        name.split_once('.').map(|(_, above)| above)
    })
}

const ATTEMPTS_MAX: u32 = 6;
/// For all attempts and the pauses between them.
const PATIENCE: Duration = Duration::from_secs(30);
/// What the API gives at most.
const PAGE_SIZE: i32 = 1_000;
/// An account has at most 10,000 identities.
const PAGES_MAX: u32 = 20;

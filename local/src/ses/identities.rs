//! Sending identities: addresses and domains that may be used as a sender.

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{address::domain, request::bad};
use crate::{names, refusal::Refusal, region::Region};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Create {
    email_identity: String,
    configuration_set_name: Option<String>,
    #[serde(default)]
    dkim_signing_attributes: SigningAttributes,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SigningAttributes {
    next_signing_key_length: Option<String>,
    domain_signing_private_key: Option<serde::de::IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutMailFrom {
    mail_from_domain: Option<String>,
    behavior_on_mx_failure: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutConfigurationSet {
    configuration_set_name: Option<String>,
}

/// An identity as it is stored.
#[derive(Debug)]
struct Identity {
    verified: bool,
    attributes: Attributes,
}

/// What was set for an identity.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Attributes {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mail_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on_mx_failure: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    configuration_set: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_length: Option<String>,
}

/// Answers `CreateEmailIdentity`.
pub(super) fn create(region: &Region, body: &[u8]) -> Result<Value, Refusal> {
    let create: Create = super::read(body)?;
    let name = create.email_identity.to_ascii_lowercase();
    let signing = create.dkim_signing_attributes;
    if signing.domain_signing_private_key.is_some() {
        return Err(bad("The local cloud signs with Easy DKIM only"));
    }
    let lengths = [None, Some("RSA_1024_BIT"), Some("RSA_2048_BIT")];
    if !lengths.contains(&signing.next_signing_key_length.as_deref()) {
        return Err(bad("NextSigningKeyLength is RSA_1024_BIT or RSA_2048_BIT"));
    }
    if let Some(set) = &create.configuration_set_name {
        super::configuration_set(region, set)?;
    }
    let identity = Identity {
        verified: region.sending.verifies_at_once,
        attributes: Attributes {
            configuration_set: create.configuration_set_name,
            key_length: signing.next_signing_key_length,
            ..Attributes::default()
        },
    };
    region.store.write(|db| {
        if find(db, &name)?.is_some() {
            return Err(Refusal::bad(
                "AlreadyExistsException",
                format!("Email identity {name} already exist."),
            ));
        }
        Ok(put(db, &name, &identity)?)
    })?;
    region.store.changed();
    Ok(shown(&name, &identity))
}

/// Adds the identity, or sets whether it is verified.
pub(crate) fn declare(db: &Connection, name: &str, verified: bool) -> rusqlite::Result<()> {
    let name = name.to_ascii_lowercase();
    let known = find(db, &name)?;
    let attributes = known.map(|known| known.attributes).unwrap_or_default();
    put(
        db,
        &name,
        &Identity {
            verified,
            attributes,
        },
    )
}

/// Answers `GetEmailIdentity`.
pub(super) fn get(region: &Region, name: &str) -> Result<Value, Refusal> {
    let name = name.to_ascii_lowercase();
    let known = region
        .store
        .read(|db| find(db, &name))?
        .ok_or_else(|| unknown(&name))?;
    let attributes = &known.attributes;
    let mut identity = shown(&name, &known);
    identity["FeedbackForwardingStatus"] = true.into();
    identity["VerificationStatus"] = status(known.verified).into();
    let behavior = attributes.on_mx_failure.as_deref();
    identity["MailFromAttributes"] =
        json!({ "BehaviorOnMxFailure": behavior.unwrap_or("USE_DEFAULT_VALUE") });
    if let Some(mail_from) = &attributes.mail_from {
        identity["MailFromAttributes"]["MailFromDomain"] = mail_from.as_str().into();
        identity["MailFromAttributes"]["MailFromDomainStatus"] = status(known.verified).into();
    }
    if let Some(set) = &attributes.configuration_set {
        identity["ConfigurationSetName"] = set.as_str().into();
    }
    let now_s = region.clock.now_ms() / 1000;
    identity["VerificationInfo"] = if known.verified {
        json!({ "LastCheckedTimestamp": now_s, "LastSuccessTimestamp": now_s })
    } else {
        json!({ "LastCheckedTimestamp": now_s, "ErrorType": "HOST_NOT_FOUND" })
    };
    Ok(identity)
}

/// Answers `PutEmailIdentityMailFromAttributes`.
pub(super) fn put_mail_from(region: &Region, name: &str, body: &[u8]) -> Result<Value, Refusal> {
    let wanted: PutMailFrom = super::read(body)?;
    let behaviors = [None, Some("USE_DEFAULT_VALUE"), Some("REJECT_MESSAGE")];
    if !behaviors.contains(&wanted.behavior_on_mx_failure.as_deref()) {
        return Err(bad(
            "BehaviorOnMxFailure is USE_DEFAULT_VALUE or REJECT_MESSAGE",
        ));
    }
    let mail_from = wanted.mail_from_domain.filter(|domain| !domain.is_empty());
    change(region, name, |attributes| {
        let of = domain(name);
        if let Some(domain) = &mail_from
            && !domain.to_ascii_lowercase().ends_with(&format!(".{of}"))
        {
            return Err(bad(format!(
                "Provided MAIL-FROM domain <{domain}> is not subdomain of the domain of the identity <{of}>."
            )));
        }
        attributes.mail_from = mail_from;
        attributes.on_mx_failure = wanted.behavior_on_mx_failure;
        Ok(())
    })
}

/// Answers `PutEmailIdentityConfigurationSetAttributes`.
pub(super) fn put_configuration_set(
    region: &Region,
    name: &str,
    body: &[u8],
) -> Result<Value, Refusal> {
    let wanted: PutConfigurationSet = super::read(body)?;
    if let Some(set) = &wanted.configuration_set_name {
        super::configuration_set(region, set)?;
    }
    change(region, name, |attributes| {
        attributes.configuration_set = wanted.configuration_set_name;
        Ok(())
    })
}

fn change(
    region: &Region,
    name: &str,
    change: impl FnOnce(&mut Attributes) -> Result<(), Refusal>,
) -> Result<Value, Refusal> {
    let name = name.to_ascii_lowercase();
    region.store.write(|db| {
        let mut identity = find(db, &name)?.ok_or_else(|| unknown(&name))?;
        change(&mut identity.attributes)?;
        Ok::<_, Refusal>(put(db, &name, &identity)?)
    })?;
    region.store.changed();
    Ok(json!({}))
}

/// Answers `ListEmailIdentities`, all on one page.
pub(super) fn list(region: &Region) -> Result<Value, Refusal> {
    let identities: Vec<(String, bool)> = region.store.read(|db| {
        let mut statement =
            db.prepare_cached("SELECT name, verified FROM identity ORDER BY name")?;
        statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
    })?;
    let identities: Vec<_> = identities
        .iter()
        .map(|(name, verified)| {
            json!({
                "IdentityType": kind(name),
                "IdentityName": name,
                "SendingEnabled": verified,
                "VerificationStatus": status(*verified),
            })
        })
        .collect();
    Ok(json!({"EmailIdentities": identities}))
}

/// Answers `DeleteEmailIdentity`.
pub(super) fn delete(region: &Region, name: &str) -> Result<Value, Refusal> {
    let name = name.to_ascii_lowercase();
    let deleted = region
        .store
        .write(|db| db.execute("DELETE FROM identity WHERE name = ?1", [&name]))?;
    region.store.changed();
    if deleted == 0 {
        Err(unknown(&name))
    } else {
        Ok(json!({}))
    }
}

/// Whether the address, its domain or a domain above that is verified.
pub(super) fn may_send(db: &Connection, address: &str) -> rusqlite::Result<bool> {
    let address = address.to_ascii_lowercase();
    if verified(db, &address)? == Some(true) {
        return Ok(true);
    }
    let mut name = domain(&address);
    loop {
        if verified(db, name)? == Some(true) {
            return Ok(true);
        }
        match name.split_once('.') {
            Some((_, above)) => name = above,
            None => return Ok(false),
        }
    }
}

fn verified(db: &Connection, name: &str) -> rusqlite::Result<Option<bool>> {
    db.prepare_cached("SELECT verified FROM identity WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()
}

fn find(db: &Connection, name: &str) -> rusqlite::Result<Option<Identity>> {
    db.prepare_cached("SELECT verified, attributes FROM identity WHERE name = ?1")?
        .query_row([name], |row| {
            let attributes: String = row.get(1)?;
            Ok(Identity {
                verified: row.get(0)?,
                attributes: serde_json::from_str(&attributes).unwrap_or_default(),
            })
        })
        .optional()
}

fn put(db: &Connection, name: &str, identity: &Identity) -> rusqlite::Result<()> {
    let attributes = json!(identity.attributes).to_string();
    db.prepare_cached(
        "INSERT OR REPLACE INTO identity (name, verified, attributes) VALUES (?1, ?2, ?3)",
    )?
    .execute((name, identity.verified, attributes))?;
    Ok(())
}

fn shown(name: &str, identity: &Identity) -> Value {
    // As many tokens as Easy DKIM gives; a stable name for each.
    let tokens: Vec<_> = (1..=3)
        .map(|number| format!("{:x}", md5::compute(format!("{name} {number}"))))
        .collect();
    let key_length = identity.attributes.key_length.as_deref();
    let key_length = key_length.unwrap_or("RSA_2048_BIT");
    json!({
        "IdentityType": kind(name),
        "VerifiedForSendingStatus": identity.verified,
        "DkimAttributes": {
            "SigningEnabled": true,
            "Status": status(identity.verified),
            "Tokens": tokens,
            "SigningAttributesOrigin": "AWS_SES",
            "SigningHostedZone": format!("dkim.{}.amazonses.com", names::REGION),
            "NextSigningKeyLength": key_length,
            "CurrentSigningKeyLength": key_length,
        },
    })
}

fn status(verified: bool) -> &'static str {
    if verified { "SUCCESS" } else { "PENDING" }
}

fn kind(name: &str) -> &'static str {
    if name.contains('@') {
        "EMAIL_ADDRESS"
    } else {
        "DOMAIN"
    }
}

fn unknown(name: &str) -> Refusal {
    Refusal::with_status(
        404,
        "NotFoundException",
        format!("Email identity {name} does not exist."),
    )
}

//! AWS Systems Manager's Parameter Store over awsJson1.1.
//!
//! Deliberate differences from AWS: only the newest version of a parameter is kept, so that no older one can be asked
//! for; there are no labels, tags, policies, filters or StringLists and only the standard tier; what is secure is kept
//! as it is and only shown unreadable to those who do not ask `WithDecryption`.

mod checks;
mod table;

use std::sync::Arc;

use rusqlite::Connection;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{config::Parameter, names, refusal::Refusal, region::Region};
use table::Stored;

/// Answers one SSM request.
pub(crate) fn answer(region: &Arc<Region>, operation: &str, body: &[u8]) -> Result<Value, Refusal> {
    match operation {
        "GetParameter" => get(region, &read(body)?),
        "GetParameters" => get_several(region, &read(body)?),
        "GetParametersByPath" => get_below(region, &read(body)?),
        "PutParameter" => put(region, read(body)?),
        "DeleteParameter" => delete(region, &read(body)?),
        other => Err(Refusal::bad(
            "UnknownOperationException",
            format!("SSM here has no operation {other}"),
        )),
    }
}

/// Puts a parameter, in place of one of its name.
pub(crate) fn declare(db: &Connection, parameter: &Parameter, now_ms: i64) -> rusqlite::Result<()> {
    let kind = if parameter.secure { SECURE } else { PLAIN };
    let before = table::get(db, &parameter.name)?;
    if before
        .as_ref()
        .is_some_and(|one| one.kind == kind && one.value == parameter.value)
    {
        return Ok(());
    }
    let stored = Stored {
        name: parameter.name.clone(),
        kind: kind.to_owned(),
        value: parameter.value.clone(),
        version: before.map_or(0, |one| one.version) + 1,
        modified_ms: now_ms,
    };
    table::put(db, &stored)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Get {
    name: String,
    #[serde(default)]
    with_decryption: bool,
}

fn get(region: &Region, request: &Get) -> Result<Value, Refusal> {
    let (name, version) = checks::selected(&request.name)?;
    let found = region.store.read(|db| table::get(db, name))?;
    let Some(found) = found else {
        return Err(Refusal::bad("ParameterNotFound", ""));
    };
    if version.is_some_and(|version| version != found.version) {
        return Err(Refusal::bad(
            "ParameterVersionNotFound",
            format!(
                "Systems Manager could not find version {} of {name}.",
                version.unwrap_or_default()
            ),
        ));
    }
    Ok(json!({"Parameter": shown(&found, request.with_decryption)}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetSeveral {
    names: Vec<String>,
    #[serde(default)]
    with_decryption: bool,
}

fn get_several(region: &Region, request: &GetSeveral) -> Result<Value, Refusal> {
    if request.names.is_empty() || request.names.len() > PAGE_MAX {
        return Err(checks::length("names", "1", "10"));
    }
    let (mut parameters, mut invalid) = (Vec::new(), Vec::new());
    for asked in &request.names {
        let (name, version) = checks::selected(asked)?;
        let found = region.store.read(|db| table::get(db, name))?;
        let found = found.filter(|one| version.is_none_or(|version| version == one.version));
        match found {
            Some(found) => parameters.push(shown(&found, request.with_decryption)),
            None => invalid.push(asked),
        }
    }
    Ok(json!({"Parameters": parameters, "InvalidParameters": invalid}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetBelow {
    path: String,
    #[serde(default)]
    recursive: bool,
    #[serde(default)]
    with_decryption: bool,
    max_results: Option<usize>,
    next_token: Option<String>,
    #[serde(default)]
    parameter_filters: Vec<Value>,
}

fn get_below(region: &Region, request: &GetBelow) -> Result<Value, Refusal> {
    checks::path(&request.path)?;
    if !request.parameter_filters.is_empty() {
        return Err(checks::invalid("SSM here knows no parameter filters"));
    }
    let most = request.max_results.unwrap_or(PAGE_MAX);
    if !(1..=PAGE_MAX).contains(&most) {
        return Err(checks::length("maxResults", "1", "10"));
    }
    let after = request.next_token.as_deref().unwrap_or_default();
    let below = format!("{}/", request.path.trim_end_matches('/'));
    let found = region.store.read(|db| table::below(db, &below, after))?;
    let mut found: Vec<_> = found
        .into_iter()
        .filter(|one| request.recursive || !one.name[below.len()..].contains('/'))
        .take(most + 1)
        .collect();
    let more = found.len() > most;
    found.truncate(most);
    let parameters: Vec<_> = found
        .iter()
        .map(|one| shown(one, request.with_decryption))
        .collect();
    let mut answer = json!({"Parameters": parameters});
    if let Some(last) = found.last().filter(|_| more) {
        answer["NextToken"] = last.name.clone().into();
    }
    Ok(answer)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Put {
    name: String,
    value: String,
    r#type: Option<String>,
    #[serde(default)]
    overwrite: bool,
}

fn put(region: &Region, request: Put) -> Result<Value, Refusal> {
    checks::name(&request.name)?;
    checks::value(&request.value)?;
    checks::kind(request.r#type.as_deref())?;
    let now_ms = region.clock.now_ms();
    let version = region.store.write(|db| {
        let before = table::get(db, &request.name)?;
        let kind = match (&before, request.r#type) {
            (Some(_), _) if !request.overwrite => return Err(exists()),
            (Some(before), Some(kind)) if before.kind != kind => return Err(another_kind()),
            (Some(before), _) => before.kind.clone(),
            (None, Some(kind)) => kind,
            (None, None) => {
                return Err(checks::invalid(
                    "A parameter type is required when you create a parameter.",
                ));
            }
        };
        let stored = Stored {
            name: request.name,
            kind,
            value: request.value,
            version: before.map_or(0, |before| before.version) + 1,
            modified_ms: now_ms,
        };
        table::put(db, &stored)?;
        Ok(stored.version)
    })?;
    region.store.changed();
    Ok(json!({"Version": version, "Tier": "Standard"}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Delete {
    name: String,
}

fn delete(region: &Region, request: &Delete) -> Result<Value, Refusal> {
    if region.store.write(|db| table::delete(db, &request.name))? {
        Ok(json!({}))
    } else {
        Err(Refusal::bad("ParameterNotFound", ""))
    }
}

fn shown(stored: &Stored, decrypted: bool) -> Value {
    let hidden = stored.kind == SECURE && !decrypted;
    json!({
        "Name": stored.name,
        "Type": stored.kind,
        "Value": if hidden { ciphertext(stored) } else { stored.value.clone() },
        "Version": stored.version,
        // awsJson1.1 carries times as seconds.
        "LastModifiedDate": stored.modified_ms / 1000,
        "ARN": names::parameter_arn(&stored.name),
        "DataType": "text",
    })
}

/// What somebody sees who does not ask for decryption: nothing of the value.
fn ciphertext(stored: &Stored) -> String {
    let digest = md5::compute(format!("{} {}", stored.name, stored.version));
    format!("AQICAHh{digest:x}")
}

fn exists() -> Refusal {
    Refusal::bad(
        "ParameterAlreadyExists",
        "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
    )
}

fn another_kind() -> Refusal {
    Refusal::bad(
        "HierarchyTypeMismatchException",
        "Parameter Store doesn't support changing a parameter type in a hierarchy.",
    )
}

/// Reads a request's body.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body)
        .map_err(|error| Refusal::bad("SerializationException", error.to_string()))
}

const PLAIN: &str = "String";
const SECURE: &str = "SecureString";
const PAGE_MAX: usize = 10;

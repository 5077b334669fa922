//! What SSM refuses, in its words.

use crate::refusal::Refusal;

use super::{PLAIN, SECURE};

/// Splits `name:3` into the name and the version that is asked for.
pub(super) fn selected(asked: &str) -> Result<(&str, Option<i64>), Refusal> {
    let Some((name, version)) = asked.split_once(':') else {
        return Ok((asked, None));
    };
    let version = version
        .parse()
        .map_err(|_| invalid("SSM here knows no labels, only versions"))?;
    Ok((name, Some(version)))
}

/// Checks the name of a parameter that is put.
pub(super) fn name(name: &str) -> Result<(), Refusal> {
    let good = |c: char| c.is_ascii_alphanumeric() || "_.-/".contains(c);
    if name.is_empty() || name.ends_with('/') || !name.chars().all(good) {
        return Err(invalid(
            "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist \
             of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the \
             following 3 symbols .-_",
        ));
    }
    if name.contains('/') && !name.starts_with('/') {
        return Err(invalid("Parameter name must be a fully qualified name."));
    }
    let first = name.trim_start_matches('/').to_ascii_lowercase();
    if first.starts_with("aws") || first.starts_with("ssm") {
        return Err(invalid(
            "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).",
        ));
    }
    if name.matches('/').count() > LEVELS_MAX {
        return Err(Refusal::bad(
            "HierarchyLevelLimitExceededException",
            format!("A hierarchy can have a maximum of {LEVELS_MAX} levels."),
        ));
    }
    if name.len() > NAME_CHARS_MAX {
        return Err(length("name", "1", "1011"));
    }
    Ok(())
}

/// Checks what a parameter is to hold.
pub(super) fn value(value: &str) -> Result<(), Refusal> {
    if value.is_empty() {
        return Err(length("value", "1", "4096"));
    }
    if value.len() > VALUE_BYTES_MAX {
        return Err(invalid(
            "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger \
             parameter value, upgrade the parameter to use the advanced-parameter tier.",
        ));
    }
    Ok(())
}

/// Checks what kind of parameter is asked for.
pub(super) fn kind(kind: Option<&str>) -> Result<(), Refusal> {
    match kind {
        None | Some(PLAIN | SECURE) => Ok(()),
        Some(_) => Err(invalid(
            "Value at 'type' failed to satisfy constraint: Member must satisfy enum value set: [String, SecureString]",
        )),
    }
}

/// Checks a path that parameters are asked for below.
pub(super) fn path(path: &str) -> Result<(), Refusal> {
    if path.starts_with('/') {
        Ok(())
    } else {
        Err(invalid(
            "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward \
             slash \"/\".",
        ))
    }
}

/// A member that is too short or too long.
pub(super) fn length(member: &str, least: &str, most: &str) -> Refusal {
    invalid(format!(
        "1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must have length \
         between {least} and {most}"
    ))
}

pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::bad("ValidationException", message)
}

const LEVELS_MAX: usize = 15;
const NAME_CHARS_MAX: usize = 1011;
const VALUE_BYTES_MAX: usize = 4096;

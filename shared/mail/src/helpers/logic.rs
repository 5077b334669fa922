//! `and`, `or`, `not`, `has`, `eq` and `default`: what holds, and what stands in for what is absent.

use serde_json::Value as Json;

use super::{Call, absent_path};
use crate::fault::Fault;

pub(super) fn and(call: &Call<'_, '_>) -> Result<Json, Fault> {
    Ok(Json::Bool(call.holds(0)? && call.holds(1)?))
}

pub(super) fn or(call: &Call<'_, '_>) -> Result<Json, Fault> {
    Ok(Json::Bool(call.holds(0)? || call.holds(1)?))
}

pub(super) fn not(call: &Call<'_, '_>) -> Result<Json, Fault> {
    call.holds(0).map(|holds| Json::Bool(!holds))
}

pub(super) fn has(call: &Call<'_, '_>) -> Result<Json, Fault> {
    let value = call.known(0)?;
    Ok(Json::Bool(absent_path(value).is_none()))
}

pub(super) fn eq(call: &Call<'_, '_>) -> Result<Json, Fault> {
    let (left, right) = (call.known(0)?, call.known(1)?);
    let there = absent_path(left).is_none() && absent_path(right).is_none();
    // As numbers first: `5` and `5.0` are one number in two spellings.
    let same = match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left == right,
        (None | Some(_), None) | (None, Some(_)) => left == right,
    };
    Ok(Json::Bool(there && same))
}

pub(super) fn default(call: &Call<'_, '_>) -> Result<Json, Fault> {
    let value = call.known(0)?;
    if absent_path(value).is_none() {
        Ok(value.clone())
    } else {
        call.get(1).cloned()
    }
}

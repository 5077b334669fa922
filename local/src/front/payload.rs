//! API Gateway's payload format 2.0: a request as an event, a function's result as an answer.
//!
//! API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs".

use std::{borrow::Cow, collections::BTreeMap};

use base64::{Engine, prelude::BASE64_STANDARD};
use hyper::{body::Bytes, header};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    clock::timestamp,
    config::Route,
    http::{Answer, Call, answer as http_answer, set_header},
    names,
};

/// A route and what its path's parameters stand for.
pub(super) struct Matched<'a> {
    pub(super) route: &'a Route,
    pub(super) parameters: BTreeMap<String, String>,
}

/// The path's parameters, if the route fits the request.
pub(super) fn parameters(route: &Route, call: &Call) -> Option<BTreeMap<String, String>> {
    if route.method != "ANY" && route.method != call.method.as_str() {
        return None;
    }
    let mut parameters = BTreeMap::new();
    let mut rest = call.uri.path().strip_prefix('/')?;
    let mut patterns = route.path.strip_prefix('/')?.split('/').peekable();
    while let Some(pattern) = patterns.next() {
        let name = pattern
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'));
        if let Some(name) = name.and_then(|name| name.strip_suffix('+')) {
            if rest.is_empty() {
                return None;
            }
            parameters.insert(name.into(), decode(rest));
            return Some(parameters);
        }
        let (segment, after) = rest
            .split_once('/')
            .map_or((rest, None), |(a, b)| (a, Some(b)));
        match name {
            Some(_) if segment.is_empty() => return None,
            Some(name) => {
                parameters.insert(name.into(), decode(segment));
            }
            None if pattern == segment => {}
            None => return None,
        }
        match (patterns.peek(), after) {
            (Some(_), Some(after)) => rest = after,
            (None, None) => {}
            _ => return None,
        }
    }
    Some(parameters)
}

/// The request as its function gets it.
pub(super) fn event(matched: &Matched<'_>, call: &Call, body: &Bytes, now_ms: i64) -> Value {
    let route = matched.route;
    let route_key = format!("{} {}", route.method, route.path);
    let query = call.uri.query().unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": call.uri.path(),
        "rawQueryString": query,
        "headers": headers(call),
        "requestContext": {
            "accountId": names::ACCOUNT,
            "apiId": "local",
            "domainName": call.header("host").unwrap_or("localhost"),
            "domainPrefix": "local",
            "http": {
                "method": call.method.as_str(),
                "path": call.uri.path(),
                "protocol": "HTTP/1.1",
                "sourceIp": call.peer.ip().to_string(),
                "userAgent": call.header("user-agent").unwrap_or_default(),
            },
            "requestId": names::new_id(),
            "routeKey": route_key,
            "stage": "$default",
            "time": timestamp(now_ms).strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": now_ms,
        },
        "isBase64Encoded": false,
    });
    let cookies: Vec<_> = cookies(call).collect();
    if !cookies.is_empty() {
        event["cookies"] = cookies.into();
    }
    if !query.is_empty() {
        event["queryStringParameters"] = query_parameters(query).into();
    }
    if !matched.parameters.is_empty() {
        event["pathParameters"] = json!(matched.parameters);
    }
    if !body.is_empty() {
        // Like API Gateway: what is not declared as text is binary, such as a form; and what is no UTF-8.
        match std::str::from_utf8(body).ok().filter(|_| is_text(call)) {
            Some(text) => event["body"] = text.into(),
            None => {
                event["body"] = BASE64_STANDARD.encode(body).into();
                event["isBase64Encoded"] = true.into();
            }
        }
    }
    event
}

fn is_text(call: &Call) -> bool {
    let Some(content_type) = call.header("content-type") else {
        return true;
    };
    let kind = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    kind.starts_with("text/")
        || matches!(
            kind.as_str(),
            "application/json" | "application/xml" | "application/javascript"
        )
        || (kind.starts_with("application/") && (kind.ends_with("+json") || kind.ends_with("+xml")))
}

/// The headers, their names in small letters, those that came twice joined by commas, without the cookies.
fn headers(call: &Call) -> Map<String, Value> {
    let mut headers = Map::new();
    for name in call.headers.keys().filter(|name| *name != header::COOKIE) {
        let values = call.headers.get_all(name).iter();
        let values: Vec<_> = values
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        headers.insert(name.as_str().into(), values.join(",").into());
    }
    let source = call.peer.ip().to_string();
    headers
        .entry("x-forwarded-for")
        .or_insert_with(|| source.into());
    headers
        .entry("x-forwarded-proto")
        .or_insert_with(|| "http".into());
    headers
}

fn cookies(call: &Call) -> impl Iterator<Item = String> {
    let lines = call
        .headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .map(|cookie| cookie.trim().to_owned())
}

fn query_parameters(query: &str) -> Map<String, Value> {
    let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        parameters
            .entry(decode_form(name))
            .or_default()
            .push(decode_form(value));
    }
    parameters
        .into_iter()
        .map(|(name, values)| (name, values.join(",").into()))
        .collect()
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn decode_form(text: &str) -> String {
    decode(&text.replace('+', " "))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FunctionResult<'a> {
    status_code: u16,
    #[serde(default)]
    headers: BTreeMap<String, Value>,
    #[serde(default)]
    multi_value_headers: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    cookies: Vec<String>,
    #[serde(borrow, default)]
    body: Option<Cow<'a, str>>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// A function's result as an answer; `None` when API Gateway would not understand it.
pub(super) fn answer(result: &[u8]) -> Option<Answer> {
    let value: Value = serde_json::from_slice(result).ok()?;
    if value.get("statusCode").is_none() {
        // A result that is not in the format is the body itself.
        let body = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        return Some(http_answer(200, "application/json", body));
    }
    let result: FunctionResult<'_> = serde_json::from_slice(result).ok()?;
    let body = result.body.unwrap_or_default();
    let body = match result.is_base64_encoded {
        true => BASE64_STANDARD.decode(body.as_bytes()).ok()?,
        false => body.into_owned().into_bytes(),
    };
    let mut answer = http_answer(result.status_code, "text/plain; charset=utf-8", body);
    for (name, values) in &result.multi_value_headers {
        set_header(&mut answer, name, &values.join(","));
    }
    for (name, value) in &result.headers {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        set_header(&mut answer, name, &value);
    }
    for cookie in &result.cookies {
        answer
            .headers_mut()
            .append(header::SET_COOKIE, cookie.parse().ok()?);
    }
    Some(answer)
}

//! Advice on moments and durations.

use journey::{Mistake, Period};

/// Says what to write instead of what is no moment.
pub(crate) fn moment(text: &str, mistake: &Mistake) -> Option<String> {
    if mistake.what == "between a date and a time is a space" {
        let (day, time) = text.trim().split_once('T')?;
        return Some(format!("write `{day} {}`", minute(time)?));
    }
    if mistake.what == "a moment is in the time zone of the contact" {
        let (day, time) = text.trim().split_once(char::is_whitespace)?;
        return Some(format!("write `{day} {}`", minute(time.trim_start())?));
    }
    let (body, at) = match text.split_once(" at ") {
        Some((body, time)) => (body.trim(), format!(" at {}", time.trim())),
        None => (text.trim(), String::new()),
    };
    for (word, sign) in [("before", '-'), ("after", '+')] {
        let Some((far, path)) = body.split_once(&format!(" {word} ")) else {
            continue;
        };
        let (far, path) = (far.trim(), path.trim());
        let known = Period::parse(far).is_ok() && path.split('.').all(is_name);
        return known.then(|| format!("write `{} {sign} {far}{at}`", whole(path)));
    }
    let end = body
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(body.len());
    let (name, rest) = body.split_at(end);
    let distance = rest.trim_start();
    let meant = is_name(name)
        && !["now", "today", "tomorrow"].contains(&name)
        && (distance.is_empty() || distance.starts_with(['+', '-']));
    meant.then(|| {
        format!(
            "a field of the contact begins with `contact.`: `{}{rest}{at}`",
            whole(name)
        )
    })
}

/// Says what to write instead of what is no duration.
pub(crate) fn duration(text: &str, _mistake: &Mistake) -> Option<String> {
    let text = text.trim();
    let zero = !text.is_empty() && text.bytes().all(|byte| byte == b'0');
    zero.then(|| "write how long, with its unit: `1 day`, `2 hours`, `30 minutes`".to_owned())
}

/// Returns the hours and minutes that a time begins with.
fn minute(time: &str) -> Option<&str> {
    let minute = time.get(..5)?;
    let shape = minute.bytes().enumerate().all(|(at, byte)| match at {
        2 => byte == b':',
        _ => byte.is_ascii_digit(),
    });
    shape.then_some(minute)
}

/// Returns a path with the root that a lonely name lacks.
fn whole(path: &str) -> String {
    match path.contains('.') {
        true => path.to_owned(),
        false => format!("contact.{path}"),
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

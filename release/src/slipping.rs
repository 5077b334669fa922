//! Which journeys wait for people to enter an audience that they slip into by time alone.

use journey::{Audience, Condition, Occasion, Plan};

/// A journey that nobody enters on the day on which its audience begins to hold.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Slip {
    /// The journey.
    pub journey: String,
    /// The trigger that lets people in on that day: `date: contact.FIELD + N days`.
    pub instead: String,
}

/// Returns the journeys with a trigger `enters` whose audience asks how long ago something is.
///
/// Only a write lets somebody enter, and it compares who belongs to the audience before and after itself, on one and
/// the same day: who came to belong to it by time is in it before the write as well as after.
pub fn slipping<'a>(plans: impl Iterator<Item = &'a Plan>) -> Vec<Slip> {
    let slips = plans.flat_map(|plan| {
        let entered = plan
            .triggers
            .iter()
            .filter_map(|trigger| match &trigger.on {
                Occasion::Enters(audience) => slip(audience, false),
                Occasion::Date { .. }
                | Occasion::Event(_)
                | Occasion::Joins(_)
                | Occasion::Journey(_)
                | Occasion::Leaves(_)
                | Occasion::Manual
                | Occasion::OptedIn(_)
                | Occasion::Tagged(_)
                | Occasion::Untagged(_) => None,
            });
        entered.map(|instead| Slip {
            journey: plan.journey.clone(),
            instead,
        })
    });
    slips.collect()
}

/// Returns the trigger to write instead, where time alone makes people belong to an audience.
fn slip(audience: &Audience, negated: bool) -> Option<String> {
    match audience {
        Audience::AllOf(parts) | Audience::AnyOf(parts) => {
            parts.iter().find_map(|part| slip(part, negated))
        }
        Audience::Not(part) => slip(part, !negated),
        Audience::Where(condition) => asked(condition, negated),
        Audience::Address { .. } | Audience::List(_) | Audience::Role { .. } | Audience::Tag(_) => {
            None
        }
    }
}

fn asked(condition: &Condition, negated: bool) -> Option<String> {
    let text = without_texts(condition.as_str());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("days_since") {
        let (path, next) = after.split_once('(')?.1.split_once(')')?;
        rest = next;
        // `days_since(contact.joined) < 7` holds from the write on, and ends by time.
        let ends = next.trim_start().starts_with('<') && !before.trim_end().ends_with(['<', '>']);
        let turned = before.trim_end_matches([' ', '(']).ends_with("not");
        if ends && negated == turned {
            continue;
        }
        let days = days(next).map_or_else(|| "N".to_owned(), |days| days.to_string());
        return Some(format!("date: {} + {days} days", path.trim()));
    }
    None
}

/// Returns on which day `> 30` and its like begin to hold.
fn days(comparison: &str) -> Option<u32> {
    let comparison = comparison.trim_start();
    let (later, number) = match comparison.strip_prefix('>') {
        Some(rest) => match rest.strip_prefix('=') {
            Some(number) => (0, number),
            None => (1, rest),
        },
        None => (0, comparison.strip_prefix("==")?),
    };
    let number = number.trim_start();
    let end = number
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(number.len());
    number[..end].parse::<u32>().ok()?.checked_add(later)
}

/// Returns a condition without what stands between its quotes.
fn without_texts(condition: &str) -> String {
    let mut open = None;
    let mut bare = String::new();
    for c in condition.chars() {
        match open {
            Some(quote) if c == quote => open = None,
            Some(_) => (),
            None if matches!(c, '\'' | '"') => open = Some(c),
            None => bare.push(c),
        }
    }
    bare
}

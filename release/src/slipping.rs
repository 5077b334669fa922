//! Which journeys wait for people to enter an audience that they slip into by time alone.

use journey::{Audience, Occasion, Plan};

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
        let triggers = plan.triggers.iter();
        let instead = triggers.filter_map(|trigger| {
            let Occasion::Enters(audience) = &trigger.on else {
                return None;
            };
            slip(audience, true)
        });
        instead.map(|instead| Slip {
            journey: plan.journey.clone(),
            instead,
        })
    });
    slips.collect()
}

/// Returns the trigger to write instead, where time alone makes people belong to an audience, or not belong to it.
fn slip(audience: &Audience, belong: bool) -> Option<String> {
    match audience {
        Audience::AllOf(parts) | Audience::AnyOf(parts) => {
            parts.iter().find_map(|part| slip(part, belong))
        }
        Audience::Not(part) => slip(part, !belong),
        Audience::Where(condition) => {
            let (path, day) = condition.ages(belong)?;
            Some(match day {
                None => format!("date: {path} + N days"),
                Some(0) => format!("date: {path}"),
                Some(day) if day < 0 => format!("date: {path} - {} days", day.unsigned_abs()),
                Some(day) => format!("date: {path} + {day} days"),
            })
        }
        Audience::Address { .. } | Audience::List(_) | Audience::Role { .. } | Audience::Tag(_) => {
            None
        }
    }
}

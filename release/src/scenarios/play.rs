//! Plays a scenario, and says where it does not say when it stops.

use journey::{Cut, MOVES_MAX, Plan, rehearse};

use super::Scenario;
use super::story::{Entry, story};
use crate::Defect;

/// Plays a scenario of `plan` and returns the story that came of it.
///
/// # Errors
/// Without `until`, a play that stops before anything happened although more is to come shows nothing, and one that
/// goes on and on shows no end.
pub fn play(scenario: &Scenario, plan: &Plan) -> Result<Vec<Entry>, Box<Defect>> {
    let played = rehearse(plan, scenario.script.clone());
    let found = story(&played.lines);
    let (what, help) = match played.cut {
        None => return Ok(found),
        Some(Cut::Dates) if !found.is_empty() => return Ok(found),
        Some(Cut::Dates) => (
            "this scenario ends before the date that comes every year".to_owned(),
            "write when it stops, after the last date that it shows: `until: 2027-12-31 23:59`",
        ),
        Some(Cut::Endless) => (
            format!("this scenario takes more than {MOVES_MAX} steps"),
            "write when it stops: `until: 2027-12-31 23:59`; if it says so, stop it earlier",
        ),
    };
    let defect = Defect::new(scenario.place.clone(), what).help(help);
    Err(Box::new(defect))
}

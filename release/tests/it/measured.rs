//! What is said where a journey goes by opens that are not measured of everybody.

#![expect(clippy::unwrap_used, reason = "what fails here is a test")]

use release::half_blind;

use crate::folder::{Folder, good};

const NEWS: &str = "journeys/nieuws.yaml";
const TOPICS: &str = "topics:\n";

#[test]
fn a_journey_that_asks_who_opened_is_half_blind_where_tracking_needs_a_yes() {
    for asking in [
        "  - wait_for: { opened: een }\n    within: 3 days\n    then: [{ tag: warm }]\n",
        "  - if: clicked('een')\n    then: [{ tag: warm }]\n",
        "  - case:\n      - when: opened('een')\n        steps: [{ tag: warm }]\n",
    ] {
        let steps = format!("  - id: een\n    send: nieuws\n{asking}");
        let all = good().edit(NEWS, "  - send: nieuws\n", &steps);
        assert_eq!(of(&all), Vec::<String>::new(), "{asking}");
        let some = all.edit(
            "waypost.yaml",
            TOPICS,
            &format!("tracking: nieuwsbrief\n{TOPICS}"),
        );
        assert_eq!(of(&some), ["nieuws", "start"], "{asking}");
    }
    let ending = good().edit(NEWS, "steps:\n", "exit_when: opened('nieuws')\nsteps:\n");
    let ending = ending.edit(
        "waypost.yaml",
        TOPICS,
        &format!("tracking: nieuwsbrief\n{TOPICS}"),
    );
    assert_eq!(of(&ending), ["nieuws", "start"]);
    let mute = good().edit(
        "waypost.yaml",
        TOPICS,
        &format!("tracking: nieuwsbrief\n{TOPICS}"),
    );
    // The other journey asks who opened its first mail.
    assert_eq!(of(&mute), ["start"]);
}

fn of(folder: &Folder) -> Vec<String> {
    let compiled = folder.compile().unwrap();
    let plans = compiled.journeys.values().map(|journey| &journey.plan);
    half_blind(plans).into_iter().map(str::to_owned).collect()
}

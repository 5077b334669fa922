//! How much advertising one person can get in a week.

#![expect(clippy::unwrap_used, reason = "what fails here is a test")]

use release::{Pressure, pressure};

use crate::folder::{Folder, good};

const NEWS: &str = "journeys/nieuws.yaml";
const CAPS: &str = "  at_most: [1 per day, 3 per 7 days]\n";

#[test]
fn who_can_come_in_once_gets_the_longest_way() {
    let ways = "  - split: proef
    branches:
      a:
        share: 50
        steps: [{ id: een, send: nieuws }, { wait: 1 day }, { id: twee, send: nieuws }]
      b: { share: 50, steps: [{ id: drie, send: nieuws }] }
  - id: vier
    send: nieuws
";
    let written = uncapped().edit(NEWS, "  - send: nieuws\n", ways);
    assert_eq!(of(&written), limited(3, true));
}

#[test]
fn who_can_come_in_again_soon_gets_it_as_often() {
    // One run ends in the week, and others begin at its first, third, fifth and seventh day.
    let again = |period: &str| {
        let reentry = format!("reentry: {{ after: {period} }}");
        of(&uncapped().edit(NEWS, "reentry: never", &reentry))
    };
    assert_eq!(again("2 days"), limited(5, true));
    assert_eq!(again("180 days"), limited(2, true));
}

#[test]
fn without_a_cap_who_can_always_come_in_again_has_no_limit() {
    let always = uncapped().edit(NEWS, "reentry: never", "reentry: unlimited");
    let found = of(&always).unwrap();
    assert_eq!(found.mails, None);
    assert_eq!(found.unlimited, ["nieuws"]);
}

#[test]
fn the_strictest_cap_bounds_all_that_does_not_pass_it() {
    let always = |caps: &str| {
        good()
            .edit(NEWS, "reentry: never", "reentry: unlimited")
            .edit("waypost.yaml", CAPS, caps)
    };
    assert_eq!(of(&always(CAPS)), limited(3, false));
    let daily = "  at_most: [1 per day, 30 per month]\n";
    assert_eq!(of(&always(daily)), limited(7, false));
    // Four mails can leave at the end of one stretch of five days, and four at the beginning of the next.
    assert_eq!(
        of(&always("  at_most: [4 per 5 days]\n")),
        limited(8, false)
    );

    let high = |written: Folder| written.edit(NEWS, "steps:\n", "priority: high\nsteps:\n");
    for caps in [CAPS, ""] {
        let found = of(&high(always(caps))).unwrap();
        assert_eq!(
            (&found.unlimited, &found.passing),
            (&vec!["nieuws".to_owned()], &found.unlimited)
        );
    }
    assert_eq!(of(&always("")).unwrap().passing, Vec::<String>::new());
}

#[test]
fn a_date_that_comes_every_year_is_a_limit() {
    let event = "trigger:\n  - event: MEMBER_NEW\n    where: event.form == 'vrienden' and not contact.member\n";
    let of_date = |every: &str| {
        let date = format!("trigger: {{ date: contact.since at 09:00{every} }}\n");
        let written = uncapped().edit(NEWS, "reentry: never", "reentry: unlimited");
        of(&written.edit(NEWS, event, &date)).unwrap()
    };
    // One run ends in the week in which the next one begins.
    assert_eq!(of_date(", every: year").mails, Some(2));
    assert_eq!(of_date("").mails, None);
}

#[test]
fn what_goes_to_an_address_in_the_event_comes_from_the_runs_of_others() {
    let to = "  - send: { template: nieuws, to: { address: event.Friend } }\n";
    let written = uncapped()
        .edit(
            "events.yaml",
            "{ form: string }",
            "{ form: string, Friend: email }",
        )
        .edit(
            "events.yaml",
            "form: vrienden }",
            "form: vrienden, Friend: a@b.example }",
        )
        .edit(NEWS, "  - send: nieuws\n", to);
    assert_eq!(of(&written).unwrap().unlimited, ["nieuws"]);
}

#[test]
fn a_release_without_advertising_has_none() {
    let advertising = "kind: marketing\ntopic: nieuwsbrief\n";
    let service = good().edit(NEWS, advertising, "kind: transactional\n");
    assert_eq!(of(&service), None);
}

fn uncapped() -> Folder {
    good().edit("waypost.yaml", CAPS, "")
}

fn of(folder: &Folder) -> Option<Pressure> {
    let compiled = folder.compile().unwrap();
    pressure(compiled.journeys.values().map(|journey| &journey.plan))
}

fn limited(mails: u64, for_each_subject: bool) -> Option<Pressure> {
    Some(Pressure {
        mails: Some(mails),
        unlimited: Vec::new(),
        passing: Vec::new(),
        for_each_subject,
    })
}

//! Mistakes in how journeys start one another.

use expect_test::expect;

use crate::folder::{Folder, good};

/// A good release in which `start` lets people into `vervolg`.
fn started() -> Folder {
    good()
        .edit(
            "journeys/start.yaml",
            "- wait: 3 days at 09:30",
            "- wait: 3 days at 09:30\n  - enroll: vervolg",
        )
        .put("journeys/vervolg.yaml", next("{ journey: start }", ""))
        .put(
            "templates/vervolg.md",
            "---\nsubject: Vervolg\n---\n\nDag.\n",
        )
}

fn next(trigger: &str, more: &str) -> String {
    format!(
        "journey: vervolg\nkind: transactional\ntrigger: {trigger}\nreentry: single\nsteps:\n  - send: vervolg\n{more}"
    )
}

#[test]
fn a_step_starts_a_journey_that_says_so() {
    let compiled = started().compile().unwrap();
    let plan = &compiled.journeys["vervolg"].plan;
    let on = journey::Occasion::Journey("start".to_owned());
    assert_eq!(plan.triggers.first().map(|one| &one.on), Some(&on));
    let steps = &compiled.journeys["start"].plan.steps;
    let enrolls = |step: &journey::Step| matches!(&step.action, journey::Action::Enroll { journey, .. } if journey == "vervolg");
    assert!(steps.iter().any(enrolls), "{steps:?}");
}

#[test]
fn both_sides_must_say_so() {
    let bare = |trigger: &str| started().put("journeys/vervolg.yaml", next(trigger, ""));
    bare("{ manual: true }").check(expect![[r#"
        journeys/start.yaml:10:13 `vervolg` does not say that `start` lets people in
          = give it the trigger `journey: start`
          + journeys/vervolg.yaml:1:10 this journey"#]]);
    bare("{ journey: strat }").check(expect![[r#"
        journeys/vervolg.yaml:3:21 no journey is called `strat`
          = did you mean `start`?"#]]);
    bare("[{ journey: start }, { journey: nieuws }]").check(expect![[r#"
        journeys/vervolg.yaml:3:42 no step of `nieuws` starts `vervolg`
          = write the step `- enroll: vervolg` in it
          + journeys/nieuws.yaml:1:10 this journey"#]]);
    bare("[{ journey: start }, { journey: start }]").check(expect![[r#"
        journeys/vervolg.yaml:3:33 two triggers of this journey are the same
          = remove one of them
          + journeys/vervolg.yaml:3:13 first here"#]]);
    bare("{ journey: start, where: contact.member }").check(expect![[r#"
        journeys/vervolg.yaml:3:28 `where` has no meaning where another journey's step lets people in
          = put an `if` around the step `enroll` in that journey"#]]);
    bare("{ journey: [start] }").check(expect![[r#"
        journeys/vervolg.yaml:3:21 a trigger has one `journey`, and this is a list
          = write `journey: start`"#]]);
    started()
        .edit(
            "journeys/start.yaml",
            "- enroll: vervolg",
            "- enroll: vervlog",
        )
        .check(expect![[r#"
            journeys/start.yaml:10:13 no journey is called `vervlog`
              = did you mean `vervolg`?"#]]);
    started()
        .edit(
            "journeys/start.yaml",
            "- enroll: vervolg",
            "- enroll: { journey: vervolg }",
        )
        .check(expect![[r#"
            journeys/start.yaml:10:13 `enroll` must be a text, and this is a mapping of keys to values
              = write one, in quotes where it begins with a sign such as `#` or `{`"#]]);
}

#[test]
fn no_journey_comes_back_to_itself() {
    let steps = "  - wait: 1 month\n  - enroll: vervolg\n";
    started()
        .put(
            "journeys/vervolg.yaml",
            next("[{ journey: start }, { journey: vervolg }]", steps),
        )
        .check(expect![[r#"
            journeys/vervolg.yaml:8:13 these journeys start one another in a circle
              = a journey ends: for what comes again and again, use a `date` trigger with `every: year`, or events"#]]);
    let steps = "  - enroll: start\n";
    started()
        .edit(
            "journeys/start.yaml",
            "trigger: { event: TRACK_START }",
            "trigger: [{ event: TRACK_START }, { journey: vervolg }]",
        )
        .put("journeys/vervolg.yaml", next("{ journey: start }", steps))
        .check(expect![[r#"
            journeys/start.yaml:10:13 these journeys start one another in a circle
              = a journey ends: for what comes again and again, use a `date` trigger with `every: year`, or events
              + journeys/vervolg.yaml:7:13 and this one
            journeys/start.yaml:17:17 `event.Track.StartDate` may be absent, and then there is nothing to wait for
              = add `absent: continue` to go straight on, or `absent: exit` to leave
            templates/start.en.md:2:11 `event.Person.FullName` may be absent
              = write `{{#if event.Person.FullName}} … {{/if}}` around it, or `{{default event.Person.FullName "…"}}`
            templates/start.en.md:6:16 `event.Person.FullName` may be absent
              = write `{{#if event.Person.FullName}} … {{/if}}` around it, or `{{default event.Person.FullName "…"}}`
            templates/start.en.md:10:14 `event.Track.StartDate` may be absent
              = write `{{#if event.Track.StartDate}} … {{/if}}` around it, or `{{default event.Track.StartDate "…"}}`
            templates/start.md:2:11 `event.Person.FullName` may be absent
              = write `{{#if event.Person.FullName}} … {{/if}}` around it, or `{{default event.Person.FullName "…"}}`
            templates/start.md:6:19 `event.Person.FullName` may be absent
              = write `{{#if event.Person.FullName}} … {{/if}}` around it, or `{{default event.Person.FullName "…"}}`
            templates/start.md:10:15 `event.Track.StartDate` may be absent
              = write `{{#if event.Track.StartDate}} … {{/if}}` around it, or `{{default event.Track.StartDate "…"}}`"#]]);
}

/// Whoever comes in by a step brings no parameter.
#[test]
fn what_an_event_says_is_not_known_to_the_journey_that_is_started() {
    started()
        .put(
            "templates/vervolg.md",
            "---\nsubject: Vervolg\n---\n\nDag {{event.Track.Name}}.\n",
        )
        .check(expect![[r#"
            templates/vervolg.md:5:5 nothing is called `event.Track.Name`
              = declare it under `params` in events.yaml, or leave it out"#]]);
}

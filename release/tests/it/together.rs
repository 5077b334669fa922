//! Many mistakes in one release: each is told, and none hides another.

use expect_test::expect;

use crate::folder::good;

#[test]
fn one_mistake_in_every_file_gives_one_defect_for_each() {
    good()
        .edit("waypost.yaml", "since: date?", "since: datum")
        .edit("waypost.yaml", "review_days: 5", "review_days: [5]")
        .edit(
            "events.yaml",
            "Track.Hours: number?",
            "Track.Hours: nummer?",
        )
        .edit("audiences.yaml", "role: SOT", "rol: SOT")
        .edit(
            "journeys/start.yaml",
            "event: TRACK_START",
            "event: track_start",
        )
        .edit("journeys/nieuws.yaml", "kind: marketing", "kind: reclame")
        .edit(
            "templates/start.md",
            "{{recipient.full_name}}",
            "{{recipient.fullname}}",
        )
        .edit("templates/start.en.md", "preheader:", "prehaeder:")
        .edit(
            "templates/nieuws.md",
            "{{recipient.full_name}}",
            "{{recipient.name}}",
        )
        .edit("layouts/huisstijl.mjml", "<mj-text>{{>", "<mj-txt>{{>")
        .edit("layouts/huisstijl.mjml", "}}</mj-text>", "}}</mj-txt>")
        .check(expect![[r#"
            audiences.yaml:1:8 an audience has no key `rol`
              = did you mean `role`?
            events.yaml:7:18 `nummer` is not a type
              = did you mean `number`?
            journeys/nieuws.yaml:2:7 `kind` must be `transactional` or `marketing`, and this is `reclame`
              = write `transactional` or `marketing`
            journeys/start.yaml:4:19 no event is called `track_start`
              = did you mean `TRACK_START`?
            layouts/huisstijl.mjml:7:28 MJML knows no `<mj-txt>`
              = did you mean `<mj-text>`?
            templates/nieuws.md:8:7 nothing is called `recipient.name`
              = did you mean `recipient.tags`?
            templates/start.en.md:3:1 the front matter has no key `prehaeder`
              = did you mean `preheader`?
            templates/start.md:8:7 nothing is called `recipient.fullname`
              = did you mean `recipient.full_name`?
            waypost.yaml:10:16 the var `review_days` must be a text, and this is a list
              = write one, in quotes where it begins with a sign such as `#` or `{`
            waypost.yaml:14:10 `datum` is not a type
              = did you mean `date`?"#]]);
}

#[test]
fn a_journey_that_this_version_cannot_run_is_checked_all_the_same() {
    good()
        .edit(
            "journeys/start.yaml",
            "{ event: TRACK_START }",
            "{ journey: nieuws }",
        )
        .edit(
            "journeys/start.yaml",
            "opened('start') and",
            "opened('strat') and contact.membr and",
        )
        .edit("journeys/start.yaml", "to: commissie", "to: comissie")
        .edit(
            "templates/start.md",
            "{{vars.dashboard_url}}",
            "{{vars.dashboard}}",
        )
        .check(expect![[r#"
            audiences.yaml:4:34 no parameter of the journey's event is called `Request.Email`
              = declare it in events.yaml
              + journeys/start.yaml:5:5 used here
            journeys/start.yaml:4:21 no step of `nieuws` starts `start`
              = write the step `- enroll: start` in it
              + journeys/nieuws.yaml:1:10 this journey
            journeys/start.yaml:10:16 no earlier step sends `strat`
              = did you mean `start`?
            journeys/start.yaml:10:29 nothing is called `contact.membr`
              = did you mean `contact.member`?
            journeys/start.yaml:15:54 no audience is called `comissie`
              = did you mean `commissie`?
            journeys/start.yaml:16:17 nothing is called `event.Track.StartDate`
              = there is `contact.email`, `contact.first_name`, `contact.full_name`, `contact.id`, `contact.lists`, `contact.locale`, …
            templates/start.en.md:2:11 nothing is called `event.Person.FullName`
              = declare it under `params` in events.yaml, or leave it out
            templates/start.en.md:6:16 nothing is called `event.Person.FullName`
              = declare it under `params` in events.yaml, or leave it out
            templates/start.en.md:10:14 nothing is called `event.Track.StartDate`
              = declare it under `params` in events.yaml, or leave it out
            templates/start.en.md:11:1 nothing is called `event.Track.Hours`
              = declare it under `params` in events.yaml, or leave it out
            templates/start.en.md:11:35 nothing is called `event.Track.Hours`
              = declare it under `params` in events.yaml, or leave it out
            templates/start.md:2:11 nothing is called `event.Person.FullName`
              = declare it under `params` in events.yaml, or leave it out
            templates/start.md:6:19 nothing is called `event.Person.FullName`
              = declare it under `params` in events.yaml, or leave it out
            templates/start.md:10:15 nothing is called `event.Track.StartDate`
              = declare it under `params` in events.yaml, or leave it out
            templates/start.md:11:1 nothing is called `event.Track.Hours`
              = declare it under `params` in events.yaml, or leave it out
            templates/start.md:11:36 nothing is called `event.Track.Hours`
              = declare it under `params` in events.yaml, or leave it out
            templates/start.md:13:22 nothing is called `vars.dashboard`
              = did you mean `vars.dashboard_url`?"#]]);
}

#[test]
fn what_follows_from_a_mistake_is_not_told() {
    good()
        .edit(
            "events.yaml",
            "  example:\n    Person",
            "  exampel:\n    Person",
        )
        .check(expect![[r#"
            events.yaml:9:3 an event has no key `exampel`
              = did you mean `example`?"#]]);
    good()
        .edit("waypost.yaml", "  dashboard_url", "  dashboard url")
        .check(expect![[r#"
            waypost.yaml:9:3 the name `dashboard url` of a var is not spelled as one: it is letters, digits and `_`, and begins with a letter
              = write `dashboard_url`"#]]);
    good()
        .edit("waypost.yaml", "  member: {", "  member: [")
        .check(expect![[r#"
            waypost.yaml:13:11 this is not YAML: the pieces between `{ }` or `[ ]` do not fit together
              = put a comma between two pieces, and close each bracket with its own kind"#]]);
}

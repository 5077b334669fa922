//! A release's folder made of strings, and a short form of what is wrong with it.

#![expect(clippy::unwrap_used, reason = "what fails here is a test")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use expect_test::{Expect, expect_file};
use release::{Color, Compiled, Failure, Place, Rejection, compile, line_and_column};

/// The files of a release.
#[derive(Clone)]
pub(crate) struct Folder(BTreeMap<String, Vec<u8>>);

/// Returns a small release without defects that uses most of what there is.
pub(crate) fn good() -> Folder {
    let files = [
        ("waypost.yaml", WAYPOST),
        ("events.yaml", EVENTS),
        ("audiences.yaml", AUDIENCES),
        ("journeys/start.yaml", START),
        ("journeys/nieuws.yaml", NEWS),
        ("templates/start.md", START_MAIL),
        ("templates/start.en.md", START_MAIL_EN),
        ("templates/nieuws.md", NEWS_MAIL),
        ("layouts/huisstijl.mjml", LAYOUT),
    ];
    let files = files
        .into_iter()
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_owned()));
    Folder(files.collect())
}

impl Folder {
    /// Replaces `from`, which must stand in `file` once.
    pub(crate) fn edit(mut self, file: &str, from: &str, to: &str) -> Self {
        let text = String::from_utf8(self.0[file].clone()).unwrap();
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {file}");
        self.0
            .insert(file.to_owned(), text.replace(from, to).into_bytes());
        self
    }

    /// Returns the files and their texts.
    pub(crate) fn texts(&self) -> Vec<(String, String)> {
        let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).unwrap();
        self.0
            .iter()
            .map(|(file, bytes)| (file.clone(), text(bytes)))
            .collect()
    }

    /// Adds a file, or replaces it.
    pub(crate) fn put(mut self, file: &str, text: impl Into<Vec<u8>>) -> Self {
        self.0.insert(file.to_owned(), text.into());
        self
    }

    /// Removes a file.
    pub(crate) fn remove(mut self, file: &str) -> Self {
        self.0.remove(file).unwrap();
        self
    }

    /// Compiles the release, out of a real folder.
    pub(crate) fn compile(&self) -> Result<Compiled, Rejection> {
        let dir = tempfile::tempdir().unwrap();
        for (path, bytes) in &self.0 {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        match compile(dir.path()) {
            Ok(compiled) => Ok(compiled),
            Err(Failure::Rejected(rejection)) => Err(rejection),
            Err(Failure::Unreadable(error)) => panic!("{error}"),
        }
    }

    /// Compares what is wrong with it, in short: place, what, what to do, other places.
    pub(crate) fn check(&self, expect: Expect) {
        let found = match self.compile() {
            Ok(_) => "fine".to_owned(),
            Err(rejection) => short(&rejection),
        };
        expect.assert_eq(found.trim_end());
    }

    /// Compares the whole report.
    pub(crate) fn report(&self, expect: Expect) {
        let report = self.compile().unwrap_err().render(Color::Never);
        let lines: Vec<&str> = report.lines().map(str::trim_end).collect();
        expect.assert_eq(&lines.join("\n"));
    }
}

/// Makes each edit of `file` in a good release of its own, and compares what is wrong with all of
/// them to the text in `expected/`.
pub(crate) fn table(name: &str, file: &str, edits: &[(&str, &str)]) {
    let mut all = String::new();
    for (from, to) in edits {
        let found = match good().edit(file, from, to).compile() {
            Ok(_) => "fine\n".to_owned(),
            Err(rejection) => short(&rejection),
        };
        let shown = |text: &str| text.trim().replace('\n', "⏎").replace('\t', "⇥");
        writeln!(all, "## {} -> {}\n{found}", shown(from), shown(to)).unwrap();
    }
    expect_file![format!("expected/{name}.txt")].assert_eq(&all);
}

fn short(rejection: &Rejection) -> String {
    let place = |place: &Place| {
        let text = rejection
            .sources
            .get(&place.file)
            .map_or("", String::as_str);
        let (line, column) = line_and_column(text, place.span.start);
        format!("{}:{line}:{column}", place.file)
    };
    let mut short = String::new();
    for defect in &rejection.defects {
        writeln!(short, "{} {}", place(&defect.place), defect.what).unwrap();
        if !defect.help.is_empty() {
            writeln!(short, "  = {}", defect.help).unwrap();
        }
        for (other, label) in &defect.also {
            writeln!(short, "  + {} {label}", place(other)).unwrap();
        }
    }
    short
}

const WAYPOST: &str = "\
waypost: 1
organisation: De Brug
locale: nl
time_zone: Europe/Amsterdam
senders:
  default: { name: De Brug, address: noreply@mail.debrug.example, reply_to: info@debrug.example }
  directie: { name: De directie, address: directie@mail.debrug.example }
vars:
  dashboard_url: https://app.debrug.example/
  review_days: 5
contact:
  first_name: string?
  member: { type: bool, default: false }
  since: date?
topics:
  nieuwsbrief: Nieuws van de vereniging
lists: [vips]
calendars:
  nl: { closed: [2026-12-25] }
marketing:
  send_window: mon-sat 08:00-21:00
  at_most: [1 per day, 3 per 7 days]
  holdout: { name: 2026-h2, share: 5 }
scoring:
  opened: +1
hooks:
  crm: { url: 'https://crm.debrug.example/hook', secret: s3 }
";

const EVENTS: &str = "\
TRACK_START:
  title: \"#5 Startbrief\"
  when: Zodra het traject gepland is.
  params:
    Person.FullName: string
    Track.StartDate: date
    Track.Hours: number?
    Request.Email: email
  example:
    Person: { FullName: Sam de Vries }
    Track: { StartDate: 2027-02-12 }
    Request: { Email: anna@school.example }
MEMBER_NEW:
  params: { form: string }
  example: { form: vrienden }
";

const AUDIENCES: &str = "\
sot: { role: SOT }
commissie: { role: COMMITTEE, standing: true }
betrokkenen: { any_of: [sot, { role: any }] }
aanvrager: { all_of: [{ address: event.Request.Email }, { role: any, linked: true }, { not: { tag: oud } }] }
";

const START: &str = "\
journey: start
title: Startbrief
kind: transactional
trigger: { event: TRACK_START }
to: [betrokkenen, aanvrager]
reentry: unlimited
steps:
  - send: start
  - wait: 3 days at 09:30
  - if: opened('start') and has(contact.since)
    then:
      - exit: gezien
    else:
      - id: herinnering
        send: { template: start, from: directie, to: commissie, expires: 12 hours }
  - wait_until: event.Track.StartDate - 7 days at 09:00
";

const NEWS: &str = "\
journey: nieuws
kind: marketing
topic: nieuwsbrief
trigger:
  - event: MEMBER_NEW
    where: event.form == 'vrienden' and not contact.member
reentry: never
steps:
  - send: nieuws
";

const START_MAIL: &str = "\
---
subject: \"{{event.Person.FullName}} begint\"
preheader: De gegevens van het traject
layout: huisstijl
---
# Het traject van {{event.Person.FullName}}

Beste {{recipient.full_name}},

Het begint op {{date event.Track.StartDate \"long\"}}.
{{#if event.Track.Hours}}Het duurt {{event.Track.Hours}} uur.{{/if}}

[Open het dashboard]({{vars.dashboard_url}} \"button\")
";

const START_MAIL_EN: &str = "\
---
subject: \"{{event.Person.FullName}} begins\"
preheader: The facts
layout: huisstijl
---
# The track of {{event.Person.FullName}}

Dear {{recipient.full_name}},

It begins on {{date event.Track.StartDate \"long\"}}.
{{#if event.Track.Hours}}It takes {{event.Track.Hours}} hours.{{/if}}
";

const NEWS_MAIL: &str = "\
---
subject: Welkom
preheader: Goed dat u er bent
layout: huisstijl
---
# Welkom

Beste {{recipient.full_name}}, goed dat u er bent.
";

const LAYOUT: &str = "\
<mjml lang=\"{{locale}}\">
  <mj-head>
    <mj-title>{{subject}}</mj-title>
    <mj-preview>{{preheader}}</mj-preview>
  </mj-head>
  <mj-body>
    <mj-section><mj-column><mj-text>{{> content}}</mj-text></mj-column></mj-section>
    {{#if links.unsubscribe}}
    <mj-section><mj-column><mj-text><a href=\"{{links.unsubscribe}}\">Afmelden</a></mj-text></mj-column></mj-section>
    {{/if}}
  </mj-body>
</mjml>
";

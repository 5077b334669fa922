//! `waypost run` plays a release: the right mails reach the right people, whatever stands in the events.

use std::sync::OnceLock;

use expect_test::expect;
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use serde_json::{Value, json};

use crate::{
    command::sera,
    letters::{Letter, Played},
    releases, time,
};

#[test]
fn the_nine_events_become_nineteen_mails_to_the_right_people() {
    let played = example();
    assert_eq!(played.said.code, 0, "{:?}", played.said);
    let letters = played.letters.iter();
    let lines = letters.map(|(file, letter)| {
        let Letter { to, subject, .. } = letter;
        format!("{} {to} “{subject}”\n", &file[..2])
    });
    expect![[r#"
        01 mina.elamrani@veerpont.example “Nieuwe aanmelding: wilt u de documenten beoordelen?”
        01 pieter.hoekstra@veerpont.example “Nieuwe aanmelding: wilt u de documenten beoordelen?”
        02 anna.bakker@delinde.example “Uw aanmelding is nog niet compleet”
        03 anna.bakker@delinde.example “Besluit over een leerling die u hebt aangemeld”
        04 anna.bakker@delinde.example “De plaatsing is goedgekeurd”
        04 joris.smit@plusklas.example “De plaatsing is goedgekeurd”
        05 anna.bakker@delinde.example “Startbrief: het traject is gepland”
        05 femke.devries@post.example “Startbrief: het traject is gepland”
        05 joris.smit@plusklas.example “Startbrief: het traject is gepland”
        06 anna.bakker@delinde.example “Het traject van Sam de Vries gaat langer door”
        06 femke.devries@post.example “Het traject van Sam de Vries gaat langer door”
        06 joris.smit@plusklas.example “Het traject van Sam de Vries gaat langer door”
        07 anna.bakker@delinde.example “Het traject van Sam de Vries is gestopt”
        07 femke.devries@post.example “Het traject van Sam de Vries is gestopt”
        07 joris.smit@plusklas.example “Het traject van Sam de Vries is gestopt”
        08 anna.bakker@delinde.example “Gelukt: Sam de Vries heeft het traject afgerond”
        08 femke.devries@post.example “Gelukt: Sam de Vries heeft het traject afgerond”
        08 joris.smit@plusklas.example “Gelukt: Sam de Vries heeft het traject afgerond”
        09 femke.devries@post.example “Uw code voor de voortgangsrapportage”
    "#]]
    .assert_eq(&lines.collect::<String>());
}

#[test]
fn the_reviewers_lines_are_kept_in_both_forms() {
    let letter = example().letter("02-");
    for line in [
        "\n> We missen twee dingen:\n> - het verslag van het laatste gesprek met de ouders\n",
        "\n> - de toestemming van beide ouders\n>\n> Wilt u ook nakijken",
    ] {
        assert!(letter.text.contains(line), "{line:?} in {}", letter.text);
    }
    for line in [
        "We missen twee dingen:<br>- het verslag van het laatste gesprek met de ouders<br>",
        "- de toestemming van beide ouders",
    ] {
        let html = letter
            .html
            .replace("<br />", "<br>")
            .replace("<br/>", "<br>");
        let html = html.replace("<br>\n", "<br>");
        assert!(html.contains(line), "{line:?} in {html}");
    }
}

#[test]
fn every_mail_has_the_headers_that_receivers_ask_for() {
    let mut ids = Vec::new();
    for (file, letter) in &example().letters {
        assert_eq!(
            letter.from, "Samenwerkingsverband De Veerpont <bericht@mail.veerpont.example>",
            "{file}"
        );
        assert_eq!(letter.reply_to, "plaatsing@veerpont.example", "{file}");
        assert_eq!(letter.auto_submitted, "auto-generated", "{file}");
        assert!(
            letter.message_id.contains('@'),
            "{file}: {}",
            letter.message_id
        );
        assert!(
            letter.subject.chars().count() <= 78,
            "{file}: {}",
            letter.subject
        );
        // Both forms tell the same person the same thing.
        assert!(
            !letter.text.is_empty() && letter.html.contains("<html lang=\"nl\""),
            "{file}"
        );
        ids.push(letter.message_id.clone());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 19);
}

#[test]
fn the_start_letter_shows_every_parameter_in_dutch() {
    let letter = variant().letter("2-start-later");
    for line in [
        "- *Leerling:* Sam de Vries\n",
        "- *Geboortedatum:* 4 maart 2014\n",
        "- *Traject:* Plusklas\n",
        "- *Duur:* 12 weken\n",
    ] {
        assert!(letter.text.contains(line), "{line:?} in {}", letter.text);
    }
    for (label, date) in [("Begindatum", in_days(40)), ("Einddatum", in_days(90))] {
        let month = MONTHS[usize::from(date.month().unsigned_abs()) - 1];
        let shown = format!("{} {month} {}", date.day(), date.year());
        let line = format!("- *{label}:* {shown}\n");
        assert!(letter.text.contains(&line), "{line:?} in {}", letter.text);
        assert!(letter.html.contains(&shown), "{shown:?} in {}", letter.html);
    }
}

#[test]
fn the_start_letter_says_at_once_only_when_the_start_is_not_in_the_future() {
    for (post, at_once) in [
        ("2-start-later", false),
        ("3-start-today", true),
        ("4-start-past", true),
    ] {
        let letter = variant().letter(post);
        for (form, text) in [("text", &letter.text), ("html", &letter.html)] {
            assert_eq!(
                text.contains("begint meteen"),
                at_once,
                "{post} {form}: {text}"
            );
        }
    }
}

#[test]
fn a_code_goes_only_to_whoever_asked_and_is_linked() {
    let played = variant();
    let codes = played
        .letters
        .values()
        .filter(|letter| letter.text.contains("29XM"));
    let to: Vec<_> = codes.map(|letter| letter.to.as_str()).collect();
    assert_eq!(to, ["parent@home.example"]);
    // To the neighbor, who is known but not linked, nothing is sent, and it is written down why.
    assert!(
        played
            .letters
            .values()
            .all(|letter| letter.to != "neighbor@post.example")
    );
    let event = played.told("7-code-not-linked");
    assert_eq!(event["mails"], json!([]), "{event:#}");
    let others = event["others"].to_string();
    assert!(
        others.contains("nobody in 09-voortgang-bekijken"),
        "{event:#}"
    );
}

#[test]
fn nothing_in_an_event_becomes_a_header_or_a_tag() {
    let letter = variant().letter("8-hostile");
    let headers: Vec<_> = letter.headers.iter().map(String::as_str).collect();
    assert_eq!(
        headers,
        [
            "Auto-Submitted",
            "Content-Type",
            "Date",
            "From",
            "MIME-Version",
            "Message-ID",
            "Reply-To",
            "Subject",
            "To",
        ]
    );
    assert_eq!(letter.to, "hostile@home.example");
    let unfit = |c: char| {
        c.is_control()
            || ('\u{202a}'..='\u{202e}').contains(&c)
            || ('\u{2066}'..='\u{2069}').contains(&c)
    };
    assert!(!letter.subject.contains(unfit), "{:?}", letter.subject);
    // It is all there, as text.
    assert!(
        letter.subject.contains("Bcc: everyone@evil.example"),
        "{:?}",
        letter.subject
    );
    assert!(
        letter.text.contains("<script>alert(1)</script>"),
        "{}",
        letter.text
    );
    for (mark, form) in [
        ("<script", &letter.html),
        ("<img", &letter.html),
        ("\u{202e}", &letter.html),
        ("\u{202e}", &letter.text),
    ] {
        assert!(!form.contains(mark), "{mark:?} in {form}");
    }
    assert!(
        letter
            .html
            .contains("&lt;script&gt;alert(1)&lt;/script&gt;"),
        "{}",
        letter.html
    );
    assert!(!letter.text.contains('\0') && !letter.html.contains('\0'));
}

#[test]
fn a_hostile_name_stays_within_the_mail_to_its_bearer() {
    let letter = variant().letter("9-hostile-person");
    assert_eq!(letter.to, "eve@home.example");
    assert!(letter.text.contains("{{vars.brand}}"), "{}", letter.text);
    assert!(!letter.html.contains("<b>"), "{}", letter.html);
    assert!(letter.headers.iter().all(|name| name != "X-Evil"));
}

/// The example, played once for all tests.
fn example() -> &'static Played {
    static PLAYED: OnceLock<Played> = OnceLock::new();
    PLAYED.get_or_init(|| Played::of(&sera(), &[]))
}

/// The example with other posts, played once for all tests.
fn variant() -> &'static Played {
    static PLAYED: OnceLock<Played> = OnceLock::new();
    PLAYED.get_or_init(|| {
        let release = releases::sera_with(&posts());
        Played::of(release.path(), &["--json"])
    })
}

fn posts() -> Vec<(&'static str, Value)> {
    let parent = |subject: &str, id: &str, email: &str, name: &str| {
        json!({
            "type": "TRACK_END", "subject": subject, "data": { "Person": { "FullName": "Sam" } },
            "people": [{ "id": id, "role": "PARENT", "email": email, "full_name": name }],
        })
    };
    let start = |from: i32, until: i32| {
        json!({
            "type": "TRACK_START", "subject": "pupil-1",
            "data": {
                "Person": { "FullName": "Sam de Vries", "DateOfBirth": "2014-03-04" },
                "Activity": { "Name": "Plusklas", "QuantityWeek": 12 },
                "Person_ActivityGroup": {
                    "StartDate": in_days(from).to_string(), "EndDate": in_days(until).to_string(),
                },
            },
        })
    };
    let code = |email: &str, code: &str, people: Value| {
        json!({
            "type": "ACCESS_CODE", "subject": "pupil-1", "people": people,
            "data": { "Request": { "Email": email }, "AccessCode": { "Code": code } },
        })
    };
    let mut hostile = parent("pupil-2", "h", "hostile@home.example", "Harm");
    hostile["data"]["Person"]["FullName"] = json!(HOSTILE);
    vec![
        (
            "1-linked",
            parent("pupil-1", "p", "parent@home.example", "Femke"),
        ),
        ("2-start-later", start(40, 90)),
        ("3-start-today", start(0, 90)),
        ("4-start-past", start(-3, 90)),
        (
            "5-code",
            code("parent@home.example", "K7QF-29XM", json!([])),
        ),
        (
            "6-elsewhere",
            parent("pupil-3", "q", "other@home.example", "Ot"),
        ),
        (
            "7-code-not-linked",
            code(
                "neighbor@post.example",
                "H4TR-83WN",
                json!([{ "id": "n", "email": "neighbor@post.example", "full_name": "Robin" }]),
            ),
        ),
        ("8-hostile", hostile),
        (
            "9-hostile-person",
            parent("pupil-4", "e", "eve@home.example", EVE),
        ),
    ]
}

/// A day as it is counted where the example's people live.
fn in_days(days: i32) -> Date {
    let zone = TimeZone::get("Europe/Amsterdam").unwrap();
    let today = time::now().to_zoned(zone).date();
    today.checked_add(days.days()).unwrap()
}

const HOSTILE: &str = "Sam\r\nBcc: everyone@evil.example\r\n\r\n<script>alert(1)</script>\u{202e}evil\u{0}\u{7}<img src=x onerror=alert(2)>";
const EVE: &str = "Eve\r\nX-Evil: 1\r\n\r\n<b>bold</b> {{vars.brand}} \"><a href=//evil.example>";
const MONTHS: [&str; 12] = [
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
];

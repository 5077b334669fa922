//! The known spellings of fields, hostile texts, and a whole set of messages that becomes a release.

use std::fs;

use super::{files, read};

#[test]
fn every_known_spelling_of_a_field_is_read() {
    for (said, meant, notes) in SPELLINGS {
        let text = format!("Tag: T\nOnderwerp: x\n\n{said}\n");
        let message = read("m.txt", text.as_bytes()).unwrap();
        assert_eq!(message.body.trim_end(), meant);
        assert_eq!(message.notes.len(), notes, "{said}: {:?}", message.notes);
    }
}

#[test]
fn what_is_said_twice_is_text_the_second_time() {
    for (said, body) in [
        (
            "Naam: N\nBericht: morgen komt er iemand\n",
            "Bericht: morgen komt er iemand\n",
        ),
        ("Titel: Een\n\nTitel: twee\n", "# Een\n\nTitel: twee\n"),
        ("Titel: Een\n\n# Twee\n", "# Een\n\n# Twee\n"),
        ("Titel: Een\n\n# Een\n\ntekst\n", "# Een\n\ntekst\n"),
    ] {
        let message = read("m.txt", format!("Tag: T\nOnderwerp: x\n{said}").as_bytes()).unwrap();
        assert_eq!(message.body, body);
    }
}

#[test]
fn nothing_of_a_page_is_lost_but_its_looks() {
    let page = "<p>Tag: T</p><p>Onderwerp: x</p><table><tr><td>Dag</td><td>uur</td></tr></table><!-- a > b --><p>slot</p>";
    let message = read("m.HTML", page.as_bytes()).unwrap();
    assert_eq!(message.body, "Dag uur\n\nslot\n");
}

#[test]
fn a_note_says_where() {
    let text = "Naam: DATAWIJZER #3 Afgewezen\nTag: REGISTRATION REJECTED\nOnderwerp: Besluit\n\nRegel\n  é [automationfield.X] en [automationfield:Y\n";
    let message = read("m.txt", text.as_bytes()).unwrap();
    assert_eq!(
        (message.name.as_str(), message.event.as_str()),
        ("03-afgewezen", "REGISTRATION_REJECTED")
    );
    let places: Vec<_> = message
        .notes
        .iter()
        .map(|note| (note.line, note.column, note.is_open))
        .collect();
    assert_eq!(places, [(2, 1, false), (6, 5, false), (6, 28, true)]);
}

#[test]
fn what_is_no_message_is_refused_with_what_to_do() {
    for (bytes, part) in [
        (&b"\xff\xfeT\0a\0g\0"[..], "UTF-8"),
        (b"Tag: T\n\n\0\0", "UTF-8"),
        (b"Tag: T\nOnderwerp: x\n", "no text"),
        (b"", "no text"),
    ] {
        let error = read("m.txt", bytes).unwrap_err();
        assert!(error.contains(part), "{error}");
    }
    let large = read("m.txt", &vec![b'a'; 1_000_000]).unwrap_err();
    assert!(large.contains("at most"), "{large}");
    let nested = "[".repeat(100_000) + &"{{".repeat(50_000);
    assert!(read("m.txt", format!("Tag: T\n\n{nested}").as_bytes()).is_ok());
}

#[test]
fn what_lets_somebody_in_is_not_kept() {
    let text = "Tag: T\nOnderwerp: x\n\n[automationfield:AccessCode.Code] voor [automationfield:Person.FullName]\n";
    let message = read("m.txt", text.as_bytes()).unwrap();
    let declared = &files(&[message]).events["T"];
    assert!(
        declared.contains("AccessCode.Code: { type: string, sensitive: true }\n"),
        "{declared}"
    );
    assert!(declared.contains("Person.FullName: string\n"), "{declared}");
}

#[test]
fn messages_become_a_release_that_is_sound() {
    let messages: Vec<_> = MESSAGES
        .iter()
        .map(|(file, text)| read(file, text.replace('\n', "\r\n").as_bytes()).unwrap())
        .collect();
    assert!(
        messages
            .iter()
            .flat_map(|one| &one.notes)
            .all(|note| !note.is_open)
    );
    let folder = tempfile::tempdir().unwrap();
    let written = files(&messages);
    let events: String = written.events.values().map(String::as_str).collect();
    for (name, text) in written
        .whole
        .iter()
        .chain([(&"events.yaml".to_owned(), &events)])
    {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    match release::compile(folder.path()) {
        Ok(compiled) => assert_eq!(compiled.journeys.len(), MESSAGES.len()),
        Err(release::Failure::Rejected(rejection)) => {
            panic!("{}", rejection.render(release::Color::Never))
        }
        Err(error @ release::Failure::Unreadable(_)) => panic!("{error}"),
    }
    // A parameter that a later text drops is missed, unless somebody says that this is meant.
    let template = folder.path().join("templates/03-leerling-is-afgewezen.md");
    let text = fs::read_to_string(&template).unwrap();
    fs::write(
        &template,
        text.replace("{{event.Person.SourceID}}", "het nummer"),
    )
    .unwrap();
    let Err(release::Failure::Rejected(rejection)) = release::compile(folder.path()) else {
        panic!("a parameter that is not used is missed");
    };
    let told = rejection.render(release::Color::Never);
    assert!(told.contains("Person.SourceID"), "{told}");
}

const MESSAGES: [(&str, &str); 4] = [
    (
        "1.txt",
        "Naam: DATAWIJZER #1 Nieuwe aanmelding\nTag: REGISTRATION_NEW\nOnderwerp: Er is een aanmelding\nSnippet: Wilt u kijken?\n\
         Titel: Een nieuwe aanmelding\n\nDag [automationfield:Recipient.FullName],\n\nWilt u de stukken binnen (aantal) dagen bekijken?\n\n\
         (Button naar standaard dashboard link)\n\n(Uw organisatienaam)\n",
    ),
    (
        "2.txt",
        "Naam: DATAWIJZER #2 Aanvullende gegevens\nTag: ADDITIONAL DATA_REQUIRED\nOnderwerp: Er ontbreekt iets\n\n\
         Dag [automationfield:Recipient.FullName],\n\n[automationfield:Review.Content]\n",
    ),
    (
        "3.txt",
        "Naam: DATAWIJZER #3 Leerling is afgewezen\nTag: REGISTRATION_REJECTED\nOnderwerp: Besluit over [automationfield:Person.FullName]\n\n\
         Dag [automationfield:Recipient.FullName],\n\nHet gaat om nummer [automationfield.Person.SourcelD].\n",
    ),
    (
        "6.html",
        "<html><head><style>p{}</style></head><body><p>Naam: DATAWIJZER #6 Verlenging</p><p>Tag: TRACK EXTENDED</p>\
         <p>Onderwerp: [automationfield:Person.FullName] gaat door</p><h1>Het traject loopt langer</h1>\
         <p>Tot en met [automationfield:Person_ActivityGroup.EndDate]] duurt het &eacute;cht.</p></body></html>",
    ),
];

/// What is said, what is meant, and how many notes that takes.
const SPELLINGS: [(&str, &str, usize); 18] = [
    (
        "[automationfield:Person.FullName]",
        "{{event.Person.FullName}}",
        0,
    ),
    (
        "[automationfield.Person.FullName]",
        "{{event.Person.FullName}}",
        1,
    ),
    (
        "[automationfield:Person.FullName]]",
        "{{event.Person.FullName}}",
        1,
    ),
    (
        "[ AutomationField : Person.FullName ]",
        "{{event.Person.FullName}}",
        1,
    ),
    (
        "{{Person.FullName}} en {{ Code }}",
        "{{event.Person.FullName}} en {{event.Code}}",
        0,
    ),
    (
        "[automationfield:Recipient.FullName]",
        "{{recipient.full_name}}",
        0,
    ),
    (
        "[automationfield.Person.SourcelD]",
        "{{event.Person.SourceID}}",
        2,
    ),
    (
        "[automationfield:Group.EndDate]",
        "{{date event.Group.EndDate \"long\"}}",
        0,
    ),
    (
        "binnen (aantal) dagen",
        "binnen {{vars.review_days}} dagen",
        0,
    ),
    (
        "[automationfield:Person.FullName",
        "[automationfield:Person.FullName",
        1,
    ),
    (
        "[een gewone link](https://x.example)",
        "[een gewone link](https://x.example)",
        0,
    ),
    ("{{{x}}} {{#if y}} {{", "{ { {x} } } { {#if y} } { {", 3),
    ("{{else}} {{this}}", "{ {else} } { {this} }", 2),
    ("C:\\[automationfield:X]", "C:\\ {{event.X}}", 1),
    (
        "[Open](https://x.example/[automationfield:Code]) [automationfield:Code]",
        "[Open](https://x.example/{{url event.Code}}) {{event.Code}}",
        0,
    ),
    ("bel (Uw telefoonnummer)", "bel (Uw telefoonnummer)", 1),
    ("(zie onder)", "(zie onder)", 0),
    ("[automationfield:Mandate]", "{{event.Mandate}}", 0),
];

//! The known spellings of fields, hostile texts, and a whole set of messages that becomes a release.

use std::fs;

use tempfile::TempDir;

use super::{Message, files, part, read};

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
fn a_head_goes_on_where_somebody_says_a_thing_twice_in_it() {
    let text =
        "Naam: Een\nBericht: Twee\nTag: T\nOnderwerp: x\nTag: U\nTitel: Hallo\n\nNaam: wie\n";
    let message = read("m.txt", text.as_bytes()).unwrap();
    assert_eq!(
        (message.title.as_str(), message.event.as_str()),
        ("Een", "T")
    );
    assert_eq!(
        (message.subject.as_str(), message.body.as_str()),
        ("x", "# Hallo\n\nNaam: wie\n")
    );
    let open = message.notes.iter().filter(|note| note.is_open);
    let open: Vec<_> = open.map(|note| (note.line, &note.what)).collect();
    assert!(
        matches!(&open[..], [(2, one), (5, two)] if one.contains("line 1 holds") && two.contains("`U`")),
        "{open:?}"
    );
}

#[test]
fn a_misspelled_key_is_named() {
    for (line, meant) in [
        ("Onderwrep: x", Some("`Onderwerp:`")),
        ("subjekt: x", Some("`Subject:`")),
        ("Taag: T", Some("`Tag:`")),
        ("Let op: morgen zijn we dicht", None),
        ("Vraag 1: wat?", None),
        // Said already, so it is text.
        ("Naam: N", None),
    ] {
        let text = format!("Naam: N\n{line}\n\nDag.\n");
        let message = read("m.txt", text.as_bytes()).unwrap();
        let mut notes = message.notes.iter();
        let found = notes.find(|note| note.what.contains("did you mean"));
        let place = found.map(|note| (note.line, note.is_open));
        assert_eq!(place, meant.map(|_| (2, true)), "{line}: {found:?}");
        assert!(found.is_none_or(|note| note.what.contains(meant.unwrap())));
        assert!(message.body.starts_with(line), "{}", message.body);
    }
}

#[test]
fn a_text_that_windows_saved_is_read() {
    let text = "Tag: T\r\nOnderwerp: Eén 🌿\r\n\r\nDag &rsquo;s avonds &#8211; &lt;b&gt;\r\n";
    for bytes in [
        [0xfeff]
            .into_iter()
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<_>>(),
        [0xfeff]
            .into_iter()
            .chain(text.encode_utf16())
            .flat_map(u16::to_be_bytes)
            .collect(),
        [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        text.as_bytes().to_vec(),
    ] {
        let message = read("m.txt", &bytes).unwrap();
        assert_eq!(message.subject, "Eén 🌿");
        assert_eq!(message.body, "Dag ’s avonds – &lt;b&gt;\n");
    }
}

#[test]
fn a_field_that_holds_others_gets_a_name_among_them() {
    let fields = "[x](https://x.example/[automationfield:Person]) [automationfield:Person.Name]\n\n\
        [automationfield:Group.Date] [automationfield:Group.Date.Year] [automationfield:PersonX]";
    let one = format!("Naam: A\nTag: T\nOnderwerp: [automationfield:Person]\n\n{fields}\n");
    let other = "Naam: B\nTag: U\nOnderwerp: x\n\n[automationfield:Person]\n";
    let mut messages = [("a.txt", &*one), ("b.txt", other)]
        .map(|(file, text)| read(file, text.as_bytes()).unwrap());
    part(&mut messages);
    let [one, other] = &messages;
    assert_eq!(one.subject, "{{event.Person.Person}}");
    assert_eq!(
        one.body,
        "[x](https://x.example/{{url event.Person.Person}}) {{event.Person.Name}}\n\n\
         {{date event.Group.Date.Date \"long\"}} {{event.Group.Date.Year}} {{event.PersonX}}\n"
    );
    assert_eq!(other.body, "{{event.Person}}\n");
    let noted = |message: &Message| message.notes.iter().filter(|note| note.is_open).count();
    assert_eq!((noted(one), noted(other)), (2, 0));
    sound(&messages);
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
        // UTF-16 with half a letter, and with one that has no other half.
        (&b"\xff\xfeT\0a"[..], "UTF-8"),
        (b"\xff\xfeT\0\0\xd8", "UTF-8"),
        // Without its mark it might be anything.
        (b"T\0a\0g\0", "UTF-8"),
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
    let folder = sound(&messages);
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

/// Writes messages as a release, which passes its check.
fn sound(messages: &[Message]) -> TempDir {
    let folder = TempDir::new().unwrap();
    let written = files(messages);
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
        Ok(compiled) => assert_eq!(compiled.journeys.len(), messages.len()),
        Err(release::Failure::Rejected(rejection)) => {
            panic!("{}", rejection.render(release::Color::Never))
        }
        Err(error @ release::Failure::Unreadable(_)) => panic!("{error}"),
    }
    folder
}

const MESSAGES: [(&str, &str); 9] = [
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
        "4.txt",
        "Naam: DATAWIJZER #4 Nieuwe plaatsing\nTag: REGISTRATION_COMPLETED\nOnderwerp: De plaatsing is goedgekeurd\n\
         Titel: Er is een plek!\n\nDag [automationfield:Recipient.FullName],\n\nDe plaatsing van [automationfield:Person.FullName] is \
         goedgekeurd.\n\n1. Wij bereiden het traject voor.\n2. Daarna krijgt u de startbrief.\n",
    ),
    (
        "5.txt",
        "Naam: DATAWIJZER #5 Startbrief\nTag: TRACK_START\nOnderwerp: Startbrief: het traject is gepland\n\n\
         - Leerling: [automationfield:Person.FullName], [automationfield:Person.DateOfBirth]\n\
         - Traject: [automationfield:Activity.Name], [automationfield:Activity.QuantityWeek] weken\n\
         - Van [automationfield:Person_ActivityGroup.StartDate] tot [automationfield:Person_ActivityGroup.EndDate]\n\n\
         (Button e-mailadres organisatie - Stuur ons een e-mail)\n",
    ),
    (
        "6.html",
        "<html><head><style>p{}</style></head><body><p>Naam: DATAWIJZER #6 Verlenging</p><p>Tag: TRACK EXTENDED</p>\
         <p>Onderwerp: [automationfield:Person.FullName] gaat door</p><h1>Het traject loopt langer</h1>\
         <p>Tot en met [automationfield:Person_ActivityGroup.EndDate]] duurt het &eacute;cht.</p></body></html>",
    ),
    (
        "7.htm",
        "<p>Naam: DATAWIJZER #7 Traject gestopt</p><p>Tag: TRACK_END</p><p>Onderwerp: Het traject van \
         [automationfield:Person.FullName] is gestopt</p><p>Dat is niet waar we &#8211; samen &#8211; op hoopten.</p>",
    ),
    (
        "8.md",
        "Naam: DATAWIJZER #8 Traject afgerond\nTag: TRACK_COMPLETED\nOnderwerp: Gelukt!\nTitel: [automationfield:Person.FullName] heeft \
         het gehaald\n\nDaar mogen we trots op zijn. **Dank u wel.**\n\n(Uw organisatienaam)\n",
    ),
    (
        "9.txt",
        "Naam: DATAWIJZER #9 Voortgangsrapportage bekijken\nTag: ACCESS_CODE\nOnderwerp: Uw code\nSnippet: \
         [automationfield:Recipient.FullName], hier is hij.\n\n`[automationfield:AccessCode.Code]`\n\n\
         Gevraagd met [automationfield:Request.Email].\n",
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

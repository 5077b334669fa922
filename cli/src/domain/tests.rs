//! What is handed to whoever looks after a domain, word for word.

use expect_test::{ExpectFile, expect_file};

use super::state::Why;
use super::{
    Ask, DomainName, Entry, Language, Purpose, State, dkim_records, dmarc_entry, mail_from_records,
    page, text, tracking_record, zone,
};
use crate::dns::dmarc;
use crate::dns::walk::{Counted, Found};

/// A domain of which nothing is there yet.
fn ask(language: Language) -> Ask {
    asked("example.nl", language, &Found::default())
}

fn asked(domain: &str, language: Language, found: &Found) -> Ask {
    let domain: DomainName = domain.parse().unwrap();
    let dkim = aws::Dkim {
        enabled: true,
        tokens: ["fkq2", "n7xw", "zzta"]
            .map(|start| start.repeat(8))
            .to_vec(),
        zone: Some("dkim.eu-west-1.amazonses.com".to_owned()),
        easy: true,
        ..aws::Dkim::default()
    };
    let mail_from = format!("bounce.{domain}");
    let mut records = dkim_records(domain.as_str(), &dkim);
    records.extend(mail_from_records(&mail_from, "eu-west-1"));
    let entries = records.into_iter().map(|record| Entry {
        record,
        state: State::Missing,
    });
    let dmarc = dmarc_entry(&domain, "dmarc@example.nl", found);
    Ask {
        mail_from: Some(mail_from),
        entries: entries.chain([dmarc]).collect(),
        kept: found.record.clone(),
        tracking: None,
        domain,
        language,
    }
}

/// A record that somebody has published already.
fn published(at: &str, own: bool, record: &str) -> Found {
    let counted = Counted {
        domain: at.to_owned(),
        text: record.to_owned(),
        dmarc: dmarc::read(record).unwrap().unwrap(),
        own,
    };
    Found {
        record: Some(counted),
        faults: Vec::new(),
    }
}

fn check(ask: &Ask, expected: &ExpectFile) {
    expected.assert_eq(&text(ask));
}

#[test]
fn the_administrator_is_asked_in_english() {
    check(&ask(Language::En), &expect_file!["snapshots/en.txt"]);
}

#[test]
fn the_administrator_is_asked_in_dutch() {
    check(&ask(Language::Nl), &expect_file!["snapshots/nl.txt"]);
}

#[test]
fn what_is_there_already_is_said_and_a_dmarc_record_above_is_kept() {
    let record = "v=DMARC1; p=reject; sp=quarantine; aspf=s; pct=100";
    let found = published("example.nl", false, record);
    let mut ask = asked("mail.example.nl", Language::En, &found);
    ask.entries[0].state = State::Found;
    ask.entries[1].state = State::Wrong {
        there: vec!["other.dkim.example".to_owned()],
        why: Why::Other,
    };
    ask.entries[3].state = State::Wrong {
        there: vec!["bounce.mail.example.nl.mail.example.nl: 10 x.example".to_owned()],
        why: Why::DomainTwice,
    };
    check(&ask, &expect_file!["snapshots/partly.txt"]);
}

#[test]
fn nothing_that_dns_holds_becomes_part_of_the_page() {
    let evil = r#"v=DMARC1; p=none; x=</code><script>alert("1")</script>&'"#;
    let found = published("example.nl", true, evil);
    let mut ask = asked("example.nl", Language::Nl, &found);
    ask.entries[0].state = State::Wrong {
        there: vec!["<img src=x onerror=alert(1)>".to_owned()],
        why: Why::Kind,
    };
    let page = page(&ask);
    for tag in ["<script", "<img", "</code><s"] {
        assert!(!page.contains(tag), "{tag}");
    }
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"));
    assert!(page.contains("&quot;1&quot;"));
}

#[test]
fn the_page_says_all_that_the_text_says() {
    for language in [Language::En, Language::Nl] {
        let ask = ask(language);
        let page = page(&ask).replace("<wbr>", "");
        for entry in &ask.entries {
            assert!(page.contains(&entry.record.name) && page.contains(&entry.record.value));
        }
        assert!(page.contains(&format!("<html lang=\"{}\">", language.code())));
        assert!(
            !page.contains('{')
                || page
                    .split("</style>")
                    .nth(1)
                    .is_some_and(|body| !body.contains('{'))
        );
        assert!(!text(&ask).contains('{'));
    }
}

#[test]
fn where_links_lead_is_asked_for_too_and_only_where_it_is_not_to_ses_itself() {
    for (language, title) in [
        (Language::En, "5. Links: where a click leads first"),
        (Language::Nl, "5. Links: waar een klik eerst langs gaat"),
    ] {
        let mut ask = ask(language);
        assert!(!text(&ask).contains("5. ") && ask.of(Purpose::Tracking).next().is_none());
        let tracking = wire::Tracking {
            domain: "links.example.nl".to_owned(),
            target: "D111111abcdef8.cloudfront.net".to_owned(),
            https: true,
        };
        ask.entries.push(Entry {
            record: tracking_record(&tracking),
            state: State::Missing,
        });
        ask.tracking = Some(tracking);
        assert_eq!(ask.left(), 7);
        let said = text(&ask);
        assert!(said.contains(title) && !said.contains('{'), "{said}");
        let line = "links.example.nl. 3600 IN CNAME d111111abcdef8.cloudfront.net.\n";
        assert!(said.contains(line) && zone(&ask).ends_with(line), "{said}");
        // The tip shows what a form takes by the shortest name.
        assert!(said.contains("links.example.nl"), "{said}");
        assert!(page(&ask).replace("<wbr>", "").contains("links.example.nl"));
    }
}

#[test]
fn a_long_text_is_split_as_a_zone_file_wants_it() {
    let long = format!(
        "v=DMARC1; p=none; rua=mailto:{}@example.nl",
        "x".repeat(300)
    );
    let found = published("example.nl", true, &long);
    let mut ask = asked("example.nl", Language::En, &found);
    for entry in &mut ask.entries {
        entry.state = State::Missing;
    }
    let zone = zone(&ask);
    let line = zone.lines().last().unwrap();
    let strings: Vec<_> = line.split('"').skip(1).step_by(2).collect();
    assert_eq!(strings.concat(), long);
    assert!(strings.iter().all(|string| string.len() <= 255));
}

//! A real DNS server answers from small zones; each zone has one verdict.

use super::dmarc::{self, Fault, Policy};
use super::spf::{self, Spf};
use super::walk::{self, Passed};
use super::{Dns, Kind, resolver};
use crate::zones::Server;

/// Answers one question about a zone.
fn asked<T>(zone: &str, question: impl AsyncFnOnce(&Dns) -> T) -> T {
    let server = Server::start(zone);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let dns = Dns::new(Some(server.address())).unwrap();
        question(&dns).await
    })
}

#[test]
fn records_are_read_as_they_are_compared() {
    let zone = "
        a.example CNAME B.Example
        b.example TXT 'one' | 'two'
        b.example MX 10 Mail.Example
        b.example MX 5 other.example
        c.example TXT 'long' | 'very long, so that it does not fit into a datagram '
    ";
    asked(zone, async |dns| {
        let ask = async |name: &str, kind| dns.ask(name, kind).await.unwrap();
        assert_eq!(ask("a.example", Kind::Cname).await, ["b.example"]);
        // Through the CNAME, and in one piece.
        assert_eq!(ask("a.example", Kind::Txt).await, ["onetwo"]);
        let mx = ask("b.example", Kind::Mx).await;
        assert_eq!(mx, ["10 mail.example", "5 other.example"]);
        assert_eq!(ask("b.example", Kind::Cname).await, [""; 0]);
        assert_eq!(ask("nobody.example", Kind::Txt).await, [""; 0]);
    });
}

#[test]
fn what_does_not_fit_into_a_datagram_is_asked_for_again_over_tcp() {
    let strings = vec![format!("'{}'", "x".repeat(250)); 20].join(" | ");
    let found = asked(&format!("a.example TXT {strings}"), async |dns| {
        dns.ask("a.example", Kind::Txt).await.unwrap()
    });
    assert_eq!(found, ["x".repeat(5_000)]);
}

#[test]
fn that_dns_does_not_answer_is_told_from_that_there_is_nothing() {
    let found = asked("broken.example FAILS", async |dns| {
        dns.ask("broken.example", Kind::Txt).await
    });
    let error = found.unwrap_err().to_string();
    assert!(
        error.starts_with("DNS did not answer for broken.example: "),
        "{error}"
    );
}

/// Judges the SPF of `b.example`.
fn checked(zone: &str) -> Spf {
    let zone = format!("amazonses.com TXT 'v=spf1 ip4:192.0.2.0/24 -all'\n{zone}");
    asked(&zone, async |dns| {
        spf::check(dns, "b.example").await.unwrap()
    })
}

#[test]
fn each_spf_zone_has_its_verdict() {
    let one = |record: &str| checked(&format!("b.example TXT '{record}'"));
    assert_eq!(
        one("v=spf1 include:amazonses.com ~all"),
        Spf::Good { lookups: 1 }
    );
    assert_eq!(
        one("V=SPF1 a MX include:AmazonSES.com -all"),
        Spf::Good { lookups: 3 }
    );
    assert_eq!(
        checked("b.example TXT 'v=spf1 include:ama' | 'zonses.com ~all'"),
        Spf::Good { lookups: 1 }
    );
    assert_eq!(checked("b.example TXT 'hello'"), Spf::Missing);
    assert_eq!(checked("a.example TXT 'hello'"), Spf::Missing);
    assert_eq!(one("v=spf10 include:amazonses.com"), Spf::Missing);
    let other = "v=spf1 ip4:192.0.2.1 -all";
    assert_eq!(one(other), Spf::WithoutSes(other.into()));
    // What stands behind `all` counts for nothing.
    let behind = "v=spf1 -all include:amazonses.com";
    assert_eq!(one(behind), Spf::WithoutSes(behind.into()));
    let open = "v=spf1 include:amazonses.com +all";
    assert_eq!(one(open), Spf::Everybody(open.into()));
    assert_eq!(one("v=spf1 all"), Spf::Everybody("v=spf1 all".into()));
    let odd = "v=spf1 include:amazonses.com inlcude:x.example ~all";
    assert_eq!(
        one(odd),
        Spf::Broken {
            record: odd.into(),
            term: "inlcude:x.example".into()
        }
    );
    let empty = "v=spf1 include: ~all";
    assert_eq!(
        one(empty),
        Spf::Broken {
            record: empty.into(),
            term: "include:".into()
        }
    );
}

#[test]
fn records_that_lead_to_others_are_followed_and_counted() {
    let one = |record: &str| checked(&format!("b.example TXT '{record}'"));
    let two = "
        b.example TXT 'v=spf1 include:amazonses.com ~all'
        b.example TXT 'v=spf1 mx ~all'
    ";
    assert!(matches!(checked(two), Spf::Several(records) if records.len() == 2));
    let apart = "
        b.example TXT 'v=spf1 redirect=c.example'
        c.example TXT 'v=spf1 include:d.example -all'
        d.example TXT 'v=spf1 include:amazonses.com ?all'
    ";
    assert_eq!(checked(apart), Spf::Good { lookups: 3 });
    let mechanisms = format!(
        "v=spf1 {} include:amazonses.com ~all",
        "a ".repeat(9).trim()
    );
    assert_eq!(one(&mechanisms), Spf::Good { lookups: 10 });
    let mechanisms = format!(
        "v=spf1 {} include:amazonses.com ~all",
        "a ".repeat(10).trim()
    );
    assert_eq!(one(&mechanisms), Spf::TooLong { record: mechanisms });
    let circle = "v=spf1 include:b.example include:amazonses.com -all";
    assert_eq!(
        one(circle),
        Spf::TooLong {
            record: circle.into()
        }
    );
}

#[test]
fn a_dmarc_record_is_read_as_rfc_9989_reads_it() {
    let read = |text: &str| dmarc::read(text).unwrap().unwrap();
    let policy = |text: &str| {
        let record = read(text);
        (record.policy, record.reports, record.ignored)
    };
    let nothing: Vec<String> = Vec::new();
    let some = |tag: &str| vec![tag.to_owned()];
    assert_eq!(
        policy("v=DMARC1; p=reject"),
        (Policy::Reject, false, nothing.clone())
    );
    // Any order, any case, spaces, a last semicolon.
    let loose = "V = DMARC1 ;RUA=mailto:A@x.example ; P = Quarantine;";
    assert_eq!(policy(loose), (Policy::Quarantine, true, nothing.clone()));
    assert_eq!(policy("v=DMARC1"), (Policy::None, false, nothing.clone()));
    assert_eq!(
        policy("v=DMARC1; p=reject; pct=50"),
        (Policy::Reject, false, some("pct=50"))
    );
    assert_eq!(policy("v=DMARC1; p=none; x; ri=1").2, ["x", "ri=1"]);
    assert_eq!(
        policy("v=DMARC1; p=none; rua=a@x.example"),
        (Policy::None, false, some("rua=a@x.example"))
    );
    assert_eq!(
        policy("v=DMARC1; p=none; rua=https://x.example/r!10m,mailto:"),
        (Policy::None, true, nothing)
    );
    // Whoever asks for reports is taken to have said `p=none`; whoever does not has said nothing.
    assert_eq!(
        policy("v=DMARC1; p=block; rua=mailto:a@x.example"),
        (Policy::None, true, some("p=block"))
    );
    assert_eq!(
        policy("v=DMARC1; p=reject; sp=off; rua=mailto:a@x.example").0,
        Policy::None
    );
    let fault = |text: &str| dmarc::read(text).unwrap().unwrap_err();
    assert_eq!(
        fault("v=DMARC1; p=block"),
        Fault::NoPolicy("p=block".into())
    );
    assert_eq!(
        fault("v=DMARC1; p=none; p=reject"),
        Fault::Twice("p".into())
    );
    for other in [
        "",
        "v=spf1 -all",
        "v=DMARC1.0; p=none",
        "v=dmarc1; p=none",
        "p=none; v=DMARC1",
        "DMARC1",
    ] {
        assert_eq!(dmarc::read(other), None, "{other}");
    }
    let all = read(
        "v=DMARC1; p=reject; sp=quarantine; np=none; adkim=s; aspf=s; t=y; psd=n; fo=1:d; ruf=mailto:a@b.example",
    );
    assert_eq!(all.for_subdomains(), Policy::Quarantine);
    assert_eq!(all.nonexistent, Some(Policy::None));
    assert!(all.strict_dkim && all.strict_spf && all.testing && all.ignored.is_empty());
}

#[test]
fn the_record_that_counts_is_found_up_the_tree() {
    let at = |zone: &str, domain: &str| {
        let found = asked(zone, async |dns| walk::find(dns, domain).await.unwrap());
        let counted = found
            .record
            .map(|one| (one.domain.clone(), one.policy(), one.own));
        counted.map(|(domain, policy, own)| (domain, policy.name(), own))
    };
    let found = |domain: &str, policy, own| Some((domain.to_owned(), policy, own));
    let parent = "_dmarc.example.nl TXT 'v=DMARC1; p=reject; sp=quarantine'";
    assert_eq!(
        at(parent, "example.nl"),
        found("example.nl", "reject", true)
    );
    assert_eq!(
        at(parent, "a.mail.example.nl"),
        found("example.nl", "quarantine", false)
    );
    assert_eq!(at(parent, "other.nl"), None);
    let both = format!("{parent}\n_dmarc.mail.example.nl TXT 'v=DMARC1; p=none'");
    assert_eq!(
        at(&both, "mail.example.nl"),
        found("mail.example.nl", "none", true)
    );
    // The organization's record is the one with the fewest labels.
    assert_eq!(
        at(&both, "a.mail.example.nl"),
        found("example.nl", "quarantine", false)
    );
    let denied = "
        _dmarc.example.nl TXT 'v=DMARC1; p=reject'
        _dmarc.b.example.nl TXT 'v=DMARC1; p=none; psd=n'
    ";
    assert_eq!(
        at(denied, "a.b.example.nl"),
        found("b.example.nl", "none", false)
    );
    let suffix = "
        _dmarc.bank TXT 'v=DMARC1; p=reject; psd=y'
        _dmarc.mine.bank TXT 'v=DMARC1; p=none'
    ";
    assert_eq!(at(suffix, "a.mine.bank"), found("mine.bank", "none", false));
    assert_eq!(at(suffix, "a.yours.bank"), found("bank", "reject", false));
    let cname = "
        _dmarc.example.nl CNAME dmarc.service.example
        dmarc.service.example TXT 'v=DMARC1; p=none'
    ";
    assert_eq!(at(cname, "example.nl"), found("example.nl", "none", true));
}

#[test]
fn a_deep_name_makes_nobody_ask_more_than_eight_questions() {
    let deep = "a.b.c.d.e.f.g.h.i.j.k.example.nl";
    let server = Server::start("_dmarc.h.i.j.k.example.nl TXT 'v=DMARC1; p=reject'");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let found = runtime.block_on(async {
        let dns = Dns::new(Some(server.address())).unwrap();
        walk::find(&dns, deep).await.unwrap()
    });
    assert_eq!(found.record.unwrap().domain, "h.i.j.k.example.nl");
    assert_eq!(server.questions(), 8);
}

#[test]
fn records_that_count_for_nothing_are_named() {
    let faults = |zone: &str| {
        let found = asked(zone, async |dns| {
            walk::find(dns, "a.example.nl").await.unwrap()
        });
        (found.record.map(|one| one.domain), found.faults)
    };
    let several = "
        _dmarc.a.example.nl TXT 'v=DMARC1; p=none'
        _dmarc.a.example.nl TXT 'v=DMARC1; p=reject'
        _dmarc.a.example.nl TXT 'something else'
        _dmarc.example.nl TXT 'v=DMARC1; p=none'
    ";
    let (counted, passed) = faults(several);
    assert_eq!(counted.as_deref(), Some("example.nl"));
    assert!(
        matches!(passed.as_slice(), [(at, Passed::Several(texts))] if at == "a.example.nl" && texts.len() == 2)
    );
    let (counted, passed) = faults("_dmarc.example.nl TXT 'v=DMARC1; p=block'");
    assert_eq!(counted, None);
    assert!(matches!(
        passed.as_slice(),
        [(_, Passed::Broken(_, Fault::NoPolicy(_)))]
    ));
}

#[test]
fn a_resolver_is_named_with_or_without_its_port() {
    for (typed, address) in [
        ("9.9.9.9", "9.9.9.9:53"),
        ("127.0.0.1:5353", "127.0.0.1:5353"),
        ("2620:fe::fe", "[2620:fe::fe]:53"),
        ("[::1]:5353", "[::1]:5353"),
    ] {
        assert_eq!(resolver(typed).unwrap().to_string(), address);
    }
    assert!(resolver("dns.example").is_err());
}

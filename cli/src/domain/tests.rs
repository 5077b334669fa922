//! What is handed to whoever looks after a domain, word for word.

use expect_test::{Expect, expect};

use super::state::Why;
use super::{
    Ask, DomainName, Entry, Language, State, dkim_records, dmarc_entry, mail_from_records, page,
    text, zone,
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

fn check(ask: &Ask, expected: Expect) {
    expected.assert_eq(&text(ask));
}

#[test]
fn the_administrator_is_asked_in_english() {
    check(
        &ask(Language::En),
        expect![[r#"
        DNS records for mail from example.nl
        ====================================
        For whoever looks after the DNS of example.nl

        Mail with a sender at example.nl is going to be sent through Amazon SES.
        Gmail, Outlook and the others refuse or hide mail that cannot prove where it
        comes from. The records below are that proof.

        Your present mail stays as it is: the MX and SPF records of example.nl
        itself are not changed.

        1. DKIM: the signature
        ----------------------
        Every mail is signed, and under these names receivers find the key to check
        the signature with; they are CNAME records so that the key can be renewed
        without asking you again.

        Without them no mail can be sent from example.nl at all.

          Name    fkq2fkq2fkq2fkq2fkq2fkq2fkq2fkq2._domainkey.example.nl
          Type    CNAME
          Value   fkq2fkq2fkq2fkq2fkq2fkq2fkq2fkq2.dkim.eu-west-1.amazonses.com
          TTL     3600
          Now     please add

          Name    n7xwn7xwn7xwn7xwn7xwn7xwn7xwn7xw._domainkey.example.nl
          Type    CNAME
          Value   n7xwn7xwn7xwn7xwn7xwn7xwn7xwn7xw.dkim.eu-west-1.amazonses.com
          TTL     3600
          Now     please add

          Name    zztazztazztazztazztazztazztazzta._domainkey.example.nl
          Type    CNAME
          Value   zztazztazztazztazztazztazztazzta.dkim.eu-west-1.amazonses.com
          TTL     3600
          Now     please add

        2. MAIL FROM: where bounces go
        ------------------------------
        Notices of mail that could not be delivered go to a subdomain of their own,
        bounce.example.nl, and this record hands them to Amazon; the mailboxes of
        example.nl are not touched.

        Without it Amazon's own domain becomes the return address, and SPF no longer
        counts for example.nl.

          Name    bounce.example.nl
          Type    MX
          Value   10 feedback-smtp.eu-west-1.amazonses.com
          TTL     3600
          Now     please add

        3. SPF: who may send
        --------------------
        It says that Amazon SES may send mail with a return address at
        bounce.example.nl; the SPF record of example.nl itself needs no change.

        Without it receivers take that return address for forged.

          Name    bounce.example.nl
          Type    TXT
          Value   v=spf1 include:amazonses.com ~all
          TTL     3600
          Now     please add

        4. DMARC: what to do with mail that proves nothing
        --------------------------------------------------
        It tells receivers what to do with mail that claims to come from example.nl
        and can prove it neither by SPF nor by DKIM, and where to report it.

        Without it Gmail, Yahoo and Microsoft refuse the mail of larger senders, and
        nobody tells you who misuses your name.

        p=none        Deliver all the same. The first step: nothing changes, and the
                      reports show who sends in your name.
        p=quarantine  Put it where spam goes.
        p=reject      Refuse it. The aim: then nobody can send in your name any
                      more.

        Receivers mail a report every day to the address after rua=, which has to
        exist: who sent in your name, and which mail had neither SPF nor DKIM. Move
        on to the next policy once the reports show that all of your own mail proves
        itself, usually after some weeks.

          Name    _dmarc.example.nl
          Type    TXT
          Value   v=DMARC1; p=none; rua=mailto:dmarc@example.nl
          TTL     3600
          Now     please add

        When you type them
        ------------------
        - Many forms add example.nl to the name themselves. Then type only what
          stands before it: bounce instead of bounce.example.nl.
        - Leave out quotation marks and a dot at the end, unless your form asks for
          them.
        - At Cloudflare the proxy has to be off for these records (“DNS only”).
        - A TTL of one hour (3600) is fine; so is what your provider proposes.

        The same as a zone file
        -----------------------
        For those who keep their zone as a file. What is right already is commented
        out.

        fkq2fkq2fkq2fkq2fkq2fkq2fkq2fkq2._domainkey.example.nl. 3600 IN CNAME fkq2fkq2fkq2fkq2fkq2fkq2fkq2fkq2.dkim.eu-west-1.amazonses.com.
        n7xwn7xwn7xwn7xwn7xwn7xwn7xwn7xw._domainkey.example.nl. 3600 IN CNAME n7xwn7xwn7xwn7xwn7xwn7xwn7xwn7xw.dkim.eu-west-1.amazonses.com.
        zztazztazztazztazztazztazztazzta._domainkey.example.nl. 3600 IN CNAME zztazztazztazztazztazztazztazzta.dkim.eu-west-1.amazonses.com.
        bounce.example.nl. 3600 IN MX 10 feedback-smtp.eu-west-1.amazonses.com.
        bounce.example.nl. 3600 IN TXT "v=spf1 include:amazonses.com ~all"
        _dmarc.example.nl. 3600 IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.nl"

        It takes from minutes to some hours, and at most three days, until everybody
        sees new records. Please say when they are in; we check them then.
    "#]],
    );
}

#[test]
fn the_administrator_is_asked_in_dutch() {
    check(
        &ask(Language::Nl),
        expect![[r#"
        DNS-records voor mail vanaf example.nl
        ======================================
        Voor wie de DNS van example.nl beheert

        Mail met een afzender op example.nl gaat via Amazon SES verstuurd worden.
        Gmail, Outlook en de andere weigeren of verbergen mail die niet kan bewijzen
        waar die vandaan komt. De records hieronder zijn dat bewijs.

        Uw huidige mail blijft zoals die is: aan de MX- en SPF-records van
        example.nl zelf verandert niets.

        1. DKIM: de handtekening
        ------------------------
        Elke mail wordt ondertekend, en onder deze namen vinden ontvangers de
        sleutel om die handtekening te controleren; het zijn CNAME-records, zodat de
        sleutel vernieuwd kan worden zonder u opnieuw iets te vragen.

        Zonder deze records kan er helemaal geen mail vanaf example.nl worden
        verstuurd.

          Naam    fkq2fkq2fkq2fkq2fkq2fkq2fkq2fkq2._domainkey.example.nl
          Type    CNAME
          Waarde  fkq2fkq2fkq2fkq2fkq2fkq2fkq2fkq2.dkim.eu-west-1.amazonses.com
          TTL     3600
          Nu      graag toevoegen

          Naam    n7xwn7xwn7xwn7xwn7xwn7xwn7xwn7xw._domainkey.example.nl
          Type    CNAME
          Waarde  n7xwn7xwn7xwn7xwn7xwn7xwn7xwn7xw.dkim.eu-west-1.amazonses.com
          TTL     3600
          Nu      graag toevoegen

          Naam    zztazztazztazztazztazztazztazzta._domainkey.example.nl
          Type    CNAME
          Waarde  zztazztazztazztazztazztazztazzta.dkim.eu-west-1.amazonses.com
          TTL     3600
          Nu      graag toevoegen

        2. MAIL FROM: waar onbestelbare mail heen gaat
        ----------------------------------------------
        Berichten over mail die niet bezorgd kon worden gaan naar een eigen
        subdomein, bounce.example.nl, en dit record geeft ze aan Amazon door; de
        mailboxen van example.nl blijven buiten schot.

        Zonder dit record wordt een domein van Amazon het retouradres, en telt SPF
        niet meer mee voor example.nl.

          Naam    bounce.example.nl
          Type    MX
          Waarde  10 feedback-smtp.eu-west-1.amazonses.com
          TTL     3600
          Nu      graag toevoegen

        3. SPF: wie er mag versturen
        ----------------------------
        Het zegt dat Amazon SES mail mag versturen met een retouradres op
        bounce.example.nl; het SPF-record van example.nl zelf hoeft niet te
        veranderen.

        Zonder dit record houden ontvangers dat retouradres voor vervalst.

          Naam    bounce.example.nl
          Type    TXT
          Waarde  v=spf1 include:amazonses.com ~all
          TTL     3600
          Nu      graag toevoegen

        4. DMARC: wat te doen met mail die niets bewijst
        ------------------------------------------------
        Het vertelt ontvangers wat ze moeten doen met mail die van example.nl zegt
        te komen en dat niet met SPF en niet met DKIM kan bewijzen, en waar ze dat
        kunnen melden.

        Zonder dit record weigeren Gmail, Yahoo en Microsoft de mail van grotere
        afzenders, en vertelt niemand u wie uw naam misbruikt.

        p=none        Toch bezorgen. De eerste stap: er verandert niets, en de
                      rapporten laten zien wie er in uw naam verstuurt.
        p=quarantine  In de map met spam leggen.
        p=reject      Weigeren. Het doel: dan kan niemand anders meer in uw naam
                      versturen.

        Ontvangers mailen elke dag een rapport naar het adres achter rua=, dat dus
        moet bestaan: wie er in uw naam verstuurde, en welke mail zonder SPF en DKIM
        was. Ga naar de volgende stap zodra de rapporten laten zien dat al uw eigen
        mail zich bewijst, meestal na enkele weken.

          Naam    _dmarc.example.nl
          Type    TXT
          Waarde  v=DMARC1; p=none; rua=mailto:dmarc@example.nl
          TTL     3600
          Nu      graag toevoegen

        Bij het invullen
        ----------------
        - Veel formulieren voegen example.nl zelf aan de naam toe. Vul dan alleen in
          wat ervoor staat: bounce in plaats van bounce.example.nl.
        - Laat aanhalingstekens en een punt aan het eind weg, tenzij uw formulier
          erom vraagt.
        - Bij Cloudflare moet de proxy voor deze records uit staan (“DNS only”).
        - Een TTL van een uur (3600) is prima; wat uw provider voorstelt ook.

        Hetzelfde als zonebestand
        -------------------------
        Voor wie de zone als bestand beheert. Wat al klopt, staat er als commentaar.

        fkq2fkq2fkq2fkq2fkq2fkq2fkq2fkq2._domainkey.example.nl. 3600 IN CNAME fkq2fkq2fkq2fkq2fkq2fkq2fkq2fkq2.dkim.eu-west-1.amazonses.com.
        n7xwn7xwn7xwn7xwn7xwn7xwn7xwn7xw._domainkey.example.nl. 3600 IN CNAME n7xwn7xwn7xwn7xwn7xwn7xwn7xwn7xw.dkim.eu-west-1.amazonses.com.
        zztazztazztazztazztazztazztazzta._domainkey.example.nl. 3600 IN CNAME zztazztazztazztazztazztazztazzta.dkim.eu-west-1.amazonses.com.
        bounce.example.nl. 3600 IN MX 10 feedback-smtp.eu-west-1.amazonses.com.
        bounce.example.nl. 3600 IN TXT "v=spf1 include:amazonses.com ~all"
        _dmarc.example.nl. 3600 IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.nl"

        Het duurt van enkele minuten tot enkele uren, en hoogstens drie dagen,
        voordat iedereen nieuwe records ziet. Laat het weten als ze erin staan; dan
        controleren wij ze.
    "#]],
    );
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
    check(
        &ask,
        expect![[r#"
        DNS records for mail from mail.example.nl
        =========================================
        For whoever looks after the DNS of example.nl

        Mail with a sender at mail.example.nl is going to be sent through Amazon
        SES. Gmail, Outlook and the others refuse or hide mail that cannot prove
        where it comes from. The records below are that proof.

        Your present mail stays as it is: the MX and SPF records of mail.example.nl
        itself are not changed.

        1. DKIM: the signature
        ----------------------
        Every mail is signed, and under these names receivers find the key to check
        the signature with; they are CNAME records so that the key can be renewed
        without asking you again.

        Without them no mail can be sent from mail.example.nl at all.

          Name    fkq2fkq2fkq2fkq2fkq2fkq2fkq2fkq2._domainkey.mail.example.nl
          Type    CNAME
          Value   fkq2fkq2fkq2fkq2fkq2fkq2fkq2fkq2.dkim.eu-west-1.amazonses.com
          TTL     3600
          Now     already right

          Name    n7xwn7xwn7xwn7xwn7xwn7xwn7xwn7xw._domainkey.mail.example.nl
          Type    CNAME
          Value   n7xwn7xwn7xwn7xwn7xwn7xwn7xwn7xw.dkim.eu-west-1.amazonses.com
          TTL     3600
          Now     please change
                  Now there is another value; please put this one in its place:
                  other.dkim.example

          Name    zztazztazztazztazztazztazztazzta._domainkey.mail.example.nl
          Type    CNAME
          Value   zztazztazztazztazztazztazztazzta.dkim.eu-west-1.amazonses.com
          TTL     3600
          Now     please add

        2. MAIL FROM: where bounces go
        ------------------------------
        Notices of mail that could not be delivered go to a subdomain of their own,
        bounce.mail.example.nl, and this record hands them to Amazon; the mailboxes
        of mail.example.nl are not touched.

        Without it Amazon's own domain becomes the return address, and SPF no longer
        counts for mail.example.nl.

          Name    bounce.mail.example.nl
          Type    MX
          Value   10 feedback-smtp.eu-west-1.amazonses.com
          TTL     3600
          Now     please change
                  Now it stands under a name that has the domain twice, because the
                  form adds the domain itself; please type the first part of the
                  name only:
                  bounce.mail.example.nl.mail.example.nl: 10 x.example

        3. SPF: who may send
        --------------------
        It says that Amazon SES may send mail with a return address at
        bounce.mail.example.nl; the SPF record of mail.example.nl itself needs no
        change.

        Without it receivers take that return address for forged.

          Name    bounce.mail.example.nl
          Type    TXT
          Value   v=spf1 include:amazonses.com ~all
          TTL     3600
          Now     please add

        4. DMARC: what to do with mail that proves nothing
        --------------------------------------------------
        It tells receivers what to do with mail that claims to come from
        mail.example.nl and can prove it neither by SPF nor by DKIM, and where to
        report it.

        Without it Gmail, Yahoo and Microsoft refuse the mail of larger senders, and
        nobody tells you who misuses your name.

        p=none        Deliver all the same. The first step: nothing changes, and the
                      reports show who sends in your name.
        p=quarantine  Put it where spam goes.
        p=reject      Refuse it. The aim: then nobody can send in your name any
                      more.

        Receivers mail a report every day to the address after rua=, which has to
        exist: who sent in your name, and which mail had neither SPF nor DKIM. Move
        on to the next policy once the reports show that all of your own mail proves
        itself, usually after some weeks.

        There is a DMARC record already, at _dmarc.example.nl. It is kept as it is:

        - It is the record of example.nl, which holds for its subdomains too.
        - It asks for p=quarantine already. That is more than enough, and the
          records above must be there before the first mail is sent.
        - It names nobody to report to (rua=), so nobody sees who misuses the name.
        - It says aspf=s, so that only the signature counts here, not SPF: the DKIM
          records matter all the more.
        - Receivers pass over this in it: pct=100

          Name    _dmarc.example.nl
          Type    TXT
          Value   v=DMARC1; p=reject; sp=quarantine; aspf=s; pct=100
          TTL     3600
          Now     already right

        When you type them
        ------------------
        - Many forms add example.nl to the name themselves. Then type only what
          stands before it: _dmarc instead of _dmarc.example.nl.
        - Leave out quotation marks and a dot at the end, unless your form asks for
          them.
        - At Cloudflare the proxy has to be off for these records (“DNS only”).
        - A TTL of one hour (3600) is fine; so is what your provider proposes.

        The same as a zone file
        -----------------------
        For those who keep their zone as a file. What is right already is commented
        out.

        ; fkq2fkq2fkq2fkq2fkq2fkq2fkq2fkq2._domainkey.mail.example.nl. 3600 IN CNAME fkq2fkq2fkq2fkq2fkq2fkq2fkq2fkq2.dkim.eu-west-1.amazonses.com.
        n7xwn7xwn7xwn7xwn7xwn7xwn7xwn7xw._domainkey.mail.example.nl. 3600 IN CNAME n7xwn7xwn7xwn7xwn7xwn7xwn7xwn7xw.dkim.eu-west-1.amazonses.com.
        zztazztazztazztazztazztazztazzta._domainkey.mail.example.nl. 3600 IN CNAME zztazztazztazztazztazztazztazzta.dkim.eu-west-1.amazonses.com.
        bounce.mail.example.nl. 3600 IN MX 10 feedback-smtp.eu-west-1.amazonses.com.
        bounce.mail.example.nl. 3600 IN TXT "v=spf1 include:amazonses.com ~all"
        ; _dmarc.example.nl. 3600 IN TXT "v=DMARC1; p=reject; sp=quarantine; aspf=s; pct=100"

        It takes from minutes to some hours, and at most three days, until everybody
        sees new records. Please say when they are in; we check them then.
    "#]],
    );
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

//! Each state of an account, a domain or a stack has one verdict.

use aws::{Depth, Dkim, EventDestination, MailAccount, MailFrom, MailIdentity, Quota};

use super::{Finding, Mark, account, domains, judge, stack, tracking};
use crate::dns::Dns;
use crate::zones::Server;

fn healthy() -> MailAccount {
    MailAccount {
        production: true,
        sending: true,
        enforcement: "HEALTHY".to_owned(),
        quota: Some(Quota {
            a_day: Some(50_000.0),
            a_second: 14.0,
            used: 40_000.0,
        }),
        suppressed: vec!["BOUNCE".to_owned(), "COMPLAINT".to_owned()],
        plan: Some("NONE".to_owned()),
    }
}

/// Returns the checks that are not fine, each with its mark.
fn unfit(findings: &[Finding]) -> Vec<(&'static str, Mark)> {
    let unfit = findings.iter().filter(|finding| finding.mark != Mark::Fine);
    unfit.map(|finding| (finding.check, finding.mark)).collect()
}

#[test]
fn an_account_is_judged_by_what_ses_says_of_it() {
    let judged = |change: &dyn Fn(&mut MailAccount)| {
        let mut changed = healthy();
        change(&mut changed);
        unfit(&account::account(&changed, "eu-west-1"))
    };
    assert_eq!(judged(&|_| ()), []);
    assert_eq!(
        judged(&|a| a.production = false),
        [("sandbox", Mark::Wrong)]
    );
    assert_eq!(judged(&|a| a.sending = false), [("sending", Mark::Wrong)]);
    assert_eq!(
        judged(&|a| a.enforcement = "PROBATION".into()),
        [("sending", Mark::Wrong)]
    );
    let used = |used| Quota {
        a_day: Some(100.0),
        a_second: 1.0,
        used,
    };
    assert_eq!(judged(&|a| a.quota = Some(used(80.0))), []);
    assert_eq!(
        judged(&|a| a.quota = Some(used(81.0))),
        [("quota", Mark::Wrong)]
    );
    let none = Quota {
        a_day: Some(0.0),
        ..used(0.0)
    };
    assert_eq!(judged(&|a| a.quota = Some(none)), [("quota", Mark::Wrong)]);
    assert_eq!(judged(&|a| a.quota = None), [("quota", Mark::Unread)]);
    assert_eq!(
        judged(&|a| a.plan = Some("ESSENTIALS".into())),
        [("plan", Mark::Advice)]
    );
    assert_eq!(
        judged(&|a| a.plan = Some("PRO".into())),
        [("plan", Mark::Advice)]
    );
    assert_eq!(judged(&|a| a.plan = None), [("plan", Mark::Unread)]);
    assert_eq!(
        judged(&|a| a.suppressed.clear()),
        [("suppression", Mark::Advice)]
    );
}

#[test]
fn a_domain_is_judged_by_ses_and_dns_together() {
    let dkim = "
        t._domainkey.example.nl CNAME t.dkim.amazonses.com
        bounce.example.nl MX 10 feedback-smtp.eu-west-1.amazonses.com
        bounce.example.nl TXT 'v=spf1 include:amazonses.com ~all'
    ";
    let good =
        format!("{dkim}\n_dmarc.example.nl TXT 'v=DMARC1; p=reject; rua=mailto:a@example.nl'");
    let judged = |zone: &str, change: &dyn Fn(&mut MailIdentity)| {
        let mut identity = verified();
        change(&mut identity);
        let found = looked(zone, Some(&identity));
        let shown = format!("{found:?}");
        assert!(
            !shown.contains("a@example.nl") && !shown.contains("b@example.nl"),
            "{shown}"
        );
        unfit(&found)
    };
    let wrong = |check| (check, Mark::Wrong);
    assert_eq!(judged(&good, &|_| ()), []);
    assert_eq!(
        judged("", &|_| ()),
        ["dkim", "mail from", "spf", "dmarc"].map(wrong)
    );
    assert_eq!(judged(&good, &|i| i.verified = false), [wrong("identity")]);
    assert_eq!(judged(&good, &|i| i.dkim.enabled = false), [wrong("dkim")]);
    assert_eq!(
        judged(&good, &|i| i.dkim.status = "PENDING".into()),
        [wrong("dkim")]
    );
    assert_eq!(
        judged(&good, &|i| i.dkim.bits = Some(1024)),
        [("dkim", Mark::Advice)]
    );
    assert_eq!(
        judged(&good, &|i| i.dkim.easy = false),
        [("dkim", Mark::Advice)]
    );
    assert_eq!(
        judged(&good, &|i| i.mail_from = None),
        [wrong("mail from"), wrong("spf")]
    );
    let mail_from = |i: &mut MailIdentity, rejects, status: &str| {
        let domain = "bounce.example.nl".to_owned();
        i.mail_from = Some(MailFrom {
            domain,
            status: status.to_owned(),
            rejects,
        });
    };
    assert_eq!(
        judged(&good, &|i| mail_from(i, true, "SUCCESS")),
        [("mail from", Mark::Advice)]
    );
    assert_eq!(
        judged(&good, &|i| mail_from(i, false, "FAILED")),
        [wrong("mail from")]
    );
    let first =
        format!("{dkim}\n_dmarc.example.nl TXT 'v=DMARC1; p=none; rua=mailto:a@example.nl'");
    assert_eq!(judged(&first, &|_| ()), []);
    let loose =
        format!("{dkim}\n_dmarc.example.nl TXT 'v=DMARC1; p=none; ruf=b@example.nl; pct=5'");
    assert_eq!(judged(&loose, &|_| ()), [("dmarc", Mark::Advice)]);
    let twice = format!("{good}\n_dmarc.example.nl TXT 'v=DMARC1; p=none'");
    assert_eq!(judged(&twice, &|_| ()), [wrong("dmarc")]);
    let unknown = unfit(&looked(&good, None));
    assert_eq!(unknown, [wrong("identity")]);
}

#[test]
fn a_stack_is_judged_by_what_it_hears_holds_and_leaves() {
    let destination = |events: &[&str], enabled| EventDestination {
        name: "to-the-stack".to_owned(),
        enabled,
        events: events.iter().map(ToString::to_string).collect(),
        topic: Some("arn:aws:sns:eu-west-1:1:mail".to_owned()),
    };
    let all = [
        "SEND",
        "DELIVERY",
        "BOUNCE",
        "COMPLAINT",
        "REJECT",
        "DELIVERY_DELAY",
    ];
    let reports = |destinations: &[_]| unfit(&stack::reports("set", destinations));
    assert_eq!(reports(&[destination(&all, true)]), []);
    assert_eq!(
        reports(&[destination(&all[..3], true), destination(&all[3..], true)]),
        []
    );
    let wrong = [("reports", Mark::Wrong)];
    assert_eq!(reports(&[destination(&all[..5], true)]), wrong);
    assert_eq!(reports(&[destination(&all, false)]), wrong);
    assert_eq!(reports(&[]), wrong);

    let secret = |value| {
        unfit(&stack::secret("address-key", "prod", value, |value| {
            value == "good"
        }))
    };
    assert_eq!(secret(Some("good")), []);
    assert_eq!(secret(Some("bad")), [("secrets", Mark::Wrong)]);
    assert_eq!(secret(None), [("secrets", Mark::Wrong)]);

    let depth = |waiting| Depth {
        waiting,
        ..Depth::default()
    };
    assert_eq!(unfit(&stack::queues(&[("orders", depth(9))])), []);
    let dead = |counts: [u64; 2]| {
        let depths = [("events", depth(counts[0])), ("moves", depth(counts[1]))];
        unfit(&stack::dead_letters("prod", &depths)).len()
    };
    assert_eq!([dead([0, 0]), dead([0, 1]), dead([2, 1])], [0, 1, 2]);

    assert_eq!(unfit(&stack::due(None)), []);
    assert_eq!(unfit(&stack::due(Some(1_800))), []);
    assert_eq!(unfit(&stack::due(Some(1_801))), [("due", Mark::Wrong)]);
    assert_eq!(
        unfit(&stack::release("prod", None)),
        [("release", Mark::Wrong)]
    );
    let unread = judge(&["a", "b"], Err::<(), _>(anyhow::anyhow!("no")), |()| {
        Vec::new()
    });
    assert_eq!(unfit(&unread), [("a", Mark::Unread), ("b", Mark::Unread)]);
}

#[test]
fn statistics_that_are_not_written_down_are_missed_in_time() {
    let now: jiff::Timestamp = "2026-11-28T12:00:00Z".parse().unwrap();
    let written = |ago: Option<i64>, tried: Option<i64>| {
        let before = |days| now - jiff::SignedDuration::from_hours(24 * days);
        let closing = wire::Closing {
            until: ago.map(before),
            attempt: tried.map(|days| wire::Attempt {
                until: before(days),
                begun: now,
            }),
        };
        stack::statistics(now, &closing)
    };
    for (until, attempt) in [
        (None, None),
        (None, Some(75)),
        (Some(75), None),
        (Some(75), Some(61)),
    ] {
        assert_eq!(unfit(&written(until, attempt)), [], "{until:?} {attempt:?}");
    }
    for (until, attempt) in [(None, Some(76)), (Some(76), None), (Some(76), Some(69))] {
        let late = written(until, attempt);
        assert_eq!(unfit(&late), [("statistics", Mark::Wrong)]);
        for day in ["2026-09-13", "2026-12-12"] {
            assert!(late[0].says.contains(day), "{}", late[0].says);
        }
    }
}

#[test]
fn where_links_lead_is_judged_by_ses_dns_and_the_certificate() {
    let led = |target: &str, https| wire::Tracking {
        domain: "links.example.nl".to_owned(),
        target: target.to_owned(),
        https,
    };
    let (ours, theirs) = (
        led("d1.cloudfront.net", true),
        led("r.eu-west-1.awstrack.me", false),
    );
    let there = "links.example.nl CNAME d1.cloudfront.net";
    let judged = |led: &wire::Tracking, zone: &str, identity, mail: Option<&str>| {
        let place = ("prod", mail);
        let asked = async |dns: Dns| tracking::tracking(&dns, led, Ok(identity), place).await;
        in_zone(zone, asked)
    };
    let mail = Some("mail.example.nl");
    let fine = judged(&ours, there, Some(verified()), mail);
    assert_eq!(unfit(&fine), []);
    assert!(fine[0].says.contains("d1.cloudfront.net"), "{fine:?}");
    for (zone, says) in [
        ("", "not in DNS: links.example.nl"),
        (
            "links.example.nl CNAME r.us-east-1.awstrack.me",
            "another value",
        ),
        ("links.example.nl A 192.0.2.1", "another kind"),
        (
            "links.example.nl.example.nl CNAME d1.cloudfront.net",
            "has the domain twice",
        ),
    ] {
        let found = judged(&ours, zone, Some(verified()), mail);
        assert_eq!(unfit(&found), [("tracking", Mark::Wrong)], "{zone}");
        assert!(found[0].says.contains(says), "{found:?}");
        let do_this = found[0].do_this.as_deref().unwrap();
        assert!(
            do_this.contains("`waypost domain mail.example.nl --stack prod`"),
            "{do_this}"
        );
        assert_eq!(found[0].about.as_deref(), Some("links.example.nl"));
    }
    let unread = judged(&ours, "links.example.nl FAILS", Some(verified()), mail);
    assert_eq!(unfit(&unread), [("tracking", Mark::Unread)]);

    // Everything that is wrong is said at once: nobody vouches for it, it leads nowhere, and browsers would warn.
    let unverified = MailIdentity {
        verified: false,
        ..verified()
    };
    for identity in [None, Some(unverified)] {
        let found = judged(&theirs, "", identity, Some("elsewhere.nl"));
        assert_eq!(unfit(&found), [("tracking", Mark::Wrong); 3]);
        let asked = "`waypost domain links.example.nl --stack prod`";
        let told = found
            .iter()
            .take(2)
            .filter_map(|one| one.do_this.as_deref());
        assert!(told.clone().all(|told| told.contains(asked)) && told.count() == 2);
    }
    // Though DNS is right: nearly every link begins with https.
    let there = "links.example.nl CNAME r.eu-west-1.awstrack.me";
    let found = judged(&theirs, there, Some(verified()), None);
    assert_eq!(unfit(&found), [("tracking", Mark::Wrong)]);
    assert!(found[0].says.contains("no certificate"), "{found:?}");
}

fn verified() -> MailIdentity {
    MailIdentity {
        verified: true,
        status: "SUCCESS".to_owned(),
        error: None,
        dkim: Dkim {
            enabled: true,
            status: "SUCCESS".to_owned(),
            tokens: vec!["t".to_owned()],
            zone: None,
            easy: true,
            bits: Some(2048),
        },
        mail_from: Some(MailFrom {
            domain: "bounce.example.nl".to_owned(),
            status: "SUCCESS".to_owned(),
            rejects: false,
        }),
        configuration_set: None,
    }
}

fn looked(zone: &str, identity: Option<&MailIdentity>) -> Vec<Finding> {
    let identity = identity.map(|identity| ("example.nl", identity));
    in_zone(zone, async |dns| {
        domains::domain(&dns, "example.nl", identity, ("prod", "eu-west-1")).await
    })
}

/// Looks while a server answers from a zone.
fn in_zone(zone: &str, look: impl AsyncFnOnce(Dns) -> Vec<Finding>) -> Vec<Finding> {
    let server = Server::start(zone);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let dns = Dns::new(Some(server.address())).unwrap();
        look(dns).await
    })
}

//! A domain is made ready to send from, and a doctor says what is missing until all is right.

use std::fs;

use serde_json::{Value, json};

use crate::{
    command::{Said, sera, waypost},
    laptop::Laptop,
    zones::Server,
};

#[test]
fn a_domain_is_asked_about_and_made_known_and_its_records_can_be_forwarded() {
    let laptop = Laptop::start(&sera());
    let dns = Server::start("");
    let domain = |words: &[&str]| {
        let words = [
            &["domain", "Voorbeeld.Example.", "--stack", "laptop"],
            words,
        ]
        .concat();
        typed(&laptop, &dns, &words)
    };
    // Where nobody can be asked nothing is changed.
    let said = domain(&[]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(
        said.err
            .contains("voorbeeld.example is added as an identity"),
        "{said:?}"
    );
    assert!(said.err.contains("USE_DEFAULT_VALUE"), "{said:?}");
    assert!(said.err.contains("nothing was changed"), "{said:?}");
    assert_eq!(laptop.cloud().requests("CreateEmailIdentity"), 0);

    let said = domain(&["--yes", "--language", "nl", "--out", "documents"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert_eq!(said.out.matches("missing  ").count(), 6, "{said:?}");
    for (extension, holds) in [
        ("txt", "DNS-records voor mail vanaf voorbeeld.example"),
        ("html", "<html lang=\"nl\">"),
        (
            "zone",
            "_dmarc.voorbeeld.example. 3600 IN TXT \"v=DMARC1; p=none; rua=mailto:dmarc@voorbeeld.example\"",
        ),
    ] {
        let file = format!("documents/dns-voorbeeld.example.{extension}");
        assert!(said.out.contains(&file), "{said:?}");
        let document = fs::read_to_string(laptop.folder().join(file)).unwrap();
        assert!(document.contains(holds), "{document}");
    }
}

#[test]
fn records_are_followed_until_all_are_right_and_ses_has_seen_them() {
    let laptop = Laptop::start(&sera());
    let dns = Server::start("");
    let domain = |words: &[&str]| {
        let words = [&["domain", "voorbeeld.example", "--stack", "laptop"], words].concat();
        typed(&laptop, &dns, &words)
    };
    let made = json_of(&domain(&["--yes", "--json"]));
    assert_eq!(made["mail_from"]["on_mx_failure"], "USE_DEFAULT_VALUE");
    laptop.cloud().knob(
        "PUT",
        "identities/voorbeeld.example",
        &json!({ "verified": false }),
    );
    let records = &made["records"];
    // One of the keys leads elsewhere, and the MX record stands where the form has put the domain once more.
    let wrong = zone(records)
        .replacen(".dkim.eu-west-1", ".dkim.us-east-1", 1)
        .replace(
            "bounce.voorbeeld.example MX",
            "bounce.voorbeeld.example.voorbeeld.example MX",
        );
    dns.serve(&wrong);
    let said = domain(&[]);
    assert_eq!(said.code, 1, "{said:?}");
    assert_eq!(said.out.matches("wrong  ").count(), 2, "{said:?}");
    assert!(
        said.out.contains(".dkim.us-east-1.amazonses.com"),
        "{said:?}"
    );
    assert!(
        said.out.contains("a name that has the domain twice"),
        "{said:?}"
    );

    dns.serve(&zone(records));
    let said = domain(&[]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(
        said.out
            .contains("SES has not seen them yet (it met HOST_NOT_FOUND last)"),
        "{said:?}"
    );
    laptop.cloud().knob(
        "PUT",
        "identities/voorbeeld.example",
        &json!({ "verified": true }),
    );
    let said = domain(&[]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(
        said.out.contains("is verified, and all records are right"),
        "{said:?}"
    );
    for once in ["CreateEmailIdentity", "PutEmailIdentityMailFromAttributes"] {
        assert_eq!(laptop.cloud().requests(once), 1, "{once}");
    }
}

#[test]
fn what_is_no_domain_is_refused_before_anything_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let dns = Server::start("");
    let resolver = dns.address().to_string();
    let domain = |name: &str, more: &[&str]| {
        let words = ["domain", name, "--stack", "none", "--resolver", &resolver];
        crate::command::said(folder.path(), &[&words, more].concat())
    };
    for (name, more, says) in [
        (
            "info@example.nl",
            &[][..],
            "give its domain alone, `example.nl`",
        ),
        ("co.uk", &[], "where others register their domains"),
        (
            "example.nl",
            &["--mail-from", "a b"],
            "`a b` is no subdomain",
        ),
        (
            "example.nl",
            &["--reports", "nobody"],
            "`nobody` is no e-mail address",
        ),
    ] {
        let said = domain(name, more);
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.err.contains(says), "{says}: {said:?}");
    }
    assert_eq!(dns.questions(), 0);
}

#[test]
fn a_doctor_names_everything_that_is_missing_and_then_nothing() {
    let laptop = Laptop::start(&sera());
    let dns = Server::start("");
    let cloud = laptop.cloud();
    cloud.knob(
        "PUT",
        "identities/mail.veerpont.example",
        &json!({ "verified": false }),
    );
    cloud.knob("PUT", "account", &bad_account());
    cloud.send("orders-dead", "x");
    let doctor = |words: &[&str]| {
        typed(
            &laptop,
            &dns,
            &[&["doctor", "--stack", "laptop"], words].concat(),
        )
    };
    let said = doctor(&["--json"]);
    assert_eq!(said.code, 1, "{said:?}");
    let found = json_of(&said);
    let wrong = "sandbox, sending, quota, identity, dkim, mail from, spf, dmarc, dead letters";
    assert_eq!(checks(&found, "wrong"), wrong, "{said:?}");
    assert_eq!(checks(&found, "advice"), "plan, suppression");
    assert_eq!(checks(&found, "unread"), "");
    for finding in found["findings"].as_array().unwrap() {
        assert!(
            finding["state"] == "ok" || finding["do"].is_string(),
            "{finding}"
        );
    }

    cloud.knob("PUT", "account", &good_account());
    let dead = format!("{}/000000000000/orders-dead", cloud.endpoint);
    cloud.call("AmazonSQS.PurgeQueue", &json!({ "QueueUrl": dead }));
    let words = "domain mail.veerpont.example --stack laptop --yes --json";
    let words: Vec<_> = words.split(' ').collect();
    let records = json_of(&typed(&laptop, &dns, &words))["records"].clone();
    dns.serve(&zone(&records));
    cloud.knob(
        "PUT",
        "identities/mail.veerpont.example",
        &json!({ "verified": true }),
    );
    let said = doctor(&[]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("All is well: "), "{said:?}");
    // Nothing that should not be seen.
    let secret = fs::read_to_string(laptop.folder().join(".waypost/secret")).unwrap();
    assert!(
        !said.out.contains('@') && !said.out.contains(secret.trim()),
        "{said:?}"
    );
}

#[test]
fn what_cannot_be_read_stops_nothing_else_and_what_is_throttled_is_asked_again() {
    let laptop = Laptop::start(&sera());
    let dns = Server::start("_dmarc.veerpont.example FAILS");
    let refuse = |status: u16, code: &str| json!({ "kind": "refuse", "status": status, "code": code, "message": "so it is" });
    laptop
        .cloud()
        .fault("GetAccount", 0, 10, refuse(403, "AccessDeniedException"));
    laptop.cloud().fault(
        "GetEmailIdentity",
        0,
        2,
        refuse(429, "TooManyRequestsException"),
    );
    let said = typed(&laptop, &dns, &["doctor", "--stack", "laptop", "--json"]);
    let found = json_of(&said);
    let state = |check: &str| {
        let mut findings = found["findings"].as_array().unwrap().iter();
        let finding = findings.find(|finding| finding["check"] == check).unwrap();
        (
            finding["state"].as_str().unwrap().to_owned(),
            finding["says"].to_string(),
        )
    };
    for check in ["sandbox", "sending", "quota", "plan", "suppression"] {
        let (state, says) = state(check);
        assert_eq!(state, "unread");
        assert!(
            says.contains("could not be read: SES GetAccount: AccessDeniedException so it is"),
            "{says}"
        );
    }
    assert_eq!(state("identity").0, "ok");
    assert_eq!(state("reports").0, "ok");
    let (dmarc, says) = state("dmarc");
    assert_eq!(dmarc, "unread");
    assert!(
        says.contains("DNS did not answer for _dmarc.veerpont.example"),
        "{says}"
    );
}

#[test]
fn where_links_lead_is_asked_for_and_followed_until_dns_leads_there() {
    let laptop = Laptop::start(&sera());
    let dns = Server::start("");
    let domain = |name: &str, words: &[&str]| {
        let words = [&["domain", name, "--stack", "laptop", "--yes"], words].concat();
        typed(&laptop, &dns, &words)
    };
    let doctor = || {
        json_of(&typed(
            &laptop,
            &dns,
            &["doctor", "--stack", "laptop", "--json"],
        ))
    };
    // SES's own domain, of which nobody needs to know.
    let made = json_of(&domain("veerpont.example", &["--json"]));
    assert_eq!(made["tracking"], Value::Null);
    assert_eq!(made["records"].as_array().unwrap().len(), 6);
    assert!(!doctor().to_string().contains("tracking"));

    let led = |target: &str, https: bool| json!({ "domain": "links.veerpont.example", "target": target, "https": https });
    lead(&laptop, &led("r.eu-west-1.awstrack.me", false));
    let said = domain("veerpont.example", &[]);
    assert_eq!(said.code, 1, "{said:?}");
    for says in [
        "r.eu-west-1.awstrack.me",
        "links: SES's server has no certificate",
    ] {
        assert!(said.out.contains(says), "{said:?}");
    }
    lead(&laptop, &led("d1.cloudfront.net", true));
    let made = json_of(&domain("veerpont.example", &["--json"]));
    assert_eq!(made["tracking"], led("d1.cloudfront.net", true));
    let record = &made["records"][6];
    assert_eq!(record["purpose"], "tracking");
    assert_eq!(record["state"], "missing");
    let zone_file = fs::read_to_string(laptop.folder().join("dns-veerpont.example.zone")).unwrap();
    let line = "\nlinks.veerpont.example. 3600 IN CNAME d1.cloudfront.net.\n";
    assert!(zone_file.ends_with(line), "{zone_file}");
    let found = doctor();
    assert!(checks(&found, "wrong").ends_with("tracking"), "{found}");

    // It leads to where the stack was before it had a certificate; then where it should.
    let right = zone(&made["records"]);
    dns.serve(&right.replace("d1.cloudfront.net", "r.eu-west-1.awstrack.me"));
    let said = domain("veerpont.example", &[]);
    assert_eq!(said.code, 1, "{said:?}");
    assert_eq!(said.out.matches("wrong  ").count(), 1, "{said:?}");
    assert!(checks(&doctor(), "wrong").ends_with("tracking"));
    dns.serve(&right);
    let said = domain("veerpont.example", &[]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(!said.out.contains("links: "), "{said:?}");
    assert!(!checks(&doctor(), "wrong").contains("tracking"));

    // Domains that do not vouch for it: beside it, and elsewhere.
    let said = domain("mail.veerpont.example", &[]);
    assert!(
        said.out
            .contains("links.veerpont.example is not below mail"),
        "{said:?}"
    );
    let said = domain("voorbeeld.example", &[]);
    assert!(said.out.contains("which others look after"), "{said:?}");
    assert!(!said.out.contains("d1.cloudfront.net"), "{said:?}");
}

/// Has a stack say where measured links lead, as its template does.
fn lead(laptop: &Laptop, tracking: &Value) {
    let name = "/waypost/laptop/wiring";
    let cloud = laptop.cloud();
    let told = cloud.call("AmazonSSM.GetParameter", &json!({ "Name": name }));
    let told = told["Parameter"]["Value"].as_str().unwrap();
    let mut wiring: Value = serde_json::from_str(told).unwrap();
    wiring["tracking"] = tracking.clone();
    let put = json!({ "Name": name, "Value": wiring.to_string(), "Overwrite": true });
    cloud.call("AmazonSSM.PutParameter", &put);
}

/// Types a command at a laptop.
fn typed(laptop: &Laptop, dns: &Server, words: &[&str]) -> Said {
    let output = waypost(laptop.folder())
        .args(words)
        .env("AWS_ENDPOINT_URL", &laptop.cloud().endpoint)
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "local")
        .env("AWS_SECRET_ACCESS_KEY", "local")
        .env("WAYPOST_RESOLVER", dns.address().to_string())
        .output()
        .unwrap();
    Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Names the checks that have a state.
fn checks(found: &Value, state: &str) -> String {
    let findings = found["findings"].as_array().unwrap().iter();
    let of = findings.filter(|finding| finding["state"] == state);
    let names: Vec<_> = of
        .map(|finding| finding["check"].as_str().unwrap())
        .collect();
    names.join(", ")
}

#[track_caller]
fn json_of(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said:?}"))
}

/// Writes the records that are asked for as the zone of a server.
fn zone(records: &Value) -> String {
    let lines = records.as_array().unwrap().iter().map(|record| {
        let part = |name: &str| record[name].as_str().unwrap();
        let value = match part("type") {
            "TXT" => format!("'{}'", part("value")),
            _ => part("value").to_owned(),
        };
        format!("{} {} {value}\n", part("name"), part("type"))
    });
    lines.collect()
}

/// An SES account in every trouble.
fn bad_account() -> Value {
    json!({
        "ProductionAccessEnabled": false,
        "SendingEnabled": false,
        "EnforcementStatus": "SHUTDOWN",
        "SendQuota": { "Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 190.0 },
        "PricingAttributes": { "CurrentPlan": "ESSENTIALS" },
        "SuppressionAttributes": { "SuppressedReasons": ["BOUNCE"] },
    })
}

/// An SES account as it should be.
fn good_account() -> Value {
    json!({
        "ProductionAccessEnabled": true,
        "SendingEnabled": true,
        "EnforcementStatus": "HEALTHY",
        "SendQuota": { "Max24HourSend": -1.0, "MaxSendRate": 14.0, "SentLast24Hours": 0.0 },
        "PricingAttributes": { "CurrentPlan": "NONE" },
        "SuppressionAttributes": { "SuppressedReasons": ["BOUNCE", "COMPLAINT"] },
    })
}

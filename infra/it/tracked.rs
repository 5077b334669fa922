//! Measured links: through SES's own domain, or through one that somebody brings, and then with its certificate.

use serde_json::{Value, json};

use crate::stack::{Defects, Stack, shown, target};

/// Holds the way from a measured link to SES together.
pub(crate) fn led(stack: &Stack) -> Defects {
    let mut wrong = Vec::new();
    let options = &stack.property("ConfigurationSet", "/TrackingOptions")["Fn::If"];
    if options[0] != "HasTrackingDomain" || options[2] != json!({ "Ref": "AWS::NoValue" }) {
        wrong.push(
            "ConfigurationSet has TrackingOptions whether there is a TrackingDomain or not"
                .to_owned(),
        );
    }
    if target(&options[1]["CustomRedirectDomain"]) != Some("TrackingDomain") {
        wrong.push("ConfigurationSet leads measured links elsewhere than to TrackingDomain".into());
    }
    // SES's server shows no certificate but its own: https for all, and every link would end in a warning.
    let policy = json!({ "Fn::If": ["HasTrackingCertificate", "REQUIRE", "OPTIONAL"] });
    if options[1]["HttpsPolicy"] != policy {
        wrong.push(format!(
            "ConfigurationSet: HttpsPolicy is REQUIRE where there is a certificate, and else OPTIONAL: {}",
            options[1]["HttpsPolicy"]
        ));
    }
    for (id, distribution) in stack.of_type(DISTRIBUTION) {
        if distribution["Condition"] != "HasTrackingCertificate" {
            wrong.push(format!(
                "{id} is there whether somebody asked for it or not"
            ));
        }
    }
    wrong.extend(handed_on(stack.property(ID, "/DistributionConfig")));
    let told = stack.part("/Outputs/TrackingDomainTarget/Value");
    if told["Fn::If"] != json!(["HasTrackingCertificate", OURS_AT.as_get_att(), { "Fn::Sub": SES }])
    {
        wrong.push(format!(
            "TrackingDomainTarget is not where links lead: {told}"
        ));
    }
    wrong
}

/// Holds the distribution to handing every request on as it came, and to keeping nothing of it.
fn handed_on(config: &Value) -> Defects {
    let mut wrong = Vec::new();
    let mut is = |pointer: &str, expected: &str| {
        let there = config.pointer(pointer).unwrap_or(&Value::Null);
        if shown(there) != expected {
            wrong.push(format!("{ID}: {pointer} is {there}, not {expected}"));
        }
    };
    is("/Aliases/0", "${TrackingDomain}");
    is("/Origins/0/DomainName", SES);
    is(
        "/Origins/0/CustomOriginConfig/OriginProtocolPolicy",
        "https-only",
    );
    is("/DefaultCacheBehavior/CachePolicyId", CACHING_DISABLED);
    is("/DefaultCacheBehavior/OriginRequestPolicyId", ALL_VIEWER);
    is(
        "/DefaultCacheBehavior/ViewerProtocolPolicy",
        "redirect-to-https",
    );
    is(
        "/ViewerCertificate/AcmCertificateArn",
        "${TrackingCertificateArn}",
    );
    is("/ViewerCertificate/SslSupportMethod", "sni-only");
    wrong
}

/// Returns what the wiring says of measured links, by whether there is a certificate, a domain alone, or neither.
pub(crate) fn wirings(wiring: &Value) -> Option<[String; 3]> {
    let with = &wiring["Fn::If"];
    let without = &with[2]["Fn::If"];
    if with[0] != "HasTrackingCertificate" || without[0] != "HasTrackingDomain" {
        return None;
    }
    Some([&with[1], &without[1], &without[2]].map(shown))
}

/// Returns what the command expects of each.
pub(crate) fn expected() -> [Value; 3] {
    let led = |target: &str, https: bool| json!({ "domain": "${TrackingDomain}", "target": target, "https": https });
    [
        led(&format!("${{{}}}", OURS_AT.0.join(".")), true),
        led(SES, false),
        Value::Null,
    ]
}

/// An attribute of a resource.
struct Attribute([&'static str; 2]);

impl Attribute {
    fn as_get_att(&self) -> Value {
        json!({ "Fn::GetAtt": self.0 })
    }
}

const DISTRIBUTION: &str = "AWS::CloudFront::Distribution";
const ID: &str = "TrackingDistribution";
const OURS_AT: Attribute = Attribute([ID, "DomainName"]);
/// SES's own server.
const SES: &str = "r.${AWS::Region}.awstrack.me";
// AWS's own policies, the same in every account.
const CACHING_DISABLED: &str = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
const ALL_VIEWER: &str = "216adef6-5c7f-47e4-b989-5492eafa07d3";

#[test]
fn a_tracking_domain_is_a_domain_and_its_certificate_lies_where_cloudfront_looks() {
    let stack = Stack::ours();
    let takes = |parameter: &str, value: &str| {
        let pattern = stack.part(&format!("/Parameters/{parameter}/AllowedPattern"));
        let pattern = regex_lite::Regex::new(pattern.as_str().expect("a pattern"));
        pattern.expect("it can be read").is_match(value)
    };
    for good in [
        "",
        "links.example.org",
        "a.b-c.example.co.uk",
        "xn--caf-dma.example",
    ] {
        assert!(takes("TrackingDomain", good), "{good}");
    }
    for bad in [
        "https://links.example.org",
        "links.example.org/",
        "links.example.org.",
        "Links.example.org",
        "links",
        "*.example.org",
        "-links.example.org",
        "li nks.example.org",
        "links_.example.org",
        "links..example.org",
        "me@example.org",
        "192.0.2.1",
        "links.example.org\nlinks.example.org",
    ] {
        assert!(!takes("TrackingDomain", bad), "{bad}");
    }
    let arn = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0000-4444-8888-0123456789ab";
    assert!(takes("TrackingCertificateArn", ""));
    assert!(takes("TrackingCertificateArn", arn));
    for (from, to) in [
        ("us-east-1", "eu-west-1"),
        (":acm:", ":iam:"),
        ("123456789012", "12345"),
        ("arn:", ""),
        ("/0a1b2c3d", "/*"),
    ] {
        let bad = arn.replace(from, to);
        assert!(!takes("TrackingCertificateArn", &bad), "{bad}");
    }
}

#[test]
fn parameters_that_contradict_each_other_are_refused_before_anything_is_made() {
    let stack = Stack::ours();
    let refused = |given: &[(&str, &str)]| -> Vec<String> {
        let rules = stack.section("Rules").values();
        let assertions = rules.flat_map(|rule| rule["Assertions"].as_array().expect("a list"));
        let broken = assertions.filter(|one| !holds(&one["Assert"], &stack, given));
        broken
            .map(|one| {
                one["AssertDescription"]
                    .as_str()
                    .expect("it says why")
                    .to_owned()
            })
            .collect()
    };
    let mail = ("MailDomain", "example.org");
    let links = ("TrackingDomain", "links.example.org");
    let certificate = ("TrackingCertificateArn", "arn");
    let api = [
        ("ApiDomain", "links.example.org"),
        ("ApiCertificateArn", "arn"),
    ];
    let none = Vec::<String>::new();
    assert_eq!(refused(&[mail]), none);
    assert_eq!(refused(&[mail, links]), none);
    assert_eq!(refused(&[mail, links, certificate]), none);
    // It need not be below the mail domain: SES asks that it, or a domain above it, is verified.
    let other = ("TrackingDomain", "links.elsewhere.example");
    assert_eq!(refused(&[mail, other, certificate]), none);
    for (given, says) in [
        (vec![mail, certificate], "there is none"),
        (
            vec![mail, ("TrackingDomain", "example.org")],
            "cannot be MailDomain",
        ),
        (vec![mail, links, api[0], api[1]], "cannot be one"),
        (vec![mail, api[0]], "given together"),
    ] {
        let why = refused(&given);
        assert!(
            why.len() == 1 && why[0].contains(says),
            "{given:?}: {why:?}"
        );
    }
}

/// Works a rule out as CloudFormation does.
fn holds(rule: &Value, stack: &Stack, given: &[(&str, &str)]) -> bool {
    let list = |name: &str| rule[name].as_array();
    let each = |list: &Vec<Value>| -> Vec<bool> {
        list.iter().map(|one| holds(one, stack, given)).collect()
    };
    if let Some(all) = list("Fn::And") {
        return each(all).into_iter().all(|one| one);
    }
    if let Some(any) = list("Fn::Or") {
        return each(any).into_iter().any(|one| one);
    }
    if let Some(not) = list("Fn::Not") {
        return !each(not)[0];
    }
    let value = |one: &Value| match target(one) {
        None => one.as_str().expect("a text").to_owned(),
        Some(name) => {
            let given = given.iter().find(|(parameter, _)| *parameter == name);
            let usual = stack.part(&format!("/Parameters/{name}/Default"));
            given.map_or_else(
                || usual.as_str().expect("a default").to_owned(),
                |(_, value)| (*value).to_owned(),
            )
        }
    };
    let two = list("Fn::Equals").expect("a function that rules know");
    value(&two[0]) == value(&two[1])
}

//! What the mail service reports, and what is read out of it.

use super::samples::{self, at};
use crate::{Alarm, Notice, Report, ReportKind, Strain, SuppressionReason};

#[test]
fn a_report_of_the_mail_service() {
    let order = samples::order();
    let send = order.send_id();
    let tags = Report::tags(&send, &order.recipient, &order.enrollment);
    let [send_tag, recipient, enrollment] = tags.map(|(name, id)| format!(r#""{name}": ["{id}"]"#));
    let report = |kind: &str, tags: &str| {
        let json = format!(
            r#"{{ "eventType": "{kind}", "mail": {{ "timestamp": "2026-11-23T13:00:21.123Z", "messageId": "ses-1",
            "source": "mail@school.example", "destination": ["anna@school.example"],
            "tags": {{ "ses:operation": ["SendEmail"], {tags} }} }}, "send": {{}} }}"#
        );
        Report::from_json(&json)
    };
    let all = format!("{send_tag}, {recipient}, {enrollment}");
    let read = report("Send", &all).unwrap().unwrap();
    assert_eq!(read.send, send);
    assert_eq!(read.recipient, order.recipient);
    assert_eq!(read.enrollment, order.enrollment);
    assert_eq!(read.message_id, "ses-1");
    assert_eq!(read.taken, at("2026-11-23T13:00:21.123Z"));
    for (name, kind) in [
        ("Bounce", ReportKind::Bounce),
        ("Click", ReportKind::Click),
        ("Complaint", ReportKind::Complaint),
        ("Delivery", ReportKind::Delivery),
        ("DeliveryDelay", ReportKind::DeliveryDelay),
        ("Open", ReportKind::Open),
        ("Reject", ReportKind::Reject),
        ("Send", ReportKind::Send),
    ] {
        assert_eq!(report(name, &all).unwrap().unwrap().kind, kind);
    }
    assert_eq!(report("Rendering Failure", &all).unwrap(), None);
    assert_eq!(
        report("Send", &send_tag).unwrap(),
        None,
        "somebody else's mail"
    );
    let broken = all.replace("snd_", "xyz_");
    assert!(report("Send", &broken).is_err());
    assert!(Report::from_json("{}").is_err());
    let greeting = "Successfully validated SNS topic for Amazon SES event publishing.";
    assert_eq!(Report::from_json(greeting).unwrap(), None);
}

fn tags() -> String {
    let order = samples::order();
    let tags = Report::tags(&order.send_id(), &order.recipient, &order.enrollment);
    let tags = tags.map(|(name, id)| format!(r#""{name}": ["{id}"]"#));
    tags.join(", ")
}

/// Reads an event with something to say beside the mail.
fn detailed(kind: &str, name: &str, detail: &str) -> Report {
    let all = tags();
    let json = format!(
        r#"{{ "eventType": "{kind}", "mail": {{ "timestamp": "2026-11-23T13:00:00Z", "messageId": "ses-1",
            "tags": {{ {all} }} }}, "{name}": {detail} }}"#
    );
    Report::from_json(&json).unwrap().unwrap()
}

#[test]
fn what_forbids_an_address_and_what_does_not() {
    for (kind, name, detail, suppress) in [
        (
            "Bounce",
            "bounce",
            r#"{"bounceType":"Permanent","bounceSubType":"General"}"#,
            Some(SuppressionReason::Bounced),
        ),
        (
            "Bounce",
            "bounce",
            r#"{"bounceType":"Permanent","bounceSubType":"OnAccountSuppressionList"}"#,
            Some(SuppressionReason::Bounced),
        ),
        (
            "Bounce",
            "bounce",
            r#"{"bounceType":"Permanent","bounceSubType":"MessageTooLarge"}"#,
            None,
        ),
        (
            "Bounce",
            "bounce",
            r#"{"bounceType":"Transient","bounceSubType":"MailboxFull"}"#,
            None,
        ),
        ("Bounce", "bounce", "{}", None),
        (
            "Complaint",
            "complaint",
            r#"{"complaintFeedbackType":"abuse"}"#,
            Some(SuppressionReason::Complained),
        ),
        (
            "Complaint",
            "complaint",
            r#"{"complaintFeedbackType":"not-spam"}"#,
            None,
        ),
        (
            "Complaint",
            "complaint",
            "{}",
            Some(SuppressionReason::Complained),
        ),
    ] {
        assert_eq!(detailed(kind, name, detail).suppress, suppress, "{detail}");
    }
}

#[test]
fn what_bounces_for_now_and_what_does_not() {
    for (kind, sub, soft) in [
        ("Transient", "General", true),
        ("Transient", "MailboxFull", true),
        ("Undetermined", "Undetermined", true),
        ("Transient", "MessageTooLarge", false),
        ("Transient", "ContentRejected", false),
        ("Transient", "AttachmentRejected", false),
        ("Permanent", "General", false),
        ("Permanent", "OnAccountSuppressionList", false),
        ("", "", false),
    ] {
        let detail = format!(r#"{{"bounceType":"{kind}","bounceSubType":"{sub}"}}"#);
        let bounce = detailed("Bounce", "bounce", &detail);
        assert_eq!(bounce.soft, soft, "{detail}");
    }
    assert!(!detailed("Delivery", "delivery", "{}").soft);
}

#[test]
fn what_was_never_sent_to_who_once_complained_is_a_bounce_as_for_who_once_bounced() {
    let complaint = detailed(
        "Complaint",
        "complaint",
        r#"{"complaintSubType":"OnAccountSuppressionList","complaintFeedbackType":null}"#,
    );
    let bounce = detailed(
        "Bounce",
        "bounce",
        r#"{"bounceType":"Permanent","bounceSubType":"OnAccountSuppressionList"}"#,
    );
    assert_eq!(complaint, bounce);
    let fresh = detailed("Complaint", "complaint", r#"{"complaintSubType":null}"#);
    assert_eq!(
        (fresh.kind, fresh.suppress),
        (ReportKind::Complaint, Some(SuppressionReason::Complained))
    );
}

#[test]
fn a_program_that_answers_is_no_bounce() {
    let said = |kind: &str, sub: &str, recipients: &str| {
        let detail = format!(
            r#"{{"bounceType":"{kind}","bounceSubType":"{sub}","bouncedRecipients":[{recipients}]}}"#
        );
        let report = detailed("Bounce", "bounce", &detail);
        (report.kind, report.soft, report.suppress)
    };
    let silent = r#"{"emailAddress":"anna@school.example"}"#;
    let reply = (ReportKind::AutomaticReply, false, None);
    assert_eq!(said("Transient", "General", silent), reply);
    let null = r#"{"emailAddress":"a@b.example","status":null,"diagnosticCode":null}"#;
    assert_eq!(
        said("Transient", "General", &format!("{silent},{null}")),
        reply
    );
    let soft = (ReportKind::Bounce, true, None);
    for told in [
        r#"{"emailAddress":"a@b.example","status":"4.4.7"}"#,
        r#"{"emailAddress":"a@b.example","diagnosticCode":"smtp; 421 try again"}"#,
    ] {
        assert_eq!(said("Transient", "General", told), soft, "{told}");
        let both = format!("{silent},{told}");
        assert_eq!(said("Transient", "General", &both), soft, "{both}");
    }
    assert_eq!(said("Transient", "General", ""), soft);
    assert_eq!(said("Transient", "MailboxFull", silent), soft);
    assert_eq!(said("Undetermined", "Undetermined", silent), soft);
    let hard = (ReportKind::Bounce, false, Some(SuppressionReason::Bounced));
    assert_eq!(said("Permanent", "General", silent), hard);
}

/// What others add or leave out must not keep what is known from being read.
#[test]
fn nothing_where_something_was_is_read_as_nothing() {
    let json = |kind: &str, more: &str| {
        let tags = tags();
        format!(
            r#"{{ "eventType": "{kind}", "mail": {{ "timestamp": "2026-11-23T13:00:21.123Z", "messageId": "ses-1",
            "tags": {{ "theirs": null, "alien": "text", {tags} }} }}, {more} }}"#
        )
    };
    for (kind, more) in [
        (
            "Open",
            r#""open": { "timestamp": null, "userAgent": null, "ipAddress": null }"#,
        ),
        (
            "Click",
            r#""click": { "timestamp": null, "userAgent": null, "linkTags": null }"#,
        ),
        (
            "Bounce",
            r#""bounce": { "bounceType": null, "bounceSubType": null, "bouncedRecipients": null }"#,
        ),
        ("Bounce", r#""bounce": null"#),
        (
            "Complaint",
            r#""complaint": { "complaintFeedbackType": null, "complaintSubType": null }"#,
        ),
    ] {
        let read = Report::from_json(&json(kind, more));
        assert!(read.unwrap().is_some(), "{kind} {more}");
    }
    for nobodys in [
        r#"{ "eventType": "Telepathy" }"#,
        r#"{ "eventType": "Telepathy", "mail": null }"#,
        r#"{ "eventType": "Open", "mail": { "timestamp": "2026-11-23T13:00:21Z", "messageId": "1", "tags": null } }"#,
    ] {
        assert_eq!(Report::from_json(nobodys).unwrap(), None, "{nobodys}");
    }
    assert!(Report::from_json(r#"{ "eventType": "Open", "mail": null }"#).is_err());
}

#[test]
fn a_person_is_told_from_a_machine() {
    let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 20_0 like Mac OS X)";
    for (agent, at, machine) in [
        (phone, "2026-11-23T13:00:20Z", false),
        (phone, "2026-11-23T13:00:01Z", true),
        ("Mozilla/5.0", "2026-11-23T15:00:00Z", true),
        ("Barracuda Sentinel (EE)", "2026-11-23T15:00:00Z", true),
        (
            "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
            "2026-11-23T15:00:00Z",
            false,
        ),
    ] {
        let detail = format!(
            r#"{{"userAgent":"{agent}","timestamp":"{at}","link":"https://x.example","linkTags":{{"link":["doneer"]}}}}"#
        );
        let click = detailed("Click", "click", &detail);
        assert_eq!(
            (click.machine, click.link.as_deref()),
            (machine, Some("doneer")),
            "{agent}"
        );
        assert_eq!(
            detailed("Open", "open", &detail).machine,
            machine,
            "{agent}"
        );
    }
}

#[test]
fn an_alarm_of_the_accounts_rates_comes_the_same_way() {
    // As CloudWatch's documentation shows what it posts to SNS, with another metric.
    let told = |metric: &str, state: &str, at: &str| {
        let json = format!(
            r#"{{"AlarmName":"waypost-BounceRateAlarm","AlarmDescription":"...","AWSAccountId":"123456789012",
            "AlarmConfigurationUpdatedTimestamp":"2026-11-20T10:00:00.000+0000","NewStateValue":"{state}",
            "NewStateReason":"Threshold Crossed: 1 out of the last 1 datapoints [0.031] was greater than the threshold (0.02).",
            "StateChangeTime":"{at}","Region":"EU (Ireland)","OldStateValue":"OK","OKActions":[],"AlarmActions":[],
            "Trigger":{{"MetricName":"{metric}","Namespace":"AWS/SES","StatisticType":"Statistic","Statistic":"MAXIMUM",
            "Unit":null,"Dimensions":[],"Period":3600,"EvaluationPeriods":1,"Threshold":0.02}}}}"#
        );
        Notice::from_json(&json)
    };
    let time = "2026-11-23T13:00:20.500+0000";
    for (metric, why) in [
        ("Reputation.BounceRate", Strain::Bounces),
        ("Reputation.ComplaintRate", Strain::Complaints),
    ] {
        let at = "2026-11-23T13:00:20.5Z".parse().unwrap();
        let alarm = Notice::Alarm(Alarm { why, at });
        assert_eq!(told(metric, "ALARM", time), Ok(Some(alarm)));
        assert_eq!(told(metric, "OK", time), Ok(None));
        assert!(told(metric, "ALARM", "soon").is_err());
    }
    assert_eq!(told("Send", "ALARM", time), Ok(None));
    for poison in ["", "[]", "{}", r#"{"NewStateValue":"ALARM"}"#] {
        assert!(Notice::from_json(poison).is_err(), "{poison}");
    }
}

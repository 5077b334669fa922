//! Every format as it is stored, and that what was written is what is read.

use expect_test::{Expect, expect};
use journey::{EnrollmentId, Fired, Period, Phase, Silence, Value};

use super::samples::{self, at};
use crate::{
    AddressHasher, Bonds, Cause, ContactRecord, EnrollmentRecord, EventsMessage, Move,
    MovesMessage, OrdersMessage, Standing, TemplateDoc, Wiring, fired_from_json, fired_to_json,
    release_from_json, release_to_json,
};

#[test]
fn a_contact() {
    let contact = samples::contact();
    let json = contact.to_json();
    assert_eq!(ContactRecord::from_json(&json).unwrap(), contact);
    pinned(
        &json,
        &expect![[r#"
            {"v":1,"source_id":"sot-17","email":"anna@school.example","full_name":"Anna","locale":"nl","time_zone":"Europe/Amsterdam","fields":{"a.bool":{"bool":true},"b.date":{"date":"2026-12-01"},"c.time":{"time":"2026-12-01T09:00:00Z"},"d.list":{"list":["x","y"]},"e.number":{"num":0.1},"f.text":{"text":"2026-12-01"}},"tags":["vip"],"lists":["news"],"consent":{"offers":{"at":"2026-11-01T08:00:00Z","how":"form","text":"Yes, send me offers","version":"2026-09","proof":"form 4711","withdrawn":"2026-09-01T08:00:00Z","confirmed":"2026-10-01T08:00:00Z","ahead":"2026-12-24T08:00:00Z"}},"as_of":"2026-11-22T09:15:00Z","counted":["news"],"unheard":[{"id":"chg_k3ijskshqelotdrt664rfajjut","at":"2026-11-22T09:15:00Z","nothing":true},{"id":"chg_bknqzqrjm4372y36ei4musgjvv","at":"2026-11-23T09:15:00Z","hops":2,"email":"anna@old.example","full_name":"Ann","locale":[],"time_zone":["Europe/Brussels"],"fields":{"a.bool":[],"b.date":[{"bool":true}]},"scored":["2026-11-20T09:15:00Z"],"lists":{"news":false},"tags":{"old":true},"absorbed":"con_lcyhxhrqu4w7rq4wklnhbegogf"}],"absorbed":["con_lcyhxhrqu4w7rq4wklnhbegogf"],"scored":"2026-11-21T09:15:00Z"}
        "#]],
    );
}

#[test]
fn the_links_of_a_contact() {
    let bonds = samples::bonds();
    let json = bonds.to_json();
    assert_eq!(Bonds::from_json(&json).unwrap(), bonds);
    pinned(
        &json,
        &expect![[r#"
        {"v":1,"roles":{"COPA":{"holds":false,"since":"e1","as_of":"2026-11-22T09:15:00Z"},"SOT":{"holds":true,"since":"e2","as_of":"2026-11-22T09:15:00Z"}}}
    "#]],
    );
}

#[test]
fn an_enrollment_in_every_phase() {
    let mut shown = Vec::new();
    for phase in samples::phases() {
        let record = samples::enrollment(phase);
        let json = record.to_json();
        let run = &record.enrollment;
        let (contact, id) = (run.contact.clone(), run.id.clone());
        let read = EnrollmentRecord::from_json(contact, id, 7, &json).unwrap();
        assert_eq!(read, record);
        let doc: serde_json::Value = serde_json::from_str(&json).unwrap();
        shown.push(doc["phase"].to_string());
    }
    pinned(
        &shown.join("\n"),
        &expect![[r#"
            "entered"
            {"calling":{"since":"2026-11-26T13:01:00Z","step":"pause"}}
            {"holding":{"due":"2026-11-26T13:01:00Z","since":"2026-11-25T20:00:00Z","step":"pause"}}
            {"met":{"since":"2026-11-26T13:01:00Z","step":"pause"}}
            {"sending":{"due":"2026-11-26T13:01:00Z","since":"2026-11-25T20:00:00Z","step":"pause"}}
            {"left":{"at":"2026-11-26T13:01:00Z","reason":"finished"}}
            {"parked":{"at":"2026-11-26T13:01:00Z","reason":"mend it","step":"pause"}}
            {"sending":{"since":"2026-11-26T13:01:00Z","step":"pause"}}
            {"waiting":{"due":"2026-11-26T13:01:00Z","step":"pause"}}
        "#]],
    );
    let [entered, ..] = samples::phases();
    pinned(
        &samples::enrollment(entered).to_json(),
        &expect![[r#"
            {"v":1,"journey":"welcome","plan":"0123456789abcdef","subject":"pupil-1","event":"e1","entered":"2026-11-23T13:00:20Z","params":{"a.bool":{"bool":true},"b.date":{"date":"2026-12-01"},"c.time":{"time":"2026-12-01T09:00:00Z"},"d.list":{"list":["x","y"]},"e.number":{"num":0.1},"f.text":{"text":"2026-12-01"}},"notified":{"note":["con_siso4jmohpm3qjezledif5kdnw"]},"opened":["hello"],"bounced":["hello"],"clicks":[["hello","more"]],"heard":["e2"],"hops":1,"enrolls":[{"step":"s3","journey":"birthday","decided":"2026-11-23T13:00:20Z"}],"changed":true,"end":"2027-06-01T22:00:00Z","phase":"entered","path":[{"step":"note","outcome":"notified","at":"2026-11-23T13:00:20Z"}],"pending":[{"step":"hello","recipient":"con_siso4jmohpm3qjezledif5kdnw","decided":"2026-11-23T13:00:20Z"}]}
        "#]],
    );
}

#[test]
fn the_wiring_of_a_stack() {
    let wiring = samples::wiring();
    let json = wiring.to_json();
    assert_eq!(Wiring::from_json(&json).unwrap(), wiring);
    pinned(
        &json,
        &expect![[r#"
            {"version":1,"tables":{"contacts":"s-contacts","enrollments":"s-enrollments","sends":"s-sends","events":"s-events","releases":"s-releases"},"queues":{"events":{"url":"https://sqs/events","dead_url":"https://sqs/events-dead"},"calls":{"url":"https://sqs/calls","dead_url":"https://sqs/calls-dead"},"moves":{"url":"https://sqs/moves","dead_url":"https://sqs/moves-dead"},"orders":{"url":"https://sqs/orders","dead_url":"https://sqs/orders-dead"},"orders-marketing":{"url":"https://sqs/orders-marketing","dead_url":"https://sqs/orders-marketing-dead"},"reports":{"url":"https://sqs/reports","dead_url":"https://sqs/reports-dead"},"wake":{"dead_url":"https://sqs/wake-dead"}},"configuration_set":"s-set","events_url":"https://events.example/v1/events","mail_domain":"mail.example","alarm_topic":"arn:aws:sns:eu-west-1:000000000000:s-alarms","tracking":{"domain":"links.example","target":"r.eu-west-1.awstrack.me","https":false}}
        "#]],
    );
    // What a template says has room to grow, and what it cannot say is empty.
    let mut doc: serde_json::Value = serde_json::from_str(&json).unwrap();
    doc["later"] = true.into();
    doc["queues"]["pages"] = serde_json::json!({ "url": "u" });
    assert_eq!(Wiring::from_json(&doc.to_string()).unwrap(), wiring);
    doc["mail_domain"] = "".into();
    let without = Wiring::from_json(&doc.to_string()).unwrap();
    assert_eq!(without.mail_domain, None);
    // A stack of an earlier version says nothing of it.
    doc.as_object_mut().unwrap().remove("tracking");
    let earlier = Wiring::from_json(&doc.to_string()).unwrap();
    assert_eq!(earlier.tracking, None);
    doc["version"] = 2.into();
    let newer = Wiring::from_json(&doc.to_string()).unwrap_err();
    assert!(newer.to_string().contains("version 2"), "{newer}");
}

#[test]
fn the_days_on_which_a_journey_started() {
    let fired = Fired::new(at("2026-11-26T13:01:00Z"), u64::MAX - 4);
    let json = fired_to_json(&fired);
    assert_eq!(fired_from_json(&json).unwrap(), fired);
    pinned(
        &json,
        &expect![[r#"
        {"v":1,"last":"2026-11-26T13:01:00Z","days":"fffffffffffffffb"}
    "#]],
    );
    for wrong in [
        "{}",
        r#"{"v":1,"last":"2026-11-26T13:01:00Z","days":"yes"}"#,
    ] {
        assert!(fired_from_json(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn what_a_journey_says_of_its_own_silence() {
    let period = Period::parse("2 weeks").unwrap();
    for (silence, written) in [
        (Silence::Never, r#""silence":"never""#),
        (Silence::After(period), r#""silence":"2 weeks""#),
    ] {
        let mut release = samples::release();
        for entrance in release.journeys.values_mut() {
            entrance.silence = Some(silence.clone());
        }
        let json = release_to_json(&release);
        assert!(json.contains(written), "{json}");
        assert_eq!(release_from_json(&json).unwrap(), release);
        assert!(release_from_json(&json.replace(written, r#""silence":"soon""#)).is_err());
    }
}

#[test]
fn a_post_on_its_way() {
    let message = samples::events();
    let json = message.to_json();
    assert_eq!(EventsMessage::from_json(&json).unwrap(), message);
    pinned(
        &json,
        &expect![[r#"
            {"v":1,"release":"0123456789abcdef","events":[{"id":"e1","type":"TRACK_START","timestamp":"2026-11-22T09:15:00Z","subject":"pupil-1","params":{"a.bool":{"bool":true},"b.date":{"date":"2026-12-01"},"c.time":{"time":"2026-12-01T09:00:00Z"},"d.list":{"list":["x","y"]},"e.number":{"num":0.1},"f.text":{"text":"2026-12-01"}},"people":[{"id":"sot-17","roles":["SOT"],"email":"anna@school.example","full_name":"Anna","locale":"nl","cleared":["vip"],"lists":{"news":false},"tags":{"vip":true},"consent":{"offers":{"at":"2026-11-01T08:00:00Z","how":"form","text":"Yes, send me offers","version":"2026-09","proof":"form 4711","withdrawn":"2026-09-01T08:00:00Z","confirmed":"2026-10-01T08:00:00Z","ahead":"2026-12-24T08:00:00Z"}},"bond":"linked","merged":["sot-16"]},{"id":"sot-17","roles":["SOT"],"email":"anna@school.example","full_name":"Anna","locale":"nl","cleared":["vip"],"lists":{"news":false},"tags":{"vip":true},"consent":{"offers":{"at":"2026-11-01T08:00:00Z","how":"form","text":"Yes, send me offers","version":"2026-09","proof":"form 4711","withdrawn":"2026-09-01T08:00:00Z","confirmed":"2026-10-01T08:00:00Z","ahead":"2026-12-24T08:00:00Z"}},"bond":"standing","merged":["sot-16"]},{"id":"sot-17","roles":["SOT"],"email":"anna@school.example","full_name":"Anna","locale":"nl","cleared":["vip"],"lists":{"news":false},"tags":{"vip":true},"consent":{"offers":{"at":"2026-11-01T08:00:00Z","how":"form","text":"Yes, send me offers","version":"2026-09","proof":"form 4711","withdrawn":"2026-09-01T08:00:00Z","confirmed":"2026-10-01T08:00:00Z","ahead":"2026-12-24T08:00:00Z"}},"bond":"unlinked","merged":["sot-16"]}]}]}
        "#]],
    );
}

#[test]
fn where_an_enrollment_stands() {
    for phase in samples::phases() {
        let mut record = samples::enrollment(phase.clone());
        // Whatever somebody posts, it cannot look like a phase.
        let forged = format!("{}{}", Standing::OVER, Standing::PARKED);
        record
            .enrollment
            .params
            .insert("a".to_owned(), Value::Text(forged.clone()));
        record.enrollment.event = forged;
        let json = record.to_json();
        let standing = Standing::from_json(&json).unwrap();
        assert_eq!(standing.phase, phase);
        assert_eq!(standing.plan, record.enrollment.plan);
        let left = matches!(phase, Phase::Left { .. });
        assert_eq!(json.contains(Standing::OVER), left);
        let parked = matches!(phase, Phase::Parked { .. });
        assert_eq!(json.contains(Standing::PARKED), parked);
    }
}

#[test]
fn orders_and_moves_on_their_way() {
    let order = samples::order();
    let mut own = order.clone();
    own.recipient = own.contact.clone();
    let message = OrdersMessage {
        orders: vec![order.clone(), own],
    };
    let json = message.to_json();
    assert_eq!(OrdersMessage::from_json(&json).unwrap(), message);
    pinned(
        &json,
        &expect![[r#"
            {"v":1,"orders":[{"enrollment":"enr_zkezs2hnnro42vhdqzrwhwn6zw","contact":"con_pyi7o7cxa4yuqxkiidr6iouw5h","journey":"welcome","step":"hello","recipient":"con_siso4jmohpm3qjezledif5kdnw","decided":"2026-11-23T13:00:20Z"},{"enrollment":"enr_zkezs2hnnro42vhdqzrwhwn6zw","contact":"con_pyi7o7cxa4yuqxkiidr6iouw5h","journey":"welcome","step":"hello","decided":"2026-11-23T13:00:20Z"}]}
        "#]],
    );

    let one = |cause| Move::Run {
        contact: order.contact.clone(),
        enrollment: order.enrollment.clone(),
        cause,
    };
    let step = "hello".to_owned();
    let message = MovesMessage {
        moves: vec![
            one(Cause::Due),
            one(Cause::Accepted { step }),
            one(Cause::Retry),
        ],
    };
    let json = message.to_json();
    assert_eq!(MovesMessage::from_json(&json).unwrap(), message);
    pinned(
        &json,
        &expect![[r#"
            {"v":1,"moves":[{"contact":"con_pyi7o7cxa4yuqxkiidr6iouw5h","enrollment":"enr_zkezs2hnnro42vhdqzrwhwn6zw"},{"contact":"con_pyi7o7cxa4yuqxkiidr6iouw5h","enrollment":"enr_zkezs2hnnro42vhdqzrwhwn6zw","accepted":"hello"},{"contact":"con_pyi7o7cxa4yuqxkiidr6iouw5h","enrollment":"enr_zkezs2hnnro42vhdqzrwhwn6zw","retry":true}]}
        "#]],
    );
}

#[test]
fn a_plan() {
    let plan = samples::plan();
    let json = crate::plan_to_json(&plan);
    let bounds = r#""publish":{"from":"2026-12-01","until":"2027-06-01"},"#;
    let before = crate::plan_from_json(&json.replace(bounds, "")).unwrap();
    assert_eq!(before.publish, journey::Publish::default());
    assert_eq!(crate::plan_from_json(&json).unwrap(), plan);
    assert_eq!(
        crate::plan_to_json(&crate::plan_from_json(&json).unwrap()),
        json
    );
    pinned(
        &json,
        &expect![[r#"
            {"v":1,"journey":"welcome","title":"Welcome","purpose":{"marketing":{"topic":"offers"}},"triggers":[{"event":"TRACK_START","where":"event.Hours >= 12"}],"to":{"any_of":[{"all_of":[{"address":"Request.Email"},{"role":{"linked":true}}]},{"role":{"role":"COMMITTEE","standing":true}},{"not":{"tag":"gone"}},{"list":"news"},{"where":"contact.score > 5"}]},"reentry":"never","publish":{"from":"2026-12-01","until":"2027-06-01"},"steps":[{"id":"s0","if":{"condition":"has(contact.score)","then":1,"otherwise":null}},{"id":"s1","send":{"template":"hello","from":{"name":"School","address":"mail@school.example","reply_to":"help@school.example"},"expires":"12 hours","params":["Hours"],"next":2}},{"id":"s2","send":{"template":"hello","from":{"name":"School","address":"mail@school.example","reply_to":"help@school.example"},"to":{"any_of":[{"all_of":[{"address":"Request.Email"},{"role":{"linked":true}}]},{"role":{"role":"COMMITTEE","standing":true}},{"not":{"tag":"gone"}},{"list":"news"},{"where":"contact.score > 5"}]},"params":["Hours"],"next":3}},{"id":"s3","wait":{"wait":"2 weeks at 09:30","next":4}},{"id":"s4","wait_until":{"moment":"event.Start - 7 days at 09:00","absent":"exit","next":5}},{"id":"s5","wait_until":{"moment":"2026-12-24 09:00","absent":"continue","next":6}},{"id":"s6","exit":{"reason":"done"}}],"params":{"bool":{"type":"bool","optional":true,"default":{"bool":false}},"date":{"type":"date"},"datetime":{"type":"datetime","optional":true},"email":{"type":"email"},"number":{"type":"number","optional":true},"string":{"type":"string","sensitive":true},"text":{"type":"text","optional":true},"url":{"type":"url"}},"settings":{"organization":"School","locale":"nl","zone":"Europe/Amsterdam","vars":{"phone":{"text":"020"}},"fields":{"bool":{"type":"bool","optional":true,"default":{"bool":false}},"date":{"type":"date"},"datetime":{"type":"datetime","optional":true},"email":{"type":"email"},"number":{"type":"number","optional":true},"string":{"type":"string","sensitive":true},"text":{"type":"text","optional":true},"url":{"type":"url"}}},"templates":[{"name":"hello","hash":"aaaa"},{"name":"hello","locale":"en","hash":"bbbb"}]}
        "#]],
    );
}

#[test]
fn a_release() {
    let release = samples::release();
    let json = crate::release_to_json(&release);
    assert_eq!(crate::release_from_json(&json).unwrap(), release);
    pinned(
        &json,
        &expect![[r#"
            {"v":1,"settings":{"organization":"School","locale":"nl","zone":"Europe/Amsterdam","vars":{"phone":{"text":"020"}},"fields":{"bool":{"type":"bool","optional":true,"default":{"bool":false}},"date":{"type":"date"},"datetime":{"type":"datetime","optional":true},"email":{"type":"email"},"number":{"type":"number","optional":true},"string":{"type":"string","sensitive":true},"text":{"type":"text","optional":true},"url":{"type":"url"}}},"events":{"TRACK_START":{"title":"Start","when":"when a track starts","params":{"bool":{"type":"bool","optional":true,"default":{"bool":false}},"date":{"type":"date"},"datetime":{"type":"datetime","optional":true},"email":{"type":"email"},"number":{"type":"number","optional":true},"string":{"type":"string","sensitive":true},"text":{"type":"text","optional":true},"url":{"type":"url"}}}},"lists":["news"],"topics":{"offers":"Offers"},"hooks":{"crm":{"url":"https://crm.example/hook","secret":"crm-2026","results":["contact.opted_out","mail.sent"]}},"journeys":{"welcome":{"plan":"cccc","triggers":[{"event":"TRACK_START","where":"event.Hours >= 12"}],"to":{"any_of":[{"all_of":[{"address":"Request.Email"},{"role":{"linked":true}}]},{"role":{"role":"COMMITTEE","standing":true}},{"not":{"tag":"gone"}},{"list":"news"},{"where":"contact.score > 5"}]}}}}
        "#]],
    );
}

#[test]
fn a_template() {
    let part = |text: &str| text.to_owned();
    let doc = TemplateDoc::new(
        part("subject"),
        part("preheader"),
        part("<p>"),
        part("text"),
    );
    let json = doc.to_json();
    assert_eq!(TemplateDoc::from_json(&json).unwrap(), doc);
    pinned(
        &json,
        &expect![[r#"
        {"v":1,"subject":"subject","preheader":"preheader","html":"<p>","text":"text"}
    "#]],
    );
}

#[test]
fn names_of_people_runs_mails_and_contents() {
    // They are keys of stored rows: they must never change.
    let order = samples::order();
    let never = EnrollmentId::of("welcome", None, &order.contact, None);
    let hash = crate::content_hash("text");
    let names = [
        order.contact.as_str(),
        order.enrollment.as_str(),
        never.as_str(),
    ];
    let shown = format!("{}\n{}\n{hash}", names.join("\n"), order.send_id());
    pinned(
        &shown,
        &expect![[r#"
        con_pyi7o7cxa4yuqxkiidr6iouw5h
        enr_zkezs2hnnro42vhdqzrwhwn6zw
        enr_sno6fgakincr76kslwtdaotc7p
        snd_yuggkmxk5mcxf5gymdyhpjkutg
        982d9e3eb996f559e633f4d194def376
    "#]],
    );
}

#[test]
fn the_hash_of_an_address() {
    let hasher = AddressHasher::parse("MDEyMzQ1Njc4OWFiY2RlZg==").unwrap();
    let hash = hasher.hash(&samples::address("Anna@School.example"));
    assert_eq!(hash, hasher.hash(&samples::address("anna@school.example")));
    pinned(
        &hash,
        &expect![[r#"
        11f40a6730e18b4b32e8c6d41e05ab4c
    "#]],
    );
    assert!(AddressHasher::parse("c2hvcnQ=").is_err());
    assert_eq!(format!("{hasher:?}"), "AddressHasher(…)");
}

#[test]
fn a_queue_can_carry_every_character() {
    let mut contact = samples::contact();
    contact.contact.full_name = "\u{fffe} \u{ffff} \u{1} \u{7f}".to_owned();
    let json = contact.to_json();
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    assert!(!json.contains(|c: char| c < ' ' || ('\u{fffe}'..='\u{ffff}').contains(&c)));
    assert_eq!(ContactRecord::from_json(&json).unwrap(), contact);
}

#[test]
fn a_newer_version_is_refused_and_none_is_no_version() {
    let contact = samples::contact().to_json();
    for (v, reads) in [
        ("1", true),
        ("2", false),
        ("0", false),
        ("-1", false),
        ("null", false),
    ] {
        let json = contact.replace(r#""v":1"#, &format!(r#""v":{v}"#));
        assert_eq!(ContactRecord::from_json(&json).is_ok(), reads, "{v}");
    }
    let error = ContactRecord::from_json(&contact.replace(r#""v":1"#, r#""v":9"#)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read version 9: this build reads up to 1"
    );
}

#[test]
fn an_unreadable_document_says_where_but_nothing_of_what_it_says() {
    let secret = "anna@school.example";
    for json in [
        samples::contact().to_json().replace("nl", "\u{1}"),
        samples::contact().to_json().replace(secret, "anna@"),
        format!(r#"{{ "v": 1, "source_id": "{secret}", "email": 7 }}"#),
        secret.to_owned(),
    ] {
        let error = ContactRecord::from_json(&json).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("anna"), "{error}");
    }
}

pub(super) fn pinned(text: &str, expected: &Expect) {
    expected.assert_eq(&format!("{text}\n"));
}

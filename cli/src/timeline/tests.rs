//! Tells small stories and looks at them as a newcomer would.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use journey::{ContactId, Enrollment, EnrollmentId, Phase, SendId, Signals, Taken};
use local::Mail;
use wire::Report;

use super::{Clock, Posted, moved, show, story};
use crate::environment::Environment;
use crate::laptop::{Exception, State};
use crate::output::Terminal;

#[test]
fn mails_stand_under_their_event_each_subject_once() {
    let mut world = World::new();
    world.knows("Anna Bakker", &["SOT"]);
    world.knows("Joris Smit", &["COPA", "SOT"]);
    for who in ["Joris Smit", "Anna Bakker"] {
        world.walks("start", who, &[("letter", "sent")], left());
        world.arrives("start", who, "letter", "Het traject begint", 180);
    }
    world.walks("invoice", "Anna Bakker", &[("bill", "sent")], left());
    world.arrives("invoice", "Anna Bakker", "bill", "Uw factuur", 2_340);
    world.shows(expect![[r#"
          1  TRACK_START  10:15:00  #5 Startbrief
             “Uw factuur”
               → Anna Bakker  SOT  2.3 s
             “Het traject begint”
               → Anna Bakker  SOT        0.2 s
               → Joris Smit   COPA, SOT  0.2 s"#]]);
}

#[test]
fn who_got_no_mail_is_said_with_the_reason() {
    let mut world = World::new();
    world.knows("Anna Bakker", &[]);
    world.knows("Joris Smit", &[]);
    world.walks("start", "Anna Bakker", &[("letter", "suppressed")], left());
    let due = at(0) + SignedDuration::from_hours(72);
    let step = "pause".to_owned();
    world.walks("start", "Joris Smit", &[], Phase::Waiting { step, due });
    world.fails(
        "unresolved",
        Some("invoice"),
        None,
        "nobody is in the journey's audience",
    );
    world.fails(
        "reentry_refused",
        Some("welcome"),
        Some("Joris Smit"),
        "never",
    );
    world.shows(expect![[r#"
          1  TRACK_START  10:15:00  #5 Startbrief
             – Anna Bakker in start: not mailed: their address bounced or complained
             – Joris Smit in start: waits until Wednesday 25 November 2026, 10:15
             – Joris Smit in welcome: they were in it before, and may never come again
             – nobody in invoice: nobody is in the journey's audience"#]]);
}

#[test]
fn what_comes_after_the_clock_has_moved_is_told_also_where_nobody_is_mailed() {
    let mut world = World::new();
    world.knows("Anna Bakker", &[]);
    let paused = Phase::Waiting {
        step: "pause".to_owned(),
        due: at(0),
    };
    let first = [("letter", "over_cap")];
    world.walks("start", "Anna Bakker", &first, paused);
    let before = story(&world.posted, &world.state, &clock());
    let mut later = World::new();
    later.knows("Anna Bakker", &[]);
    let both = [("letter", "over_cap"), ("again", "over_cap")];
    later.walks("start", "Anna Bakker", &both, left());
    let after = || story(&later.posted, &later.state, &clock());
    assert_eq!(after().since(&before).rest().len(), 1);
    assert!(after().since(&after()).rest().is_empty());
    assert!(
        story(&world.posted, &world.state, &clock())
            .since(&after())
            .rest()
            .is_empty()
    );
}

#[test]
fn an_event_that_concerned_nobody_says_so() {
    World::new().shows(expect![[r#"
          1  TRACK_START  10:15:00  #5 Startbrief
             – nobody: no journey let anybody in"#]]);
}

#[test]
fn an_event_that_moves_somebody_on_is_not_without_effect() {
    let mut world = World::new();
    world.knows("Anna", &[]);
    world.walks("welcome", "Anna", &[], left());
    let mut before = World::new().state;
    std::mem::swap(&mut before, &mut world.state);
    world.knows("Anna", &[]);
    assert!(story(&world.posted, &world.state, &clock()).idle);
    assert!(moved(&before, &before).is_empty());
    world.walks("welcome", "Anna", &[("pause", "waited")], left());
    world.posted.moved = moved(&before, &world.state);
    world.state.enrollments.clear();
    assert!(!story(&world.posted, &world.state, &clock()).idle);
    world.shows(expect![[r#"
          1  TRACK_START  10:15:00  #5 Startbrief
             – Anna in welcome: was moved on by it"#]]);
}

#[test]
fn what_went_wrong_is_marked() {
    let mut world = World::new();
    for who in ["Anna", "Ben", "Cas", "Dia", "Eva"] {
        world.knows(who, &[]);
    }
    let step = || "letter".to_owned();
    world.walks("start", "Anna", &[("letter", "sent")], left());
    world.walks("start", "Ben", &[("letter", "sent")], left());
    world.arrives("start", "Ben", "letter", "Hallo", 100);
    world.arrives("start", "Ben", "letter", "Hallo", 200);
    let reason = "the sender is not verified".to_owned();
    world.walks(
        "start",
        "Cas",
        &[],
        Phase::Parked {
            step: step(),
            reason,
            at: at(0),
        },
    );
    world.walks(
        "start",
        "Dia",
        &[],
        Phase::Sending {
            step: step(),
            since: at(0),
            due: at(0),
        },
    );
    world.walks("start", "Eva", &[("letter", "uncertain")], left());
    world.posted.refused =
        Some("The event is refused (HTTP 422)\n  /data/Name: missing".to_owned());
    world.shows(expect![[r#"
          1  TRACK_START  10:15:00  #5 Startbrief
             “Hallo”
               → Ben     0.1 s
               → Ben     0.2 s
             ✗ The event is refused (HTTP 422)
                 /data/Name: missing
             ✗ Anna: letter of start was sent and did not arrive
             ✗ Ben: letter of start arrived 2 times
             ✗ Cas: the step letter of start cannot be done: the sender is not verified
             ✗ Dia: letter of start was ordered and not sent
             ✗ Eva: whether letter of start was sent is not known"#]]);
}

#[test]
fn a_mail_of_another_event_is_not_counted_here() {
    let mut world = World::new();
    world.knows("Anna", &[]);
    world.walks("start", "Anna", &[("letter", "sent")], left());
    world.arrives("start", "Anna", "letter", "Hallo", 100);
    world.posted.id = "another".to_owned();
    assert_eq!(
        story(&world.posted, &world.state, &clock()).letters.len(),
        0
    );
}

#[test]
fn a_notification_is_told_with_who_got_it() {
    let mut world = World::new();
    world.knows("Anna", &[]);
    world.knows("Boss", &["MANAGER"]);
    world.walks(
        "start",
        "Anna",
        &[("notify", "notified"), ("tell", "nobody")],
        left(),
    );
    let notified = BTreeMap::from([("notify".to_owned(), vec![ContactId::of("Boss")])]);
    world.state.enrollments[0].notified = notified;
    world.mails("start", "Anna", "notify", "Boss", "Er is iemand bij", 100);
    world.shows(expect![[r#"
          1  TRACK_START  10:15:00  #5 Startbrief
             “Er is iemand bij”
               → Boss  MANAGER  0.1 s
             – nobody in start: the step tell has no recipients"#]]);
}

#[test]
fn a_crowd_is_counted_not_listed() {
    let mut world = World::new();
    for number in 10..40 {
        let who = format!("Person {number}");
        world.knows(&who, &[]);
        world.walks("start", &who, &[("letter", "sent")], left());
        world.arrives("start", &who, "letter", "Hallo", 100);
    }
    let shown = world.show();
    assert_eq!(shown.lines().count(), 2 + 12 + 1, "{shown}");
    assert!(shown.ends_with("… and 18 more"), "{shown}");
}

/// What is known of one event.
struct World {
    posted: Posted,
    state: State,
}

impl World {
    fn new() -> Self {
        let posted = Posted {
            number: 1,
            id: "ev".to_owned(),
            ty: "TRACK_START".to_owned(),
            title: "#5 Startbrief".to_owned(),
            subject: Some("pupil-1".to_owned()),
            people: Default::default(),
            at: at(0),
            refused: None,
            moved: Default::default(),
        };
        Self {
            posted,
            state: State::default(),
        }
    }

    fn knows(&mut self, who: &str, roles: &[&str]) {
        let contact = ContactId::of(who);
        self.state.names.insert(contact.clone(), who.to_owned());
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        self.state
            .roles
            .insert(("pupil-1".to_owned(), contact), roles);
    }

    fn walks(&mut self, journey: &str, who: &str, path: &[(&str, &str)], phase: Phase) {
        let path = path.iter().map(|(step, outcome)| Taken {
            step: (*step).to_owned(),
            outcome: (*outcome).to_owned(),
            at: at(0),
        });
        self.state.enrollments.push(Enrollment {
            id: enrollment(journey, who),
            contact: ContactId::of(who),
            journey: journey.to_owned(),
            plan: "plan".to_owned(),
            subject: Some("pupil-1".to_owned()),
            event: "ev".to_owned(),
            entered: at(0),
            params: BTreeMap::new(),
            notified: BTreeMap::new(),
            signals: Signals::default(),
            hops: 0,
            campaign: false,
            phase,
            path: path.collect(),
        });
    }

    fn arrives(&mut self, journey: &str, who: &str, step: &str, subject: &str, after_ms: i64) {
        self.mails(journey, who, step, who, subject, after_ms);
    }

    fn mails(
        &mut self,
        journey: &str,
        who: &str,
        step: &str,
        to: &str,
        subject: &str,
        after_ms: i64,
    ) {
        let (enrollment, recipient) = (enrollment(journey, who), ContactId::of(to));
        let send = SendId::of(&enrollment, step, &recipient);
        let tags = Report::tags(&send, &recipient, &enrollment);
        self.state.mails.push(Mail {
            number: 1,
            id: "0102".to_owned(),
            at: at(after_ms),
            from: "post@brug.example".to_owned(),
            to: vec!["somebody@school.example".to_owned()],
            cc: vec![],
            bcc: vec![],
            reply_to: vec![],
            subject: subject.to_owned(),
            headers: vec![],
            text: None,
            html: None,
            configuration_set: None,
            tags: tags
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            untracked: Vec::new(),
            outcomes: BTreeMap::new(),
        });
    }

    fn fails(&mut self, kind: &str, journey: Option<&str>, who: Option<&str>, reason: &str) {
        self.state.exceptions.insert(Exception {
            event: "ev".to_owned(),
            journey: journey.map(str::to_owned),
            contact: who.map(ContactId::of),
            kind: kind.to_owned(),
            reason: reason.to_owned(),
        });
    }

    fn show(&self) -> String {
        let terminal = Terminal::new(&Environment::plain());
        let clock = clock();
        show(&story(&self.posted, &self.state, &clock), &clock, terminal)
    }

    #[track_caller]
    fn shows(&self, expected: Expect) {
        // `expect` drops the indentation that all lines share.
        let shown = self.show();
        let lines = shown
            .lines()
            .map(|line| line.strip_prefix("  ").unwrap_or(line));
        expected.assert_eq(&lines.collect::<Vec<_>>().join("\n"));
    }
}

fn enrollment(journey: &str, who: &str) -> EnrollmentId {
    EnrollmentId::of(journey, Some("pupil-1"), &ContactId::of(who), Some("ev"))
}

fn clock() -> Clock {
    Clock(TimeZone::fixed(jiff::tz::offset(1)))
}

fn left() -> Phase {
    let reason = "finished".to_owned();
    Phase::Left { reason, at: at(0) }
}

/// Milliseconds after 10:15 in Amsterdam.
fn at(ms: i64) -> Timestamp {
    let start: Timestamp = "2026-11-22T10:15:00+01:00".parse().unwrap();
    start + SignedDuration::from_millis(ms)
}

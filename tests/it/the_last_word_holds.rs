//! Promise 3, its edges: what somebody said last about mails holds, however often and by whichever mail they said it.

use engine::Ask;
use jiff::{SignedDuration, Timestamp};
use journey::{ContactId, Phase};
use serde_json::json;

use crate::given::{self, Verb, chain, journey, marketing};
use crate::trial::{Log, Story};
use crate::world::{Action, Choose, Runner, World};

#[test]
fn who_agreed_again_can_unsubscribe_again() {
    let story = Told::new()
        .posts(0, "e1", "anna", 0)
        .asks(10, "anna", OUT)
        .posts(20, "e2", "anna", 20)
        .asks(30, "anna", OUT)
        // The source says again what it said before the second time.
        .posts(40, "e3", "anna", 20);
    assert_eq!(story.delivered(), ["anna", "anna"]);
}

#[test]
fn an_agreement_that_comes_late_does_not_outweigh_an_unsubscribe_that_was_said_again_since() {
    let story = Told::new()
        .posts(0, "e1", "anna", 0)
        .asks(10, "anna", OUT)
        .asks(30, "anna", OUT)
        .posts(40, "e2", "anna", 20);
    assert_eq!(story.delivered(), ["anna"]);
}

#[test]
fn quiet_that_is_over_brings_back_what_was_before() {
    let quiet = Ask::Quiet { days: 1 };
    let left = Told::new()
        .posts(0, "e1", "anna", 0)
        .asks(10, "anna", OUT)
        .asks(11, "anna", quiet.clone())
        .posts(60, "e2", "anna", 0);
    assert_eq!(left.delivered(), ["anna"], "who left has still left");
    let returned = Told::new()
        .posts(0, "e1", "anna", 0)
        .asks(10, "anna", OUT)
        .asks(11, "anna", Ask::In)
        .asks(12, "anna", quiet)
        .posts(60, "e2", "anna", 0);
    assert_eq!(returned.delivered(), ["anna", "anna"]);
}

#[test]
fn however_often_somebody_asks_for_quiet_it_is_known_that_they_left() {
    let mut story = Told::new().posts(0, "e1", "anna", 0).asks(1, "anna", OUT);
    for _ in 0..120 {
        story = story.asks(2, "anna", Ask::Quiet { days: 1 });
    }
    assert_eq!(story.posts(60, "e2", "anna", 0).delivered(), ["anna"]);
}

#[test]
fn an_unsubscribe_follows_a_person_to_another_address() {
    let before = Told::new()
        .posts(0, "e1", "anna", 0)
        .asks(10, "anna", OUT)
        .posts(20, "e2", "anna.new", 0);
    assert_eq!(before.delivered(), ["anna"]);
    // By a mail that went to the old address, when there is a new one already.
    let after = Told::new()
        .posts(0, "e1", "anna", 0)
        .posts(10, "e2", "anna.new", 0)
        .asks(20, "anna", OUT)
        .posts(30, "e3", "anna.new", 0);
    assert_eq!(after.delivered(), ["anna", "anna.new"]);
    let back = Told::new()
        .posts(0, "e1", "anna", 0)
        .asks(10, "anna", OUT)
        .posts(20, "e2", "anna.new", 0)
        .asks(30, "anna.new", Ask::In)
        .posts(40, "e3", "anna.new", 0);
    assert_eq!(back.delivered(), ["anna", "anna.new"]);
}

#[test]
fn an_agreement_of_tomorrow_outweighs_nothing_today() {
    let story = Told::new()
        .posts(0, "e1", "anna", 0)
        .asks(10, "anna", OUT)
        .posts(20, "e2", "anna", 24 * 365);
    assert_eq!(story.delivered(), ["anna"]);
    // Nor when it has come: nobody knows when it was given. A word with a date that can be true holds.
    let late = story
        .posts(9_000, "e3", "anna", 24 * 365)
        .posts(9_010, "e4", "anna", 0);
    assert_eq!(late.delivered(), ["anna"]);
    let anew = Told::new()
        .posts(0, "e1", "anna", 24 * 365)
        .asks(10, "anna", OUT)
        .posts(9_000, "e2", "anna", 24 * 365)
        .posts(9_010, "e3", "anna", 20);
    assert_eq!(anew.delivered(), ["anna", "anna"]);
}

#[test]
fn saving_the_form_changes_only_what_was_changed_in_it() {
    let nothing = || Ask::Topics(Vec::new());
    let quiet = Told::new()
        .posts(0, "e1", "anna", 0)
        .asks(10, "anna", Ask::Quiet { days: 1 })
        .asks(11, "anna", nothing())
        .posts(60, "e2", "anna", 0);
    assert_eq!(quiet.delivered(), ["anna", "anna"], "quiet is no farewell");
    let unchanged = Told::new().posts(0, "e1", "anna", 0).asks(
        10,
        "anna",
        Ask::Topics(vec!["news".to_owned()]),
    );
    assert!(
        unchanged.play().state().people.choices.is_empty(),
        "who changed nothing has said nothing"
    );
    let left = Told::new()
        .posts(0, "e1", "anna", 0)
        .asks(10, "anna", nothing())
        .posts(60, "e2", "anna", 0);
    assert_eq!(left.delivered(), ["anna"]);
}

#[test]
fn who_came_back_is_not_sent_away_by_an_unsubscribe_that_is_heard_late() {
    let late = |last: Ask| {
        let steps = chain(&[
            ("one", Verb::Send),
            ("pause", Verb::Wait("3 days")),
            ("two", Verb::Send),
        ]);
        let story = Told(Story::new(&[journey(marketing(), steps)]))
            .posts(0, "e1", "anna", 0)
            .asks(1, "anna", OUT)
            .asks(2, "anna", last)
            .posts(3, "e2", "anna", 0);
        let world = World::new(story.0.published.clone(), Choose::Calm);
        let mut runner = Runner::new(world);
        for (delay, action) in story.0.actions {
            runner.after(delay, action);
        }
        runner.rest_until(SignedDuration::from_hours(4));
        // A queue delivers twice, and an operator puts back what had failed.
        runner.world.state().put_moves(&[wire::Move::Chose {
            contact: ContactId::of("anna"),
            topic: "news".to_owned(),
        }]);
        runner.rest();
        assert_eq!(runner.world.faults(), Vec::<String>::new());
        let state = runner.world.state();
        let runs = state.runs.all().map(|record| &record.enrollment.phase);
        let left = runs.filter(
            |phase| matches!(phase, Phase::Left { reason, .. } if reason == "unsubscribed"),
        );
        (state.service.delivered.len(), left.count())
    };
    assert_eq!(late(Ask::In), (3, 1), "one of e1, and both of e2");
    assert_eq!(late(OUT), (1, 2));
    let quiet = Ask::Quiet { days: 30 };
    assert_eq!(late(quiet), (1, 2), "quiet takes back no farewell");
}

/// A story about one person and a topic, told by the hour.
struct Told(Story);

impl Told {
    fn new() -> Self {
        Self(Story::new(&[journey(
            marketing(),
            chain(&[("one", Verb::Send)]),
        )]))
    }

    /// The source posts an event about the person with an address, who agreed at some hour.
    fn posts(self, hour: i64, id: &str, address: &str, agreed: i64) -> Self {
        let start = World::new(self.0.published.clone(), Choose::Calm)
            .state()
            .now;
        let agreed = start + SignedDuration::from_hours(agreed) - SignedDuration::from_mins(1);
        let body = post(id, address, agreed);
        let id = id.to_owned();
        self.after(hour, Action::Post { id, body })
    }

    /// Somebody asks something, with the token of a mail to an address.
    fn asks(self, hour: i64, address: &str, ask: Ask) -> Self {
        let world = World::new(self.0.published.clone(), Choose::Calm);
        let address = engine::AddressKeys::address_key(&world, &given::address(address)).0;
        let ticket = wire::Ticket {
            contact: ContactId::of("anna"),
            address,
            topic: "news".to_owned(),
            send: None,
        };
        let token = world.state().tickets.seal(&ticket);
        self.after(hour, Action::Ask { token, ask })
    }

    fn after(self, hour: i64, action: Action) -> Self {
        Self(self.0.after(SignedDuration::from_hours(hour), action))
    }

    fn play(&self) -> World {
        let world = self.0.play(Choose::Calm, Log::Dropped);
        assert_eq!(world.faults(), Vec::<String>::new());
        world
    }

    /// Returns whom mails went to.
    fn delivered(&self) -> Vec<String> {
        let world = self.play();
        let state = world.state();
        let mails = state.service.delivered.iter();
        mails
            .map(|mail| mail.to.as_str().replace("@school.example", ""))
            .collect()
    }
}

fn post(id: &str, address: &str, agreed: Timestamp) -> String {
    let mut person = given::person("anna", "SOT");
    person["email"] = json!(format!("{address}@school.example"));
    person["consent"]["news"]["at"] = json!(agreed.to_string());
    json!({ "type": "HELLO", "data": { "Code": given::code(id) }, "people": [person] }).to_string()
}

const OUT: Ask = Ask::Out { one_click: true };

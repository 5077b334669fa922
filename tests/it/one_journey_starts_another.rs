//! A step `enroll` lets its contact into another journey: once, whatever breaks.

use jiff::SignedDuration;
use journey::ContactId;
use serde_json::json;

use crate::folders::files;
use crate::given;
use crate::posts::reasons;
use crate::trial::{FAULTS, Log, Story};
use crate::world::{Action, Choose, World};

const FIRST: &str = "kind: transactional
trigger: { event: START }
reentry: unlimited
steps:
  - enroll: second
  - send: hello
  - enroll: third
  - wait: 30 days
  - send: again
";

fn started_by(journeys: &str, reentry: &str) -> String {
    format!(
        "kind: transactional\ntrigger: {journeys}\nreentry: {reentry}\nsteps:\n  - wait: 1 day\n  - send: note\n"
    )
}

/// Two journeys that the first starts; the second starts the third, too.
fn story() -> Story {
    let second = started_by("{ journey: first }", "unlimited") + "  - enroll: third\n";
    let third = started_by("[{ journey: first }, { journey: second }]", "single");
    let released = files(&[("first", FIRST), ("second", &second), ("third", &third)]);
    Story::of(released)
        .after(SignedDuration::ZERO, start("e1", "pupil-1"))
        .after(SignedDuration::from_mins(1), start("e2", "pupil-2"))
}

fn start(id: &str, subject: &str) -> Action {
    let ann = json!({ "id": "ann", "email": given::address("ann").as_str(), "full_name": "ann" });
    let body = json!({ "type": "START", "subject": subject, "data": {}, "people": [ann] });
    Action::Post {
        id: id.to_owned(),
        body: body.to_string(),
    }
}

/// Returns each run: its journey, what it is about, and how far it came.
fn runs(world: &World) -> Vec<String> {
    let state = world.state();
    let mut runs: Vec<_> = state
        .runs
        .all()
        .map(|record| {
            let run = &record.enrollment;
            let subject = run.subject.as_deref().unwrap_or("-");
            format!("{} {subject} {}", run.journey, run.path.len())
        })
        .collect();
    runs.sort();
    runs
}

#[test]
fn a_step_starts_another_journey_about_the_same_and_goes_on() {
    let world = story().play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(
        runs(&world),
        [
            "first pupil-1 5",
            "first pupil-2 5",
            "second pupil-1 3",
            "second pupil-2 3",
            "third pupil-1 2",
            "third pupil-1 2",
            "third pupil-2 2",
            "third pupil-2 2",
        ]
    );
}

#[test]
fn a_notification_of_the_other_journey_finds_who_is_linked_to_the_same_subject() {
    let first = "kind: transactional\ntrigger: { event: START }\nreentry: unlimited\nsteps:\n  - enroll: second\n";
    let second = "kind: transactional\ntrigger: { journey: first }\nreentry: unlimited\n\
                  steps:\n  - send: { template: note, to: { role: OWNER } }\n";
    let released = files(&[("first", first), ("second", second)]);
    let linked = |id: &str, subject: &str, owner: &str| {
        let person =
            |id: &str| json!({ "id": id, "email": given::address(id).as_str(), "full_name": id });
        let mut owner = person(owner);
        owner["role"] = json!("OWNER");
        let body = json!({ "type": "START", "subject": subject, "data": {}, "people": [person("ann"), owner] });
        Action::Post {
            id: id.to_owned(),
            body: body.to_string(),
        }
    };
    let story = Story::of(released)
        .after(SignedDuration::ZERO, linked("e1", "pupil-1", "olga"))
        .after(
            SignedDuration::from_hours(1),
            linked("e2", "pupil-2", "otto"),
        );
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let state = world.state();
    let told: Vec<_> = state
        .service
        .delivered
        .iter()
        .map(|mail| mail.to.clone())
        .collect();
    let [olga, otto] = ["olga", "otto"].map(given::address);
    // Once for the run of each of the two who came in about a subject.
    assert_eq!(told, [olga.clone(), olga, otto.clone(), otto]);
}

#[test]
fn whoever_may_not_come_in_is_recorded() {
    let never = started_by("{ journey: first }", "never");
    let first = FIRST.replace("  - enroll: third\n", "");
    let released = files(&[("first", &first), ("second", &never)]);
    let story = Story::of(released)
        .after(SignedDuration::ZERO, start("e1", "pupil-1"))
        .after(SignedDuration::from_hours(1), start("e2", "pupil-1"));
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(
        runs(&world),
        ["first pupil-1 4", "first pupil-1 4", "second pupil-1 2"]
    );
    let state = world.state();
    let refused: Vec<_> = state.exceptions.values().collect();
    let [one] = refused.as_slice() else {
        panic!("{refused:?}");
    };
    assert_eq!(one.reason, "never");
    assert_eq!(one.contact, Some(ContactId::of("ann")));
}

#[test]
fn whatever_breaks_once_it_is_started_once() {
    story().survives(1, &FAULTS);
}

#[test]
fn whatever_breaks_it_is_started_once() {
    story().concurrently(3).survives_seeds(150);
}

/// A wait may outlast the memory of the run that was started: what comes late must not start it anew.
#[test]
fn what_comes_late_starts_nothing_again() {
    let asked = |days: i64| {
        let open = Action::Open {
            person: ContactId::of("ann"),
            step: "hello".to_owned(),
            link: None,
        };
        let story = story().after(SignedDuration::from_hours(24 * days), open);
        let world = story.play(Choose::Calm, Log::Kept);
        assert_eq!(world.faults(), Vec::<String>::new());
        let state = world.state();
        let day = (state.started + SignedDuration::from_hours(24 * days)).to_string();
        let day = day.split('T').next().unwrap_or_default().to_owned();
        let log = state.log.iter().flatten();
        log.filter(|line| line.starts_with(&day) && line.ends_with("moves.move_on"))
            .count()
    };
    // It asks again where it may have been forgotten: whoever is started knows that they were.
    assert_eq!([asked(5), asked(20)], [1, 0]);
}

/// Once it is refused, what moves the run on later must not let somebody in whom no step lets in then.
#[test]
fn what_was_refused_stays_refused() {
    let first = "kind: transactional\ntrigger: { event: START }\nreentry: unlimited\nsteps:\n  \
        - enroll: second\n  - wait: 3 days\n  - send: hello\n";
    let second = started_by("[{ journey: first }, { manual: true }]", "single");
    let enter = Action::Enter {
        person: ContactId::of("ann"),
        journey: "second".to_owned(),
        campaign: false,
    };
    let ann = |id: &str| {
        let mut ann = start(id, "-");
        if let Action::Post { body, .. } = &mut ann {
            *body = body.replace(r#""subject":"-","#, "");
        }
        ann
    };
    let story = Story::of(files(&[("first", first), ("second", &second)]))
        .after(SignedDuration::ZERO, ann("e0"))
        .after(SignedDuration::from_hours(30), enter)
        .after(SignedDuration::from_hours(31), ann("e1"));
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    let entered = runs(&world);
    let second = entered.iter().filter(|run| run.starts_with("second"));
    // By the first event, and by hand; the second event found the latter on its way.
    assert_eq!(second.count(), 2, "{entered:?}");
    assert_eq!(reasons(&world), ["single"]);
}

#[test]
fn a_step_of_an_old_version_lets_nobody_into_a_journey_that_no_longer_says_so() {
    let first = "kind: transactional\ntrigger: { event: START }\nreentry: unlimited\nsteps:\n  \
        - wait: 3 days\n  - enroll: second\n";
    let second = started_by("{ journey: first }", "unlimited");
    let alone = first.replace("  - enroll: second\n", "  - send: hello\n");
    let by_hand = started_by("{ manual: true }", "unlimited");
    let since = files(&[("first", &alone), ("second", &by_hand)]);
    let story = Story::of(files(&[("first", first), ("second", &second)]))
        .after(SignedDuration::ZERO, start("e1", "pupil-1"))
        .after(SignedDuration::from_hours(24), Action::Publish(since));
    let world = story.play(Choose::Calm, Log::Dropped);
    assert_eq!(world.faults(), Vec::<String>::new());
    assert_eq!(runs(&world), ["first pupil-1 2"]);
    assert_eq!(reasons(&world), ["no trigger"]);
}

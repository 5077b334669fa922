//! SES's reports leave the same behind in whatever order they come, twice, and between what is cut short.

use engine::Fact;
use jiff::SignedDuration;
use journey::{ContactId, SCORE, Scoring, Value};
use wire::{Notice, SuppressionReason};

use crate::given;
use crate::samples::{Mailed, Sample};
use crate::trial::{Log, Story};
use crate::what_counts::story_by;
use crate::world::{Action, Choose, Runner, World};

/// Two mails to Anna, of which another system hears and which count for her score.
fn story() -> Story {
    let scoring = Scoring {
        opened: 1.0,
        clicked: 10.0,
        unsubscribed: -100.0,
        bounced: -1000.0,
        complained: -10_000.0,
        half_life: None,
    };
    story_by(scoring).told()
}

/// Returns a world in which both mails have left, and the mails.
fn mailed() -> (World, Vec<Mailed>) {
    let world = story().play(Choose::Calm, Log::Dropped);
    let mails = of(&world);
    assert_eq!(mails.len(), 2);
    (world, mails)
}

fn of(world: &World) -> Vec<Mailed> {
    let state = world.state();
    let delivered = state.service.delivered.iter();
    let mails = delivered.map(|one| Mailed {
        send: one.send.clone(),
        recipient: one.recipient.clone(),
        enrollment: one.enrollment.clone(),
        to: one.to.as_str().to_owned(),
        at: one.at,
    });
    mails.collect()
}

/// Lets reports come one after the other; returns what they leave behind.
fn after(reports: &[String]) -> String {
    let (world, _) = mailed();
    world.state().put_reports(reports);
    Runner::new(world.clone()).heal();
    let mut faults = world.faults();
    faults.retain(|fault| !fault.starts_with("a dead letter in reports"));
    assert_eq!(faults, Vec::<String>::new());
    left(&world)
}

/// Says what there is of contacts, runs, the ledger, addresses, counters, and what others heard.
fn left(world: &World) -> String {
    let state = world.state();
    let contacts = state.people.contacts.values();
    let contacts: Vec<_> = contacts.map(|one| one.value.to_json()).collect();
    let runs: Vec<_> = state.runs.all().map(|one| &one.enrollment).collect();
    let rows = state.service.ledger.iter();
    let rows: Vec<_> = rows.map(|(send, one)| (send, &one.row.facts)).collect();
    let heard: Vec<_> = state.heard.keys().collect();
    format!(
        "{contacts:?}\n{runs:?}\n{rows:?}\n{:?}\n{:?}\n{:?}\n{heard:?}",
        state.suppressed.values(),
        state.soft_bounces.values(),
        state.counts,
    )
}

fn told(samples: &[(Sample, usize)], mails: &[Mailed]) -> Vec<String> {
    let reports = samples.iter();
    reports
        .map(|(sample, mail)| sample.about(&mails[*mail]))
        .collect()
}

/// Shuffles by what xorshift draws, the same each time.
fn shuffle<T>(things: &mut [T], seed: u64) {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    for last in (1..things.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let at = usize::try_from(state % (last as u64 + 1)).expect("an index");
        things.swap(at, last);
    }
}

#[test]
fn of_two_reports_it_makes_no_difference_which_comes_first() {
    let (_, mails) = mailed();
    for (at, one) in Sample::ALL.into_iter().enumerate() {
        for other in Sample::ALL.into_iter().skip(at) {
            let [one, other] = [(one, 0), (other, at % 2)];
            let forth = after(&told(&[one, other], &mails));
            let back = after(&told(&[other, other, one], &mails));
            assert_eq!(forth, back, "{one:?} and {other:?}");
        }
    }
}

#[test]
fn all_reports_shuffled_doubled_and_between_what_is_cut_short_leave_the_same() {
    let (_, mails) = mailed();
    let of_both = [0, 1].map(|mail| Sample::ALL.map(|sample| (sample, mail)));
    let all = told(of_both.as_flattened(), &mails);
    let in_order = after(&all);
    for seed in 0..40 {
        let mut reports = [&all[..], &all[..]].concat();
        let short = all.iter().enumerate();
        reports.extend(short.map(|(at, one)| one[..one.len() * (at + 1) / 33].to_owned()));
        shuffle(&mut reports, seed);
        assert_eq!(after(&reports), in_order, "seed {seed}");
    }
}

#[test]
fn reports_that_come_together_leave_the_same_as_one_by_one() {
    let (world, mails) = mailed();
    let of_both = [0, 1].map(|mail| Sample::ALL.map(|sample| (sample, mail)));
    let all = told(of_both.as_flattened(), &mails);
    let in_order = after(&all);
    let mut twice = [&all[..], &all[..]].concat();
    shuffle(&mut twice, 0);
    let reports = twice.iter().filter_map(|one| match Notice::from_json(one) {
        Ok(Some(Notice::Mail(report))) => Some((one.clone(), report)),
        Ok(Some(Notice::Alarm(_)) | None) | Err(_) => None,
    });
    let (texts, reports): (Vec<_>, Vec<_>) = reports.unzip();
    // As long after they were written as a queue takes to bring them.
    world.state().now += SignedDuration::from_secs(1);
    let read = engine::feedback(&world, engine::LEASE, &reports);
    let read = world.try_now(read).expect("a calm world does not crash");
    let rests = read.expect("they are read").into_iter().zip(texts);
    let early = rests.filter_map(|(rest, text)| rest.map(|_| text));
    world.state().put_reports(&early.collect::<Vec<_>>());
    Runner::new(world.clone()).heal();
    assert_eq!(left(&world), in_order);
}

#[test]
fn what_is_cut_short_is_put_away_at_once_and_never_tried_again() {
    let (_, mails) = mailed();
    for sample in Sample::ALL {
        let whole = sample.about(&mails[0]);
        assert!(Notice::from_json(&whole).is_ok(), "{sample:?}");
        for end in 0..whole.len() {
            assert!(
                Notice::from_json(&whole[..end]).is_err(),
                "{sample:?} {end}"
            );
        }
    }
    let (world, _) = mailed();
    let short = Sample::Click.about(&mails[0]);
    world.state().put_reports(&[short[..200].to_owned()]);
    Runner::new(world.clone()).heal();
    assert_eq!(world.state().dead.len(), 1);
}

/// A click of a person in the first mail: of one of its links, so long after it was sent.
fn click(mails: &[Mailed], link: &str, after: SignedDuration) -> String {
    let at = |delay: SignedDuration| (mails[0].at + delay).to_string();
    let report = Sample::Click.about(&mails[0]);
    let report = report.replace(&at(SignedDuration::from_secs(40)), &at(after));
    report.replace("/more", &format!("/{link}"))
}

/// Returns which clicks of the first mail the ledger knows, and what Anna's score is.
fn clicked(world: &World, mails: &[Mailed]) -> (Vec<Fact>, Option<Value>) {
    let state = world.state();
    let facts = &state.service.ledger[&mails[0].send].row.facts;
    let facts = facts.iter().copied();
    let clicks = facts.filter(|fact| matches!(fact, Fact::Clicked | Fact::ClickedByMachine));
    let anna = state.people.contact(&ContactId::of("anna")).expect("Anna");
    (clicks.collect(), anna.contact.fields.get(SCORE).cloned())
}

/// A scanner that follows every link of a mail at once moves nothing, whichever of its clicks is heard of first.
#[test]
fn what_follows_every_link_at_once_is_a_machine_and_what_follows_one_is_a_person() {
    let (world, mails) = mailed();
    let now = world.state().now.duration_since(mails[0].at);
    let ms = SignedDuration::from_millis;
    let person = (vec![Fact::Clicked], Some(Value::Number(10.0)));
    for (clicks, expected) in [
        (vec![("a", ms(0))], person.clone()),
        (vec![("a", ms(0)), ("a", ms(900))], person.clone()),
        (vec![("a", ms(0)), ("b", ms(60_000))], person),
        (
            vec![("a", ms(0)), ("b", ms(300))],
            (vec![Fact::ClickedByMachine], None),
        ),
        (
            vec![("a", ms(0)), ("b", ms(1_500)), ("c", ms(2_900))],
            (vec![Fact::ClickedByMachine], None),
        ),
    ] {
        let reports = clicks
            .iter()
            .map(|(link, after)| click(&mails, link, now + *after));
        let reports: Vec<_> = reports.collect();
        for seed in 0..6 {
            let (world, _) = mailed();
            let mut reports = [&reports[..], &reports[..]].concat();
            shuffle(&mut reports, seed);
            let mut runner = Runner::new(world.clone());
            for report in reports {
                // As far apart as SES tells them; one far later comes when its time has come.
                let later = report.contains(&(mails[0].at + now + ms(60_000)).to_string());
                world.state().now += ms(i64::from(later) * 60_000 + 150);
                world.state().put_reports(&[report]);
            }
            runner.heal();
            assert_eq!(clicked(&world, &mails), expected, "{clicks:?} {seed}");
            let state = world.state();
            let mut heard = state.heard.values();
            let told = heard.any(|(said, _)| said["type"] == "mail.clicked");
            assert_eq!(told, expected.1.is_some(), "{clicks:?}");
        }
    }
}

/// What an address is forbidden for, where there is one.
fn forbidden(world: &World) -> Vec<(engine::AddressKey, SuppressionReason)> {
    let state = world.state();
    let all = state.suppressed.iter();
    all.map(|(address, why)| (address.clone(), *why)).collect()
}

#[test]
fn who_complains_after_they_were_forgotten_is_not_mailed_again() {
    let (world, mails) = mailed();
    let anna = engine::AddressKeys::address_key(&world, &given::address("anna"));
    let mut runner = Runner::new(world.clone());
    runner.after(SignedDuration::ZERO, Action::Forget(ContactId::of("anna")));
    runner.heal();
    world.state().service.ledger.clear();
    let reports = told(&[(Sample::SoftBounce, 0), (Sample::Complaint, 0)], &mails);
    world.state().put_reports(&reports);
    runner.heal();
    let complained = SuppressionReason::Complained;
    assert_eq!(forbidden(&world), [(anna, complained)]);
    let state = world.state();
    assert!(state.soft_bounces.is_empty(), "nothing else is kept");
}

#[test]
fn a_bounce_forbids_the_address_that_bounced_and_not_the_one_that_took_its_place() {
    let (world, mails) = mailed();
    let key = |name| engine::AddressKeys::address_key(&world, &given::address(name));
    for entry in world.state().service.ledger.values_mut() {
        entry.row.address = key("anna.mended");
    }
    world
        .state()
        .put_reports(&told(&[(Sample::HardBounce, 0)], &mails));
    Runner::new(world.clone()).heal();
    let bounced = SuppressionReason::Bounced;
    assert_eq!(forbidden(&world), [(key("anna"), bounced)]);
}

#[test]
fn a_report_that_does_not_say_where_its_mail_went_is_about_the_address_in_the_ledger() {
    for nowhere in ["[]", "null", r#"["Anna <anna@school.example>"]"#] {
        let (world, mails) = mailed();
        let said = r#""destination":["anna@school.example"]"#;
        let report = Sample::Complaint.about(&mails[0]);
        assert!(report.contains(said));
        let report = report.replace(said, &format!(r#""destination":{nowhere}"#));
        world.state().put_reports(&[report]);
        Runner::new(world.clone()).heal();
        assert_eq!(forbidden(&world).len(), 1, "{nowhere}");
    }
}

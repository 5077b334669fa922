//! Numbers that are the same in whatever order things are read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use journey::{ContactId, EnrollmentId, Phase, Taken};
use wire::Passage;

use super::Statistics;
use super::tally::{Counted, Tally};
use crate::{Fact, MailFacts};

#[test]
fn runs_and_mails_add_up_in_whatever_order() {
    let (runs, mails) = (runs(), mails());
    let splits = BTreeMap::from([("p1".to_owned(), BTreeSet::from(["ab".to_owned()]))]);
    let found = fold(runs.clone(), &mails, &splits);
    let version = &found.versions[&("j".to_owned(), "p1".to_owned())];
    assert_eq!(
        (version.entered, version.on_their_way(), version.parked),
        (4, 2, 1)
    );
    assert_eq!(
        version.left,
        BTreeMap::from([("finished".to_owned(), 1), ("goal".to_owned(), 1)])
    );
    assert_eq!(
        (version.steps["pause"].here, version.steps["ab"].here),
        (1, 1)
    );
    let hello = &version.steps["hello"];
    assert_eq!(
        hello.outcomes,
        BTreeMap::from([("over_cap".to_owned(), 1), ("sent".to_owned(), 2)])
    );
    assert_eq!(
        (
            hello.mails.sent,
            hello.mails.delivered,
            hello.mails.in_doubt
        ),
        (3, 2, 1)
    );
    assert_eq!(
        (
            hello.mails.facts["opened"],
            hello.mails.facts["opened_by_machine"]
        ),
        (1, 2)
    );
    let [a, b] = [&version.splits["ab"]["a"], &version.splits["ab"]["b"]];
    assert_eq!((a.runs, a.opened, a.clicked, a.goal), (2, 1, 1, 1));
    assert_eq!((b.runs, b.opened, b.clicked, b.goal), (1, 0, 0, 0));
    assert_eq!(found.orphans, 1);

    let turned: Vec<_> = runs.into_iter().rev().collect();
    let mails: Vec<_> = mails.into_iter().rev().collect();
    assert_eq!(fold(turned, &mails, &splits), found);
}

#[test]
fn what_the_mailbox_simulator_does_counts_neither_as_mail_nor_for_a_side() {
    let (id, passage) = run(1, &[("ab", "a")], left("finished"));
    let splits = BTreeMap::from([("p1".to_owned(), BTreeSet::from(["ab".to_owned()]))]);
    let facts = [Fact::Bounced, Fact::Opened, Fact::Simulated];
    let found = fold(vec![(id, passage)], &[mail(1, true, &facts)], &splits);
    let version = &found.versions[&("j".to_owned(), "p1".to_owned())];
    let mails = &version.steps["hello"].mails;
    assert_eq!((mails.sent, mails.delivered, mails.in_doubt), (0, 0, 0));
    assert_eq!(mails.facts, BTreeMap::from([("simulated".to_owned(), 1)]));
    assert_eq!(version.entered, 1);
    assert!(version.splits.is_empty(), "{:?}", version.splits);
}

#[test]
fn a_mail_that_bounced_for_now_and_then_for_ever_bounced_once() {
    let (id, passage) = run(1, &[], left("finished"));
    let (soft, hard) = (Fact::BouncedSoftly, Fact::Bounced);
    let mails = [mail(1, true, &[soft, hard]), mail(1, true, &[soft])];
    let found = fold(vec![(id, passage)], &mails, &BTreeMap::new());
    let mails = &found.versions[&("j".to_owned(), "p1".to_owned())].steps["hello"].mails;
    assert_eq!((mails.sent, mails.delivered), (2, 0));
    assert_eq!(
        mails.facts,
        [(hard, 1), (soft, 1)]
            .map(|(fact, count)| (fact.as_str().to_owned(), count))
            .into()
    );
}

#[test]
fn a_goal_counts_where_nobody_leaves_by_it_and_a_colleague_does_not() {
    let (id, mut passage) = run(1, &[("ab", "a")], left("finished"));
    passage.goal = true;
    let mut told = mail(1, true, &[Fact::Opened, Fact::Clicked]);
    told.own = false;
    let splits = BTreeMap::from([("p1".to_owned(), BTreeSet::from(["ab".to_owned()]))]);
    let found = fold(vec![(id, passage)], &[told], &splits);
    let version = &found.versions[&("j".to_owned(), "p1".to_owned())];
    let arm = &version.splits["ab"]["a"];
    assert_eq!((arm.runs, arm.goal, arm.opened, arm.clicked), (1, 1, 0, 0));
    assert_eq!(version.steps["hello"].mails.facts["clicked"], 1);
}

fn runs() -> Vec<(EnrollmentId, Passage)> {
    vec![
        run(
            1,
            &[("ab", "a"), ("hello", "sent"), ("end", "finished")],
            left("goal"),
        ),
        run(2, &[("ab", "b"), ("hello", "over_cap")], left("finished")),
        run(
            3,
            &[("ab", "a"), ("hello", "sent")],
            Phase::Waiting {
                step: "pause".to_owned(),
                due: Timestamp::UNIX_EPOCH,
            },
        ),
        run(
            4,
            &[],
            Phase::Parked {
                step: "ab".to_owned(),
                reason: "x".to_owned(),
                at: Timestamp::UNIX_EPOCH,
            },
        ),
    ]
}

fn mails() -> Vec<MailFacts> {
    vec![
        mail(
            1,
            true,
            &[Fact::Opened, Fact::Clicked, Fact::OpenedByMachine],
        ),
        mail(3, true, &[Fact::Bounced]),
        // The report came, and the ledger has not heard of it.
        mail(3, false, &[Fact::OpenedByMachine]),
        mail(4, false, &[]),
        mail(9, true, &[]),
    ]
}

fn run(number: u8, path: &[(&str, &str)], phase: Phase) -> (EnrollmentId, Passage) {
    let taken = path.iter().map(|(step, outcome)| Taken {
        step: (*step).to_owned(),
        outcome: (*outcome).to_owned(),
        at: Timestamp::UNIX_EPOCH,
    });
    let passage = Passage {
        journey: "j".to_owned(),
        plan: "p1".to_owned(),
        phase,
        path: taken.collect(),
        goal: false,
    };
    (id(number), passage)
}

fn left(reason: &str) -> Phase {
    Phase::Left {
        reason: reason.to_owned(),
        at: Timestamp::UNIX_EPOCH,
    }
}

fn mail(run: u8, accepted: bool, facts: &[Fact]) -> MailFacts {
    MailFacts {
        enrollment: id(run),
        step: "hello".to_owned(),
        own: true,
        claimed: Timestamp::UNIX_EPOCH,
        accepted,
        facts: facts.iter().copied().collect(),
    }
}

fn id(number: u8) -> EnrollmentId {
    EnrollmentId::of("j", None, &ContactId::of(&number.to_string()), None)
}

/// Adds everything up; `splits` are the steps that part people, by the version's content hash.
fn fold(
    runs: Vec<(EnrollmentId, Passage)>,
    mails: &[MailFacts],
    splits: &BTreeMap<String, BTreeSet<String>>,
) -> Statistics {
    let mut tally = Tally::default();
    for (id, run) in runs {
        tally.run(id, &run, Counted::Here, splits.get(&run.plan));
    }
    for mail in mails {
        tally.mail(mail.clone());
    }
    tally.finish()
}

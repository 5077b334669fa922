//! The ledger: who may hand a mail to the mail service, and what is known of it.

#![expect(clippy::unwrap_used, reason = "what fails here is a test")]

use std::collections::BTreeSet;

use engine::{AddressKey, Claim, Claimed, Fact, News, Row, RowState};
use journey::SendId;
use wire::ClickMark;

use super::{Stores, at, person, run};

pub(super) async fn a_mail_is_claimed_once(stores: &impl Stores) {
    let claim = claim("claimed", 0);
    assert_eq!(stores.claim(&claim).await.unwrap(), Claimed::Ours);
    let other = Claim {
        at: at(1),
        ..claim.clone()
    };
    let Claimed::Taken(row) = stores.claim(&other).await.unwrap() else {
        panic!("it is claimed already");
    };
    assert_eq!(
        (row.state, row.attempt, row.claimed),
        (RowState::Dispatching, 1, at(0))
    );
    assert_eq!(
        (row.step.as_str(), row.enrollment),
        ("hello", claim.enrollment.clone())
    );

    // Whoever knows of the attempt before may try again, and only one of them.
    let again = Claim {
        attempts_before: 1,
        at: at(2),
        ..claim.clone()
    };
    assert_eq!(stores.claim(&again).await.unwrap(), Claimed::Ours);
    assert!(matches!(stores.claim(&again).await.unwrap(), Claimed::Taken(row) if row.attempt == 2));

    stores
        .release(&claim.recipient, &claim.send, 2, "throttled")
        .await
        .unwrap();
    let third = Claim {
        attempts_before: 2,
        at: at(3),
        ..claim.clone()
    };
    assert_eq!(stores.claim(&third).await.unwrap(), Claimed::Ours);
}

pub(super) async fn what_is_known_of_a_mail_is_not_unlearned(stores: &impl Stores) {
    let claim = claim("accepted", 0);
    stores.claim(&claim).await.unwrap();
    // An attempt that is not the last one says nothing.
    stores
        .release(&claim.recipient, &claim.send, 7, "throttled")
        .await
        .unwrap();
    assert_eq!(row(stores, &claim).await.state, RowState::Dispatching);
    stores
        .accept(&claim.recipient, &claim.send, "ses-1")
        .await
        .unwrap();
    stores
        .release(&claim.recipient, &claim.send, 1, "throttled")
        .await
        .unwrap();
    stores
        .give_up(&claim.recipient, &claim.send, 1)
        .await
        .unwrap();
    assert_eq!(row(stores, &claim).await.state, RowState::Accepted);
    let again = Claim {
        attempts_before: 1,
        ..claim.clone()
    };
    assert!(
        matches!(stores.claim(&again).await.unwrap(), Claimed::Taken(row) if row.state == RowState::Accepted)
    );

    let claim = self::claim("given-up", 0);
    stores.claim(&claim).await.unwrap();
    stores
        .give_up(&claim.recipient, &claim.send, 1)
        .await
        .unwrap();
    assert_eq!(row(stores, &claim).await.state, RowState::GivenUp);
    let again = Claim {
        attempts_before: 1,
        ..claim.clone()
    };
    assert!(
        matches!(stores.claim(&again).await.unwrap(), Claimed::Taken(row) if row.state == RowState::GivenUp)
    );
    // A report that comes after all is proof.
    stores
        .accept(&claim.recipient, &claim.send, "ses-2")
        .await
        .unwrap();
    assert_eq!(row(stores, &claim).await.state, RowState::Accepted);
}

pub(super) async fn what_became_of_a_mail_adds_up(stores: &impl Stores) {
    let claim = claim("facts", 0);
    stores.claim(&claim).await.unwrap();
    assert!(row(stores, &claim).await.facts.is_empty());
    let note = async |facts: &[Fact]| {
        let news = News {
            facts: facts.iter().copied().collect(),
            ..News::default()
        };
        stores
            .note(&claim.recipient, &claim.send, &news)
            .await
            .unwrap();
    };
    note(&[Fact::Opened, Fact::ClickedByMachine]).await;
    note(&[Fact::Complained]).await;
    note(&[Fact::Opened]).await;
    let known = row(stores, &claim).await;
    assert_eq!(
        known.facts,
        [Fact::ClickedByMachine, Fact::Complained, Fact::Opened].into()
    );
    assert_eq!(known.state, RowState::Dispatching);
    assert!(known.clicks.is_empty());
    let clicks = [ClickMark::of("a", at(1)), ClickMark::of("b", at(2))];
    for clicks in [&clicks[..1], &clicks, &[]] {
        let news = News {
            clicks: clicks.iter().cloned().collect(),
            ..News::default()
        };
        let noted = stores.note(&claim.recipient, &claim.send, &news).await;
        noted.unwrap();
    }
    let known = row(stores, &claim).await;
    assert_eq!((known.clicks, known.facts.len()), (clicks.into(), 3));
    let test = Claim {
        simulated: true,
        ..self::claim("simulated", 0)
    };
    stores.claim(&test).await.unwrap();
    assert_eq!(row(stores, &test).await.facts, [Fact::Simulated].into());
    // Of a mail that there is no row of nothing is noted.
    let nobody = self::claim("no-row", 0);
    stores
        .note(&nobody.recipient, &nobody.send, &[Fact::Opened].into())
        .await
        .unwrap();
    let found = stores
        .rows(&[(nobody.recipient, nobody.send)])
        .await
        .unwrap();
    assert!(found.is_empty());
}

pub(super) async fn only_rows_that_there_are_come_back(stores: &impl Stores) {
    let claims: Vec<_> = (0..130)
        .map(|number| claim(&format!("many-{number}"), 0))
        .collect();
    for claim in claims.iter().step_by(2) {
        stores.claim(claim).await.unwrap();
    }
    let asked: Vec<_> = claims
        .iter()
        .map(|claim| (claim.recipient.clone(), claim.send.clone()))
        .collect();
    let found = stores.rows(&asked).await.unwrap();
    let expected: BTreeSet<_> = claims
        .iter()
        .step_by(2)
        .map(|claim| claim.send.clone())
        .collect();
    assert_eq!(found.keys().cloned().collect::<BTreeSet<_>>(), expected);
    assert!(stores.rows(&[]).await.unwrap().is_empty());
}

async fn row(stores: &impl Stores, claim: &Claim) -> Row {
    let asked = [(claim.recipient.clone(), claim.send.clone())];
    let mut found = stores.rows(&asked).await.unwrap();
    found.remove(&claim.send).expect("its row")
}

pub(super) fn claim(name: &str, attempts_before: u32) -> Claim {
    let (contact, enrollment) = (person(name), run(name, "e1"));
    Claim {
        send: SendId::of(&enrollment, "hello", &contact),
        recipient: contact.clone(),
        contact,
        enrollment,
        step: "hello".to_owned(),
        address: AddressKey(format!("key-of-{name}")),
        simulated: false,
        at: at(0),
        attempts_before,
    }
}

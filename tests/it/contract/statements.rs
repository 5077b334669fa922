//! What statistics are made of: every run and every mail, once; and how far statements go.

#![expect(clippy::unwrap_used, reason = "what fails here is a test")]

use std::collections::{BTreeMap, BTreeSet};

use engine::{Beside, Fact, MailFacts, News, Stored};
use journey::{Phase, Value};
use wire::{Attempt, Closing, Figures, Passage, Statement};

use super::enrollments::waiting;
use super::ledger::claim;
use super::{Stores, at, person, written};

pub(super) async fn every_run_is_met_once(stores: &impl Stores) {
    let names: Vec<_> = (0..40).map(|number| format!("met-{number}")).collect();
    let mut expected = BTreeMap::new();
    for name in &names {
        let mut record = waiting(name, "e1", at(10));
        // More than fits into one page, in whatever parts a table is read.
        let much = Value::Text("much ".repeat(60_000));
        record.enrollment.params.insert("Much".to_owned(), much);
        if name == "met-1" {
            let reason = "finished".to_owned();
            record.enrollment.phase = Phase::Left { reason, at: at(9) };
        }
        written(stores.enter(&record, &Beside::default()).await.unwrap());
        let passage = Passage::from_json(&record.to_json()).unwrap();
        expected.insert(record.enrollment.id, passage);
    }
    let (mut met, mut pages, mut after) = (Vec::new(), 0, Some(String::new()));
    while let Some(from) = after {
        let page = stores.passages_after(&from).await.unwrap();
        met.extend(page.some);
        pages += 1;
        after = page.next;
    }
    assert!(pages > 1, "all of it came at once");
    let ours = |(id, _): &(_, _)| expected.contains_key(id);
    let found: Vec<_> = met.into_iter().filter(ours).collect();
    assert_eq!(found.len(), names.len(), "nobody twice");
    assert_eq!(found.into_iter().collect::<BTreeMap<_, _>>(), expected);
}

pub(super) async fn every_mail_that_may_have_left_is_met_once(stores: &impl Stores) {
    let [released, given_up, opened, told, doubted] = [
        "m-released",
        "m-given-up",
        "m-opened",
        "m-told",
        "m-doubted",
    ]
    .map(|name| claim(name, 0));
    let told = engine::Claim {
        contact: person("m-walks"),
        ..told
    };
    for claim in [&released, &given_up, &opened, &told, &doubted] {
        stores.claim(claim).await.unwrap();
    }
    let reason = "throttled";
    stores
        .release(&released.recipient, &released.send, 1, reason)
        .await
        .unwrap();
    stores
        .give_up(&given_up.recipient, &given_up.send, 1)
        .await
        .unwrap();
    for claim in [&opened, &told] {
        stores
            .accept(&claim.recipient, &claim.send, "ses-9")
            .await
            .unwrap();
    }
    let news = News::from([Fact::Opened, Fact::ClickedByMachine]);
    let facts = news.facts.clone();
    stores
        .note(&opened.recipient, &opened.send, &news)
        .await
        .unwrap();
    let (mut met, mut after) = (Vec::new(), Some(String::new()));
    while let Some(from) = after {
        let page = stores.mails_after(&from).await.unwrap();
        met.extend(page.some);
        after = page.next;
    }
    let of = |claim: &engine::Claim| -> Vec<MailFacts> {
        let of_it = met
            .iter()
            .filter(|mail| mail.enrollment == claim.enrollment);
        of_it.cloned().collect()
    };
    let mail = |claim: &engine::Claim, accepted, facts: &BTreeSet<Fact>| {
        vec![MailFacts {
            enrollment: claim.enrollment.clone(),
            step: "hello".to_owned(),
            claimed: at(0),
            own: claim.contact == claim.recipient,
            accepted,
            facts: facts.clone(),
        }]
    };
    let none = BTreeSet::new();
    assert_eq!(of(&released), []);
    assert_eq!(of(&given_up), mail(&given_up, false, &none));
    assert_eq!(of(&opened), mail(&opened, true, &facts));
    assert_eq!(of(&told), mail(&told, true, &none));
    assert_eq!(of(&doubted), mail(&doubted, false, &none));
}

pub(super) async fn how_far_statements_go_stands_by_version(stores: &impl Stores) {
    assert_eq!(stores.closing().await.unwrap(), None);
    let begun = Closing {
        until: None,
        attempt: Some(Attempt {
            until: at(0),
            begun: at(7),
        }),
    };
    let conflict = stores.put_closing(&begun, Some(1)).await.unwrap();
    assert_eq!(conflict, Stored::Conflict);
    written(stores.put_closing(&begun, None).await.unwrap());
    let conflict = stores.put_closing(&begun, None).await.unwrap();
    assert_eq!(conflict, Stored::Conflict);
    let statement = Statement {
        journey: "contract".to_owned(),
        plan: "p1".to_owned(),
        from: None,
        until: at(0),
        figures: Figures::default(),
    };
    // Another attempt writes it again.
    stores.put_statement(&statement).await.unwrap();
    stores.put_statement(&statement).await.unwrap();
    let closed = Closing {
        until: Some(at(0)),
        attempt: None,
    };
    written(stores.put_closing(&closed, Some(1)).await.unwrap());
    let found = stores.closing().await.unwrap().unwrap();
    assert_eq!((found.version, found.value), (2, closed));
}

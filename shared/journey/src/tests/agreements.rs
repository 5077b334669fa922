//! Which proof of an agreement is kept, in whatever order proofs are heard of.

use jiff::Timestamp;

use super::journeys::contact;
use crate::Consent;

fn day(day: i64) -> Timestamp {
    Timestamp::from_second(day * 86_400).unwrap()
}

fn proof(at: i64, how: &str) -> Consent {
    Consent::new(day(at), how.to_owned(), "Yes".to_owned())
}

/// Returns the date, the way and the confirmation that are kept of proofs that come one after the other.
fn kept(proofs: &[Consent]) -> (Timestamp, String, Option<Timestamp>) {
    let mut anna = contact();
    for proof in proofs {
        anna.agree("news".to_owned(), proof.clone(), day(10));
    }
    let kept = anna.consent.remove("news").unwrap();
    (kept.at, kept.how, kept.confirmed)
}

#[test]
fn the_later_proof_is_kept_in_whatever_order_they_come() {
    let (early, late) = (proof(1, "form"), proof(2, "letter"));
    for proofs in [[early.clone(), late.clone()], [late.clone(), early]] {
        assert_eq!(kept(&proofs), (day(2), "letter".to_owned(), None));
    }
    // One that is dated in the future is a mistake, and does not stand in the way.
    let future = proof(99, "form");
    assert_eq!(kept(&[future, late]), (day(2), "letter".to_owned(), None));
}

#[test]
fn what_was_dated_ahead_gives_way_to_whatever_has_a_date() {
    let posted =
        |at: i64, how: &str| Consent::posted(day(at), how.to_owned(), "Yes".to_owned(), day(5));
    let (ahead, form) = (posted(6, "double-opt-in"), posted(1, "form"));
    assert_eq!(kept(std::slice::from_ref(&ahead)).2, None);
    for proofs in [[ahead.clone(), form.clone()], [form, ahead.clone()]] {
        assert_eq!(kept(&proofs), (day(1), "form".to_owned(), None));
    }
    // What is said again when its date has come is the same mistake.
    let again = proof(6, "double-opt-in");
    for before in [None, Some(proof(1, "form"))] {
        let mut anna = contact();
        let at = before.as_ref().map_or_else(|| day(6), |form| form.at);
        for proof in before.into_iter().chain([ahead.clone(), again.clone()]) {
            anna.agree("news".to_owned(), proof, day(10));
        }
        let kept = &anna.consent["news"];
        assert_eq!((kept.at, kept.confirmed), (at, None));
        assert_eq!(kept.ahead, Some(day(6)));
    }
}

#[test]
fn clocks_may_differ_by_five_minutes() {
    let posted = |seconds: i64| {
        let at = Timestamp::from_second(seconds).unwrap();
        let proof = Consent::posted(at, "form".to_owned(), "Yes".to_owned(), day(0));
        (proof.at.as_second(), proof.is_ahead())
    };
    assert_eq!(posted(-1), (-1, false));
    assert_eq!(posted(300), (0, false));
    assert_eq!(posted(301), (301, true));
}

#[test]
fn a_form_takes_nothing_from_what_was_confirmed() {
    let (confirmed, form) = (proof(1, "double-opt-in"), proof(2, "form"));
    for proofs in [[confirmed.clone(), form.clone()], [form, confirmed]] {
        let expected = (day(2), "form".to_owned(), Some(day(1)));
        assert_eq!(kept(&proofs), expected);
    }
}

/// Whatever is heard first, what is known in the end is the same: that somebody bought something takes nothing from a word
/// of theirs, and what they took back is given again only by a later yes.
#[test]
fn words_and_purchases_count_the_same_in_whatever_order_they_come() {
    let taken_back = |at| Consent::taken_back(day(at), "phone".to_owned(), String::new(), day(9));
    let (form, bought) = (proof(3, "form"), proof(5, "soft-opt-in"));
    for (proofs, at, given, soft) in [
        (vec![form.clone(), bought.clone()], 3, true, false),
        (
            vec![form.clone(), taken_back(4), bought.clone()],
            4,
            false,
            false,
        ),
        (vec![bought.clone(), taken_back(4)], 4, false, false),
        (vec![bought.clone(), proof(6, "soft-opt-in")], 6, true, true),
        (vec![form.clone(), taken_back(3)], 3, false, false),
        (vec![taken_back(2), form.clone()], 3, true, false),
        (vec![taken_back(2), form, bought], 3, true, false),
        (
            vec![proof(1, "double-opt-in"), taken_back(2), proof(3, "form")],
            3,
            true,
            false,
        ),
    ] {
        for order in orders(&proofs) {
            let mut anna = contact();
            for proof in &order {
                anna.agree("news".to_owned(), proof.clone(), day(10));
            }
            let kept = &anna.consent["news"];
            let found = (kept.at, kept.is_given(), kept.is_soft());
            assert_eq!(found, (day(at), given, soft), "{order:?}");
        }
    }
}

/// A no counts from when it is heard at the latest: a clock that is ahead does not put it off.
#[test]
fn what_is_taken_back_tomorrow_is_taken_back_now() {
    let no = Consent::taken_back(day(8), "phone".to_owned(), String::new(), day(5));
    assert_eq!((no.at, no.withdrawn), (day(5), Some(day(5))));
}

/// Returns them in every order.
fn orders(proofs: &[Consent]) -> Vec<Vec<Consent>> {
    let mut all = Vec::new();
    for (at, first) in proofs.iter().enumerate() {
        let mut rest = proofs.to_vec();
        rest.remove(at);
        all.extend(orders(&rest).into_iter().map(|mut rest| {
            rest.insert(0, first.clone());
            rest
        }));
    }
    if proofs.is_empty() {
        all.push(Vec::new());
    }
    all
}

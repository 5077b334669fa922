//! What is left of a score, and when.

use jiff::Timestamp;

use super::journeys::{contact, plan};
use crate::{Change, Contact, SCORE, Settings, Value};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn settings(half_life: Option<u16>) -> Settings {
    let mut settings = plan(Vec::new()).settings;
    settings.scoring.half_life = half_life;
    settings
}

fn left(contact: &Contact, settings: &Settings, now: &str) -> Option<Value> {
    contact.clone().seen(settings, at(now)).fields.remove(SCORE)
}

#[test]
fn a_score_fades_at_midnight_of_the_projects_clock() {
    let settings = settings(Some(1));
    let mut anna = contact();
    Change::Score(8.0).apply(&mut anna, &settings, at("2026-11-23T09:00:00Z"));
    for (now, expected) in [
        ("2026-11-23T08:00:00Z", 8.0),
        ("2026-11-23T22:59:59Z", 8.0),
        ("2026-11-23T23:00:00Z", 4.0),
        ("2026-11-24T22:59:59Z", 4.0),
        ("2026-11-25T09:00:00Z", 2.0),
        ("2036-11-25T09:00:00Z", 0.0),
    ] {
        assert_eq!(
            left(&anna, &settings, now),
            Some(Value::Number(expected)),
            "{now}"
        );
    }
}

/// It makes no difference whether points came together or one by one: each fades by its own age.
#[test]
fn every_point_fades_by_its_own_age() {
    let settings = settings(Some(7));
    let days = ["2026-11-01", "2026-11-03", "2026-11-10"];
    let mut all = contact();
    let mut sum = 0.0;
    for (day, points) in days.into_iter().zip([40.0, -8.0, 16.0]) {
        let counted = at(&format!("{day}T12:00:00Z"));
        Change::Score(points).apply(&mut all, &settings, counted);
        let mut one = contact();
        Change::Score(points).apply(&mut one, &settings, counted);
        if let Some(Value::Number(left)) = left(&one, &settings, "2026-12-01T12:00:00Z") {
            sum += left;
        }
    }
    let Some(Value::Number(left)) = left(&all, &settings, "2026-12-01T12:00:00Z") else {
        panic!("there is a score");
    };
    assert!((left - sum).abs() < 0.02, "{left} and {sum}");
    assert!((left - 3.55).abs() < 0.02, "{left}");
}

#[test]
fn a_score_is_kept_to_the_digit_on_its_day_and_in_cents_from_then_on() {
    let scoring = settings(Some(1)).scoring;
    assert_eq!(scoring.fade(0.125, 0), 0.125);
    assert_eq!(scoring.fade(0.5, 1), 0.25);
    assert_eq!(scoring.fade(0.5, 2), 0.13);
    assert_eq!(scoring.fade(f64::MAX, 1), f64::MAX / 2.0);
}

#[test]
fn what_nobody_counted_does_not_fade() {
    let mut settings = settings(Some(1));
    let anna = contact();
    assert_eq!(left(&anna, &settings, "2036-01-01T00:00:00Z"), None);
    let default = Some(Value::Number(5.0));
    let score = crate::Field {
        ty: crate::FieldType::Number,
        optional: false,
        default: default.clone(),
        sensitive: false,
    };
    settings.fields.insert(SCORE.to_owned(), score);
    assert_eq!(left(&anna, &settings, "2036-01-01T00:00:00Z"), default);
    // It was given before anybody noted when.
    let mut known = anna;
    known.fields.insert(SCORE.to_owned(), Value::Number(9.0));
    let nine = Some(Value::Number(9.0));
    assert_eq!(left(&known, &settings, "2036-01-01T00:00:00Z"), nine);
    Change::Score(1.0).apply(&mut known, &settings, at("2036-01-01T00:00:00Z"));
    let five = Some(Value::Number(5.0));
    assert_eq!(left(&known, &settings, "2036-01-02T00:00:00Z"), five);
}

#[test]
fn a_score_that_is_set_fades_from_then_and_without_a_half_life_never() {
    let settings = settings(None);
    let mut anna = contact();
    let set = Change::Set([(SCORE.to_owned(), Some(Value::Number(10.0)))].into());
    set.apply(&mut anna, &settings, at("2026-11-23T09:00:00Z"));
    let ten = Some(Value::Number(10.0));
    assert_eq!(left(&anna, &settings, "2036-01-01T00:00:00Z"), ten);
    let fading = self::settings(Some(30));
    let five = Some(Value::Number(5.0));
    assert_eq!(left(&anna, &fading, "2026-12-23T09:00:00Z"), five);
}

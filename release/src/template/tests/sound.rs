//! A template that passes the check can be made into a mail from whatever facts its context allows.
//!
//! This is what the check is for: an expression that fails at night, when the event arrives, is one that
//! it should have refused.

use mail::{Fault, RenderError};
use serde_json::{Value as Json, json};

use super::dice::Dice;
use super::{Context, HEAD, Purpose, facts, mail_of, parse, parse_layout, paths};

#[test]
fn what_passes_the_check_can_be_made_from_any_facts() {
    let paths = paths();
    let context = Context {
        paths: &paths,
        purpose: Purpose::Transactional,
        locale: "nl",
    };
    let layout = parse_layout("l.html", "<html><body>{{> content}}</body></html>").unwrap();
    let mut dice = Dice(1);
    let (mut passed, mut refused_rightly) = (0, 0);
    for _ in 0..150 {
        let mut body = String::new();
        for _ in 0..=dice.roll(3) {
            statement(&mut dice, 3, &mut body);
        }
        let text = format!("{HEAD}{body}");
        let parsed =
            parse("t.md", &text, None).unwrap_or_else(|defects| panic!("{defects:?} in {body}"));
        let passes = parsed.check(Some(&layout), &context).is_empty();
        let compiled = parsed.compile(Some(&layout), &context).unwrap();
        let failures: Vec<RenderError> = (0..6)
            .filter_map(|_| mail_of(&compiled, some_facts(&mut dice)).err())
            .filter(|error| error.fault != Fault::Empty)
            .collect();
        if passes {
            assert!(failures.is_empty(), "{} in {body}", failures[0]);
            passed += 1;
        } else {
            refused_rightly += usize::from(!failures.is_empty());
        }
    }
    assert!(passed > 20, "only {passed} templates passed");
    assert!(
        refused_rightly > 20,
        "only {refused_rightly} of the refused ones would have failed"
    );
}

/// Writes something that is printed, or a block around more.
fn statement(dice: &mut Dice, depth: usize, out: &mut String) {
    let inside = |dice: &mut Dice, out: &mut String| {
        for _ in 0..=dice.roll(2) {
            statement(dice, depth - 1, out);
        }
    };
    match dice.roll(if depth == 0 { 4 } else { 8 }) {
        0..=3 => out.push_str(dice.pick(&PRINTS)),
        4 => {
            out.push_str("{{#each contact.tags}}");
            out.push_str(dice.pick(&[
                "{{this}}",
                "{{@index}} {{../event.Link}}",
                "{{#if @first}}{{this}}{{/if}}",
                "{{locale}}",
            ]));
            out.push_str("{{/each}}");
        }
        5 => {
            out.push_str("{{#with event.Person}}");
            out.push_str(dice.pick(&[
                "{{FullName}}",
                "{{Nickname}}",
                "{{#if Nickname}}{{Nickname}}{{/if}}",
                "{{event.Link}}",
            ]));
            out.push_str("{{/with}}");
        }
        block => {
            let name = if block == 6 { "unless" } else { "if" };
            let first = test(dice, 2);
            out.push_str(&format!("{{{{#{name} {first}}}}}"));
            inside(dice, out);
            if dice.roll(3) == 0 {
                out.push_str(&format!("{{{{else if {}}}}}", test(dice, 2)));
                inside(dice, out);
            }
            if dice.roll(2) == 0 {
                out.push_str("{{else}}");
                inside(dice, out);
            }
            out.push_str(&format!("{{{{/{name}}}}}"));
        }
    }
    out.push_str(dice.pick(&[" ", "\n", "\n\n", "."]));
}

fn test(dice: &mut Dice, depth: usize) -> String {
    let bare = |dice: &mut Dice| dice.pick(&TESTS).to_owned();
    if depth == 0 {
        return bare(dice);
    }
    match dice.roll(6) {
        0..=2 => bare(dice),
        3 => format!("(not {})", test(dice, depth - 1)),
        4 => format!("(and {} {})", test(dice, depth - 1), test(dice, depth - 1)),
        _ => format!("(or {} {})", test(dice, depth - 1), test(dice, depth - 1)),
    }
}

/// Makes facts in which whatever may be absent sometimes is.
fn some_facts(dice: &mut Dice) -> Json {
    let mut facts = facts();
    let event = &mut facts["event"];
    let optional =
        |dice: &mut Dice, value: Json| if dice.roll(2) == 0 { Json::Null } else { value };
    event["Person"]["Nickname"] = optional(dice, json!("Sammie"));
    event["Track"]["StartDate"] = optional(dice, json!("2026-11-01"));
    let weeks = json!(dice.roll(3));
    event["Weeks"] = optional(dice, weeks);
    event["Urgent"] = json!(dice.roll(2) == 0);
    event["Price"] = json!(dice.roll(2));
    facts["links"]["browser"] = optional(dice, json!("https://x.example/b"));
    facts["contact"]["tags"] = if dice.roll(2) == 0 {
        json!([])
    } else {
        json!(["een", "twee"])
    };
    facts
}

const PRINTS: [&str; 18] = [
    "{{event.Link}}",
    "{{event.Person.Nickname}}",
    "{{number event.Weeks}}",
    "{{event.Weeks}}",
    "{{date event.Track.StartDate}}",
    "{{date event.Started \"time\"}}",
    "{{money event.Price \"EUR\"}}",
    "{{paragraphs event.Review.Content}}",
    "{{paragraphs event.Person.Nickname}}",
    "[a](https://x.example/{{url event.Weeks}})",
    "[a]({{links.browser}})",
    "[a]({{url event.Link}})",
    "{{default event.Person.Nickname \"x\"}}",
    "{{default event.Person.Nickname event.Link}}",
    "{{number (default event.Weeks 3)}}",
    "{{date (default event.Track.StartDate event.Track.EndDate)}}",
    "{{plural event.Weeks \"week\" \"weken\"}}",
    "{{vars.organisation}}",
];

const TESTS: [&str; 13] = [
    "event.Person.Nickname",
    "event.Weeks",
    "event.Track.StartDate",
    "links.browser",
    "event.Urgent",
    "contact.tags",
    "event.Price",
    "(has event.Weeks)",
    "(has event.Person.Nickname)",
    "(eq event.Weeks 2)",
    "(eq event.Person.Nickname \"Sammie\")",
    "(reached event.Track.StartDate)",
    "(reached event.Track.EndDate)",
];

//! Every drawn journey: nothing lies over anything else, and nothing is missing.

mod journeys;

use std::collections::BTreeMap;

use journey::Plan;

use self::journeys::{FULL, compiled, generated, one, plans};
use super::layout::{BOX, Drawn, Label, PAD, Picture, SIGN, layout};
use super::svg::head;
use super::text::Font;
use super::{mermaid, svg};

#[test]
fn in_every_picture_each_step_stands_once_and_nothing_lies_over_it() {
    let mut seen = 0;
    for plan in plans() {
        let picture = layout(&plan, &|_| {
            Some("A subject that is long enough to break".to_owned())
        });
        whole(&plan, &picture);
        seen += 1;
    }
    assert!(seen >= 10, "only {seen} journeys are drawn");
}

#[test]
fn journeys_that_nobody_would_write_are_drawn_whole_too() {
    for seed in 0..60 {
        let plan = generated(seed);
        whole(&plan, &layout(&plan, &|_| None));
    }
}

#[test]
fn however_many_jump_to_a_step_all_come_to_it() {
    let arm = "      - when: contact.vip\n        steps: [ { tag: a }, { jump: late } ]\n";
    let arms = arm.repeat(9);
    let plan = one(&format!(
        "  - case:\n{arms}  - tag: b\n  - id: late\n    tag: c\n"
    ));
    let picture = layout(&plan, &|_| None);
    let around = picture.lines.iter().filter(|line| line.around);
    let goal = picture.boxes.iter().find(|one| one.said.text == "c");
    let (left, top, right, bottom) = area(goal.expect("where they jump to"));
    for line in around.clone() {
        let (x, y) = *line.corners.last().expect("an end");
        assert!(x == left || x == right, "{line:?}");
        assert!((top..bottom).contains(&y), "{line:?}");
    }
    assert_eq!(around.count(), 9);
}

#[test]
fn letters_are_reckoned_as_wide_as_those_that_stand_in_on_many_machines() {
    // As Chromium measures them in DejaVu Sans.
    let bold = Font::TEXT.width("mon-fri 09:00-17:30, but on closed days");
    assert!((WIDE_BOLD..WIDE_BOLD * 1.03).contains(&bold), "{bold}");
    let plain = Font::LABEL.width("has(contact.city) and contact.city == 'Groningen'");
    assert!((WIDE_PLAIN..WIDE_PLAIN * 1.03).contains(&plain), "{plain}");
}

#[test]
fn arms_that_begin_alike_are_told_apart() {
    let long = "contact.vip and has(contact.locale) and ".repeat(6);
    let steps = ["en", "nl"].map(|locale| {
        format!(
            "      - when: {long}contact.locale == '{locale}'\n        steps: [ {{ exit: {locale} }} ]\n"
        )
    });
    let plan = one(&format!("  - case:\n{}", steps.concat()));
    let picture = layout(&plan, &|_| None);
    let labels = picture.lines.iter().filter_map(|line| line.label.as_ref());
    let [one, other, _] = labels.collect::<Vec<_>>()[..] else {
        panic!("{picture:?}");
    };
    assert_ne!(one.lines, other.lines);
    assert_eq!(
        one.lines.last().map(String::as_str),
        Some("…and contact.locale == 'en'")
    );
}

#[test]
fn what_holds_for_all_of_a_journey_stands_over_it() {
    let plan = compiled(&FULL);
    let picture = svg(&plan[0], &|_| None);
    assert_eq!(picture.matches("class=\"dot\"").count(), 2, "{picture}");
    for said in [
        "as soon as contact.vip and has(contact.locale)",
        "until 2027-03-01, then everybody",
        "signal.amount &gt; 25, within 30 days",
        "vip: true",
        "to role STAFF",
    ] {
        assert!(picture.contains(said), "{said} is not in {picture}");
    }
    let text = mermaid(&plan[0], &|_| None);
    let title = "---\ntitle: \"A title that is far too long for one line, and says \\u0022no\\u0022 to \\u003cb\\u003e\"\n---\nflowchart TD\n";
    assert!(text.starts_with(title), "{text}");
}

#[test]
fn what_people_write_is_never_markup() {
    let plan = compiled(&[(
        "journeys/j.yaml",
        "journey: j\ntitle: \"<script>alert('1')</script> ]] \\\" `x` 🎉 עברית &amp;\"\nkind: transactional\n\
         trigger: { event: START }\nreentry: unlimited\nsteps:\n  - exit: \"a <b> & \\\"c\\\" #1 and_a_very_long_word_that_does_not_fit_into_any_box_at_all_because_it_never_ends\"\n",
    )]);
    let plan = plan.into_iter().next().expect("a journey");
    let picture = svg(&plan, &|_| None);
    assert!(!picture.contains("<script"), "{picture}");
    assert_eq!(picture.matches("<svg").count(), 1);
    let text = mermaid(&plan, &|_| None);
    assert!(!text.contains("<b>") && !text.contains("\"c\""), "{text}");
    assert!(
        text.contains("a #lt;b#gt; #amp; #quot;c#quot; #35;1"),
        "{text}"
    );
    assert_eq!(
        svg(&plan, &|_| None),
        picture,
        "the same journey, the same bytes"
    );
}

#[test]
fn every_way_of_a_plan_is_in_the_text_too() {
    for plan in plans() {
        let text = mermaid(&plan, &|_| None);
        let ways: usize = plan
            .steps
            .iter()
            .map(|step| step.action.exits().len())
            .sum();
        let arrows = text.lines().filter(|line| line.contains("-->")).count();
        assert_eq!(arrows, ways + 1, "{}\n{text}", plan.journey);
    }
}

/// Holds a picture against its plan.
fn whole(plan: &Plan, picture: &Picture) {
    let name = &plan.journey;
    let mut steps: Vec<_> = picture.boxes.iter().filter_map(|one| one.step).collect();
    steps.sort_unstable();
    let expected: Vec<_> = reached(plan);
    assert_eq!(steps, expected, "{name}: each step stands once");
    for (at, one) in picture.boxes.iter().enumerate() {
        let (right, bottom) = (one.x + one.width, one.y + one.height);
        let inside = one.x >= -0.1
            && one.y >= -0.1
            && right <= picture.width + 0.1
            && bottom <= picture.height + 0.1;
        assert!(
            inside,
            "{name}: {one:?} is outside {} x {}",
            picture.width, picture.height
        );
        for other in &picture.boxes[at + 1..] {
            let apart = apart(area(one), area(other));
            assert!(apart, "{name}: {one:?} lies over {other:?}");
        }
        fits(name, one);
    }
    let head = head(plan, picture.width);
    for line in &head.lines {
        let end = line.x + line.font.width(&line.text);
        assert!(end <= head.width, "{name}: {} is cut", line.text);
    }
    unhindered(name, picture);
    let mut drawn: BTreeMap<(usize, Option<usize>), usize> = BTreeMap::new();
    for line in &picture.lines {
        *drawn.entry((line.from, line.to)).or_default() += 1;
    }
    for at in reached(plan) {
        for next in plan.steps[at].action.exits() {
            // A way that meets others under its fork is a line to there, and on from there.
            let there = drawn.contains_key(&(at, next))
                || drawn
                    .keys()
                    .any(|(from, to)| *from == at && (*to == next || to.is_none()));
            assert!(
                there,
                "{name}: no line leads from {at} to {next:?}: {drawn:?}"
            );
        }
    }
}

/// Holds what stands in a box against its width.
fn fits(name: &str, one: &Drawn) {
    let inner = BOX - 2.0 * PAD - SIGN;
    let text = one.text.iter().map(|line| (Font::TEXT, line));
    let more = one.more.iter().map(|line| (Font::MORE, line));
    for (font, line) in text.chain(more) {
        assert!(font.width(line) <= inner, "{name}: {line} has no room");
    }
    let verb = one.said.verb.to_uppercase();
    let spaced = Font::VERB.width(&verb) + verb.len() as f64 / 2.0;
    assert!(spaced <= inner, "{name}: {verb} has no room");
}

/// Holds that no label lies on a box, and that what runs around does so alone.
fn unhindered(name: &str, picture: &Picture) {
    let labels = picture.lines.iter().filter_map(|line| line.label.as_ref());
    let labels: Vec<_> = labels.map(paper).collect();
    let boxes: Vec<_> = picture.boxes.iter().map(area).collect();
    for (at, label) in labels.iter().enumerate() {
        let free = boxes.iter().chain(&labels[at + 1..]);
        let free = free.copied().all(|other| apart(*label, other));
        assert!(free, "{name}: a label lies on something: {label:?}");
    }
    let around: Vec<_> = picture.lines.iter().filter(|line| line.around).collect();
    for (at, line) in around.iter().enumerate() {
        for stretch in line.corners.windows(2).map(stretch) {
            let mut things = boxes.iter().chain(&labels).copied();
            let free = things.all(|thing| apart(stretch, thing));
            assert!(free, "{name}: {line:?} runs through something");
            let others = around[at + 1..].iter();
            let mut others = others.flat_map(|other| other.corners.windows(2).map(self::stretch));
            let alone = others.all(|other| {
                let across = |one: Area| one.0 == one.2;
                across(stretch) != across(other) || apart(stretch, other)
            });
            assert!(alone, "{name}: {line:?} runs where another does");
        }
    }
}

type Area = (f64, f64, f64, f64);

fn area(one: &Drawn) -> Area {
    (one.x, one.y, one.x + one.width, one.y + one.height)
}

fn paper(one: &Label) -> Area {
    (one.x, one.y, one.x + one.width, one.y + one.height)
}

fn stretch(ends: &[(f64, f64)]) -> Area {
    let ((ax, ay), (bx, by)) = (ends[0], ends[1]);
    (ax.min(bx), ay.min(by), ax.max(bx), ay.max(by))
}

fn apart(one: Area, other: Area) -> bool {
    one.2 <= other.0 + 0.1
        || other.2 <= one.0 + 0.1
        || one.3 <= other.1 + 0.1
        || other.3 <= one.1 + 0.1
}

/// Returns the steps that somebody can come to.
fn reached(plan: &Plan) -> Vec<usize> {
    let mut seen = vec![false; plan.steps.len()];
    let mut ahead = vec![0];
    while let Some(at) = ahead.pop() {
        if at < seen.len() && !std::mem::replace(&mut seen[at], true) {
            ahead.extend(plan.steps[at].action.exits().into_iter().flatten());
        }
    }
    (0..seen.len()).filter(|at| seen[*at]).collect()
}

/// In points.
const WIDE_BOLD: f64 = 316.1;
const WIDE_PLAIN: f64 = 298.7;

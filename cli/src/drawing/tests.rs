//! Every drawn journey: nothing lies over anything else, and nothing is missing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use journey::Plan;

use super::layout::{Picture, layout};
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
            let apart = right <= other.x + 0.1
                || other.x + other.width <= one.x + 0.1
                || bottom <= other.y + 0.1
                || other.y + other.height <= one.y + 0.1;
            assert!(apart, "{name}: {one:?} lies over {other:?}");
        }
    }
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

/// Returns the journeys of all examples, and some that are made to be hard.
fn plans() -> Vec<Plan> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let folders = fs::read_dir(examples).expect("the examples");
    let folders = folders.map(|folder| folder.expect("a folder").path());
    let releases = folders.filter(|folder| folder.join("waypost.yaml").exists());
    let mut plans: Vec<_> = releases.flat_map(|folder| read(&folder)).collect();
    plans.extend(compiled(&[("journeys/hard.yaml", HARD)]));
    plans
}

fn compiled(files: &[(&str, &str)]) -> Vec<Plan> {
    let folder = tempfile::tempdir().expect("a folder");
    let project = "organisation: School\nlocale: en\ntime_zone: UTC\nsenders:\n  default: { name: S, address: a@school.example }\n\
        contact:\n  vip: { type: bool, default: false }\n";
    let events = "START:\n  params: {}\nORDER:\n  params: {}\n";
    for (name, text) in [("waypost.yaml", project), ("events.yaml", events)]
        .iter()
        .chain(files)
    {
        let path: PathBuf = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    read(folder.path())
}

fn read(folder: &Path) -> Vec<Plan> {
    match release::compile(folder) {
        Ok(compiled) => compiled
            .journeys
            .into_values()
            .map(|one| one.plan)
            .collect(),
        Err(release::Failure::Rejected(rejection)) => {
            panic!("{}", rejection.render(release::Color::Never))
        }
        Err(error @ release::Failure::Unreadable(_)) => panic!("{error}"),
    }
}

/// Nested as deep as people do, with jumps out of one way into what follows another.
const HARD: &str = "\
journey: hard
kind: transactional
trigger: { event: START }
reentry: unlimited
steps:
  - if: contact.vip
    then:
      - wait: 1 day
      - wait_for: ORDER
        within: 3 days
        then:
          - case:
              - when: contact.vip
                steps: [ { jump: late } ]
              - when: has(contact.locale)
                steps: [ { exit: enough } ]
            else:
              - tag: a
              - split: s
                branches:
                  one: { share: 30, steps: [ { tag: b }, { jump: last } ] }
                  two: { share: 30, steps: [ { wait: 2 hours } ] }
                  three: { share: 40, steps: [] }
        else:
          - jump: late
    else:
      - wait: 2 days
      - if: contact.vip
        then: [ { exit: silent } ]
  - wait: 3 days
  - id: late
    tag: c
  - id: last
    tag: d
";

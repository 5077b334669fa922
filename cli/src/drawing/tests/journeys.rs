//! The journeys that are drawn: all examples, some that are made to be hard, and some that chance makes.

use std::fs;
use std::path::{Path, PathBuf};

use journey::Plan;

/// Returns the journeys of all examples, and some that are made to be hard.
pub(super) fn plans() -> Vec<Plan> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let folders = fs::read_dir(examples).expect("the examples");
    let folders = folders.map(|folder| folder.expect("a folder").path());
    let releases = folders.filter(|folder| folder.join("waypost.yaml").exists());
    let mut plans: Vec<_> = releases.flat_map(|folder| read(&folder)).collect();
    plans.extend(compiled(&[("journeys/hard.yaml", HARD)]));
    plans
}

/// Returns a journey of such steps.
pub(super) fn one(steps: &str) -> Plan {
    let plans = compiled(&[("journeys/j.yaml", &format!("{PLAIN}{steps}"))]);
    plans.into_iter().next().expect("a journey")
}

/// Returns the journeys of a release with such files.
pub(super) fn compiled(files: &[(&str, &str)]) -> Vec<Plan> {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in PROJECT.iter().chain(files) {
        let path: PathBuf = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    read(folder.path())
}

/// Returns the journey that a seed makes.
pub(super) fn generated(seed: u64) -> Plan {
    let mut generator = Generator {
        state: seed,
        names: 0,
    };
    let mut steps = generator.steps(0, false);
    let last = generator.names as u64;
    while let Some(at) = steps.find("JUMP") {
        let digits = steps[at + 4..].find('\n').unwrap_or_default();
        let next: u64 = steps[at + 4..at + 4 + digits].parse().unwrap_or_default();
        let to = next + generator.below(last.saturating_sub(next).clamp(1, 6));
        let to = if to < last {
            format!("s{to}")
        } else {
            "end".to_owned()
        };
        steps.replace_range(at..at + 4 + digits, &to);
    }
    steps += "  - id: end\n    tag: end\n";
    one(&steps)
}

fn read(folder: &Path) -> Vec<Plan> {
    match release::compile(folder) {
        Ok(compiled) => {
            let journeys = compiled.journeys.into_values();
            journeys.map(|one| one.plan).collect()
        }
        Err(release::Failure::Rejected(rejection)) => {
            panic!("{}", rejection.render(release::Color::Never))
        }
        Err(error @ release::Failure::Unreadable(_)) => panic!("{error}"),
    }
}

/// Steps in each other and jumps to any later one, as a seed chooses.
struct Generator {
    state: u64,
    names: usize,
}

impl Generator {
    fn below(&mut self, many: u64) -> u64 {
        // Knuth's multiplier: the same on every machine.
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.state >> 33) % many
    }

    /// Writes a few steps; where they may leave, not everybody goes on to what follows.
    fn steps(&mut self, depth: usize, may_leave: bool) -> String {
        let indent = " ".repeat(2 + 6 * depth);
        let mut text = String::new();
        let count = 1 + self.below(3);
        for number in 1..=count {
            let name = self.names;
            self.names += 1;
            let last = number == count;
            let what = match self.below(if depth < 3 { 5 } else { 2 }) {
                0 => "wait: 1 day\n".to_owned(),
                1 => format!("tag: t{name}\n"),
                2 => {
                    let then = self.steps(depth + 1, true);
                    format!("if: contact.vip\n{indent}  then:\n{then}")
                }
                _ => {
                    let then = self.steps(depth + 1, true);
                    let other = self.steps(depth + 1, may_leave && last);
                    format!("if: contact.vip\n{indent}  then:\n{then}{indent}  else:\n{other}")
                }
            };
            text += &format!("{indent}- id: s{name}\n{indent}  {what}");
            if last && may_leave && what.starts_with(['w', 't']) {
                match self.below(4) {
                    0 => text += &format!("{indent}- exit: enough\n"),
                    1 | 2 => text += &format!("{indent}- jump: JUMP{}\n", self.names),
                    _ => (),
                }
            }
        }
        text
    }
}

const PROJECT: [(&str, &str); 2] = [
    (
        "waypost.yaml",
        "organisation: School\nlocale: en\ntime_zone: UTC\nsenders:\n  default: { name: S, address: a@school.example }\n\
         contact:\n  vip: { type: bool, default: false }\n",
    ),
    (
        "events.yaml",
        "START:\n  params: {}\nORDER:\n  params:\n    amount: number\n  example: { amount: 10 }\n",
    ),
];

const PLAIN: &str = "\
journey: j
kind: transactional
trigger: { event: START }
reentry: unlimited
steps:
";

/// Says everything that stands over a picture.
pub(super) const FULL: [(&str, &str); 3] = [
    (
        "audiences.yaml",
        "vips: { where: contact.vip and has(contact.locale) }\nstaff: { role: STAFF, standing: true }\n",
    ),
    ("templates/news.md", "---\nsubject: News\n---\nHello\n"),
    ("journeys/full.yaml", FULL_JOURNEY),
];

const FULL_JOURNEY: &str = "\
journey: full
title: \"A title that is far too long for one line, and says \\\"no\\\" to <b>\"
kind: transactional
trigger:
  - enters: vips
  - { event: START, where: contact.vip and has(contact.locale) and has(contact.full_name) and has(contact.time_zone) }
reentry: unlimited
publish: { until: 2027-03-01, at_end: stop }
goal: { event: ORDER, where: signal.amount > 25, within: 30 days, exit: true }
steps:
  - set: { vip: true }
  - send: { template: news, to: staff }
";

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

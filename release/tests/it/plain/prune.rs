//! Makes a journey that was drawn one that can be published.

use std::collections::BTreeSet;
use std::mem;

use super::case::{Awaited, Base, Case, Change, Does, Moment, On, Question, Step, Trigger, each};

/// Leaves out or replaces what the files could not say.
pub(super) fn prune(mut case: Case) -> Case {
    case.triggers = triggers(mem::take(&mut case.triggers));
    let mut steps = vec![Step {
        id: None,
        does: Does::Change(Change::Tag(0)),
    }];
    steps.append(&mut case.steps);
    once(&mut steps, &mut BTreeSet::new());
    aim(&mut steps);
    loop {
        let severed = sever(&mut steps);
        let targets = targets_of(&steps);
        let (whole, _) = reach(&mut steps, &targets);
        if whole && !severed {
            break;
        }
    }
    let by_event = case.triggers.iter().any(|on| matches!(on.on, On::Event));
    let mut asking = Asking {
        known: BTreeSet::new(),
        by_event,
    };
    asking.steps(&mut steps);
    asking.known = mails(&steps);
    if let Some(question) = &mut case.exit_when {
        asking.question(question);
    }
    case.steps = steps;
    case
}

/// Each trigger of a kind once; none that nothing could set off.
fn triggers(drawn: Vec<Trigger>) -> Vec<Trigger> {
    let mut kept: Vec<Trigger> = Vec::new();
    for mut trigger in drawn {
        let kind = mem::discriminant(&trigger.on);
        if kept
            .iter()
            .any(|other| mem::discriminant(&other.on) == kind)
        {
            continue;
        }
        let asking = Asking {
            known: BTreeSet::new(),
            by_event: matches!(trigger.on, On::Event),
        };
        if let Some(filter) = &mut trigger.filter {
            asking.question(filter);
        }
        if let On::Date { moment, .. } = &mut trigger.on {
            moment.base = match moment.base {
                Base::Fixed(_) | Base::Due | Base::EventDay => Base::Due,
                Base::When => Base::When,
            };
        }
        kept.push(trigger);
    }
    kept
}

/// Leaves each mail and each name in one place.
fn once(steps: &mut Vec<Step>, used: &mut BTreeSet<String>) {
    steps.retain_mut(|step| {
        if matches!(step.does, Does::Send { .. } | Does::Jump { .. }) {
            step.id = None;
        }
        let fresh = step.name().is_none_or(|name| used.insert(name));
        if !fresh {
            step.id = None;
        }
        let kept = fresh || !matches!(step.does, Does::Send { .. });
        if kept {
            for branch in step.branches_mut() {
                once(branch, used);
            }
        }
        kept
    });
}

/// Points each jump to one of the steps that come after it in the file.
fn aim(steps: &mut [Step]) {
    let mut names = Vec::new();
    each(steps, &mut |step| names.push(step.name()));
    aim_from(steps, &names, &mut 0);
}

fn aim_from(steps: &mut [Step], names: &[Option<String>], at: &mut usize) {
    for step in steps {
        *at += 1;
        if let Does::Jump { pick, to } = &mut step.does {
            let ahead: Vec<&String> = names[*at..].iter().flatten().collect();
            if !ahead.is_empty() {
                ahead[*pick % ahead.len()].clone_into(to);
            }
        }
        for branch in step.branches_mut() {
            aim_from(branch, names, at);
        }
    }
}

/// Takes out the jumps that lead nowhere; tells whether there was one.
fn sever(steps: &mut Vec<Step>) -> bool {
    let mut names = BTreeSet::new();
    each(steps, &mut |step| names.extend(step.name()));
    sever_from(steps, &names)
}

fn sever_from(steps: &mut Vec<Step>, names: &BTreeSet<String>) -> bool {
    let before = steps.len();
    steps.retain(|step| match &step.does {
        Does::Jump { to, .. } => names.contains(to),
        Does::Send { .. }
        | Does::Wait { .. }
        | Does::Until { .. }
        | Does::Window(_)
        | Does::WaitFor { .. }
        | Does::If { .. }
        | Does::Case { .. }
        | Does::Split { .. }
        | Does::Exit
        | Does::Change(_) => true,
    });
    let mut severed = steps.len() < before;
    for step in steps {
        for branch in step.branches_mut() {
            severed |= sever_from(branch, names);
        }
    }
    severed
}

fn targets_of(steps: &[Step]) -> BTreeSet<String> {
    let mut targets = BTreeSet::new();
    each(steps, &mut |step| {
        if let Does::Jump { to, .. } = &step.does {
            targets.insert(to.clone());
        }
    });
    targets
}

/// Takes out what nobody reaches; tells whether all of it was reached, and whether anybody goes on
/// after it.
fn reach(steps: &mut Vec<Step>, targets: &BTreeSet<String>) -> (bool, bool) {
    let mut alive = true;
    let mut whole = true;
    steps.retain_mut(|step| {
        alive |= step.name().is_some_and(|name| targets.contains(&name));
        if !alive {
            whole = false;
            return false;
        }
        let mut on = !matches!(step.does, Does::Exit | Does::Jump { .. });
        let branches = step.branches_mut();
        if !branches.is_empty() {
            on = false;
        }
        for branch in branches {
            let (all, goes_on) = reach(branch, targets);
            whole &= all;
            on |= goes_on;
        }
        alive = on;
        true
    });
    (whole, alive)
}

fn mails(steps: &[Step]) -> BTreeSet<usize> {
    let mut mails = BTreeSet::new();
    each(steps, &mut |step| {
        if let Does::Send { name, .. } = &step.does {
            mails.insert(*name);
        }
    });
    mails
}

/// Makes questions ones that can be asked.
struct Asking {
    /// The mails that something before sends.
    known: BTreeSet<usize>,
    /// Whether an event lets people in.
    by_event: bool,
}

impl Asking {
    fn steps(&mut self, steps: &mut [Step]) {
        for step in steps {
            self.step(step);
        }
    }

    fn step(&mut self, step: &mut Step) {
        match &mut step.does {
            Does::Send { name, .. } => drop(self.known.insert(*name)),
            Does::WaitFor { what, .. } => self.awaited(what),
            Does::If {
                question,
                then,
                otherwise,
            } => {
                self.question(question);
                // An `if` must lead somewhere.
                if then.is_empty() && otherwise.is_empty() {
                    then.push(Step {
                        id: None,
                        does: Does::Change(Change::Score(1)),
                    });
                }
            }
            Does::Case { arms, .. } => {
                for (question, _) in arms {
                    self.question(question);
                }
            }
            Does::Until { moment, .. } => self.moment(moment),
            Does::Wait { .. }
            | Does::Window(_)
            | Does::Split { .. }
            | Does::Jump { .. }
            | Does::Exit
            | Does::Change(_) => (),
        }
        // Branches do not know each other; what follows knows them all.
        let before = self.known.clone();
        let mut after = before.clone();
        for branch in step.branches_mut() {
            self.known.clone_from(&before);
            self.steps(branch);
            after.extend(&self.known);
        }
        self.known = after;
    }

    fn awaited(&self, what: &mut Awaited) {
        match what {
            Awaited::Opened(mail) | Awaited::Clicked(mail) if !self.known.contains(mail) => {
                *what = Awaited::Order(25);
            }
            Awaited::Condition(question) => self.question(question),
            Awaited::Opened(_) | Awaited::Clicked(_) | Awaited::Order(_) => (),
        }
    }

    fn moment(&self, moment: &mut Moment) {
        if matches!(moment.base, Base::EventDay) && !self.by_event {
            moment.base = Base::Due;
        }
    }

    fn question(&self, question: &mut Question) {
        match question {
            Question::Opened(mail) | Question::Clicked(mail) if !self.known.contains(mail) => {
                *question = Question::Level;
            }
            Question::Event if !self.by_event => *question = Question::Member,
            Question::Not(one) => self.question(one),
            Question::Both(one, other) | Question::Either(one, other) => {
                self.question(one);
                self.question(other);
            }
            Question::Opened(_)
            | Question::Clicked(_)
            | Question::Event
            | Question::Member
            | Question::Rich
            | Question::Level
            | Question::OnList
            | Question::Tagged(_)
            | Question::Past => (),
        }
    }
}

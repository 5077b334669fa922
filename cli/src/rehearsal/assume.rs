//! What is taken to happen in a simulation: `opened welkom-1 after 1 day`.

use std::collections::BTreeMap;

use anyhow::{Context, anyhow, bail};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use journey::{Cut, Deed, Line, MOVES_MAX, Period, Plan, Script, Told, Value, rehearse};

/// Something that is taken to happen, so long after something else.
#[derive(Clone, Debug)]
pub(crate) struct Assumption {
    what: What,
    after: Option<Period>,
}

#[derive(Clone, Debug)]
enum What {
    Click { step: String, link: String },
    Event(String),
    Open(String),
}

impl Assumption {
    /// Reads `opened SEND`, `clicked SEND [LINK]` or `EVENT`, each perhaps with `after DURATION`.
    pub(crate) fn parse(text: &str, plan: &Plan) -> anyhow::Result<Self> {
        let (what, after) = match text.split_once(" after ") {
            Some((what, after)) => (what, Some(after)),
            None => (text, None),
        };
        let after = after.map(|after| Period::parse(after.trim()));
        let after = after.transpose().with_context(|| format!("in `{text}`"))?;
        let words: Vec<&str> = what.split_whitespace().collect();
        let send = |name: &str| {
            let sends = plan.step(name).and_then(|step| step.action.send());
            match sends {
                Some(_) => Ok(name.to_owned()),
                None => Err(anyhow!("in `{text}`: the journey has no send `{name}`")),
            }
        };
        let what = match words[..] {
            ["opened", step] => What::Open(send(step)?),
            ["clicked", step] => What::Click {
                step: send(step)?,
                link: String::new(),
            },
            ["clicked", step, link] => What::Click {
                step: send(step)?,
                link: link.to_owned(),
            },
            [event] => What::Event(event.to_owned()),
            _ => bail!(
                "cannot read `{text}`: write `opened SEND after 1 day`, `clicked SEND after 2 hours` \
                 or `EVENT after 3 days`"
            ),
        };
        Ok(Self { what, after })
    }

    /// Returns when it happens, if what it follows has happened by then.
    fn at(&self, start: Timestamp, lines: &[Line], zone: &TimeZone) -> Option<Timestamp> {
        let since = match &self.what {
            What::Event(_) => start,
            What::Click { step, .. } | What::Open(step) => {
                let mut sent = lines.iter();
                let sent = sent
                    .find(|line| matches!(&line.told, Told::Sends { step: sent } if sent == step));
                sent?.at
            }
        };
        let minute = jiff::SignedDuration::from_mins(1);
        Some(match &self.after {
            Some(after) => after.after(since, zone),
            // Whatever happens in a minute comes before its mails.
            None => since.checked_add(minute).unwrap_or(since),
        })
    }
}

/// Plays a script and what is taken to happen besides; `examples` are the parameters of events.
pub(crate) fn play(
    plan: &Plan,
    script: &Script,
    start: Timestamp,
    assumptions: &[Assumption],
    examples: &BTreeMap<String, BTreeMap<String, Value>>,
) -> anyhow::Result<Vec<Line>> {
    let zone = script.contact.zone(&plan.settings.zone);
    let mut left: Vec<&Assumption> = assumptions.iter().collect();
    let mut script = script.clone();
    loop {
        let journey::Rehearsal { lines, cut } = rehearse(plan, script.clone());
        if cut == Some(Cut::Endless) {
            bail!("more than {MOVES_MAX} steps: say with --until when to stop");
        }
        let before = left.len();
        let mut still = Vec::new();
        for assumption in left {
            let Some(at) = assumption.at(start, &lines, &zone) else {
                still.push(assumption);
                continue;
            };
            let deed = match &assumption.what {
                What::Click { step, link } => Deed::Click {
                    step: step.clone(),
                    link: link.clone(),
                },
                What::Event(event) => {
                    let params = examples.get(event);
                    let params = params.ok_or_else(|| anyhow!("no event is called `{event}`"))?;
                    Deed::Event {
                        event: event.clone(),
                        params: params.clone(),
                    }
                }
                What::Open(step) => Deed::Open(step.clone()),
            };
            script.happens.push((at, deed));
        }
        if still.len() == before {
            return Ok(lines);
        }
        left = still;
    }
}

//! `waypost publish`: shows what a folder would change, asks, and puts it in force, all of it at once.

use std::path::PathBuf;

use anyhow::bail;
use aws::{InForce, Unverified};
use engine::Stored;
use serde_json::json;
use wire::{Publication, Published};

use super::{EXIT_CODES, Verdict, check};
use crate::ask::Consent;
use crate::edition::{Edition, short};
use crate::environment::Environment;
use crate::outlook::Outlook;
use crate::output::{Form, Terminal};
use crate::progress::Progress;
use crate::stack::{Choice, Stack, moment, wait_for};
use crate::words;

/// Puts a release in force: shows first what changes and who is on their way, and asks.
///
/// The whole folder is activated at once or not at all. Whoever is inside a journey finishes on the version
/// they came in on. To publish the same folder twice changes nothing.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost publish my-release --stack waypost
  waypost publish my-release --stack waypost --yes        without asking, in CI
  waypost publish my-release --stack waypost < /dev/null  only shows what would change

{EXIT_CODES}"))]
pub(super) struct Args {
    /// The release's folder: the one with waypost.yaml in it
    #[arg(default_value = ".")]
    dir: PathBuf,
    #[command(flatten)]
    stack: Choice,
    /// Goes ahead without asking
    #[arg(long)]
    yes: bool,
    /// Prints the plan and what came of it as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Publishes a folder.
pub(super) fn publish(
    args: &Args,
    environment: &Environment,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    let form = Form::asked(args.json);
    let Some(compiled) = check::passes(&args.dir, form, terminal)? else {
        return Ok(Verdict::Wrong);
    };
    let publication = release::seal(&compiled);
    wait_for(async {
        let stack = args.stack.open(environment).await?;
        let before = stack.aws().in_force().await?;
        if let Some(before) = before
            .as_ref()
            .filter(|one| one.release == publication.release)
        {
            return same(before, &compiled.settings.zone, form, terminal);
        }
        let obstacles = obstacles(&stack, &compiled).await?;
        if !obstacles.is_empty() {
            match form {
                Form::People => terminal.say(obstacles.join("\n"))?,
                Form::Programs => {
                    terminal.say_json(&json!({ "published": false, "obstacles": obstacles }))?;
                }
            }
            return Ok(Verdict::Wrong);
        }
        let change = Activation {
            stack: &stack,
            before,
            after: Edition::of(&publication)?,
            publication,
            by: environment.user(),
            form,
            terminal,
        };
        change.go(Consent::of(args.yes)).await
    })
}

fn same(
    before: &InForce,
    zone: &jiff::tz::TimeZone,
    form: Form,
    terminal: Terminal,
) -> anyhow::Result<Verdict> {
    let release = short(&before.release);
    match form {
        Form::People => terminal.say(format!(
            "Nothing changes: this is release {release}, in force since {}.",
            moment(before.since, zone)
        ))?,
        Form::Programs => terminal.say_json(&json!({
            "published": false, "unchanged": true, "release": before.release,
        }))?,
    }
    Ok(Verdict::Fine)
}

/// Lists what keeps a release from being of any use.
async fn obstacles(stack: &Stack, compiled: &release::Compiled) -> anyhow::Result<Vec<String>> {
    let mut obstacles = Vec::new();
    let domains = &compiled.sender_domains;
    // Nobody would read what is to be posted.
    if !compiled.hooks.is_empty() && stack.operator().wiring().queues.calls.is_none() {
        obstacles.push(
            "the release tells other systems what happens (`hooks`), and the stack posts to none: deploy it with \
             Hooks=on"
                .to_owned(),
        );
    }
    // The roles of a stack may send from its own domain, and from what lies below.
    if let Some(own) = &stack.operator().wiring().mail_domain {
        let foreign = domains.iter().filter(|domain| !lies_in(domain, own));
        obstacles.extend(foreign.map(|domain| {
            format!(
                "the stack may send from {own} only, and a sender is at {domain}: deploy it with MailDomain={domain}, \
                 or give the sender an address at {own}"
            )
        }));
    }
    let domains = domains.iter().map(String::as_str);
    for Unverified { domain, .. } in stack.operator().unverified(domains).await? {
        obstacles.push(format!(
            "SES has not verified {domain}, and mails are to be from there: type `{} domain {domain} --stack {}`",
            words::program(),
            stack.name()
        ));
    }
    let secrets = stack.missing_secrets().await?;
    if !secrets.is_empty() {
        obstacles.push(format!(
            "the stack has no {} yet: type `{} secret --stack {}`",
            words::list(secrets, "and"),
            words::program(),
            stack.name()
        ));
    }
    Ok(obstacles)
}

fn lies_in(domain: &str, own: &str) -> bool {
    let below = domain.strip_suffix(own);
    below.is_some_and(|below| below.is_empty() || below.ends_with('.'))
}

/// Another release that is to be put in force.
pub(super) struct Activation<'a> {
    /// Where.
    pub(super) stack: &'a Stack,
    /// What is in force.
    pub(super) before: Option<InForce>,
    /// What is to be; texts that are published already may be left out.
    pub(super) publication: Publication,
    /// The same, whole.
    pub(super) after: Edition,
    /// Who says so.
    pub(super) by: String,
    pub(super) form: Form,
    pub(super) terminal: Terminal,
}

impl Activation<'_> {
    /// Shows what would change, asks, and does it.
    pub(super) async fn go(self, consent: Consent) -> anyhow::Result<Verdict> {
        let Self {
            stack,
            before,
            publication,
            form,
            terminal,
            ..
        } = &self;
        let progress = Progress::start(*terminal, "Counting who is on their way");
        let outlook = Outlook::of(stack.aws(), before.as_ref(), &self.after).await?;
        drop(progress);
        if *form == Form::People {
            terminal.say(outlook.show(stack.name(), *terminal))?;
        }
        let question = format!("Put this in force on {}?", stack.name());
        match consent.to(&question, *terminal) {
            Ok(true) => (),
            Ok(false) => return Ok(Verdict::Wrong),
            Err(error) => {
                if *form == Form::Programs {
                    terminal.say_json(&outlook.report("published", false))?;
                }
                return Err(error);
            }
        }
        let published = Published {
            release: publication.release.clone(),
            at: stack.now(),
            by: self.by.clone(),
        };
        let stored = stack
            .aws()
            .put_in_force(publication, before.as_ref(), published);
        let done = stored.await? == Stored::Done;
        match form {
            Form::Programs => terminal.say_json(&outlook.report("published", done))?,
            Form::People if done => terminal.say(format!(
                "{} Release {} is in force; the functions take it up within ten seconds.",
                terminal.good("Published."),
                short(&publication.release)
            ))?,
            Form::People => (),
        }
        if !done {
            bail!(
                "somebody else has published to {} meanwhile: nothing was changed. Type the same again to \
                 see what it changes now",
                stack.name()
            );
        }
        Ok(Verdict::Fine)
    }
}

#[cfg(test)]
mod tests {
    use super::lies_in;

    #[test]
    fn a_stack_sends_from_its_own_domain_and_what_lies_below() {
        for (domain, lies) in [
            ("example.org", true),
            ("mail.example.org", true),
            ("badexample.org", false),
            ("example.com", false),
            ("org", false),
        ] {
            assert_eq!(lies_in(domain, "example.org"), lies, "{domain}");
        }
    }
}

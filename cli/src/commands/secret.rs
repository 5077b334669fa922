//! `waypost secret`: makes, replaces and retires what sources sign their posts with.

use std::path::Path;

use anyhow::Context;
use aws::Operator;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use wire::{HookKeys, Secret, TicketKeys};

use super::{EXIT_CODES, Verdict};
use crate::laptop::FOLDER;
use crate::output::{Form, Terminal};
use crate::random;

/// Makes the secrets of a stack: what sources sign with, and the key under which addresses are hashed.
///
/// Run it once after the first deployment. What is there already stays, so running it again changes nothing.
/// A signing secret is replaced without a pause: `--rotate` adds a new one, both are valid while the source
/// changes over, then `--retire` ends the old one. Functions follow within five minutes.
/// `--rotate-pages` adds a key for the links to the pages for recipients; links in old mails work for ever.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost secret --stack waypost              makes what is missing
  waypost secret --stack waypost --rotate     adds a new signing secret; the old one stays valid
  waypost secret --stack waypost --retire     only the newest one stays valid
  waypost secret --stack waypost --hook crm   shows what posts to the hook `crm` are signed with
  waypost secret --stack waypost --rotate-pages
                                              adds a key for the links in mails to come

A secret is printed once, when it is made. Who may read the stack's parameters can read it again:
  aws ssm get-parameter --with-decryption --name /waypost/waypost/signing-secrets

{EXIT_CODES}"))]
pub(super) struct Args {
    /// The stack's name; with --hook alone, the laptop's in this folder
    #[arg(long, value_name = "NAME", required_unless_present = "hook")]
    stack: Option<String>,
    /// Shows what posts to a hook are signed with: the hook's name, or the `secret` that waypost.yaml gives it
    #[arg(long, value_name = "NAME", conflicts_with_all = ["rotate", "retire", "rotate_pages"])]
    hook: Option<String>,
    /// Adds a new signing secret in front; those that there are stay valid
    #[arg(long, conflicts_with = "retire")]
    rotate: bool,
    /// Drops every signing secret but the newest
    #[arg(long)]
    retire: bool,
    /// Adds a new key for the links to the pages for recipients; those in mails that were sent keep working
    #[arg(long)]
    rotate_pages: bool,
    /// Prints what was done as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Makes, replaces or retires secrets.
pub(super) fn secret(args: &Args, terminal: Terminal) -> anyhow::Result<Verdict> {
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    runtime.block_on(async {
        if let Some(hook) = &args.hook {
            return show(hook, args, terminal).await;
        }
        let operator = Operator::open(args.stack.as_deref().unwrap_or_default()).await?;
        let plan = Plan::make(args, &operator).await?;
        let form = Form::asked(args.json);
        if form == Form::People {
            terminal.say(plan.announced(&operator))?;
        }
        plan.carry_out(&operator).await?;
        match form {
            Form::People => terminal.say(plan.told(&operator, terminal))?,
            Form::Programs => terminal.say_json(&plan.report(&operator))?,
        }
        Ok(Verdict::Fine)
    })
}

/// Shows what posts to a hook are signed with: it is derived, so it can be shown again and again.
async fn show(hook: &str, args: &Args, terminal: Terminal) -> anyhow::Result<Verdict> {
    let keys = match &args.stack {
        Some(stack) => {
            let operator = Operator::open(stack).await?;
            let keys = operator.parameter(ADDRESS_KEY).await?;
            keys.with_context(|| {
                format!("{stack} has no keys yet: waypost secret --stack {stack}")
            })?
        }
        None => {
            let file = Path::new(FOLDER).join(ADDRESS_KEY);
            let found = std::fs::read_to_string(&file);
            found.with_context(|| {
                let file = file.display();
                format!("cannot read {file}: `waypost serve` makes it; or say --stack NAME")
            })?
        }
    };
    let secrets = HookKeys::parse(&keys)?.texts(hook);
    let newest = secrets.first().map_or("", String::as_str);
    match Form::asked(args.json) {
        Form::People => {
            terminal.say(format!("\n  {}\n", terminal.strong(newest)))?;
            terminal.say(format!(
                "Give it to the system that hears of things as `{hook}`, over a safe way: it checks with it that a post \
                 is ours."
            ))?;
        }
        Form::Programs => {
            terminal.say_json(&serde_json::json!({ "hook": hook, "secret": newest }))?;
        }
    }
    Ok(Verdict::Fine)
}

/// What is to be done, decided before anything is.
struct Plan {
    /// The key for addresses, where there is none yet.
    address_key: Option<String>,
    /// The keys for addresses and pages with a new one at their end, where one is asked for.
    pages: Option<String>,
    /// A new signing secret.
    new: Option<String>,
    /// Those that were valid before and stay so.
    kept: Vec<String>,
    /// How many stop being valid.
    retired: usize,
}

impl Plan {
    async fn make(args: &Args, operator: &Operator) -> anyhow::Result<Self> {
        let (address_key, pages) = match operator.parameter(ADDRESS_KEY).await? {
            Some(keys) => {
                let known = TicketKeys::parse(&keys);
                let known = known.with_context(|| broken(operator, ADDRESS_KEY))?;
                if args.rotate_pages && !known.have_room() {
                    anyhow::bail!(FULL);
                }
                // The first names addresses, and the others open the links of mails that were sent: all stay.
                let new = args.rotate_pages.then(random::bytes::<32>).transpose()?;
                let added = |new| format!("{}\n{}", keys.trim_end(), STANDARD.encode(new));
                (None, new.map(added))
            }
            None => (Some(STANDARD.encode(random::bytes::<32>()?)), None),
        };
        let found = operator.parameter(SIGNING_SECRETS).await?;
        let mut kept: Vec<_> = found
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        for secret in &kept {
            Secret::parse(secret).with_context(|| broken(operator, SIGNING_SECRETS))?;
        }
        let new = if args.rotate || kept.is_empty() {
            Some(format!("whsec_{}", STANDARD.encode(random::bytes::<32>()?)))
        } else {
            None
        };
        let before = kept.len();
        if args.retire {
            kept.truncate(1);
        }
        Ok(Self {
            address_key,
            pages,
            new,
            retired: before - kept.len(),
            kept,
        })
    }

    async fn carry_out(&self, operator: &Operator) -> anyhow::Result<()> {
        if let Some(key) = &self.address_key
            && !operator.add_secret(ADDRESS_KEY, key).await?
        {
            anyhow::bail!("somebody else made the address key at this moment: run this again");
        }
        if let Some(keys) = &self.pages {
            operator.replace_secret(ADDRESS_KEY, keys).await?;
        }
        if self.new.is_none() && self.retired == 0 {
            return Ok(());
        }
        let valid: Vec<_> = self.new.iter().chain(&self.kept).cloned().collect();
        let valid = valid.join("\n");
        if self.kept.is_empty() {
            if !operator.add_secret(SIGNING_SECRETS, &valid).await? {
                anyhow::bail!("somebody else made a signing secret at this moment: run this again");
            }
            return Ok(());
        }
        operator.replace_secret(SIGNING_SECRETS, &valid).await
    }

    /// Says what will be done.
    fn announced(&self, operator: &Operator) -> String {
        let mut steps = Vec::new();
        if self.address_key.is_some() {
            steps.push("make the key under which addresses are hashed".to_owned());
        }
        if self.pages.is_some() {
            steps.push("add a key for the links to the pages for recipients".to_owned());
        }
        match (&self.new, self.kept.len()) {
            (Some(_), 0) => steps.push("make a signing secret".to_owned()),
            (Some(_), kept) => steps.push(format!(
                "add a signing secret to the {kept} that stay valid"
            )),
            (None, _) => (),
        }
        match self.retired {
            0 => (),
            1 => steps.push("end the older signing secret".to_owned()),
            retired => steps.push(format!("end the {retired} older signing secrets")),
        }
        let (stack, region) = (operator.stack(), operator.region());
        if steps.is_empty() {
            return format!("In {stack} ({region}) there is nothing to do.");
        }
        format!("In {stack} ({region}) this will {}.", steps.join(", and "))
    }

    /// Says what was done, and what to do now.
    fn told(&self, operator: &Operator, terminal: Terminal) -> String {
        let stack = operator.stack();
        let mut lines = Vec::new();
        if let Some(secret) = &self.new {
            lines.push(format!("\n  {}\n", terminal.strong(secret)));
            lines.push(format!(
                "It is shown only now. Give it to the system that posts to {}, over a safe way.",
                operator.wiring().events_url
            ));
        }
        if self.new.is_some() && !self.kept.is_empty() {
            lines.push(format!(
                "It is valid within five minutes. When every source signs with it: waypost secret --stack {stack} \
                 --retire"
            ));
        }
        if self.retired > 0 {
            lines.push(
                "Done. Posts signed with an older one are refused within five minutes.".to_owned(),
            );
        }
        if self.pages.is_some() {
            lines.push(
                "Done. Functions seal links with the new key as they start anew; links in mails that were sent keep \
                 working."
                    .to_owned(),
            );
        }
        if self.new.is_none() && self.pages.is_none() && self.retired == 0 {
            lines.push(match self.kept.len() {
                1 => "One signing secret is valid; --rotate adds another.".to_owned(),
                several => format!(
                    "{several} signing secrets are valid; --retire ends all but the newest."
                ),
            });
        }
        lines.join("\n")
    }

    fn report<'a>(&'a self, operator: &'a Operator) -> Report<'a> {
        Report {
            stack: operator.stack(),
            address_key: match (&self.address_key, &self.pages) {
                (Some(_), _) => "made",
                (None, Some(_)) => "added",
                (None, None) => "kept",
            },
            valid: self.kept.len() + usize::from(self.new.is_some()),
            retired: self.retired,
            secret: self.new.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct Report<'a> {
    stack: &'a str,
    address_key: &'static str,
    /// How many signing secrets are valid now.
    valid: usize,
    retired: usize,
    /// The new one, if one was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
}

fn broken(operator: &Operator, name: &str) -> String {
    let name = aws::parameter_name(operator.stack(), name);
    format!("the parameter {name} holds something else: mend it by hand, it is not overwritten")
}

const FULL: &str = "there are as many keys for pages as there can be, and none may go: each opens the links of \
                    mails that were sent";
const ADDRESS_KEY: &str = "address-key";
const SIGNING_SECRETS: &str = "signing-secrets";

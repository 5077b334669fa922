//! Writes messages as the files of a release.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::Message;
use super::fields::kind;

/// The files of a release, by path, and what is to be added to those that may be there already.
#[derive(Debug, Default)]
pub(crate) struct Files {
    /// Files of their own.
    pub(crate) whole: BTreeMap<String, String>,
    /// Events, by name: what stands in events.yaml about each.
    pub(crate) events: BTreeMap<String, String>,
}

/// Writes the files of some messages.
pub(crate) fn files(messages: &[Message]) -> Files {
    let mut files = Files::default();
    let mut params: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut titles: BTreeMap<&str, &str> = BTreeMap::new();
    let mut vars: BTreeSet<&str> = BTreeSet::from(["organisation"]);
    for message in messages {
        let known = params.entry(&message.event).or_default();
        known.extend(message.params.iter().map(String::as_str));
        titles.entry(&message.event).or_insert(&message.title);
        vars.extend(&message.vars);
        files
            .whole
            .insert(format!("templates/{}.md", message.name), template(message));
    }
    for message in messages {
        let known = params.get(message.event.as_str());
        let others = known.into_iter().flatten().copied();
        let others = others.filter(|param| !message.params.iter().any(|own| own == param));
        let name = format!("journeys/{}.yaml", message.name);
        files
            .whole
            .insert(name, journey(message, &others.collect::<Vec<_>>()));
    }
    for (event, params) in params {
        let title = titles.get(event).copied().unwrap_or_default();
        files
            .events
            .insert(event.to_owned(), declared(event, title, &params));
    }
    files
        .whole
        .insert("waypost.yaml".to_owned(), project(&vars));
    files
        .whole
        .insert("layouts/plain.mjml".to_owned(), LAYOUT.to_owned());
    files
}

fn template(message: &Message) -> String {
    let mut head = format!("---\nsubject: {}\n", quoted(&message.subject));
    if !message.preheader.is_empty() {
        let _ = writeln!(head, "preheader: {}", quoted(&message.preheader));
    }
    format!("{head}layout: plain\n---\n{}", message.body)
}

/// Writes a journey; `others` are what its event says and only other messages show.
fn journey(message: &Message, others: &[&str]) -> String {
    let unused = match others {
        [] => String::new(),
        _ => format!("unused: [{}]\n", others.join(", ")),
    };
    format!(
        "# yaml-language-server: $schema=../.waypost/journey.schema.json\njourney: {}\ntitle: {}\nkind: transactional\n\
         trigger: {{ event: {} }}\nreentry: unlimited\n{unused}steps:\n  - send: {}\n",
        message.name,
        quoted(&message.title),
        message.event,
        message.name
    )
}

fn declared(event: &str, title: &str, params: &BTreeSet<&str>) -> String {
    let mut text = format!("{event}:\n  title: {}\n", quoted(title));
    if params.is_empty() {
        return text + "  params: {}\n  example: {}\n";
    }
    text += "  params:\n";
    for param in params {
        let _ = match is_secret(param) {
            true => writeln!(
                text,
                "    {param}: {{ type: {}, sensitive: true }}",
                kind(param)
            ),
            false => writeln!(text, "    {param}: {}", kind(param)),
        };
    }
    text += "  example:\n";
    // Parameters of one thing stand together: `Person: { FullName: … }`.
    let mut tree: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for param in params {
        let (group, rest) = param.split_once('.').unwrap_or((param, ""));
        tree.entry(group).or_default().push(rest);
    }
    for (group, rests) in tree {
        if rests == [""] {
            let _ = writeln!(text, "    {group}: {}", example(group));
            continue;
        }
        let _ = writeln!(text, "    {group}:");
        for rest in rests.iter().filter(|rest| !rest.is_empty()) {
            let _ = writeln!(text, "      {rest}: {}", example(rest));
        }
    }
    text
}

/// Returns whether a parameter is the address of a page, as far as its name tells.
fn is_address(param: &str) -> bool {
    let param = param.to_ascii_lowercase();
    param.ends_with("url") || param.ends_with("link")
}

/// Returns whether a parameter lets somebody in, as far as its name tells: it is dropped after its mail.
fn is_secret(param: &str) -> bool {
    let param = param.to_ascii_lowercase();
    let words = ["accesscode", "password", "wachtwoord", "pincode", "token"];
    words.iter().any(|word| param.contains(word))
}

fn example(param: &str) -> &'static str {
    match kind(param) {
        "date" => "2026-12-01",
        "number" => "12",
        "text" => "\"Een regel.\\nNog een regel.\"",
        _ if is_address(param) => "https://voorbeeld.example/",
        _ => "Voorbeeld",
    }
}

fn project(vars: &BTreeSet<&str>) -> String {
    let mut text = "# yaml-language-server: $schema=.waypost/project.schema.json\n\
        # Fill in what is yours: the organisation, the sender, the vars.\n\
        waypost: 1\norganisation: Uw organisatie\nlocale: nl\ntime_zone: Europe/Amsterdam\n\
        senders:\n  default: { name: Uw organisatie, address: bericht@mail.uw-organisatie.example }\nvars:\n"
        .to_owned();
    for var in vars {
        let value = match *var {
            "review_days" => "5",
            "dashboard_url" => "https://dashboard.uw-organisatie.example/",
            "contact_address" => "info@uw-organisatie.example",
            _ => "Uw organisatie",
        };
        let _ = writeln!(text, "  {var}: {value}");
    }
    text
}

/// Writes a text as YAML in double quotes.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

const LAYOUT: &str = "\
<mjml lang=\"{{locale}}\">
  <mj-head>
    <mj-title>{{subject}}</mj-title>
    <mj-preview>{{preheader}}</mj-preview>
    <mj-attributes>
      <mj-all font-family=\"'Segoe UI', -apple-system, Roboto, Helvetica, Arial, sans-serif\" />
      <mj-text font-size=\"16px\" line-height=\"1.6\" />
    </mj-attributes>
  </mj-head>
  <mj-body>
    <mj-section><mj-column><mj-text>{{> content}}</mj-text></mj-column></mj-section>
    <mj-section><mj-column><mj-text font-size=\"14px\">{{vars.organisation}}</mj-text></mj-column></mj-section>
  </mj-body>
</mjml>
";

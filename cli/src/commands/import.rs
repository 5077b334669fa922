//! `waypost import`: brings over what was written for another system.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};

use super::{EXIT_CODES, Verdict};
use crate::output::{Form, Terminal};
use crate::spotler::{self, MESSAGE_MAX, Note};
use crate::words;

/// Brings over what was written for another system.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    from: From,
}

#[derive(Debug, clap::Subcommand)]
enum From {
    Spotler(Spotler),
}

/// Makes templates, events and journeys out of messages with [automationfield:X].
///
/// A message is a text, Markdown or HTML file. Lines at its top may say `Naam:`, `Tag:`, `Onderwerp:`, `Snippet:` and
/// `Titel:`; the rest is the text. A file that is there and says something else is never overwritten.
#[derive(Debug, clap::Args)]
#[command(after_long_help = format!("\
Examples:
  waypost import spotler berichten/ --out my-release
  waypost import spotler \"DATAWIJZER #1 Nieuwe aanmelding.txt\"

{EXIT_CODES}"))]
struct Spotler {
    /// A message, or a folder of messages
    from: PathBuf,
    /// The release's folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    /// Prints what was done as JSON, for programs
    #[arg(long)]
    json: bool,
}

/// Brings over messages.
pub(super) fn import(args: &Args, terminal: Terminal) -> anyhow::Result<Verdict> {
    let From::Spotler(args) = &args.from;
    let (messages, mut notes) = gather(&args.from)?;
    if messages.is_empty() {
        return nothing(&notes, Form::asked(args.json), terminal);
    }
    let written = write(&args.out, &messages, &mut notes)?;
    let checked = match release::compile(&args.out) {
        Ok(_) => None,
        Err(release::Failure::Rejected(rejection)) => Some(rejection.render(release::Color::Never)),
        Err(error @ release::Failure::Unreadable(_)) => bail!("{error}"),
    };
    let verdict = match notes.iter().any(|note| note.is_open) || checked.is_some() {
        true => Verdict::Wrong,
        false => Verdict::Fine,
    };
    match Form::asked(args.json) {
        Form::Programs => {
            terminal.say_json(&json!({
                "messages": messages.iter().map(|one| &one.title).collect::<Vec<_>>(), "written": written,
                "notes": listed(&notes), "sound": checked.is_none(),
            }))?;
        }
        Form::People => {
            show(&notes, terminal)?;
            if let Some(checked) = &checked {
                terminal.say(checked)?;
            }
            let count = words::count(messages.len(), "message");
            let files = words::count(written.len(), "file");
            terminal.say(format!(
                "{count}: {files} written into {}.",
                args.out.display()
            ))?;
            terminal.say("Each mail goes to everybody whom its event names: write `to:` into its journey where it is fewer.")?;
            terminal.say("Next: waypost check, then waypost preview, and look at every mail.\n")?;
        }
    }
    Ok(verdict)
}

/// Says that there was no message to bring over: then a release would be empty, so none is begun.
fn nothing(notes: &[Note], form: Form, terminal: Terminal) -> anyhow::Result<Verdict> {
    match form {
        Form::Programs => terminal.say_json(&json!({
            "messages": [], "written": [], "notes": listed(notes), "sound": null,
        }))?,
        Form::People => {
            show(notes, terminal)?;
            terminal.say("No message was brought over, so nothing is written.")?;
        }
    }
    Ok(Verdict::Wrong)
}

fn listed(notes: &[Note]) -> Vec<Value> {
    let notes = notes.iter().map(|note| {
        json!({ "file": note.file, "line": note.line, "column": note.column, "what": note.what, "open": note.is_open })
    });
    notes.collect()
}

fn show(notes: &[Note], terminal: Terminal) -> anyhow::Result<()> {
    for note in notes {
        let place = match note.line {
            0 => note.file.clone(),
            line => format!("{}:{line}:{}", note.file, note.column),
        };
        let word = if note.is_open { "to do" } else { "note" };
        terminal.say(format!("{word}: {place} {}", note.what))?;
    }
    Ok(())
}

/// Reads the messages of a file or folder; each has a name of its own.
fn gather(from: &Path) -> anyhow::Result<(Vec<spotler::Message>, Vec<Note>)> {
    let mut messages = Vec::new();
    let mut notes: Vec<Note> = Vec::new();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for file in found(from, &mut notes)? {
        let shown = file.display().to_string();
        let size = fs::metadata(&file)
            .with_context(|| format!("cannot read {shown}"))?
            .len();
        // Nothing larger is a message, so it is not even read.
        let bytes = if size > MESSAGE_MAX as u64 {
            vec![0; MESSAGE_MAX + 1]
        } else {
            fs::read(&file).with_context(|| format!("cannot read {shown}"))?
        };
        match spotler::read(&shown, &bytes) {
            Ok(message) => match names.entry(message.name.clone()) {
                Entry::Vacant(free) => {
                    free.insert(shown);
                    messages.push(message);
                }
                Entry::Occupied(first) => {
                    let (name, first) = (first.key(), first.get());
                    let what = format!(
                        "becomes `{name}`, as {first} does: it is left out; give it another `Naam:`"
                    );
                    notes.push(open(&shown, what));
                }
            },
            Err(what) => notes.push(open(&shown, what)),
        }
    }
    spotler::part(&mut messages);
    notes.extend(messages.iter().flat_map(|one| one.notes.clone()));
    Ok((messages, notes))
}

/// Writes what is not there yet; returns what was written.
fn write(
    out: &Path,
    messages: &[spotler::Message],
    notes: &mut Vec<Note>,
) -> anyhow::Result<Vec<String>> {
    let files = spotler::files(messages);
    let mut written = Vec::new();
    for (name, text) in &files.whole {
        let path = out.join(name);
        match there(&path)? {
            Some(there) if there == text.as_bytes() => continue,
            // The project and its layout are the customer's own from the first time on.
            Some(_) if name == "waypost.yaml" || name.starts_with("layouts/") => continue,
            Some(_) => {
                let what = "is there and says something else: it stays as it is; remove it and import again to take the new one";
                notes.push(open(&path.display().to_string(), what.to_owned()));
                continue;
            }
            None => put(&path, text)?,
        }
        written.push(name.clone());
    }
    let path = out.join("events.yaml");
    let before = String::from_utf8(there(&path)?.unwrap_or_default())
        .with_context(|| format!("{} is no text in UTF-8: save it so", path.display()))?;
    let declared = |event: &str| {
        before
            .lines()
            .any(|line| line.starts_with(&format!("{event}:")))
    };
    let mut after = before.clone();
    if !(after.is_empty() || after.ends_with('\n')) {
        after.push('\n');
    }
    for (event, text) in &files.events {
        if !declared(event) {
            after.push_str(text);
        } else if !before.contains(text.as_str()) {
            let what = format!(
                "declares `{event}` already, and otherwise: it stays as it is, and would be\n{text}"
            );
            notes.push(open(&path.display().to_string(), what));
        }
    }
    if after != before {
        put(&path, &after)?;
        written.push("events.yaml".to_owned());
    }
    Ok(written)
}

/// Returns what stands in a file; nothing only where there is none.
fn there(path: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

fn put(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .with_context(|| format!("cannot write {}", path.display()))
}

fn open(file: &str, what: String) -> Note {
    Note {
        file: file.to_owned(),
        line: 0,
        column: 0,
        what,
        is_open: true,
    }
}

/// Finds the messages: a file, or those of a folder, by name; tells what else is in it.
fn found(from: &Path, notes: &mut Vec<Note>) -> anyhow::Result<Vec<PathBuf>> {
    if from.is_file() {
        return Ok(vec![from.to_owned()]);
    }
    let folder = fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))?;
    let mut files = Vec::new();
    let mut others = Vec::new();
    for entry in folder {
        let path = entry?.path();
        let ending = path
            .extension()
            .and_then(|ending| ending.to_str())
            .unwrap_or_default()
            .to_ascii_lowercase();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() {
            let what = "is a folder, and folders in folders are not read: import it by itself";
            others.push(open(&path.display().to_string(), what.to_owned()));
        } else if ["txt", "md", "html", "htm"].contains(&ending.as_str()) {
            files.push(path);
        } else if !hidden {
            let what = "is left out: save it as .txt, .md or .html if it is a message";
            others.push(open(&path.display().to_string(), what.to_owned()));
        }
    }
    others.sort_by(|one, other| one.file.cmp(&other.file));
    notes.extend(others);
    ensure!(
        !files.is_empty(),
        "{} has no messages: .txt, .md or .html files",
        from.display()
    );
    ensure!(
        files.len() <= MESSAGES_MAX,
        "{} has {} messages; at most {MESSAGES_MAX} are read at once",
        from.display(),
        files.len()
    );
    files.sort();
    Ok(files)
}

const MESSAGES_MAX: usize = 500;

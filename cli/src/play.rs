//! Plays the posts of a release against a laptop: one event after another, each worked off before the next.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use jiff::Timestamp;
use release::Compiled;
use serde_json::Value;

use journey::ContactId;

use crate::http::Client;
use crate::laptop::Laptop;
use crate::post::{self, Event, Outcome};
use crate::timeline::Posted;

/// An event that waits to be posted.
#[derive(Debug)]
pub(crate) struct Script {
    /// The event's id, made from its file's name.
    id: String,
    /// When it happened at the source, if it says so.
    pub(crate) at: Option<Timestamp>,
    event: Event,
}

/// Reads the posts of a release: `posts/*.json`, by file name.
///
/// # Errors
/// Fails if there are none, or one of them is no event.
pub(crate) fn scripts(release: &Path) -> anyhow::Result<Vec<Script>> {
    let folder = release.join("posts");
    let entries = std::fs::read_dir(&folder).with_context(|| {
        format!(
            "there is nothing to play: {} has no folder `posts` with events as .json files",
            release.display()
        )
    })?;
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
            && path.is_file()
        {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() || files.len() > POSTS_MAX {
        bail!(
            "{} holds {} events to play, and 1 to {POSTS_MAX} are played",
            folder.display(),
            files.len()
        );
    }
    let mut ids = BTreeSet::new();
    let scripts = files.iter().map(|file| {
        let stem = file
            .file_stem()
            .map(|stem| stem.to_string_lossy())
            .unwrap_or_default();
        let event = post::read_event(file, None)?;
        Ok(Script {
            id: id(&stem, &mut ids),
            at: at(&event),
            event,
        })
    });
    scripts.collect()
}

fn at(event: &Event) -> Option<Timestamp> {
    let event: Value = serde_json::from_slice(&event.body).ok()?;
    event["timestamp"].as_str()?.parse().ok()
}

/// Makes an event's id from its file's name: what an HTTP header can carry, and each once.
fn id(stem: &str, used: &mut BTreeSet<String>) -> String {
    let visible = |c: char| if c.is_ascii_graphic() { c } else { '-' };
    let plain: String = stem.chars().map(visible).take(ID_MAX).collect();
    let mut id = plain.clone();
    let mut times = 1;
    while !used.insert(id.clone()) {
        times += 1;
        id = format!("{plain}-{times}");
    }
    id
}

/// Posts one event, and waits until its mails are sent.
///
/// Returns the event, and whether it was worked off: where it was not, no other will be.
///
/// # Errors
/// Fails where nobody answers.
pub(crate) async fn play(
    script: &Script,
    number: usize,
    compiled: &Compiled,
    laptop: &Laptop,
    client: &Client,
) -> anyhow::Result<(Posted, bool)> {
    // It may have been moved on since the first.
    let at = laptop.cloud().now();
    let Event { ty, body } = &script.event;
    let outcome =
        tokio::task::block_in_place(|| post::post(client, laptop.secret(), &script.id, at, body))?;
    let refused = match outcome {
        Outcome::Accepted(_) => None,
        Outcome::Refused(refusal) | Outcome::Busy(refusal) => Some(refusal.explain()),
    };
    let worked_off = laptop.worked_off(PATIENCE).await?;
    let event: Value = serde_json::from_slice(body)?;
    let posted = Posted {
        number,
        id: script.id.clone(),
        ty: ty.clone(),
        title: compiled
            .events
            .get(ty)
            .map(|event| event.title.clone())
            .unwrap_or_default(),
        subject: event["subject"].as_str().map(str::to_owned),
        people: event["people"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|person| person["id"].as_str())
            .map(ContactId::of)
            .collect(),
        at,
        refused,
        moved: BTreeSet::new(),
    };
    Ok((posted, worked_off))
}

/// How long one event may take before the next is posted.
const PATIENCE: Duration = Duration::from_secs(30);
const POSTS_MAX: usize = 500;
const ID_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::{id, scripts};

    #[test]
    fn events_are_played_by_file_name() {
        let dir = tempfile::tempdir().unwrap();
        let posts = dir.path().join("posts");
        fs::create_dir_all(posts.join("extra")).unwrap();
        for name in ["2-b.json", "1-a.json", "notes.txt", "extra/0.json"] {
            fs::write(posts.join(name), r#"{"type":"A"}"#).unwrap();
        }
        let ids: Vec<_> = scripts(dir.path())
            .unwrap()
            .into_iter()
            .map(|script| script.id)
            .collect();
        assert_eq!(ids, ["1-a", "2-b"]);
    }

    #[test]
    fn a_release_without_posts_says_what_is_missing() {
        let dir = tempfile::tempdir().unwrap();
        let error = scripts(dir.path()).unwrap_err().to_string();
        assert!(error.contains("has no folder `posts`"), "{error}");
    }

    #[test]
    fn every_file_name_gives_an_id_of_its_own() {
        let mut used = BTreeSet::new();
        let ids = ["1 é", "1 ë", "2"].map(|stem| id(stem, &mut used));
        assert_eq!(ids, ["1--", "1---2", "2"]);
    }
}

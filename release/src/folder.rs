//! Reads the files of a release from a folder, within limits, and points out slips in their names.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::words::{list_of, nearest};
use crate::{Defect, Place};

/// The texts of a release, and what was wrong with its files.
#[derive(Debug, Default)]
pub(crate) struct Folder {
    /// Text by path relative to the release's folder, with `/` between folders.
    pub(crate) files: BTreeMap<String, String>,
    /// What the files that are no text look like, to point into them.
    pub(crate) shown: BTreeMap<String, String>,
    /// Files that are there and could not be read as text.
    pub(crate) unreadable: Vec<String>,
    /// What was wrong.
    pub(crate) defects: Vec<Defect>,
}

/// A release's folder that cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the release in {}: {source}", path.display())]
pub struct Unreadable {
    path: PathBuf,
    source: std::io::Error,
}

impl Folder {
    /// Reads every file of the release in `dir`.
    ///
    /// # Errors
    /// Fails only where `dir` itself cannot be read; anything inside it is a defect.
    pub(crate) fn read(dir: &Path) -> Result<Self, Unreadable> {
        let mut folder = Self::default();
        let names = names(dir).map_err(|source| Unreadable {
            path: dir.to_owned(),
            source,
        })?;
        for name in names {
            let path = dir.join(&name);
            if path.is_dir() {
                folder.top_folder(&path, &name);
            } else {
                folder.top_file(&path, &name);
            }
        }
        Ok(folder)
    }

    fn top_file(&mut self, path: &Path, name: &str) {
        if TOP_FILES.contains(&name) {
            self.load(path, name);
        } else if let Some(meant) = slip(name, &TOP_FILES) {
            self.misnamed(name, meant);
        }
    }

    fn top_folder(&mut self, path: &Path, name: &str) {
        match FOLDERS.iter().find(|(folder, _)| *folder == name) {
            Some((_, extensions)) => self.folder(path, name, extensions, 1),
            None if IGNORED_FOLDERS.contains(&name) => (),
            None => {
                let known: Vec<&str> = FOLDERS.iter().map(|(folder, _)| *folder).collect();
                if let Some(meant) = slip(name, &known) {
                    self.misnamed(name, meant);
                }
            }
        }
    }

    fn folder(&mut self, path: &Path, name: &str, extensions: &[&str], depth: usize) {
        if depth > DEPTH_MAX {
            self.push(
                name,
                format!("folders are nested more than {DEPTH_MAX} deep"),
                "move it up",
            );
            return;
        }
        let entries = match names(path) {
            Ok(entries) => entries,
            Err(error) => {
                self.push(
                    name,
                    format!("the folder cannot be read: {error}"),
                    "see who may read it",
                );
                return;
            }
        };
        for entry in entries {
            let (path, name) = (path.join(&entry), format!("{name}/{entry}"));
            if path.is_dir() {
                self.folder(&path, &name, extensions, depth + 1);
                continue;
            }
            let extension = entry
                .rsplit_once('.')
                .map_or("", |(_, extension)| extension);
            if extensions.contains(&extension) {
                self.load(&path, &name);
            } else if let Some(meant) = meant_extension(extension, extensions) {
                let stem = name.strip_suffix(extension).unwrap_or(&name);
                self.misnamed(&name, &format!("{stem}{meant}"));
            }
        }
    }

    fn load(&mut self, path: &Path, name: &str) {
        if self.files.len() + self.unreadable.len() >= FILES_MAX {
            if self.files.len() + self.unreadable.len() == FILES_MAX {
                let what = format!("the release has more than {FILES_MAX} files");
                self.unreadable.push(name.to_owned());
                self.push(name, what, "split it into several releases");
            }
            return;
        }
        match read(path) {
            Ok(Text::Good(text)) => {
                self.files.insert(name.to_owned(), text);
            }
            Ok(Text::Strange { shown, at }) => {
                let mut place = start(name);
                place.span = at;
                let what = "the file is not UTF-8 text";
                let defect = Defect::new(place, what).label("the first strange byte");
                self.defects.push(defect.help("save it as UTF-8"));
                self.shown.insert(name.to_owned(), shown);
                self.unreadable.push(name.to_owned());
            }
            Err((what, help)) => {
                self.unreadable.push(name.to_owned());
                self.push(name, what, help);
            }
        }
    }

    fn misnamed(&mut self, name: &str, meant: &str) {
        self.push(
            name,
            format!("`{name}` is not read"),
            &format!("did you mean `{meant}`? Rename it, or remove it"),
        );
    }

    fn push(&mut self, file: &str, what: String, help: &str) {
        self.defects.push(Defect::new(start(file), what).help(help));
    }
}

/// What was found in a file.
enum Text {
    /// A text, without its byte-order mark, with `\n` at the end of each line: what is published
    /// does not depend on the editor, and lines and columns stay what they were.
    Good(String),
    /// Bytes that are no text from `at` on, which is the first of them in `shown`.
    Strange { shown: String, at: Range<usize> },
}

/// Reads one file.
fn read(path: &Path) -> Result<Text, (String, &'static str)> {
    let unreadable = |error: std::io::Error| {
        (
            format!("the file cannot be read: {error}"),
            "see whether it is there and who may read it",
        )
    };
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > FILE_BYTES_MAX {
        let what = format!("the file has {size} bytes, and at most {FILE_BYTES_MAX} are read");
        return Err((what, "split it"));
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    Ok(match String::from_utf8(bytes) {
        Ok(text) => {
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            Text::Good(text.replace("\r\n", "\n"))
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            Text::Strange {
                shown: String::from_utf8_lossy(error.as_bytes()).into_owned(),
                at: at..at + char::REPLACEMENT_CHARACTER.len_utf8(),
            }
        }
    })
}

/// Returns the place where a file begins.
pub(crate) fn start(file: &str) -> Place {
    Place {
        file: file.to_owned(),
        span: 0..0,
    }
}

/// Lists what stands in a folder, in a stable order, without hidden files, editors' copies and what
/// somebody wrote about the folder.
fn names(dir: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let about = name.to_lowercase().starts_with("readme");
        if !about && !name.starts_with(['.', '#']) && !name.ends_with('~') {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Returns which of `known` somebody meant who wrote `name`.
fn slip<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let yaml = |name: &str| match name.rsplit_once('.') {
        Some((stem, "yml")) => format!("{stem}.yaml"),
        _ => name.to_owned(),
    };
    nearest(&yaml(name), known.iter().copied())
}

/// Returns the extension that is read where somebody wrote another one for it.
fn meant_extension<'a>(written: &str, extensions: &[&'a str]) -> Option<&'a str> {
    let lower = written.to_lowercase();
    let meant = match lower.as_str() {
        "htm" | "xhtml" => "html",
        "markdown" | "mdown" | "mkd" => "md",
        "mjm" | "mjlm" => "mjml",
        "text" => "txt",
        "yalm" | "yml" | "ymal" => "yaml",
        other => other,
    };
    extensions
        .iter()
        .copied()
        .find(|extension| *extension == meant)
}

/// Says which files a release has, for somebody who has none.
pub(crate) fn layout() -> String {
    let folders = FOLDERS.iter().map(|(folder, _)| *folder);
    list_of(TOP_FILES.into_iter().chain(folders))
}

const TOP_FILES: [&str; 3] = ["waypost.yaml", "events.yaml", "audiences.yaml"];

/// The folders that are read, each with the extensions of its files.
const FOLDERS: [(&str, &[&str]); 5] = [
    ("events", &["yaml"]),
    ("journeys", &["yaml"]),
    ("layouts", &["html", "mjml"]),
    ("templates", &["html", "md", "mjml", "txt"]),
    ("tests", &["yaml"]),
];

/// Folders that belong to a release and hold nothing to check.
const IGNORED_FOLDERS: [&str; 4] = ["assets", "images", "out", "posts"];

/// How deep folders may nest inside `journeys/` and the others.
const DEPTH_MAX: usize = 4;

/// How many files a release may have.
const FILES_MAX: usize = 2_000;

/// How large one file may be.
const FILE_BYTES_MAX: u64 = 1 << 20;

//! Notices that the files of a release have changed: looked at, not subscribed to, so it works on every disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A release's files, as they were last seen.
pub(crate) struct Watch {
    dir: PathBuf,
    told: Stamps,
    seen: Stamps,
}

/// When each file was written, and its size.
type Stamps = BTreeMap<PathBuf, (SystemTime, u64)>;

impl Watch {
    /// Begins to watch a release's folder.
    pub(crate) fn new(dir: &Path) -> Self {
        let seen = stamps(dir);
        Self {
            dir: dir.to_owned(),
            told: seen.clone(),
            seen,
        }
    }

    /// Looks again; returns whether something has changed since it last said so, and is at rest by now.
    ///
    /// An editor writes a file in several steps, so what changed since the last look is looked at once more.
    pub(crate) fn has_changed(&mut self) -> bool {
        let now = stamps(&self.dir);
        if now != self.seen {
            self.seen = now;
            return false;
        }
        let changed = self.seen != self.told;
        if changed {
            self.told = self.seen.clone();
        }
        changed
    }
}

fn stamps(dir: &Path) -> Stamps {
    let mut stamps = Stamps::new();
    gather(dir, DEPTH_MAX, &mut stamps);
    stamps
}

/// Adds the files in a folder; what cannot be read has no stamp, and has one when it can be.
fn gather(dir: &Path, depth: usize, stamps: &mut Stamps) {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with('.') || stamps.len() >= FILES_MAX {
            continue;
        }
        let Ok(about) = std::fs::metadata(entry.path()) else {
            continue;
        };
        if about.is_dir() {
            if depth > 0 && !IGNORED.iter().any(|name| entry.file_name() == *name) {
                gather(&entry.path(), depth - 1, stamps);
            }
        } else if let Ok(written) = about.modified() {
            stamps.insert(entry.path(), (written, about.len()));
        }
    }
}

const DEPTH_MAX: usize = 5;
const FILES_MAX: usize = 5_000;

/// Folders that may stand beside a release and are no part of what is published.
const IGNORED: [&str; 4] = ["node_modules", "out", "posts", "target"];

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Watch;

    #[test]
    fn a_change_is_told_once_and_only_when_it_is_at_rest() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("templates")).unwrap();
        fs::create_dir_all(dir.path().join("posts")).unwrap();
        let file = dir.path().join("templates/a.md");
        fs::write(&file, "one").unwrap();

        let mut watch = Watch::new(dir.path());
        assert!(!watch.has_changed());
        fs::write(&file, "longer").unwrap();
        assert!(!watch.has_changed(), "it may still be written");
        assert!(watch.has_changed());
        assert!(!watch.has_changed());
        fs::remove_file(&file).unwrap();
        assert!(!watch.has_changed());
        assert!(watch.has_changed(), "a file that is gone is a change");
        for ignored in [".a.md.swp", "posts/1.json"] {
            fs::write(dir.path().join(ignored), "").unwrap();
        }
        assert!(!watch.has_changed());
        assert!(!watch.has_changed());
    }
}

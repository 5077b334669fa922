//! A folder that a command fills: emptied first, so that nothing in it is older than the rest.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// A folder that holds nothing but what this run has written.
pub(crate) struct OutFolder {
    path: PathBuf,
}

impl OutFolder {
    /// Makes `path`, or empties it; `usual` is the command's own folder.
    ///
    /// # Errors
    /// Fails if it cannot be written, or holds something that no run can have written: nobody loses a
    /// file because of a slip in `--out`.
    pub(crate) fn empty(path: &Path, usual: &str) -> anyhow::Result<Self> {
        let own = path == Path::new(usual);
        let name = path.display();
        fs::create_dir_all(path).with_context(|| format!("cannot make the folder {name}"))?;
        let mut ours = Vec::new();
        let entries = fs::read_dir(path).with_context(|| format!("cannot read {name}"))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot read {name}"))?;
            let file = entry.file_name().to_string_lossy().into_owned();
            let extension = file.rsplit_once('.').map(|(_, extension)| extension);
            if file.starts_with('.') {
                continue;
            }
            let written = own || extension.is_some_and(|one| WRITTEN.contains(&one));
            if entry.path().is_dir() || !written {
                bail!(
                    "{name} would be emptied, but holds {file}, which waypost did not write: \
                     give another folder with --out"
                );
            }
            ours.push(entry.path());
        }
        for file in ours {
            fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
        }
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// Writes one file.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> anyhow::Result<()> {
        let path = self.path.join(name);
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Returns where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Makes a part of a file name out of any text: letters, digits and hyphens, at most 60 of them.
pub(crate) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug: String = slug.chars().take(SLUG_MAX).collect();
    slug.trim_end_matches('-').to_owned()
}

/// The extensions of the files that commands write.
const WRITTEN: [&str; 3] = ["eml", "html", "txt"];
const SLUG_MAX: usize = 60;

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{OutFolder, slug};

    #[test]
    fn a_folder_is_emptied_of_what_earlier_runs_wrote() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out/mail");
        OutFolder::empty(&out, "")
            .unwrap()
            .write("1.eml", "old")
            .unwrap();
        fs::write(out.join(".keep"), "").unwrap();
        OutFolder::empty(&out, "").unwrap();
        let left: Vec<_> = fs::read_dir(&out)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(left, [".keep"]);
    }

    #[test]
    fn a_folder_with_somebodys_work_in_it_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("1.eml"), "").unwrap();
        fs::write(dir.path().join("thesis.odt"), "").unwrap();
        let error = OutFolder::empty(dir.path(), "").err().unwrap().to_string();
        assert!(error.contains("holds thesis.odt"), "{error}");
        assert!(dir.path().join("1.eml").exists());
    }

    #[test]
    fn any_text_becomes_a_file_name() {
        let slugs = [
            "TRACK_START",
            "Mina El Amrani",
            "../../etc",
            "…",
            "Zoë & Co.",
        ]
        .map(slug);
        assert_eq!(
            slugs,
            ["track-start", "mina-el-amrani", "etc", "", "zoë-co"]
        );
    }
}

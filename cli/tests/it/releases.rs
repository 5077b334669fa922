//! Releases in folders of their own.

use std::{fs, path::Path};

use serde_json::Value;
use tempfile::TempDir;

use crate::command::sera;

/// Copies the example, with other posts.
pub(crate) fn sera_with(posts: &[(&str, Value)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    copy(&sera(), folder.path());
    fs::create_dir(folder.path().join("posts")).unwrap();
    for (name, post) in posts {
        let file = folder.path().join(format!("posts/{name}.json"));
        fs::write(file, post.to_string()).unwrap();
    }
    folder
}

/// Writes a release.
pub(crate) fn of(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = (entry.as_ref().unwrap().path(), entry.unwrap().file_name());
        if name == "posts" {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

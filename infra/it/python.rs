//! Programs in Python, each list of packages in a virtual environment of its own below `target/`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::stack::root;

/// A virtual environment.
pub(crate) struct Python(PathBuf);

impl Python {
    /// Returns the environment `name` with the packages of `requirements`, and makes it first where it is not there.
    ///
    /// Where there is no Python to make it with, says loudly what is `unchecked`, and returns none. Somebody
    /// may have made it already: then the `variable` says where.
    ///
    /// # Panics
    ///
    /// Where there is Python, but the packages cannot be fetched.
    pub(crate) fn ready(
        name: &str,
        requirements: &str,
        unchecked: &str,
        variable: Option<&str>,
    ) -> Option<Self> {
        if let Some(made) = variable.and_then(told) {
            return Some(Self(made));
        }
        let place = scratch(name);
        let list = root().join(requirements);
        let wanted = fs::read_to_string(&list).expect("the requirements can be read");
        let stamp = place.join("requirements.txt");
        // Several tests may want it at once; the others wait for the first.
        let lock = fs::File::create(place.with_extension("lock"));
        let lock = lock.expect("the target folder can be written to");
        lock.lock().expect("a file can be locked");
        if fs::read_to_string(&stamp).is_ok_and(|there| there == wanted) {
            return Some(Self(place));
        }
        drop(fs::remove_dir_all(&place));
        let made = Command::new("python3")
            .args(["-m", "venv"])
            .arg(&place)
            .output();
        if !made.as_ref().is_ok_and(|made| made.status.success()) {
            let why = made.map_or_else(|error| error.to_string(), |made| said(&made));
            skip(unchecked, &why);
            return None;
        }
        let pip = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
        ];
        let installed = Command::new(place.join("bin/python"))
            .args(pip)
            .arg(&list)
            .output();
        let installed = installed.expect("the environment has a Python");
        assert!(
            installed.status.success(),
            "the packages of {requirements} cannot be fetched: {}",
            said(&installed)
        );
        fs::write(&stamp, wanted).expect("the target folder can be written to");
        Some(Self(place))
    }

    /// Returns a command that runs a program of this environment.
    pub(crate) fn command(&self, program: &str) -> Command {
        Command::new(self.0.join("bin").join(program))
    }
}

/// Returns where a test may put things.
pub(crate) fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Returns the environment that somebody has made already.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
fn told(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from)
}

/// Says that something was not checked. Not by a macro, whose output a passing test swallows.
fn skip(unchecked: &str, why: &str) {
    let told = format!(
        "\n*** NOT CHECKED: {unchecked}. {why}\n*** Install Python 3.10 or later, with venv and pip.\n"
    );
    let written = std::io::stderr().write_all(told.as_bytes());
    written.expect("stderr can be written to");
}

fn said(output: &Output) -> String {
    let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&said).into_owned()
}

//! The tools that build and deploy the template, and a linter, have nothing to say about it.
//!
//! They are written in Python and come into a virtual environment below `target/`, once. Where there is no
//! Python, or no way to fetch them, the tests say loudly that nothing was checked.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::stack::{root, source, text};

#[test]
fn sam_and_cfn_lint_find_nothing() {
    let Some(tools) = Tools::ready() else { return };
    let template = root().join("template.yaml");
    let template = template.to_string_lossy();
    let said = [
        tools.run("sam", &["validate", "--template", &template]),
        tools.run("sam", &["validate", "--lint", "--template", &template]),
        tools.translated(&template, "ours"),
    ];
    let wrong: Vec<_> = said.into_iter().filter_map(Result::err).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_gate_finds_in_the_translation_what_is_missed_in_the_template() {
    let Some(tools) = Tools::ready() else { return };
    let edits = [
        // An action that there is not.
        ("dynamodb:Query", "dynamodb:Querry", "W3037"),
        // Less than Lambda takes.
        (
            "{MaximumConcurrency: !Ref Concurrency}",
            "{MaximumConcurrency: 1}",
            "E3034",
        ),
        (
            "[ReportBatchItemFailures]",
            "[ReportBatchItemFailure]",
            "E3030",
        ),
    ];
    let mut broken = text();
    for (from, to, _) in edits {
        assert!(broken.contains(from), "`{from}` is not in the template");
        broken = broken.replacen(from, to, 1);
    }
    let path = scratch("broken-template.yaml");
    fs::write(&path, broken).expect("the target folder can be written to");
    let said = tools.translated(&path.to_string_lossy(), "broken");
    let said = said.expect_err("the linter finds what is broken");
    for (_, to, rule) in edits {
        assert!(said.contains(rule), "{to} is not found as {rule}: {said}");
    }
}

/// The tools, in a virtual environment.
struct Tools(PathBuf);

impl Tools {
    /// Returns the tools, and installs them first where they are not there.
    fn ready() -> Option<Self> {
        if let Some(ready) = told() {
            return Some(Self(ready));
        }
        match Self::installed() {
            Ok(tools) => Some(tools),
            Err(why) => {
                let mut stderr = std::io::stderr();
                // Not by a macro, whose output a passing test swallows.
                let written = writeln!(
                    stderr,
                    "\n*** NOT CHECKED: sam validate and cfn-lint. {why}\n*** Install Python 3.10 with venv, or let {VARIABLE} name a virtual environment with infra/requirements.txt.\n"
                );
                written.expect("stderr can be written to");
                None
            }
        }
    }

    fn installed() -> Result<Self, String> {
        let wanted = source("infra/requirements.txt");
        let place = scratch("python");
        let stamp = place.join("requirements.txt");
        // Two tests may want them at once; the second waits for the first.
        let lock = fs::File::create(scratch("python.lock")).map_err(|error| error.to_string())?;
        lock.lock().map_err(|error| error.to_string())?;
        if fs::read_to_string(&stamp).is_ok_and(|there| there == wanted) {
            return Ok(Self(place));
        }
        drop(fs::remove_dir_all(&place));
        let shown = place.to_string_lossy();
        run(Command::new("python3").args(["-m", "venv", &shown]))?;
        let list = root().join("infra/requirements.txt");
        let pip = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
        ];
        run(Command::new(place.join("bin/python")).args(pip).arg(list))?;
        fs::write(&stamp, wanted).map_err(|error| error.to_string())?;
        Ok(Self(place))
    }

    /// Translates a template, and lints what SAM makes of it.
    fn translated(&self, template: &str, name: &str) -> Result<String, String> {
        let out = scratch(&format!("{name}-translated.yaml"));
        let out = out.to_string_lossy();
        let script = root().join("infra/translate.py");
        self.run("python", &[&script.to_string_lossy(), template, &out])?;
        self.run("cfn-lint", &["--regions", "eu-west-1", "--", &out])
    }

    fn run(&self, tool: &str, args: &[&str]) -> Result<String, String> {
        let mut command = Command::new(self.0.join("bin").join(tool));
        command
            .args(args)
            .env("AWS_DEFAULT_REGION", "eu-west-1")
            .env("SAM_CLI_TELEMETRY", "0");
        run(&mut command)
    }
}

/// Runs a command and returns what it says; as an error where it fails.
fn run(command: &mut Command) -> Result<String, String> {
    let output = command
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    if output.status.success() {
        Ok(said)
    } else {
        Err(format!("{command:?}:\n{said}"))
    }
}

/// Returns the virtual environment that somebody has made already.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
fn told() -> Option<PathBuf> {
    std::env::var_os(VARIABLE).map(PathBuf::from)
}

fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

const VARIABLE: &str = "WAYPOST_VENV";

//! The tools that build and deploy the template, and a linter, have nothing to say about it.
//!
//! They are written in Python and come into a virtual environment below `target/`, once. Where there is no
//! Python, or no way to fetch them, the tests say loudly that nothing was checked.

use std::fs;
use std::process::Command;

use crate::python::{Python, scratch};
use crate::stack::{root, text};

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
struct Tools(Python);

impl Tools {
    /// Returns the tools, and installs them first where they are not there.
    fn ready() -> Option<Self> {
        let unchecked = "sam validate and cfn-lint";
        let python = Python::ready(
            "python",
            "infra/requirements.txt",
            unchecked,
            Some(VARIABLE),
        );
        python.map(Self)
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
        let mut command = self.0.command(tool);
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

const VARIABLE: &str = "WAYPOST_VENV";

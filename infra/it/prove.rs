//! The template, deployed to MiniStack with IAM enforced, does what it promises, and needs every right that it gives.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::python::{Python, scratch};
use crate::stack::root;

#[test]
fn the_deployed_template_works_and_needs_each_of_its_rights() {
    let unchecked = "the template was not deployed to MiniStack";
    let Some(python) = Python::ready(
        "python-prove",
        "infra/prove/requirements.txt",
        unchecked,
        None,
    ) else {
        return;
    };
    let lock = File::create(scratch("prove.lock")).expect("the target folder can be written to");
    lock.lock().expect("a file can be locked");
    let [bootstrap, waypost] = programs(["bootstrap", "waypost"]);
    let mut prove = python.command("python");
    prove
        .arg(root().join("infra/prove/prove.py"))
        .arg("--template")
        .arg(root().join("template.yaml"))
        .arg("--bootstrap")
        .arg(bootstrap)
        .arg("--waypost")
        .arg(waypost)
        .arg("--example")
        .arg(root().join("examples/sera"))
        .arg("--folder")
        .arg(scratch("prove"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        // It ends, and takes everything with it, when this process does: then its input ends.
        .stdin(Stdio::piped());
    let mut running = prove.spawn().expect("the proof starts");
    let input = running.stdin.take();
    let ended = running.wait().expect("the proof ends");
    drop(input);
    assert!(
        ended.success(),
        "not all is proven; what is not stands above"
    );
}

/// Builds programs of the workspace as `cargo test` does, so that after it there is nothing left to build.
fn programs<const N: usize>(names: [&str; N]) -> [PathBuf; N] {
    let target = scratch("..")
        .canonicalize()
        .expect("the target folder is there");
    let built = Command::new(env!("CARGO"))
        .args([
            "test",
            "--workspace",
            "--no-run",
            "--locked",
            "--message-format=json",
        ])
        .current_dir(root())
        .env("CARGO_TARGET_DIR", target)
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo starts");
    assert!(built.status.success(), "the workspace is not built");
    let artifacts: Vec<Value> = String::from_utf8_lossy(&built.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    names.map(|name| {
        let program = artifacts.iter().find_map(|artifact| {
            let is_program =
                artifact["target"]["kind"][0] == "bin" && artifact["profile"]["test"] == false;
            (is_program && artifact["target"]["name"] == name)
                .then(|| artifact["executable"].as_str())?
        });
        PathBuf::from(program.unwrap_or_else(|| panic!("there is no program {name}")))
    })
}

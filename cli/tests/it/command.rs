//! The command, typed in a folder.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// What a command said and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Prepares the command in a folder, with nothing of this test's own environment that it heeds.
pub(crate) fn waypost(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waypost"));
    command
        .current_dir(folder)
        .env_remove("RUST_LOG")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null());
    command
}

/// Types the command and waits for its end.
pub(crate) fn said(folder: &Path, words: &[&str]) -> Said {
    ended(waypost(folder).args(words))
}

/// Types the command as an operator of the stack whose AWS is at this endpoint.
pub(crate) fn operated(endpoint: &str, words: &[&str]) -> Said {
    let mut command = waypost(Path::new("."));
    command.env_clear().args(words).envs([
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("NO_COLOR", "1"),
    ]);
    ended(&mut command)
}

/// Waits for the end of a command.
pub(crate) fn ended(command: &mut Command) -> Said {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    Said {
        code: status.code().unwrap(),
        out: String::from_utf8(stdout).unwrap(),
        err: String::from_utf8(stderr).unwrap(),
    }
}

/// Returns the folder of the example that is shipped.
pub(crate) fn sera() -> PathBuf {
    let cli = Path::new(env!("CARGO_MANIFEST_DIR"));
    cli.parent().unwrap().join("examples/sera")
}

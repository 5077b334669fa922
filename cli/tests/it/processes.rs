//! The processes of a running Waypost, as Linux lists them.

use std::{
    fs,
    process::{Command, Stdio},
};

/// A process of a function.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct FunctionProcess {
    pub(crate) id: u32,
    /// The function's name.
    pub(crate) function: String,
    /// Where it was told to find AWS.
    pub(crate) endpoint: String,
}

/// Lists the functions that a process has started and that run.
pub(crate) fn functions_of(parent: u32) -> Vec<FunctionProcess> {
    let ours = ids().filter(|id| parent_of(*id) == Some(parent));
    ours.filter_map(function).collect()
}

/// Lists the functions that were told to find AWS at `endpoint`, whoever their parent is by now.
pub(crate) fn functions_at(endpoint: &str) -> Vec<FunctionProcess> {
    let functions = ids().filter_map(function);
    functions
        .filter(|process| process.endpoint == endpoint)
        .collect()
}

/// Kills a process with SIGKILL; one that is gone already is fine.
pub(crate) fn kill(id: u32) {
    signal(id, "-KILL");
}

/// Asks a process to end, with SIGTERM.
pub(crate) fn terminate(id: u32) {
    signal(id, "-TERM");
}

fn signal(id: u32, signal: &str) {
    let mut kill = Command::new("kill");
    kill.args([signal, &id.to_string()]).stderr(Stdio::null());
    kill.status().unwrap();
}

fn ids() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").unwrap();
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

/// `proc_pid_stat(5)`: the parent is the second field behind the name, which stands in parentheses.
fn parent_of(id: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(1)?.parse().ok()
}

fn function(id: u32) -> Option<FunctionProcess> {
    let environment = fs::read(format!("/proc/{id}/environ")).ok()?;
    let environment = String::from_utf8_lossy(&environment);
    let variable = |name: &str| {
        let mut lines = environment.split('\0');
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        value.map(str::to_owned)
    };
    Some(FunctionProcess {
        id,
        function: variable("AWS_LAMBDA_FUNCTION_NAME")?,
        endpoint: variable("AWS_ENDPOINT_URL")?,
    })
}

//! One process of a function: its environment, its output, its end.

use std::{io, process::Stdio, sync::Arc};

use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::{Child, Command},
};

use super::Function;
use crate::{meter::Counters, names, region::Region};

/// A running process. Dropping it kills it.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    id: Option<u32>,
    region: Arc<Region>,
}

impl Process {
    /// Starts the function's program with nothing but its own environment, as on Lambda.
    pub(super) fn start(
        region: &Arc<Region>,
        function: &Arc<Function>,
        runtime_api: &str,
    ) -> io::Result<Self> {
        let settings = &function.settings;
        let offset_s = region.clock.offset_ms() / 1000;
        let mut command = Command::new(&settings.program);
        command
            .args(&settings.args)
            .env_clear()
            .envs(function.env.iter().map(|(name, value)| (name, value)))
            .env("AWS_LAMBDA_RUNTIME_API", runtime_api)
            .env("AWS_LAMBDA_FUNCTION_NAME", &settings.name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env(
                "AWS_LAMBDA_LOG_GROUP_NAME",
                format!("/aws/lambda/{}", settings.name),
            )
            .env("AWS_LAMBDA_LOG_STREAM_NAME", names::new_id())
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .env(CLOCK_OFFSET, offset_s.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // Ctrl-C goes to the terminal's whole process group; the cloud decides when its functions end.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.spawn()?;
        if let Some(output) = child.stdout.take() {
            tokio::spawn(keep_lines(output, function.clone()));
        }
        if let Some(output) = child.stderr.take() {
            tokio::spawn(keep_lines(output, function.clone()));
        }
        let id = child.id();
        id.inspect(|id| region.counters.process_started(*id));
        Ok(Self {
            child,
            id,
            region: region.clone(),
        })
    }

    /// Waits until the process ends by itself, and says how.
    pub(super) async fn ended(&mut self) -> String {
        match self.child.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        }
    }

    /// Kills the process and waits until it is gone.
    pub(super) async fn kill(mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill().await;
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let counters: &Counters = &self.region.counters;
        self.id.inspect(|id| counters.process_ended(*id));
    }
}

async fn keep_lines(mut output: impl AsyncRead + Unpin, function: Arc<Function>) {
    let mut line = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(count @ 1..) = output.read(&mut chunk).await {
        for byte in &chunk[..count] {
            if *byte == b'\n' {
                function.keep_line(String::from_utf8_lossy(&line).into_owned());
                line.clear();
            } else if line.len() < LINE_BYTES_MAX {
                line.push(*byte);
            }
        }
    }
    if !line.is_empty() {
        function.keep_line(String::from_utf8_lossy(&line).into_owned());
    }
}

/// Tells a function how far the local clock runs ahead of the system's.
const CLOCK_OFFSET: &str = "WAYPOST_CLOCK_OFFSET_SECONDS";
const LINE_BYTES_MAX: usize = 16 * 1024;

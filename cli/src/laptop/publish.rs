//! Publishes a release into the local cloud, through the same adapter as into AWS.
//!
//! An AWS SDK is told by its environment where AWS is, and a process cannot safely change its own: so
//! the release is handed to another process of this program, as the functions are run.

use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use wire::Publication;

use crate::clock;

/// Starts `program` as the publisher and hands it a release.
pub(super) async fn hand_over(
    program: &Path,
    environment: Vec<(String, String)>,
    publication: &Publication,
) -> anyhow::Result<()> {
    let handed = serde_json::to_vec(&Handed {
        release: publication.release.clone(),
        texts: publication.texts.clone(),
    })?;
    let mut publisher = Command::new(program)
        .args(["function", PUBLISHER])
        .env_clear()
        .envs(environment)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {}", program.display()))?;
    if let Some(mut stdin) = publisher.stdin.take() {
        // It ends by itself when this fails, and then says why.
        let _ = stdin.write_all(&handed).await;
    }
    let ended = publisher.wait_with_output().await?;
    if !ended.status.success() {
        let why = String::from_utf8_lossy(&ended.stderr);
        bail!("the release could not be published: {}", why.trim());
    }
    Ok(())
}

/// Publishes the release that is handed over on standard input into `table`.
///
/// # Errors
/// Fails where AWS does.
pub(crate) async fn receive(table: &str) -> anyhow::Result<()> {
    let mut handed = Vec::new();
    let mut stdin = std::io::stdin().lock().take(HANDED_BYTES_MAX);
    stdin.read_to_end(&mut handed)?;
    let handed: Handed = serde_json::from_slice(&handed).context("no release was handed over")?;
    let publication = Publication {
        release: handed.release,
        texts: handed.texts,
    };
    aws::publish(table, &publication, clock::now()).await
}

/// A release on its way from one process to the next.
#[derive(Deserialize, Serialize)]
struct Handed {
    release: String,
    texts: Vec<(String, String)>,
}

/// The name that the publisher has among the functions.
pub(crate) const PUBLISHER: &str = "publish";
const HANDED_BYTES_MAX: u64 = 1 << 30;

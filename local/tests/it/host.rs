//! A cloud in a process of its own, so that a test can kill it.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
};

use local::Cloud;

use crate::world::{config, eventually};

/// The process; `Host::start` starts it with `--ignored`.
#[ignore = "a process that other tests start"]
#[tokio::test(flavor = "multi_thread")]
async fn process() {
    let folder = folder();
    let cloud = Cloud::start(config(Path::new(&folder))).await.unwrap();
    let urls = format!("{} {}", cloud.url(), cloud.aws_endpoint());
    let unfinished = Path::new(&folder).join("urls.new");
    fs::write(&unfinished, urls).unwrap();
    fs::rename(unfinished, Path::new(&folder).join("urls")).unwrap();
    std::future::pending::<()>().await;
}

#[expect(
    clippy::disallowed_methods,
    reason = "how the test tells its process what to do"
)]
fn folder() -> String {
    std::env::var(FOLDER).unwrap()
}

/// A cloud in a process of its own.
pub(crate) struct Host {
    process: Child,
    pub(crate) front: String,
    pub(crate) endpoint: String,
}

impl Host {
    /// Starts a cloud on the folder and waits until it serves.
    pub(crate) async fn start(folder: &Path) -> Self {
        let told = folder.join("urls");
        let _ = fs::remove_file(&told);
        let process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "host::process", "--ignored", "--nocapture"])
            .env(FOLDER, folder)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        eventually("the cloud's start", async || told.exists()).await;
        let urls = fs::read_to_string(told).unwrap();
        let (front, endpoint) = urls.split_once(' ').unwrap();
        Self {
            process,
            front: front.into(),
            endpoint: endpoint.into(),
        }
    }

    /// Kills the process, as the power button of the kernel would: SIGKILL.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

const FOLDER: &str = "LOCAL_TEST_FOLDER";

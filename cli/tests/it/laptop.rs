//! A running `waypost serve` in a folder of its own.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

use jiff::SignedDuration;
use journey::Phase;
use serde_json::Value;
use tempfile::TempDir;
use wire::Secret;

use crate::{
    cloud::{Cloud, text},
    command::{sera, waypost},
    http::{self, Answer},
    processes::{self, FunctionProcess},
    source::Source,
    time::{PATIENCE, eventually, within},
    tuning::say,
};

/// A laptop with Waypost on it.
pub(crate) struct Laptop {
    folder: TempDir,
    release: PathBuf,
    port: u16,
    log_filter: Option<String>,
    served: Option<Served>,
}

/// A running `serve`.
struct Served {
    process: Child,
    cloud: Cloud,
}

impl Laptop {
    /// Starts `waypost serve` with a release, in a fresh folder.
    pub(crate) fn start(release: &Path) -> Self {
        Self::start_logging(release, None)
    }

    /// The same, with a `RUST_LOG` of its own.
    pub(crate) fn start_logging(release: &Path, log_filter: Option<&str>) -> Self {
        let mut laptop = Self::stopped(release);
        laptop.log_filter = log_filter.map(str::to_owned);
        laptop.start_again();
        laptop
    }

    /// The same, with the key that another laptop hashed addresses with.
    pub(crate) fn start_with_key(release: &Path, address_key: &str) -> Self {
        let mut laptop = Self::stopped(release);
        let folder = laptop.folder().join(".waypost");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("address-key"), address_key).unwrap();
        laptop.start_again();
        laptop
    }

    fn stopped(release: &Path) -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            release: release.to_owned(),
            port: free_port(),
            log_filter: None,
            served: None,
        }
    }

    /// Returns one that several tests share; the last one to leave it stops it.
    ///
    /// They must not kill it, break its AWS or count what is not theirs.
    pub(crate) fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Laptop>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(laptop) = shared.upgrade() {
            return laptop;
        }
        let laptop = Arc::new(Self::start(&sera()));
        *shared = Arc::downgrade(&laptop);
        laptop
    }

    /// Starts `serve` where it was killed, and waits until it is there.
    pub(crate) fn start_again(&mut self) {
        assert!(self.served.is_none(), "it runs already");
        let mut command = waypost(self.folder());
        let port = self.port.to_string();
        command.args(["serve", "--port", &port, "--release"]);
        command.arg(&self.release);
        if let Some(filter) = &self.log_filter {
            command.env("RUST_LOG", filter);
        }
        let output = File::options()
            .create(true)
            .append(true)
            .open(self.output_file())
            .unwrap();
        let said_before = self.output().len();
        command.stdout(Stdio::from(output.try_clone().unwrap()));
        command.stderr(Stdio::from(output));
        let mut process = command.spawn().unwrap();
        let endpoint = eventually("`waypost serve` is there", || {
            if let Some(ended) = process.try_wait().unwrap() {
                panic!("serve ended with {ended}: {}", self.output());
            }
            // It says where everything is once it is ready.
            let output = self.output();
            let (_, rest) = output[said_before..].split_once("\n  aws      ")?;
            Some(rest.split_once(' ')?.0.to_owned())
        });
        let cloud = Cloud { endpoint };
        self.served = Some(Served { process, cloud });
    }

    /// Kills `serve` with SIGKILL. Its functions are left to themselves.
    pub(crate) fn kill(&mut self) -> Cloud {
        let mut served = self.served.take().unwrap();
        served.process.kill().unwrap();
        served.process.wait().unwrap();
        served.cloud
    }

    /// Asks `serve` to stop, as Ctrl-C and service managers do, and returns its exit code.
    pub(crate) fn stop(mut self) -> (Self, Option<i32>) {
        let mut served = self.served.take().unwrap();
        processes::terminate(served.process.id());
        let code = served.process.wait().unwrap().code();
        (self, code)
    }

    /// Waits until `serve` has printed something.
    #[track_caller]
    pub(crate) fn await_output(&self, text: &str) {
        eventually(text, || self.output().contains(text).then_some(()));
    }

    /// Returns its AWS.
    pub(crate) fn cloud(&self) -> &Cloud {
        &self.served.as_ref().unwrap().cloud
    }

    /// Lists its functions' processes, as far as they have started.
    pub(crate) fn functions(&self) -> Vec<FunctionProcess> {
        processes::functions_of(self.served.as_ref().unwrap().process.id())
    }

    /// Returns a source that is allowed to post to it.
    pub(crate) fn source(&self) -> Source {
        let secret = fs::read_to_string(self.folder().join(".waypost/secret")).unwrap();
        let ahead = self.cloud().now().duration_since(crate::time::now());
        Source {
            url: format!("{}/v1/events", self.url()),
            secret: Secret::parse(&secret).unwrap(),
            // The clock is only ever moved by whole seconds.
            ahead: SignedDuration::from_secs(ahead.as_secs()),
        }
    }

    /// Asks the front.
    pub(crate) fn ask(&self, method: &str, path: &str) -> Answer {
        http::ask(method, &format!("{}{path}", self.url()), &[], b"").unwrap()
    }

    /// Lists every mail, oldest first.
    pub(crate) fn inbox(&self) -> Vec<Value> {
        let answer = self.ask("GET", "/inbox.json");
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json().as_array().unwrap().clone()
    }

    /// Finds the mail to an address; fails the test when there are several.
    #[track_caller]
    pub(crate) fn mail_to(&self, address: &str) -> Option<Value> {
        let mails = self
            .inbox()
            .into_iter()
            .filter(|mail| mail["to"] == address);
        let mut mails: Vec<_> = mails.collect();
        assert!(mails.len() <= 1, "{} mails to {address}", mails.len());
        mails.pop()
    }

    /// Counts the mails for each address.
    pub(crate) fn mails_by_address(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for mail in self.inbox() {
            let to = mail["to"].as_str().unwrap().to_owned();
            *counts.entry(to).or_default() += 1;
        }
        counts
    }

    /// Waits until all queues but those of dead letters are empty.
    #[track_caller]
    pub(crate) fn settle(&self) {
        self.settle_within(PATIENCE);
    }

    /// The same, with a patience of its own.
    #[track_caller]
    pub(crate) fn settle_within(&self, longest: Duration) {
        let settled = within(longest, || {
            let queues = self.cloud().queues()?;
            let dead = |name: &String| name.ends_with("-dead");
            queues.keys().all(dead).then_some(())
        });
        assert!(
            settled.is_some(),
            "after {longest:?} there is left {}",
            self.left()
        );
    }

    /// The same, but what waits for its time in a queue need not wait for it.
    #[track_caller]
    pub(crate) fn settle_soon(&self) {
        eventually("the queues become empty", || {
            let queues = self.cloud().queues().unwrap();
            let mut queues = queues.iter().filter(|(name, _)| !name.ends_with("-dead"));
            let mut later = false;
            let idle = queues.all(|(_, [visible, in_flight, delayed])| {
                later |= in_flight + delayed > 0;
                *visible == 0
            });
            if idle && later {
                self.cloud().pass(VISIBILITY_TIMEOUT_S);
            }
            (idle && !later).then_some(())
        });
    }

    /// Fails the test unless everything came to its end: no dead letter, no parked run, no mail in doubt.
    #[track_caller]
    pub(crate) fn assert_all_done(&self) {
        let queues = self.cloud().queues().unwrap();
        assert_eq!(queues, BTreeMap::new(), "queues that hold something");
        for record in self.cloud().enrollments() {
            let enrollment = record.enrollment;
            let left = matches!(enrollment.phase, Phase::Left { .. });
            assert!(left, "{}: {:?}", enrollment.event, enrollment.phase);
        }
        for row in self.cloud().scan("sends") {
            assert_eq!(text(&row, "state"), "accepted", "{row:?}");
        }
    }

    /// Tells what is not at its end.
    fn left(&self) -> String {
        let records = self.cloud().enrollments().into_iter();
        let runs = records.filter(|record| !matches!(record.enrollment.phase, Phase::Left { .. }));
        let rows = self.cloud().scan("sends").into_iter();
        let sends = rows.filter(|row| text(row, "state") != "accepted");
        format!(
            "{:?}\n{:#?}\n{:#?}",
            self.cloud().queues(),
            runs.collect::<Vec<_>>(),
            sends.collect::<Vec<_>>(),
        )
    }

    /// Returns what `serve` has printed.
    pub(crate) fn output(&self) -> String {
        fs::read_to_string(self.output_file()).unwrap_or_default()
    }

    /// Returns what its cloud and functions have logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder().join(".waypost/functions.log")).unwrap_or_default()
    }

    /// Returns where it keeps everything.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn output_file(&self) -> PathBuf {
        self.folder().join("output.txt")
    }
}

impl Drop for Laptop {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<_> = log.lines().collect();
            let last = &lines[lines.len().saturating_sub(LINES_SHOWN)..];
            say(&format!("{}\n{}", self.output(), last.join("\n")));
        }
        if self.served.is_some() {
            self.kill();
        }
    }
}

/// Keeps other heavy tests waiting, so that each has the machine almost to itself.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Finds a port that stays free while `serve` is dead: none that the system gives away by itself.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % PORTS).unwrap();
    loop {
        let count = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST_PORT + (start + count) % u16::try_from(PORTS).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// After which a message comes back whose receiver is gone.
const VISIBILITY_TIMEOUT_S: i64 = 30;
/// What is shown of the log when a test fails.
const LINES_SHOWN: usize = 60;
/// Linux gives away ports from 32768 on.
const FIRST_PORT: u16 = 20_000;
const PORTS: u32 = 12_000;

//! AWS Lambda: every declared function runs as real processes that speak the Runtime API.
//!
//! Deliberate differences from AWS: a process, once started, stays and never freezes; `concurrency` is the limit of
//! processes; invocations beyond it wait their turn (up to 1,000 of them, then 429) instead
//! of being throttled at once; nothing limits memory; the deadline that a function is told is by the system's time,
//! which is the one its own runtime compares with.

mod line;
pub(crate) mod mapping;
mod process;
mod runtime_api;
mod worker;

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use hyper::body::Bytes;
use serde_json::json;
use tokio::{
    sync::{oneshot, watch},
    task::JoinSet,
};

use line::Line;

use crate::{config, faults::Fault, names::new_id, region::Region};

/// The functions of a running cloud.
#[derive(Default)]
pub(crate) struct Functions {
    functions: BTreeMap<String, Arc<Function>>,
}

/// One function: its settings, its waiting invocations and its last log lines.
pub(crate) struct Function {
    pub(crate) settings: config::Function,
    /// The environment of its processes, without the clock's offset.
    env: Vec<(String, String)>,
    line: Arc<Line>,
    /// Changes when every process has to be replaced at once.
    replacements: watch::Sender<u64>,
    log: Mutex<VecDeque<String>>,
    log_bytes: AtomicU64,
}

/// One call of a function.
pub(crate) struct Invocation {
    id: String,
    payload: Bytes,
    reply: oneshot::Sender<Result<Bytes, FunctionError>>,
}

/// Why an invocation gave no result.
#[derive(Debug, Clone)]
pub(crate) enum FunctionError {
    /// There is no such function.
    Unknown,
    /// Too many invocations wait already.
    Throttled,
    /// The payload is larger than Lambda takes.
    TooLarge,
    /// The function failed, timed out or died; the error object as the caller gets it.
    Failed(Bytes),
}

impl FunctionError {
    /// A failure in the words of Lambda.
    fn failed(kind: &str, message: &str) -> Self {
        let error = json!({"errorType": kind, "errorMessage": message});
        Self::Failed(error.to_string().into())
    }
}

impl fmt::Debug for Functions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.functions.keys()).finish()
    }
}

impl Functions {
    /// Starts the workers; dropping them kills their processes.
    pub(crate) fn start(
        region: &Arc<Region>,
        settings: Vec<config::Function>,
        shared_env: &[(String, String)],
    ) -> (Self, JoinSet<()>) {
        let (mut functions, mut workers) = (Self::default(), JoinSet::new());
        for settings in settings {
            let function = Arc::new(Function::new(settings, shared_env));
            for _ in 0..function.settings.concurrency {
                let worker = worker::Worker::new(region.clone(), function.clone());
                workers.spawn(worker.run());
            }
            functions
                .functions
                .insert(function.settings.name.clone(), function);
        }
        (functions, workers)
    }

    /// Calls a function and waits for its result. Every caller comes through here and meets the faults that wait
    /// for `Invoke <function>`.
    pub(crate) async fn invoke(
        &self,
        region: &Region,
        name: &str,
        payload: impl Into<Bytes>,
    ) -> Result<Bytes, FunctionError> {
        let payload = payload.into();
        let Some(fault) = region.faults.take(&format!("Invoke {name}")) else {
            return self.call(name, payload).await;
        };
        let failed = || FunctionError::failed("Runtime.Unknown", "a failure was asked for");
        match fault {
            Fault::Refuse { .. } | Fault::Fail | Fault::Drop => Err(failed()),
            Fault::LoseReply | Fault::LieReply => {
                self.call(name, payload).await?;
                Err(failed())
            }
            Fault::Delay { .. } => {
                tokio::time::sleep(fault.delay()).await;
                self.call(name, payload).await
            }
            Fault::Twice => {
                self.call(name, payload.clone()).await?;
                self.call(name, payload).await
            }
            Fault::KillBefore { function } => {
                self.kill(&function);
                Err(failed())
            }
            Fault::KillAfter { function } => {
                self.call(name, payload).await?;
                self.kill(&function);
                Err(failed())
            }
        }
    }

    async fn call(&self, name: &str, payload: Bytes) -> Result<Bytes, FunctionError> {
        let function = self.functions.get(name).ok_or(FunctionError::Unknown)?;
        if payload.len() > PAYLOAD_BYTES_MAX {
            return Err(FunctionError::TooLarge);
        }
        let (reply, result) = oneshot::channel();
        let invocation = Invocation {
            id: new_id(),
            payload,
            reply,
        };
        if !function.line.push(invocation) {
            return Err(FunctionError::Throttled);
        }
        let stopped = || FunctionError::failed("Runtime.ExitError", "the local cloud was stopped");
        result.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Whether there is such a function.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.functions.contains_key(name)
    }

    /// Kills every process of the function; new ones take their place. False when there is no such function.
    pub(crate) fn kill(&self, name: &str) -> bool {
        let function = self.functions.get(name);
        function
            .inspect(|function| function.replace_processes())
            .is_some()
    }

    /// Replaces every process of every function.
    pub(crate) fn restart(&self) {
        for function in self.functions.values() {
            function.replace_processes();
        }
    }

    /// How many bytes each function wrote, as CloudWatch bills them.
    pub(crate) fn log_bytes(&self) -> BTreeMap<String, u64> {
        let functions = self.functions.iter();
        functions
            .map(|(name, function)| (name.clone(), function.log_bytes.load(Ordering::Relaxed)))
            .collect()
    }

    /// The last lines that the function wrote, oldest first.
    pub(crate) fn log(&self, name: &str) -> Option<Vec<String>> {
        Some(self.functions.get(name)?.last_lines(LOG_LINES_MAX))
    }
}

impl Function {
    fn new(settings: config::Function, shared_env: &[(String, String)]) -> Self {
        let mut env = shared_env.to_vec();
        env.extend(settings.env.iter().cloned());
        Self {
            settings,
            env,
            line: Arc::default(),
            replacements: watch::Sender::new(0),
            log: Mutex::default(),
            log_bytes: AtomicU64::new(0),
        }
    }

    fn replace_processes(&self) {
        self.replacements.send_modify(|count| *count += 1);
    }

    fn keep_line(&self, line: String) {
        tracing::debug!(function = self.settings.name, "{line}");
        let bytes = u64::try_from(line.len()).unwrap_or(u64::MAX) + LOG_LINE_EXTRA_BYTES;
        self.log_bytes.fetch_add(bytes, Ordering::Relaxed);
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() == LOG_LINES_MAX {
            log.pop_front();
        }
        log.push_back(line);
    }

    fn last_lines(&self, count: usize) -> Vec<String> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.iter()
            .skip(log.len().saturating_sub(count))
            .cloned()
            .collect()
    }
}

/// The most bytes of a synchronous invocation's payload and of its result.
pub(crate) const PAYLOAD_BYTES_MAX: usize = 6 * 1024 * 1024;
const LOG_LINES_MAX: usize = 200;
/// What CloudWatch Logs adds to the size of each event (`PutLogEvents`).
const LOG_LINE_EXTRA_BYTES: u64 = 26;

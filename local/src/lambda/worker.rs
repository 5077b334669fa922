//! The keeper of one process of a function: starts it when it is needed, feeds it invocations, ends it.

use std::{io, sync::Arc, time::Duration};

use hyper::body::Bytes;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot, watch},
    time::Instant,
};

use super::{
    Function, FunctionError, Invocation,
    line::Place,
    process::Process,
    runtime_api::{self, Delivery, Word},
};
use crate::{
    clock::system_ms,
    http::{Server, serve},
    names,
    region::Region,
};

/// Keeps one process of a function running.
pub(super) struct Worker {
    region: Arc<Region>,
    function: Arc<Function>,
    replacements: watch::Receiver<u64>,
}

/// A process and the Runtime API that is its own, so that no word of an earlier process is taken for one of this.
struct Pair {
    process: Process,
    words: mpsc::Receiver<Word>,
    _runtime_api: Server,
}

/// Why a process was left.
enum End {
    /// It ended by itself; how.
    Died(String),
    /// It is to be replaced, through no fault of its own.
    Replaced,
    /// It was too slow, with an invocation or with its start.
    Late(&'static str),
}

impl Worker {
    pub(super) fn new(region: Arc<Region>, function: Arc<Function>) -> Self {
        let replacements = function.replacements.subscribe();
        Self {
            region,
            function,
            replacements,
        }
    }

    /// Runs processes one after the other, forever.
    pub(super) async fn run(mut self) {
        let mut deaths = 0;
        loop {
            let mut place = self.function.line.need().await;
            let started = Instant::now();
            // A replacement that was asked for before now is this very start.
            self.replacements.mark_unchanged();
            let end = match self.start().await {
                Ok(mut pair) => {
                    let end = self.feed(&mut pair, &mut place).await;
                    pair.process.kill().await;
                    end
                }
                Err(error) => End::Died(format!("it could not be started: {error}")),
            };
            let name = &self.function.settings.name;
            // As on Lambda, an invocation fails with the start that was made for it.
            let replaced = matches!(end, End::Replaced);
            if !replaced && let Some(invocation) = place.abandoned() {
                let message = format!("RequestId: {} Error: Runtime exited", invocation.id);
                let error = FunctionError::failed("Runtime.ExitError", &message);
                let _ = invocation.reply.send(Err(error));
            }
            drop(place);
            match end {
                End::Replaced => deaths = 0,
                End::Late(what) => {
                    deaths = 0;
                    tracing::warn!(
                        function = name,
                        "Function {name} was too slow {what}; its process was killed"
                    );
                }
                End::Died(how) => {
                    deaths = if started.elapsed() > LIVELY {
                        1
                    } else {
                        deaths + 1
                    };
                    let lines = self.function.last_lines(LINES_TOLD).join("\n");
                    tracing::error!(
                        function = name,
                        "A process of function {name} ended ({how}). Its last lines:\n{lines}"
                    );
                    self.pause(deaths).await;
                }
            }
        }
    }

    async fn start(&self) -> io::Result<Pair> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let (sender, words) = mpsc::channel(WORDS_MAX);
        let handler = move |call| runtime_api::answer_call(call, sender.clone());
        let server = serve(listener, runtime_api::BODY_BYTES_MAX, handler);
        let process = Process::start(&self.region, &self.function, &address)?;
        Ok(Pair {
            process,
            words,
            _runtime_api: server,
        })
    }

    /// Waits the longer the more often the process has died at once, unless a replacement is asked for.
    async fn pause(&mut self, deaths: u32) {
        let pause = PAUSE_MIN.saturating_mul(1 << (deaths.saturating_sub(1)).min(10));
        tokio::select! {
            () = tokio::time::sleep(pause.min(PAUSE_MAX)) => {}
            _ = self.replacements.changed() => {}
        }
    }

    async fn feed(&mut self, pair: &mut Pair, place: &mut Place) -> End {
        loop {
            let next = match self.await_next(pair).await {
                Ok(next) => next,
                Err(end) => return end,
            };
            let invocation = match self.await_invocation(pair, place).await {
                Ok(invocation) => invocation,
                Err(end) => return end,
            };
            let settings = &self.function.settings;
            let timeout = settings.timeout;
            let delivery = Delivery {
                id: invocation.id.clone(),
                payload: invocation.payload.clone(),
                deadline_ms: system_ms() + i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX),
                function_arn: names::function_arn(&settings.name),
            };
            if next.send(delivery).is_err() {
                // It asked and went away; whoever asks next gets it.
                place.put_back(invocation);
                continue;
            }
            self.region.counters.invocation(&settings.name);
            let started = Instant::now();
            let (result, end) = self.await_result(pair, &invocation.id, timeout).await;
            let name = &self.function.settings.name;
            self.region.counters.duration(name, started.elapsed());
            if end.is_none() {
                // Before the caller knows, so that its next call finds this process.
                place.free();
            }
            // The caller may have gone away.
            let _ = invocation.reply.send(result);
            if let Some(end) = end {
                return end;
            }
        }
    }

    /// Waits until the process asks for its next invocation.
    async fn await_next(&mut self, pair: &mut Pair) -> Result<oneshot::Sender<Delivery>, End> {
        let too_late = tokio::time::sleep(INIT_MAX);
        tokio::pin!(too_late);
        loop {
            let word = tokio::select! {
                word = pair.words.recv() => word,
                how = pair.process.ended() => return Err(End::Died(how)),
                _ = self.replacements.changed() => return Err(End::Replaced),
                () = &mut too_late => return Err(End::Late("to ask for an invocation")),
            };
            match word {
                Some(Word::Next(next)) if !next.is_closed() => return Ok(next),
                Some(Word::InitError(error)) => {
                    self.function
                        .keep_line(String::from_utf8_lossy(&error).into_owned());
                }
                // Left over from an invocation that timed out, or from an earlier process.
                Some(
                    Word::Next(_)
                    | Word::Response { .. }
                    | Word::Error { .. }
                    | Word::TooLarge { .. },
                )
                | None => {}
            }
        }
    }

    async fn await_invocation(
        &mut self,
        pair: &mut Pair,
        place: &mut Place,
    ) -> Result<Invocation, End> {
        tokio::select! {
            // First of all: after a move of the clock no process of before gets an invocation.
            biased;
            _ = self.replacements.changed() => Err(End::Replaced),
            how = pair.process.ended() => Err(End::Died(how)),
            invocation = place.take() => Ok(invocation),
        }
    }

    /// Waits for the invocation's result, and says if the process did not survive it.
    async fn await_result(
        &mut self,
        pair: &mut Pair,
        id: &str,
        timeout: Duration,
    ) -> (Result<Bytes, FunctionError>, Option<End>) {
        let too_late = tokio::time::sleep(timeout);
        tokio::pin!(too_late);
        loop {
            let word = tokio::select! {
                // A process may answer and end: then the answer counts.
                biased;
                word = pair.words.recv() => word,
                how = pair.process.ended() => {
                    let message = format!("RequestId: {id} Error: Runtime exited with error: {how}");
                    let error = FunctionError::failed("Runtime.ExitError", &message);
                    return (Err(error), Some(End::Died(how)));
                }
                _ = self.replacements.changed() => {
                    let message = format!("RequestId: {id} Error: the process was killed");
                    let error = FunctionError::failed("Runtime.ExitError", &message);
                    return (Err(error), Some(End::Replaced));
                }
                () = &mut too_late => {
                    let seconds = timeout.as_secs_f64();
                    let message = format!("RequestId: {id} Error: Task timed out after {seconds:.2} seconds");
                    let error = FunctionError::failed("Sandbox.Timedout", &message);
                    return (Err(error), Some(End::Late("with an invocation")));
                }
            };
            match word {
                Some(Word::Response { id: ended, result }) if ended == id => {
                    return (Ok(result), None);
                }
                Some(Word::Error { id: ended, error }) if ended == id => {
                    return (Err(FunctionError::Failed(error)), None);
                }
                Some(Word::TooLarge { id: ended }) if ended == id => {
                    let error = FunctionError::failed(
                        "Function.ResponseSizeTooLarge",
                        "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
                    );
                    return (Err(error), None);
                }
                Some(_) | None => {}
            }
        }
    }
}

/// A process that lived this long did not die at once.
const LIVELY: Duration = Duration::from_secs(5);
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// Lambda gives a function 10 seconds to start; a busy laptop gets more.
const INIT_MAX: Duration = Duration::from_secs(30);
const WORDS_MAX: usize = 16;
const LINES_TOLD: usize = 20;

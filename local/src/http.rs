//! A small HTTP server: whole requests in, whole answers out, or a connection that is closed without one.

use std::{fmt, future::Future, net::SocketAddr, sync::Arc, time::Duration};

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{
    HeaderMap, Method, Request, Response, StatusCode, Uri, body::Bytes, header,
    server::conn::http1, service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

/// A whole request.
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    /// `Err` when the body is larger than the server takes.
    pub(crate) body: Result<Bytes, TooLarge>,
    pub(crate) peer: SocketAddr,
}

impl Call {
    /// The header's value, if it is there and is ASCII.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// A body that is larger than the server takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TooLarge;

/// A whole answer.
pub(crate) type Answer = Response<Full<Bytes>>;

/// What a handler wants done with the connection.
pub(crate) enum Reply {
    Answer(Answer),
    /// Close the connection without a byte of an answer.
    HangUp,
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        Self::Answer(answer)
    }
}

/// A running server. Dropping it closes the port and every connection.
#[derive(Debug)]
pub(crate) struct Server {
    accepting: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Serves `handler` on `listener`; bodies hold at most `body_max` bytes.
pub(crate) fn serve<H, F>(listener: TcpListener, body_max: usize, handler: H) -> Server
where
    H: Fn(Call) -> F + Send + Sync + 'static,
    F: Future<Output = Reply> + Send + 'static,
{
    let handler = Arc::new(handler);
    let accepting = tokio::spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => {
                        connections.spawn(converse(stream, peer, body_max, handler.clone()));
                    }
                    // Out of file descriptors, mostly: others must be closed first.
                    Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
                },
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
            }
        }
    });
    Server { accepting }
}

/// Handles the requests of one connection until it closes.
async fn converse<H, F>(stream: TcpStream, peer: SocketAddr, body_max: usize, handler: Arc<H>)
where
    H: Fn(Call) -> F + Send + Sync + 'static,
    F: Future<Output = Reply> + Send + 'static,
{
    // Answers are small and awaited: Nagle's algorithm would only delay them.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<hyper::body::Incoming>| {
        let handler = handler.clone();
        async move {
            let Ok(call) = read(request, peer, body_max).await else {
                return Err(HungUp);
            };
            match handler(call).await {
                Reply::Answer(answer) => Ok(answer),
                Reply::HangUp => Err(HungUp),
            }
        }
    });
    // An error here is the client's going away, or a hang-up that was asked for.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn read(
    request: Request<hyper::body::Incoming>,
    peer: SocketAddr,
    body_max: usize,
) -> Result<Call, HungUp> {
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, body_max).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(TooLarge),
        Err(_) => return Err(HungUp),
    };
    Ok(Call {
        method: head.method,
        uri: head.uri,
        headers: head.headers,
        body,
        peer,
    })
}

/// An answer of this status, content type and body.
pub(crate) fn answer(status: u16, content_type: &str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    set_header(&mut answer, header::CONTENT_TYPE.as_str(), content_type);
    answer
}

/// Sets a header; a name or value that HTTP cannot carry is left out.
pub(crate) fn set_header(answer: &mut Answer, name: &str, value: &str) {
    let name = header::HeaderName::from_bytes(name.as_bytes());
    if let (Ok(name), Ok(value)) = (name, header::HeaderValue::from_str(value)) {
        answer.headers_mut().insert(name, value);
    }
}

/// Ends a connection without an answer.
#[derive(Debug)]
struct HungUp;

impl fmt::Display for HungUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection was closed on purpose")
    }
}

impl std::error::Error for HungUp {}

const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

//! The HTTP client: one try, a short patience, no redirects, nothing of the answer but its status.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use engine::{HookPost, Hooks, Unposted};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as Pooled;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::time::{Instant, timeout};

use crate::public::{Private, Reach, Resolver};

/// Posts to other systems.
pub(crate) struct Client {
    http: Pooled<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>,
    reach: Reach,
    /// Which systems have kept somebody waiting in vain, and until when nobody else waits for them.
    silent: Mutex<BTreeMap<String, Instant>>,
}

impl Client {
    /// Prepares to post.
    ///
    /// # Errors
    ///
    /// Fails where there are no certificates to trust.
    pub(crate) fn new(reach: Reach) -> std::io::Result<Self> {
        let mut connector = HttpConnector::new_with_resolver(Resolver::new(reach));
        connector.enforce_http(false);
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let https = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(provider)?
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        let mut builder = Pooled::builder(TokioExecutor::new());
        // Between two invocations a process stands still, and a connection that is kept may be gone.
        builder.pool_max_idle_per_host(0);
        Ok(Self {
            http: builder.build(https),
            reach,
            silent: Mutex::default(),
        })
    }

    async fn send(&self, post: &HookPost<'_>) -> Result<(), Unposted> {
        let uri: Uri = post
            .url
            .parse()
            .map_err(|_| refused("has no web address"))?;
        if !self.reach.allows_host(&uri) {
            return Err(refused(&Private.to_string()));
        }
        let request = Request::post(uri)
            .header("content-type", "application/json")
            .header("user-agent", concat!("waypost/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", post.id.as_str())
            .header("webhook-timestamp", post.timestamp)
            .header("webhook-signature", post.signatures)
            .body(Full::new(Bytes::from(post.body.to_owned())));
        let request = request.map_err(|_| refused("has no web address"))?;
        match timeout(TIMEOUT, self.http.request(request)).await {
            Ok(Ok(answer)) => verdict(answer.status()),
            Ok(Err(error)) => Err(unreached(&error)),
            Err(_) => {
                self.note_silent(post.url);
                Err(unanswered(&format!(
                    "did not answer within {} seconds",
                    TIMEOUT.as_secs()
                )))
            }
        }
    }

    fn note_silent(&self, url: &str) {
        let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        silent.insert(url.to_owned(), Instant::now() + SILENT_FOR);
    }

    fn is_silent(&self, url: &str) -> bool {
        let silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        silent.get(url).is_some_and(|until| Instant::now() < *until)
    }
}

impl Hooks for Client {
    async fn post(&self, post: &HookPost<'_>) -> Result<(), Unposted> {
        // One system that hangs must not hold up what others are told.
        if self.is_silent(post.url) {
            return Err(unanswered("did not answer a moment ago"));
        }
        self.send(post).await
    }
}

/// Says what a status means.
fn verdict(status: StatusCode) -> Result<(), Unposted> {
    let later = [
        StatusCode::REQUEST_TIMEOUT,
        StatusCode::TOO_EARLY,
        StatusCode::TOO_MANY_REQUESTS,
    ];
    if status.is_success() {
        Ok(())
    } else if status.is_redirection() {
        let what = format!("answered {status}, and redirects are not followed");
        Err(refused(&what))
    } else if status.is_server_error() || later.contains(&status) {
        Err(unanswered(&format!("answered {status}")))
    } else {
        Err(refused(&format!("answered {status}")))
    }
}

/// Says why there was no answer, without what may stand in an address.
fn unreached(error: &hyper_util::client::legacy::Error) -> Unposted {
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_io = inner.downcast_ref::<std::io::Error>();
        let private = inner_io.and_then(|error| error.get_ref());
        if inner.is::<Private>() || private.is_some_and(|error| error.is::<Private>()) {
            return refused(&Private.to_string());
        }
        cause = inner.source();
    }
    match error.is_connect() {
        true => unanswered("could not be reached"),
        false => unanswered("broke off"),
    }
}

fn refused(why: &str) -> Unposted {
    Unposted::Refused(why.to_owned())
}

fn unanswered(why: &str) -> Unposted {
    Unposted::Unanswered(why.to_owned())
}

/// How long a system may think.
const TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long nobody waits for a system that kept somebody waiting in vain.
const SILENT_FOR: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use engine::{HookPost, Unposted};
    use hyper::StatusCode;
    use journey::CallId;

    use super::{Client, verdict};
    use crate::public::Reach;

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_not_posted_to() {
        let client = Client::new(Reach::Public).unwrap();
        for url in [
            "http://localhost:9/",
            "https://127.0.0.1:9/",
            "http://[::1]:9/",
        ] {
            let refused = Unposted::Refused("has no address on the open internet".to_owned());
            assert_eq!(client.send(&post(url)).await, Err(refused), "{url}");
        }
        // Whoever may post there finds nobody, and tries again.
        let client = Client::new(Reach::Anywhere).unwrap();
        let unreached = Unposted::Unanswered("could not be reached".to_owned());
        assert_eq!(
            client.send(&post("http://localhost:9/")).await,
            Err(unreached)
        );
    }

    fn post(url: &str) -> HookPost<'_> {
        // One for all: what it is called is not looked at.
        static ID: std::sync::LazyLock<CallId> = std::sync::LazyLock::new(|| CallId::of(&["x"]));
        HookPost {
            url,
            id: &ID,
            timestamp: 0,
            signatures: "v1,x",
            body: "{}",
        }
    }

    #[test]
    fn what_may_succeed_later_is_told_from_what_is_refused() {
        for (status, later) in [
            (408, true),
            (425, true),
            (429, true),
            (500, true),
            (503, true),
        ]
        .into_iter()
        .chain([301, 307, 400, 401, 404, 410].map(|status| (status, false)))
        {
            let found = verdict(StatusCode::from_u16(status).unwrap());
            let told = match found.unwrap_err() {
                Unposted::Unanswered(_) => true,
                Unposted::Refused(_) => false,
            };
            assert_eq!(told, later, "{status}");
        }
        for status in [200, 202, 204] {
            assert_eq!(verdict(StatusCode::from_u16(status).unwrap()), Ok(()));
        }
    }
}

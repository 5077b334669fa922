//! The one HTTP client of the command: small answers, short patience, no redirects.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use ureq::http::{Response, Uri};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body};

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The body, as text.
    pub(crate) body: String,
}

/// Talks to one place, again and again.
#[derive(Debug)]
pub(crate) struct Client {
    agent: Agent,
    uri: Uri,
    is_here: bool,
}

impl Client {
    /// Prepares to talk to `url`.
    ///
    /// # Errors
    /// Fails if `url` is no `http` or `https` URL, or this machine has no certificates to trust.
    pub(crate) fn new(url: &str) -> anyhow::Result<Self> {
        let uri: Uri = url
            .parse()
            .with_context(|| format!("`{url}` is not a URL"))?;
        let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else {
            bail!("`{url}` is not a URL like https://events.example/v1/events");
        };
        if !matches!(scheme, "http" | "https") {
            bail!("`{url}` is not an http or https URL");
        }
        let mut config = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .max_redirects(0)
            .http_status_as_error(false)
            .user_agent(concat!("waypost/", env!("CARGO_PKG_VERSION")));
        if scheme == "https" {
            config = config.tls_config(tls()?);
        }
        let is_here = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        if is_here {
            // A proxy for the world outside would look for its own port, not ours.
            config = config.proxy(None);
        }
        Ok(Self {
            agent: config.build().new_agent(),
            uri,
            is_here,
        })
    }

    /// Returns whether it talks to this machine.
    pub(crate) fn is_here(&self) -> bool {
        self.is_here
    }

    /// Asks what is there.
    ///
    /// # Errors
    /// Fails where there is no answer; any status is an answer.
    pub(crate) fn get(&self) -> anyhow::Result<Answer> {
        self.answer(self.agent.get(&self.uri).call())
    }

    /// Posts a body; `headers` say what it is.
    ///
    /// # Errors
    /// Fails where there is no answer; any status is an answer.
    pub(crate) fn post(&self, headers: &[(&str, &str)], body: &[u8]) -> anyhow::Result<Answer> {
        let mut request = self.agent.post(&self.uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.answer(request.send(body))
    }

    fn answer(&self, response: Result<Response<Body>, ureq::Error>) -> anyhow::Result<Answer> {
        let mut response = response.map_err(|error| self.unanswered(&error))?;
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX);
        let body = body
            .lossy_utf8(true)
            .read_to_string()
            .map_err(|error| self.unanswered(&error))?;
        Ok(Answer { status, body })
    }

    fn unanswered(&self, error: &ureq::Error) -> anyhow::Error {
        let why = error.to_string();
        let why = why.strip_prefix("io: ").unwrap_or(&why);
        anyhow!("no answer from {}: {why}", self.uri)
    }
}

/// Trusts what this machine trusts, through the one TLS library of the whole program.
fn tls() -> anyhow::Result<TlsConfig> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        let why = found.errors.first().map(ToString::to_string);
        bail!(
            "this machine has no certificates to trust: {}",
            why.unwrap_or_else(|| "its store is empty".to_owned())
        );
    }
    let roots = found
        .certs
        .iter()
        .map(|certificate| Certificate::from_der(certificate.as_ref()).to_owned());
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    Ok(TlsConfig::builder()
        .root_certs(RootCerts::from(roots))
        .unversioned_rustls_crypto_provider(Arc::new(provider))
        .build())
}

const TIMEOUT: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ANSWER_BYTES_MAX: u64 = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::Client;

    #[test]
    fn what_is_no_web_address_is_refused_before_anything_is_sent() {
        for url in ["", "events", "/v1/events", "ftp://x.example/", "http://"] {
            assert!(Client::new(url).is_err(), "{url}");
        }
    }
}

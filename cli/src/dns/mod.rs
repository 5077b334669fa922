//! Asks DNS, and judges what it says about mail.

pub(crate) mod dmarc;
pub(crate) mod spf;
#[cfg(test)]
mod tests;
pub(crate) mod walk;

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, anyhow};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name, RData, RecordType};

/// Whom to ask.
#[derive(Clone, Debug)]
pub(crate) struct Dns(TokioResolver);

/// DNS could not be asked, and why. That there is no such record is an answer.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("DNS did not answer for {name}: {why}")]
pub(crate) struct Unanswered {
    name: String,
    why: String,
}

/// What DNS has of a kind under a name.
pub(crate) type Asked = Result<Vec<String>, Unanswered>;

/// A kind of record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// The address of a machine; asked for only to find one where it should not be.
    A,
    /// Another name for a name.
    Cname,
    /// Who takes mail for a name.
    Mx,
    /// A text.
    Txt,
}

impl Kind {
    /// Returns how the kind is written in a zone.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Cname => "CNAME",
            Self::Mx => "MX",
            Self::Txt => "TXT",
        }
    }
}

impl Dns {
    /// Prepares to ask `resolver`, or whom this machine asks.
    ///
    /// # Errors
    /// Fails if this machine does not say whom it asks.
    pub(crate) fn new(resolver: Option<SocketAddr>) -> anyhow::Result<Self> {
        let provider = TokioRuntimeProvider::default();
        let mut builder = match resolver {
            Some(address) => TokioResolver::builder_with_config(only(address), provider),
            None => TokioResolver::builder(provider).context(
                "this machine does not say whom to ask about DNS: name one with --resolver 9.9.9.9",
            )?,
        };
        let options = builder.options_mut();
        options.timeout = TIMEOUT;
        options.attempts = ATTEMPTS;
        Ok(Self(builder.build()?))
    }

    /// Reads the records of a kind under a name, each as one text, sorted.
    ///
    /// Names come in lower case and without the last dot, a TXT record in one piece however it was split.
    pub(crate) async fn ask(&self, name: &str, kind: Kind) -> Asked {
        let unanswered = |why: String| Unanswered {
            name: name.to_owned(),
            why,
        };
        // With its last dot, so that no search list of this machine is tried.
        let asked = Name::from_ascii(format!("{}.", name.trim_end_matches('.')))
            .map_err(|error| unanswered(error.to_string()))?;
        let wanted = match kind {
            Kind::A => RecordType::A,
            Kind::Cname => RecordType::CNAME,
            Kind::Mx => RecordType::MX,
            Kind::Txt => RecordType::TXT,
        };
        let answer = match self.0.lookup(asked, wanted).await {
            Ok(answer) => answer,
            Err(error) if error.is_no_records_found() => return Ok(Vec::new()),
            Err(error) => return Err(unanswered(error.to_string())),
        };
        let mut found: Vec<String> = answer
            .answers()
            .iter()
            .filter(|record| record.record_type() == wanted)
            .filter_map(|record| written(&record.data))
            .collect();
        found.sort();
        Ok(found)
    }
}

/// Writes a record's data as this program compares it.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "DNS has a hundred kinds of records, and this asks for four"
)]
fn written(data: &RData) -> Option<String> {
    match data {
        RData::A(address) => Some(address.0.to_string()),
        RData::CNAME(name) => Some(plain(&name.0)),
        RData::MX(mx) => Some(format!("{} {}", mx.preference, plain(&mx.exchange))),
        // RFC 9989 and RFC 7208: the strings of a record are joined without anything between them.
        RData::TXT(text) => {
            let joined = text.txt_data.concat();
            Some(String::from_utf8_lossy(&joined).into_owned())
        }
        _ => None,
    }
}

fn plain(name: &Name) -> String {
    let name = name.to_ascii().to_ascii_lowercase();
    name.trim_end_matches('.').to_owned()
}

/// Asks nobody but `address`.
fn only(address: SocketAddr) -> ResolverConfig {
    let mut server = NameServerConfig::new(
        address.ip(),
        true,
        vec![ConnectionConfig::udp(), ConnectionConfig::tcp()],
    );
    for connection in &mut server.connections {
        connection.port = address.port();
    }
    ResolverConfig::from_parts(None, Vec::new(), vec![server])
}

/// Reads `9.9.9.9`, `127.0.0.1:5353`, `2620:fe::fe` or `[::1]:5353`.
///
/// # Errors
/// Says how an address is written.
pub(crate) fn resolver(text: &str) -> anyhow::Result<SocketAddr> {
    let address = SocketAddr::from_str(text)
        .or_else(|_| IpAddr::from_str(text).map(|ip| SocketAddr::new(ip, PORT)));
    address.map_err(|_| anyhow!("`{text}` is no address like 9.9.9.9 or 127.0.0.1:5353"))
}

const PORT: u16 = 53;
const TIMEOUT: Duration = Duration::from_secs(3);
const ATTEMPTS: usize = 2;

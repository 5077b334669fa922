//! E-mail addresses.

use std::fmt;
use std::str::FromStr;

/// An address that SES can mail.
///
/// **Invariant:** RFC 5321 syntax, ASCII only (SES has no SMTPUTF8), no display name, no comments, all
/// lower case: persons are compared by what they mean, not by how somebody typed them.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Returns the part after the `@`: the only part that may be logged.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// Tells whether it belongs to SES's mailbox simulator, which stands for nobody (SES Developer Guide, "Using the
    /// mailbox simulator").
    pub fn is_simulated(&self) -> bool {
        self.domain() == "simulator.amazonses.com"
    }

    /// Returns the whole address, for the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EmailAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if !text.is_ascii() {
            return Err(AddressError::NotAscii);
        }
        let options = email_address::Options::default()
            .without_display_text()
            .without_domain_literal()
            .with_required_tld();
        email_address::EmailAddress::parse_with_options(text, options)
            .map_err(|_| AddressError::Malformed)?;
        // Quoted local parts are legal and in practice always a mistake or an attack.
        if text.contains(['"', '\\', ' ']) {
            return Err(AddressError::Malformed);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

/// Personal data stays out of logs, even in `{:?}`.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "…@{}", self.domain())
    }
}

/// Why a text is not an address.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AddressError {
    /// It is not `name@domain.tld`.
    #[error("this is not an e-mail address like anna@school.example")]
    Malformed,
    /// It has letters that SES cannot mail.
    #[error("SES can only mail ASCII addresses; write the domain in punycode (xn--…)")]
    NotAscii,
}

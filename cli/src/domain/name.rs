//! The name of a domain, as somebody types it.

use std::fmt;
use std::str::FromStr;

use anyhow::{anyhow, bail, ensure};

/// A domain that mail can be sent from, as DNS has it: lower case, punycode, no last dot.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct DomainName(String);

impl DomainName {
    /// Returns it as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the domain that somebody registered, of which this one may be a part.
    pub(crate) fn registered(&self) -> &str {
        psl::domain_str(&self.0).unwrap_or(&self.0)
    }

    /// Returns whether another name is part of the same registered domain, which the same people look after.
    pub(crate) fn is_beside(&self, other: &str) -> bool {
        psl::domain_str(other) == Some(self.registered())
    }

    /// Returns whether another name is this one, or below it: what is verified for this one holds for it too.
    pub(crate) fn is_at_or_above(&self, other: &str) -> bool {
        let below = other.strip_suffix(self.as_str());
        below.is_some_and(|below| below.is_empty() || below.ends_with('.'))
    }

    /// Returns it as people write it.
    pub(crate) fn shown(&self) -> String {
        idna::domain_to_unicode(&self.0).0
    }
}

impl FromStr for DomainName {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let typed = text.trim();
        ensure!(!typed.is_empty(), "a domain is missing, like example.nl");
        if let Some((_, domain)) = typed.rsplit_once('@') {
            bail!("`{typed}` is an e-mail address: give its domain alone, `{domain}`");
        }
        if typed.contains("://") || typed.contains('/') {
            let host = typed.split("://").last().unwrap_or_default();
            let host = host.split(['/', '?', ':']).next().unwrap_or_default();
            bail!("`{typed}` is the address of a page: give its domain alone, `{host}`");
        }
        // The last dot is DNS's way to say that a name is whole.
        let name = typed.strip_suffix('.').unwrap_or(typed);
        let name = idna::domain_to_ascii_strict(name)
            .map_err(|_| anyhow!("`{typed}` is no domain: {}", why(name)))?;
        ensure!(
            name.contains('.'),
            "`{typed}` is no domain that mail can be sent from: it has no dot, as example.nl has"
        );
        let all_digits = |label: &str| label.chars().all(|c| c.is_ascii_digit());
        ensure!(
            !name.rsplit('.').next().is_some_and(all_digits),
            "`{typed}` is the number of a machine, and mail is sent from a domain, like example.nl"
        );
        ensure!(
            psl::domain_str(&name).is_some(),
            "`{typed}` is where others register their domains, so nobody can send from it: give yours, like example.{name}"
        );
        Ok(Self(name))
    }
}

/// Says what DNS does not allow in a name.
fn why(name: &str) -> &'static str {
    if name.split('.').any(str::is_empty) {
        "two dots follow each other, or it begins with one"
    } else if name.contains(char::is_whitespace) {
        "there is a space in it"
    } else if name.contains('_') {
        "an underscore stands in names of records, not of domains"
    } else if name.split('.').any(|label| label.len() > 63) || name.len() > 253 {
        "it is too long: 63 characters between two dots, 253 in all"
    } else {
        "letters, digits and hyphens between dots, like example.nl"
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::DomainName;

    #[test]
    fn a_domain_is_read_however_it_is_typed() {
        for (typed, read) in [
            ("example.nl", "example.nl"),
            (" Mail.Example.NL. ", "mail.example.nl"),
            ("café.example", "xn--caf-dma.example"),
            ("xn--caf-dma.example", "xn--caf-dma.example"),
            ("example.co.uk", "example.co.uk"),
            ("学校.中国", "xn--48s290a.xn--fiqs8s"),
        ] {
            let name: DomainName = typed.parse().unwrap();
            assert_eq!(name.as_str(), read, "{typed}");
        }
    }

    #[test]
    fn what_is_no_domain_is_refused_with_what_to_type() {
        for (typed, says) in [
            ("", "a domain is missing"),
            ("info@example.nl", "give its domain alone, `example.nl`"),
            (
                "https://www.example.nl/contact",
                "give its domain alone, `www.example.nl`",
            ),
            ("example", "it has no dot"),
            ("co.uk", "where others register their domains"),
            ("github.io", "where others register their domains"),
            ("nl.", "it has no dot"),
            ("192.0.2.1", "the number of a machine"),
            ("exa mple.nl", "there is a space in it"),
            ("example..nl", "two dots follow each other"),
            (".example.nl", "begins with one"),
            ("_dmarc.example.nl", "an underscore"),
            ("-a.example.nl", "letters, digits and hyphens"),
            ("*.example.nl", "letters, digits and hyphens"),
        ] {
            let error = typed.parse::<DomainName>().unwrap_err().to_string();
            assert!(error.contains(says), "{typed}: {error}");
        }
        let long = format!("{}.nl", "a".repeat(64));
        let error = long.parse::<DomainName>().unwrap_err().to_string();
        assert!(error.contains("too long"), "{error}");
    }

    #[test]
    fn the_registered_part_is_told_from_what_stands_before_it() {
        for (name, registered) in [
            ("example.nl", "example.nl"),
            ("mail.example.nl", "example.nl"),
            ("a.b.example.co.uk", "example.co.uk"),
        ] {
            let name: DomainName = name.parse().unwrap();
            assert_eq!(name.registered(), registered);
        }
    }

    #[test]
    fn what_is_below_a_name_is_told_from_what_stands_beside_it() {
        let name: DomainName = "mail.example.co.uk".parse().unwrap();
        for (other, above, beside) in [
            ("mail.example.co.uk", true, true),
            ("links.mail.example.co.uk", true, true),
            ("links.example.co.uk", false, true),
            ("email.example.co.uk", false, true),
            ("notmail.example.co.uk", false, true),
            ("example.co.uk", false, true),
            ("elsewhere.co.uk", false, false),
            ("co.uk", false, false),
        ] {
            assert_eq!(name.is_at_or_above(other), above, "{other}");
            assert_eq!(name.is_beside(other), beside, "{other}");
        }
    }
}

//! SPF, RFC 7208, as far as it matters here: is there one record, does it let SES send, and is it short enough.

use super::{Asked, Dns, Kind, Unanswered};

/// What SPF says under a name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Spf {
    /// One record, it lets SES send, and receivers can follow it.
    Good {
        /// How many more questions it makes receivers ask.
        lookups: usize,
    },
    /// No record begins with `v=spf1`.
    Missing,
    /// Several do, and then receivers count none.
    Several(Vec<String>),
    /// It does not let SES send.
    WithoutSes(String),
    /// It makes receivers ask more than ten questions, and then they count none.
    TooLong {
        /// The record.
        record: String,
    },
    /// It lets everybody send.
    Everybody(String),
    /// It says what SPF does not know, and then receivers count none.
    Broken {
        /// The record.
        record: String,
        /// What is not known.
        term: String,
    },
}

/// Judges the record under `name`.
pub(crate) async fn check(dns: &Dns, name: &str) -> Result<Spf, Unanswered> {
    let mut found = records(dns.ask(name, Kind::Txt).await)?;
    if found.len() > 1 {
        return Ok(Spf::Several(found));
    }
    let Some(record) = found.pop() else {
        return Ok(Spf::Missing);
    };
    if read(&record).is_ok_and(|terms| terms.everybody) {
        return Ok(Spf::Everybody(record));
    }
    let (mut lookups, mut lets_ses) = (0, false);
    let mut left = vec![record.clone()];
    while let Some(text) = left.pop() {
        let terms = match read(&text) {
            Ok(terms) => terms,
            Err(term) => return Ok(Spf::Broken { record, term }),
        };
        lookups += terms.lookups;
        // The walk ends here however the records refer to each other.
        if lookups > LOOKUPS_MAX {
            return Ok(Spf::TooLong { record });
        }
        for include in terms.includes {
            if include == SES {
                // What Amazon keeps there is one record of addresses: not ours to judge, and never a question more.
                lets_ses = true;
                continue;
            }
            left.extend(records(dns.ask(&include, Kind::Txt).await)?);
        }
    }
    Ok(if lets_ses {
        Spf::Good { lookups }
    } else {
        Spf::WithoutSes(record)
    })
}

/// What one record says.
#[derive(Debug, Default)]
struct Terms {
    lookups: usize,
    /// Whose records count too.
    includes: Vec<String>,
    everybody: bool,
}

/// Reads a record; gives back the term that SPF does not know.
fn read(record: &str) -> Result<Terms, String> {
    let mut terms = Terms::default();
    let mut redirect = None;
    for term in record.split_ascii_whitespace().skip(1) {
        let lower = term.to_ascii_lowercase();
        let (qualifier, mechanism) = match lower.strip_prefix(['+', '-', '~', '?']) {
            Some(rest) => (&lower[..1], rest),
            None => ("+", lower.as_str()),
        };
        let end = mechanism.find([':', '/', '=']).unwrap_or(mechanism.len());
        let (name, value) = mechanism.split_at(end);
        let value_after = |separator| value.strip_prefix(separator).map(str::to_owned);
        match name {
            "all" => {
                terms.everybody = qualifier == "+";
                // Nothing after it counts, nor does a redirect.
                return Ok(terms);
            }
            "include" => {
                let from = value_after(':').filter(|name| !name.is_empty());
                terms.includes.push(from.ok_or_else(|| term.to_owned())?);
                terms.lookups += 1;
            }
            "a" | "mx" | "ptr" | "exists" => terms.lookups += 1,
            "ip4" | "ip6" if value.starts_with(':') => (),
            "redirect" if value.starts_with('=') => redirect = value_after('='),
            // RFC 7208, 6: modifiers that nobody knows are passed over.
            _ if value.starts_with('=') => (),
            _ => return Err(term.to_owned()),
        }
    }
    if let Some(other) = redirect {
        terms.lookups += 1;
        terms.includes.push(other);
    }
    Ok(terms)
}

/// Keeps the texts that are SPF records.
fn records(asked: Asked) -> Asked {
    let is_spf = |text: &String| {
        let version = text.split(' ').next().unwrap_or_default();
        version.eq_ignore_ascii_case("v=spf1")
    };
    Ok(asked?.into_iter().filter(is_spf).collect())
}

/// Where Amazon says which addresses SES sends from.
const SES: &str = "amazonses.com";
/// RFC 7208, 4.6.4.
const LOOKUPS_MAX: usize = 10;

//! E-mail addresses as SES takes them.

use crate::refusal::Refusal;

/// The address inside `Display Name <address>` or alone.
///
/// # Errors
/// SES has no SMTPUTF8: the local part and the domain must be ASCII, a display name must be an encoded word
/// (RFC 2047).
pub(crate) fn address(mailbox: &str) -> Result<&str, Refusal> {
    let bad = |why: &str| Refusal::bad("BadRequestException", why.to_owned());
    let (name, address) = match mailbox.rsplit_once('<') {
        Some((name, rest)) => {
            let address = rest
                .trim_end()
                .strip_suffix('>')
                .ok_or_else(|| bad("Missing '>'"))?;
            (name, address)
        }
        None => ("", mailbox.trim()),
    };
    if !name.is_ascii() {
        return Err(bad(
            "The display name must be ASCII: use MIME encoded-word syntax (RFC 2047)",
        ));
    }
    let (local, domain) = address
        .rsplit_once('@')
        .ok_or_else(|| bad("Missing final '@domain'"))?;
    if !local.is_ascii() {
        return Err(bad("The local part of the address must be 7-bit ASCII"));
    }
    if local.is_empty()
        || local
            .chars()
            .any(|c| c.is_ascii_control() || c == ' ' || c == '@')
    {
        return Err(bad("Local address contains control or whitespace"));
    }
    let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    if !domain.is_ascii() {
        return Err(bad("The domain must be ASCII: use punycode"));
    }
    if domain.is_empty() || !domain.chars().all(good) || domain.split('.').any(str::is_empty) {
        return Err(bad("Domain contains illegal character"));
    }
    if address.len() > ADDRESS_BYTES_MAX {
        return Err(bad("Address length is more than 320 characters long"));
    }
    Ok(address)
}

/// The domain of an address that was checked.
pub(crate) fn domain(address: &str) -> &str {
    address
        .rsplit_once('@')
        .map_or(address, |(_, domain)| domain)
}

const ADDRESS_BYTES_MAX: usize = 320;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_and_checked() {
        let cases = [
            ("a@b.example", Ok("a@b.example")),
            (" a@b.example ", Ok("a@b.example")),
            ("Ann <a@b.example>", Ok("a@b.example")),
            ("\"Ann <x>\" <a@b.example>", Ok("a@b.example")),
            ("=?utf-8?q?Zo=C3=AB?= <z@b.example>", Ok("z@b.example")),
            ("Zoë <z@b.example>", Err("The display name must be ASCII")),
            (
                "zoë@b.example",
                Err("The local part of the address must be 7-bit ASCII"),
            ),
            ("z@bücher.example", Err("The domain must be ASCII")),
            ("nobody", Err("Missing final '@domain'")),
            (
                "a b@c.example",
                Err("Local address contains control or whitespace"),
            ),
            ("a@b..example", Err("Domain contains illegal character")),
            ("a@", Err("Domain contains illegal character")),
            ("Ann <a@b.example", Err("Missing '>'")),
        ];
        for (mailbox, expected) in cases {
            match (address(mailbox), expected) {
                (Ok(found), Ok(wanted)) => assert_eq!(found, wanted, "{mailbox}"),
                (Err(refusal), Err(start)) => {
                    assert!(
                        refusal.message.starts_with(start),
                        "{mailbox}: {}",
                        refusal.message
                    );
                }
                (found, _) => panic!("{mailbox}: {found:?}, expected {expected:?}"),
            }
        }
    }
}

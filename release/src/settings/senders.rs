//! Reads whom mails can be from.

use journey::{EmailAddress, Sender};

use crate::Defect;
use crate::names::{Names, Spelling, mended};
use crate::yaml::{Keys, Node, quoted};

/// Reads `senders`; a project needs one called `default`.
pub(super) fn read(
    keys: &Keys<'_>,
    senders: &mut Names<Option<Sender>>,
    defects: &mut Vec<Defect>,
) {
    let Some(node) = keys.required("senders", HELP, defects) else {
        return senders.incomplete();
    };
    let Some(all) = Keys::of_any(node, "`senders`", defects) else {
        return senders.incomplete();
    };
    for entry in all.entries() {
        let name = mended(&entry.key, "a sender", Spelling::Label, defects);
        let sender = sender(&entry.value, defects);
        senders.add(name, sender, defects);
    }
    all.required("default", HELP, defects);
}

fn sender(node: &Node, defects: &mut Vec<Defect>) -> Option<Sender> {
    let keys = Keys::of(node, "a sender", &["name", "address", "reply_to"], defects)?;
    let name = keys
        .required("name", "write the name that people see", defects)
        .and_then(|node| node.line("the sender's `name`", defects));
    if let Some(name) = &name
        && name.value.contains(['<', '>', '@'])
    {
        defects.push(
            Defect::new(name.place.clone(), "the sender's name holds an address")
                .help("write the name alone; the address goes under `address`"),
        );
    }
    let address = keys
        .required("address", "write the address that mails come from", defects)
        .and_then(|node| address(node, "the sender's `address`", defects));
    let reply_to = match keys.get("reply_to") {
        Some(node) => Some(address_or_nothing(node, defects)?),
        None => None,
    };
    Some(Sender {
        name: name?.value,
        address: address?,
        reply_to,
    })
}

fn address_or_nothing(node: &Node, defects: &mut Vec<Defect>) -> Option<EmailAddress> {
    address(node, "the sender's `reply_to`", defects)
}

/// Reads an address that SES can mail.
fn address(node: &Node, what: &str, defects: &mut Vec<Defect>) -> Option<EmailAddress> {
    let text = node.line(what, defects)?;
    match text.value.parse() {
        Ok(address) => Some(address),
        Err(error) => {
            let shown = quoted(&text.value);
            defects.push(
                Defect::new(
                    text.place,
                    format!("{what} is `{shown}`, which cannot be mailed"),
                )
                .help(match error {
                    journey::AddressError::Malformed => {
                        "write an address like noreply@mail.school.example"
                    }
                    journey::AddressError::NotAscii => {
                        "write it in plain letters, and the domain in punycode (xn--…)"
                    }
                }),
            );
            None
        }
    }
}

const HELP: &str =
    "write `senders:` with `default: { name: Your Name, address: noreply@your.domain }`";

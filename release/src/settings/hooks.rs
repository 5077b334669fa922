//! Reads `hooks`: the other systems that are told what happens.

use std::collections::BTreeSet;

use journey::{Hook, ResultKind};

use crate::Defect;
use crate::names::{Names, Spelling, mended};
use crate::values::is_web_address;
use crate::yaml::{At, Keys, Node, quoted};

/// Reads all of them.
pub(super) fn read(keys: &Keys<'_>, hooks: &mut Names<Option<Hook>>, defects: &mut Vec<Defect>) {
    let Some(node) = keys.get("hooks") else {
        return;
    };
    let Some(all) = Keys::of_any(node, "`hooks`", defects) else {
        return hooks.incomplete();
    };
    for entry in all.entries() {
        let name = mended(&entry.key, "a hook", Spelling::Tag, defects);
        let hook = hook(&name.value, &entry.value, defects);
        hooks.add(name, hook, defects);
    }
}

fn hook(name: &str, node: &Node, defects: &mut Vec<Defect>) -> Option<Hook> {
    let keys = Keys::of(node, "a hook", &["url", "secret", "results"], defects)?;
    let url = keys
        .required("url", "write where to post to", defects)
        .and_then(|node| node.line("the hook's `url`", defects))
        .and_then(|url| address(url, defects));
    let secret = match keys.get("secret") {
        Some(node) => node
            .line("the hook's `secret`", defects)
            .and_then(|secret| secret_name(secret, defects)),
        None => Some(name.to_owned()),
    };
    let mut results = BTreeSet::new();
    for item in keys.get("results").into_iter().flat_map(Node::items) {
        results.extend(kinds(item, defects));
    }
    Some(Hook {
        url: url?,
        secret: secret?,
        results,
    })
}

/// Reads where to post to: what is said there about people travels encrypted, except on one machine.
fn address(url: At<String>, defects: &mut Vec<Defect>) -> Option<String> {
    let text = url.value.to_lowercase();
    let here = ["localhost", "127.0.0.1", "[::1]"].into_iter().any(|host| {
        let rest = text.strip_prefix("http://").unwrap_or_default();
        let rest = rest.strip_prefix(host);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/', '?']))
    });
    if here || (text.starts_with("https://") && is_web_address(&url.value)) {
        return Some(url.value);
    }
    let shown = quoted(&url.value);
    let what = match is_web_address(&url.value) {
        true => format!("`{shown}` is not encrypted"),
        false => format!("`{shown}` is not a web address"),
    };
    defects.push(Defect::new(url.place, what).help("it begins with https://"));
    None
}

/// Reads the name of a secret; the secret itself is nobody's to read here.
fn secret_name(secret: At<String>, defects: &mut Vec<Defect>) -> Option<String> {
    if secret.value.starts_with("whsec_") {
        let what = "a secret stands here for everybody to read";
        let help = "write a name for it, or leave `secret` out; `waypost secret --hook NAME` shows what it signs with";
        defects.push(Defect::new(secret.place, what).help(help));
        return None;
    }
    Some(mended(&secret, "a secret", Spelling::Tag, defects).value)
}

/// Reads a kind of result, or `all` of them.
fn kinds(node: &Node, defects: &mut Vec<Defect>) -> Vec<ResultKind> {
    let all = ResultKind::ALL;
    let words: Vec<&str> = all.iter().map(|(_, word)| *word).chain([ALL]).collect();
    match node.one_of("a result", &words, defects) {
        Some(ALL) => all.iter().map(|(kind, _)| *kind).collect(),
        Some(word) => ResultKind::from_word(word).into_iter().collect(),
        None => Vec::new(),
    }
}

/// Stands for every kind of result.
const ALL: &str = "all";

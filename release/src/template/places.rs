//! What may stand where in the HTML of a mail: which values in a link, which links at all.

use std::ops::Range;

use super::expression::Value;
use super::html::{Item, ItemKind, Spot};
use super::tag::{Piece, Tag, TagKind};
use crate::Defect;

/// Reports expressions that stand where they would do harm or break the HTML.
pub(super) fn check_expressions(
    piece: Piece<'_>,
    tags: &[Tag],
    spots: &[Spot],
    defects: &mut Vec<Defect>,
) {
    for (tag, spot) in tags.iter().zip(spots) {
        let behind = piece.text.get(tag.span.end..).unwrap_or_default();
        if *spot == Spot::Text && behind.starts_with('}') {
            let place = piece.place(&(tag.span.end..tag.span.end + 1));
            let defect = Defect::new(place, "a brace too many stands behind this expression");
            defects.push(defect.help("take it away: two braces close it"));
        }
        let mut report = |what: String, help: String| {
            defects.push(Defect::new(piece.place(&tag.span), what).help(help));
        };
        match (spot, &tag.kind) {
            (_, TagKind::Comment | TagKind::Broken | TagKind::Content) => {}
            (Spot::Tag, _) => report(
                String::from("an expression stands in a tag, but not in quotes"),
                String::from("put it in the quotes of an attribute: href=\"{{vars.website}}\""),
            ),
            (Spot::Script, _) => report(
                String::from("an expression stands in a script, which no mail program runs"),
                String::from("take the script away"),
            ),
            (Spot::Aside, TagKind::Print(Value::Path(path)))
                if is_of(path.names.first(), &["vars", "links"]) => {}
            (Spot::Aside, _) => report(
                String::from("only `vars` and `links` can stand in a comment for Outlook"),
                String::from("write it out there"),
            ),
            (Spot::Style, TagKind::Print(Value::Path(path)))
                if is_of(path.names.first(), &["vars"]) => {}
            (Spot::Style, _) => report(
                String::from("only `vars` can stand in a style sheet"),
                String::from("name a value of `vars`, or write the style out"),
            ),
            (Spot::Attribute { name, .. }, TagKind::Print(value)) if is_url(name) => {
                if let Some(help) = unsafe_link(value) {
                    report(String::from("a value in a link could lead anywhere"), help);
                }
            }
            _ => {}
        }
    }
}

/// Reports links that do harm or lead nowhere, and scripts; `place` finds where a piece of the HTML was written.
pub(super) fn check_links(
    html: &str,
    items: &[Item],
    mark: &str,
    place: impl Fn(Range<usize>) -> crate::Place,
    defects: &mut Vec<Defect>,
) {
    for item in items {
        let ItemKind::Open {
            name: element,
            attributes,
            ..
        } = &item.kind
        else {
            continue;
        };
        if element == "script" {
            let defect = Defect::new(
                place(item.span.clone()),
                "a script stands here, which no mail program runs",
            );
            defects.push(defect.help("take it away"));
        }
        for attribute in attributes {
            if attribute.name.starts_with("on")
                && attribute.name.len() > 3
                && !element.starts_with("mj")
            {
                let what = format!(
                    "`{}` holds a script, which no mail program runs",
                    attribute.name
                );
                defects
                    .push(Defect::new(place(attribute.value.clone()), what).help("take it away"));
            }
            let value = &html[attribute.value.clone()];
            let literal = value.find(mark).map_or(value, |end| &value[..end]);
            let begins_with_value = literal.is_empty() && !value.is_empty();
            if is_url(&attribute.name)
                && !begins_with_value
                && let Some((what, help)) = trouble(literal, &attribute.name)
            {
                defects.push(Defect::new(place(attribute.value.clone()), what).help(help));
            }
        }
    }
}

/// Tells whether an attribute holds a URL.
pub(super) fn is_url(attribute: &str) -> bool {
    matches!(
        attribute,
        "action"
            | "background"
            | "background-url"
            | "cite"
            | "href"
            | "poster"
            | "src"
            | "thumbnails-src"
    )
}

/// Says what to write instead of a value that is not known to be a safe part of a link.
fn unsafe_link(value: &Value) -> Option<String> {
    match value {
        Value::Path(path) if is_of(path.names.first(), &["vars", "links"]) => None,
        Value::Path(path) => Some(format!("write `{{{{url {}}}}}`", path.raw)),
        Value::Call(call) if call.name == "url" => None,
        Value::Call(call) => Some(format!("write `{{{{url ({} …)}}}}`", call.name)),
        Value::Literal(_) => None,
    }
}

/// Says what is wrong with a link, and what to do about it.
fn trouble(url: &str, attribute: &str) -> Option<(String, &'static str)> {
    let bare: String = url
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .collect();
    let lower = bare.to_ascii_lowercase();
    let scheme = lower
        .split_once(':')
        .map(|(scheme, _)| scheme)
        .filter(|scheme| {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
        });
    match scheme {
        Some("javascript" | "vbscript" | "data" | "file") => {
            let what = format!(
                "a link with `{}:` is not safe in a mail",
                scheme.unwrap_or_default()
            );
            Some((what, "lead to a page that begins with https://"))
        }
        Some(_) => None,
        None if lower.is_empty() || lower == "#" => {
            let what = format!("this `{attribute}` leads nowhere");
            Some((what, "write where it leads: https://…"))
        }
        None if lower.starts_with('#') => None,
        None => Some((
            String::from("a mail stands on no page, so this link leads nowhere"),
            "write the whole address: https://…",
        )),
    }
}

fn is_of(name: Option<&String>, roots: &[&str]) -> bool {
    name.is_some_and(|name| roots.contains(&name.as_str()))
}

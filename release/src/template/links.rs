//! The links of a mail: each gets a name that stays when its wording changes.
//!
//! The mail service reports a click with the tags of its link (`ses:tags`), and follows a link unless it says
//! `ses:no-track`; both attributes are taken away before the mail goes out.
//! <https://docs.aws.amazon.com/ses/latest/dg/faqs-metrics.html>

use super::hide;
use super::html::{self, Attribute, Item, ItemKind};

/// Names the links of a mail's HTML whose expressions are hidden, and returns it with the names in order.
///
/// `own` tells of a word whether it is one of our own pages, which are not followed.
pub(super) fn name(
    html: &str,
    marks: &[&str],
    own: impl Fn(&str) -> bool,
) -> (String, Vec<String>) {
    let items = html::read(html);
    let mut out = String::with_capacity(html.len() + 256);
    let mut names: Vec<String> = vec![];
    let mut at = 0;
    for (i, item) in items.iter().enumerate() {
        let ItemKind::Open {
            name, attributes, ..
        } = &item.kind
        else {
            continue;
        };
        let find = |wanted: &str| attributes.iter().find(|attribute| attribute.name == wanted);
        let Some(href) = find("href").filter(|_| name == "a") else {
            continue;
        };
        let url = &html[href.value.clone()];
        out.push_str(&html[at..item.span.start]);
        at = item.span.end;
        let given = find("data-name").map(|attribute| &html[attribute.value.clone()]);
        let tag = without(html, item, find("data-name"));
        if own(url) {
            out.push_str(&with(&tag, "ses:no-track=\"\""));
        } else if url.starts_with("http") || marks.iter().any(|mark| url.starts_with(mark)) {
            let name = match given {
                Some(name) => slug(name, marks),
                None => unused(&slug(&label(html, &items[i + 1..]), marks), &names),
            };
            out.push_str(&with(&tag, &format!("ses:tags=\"link:{name};\"")));
            if !names.contains(&name) {
                names.push(name);
            }
        } else {
            out.push_str(&tag);
        }
    }
    out.push_str(&html[at..]);
    (out, names)
}

/// Returns the text of a link, or of the image in it.
fn label(html: &str, behind: &[Item]) -> String {
    let mut label = String::new();
    for item in behind {
        match &item.kind {
            ItemKind::Close { name } if name == "a" => break,
            ItemKind::Text => label.push_str(&html[item.span.clone()]),
            ItemKind::Open { attributes, .. } => {
                if let Some(alt) = attributes.iter().find(|attribute| attribute.name == "alt") {
                    label.push_str(&html[alt.value.clone()]);
                }
            }
            ItemKind::Close { .. } | ItemKind::Raw { .. } | ItemKind::Aside => {}
        }
    }
    label
}

/// Makes a name of a label: lower-case letters, digits and dashes, which is what the mail service takes.
fn slug(label: &str, marks: &[&str]) -> String {
    let mut label = label.to_owned();
    for mark in marks {
        for (span, _) in hide::find(&label, mark).into_iter().rev() {
            label.replace_range(span, " ");
        }
    }
    let mut slug = String::new();
    for c in label.chars().flat_map(char::to_lowercase) {
        let folded = FOLDS
            .iter()
            .find(|(from, _)| from.contains(c))
            .map_or(c, |&(_, to)| to);
        if folded.is_ascii_alphanumeric() {
            slug.push(folded);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(NAME_MAX);
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        String::from("link")
    } else {
        slug.to_owned()
    }
}

/// Adds a number to a name that another link has.
fn unused(name: &str, names: &[String]) -> String {
    let free = |name: &String| !names.contains(name);
    let numbered = (2..).map(|i: u32| format!("{name}-{i}"));
    std::iter::once(name.to_owned())
        .chain(numbered)
        .find(free)
        .unwrap_or_default()
}

/// Returns a tag without one of its attributes.
fn without(html: &str, item: &Item, attribute: Option<&Attribute>) -> String {
    let tag = &html[item.span.clone()];
    let Some(attribute) = attribute else {
        return tag.to_owned();
    };
    let value = attribute.value.start - item.span.start..attribute.value.end - item.span.start;
    let quote = usize::from(attribute.quoted);
    let before = tag[..value.start]
        .rfind(&attribute.name)
        .unwrap_or(value.start);
    format!("{}{}", tag[..before].trim_end(), &tag[value.end + quote..])
}

/// Returns a tag with one more attribute.
fn with(tag: &str, attribute: &str) -> String {
    let name = tag.find(char::is_whitespace).unwrap_or(tag.len());
    format!("{} {attribute}{}", &tag[..name], &tag[name..])
}

/// The letters with marks that Dutch and its neighbors write.
const FOLDS: [(&str, char); 8] = [
    ("àáâãäå", 'a'),
    ("ç", 'c'),
    ("èéêë", 'e'),
    ("ìíîï", 'i'),
    ("ñ", 'n'),
    ("òóôõöø", 'o'),
    ("ùúûü", 'u'),
    ("ýÿ", 'y'),
];

/// How long the name of a link may be.
const NAME_MAX: usize = 64;

//! Puts expressions back where their words stand, and tells helpers what they cannot see for themselves.

use super::assemble::{Assembly, unsubscribe};
use super::body::Body;
use super::expression::Value;
use super::front::Line;
use super::html::{self, ItemKind, Spot};
use super::tag::{Tag, TagKind};
use super::{Purpose, hide, plain, text};
use journey::Kind;

impl Assembly<'_> {
    /// Puts the expressions back into the HTML.
    pub(super) fn show_html(&self, html: &str) -> String {
        let mut html = html.to_owned();
        let preheader = self.parsed.front.preheader.is_some();
        let mut shows_preheader = false;
        for body in std::iter::once(&self.parsed.body).chain(self.layout) {
            let mark = &body.hidden.mark;
            let expressions: Vec<String> = body
                .tags
                .iter()
                .enumerate()
                .map(|(i, tag)| {
                    let is_preheader = prints(tag, "preheader");
                    shows_preheader |= is_preheader;
                    if is_preheader && !preheader {
                        return String::new();
                    }
                    let paragraph =
                        paragraph_around(&html, &hide::word(mark, i, false), &self.marks());
                    let written = &body.piece().text[tag.span.clone()];
                    let (spot, around) = (body.spots.get(i), paragraph.as_deref());
                    self.spelled_out(tag, spot, around)
                        .unwrap_or_else(|| expression(written, tag, spot, around))
                })
                .collect();
            html = hide::show(&html, mark, |i| expressions.get(i).map(String::as_str));
        }
        // What MJML writes when the layout does not say.
        html = html.replacen("<title></title>", "<title>{{subject}}</title>", 1);
        html = html.replace("lang=\"und\"", "lang=\"{{locale}}\"");
        if preheader && !shows_preheader {
            with_preheader(&html)
        } else {
            html
        }
    }

    /// Makes the plain text, of Markdown or of the whole HTML.
    pub(super) fn text(&self, html: &str) -> String {
        let (parsed, mut text) = (self.parsed, String::new());
        let bodies: Vec<&Body> = match (&parsed.txt, &parsed.body.plain) {
            (Some(txt), _) => {
                text.push_str(txt.plain.as_deref().unwrap_or_default());
                vec![txt]
            }
            (None, Some(plain)) => {
                text.push_str(plain);
                vec![&parsed.body]
            }
            (None, None) => {
                text.push_str(&plain::of(html, &self.marks()));
                std::iter::once(&parsed.body).chain(self.layout).collect()
            }
        };
        for body in bodies {
            let mark = &body.hidden.mark;
            let prefixes = text::prefixes(&text, mark);
            let expressions: Vec<String> = body
                .tags
                .iter()
                .enumerate()
                .map(|(i, tag)| {
                    let written = &body.piece().text[tag.span.clone()];
                    let (spot, around) = (body.spots.get(i), prefixes.get(&i).map(String::as_str));
                    self.spelled_out(tag, spot, around)
                        .unwrap_or_else(|| expression(written, tag, spot, around))
                })
                .collect();
            text = hide::show(&text, mark, |i| expressions.get(i).map(String::as_str));
        }
        if self.context.purpose == Purpose::Marketing && !text.contains("links.unsubscribe") {
            let label = unsubscribe(self.context.locale);
            text = format!(
                "{}\n\n--\n{label}: {{{{links.unsubscribe}}}}",
                text.trim_end()
            );
        }
        format!("{}\n", text.trim_end())
    }

    /// Makes a subject or a preheader.
    pub(super) fn line(&self, line: &Line) -> String {
        let mut text = String::new();
        let mut from = 0;
        for tag in &line.tags {
            text.push_str(&line.text[from..tag.span.start]);
            let written = &line.text[tag.span.clone()];
            let spelled_out = self.spelled_out(tag, Some(&Spot::Line), None);
            text.push_str(spelled_out.as_deref().unwrap_or(written));
            from = tag.span.end;
        }
        text + &line.text[from..]
    }

    /// Writes a bare date as people read dates, and a bare text of several lines with its lines.
    fn spelled_out(&self, tag: &Tag, spot: Option<&Spot>, around: Option<&str>) -> Option<String> {
        let TagKind::Print(Value::Path(path)) = &tag.kind else {
            return None;
        };
        let known = self.context.paths.get(&path.raw)?;
        let raw = &path.raw;
        match (known.kind, spot?) {
            (Kind::Date | Kind::DateTime, Spot::Line | Spot::Plain | Spot::Text) => {
                Some(format!("{{{{date {raw} \"long\"}}}}"))
            }
            (Kind::Text, Spot::Plain | Spot::Text) if known.multi_line => around.map(|around| {
                let around = around.replace('\'', "&#39;");
                format!("{{{{paragraphs {raw} '{around}'}}}}")
            }),
            _ => None,
        }
    }
}

/// Writes an expression as it is stored: with what the helper cannot see for itself.
///
/// `around` is the tag of the paragraph it is alone in, or what begins its line in plain text.
fn expression(written: &str, tag: &Tag, spot: Option<&Spot>, around: Option<&str>) -> String {
    let TagKind::Print(Value::Call(call)) = &tag.kind else {
        return written.to_owned();
    };
    if call.arguments.len() != 1 {
        return written.to_owned();
    }
    let argument = match (call.name.as_str(), spot) {
        ("url", Some(Spot::Attribute { before, .. })) if before.trim().is_empty() => "\"whole\"",
        ("url", Some(Spot::Attribute { before, .. })) if before.trim() == "mailto:" => {
            "\"address\""
        }
        ("paragraphs", _) => match around {
            Some(around) => {
                return with_argument(written, &format!("'{}'", around.replace('\'', "&#39;")));
            }
            None => return written.to_owned(),
        },
        _ => return written.to_owned(),
    };
    with_argument(written, argument)
}

fn with_argument(written: &str, argument: &str) -> String {
    let end = written.trim_end_matches(['}', '~']).trim_end().len();
    format!("{} {argument}{}", &written[..end], &written[end..])
}

/// Returns the tag of the paragraph that a word is alone in.
fn paragraph_around(html: &str, word: &str, marks: &[&str]) -> Option<String> {
    let at = html.find(word)?;
    let before = html[..at].trim_end();
    let start = before.rfind('<')?;
    let tag = &before[start..];
    let alone = html[at + word.len()..].trim_start().starts_with("</p>");
    let paragraph = tag.ends_with('>') && (tag == "<p>" || tag.starts_with("<p "));
    let fixed = !tag.contains('\\') && !marks.iter().any(|mark| tag.contains(mark));
    (alone && paragraph && fixed).then(|| tag.to_owned())
}

/// Adds the preheader to a layout that does not show it, where inboxes look for it and people do not.
fn with_preheader(html: &str) -> String {
    let items = html::read(html);
    let body = items
        .iter()
        .find(|item| matches!(&item.kind, ItemKind::Open { name, .. } if name == "body"));
    let at = body.map_or(0, |item| item.span.end);
    let hidden = "<div style=\"display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;font-size:1px;line-height:1px;\">{{preheader}}</div>";
    format!("{}{hidden}{}", &html[..at], &html[at..])
}

fn prints(tag: &Tag, name: &str) -> bool {
    matches!(&tag.kind, TagKind::Print(Value::Path(path)) if path.raw == name)
}

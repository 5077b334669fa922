//! Takes the words out of a message in HTML: its looks belong to a layout.

use super::entities::all;

/// Returns the text of HTML as Markdown: paragraphs, headings, list items and links.
pub(super) fn text(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    let mut link: Option<String> = None;
    while let Some(at) = rest.find('<') {
        text.push_str(&all(&rest[..at]));
        if rest[at..].starts_with("<!--") {
            let end = rest[at..].find("-->");
            rest = end.map_or("", |end| &rest[at + end + 3..]);
            continue;
        }
        let Some(end) = rest[at..].find('>') else {
            return tidy(&(text + &all(&rest[at..])));
        };
        let tag = &rest[at + 1..at + end];
        rest = &rest[at + end + 1..];
        let name = tag.split([' ', '\n', '\t']).next().unwrap_or_default();
        match name.trim_end_matches('/').to_ascii_lowercase().as_str() {
            "br" => text.push_str("  \n"),
            "p" | "/p" | "div" | "/div" | "tr" | "/tr" | "/ul" | "/ol" | "/h1" | "/h2" | "/h3" => {
                text.push_str("\n\n");
            }
            // Cells stand beside each other.
            "/td" | "/th" => text.push(' '),
            "h1" => text.push_str("\n\n# "),
            "h2" | "h3" => text.push_str("\n\n## "),
            "li" => text.push_str("\n- "),
            "a" => {
                link = attribute(tag, "href");
                if link.is_some() {
                    text.push('[');
                }
            }
            "/a" => {
                if let Some(link) = link.take() {
                    text.push_str(&format!("]({link})"));
                }
            }
            skipped @ ("head" | "script" | "style" | "title") => {
                let close = format!("</{skipped}");
                let lower = rest.to_ascii_lowercase();
                rest = lower.find(&close).map_or("", |at| &rest[at..]);
            }
            _ => (),
        }
    }
    tidy(&(text + &all(rest)))
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag.to_ascii_lowercase().find(&format!("{name}="))?;
    let value = &tag[at + name.len() + 1..];
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let value = value[1..].split(quote).next()?;
    (!value.is_empty()).then(|| all(value))
}

/// Leaves one empty line between paragraphs, and no blanks at the ends of lines but those that break one.
fn tidy(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let breaks = line.ends_with("  ") && !line.trim().is_empty();
        let words: Vec<_> = line.split_whitespace().collect();
        let line = words.join(" ") + if breaks { "  " } else { "" };
        let empty = line.trim().is_empty();
        if !(empty && lines.last().is_none_or(|last| last.is_empty())) {
            lines.push(if empty { String::new() } else { line });
        }
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.join("\n") + "\n"
}

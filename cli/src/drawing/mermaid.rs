//! Writes a journey as Mermaid's `flowchart`, which GitHub, GitLab and many editors draw by themselves.

use std::fmt::Write;

use journey::Plan;

use super::phrases::{rules, triggers};
use super::shape::{Family, said, ways};

/// Draws a journey as text.
pub(crate) fn mermaid(plan: &Plan, subject: &dyn Fn(&str) -> Option<String>) -> String {
    let title = if plan.title.is_empty() {
        &plan.journey
    } else {
        &plan.title
    };
    let mut text = format!("---\ntitle: \"{}\"\n---\nflowchart TD\n", titled(title));
    let head = [triggers(plan), rules(plan)].concat().join("\n");
    let first = if plan.steps.is_empty() {
        "finished".to_owned()
    } else {
        "s0".to_owned()
    };
    let _ = writeln!(text, "  start([\"{}\"]) --> {first}", quoted(&head));
    let mut finishes = plan.steps.is_empty();
    for (at, step) in plan.steps.iter().enumerate() {
        let said = said(plan, step, subject);
        let parts = [Some(said.verb), Some(said.text), said.more];
        let words: Vec<_> = parts
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect();
        let words = quoted(&words.join("\n"));
        let (open, close) = match said.family {
            Family::Mail => ("[/\"", "\"/]"),
            Family::Wait => ("(\"", "\")"),
            Family::Choice => ("{\"", "\"}"),
            Family::Change | Family::Outside => ("[\"", "\"]"),
            Family::End => ("([\"", "\"])"),
        };
        let _ = writeln!(text, "  s{at}{open}{words}{close}");
        for (label, next) in ways(&step.action) {
            let to = match next {
                Some(next) => format!("s{next}"),
                None => {
                    finishes = true;
                    "finished".to_owned()
                }
            };
            let arrow = match label {
                Some(label) => format!("-- \"{}\" -->", quoted(&label)),
                None => "-->".to_owned(),
            };
            let _ = writeln!(text, "  s{at} {arrow} {to}");
        }
    }
    if finishes {
        text += "  finished([\"leaves\nfinished\"])\n"
            .replace('\n', "<br>")
            .trim_end_matches("<br>");
        text.push('\n');
    }
    text
}

/// Writes a title as YAML between quotes, in which Mermaid knows no entities: what could be markup anywhere is a code.
fn titled(text: &str) -> String {
    let mut safe = String::new();
    for c in text.chars() {
        match c {
            '"' | '\\' | '<' | '>' | '&' | '#' | '`' | '%' | '{' | '}' => {
                let _ = write!(safe, "\\u{:04x}", u32::from(c));
            }
            c if c.is_control()
                || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}') =>
            {
                safe.push(' ');
            }
            c => safe.push(c),
        }
    }
    safe
}

/// Writes a text so that Mermaid shows it and nothing of it is a command: its entities are `#name;`.
fn quoted(text: &str) -> String {
    let mut safe = String::new();
    for c in text.chars() {
        match c {
            '\n' => safe.push_str("<br>"),
            '"' => safe.push_str("#quot;"),
            '#' => safe.push_str("#35;"),
            '<' => safe.push_str("#lt;"),
            '>' => safe.push_str("#gt;"),
            '&' => safe.push_str("#amp;"),
            '`' => safe.push_str("#96;"),
            '\\' => safe.push_str("#92;"),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

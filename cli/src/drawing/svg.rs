//! Writes a journey as a picture: one file that needs nothing else.

use std::fmt::Write;

use journey::Plan;

use super::layout::{
    Drawn, LABEL, Line, PAD, Picture, SMALL, SMALL_LINE, TEXT, TEXT_LINE, VERB_LINE, layout,
};
use super::phrases::{rules, triggers};
use super::shape::Family;
use super::text;

/// Draws a journey.
pub(crate) fn svg(plan: &Plan, subject: &dyn Fn(&str) -> Option<String>) -> String {
    let picture = layout(plan, subject);
    let head = head(plan, (picture.width - 2.0).max(HEAD_MIN));
    let width = picture.width.max(HEAD_MIN) + 2.0 * MARGIN;
    let left = (width - picture.width) / 2.0;
    let top = MARGIN + head.height + 34.0;
    let height = top + picture.height + MARGIN;
    let title = if plan.title.is_empty() {
        &plan.journey
    } else {
        &plan.title
    };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         height=\"{height:.0}\" role=\"img\" aria-labelledby=\"t d\"><title id=\"t\">{}</title><desc id=\"d\">{}</desc>\
         <style>{STYLE}</style><rect width=\"100%\" height=\"100%\" class=\"paper\"/>",
        escaped(title),
        escaped(&described(plan, &picture)),
    );
    svg += &head.svg;
    let _ = write!(svg, "<g transform=\"translate({left:.1} {top:.1})\">");
    if let Some(first) = picture.boxes.first() {
        let x = first.x + first.width / 2.0;
        let _ = write!(
            svg,
            "<path class=\"line\" d=\"M{x:.1} -34V-7\"/>{}",
            arrow(x, 0.0)
        );
    }
    for line in &picture.lines {
        svg += &path(line);
    }
    for one in &picture.boxes {
        svg += &drawn(one);
    }
    for (x, y, label) in picture.lines.iter().filter_map(|line| line.label.as_ref()) {
        svg += &tag(*x, *y, label);
    }
    svg += "</g></svg>\n";
    svg
}

struct Head {
    height: f64,
    svg: String,
}

/// Draws the title, what lets people in, and what holds for all of it.
fn head(plan: &Plan, width: f64) -> Head {
    let title = if plan.title.is_empty() {
        &plan.journey
    } else {
        &plan.title
    };
    let mut svg = String::new();
    let mut y = MARGIN + 20.0;
    for line in text::lines(title, width / 22.0, 2) {
        let _ = write!(
            svg,
            "<text x=\"{MARGIN}\" y=\"{y:.1}\" class=\"title\">{}</text>",
            escaped(&line)
        );
        y += 27.0;
    }
    y -= 4.0;
    for line in triggers(plan) {
        for part in text::lines(&line, width / 13.0, 2) {
            let _ = write!(
                svg,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\" class=\"dot\"/><text x=\"{:.1}\" y=\"{y:.1}\" class=\"trigger\">{}</text>",
                MARGIN + 5.0,
                y - 4.5,
                MARGIN + 17.0,
                escaped(&part)
            );
            y += 19.0;
        }
    }
    for part in text::lines(&rules(plan).join("  ·  "), width / SMALL, 4) {
        let _ = write!(
            svg,
            "<text x=\"{MARGIN}\" y=\"{y:.1}\" class=\"rule\">{}</text>",
            escaped(&part)
        );
        y += 17.0;
    }
    Head {
        height: y - MARGIN,
        svg,
    }
}

fn drawn(one: &Drawn) -> String {
    let Drawn {
        x,
        y,
        width,
        height,
        said,
        ..
    } = one;
    let family = said.family.word();
    let radius = match said.family {
        Family::End => height / 2.0,
        Family::Wait => 18.0,
        Family::Mail | Family::Choice | Family::Change | Family::Outside => 9.0,
    };
    let mut svg = format!(
        "<g class=\"{family}\"><rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{radius:.1}\"/>{}",
        icon(said.family, x + PAD + 1.0, y + height / 2.0)
    );
    let at = x + PAD + 26.0;
    let mut line = y + PAD + VERB_LINE - 4.0;
    let _ = write!(
        svg,
        "<text x=\"{at:.1}\" y=\"{line:.1}\" class=\"verb\">{}</text>",
        escaped(&said.verb)
    );
    for part in &one.text {
        line += TEXT_LINE;
        let _ = write!(
            svg,
            "<text x=\"{at:.1}\" y=\"{line:.1}\" class=\"text\">{}</text>",
            escaped(part)
        );
    }
    for part in &one.more {
        line += SMALL_LINE;
        let _ = write!(
            svg,
            "<text x=\"{at:.1}\" y=\"{line:.1}\" class=\"more\">{}</text>",
            escaped(part)
        );
    }
    svg + "</g>"
}

/// Draws a small sign for a family, 16 points wide, about a middle.
fn icon(family: Family, x: f64, y: f64) -> String {
    let path = match family {
        Family::Mail => "M0 -5H16V6H0ZM0 -5L8 2L16 -5",
        Family::Wait => "M8 -7A7 7 0 1 1 7.9 -7ZM8 -3V0L11 2",
        Family::Choice => "M8 -7L15 0L8 7L1 0Z",
        Family::Change => "M1 -6H8L15 1L9 7L1 -1ZM4.5 -2.5h.01",
        Family::Outside => "M1 -6H8M1 -6V6H13V0M8 2L15 -6M10 -6H15V-1",
        Family::End => "M2 0L6 4L14 -5",
    };
    format!("<path class=\"icon\" transform=\"translate({x:.1} {y:.1})\" d=\"{path}\"/>")
}

fn path(line: &Line) -> String {
    let mut d = String::new();
    let last = line.corners.len().saturating_sub(1);
    for (at, (x, y)) in line.corners.iter().enumerate() {
        let to_step = line.to.is_some() || !line.around;
        let (x, y) = match at == last && to_step {
            true if line.around => (x + 7.0, *y),
            true => (*x, y - 7.0),
            false => (*x, *y),
        };
        let _ = write!(d, "{}{x:.1} {y:.1}", if at == 0 { "M" } else { "L" });
    }
    let class = if line.around { "line around" } else { "line" };
    let end = line
        .corners
        .last()
        .map_or_else(String::new, |(x, y)| match line.around {
            true => format!("<path class=\"tip\" d=\"M{x:.1} {y:.1}l8 -4.5v9z\"/>"),
            false => arrow(*x, *y),
        });
    format!("<path class=\"{class}\" d=\"{d}\"/>{end}")
}

fn arrow(x: f64, y: f64) -> String {
    format!("<path class=\"tip\" d=\"M{x:.1} {y:.1}l-4.5 -8h9z\"/>")
}

/// Draws what a way says, on a piece of paper of its own.
fn tag(x: f64, y: f64, label: &str) -> String {
    let shown = text::lines(label, TAG_MAX / LABEL, 1).join("");
    let width = text::width(&shown) * LABEL + 14.0;
    format!(
        "<rect class=\"tag\" x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"19\" rx=\"9.5\"/>\
         <text x=\"{x:.1}\" y=\"{:.1}\" class=\"label\">{}</text>",
        x - width / 2.0,
        y - 13.5,
        y + 0.5,
        escaped(&shown)
    )
}

/// Says in words what is drawn, for whoever cannot see it.
fn described(plan: &Plan, picture: &Picture) -> String {
    let steps = picture.boxes.iter().map(|one| {
        let parts = [one.said.verb.as_str(), one.said.text.as_str()];
        parts.join(" ").trim().to_owned()
    });
    let steps: Vec<_> = steps.collect();
    format!("{}. {}.", triggers(plan).join(" or "), steps.join("; "))
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\t' | '\n' | '\r' => safe.push(' '),
            // XML 1.0 cannot hold them at all.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

const MARGIN: f64 = 36.0;
const HEAD_MIN: f64 = 320.0;
const TAG_MAX: f64 = 230.0;
const _: () = assert!(TEXT < TEXT_LINE);

const STYLE: &str = "\
text{font-family:Inter,'Segoe UI',system-ui,-apple-system,Roboto,'Helvetica Neue',Arial,sans-serif;fill:#1f2933}\
.paper{fill:#fbf9f5}.title{font-size:22px;font-weight:650;letter-spacing:-.2px}\
.trigger{font-size:13px;font-weight:550}.rule{font-size:11.5px;fill:#5b6672}.dot{fill:#0b6e5f}\
.verb{font-size:10.5px;font-weight:600;letter-spacing:.5px;fill:#5b6672;text-transform:uppercase}\
.text{font-size:14px;font-weight:600}.more{font-size:11.5px;fill:#4a5560}\
.label{font-size:12px;text-anchor:middle;fill:#37424d}\
.tag{fill:#fbf9f5;stroke:#d5cfc4}\
.line{fill:none;stroke:#9aa3ab;stroke-width:1.6;stroke-linejoin:round}.around{stroke-dasharray:5 4}\
.tip{fill:#9aa3ab}.icon{fill:none;stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}\
g>rect{stroke-width:1.4}\
.mail>rect{fill:#e6f1ee;stroke:#0b6e5f}.mail>.icon{stroke:#0b6e5f}\
.wait>rect{fill:#f7efdd;stroke:#b07d1a}.wait>.icon{stroke:#94660d}\
.choice>rect{fill:#e9edf7;stroke:#4a62a8}.choice>.icon{stroke:#4a62a8}\
.change>rect{fill:#f4e8ef;stroke:#a04a78}.change>.icon{stroke:#a04a78}\
.outside>rect{fill:#f0e9e2;stroke:#8a5a35}.outside>.icon{stroke:#8a5a35}\
.end>rect{fill:#fff;stroke:#9aa3ab}.end>.icon{stroke:#5b6672}";

//! Writes a journey as a picture: one file that needs nothing else.

use std::fmt::Write;

use journey::Plan;

use super::layout::{Drawn, LABEL_MIN, Label, Line, PAD, Picture, SIGN, layout};
use super::phrases::{rules, triggers};
use super::shape::Family;
use super::text::{Cut, Font};

/// Draws a journey.
pub(crate) fn svg(plan: &Plan, subject: &dyn Fn(&str) -> Option<String>) -> String {
    let picture = layout(plan, subject);
    let head = head(plan, picture.width);
    let width = picture.width.max(head.width) + 2.0 * MARGIN;
    let left = (width - picture.width) / 2.0;
    let top = MARGIN + head.height + 34.0;
    let height = top + picture.height + MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         height=\"{height:.0}\" role=\"img\" aria-labelledby=\"t d\"><title id=\"t\">{}</title><desc id=\"d\">{}</desc>\
         <style>{STYLE}</style><rect width=\"100%\" height=\"100%\" class=\"paper\"/>",
        escaped(title(plan)),
        escaped(&described(plan, &picture)),
    );
    svg += &head.svg();
    let _ = write!(svg, "<g transform=\"translate({left:.1} {top:.1})\">");
    if let Some(first) = picture.boxes.first() {
        let x = first.x + first.width / 2.0;
        let _ = write!(
            svg,
            "<path class=\"line\" d=\"M{x:.1} -34V-7\"/>{}",
            tip((x, -34.0), (x, 0.0))
        );
    }
    // What runs around lies under what leads on.
    for line in picture.lines.iter().filter(|line| line.around) {
        svg += &path(line);
    }
    for line in picture.lines.iter().filter(|line| !line.around) {
        svg += &path(line);
    }
    for one in &picture.boxes {
        svg += &drawn(one);
    }
    for label in picture.lines.iter().filter_map(|line| line.label.as_ref()) {
        svg += &tag(label);
    }
    svg += "</g></svg>\n";
    svg
}

/// What stands over a picture: the title, what lets people in, and what holds for all of it.
pub(super) struct Head {
    pub(super) width: f64,
    height: f64,
    pub(super) lines: Vec<Written>,
}

/// A line of a head, and where it begins.
pub(super) struct Written {
    pub(super) text: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests measure it"))]
    pub(super) font: Font,
    pub(super) x: f64,
    y: f64,
    class: &'static str,
    /// Whether it is the first of its paragraph, and that one has a dot.
    dot: bool,
}

/// Writes a head over a picture that is so wide, or wider where its lines need that.
pub(super) fn head(plan: &Plan, width: f64) -> Head {
    let triggers = triggers(plan);
    let wanted = triggers.iter().map(|line| Font::TRIGGER.width(line) + DOT);
    let wanted = wanted.fold(Font::TITLE.width(title(plan)), f64::max);
    let mut head = Head {
        width: width.max(wanted.ceil().clamp(HEAD_MIN, HEAD_MAX)),
        height: 20.0,
        lines: Vec::new(),
    };
    head.write(title(plan), Font::TITLE, "title", (3, Cut::End));
    head.height -= 4.0;
    for line in &triggers {
        head.write(line, Font::TRIGGER, "trigger", (4, Cut::Middle));
    }
    let rules = rules(plan).join(" · ");
    head.write(&rules, Font::RULE, "rule", (8, Cut::End));
    head
}

impl Head {
    fn write(&mut self, text: &str, font: Font, class: &'static str, (most, cut): (usize, Cut)) {
        let dot = class == "trigger";
        let x = if dot { DOT } else { 0.0 };
        let lines = font.lines(text, self.width - x, most, cut);
        for (number, text) in lines.into_iter().enumerate() {
            self.lines.push(Written {
                text,
                font,
                x,
                y: self.height,
                class,
                dot: dot && number == 0,
            });
            self.height += font.line;
        }
    }

    fn svg(&self) -> String {
        let mut svg = String::new();
        for line in &self.lines {
            let (x, y) = (MARGIN + line.x, MARGIN + line.y);
            if line.dot {
                let (x, y) = (MARGIN + 5.0, y - 4.5);
                let _ = write!(
                    svg,
                    "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" class=\"dot\"/>"
                );
            }
            let _ = write!(
                svg,
                "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{}\">{}</text>",
                line.class,
                escaped(&line.text)
            );
        }
        svg
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
    let at = x + PAD + SIGN;
    let mut line = y + PAD + Font::VERB.line - 4.0;
    let _ = write!(
        svg,
        "<text x=\"{at:.1}\" y=\"{line:.1}\" class=\"verb\">{}</text>",
        escaped(&said.verb)
    );
    for part in &one.text {
        line += Font::TEXT.line;
        let _ = write!(
            svg,
            "<text x=\"{at:.1}\" y=\"{line:.1}\" class=\"text\">{}</text>",
            escaped(part)
        );
    }
    for part in &one.more {
        line += Font::MORE.line;
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
    let mut corners = line.corners.clone();
    let mut end = String::new();
    if let [.., from, to] = corners.as_mut_slice()
        && line.tip
    {
        end = tip(*from, *to);
        // The line ends in the tip, and does not stick out of it.
        to.0 -= toward(from.0, to.0) * 7.0;
        to.1 -= toward(from.1, to.1) * 7.0;
    }
    let mut d = String::new();
    for (at, (x, y)) in corners.iter().enumerate() {
        let _ = write!(d, "{}{x:.1} {y:.1}", if at == 0 { "M" } else { "L" });
    }
    let class = if line.around { "line around" } else { "line" };
    format!("<path class=\"{class}\" d=\"{d}\"/>{end}")
}

/// Draws the tip of a line that comes from one place to another, straight across or straight down.
fn tip(from: (f64, f64), (x, y): (f64, f64)) -> String {
    let shape = match (toward(from.0, x), toward(from.1, y)) {
        (across, _) if across > 0.0 => "l-8 -4.5v9z",
        (across, _) if across < 0.0 => "l8 -4.5v9z",
        (_, down) if down < 0.0 => "l-4.5 8h9z",
        (_, _) => "l-4.5 -8h9z",
    };
    format!("<path class=\"tip\" d=\"M{x:.1} {y:.1}{shape}\"/>")
}

fn toward(from: f64, to: f64) -> f64 {
    if from == to {
        0.0
    } else {
        (to - from).signum()
    }
}

/// Draws what a way says, on a piece of paper of its own.
fn tag(label: &Label) -> String {
    let Label {
        x,
        y,
        width,
        height,
        lines,
    } = label;
    let mut svg = format!(
        "<rect class=\"tag\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{:.1}\"/>",
        LABEL_MIN / 2.0
    );
    let (middle, mut line) = (x + width / 2.0, y + 13.8);
    for text in lines {
        let _ = write!(
            svg,
            "<text x=\"{middle:.1}\" y=\"{line:.1}\" class=\"label\">{}</text>",
            escaped(text)
        );
        line += Font::LABEL.line;
    }
    svg
}

fn title(plan: &Plan) -> &str {
    if plan.title.is_empty() {
        &plan.journey
    } else {
        &plan.title
    }
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
const DOT: f64 = 17.0;
/// How wide the head is at least, and how wide it makes a picture at most.
const HEAD_MIN: f64 = 320.0;
const HEAD_MAX: f64 = 620.0;

const STYLE: &str = "\
text{font-family:Inter,'Segoe UI',-apple-system,Roboto,'Helvetica Neue',Arial,system-ui,sans-serif;fill:#1f2933}\
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

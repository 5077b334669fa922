//! The document as a page of its own: to read, to copy from, to print.

use std::fmt::Write;

use super::ask::Ask;
use super::records::{Purpose, TTL_S};
use super::state::{Entry, State};
use super::text::{PURPOSES, zone};
use crate::html::escape;

/// Makes the page. Whatever DNS holds stands in it as text only.
pub(crate) fn page(ask: &Ask) -> String {
    let frame = ask.language.frame();
    let mut html = String::new();
    let title = escape(&ask.fill(frame.title));
    // Writing to a String cannot fail.
    let _ = write!(
        html,
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>{title}</title>\n\
         <style>\n{}</style>\n</head>\n<body>\n<main>\n<header>\n<p class=\"for\">{}</p>\n\
         <h1>{title}</h1>\n<p class=\"intro\">{}</p>\n<p>{}</p>\n",
        ask.language.code(),
        include_str!("page.css"),
        escape(&ask.fill(frame.reader)),
        escape(&ask.fill(frame.intro)),
        escape(&ask.fill(frame.untouched)),
    );
    if ask.is_done() {
        let _ = writeln!(html, "<p class=\"done\">{}</p>", escape(frame.done));
    }
    html.push_str("</header>\n");
    let sections = PURPOSES
        .iter()
        .filter(|purpose| ask.of(**purpose).next().is_some());
    for (at, purpose) in sections.enumerate() {
        section(&mut html, ask, *purpose, at + 1);
    }
    tips(&mut html, ask);
    let _ = write!(
        html,
        "<section class=\"aside\">\n<h2>{}</h2>\n<p>{}</p>\n<pre tabindex=\"0\">{}</pre>\n</section>\n\
         <footer><p>{}</p></footer>\n</main>\n</body>\n</html>\n",
        escape(frame.zone_title),
        escape(frame.zone),
        escape(zone(ask).trim_end()),
        escape(frame.end),
    );
    html
}

fn section(html: &mut String, ask: &Ask, purpose: Purpose, number: usize) {
    let [title, why, without] = ask.language.purpose(purpose);
    let _ = write!(
        html,
        "<section>\n<h2><span class=\"number\">{number}</span>{}</h2>\n<p>{}</p>\n<p class=\"without\">{}</p>\n",
        escape(&ask.fill(title)),
        escape(&ask.fill(why)),
        escape(&ask.fill(without)),
    );
    if purpose == Purpose::Dmarc {
        dmarc(html, ask);
    }
    for entry in ask.of(purpose) {
        record(html, ask, entry);
    }
    html.push_str("</section>\n");
}

fn dmarc(html: &mut String, ask: &Ask) {
    let frame = ask.language.frame();
    html.push_str("<dl class=\"policies\">\n");
    for (policy, meaning) in frame.policies {
        let _ = writeln!(
            html,
            "<div><dt><code>{policy}</code></dt><dd>{}</dd></div>",
            escape(meaning)
        );
    }
    let _ = writeln!(html, "</dl>\n<p>{}</p>", escape(frame.reports));
    if let Some(kept) = &ask.kept {
        let at = format!("_dmarc.{}", kept.domain);
        let _ = writeln!(
            html,
            "<p>{}</p>\n<ul>",
            escape(&frame.kept.replace("{at}", &at))
        );
        for remark in ask.remarks() {
            let _ = writeln!(html, "<li>{}</li>", escape(&ask.language.remark(&remark)));
        }
        html.push_str("</ul>\n");
    }
}

fn record(html: &mut String, ask: &Ask, Entry { record, state }: &Entry) {
    let frame = ask.language.frame();
    // A long name breaks at its dots, and is still copied in one piece.
    let broken = |text: &str| escape(text).replace('.', ".<wbr>");
    let copied = |text: &str| format!("<code class=\"copy\">{}</code>", broken(text));
    let ttl = TTL_S.to_string();
    let parts = [
        ("kind", frame.kind, copied(record.kind.name())),
        ("name", frame.name, copied(&record.name)),
        ("ttl", frame.ttl, copied(&ttl)),
        ("value", frame.value, copied(&record.value)),
    ];
    let class = state.name();
    let label = escape(ask.language.state(state));
    let _ = writeln!(
        html,
        "<div class=\"record {class}\">\n<p class=\"state\">{label}</p>\n<dl>"
    );
    for (class, name, value) in parts {
        let _ = writeln!(
            html,
            "<div class=\"{class}\"><dt>{}</dt><dd>{value}</dd></div>",
            escape(name)
        );
    }
    html.push_str("</dl>\n");
    if let State::Wrong { there, why } = state {
        let _ = writeln!(
            html,
            "<p class=\"why\">{}</p>",
            escape(ask.language.why(*why))
        );
        for value in there {
            let _ = writeln!(
                html,
                "<p class=\"there\"><code>{}</code></p>",
                escape(value)
            );
        }
    }
    html.push_str("</div>\n");
}

fn tips(html: &mut String, ask: &Ask) {
    let frame = ask.language.frame();
    let _ = writeln!(
        html,
        "<section class=\"aside\">\n<h2>{}</h2>\n<ul>",
        escape(frame.tips_title)
    );
    for tip in ask.tips() {
        let _ = writeln!(html, "<li>{}</li>", escape(&tip));
    }
    html.push_str("</ul>\n</section>\n");
}

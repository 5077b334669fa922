//! Shows findings to people, as lines under headings, and to programs.

use serde_json::{Value, json};

use super::{Finding, Mark};
use crate::output::Terminal;
use crate::words;

/// Shows findings to people.
pub(crate) fn show(findings: &[Finding], terminal: Terminal) -> String {
    let width = |text: &dyn Fn(&Finding) -> usize| findings.iter().map(text).max().unwrap_or(0);
    let checks = width(&|finding| finding.check.chars().count());
    let abouts = width(&|finding| about(finding).chars().count());
    let mut lines = Vec::new();
    for finding in findings {
        let mark = format!("{:<6}", finding.mark.name());
        let mark = match finding.mark {
            Mark::Fine => terminal.good(mark),
            Mark::Advice => terminal.strong(mark),
            Mark::Wrong | Mark::Unread => terminal.bad(mark),
        };
        lines.push(format!(
            "  {mark}  {:<checks$}  {:<abouts$}  {}",
            finding.check,
            about(finding),
            finding.says
        ));
        if let Some(do_this) = &finding.do_this {
            let indent = " ".repeat(14 + checks + abouts);
            lines.push(format!(
                "{indent}{}",
                terminal.faint(format!("-> {do_this}"))
            ));
        }
    }
    lines.push(String::new());
    lines.push(summary(findings, terminal));
    lines.join("\n")
}

fn about(finding: &Finding) -> &str {
    finding.about.as_deref().unwrap_or_default()
}

fn summary(findings: &[Finding], terminal: Terminal) -> String {
    let count = |mark| {
        findings
            .iter()
            .filter(|finding| finding.mark == mark)
            .count()
    };
    let (wrong, unread) = (count(Mark::Wrong), count(Mark::Unread));
    let all = words::count(findings.len(), "check");
    match (wrong, unread) {
        (0, 0) => terminal.good(format!("All is well: {all}.")),
        (0, unread) => terminal.bad(format!("{unread} of {all} could not be made.")),
        (wrong, 0) => terminal.bad(format!("{wrong} of {all} found something wrong.")),
        (wrong, unread) => terminal.bad(format!(
            "{wrong} of {all} found something wrong, and {unread} could not be made."
        )),
    }
}

/// Shows findings to programs.
pub(crate) fn json(stack: &str, region: &str, findings: &[Finding]) -> Value {
    let shown = findings.iter().map(|finding| {
        json!({
            "check": finding.check,
            "about": finding.about,
            "state": finding.mark.name(),
            "says": finding.says,
            "do": finding.do_this,
        })
    });
    json!({
        "stack": stack,
        "region": region,
        "ok": findings.iter().all(|finding| finding.mark <= Mark::Advice),
        "findings": shown.collect::<Vec<_>>(),
    })
}

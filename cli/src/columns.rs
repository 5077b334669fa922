//! Tables for people: columns that stand under each other, and nothing drawn around them.

use comfy_table::{Table, presets};

use crate::output::Terminal;

/// Lays out rows under their headings, each line set in by two spaces.
pub(crate) fn columns<const N: usize>(
    headings: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
    terminal: Terminal,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(headings);
    for row in rows {
        table.add_row(row);
    }
    let lines = table.lines().enumerate().map(|(at, line)| {
        let line = format!(" {}", line.trim_end());
        match at {
            0 => terminal.faint(line),
            _ => line,
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

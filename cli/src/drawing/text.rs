//! How wide a text is, and where it breaks, without a font at hand.

/// Returns about how wide a text is at a size of 1: sans-serif fonts differ by a few percent only.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(advance).sum()
}

fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | 'I' => 0.29,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | ' ' | '-' | '"' | '`' => 0.36,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.9,
        'A'..='Z' | '&' | '<' | '>' | '=' | '+' => 0.69,
        '0'..='9' | 'a'..='z' | '_' | '$' | '#' | '*' | '?' => 0.58,
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' => 0.0,
        c if (c as u32) < 0x2e80 => 0.66,
        // Ideographs and emoji are square.
        _ => 1.05,
    }
}

/// Breaks a text into lines of at most `wide` at a size of 1; a word that is too long is broken, and what is more than
/// `lines_max` lines ends in an ellipsis.
pub(super) fn lines(text: &str, wide: f64, lines_max: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        let mut rest = word;
        while !rest.is_empty() {
            let line = lines.last().map_or("", String::as_str);
            let gap = if line.is_empty() { "" } else { " " };
            if width(line) + width(gap) + width(rest) <= wide {
                push(&mut lines, gap, rest);
                rest = "";
            } else if line.is_empty() {
                let at = fitting(rest, wide);
                push(&mut lines, "", &rest[..at]);
                rest = &rest[at..];
                if !rest.is_empty() {
                    lines.push(String::new());
                }
            } else {
                lines.push(String::new());
            }
        }
    }
    if lines.len() > lines_max {
        lines.truncate(lines_max);
        if let Some(last) = lines.last_mut() {
            while width(last) + width("…") > wide && last.pop().is_some() {}
            last.push('…');
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

fn push(lines: &mut [String], gap: &str, part: &str) {
    if let Some(line) = lines.last_mut() {
        line.push_str(gap);
        line.push_str(part);
    }
}

/// Returns how many bytes of a word fit; at least one character.
fn fitting(word: &str, wide: f64) -> usize {
    let mut used = 0.0;
    for (at, c) in word.char_indices() {
        used += advance(c);
        if used > wide && at > 0 {
            return at;
        }
    }
    word.len()
}

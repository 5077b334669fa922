//! How wide a text is, and where it breaks, without a font at hand.

/// The letters of one kind of text in a picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Font {
    /// In points.
    pub(super) size: f64,
    /// From one line to the next, in points.
    pub(super) line: f64,
    /// How wide each printable ASCII character is, in hundredths of the size.
    advances: &'static [u8; 95],
}

/// Where a text is cut that has no room.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Cut {
    /// At its end, as a sentence is.
    End,
    /// Before its last line: conditions that begin alike mostly differ at their end.
    Middle,
}

impl Font {
    pub(super) const TITLE: Self = Self::new(22.0, 27.0, &HEAVY);
    pub(super) const TRIGGER: Self = Self::new(13.0, 19.0, &HEAVY);
    pub(super) const RULE: Self = Self::new(11.5, 17.0, &PLAIN);
    pub(super) const VERB: Self = Self::new(10.5, 15.0, &HEAVY);
    pub(super) const TEXT: Self = Self::new(14.0, 19.0, &HEAVY);
    pub(super) const MORE: Self = Self::new(11.5, 16.0, &PLAIN);
    pub(super) const LABEL: Self = Self::new(12.0, 15.0, &PLAIN);

    const fn new(size: f64, line: f64, advances: &'static [u8; 95]) -> Self {
        Self {
            size,
            line,
            advances,
        }
    }

    /// Returns how wide a text is at most, in points, whichever font a machine has.
    pub(super) fn width(self, text: &str) -> f64 {
        text.chars().map(|c| self.advance(c)).sum()
    }

    /// Breaks a text into at most `lines_max` lines of at most `wide` points.
    ///
    /// A word that is too long is broken, after a point or a dash where it has one, and what has no room is cut.
    pub(super) fn lines(self, text: &str, wide: f64, lines_max: usize, cut: Cut) -> Vec<String> {
        // A dot between two things stays with the first.
        let text = text.replace(" · ", "\u{a0}· ");
        let words = text.split(|c: char| c.is_whitespace() && c != '\u{a0}');
        let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        let mut lines = Vec::new();
        let mut line = String::new();
        for word in &words {
            let mut rest = *word;
            if !line.is_empty() && self.width(&line) + self.width(" ") + self.width(rest) > wide {
                lines.push(std::mem::take(&mut line));
            }
            while line.is_empty() && self.width(rest) > wide {
                let (fits, more) = rest.split_at(self.fitting(rest, wide));
                lines.push(fits.to_owned());
                rest = more;
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(rest);
        }
        lines.extend(Some(line).filter(|line| !line.is_empty()));
        if lines.len() > lines_max {
            lines.truncate(lines_max);
            let last = lines.pop().unwrap_or_default();
            lines.push(match cut {
                Cut::End => self.begun(last, wide),
                Cut::Middle => self.ended(&words.join(" "), wide),
            });
        }
        lines
    }

    /// Breaks a text as [`lines`](Self::lines) does, and makes the lines about as long as each other.
    pub(super) fn balanced(self, text: &str, wide: f64, lines_max: usize, cut: Cut) -> Vec<String> {
        let lines = self.lines(text, wide, lines_max, cut);
        let narrower = (10..20).map(|part| wide * f64::from(part) / 20.0);
        let mut tried = narrower.map(|wide| self.lines(text, wide, usize::MAX, cut));
        let balanced = tried.find(|tried| tried.len() == lines.len());
        balanced.unwrap_or(lines)
    }

    /// Returns the beginning of a line with an ellipsis after it.
    fn begun(self, mut line: String, wide: f64) -> String {
        while self.width(&line) + self.width("…") > wide && line.pop().is_some() {}
        line + "…"
    }

    /// Returns as much of the end of a text as has room after an ellipsis, from a word on if there is one.
    fn ended(self, text: &str, wide: f64) -> String {
        let room = wide - self.width("…");
        let mut starts = text.char_indices().map(|(at, _)| at);
        let from = starts.find(|at| self.width(&text[*at..]) <= room);
        let end = from.map_or("", |from| &text[from..]);
        let word = end.find(' ').filter(|at| *at < end.len() / 2);
        let end = word.map_or(end, |at| &end[at + 1..]);
        format!("…{end}")
    }

    /// Returns how many bytes of a word fit; at least one character.
    fn fitting(self, word: &str, wide: f64) -> usize {
        let mut used = 0.0;
        let mut seam = 0;
        for (at, c) in word.char_indices() {
            used += self.advance(c);
            if used > wide && at > 0 {
                // A seam far at the front would leave a line nearly empty.
                return if seam * 2 > at { seam } else { at };
            }
            if matches!(c, '.' | '_' | '-' | '/' | '(' | ',' | '=' | '&' | '?') {
                seam = at + c.len_utf8();
            }
        }
        word.len()
    }

    fn advance(self, c: char) -> f64 {
        let ascii = (c as usize)
            .checked_sub(0x20)
            .and_then(|at| self.advances.get(at));
        let hundredths = match (ascii, c) {
            (Some(known), _) => f64::from(*known),
            (None, '\u{a0}' | '·' | '‘' | '’') => 39.0,
            (None, 'æ' | 'œ' | 'Æ' | 'Œ' | 'ŵ' | 'Ŵ' | '½' | '¼' | '¾' | '‰') => 118.0,
            (None, '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}') => {
                0.0
            }
            (None, '\u{a1}'..='\u{24f}') if c.is_lowercase() => 74.0,
            (None, '\u{a1}'..='\u{24f}') => 88.0,
            (None, c) if (c as u32) < 0x2e80 => 104.0,
            // Ideographs are square, and emoji somewhat wider.
            (None, c) if (c as u32) < 0x1_f000 => 106.0,
            (None, _) => 130.0,
        };
        hundredths / 100.0 * self.size
    }
}

/// The wider of DejaVu Sans, which stands in on many machines, and of Arial, for ` ` to `~`; nearly all others are narrower.
const PLAIN: [u8; 95] = [
    32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 34, 34, 84, 84, 84, 56, 102, 69, 69, 73, 78, 67, 62, 78, 76, 30, 50, 67, 56, 87, 75,
    79, 67, 79, 73, 67, 62, 74, 69, 99, 69, 67, 69, 40, 34, 40, 84, 56, 50, 62, 64, 55, 64, 62, 36,
    64, 64, 28, 28, 58, 28, 98, 64, 62, 64, 64, 42, 53, 40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84,
];

/// The same for their bold letters, which stand in for all weights in between.
const HEAVY: [u8; 95] = [
    35, 46, 53, 84, 70, 101, 88, 31, 46, 46, 53, 84, 38, 42, 38, 37, 70, 70, 70, 70, 70, 70, 70,
    70, 70, 70, 40, 40, 84, 84, 84, 62, 100, 78, 77, 74, 84, 69, 69, 83, 84, 38, 56, 78, 64, 100,
    84, 86, 74, 86, 78, 73, 69, 82, 78, 111, 78, 73, 73, 46, 37, 46, 84, 56, 50, 68, 72, 60, 72,
    68, 44, 72, 72, 35, 35, 67, 35, 105, 72, 69, 72, 72, 50, 60, 48, 72, 66, 93, 65, 66, 59, 72,
    37, 72, 84,
];

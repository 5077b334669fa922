//! Whatever somebody writes, they get a mail or a defect that points into their file.

use super::dice::Dice;
use super::{compile, paths};
use crate::template::{Context, Purpose, parse, parse_layout};

#[test]
fn no_text_makes_the_compiler_panic() {
    let paths = paths();
    let context = Context {
        paths: &paths,
        purpose: Purpose::Marketing,
        locale: "nl",
    };
    let mut dice = Dice(7);
    let mut compiled = 0;
    for round in 0..1_500 {
        let mut text = String::from("---\nsubject: x\n---\n");
        for _ in 0..dice.roll(12) {
            text.push_str(dice.pick(&PIECES));
        }
        if dice.roll(3) == 0 {
            let chars: Vec<char> = text.chars().collect();
            let (from, to) = (dice.roll(chars.len()), dice.roll(chars.len()));
            text = chars[from.min(to)..from.max(to)].iter().collect();
        }
        let file = ["t.md", "t.html", "t.mjml"][dice.roll(3)];
        let defects = match parse(file, &text, None) {
            Ok(parsed) => {
                let defects = parsed.check(None, &context);
                // Only some rounds: MJML takes a hundred times longer than all the rest.
                if defects.is_empty() && round % 10 == 0 {
                    compiled += usize::from(parsed.compile(None, &context).is_ok());
                }
                defects
            }
            Err(defects) => defects,
        };
        let layout = parse_layout("l.mjml", &text).err().unwrap_or_default();
        for defect in defects.iter().chain(&layout) {
            assert!(
                text.get(defect.place.span.clone()).is_some(),
                "{defect:?} of {text:?}"
            );
            assert!(
                !defect.help.is_empty() && !defect.what.is_empty(),
                "{defect:?}"
            );
        }
    }
    assert!(
        compiled > 10,
        "only {compiled} were in order: the pieces show nothing"
    );
}

#[test]
fn deep_nesting_is_refused_before_it_overflows() {
    for (open, close) in [
        ("> ", ""),
        ("- ", ""),
        ("<b>", "</b>"),
        ("*_", "_*"),
        ("[", "](https://x.example)"),
    ] {
        let text = format!(
            "{}{}x{}",
            super::HEAD,
            open.repeat(5_000),
            close.repeat(5_000)
        );
        let said = compile("t.md", &text, None).err().unwrap_or_default();
        let nests = matches!(open, "> " | "- " | "<b>");
        assert!(said.contains("too deep") || !nests, "{open}: {said}");
    }
    let calls = format!(
        "{}{{{{not {}x{}}}}}",
        super::HEAD,
        "(not ".repeat(2_000),
        ")".repeat(2_000)
    );
    assert!(
        compile("t.md", &calls, None)
            .unwrap_err()
            .contains("cannot be read")
    );
}

const PIECES: [&str; 34] = [
    "{{",
    "}}",
    "{{{",
    "\"",
    "'",
    "\\",
    "{{#if event.Urgent}}",
    "{{else}}",
    "{{/if}}",
    "{{#each contact.tags}}",
    "{{/each}}",
    "{{this}}",
    "{{recipient.full_name}}",
    "{{date event.Started \"long\"}}",
    "{{! ë }}",
    "{{!-- --}}",
    "\n\n",
    "\n",
    "- ",
    "1. ",
    "> ",
    "# é\n",
    "| a | b |\n|---|---|\n",
    "[x](https://x.example)",
    "<p class=\"é\">",
    "</p>",
    "<!--",
    "-->",
    "<mj-section>",
    "</mj-section>",
    "[automationfield:X]]",
    "€ tekst ",
    "```\n",
    "&amp; <br>",
];

//! Writes the page: plain HTML that needs no script, for phones, screen readers and dark rooms.

use std::fmt::Write;

use engine::{Ask, Permission, Preferences};

use crate::words::{Language, Problem};

/// Writes what holds now, and the buttons to change it.
pub(crate) fn preferences(language: Language, found: &Preferences, done: &Ask) -> String {
    let words = language.words();
    let (_, about) = &found.topic;
    let mut main = String::new();
    if let Some((what, more)) = outcome(language, found, done) {
        let _ = write!(
            main,
            "<div class=\"done\" role=\"status\"><strong>{}</strong>{}</div>",
            escaped(&what),
            more.map(|more| format!("<p>{}</p>", escaped(&more)))
                .unwrap_or_default()
        );
    }
    let (now, buttons) = match found.permission {
        Permission::Given => (words.gets.to_owned(), vec![("leave", words.leave, "main")]),
        Permission::Missing => (
            words.gets_not.to_owned(),
            vec![("return", words.stay, "plain")],
        ),
        Permission::Unconfirmed => (
            words.asks.to_owned(),
            vec![("return", words.yes, "main"), ("leave", words.no, "plain")],
        ),
        // Who has quiet may want to leave for good as well.
        Permission::Quiet { until } => (
            words.quiet.replace("{}", &language.day(until)),
            vec![
                ("return", words.stay, "plain"),
                ("leave", words.leave, "plain"),
            ],
        ),
    };
    let _ = write!(
        main,
        "<section><h2>{}</h2><p>{}</p>{}</section>",
        escaped(&words.mails.replace("{}", about)),
        escaped(&now),
        row(&buttons)
    );
    if found.permission == Permission::Given {
        let _ = write!(
            main,
            "<section><h2>{}</h2><p>{}</p>{}</section>",
            escaped(words.less),
            escaped(words.less_more),
            row(&[
                ("quiet-30", words.quiet_30, "plain"),
                ("quiet-90", words.quiet_90, "plain")
            ])
        );
    }
    if found.topics.len() > 1 {
        main.push_str(&topics(language, found));
    }
    let _ = write!(main, "<p class=\"small\">{}</p>", escaped(words.service));
    let title = match &found.organization {
        Some(organization) => words.title.replace("{}", organization),
        None => words.title_alone.to_owned(),
    };
    document(language, &title, &main)
}

/// Writes every topic with a box to tick.
fn topics(language: Language, found: &Preferences) -> String {
    let words = language.words();
    let mut main = String::new();
    let _ = write!(
        main,
        "<section><form method=\"post\"><fieldset><legend>{}</legend><p>{}</p>",
        escaped(words.all),
        escaped(words.all_more)
    );
    // What the page shows, so that a page that lies open for long changes no more than its reader does.
    main.push_str("<input type=\"hidden\" name=\"was\" value=\"\">");
    for (name, title, permission) in &found.topics {
        let note = match permission {
            Permission::Quiet { until } => {
                let note = words.quiet_note.replace("{}", &language.day(*until));
                format!(" <small>{}</small>", escaped(&note))
            }
            Permission::Unconfirmed => format!(" <small>{}</small>", escaped(words.waits)),
            Permission::Given | Permission::Missing => String::new(),
        };
        let was = match permission {
            Permission::Given => {
                let name = escaped(name);
                format!("<input type=\"hidden\" name=\"was\" value=\"{name}\">")
            }
            Permission::Missing | Permission::Quiet { .. } | Permission::Unconfirmed => {
                String::new()
            }
        };
        let _ = write!(
            main,
            "{was}<label><input type=\"checkbox\" name=\"topic\" value=\"{}\"{}> <span>{}{note}</span></label>",
            escaped(name),
            match permission {
                Permission::Given => " checked",
                Permission::Missing | Permission::Quiet { .. } | Permission::Unconfirmed => "",
            },
            escaped(title)
        );
    }
    let _ = write!(
        main,
        "</fieldset>{}</form></section>",
        button("save", words.save, "plain")
    );
    main
}

/// Says what keeps the page from being shown.
pub(crate) fn problem(language: Language, problem: Problem) -> String {
    let words = language.words();
    let main = format!("<p>{}</p>", escaped(words.of(problem)));
    document(language, words.problem, &main)
}

/// Says what was done, if anything was.
fn outcome(
    language: Language,
    found: &Preferences,
    done: &Ask,
) -> Option<(String, Option<String>)> {
    let words = language.words();
    let (_, about) = &found.topic;
    match done {
        Ask::Look => None,
        Ask::In => Some((words.back.to_owned(), None)),
        Ask::Out { .. } => {
            let more = words.left_more.replace("{}", about);
            Some((words.left.to_owned(), Some(more)))
        }
        Ask::Changes { .. } | Ask::Quiet { .. } | Ask::Topics(_) => {
            Some((words.saved.to_owned(), None))
        }
    }
}

/// Writes a form of buttons, one of which is pressed.
fn row(buttons: &[(&str, &str, &str)]) -> String {
    let buttons: String = buttons
        .iter()
        .map(|(value, label, class)| button(value, label, class))
        .collect();
    format!("<form method=\"post\" class=\"row\">{buttons}</form>")
}

fn button(value: &str, label: &str, class: &str) -> String {
    format!(
        "<button name=\"do\" value=\"{value}\" class=\"{class}\">{}</button>",
        escaped(label)
    )
}

fn document(language: Language, title: &str, main: &str) -> String {
    let (lang, title) = (language.tag(), escaped(title));
    format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title>\
         <style>{STYLE}</style></head><body><main><h1>{title}</h1>{main}</main></body></html>"
    )
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1d2733;--soft:#56616e;--paper:#f4f1ec;--card:#fffdfa;--line:#d9d2c7;--main:#0b5d51;--on:#fff;--ok:#e3f1ec}\
@media(prefers-color-scheme:dark){:root{--ink:#ece8e1;--soft:#b3aca1;--paper:#17191c;--card:#212429;--line:#3a3f46;--main:#7fd1c0;--on:#10211d;--ok:#1f3530}}\
*{box-sizing:border-box}\
body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}\
main{max-width:36rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}\
h1{font-size:1.6rem;line-height:1.25;margin:0 0 1.5rem;letter-spacing:-.01em;overflow-wrap:anywhere}\
h2,legend{font-size:1.125rem;font-weight:650;margin:0 0 .25rem;padding:0;overflow-wrap:anywhere}\
section,.done{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1.25rem 1.35rem;margin:0 0 1rem}\
.done{background:var(--ok);border-color:var(--main)}\
p{margin:.15rem 0 1rem}.done p{margin:.35rem 0 0}\
fieldset{border:0;margin:0 0 1rem;padding:0}\
label{display:flex;gap:.75rem;align-items:center;padding:.65rem 0;border-top:1px solid var(--line);cursor:pointer;overflow-wrap:anywhere}\
input{width:1.35rem;height:1.35rem;flex:none;accent-color:var(--main)}\
button{font:inherit;font-weight:600;min-height:3rem;padding:.6rem 1.35rem;border-radius:10px;border:2px solid var(--main);cursor:pointer}\
button.main{background:var(--main);color:var(--on)}button.plain{background:transparent;color:var(--main)}\
button:focus-visible,input:focus-visible{outline:3px solid var(--ink);outline-offset:2px}\
.row{display:flex;flex-wrap:wrap;gap:.75rem}\
small{display:block;color:var(--soft);font-size:.95rem}\
.small{color:var(--soft);font-size:.95rem;margin:1.5rem .25rem 0}";

#[cfg(test)]
mod tests {
    use engine::{Ask, Permission, Preferences};

    use super::{STYLE, preferences};
    use crate::words::Language;

    #[test]
    fn nothing_that_somebody_else_wrote_becomes_markup() {
        let evil = "<script>'\"&";
        let found = Preferences {
            organization: Some(evil.to_owned()),
            locale: None,
            topic: ("t".to_owned(), evil.to_owned()),
            permission: Permission::Given,
            topics: vec![
                ("t".to_owned(), evil.to_owned(), Permission::Given),
                ("u".to_owned(), evil.to_owned(), Permission::Missing),
            ],
        };
        for ask in [
            Ask::Look,
            Ask::Out { one_click: false },
            Ask::Topics(Vec::new()),
        ] {
            let page = preferences(Language::Dutch, &found, &ask);
            assert!(!page.contains("<script"), "{page}");
            assert!(page.contains("&lt;script&gt;&#39;&quot;&amp;"), "{page}");
        }
    }

    #[test]
    fn a_page_can_be_read_aloud() {
        let found = Preferences {
            organization: Some("School".to_owned()),
            locale: None,
            topic: ("news".to_owned(), "our news".to_owned()),
            permission: Permission::Missing,
            topics: vec![
                (
                    "news".to_owned(),
                    "our news".to_owned(),
                    Permission::Missing,
                ),
                ("tips".to_owned(), "tips".to_owned(), Permission::Given),
            ],
        };
        let page = preferences(Language::English, &found, &Ask::Out { one_click: false });
        // What a screen reader needs: a language, a title, one main heading, a status, and a label for every field.
        for part in [
            "<html lang=\"en\">",
            "<title>Your mails from School</title>",
            "role=\"status\"",
            "<legend>",
        ] {
            assert_eq!(page.matches(part).count(), 1, "{part}: {page}");
        }
        assert_eq!(page.matches("<h1>").count(), 1);
        assert_eq!(
            page.matches("<input type=\"checkbox\"").count(),
            page.matches("<label>").count()
        );
        assert!(
            !page.contains("<a "),
            "a scanner that follows links must find none that does anything"
        );
    }

    /// WCAG 2.2, 1.4.3: 4.5 to 1 for text; 1.4.11: 3 to 1 for the edge of a button.
    #[test]
    fn whoever_sees_little_can_tell_text_from_paper_by_day_and_by_night() {
        let (day, night) = STYLE.split_once("prefers-color-scheme:dark").unwrap();
        for colors in [day, &format!("{night}{day}")] {
            for (text, paper) in [
                ("ink", "paper"),
                ("ink", "card"),
                ("ink", "ok"),
                ("soft", "paper"),
                ("soft", "card"),
                ("main", "card"),
                ("on", "main"),
            ] {
                let (one, other) = (luminance(colors, text), luminance(colors, paper));
                let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
                assert!(contrast >= 4.5, "{text} on {paper}: {contrast:.2} to 1");
            }
        }
    }

    /// The relative luminance of a color of the style, as WCAG defines it.
    fn luminance(colors: &str, name: &str) -> f64 {
        let (_, after) = colors.split_once(&format!("--{name}:#")).unwrap();
        let digits: String = after.chars().take_while(char::is_ascii_hexdigit).collect();
        let wide = match digits.len() {
            3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
            _ => digits,
        };
        let part = |at: usize| {
            let part = u8::from_str_radix(&wide[at..at + 2], 16).unwrap();
            let part = f64::from(part) / 255.0;
            match part <= 0.04045 {
                true => part / 12.92,
                false => ((part + 0.055) / 1.055).powf(2.4),
            }
        };
        0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
    }
}

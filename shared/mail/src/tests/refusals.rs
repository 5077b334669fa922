//! What never becomes a mail, and what never gets into one.

use expect_test::expect;
use jiff::civil::date;
use jiff::tz::TimeZone;
use serde_json::json;

use super::{facts, object, render, scope, source};
use crate::{
    Fault, HELPERS, Locale, MAIL_BYTES_MAX, Part, RenderError, Scope, ScopeError, Source,
    TEXT_BYTES_MAX, Template,
};

#[test]
fn an_absent_or_unknown_value_is_never_printed_as_nothing() {
    let absent = |path: &str| Fault::Absent {
        path: path.to_owned(),
    };
    let unknown = |path: &str| Fault::Unknown {
        path: path.to_owned(),
    };
    for (template, expected) in [
        ("Beste {{event.note}},", absent("event.note")),
        ("Beste {{event.blank}},", absent("event.blank")),
        (
            "{{#each event.holes}}{{this}}{{/each}}",
            absent("event.holes.1"),
        ),
        ("{{#with event}}{{note}}{{/with}}", absent("event.note")),
        ("{{date event.note}}", absent("event.note")),
        ("{{url event.note}}", absent("event.note")),
        ("{{paragraphs event.note}}", absent("event.note")),
        ("{{default event.note event.blank}}", absent("event.blank")),
        ("{{number event.note}}", absent("event.note")),
        ("{{event.missing}}", unknown("event.missing")),
        (
            "{{#if event.missing}}a{{else}}b{{/if}}",
            unknown("event.missing"),
        ),
        (
            "{{#unless event.missing}}a{{/unless}}",
            unknown("event.missing"),
        ),
        (
            "{{#each event.missing}}a{{else}}b{{/each}}",
            unknown("event.missing"),
        ),
        (
            "{{#with event.missing}}a{{else}}b{{/with}}",
            unknown("event.missing"),
        ),
        (
            "{{#if (has event.missing)}}a{{/if}}",
            unknown("event.missing"),
        ),
        ("{{default event.missing \"b\"}}", unknown("event.missing")),
        (
            "{{#if (eq event.missing 1)}}a{{/if}}",
            unknown("event.missing"),
        ),
        ("{{date event.missing}}", unknown("event.missing")),
    ] {
        for part in [Part::Subject, Part::Preheader, Part::Html, Part::Text] {
            let error = render(part, template, &facts(Locale::Dutch)).unwrap_err();
            assert_eq!(
                error,
                RenderError {
                    part,
                    fault: expected.clone()
                },
                "{template}"
            );
        }
    }
}

#[test]
fn a_helper_says_what_it_expects_and_not_what_it_got() {
    let mut all = String::new();
    for template in [
        "{{date event.secret}}",
        "{{date event.five}}",
        "{{date event.day \"tomorrow\"}}",
        "{{date event.day \"time\"}}",
        "{{number event.secret}}",
        "{{number event.five 7}}",
        "{{money event.five \"euro\"}}",
        "{{money event.five}}",
        "{{url event.tags}}",
        "{{url event.secret \"whole\"}}",
        "{{url event.secret \"nowhere\"}}",
        "{{paragraphs event.five}}",
        "{{paragraphs event.secret '<script>'}}",
        "{{#each event.secret}}a{{/each}}",
        "{{#with event.secret}}a{{/with}}",
        "{{plural event.secret \"a\" \"b\"}}",
    ] {
        let error = render(Part::Html, template, &facts(Locale::Dutch)).unwrap_err();
        let (shown, debugged) = (error.to_string(), format!("{error:?}"));
        assert!(
            !shown.contains("XK-42") && !debugged.contains("XK-42"),
            "{shown}"
        );
        all += &format!("{template}: {shown}\n");
    }
    expect![[r#"
        {{date event.secret}}: the html of the mail: `date` takes a date (`2027-02-12`) or a moment (RFC 3339)
        {{date event.five}}: the html of the mail: `date` takes a date (`2027-02-12`) or a moment (RFC 3339)
        {{date event.day "tomorrow"}}: the html of the mail: `date` takes the style `short`, `long`, `weekday` or `time`
        {{date event.day "time"}}: the html of the mail: `date` finds no time in a date
        {{number event.secret}}: the html of the mail: `number` takes a number
        {{number event.five 7}}: the html of the mail: `number` takes 0 to 6 decimals
        {{money event.five "euro"}}: the html of the mail: `money` takes a currency of three capitals, such as "EUR"
        {{money event.five}}: the html of the mail: `money` misses an argument
        {{url event.tags}}: the html of the mail: `url` takes one value
        {{url event.secret "whole"}}: the html of the mail: `url` takes a whole URL that begins with https:, http:, mailto: or tel:
        {{url event.secret "nowhere"}}: the html of the mail: `url` takes the place `part`, `whole` or `address`
        {{paragraphs event.five}}: the html of the mail: `paragraphs` takes a text
        {{paragraphs event.secret '<script>'}}: the html of the mail: `paragraphs` takes the tag `<p …>` of a paragraph, or what begins a line
        {{#each event.secret}}a{{/each}}: the html of the mail: `each` goes through a list, and this is none
        {{#with event.secret}}a{{/with}}: the html of the mail: `with` opens a group of values, and this is none
        {{plural event.secret "a" "b"}}: the html of the mail: `plural` takes a number
    "#]]
    .assert_eq(&all);
}

/// Everything hostile goes through everything that prints, in every part.
#[test]
fn no_value_becomes_markup_or_a_header() {
    let hostile = [
        "a\r\nBcc: everyone@example.org",
        "a\nb\n\nc\u{2028}d\u{b}e",
        "<script>alert(1)</script>",
        "\" onclick=\"steal()",
        "' onmouseover='steal()",
        "a\0b\u{1b}[31m",
        "\u{202e}gro.elpmaxe\u{2066}",
        "</p><p>",
        "{{recipient.full_name}}",
    ];
    let printers = [
        "x{{event.v}}",
        "x{{default event.v \"\"}}",
        "x{{paragraphs event.v}}",
        "x{{paragraphs event.v '<p style=\"margin:0\">'}}",
        "x{{paragraphs event.v '> '}}",
        "x{{url event.v}}",
        "x{{url event.v \"address\"}}",
        "x{{plural 1 event.v \"b\"}}",
        "{{#with event}}x{{v}}{{/with}}",
        "{{#each event.list as |v|}}x{{v}}{{/each}}",
        "x{{default event.none event.v}}",
        "x{{default event.none (default event.v \"\")}}",
    ];
    let named: Vec<_> = HELPERS.iter().map(|helper| helper.name).collect();
    let silent = [
        "and", "date", "eq", "has", "if", "money", "not", "number", "or", "reached", "unless",
    ];
    for name in named {
        let tried = silent.contains(&name) || printers.iter().any(|p| p.contains(name));
        assert!(tried, "`{name}` may print a value: put it in the table");
    }
    for (value, template) in hostile
        .iter()
        .flat_map(|v| printers.iter().map(move |t| (v, t)))
    {
        let facts = json!({ "event": { "v": value, "list": [value], "none": null } });
        let scope = scope(facts, Locale::Dutch);
        for part in [Part::Subject, Part::Preheader, Part::Html, Part::Text] {
            let out = render(part, template, &scope).unwrap();
            let unfit = |c: char| {
                (c.is_control() && c != '\n')
                    || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2066}'..='\u{2069}')
            };
            assert!(!out.contains(unfit), "{part} of {template}: {out:?}");
            match part {
                Part::Subject | Part::Preheader => assert!(!out.contains('\n'), "{out:?}"),
                Part::Text if template.contains("paragraphs") => {}
                Part::Text => assert_eq!(out.lines().count(), 1, "{template}: {out:?}"),
                Part::Html => {
                    let own = out
                        .replace("<br>", "")
                        .replace("</p>\n<p style=\"margin:0\">", "");
                    assert!(!own.contains(['<', '>', '"', '\'']), "{template}: {out:?}");
                }
            }
        }
    }
}

#[test]
fn a_template_cannot_get_around_the_escaping() {
    let mut all = String::new();
    for html in [
        "{{{event.v}}}",
        "{{&event.v}}",
        "{{#if a}}{{{event.v}}}{{/if}}",
        "{{> other}}",
        "{{lookup event \"v\"}}",
        "{{#if a}}",
        "{{#if a}}\n{{/unless}}",
        "{{upper event.v}}",
        &format!("{}{}", "{{#if a}}".repeat(40), "{{/if}}".repeat(40)),
        &"x".repeat(crate::SOURCE_BYTES_MAX + 1),
    ] {
        let source = Source {
            html: html.to_owned(),
            ..source()
        };
        all += &format!(
            "{:.40}: {}\n",
            html,
            Template::compile(&source).unwrap_err()
        );
    }
    expect![[r#"
        {{{event.v}}}: the html of the template, line 0, column 0: a value stands in three braces, which would not be escaped
        {{&event.v}}: the html of the template, line 0, column 0: a value stands in three braces, which would not be escaped
        {{#if a}}{{{event.v}}}{{/if}}: the html of the template, line 0, column 0: a value stands in three braces, which would not be escaped
        {{> other}}: the html of the template, line 0, column 0: it names a partial, and there are none
        {{lookup event "v"}}: the html of the template, line 0, column 0: there is no helper called `lookup`
        {{#if a}}: the html of the template, line 1, column 10: invalid handlebars syntax: expected escape, expression, html_expression, decorator_expression, partial_expression, invert_tag, invert_chain_tag, helper_block_start, helper_block_end, decorator_block_start, partial_block_start, raw_block_start, hbs_comment, or hbs_comment_compact
        {{#if a}}
        {{/unless}}: the html of the template, line 2, column 1: helper "if" was opened, but "unless" is closing
        {{upper event.v}}: the html of the template, line 0, column 0: there is no helper called `upper`
        {{#if a}}{{#if a}}{{#if a}}{{#if a}}{{#i: the html of the template, line 0, column 0: its blocks lie too deep in each other
        xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: the html of the template, line 0, column 0: it is longer than 524288 bytes
    "#]].assert_eq(&all);
}

#[test]
fn what_is_too_long_is_refused_and_never_cut() {
    let long = |bytes: usize| json!({ "event": { "v": "x".repeat(bytes) } });
    let subject = |n| render(Part::Subject, "{{event.v}}", &scope(long(n), Locale::Dutch));
    assert_eq!(subject(255).unwrap().len(), 255);
    assert_eq!(
        subject(256).unwrap_err().to_string(),
        "the subject of the mail: it would be longer than 255 characters"
    );
    let often = "{{event.v}}".repeat(MAIL_BYTES_MAX / TEXT_BYTES_MAX + 1);
    let error = render(
        Part::Html,
        &often,
        &scope(long(TEXT_BYTES_MAX), Locale::Dutch),
    );
    assert!(matches!(error.unwrap_err().fault, Fault::TooLong { .. }));

    let values = |json| {
        Scope::new(
            object(json),
            Locale::Dutch,
            TimeZone::UTC,
            date(2026, 11, 24),
        )
    };
    let path = || String::from("event.v");
    let error = values(long(TEXT_BYTES_MAX + 1)).unwrap_err();
    assert_eq!(error, ScopeError::LongText { path: path() });
    let error = values(json!({ "event": vec![0; 10_001] })).unwrap_err();
    assert_eq!(error, ScopeError::TooMany);
    let deep = (0..9).fold(json!(1), |inner, _| json!({ "v": inner }));
    assert!(matches!(values(deep), Err(ScopeError::TooDeep { .. })));
}

#[test]
fn a_part_of_nothing_but_spaces_is_no_mail() {
    for (part, template) in [
        (Part::Subject, "{{#if event.note}}x{{/if}}"),
        (Part::Preheader, "{{#if event.note}}x{{/if}} "),
        (Part::Html, " \n"),
        (Part::Text, "{{#if event.note}}x{{/if}}"),
    ] {
        let error = render(part, template, &facts(Locale::Dutch)).unwrap_err();
        assert_eq!(
            error,
            RenderError {
                part,
                fault: Fault::Empty
            }
        );
    }
}

#[test]
fn nothing_of_a_person_is_printed_for_debugging() {
    let scope = facts(Locale::Dutch);
    let mail = Template::compile(&Source {
        html: String::from("{{event.secret}}"),
        ..source()
    });
    let mail = mail.unwrap().render(&scope).unwrap();
    assert_eq!(
        format!("{scope:?} {mail:?}"),
        "Scope(…) Mail(5 bytes of html, 2 of text)"
    );
}

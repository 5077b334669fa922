//! What values look like in a mail, in every language.

use expect_test::expect;
use jiff::civil::date;
use journey::Value;
use serde_json::{Map, Value as Json, json};

use super::{facts, render, scope, show, text};
use crate::{Locale, Part, ScopeError, Source, Template, put};

#[test]
fn a_mail_is_made_of_its_facts() {
    let source = Source {
        subject: String::from("{{event.Person.FullName}}: het traject krijgt een nieuwe einddatum"),
        preheader: String::from("Tot {{date event.Person_ActivityGroup.EndDate \"short\"}}"),
        html: String::from(
            "<title>{{subject}}</title>{{#if preheader}}<i>{{preheader}}</i>{{/if}}\
             <p lang=\"{{locale}}\">Beste {{recipient.full_name}}, tot en met \
             {{date event.Person_ActivityGroup.EndDate}}.</p>",
        ),
        text: String::from(
            "Beste {{recipient.full_name}},\n\n{{#if event.note}}\n{{event.note}}\n\n{{/if}}\n\
             Tot en met {{date event.Person_ActivityGroup.EndDate \"weekday\"}}.   \n",
        ),
    };
    let mail = Template::compile(&source)
        .unwrap()
        .render(&facts(Locale::Dutch))
        .unwrap();
    show(
        &mail,
        expect![[r#"
            Sam & Co <b>: het traject krijgt een nieuwe einddatum
            Tot 12-02-2027
            <title>Sam &amp; Co &lt;b&gt;: het traject krijgt een nieuwe einddatum</title><i>Tot 12-02-2027</i><p lang="nl">Beste Anna de Boer, tot en met 12 februari 2027.</p>
            Beste Anna de Boer,

            Tot en met vrijdag 12 februari 2027.
        "#]],
    );
}

#[test]
fn dates_numbers_and_amounts_follow_the_language() {
    let template = "{{date event.day \"short\"}} | {{date event.day}} | {{date event.day \"weekday\"}} | \
        {{date event.moment}} {{date event.moment \"time\"}} | {{number event.many}} | \
        {{number event.many 1}} | {{money event.price \"EUR\"}} | {{money event.debt \"USD\"}} | \
        {{money event.many \"JPY\"}} | {{money event.price \"CHF\"}} | \
        {{event.one}} {{plural event.one \"dag\" \"dagen\"}} {{event.five}} {{plural event.five \"dag\" \"dagen\"}}";
    let mut all = String::new();
    for locale in [Locale::Dutch, Locale::English, Locale::EnglishUs] {
        all += &text(template, locale).unwrap().replace('\u{a0}', "~");
    }
    expect![[r#"
        03-03-2027 | 3 maart 2027 | woensdag 3 maart 2027 | 1 januari 2027 00:30 | 1.234.567,875 | 1.234.567,9 | €~2,68 | $~-10,00 | ¥~1.234.568 | CHF~2,68 | 1 dag 5 dagen
        3 Mar 2027 | 3 March 2027 | Wednesday 3 March 2027 | 1 January 2027 00:30 | 1,234,567.875 | 1,234,567.9 | €2.68 | -$10.00 | ¥1,234,568 | CHF~2.68 | 1 dag 5 dagen
        Mar 3, 2027 | March 3, 2027 | Wednesday, March 3, 2027 | January 1, 2027 12:30 AM | 1,234,567.875 | 1,234,567.9 | €2.68 | -$10.00 | ¥1,234,568 | CHF~2.68 | 1 dag 5 dagen
    "#]]
    .assert_eq(&all);
}

#[test]
fn rounding_is_of_the_digits_that_a_person_sees() {
    for (value, decimals, expected) in [
        (json!(2.675), 2, "2,68"),
        (json!(1.005), 2, "1,01"),
        (json!(9.995), 2, "10,00"),
        (json!(999.999), 2, "1.000,00"),
        (json!(0.4), 0, "0"),
        (json!(-0.4), 0, "0"),
        (json!(-0.5), 0, "-1"),
        (json!(1e21), 0, "1.000.000.000.000.000.000.000"),
        (json!(1234), 2, "1.234,00"),
    ] {
        let template = format!("{{{{number event.n {decimals}}}}}");
        let scope = scope(json!({ "event": { "n": value.clone() } }), Locale::Dutch);
        assert_eq!(
            render(Part::Text, &template, &scope).unwrap().trim(),
            expected,
            "{value}"
        );
    }
}

#[test]
fn a_date_is_reached_on_the_day_itself_and_later_in_the_recipients_zone() {
    let answers = |day: &str| {
        let scope = scope(json!({ "event": { "day": day } }), Locale::Dutch);
        let template = "{{#if (reached event.day)}}direct{{else}}later{{/if}}";
        render(Part::Text, template, &scope).unwrap()
    };
    for (day, expected) in [
        ("2026-11-23", "direct\n"),
        ("2026-11-24", "direct\n"),
        ("2026-11-25", "later\n"),
        ("2026-11-24T22:59:00Z", "direct\n"),
        ("2026-11-24T23:00:00Z", "later\n"),
    ] {
        assert_eq!(answers(day), expected, "{day}");
    }
}

#[test]
fn what_is_there_decides_and_what_is_absent_does_not_print() {
    let template = "{{#if event.note}}a{{else}}b{{/if}}{{#unless event.note}}c{{/unless}}\
        {{#if (has event.zero)}}d{{/if}}{{#if event.zero}}!{{/if}}{{default event.note \"e\"}}\
        {{#if (and event.one (not event.note))}}f{{/if}}{{#if (or event.note event.one)}}g{{/if}}\
        {{#if (eq event.one 1.0)}}h{{/if}}{{#if (eq event.note \"\")}}!{{/if}}\
        {{#each event.none}}!{{else}}i{{/each}}{{#each event.tags}}{{@index}}{{this}}{{#unless @last}},{{/unless}}{{/each}}\
        {{#each event.tags as |tag i|}}{{i}}{{tag}}{{../locale}}{{/each}}\
        {{#with event.Person}}{{FullName}}{{../locale}}{{/with}}{{#with event.Person as |p|}}{{p.FullName}}{{/with}}";
    let text = text(template, Locale::Dutch).unwrap();
    assert_eq!(text, "bcdefghi0x,1y0xnl1ynlSam & Co <b>nlSam & Co <b>\n");
}

#[test]
fn a_line_break_in_a_subject_becomes_one_space() {
    let scope = scope(
        json!({ "event": { "v": "Sam\r\nBcc: all@example.org \n x" } }),
        Locale::Dutch,
    );
    let subject = render(Part::Subject, "{{event.v}}: nieuws", &scope).unwrap();
    assert_eq!(subject, "Sam Bcc: all@example.org x: nieuws");
}

#[test]
fn paragraphs_keep_the_line_breaks_of_their_author() {
    let value = "Mist:\r\n- het <OPP>\r\n- een handtekening\r\n\r\n\r\nGroet";
    let scope = scope(json!({ "event": { "v": value } }), Locale::Dutch);
    let render = |part, template| render(part, template, &scope).unwrap();
    expect![[r#"
        Mist:<br>
        - het &lt;OPP&gt;<br>
        - een handtekening<br><br>
        Groet"#]]
    .assert_eq(&render(Part::Html, "{{paragraphs event.v}}"));
    expect![[r#"
        <p class="x">Mist:<br>
        - het &lt;OPP&gt;<br>
        - een handtekening</p>
        <p class="x">Groet</p>"#]]
    .assert_eq(&render(
        Part::Html,
        "<p class=\"x\">{{paragraphs event.v '<p class=\"x\">'}}</p>",
    ));
    expect![[r#"
        Mist:
        - het <OPP>
        - een handtekening

        Groet
    "#]]
    .assert_eq(&render(Part::Text, "{{paragraphs event.v}}"));
    expect![[r#"
        > Mist:
        > - het <OPP>
        > - een handtekening
        >
        > Groet
    "#]]
    .assert_eq(&render(Part::Text, "> {{paragraphs event.v '> '}}"));
}

#[test]
fn a_url_leads_where_the_template_says() {
    let mut all = String::new();
    for (value, template) in [
        ("a b&c=d/é?@x", "https://x.example/?q={{url event.v}}"),
        ("@evil.example", "https://x.example{{url event.v}}"),
        ("o'brien+x@x.example", "mailto:{{url event.v \"address\"}}"),
        (
            "https://x.example/a?b=c&d=%20 é",
            "{{url event.v \"whole\"}}",
        ),
        ("HTTPS://x.example", "{{url event.v \"whole\"}}"),
        ("tel:+31", "{{url event.v \"whole\"}}"),
        ("javascript:alert(1)", "{{url event.v \"whole\"}}"),
        (" \u{1}javascript:alert(1)", "{{url event.v \"whole\"}}"),
        ("data:text/html,x", "{{url event.v \"whole\"}}"),
        ("//evil.example", "{{url event.v \"whole\"}}"),
        ("https:///x", "{{url event.v \"whole\"}}"),
    ] {
        let scope = scope(json!({ "event": { "v": value } }), Locale::Dutch);
        let out = match render(Part::Html, template, &scope) {
            Ok(out) => out,
            Err(error) => error.to_string(),
        };
        all += &format!("{value:?} in {template}: {out}\n");
    }
    expect![[r#"
        "a b&c=d/é?@x" in https://x.example/?q={{url event.v}}: https://x.example/?q=a%20b%26c%3Dd%2F%C3%A9%3F%40x
        "@evil.example" in https://x.example{{url event.v}}: https://x.example%40evil.example
        "o'brien+x@x.example" in mailto:{{url event.v "address"}}: mailto:o%27brien%2Bx@x.example
        "https://x.example/a?b=c&d=%20 é" in {{url event.v "whole"}}: https://x.example/a?b=c&amp;d=%20%20%C3%A9
        "HTTPS://x.example" in {{url event.v "whole"}}: HTTPS://x.example
        "tel:+31" in {{url event.v "whole"}}: tel:+31
        "javascript:alert(1)" in {{url event.v "whole"}}: the html of the mail: `url` takes a whole URL that begins with https:, http:, mailto: or tel:
        " \u{1}javascript:alert(1)" in {{url event.v "whole"}}: the html of the mail: `url` takes a whole URL that begins with https:, http:, mailto: or tel:
        "data:text/html,x" in {{url event.v "whole"}}: the html of the mail: `url` takes a whole URL that begins with https:, http:, mailto: or tel:
        "//evil.example" in {{url event.v "whole"}}: the html of the mail: `url` takes a whole URL that begins with https:, http:, mailto: or tel:
        "https:///x" in {{url event.v "whole"}}: the html of the mail: `url` takes a whole URL that begins with https:, http:, mailto: or tel:
    "#]]
    .assert_eq(&all);
}

#[test]
fn a_value_is_put_where_a_template_finds_it() {
    let mut event = Map::new();
    put(
        &mut event,
        "Person.FullName",
        Some(&Value::Text(String::from("Sam"))),
    )
    .unwrap();
    put(&mut event, "Person.Age", Some(&Value::Number(7.0))).unwrap();
    put(&mut event, "Person.Weight", Some(&Value::Number(7.5))).unwrap();
    put(&mut event, "Start", Some(&Value::Date(date(2027, 1, 5)))).unwrap();
    put(
        &mut event,
        "At",
        Some(&Value::DateTime(
            "2027-01-05T10:00:00+01:00".parse().unwrap(),
        )),
    )
    .unwrap();
    put(
        &mut event,
        "Tags",
        Some(&Value::List(vec![String::from("a")])),
    )
    .unwrap();
    put(&mut event, "Yes", Some(&Value::Bool(true))).unwrap();
    put(&mut event, "Note", None).unwrap();
    expect![[r#"{"At":"2027-01-05T09:00:00Z","Note":null,"Person":{"Age":7,"FullName":"Sam","Weight":7.5},"Start":"2027-01-05","Tags":["a"],"Yes":true}"#]]
        .assert_eq(&Json::Object(event.clone()).to_string());
    for path in ["Person", "Note.Inner"] {
        let clash = put(&mut event, path, None).unwrap_err();
        assert_eq!(
            clash,
            ScopeError::Clash {
                path: path.to_owned()
            }
        );
    }
}

#[test]
fn languages_are_known_by_their_tags() {
    for (tags, expected) in [
        (vec!["nl-BE"], Locale::Dutch),
        (vec!["NL_nl"], Locale::Dutch),
        (vec!["en-US"], Locale::EnglishUs),
        (vec!["en-GB", "nl"], Locale::English),
        (vec!["de", "nl"], Locale::Dutch),
        (vec!["de"], Locale::English),
        (vec!["", "nlx"], Locale::English),
    ] {
        assert_eq!(Locale::first_known(tags.clone()), expected, "{tags:?}");
    }
}

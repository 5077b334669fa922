//! What becomes of a template in the hands of its recipient.

use expect_test::expect;
use serde_json::json;

use super::{HEAD, compile, facts, mail, mail_of};

#[test]
fn a_link_gets_what_its_place_needs() {
    let body = "[a]({{url event.Link}}) [b](https://x.example/?q={{url event.Link}}) [c](mailto:{{url event.Link}})";
    let compiled = compile("t.md", &format!("{HEAD}{body}"), None).unwrap();
    let hrefs = |html: &str| {
        let hrefs: Vec<_> = html
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        hrefs.join("\n")
    };
    expect![[r#"
        a (https://x.example/a?b=c&d=e) b (https://x.example/?q=https%3A%2F%2Fx.example%2Fa%3Fb%3Dc%26d%3De) c: https%3A%2F%2Fx.example%2Fa%3Fb%3Dc%26d%3De
    "#]].assert_eq(&mail(&compiled).text);
    expect![[r#"
        https://x.example/a?b=c&amp;d=e
        https://x.example/?q=https%3A%2F%2Fx.example%2Fa%3Fb%3Dc%26d%3De
        mailto:https%3A%2F%2Fx.example%2Fa%3Fb%3Dc%26d%3De"#]]
    .assert_eq(&hrefs(&mail(&compiled).html));
    let mut hostile = facts();
    hostile["event"]["Link"] = json!("javascript:alert(1)");
    expect!["the html of the mail: `url` takes a whole URL that begins with https:, http:, mailto: or tel:"].assert_eq(&mail_of(&compiled, hostile).unwrap_err().to_string());
}

#[test]
fn links_have_names_that_last() {
    let body = "\
[Lees verder](https://x.example/1) [Lees verder](https://x.example/2) [Één ding: {{locale}}!](https://x.example/3)
[Doneer](https://x.example/4 \"button doneer\") [Geef](https://x.example/5 \"doneer\") [![logo](https://x.example/l.png)](https://x.example/6)
[{{locale}}]({{vars.dashboard_url}}) [mail](mailto:a@x.example) [af]({{links.unsubscribe}}) [d](https://x.example/7 \"button\")
";
    let compiled = compile("t.md", &format!("{HEAD}{body}"), None).unwrap();
    expect!["lees-verder lees-verder-2 een-ding doneer logo link d"]
        .assert_eq(&compiled.links.join(" "));
    let tags: Vec<_> = compiled
        .source
        .html
        .split("<a ")
        .skip(1)
        .filter_map(|rest| rest.split(" style=").next())
        .collect();
    expect![[r#"
        ses:tags="link:lees-verder;" href="https://x.example/1"
        ses:tags="link:lees-verder-2;" href="https://x.example/2"
        ses:tags="link:een-ding;" href="https://x.example/3"
        ses:tags="link:doneer;" class="button" href="https://x.example/4"
        ses:tags="link:doneer;" href="https://x.example/5"
        ses:tags="link:logo;" href="https://x.example/6"
        ses:tags="link:link;" href="{{vars.dashboard_url}}"
        href="mailto:a@x.example"
        ses:no-track="" href="{{links.unsubscribe}}"
        ses:tags="link:d;" class="button" href="https://x.example/7""#]]
    .assert_eq(&tags.join("\n"));
}

#[test]
fn paragraphs_look_like_those_around_them() {
    let body = "Dit schreef hij:\n\n> {{paragraphs event.Review.Content}}\n\n- {{paragraphs event.Review.Content}}\n";
    let layout =
        "<html><head><style>p { margin: 0 }</style></head><body>{{> content}}</body></html>";
    let compiled = compile("t.md", &format!("{HEAD}{body}"), Some(("l.html", layout))).unwrap();
    let mail = mail(&compiled);
    expect![[r#"
        <p style="margin: 0;">Dit schreef hij:</p>
        <blockquote>
        <p style="margin: 0;">Mist:<br>
        - OPP</p>
        <p style="margin: 0;">Groet</p>
        </blockquote>
        <ul>
        <li>Mist:<br>
        - OPP<br><br>
        Groet</li>
        </ul>
        </body></html>"#]]
    .assert_eq(mail.html.split_once("<body>").unwrap().1);
    expect![[r#"
        Dit schreef hij:

        > Mist:
        > - OPP
        >
        > Groet

        - Mist:
          - OPP

          Groet
    "#]]
    .assert_eq(&mail.text);
}

#[test]
fn the_preheader_is_in_the_html_whatever_the_layout_says() {
    let with = "---\nsubject: Onderwerp\npreheader: Vooraf\n---\nx";
    let silent = (
        "l.html",
        "<html><body class=\"a\">{{> content}}</body></html>",
    );
    let html = mail(&compile("t.md", with, Some(silent)).unwrap()).html;
    assert!(
        html.contains("<body class=\"a\"><div style=\"display:none;"),
        "{html}"
    );
    assert_eq!(html.matches("Vooraf").count(), 1);
    let showing = (
        "l.html",
        "<html><body>[{{preheader}}]{{> content}}</body></html>",
    );
    assert_eq!(
        mail(&compile("t.md", with, Some(showing)).unwrap())
            .html
            .matches("Vooraf")
            .count(),
        1
    );
    let without = mail(&compile("t.md", &format!("{HEAD}x"), Some(showing)).unwrap());
    assert!(without.html.contains("[]") && without.preheader.is_empty());
    let own = mail(&compile("t.md", with, None).unwrap()).html;
    assert_eq!(own.matches("Vooraf").count(), 1, "{own}");
    assert!(
        own.contains("<title>Onderwerp</title>") && own.contains("lang=\"nl\""),
        "{own}"
    );
}

#[test]
fn nothing_is_fetched_by_whoever_opens_a_mail() {
    let compiled = compile("t.md", &format!("{HEAD}# Kop\n\nTekst"), None).unwrap();
    for fetching in ["googleapis", "<link", "@import", "src=\""] {
        assert!(
            !compiled.source.html.contains(fetching),
            "{fetching}: {}",
            compiled.source.html
        );
    }
}

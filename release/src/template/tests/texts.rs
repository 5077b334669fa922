//! What the plain text of a mail looks like.

use expect_test::expect;

use super::{HEAD, compile, mail};
use crate::template::{Context, Purpose, parse};

#[test]
fn markdown_reads_well_without_markup() {
    let compiled = compile("t.md", &format!("{HEAD}{EVERYTHING}"), None).unwrap();
    expect![[r#"
        Kop van {{recipient.full_name}}

        Een _nadruk_ en *sterk*, met code en een link ({{vars.dashboard_url}}) midden in een zin. Nog een regel.
        Een nieuwe regel: https://x.example en https://x.example.

        Tussenkop

        - een
        - twee met een brief: https://x.example/brief
          - genest
          - {{paragraphs event.Review.Content '    '}}
        - drie

        3. derde
        4. vierde

        > Een citaat van twee regels

        Doneer: https://x.example/doneer

        Mail ons: info@x.example

        Naam | Prijs
        Koffie | {{money event.Price "EUR"}}

        ----

        Een vet blok
        met & een regel

        code
          ingesprongen

        Een logo

        {{#if event.Urgent}}
        Dit is dringend.

        {{else}}
        Dit niet.

        {{/if}}
        {{#if event.Weeks}}
        Weken: {{event.Weeks}}

        {{/if}}
        {{#if event.Person.Nickname}}
        Roepnaam {{event.Person.Nickname}}

        {{/if}}
        Groet
    "#]].assert_eq(&compiled.source.text);
}

#[test]
fn what_is_left_out_leaves_no_gap() {
    let compiled = compile("t.md", &format!("{HEAD}{EVERYTHING}"), None).unwrap();
    expect![[r#"
        Kop van Anna

        Een _nadruk_ en *sterk*, met code en een link (https://app.example/d) midden in een zin. Nog een regel.
        Een nieuwe regel: https://x.example en https://x.example.

        Tussenkop

        - een
        - twee met een brief: https://x.example/brief
          - genest
          - Mist:
            - OPP

            Groet
        - drie

        3. derde
        4. vierde

        > Een citaat van twee regels

        Doneer: https://x.example/doneer

        Mail ons: info@x.example

        Naam | Prijs
        Koffie | € 1.234,50

        ----

        Een vet blok
        met & een regel

        code
          ingesprongen

        Een logo

        Dit is dringend.

        Groet
    "#]].assert_eq(&mail(&compiled).text);
}

#[test]
fn lists_stay_one_list_around_blocks() {
    let compiled = compile("t.md", &format!("{HEAD}{LISTS}"), None).unwrap();
    let html = &compiled.source.html;
    let content = html
        .split_once("<ul")
        .unwrap()
        .1
        .rsplit_once("</blockquote>")
        .unwrap()
        .0;
    let content: String = content
        .split(" style=\"")
        .map(|piece| piece.split_once("\">").map_or(piece, |(_, rest)| rest))
        .collect::<Vec<_>>()
        .join(">");
    expect![[r#"
        >
        <li>een</li>
        {{#if event.Urgent}}
        <li>twee</li>
        {{/if}}
        {{#if event.Weeks}}
        <li>drie</li>
        {{/if}}
        <li>vier</li>
        </ul>
        <p>Tekst</p>
        <ol>
        {{#each contact.tags}}
        <li>{{this}}</li>
        {{/each}}
        </ol>
        {{#if event.Urgent}}
        <ul>
        <li>los</li>
        </ul>
        {{/if}}
        <blockquote>
        <ul>
        {{#if event.Urgent}}
        <li>in een citaat</li>
        {{/if}}
        <li>ook</li>
        </ul>
    "#]]
    .assert_eq(&content);
}

#[test]
fn lists_stay_one_list_in_plain_text() {
    let compiled = compile("t.md", &format!("{HEAD}{LISTS}"), None).unwrap();
    expect![[r#"
        - een
        - twee
        - vier

        Tekst

        1. een
        1. twee

        - los

        > - in een citaat
        > - ook
    "#]]
    .assert_eq(&mail(&compiled).text);
}

#[test]
fn tables_stay_one_table_around_blocks() {
    let body = "\
| Naam | {{locale}} |
|------|--:|
| Sam  | 1 |
{{#each contact.tags}}
| {{this}} | x |
{{else}}
| geen | - |
{{/each}}
{{#if event.Weeks}}
| Weken | {{event.Weeks}} |
{{/if}}
| Prijs | {{number event.Price}} |
{{#if event.Urgent}}
| laatste | 9 |
{{/if}}

{{#if event.Urgent}}
| a |
|---|
| {{#if event.Weeks}}b{{/if}} |
{{/if}}
";
    let compiled = compile("t.md", &format!("{HEAD}{body}"), Some(BARE)).unwrap();
    expect![[r#"
        <html><head></head><body><table><thead><tr><th>Naam</th><th style="text-align: right">nl</th></tr></thead><tbody>
        <tr><td>Sam</td><td style="text-align: right">1</td></tr>
        <tr><td>een</td><td style="text-align: right">x</td></tr>
        <tr><td>twee</td><td style="text-align: right">x</td></tr>
        <tr><td>Prijs</td><td style="text-align: right">1.234,5</td></tr>
        <tr><td>laatste</td><td style="text-align: right">9</td></tr>
        </tbody></table>
        <table><thead><tr><th>a</th></tr></thead><tbody>
        <tr><td></td></tr>
        </tbody></table>
        </body></html>"#]].assert_eq(mail(&compiled).html.trim());
    expect![[r#"
        Naam | nl
        Sam | 1
        een | x
        twee | x
        Prijs | 1.234,5
        laatste | 9

        a
    "#]].assert_eq(&mail(&compiled).text);
}

#[test]
fn html_and_mjml_read_as_lines() {
    let body = "\
<mj-section><mj-column>
<mj-text><h1>Kop</h1><p>Beste {{recipient.full_name}},</p><ul><li>een</li><li>twee &amp; drie</li></ul></mj-text>
{{#if event.Urgent}}<mj-button href=\"{{vars.dashboard_url}}\">Open</mj-button>{{/if}}
<mj-table><tr><th>Naam</th><th>Prijs</th></tr>{{#each contact.tags}}<tr><td>{{this}}</td><td>1</td></tr>{{/each}}</mj-table>
<mj-divider /><mj-image src=\"https://x.example/a.png\" alt=\"Een plaatje\" />
</mj-column></mj-section>";
    let text = format!("---\nsubject: x\npreheader: verborgen\n---\n{body}");
    let compiled = compile("t.mjml", &text, None).unwrap();
    expect![[r#"
        Kop

        Beste {{recipient.full_name}},

        - een
        - twee & drie

        {{#if event.Urgent}}

        Open: {{vars.dashboard_url}}

        {{/if}}

        Naam Prijs
        {{#each contact.tags}}
        {{this}} 1
        {{/each}}

        Een plaatje
    "#]]
    .assert_eq(&compiled.source.text);
    expect![[r#"
        Kop

        Beste Anna,

        - een
        - twee & drie

        Open: https://app.example/d

        Naam Prijs
        een 1
        twee 1

        Een plaatje
    "#]]
    .assert_eq(&mail(&compiled).text);
}

#[test]
fn a_text_of_its_own_comes_first() {
    let text = "---\nsubject: x\n---\n<p>{{locale}}</p>";
    let txt =
        "Beste {{recipient.full_name}},\n\n{{#if event.Weeks}}\nweg\n{{/if}}\nTot {{event.Oops}}\n";
    let paths = super::paths();
    let context = Context {
        paths: &paths,
        purpose: Purpose::Transactional,
        locale: "nl",
    };
    let parsed = parse("t.html", text, Some(("t.txt", txt))).unwrap();
    let defects = parsed.check(None, &context);
    assert_eq!(defects.len(), 1);
    assert_eq!(
        (defects[0].place.file.as_str(), defects[0].place.span.start),
        ("t.txt", 68)
    );
    let parsed = parse(
        "t.html",
        text,
        Some(("t.txt", &txt.replace("event.Oops", "morgen"))),
    )
    .unwrap();
    assert_eq!(
        parsed.check(None, &context).len(),
        1,
        "there is no `morgen`"
    );
    let parsed = parse(
        "t.html",
        text,
        Some(("t.txt", &txt.replace("{{event.Oops}}", "morgen"))),
    )
    .unwrap();
    let compiled = parsed.compile(None, &context).unwrap();
    assert_eq!(mail(&compiled).text, "Beste Anna,\n\nTot morgen\n");
    let paths: Vec<_> = parsed.paths().into_iter().collect();
    assert_eq!(paths, ["event.Weeks", "locale", "recipient.full_name"]);
}

/// Everything that Markdown has.
const EVERYTHING: &str = "\
# Kop van {{recipient.full_name}}

Een *nadruk* en **sterk**, met `code` en [een link]({{vars.dashboard_url}}) midden in een zin.
Nog een regel.\\
Een nieuwe regel: <https://x.example> en [https://x.example](https://x.example).

## Tussenkop

- een
- twee met [een brief](https://x.example/brief)
  - genest
  - {{paragraphs event.Review.Content}}
- drie

3. derde
4. vierde

> Een citaat
> van twee regels

[Doneer](https://x.example/doneer \"button doneer\")

[Mail ons](mailto:info@x.example)

| Naam | Prijs |
|---|--:|
| Koffie | {{money event.Price \"EUR\"}} |

---

<div>Een <b>vet</b> blok<br>met &amp; een regel</div>

```
code
  ingesprongen
```

![Een logo](https://x.example/logo.png)

{{#if event.Urgent}}
Dit is dringend.
{{else}}
Dit niet.
{{/if}}

{{#if event.Weeks}}

Weken: {{event.Weeks}}

{{/if}}

{{#if event.Person.Nickname}}Roepnaam {{event.Person.Nickname}}{{/if}}

Groet
";

/// Lists with blocks between their items.
const LISTS: &str = "\
- een
{{#if event.Urgent}}
- twee
{{/if}}
- {{#if event.Weeks}}drie{{/if}}
- vier

Tekst

{{#each contact.tags}}
1. {{this}}
{{/each}}

{{#if event.Urgent}}
- los
{{/if}}

> {{#if event.Urgent}}
> - in een citaat
> {{/if}}
> - ook
";

/// A layout that adds nothing.
const BARE: (&str, &str) = ("l.html", "<html><body>{{> content}}</body></html>");

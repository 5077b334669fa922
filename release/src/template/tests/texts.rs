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

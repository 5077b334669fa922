//! Lists and tables stay whole where blocks stand between their items and rows.

use expect_test::expect;

use super::{HEAD, compile, mail};

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
    "#]]
    .assert_eq(&mail(&compiled).text);
}

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

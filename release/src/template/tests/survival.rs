//! Every expression of a template comes out where it was put, whatever is around it.

use super::{HEAD, compile};

#[test]
fn every_expression_of_markdown_comes_out_in_order() {
    let body = "\
# {{vars.organisation}} & {{locale}}

Beste **{{recipient.full_name}}**, _{{event.Person.FullName}}_ en `{{event.AccessCode.Code}}` \\*{{locale}}

{{#if event.Urgent}}

- {{date event.Track.EndDate \"long\"}}
{{#if event.Weeks}}
- {{number event.Weeks}} weken
{{else}}
- {{event.Price}}
{{/if}}

{{/if}}

| a | {{vars.review_days}} |
|---|---|
| {{#if event.Urgent}}ja{{else}}nee{{/if}} | {{money event.Price \"EUR\"}} |

> {{paragraphs event.Review.Content}}

[Open]({{vars.dashboard_url}}?a=1&b={{url event.Person.FullName}} \"button\") [Nu {{locale}}](https://x.example)

<table><tr><th>{{locale}}</th></tr>{{#each contact.tags}}<tr><td class=\"{{this}}\">{{this}}</td></tr>{{/each}}</table>

![x](https://x.example/{{url event.Person.FullName}}.png)
";
    survives("t.md", body, None);
}

#[test]
fn every_expression_of_mjml_comes_out_in_order() {
    let body = "\
<mj-section background-color=\"{{vars.color}}\"><mj-column>
<mj-image alt=\"{{vars.organisation}}\" src=\"{{vars.dashboard_url}}/logo.png\" width=\"160px\" />
{{#if event.Urgent}}
<mj-button href=\"{{vars.dashboard_url}}?a=1&amp;b={{url event.Link}}\">Naar {{locale}} &raquo;</mj-button>
{{else}}
<mj-text><a href=\"{{url event.Link}}\">{{event.Person.FullName}}</a></mj-text>
{{/if}}
<mj-table><tr><th>{{locale}}</th></tr>{{#each contact.tags}}<tr><td>{{this}}</td></tr>{{/each}}</mj-table>
<mj-raw>{{#if event.Weeks}}<tr><td>{{number event.Weeks}}</td></tr>{{/if}}</mj-raw>
</mj-column></mj-section>
{{#if links.browser}}<mj-section><mj-column><mj-text><a href=\"{{links.browser}}\">{{locale}}</a></mj-text></mj-column></mj-section>{{/if}}
";
    survives("t.mjml", body, None);
}

#[test]
fn every_expression_of_html_comes_out_in_order() {
    let body = "\
<p class='a {{#if event.Urgent}}b{{/if}}' title=\"{{recipient.full_name}}\">{{paragraphs event.Review.Content}}</p>
<ul>{{#each contact.tags}}<li>{{this}}</li>{{/each}}</ul>
<table><tbody>{{#if event.Urgent}}<tr><td>{{event.Price}}</td></tr>{{/if}}</tbody></table>
<select>{{#if event.Urgent}}<option>{{locale}}</option>{{/if}}</select>
<!-- {{#if nothing}} is dropped --><a href=\"{{links.unsubscribe}}\">{{locale}}</a>
";
    let layout = "<html><head><title>{{subject}}</title><style>p { color: {{vars.color}}; }</style></head>\
        <body><!--[if mso]><a href=\"{{vars.dashboard_url}}\">x</a><![endif]-->{{#if preheader}}<i>{{preheader}}</i>{{/if}}{{> content}}</body></html>";
    survives("t.html", &body.replace("{{#if nothing}}", ""), Some(layout));
}

/// Checks that what is made of a body holds its expressions, each in its turn, and its blocks just once.
///
/// Attributes stand in the order in which the tools write them. What only the compiler adds to an expression
/// is left out of the comparison.
fn survives(file: &str, body: &str, layout: Option<&str>) {
    let text = format!("{HEAD}{body}");
    let compiled = compile(file, &text, layout.map(|layout| ("l.html", layout))).unwrap();
    let html = compiled.source.html;
    let (expected, found) = (expressions(body), expressions(&html));
    assert!(expected.len() >= 10, "too few to show anything");
    let mut rest = found.as_slice();
    for tag in &expected {
        let at = rest.iter().position(|found| found == tag);
        let at = at.unwrap_or_else(|| panic!("{tag} is not where it was in {html}"));
        rest = &rest[at + 1..];
    }
    let blocks = |tags: &[String]| -> Vec<String> {
        tags.iter()
            .filter(|tag| tag.contains(['#', '/']) && !tag.contains("preheader"))
            .cloned()
            .collect()
    };
    let own: Vec<_> = blocks(&found)
        .into_iter()
        .skip(usize::from(layout.is_some()))
        .collect();
    assert_eq!(own, blocks(&expected), "{html}");
    assert!(
        !html.contains("<!--w") && !html.contains("&lt;!--w"),
        "{html}"
    );
}

fn expressions(text: &str) -> Vec<String> {
    let mut found = vec![];
    let mut rest = text;
    while let Some((_, tail)) = rest.split_once("{{") {
        let (inside, tail) = tail.split_once("}}").unwrap();
        let inside = inside
            .split(" '<p")
            .next()
            .unwrap()
            .trim_end_matches(" \"whole\"");
        found.push(inside.to_owned());
        rest = tail;
    }
    found
}

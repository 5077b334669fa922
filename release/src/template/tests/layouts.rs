//! What is said about layouts and MJML that are not in order, and where.

use expect_test::expect;

use super::{HEAD, compile};

#[test]
fn tags_that_mjml_would_drop_are_reported() {
    expect![[r#"
        l.mjml:2:10 `<mj-titel>`: MJML knows no `<mj-titel>` (did you mean `<mj-title>`?)
        l.mjml:4:3 `<mj-sectio>`: MJML knows no `<mj-sectio>` (did you mean `<mj-section>`?)
        l.mjml:6:1 `<mj-include path="x" />`: a layout cannot include another file (write it out here)
    "#]].assert_eq(&layout(
        "<mjml>\n<mj-head><mj-titel>x</mj-titel></mj-head>\n<mj-body>\n  <mj-sectio><mj-column>\n\
         <mj-text>{{> content}}</mj-text></mj-column></mj-sectio>\n<mj-include path=\"x\" /></mj-body></mjml>\n",
    ));
}

#[test]
fn tags_that_are_not_closed_are_found() {
    expect![[r#"
        l.mjml:3:1 `<mj-column>`: `<mj-column>` is not closed (add `</mj-column>` where it ends)
        l.mjml:4:31 `</mj-text>`: `</mj-text>` closes nothing (take it away, or open it before)
    "#]].assert_eq(&layout(
        "<mjml><mj-body>\n<mj-section>\n<mj-column><mj-text>{{> content}}</mj-text>\n</mj-section></mj-body></mjml></mj-text>",
    ));
}

#[test]
fn a_tag_in_the_wrong_place_is_found_through_style_sheets_and_blocks() {
    expect![[r#"
        l.mjml:4:56 `<mj-title>`: `<mj-title>` cannot stand in `<mj-column>` (put it in `<mj-head>`)
    "#]].assert_eq(&layout(
        "<mjml><mj-head><mj-style inline=\"inline\">.a { color: red; }</mj-style></mj-head>\n<mj-body>\n\
         {{#if links.browser}}<mj-section><mj-column><mj-text>{{links.browser}}</mj-text></mj-column></mj-section>{{/if}}\n\
         <mj-section><mj-column><mj-text>{{> content}}</mj-text><mj-title>x</mj-title></mj-column></mj-section></mj-body></mjml>",
    ));
}

#[test]
fn a_layout_has_one_place_for_its_content() {
    let mut all = String::new();
    for text in [
        "<html><body>x</body></html>",
        "<html><body>{{> content}}{{> content}}</body></html>",
        "<html><body><p class=\"{{> content}}\">x</p></body></html>",
    ] {
        all += &compile("t.md", &format!("{HEAD}x"), Some(("l.html", text))).unwrap_err();
    }
    expect![[r#"
        l.html:1:1 `<html><body>x</body></html>`: the layout has no place for its content (write `{{> content}}` where the mail itself is to stand)
        l.html:1:26 `{{> content}}`: the layout has a second place for its content (keep one of the two)
        l.html:1:23 `{{> content}}`: the content cannot stand inside a tag (write `{{> content}}` between two tags)
    "#]].assert_eq(&all);
}

#[test]
fn a_layout_sees_no_more_than_every_mail_has() {
    expect![[r#"
        l.mjml:3:1 `{{recipient.full_name}}`: a layout does not see `recipient.full_name` (a layout sees `subject`, `preheader`, `locale`, `vars` and `links`)
        l.mjml:3:25 `{{event.Link}}`: a layout does not see `event.Link` (a layout sees `subject`, `preheader`, `locale`, `vars` and `links`)
        l.mjml:3:40 `{{links.browser}}`: `links.browser` may be absent (write `{{#if links.browser}} … {{/if}}` around it, or `{{default links.browser "…"}}`)
    "#]].assert_eq(&layout(
        "<mjml><mj-body><mj-section><mj-column>\n\
         <mj-text>{{subject}} {{preheader}} {{locale}} {{vars.organisation}}\n{{recipient.full_name}} {{event.Link}} {{links.browser}}</mj-text>\n\
         <mj-text>{{> content}}</mj-text></mj-column></mj-section></mj-body></mjml>",
    ));
}

#[test]
fn bodies_and_layouts_must_fit_each_other() {
    let mjml = "<mjml><mj-body><mj-section><mj-column><mj-text>{{> content}}</mj-text></mj-column></mj-section></mj-body></mjml>";
    let html = "<html><body>{{> content}}</body></html>";
    let mut all = String::new();
    for (file, body, layout) in [
        ("t.mjml", "<mj-text>x</mj-text>", ("l.html", html)),
        (
            "t.mjml",
            "<mjml><mj-body></mj-body></mjml>",
            ("l.mjml", mjml),
        ),
        (
            "t.html",
            "<!DOCTYPE html><html><body>x</body></html>",
            ("l.html", html),
        ),
        ("t.mjml", "<mj-section></mj-section>", ("l.mjml", mjml)),
        (
            "t.mjml",
            "{{#if event.Urgent}}<mj-text>x</mj-text>{{/if}}\n<mj-text>y</mj-text>",
            ("l.mjml", mjml),
        ),
        (
            "t.md",
            "x",
            (
                "l.mjml",
                "<mjml><mj-body><mj-section>{{#if vars.color}}{{/if}}<mj-column>{{> content}}</mj-column></mj-section></mj-body></mjml>",
            ),
        ),
    ] {
        let made = compile(file, &format!("{HEAD}{body}"), Some(layout));
        all += &made.map_or_else(|defects| defects, |made| made.source.html);
    }
    expect![[r#"
        t.mjml:4:1 `<mj-text>x</mj-text>`: MJML cannot stand in a layout of HTML (write the template in HTML or Markdown, or the layout in MJML)
        t.mjml:4:1 `<mjml><mj-body></mj-body></mjml>`: this is a whole mail, so no layout can stand around it (take away `layout:`, or the outermost tags)
        t.html:4:1 `<!DOCTYPE html><html><body>x</body></html>`: this is a whole mail, so no layout can stand around it (take away `layout:`, or the outermost tags)
        t.mjml:4:1 `<mj-section>`: `<mj-section>` cannot stand in `<mj-text>` (put it in `<mj-body>` or `<mj-wrapper>`)
        t.mjml:4:21 `<mj-text>`: `<mj-text>` cannot stand in `<mj-text>` (put it in `<mj-column>` or `<mj-hero>`)
        t.mjml:5:1 `<mj-text>`: `<mj-text>` cannot stand in `<mj-text>` (put it in `<mj-column>` or `<mj-hero>`)
        l.mjml:1:64 `{{> content}}`: text cannot stand in `<mj-column>` (put `{{> content}}` in `<mj-text>`)
    "#]].assert_eq(&all);
}

fn layout(text: &str) -> String {
    compile("t.md", &format!("{HEAD}x"), Some(("l.mjml", text))).expect_err("it is not in order")
}

//! Mistakes in templates and layouts, where they are sent.

use expect_test::expect;

use crate::folder::{good, table};

#[test]
fn templates_are_checked_where_they_are_sent() {
    table(
        "mails/templates_are_checked_where_they_are_sent",
        "templates/nieuws.md",
        &[
            ("{{recipient.full_name}}", "{{recipient.fullname}}"),
            (
                "{{recipient.full_name}}",
                "{{event.form}} {{event.Person.FullName}}",
            ),
            ("{{recipient.full_name}}", "{{contact.first_name}}"),
            ("{{recipient.full_name}}", "{{vars.days}}"),
            ("layout: huisstijl", "layout: huistijl"),
            ("subject: Welkom", "onderwerp: Welkom"),
            ("# Welkom", "# Welkom {{#if contact.member}}"),
        ],
    );
}

#[test]
fn an_example_must_fill_every_mail() {
    good()
        .edit("events.yaml", "form: vrienden", "form: \" \"")
        .edit("templates/nieuws.md", "# Welkom", "# Welkom {{event.form}}")
        .check(expect![[r#"
            events.yaml:15:20 `form` is empty, and no mail can show that
              = write what the source would post; a parameter that may be absent has a `?`"#]]);
}

#[test]
fn advertising_offers_to_unsubscribe() {
    good()
        .edit(
            "layouts/huisstijl.mjml",
            "{{links.unsubscribe}}\">",
            "{{vars.dashboard_url}}\">",
        )
        .edit(
            "layouts/huisstijl.mjml",
            "{{#if links.unsubscribe}}",
            "{{#if vars.dashboard_url}}",
        )
        .check(expect![[r#"
            templates/nieuws.md:4:9 a marketing mail must offer to unsubscribe, and this one does not
              = add `[Unsubscribe]({{links.unsubscribe}})` to the template or to its layout"#]]);
}

#[test]
fn every_language_says_the_same() {
    table(
        "mails/every_language_says_the_same",
        "templates/start.en.md",
        &[("{{date event.Track.StartDate \"long\"}}", "soon")],
    );
}

#[test]
fn the_files_of_templates_are_named_well() {
    good()
        .put("templates/start.html", "<p>x</p>")
        .check(expect![[r#"
            templates/start.html:1:1 the front matter is missing
              = begin the file with a line `---`, a line `subject: …` and another line `---`
            templates/start.md:1:1 two templates are called `start`
              = give one of them another name, or remove it
              + templates/start.html:1:1 first here"#]]);
    good()
        .put("templates/start.Dutch.md", "x")
        .check(expect![[r#"
            templates/start.Dutch.md:1:1 `Dutch` is not a language tag
              = a template is NAME.md, in another language NAME.en.md: rename `templates/start.Dutch.md`"#]]);
    good().put("templates/los.txt", "x").check(expect![[r#"
        templates/los.txt:1:1 `templates/los.txt` stands beside no template
          = write `los.html` or `los.mjml` beside it, or rename it to .md"#]]);
    good()
        .put("templates/mijn brief.md", "x")
        .check(expect![[r#"
            templates/mijn brief.md:1:1 the name `mijn brief` of a template is not spelled as one: it is letters A to Z, digits, `-` and `_`
              = write `mijn-brief`"#]]);
    good()
        .put("layouts/huisstijl.html", "{{> content}}")
        .check(expect![[r#"
            layouts/huisstijl.mjml:1:1 two layouts are called `huisstijl`
              = give one of them another name, or remove it
              + layouts/huisstijl.html:1:1 first here
            templates/nieuws.md:4:9 a marketing mail must offer to unsubscribe, and this one does not
              = add `[Unsubscribe]({{links.unsubscribe}})` to the template or to its layout"#]]);
    let english = "---\nsubject: Hello\n---\nHello {{recipient.full_name}}\n";
    good()
        .put("templates/groet.en.md", english)
        .check(expect![[r#"
            templates/groet.en.md:1:1 the template `groet` is not there in the release's own language
              = write templates/groet.md for everybody who reads no other language"#]]);
}

#[test]
fn a_template_that_no_journey_sends_is_checked_too() {
    let text = "---\nsubject: Later\nlayout: niets\n---\nBeste {{recipient.full_name}}\n";
    good().put("templates/later.md", text).check(expect![[r#"
        templates/later.md:3:9 no layout is called `niets`
          = there are `huisstijl`; write it as layouts/NAME.mjml"#]]);
    let text = "---\nsubject: Later\n---\nBeste {{recipient.fullname}} {{contact.first_name}} {{links.unsubscribe}}\n";
    good().put("templates/later.md", text).check(expect![[r#"
        templates/later.md:4:7 nothing is called `recipient.fullname`
          = did you mean `recipient.full_name`?"#]]);
}

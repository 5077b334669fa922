//! Front matter, files and notations of other systems that are not in order.

use expect_test::expect;

use super::{compile, compile_for, defects};
use crate::template::{Purpose, parse, parse_layout};

#[test]
fn fields_of_other_systems_are_found_with_their_misprints() {
    expect![[r#"
        t.md:4:7 `[automationfield:Recipient.FullName]`: a field of another system stands here, which the mail would print as it is (write `{{recipient.full_name}}`)
        t.md:6:1 `[automationfield.Person.SourceID]`: a field of another system stands here, which the mail would print as it is (write `{{event.Person.SourceID}}`)
        t.md:6:35 `[automationfield:Person.FullName]]`: a field of another system stands here, which the mail would print as it is (write `{{event.Person.FullName}}`)
        t.md:6:70 `[AutomationField: X ]`: a field of another system stands here, which the mail would print as it is (write `{{event.X}}`)
        t.md:6:92 `[automatonfield:Y]`: a field of another system stands here, which the mail would print as it is (write `{{event.Y}}`)
        t.md:8:5 `]]`: `]]` closes nothing (take it away, or write `{{name}}`)
        t.md:8:11 `{event.Link}`: an expression has two braces on each side (write `{{event.Link}}`)
        t.md:8:27 `{Person.FullName}`: an expression has two braces on each side (write `{{event.Person.FullName}}`)
        t.md:8:48 `{vars}`: an expression has two braces on each side (write `{{vars}}`)
    "#]].assert_eq(&defects(
        "Beste [automationfield:Recipient.FullName],\n\n\
         [automationfield.Person.SourceID] [automationfield:Person.FullName]] [AutomationField: X ] [automatonfield:Y]\n\n\
         los ]] en {event.Link} en {Person.FullName} en {vars} en [gewoon] en {niets} en [x]: y\n",
    ));
    let subject = "---\nsubject: \"Over [automationfield:Person.FullName]\"\n---\nx\n";
    expect![[r#"
        t.md:2:16 `[automationfield:Person.FullName]`: a field of another system stands here, which the mail would print as it is (write `{{event.Person.FullName}}`)
    "#]].assert_eq(&compile("t.md", subject, None).unwrap_err());
}

#[test]
fn front_matter_says_what_it_misses() {
    let mut all = String::new();
    for text in [
        "",
        "# Geen\n",
        "---\nsubject: x\n",
        "---\n---\nx\n",
        "---\nsubject:\n---\nx\n",
        "---\nsubject: \" \"\npreheader: \"\"\n---\nx\n",
        "---\nsubjcet: x\nfoo: 1\n---\nx\n",
        "---\nsubject: {{event.Link}}\n---\nx\n",
        "---\nsubject: [a]\n---\nx\n",
        "---\nsubject: a: b\n---\nx\n",
        "---\nsubject: x\nlayout: \n---\nx\n",
        "---\nsubject: 'Voor {{event.Persn.FullName}} en \"{{date event.Started \"lng\"}}\"'\n---\nx\n",
        "---\nsubject: \"Voor {{date event.Started \\\"lng\\\"}}\"\n---\nx\n",
        "---\nsubject: >\n  Voor\n  {{event.Persn.FullName}}\n---\nx\n",
        "\u{feff}---\nsubject: y\n---\nx\n",
        "---\r\nsubject: x {{paragraphs event.Review.Content}}\r\n---\r\n{{event.Lnk}}\r\n",
    ] {
        let defects = match compile("t.md", text, None) {
            Ok(compiled) => format!("in order: {:?}\n", compiled.source.subject),
            Err(defects) => defects,
        };
        all += &format!("{text:?}\n{defects}");
    }
    expect![[r##"
        ""
        t.md:1:1 ``: the front matter is missing (begin the file with a line `---`, a line `subject: …` and another line `---`)
        "# Geen\n"
        t.md:1:1 `# Geen`: the front matter is missing (begin the file with a line `---`, a line `subject: …` and another line `---`)
        "---\nsubject: x\n"
        t.md:1:1 `---`: the front matter is not closed (begin the file with a line `---`, a line `subject: …` and another line `---`)
        "---\n---\nx\n"
        t.md:1:4 ``: the front matter must be a mapping, and this is nothing (write lines of `key: value`)
        "---\nsubject:\n---\nx\n"
        t.md:2:1 `subject`: the subject must be a text, and this is nothing (write a text)
        "---\nsubject: \" \"\npreheader: \"\"\n---\nx\n"
        t.md:2:10 `" "`: the subject is empty (write it, or take the line away)
        t.md:3:12 `""`: the preheader is empty (write it, or take the line away)
        "---\nsubjcet: x\nfoo: 1\n---\nx\n"
        t.md:2:1 `subjcet`: the front matter has no key `subjcet` (did you mean `subject`?)
        t.md:2:1 `subjcet: x`: the front matter has no subject (add a line `subject: …`)
        t.md:3:1 `foo`: the front matter has no key `foo` (the front matter can have `subject`, `preheader` and `layout`)
        "---\nsubject: {{event.Link}}\n---\nx\n"
        t.md:2:11 `{event.Link}`: YAML reads `{{` as the start of a mapping (put the whole text in quotes: "{{…}}")
        "---\nsubject: [a]\n---\nx\n"
        t.md:2:10 `[a]`: the subject must be a text, and this is a list (write a text)
        "---\nsubject: a: b\n---\nx\n"
        t.md:2:11 `:`: this is not YAML: a `:` stands where no key can (a text that contains `: ` needs quotes; else look at the indentation)
        "---\nsubject: x\nlayout: \n---\nx\n"
        t.md:3:1 `layout`: the layout must be a text, and this is nothing (write one, in quotes where it begins with a sign such as `#` or `{`)
        "---\nsubject: 'Voor {{event.Persn.FullName}} en \"{{date event.Started \"lng\"}}\"'\n---\nx\n"
        t.md:2:16 `{{event.Persn.FullName}}`: nothing is called `event.Persn.FullName` (did you mean `event.Person.FullName`?)
        t.md:2:45 `{{date event.Started "lng"}}`: `date` knows no style "lng" (did you mean "long"?)
        "---\nsubject: \"Voor {{date event.Started \\\"lng\\\"}}\"\n---\nx\n"
        t.md:2:10 `"Voor {{date event.Started \"lng\"}}"`: `date` knows no style "lng" (did you mean "long"?)
        "---\nsubject: >\n  Voor\n  {{event.Persn.FullName}}\n---\nx\n"
        t.md:4:3 `{{event.Persn.FullName}}`: nothing is called `event.Persn.FullName` (did you mean `event.Person.FullName`?)
        "\u{feff}---\nsubject: y\n---\nx\n"
        in order: "y"
        "---\r\nsubject: x {{paragraphs event.Review.Content}}\r\n---\r\n{{event.Lnk}}\r\n"
        t.md:2:12 `{{paragraphs event.Review.Content}}`: `paragraphs` stands in the text of a body only (print the value, or leave it out)
        t.md:4:1 `{{event.Lnk}}`: nothing is called `event.Lnk` (did you mean `event.Link`?)
    "##]].assert_eq(&all);
}

#[test]
fn a_file_is_what_its_name_says() {
    let says = |found: Vec<crate::Defect>| {
        found
            .into_iter()
            .map(|d| format!("{} ({})\n", d.what, d.help))
            .collect::<String>()
    };
    let head = super::HEAD;
    let mut all = says(parse("t.docx", head, None).unwrap_err());
    all += &says(parse_layout("l.md", "{{> content}}").unwrap_err());
    all += &says(parse("t.md", &"x".repeat(256 * 1024 + 1), None).unwrap_err());
    all += &says(
        parse(
            "t.md",
            &format!("{head}{}", "{{locale}} ".repeat(2001)),
            None,
        )
        .unwrap_err(),
    );
    let deep = format!(
        "{head}{}x{}",
        "{{#if locale}}".repeat(17),
        "{{/if}}".repeat(17)
    );
    all += &says(parse("t.md", &deep, None).unwrap_err());
    let long = compile("t.md", &format!("{head}{}", "lang ".repeat(21_000)), None).unwrap_err();
    all += long.split("`: ").last().unwrap();
    expect![[r#"
        a template is Markdown, MJML or HTML (call the file NAME.md, NAME.mjml or NAME.html)
        a layout is MJML or HTML (call the file NAME.mjml or NAME.html)
        the file is longer than 262144 bytes (a mail that long is cut off by mail programs)
        there are more than 2000 expressions (split the mail, or move what is fixed into `vars`)
        blocks lie more than 16 deep in each other (make several mails of it)
        the mail has 109587 bytes of HTML, and Gmail shows no more than 104448 (make it shorter, or move style sheets and images out of it)
    "#]]
    .assert_eq(&all);
}

#[test]
fn a_marketing_mail_offers_to_unsubscribe() {
    let layout = ("l.html", "<html><body>{{> content}}</body></html>");
    let text = "---\nsubject: x\nlayout: l\n---\nNieuws\n";
    let marketing = |text, layout| compile_for(Purpose::Marketing, "t.md", text, layout);
    expect![[r#"
        t.md:3:9 `l`: a marketing mail must offer to unsubscribe, and this one does not (add `[Unsubscribe]({{links.unsubscribe}})` to the template or to its layout)
    "#]].assert_eq(&marketing(text, Some(layout)).unwrap_err());
    let with_link = format!("{text}\n[Afmelden]({{{{links.unsubscribe}}}})\n");
    let compiled = marketing(&with_link, Some(layout)).unwrap();
    expect![[r#"
        Nieuws

        Afmelden: {{links.unsubscribe}}
    "#]]
    .assert_eq(&compiled.source.text);
    // The layout of mails that ask for none brings its own.
    let compiled = marketing(text, None).unwrap();
    assert!(
        compiled
            .source
            .html
            .contains("ses:no-track=\"\" href=\"{{links.unsubscribe}}\"")
    );
    expect![[r#"
        Nieuws

        --
        Afmelden: {{links.unsubscribe}}
    "#]]
    .assert_eq(&compiled.source.text);
}

//! What is said about expressions that do not fit, and where.

use expect_test::expect;

use super::{compile, defects};

#[test]
fn an_unknown_name_is_answered_with_the_one_that_was_meant() {
    expect![[r#"
        t.md:4:7 `{{recipient.fullname}}`: nothing is called `recipient.fullname` (did you mean `recipient.full_name`?)
        t.md:6:1 `{{event.Person.FulName}}`: nothing is called `event.Person.FulName` (did you mean `event.Person.FullName`?)
        t.md:6:29 `{{Person.FullName}}`: nothing is called `Person.FullName` (did you mean `event.Person.FullName`?)
        t.md:8:1 `{{#if event.Nothing}}`: nothing is called `event.Nothing` (there is `event.AccessCode.Code`, `event.Link`, `event.Person.FullName`, `event.Person.Nickname`, `event.Price`, …; or declare it under `params` in events.yaml)
        t.md:8:31 `{{totally.different}}`: nothing is called `totally.different` (the names here begin with `contact`, `event`, `links`, `recipient`, `vars`)
        t.md:8:53 `{{recipient}}`: `recipient` is a group of values (name one of them: `recipient.full_name`)
        t.md:8:67 `{{event.Person}}`: `event.Person` is a group of values (name one of them: `event.Person.FullName`, `event.Person.Nickname`)
        t.md:8:84 `{{this}}`: nothing is called `this` here (name a value, or go out of the block with `../`)
    "#]].assert_eq(&defects(
        "Beste {{recipient.fullname}},\n\n{{event.Person.FulName}} en {{Person.FullName}}.\n\n\
         {{#if event.Nothing}}x{{/if}} {{totally.different}} {{recipient}} {{event.Person}} {{this}}\n",
    ));
}

#[test]
fn a_value_that_may_be_absent_needs_a_block_around_it() {
    expect![[r#"
        t.md:4:1 `{{event.Person.Nickname}}`: `event.Person.Nickname` may be absent (write `{{#if event.Person.Nickname}} … {{/if}}` around it, or `{{default event.Person.Nickname "…"}}`)
        t.md:5:63 `{{event.Person.Nickname}}`: `event.Person.Nickname` may be absent (write `{{#if event.Person.Nickname}} … {{/if}}` around it, or `{{default event.Person.Nickname "…"}}`)
        t.md:6:24 `{{event.Weeks}}`: `event.Weeks` may be absent (write `{{#if event.Weeks}} … {{/if}}` around it, or `{{default event.Weeks "…"}}`)
        t.md:8:38 `{{number event.Weeks}}`: `event.Weeks` may be absent (write `{{#if event.Weeks}} … {{/if}}` around it, or `{{default event.Weeks "…"}}`)
        t.md:11:46 `{{default "a" event.Person.Nickname}}`: `event.Person.Nickname` may be absent (write `{{#if event.Person.Nickname}} … {{/if}}` around it, or `{{default event.Person.Nickname "…"}}`)
        t.md:12:1 `{{#if (reached event.Track.StartDate)}}`: `event.Track.StartDate` may be absent (write `{{#if event.Track.StartDate}} … {{/if}}` around it, or `{{default event.Track.StartDate "…"}}`)
    "#]].assert_eq(&defects(
        "{{event.Person.Nickname}}\n\
         {{#if event.Person.Nickname}}{{event.Person.Nickname}}{{else}}{{event.Person.Nickname}}{{/if}}\n\
         {{#unless event.Weeks}}{{event.Weeks}}{{else}}{{event.Weeks}}{{/unless}}\n\
         {{#if (and event.Urgent (has event.Weeks))}}{{number event.Weeks}}{{/if}}\n\
         {{#if (or event.Urgent event.Weeks)}}{{number event.Weeks}}{{else}}x{{/if}}\n\
         {{#if (not event.Weeks)}}x{{else if event.Urgent}}{{event.Weeks}}{{else}}{{event.Weeks}}{{/if}}\n\
         {{#if (eq event.Person.Nickname \"Sam\")}}{{event.Person.Nickname}}{{/if}}\n\
         {{default event.Person.Nickname \"leerling\"}} {{default \"a\" event.Person.Nickname}}\n\
         {{#if (reached event.Track.StartDate)}}nu{{/if}}\n\
         {{#if event.Track.StartDate}}{{#if (reached event.Track.StartDate)}}nu{{/if}}{{/if}}\n",
    ));
}

#[test]
fn helpers_take_what_their_table_says() {
    expect![[r#"
        t.md:4:1 `{{date event.Price}}`: `date` takes a date or a moment, and this is a number (give it a date or a moment)
        t.md:4:22 `{{date event.Track.EndDate "tomorow"}}`: `date` knows no style "tomorow" (write "short" or "long" or "weekday" or "time")
        t.md:4:61 `{{date event.Track.EndDate "time"}}`: a date has no time of day (give `date` a moment, or another style)
        t.md:5:1 `{{date}}`: `date` is given 0 of its arguments (it takes a date or a moment, then the style)
        t.md:5:10 `{{date event.Track.EndDate event.Link}}`: `date` takes the style as a word of the template (write "short" or "long" or "weekday" or "time")
        t.md:6:1 `{{money event.Price}}`: `money` is given 1 of its arguments (it takes an amount, then a currency)
        t.md:6:23 `{{money event.Price "euro"}}`: `money` takes a currency, and not "euro" (write three capitals in quotes: "EUR")
        t.md:6:52 `{{number event.Price 9}}`: `number` takes how many decimals, and not 9 (write a number from 0 to 6)
        t.md:6:77 `{{number event.Link}}`: `number` takes a number, and this is a text (give it a number)
        t.md:7:1 `{{dat event.Started}}`: there is no helper called `dat` (did you mean `date`?)
        t.md:7:23 `{{upper event.Link}}`: there is no helper called `upper` (the helpers are and, date, default, each, eq, has, if, money, not, number, or, paragraphs, plural, reached, unless, url, with)
        t.md:7:44 `{{if event.Urgent}}`: `if` opens a block (write `{{#if …}} … {{/if}}`)
        t.md:7:64 `{{reached event.Track.EndDate}}`: `reached` says yes or no, which prints as `true` or `false` (write `{{#if (reached …)}} … {{/if}}`)
        t.md:8:1 `{{#date event.Started}}`: `date` opens no block (write `{{date …}}`)
        t.md:8:35 `{{number event.Price decimals=2}}`: `number` takes no `decimals=…` (give it its values in their order, without names)
        t.md:8:69 `{{#if event.Urgent event.Link}}`: `if` is given 2 of its arguments (it takes a value)
        t.md:9:1 `{{#if (paragraphs event.Review.Content)}}`: `paragraphs` stands by itself (write `{{paragraphs …}}`)
        t.md:9:79 `{{number (default event.Weeks "a")}}`: `default` is given a number and a text (let both be of one kind)
        t.md:9:116 `{{default event.Track.StartDate event.Track.EndDate}}`: `default` would print a date as it is (write `{{#if …}}` around it, and an `{{else}}` without it)
        t.md:9:170 `{{#if (eq event.Price "5")}}`: `eq` is given a number and a text (let both be of one kind)
        t.md:10:1 `{{plural event.Person "a" "b"}}`: `event.Person` is a group of values (name one of them: `event.Person.FullName`, `event.Person.Nickname`)
        t.md:10:33 `{{#with event.Price}}`: `with` takes a group of values, and this is a number (name a group of values: `event.Person`)
    "#]].assert_eq(&defects(
        "{{date event.Price}} {{date event.Track.EndDate \"tomorow\"}} {{date event.Track.EndDate \"time\"}}\n\
         {{date}} {{date event.Track.EndDate event.Link}} {{date event.Started \"time\"}}\n\
         {{money event.Price}} {{money event.Price \"euro\"}} {{number event.Price 9}} {{number event.Link}}\n\
         {{dat event.Started}} {{upper event.Link}} {{if event.Urgent}} {{reached event.Track.EndDate}}\n\
         {{#date event.Started}}x{{/date}} {{number event.Price decimals=2}} {{#if event.Urgent event.Link}}x{{/if}}\n\
         {{#if (paragraphs event.Review.Content)}}x{{/if}} {{default event.Weeks \"a\"}} {{number (default event.Weeks \"a\")}} {{default event.Track.StartDate event.Track.EndDate}} {{#if (eq event.Price \"5\")}}x{{/if}}\n\
         {{plural event.Person \"a\" \"b\"}} {{#with event.Price}}x{{/with}}\n",
    ));
}

#[test]
fn values_are_written_out_as_people_read_them() {
    expect![[r#"
        t.md:4:43 `{{event.Urgent}}`: `event.Urgent` is yes or no, which prints as `true` or `false` (write `{{#if event.Urgent}} … {{else}} … {{/if}}`)
        t.md:4:60 `{{contact.tags}}`: `contact.tags` is a list (write `{{#each contact.tags}}{{this}}{{/each}}`)
    "#]].assert_eq(&defects(
        "{{event.Track.EndDate}} {{event.Started}} {{event.Urgent}} {{contact.tags}} {{event.Review.Content}}\n",
    ));
}

#[test]
fn a_bare_date_is_written_out_and_a_bare_text_keeps_its_lines() {
    let head = "---\nsubject: From {{event.Track.EndDate}}\n---\n";
    let body = "Until {{event.Track.EndDate}}.\n\n{{event.Review.Content}}\n\nSo {{event.Review.Content}} it is.\n";
    let source = compile("t.md", &format!("{head}{body}"), None)
        .unwrap()
        .source;
    assert_eq!(
        source.subject,
        r#"From {{date event.Track.EndDate "long"}}"#
    );
    expect![[r#"
        Until {{date event.Track.EndDate "long"}}.

        {{event.Review.Content}}

        So {{event.Review.Content}} it is.
    "#]]
    .assert_eq(&source.text);
    assert!(
        source
            .html
            .contains("{{paragraphs event.Review.Content '<p")
    );
}

#[test]
fn blocks_change_what_names_lead_to() {
    let good = "{{#each contact.tags}}{{this}} {{@index}} {{../recipient.full_name}} {{@root.recipient.full_name}}\
        {{#unless @last}}, {{/unless}}{{/each}}\n\n\
        {{#each contact.tags as |tag i|}}{{tag}} {{i}}{{else}}{{recipient.full_name}}{{/each}}\n\n\
        {{#with event.Person}}{{FullName}} {{this.FullName}} {{../locale}}{{#if Nickname}}{{Nickname}}{{/if}}{{/with}}\n\n\
        {{#with event as |e|}}{{e.Person.FullName}}{{#each ../contact.tags}}{{this}}{{../Link}}{{/each}}{{/with}}\n";
    compile("t.md", &format!("{}{good}", super::HEAD), None).unwrap();
    expect![[r#"
        t.md:4:23 `{{recipient.full_name}}`: nothing is called `recipient.full_name` here (name a value, or go out of the block with `../`)
        t.md:4:47 `{{this.name}}`: nothing is called `this.name` here (name a value, or go out of the block with `../`)
        t.md:4:61 `{{../../locale}}`: nothing is called `../../locale` here (name a value, or go out of the block with `../`)
        t.md:5:1 `{{@index}}`: nothing is called `@index` here (name a value, or go out of the block with `../`)
        t.md:5:12 `{{#each event.Price}}`: `each` takes a list, and this is a number (give it a list)
        t.md:5:44 `{{#each event.Person}}`: `each` takes a list, and this is a group of values (name one of its values)
        t.md:5:77 `{{../locale}}`: nothing is called `../locale` here (name a value, or go out of the block with `../`)
        t.md:6:23 `{{event.Link}}`: nothing is called `event.Link` inside this block (write `@root.event.Link`)
        t.md:6:38 `{{Nickname}}`: `Nickname` may be absent (write `{{#if Nickname}} … {{/if}}` around it, or `{{default Nickname "…"}}`)
        t.md:6:51 `{{FullNam}}`: nothing is called `event.Person.FullNam` (did you mean `event.Person.FullName`?)
        t.md:6:63 `{{@index}}`: nothing is called `@index` here (name a value, or go out of the block with `../`)
        t.md:7:80 `{{else each contact.tags}}`: `{{else each}}` is not possible (write `{{else}}`, and open the block behind it)
    "#]].assert_eq(&defects(
        "{{#each contact.tags}}{{recipient.full_name}} {{this.name}} {{../../locale}}{{/each}}\n\
         {{@index}} {{#each event.Price}}x{{/each}} {{#each event.Person}}x{{/each}} {{../locale}}\n\
         {{#with event.Person}}{{event.Link}} {{Nickname}} {{FullNam}} {{@index}}{{/with}}\n\
         {{#each contact.tags}}x{{else if event.Urgent}}y{{/each}} {{#if event.Urgent}}x{{else each contact.tags}}y{{/if}}\n",
    ));
}

#[test]
fn every_block_is_closed_where_it_was_opened() {
    expect![[r#"
        t.md:6:3 `{{#if event.Urgent}}`: `{{#if}}` is not closed (add `{{/if}}` where the block ends)
    "#]].assert_eq(&defects("een\n\n  {{#if event.Urgent}}\n\ntwee\n"));
    expect![[r#"
        t.md:4:1 `{{/if}}`: `{{/if}}` closes nothing (open it first: `{{#if …}}`)
        t.md:4:9 `{{else}}`: `{{else}}` stands in no block (open one before it: `{{#if name}}`)
        t.md:4:38 `{{#each contact.tags}}`: `{{#each}}` is not closed (add `{{/each}}` where the block ends)
        t.md:4:90 `{{/each}}`: `{{/each}}` closes `{{#if}}` (write `{{/if}}`)
        t.md:5:31 `{{else}}`: this block has an `{{else}}` already (keep one of the two)
    "#]].assert_eq(&defects(
        "{{/if}} {{else}} {{#if event.Urgent}}{{#each contact.tags}}x{{/if}} {{#if event.Urgent}}x{{/each}}\n\
         {{#if event.Urgent}}a{{else}}b{{else}}c{{/if}}\n",
    ));
}

#[test]
fn what_cannot_be_read_is_reported_one_by_one() {
    expect![[r#"
        t.md:4:1 `{{event.Person.FullName} en `: `{{` is not closed (write `{{name}}`)
        t.md:4:29 `{{ event.Person FullName }}`: this expression cannot be read (write a name without spaces, or a helper with names: `{{date event.day "long"}}`)
        t.md:4:57 `{{{event.Link}}}`: this value would not be escaped (write `{{event.Link}}`)
        t.md:4:74 `{{&event.Link}}`: this value would not be escaped (write `{{event.Link}}`)
        t.md:4:90 `{{}}`: nothing stands between the braces (write `{{name}}`)
        t.md:5:31 `{{date event.Started "long}}`: this expression cannot be read (close the quotes)
        t.md:5:60 `{{date (event.Started}}`: this expression cannot be read (close the parentheses)
        t.md:5:84 `{{> footer}}`: mails have no partials but `{{> content}}` in a layout (write it out here)
        t.md:5:97 `{{*x}}`: mails have no decorators (take it away)
        t.md:6:1 `{{{{raw}}}}`: four braces open a raw block, which mails do not have (use two braces)
        t.md:6:14 `{{event.Link}}`: `\` stands before an expression (take it away: a mail cannot print two braces)
        t.md:6:29 `{{event.a+event.b}}`: this expression cannot be read (an expression is a name, or a helper with names: `{{date event.day "long"}}`)
        t.md:7:5 `}}`: `}}` closes nothing (write `{{name}}`, or leave the braces out)
        t.md:7:11 `{{open`: `{{` is not closed (write `{{name}}`)
    "#]].assert_eq(&defects(
        "{{event.Person.FullName} en {{ event.Person FullName }} {{{event.Link}}} {{&event.Link}} {{}}\n\
         {{date event.Started “long”}} {{date event.Started \"long}} {{date (event.Started}} {{> footer}} {{*x}}\n\
         {{{{raw}}}} \\{{event.Link}} {{event.a+event.b}} {{> content}}\n\
         los }} en {{open\n",
    ));
}

#[test]
fn what_only_the_recipient_may_see_stays_in_the_body() {
    let secret = "{{event.AccessCode.Code}}";
    let text = format!(
        "---\nsubject: Uw code {secret}\npreheader: \"Code: {secret}\"\n---\n`{secret}` [x](https://x.example/{{{{url event.AccessCode.Code}}}})\n\
         <img src=\"https://x.example/a.png\" alt=\"{secret}\">\n"
    );
    expect![[r#"
        t.md:2:18 `{{event.AccessCode.Code}}`: `event.AccessCode.Code` is sensitive, and this is the subject and the preheader, which show before a mail is opened (let it stand in the text of the body only)
        t.md:3:19 `{{event.AccessCode.Code}}`: `event.AccessCode.Code` is sensitive, and this is the subject and the preheader, which show before a mail is opened (let it stand in the text of the body only)
        t.md:5:51 `{{url event.AccessCode.Code}}`: `event.AccessCode.Code` is sensitive, and this is an address or an attribute, which end up in logs (let it stand in the text of the body only)
        t.md:6:41 `{{event.AccessCode.Code}}`: `event.AccessCode.Code` is sensitive, and this is an address or an attribute, which end up in logs (let it stand in the text of the body only)
    "#]].assert_eq(&compile("t.md", &text, None).unwrap_err());
}

#[test]
fn a_link_cannot_be_led_astray() {
    expect![[r#"
        t.md:4:1 `[a]({{event.Link}}) [b](https://x.example/?q={{event.Person.FullName}}) [c]({{vars.dashboard_url}}/{{date event.Track.EndDate "short"}})`: this `href` leads nowhere (write where it leads: https://…)
        t.md:4:5 `{{event.Link}}`: a value in a link could lead anywhere (write `{{url event.Link}}`)
        t.md:4:46 `{{event.Person.FullName}}`: a value in a link could lead anywhere (write `{{url event.Person.FullName}}`)
        t.md:4:100 `{{date event.Track.EndDate "short"}}`: a value in a link could lead anywhere (write `{{url (date …)}}`)
        t.md:5:5 `javascript:alert(1)`: a link with `javascript:` is not safe in a mail (lead to a page that begins with https://)
        t.md:5:30 `www.example.nl`: a mail stands on no page, so this link leads nowhere (write the whole address: https://…)
        t.md:5:50 `#`: this `href` leads nowhere (write where it leads: https://…)
        t.md:5:58 `data:image/png;base64,AAAA`: a link with `data:` is not safe in a mail (lead to a page that begins with https://)
        t.md:6:9 `{{links.browser}}`: an expression stands in a tag, but not in quotes (put it in the quotes of an attribute: href="{{vars.website}}")
        t.md:6:42 ` JavaScript:x`: a link with `javascript:` is not safe in a mail (lead to a page that begins with https://)
        t.md:6:66 `x()`: `onclick` holds a script, which no mail program runs (take it away)
        t.md:6:80 `{{#if event.Urgent}}`: an expression stands in a tag, but not in quotes (put it in the quotes of an attribute: href="{{vars.website}}")
        t.md:6:109 `{{/if}}`: an expression stands in a tag, but not in quotes (put it in the quotes of an attribute: href="{{vars.website}}")
        t.md:7:18 `{{event.Link}}`: only `vars` can stand in a style sheet (name a value of `vars`, or write the style out)
        t.md:7:40 `<script>`: a script stands here, which no mail program runs (take it away)
        t.md:7:68 `//evil.example`: a mail stands on no page, so this link leads nowhere (write the whole address: https://…)
    "#]].assert_eq(&defects(
        "[a]({{event.Link}}) [b](https://x.example/?q={{event.Person.FullName}}) [c]({{vars.dashboard_url}}/{{date event.Track.EndDate \"short\"}})\n\
         [d](javascript:alert(1)) [e](www.example.nl) [f](#) ![g](data:image/png;base64,AAAA) [h](<>)\n\
         <a href={{links.browser}}>i</a> <a href=\" JavaScript:x\" onclick=\"x()\">j</a> <p {{#if event.Urgent}}class=\"x\"{{/if}}>k</p>\n\
         <p style=\"color: {{event.Link}}\">l</p> <script>x</script> <a href=\"//evil.example\">m</a>\n",
    ));
    let good = "[a]({{url event.Link}}) [b]({{vars.dashboard_url}}?q={{url event.Person.FullName}}) [c](mailto:{{url event.Link}})\n\
        [d](tel:+31201234567) [e](http://x.example) [f](#onder) <p style=\"color: {{vars.color}}\">g</p>\n";
    compile("t.md", &format!("{}{good}", super::HEAD), None).unwrap();
}

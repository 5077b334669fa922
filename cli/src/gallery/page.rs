//! The page that shows all mails of a release, as wide as a phone and as wide as a desktop.

use std::fmt::Write;

use journey::Settings;

use super::{Picture, name};
use crate::html::escape;
use crate::words;

/// Makes the page.
pub(crate) fn page(settings: &Settings, pictures: &[Picture]) -> String {
    let mut contents = String::new();
    let mut sections = String::new();
    for (at, picture) in pictures.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = writeln!(
            contents,
            r##"<li><a href="#m{at}"><b>{}</b><span>{}</span></a></li>"##,
            escape(heading(picture)),
            escape(&picture.title),
        );
        section(&mut sections, at, picture);
    }
    let shown = TEMPLATE
        .replace("{{title}}", &escape(name(settings)))
        .replace("{{language}}", &escape(&settings.locale))
        .replace("{{count}}", &words::count(pictures.len(), "mail"))
        .replace("{{style}}", STYLE);
    // Last, since a mail may well hold what looks like a place to fill in.
    let (before, after) = shown.split_once("{{contents}}").unwrap_or((&shown, ""));
    let (between, after) = after.split_once("{{mails}}").unwrap_or((after, ""));
    [before, &contents, between, &sections, after].concat()
}

/// Returns what to call a mail: its subject where it has one.
fn heading(picture: &Picture) -> &str {
    match &picture.mail {
        Ok(mail) => &mail.subject,
        Err(_) => &picture.template,
    }
}

fn section(html: &mut String, at: usize, picture: &Picture) {
    let fact = |name: &str, value: &str| match value {
        "" => String::new(),
        value => format!("<dt>{name}</dt><dd>{}</dd>", escape(value)),
    };
    let preheader = picture.mail.as_ref().map_or("", |mail| &mail.preheader);
    let when = match &picture.event {
        Some(event) => format!("{event} in {}", picture.journey),
        None => picture.journey.clone(),
    };
    let facts = [
        fact("Preheader", preheader),
        fact("To", &picture.to),
        fact("From", &picture.from),
        fact("When", &when),
        fact(
            "Template",
            &format!("{} ({})", picture.template, picture.locale),
        ),
    ]
    .concat();
    let _ = writeln!(
        html,
        r#"<section id="m{at}"><h2>{}</h2><dl>{facts}</dl>"#,
        escape(heading(picture))
    );
    let file = escape(&picture.file);
    let _ = match &picture.mail {
        Ok(_) => writeln!(
            html,
            r#"<p class="files"><a href="{file}.html">HTML</a> <a href="{file}.txt">plain text</a></p>
<div class="frames">
<figure><iframe class="phone" src="{file}.html" sandbox loading="lazy" title="On a phone"></iframe><figcaption>On a phone, 375 px</figcaption></figure>
<figure><iframe class="desktop" src="{file}.html" sandbox loading="lazy" title="On a desktop"></iframe><figcaption>On a desktop, 680 px</figcaption></figure>
</div></section>"#
        ),
        Err(why) => writeln!(
            html,
            r#"<p class="wrong">No mail can be made: {}</p></section>"#,
            escape(why)
        ),
    };
}

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");

#[cfg(test)]
mod tests {
    use super::{Picture, escape, page};
    use jiff::tz::TimeZone;
    use journey::Settings;
    use mail::Mail;
    use std::collections::BTreeMap;

    #[test]
    fn nothing_of_a_mail_becomes_markup_of_the_page() {
        let settings = Settings {
            organization: "<b>Org</b>".to_owned(),
            locale: "nl".to_owned(),
            zone: TimeZone::UTC,
            vars: BTreeMap::new(),
            fields: BTreeMap::new(),
            scoring: Default::default(),
            confirmed: Default::default(),
            soft: Default::default(),
            tracking: None,
        };
        let text = |text: &str| format!("<script>{text}</script> {{{{mails}}}}");
        let picture = Picture {
            journey: text("journey"),
            title: text("title"),
            template: text("template"),
            locale: text("locale"),
            event: Some(text("event")),
            to: text("to"),
            from: text("from"),
            file: "a.b".to_owned(),
            mail: Ok(Mail {
                subject: text("subject"),
                preheader: text("preheader"),
                html: text("html"),
                text: text("text"),
            }),
        };
        let broken = Picture {
            mail: Err(text("why")),
            file: "c".to_owned(),
            ..picture
        };
        let page = page(&settings, &[broken]);
        assert!(!page.contains("<script"), "{page}");
        assert!(!page.contains("<b>Org"), "{page}");
        assert_eq!(page.matches("<section").count(), 1);
    }

    #[test]
    fn quotes_cannot_end_an_attribute() {
        assert_eq!(escape(r#"a"b'c<&>"#), "a&quot;b&#39;c&lt;&amp;&gt;");
    }
}

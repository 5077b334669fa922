//! Mails as files that any mail program opens.

use std::collections::BTreeMap;

use local::Mail;
use mail_builder::MessageBuilder;
use mail_builder::headers::raw::Raw;

use crate::folder::{OutFolder, slug};
use crate::timeline::{Letter, Story};

/// Writes every mail of some stories as `.eml`, with its HTML beside it as `.html`.
///
/// Returns the first file's name, without its extension.
///
/// # Errors
/// Fails if a file cannot be written.
pub(crate) fn write(stories: &[Story<'_>], out: &OutFolder) -> anyhow::Result<Option<String>> {
    let mut used = BTreeMap::new();
    let mut first = None;
    let digits = stories.len().to_string().len().max(2);
    for story in stories {
        for letter in &story.letters {
            let name = file_name(story, letter, digits, &mut used);
            out.write(&format!("{name}.eml"), eml(letter.mail)?)?;
            if let Some(html) = &letter.mail.html {
                out.write(&format!("{name}.html"), html)?;
            }
            first.get_or_insert(name);
        }
    }
    Ok(first)
}

/// Names a mail so that names sort as the events came, and say what and who: `05-track-start-anna-bakker`.
fn file_name(
    story: &Story<'_>,
    letter: &Letter<'_>,
    digits: usize,
    used: &mut BTreeMap<String, u32>,
) -> String {
    let number = story.posted.number;
    let name = format!(
        "{number:0digits$}-{}-{}",
        slug(&story.posted.ty),
        slug(&letter.name)
    );
    let times = used.entry(name.clone()).or_default();
    *times += 1;
    match *times {
        1 => name,
        // An underscore sorts behind the dot of an extension.
        times => format!("{name}_{times}"),
    }
}

/// Writes a mail by RFC 5322, its two forms as `multipart/alternative` (RFC 2046).
fn eml(mail: &Mail) -> std::io::Result<Vec<u8>> {
    let mut message = MessageBuilder::new()
        .message_id(format!("{}@eu-west-1.amazonses.com", mail.id))
        .date(mail.at.as_second())
        .subject(mail.subject.as_str());
    for (name, value) in &mail.headers {
        if !WRITTEN_ELSEWHERE
            .iter()
            .any(|own| name.eq_ignore_ascii_case(own))
        {
            message = message.header(name.clone(), Raw::new(value.as_str()));
        }
    }
    if let Some(text) = &mail.text {
        message = message.text_body(text.as_str());
    }
    if let Some(html) = &mail.html {
        message = message.html_body(html.as_str());
    }
    message.write_to_vec()
}

/// Headers that follow from the rest; the subject is stored decoded.
const WRITTEN_ELSEWHERE: [&str; 6] = [
    "content-transfer-encoding",
    "content-type",
    "date",
    "message-id",
    "mime-version",
    "subject",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use expect_test::expect;
    use jiff::Timestamp;
    use local::Mail;

    use super::eml;

    #[test]
    fn a_mail_is_written_with_both_of_its_forms() {
        let headers = [
            ("From", r#""De Brug" <post@brug.example>"#),
            ("To", "anna@school.example"),
            ("Subject", "Geslaagd: één leerling"),
            ("MIME-Version", "1.0"),
            ("Content-Type", "multipart/alternative"),
            ("Auto-Submitted", "auto-generated"),
        ];
        let mail = Mail {
            number: 1,
            id: "0102".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            from: r#""De Brug" <post@brug.example>"#.to_owned(),
            to: vec!["anna@school.example".to_owned()],
            cc: vec![],
            bcc: vec![],
            reply_to: vec![],
            subject: "Geslaagd: één leerling".to_owned(),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            text: Some("Hallo".to_owned()),
            html: Some("<p>Hallo</p>".to_owned()),
            configuration_set: None,
            tags: BTreeMap::new(),
            untracked: Vec::new(),
            outcomes: BTreeMap::new(),
        };
        let written = String::from_utf8(eml(&mail).unwrap()).unwrap();
        let boundary = written
            .split("boundary=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let written = written.replace(boundary, "BOUNDARY").replace('\r', "");
        expect![[r#"
            Message-ID: <0102@eu-west-1.amazonses.com>
            Date: Thu, 1 Jan 1970 00:00:00 +0000
            Subject: =?utf-8?B?R2VzbGFhZ2Q6IMOpw6luIGxlZXJsaW5n?=
            From: "De Brug" <post@brug.example>
            To: anna@school.example
            Auto-Submitted: auto-generated
            MIME-Version: 1.0
            Content-Type: multipart/alternative;
             boundary="BOUNDARY"

            --BOUNDARY
            Content-Type: text/plain; charset="utf-8"
            Content-Transfer-Encoding: 7bit

            Hallo
            --BOUNDARY
            Content-Type: text/html; charset="utf-8"
            Content-Transfer-Encoding: 7bit

            <p>Hallo</p>
            --BOUNDARY--
        "#]]
        .assert_eq(&written);
    }
}

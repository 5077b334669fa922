//! Reads what a form says, or the button of a mail program.

use engine::Ask;

/// Why a form cannot be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Malformed {
    /// It is larger than any of ours.
    TooLarge,
    /// It says nothing that the page asks.
    Unknown,
    /// It says nothing that the page asks, and is no form.
    Foreign,
}

/// Reads a form: `application/x-www-form-urlencoded`, or the `multipart/form-data` that RFC 8058 allows as well.
pub(crate) fn ask(content_type: &str, body: &[u8]) -> Result<Ask, Malformed> {
    if body.len() > BODY_MAX {
        return Err(Malformed::TooLarge);
    }
    let content_type = content_type.split(';').next().unwrap_or_default();
    let content_type = content_type.trim().to_ascii_lowercase();
    let text = std::str::from_utf8(body).map_err(|_| Malformed::Unknown)?;
    match content_type.as_str() {
        "multipart/form-data" => one_click(text).ok_or(Malformed::Unknown),
        // A mail program that says nothing about its form has still been told to unsubscribe somebody.
        "application/x-www-form-urlencoded" | "" => form(text).ok_or(Malformed::Unknown),
        _ => Err(Malformed::Foreign),
    }
}

/// Reads one field of one value: one-click is the only form that comes as `multipart/form-data`.
fn one_click(text: &str) -> Option<Ask> {
    let mut lines = text.lines().map(str::trim);
    let named = lines.any(|line| {
        let line = line.to_ascii_lowercase().replace('"', "");
        line.contains("name=list-unsubscribe")
    });
    (named && lines.any(is_one_click)).then_some(Ask::Out { one_click: true })
}

fn form(text: &str) -> Option<Ask> {
    let fields: Vec<(String, String)> = text
        .split('&')
        .take(FIELDS_MAX)
        .map(|field| {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            (decoded(name), decoded(value))
        })
        .collect();
    let value = |wanted: &str| {
        let mut found = fields.iter().filter(|(name, _)| name == wanted);
        found.next().map(|(_, value)| value.as_str())
    };
    let mut clicks = fields.iter().filter(|(name, value)| {
        name.trim().eq_ignore_ascii_case("List-Unsubscribe") && is_one_click(value)
    });
    if clicks.next().is_some() {
        return Some(Ask::Out { one_click: true });
    }
    match value("do")? {
        "leave" => Some(Ask::Out { one_click: false }),
        "return" => Some(Ask::In),
        "quiet-30" => Some(Ask::Quiet { days: 30 }),
        "quiet-90" => Some(Ask::Quiet { days: 90 }),
        "save" => {
            let all = |wanted: &'static str| {
                let named = fields.iter().filter(move |(name, _)| name == wanted);
                named.map(|(_, value)| value.clone())
            };
            let (ticked, were): (Vec<_>, Vec<_>) = (all("topic").collect(), all("was").collect());
            if were.is_empty() {
                return Some(Ask::Topics(ticked));
            }
            let beyond = |these: &[String], those: &[String]| {
                let new = these.iter().filter(|one| !those.contains(one));
                new.filter(|one| !one.is_empty()).cloned().collect()
            };
            Some(Ask::Changes {
                yes: beyond(&ticked, &were),
                no: beyond(&were, &ticked),
            })
        }
        _ => None,
    }
}

/// Returns whether that is the button of a mail program, however its program spells it: no opt-out may be lost by that.
fn is_one_click(value: &str) -> bool {
    value.trim().eq_ignore_ascii_case("One-Click")
}

/// Decodes a part of a form; what is not encoded as it should be stays as it is.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = [rest.next(), rest.next()];
                let digits = digits.map(|digit| digit.and_then(|one| (one as char).to_digit(16)));
                match digits {
                    [Some(high), Some(low)] => bytes.push((high * 16 + low) as u8),
                    _ => bytes.push(b'?'),
                }
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

const BODY_MAX: usize = 16 * 1024;
const FIELDS_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use engine::Ask;

    use super::{Malformed, ask};

    #[test]
    fn a_mail_program_is_heard_however_it_spells_its_button() {
        let multipart = "--x\r\nContent-Disposition: form-data; name=List-Unsubscribe\r\n\r\nOne-Click\r\n--x--";
        for (content_type, body) in [
            (
                "application/x-www-form-urlencoded",
                " list-unsubscribe=one-click\r\n",
            ),
            ("multipart/form-data; boundary=x", multipart),
        ] {
            let asked = ask(content_type, body.as_bytes());
            assert_eq!(asked, Ok(Ask::Out { one_click: true }), "{body}");
        }
    }

    /// A page that lies open for long says no more than its reader does.
    #[test]
    fn what_was_shown_and_stays_is_no_word() {
        let one = |name: &str| vec![name.to_owned()];
        for (body, yes, no) in [
            (
                "was=&was=news&was=tips&topic=tips&topic=songs&do=save",
                one("songs"),
                one("news"),
            ),
            ("was=&was=news&topic=news&do=save", Vec::new(), Vec::new()),
            ("was=&do=save", Vec::new(), Vec::new()),
        ] {
            let asked = ask("", body.as_bytes());
            assert_eq!(asked, Ok(Ask::Changes { yes, no }), "{body}");
        }
    }

    #[test]
    fn each_button_asks_for_what_it_says() {
        let form = "application/x-www-form-urlencoded";
        for (content_type, body, expected) in [
            (
                form,
                "List-Unsubscribe=One-Click",
                Ok(Ask::Out { one_click: true }),
            ),
            (
                "multipart/form-data; boundary=x",
                "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n",
                Ok(Ask::Out { one_click: true }),
            ),
            (
                "Multipart/Form-Data; boundary=x",
                "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n",
                Ok(Ask::Out { one_click: true }),
            ),
            (
                "Application/X-WWW-Form-Urlencoded; charset=UTF-8",
                "List-Unsubscribe=One-Click",
                Ok(Ask::Out { one_click: true }),
            ),
            (
                "",
                "List-Unsubscribe=One-Click",
                Ok(Ask::Out { one_click: true }),
            ),
            (
                "application/json",
                "{\"List-Unsubscribe\":\"One-Click\"}",
                Err(Malformed::Foreign),
            ),
            ("text/plain", "do=leave", Err(Malformed::Foreign)),
            (form, "do=leave", Ok(Ask::Out { one_click: false })),
            (form, "do=return", Ok(Ask::In)),
            (form, "do=quiet-90", Ok(Ask::Quiet { days: 90 })),
            (
                form,
                "topic=news&topic=tips%2dand+tricks&do=save",
                Ok(Ask::Topics(vec![
                    "news".to_owned(),
                    "tips-and tricks".to_owned(),
                ])),
            ),
            (form, "do=save", Ok(Ask::Topics(Vec::new()))),
            (form, "", Err(Malformed::Unknown)),
            (form, "do=explode", Err(Malformed::Unknown)),
            (form, "List-Unsubscribe=Two-Clicks", Err(Malformed::Unknown)),
            (
                "multipart/form-data; boundary=x",
                "--x--",
                Err(Malformed::Unknown),
            ),
            ("", "%zz=%", Err(Malformed::Unknown)),
        ] {
            assert_eq!(ask(content_type, body.as_bytes()), expected, "{body}");
        }
        assert_eq!(ask(form, &[0xff, 0xfe]), Err(Malformed::Unknown));
        assert_eq!(ask(form, &[b'a'; 20_000]), Err(Malformed::TooLarge));
    }
}

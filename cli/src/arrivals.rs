//! Tells of mails as they arrive: those that came at once and say the same stand in one line.

use local::Mail;

use crate::output::Terminal;
use crate::timeline::Clock;

/// Shows some mails, oldest first, in at most [`LINES_MAX`] lines and one more.
pub(crate) fn show(mails: &[Mail], clock: &Clock, terminal: Terminal) -> Vec<String> {
    let mut groups: Vec<(&Mail, Vec<&str>)> = Vec::new();
    let mut untold = 0;
    for mail in mails {
        let recipients = mail.recipients().map(String::as_str);
        if let Some((_, to)) = groups
            .iter_mut()
            .find(|(first, _)| first.subject == mail.subject)
        {
            to.extend(recipients);
        } else if groups.len() < LINES_MAX {
            groups.push((mail, recipients.collect()));
        } else {
            untold += 1;
        }
    }
    let lines = groups.into_iter().map(|(first, to)| {
        let mut people = to[..to.len().min(RECIPIENTS_MAX)].join(", ");
        if let Some(more) = to
            .len()
            .checked_sub(RECIPIENTS_MAX)
            .filter(|more| *more > 0)
        {
            people.push_str(&format!(" and {more} more"));
        }
        let time = terminal.faint(clock.time(first.at));
        let subject = terminal.good(format!("“{}”", first.subject));
        format!("{time}  {subject}  {people}")
    });
    let more = (untold > 0).then(|| format!("          … and {untold} more mails"));
    lines.chain(more).collect()
}

const LINES_MAX: usize = 20;
const RECIPIENTS_MAX: usize = 5;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use expect_test::expect;
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use local::Mail;

    use super::show;
    use crate::environment::Environment;
    use crate::output::Terminal;
    use crate::timeline::Clock;

    #[test]
    fn mails_of_a_burst_that_say_the_same_stand_together() {
        let mails = [
            mail("Het traject begint", "anna@school.example"),
            mail("Het traject is gestopt", "anna@school.example"),
            mail("Het traject begint", "joris@copa.example"),
        ];
        expect![[r#"
            00:00:00  “Het traject begint”  anna@school.example, joris@copa.example
            00:00:00  “Het traject is gestopt”  anna@school.example"#]]
        .assert_eq(&shown(&mails));
    }

    #[test]
    fn a_flood_is_counted() {
        let same = (0..8).map(|number| mail("Hallo", &format!("{number}@school.example")));
        let others = (0..100).map(|number| mail(&format!("Dag {number}"), "a@school.example"));
        let mails: Vec<_> = same.chain(others).collect();
        let shown = shown(&mails);
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(lines.len(), 21);
        assert!(
            lines[0].ends_with("4@school.example and 3 more"),
            "{}",
            lines[0]
        );
        assert!(lines[20].ends_with("… and 81 more mails"), "{}", lines[20]);
    }

    fn shown(mails: &[Mail]) -> String {
        let clock = Clock(TimeZone::UTC);
        show(mails, &clock, Terminal::new(&Environment::plain())).join("\n")
    }

    fn mail(subject: &str, to: &str) -> Mail {
        Mail {
            number: 1,
            id: "0102".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            from: "post@brug.example".to_owned(),
            to: vec![to.to_owned()],
            cc: vec![],
            bcc: vec![],
            reply_to: vec![],
            subject: subject.to_owned(),
            headers: vec![],
            text: None,
            html: None,
            configuration_set: None,
            tags: BTreeMap::new(),
            untracked: Vec::new(),
            outcomes: BTreeMap::new(),
        }
    }
}

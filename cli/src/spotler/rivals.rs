//! Fields that cannot both be in one event: `Person` is a value, and `Person.FullName` makes it hold others.

use std::collections::{BTreeMap, BTreeSet};

use super::{Message, Note};

/// Puts a field whose name holds others of the same event among those, and says so: `Person` becomes `Person.Person`.
///
/// The last word of a name tells its type, so it stays.
pub(crate) fn part(messages: &mut [Message]) {
    let mut events: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for message in messages.iter() {
        let params = events.entry(message.event.clone()).or_default();
        params.extend(message.params.iter().cloned());
    }
    for message in messages {
        let all = &events[&message.event];
        let rivals = message.params.iter().filter_map(|param| {
            let inside = format!("{param}.");
            let rival = all.iter().find(|other| other.starts_with(&inside))?;
            Some((param.clone(), rival))
        });
        for (param, rival) in rivals.collect::<Vec<_>>() {
            rename(message, &param, rival);
        }
    }
}

fn rename(message: &mut Message, param: &str, rival: &str) {
    let last = param.rsplit('.').next().unwrap_or(param);
    let named = format!("{param}.{last}");
    let texts = [
        &mut message.subject,
        &mut message.preheader,
        &mut message.body,
    ];
    for text in texts {
        for end in ["}}", " \"long\"}}"] {
            let shown = format!("event.{param}{end}");
            *text = text.replace(&shown, &format!("event.{named}{end}"));
        }
    }
    message.params.remove(param);
    let what = format!(
        "`{param}` is called `{named}`: it cannot be a value where `{rival}` of the same event makes it hold others; \
         post it so, or write which of them is meant"
    );
    message.params.insert(named);
    message.notes.push(Note {
        file: message.file.clone(),
        line: 0,
        column: 0,
        what,
        is_open: true,
    });
}

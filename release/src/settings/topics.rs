//! Reads what people can agree to, and the lists that they can be on.

use super::Project;
use crate::Defect;
use crate::names::{Names, Spelling, mended, spelled};
use crate::yaml::{At, Data, Entry, Keys, Node, quoted};

/// Reads the topics.
pub(super) fn topics(node: &Node, project: &mut Project, defects: &mut Vec<Defect>) {
    let Some(mapping) = node.mapping("`topics`", defects) else {
        project.topics.incomplete();
        return;
    };
    for Entry { key, value } in &mapping.entries {
        let name = mended(key, "a topic", Spelling::Tag, defects);
        let what = format!("what people read about the topic `{}`", quoted(&key.value));
        let about = match &value.data {
            Data::Mapping(_) => topic(value, &name.value, project, &what, defects),
            Data::Broken | Data::List(_) | Data::Null | Data::Plain(_) | Data::Quoted(_) => {
                value.line(&what, defects)
            }
        };
        let about = about.map(|text| text.value);
        project.topics.add(name, about.unwrap_or_default(), defects);
    }
}

/// Reads a topic that says more than what people read about it.
fn topic(
    node: &Node,
    name: &str,
    project: &mut Project,
    what: &str,
    defects: &mut Vec<Defect>,
) -> Option<At<String>> {
    let keys = Keys::of(node, "a topic", &["about", "opt_in"], defects)?;
    let opt_in = match keys.get("opt_in") {
        // What cannot be read may have been `double`: journeys that confirm it are not to blame.
        Some(node) => node
            .one_of("`opt_in`", &["soft", "single", "double"], defects)
            .unwrap_or("double"),
        None if keys.misspelled("opt_in") || keys.cut_off() => "double",
        None => "single",
    };
    let settings = &mut project.settings;
    match opt_in {
        "double" => settings.confirmed.insert(name.to_owned()),
        "soft" => settings.soft.insert(name.to_owned()),
        _ => false,
    };
    let help = "write what people read about it: `about: Our newsletter`";
    keys.required("about", help, defects)?.line(what, defects)
}

/// Reads the lists.
pub(super) fn lists(node: &Node, lists: &mut Names<()>, defects: &mut Vec<Defect>) {
    if let Data::Mapping(mapping) = &node.data {
        for entry in &mapping.entries {
            spelled(&entry.key, "a list", Spelling::Tag, defects);
            entry.value.line("what people read about a list", defects);
            lists.add(entry.key.clone(), (), defects);
        }
        return;
    }
    let Some(items) = node.list("`lists`", defects) else {
        lists.incomplete();
        return;
    };
    for item in items {
        if let Some(name) = item.line("the name of a list", defects) {
            spelled(&name, "a list", Spelling::Tag, defects);
            lists.add(name, (), defects);
        }
    }
}

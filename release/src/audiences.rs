//! Reads `audiences.yaml` and the `to:` of journeys: who a mail can go to.

mod resolve;
mod sound;

use journey::Condition;

pub(crate) use resolve::Resolver;
pub(crate) use sound::{check, each_part};

use crate::names::{Names, Spelling, mended, spelled};
use crate::phrases::{Read, condition, event_path};
use crate::words::list_of;
use crate::yaml::{At, Data, Keys, Node, quoted};
use crate::{Defect, Place};

/// An audience as it was written.
#[derive(Clone, Debug)]
pub(crate) struct AudienceDoc {
    /// Where it stands.
    pub(crate) place: Place,
    /// Whom it chooses.
    pub(crate) form: Form,
}

impl AudienceDoc {
    /// Tells whether another one was written in the same words.
    pub(crate) fn same(&self, other: &Self) -> bool {
        let parts = |one: &[Self], other: &[Self]| {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.same(other))
        };
        match (&self.form, &other.form) {
            (Form::Named(one), Form::Named(other)) | (Form::List(one), Form::List(other)) => {
                one.value == other.value
            }
            (Form::Tag(one), Form::Tag(other)) => one == other,
            (Form::Where(one), Form::Where(other)) => one.value == other.value,
            (Form::Not(one), Form::Not(other)) => one.same(other),
            (Form::AllOf(one), Form::AllOf(other)) | (Form::AnyOf(one), Form::AnyOf(other)) => {
                parts(one, other)
            }
            (
                Form::Address(_)
                | Form::AllOf(_)
                | Form::AnyOf(_)
                | Form::Broken
                | Form::List(_)
                | Form::Named(_)
                | Form::Not(_)
                | Form::Role { .. }
                | Form::Tag(_)
                | Form::Where(_),
                _,
            ) => false,
        }
    }
}

/// The ways to choose people.
#[derive(Clone, Debug)]
pub(crate) enum Form {
    /// The contact whose address a parameter holds.
    Address(At<String>),
    /// Those in all of these.
    AllOf(Vec<AudienceDoc>),
    /// Those in any of these.
    AnyOf(Vec<AudienceDoc>),
    /// Something that has been reported already.
    Broken,
    /// Those on a list.
    List(At<String>),
    /// Those of another audience.
    Named(At<String>),
    /// Those not in this.
    Not(Box<AudienceDoc>),
    /// Those with a role; with any one if it is `None`.
    Role {
        role: Option<String>,
        linked: bool,
        standing: bool,
    },
    /// Those with a tag.
    Tag(String),
    /// Those for whom a condition holds.
    Where(Read<Condition>),
}

/// Begins the collection of a release's audiences.
pub(crate) fn none() -> Names<AudienceDoc> {
    Names::new("audience", "declare it in audiences.yaml")
}

/// Reads the audiences of one file.
pub(crate) fn read(root: &Node, audiences: &mut Names<AudienceDoc>, defects: &mut Vec<Defect>) {
    if matches!(root.data, Data::Null) {
        return;
    }
    let root = root.unwrapped("audiences", defects);
    let Some(mapping) = root.mapping("the list of audiences", defects) else {
        return audiences.incomplete();
    };
    if mapping.cut_off {
        audiences.incomplete();
    }
    for entry in &mapping.entries {
        let name = mended(&entry.key, "an audience", Spelling::Label, defects);
        let audience = audience(&entry.value, 0, defects);
        audiences.add(name, audience, defects);
    }
}

/// Reads one audience: a name, a list that is a union, or one of the ways to choose people.
pub(crate) fn audience(node: &Node, depth: usize, defects: &mut Vec<Defect>) -> AudienceDoc {
    let form = if depth > DEPTH_MAX {
        defects.push(
            Defect::new(
                node.place.clone(),
                format!("audiences are nested more than {DEPTH_MAX} deep"),
            )
            .help("give the inner ones names"),
        );
        None
    } else {
        match &node.data {
            Data::List(items) if items.is_empty() => {
                let what = "this audience is empty, so that nobody gets the mail";
                defects.push(Defect::new(node.place.clone(), what).help("name an audience"));
                None
            }
            Data::List(items) => Some(Form::AnyOf(parts(items, depth, defects))),
            Data::Mapping(_) => chosen(node, depth, defects),
            Data::Broken | Data::Null | Data::Plain(_) | Data::Quoted(_) => named(node, defects),
        }
    };
    AudienceDoc {
        place: node.place.clone(),
        form: form.unwrap_or(Form::Broken),
    }
}

fn named(node: &Node, defects: &mut Vec<Defect>) -> Option<Form> {
    if node.data.word().is_none() {
        let expected = "a name or a choice; write the name of an audience, or `{ role: … }`";
        node.wrong("an audience", expected, defects);
        return None;
    }
    let name = node.line("an audience", defects)?;
    if name.value.contains(',') {
        let what = "several audiences are a list";
        let help = format!("write `[{}]`", quoted(&name.value));
        defects.push(Defect::new(name.place, what).help(help));
        return None;
    }
    Some(Form::Named(name))
}

fn parts(items: &[Node], depth: usize, defects: &mut Vec<Defect>) -> Vec<AudienceDoc> {
    items
        .iter()
        .map(|item| audience(item, depth + 1, defects))
        .collect()
}

/// Reads `{ role: SOT }` and its like.
fn chosen(node: &Node, depth: usize, defects: &mut Vec<Defect>) -> Option<Form> {
    let keys = Keys::of(node, "an audience", &KEYS, defects)?;
    let ways: Vec<&str> = WAYS
        .into_iter()
        .filter(|way| keys.get(way).is_some())
        .collect();
    let way = match ways.as_slice() {
        [way] => *way,
        [] => {
            if keys.all_known() && !keys.cut_off() {
                let what = "an audience must say whom it chooses";
                defects.push(
                    Defect::new(node.place.clone(), what)
                        .help(format!("give it one of {}", list_of(WAYS))),
                );
            }
            return None;
        }
        [first, second, ..] => {
            let place = keys
                .entry(second)
                .map_or(&node.place, |entry| &entry.key.place);
            defects.push(
                Defect::new(
                    place.clone(),
                    format!("an audience chooses in one way, and this one has `{first}` and `{second}`"),
                )
                .help(format!(
                    "for those in both: `all_of: [{{ {first}: … }}, {{ {second}: … }}]`; for either: `any_of`"
                )),
            );
            return None;
        }
    };
    for entry in keys.entries() {
        let key = entry.key.value.as_str();
        if way != "role" && ["linked", "standing"].contains(&key) {
            defects.push(
                Defect::new(
                    entry.key.place.clone(),
                    format!("`{key}` belongs to `role`"),
                )
                .help("move it beside a `role`, or leave it out"),
            );
        }
    }
    form(way, &keys, depth, defects)
}

fn form(way: &str, keys: &Keys<'_>, depth: usize, defects: &mut Vec<Defect>) -> Option<Form> {
    let node = keys.get(way)?;
    match way {
        "address" => event_path(node, "`address`", defects).map(Form::Address),
        "all_of" | "any_of" => {
            let what = format!("`{way}`");
            let items = node.list(&what, defects)?;
            if items.is_empty() {
                let defect = Defect::new(node.place.clone(), format!("{what} is empty"));
                defects.push(defect.help("name at least one audience"));
                return None;
            }
            let parts = parts(items, depth, defects);
            Some(if way == "all_of" {
                Form::AllOf(parts)
            } else {
                Form::AnyOf(parts)
            })
        }
        "list" => node.line("`list`", defects).map(Form::List),
        "not" => Some(Form::Not(Box::new(audience(node, depth + 1, defects)))),
        "role" => role(node, keys, defects),
        "tag" => {
            let tag = node.line("`tag`", defects)?;
            spelled(&tag, "a tag", Spelling::Tag, defects);
            Some(Form::Tag(tag.value))
        }
        _ => condition(node, "`where`", defects).map(Form::Where),
    }
}

fn role(node: &Node, keys: &Keys<'_>, defects: &mut Vec<Defect>) -> Option<Form> {
    let flag = |key: &str, defects: &mut Vec<Defect>| {
        keys.get(key)
            .and_then(|node| node.bool(&format!("`{key}`"), defects))
            .is_some_and(|flag| flag.value)
    };
    let linked = flag("linked", defects);
    let standing = flag("standing", defects);
    let name = node.line("`role`", defects)?;
    if name.value.eq_ignore_ascii_case("any") && name.value != "any" {
        defects.push(
            Defect::new(
                name.place,
                format!("`{}` is not `any`", quoted(&name.value)),
            )
            .help("write `any`, in small letters, for whatever role"),
        );
        return None;
    }
    if name.value == "any" && standing {
        defects.push(
            Defect::new(
                name.place,
                "`standing` needs the name of a role, and this is `any`",
            )
            .help("name the role, or leave `standing` out"),
        );
        return None;
    }
    if !spelled(&name, "a role", Spelling::Label, defects) {
        return None;
    }
    Some(Form::Role {
        role: (name.value != "any").then_some(name.value),
        linked,
        standing,
    })
}

/// The ways to choose people.
const WAYS: [&str; 8] = [
    "role", "address", "list", "tag", "where", "any_of", "all_of", "not",
];

pub(crate) const KEYS: [&str; 10] = [
    "role", "linked", "standing", "address", "list", "tag", "where", "any_of", "all_of", "not",
];

/// How deep audiences may nest, names included.
pub(crate) const DEPTH_MAX: usize = 16;

//! Reads `waypost.yaml`: what a project says about itself and about contacts.

mod hooks;
mod limits;
mod senders;
mod topics;

pub(crate) use limits::over_of;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use journey::{BUILT_IN, Field, FieldType, Hook, Limits, Presence, Sender, Settings, Value};

use crate::Defect;
use crate::folder::{self, Folder};
use crate::names::{Names, Spelling, mended};
use crate::values::{field, is_web_address};
use crate::yaml::{At, Entry, Keys, Node, parse_number, quoted};
use crate::zones::zone;

/// What `waypost.yaml` declares.
#[derive(Debug)]
pub(crate) struct Project {
    /// What is stored with each plan.
    pub(crate) settings: Settings,
    /// Whom mails can be from; `None` stands for one that is described badly.
    pub(crate) senders: Names<Option<Sender>>,
    /// What people can unsubscribe from, each with what they read about it.
    pub(crate) topics: Names<String>,
    /// Lists that contacts can be on.
    pub(crate) lists: Names<()>,
    /// Sets of closed days.
    pub(crate) calendars: Names<BTreeSet<Date>>,
    /// What holds advertising back, and where it is said.
    pub(crate) limits: Limits,
    /// The systems that are told what happens; `None` stands for one that is described badly.
    pub(crate) hooks: Names<Option<Hook>>,
    /// Where the vars stand.
    pub(crate) vars: Names<()>,
    /// Where the contact fields stand.
    pub(crate) fields: Names<()>,
    /// What is declared in a way that makes no sense, and reported: `contact.since`,
    /// `vars.review_days`.
    pub(crate) doubtful: BTreeSet<String>,
}

impl Project {
    /// Begins with nothing declared.
    fn new() -> Self {
        Self {
            settings: Settings {
                organization: String::new(),
                locale: "en".to_owned(),
                zone: TimeZone::UTC,
                vars: BTreeMap::new(),
                fields: BTreeMap::new(),
                scoring: Default::default(),
                confirmed: Default::default(),
                soft: Default::default(),
                tracking: None,
            },
            senders: Names::new("sender", "declare it under `senders` in waypost.yaml"),
            topics: Names::new("topic", "declare it under `topics` in waypost.yaml"),
            lists: Names::new("list", "declare it under `lists` in waypost.yaml"),
            calendars: Names::new("calendar", "declare it under `calendars` in waypost.yaml"),
            limits: Limits::default(),
            hooks: Names::new("hook", "declare it under `hooks` in waypost.yaml"),
            vars: Names::new("var", "declare it under `vars` in waypost.yaml"),
            fields: Names::new(
                "contact field",
                "declare it under `contact` in waypost.yaml",
            ),
            doubtful: BTreeSet::new(),
        }
    }

    /// Stands in for a file that is not there or cannot be read, so that nothing is called unknown.
    pub(crate) fn unknown() -> Self {
        let mut project = Self::new();
        project.incomplete();
        project
    }

    fn incomplete(&mut self) {
        self.senders.incomplete();
        self.topics.incomplete();
        self.lists.incomplete();
        self.calendars.incomplete();
        self.hooks.incomplete();
        self.vars.incomplete();
        self.fields.incomplete();
    }
}

/// Says that a release has no `waypost.yaml`, and where it begins if `dir` is only one of its folders.
pub(crate) fn missing(dir: &Path, folder: &Folder) -> Option<Defect> {
    if folder.files.contains_key(FILE) || folder.unreadable.iter().any(|file| file == FILE) {
        return None;
    }
    let defect = |what: String| Defect::new(folder::start(FILE), what);
    let above = match (dir.file_name(), dir.parent()) {
        (Some(_), Some(above)) if above.as_os_str().is_empty() => PathBuf::from("."),
        (Some(_), Some(above)) => above.to_owned(),
        (None, _) | (_, None) => dir.join(".."),
    };
    if above.join(FILE).is_file() {
        let whole = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
        let name = whole.file_name().unwrap_or_default().display();
        let what = format!("`{name}` is a folder of a release, and not the release");
        let help = format!("the release is the folder above it, `{}`", above.display());
        return Some(defect(what).help(help));
    }
    Some(defect("the release has no waypost.yaml".to_owned()).help(format!(
        "a release is a folder with {}; waypost.yaml says `organisation`, `locale`, `time_zone` and \
         `senders`",
        folder::layout()
    )))
}

/// Reads the project's file.
pub(crate) fn read(root: &Node, defects: &mut Vec<Defect>) -> Project {
    let mut project = Project::new();
    let Some(keys) = Keys::of(root, "waypost.yaml", &KEYS, defects) else {
        return Project::unknown();
    };
    if keys.cut_off() {
        project.incomplete();
    }
    version(&keys, defects);
    about(&keys, &mut project.settings, defects);
    senders::read(&keys, &mut project.senders, defects);
    if let Some(node) = keys.get("vars") {
        vars(node, &mut project, defects);
    }
    if let Some(node) = keys.get("contact") {
        fields(node, &mut project, defects);
    }
    if let Some(node) = keys.get("topics") {
        topics::topics(node, &mut project, defects);
    }
    if let Some(node) = keys.get("lists") {
        topics::lists(node, &mut project.lists, defects);
    }
    limits::read(&keys, &mut project, defects);
    hooks::read(&keys, &mut project.hooks, defects);
    if let Some(node) = keys.get("tracking")
        && let Some(topic) = node.line("`tracking`", defects)
    {
        project.topics.find(&topic, defects);
        if project.settings.soft.contains(&topic.value) {
            let what = "nobody is measured without having said yes";
            let help = "name a topic whose `opt_in` is `single` or `double`";
            defects.push(Defect::new(topic.place.clone(), what).help(help));
        }
        project.settings.tracking = Some(topic.value);
    }
    project
}

fn version(keys: &Keys<'_>, defects: &mut Vec<Defect>) {
    let Some(node) = keys.get("waypost") else {
        return;
    };
    if let Some(version) = node.number("`waypost`", defects)
        && (version.value - 1.0).abs() > f64::EPSILON
    {
        defects.push(
            Defect::new(version.place, "this format of a release is not known")
                .help("write `waypost: 1`"),
        );
    }
}

fn about(keys: &Keys<'_>, settings: &mut Settings, defects: &mut Vec<Defect>) {
    let help = "write who sends the mails: `organisation: Your Name`";
    if let Some(node) = keys.required("organisation", help, defects)
        && let Some(name) = node.line("`organisation`", defects)
    {
        settings.organization = name.value;
    }
    let help = "write the language of the mails: `locale: nl`";
    if let Some(node) = keys.required("locale", help, defects)
        && let Some(tag) = node.line("`locale`", defects)
    {
        if is_locale(&tag.value) {
            settings.locale = tag.value;
        } else {
            defects.push(
                Defect::new(
                    tag.place,
                    format!("`{}` is not a language tag", quoted(&tag.value)),
                )
                .help("write one such as `nl`, `en` or `nl-BE`"),
            );
        }
    }
    let help = "write the clock of whoever has none of their own: `time_zone: Europe/Amsterdam`";
    if let Some(node) = keys.required("time_zone", help, defects)
        && let Some(name) = node.line("`time_zone`", defects)
    {
        settings.zone = zone(&name, defects).unwrap_or(TimeZone::UTC);
    }
}

/// Tells whether `text` is a language tag as mails use it: `nl`, `nl-BE` (RFC 5646, in part).
pub(crate) fn is_locale(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.chars().all(|c| c.is_ascii_lowercase())
        && parts.all(|part| {
            (2..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
        })
        && text.len() <= 20
}

fn vars(node: &Node, project: &mut Project, defects: &mut Vec<Defect>) {
    let Some(mapping) = node.mapping("`vars`", defects) else {
        project.vars.incomplete();
        return;
    };
    for Entry { key, value } in &mapping.entries {
        let name = mended(key, "a var", Spelling::Word, defects);
        match var(key, value, defects) {
            Some(found) => {
                project.settings.vars.insert(name.value.clone(), found);
            }
            None => {
                project.doubtful.insert(format!("vars.{}", name.value));
            }
        }
        project.vars.add(name, (), defects);
    }
}

/// Reads a text, a number or a yes-or-no; what is named `…_url` must be a web address.
fn var(key: &At<String>, node: &Node, defects: &mut Vec<Defect>) -> Option<Value> {
    let what = format!("the var `{}`", quoted(&key.value));
    let value = match node.data.plain() {
        Some(text) if node.data.name() == "a number" => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let zero = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
            if zero || text.starts_with('+') {
                let defect = Defect::new(
                    node.place.clone(),
                    format!("{what} looks like a number that would lose its first character"),
                );
                defects.push(defect.help(format!("put it in quotes: \"{text}\"")));
                return None;
            }
            Value::Number(parse_number(text)?)
        }
        Some(_) if node.data.name() == "a yes-or-no" => {
            Value::Bool(node.bool(&what, defects)?.value)
        }
        _ => Value::Text(node.text(&what, defects)?.value),
    };
    let Value::Text(text) = &value else {
        return Some(value);
    };
    let trouble = if text.trim().is_empty() {
        "is empty"
    } else if key.value.ends_with("_url") && !is_web_address(text) {
        "is named as a web address, and is none"
    } else {
        return Some(value);
    };
    defects.push(
        Defect::new(node.place.clone(), format!("{what} {trouble}"))
            .help("write what mails should show; an address begins with https://"),
    );
    None
}

fn fields(node: &Node, project: &mut Project, defects: &mut Vec<Defect>) {
    let Some(mapping) = node.mapping("`contact`", defects) else {
        project.fields.incomplete();
        return;
    };
    for Entry { key, value } in &mapping.entries {
        let what = format!("the contact field `{}`", quoted(&key.value));
        let name = mended(key, "a contact field", Spelling::Word, defects);
        match field(value, &what, defects) {
            Some(field) => {
                if built_in(&name.value, &field, value, defects) {
                    project.settings.fields.insert(name.value.clone(), field);
                }
            }
            None => {
                project.doubtful.insert(format!("contact.{}", name.value));
            }
        }
        project.fields.add(name, (), defects);
    }
    if mapping.entries.len() > FIELDS_MAX {
        defects.push(
            Defect::new(
                node.place.clone(),
                format!("there are more than {FIELDS_MAX} contact fields"),
            )
            .help("keep only those that mails and conditions need"),
        );
    }
}

/// Tells whether a field must be stored: a built-in one may be declared again, as what it is.
fn built_in(name: &str, field: &Field, node: &Node, defects: &mut Vec<Defect>) -> bool {
    let Some((_, kind, presence)) = BUILT_IN.iter().find(|(known, ..)| *known == name) else {
        return true;
    };
    let fits = match name {
        "email" => matches!(field.ty, FieldType::Email | FieldType::String),
        _ => field.ty.kind() == *kind && field.ty != FieldType::Email,
    };
    if !fits || (*presence == Presence::Always && field.optional) {
        let (built, help) = match name {
            "email" => ("`email`, an address", BUILT_IN_HELP),
            "tags" => (
                "a list",
                "give the field another name; the steps `tag` and `untag` change `tags`",
            ),
            "lists" => (
                "a list",
                "give the field another name; the steps `join` and `leave` change `lists`",
            ),
            _ => ("`string`, a text", BUILT_IN_HELP),
        };
        let what = format!("`{name}` is built in as {built}, and is declared as something else");
        defects.push(Defect::new(node.place.clone(), what).help(help));
    }
    false
}

const BUILT_IN_HELP: &str = "leave it out: it is there anyway";

/// The file's name.
pub(crate) const FILE: &str = "waypost.yaml";

pub(crate) const KEYS: [&str; 14] = [
    "waypost",
    "organisation",
    "locale",
    "time_zone",
    "senders",
    "vars",
    "contact",
    "topics",
    "lists",
    "calendars",
    "marketing",
    "scoring",
    "hooks",
    "tracking",
];

/// How many fields a contact may have.
const FIELDS_MAX: usize = 200;

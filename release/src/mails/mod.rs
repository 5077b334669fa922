//! Reads templates and layouts, and checks templates where they are sent.

mod trial;
mod used;

use std::collections::BTreeMap;

pub(crate) use used::{Sending, Sent, leniently, sent};

use crate::folder::start;
use crate::names::{Names, Spelling, spelled};
use crate::settings::is_locale;
use crate::template::{Layout, Parsed, parse, parse_layout};
use crate::words::{nearest, twice};
use crate::yaml::{At, quoted};
use crate::{Defect, Place};

/// The templates and layouts of a release.
#[derive(Debug)]
pub(crate) struct Mails {
    /// The templates by name.
    pub(crate) templates: Names<Template>,
    /// The layouts by name; `None` stands for one that could not be read.
    pub(crate) layouts: Names<Option<Layout>>,
}

impl Mails {
    /// Finds the layout that a template asks for.
    ///
    /// # Errors
    /// If it asks for one that is not there or could not be read, both of which are reported.
    pub(crate) fn layout(
        &self,
        variant: &Variant,
        defects: &mut Vec<Defect>,
    ) -> Result<Option<&Layout>, Reported> {
        let asked = variant.parsed.as_ref().and_then(Parsed::layout_name);
        let Some((name, place)) = asked else {
            return Ok(None);
        };
        let name = At::new(name.to_owned(), place);
        let found = self.layouts.find(&name, defects).ok_or(Reported)?;
        found.value.as_ref().map(Some).ok_or(Reported)
    }
}

/// A mistake that is among the defects already.
#[derive(Debug)]
pub(crate) struct Reported;

/// One mail in all its languages.
#[derive(Debug, Default)]
pub(crate) struct Template {
    /// By locale; `None` is the language of the release.
    pub(crate) variants: BTreeMap<Option<String>, Variant>,
}

/// One mail in one language.
#[derive(Debug)]
pub(crate) struct Variant {
    /// Where its file begins.
    pub(crate) place: Place,
    /// What it says; `None` if it could not be read.
    pub(crate) parsed: Option<Parsed>,
}

/// Reads all templates and layouts out of a release's files.
pub(crate) fn read(
    files: &BTreeMap<String, String>,
    unreadable: &[String],
    defects: &mut Vec<Defect>,
) -> Mails {
    let mut mails = Mails {
        templates: Names::new("template", "write it as templates/NAME.md"),
        layouts: Names::new("layout", "write it as layouts/NAME.mjml"),
    };
    for file in unreadable {
        match file.split('/').next() {
            Some("templates") => mails.templates.incomplete(),
            Some("layouts") => mails.layouts.incomplete(),
            _ => (),
        }
    }
    for (file, text) in files {
        if let Some(name) = in_folder(file, "layouts/") {
            layout(file, name, text, &mut mails.layouts, defects);
        }
    }
    let mut bodies = bodies(files, defects);
    for (name, variants) in std::mem::take(&mut bodies) {
        template(&name, variants, files, &mut mails.templates, defects);
    }
    mails
}

/// The files of the templates by name and locale.
type Bodies = BTreeMap<String, BTreeMap<Option<String>, Vec<String>>>;

/// Sorts the files of the templates by name and locale.
fn bodies(files: &BTreeMap<String, String>, defects: &mut Vec<Defect>) -> Bodies {
    let mut bodies = Bodies::new();
    for file in files.keys() {
        let Some(name) = in_folder(file, "templates/") else {
            continue;
        };
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let (name, locale) = match stem.split_once('.') {
            Some((name, locale)) => (name, Some(locale.to_owned())),
            None => (stem, None),
        };
        if let Some(locale) = &locale
            && !is_locale(locale)
        {
            defects.push(
                Defect::new(
                    start(file),
                    format!("`{}` is not a language tag", quoted(locale)),
                )
                .help(format!(
                    "a template is NAME.md, in another language NAME.en.md: rename `{file}`"
                )),
            );
            continue;
        }
        if spelled(
            &At::new(name.to_owned(), start(file)),
            "a template",
            Spelling::Tag,
            defects,
        ) {
            let variants = bodies.entry(name.to_owned()).or_default();
            variants.entry(locale).or_default().push(file.clone());
        }
    }
    bodies
}

fn template(
    name: &str,
    variants: BTreeMap<Option<String>, Vec<String>>,
    files: &BTreeMap<String, String>,
    templates: &mut Names<Template>,
    defects: &mut Vec<Defect>,
) {
    let mut template = Template::default();
    let mut place = None;
    for (locale, paths) in variants {
        let (texts, pages): (Vec<String>, Vec<String>) =
            paths.into_iter().partition(|path| path.ends_with(".txt"));
        if let [first, second, ..] = pages.as_slice() {
            defects.push(twice("template", name, start(second), start(first)));
        }
        if let [first, second, ..] = texts.as_slice() {
            defects.push(twice("template", name, start(second), start(first)));
        }
        let Some(page) = pages.first() else {
            let lonely = texts.first().cloned().unwrap_or_default();
            defects.push(
                Defect::new(
                    start(&lonely),
                    format!("`{lonely}` stands beside no template"),
                )
                .help(format!(
                    "write `{name}.html` or `{name}.mjml` beside it, or rename it to .md"
                )),
            );
            continue;
        };
        let txt = texts
            .first()
            .and_then(|path| Some((path.as_str(), files.get(path)?.as_str())));
        let source = files.get(page).map_or("", String::as_str);
        let parsed = match parse(page, source, txt) {
            // Of two that say they are the same mail, either may be the one that was meant.
            Ok(parsed) => Some(parsed).filter(|_| pages.len() == 1),
            Err(found) => {
                defects.extend(found);
                None
            }
        };
        place.get_or_insert_with(|| start(page));
        let variant = Variant {
            place: start(page),
            parsed,
        };
        template.variants.insert(locale, variant);
    }
    let Some(place) = place else {
        return templates.incomplete();
    };
    if !template.variants.contains_key(&None) {
        defects.push(
            Defect::new(
                place.clone(),
                format!("the template `{name}` is not there in the release's own language"),
            )
            .help(format!(
                "write templates/{name}.md for everybody who reads no other language"
            )),
        );
    }
    alike(&template, defects);
    templates.add(At::new(name.to_owned(), place), template, defects);
}

/// Says which language lacks a parameter that the release's own language shows.
fn alike(template: &Template, defects: &mut Vec<Defect>) {
    let Some(main) = template.variants.get(&None) else {
        return;
    };
    let Some(wanted) = main.parsed.as_ref().map(Parsed::paths) else {
        return;
    };
    for variant in template.variants.values() {
        let Some(parsed) = &variant.parsed else {
            continue;
        };
        let found = parsed.paths();
        let own = || found.difference(&wanted).map(String::as_str);
        for path in wanted
            .difference(&found)
            .filter(|path| path.starts_with("event.") && nearest(path, own()).is_none())
        {
            defects.push(
                Defect::new(
                    variant.place.clone(),
                    format!("`{{{{{path}}}}}` is missing in this language"),
                )
                .help(format!(
                    "{} shows it: every language must say the same",
                    main.place.file
                ))
                .also(main.place.clone(), "shows it"),
            );
        }
    }
}

fn layout(
    file: &str,
    name: &str,
    text: &str,
    layouts: &mut Names<Option<Layout>>,
    defects: &mut Vec<Defect>,
) {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let name = At::new(stem.to_owned(), start(file));
    spelled(&name, "a layout", Spelling::Label, defects);
    let layout = match parse_layout(file, text) {
        Ok(layout) => Some(layout),
        Err(found) => {
            defects.extend(found);
            None
        }
    };
    layouts.add(name, layout, defects);
}

/// Returns the name of a file without its folders, if it stands in `folder`.
fn in_folder<'a>(file: &'a str, folder: &str) -> Option<&'a str> {
    let rest = file.strip_prefix(folder)?;
    Some(rest.rsplit('/').next().unwrap_or(rest))
}

//! What holds for every file: who uses whom, what is pure, how long things are, and what is not said.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn crates_use_only_whom_the_architecture_lets_them_use() {
    let mut wrong = Vec::new();
    for (krate, names) in dependencies() {
        let allowed: &[&str] = match krate.as_str() {
            "shared/journey" => &[],
            "local" => &["wire"],
            "shared/mail" | "shared/wire" => &["journey"],
            "release" | "shared/engine" => &["journey", "mail", "wire"],
            "shared/aws" => &["engine", "journey", "mail", "wire"],
            "shared/lambda" => &["aws", "engine", "journey", "mail", "wire"],
            function if function.starts_with("functions/") => {
                &["aws", "engine", "journey", "lambda", "mail", "wire"]
            }
            "bootstrap" => &[
                "advance",
                "feedback",
                "intake",
                "lambda",
                "preferences",
                "resolve",
                "send",
                "wake",
            ],
            "cli" => &[
                "aws",
                "bootstrap",
                "engine",
                "journey",
                "local",
                "mail",
                "release",
                "wire",
            ],
            _ => continue,
        };
        let ours = names.iter().filter(|name| OURS.contains(&name.as_str()));
        let foreign = ours.filter(|name| !allowed.contains(&name.as_str()));
        wrong.extend(foreign.map(|name| format!("{krate} uses {name}")));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn only_adapters_name_what_they_adapt_to() {
    let mut wrong = Vec::new();
    for (krate, names) in dependencies() {
        for name in names {
            let fits = match name.as_str() {
                sdk if sdk.starts_with("aws-sdk-") || sdk == "aws-config" => krate == "shared/aws",
                "lambda_runtime" | "aws_lambda_events" => {
                    krate == "shared/lambda" || krate.starts_with("functions/")
                }
                _ => true,
            };
            if !fits {
                wrong.push(format!("{krate} names {name}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn what_decides_neither_waits_nor_looks_around() {
    let mut wrong = Vec::new();
    for krate in ["journey", "mail", "wire"] {
        for (path, text) in sources(&root().join("shared").join(krate).join("src")) {
            if path.contains("/tests") {
                continue;
            }
            for (at, line) in code(&text) {
                let found = IMPURE.iter().find(|word| line.contains(**word));
                wrong.extend(found.map(|word| format!("{path}:{at}: {word}")));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_file_says_what_it_is_for_and_is_short() {
    let mut wrong = Vec::new();
    for (path, text) in sources(&root()) {
        if !text.starts_with("//! ") {
            wrong.push(format!("{path} does not say what it is for"));
        }
        let lines = text.lines().count();
        if lines > LINES_MAX {
            wrong.push(format!("{path} has {lines} lines"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_function_is_short() {
    let mut wrong = Vec::new();
    for (path, text) in sources(&root()) {
        let mut open: Option<(usize, String)> = None;
        for (at, line) in text.lines().enumerate() {
            let indent = &line[..line.len() - line.trim_start().len()];
            if is_function(line) && open.is_none() {
                open = Some((at, format!("{indent}}}")));
            }
            let Some((start, end)) = &open else {
                continue;
            };
            // Shown by its indent: where it ends, or that it has no body.
            let declared = line.ends_with(';') && at - start < SIGNATURE_LINES;
            let bodiless = declared && !text.lines().skip(*start).take(at - start).any(opens);
            if line == end || line.ends_with('}') && at == *start || bodiless {
                if at - start > FUNCTION_LINES_MAX + SIGNATURE_LINES {
                    wrong.push(format!("{path}:{}: {} lines", start + 1, at - start));
                }
                open = None;
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn nothing_is_left_to_do_and_no_lint_is_silenced_without_a_reason() {
    let banned = [
        ["#[al", "low("].concat(),
        ["#![al", "low("].concat(),
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["unimple", "mented!"].concat(),
        ["to", "do!("].concat(),
    ];
    let mut wrong = Vec::new();
    for (path, text) in sources(&root()) {
        for (at, line) in text.lines().enumerate() {
            let found = banned.iter().find(|word| has_word(line, word));
            wrong.extend(found.map(|word| format!("{path}:{}: {word}", at + 1)));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_project_names_no_place_on_the_machine_that_made_it() {
    let places = [
        ["/wo", "rk/"].concat(),
        ["../sha", "red"].concat(),
        ["/ro", "ot/"].concat(),
    ];
    let mut wrong = Vec::new();
    for path in files(&root()) {
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        let found = places.iter().find(|place| text.contains(place.as_str()));
        // Crates name their neighbors, which is no place on a machine.
        if let Some(place) = found
            && !(path.ends_with("Cargo.toml") && *place == places[1])
        {
            wrong.push(format!("{}: {place}", shown(&path)));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Returns what every crate depends on, apart from what only its tests and build scripts need.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let manifests = files(&root())
        .into_iter()
        .filter(|path| path.ends_with("Cargo.toml"));
    let mut found = BTreeMap::new();
    for path in manifests {
        let text = fs::read_to_string(&path).expect("a manifest can be read");
        let mut names = BTreeSet::new();
        let mut section = String::new();
        for line in text.lines() {
            if let Some(name) = line.strip_prefix('[') {
                section = name.trim_end_matches(']').to_owned();
            } else if section == "dependencies" {
                let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
                names.insert(name.to_owned());
            }
        }
        let krate = shown(path.parent().expect("a manifest lies in a folder"));
        found.insert(krate, names);
    }
    assert!(found.len() > 12, "the crates are found");
    found
}

/// Returns every Rust file under a folder, with what is in it.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let rust = files(folder)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| end == "rs"));
    let found: Vec<_> = rust
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a source can be read");
            (shown(&path), text)
        })
        .collect();
    assert!(found.len() > 5, "the sources are found");
    found
}

/// Returns every file under a folder that belongs to the project.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder can be read") {
            let path = entry.expect("a folder can be read").path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            // In a second work tree `.git` is a file.
            if NOT_OURS.contains(&name.as_str()) {
                continue;
            }
            if path.is_dir() {
                if !name.starts_with("target") {
                    folders.push(path);
                }
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Returns the lines that are neither comments nor tests, each with its number.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate();
    lines
        .take_while(|(_, line)| !line.contains("#[cfg(test)]") || line.starts_with(' '))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(at, line)| (at + 1, line))
}

fn is_function(line: &str) -> bool {
    let line = line.trim_start();
    let line = line.strip_prefix("pub(crate) ").unwrap_or(line);
    let line = line.strip_prefix("pub(super) ").unwrap_or(line);
    let line = line.strip_prefix("pub ").unwrap_or(line);
    let line = line.strip_prefix("async ").unwrap_or(line);
    line.starts_with("fn ")
}

/// Returns whether a line opens the body of a function.
fn opens(line: &str) -> bool {
    line.ends_with('{')
}

fn has_word(line: &str, word: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    let whole = |at: usize| {
        let open = word.starts_with('#') || !letter(line[..at].chars().next_back());
        open && !letter(line[at + word.len()..].chars().next()) || word.ends_with('(')
    };
    line.match_indices(word).any(|(at, _)| whole(at))
}

/// Shows a path from the root of the project on.
fn shown(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string()
}

fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests
        .parent()
        .expect("the tests lie in the project")
        .to_owned()
}

const OURS: [&str; 17] = [
    "advance",
    "aws",
    "bootstrap",
    "engine",
    "feedback",
    "intake",
    "journey",
    "lambda",
    "local",
    "mail",
    "release",
    "resolve",
    "send",
    "tests",
    "wake",
    "waypost",
    "wire",
];

/// What decides must not even name.
const IMPURE: [&str; 10] = [
    "async fn",
    "async move",
    ".await",
    "::now()",
    "HashMap",
    "HashSet",
    "std::env",
    "std::fs",
    "std::net",
    "thread::",
];

const NOT_OURS: [&str; 6] = [
    ".aws-sam",
    ".git",
    ".venv",
    ".waypost",
    "node_modules",
    "out",
];
const LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;
/// A function is measured from its first line to its last, and its signature may take some.
const SIGNATURE_LINES: usize = 12;

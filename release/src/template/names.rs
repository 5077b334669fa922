//! Which names a text sees, and which was meant by one that nothing has.

use std::collections::BTreeSet;

use journey::nearest;

use super::Known;
use super::check::{Check, PLAIN, Role};
use super::expression::Path;
use super::structure::Target;
use super::tag::Tag;

impl Check<'_> {
    /// Returns what is known of a path, if this text sees it.
    pub(super) fn known(&self, name: &str) -> Option<Known> {
        let (layout, preheader) = match self.role {
            Role::Line => (false, None),
            Role::Body { preheader } => (false, Some(preheader)),
            Role::Layout => (true, Some(true)),
        };
        match (name, preheader) {
            ("locale", _) | ("subject", Some(_)) => Some(PLAIN),
            ("preheader", Some(always)) => Some(Known { always, ..PLAIN }),
            (name, _) if layout && !sees(name) => None,
            (name, _) => self.context.paths.get(name).copied(),
        }
    }

    /// Returns every path that this text sees.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let layout = matches!(self.role, Role::Layout);
        self.context
            .paths
            .keys()
            .map(String::as_str)
            .filter(move |name| !layout || sees(name))
    }

    /// Reports a name that nothing has, with the one that was probably meant.
    pub(super) fn unknown(&mut self, tag: &Tag, path: &Path, name: &str) {
        let raw = &path.raw;
        let outside = !self.blocks.is_empty() && self.known(raw).is_some();
        let layout = matches!(self.role, Role::Layout);
        let in_event = format!("event.{name}");
        let (what, help) = if outside {
            let what = format!("nothing is called `{raw}` inside this block");
            (what, format!("write `@root.{raw}`"))
        } else if layout && self.context.paths.contains_key(name) {
            let what = format!("a layout does not see `{raw}`");
            (
                what,
                String::from("a layout sees `subject`, `preheader`, `locale`, `vars` and `links`"),
            )
        } else {
            let known = self.names().chain(["locale"]);
            let meant = if self.known(&in_event).is_some() {
                Some(in_event.as_str())
            } else {
                nearest(name, known)
            };
            let help = match meant {
                Some(meant) => format!("did you mean `{meant}`?"),
                None if name.starts_with("event.") => self.in_event(),
                None => self.roots(),
            };
            (format!("nothing is called `{name}`"), help)
        };
        self.report(tag, what, help);
    }

    /// Says which groups of values there are.
    fn roots(&self) -> String {
        let roots: BTreeSet<&str> = self
            .names()
            .filter_map(|name| name.split('.').next())
            .collect();
        let roots: Vec<_> = roots.into_iter().map(|root| format!("`{root}`")).collect();
        format!("the names here begin with {}", roots.join(", "))
    }

    /// Says which values the event has.
    fn in_event(&self) -> String {
        let declare = "declare it under `params` in events.yaml";
        let mut names = self.names().filter(|name| starts_group(name, "event"));
        let shown: Vec<_> = names.by_ref().take(5).map(|n| format!("`{n}`")).collect();
        let more = if names.next().is_some() { ", …" } else { "" };
        match shown.as_slice() {
            [] => format!("{declare}, or leave it out"),
            shown => format!("there is {}{more}; or {declare}", shown.join(", ")),
        }
    }

    /// Says which values a group has.
    pub(super) fn members(&self, path: &Path) -> String {
        let Target::Named(group) = self.blocks.target(path) else {
            return String::new();
        };
        let members: Vec<_> = self
            .names()
            .filter(|name| starts_group(name, &group))
            .take(5)
            .map(|m| format!("`{m}`"))
            .collect();
        format!("name one of them: {}", members.join(", "))
    }
}

/// Tells whether a layout sees a path of the context.
fn sees(name: &str) -> bool {
    name.starts_with("vars.") || name.starts_with("links.")
}

/// Tells whether a path lies within a group.
pub(super) fn starts_group(name: &str, group: &str) -> bool {
    name.strip_prefix(group)
        .is_some_and(|rest| rest.starts_with('.'))
}

//! A compiled template, and the mails made of it.

use std::sync::LazyLock;

use handlebars::template::{Parameter, TemplateElement};
use handlebars::{Context, Handlebars, RenderContext, RenderErrorReason, Renderable};

use crate::clean;
use crate::fault::{Fault, Part, RenderError, TemplateError};
use crate::fold;
use crate::helpers;
use crate::scope::Scope;

/// The four parts of a template as Handlebars, as they are stored with a published journey.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Source {
    /// The subject; never empty.
    pub subject: String,
    /// The preheader, or nothing.
    pub preheader: String,
    /// The HTML part.
    pub html: String,
    /// The plain text part.
    pub text: String,
}

/// A template that is ready to make mails; made once per process and kept.
#[derive(Clone)]
pub struct Template {
    subject: handlebars::Template,
    preheader: Option<handlebars::Template>,
    html: handlebars::Template,
    text: handlebars::Template,
}

impl Template {
    /// Reads the four parts.
    ///
    /// # Errors
    /// If a part is no Handlebars, prints a value without escaping it, names a partial or a helper that
    /// does not exist, or is longer than [`SOURCE_BYTES_MAX`].
    pub fn compile(source: &Source) -> Result<Self, TemplateError> {
        let preheader = (!source.preheader.trim().is_empty())
            .then(|| compile_part(Part::Preheader, &source.preheader));
        Ok(Self {
            subject: compile_part(Part::Subject, &source.subject)?,
            preheader: preheader.transpose()?,
            html: compile_part(Part::Html, &source.html)?,
            text: compile_part(Part::Text, &source.text)?,
        })
    }

    /// Makes the mail of these facts.
    ///
    /// Subject and preheader are one line each; the HTML escapes every value; the text keeps at most one
    /// empty line in a row.
    ///
    /// # Errors
    /// If a value that the mail prints is absent or unknown, if a helper cannot work with a value, if a part
    /// would be empty, or if the mail is longer than [`MAIL_BYTES_MAX`] or its subject longer than
    /// [`SUBJECT_CHARS_MAX`]. The same facts fail again: the send is parked, not retried.
    pub fn render(&self, scope: &Scope) -> Result<Mail, RenderError> {
        let facts = scope.context();
        let subject = render_line(Part::Subject, &self.subject, scope, facts)?;
        let preheader = match &self.preheader {
            Some(template) => render_line(Part::Preheader, template, scope, facts)?,
            None => String::new(),
        };
        let facts = scope.with([("subject", &subject), ("preheader", &preheader)]);
        let html = render_part(Part::Html, &self.html, scope, &facts)?;
        let text = render_part(Part::Text, &self.text, scope, &facts)?;
        let text = tidy(&text);
        for (part, body) in [(Part::Html, &html), (Part::Text, &text)] {
            if body.trim().is_empty() {
                return Err(RenderError {
                    part,
                    fault: Fault::Empty,
                });
            }
        }
        Ok(Mail {
            subject,
            preheader,
            html: fold::html(&html),
            text: fold::text(&text),
        })
    }
}

/// What a template says is shown nowhere: only that there is one.
impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Template(…)")
    }
}

/// A mail, ready to be handed to the mail service.
#[derive(Clone, Eq, PartialEq)]
pub struct Mail {
    /// One line, at most [`SUBJECT_CHARS_MAX`] characters, free of control characters.
    pub subject: String,
    /// One line, or nothing; already within `html`.
    pub preheader: String,
    /// The HTML part.
    pub html: String,
    /// The plain text part.
    pub text: String,
}

/// A mail is personal data: only its size may be printed.
impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Mail({} bytes of html, {} of text)",
            self.html.len(),
            self.text.len()
        )
    }
}

/// Reads one part, and refuses what would get around the escaping.
fn compile_part(part: Part, source: &str) -> Result<handlebars::Template, TemplateError> {
    let refuse = |why: &str| TemplateError {
        part,
        line: 0,
        column: 0,
        why: why.to_owned(),
    };
    if source.len() > SOURCE_BYTES_MAX {
        return Err(refuse(&format!(
            "it is longer than {SOURCE_BYTES_MAX} bytes"
        )));
    }
    if part == Part::Subject && source.trim().is_empty() {
        return Err(refuse("it is empty"));
    }
    let template = handlebars::Template::compile(source).map_err(|error| {
        let (line, column) = error.pos().unwrap_or_default();
        TemplateError {
            part,
            line,
            column,
            why: error.reason().to_string(),
        }
    })?;
    forbid_unsafe(&template, DEPTH_MAX).map_err(|why| refuse(&why))?;
    Ok(template)
}

/// Refuses raw values, partials, decorators and unknown helpers.
fn forbid_unsafe(template: &handlebars::Template, depth_left: usize) -> Result<(), String> {
    let depth_left = depth_left
        .checked_sub(1)
        .ok_or("its blocks lie too deep in each other")?;
    for element in &template.elements {
        match element {
            TemplateElement::RawString(_) | TemplateElement::Comment(_) => {}
            TemplateElement::Expression(call) | TemplateElement::HelperBlock(call) => {
                let is_call = call.block || !call.params.is_empty() || !call.hash.is_empty();
                if let Parameter::Name(name) = &call.name
                    && is_call
                    && helpers::find(name).is_none()
                {
                    return Err(format!("there is no helper called `{name}`"));
                }
                for inner in [&call.template, &call.inverse].into_iter().flatten() {
                    forbid_unsafe(inner, depth_left)?;
                }
            }
            TemplateElement::HtmlExpression(_) => {
                return Err(String::from(
                    "a value stands in three braces, which would not be escaped",
                ));
            }
            TemplateElement::PartialExpression(_) | TemplateElement::PartialBlock(_) => {
                return Err(String::from("it names a partial, and there are none"));
            }
            TemplateElement::DecoratorExpression(_) | TemplateElement::DecoratorBlock(_) => {
                return Err(String::from("it names a decorator, and there are none"));
            }
            _ => return Err(String::from("it holds something that mails do not know")),
        }
    }
    Ok(())
}

/// Makes the subject or the preheader.
fn render_line(
    part: Part,
    template: &handlebars::Template,
    scope: &Scope,
    facts: &Context,
) -> Result<String, RenderError> {
    let raw = render_part(part, template, scope, facts)?;
    let line = clean::line(&clean::text(&raw)).trim().to_owned();
    let fault = if line.is_empty() {
        Fault::Empty
    } else if line.chars().count() > SUBJECT_CHARS_MAX {
        Fault::TooLong {
            max: format!("{SUBJECT_CHARS_MAX} characters"),
        }
    } else {
        return Ok(line);
    };
    Err(RenderError { part, fault })
}

/// Fills in one part.
fn render_part(
    part: Part,
    template: &handlebars::Template,
    scope: &Scope,
    facts: &Context,
) -> Result<String, RenderError> {
    let registry = if part == Part::Html { &*HTML } else { &*PLAIN };
    let mut context = RenderContext::new(None);
    helpers::register(&mut context, scope, part);
    let mut out = Bounded::default();
    template
        .render(registry, facts, &mut context, &mut out)
        .map_err(|error| {
            let fault = if out.full {
                too_long()
            } else {
                fault(error.reason())
            };
            RenderError { part, fault }
        })?;
    match clean::find_absent(&out.text) {
        None => Ok(out.text),
        Some(path) => Err(RenderError {
            part,
            fault: Fault::Absent {
                path: path.to_owned(),
            },
        }),
    }
}

/// Says in our own words why the engine stopped; its own may hold values.
fn fault(reason: &RenderErrorReason) -> Fault {
    if let RenderErrorReason::MissingVariable(path) = reason {
        return Fault::Unknown {
            path: path.clone().unwrap_or_default(),
        };
    }
    if let RenderErrorReason::NestedError(error) = reason
        && let Some(fault) = error.downcast_ref::<Fault>()
    {
        return fault.clone();
    }
    if let RenderErrorReason::HelperNotFound(name) = reason {
        return Fault::Unknown { path: name.clone() };
    }
    Fault::Engine("the template does not fit the facts")
}

/// Drops the empty lines that blocks leave behind, and the spaces at the ends of lines.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if !tidy.is_empty() && empty > 0 {
            tidy.push('\n');
        }
        empty = 0;
        tidy.push_str(line);
        tidy.push('\n');
    }
    tidy
}

/// Output that refuses to grow beyond the size of a mail.
#[derive(Default)]
struct Bounded {
    text: String,
    full: bool,
}

impl handlebars::Output for Bounded {
    fn write(&mut self, piece: &str) -> Result<(), std::io::Error> {
        if self.text.len() + piece.len() > MAIL_BYTES_MAX {
            self.full = true;
            return Err(std::io::Error::other("the mail is too long"));
        }
        self.text.push_str(piece);
        Ok(())
    }
}

fn too_long() -> Fault {
    Fault::TooLong {
        max: format!("{MAIL_BYTES_MAX} bytes"),
    }
}

/// The engine for HTML: every value is escaped.
static HTML: LazyLock<Handlebars<'static>> = LazyLock::new(|| engine(clean::html));

/// The engine for plain text: every value is one line.
static PLAIN: LazyLock<Handlebars<'static>> = LazyLock::new(|| engine(clean::line));

fn engine(escape: fn(&str) -> String) -> Handlebars<'static> {
    let mut engine = Handlebars::new();
    engine.set_strict_mode(true);
    engine.register_escape_fn(escape);
    for name in ["lookup", "raw", "log", "len"] {
        engine.unregister_helper(name);
    }
    engine
}

/// The longest subject or preheader, in characters.
///
/// Far below the 998 octets of a line (RFC 5322 section 2.1.1), and longer than any inbox shows.
pub const SUBJECT_CHARS_MAX: usize = 255;

/// The largest HTML or text part of a mail, in bytes.
pub const MAIL_BYTES_MAX: usize = 1024 * 1024;

/// The largest part of a template, in bytes.
pub const SOURCE_BYTES_MAX: usize = 512 * 1024;

/// How deep blocks may lie in each other.
const DEPTH_MAX: usize = 32;

//! Puts a body into its layout, and makes the four parts of a mail of the two.

use std::ops::Range;

use css_inline::CSSInliner;

use super::body::{Body, Form};
use super::expression::Value;
use super::html::{self, ItemKind, Spot};
use super::tag::{Tag, TagKind};
use super::{Compiled, Context, Layout, Parsed, Purpose, hide, links, mjml, plain, text};
use crate::{Defect, Place};

/// Reports a layout without a place for its content.
pub(super) fn check_content(body: &Body, defects: &mut Vec<Defect>) {
    let mut contents = contents(body);
    let Some((first, spot)) = contents.next() else {
        let defect = Defect::new(body.start(), "the layout has no place for its content");
        defects.push(defect.help("write `{{> content}}` where the mail itself is to stand"));
        return;
    };
    if *spot != Spot::Text {
        let defect = Defect::new(
            body.piece().place(&first.span),
            "the content cannot stand inside a tag",
        );
        defects.push(defect.help("write `{{> content}}` between two tags"));
    }
    for (again, _) in contents {
        let defect = Defect::new(
            body.piece().place(&again.span),
            "the layout has a second place for its content",
        );
        defects.push(
            defect
                .help("keep one of the two")
                .also(body.piece().place(&first.span), "the first"),
        );
    }
}

/// Makes the four parts of a mail.
pub(super) fn compile(
    parsed: &Parsed,
    layout: Option<&Layout>,
    context: &Context<'_>,
) -> Result<Compiled, Vec<Defect>> {
    let own;
    let layout = match layout {
        None if !parsed.body.is_document() && parsed.body.form != Form::Mjml => {
            own = default_layout(context)?;
            Some(&own)
        }
        layout => layout,
    };
    let assembly = Assembly {
        parsed,
        layout: layout.map(|layout| &layout.body),
        context,
    };
    let html = assembly.html().map_err(|defect| vec![defect])?;
    assembly.check_order(&html)?;
    let own_pages = |url: &str| assembly.own_page(url);
    let (html, links) = links::name(&html, assembly.marks(), own_pages);
    let source = mail::Source {
        subject: parsed.front.subject.text.clone(),
        preheader: parsed
            .front
            .preheader
            .as_ref()
            .map(|line| line.text.clone())
            .unwrap_or_default(),
        text: assembly.text(&html),
        html: assembly.show_html(&html),
    };
    match mail::Template::compile(&source) {
        Ok(_) => Ok(Compiled { source, links }),
        Err(error) => {
            let what = format!("this cannot be made into a mail: {}", error.why);
            let help = format!("look at the `{{{{…}}}}` in what becomes its {}", error.part);
            Err(vec![Defect::new(parsed.body.start(), what).help(help)])
        }
    }
}

/// Returns the layout of mails that ask for none.
fn default_layout(context: &Context<'_>) -> Result<Layout, Vec<Defect>> {
    let mjml = include_str!("default.mjml");
    let footer = format!(
        "<mj-section><mj-column><mj-text css-class=\"footer\" align=\"center\" font-size=\"13px\" color=\"#52606d\">\
         <a href=\"{{{{links.unsubscribe}}}}\">{}</a></mj-text></mj-column></mj-section>\n  </mj-body>",
        unsubscribe(context.locale)
    );
    let mjml = match context.purpose {
        Purpose::Marketing => mjml.replace("</mj-body>", &footer),
        Purpose::Transactional => mjml.to_owned(),
    };
    super::parse_layout("default.mjml", &mjml)
}

/// A body on its way into a layout.
struct Assembly<'a> {
    parsed: &'a Parsed,
    layout: Option<&'a Body>,
    context: &'a Context<'a>,
}

impl Assembly<'_> {
    /// Makes the HTML, with all expressions still hidden.
    fn html(&self) -> Result<String, Defect> {
        let body = &self.parsed.body;
        let inside = hide::as_comments(&body.html, &body.hidden.mark);
        let Some(layout) = self.layout else {
            return match body.form {
                Form::Mjml => {
                    let whole = if body.is_document() {
                        inside
                    } else {
                        format!("<mjml><mj-body>{inside}</mj-body></mjml>")
                    };
                    inlined(mjml::render(&whole, |_| body.start())?, body.start())
                }
                Form::Html | Form::Markdown | Form::Plain => {
                    with_styles(&inside, None, body.start())
                }
            };
        };
        if body.is_document() {
            let what = "this is a whole mail, so no layout can stand around it";
            return Err(
                Defect::new(body.start(), what).help("take away `layout:`, or the outermost tags")
            );
        }
        let outside = hide::as_comments(&layout.html, &layout.hidden.mark);
        let content = contents(layout)
            .next()
            .and_then(|(tag, _)| layout.tags.iter().position(|t| t == tag));
        let word = hide::word(&layout.hidden.mark, content.unwrap_or_default(), false);
        match (layout.form, body.form) {
            (Form::Mjml, Form::Mjml) => {
                let whole = outside.replacen(&word, &inside, 1);
                inlined(mjml::render(&whole, |_| body.start())?, body.start())
            }
            (Form::Html, Form::Mjml) => {
                let what = "MJML cannot stand in a layout of HTML";
                Err(Defect::new(body.start(), what)
                    .help("write the template in HTML or Markdown, or the layout in MJML"))
            }
            (Form::Mjml, _) => {
                let mut rendered =
                    mjml::render(&outside, |span| self.place_in_layout(&outside, span))?;
                rendered.html = rendered.html.replacen(&word, &inside, 1);
                inlined(rendered, layout.start())
            }
            (_, _) => with_styles(&outside.replacen(&word, &inside, 1), None, layout.start()),
        }
    }

    /// Returns the place of a piece of the layout, in which blocks are written as comments.
    fn place_in_layout(&self, outside: &str, span: Range<usize>) -> Place {
        let layout = self.layout.unwrap_or(&self.parsed.body);
        let longer = hide::comment("").len();
        let before = |at: usize| {
            let comments = outside.get(..at).map_or(0, |text| {
                text.matches(&format!("<!--{}", layout.hidden.mark)).count()
            });
            at.saturating_sub(comments * longer)
        };
        layout.place(before(span.start)..before(span.end))
    }

    /// Reports expressions that a tool lost or moved.
    fn check_order(&self, html: &str) -> Result<(), Vec<Defect>> {
        let mut defects = vec![];
        for body in std::iter::once(&self.parsed.body).chain(self.layout) {
            let found = hide::find(html, &body.hidden.mark);
            let mut last = 0;
            for (i, tag) in body.tags.iter().enumerate() {
                let shown = !matches!(tag.kind, TagKind::Content | TagKind::Comment);
                let first = found.iter().find(|(_, index)| *index == i);
                let place = || body.piece().place(&tag.span);
                match first {
                    None if shown => {
                        let defect = Defect::new(place(), "this expression would be lost here");
                        defects.push(defect.help("put it where text can stand"));
                    }
                    Some((span, _)) if tag.kind.is_block() => {
                        if span.start < last {
                            let defect =
                                Defect::new(place(), "this block would end up in another place");
                            defects.push(
                                defect.help("put whole rows, list items or paragraphs inside it"),
                            );
                        }
                        last = last.max(span.start);
                    }
                    Some(_) | None => {}
                }
            }
        }
        if defects.is_empty() {
            Ok(())
        } else {
            Err(defects)
        }
    }

    fn marks(&self) -> [&str; 2] {
        let layout = self.layout.unwrap_or(&self.parsed.body);
        [&self.parsed.body.hidden.mark, &layout.hidden.mark]
    }

    /// Tells whether a link leads to one of our own pages.
    fn own_page(&self, url: &str) -> bool {
        std::iter::once(&self.parsed.body)
            .chain(self.layout)
            .any(|body| {
                let found = hide::find(url, &body.hidden.mark);
                let first = found.first().filter(|(span, _)| span.start == 0);
                match first
                    .and_then(|(_, index)| body.tags.get(*index))
                    .map(|tag| &tag.kind)
                {
                    Some(TagKind::Print(Value::Path(path))) => {
                        path.names.first().is_some_and(|root| root == "links")
                    }
                    _ => false,
                }
            })
    }

    /// Puts the expressions back into the HTML.
    fn show_html(&self, html: &str) -> String {
        let mut html = html.to_owned();
        let preheader = self.parsed.front.preheader.is_some();
        let mut shows_preheader = false;
        for body in std::iter::once(&self.parsed.body).chain(self.layout) {
            let mark = &body.hidden.mark;
            let expressions: Vec<String> = body
                .tags
                .iter()
                .enumerate()
                .map(|(i, tag)| {
                    let is_preheader = prints(tag, "preheader");
                    shows_preheader |= is_preheader;
                    if is_preheader && !preheader {
                        return String::new();
                    }
                    let paragraph = paragraph_around(&html, &hide::word(mark, i, false));
                    let written = &body.piece().text[tag.span.clone()];
                    expression(written, tag, body.spots.get(i), paragraph.as_deref())
                })
                .collect();
            html = hide::show(&html, mark, |i| expressions.get(i).map(String::as_str));
        }
        if preheader && !shows_preheader {
            with_preheader(&html)
        } else {
            html
        }
    }

    /// Makes the plain text, of Markdown or of the whole HTML.
    fn text(&self, html: &str) -> String {
        let (parsed, mut text) = (self.parsed, String::new());
        let bodies: Vec<&Body> = match (&parsed.txt, &parsed.body.plain) {
            (Some(txt), _) => {
                text.push_str(txt.plain.as_deref().unwrap_or_default());
                vec![txt]
            }
            (None, Some(plain)) => {
                text.push_str(plain);
                vec![&parsed.body]
            }
            (None, None) => {
                let [one, two] = self.marks();
                text.push_str(&plain::of(html, &[one, two]));
                std::iter::once(&parsed.body).chain(self.layout).collect()
            }
        };
        for body in bodies {
            let mark = &body.hidden.mark;
            let prefixes = text::prefixes(&text, mark);
            let expressions: Vec<String> = body
                .tags
                .iter()
                .enumerate()
                .map(|(i, tag)| {
                    let written = &body.piece().text[tag.span.clone()];
                    expression(
                        written,
                        tag,
                        body.spots.get(i),
                        prefixes.get(&i).map(String::as_str),
                    )
                })
                .collect();
            text = hide::show(&text, mark, |i| expressions.get(i).map(String::as_str));
        }
        if self.context.purpose == Purpose::Marketing && !text.contains("links.unsubscribe") {
            let label = unsubscribe(self.context.locale);
            text = format!(
                "{}\n\n--\n{label}: {{{{links.unsubscribe}}}}",
                text.trim_end()
            );
        }
        format!("{}\n", text.trim_end())
    }
}

/// Returns where a layout wants its content.
fn contents(body: &Body) -> impl Iterator<Item = (&Tag, &Spot)> {
    body.tags
        .iter()
        .zip(&body.spots)
        .filter(|(tag, _)| tag.kind == TagKind::Content)
}

/// Writes an expression as it is stored: with what the helper cannot see for itself.
///
/// `around` is the tag of the paragraph it is alone in, or what begins its line in plain text.
fn expression(written: &str, tag: &Tag, spot: Option<&Spot>, around: Option<&str>) -> String {
    let TagKind::Print(Value::Call(call)) = &tag.kind else {
        return written.to_owned();
    };
    if call.arguments.len() != 1 {
        return written.to_owned();
    }
    let argument = match (call.name.as_str(), spot) {
        ("url", Some(Spot::Attribute { before, .. })) if before.trim().is_empty() => "\"whole\"",
        ("url", Some(Spot::Attribute { before, .. })) if before.trim() == "mailto:" => {
            "\"address\""
        }
        ("paragraphs", _) => match around {
            Some(around) => {
                return with_argument(written, &format!("'{}'", around.replace('\'', "&#39;")));
            }
            None => return written.to_owned(),
        },
        _ => return written.to_owned(),
    };
    with_argument(written, argument)
}

fn with_argument(written: &str, argument: &str) -> String {
    let end = written.trim_end_matches(['}', '~']).trim_end().len();
    format!("{} {argument}{}", &written[..end], &written[end..])
}

/// Returns the tag of the paragraph that a word is alone in.
fn paragraph_around(html: &str, word: &str) -> Option<String> {
    let at = html.find(word)?;
    let before = html[..at].trim_end();
    let start = before.rfind('<')?;
    let tag = &before[start..];
    let alone = html[at + word.len()..].trim_start().starts_with("</p>");
    let paragraph = tag.ends_with('>') && (tag == "<p>" || tag.starts_with("<p "));
    (alone && paragraph && !tag.contains('\\')).then(|| tag.to_owned())
}

/// Works style sheets into the HTML that MJML became.
fn inlined(rendered: mjml::Rendered, place: Place) -> Result<String, Defect> {
    with_styles(&rendered.html, Some(rendered.css), place)
}

/// Works style sheets into HTML: these, or those that stand in it.
fn with_styles(html: &str, css: Option<String>, place: Place) -> Result<String, Defect> {
    let inliner = CSSInliner::options()
        .load_remote_stylesheets(false)
        .inline_style_tags(css.is_none())
        .keep_style_tags(true)
        .extra_css(css.map(Into::into))
        .build();
    inliner.inline(html).map_err(|error| {
        let what = format!("the style sheets cannot be worked in: {error}");
        Defect::new(place, what).help("look at the `style` elements of the layout")
    })
}

/// Adds the preheader to a layout that does not show it, where inboxes look for it and people do not.
fn with_preheader(html: &str) -> String {
    let items = html::read(html);
    let body = items
        .iter()
        .find(|item| matches!(&item.kind, ItemKind::Open { name, .. } if name == "body"));
    let at = body.map_or(0, |item| item.span.end);
    let hidden = "<div style=\"display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;font-size:1px;line-height:1px;\">{{preheader}}</div>";
    format!("{}{hidden}{}", &html[..at], &html[at..])
}

fn prints(tag: &Tag, name: &str) -> bool {
    matches!(&tag.kind, TagKind::Print(Value::Path(path)) if path.raw == name)
}

fn unsubscribe(locale: &str) -> &'static str {
    match mail::Locale::first_known([locale]) {
        mail::Locale::Dutch => "Afmelden",
        mail::Locale::English | mail::Locale::EnglishUs => "Unsubscribe",
    }
}

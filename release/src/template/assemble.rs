//! Puts a body into its layout, and makes the four parts of a mail of the two.

use std::ops::Range;

use css_inline::CSSInliner;

use super::body::{Body, Form};
use super::expression::Value;
use super::html::Spot;
use super::tag::{Tag, TagKind};
use super::{Compiled, Context, Layout, Parsed, Purpose, hide, links, mjml};
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
    let html = assembly.html()?;
    assembly.check_order(&html)?;
    let own_pages = |url: &str| assembly.own_page(url);
    let (html, links) = links::name(&html, &assembly.marks(), own_pages);
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
pub(super) struct Assembly<'a> {
    pub(super) parsed: &'a Parsed,
    pub(super) layout: Option<&'a Body>,
    pub(super) context: &'a Context<'a>,
}

impl Assembly<'_> {
    /// Makes the HTML, with all expressions still hidden.
    fn html(&self) -> Result<String, Vec<Defect>> {
        let body = &self.parsed.body;
        let refuse = |what: &str, help: &str| vec![Defect::new(body.start(), what).help(help)];
        let one = |defect| vec![defect];
        let inside = hide::as_comments(&body.html, &body.hidden.mark);
        let Some(layout) = self.layout else {
            if body.form != Form::Mjml {
                return with_styles(&inside, None, body.start()).map_err(one);
            }
            let whole = if body.is_document() {
                Joined {
                    text: inside,
                    layout: body,
                    inside: None,
                }
            } else {
                let open = format!("<mjml lang=\"{}\"><mj-body>", self.context.locale);
                let inside = open.len()..open.len() + inside.len();
                let text = format!(
                    "{open}{}</mj-body></mjml>",
                    hide::as_comments(&body.html, &body.hidden.mark)
                );
                Joined {
                    text,
                    layout: body,
                    inside: Some((body, inside)),
                }
            };
            return inlined(whole.render()?, body.start()).map_err(one);
        };
        if body.is_document() {
            let what = "this is a whole mail, so no layout can stand around it";
            return Err(refuse(what, "take away `layout:`, or the outermost tags"));
        }
        let outside = hide::as_comments(&layout.html, &layout.hidden.mark);
        let content = contents(layout)
            .next()
            .and_then(|(tag, _)| layout.tags.iter().position(|t| t == tag));
        let word = hide::word(&layout.hidden.mark, content.unwrap_or_default(), false);
        let at = outside.find(&word).unwrap_or_default();
        match (layout.form, body.form) {
            (Form::Mjml, Form::Mjml) => {
                let whole = outside.replacen(&word, &inside, 1);
                let joined = Joined {
                    text: whole,
                    layout,
                    inside: Some((body, at..at + inside.len())),
                };
                inlined(joined.render()?, body.start()).map_err(one)
            }
            (Form::Html, Form::Mjml) => {
                let help = "write the template in HTML or Markdown, or the layout in MJML";
                Err(refuse("MJML cannot stand in a layout of HTML", help))
            }
            (Form::Mjml, _) => {
                let around = mjml::around(&outside, at).filter(|tag| !mjml::holds_html(tag));
                if let Some(around) = around {
                    let joined = Joined {
                        text: outside,
                        layout,
                        inside: None,
                    };
                    let what = format!("text cannot stand in `<{around}>`");
                    let defect = Defect::new(joined.place(at..at + word.len()), what);
                    return Err(vec![defect.help("put `{{> content}}` in `<mj-text>`")]);
                }
                let joined = Joined {
                    text: outside,
                    layout,
                    inside: None,
                };
                let mut rendered = joined.render()?;
                rendered.html = rendered.html.replacen(&word, &inside, 1);
                inlined(rendered, layout.start()).map_err(one)
            }
            (_, _) => {
                let whole = outside.replacen(&word, &inside, 1);
                with_styles(&whole, None, layout.start()).map_err(one)
            }
        }
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

    pub(super) fn marks(&self) -> Vec<&str> {
        let bodies = std::iter::once(&self.parsed.body).chain(self.layout);
        bodies.map(|body| body.hidden.mark.as_str()).collect()
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
}

/// MJML of a layout and of what stands in it, of which every piece can be found again.
struct Joined<'a> {
    text: String,
    layout: &'a Body,
    /// What stands in it, and where.
    inside: Option<(&'a Body, Range<usize>)>,
}

impl Joined<'_> {
    fn render(&self) -> Result<mjml::Rendered, Vec<Defect>> {
        let mut defects = vec![];
        mjml::check(&self.text, |span| self.place(span), &mut defects);
        if !defects.is_empty() {
            return Err(defects);
        }
        mjml::render(&self.text, |span| self.place(span)).map_err(|defect| vec![defect])
    }

    /// Returns where a piece was written.
    fn place(&self, span: Range<usize>) -> Place {
        match &self.inside {
            Some((body, inside)) if inside.contains(&span.start) => {
                let text = &self.text[inside.clone()];
                let at = |at: usize| before_comments(text, at - inside.start, body);
                body.place(at(span.start)..at(span.end.min(inside.end)))
            }
            Some((_, inside)) if span.start >= inside.end => self.layout.start(),
            Some(_) | None => {
                let at = |at| before_comments(&self.text, at, self.layout);
                self.layout.place(at(span.start)..at(span.end))
            }
        }
    }
}

/// Returns which byte this was before the words of blocks got the form of comments.
fn before_comments(text: &str, at: usize, body: &Body) -> usize {
    let comments = text.get(..at).map_or(0, |text| {
        text.matches(&format!("<!--{}", body.hidden.mark)).count()
    });
    at.saturating_sub(comments * hide::comment("").len())
}

/// Returns where a layout wants its content.
fn contents(body: &Body) -> impl Iterator<Item = (&Tag, &Spot)> {
    body.tags
        .iter()
        .zip(&body.spots)
        .filter(|(tag, _)| tag.kind == TagKind::Content)
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

pub(super) fn unsubscribe(locale: &str) -> &'static str {
    match mail::Locale::first_known([locale]) {
        mail::Locale::Dutch => "Afmelden",
        mail::Locale::English | mail::Locale::EnglishUs => "Unsubscribe",
    }
}

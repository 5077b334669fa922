//! Puts a body into its layout and makes HTML of the two, with all expressions still hidden.

use std::ops::Range;

use css_inline::CSSInliner;

use super::assemble::{Assembly, contents};
use super::body::{Body, Form};
use super::{hide, mjml};
use crate::{Defect, Place};

impl Assembly<'_> {
    /// Makes the HTML.
    pub(super) fn html(&self) -> Result<String, Vec<Defect>> {
        match self.layout {
            Some(layout) => self.inside(layout),
            None => self.alone(),
        }
    }

    /// Makes the HTML of a mail without a layout.
    fn alone(&self) -> Result<String, Vec<Defect>> {
        let body = &self.parsed.body;
        let text = hide::as_comments(&body.html, &body.hidden.mark);
        if body.form != Form::Mjml {
            return with_styles(&text, None, body.start());
        }
        let joined = if body.is_document() {
            Joined {
                text,
                layout: body,
                inside: None,
            }
        } else {
            let open = format!("<mjml lang=\"{}\"><mj-body>", self.context.locale);
            let inside = open.len()..open.len() + text.len();
            let text = format!("{open}{text}</mj-body></mjml>");
            Joined {
                text,
                layout: body,
                inside: Some((body, inside)),
            }
        };
        let rendered = joined.render()?;
        with_styles(&rendered.html, Some(rendered.css), body.start())
    }

    /// Makes the HTML of a mail in its layout.
    fn inside(&self, layout: &Body) -> Result<String, Vec<Defect>> {
        let body = &self.parsed.body;
        let refuse = |what: &str, help: &str| Err(vec![Defect::new(body.start(), what).help(help)]);
        if body.is_document() {
            let what = "this is a whole mail, so no layout can stand around it";
            return refuse(what, "take away `layout:`, or the outermost tags");
        }
        let inside = hide::as_comments(&body.html, &body.hidden.mark);
        let outside = hide::as_comments(&layout.html, &layout.hidden.mark);
        let content = contents(layout)
            .next()
            .and_then(|(tag, _)| layout.tags.iter().position(|t| t == tag));
        let word = hide::word(&layout.hidden.mark, content.unwrap_or_default(), false);
        let at = outside.find(&word).unwrap_or_default();
        if layout.form != Form::Mjml {
            if body.form == Form::Mjml {
                let help = "write the template in HTML or Markdown, or the layout in MJML";
                return refuse("MJML cannot stand in a layout of HTML", help);
            }
            return with_styles(&outside.replacen(&word, &inside, 1), None, layout.start());
        }
        if body.form == Form::Mjml {
            let text = outside.replacen(&word, &inside, 1);
            let joined = Joined {
                text,
                layout,
                inside: Some((body, at..at + inside.len())),
            };
            let rendered = joined.render()?;
            return with_styles(&rendered.html, Some(rendered.css), layout.start());
        }
        let joined = Joined {
            text: outside,
            layout,
            inside: None,
        };
        if let Some(around) = mjml::around(&joined.text, at).filter(|tag| !mjml::holds_html(tag)) {
            let what = format!("text cannot stand in `<{around}>`");
            let defect = Defect::new(joined.place(at..at + word.len()), what);
            return Err(vec![defect.help("put `{{> content}}` in `<mj-text>`")]);
        }
        // MJML never sees the body: what it does not know, such as `<br>`, it would not render.
        let rendered = joined.render()?;
        let html = rendered.html.replacen(&word, &inside, 1);
        with_styles(&html, Some(rendered.css), layout.start())
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
        mjml::render(&self.text, |span| self.place(span)).map_err(|defect| vec![*defect])
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

/// Works style sheets into HTML: these, or those that stand in it.
fn with_styles(html: &str, css: Option<String>, place: Place) -> Result<String, Vec<Defect>> {
    let inliner = CSSInliner::options()
        .load_remote_stylesheets(false)
        .inline_style_tags(css.is_none())
        .keep_style_tags(true)
        .extra_css(css.map(Into::into))
        .build();
    inliner.inline(html).map_err(|error| {
        let what = format!("the style sheets cannot be worked in: {error}");
        vec![Defect::new(place, what).help("look at the `style` elements of the layout")]
    })
}

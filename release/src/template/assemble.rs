//! Puts a body into its layout, and makes the four parts of a mail of the two.

use super::body::{Body, Form};
use super::expression::Value;
use super::html::Spot;
use super::tag::{Tag, TagKind};
use super::{Compiled, Context, Layout, Parsed, Purpose, hide, links};
use crate::Defect;

/// Reports a layout without a place for its content.
pub(super) fn check_content(body: &Body, defects: &mut Vec<Defect>) {
    let mut contents = contents(body);
    let Some((first, spot)) = contents.next() else {
        // It may be what was meant by an expression that was reported.
        if body.tags.iter().any(|tag| tag.kind == TagKind::Broken) {
            return;
        }
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
        subject: assembly.line(&parsed.front.subject),
        preheader: parsed
            .front
            .preheader
            .as_ref()
            .map(|line| assembly.line(line))
            .unwrap_or_default(),
        text: assembly.text(&html),
        html: assembly.show_html(&html),
    };
    if source.html.len() > HTML_BYTES_MAX {
        let what = format!(
            "the mail has {} bytes of HTML, and Gmail shows no more than {HTML_BYTES_MAX}",
            source.html.len()
        );
        let help = "make it shorter, or move style sheets and images out of it";
        return Err(vec![Defect::new(parsed.body.start(), what).help(help)]);
    }
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
        "<mj-section><mj-column><mj-text css-class=\"footer\" align=\"center\" font-size=\"14px\" color=\"#52606d\">\
         <a href=\"{{{{links.unsubscribe}}}}\">{}</a></mj-text></mj-column></mj-section>\n  </mj-body>",
        unsubscribe(context.locale)
    );
    let mjml = match context.purpose {
        Purpose::Marketing => mjml.replace("</mj-body>", &footer),
        Purpose::Confirming | Purpose::Transactional => mjml.to_owned(),
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

/// Returns where a layout wants its content.
pub(super) fn contents(body: &Body) -> impl Iterator<Item = (&Tag, &Spot)> {
    body.tags
        .iter()
        .zip(&body.spots)
        .filter(|(tag, _)| tag.kind == TagKind::Content)
}

/// Names the link to unsubscribe with.
pub(super) fn unsubscribe(locale: &str) -> &'static str {
    match mail::Locale::first_known([locale]) {
        mail::Locale::Dutch => "Afmelden",
        mail::Locale::English | mail::Locale::EnglishUs => "Unsubscribe",
    }
}

/// How much HTML Gmail shows before it cuts a mail off, and with it the link to unsubscribe.
const HTML_BYTES_MAX: usize = 102 * 1024;

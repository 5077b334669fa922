//! How compiled templates are stored.

use serde::{Deserialize, Serialize};

use crate::Unreadable;

/// The four texts of a mail, as Handlebars.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct TemplateDoc {
    v: u8,
    /// The subject line.
    pub subject: String,
    /// What an inbox shows beside the subject.
    pub preheader: String,
    /// The HTML part.
    pub html: String,
    /// The plain-text part.
    pub text: String,
}

impl TemplateDoc {
    /// Describes a compiled template.
    pub fn new(subject: String, preheader: String, html: String, text: String) -> Self {
        Self {
            v: 1,
            subject,
            preheader,
            html,
            text,
        }
    }

    /// Writes the template.
    pub fn to_json(&self) -> String {
        crate::to_json(self)
    }

    /// Reads a template of any version that was ever written.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let doc: Self = serde_json::from_str(json)?;
        crate::version(doc.v, 1)?;
        Ok(doc)
    }
}

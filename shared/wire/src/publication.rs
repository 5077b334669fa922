//! A release on its way into the releases table.

/// A release, ready to be published: immutable texts, and which of them is the release itself.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Publication {
    /// The release's own content hash.
    pub release: String,
    /// Everything it is made of, itself included and last: content hash and text.
    pub texts: Vec<(String, String)>,
}

impl Publication {
    /// Adds a text and returns its content hash; the same text is added once.
    pub fn add(&mut self, text: String) -> String {
        let hash = crate::content_hash(&text);
        if !self.texts.iter().any(|(known, _)| *known == hash) {
            self.texts.push((hash.clone(), text));
        }
        hash
    }
}

//! What a mail looks like, and what is refused.

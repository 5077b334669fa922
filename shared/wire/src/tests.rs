//! What is written down, pinned.

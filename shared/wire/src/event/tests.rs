//! What posts are refused and what is said about them.

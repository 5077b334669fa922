//! AWS on a laptop.

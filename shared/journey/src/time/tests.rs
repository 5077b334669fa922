//! When things fall due.

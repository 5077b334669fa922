//! What Waypost promises, one file per promise.

//! Every stored, queued or posted format, versioned.

//! Turns a compiled template and the facts of one send into a mail.

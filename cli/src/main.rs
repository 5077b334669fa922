//! The command: everything an engineer, a marketer or an operator types.

fn main() {}

//! The program as Lambda starts it.

use std::process::Command;

#[test]
fn without_a_handler_of_ours_it_ends_and_names_those_there_are() {
    let mut started = Command::new(env!("CARGO_BIN_EXE_bootstrap"));
    let ended = started.env("_HANDLER", "hello").output();
    let ended = ended.expect("the program starts");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(!ended.status.success());
    assert!(said.contains("there is no function `hello`"), "{said}");
    assert!(said.contains("intake, resolve, advance"), "{said}");
}

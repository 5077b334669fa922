//! Those inside a journey move to another version of it on purpose.

use crate::operator::{PAUSE, files, json_of, typed, waiting};
use crate::{command::said, releases, time::eventually};

#[test]
fn who_waits_moves_with_the_wait_counted_anew_and_who_cannot_stays() {
    let laptop = waiting();
    let type_ = |folder: &std::path::Path, words: &[&str]| typed(&laptop, folder, words);
    let publish = |pause: &str| {
        let folder = releases::of(&files(&[("journeys/pause.yaml", pause)]));
        let said = type_(folder.path(), &["publish", ".", "--yes"]);
        assert_eq!(said.code, 0, "{said:?}");
    };
    let migrate = |words: &[&str]| {
        let words = [&["migrate", "pause", "--json"], words].concat();
        // Without a name of the stack it is the one of this folder, with its clock.
        let said = said(laptop.folder(), &words);
        (said.code, json_of(&said))
    };
    // A wait of another kind, at the same place.
    publish(&PAUSE.replace("wait: 3 days", "window: mon-fri 09:00-12:00"));
    let (code, told) = migrate(&["--yes"]);
    assert_eq!((code, &told["moved"]), (0, &0.into()), "{told}");
    assert_eq!(told["runs"][0]["fate"], "the step is gone", "{told}");

    publish(
        &PAUSE
            .replace("3 days", "1 minute")
            .replace("done", "sooner"),
    );
    laptop.cloud().pass(300);
    let (code, told) = migrate(&["--dry-run"]);
    assert_eq!((code, &told["moved"]), (0, &0.into()), "{told}");
    assert_eq!(
        told["runs"][0]["fate"], "moves, and goes on at once",
        "{told}"
    );
    let (code, told) = migrate(&["--yes"]);
    assert_eq!((code, &told["moved"]), (0, &1.into()), "{told}");
    eventually("nobody is inside any more", || {
        let (_, told) = migrate(&["--dry-run"]);
        let runs = told["runs"].as_array().is_some_and(Vec::is_empty);
        runs.then_some(())
    });
    laptop.settle();
    laptop.assert_all_done();
}

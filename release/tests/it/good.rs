//! Releases without defects.

use expect_test::expect;

use crate::folder::good;

#[test]
fn a_good_release_has_no_defects() {
    good().check(expect!["fine"]);
}

//! Whatever stands in the files, the answer is a list of defects inside them, and never a panic.

use crate::folder::{Folder, good};

#[test]
fn a_file_that_breaks_off_anywhere_is_answered() {
    for (file, text) in good().texts() {
        for (at, _) in text.match_indices('\n').step_by(9) {
            sound(&good().put(&file, &text[..at]), &file);
            let half = text.floor_char_boundary(at + (text.len() - at).min(9));
            sound(&good().put(&file, &text[..half]), &file);
        }
    }
}

#[test]
fn a_strange_piece_in_any_line_is_answered() {
    let strange = [
        "{{",
        "\"",
        "\t",
        ": ",
        "\n- ",
        "é\u{202e}",
        "[",
        "&a ",
        "*a",
        "\0",
        "---\n",
        "|\n",
    ];
    for (file, text) in good().texts() {
        for (turn, (at, _)) in text.match_indices('\n').enumerate().step_by(2) {
            let piece = strange[turn % strange.len()];
            let middle = text.floor_char_boundary(at.saturating_sub(5));
            let edited = format!("{}{piece}{}", &text[..middle], &text[middle..]);
            sound(&good().put(&file, edited), &file);
        }
    }
}

/// Asserts that every defect points into a file that is there.
fn sound(folder: &Folder, edited: &str) {
    let Err(rejection) = folder.compile() else {
        return;
    };
    assert!(!rejection.defects.is_empty(), "{edited}");
    for defect in &rejection.defects {
        let text = rejection
            .sources
            .get(&defect.place.file)
            .map_or("", String::as_str);
        let span = defect.place.span.clone();
        assert!(text.get(span).is_some(), "{edited}: {defect:?}");
        assert!(
            !defect.what.is_empty() && !defect.help.is_empty(),
            "{edited}: {defect:?}"
        );
    }
    assert!(!rejection.render(release::Color::Always).is_empty());
}

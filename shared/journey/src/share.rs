//! Chance without dice: the same contact is always on the same side.

use sha2::{Digest, Sha256};

/// Draws a number below [`WHOLE`] for a contact, salted with the name of the experiment.
///
/// A retry, a replay and a simulation draw the same; widening a share moves only its border.
pub(crate) fn draw(experiment: &str, contact: &str) -> u16 {
    let mut hash = Sha256::new();
    hash.update(experiment.as_bytes());
    hash.update([0]);
    hash.update(contact.as_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    let [a, b, c, d, e, f, g, h, ..] = digest;
    let drawn = u64::from_be_bytes([a, b, c, d, e, f, g, h]) % u64::from(WHOLE);
    drawn as u16
}

/// Returns whether a contact is among the first `percent` of an experiment.
pub(crate) fn is_within(experiment: &str, contact: &str, percent: u8) -> bool {
    draw(experiment, contact) < u16::from(percent) * PERCENT
}

/// What a draw stays below.
pub(crate) const WHOLE: u16 = 10_000;

/// One percent of a draw.
pub(crate) const PERCENT: u16 = WHOLE / 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_is_pinned_for_ever() {
        // Whoever is in a journey must stay on their side of it when the program is updated.
        assert_eq!(draw("winback-aanbod", "sot-17"), 3_323);
    }

    #[test]
    fn whoever_is_drawn_on_a_border_is_beyond_it() {
        let mut contacts = (0..10_000).map(|number| format!("contact-{number}"));
        let on_a_border = |contact: &String| draw("a", contact).is_multiple_of(PERCENT);
        let contact = contacts.find(on_a_border).unwrap();
        let border = u8::try_from(draw("a", &contact) / PERCENT).unwrap();
        assert!(!is_within("a", &contact, border));
        assert!(is_within("a", &contact, border + 1));
        assert!(is_within("a", &contact, 100) && !is_within("a", &contact, 0));
    }

    #[test]
    fn shares_are_about_as_large_as_they_say() {
        let contacts = (0..20_000).map(|number| format!("contact-{number}"));
        let within = contacts.filter(|contact| is_within("a", contact, 30));
        let share = within.count();
        assert!((5_800..6_200).contains(&share), "{share}");
    }
}

//! What is an address that SES can mail, and what it says.

use crate::{AddressError, EmailAddress};

#[test]
fn an_address_is_the_same_however_it_is_typed() {
    for typed in ["anna@school.example", " Anna@School.EXAMPLE\n"] {
        let address: EmailAddress = typed.parse().unwrap();
        assert_eq!(address.as_str(), "anna@school.example");
        assert_eq!(address.domain(), "school.example");
    }
}

#[test]
fn what_ses_cannot_mail_or_nobody_means_is_refused() {
    for text in [
        "",
        "anna",
        "anna@",
        "@school.example",
        "anna@school",
        "Anna <anna@school.example>",
        "anna@[192.0.2.1]",
        "anna@school.example, els@school.example",
        "\"anna\"@school.example",
        "\"an\\na\"@school.example",
        "\"an na\"@school.example",
    ] {
        let refused = text.parse::<EmailAddress>();
        assert_eq!(refused, Err(AddressError::Malformed), "{text}");
    }
    for text in ["ánna@school.example", "anna@schoöl.example"] {
        let refused = text.parse::<EmailAddress>();
        assert_eq!(refused, Err(AddressError::NotAscii), "{text}");
    }
    assert!("anna@xn--schol-lua.example".parse::<EmailAddress>().is_ok());
}

#[test]
fn only_addresses_of_the_simulator_stand_for_nobody() {
    for (text, is_simulated) in [
        ("bounce+one@simulator.amazonses.com", true),
        ("success@SIMULATOR.amazonses.com", true),
        ("anna@amazonses.com", false),
        ("simulator.amazonses.com@school.example", false),
    ] {
        let address: EmailAddress = text.parse().unwrap();
        assert_eq!(address.is_simulated(), is_simulated, "{text}");
    }
}

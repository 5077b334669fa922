//! Everything that is to be looked at again, as it travels.

use expect_test::expect;
use journey::{ContactId, DateId, EnrollmentId};

use super::documents::pinned;
use crate::{Cause, Move, MovesMessage};

#[test]
fn moves_beyond_the_first_version() {
    let contact = ContactId::of("sot-17");
    let enrollment = EnrollmentId::of("welcome", None, &contact, None);
    let run = |cause| Move::Run {
        contact: contact.clone(),
        enrollment: enrollment.clone(),
        cause,
    };
    let step = || "hello".to_owned();
    let enter = |subject: Option<&str>| Move::Enter {
        contact: contact.clone(),
        journey: "birthday".to_owned(),
        from: subject.map(|_| "welcome".to_owned()),
        subject: subject.map(str::to_owned),
        cause: "why".to_owned(),
        hops: 1,
        campaign: false,
    };
    let moves = [
        Move::Changed {
            contact: contact.clone(),
        },
        Move::Chose {
            contact: contact.clone(),
            topic: "news".to_owned(),
        },
        Move::Dates {
            contact: contact.clone(),
        },
        Move::Date {
            contact: contact.clone(),
            date: DateId::of("birthday", "contact.born", &contact),
        },
        enter(None),
        enter(Some("pupil-1")),
        run(Cause::Bounced { step: step() }),
        run(Cause::Complained { step: step() }),
        run(Cause::Clicked {
            step: step(),
            link: "more".to_owned(),
        }),
        run(Cause::End),
        run(Cause::Opened { step: step() }),
    ];
    for one in &moves {
        let message = MovesMessage {
            moves: vec![one.clone()],
        };
        let json = message.to_json();
        assert_eq!(MovesMessage::from_json(&json).unwrap(), message);
        // A version that knows none of these must not take one for something else.
        assert!(json.starts_with(r#"{"v":2,"#), "{json}");
    }
    let message = MovesMessage {
        moves: moves.into(),
    };
    pinned(
        &message.to_json(),
        &expect![[r#"
            {"v":2,"moves":[{"contact":"con_pyi7o7cxa4yuqxkiidr6iouw5h"},{"contact":"con_pyi7o7cxa4yuqxkiidr6iouw5h","opted_out":"news"},{"contact":"con_pyi7o7cxa4yuqxkiidr6iouw5h","dates":true},{"contact":"con_pyi7o7cxa4yuqxkiidr6iouw5h","date":"dat_swh6posgvjuohji2mdaakw4kg6"},{"contact":"con_pyi7o7cxa4yuqxkiidr6iouw5h","enter":["birthday","why",1]},{"contact":"con_pyi7o7cxa4yuqxkiidr6iouw5h","enter":["birthday","why",1],"from":"welcome","subject":"pupil-1"},{"contact":"con_pyi7o7cxa4yuqxkiidr6iouw5h","enrollment":"enr_sno6fgakincr76kslwtdaotc7p","bounced":"hello"},{"contact":"con_pyi7o7cxa4yuqxkiidr6iouw5h","enrollment":"enr_sno6fgakincr76kslwtdaotc7p","complained":"hello"},{"contact":"con_pyi7o7cxa4yuqxkiidr6iouw5h","enrollment":"enr_sno6fgakincr76kslwtdaotc7p","clicked":["hello","more"]},{"contact":"con_pyi7o7cxa4yuqxkiidr6iouw5h","enrollment":"enr_sno6fgakincr76kslwtdaotc7p","end":true},{"contact":"con_pyi7o7cxa4yuqxkiidr6iouw5h","enrollment":"enr_sno6fgakincr76kslwtdaotc7p","opened":"hello"}]}
        "#]],
    );
}

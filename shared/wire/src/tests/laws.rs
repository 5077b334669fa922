//! What holds for everything that can be written, and everything that can be read.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use journey::{Phase, Value};
use proptest::prelude::*;

use super::samples;
use crate::{
    Bonds, ContactRecord, EnrollmentRecord, EventsMessage, MovesMessage, OrdersMessage, Report,
    TemplateDoc,
};

proptest! {
    #[test]
    fn what_is_written_is_what_is_read(values in values(), text in ".{0,40}", second in 0_i64..4_000_000_000, nanos in 0_i32..1_000_000_000) {
        let at = Timestamp::new(second, nanos).unwrap();
        let mut contact = samples::contact();
        contact.contact.fields.clone_from(&values);
        contact.contact.full_name.clone_from(&text);
        contact.as_of = at;
        prop_assert_eq!(ContactRecord::from_json(&contact.to_json()).unwrap(), contact);

        let mut record = samples::enrollment(Phase::Left { reason: text.clone(), at });
        record.enrollment.params.clone_from(&values);
        let run = &record.enrollment;
        let (owner, id) = (run.contact.clone(), run.id.clone());
        prop_assert_eq!(EnrollmentRecord::from_json(owner, id, 7, &record.to_json()).unwrap(), record);

        let mut events = samples::events();
        events.events[0].params = values;
        events.events[0].id = text;
        prop_assert_eq!(EventsMessage::from_json(&events.to_json()).unwrap(), events);
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,120}") {
        read_all(&text);
    }

    #[test]
    fn any_change_of_a_document_is_read_or_refused(which in 0_usize..7, at in any::<prop::sample::Index>(), with in "[ -~]{0,3}", cut in 0_usize..4) {
        let [entered, ..] = samples::phases();
        let documents = [
            samples::contact().to_json(),
            samples::bonds().to_json(),
            samples::enrollment(entered).to_json(),
            samples::events().to_json(),
            crate::plan_to_json(&samples::plan()),
            crate::release_to_json(&samples::release()),
            OrdersMessage { orders: vec![samples::order()] }.to_json(),
        ];
        let mut document = documents[which].clone();
        let at = at.index(document.len());
        let end = (at + cut).min(document.len());
        document.replace_range(at..end, &with);
        read_all(&document);
    }
}

/// Reads a text as everything that there is; none of it may panic.
fn read_all(text: &str) {
    let run = samples::order();
    let _ = ContactRecord::from_json(text);
    let _ = Bonds::from_json(text);
    let _ = EnrollmentRecord::from_json(run.contact, run.enrollment, 1, text);
    let _ = EventsMessage::from_json(text);
    let _ = OrdersMessage::from_json(text);
    let _ = MovesMessage::from_json(text);
    let _ = Report::from_json(text);
    let _ = TemplateDoc::from_json(text);
    let _ = crate::plan_from_json(text);
    let _ = crate::release_from_json(text);
}

fn values() -> impl Strategy<Value = BTreeMap<String, Value>> {
    let value = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        (1_i16..9999, 1_i8..13, 1_i8..29)
            .prop_map(|(y, m, d)| Value::Date(Date::new(y, m, d).unwrap())),
        (-4_000_000_000_i64..4_000_000_000, 0_i32..1_000_000_000).prop_map(|(second, nanos)| {
            Value::DateTime(Timestamp::new(second, nanos).unwrap_or_default())
        }),
        prop::collection::vec(".{0,8}", 0..3).prop_map(Value::List),
        any::<f64>()
            .prop_filter("numbers are finite", |number| number.is_finite())
            .prop_map(Value::Number),
        ".{0,20}".prop_map(Value::Text),
    ];
    prop::collection::btree_map("[a-zA-Z.]{1,8}", value, 0..5)
}

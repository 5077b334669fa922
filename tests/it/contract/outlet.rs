//! What the functions hand on to each other, and the alarm clocks.

#![expect(clippy::unwrap_used, reason = "what fails here is a test")]

use engine::{Events, Lane};
use jiff::SignedDuration;
use journey::Order;
use wire::{About, Call, CallsMessage, Event, EventsMessage, Move, MovesMessage, OrdersMessage};

use super::{Outlets, Outside, at, person, run};
use crate::world::Queue;

/// More than fits in one message of any kind, for two journeys.
const MANY: u32 = 230;

pub(super) async fn what_is_handed_on_arrives_whole_and_not_before_its_time(
    outlets: &impl Outlets,
    outside: &impl Outside,
) {
    let delay = SignedDuration::from_secs(90);
    let orders: Vec<_> = (0..MANY).map(order).collect();
    outlets
        .order(Lane::Marketing, &orders, delay)
        .await
        .unwrap();
    let urgent = &orders[..1];
    let at_once = SignedDuration::ZERO;
    outlets
        .order(Lane::Transactional, urgent, at_once)
        .await
        .unwrap();
    let moves: Vec<_> = (0..MANY).map(changed).collect();
    outlets.move_later(&moves, delay).await.unwrap();
    let calls: Vec<_> = (0..MANY).map(call).collect();
    outlets.call(&calls, delay).await.unwrap();
    let post = EventsMessage {
        release: "a release".to_owned(),
        events: vec![event()],
    };
    Events::accept(outlets, &post).await.unwrap();

    let later = [Queue::Marketing, Queue::Moves, Queue::Calls];
    outside.pass(60).await;
    for queue in later {
        assert!(outside.take(queue).is_empty(), "{queue:?} comes early");
    }
    let read = |body: &String| OrdersMessage::from_json(body).unwrap().orders;
    let got: Vec<_> = outside
        .take(Queue::Transactional)
        .iter()
        .flat_map(read)
        .collect();
    assert_eq!(got, urgent);
    let got = outside.take(Queue::Events);
    let got: Vec<_> = got
        .iter()
        .map(|body| EventsMessage::from_json(body).unwrap())
        .collect();
    assert!(got == [post]);

    outside.pass(31).await;
    let got: Vec<_> = outside
        .take(Queue::Marketing)
        .iter()
        .flat_map(read)
        .collect();
    assert_eq!(got, orders);
    let read = |body: &String| MovesMessage::from_json(body).unwrap().moves;
    let got: Vec<_> = outside.take(Queue::Moves).iter().flat_map(read).collect();
    assert_eq!(got, moves);
    let read = |body: &String| CallsMessage::from_json(body).unwrap().calls;
    let got: Vec<_> = outside.take(Queue::Calls).iter().flat_map(read).collect();
    assert_eq!(got, calls);
    for queue in later {
        assert!(outside.take(queue).is_empty(), "{queue:?} keeps something");
    }
}

pub(super) async fn work_that_waits_is_counted(outlets: &impl Outlets, outside: &impl Outside) {
    assert_eq!(outlets.waiting().await.unwrap(), 0);
    for number in 0..3 {
        outlets.move_on(&[changed(number)]).await.unwrap();
    }
    assert_eq!(outlets.waiting().await.unwrap(), 3);
    assert_eq!(outside.take(Queue::Moves).len(), 3);
    assert_eq!(outlets.waiting().await.unwrap(), 0);
}

pub(super) async fn an_alarm_clock_rings_once_at_its_minute(
    outlets: &impl Outlets,
    outside: &impl Outside,
) {
    let minutes = |count| {
        let minute = outside.now().as_second() / 60 + count;
        jiff::Timestamp::from_second(minute * 60).unwrap()
    };
    let (first, second) = (minutes(3), minutes(5));
    for minute in [second, first, second] {
        outlets.ring(minute).await;
    }
    outside.pass(60).await;
    assert!(outside.rung().is_empty(), "it is early");
    outside.pass(121).await;
    assert_eq!(outside.rung(), [first]);
    outside.pass(120).await;
    assert_eq!(outside.rung(), [second]);
    outside.pass(120).await;
    assert!(outside.rung().is_empty(), "it rings again");
}

fn order(number: u32) -> Order {
    let contact = person(&format!("ordered-{number}"));
    Order {
        enrollment: run(&format!("ordered-{number}"), "e1"),
        recipient: contact.clone(),
        contact,
        journey: if number < MANY / 2 { "one" } else { "other" }.to_owned(),
        step: "hello".to_owned(),
        decided: at(1),
    }
}

fn changed(number: u32) -> Move {
    Move::Changed {
        contact: person(&format!("moved-{number}")),
    }
}

fn call(number: u32) -> Call {
    let contact = person(&format!("called-{number}"));
    Call {
        about: About::Step {
            enrollment: run(&format!("called-{number}"), "e1"),
            contact,
            step: "tell".to_owned(),
        },
        tries: 2,
    }
}

fn event() -> Event {
    Event {
        id: "handed-on".to_owned(),
        ty: "START".to_owned(),
        timestamp: at(0),
        subject: Some("pupil-7".to_owned()),
        params: [].into(),
        people: Vec::new(),
    }
}

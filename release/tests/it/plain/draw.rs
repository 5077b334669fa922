//! Draws journeys, contacts and what happens to them.

use std::mem;

use proptest::prelude::*;

use super::case::{
    Awaited, Base, Case, Change, Day, Deed, Does, Hours, MAILS, Moment, On, Question, Reentry,
    STARTS, Span, Step, TAGS, Trigger, WINDOWS, Write, ZONES,
};
use super::prune::prune;

pub(super) fn case() -> impl Strategy<Value = Case> {
    let head = (
        any::<bool>(),
        prop::option::of(hours()),
        prop::option::weighted(0.3, question()),
        prop::bool::weighted(0.3),
        prop_oneof![
            Just(Reentry::Never),
            Just(Reentry::Single),
            Just(Reentry::Restart),
            Just(Reentry::Unlimited),
            Just(Reentry::After),
        ],
        triggers(),
    );
    let who = (
        0..6_usize,
        0..ZONES.len(),
        0..STARTS.len(),
        prop::collection::vec(write(), 0..3),
    );
    let start = (prop::option::of(day()), prop::option::of(0_i64..8))
        .prop_map(|(day, number)| Deed::Start { day, number })
        .boxed();
    let deed = prop_oneof![
        2 => start.clone(),
        3 => (20_i64..40).prop_map(Deed::Order),
        3 => mail().prop_map(Deed::Open),
        2 => mail().prop_map(Deed::Click),
        4 => write().prop_map(Deed::Set),
    ];
    let happens = prop::collection::vec((0_i64..144, deed), 0..6);
    (steps(2), head, who, start, happens).prop_map(|(steps, head, who, first, happens)| {
        let (marketing, send_window, exit_when, goal, reentry, triggers) = head;
        let (contact, zone, start, known) = who;
        // Mostly on whole tens of minutes within twelve hours, so that things meet; then days later.
        let mut happens: Vec<_> = happens
            .into_iter()
            .enumerate()
            .map(|(at, (tens, deed))| (tens * 10 + (at as i64 % 3) * 1440, deed))
            .collect();
        happens.push((0, first));
        happens.sort_by_key(|(at, _)| *at);
        // Each field once; a zone is known from the start, or written later.
        let mut told: Vec<Write> = Vec::new();
        for write in known {
            let field = mem::discriminant(&write);
            let again = told.iter().any(|other| mem::discriminant(other) == field);
            if !again && !matches!(write, Write::Zone(_)) {
                told.push(write);
            }
        }
        prune(Case {
            steps,
            triggers,
            marketing,
            send_window,
            exit_when,
            goal,
            reentry,
            contact,
            zone,
            start,
            known: told,
            happens,
        })
    })
}

/// Mostly the event alone.
fn triggers() -> BoxedStrategy<Vec<Trigger>> {
    let on = prop_oneof![
        2 => Just(On::Event),
        1 => Just(On::Joins),
        1 => Just(On::Leaves),
        1 => (0..TAGS.len()).prop_map(On::Tagged),
        1 => (0..TAGS.len()).prop_map(On::Untagged),
        3 => fact().prop_map(On::Enters),
        4 => (moment(), any::<bool>()).prop_map(|(moment, yearly)| On::Date { moment, yearly }),
    ];
    let other = (on, prop::option::weighted(0.3, fact()));
    let other = other.prop_map(|(on, filter)| Trigger { on, filter });
    let event = prop::option::weighted(0.2, question()).prop_map(|filter| Trigger {
        on: On::Event,
        filter,
    });
    prop_oneof![
        2 => event.prop_map(|event| vec![event]),
        1 => prop::collection::vec(other, 1..4),
    ]
    .boxed()
}

fn steps(depth: u32) -> BoxedStrategy<Vec<Step>> {
    prop::collection::vec(step(depth), 1..5).boxed()
}

fn step(depth: u32) -> BoxedStrategy<Step> {
    let does = match depth {
        0 => leaf().boxed(),
        _ => prop_oneof![4 => leaf(), 5 => inner(depth)].boxed(),
    };
    let id = prop::option::weighted(0.25, 0_usize..4);
    (id, does).prop_map(|(id, does)| Step { id, does }).boxed()
}

fn leaf() -> BoxedStrategy<Does> {
    let mail = (0..MAILS, prop::option::of(span()), any::<bool>());
    prop_oneof![
        12 => mail.prop_map(|(name, expires, waits)| Does::Send { name, expires, waits }),
        4 => wait(),
        4 => (1_i64..30).prop_map(|hours| {
            let span = Span { hours, ..Span::default() };
            Does::Wait { span, at: None }
        }),
        4 => (moment(), any::<bool>()).prop_map(|(moment, or_exit)| Does::Until { moment, or_exit }),
        4 => hours().prop_map(Does::Window),
        6 => change().prop_map(Does::Change),
        2 => Just(Does::Exit),
        3 => any::<usize>().prop_map(|pick| Does::Jump { pick, to: String::new() }),
    ]
    .boxed()
}

fn inner(depth: u32) -> BoxedStrategy<Does> {
    let inside = || prop_oneof![1 => Just(Vec::new()), 4 => steps(depth - 1)];
    let awaited = prop_oneof![
        2 => (20_i64..40).prop_map(Awaited::Order),
        2 => mail().prop_map(Awaited::Opened),
        1 => mail().prop_map(Awaited::Clicked),
        2 => question().prop_map(Awaited::Condition),
    ];
    prop_oneof![
        3 => (awaited, span(), inside(), inside())
            .prop_map(|(what, within, then, otherwise)| Does::WaitFor { what, within, then, otherwise }),
        2 => (question(), inside(), inside())
            .prop_map(|(question, then, otherwise)| Does::If { question, then, otherwise }),
        2 => (prop::collection::vec((question(), inside()), 1..4), inside())
            .prop_map(|(arms, otherwise)| Does::Case { arms, otherwise }),
        1 => (inside(), inside()).prop_map(|(left, right)| Does::Split { left, right }),
    ]
    .boxed()
}

/// Mostly one of the first, so that what is asked about them was sent.
fn mail() -> BoxedStrategy<usize> {
    prop_oneof![2 => 0..2_usize, 1 => 0..MAILS].boxed()
}

fn hours() -> BoxedStrategy<Hours> {
    (0..WINDOWS.len(), any::<bool>())
        .prop_map(|(window, calendar)| Hours { window, calendar })
        .boxed()
}

fn clock() -> impl Strategy<Value = (i8, i8)> {
    (0_i8..24, prop_oneof![Just(0_i8), Just(30)])
}

/// A length in dates.
fn dates() -> BoxedStrategy<Span> {
    let days = |days| Span {
        days,
        ..Span::default()
    };
    let mixed = (0_i64..2, 0_i64..3, 0_i64..4).prop_map(move |(months, weeks, over)| Span {
        months,
        weeks,
        ..days(over)
    });
    prop_oneof![
        3 => (1_i64..4).prop_map(days),
        1 => mixed.prop_map(move |span| match span.months + span.weeks + span.days {
            0 => days(1),
            _ => span,
        }),
    ]
    .boxed()
}

/// A length in hours, in dates, or in both.
fn span() -> BoxedStrategy<Span> {
    let hours = |hours, minutes| Span {
        hours,
        minutes,
        ..Span::default()
    };
    prop_oneof![
        3 => (1_i64..50).prop_map(move |over| hours(over, 0)),
        1 => (0_i64..3, 1_i64..200).prop_map(move |(over, minutes)| hours(over, minutes)),
        3 => dates(),
        1 => (dates(), 1_i64..30).prop_map(|(span, hours)| Span { hours, ..span }),
    ]
    .boxed()
}

fn wait() -> BoxedStrategy<Does> {
    prop_oneof![
        (dates(), prop::option::of(clock())).prop_map(|(span, at)| Does::Wait { span, at }),
        span().prop_map(|span| Does::Wait { span, at: None }),
    ]
    .boxed()
}

fn day() -> BoxedStrategy<Day> {
    let years = prop_oneof![6 => Just(0_i64), 2 => 1_i64..30, 1 => Just(-1_i64)];
    prop_oneof![
        9 => (-2_i64..6, years).prop_map(|(days, years)| Day::Near { days, years }),
        1 => Just(Day::Leap),
    ]
    .boxed()
}

fn moment() -> BoxedStrategy<Moment> {
    let base = prop_oneof![
        2 => day().prop_map(Base::Fixed),
        2 => Just(Base::Due),
        1 => Just(Base::When),
        1 => Just(Base::EventDay),
    ];
    let distance = prop::option::of((any::<bool>(), span()));
    (base, distance, prop::option::of(clock()))
        .prop_map(|(base, distance, at)| {
            let distance = distance.filter(|_| !matches!(base, Base::Fixed(_)));
            let whole = distance.is_none_or(|(_, span)| span.hours == 0 && span.minutes == 0);
            Moment {
                base,
                distance,
                at: at.filter(|_| whole),
            }
        })
        .boxed()
}

/// What can be asked about a contact wherever they are.
fn fact() -> BoxedStrategy<Question> {
    prop_oneof![
        Just(Question::Member),
        Just(Question::Rich),
        Just(Question::Level),
        Just(Question::OnList),
        (0..TAGS.len()).prop_map(Question::Tagged),
        Just(Question::Past),
    ]
    .boxed()
}

fn question() -> BoxedStrategy<Question> {
    let one = prop_oneof![
        4 => fact(),
        1 => mail().prop_map(Question::Opened),
        1 => mail().prop_map(Question::Clicked),
        1 => Just(Question::Event),
    ]
    .boxed();
    let two = || (one.clone(), one.clone());
    prop_oneof![
        6 => one.clone(),
        1 => one.clone().prop_map(|one| Question::Not(Box::new(one))),
        1 => two().prop_map(|(one, other)| Question::Both(Box::new(one), Box::new(other))),
        1 => two().prop_map(|(one, other)| Question::Either(Box::new(one), Box::new(other))),
    ]
    .boxed()
}

fn write() -> BoxedStrategy<Write> {
    prop_oneof![
        2 => any::<bool>().prop_map(Write::Member),
        2 => (0_i64..4).prop_map(Write::Level),
        2 => (0_i64..20).prop_map(Write::Score),
        3 => prop::option::weighted(0.8, day()).prop_map(Write::Due),
        2 => prop::option::weighted(0.8, -200_000_i64..400_000).prop_map(Write::When),
        1 => (0..ZONES.len()).prop_map(Write::Zone),
    ]
    .boxed()
}

fn change() -> BoxedStrategy<Change> {
    prop_oneof![
        (0..TAGS.len()).prop_map(Change::Tag),
        (0..TAGS.len()).prop_map(Change::Untag),
        Just(Change::Join),
        Just(Change::Leave),
        (-5_i64..9).prop_map(Change::Score),
        write()
            .prop_filter("no step moves people", |write| !matches!(
                write,
                Write::Zone(_)
            ))
            .prop_map(Change::Set),
    ]
    .boxed()
}

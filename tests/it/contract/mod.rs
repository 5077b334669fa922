//! What the engine counts on from its stores, held against both of them: the world in memory in which everything is
//! proven, and the code for AWS on the laptop's cloud. So the two cannot drift apart.
//!
//! A store is told nothing twice here and nothing fails: what happens then is proven in the world alone. Left out is
//! what needs the stack's key, who has had which address.

mod aws;
mod enrollments;
mod halts;
mod ledger;
mod merging;
mod people;

use engine::{
    Breaker, ChoiceBook, ContactBook, Dates, DueIndex, Enrollments, Exceptions, Halted, Ledger,
    Pressure, Stored, SuppressionBook, Suppressions,
};
use jiff::{SignedDuration, Timestamp};
use journey::{ContactId, EnrollmentId};

use crate::given;
use crate::world::{Choose, Tape, World};

/// All stores that keep something about people and journeys.
pub(crate) trait Stores:
    Breaker
    + ChoiceBook
    + ContactBook
    + Dates
    + DueIndex
    + Enrollments
    + Exceptions
    + Halted
    + Ledger
    + Pressure
    + SuppressionBook
    + Suppressions
{
    /// Lets the index show what was written.
    fn let_the_index_follow(&self);
}

impl Stores for World {
    fn let_the_index_follow(&self) {
        let mut state = self.state();
        state.now += SignedDuration::from_mins(1);
    }
}

#[test]
fn the_world_keeps_the_contract() {
    let calm = Choose::Tape(Tape::new(0, &[]));
    let world = World::new(given::publish(&[]), calm);
    world.try_now(all(&world)).expect("nothing crashes");
    let wrong = world.state().wrong.clone();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn aws_keeps_the_contract() {
    aws::on_a_laptop(async |stores| all(stores).await);
}

async fn all(stores: &impl Stores) {
    ledger::a_mail_is_claimed_once(stores).await;
    ledger::what_is_known_of_a_mail_is_not_unlearned(stores).await;
    ledger::what_became_of_a_mail_adds_up(stores).await;
    ledger::only_rows_that_there_are_come_back(stores).await;
    enrollments::somebody_enters_once(stores).await;
    enrollments::a_write_names_what_it_replaces(stores).await;
    enrollments::what_is_written_together_is_all_there_or_not_at_all(stores).await;
    enrollments::a_move_and_its_contact_are_written_together(stores).await;
    enrollments::runs_that_are_over_are_not_among_those_on_their_way(stores).await;
    enrollments::the_index_shows_who_is_due_in_order_and_in_pages(stores).await;
    enrollments::a_date_is_set_and_taken_away_by_its_version(stores).await;
    people::a_contact_is_replaced_by_version(stores).await;
    people::roles_are_found_by_what_they_are_held_for(stores).await;
    merging::whoever_is_merged_is_found_under_both_names(stores).await;
    merging::a_run_and_as_what_it_goes_on_are_written_together(stores).await;
    people::what_advertising_somebody_got_is_replaced_by_version(stores).await;
    people::nobody_gets_a_place_that_another_has(stores).await;
    people::choices_are_kept_by_holder_and_topic(stores).await;
    people::an_address_is_forbidden_for_a_reason(stores).await;
    enrollments::a_refusal_stands(stores).await;
    halts::an_alarm_holds_marketing_once_and_nothing_else(stores).await;
    people::soft_bounces_are_remembered_for_thirty_days(stores).await;
}

/// What was written only to be there.
fn written(stored: Stored) {
    assert_eq!(stored, Stored::Done);
}

fn at(minute: i64) -> Timestamp {
    let start: Timestamp = "2026-11-23T13:00:00Z".parse().expect("a moment");
    start + SignedDuration::from_mins(minute)
}

fn person(name: &str) -> ContactId {
    ContactId::of(name)
}

fn run(name: &str, event: &str) -> EnrollmentId {
    EnrollmentId::of("contract", None, &person(name), Some(event))
}

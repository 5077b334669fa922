//! What the engine counts on from its ports, held against both sides: the world in memory in which everything is
//! proven, and the code for AWS on the laptop's cloud. So the two cannot drift apart.
//!
//! Nothing fails here: what happens then is proven in the world alone.

mod aws;
mod delivery;
mod enrollments;
mod halts;
mod ledger;
mod merging;
mod notes;
mod outlet;
mod people;
mod statements;

use engine::{
    Alarms, Breaker, Calls, ChoiceBook, ContactBook, Dates, DueIndex, Enrollments, Events,
    Evidence, Exceptions, Firings, Halted, Ledger, Mailer, Moves, Orders, Passages, Pressure,
    Statements, Stored, SuppressionBook, Suppressions, Surveys,
};
use jiff::{SignedDuration, Timestamp};
use journey::{ContactId, EmailAddress, EnrollmentId};

use crate::given;
use crate::world::{Answer, Choose, Queue, Tape, World};

/// All stores that keep something about people and journeys.
pub(crate) trait Stores:
    Breaker
    + ChoiceBook
    + ContactBook
    + Dates
    + DueIndex
    + Enrollments
    + Exceptions
    + Firings
    + Halted
    + Ledger
    + Passages
    + Pressure
    + Statements
    + SuppressionBook
    + Suppressions
    + Surveys
{
    /// Lets the index show what was written.
    fn let_the_index_follow(&self);
}

/// All that leaves a function and is no store.
pub(crate) trait Outlets:
    Alarms + Calls + Events + Evidence + Ledger + Mailer + Moves + Orders
{
}

impl Outlets for World {}

/// What is on the other side of the outlets.
pub(crate) trait Outside {
    /// Returns the time.
    fn now(&self) -> Timestamp;

    /// Lets time pass, and what is due happen.
    async fn pass(&self, seconds: u32);

    /// Takes what a function would get from a queue now.
    fn take(&self, queue: Queue) -> Vec<String>;

    /// Takes the minutes for which an alarm clock rang.
    fn rung(&self) -> Vec<Timestamp>;

    /// Has a mailbox answer so, where it does not do that by its name.
    fn answer(&self, mailbox: &EmailAddress, answer: Answer);
}

impl Outside for World {
    fn now(&self) -> Timestamp {
        self.state().now
    }

    async fn pass(&self, seconds: u32) {
        self.state().now += SignedDuration::from_secs(seconds.into());
    }

    fn take(&self, queue: Queue) -> Vec<String> {
        self.state().take(queue)
    }

    fn rung(&self) -> Vec<Timestamp> {
        let mut state = self.state();
        let now = state.now;
        let rung = state.rings.extract_if(.., |(minute, _)| *minute <= now);
        rung.map(|(minute, _)| minute).collect()
    }

    fn answer(&self, mailbox: &EmailAddress, answer: Answer) {
        self.state().service.answers.insert(mailbox.clone(), answer);
    }
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
    world
        .try_now(all(&world, &world, &world))
        .expect("nothing crashes");
    let wrong = world.state().wrong.clone();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn aws_keeps_the_contract() {
    aws::on_a_laptop(async |aws, laptop| all(aws, aws, laptop).await);
}

async fn all(stores: &impl Stores, outlets: &impl Outlets, outside: &impl Outside) {
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
    notes::whoever_ever_had_an_address_is_found_by_it(stores).await;
    notes::it_is_known_when_journeys_started(stores).await;
    notes::everybody_is_gone_through_once_and_how_far_stands_by_version(stores).await;
    statements::every_run_is_met_once(stores).await;
    statements::every_mail_that_may_have_left_is_met_once(stores).await;
    statements::how_far_statements_go_stands_by_version(stores).await;
    outlet::what_is_handed_on_arrives_whole_and_not_before_its_time(outlets, outside).await;
    outlet::work_that_waits_is_counted(outlets, outside).await;
    outlet::an_alarm_clock_rings_once_at_its_minute(outlets, outside).await;
    delivery::a_mail_is_reported_with_all_that_leads_back_to_it(outlets, outside).await;
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

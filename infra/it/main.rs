//! The template holds what is promised of it; and whoever breaks it is told which resource, and what to do.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "JSON and YAML carry much that a template has not"
)]

mod alarms;
mod functions;
mod gate;
mod metrics;
mod planted;
mod ports;
mod prove;
mod python;
mod queues;
mod required;
mod rights;
mod stack;
mod tables;
mod texts;
mod tracked;
mod yaml;

use stack::{Defects, Stack};

/// A claim about the template: what holds, and what looks whether it does.
type Claim = (&'static str, fn(&Stack) -> Defects);

/// Makes a test of every claim, and a list of all of them.
macro_rules! claims {
    ($($name:ident: $check:path;)*) => {
        $(
            #[test]
            fn $name() {
                let wrong = $check(&Stack::ours());
                assert!(wrong.is_empty(), "template.yaml:\n- {}", wrong.join("\n- "));
            }
        )*

        const CLAIMS: &[Claim] = &[$((stringify!($name), $check)),*];
    };
}

claims! {
    a_message_that_is_not_done_comes_back_in_time_and_at_last_is_put_away: queues::kept;
    every_queue_is_encrypted_and_for_something: queues::purposeful;
    single_messages_can_be_given_back_and_no_queue_takes_all_functions: queues::mapped;
    what_ses_reports_reaches_its_queue: queues::reported;
    measured_links_lead_to_ses_and_show_a_certificate_where_there_is_one: tracked::led;
    tables_outlive_the_stack_and_can_be_restored: tables::safe;
    tables_have_the_keys_that_the_code_uses: tables::keyed;
    every_function_is_told_exactly_what_it_reads: functions::told;
    all_functions_are_one_program_and_log_alike: functions::alike;
    the_sweep_comes_every_fifteen_minutes: functions::woken;
    the_api_is_limited_and_logs_nobody: functions::guarded;
    every_role_allows_exactly_what_its_function_does: rights::exact;
    nobody_else_may_take_a_role: rights::trusted;
    every_wildcard_has_a_reason: rights::wildcards;
    only_ses_and_its_topic_may_send_from_outside: rights::senders;
    every_alarm_reads_a_metric_that_is_measured: alarms::real;
    everything_that_should_ring_does: alarms::complete;
    every_alarm_calls_somebody: alarms::loud;
    alarms_ring_when_they_were_promised_to: alarms::tight;
    every_alarm_has_a_page_in_the_runbook: alarms::explained;
    idle_costs_at_most_two_dollars_a_month: alarms::cheap;
    every_parameter_is_used_explained_and_bounded: texts::chosen;
    the_outputs_say_how_to_go_on: texts::told;
    the_command_finds_everything: texts::wired;
}

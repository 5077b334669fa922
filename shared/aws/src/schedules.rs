//! Alarm clocks: one schedule a minute, whoever waits for it.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use aws_sdk_scheduler::types::{
    ActionAfterCompletion, DeadLetterConfig, FlexibleTimeWindow, FlexibleTimeWindowMode,
    RetryPolicy, Target,
};
use engine::{Alarms, Clock};
use jiff::{SignedDuration, Timestamp};

use crate::{Aws, Setting};

/// The minutes for which this process has set an alarm clock already.
#[derive(Debug, Default)]
pub(crate) struct Rung(Mutex<BTreeSet<Timestamp>>);

impl Alarms for Aws {
    async fn ring(&self, minute: Timestamp) {
        if self.rung.knows(minute) {
            return;
        }
        match self.create_schedule(minute).await {
            Ok(()) => self.rung.remember(minute),
            Err(error) => {
                let at = minute.to_string();
                tracing::warn!(%at, "No alarm clock for {at}, the sweep will ring instead: {error:#}");
            }
        }
    }
}

impl Aws {
    async fn create_schedule(&self, minute: Timestamp) -> anyhow::Result<()> {
        let exactly = FlexibleTimeWindow::builder()
            .mode(FlexibleTimeWindowMode::Off)
            .build()?;
        let dead_letters = DeadLetterConfig::builder()
            .arn(self.setting(Setting::WakeDeadLettersArn))
            .build();
        let retry = RetryPolicy::builder()
            .maximum_event_age_in_seconds(RETRY_S_MAX)
            .maximum_retry_attempts(RETRIES_MAX)
            .build();
        let target = Target::builder()
            .arn(self.setting(Setting::WakeFunctionArn))
            .role_arn(self.setting(Setting::ScheduleRoleArn))
            .input(r#"{"due":"<aws.scheduler.scheduled-time>"}"#)
            .dead_letter_config(dead_letters)
            .retry_policy(retry)
            .build()?;
        // The scheduler refuses a moment that has passed, and this one may while the request travels.
        let at = minute.max(self.now() + AHEAD);
        let create = self.scheduler.create_schedule();
        let create = create
            .name(minute.strftime("wake-%Y%m%dT%H%M").to_string())
            .group_name(self.setting(Setting::ScheduleGroup))
            .schedule_expression(at.strftime("at(%Y-%m-%dT%H:%M:%S)").to_string())
            .flexible_time_window(exactly)
            .action_after_completion(ActionAfterCompletion::Delete)
            .target(target);
        match create
            .send()
            .await
            .map_err(|error| error.into_service_error())
        {
            Ok(_) => Ok(()),
            Err(error) if error.is_conflict_exception() => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Rung {
    fn knows(&self, minute: Timestamp) -> bool {
        self.lock().contains(&minute)
    }

    fn remember(&self, minute: Timestamp) {
        let mut rung = self.lock();
        if rung.len() >= REMEMBERED_MAX {
            rung.clear();
        }
        rung.insert(minute);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeSet<Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Longer than a request usually takes; where it takes longer still, the sweep rings.
const AHEAD: SignedDuration = SignedDuration::from_secs(3);
const REMEMBERED_MAX: usize = 2048;
const RETRIES_MAX: i32 = 30;
/// By then the sweep has come round several times.
const RETRY_S_MAX: i32 = 3600;

//! Mistakes that people make in such systems, planted here so that it shows whether the tests see them.

/// A mistake in what stands around the engine, with the same effect as if it stood inside.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Bug {
    /// A message is deleted before its work is done.
    AcknowledgesFirst,
    /// Other systems are told nothing.
    CallsForgotten,
    /// What advertising somebody was sent is not remembered.
    CapsForgotten,
    /// What a step changes about its contact is not written together with the run.
    ChangesNotWritten,
    /// A release does nothing: a claim on a mail that certainly did not leave stays.
    ClaimNotReleased,
    /// Nobody hears of what a write of a contact changed.
    ChangesNotTold,
    /// What was decided is not stored with the state: a crash forgets it.
    EffectsNotStored,
    /// That a step starts another journey is not stored with the state: a crash forgets it.
    EnrollsForgotten,
    /// Putting an enrollment does not ask whether there is one.
    EntersTwice,
    /// When somebody came in last is not written down.
    EntriesForgotten,
    /// A message whose work failed is deleted.
    FailuresAcknowledged,
    /// The clock is ten minutes fast: people are moved on before they are due.
    FastClock,
    /// One person is taken for another.
    MixesPeopleUp,
    /// No alarm clock is ever set.
    NoAlarmClocks,
    /// Whether an address may be mailed is not asked.
    NoLookBeforeTheClaim,
    /// Nobody looks for those whom no alarm clock woke.
    NoSweep,
    /// A mail is handed over without asking who may.
    SendsWithoutClaim,
    /// A message about something that is past is dropped.
    StaleDropped,
    /// A mail that left is taken for one that did not.
    SuccessTakenForThrottled,
    /// A mail that did not leave is taken for one that may have.
    ThrottledTakenForUnknown,
    /// An enrollment is written whatever version is there.
    UnconditionalReplace,
    /// A mail that may have left is taken for one that did not.
    UnknownTakenForNotSent,
    /// What a recipient chose is answered and not kept.
    UnsubscribesForgotten,
}

impl Bug {
    /// Every mistake.
    pub(crate) const ALL: [Self; 23] = [
        Self::AcknowledgesFirst,
        Self::CallsForgotten,
        Self::CapsForgotten,
        Self::ChangesNotTold,
        Self::ChangesNotWritten,
        Self::ClaimNotReleased,
        Self::EffectsNotStored,
        Self::EnrollsForgotten,
        Self::EntersTwice,
        Self::EntriesForgotten,
        Self::FailuresAcknowledged,
        Self::FastClock,
        Self::MixesPeopleUp,
        Self::NoAlarmClocks,
        Self::NoLookBeforeTheClaim,
        Self::NoSweep,
        Self::SendsWithoutClaim,
        Self::StaleDropped,
        Self::SuccessTakenForThrottled,
        Self::ThrottledTakenForUnknown,
        Self::UnconditionalReplace,
        Self::UnknownTakenForNotSent,
        Self::UnsubscribesForgotten,
    ];
}

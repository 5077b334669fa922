//! What every function needs around its use case: envelopes, logs, metrics, settings.

//! Waypost on a laptop: the local cloud with the six functions in it.

/// The port of `waypost serve`, unless it is told another.
pub(crate) const PORT: u16 = 8787;

/// Where `waypost serve` keeps its signing secret, relative to the folder it runs in.
pub(crate) const SECRET_FILE: &str = ".waypost/secret";

//! What goes wrong and in which order things happen: drawn from a seed, or enumerated.

use std::collections::BTreeSet;

/// Something about which the world has a choice; alternative 0 is always the calm one.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Kind {
    /// Whether an acknowledged message comes again.
    Ack,
    /// How long a port call takes.
    Latency,
    /// What the mail service does with a mail.
    Mail,
    /// What goes on next, of all that could.
    Order,
    /// What becomes of a port call.
    Port,
    /// How a message travels in a queue.
    Queue,
    /// How the mail service's reports travel.
    Report,
    /// How an alarm clock rings.
    Ring,
}

/// Makes the world's choices.
#[derive(Clone, Debug)]
pub(crate) enum Choose {
    /// Nothing goes wrong, first come, first served.
    Calm,
    /// Everything is drawn.
    Seed(Seed),
    /// Everything is enumerated.
    Tape(Tape),
}

impl Choose {
    /// Returns one of `options` alternatives.
    pub(crate) fn pick(&mut self, kind: Kind, options: usize) -> usize {
        match self {
            Self::Calm => 0,
            Self::Seed(seed) => seed.pick(kind, options),
            Self::Tape(tape) => tape.pick(kind, options),
        }
    }
}

/// Draws choices; each seed has kinds of trouble of its own, so that rare ones meet often somewhere.
#[derive(Clone, Debug)]
pub(crate) struct Seed {
    state: u64,
    per_mille: [u64; 8],
}

impl Seed {
    /// Begins with `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        let mut new = Self {
            state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15),
            per_mille: [0; 8],
        };
        for at in 0..new.per_mille.len() {
            new.per_mille[at] = [0, 0, 5, 20, 60, 150][new.below(6)];
        }
        // Which of several things goes on is never right or wrong, so it is always drawn.
        new.per_mille[Kind::Order as usize] = 1000;
        new
    }

    fn pick(&mut self, kind: Kind, options: usize) -> usize {
        if options < 2 {
            return 0;
        }
        if kind == Kind::Order {
            return self.below(options);
        }
        if self.next() % 1000 < self.per_mille[kind as usize] {
            1 + self.below(options - 1)
        } else {
            0
        }
    }

    /// Returns a number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).expect("it is below a usize")
    }

    /// SplitMix64: a few lines, and the same numbers on every machine and in every version.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// One history out of all of them: the choices made so far, and after these only calm ones.
#[derive(Clone, Debug)]
pub(crate) struct Tape {
    kinds: BTreeSet<Kind>,
    budget: usize,
    taken: Vec<(usize, usize)>,
    at: usize,
    spent: usize,
}

impl Tape {
    /// Begins with the calm history; at most `budget` choices of `kinds` will be other than calm.
    pub(crate) fn new(budget: usize, kinds: &[Kind]) -> Self {
        Self {
            kinds: kinds.iter().copied().collect(),
            budget,
            taken: Vec::new(),
            at: 0,
            spent: 0,
        }
    }

    fn pick(&mut self, kind: Kind, options: usize) -> usize {
        if options < 2 || self.spent == self.budget || !self.kinds.contains(&kind) {
            return 0;
        }
        if self.at == self.taken.len() {
            self.taken.push((0, options));
        }
        let (chosen, _) = self.taken[self.at];
        self.at += 1;
        self.spent += usize::from(chosen > 0);
        chosen
    }

    /// Returns the next history; none when all were there.
    pub(crate) fn next(mut self) -> Option<Self> {
        while let Some((chosen, options)) = self.taken.pop() {
            if chosen + 1 < options {
                self.taken.push((chosen + 1, options));
                (self.at, self.spent) = (0, 0);
                return Some(self);
            }
        }
        None
    }
}

//! `torch.optim.SGD`, under the names `gd` (whole batches), `sgd`, `momentum` and `nesterov`.

use super::rule::{Configure, Running, filled, if_zero, rule};
use super::{MOST_CONSTANTS, Pace, RuleId, Scalars};
use crate::settings::settings;

settings! {
    /// PyTorch's settings of SGD.
    Sgd {
        /// Share of the buffer that stays.
        momentum: f64 = 0.0,
        /// Share of the gradient kept out of the buffer.
        dampening: f64 = 0.0,
        /// Look ahead.
        nesterov: bool = false,
        /// Added to the gradient as `weight_decay * parameter`, biases included.
        weight_decay: f64 = 0.0,
        /// Step size of the learning rate's own descent: SGD-HD.
        hypergradient: f64 = 0.0,
    }
}

rule! {
    /// SGD without momentum.
    Plain(; rate; ) |p, g| {
        p -= rate * g;
    }
}

rule! {
    /// SGD with momentum, with Nesterov's look-ahead where that constant is 1.
    Momentum(nesterov; rate, momentum, share; buffer) |p, g| {
        buffer = momentum * buffer + share * g;
        p -= rate * if_zero(nesterov, buffer, g + momentum * buffer);
    }
}

rule! {
    /// SGD without momentum whose learning rate descends.
    PlainDescent(; shift, rate, factor; direction, added) |p, g| {
        added += shift;
        direction = g;
        p -= (rate + factor * added) * direction;
    }
}

rule! {
    /// SGD with momentum whose learning rate descends.
    MomentumDescent(nesterov; shift, rate, factor, momentum, share; direction, added, buffer) |p, g| {
        added += shift;
        buffer = momentum * buffer + share * g;
        direction = if_zero(nesterov, buffer, g + momentum * buffer);
        p -= (rate + factor * added) * direction;
    }
}

impl Configure for Sgd {
    const LEARNING_RATE: f64 = 1e-3;

    fn named(name: &str) -> Self {
        let momentum = if matches!(name, "momentum" | "nesterov") { 0.9 } else { 0.0 };
        Self { momentum, nesterov: name == "nesterov", ..Self::default() }
    }

    fn rule(self) -> RuleId {
        match (self.momentum == 0.0, self.hypergradient == 0.0) {
            (true, true) => RuleId::Plain,
            (false, true) => RuleId::Momentum,
            (true, false) => RuleId::PlainDescent,
            (false, false) => RuleId::MomentumDescent,
        }
    }

    fn weight_decay(self) -> f64 {
        self.weight_decay
    }

    fn constants(self) -> [f64; MOST_CONSTANTS] {
        filled([f64::from(u8::from(self.nesterov))])
    }

    fn scalars(self, _: &mut Running, t: u64, pace: Pace) -> Scalars<f64> {
        // PyTorch starts the buffer as the whole first gradient: no dampening on step 1. Nesterov's look-ahead is defined
        // without dampening, and without momentum there is no buffer.
        let is_whole = t == 1 || self.nesterov || self.momentum == 0.0;
        let share = if is_whole { 1.0 } else { 1.0 - self.dampening };
        let momentum = pace.momentum.unwrap_or(self.momentum);
        if self.hypergradient == 0.0 {
            return filled([pace.learning_rate, momentum, share]);
        }
        filled([self.hypergradient, pace.learning_rate, pace.factor, momentum, share])
    }
}

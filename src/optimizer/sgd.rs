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

    /// Whether there is a buffer: `PyTorch` makes it with the first step that has momentum, which a warm-up may begin without.
    fn begin(self, first: u64, pace: &dyn Fn(u64) -> Pace) -> Running {
        let has_momentum = |t| pace(t).momentum.unwrap_or(self.momentum) != 0.0;
        filled([f64::from(u8::from((1..first).any(has_momentum)))])
    }

    fn scalars(self, running: &mut Running, t: u64, pace: Pace) -> Scalars<f64> {
        let own = pace.momentum.unwrap_or(self.momentum);
        let is_buffered = running[0] != 0.0;
        if own != 0.0 {
            running[0] = 1.0;
        }
        // The buffer starts as a whole gradient, without dampening, and what steps without momentum left in it goes.
        // Nesterov's look-ahead, which is defined without dampening, adds the gradient itself: such steps leave nothing.
        let (momentum, share) = match (self.nesterov, is_buffered) {
            (true, _) => (own, f64::from(u8::from(own != 0.0))),
            (false, true) => (own, if self.momentum == 0.0 { 1.0 } else { 1.0 - self.dampening }),
            (false, false) => (if t == 1 { own } else { 0.0 }, 1.0),
        };
        if self.hypergradient == 0.0 {
            return filled([pace.learning_rate, momentum, share]);
        }
        filled([self.hypergradient, pace.learning_rate, pace.factor, momentum, share])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::optimizer::reference;
    use crate::optimizer::{MOST_SLOTS, Optimizer, Settings};

    /// `torch.optim.SGD` whose group is given another momentum before each step, of one parameter.
    fn torch(nesterov: bool, dampening: f64, momenta: &[f64], gradients: &[f64]) -> Vec<f64> {
        let (mut p, mut buffer) = (0.0, None::<f64>);
        let step = |(&momentum, &g): (&f64, &f64)| {
            let mut step = g;
            if momentum != 0.0 {
                let new = buffer.map_or(g, |old| momentum * old + (1.0 - dampening) * g);
                buffer = Some(new);
                step = if nesterov { g + momentum * new } else { new };
            }
            p -= 0.1 * step;
            p
        };
        momenta.iter().zip(gradients).map(step).collect()
    }

    #[test]
    fn a_momentum_that_rises_from_nothing_makes_its_buffer_where_pytorch_does() {
        let gradients = [1.0, -0.5, 0.75, 2.0, -1.0, 0.25];
        for momenta in [[0.0, 0.3, 0.6, 0.9, 0.9, 0.9], [0.2, 0.4, 0.6, 0.8, 0.9, 0.9], [0.9; 6]] {
            for (nesterov, dampening) in [(false, 0.0), (false, 0.4), (true, 0.0)] {
                let own = Sgd { momentum: 0.9, nesterov, dampening, ..Sgd::default() };
                let optimizer = Optimizer { settings: Settings::Sgd(own), learning_rate: 0.1, ..Optimizer::default() };
                let wanted = torch(nesterov, dampening, &momenta, &gradients);
                // An epoch may begin at any of the steps.
                for epoch in 1..=gradients.len() {
                    let pace = |t: u64| {
                        let momentum = Some(momenta[(t as usize - 1).min(5)]);
                        Pace { learning_rate: 0.1, factor: 1.0, momentum }
                    };
                    let scalars =
                        |t: u64| optimizer.scalars(t - (t - 1) % epoch as u64, pace).nth((t as usize - 1) % epoch);
                    let (mut p, mut slots) = (0.0, [0.0; MOST_SLOTS]);
                    for (k, &g) in gradients.iter().enumerate() {
                        let scalars = scalars(k as u64 + 1).unwrap();
                        p = reference(optimizer.rule(), &optimizer.constants(), &scalars, true, p, g, &mut slots);
                        assert!(
                            (p - wanted[k]).abs() < 1e-14,
                            "{momenta:?} {nesterov} {dampening}: {p}, not {}",
                            wanted[k]
                        );
                    }
                }
            }
        }
    }
}

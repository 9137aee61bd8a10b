//! `torch.optim.Adadelta`.

use super::rule::{Configure, Running, filled, rule, sqrt};
use super::{MOST_CONSTANTS, Pace, RuleId, Scalars};
use crate::settings::settings;

settings! {
    /// PyTorch's settings of Adadelta.
    Adadelta {
        /// Decay of both mean squares.
        rho: f64 = 0.9,
        /// Added to both mean squares under their roots.
        epsilon: f64 = 1e-6,
        /// Added to the gradient as `weight_decay * parameter`, biases included.
        weight_decay: f64 = 0.0,
    }
}

rule! {
    /// Adadelta: `moved` is the mean square of the changes so far, before the learning rate.
    Ratio(rho, share, epsilon; rate; square, moved) |p, g| {
        square = rho * square + share * g * g;
        let change = sqrt(moved + epsilon) / sqrt(square + epsilon) * g;
        moved = rho * moved + share * change * change;
        p -= rate * change;
    }
}

impl Configure for Adadelta {
    const LEARNING_RATE: f64 = 1.0;

    fn rule(self) -> RuleId {
        RuleId::Ratio
    }

    fn weight_decay(self) -> f64 {
        self.weight_decay
    }

    fn constants(self) -> [f64; MOST_CONSTANTS] {
        filled([self.rho, 1.0 - self.rho, self.epsilon])
    }

    fn scalars(self, _: &mut Running, _: u64, pace: Pace) -> Scalars<f64> {
        filled([pace.learning_rate])
    }

    fn divides_by_zero(self) -> bool {
        self.epsilon == 0.0
    }
}

//! `torch.optim.AdamW`: Adam whose weight decay shrinks parameters, apart from the gradient.

use super::adam::{corrected, powers};
use super::rule::{Configure, Running, filled, max, rule, sqrt};
use super::{MOST_CONSTANTS, Pace, RuleId, Scalars};
use crate::settings::settings;

settings! {
    /// PyTorch's settings of `AdamW`.
    Adamw {
        /// Decay of the mean.
        beta1: f64 = 0.9,
        /// Decay of the mean square.
        beta2: f64 = 0.999,
        /// Added to the denominator.
        epsilon: f64 = 1e-8,
        /// Share of each parameter, biases included, that a step of learning rate 1 takes away.
        weight_decay: f64 = 0.01,
        /// Divide by the largest mean square so far.
        amsgrad: bool = false,
    }
}

rule! {
    /// `AdamW`. PyTorch multiplies by 1 - decay, which f32 rounds alike in every step; this loses less.
    Decoupled(beta2, square_share, epsilon; rate, correction, decay, mean_share; mean, square) |p, g| {
        mean += mean_share * (g - mean);
        square = beta2 * square + square_share * g * g;
        p -= decay * p;
        p -= rate * mean / (sqrt(square) * correction + epsilon);
    }
}

rule! {
    /// `AdamW` with `AMSGrad`.
    DecoupledAmsgrad(beta2, square_share, epsilon; rate, correction, decay, mean_share; mean, square, largest) |p, g| {
        mean += mean_share * (g - mean);
        square = beta2 * square + square_share * g * g;
        largest = max(largest, square);
        p -= decay * p;
        p -= rate * mean / (sqrt(largest) * correction + epsilon);
    }
}

impl Configure for Adamw {
    const LEARNING_RATE: f64 = 1e-3;

    fn rule(self) -> RuleId {
        if self.amsgrad { RuleId::DecoupledAmsgrad } else { RuleId::Decoupled }
    }

    fn weight_decay(self) -> f64 {
        0.0
    }

    fn constants(self) -> [f64; MOST_CONSTANTS] {
        filled([self.beta2, 1.0 - self.beta2, self.epsilon])
    }

    fn begin(self, first: u64, _: &dyn Fn(u64) -> Pace) -> Running {
        powers([self.beta1, self.beta2], first)
    }

    fn scalars(self, running: &mut Running, t: u64, pace: Pace) -> Scalars<f64> {
        let [rate, correction, mean_share] = corrected(running, [self.beta1, self.beta2], t, pace);
        filled([rate, correction, pace.learning_rate * self.weight_decay, mean_share])
    }

    fn divides_by_zero(self) -> bool {
        self.epsilon == 0.0
    }
}

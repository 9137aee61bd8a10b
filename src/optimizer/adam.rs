//! `torch.optim.Adam`.

use super::rule::{Configure, Running, filled, max, rule, sqrt};
use super::{MOST_CONSTANTS, RuleId, Scalars};
use crate::settings::settings;

settings! {
    /// PyTorch's settings of Adam.
    Adam {
        /// Decay of the mean.
        beta1: f64 = 0.9,
        /// Decay of the mean square.
        beta2: f64 = 0.999,
        /// Added to the denominator.
        epsilon: f64 = 1e-8,
        /// Added to the gradient as `weight_decay * parameter`, biases included.
        weight_decay: f64 = 0.0,
        /// Divide by the largest mean square so far.
        amsgrad: bool = false,
    }
}

rule! {
    /// Adam.
    Moments(mean_share, beta2, square_share, epsilon; rate, correction; mean, square) |p, g| {
        mean += mean_share * (g - mean);
        square = beta2 * square + square_share * g * g;
        p -= rate * mean / (sqrt(square) * correction + epsilon);
    }
}

rule! {
    /// Adam with `AMSGrad`.
    Amsgrad(mean_share, beta2, square_share, epsilon; rate, correction; mean, square, largest) |p, g| {
        mean += mean_share * (g - mean);
        square = beta2 * square + square_share * g * g;
        largest = max(largest, square);
        p -= rate * mean / (sqrt(largest) * correction + epsilon);
    }
}

/// `beta1^t` and `beta2^t`.
pub(super) fn powers(betas: [f64; 2], t: u64) -> Running {
    filled(betas.map(|beta| libm::pow(beta, t as f64)))
}

/// `learning_rate / (1 - beta1^t)` and `1 / sqrt(1 - beta2^t)`; the powers go on to the next step.
pub(super) fn corrected(powers: &mut Running, betas: [f64; 2], learning_rate: f64) -> [f64; 2] {
    let [power1, power2, _] = *powers;
    *powers = filled([power1 * betas[0], power2 * betas[1]]);
    [learning_rate / (1.0 - power1), 1.0 / (1.0 - power2).sqrt()]
}

impl Configure for Adam {
    const LEARNING_RATE: f64 = 1e-3;

    fn rule(self) -> RuleId {
        if self.amsgrad { RuleId::Amsgrad } else { RuleId::Moments }
    }

    fn weight_decay(self) -> f64 {
        self.weight_decay
    }

    fn constants(self) -> [f64; MOST_CONSTANTS] {
        filled([1.0 - self.beta1, self.beta2, 1.0 - self.beta2, self.epsilon])
    }

    fn begin(self, first: u64) -> Running {
        powers([self.beta1, self.beta2], first)
    }

    fn scalars(self, running: &mut Running, _: u64, learning_rate: f64) -> Scalars<f64> {
        filled(corrected(running, [self.beta1, self.beta2], learning_rate))
    }

    fn divides_by_zero(self) -> bool {
        self.epsilon == 0.0
    }
}

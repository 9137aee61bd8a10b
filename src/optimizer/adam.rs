//! `torch.optim.Adam`.

use super::rule::{Configure, Running, filled, max, rule, sqrt};
use super::{MOST_CONSTANTS, Pace, RuleId, Scalars};
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
        /// Step size of the learning rate's own descent: Adam-HD.
        hypergradient: f64 = 0.0,
    }
}

rule! {
    /// Adam.
    Moments(beta2, square_share, epsilon; rate, correction, mean_share; mean, square) |p, g| {
        mean += mean_share * (g - mean);
        square = beta2 * square + square_share * g * g;
        p -= rate * mean / (sqrt(square) * correction + epsilon);
    }
}

rule! {
    /// Adam with `AMSGrad`.
    Amsgrad(beta2, square_share, epsilon; rate, correction, mean_share; mean, square, largest) |p, g| {
        mean += mean_share * (g - mean);
        square = beta2 * square + square_share * g * g;
        largest = max(largest, square);
        p -= rate * mean / (sqrt(largest) * correction + epsilon);
    }
}

rule! {
    /// Adam whose learning rate descends.
    MomentsDescent(
        beta2, square_share, epsilon; shift, rate, factor, correction, mean_share, mean_correction;
        direction, added, mean, square
    ) |p, g| {
        added += shift;
        mean += mean_share * (g - mean);
        square = beta2 * square + square_share * g * g;
        direction = mean_correction * mean / (sqrt(square) * correction + epsilon);
        p -= (rate + factor * added) * direction;
    }
}

rule! {
    /// Adam with `AMSGrad` whose learning rate descends.
    AmsgradDescent(
        beta2, square_share, epsilon; shift, rate, factor, correction, mean_share, mean_correction;
        direction, added, mean, square, largest
    ) |p, g| {
        added += shift;
        mean += mean_share * (g - mean);
        square = beta2 * square + square_share * g * g;
        largest = max(largest, square);
        direction = mean_correction * mean / (sqrt(largest) * correction + epsilon);
        p -= (rate + factor * added) * direction;
    }
}

/// `beta1^t` and `beta2^t`.
pub(super) fn powers(betas: [f64; 2], t: u64) -> Running {
    filled(betas.map(|beta| libm::pow(beta, t as f64)))
}

/// Of step `t`: `learning_rate / (1 - beta1^t)`, `1 / sqrt(1 - beta2^t)` and `1 - beta1`, where PyTorch takes the step's beta1
/// to the power; the powers go on to the next step.
pub(super) fn corrected(powers: &mut Running, betas: [f64; 2], t: u64, pace: Pace) -> [f64; 3] {
    let [power1, power2, _] = *powers;
    *powers = filled([power1 * betas[0], power2 * betas[1]]);
    let (beta1, power1) = pace.momentum.map_or((betas[0], power1), |beta1| (beta1, libm::pow(beta1, t as f64)));
    [pace.learning_rate / (1.0 - power1), 1.0 / (1.0 - power2).sqrt(), 1.0 - beta1]
}

impl Configure for Adam {
    const LEARNING_RATE: f64 = 1e-3;

    fn rule(self) -> RuleId {
        match (self.amsgrad, self.hypergradient == 0.0) {
            (false, true) => RuleId::Moments,
            (true, true) => RuleId::Amsgrad,
            (false, false) => RuleId::MomentsDescent,
            (true, false) => RuleId::AmsgradDescent,
        }
    }

    fn weight_decay(self) -> f64 {
        self.weight_decay
    }

    fn constants(self) -> [f64; MOST_CONSTANTS] {
        filled([self.beta2, 1.0 - self.beta2, self.epsilon])
    }

    fn begin(self, first: u64, _: &dyn Fn(u64) -> Pace) -> Running {
        powers([self.beta1, self.beta2], first)
    }

    fn scalars(self, running: &mut Running, t: u64, pace: Pace) -> Scalars<f64> {
        let betas = [self.beta1, self.beta2];
        if self.hypergradient == 0.0 {
            return filled(corrected(running, betas, t, pace));
        }
        let [mean_correction, correction, mean_share] =
            corrected(running, betas, t, Pace { learning_rate: 1.0, ..pace });
        filled([self.hypergradient, pace.learning_rate, pace.factor, correction, mean_share, mean_correction])
    }

    fn divides_by_zero(self) -> bool {
        self.epsilon == 0.0
    }
}

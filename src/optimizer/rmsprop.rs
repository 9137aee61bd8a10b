//! `torch.optim.RMSprop`, with and without centring and momentum.

use super::rule::{Configure, Running, filled, not_negative, rule, sqrt};
use super::{MOST_CONSTANTS, Pace, RuleId, Scalars};
use crate::settings::settings;

settings! {
    /// PyTorch's settings of `RMSprop`.
    Rmsprop {
        /// Decay of the mean square, and of the mean.
        alpha: f64 = 0.99,
        /// Added to the denominator.
        epsilon: f64 = 1e-8,
        /// Added to the gradient as `weight_decay * parameter`, biases included.
        weight_decay: f64 = 0.0,
        /// Share of the buffer that stays.
        momentum: f64 = 0.0,
        /// Divide by the deviation in place of the root mean square.
        centered: bool = false,
    }
}

rule! {
    /// `RMSprop`.
    Square(alpha, share, epsilon; rate; square) |p, g| {
        square = alpha * square + share * g * g;
        p -= rate * g / (sqrt(square) + epsilon);
    }
}

rule! {
    /// `RMSprop` with momentum.
    SquareMomentum(alpha, share, epsilon; rate, momentum; square, buffer) |p, g| {
        square = alpha * square + share * g * g;
        buffer = momentum * buffer + g / (sqrt(square) + epsilon);
        p -= rate * buffer;
    }
}

rule! {
    /// `RMSprop` with centring. Rounding may leave a variance below 0.
    Centred(alpha, share, epsilon; rate; square, mean) |p, g| {
        square = alpha * square + share * g * g;
        mean += share * (g - mean);
        p -= rate * g / (sqrt(not_negative(square - mean * mean)) + epsilon);
    }
}

rule! {
    /// `RMSprop` with centring and momentum.
    CentredMomentum(alpha, share, epsilon; rate, momentum; square, mean, buffer) |p, g| {
        square = alpha * square + share * g * g;
        mean += share * (g - mean);
        buffer = momentum * buffer + g / (sqrt(not_negative(square - mean * mean)) + epsilon);
        p -= rate * buffer;
    }
}

impl Configure for Rmsprop {
    const LEARNING_RATE: f64 = 1e-2;

    fn rule(self) -> RuleId {
        match (self.centered, self.momentum == 0.0) {
            (false, true) => RuleId::Square,
            (false, false) => RuleId::SquareMomentum,
            (true, true) => RuleId::Centred,
            (true, false) => RuleId::CentredMomentum,
        }
    }

    fn weight_decay(self) -> f64 {
        self.weight_decay
    }

    fn constants(self) -> [f64; MOST_CONSTANTS] {
        filled([self.alpha, 1.0 - self.alpha, self.epsilon])
    }

    fn scalars(self, _: &mut Running, _: u64, pace: Pace) -> Scalars<f64> {
        filled([pace.learning_rate, pace.momentum.unwrap_or(self.momentum)])
    }

    fn divides_by_zero(self) -> bool {
        self.epsilon == 0.0
    }
}

//! `torch.optim.Adagrad`.

use super::rule::{Configure, Running, filled, rule, sqrt};
use super::{MOST_CONSTANTS, Pace, RuleId, Scalars};
use crate::settings::settings;

settings! {
    /// PyTorch's settings of Adagrad.
    Adagrad {
        /// How fast the learning rate falls with the number of steps.
        lr_decay: f64 = 0.0,
        /// What the sum of squares starts from.
        initial_accumulator_value: f64 = 0.0,
        /// Added to the denominator.
        epsilon: f64 = 1e-10,
        /// Added to the gradient as `weight_decay * parameter`, biases included.
        weight_decay: f64 = 0.0,
    }
}

rule! {
    /// Adagrad. The sum is kept without its initial value, so that it starts from 0 like all that is kept.
    Sum(initial, epsilon; rate; sum) |p, g| {
        sum += g * g;
        p -= rate * g / (sqrt(initial + sum) + epsilon);
    }
}

impl Configure for Adagrad {
    const LEARNING_RATE: f64 = 1e-2;

    fn rule(self) -> RuleId {
        RuleId::Sum
    }

    fn weight_decay(self) -> f64 {
        self.weight_decay
    }

    fn constants(self) -> [f64; MOST_CONSTANTS] {
        filled([self.initial_accumulator_value, self.epsilon])
    }

    fn scalars(self, _: &mut Running, t: u64, pace: Pace) -> Scalars<f64> {
        filled([pace.learning_rate / (1.0 + (t - 1) as f64 * self.lr_decay)])
    }

    fn divides_by_zero(self) -> bool {
        self.epsilon == 0.0 && self.initial_accumulator_value == 0.0
    }
}

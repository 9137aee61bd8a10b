//! `torch.optim.NAdam`.

use super::rule::{Configure, Running, filled, rule, sqrt};
use super::{MOST_CONSTANTS, Pace, RuleId, Scalars};
use crate::settings::settings;

settings! {
    /// PyTorch's settings of `NAdam`.
    Nadam {
        /// Decay of the mean.
        beta1: f64 = 0.9,
        /// Decay of the mean square.
        beta2: f64 = 0.999,
        /// Added to the denominator.
        epsilon: f64 = 1e-8,
        /// How fast momentum rises from half of `beta1` to all of it.
        momentum_decay: f64 = 4e-3,
        /// Added to the gradient as `weight_decay * parameter`, biases included.
        weight_decay: f64 = 0.0,
        /// Whether momentum's product is rounded to f32 at every step. PyTorch keeps it in its default dtype, whatever
        /// the parameters' is; training here, in f32, would not see the difference.
        single_product: bool = false,
    }
}

rule! {
    /// `NAdam`: the gradient's share of the step and the mean's are corrected apart.
    LookAhead(beta2, square_share, epsilon; rate, mean_rate, correction, mean_share; mean, square) |p, g| {
        mean += mean_share * (g - mean);
        square = beta2 * square + square_share * g * g;
        p -= (rate * g + mean_rate * mean) / (sqrt(square) * correction + epsilon);
    }
}

/// What momentum's distance from `beta1` is raised to, step by step.
const BASE: f64 = 0.96;
/// A product below this leaves 1 minus it at 1.
const NO_PRODUCT: f64 = 1e-20;

/// Momentum of a step, of the momentum's `decay` of that step.
fn momentum(beta1: f64, decay: f64) -> f64 {
    beta1 * (1.0 - 0.5 * decay)
}

impl Nadam {
    fn times(self, product: f64, momentum: f64) -> f64 {
        if self.single_product { f64::from(product as f32 * momentum as f32) } else { product * momentum }
    }
}

impl Configure for Nadam {
    const LEARNING_RATE: f64 = 2e-3;

    fn rule(self) -> RuleId {
        RuleId::LookAhead
    }

    fn weight_decay(self) -> f64 {
        self.weight_decay
    }

    fn constants(self) -> [f64; MOST_CONSTANTS] {
        filled([self.beta2, 1.0 - self.beta2, self.epsilon])
    }

    /// `beta2^first`, momentum's decay at step `first`, and the product of momentum over all steps before.
    fn begin(self, first: u64, pace: &dyn Fn(u64) -> Pace) -> Running {
        let base = libm::pow(BASE, self.momentum_decay);
        let (mut product, mut decay, mut t) = (1.0, base, 1);
        // Each factor is below 1 - decay / 2: within 10,000 steps either it or the product is as good as 0, whatever the
        // settings are. A schedule's betas are far from 1.
        let is_scheduled = pace(1).momentum.is_some();
        let goes_on = is_scheduled || self.single_product;
        while t < first && product > NO_PRODUCT && (goes_on || decay > f64::EPSILON) {
            product = self.times(product, momentum(pace(t).momentum.unwrap_or(self.beta1), decay));
            decay *= base;
            t += 1;
        }
        product *= libm::pow(self.beta1, (first - t) as f64);
        [libm::pow(self.beta2, first as f64), libm::pow(base, first as f64), product]
    }

    fn scalars(self, running: &mut Running, _: u64, pace: Pace) -> Scalars<f64> {
        let [power2, decay, before] = *running;
        let beta1 = pace.momentum.unwrap_or(self.beta1);
        let next = decay * libm::pow(BASE, self.momentum_decay);
        let (now, ahead) = (momentum(beta1, decay), momentum(beta1, next));
        let product = self.times(before, now);
        *running = [power2 * self.beta2, next, product];
        let rate = pace.learning_rate * (1.0 - now) / (1.0 - product);
        let mean_rate = pace.learning_rate * ahead / (1.0 - product * ahead);
        filled([rate, mean_rate, 1.0 / (1.0 - power2).sqrt(), 1.0 - beta1])
    }

    fn divides_by_zero(self) -> bool {
        self.epsilon == 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An epoch that begins later takes the steps of a run that never paused, also where the product's loop is cut short.
    #[test]
    fn scalars_do_not_depend_on_where_an_epoch_begins() {
        let cases = [(0.9, 4e-3), (0.999_999, 0.1), (0.999_999, 1.0), (0.5, 0.0), (0.0, 0.5)];
        for (single_product, (beta1, momentum_decay)) in cases.map(|case| [(false, case), (true, case)]).concat() {
            let settings = Nadam { beta1, momentum_decay, single_product, ..Nadam::default() };
            let pace = |_| Pace::of(0.1);
            let mut running = settings.begin(1, &pace);
            for t in 1..30_000 {
                let begun = (t % 997 == 1).then(|| settings.scalars(&mut settings.begin(t, &pace), t, pace(t)));
                let on = settings.scalars(&mut running, t, pace(t));
                for (begun, on) in begun.iter().flatten().zip(on) {
                    assert!((begun / on - 1.0).abs() < 1e-10 || *begun == on, "{settings:?}: {begun} not {on} at {t}");
                }
            }
        }
    }
}

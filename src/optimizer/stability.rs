//! How sharp the loss may be before an optimizer's steps grow from one to the next: the edge of stability (Cohen et al. 2021;
//! 2022 for optimizers with step sizes of their own for each parameter).

use super::{Adagrad, Adam, Adamw, Optimizer, Rmsprop, Settings, Sgd};

impl Optimizer {
    /// The largest curvature at which steps over all rows do not grow, by the learning rate and momentum (or beta1) of a step;
    /// of an optimizer with own step sizes that of the preconditioned Hessian ([`Self::preconditioner`]). `None` where no such
    /// limit is known.
    pub fn stability_limit(&self, rate: f64, momentum: Option<f64>) -> Option<f64> {
        match self.settings {
            Settings::Sgd(Sgd { momentum: own, dampening, nesterov, .. }) => {
                let b = momentum.unwrap_or(own);
                let share = if nesterov || b == 0.0 { 1.0 } else { 1.0 - dampening };
                Some((2.0 + 2.0 * b) / (if nesterov { 1.0 + 2.0 * b } else { share } * rate))
            }
            Settings::Adam(Adam { beta1, .. }) | Settings::Adamw(Adamw { beta1, .. }) => {
                let b = momentum.unwrap_or(beta1);
                Some((2.0 + 2.0 * b) / ((1.0 - b) * rate))
            }
            Settings::Rmsprop(Rmsprop { momentum: own, centered: false, .. }) => {
                Some((2.0 + 2.0 * momentum.unwrap_or(own)) / rate)
            }
            Settings::Adagrad(_) => Some(2.0 / rate),
            _ => None,
        }
    }

    /// What an optimizer with own step sizes divides each parameter's step by after `t` steps, by the momentum (or beta1) of a
    /// step as [`Self::stability_limit`]; `slots` are its numbers of each parameter. `None` of one that treats all parameters
    /// alike, or whose divisor is not known.
    pub fn preconditioner(&self, t: u64, momentum: Option<f64>, slots: &[&[f32]]) -> Option<Vec<f64>> {
        let squares = ["sum", "square", "largest"];
        // The largest mean square, where there is one, comes after the mean square.
        let at = self.rule().arm().slots.iter().rposition(|slot| squares.contains(slot))?;
        let (correction, share, epsilon) = match self.settings {
            Settings::Adam(Adam { beta1, beta2, epsilon, .. })
            | Settings::Adamw(Adamw { beta1, beta2, epsilon, .. }) => {
                let t = t as f64;
                let share = 1.0 - libm::pow(momentum.unwrap_or(beta1), t);
                (1.0 / (1.0 - libm::pow(beta2, t)).sqrt(), share, epsilon)
            }
            Settings::Rmsprop(Rmsprop { centered: false, epsilon, .. }) => (1.0, 1.0, epsilon),
            Settings::Adagrad(Adagrad { lr_decay, epsilon, .. }) => {
                (1.0, 1.0 + (t.max(1) - 1) as f64 * lr_decay, epsilon)
            }
            _ => return None,
        };
        if t == 0 {
            return None;
        }
        let of = |&square: &f32| share * (f64::from(square).sqrt() * correction + epsilon);
        Some(slots.get(at)?.iter().map(of).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::optimizer::reference;
    use crate::optimizer::{MOST_SLOTS, Pace};

    /// How far steps have gone from the bottom of `curvature / 2 * p^2` after many of them, in f64.
    fn after(optimizer: &Optimizer, curvature: f64, steps: usize) -> f64 {
        let (mut p, mut slots) = (1.0, [0.0; MOST_SLOTS]);
        let constants = optimizer.constants();
        let pace = |_| Pace::of(optimizer.learning_rate);
        for step in optimizer.scalars(1, pace).take(steps) {
            p = reference(optimizer.rule(), &constants, &step, true, p, curvature * p, &mut slots);
            if p.abs() > 1e6 {
                break;
            }
        }
        p.abs()
    }

    fn made(name: &str, settings: &[(&str, f64)]) -> Optimizer {
        let mut optimizer = Optimizer::named(name).unwrap();
        assert!(settings.iter().all(|(name, value)| optimizer.set(name, *value)));
        optimizer
    }

    #[test]
    fn steps_grow_above_the_limit_and_shrink_below_it() {
        for (name, settings) in [
            ("gd", &[("learning_rate", 0.1)][..]),
            ("sgd", &[("learning_rate", 3.0)]),
            ("momentum", &[("learning_rate", 0.01)]),
            ("momentum", &[("learning_rate", 0.01), ("momentum", 0.5), ("dampening", 0.4)]),
            ("nesterov", &[("learning_rate", 0.02)]),
            ("nesterov", &[("learning_rate", 0.02), ("momentum", 0.3)]),
        ] {
            let optimizer = made(name, settings);
            let limit = optimizer.stability_limit(optimizer.learning_rate, None).unwrap();
            assert!(after(&optimizer, 0.98 * limit, 3000) < 1e-3, "{name} {settings:?}");
            assert!(after(&optimizer, 1.02 * limit, 3000) > 1e3, "{name} {settings:?}");
        }
        let limit = made("adam", &[("learning_rate", 0.1)]).stability_limit(0.1, None).unwrap();
        assert!((limit - 380.0).abs() < 1e-9, "38 over the learning rate, not {limit}");
        // A schedule's momentum takes the place of the own one.
        let gd = made("momentum", &[]);
        assert_eq!(gd.stability_limit(0.5, Some(0.0)), Some(4.0));
        assert_eq!(gd.stability_limit(0.0, Some(0.0)), Some(f64::INFINITY));
        let rmsprop = made("rmsprop", &[("momentum", 0.95)]);
        assert_eq!(rmsprop.stability_limit(0.5, Some(0.5)), Some(6.0));
        assert_eq!(rmsprop.stability_limit(0.5, None), Some(7.8));
        for name in ["adadelta", "nadam", "lbfgs", "newton"] {
            assert_eq!(made(name, &[]).stability_limit(0.1, None), None, "{name}");
        }
    }

    #[test]
    fn own_step_sizes_are_what_the_rules_divide_by() {
        // The mean is followed without delay, so a step is the learning rate times the gradient over the divisor; where a
        // schedule moves beta1, over the gradients' mean.
        let moving = [0.95, 0.9, 0.85, 0.9];
        for (name, settings, momenta) in [
            ("adam", &[("beta1", 0.0), ("epsilon", 0.3)][..], None),
            ("adam", &[("beta1", 0.0), ("amsgrad", 1.0)], None),
            ("adam", &[("beta1", 0.95)], Some(moving)),
            ("adamw", &[("beta1", 0.95), ("weight_decay", 0.0)], Some(moving)),
            ("adamw", &[("beta1", 0.0), ("weight_decay", 0.0)], None),
            ("rmsprop", &[("epsilon", 0.1)], None),
            ("adagrad", &[("lr_decay", 0.5)], None),
        ] {
            let optimizer = made(name, settings);
            let momentum = |t: u64| momenta.map(|all: [f64; 4]| all[(t as usize - 1) % 4]);
            let (mut p, mut mean, mut slots) = (1.0_f64, 0.0, [0.0_f64; MOST_SLOTS]);
            let pace = |t| Pace { momentum: momentum(t), ..Pace::of(optimizer.learning_rate) };
            let scalars = optimizer.scalars(1, pace);
            for (t, (step, g)) in (1..).zip(scalars.zip([2.0, -0.5, 1.0, 3.0])) {
                let before = p;
                p = reference(optimizer.rule(), &optimizer.constants(), &step, true, p, g, &mut slots);
                let b = momentum(t).unwrap_or(0.0);
                mean = b * mean + (1.0 - b) * g;
                let kept: Vec<Vec<f32>> = slots.iter().map(|&x| vec![x as f32]).collect();
                let kept: Vec<&[f32]> = kept.iter().take(optimizer.n_slots()).map(Vec::as_slice).collect();
                let divisor = optimizer.preconditioner(t, momentum(t), &kept).unwrap()[0];
                let wanted = before - optimizer.learning_rate * mean / divisor;
                assert!((p - wanted).abs() < 1e-6 * wanted.abs(), "{name} {settings:?}: {p} is not {wanted}");
            }
        }
        assert_eq!(made("gd", &[]).preconditioner(3, None, &[]), None);
        assert_eq!(made("rmsprop", &[("centered", 1.0)]).preconditioner(3, None, &[&[1.0], &[0.0]]), None);
        assert_eq!(made("adam", &[]).preconditioner(0, None, &[&[0.0], &[0.0]]), None);
    }
}

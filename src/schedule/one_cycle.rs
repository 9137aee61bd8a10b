//! Up to the learning rate and down to nearly nothing over the whole run, while momentum goes the other way.
//! `torch.optim.lr_scheduler.OneCycleLR` with `max_lr` the learning rate and `total_steps` all of the run's.

use super::{Schedule, StepAt};
use crate::settings::settings;
use core::f64::consts::PI;

settings! {
    /// PyTorch's settings of `OneCycleLR`.
    OneCycle {
        /// The run's.
        epochs: f64 = 20.0,
        /// Share of the run in which the rate rises.
        pct_start: f64 = 0.3,
        /// Straight lines in place of cosines.
        linear: bool = false,
        /// Move momentum, too.
        cycle_momentum: bool = true,
        /// Momentum where the rate is highest.
        base_momentum: f64 = 0.85,
        /// Momentum at the run's start and end.
        max_momentum: f64 = 0.95,
        /// What the rate is divided by at the start.
        div_factor: f64 = 25.0,
        /// What that is divided by at the end.
        final_div_factor: f64 = 1e4,
        /// Down as long as up, then the rest to the end.
        three_phase: bool = false,
    }
}

impl OneCycle {
    /// What goes from `ends[0]` by `ends[1]` to `ends[2]` in two phases, of three by `ends[0]` again.
    fn between(&self, at: StepAt, ends: [f64; 3]) -> f64 {
        let (total, [first, top, last]) = (at.steps(self.epochs), ends);
        let turn = self.pct_start * total - 1.0;
        let down = if self.three_phase { 2.0 * self.pct_start * total - 2.0 } else { turn };
        let (step, end) = (at.step as f64, total - 1.0);
        let (from, to, begin, end) = if step <= turn {
            (first, top, 0.0, turn)
        } else if step <= down {
            (top, first, turn, down)
        } else {
            (if self.three_phase { first } else { top }, last, down, end)
        };
        // A run of one step has no length, and past its end the last value holds.
        let share = if step < end { (step - begin) / (end - begin) } else { 1.0 };
        if self.linear { from + (to - from) * share } else { to + (from - to) / 2.0 * (1.0 + libm::cos(PI * share)) }
    }
}

impl Schedule for OneCycle {
    const ARGUMENTS: &'static [(&'static str, &'static str)] = &[
        ("total_steps", "epochs"),
        ("pct_start", "pct_start"),
        ("anneal_strategy", "linear"),
        ("cycle_momentum", "cycle_momentum"),
        ("base_momentum", "base_momentum"),
        ("max_momentum", "max_momentum"),
        ("div_factor", "div_factor"),
        ("final_div_factor", "final_div_factor"),
        ("three_phase", "three_phase"),
    ];

    fn factor(&self, at: StepAt) -> f64 {
        let first = 1.0 / self.div_factor;
        self.between(at, [first, 1.0, first / self.final_div_factor])
    }

    fn momentum(&self, at: StepAt) -> Option<f64> {
        let Self { base_momentum, max_momentum, .. } = *self;
        self.cycle_momentum.then(|| self.between(at, [max_momentum, base_momentum, max_momentum]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_up_and_down_once_and_momentum_the_other_way() {
        let schedule = OneCycle { epochs: 10.0, ..OneCycle::default() };
        let at = |step| StepAt { step, per_epoch: 10 };
        let factors: Vec<f64> = (0..100).map(|step| schedule.factor(at(step))).collect();
        assert!((factors[0] - 0.04).abs() < 1e-12 && factors[29] == 1.0 && (factors[99] - 4e-6).abs() < 1e-12);
        assert!(factors[..30].is_sorted() && factors[29..].iter().rev().is_sorted());
        let momenta: Vec<f64> = (0..100).filter_map(|step| schedule.momentum(at(step))).collect();
        assert!((momenta[0] - 0.95).abs() < 1e-12 && momenta[29] == 0.85 && (momenta[99] - 0.95).abs() < 1e-12);
        assert_eq!(OneCycle { cycle_momentum: false, ..schedule }.momentum(at(3)), None);
    }

    #[test]
    fn three_phases_come_down_as_long_as_they_went_up() {
        let schedule = OneCycle { epochs: 100.0, three_phase: true, linear: true, ..OneCycle::default() };
        let factor = |step| schedule.factor(StepAt { step, per_epoch: 1 });
        assert_eq!(factor(29), 1.0);
        assert!((factor(58) - 0.04).abs() < 1e-12 && (factor(99) - 4e-6).abs() < 1e-12);
        assert!((factor(20) - factor(38)).abs() < 1e-12);
    }
}

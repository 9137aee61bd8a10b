//! Steps down: times `decay_rate` every `decay_epochs` epochs. `torch.optim.lr_scheduler.StepLR`, by epochs.

use super::{Schedule, StepAt};
use crate::settings::settings;

/// Quotients this close below a whole number are that number: 0.3 epochs are three times 0.1 epochs, which f64 denies.
const ROUNDING: f64 = 1e-12;

settings! {
    /// Steps of a staircase.
    Step {
        /// What a step down leaves of the rate.
        decay_rate: f64 = 0.1,
        /// Epochs between two steps down.
        decay_epochs: f64 = 10.0,
    }
}

impl Schedule for Step {
    const ARGUMENTS: &'static [(&'static str, &'static str)] =
        &[("step_size", "decay_epochs"), ("gamma", "decay_rate")];

    fn factor(&self, at: StepAt) -> f64 {
        let steps = at.epochs_done() / self.decay_epochs;
        libm::pow(self.decay_rate, libm::floor(steps * (1.0 + ROUNDING)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_steps_down_at_whole_multiples() {
        let at =
            |step, per_epoch, decay_epochs| Step { decay_rate: 0.5, decay_epochs }.factor(StepAt { step, per_epoch });
        assert_eq!([0, 19, 20, 39, 40].map(|step| at(step, 1, 20.0)), [1.0, 1.0, 0.5, 0.5, 0.25]);
        assert_eq!([29, 30, 59, 60].map(|step| at(step, 10, 3.0)), [1.0, 0.5, 0.5, 0.25]);
        // A tenth of an epoch is 3 of 30 steps.
        for (step, n) in (0..300).map(|step| (step, step / 3)) {
            assert_eq!(at(step, 30, 0.1), libm::pow(0.5, n as f64), "step {step}");
        }
    }

    #[test]
    fn no_decay_and_whole_decay() {
        let factors = |decay_rate| {
            let schedule = Step { decay_rate, decay_epochs: 1.0 };
            [0, 1, 2].map(|step| schedule.factor(StepAt { step, per_epoch: 1 }))
        };
        assert_eq!(factors(1.0), [1.0; 3]);
        assert_eq!(factors(0.0), [1.0, 0.0, 0.0]);
    }
}

//! Falls with one over the time: 1 / (1 + `decay_rate` * epochs / `decay_epochs`).

use super::{Schedule, StepAt};
use crate::settings::settings;

settings! {
    /// A decay that slows down.
    InverseTime {
        /// How much the divisor grows in `decay_epochs`.
        decay_rate: f64 = 0.1,
        /// Epochs in which that happens.
        decay_epochs: f64 = 10.0,
    }
}

impl Schedule for InverseTime {
    const ARGUMENTS: &'static [(&'static str, &'static str)] = &[];

    fn factor(&self, at: StepAt) -> f64 {
        1.0 / (1.0 + self.decay_rate * at.epochs_done() / self.decay_epochs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_halves_when_the_divisor_has_grown_by_one() {
        let schedule = InverseTime { decay_rate: 0.5, decay_epochs: 3.0 };
        let at = |step| schedule.factor(StepAt { step, per_epoch: 2 });
        assert_eq!([0, 12, 36].map(at), [1.0, 0.5, 0.25]);
    }
}

//! Falls by the same share in every step: times `decay_rate` over `decay_epochs` epochs.
//! `torch.optim.lr_scheduler.ExponentialLR`, by epochs.

use super::{Schedule, StepAt};
use crate::settings::settings;

settings! {
    /// A decay without stairs.
    Exponential {
        /// What `decay_epochs` leave of the rate.
        decay_rate: f64 = 0.1,
        /// Epochs in which that happens.
        decay_epochs: f64 = 10.0,
    }
}

impl Schedule for Exponential {
    const ARGUMENTS: &'static [(&'static str, &'static str)] = &[("gamma", "decay_rate")];

    fn stepped() -> Self {
        Self { decay_epochs: 1.0, ..Self::default() }
    }

    fn factor(&self, at: StepAt) -> f64 {
        libm::pow(self.decay_rate, at.epochs_done() / self.decay_epochs)
    }
}

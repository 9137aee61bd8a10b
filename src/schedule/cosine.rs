//! Falls along half a cosine over the whole run, down to `min_factor`. `torch.optim.lr_scheduler.CosineAnnealingLR`: beyond
//! its end it rises again.

use super::{Schedule, StepAt};
use crate::settings::settings;
use core::f64::consts::PI;

settings! {
    /// Half a cosine.
    Cosine {
        /// What it falls to.
        min_factor: f64 = 0.0,
        /// The run's.
        epochs: f64 = 20.0,
    }
}

impl Schedule for Cosine {
    const ARGUMENTS: &'static [(&'static str, &'static str)] = &[("T_max", "epochs"), ("eta_min", "min_factor")];

    fn factor(&self, at: StepAt) -> f64 {
        let share = f64::midpoint(1.0, libm::cos(PI * at.epochs_done() / self.epochs));
        self.min_factor + (1.0 - self.min_factor) * share
    }
}

//! Falls when the validation loss does not: `torch.optim.lr_scheduler.ReduceLROnPlateau` without a threshold, after
//! `plateau_patience` epochs.

use super::{Memory, Schedule, StepAt};
use crate::settings::settings;

settings! {
    /// Steps down where nothing is gained any more.
    Plateau {
        /// What a step down leaves of the rate.
        decay_rate: f64 = 0.1,
        /// Epochs without a lower loss before a step down.
        plateau_patience: f64 = 5.0,
        /// Steps never lead below this.
        min_factor: f64 = 0.0,
    }
}

impl Schedule for Plateau {
    const ARGUMENTS: &'static [(&'static str, &'static str)] = &[];
    const WAITS: bool = true;

    fn factor(&self, _: StepAt) -> f64 {
        1.0
    }

    fn observe(&self, memory: &mut Memory, epoch: u32, loss: f64) {
        if loss < memory.best {
            (memory.best, memory.since) = (loss, epoch);
        } else if f64::from(epoch.saturating_sub(memory.since)) >= self.plateau_patience {
            memory.factor = (memory.factor * self.decay_rate).max(self.min_factor);
            memory.since = epoch;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_steps_down_after_so_many_epochs_without_a_lower_loss() {
        let plateau = Plateau { decay_rate: 0.5, plateau_patience: 2.0, min_factor: 0.3 };
        let (mut memory, mut epoch) = (Memory::default(), 0);
        let mut after = |losses: &[f64]| {
            for &loss in losses {
                epoch += 1;
                plateau.observe(&mut memory, epoch, loss);
            }
            memory.factor
        };
        assert_eq!(after(&[3.0, 2.0, 2.0]), 1.0);
        assert_eq!(after(&[1.0, 1.5]), 1.0, "a lower loss begins the wait anew");
        assert_eq!(after(&[f64::NAN]), 0.5);
        assert_eq!(after(&[1.0]), 0.5, "equal is not lower");
        assert_eq!(after(&[1.0]), 0.3, "not below the least factor");
        assert_eq!(after(&[9.0; 40]), 0.3);
    }

    #[test]
    fn it_counts_epochs_and_not_looks() {
        let plateau = Plateau::default();
        for (every, wanted) in [(1, 6), (2, 8), (5, 10), (7, 14)] {
            let mut memory = Memory::default();
            let mut look = |epoch: &u32| {
                plateau.observe(&mut memory, *epoch, 1.0);
                memory.factor < 1.0
            };
            assert_eq!((1..100).map(|look| look * every).find(&mut look), Some(wanted), "a look every {every} epochs");
        }
    }
}

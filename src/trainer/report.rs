//! What a trainer tells of its work.

use super::TrialSnapshot;
use crate::result::{EpochRecord, TrialEvent};

/// What [`Trainer::advance`](super::Trainer::advance) did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Trials that moved.
    pub trials: Vec<TrialEvent>,
    /// Those of them that have left training: they have ended, or got where they were sent.
    pub snapshots: Vec<TrialSnapshot>,
    /// Trials that were asked for by [`Trainer::watch`](super::Trainer::watch), as they are between two epochs.
    pub watched: Vec<TrialSnapshot>,
    /// Gradient steps taken since the last report.
    pub steps: u64,
    /// Everything is trained.
    pub finished: bool,
    /// The device was lost and work went on from a host copy.
    pub resumed: bool,
}

impl Report {
    /// Adds what happened to a trial, and an epoch of it, to what is told of it already, at `place`.
    pub(super) fn tell(&mut self, place: &mut Option<usize>, event: TrialEvent, epoch: Option<EpochRecord>) {
        let at = *place.get_or_insert(self.trials.len());
        if let Some(known) = self.trials.get_mut(at) {
            let epochs = core::mem::take(&mut known.epochs);
            *known = TrialEvent { epochs, ..event };
        } else {
            self.trials.push(event);
        }
        if let (Some(known), Some(epoch)) = (self.trials.get_mut(at), epoch) {
            known.epochs.push(epoch);
        }
    }
}

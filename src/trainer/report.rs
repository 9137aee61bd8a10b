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
    /// Empty lists of epochs that stood in a report before.
    spare: Vec<Vec<EpochRecord>>,
}

impl Report {
    /// An empty report in the memory of this one: there may be thousands of trials, of an epoch or two each.
    pub(super) fn emptied(mut self) -> Self {
        let lists = self.trials.drain(..).map(|event| event.epochs).filter(|list| list.capacity() > 0);
        self.spare.extend(lists.map(|mut list| {
            list.clear();
            list
        }));
        Self { trials: self.trials, spare: self.spare, ..Self::default() }
    }

    /// Adds what happened to a trial, and an epoch of it, to what is told of it already, at `place`.
    pub(super) fn tell(&mut self, place: &mut Option<usize>, mut event: TrialEvent, epoch: Option<EpochRecord>) {
        let at = *place.get_or_insert(self.trials.len());
        if let Some(known) = self.trials.get_mut(at) {
            core::mem::swap(&mut event.epochs, &mut known.epochs);
            *known = event;
        } else {
            event.epochs = self.spare.pop().unwrap_or_default();
            self.trials.push(event);
        }
        if let Some(known) = self.trials.get_mut(at) {
            known.epochs.extend(epoch);
        }
    }
}

//! A network's next epoch: which rows when, and the scalars of each step.

use super::{BatchStep, EpochBatches, NetworkSpec};
use crate::optimizer::Pace;
use crate::rng::Stream;
use crate::schedule::{Memory, StepAt};

/// How far a network has come, and what its epochs have come to for its schedule.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Steps {
    /// Steps taken.
    pub done: u32,
    /// What its schedule remembers.
    pub memory: Memory,
    /// What descent has added to its learning rate by the end of its last epoch.
    pub added: f64,
}

impl NetworkSpec {
    /// What the schedule decides about a step.
    fn pace(&self, at: StepAt, memory: &Memory) -> Pace {
        let factor = self.schedule.factor(at, memory);
        Pace { learning_rate: self.optimizer.learning_rate * factor, factor, momentum: self.momentum(at) }
    }

    /// What the schedule puts in the place of the optimizer's own momentum or beta1 at a step.
    fn momentum(&self, at: StepAt) -> Option<f64> {
        self.schedule.momentum(at).or_else(|| {
            let own = self.optimizer.momentum().filter(|&own| own > 0.0)?;
            self.schedule.rising_momentum(at, own)
        })
    }

    /// The largest curvature at which a step of this learning rate is stable; `None` where no limit is known.
    pub(crate) fn stability_limit(&self, rate: f64, at: StepAt) -> Option<f64> {
        self.optimizer.stability_limit(rate, self.momentum(at))
    }
}

/// The batches of a network's next epoch: its rows shuffled and cut, the short last batch kept.
pub(crate) fn epoch_batches(
    index: usize,
    spec: &NetworkSpec,
    shuffle: Stream,
    n_train: usize,
    batch: usize,
    progress: &mut Steps,
) -> EpochBatches {
    batches_of(index, spec, shuffled(n_train, shuffle), batch, progress)
}

/// The rows of an epoch, in its order.
pub(crate) fn shuffled(n_train: usize, mut shuffle: Stream) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n_train as u32).collect();
    shuffle.shuffle(&mut order);
    order
}

/// [`epoch_batches`] of rows in an order that is known already.
pub(crate) fn batches_of(
    index: usize,
    spec: &NetworkSpec,
    order: Vec<u32>,
    batch: usize,
    progress: &mut Steps,
) -> EpochBatches {
    let n_train = order.len();
    let (first, memory) = (progress.done, progress.memory);
    let n_steps = n_train.div_ceil(batch);
    let pace = |t| spec.pace(StepAt { step: t - 1, per_epoch: n_steps as u64 }, &memory);
    let scalars = spec.optimizer.scalars(u64::from(first) + 1, pace);
    let steps = (0..n_steps).zip(scalars).map(|(k, scalars)| BatchStep {
        start: (k * batch) as u32,
        rows: batch.min(n_train - k * batch) as u32,
        step: first + k as u32,
        scalars,
    });
    let steps: Vec<BatchStep> = steps.collect();
    progress.done += steps.len() as u32;
    EpochBatches { network: index, order, steps, validates: true }
}

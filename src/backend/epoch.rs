//! A network's next epoch: which rows when, and the scalars of each step.

use super::{BatchStep, EpochBatches, NetworkSpec};
use crate::rng::Stream;
use crate::schedule::{self, Schedule, StepAt};

/// How far a network has come, and its schedule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Steps {
    /// Steps taken.
    pub done: u32,
    /// The schedule as the steps so far have left it.
    pub schedule: schedule::Settings,
}

impl Steps {
    /// No step taken yet.
    pub fn of(spec: &NetworkSpec) -> Self {
        Self { done: 0, schedule: spec.schedule }
    }

    /// Goes by steps that were taken elsewhere.
    pub fn skip(&mut self, steps: u32, per_epoch: u64) {
        for step in self.done..self.done + steps {
            self.schedule.factor(StepAt { step: u64::from(step), per_epoch });
        }
        self.done += steps;
    }
}

/// The batches of a network's next epoch: its rows shuffled and cut, the short last batch kept.
pub(crate) fn epoch_batches(
    index: usize,
    spec: &NetworkSpec,
    mut shuffle: Stream,
    n_train: usize,
    batch: usize,
    progress: &mut Steps,
) -> EpochBatches {
    let mut order: Vec<u32> = (0..n_train as u32).collect();
    shuffle.shuffle(&mut order);
    let (optimizer, first) = (spec.optimizer, progress.done);
    let n_steps = n_train.div_ceil(batch);
    let rates = (u64::from(first)..).map(|step| {
        let at = StepAt { step, per_epoch: n_steps as u64 };
        optimizer.learning_rate * progress.schedule.factor(at)
    });
    let scalars = optimizer.scalars(u64::from(first) + 1, rates);
    let steps = (0..n_steps).zip(scalars).map(|(k, scalars)| BatchStep {
        start: (k * batch) as u32,
        rows: batch.min(n_train - k * batch) as u32,
        step: first + k as u32,
        scalars,
    });
    let steps: Vec<BatchStep> = steps.collect();
    progress.done += steps.len() as u32;
    EpochBatches { network: index, order, steps }
}

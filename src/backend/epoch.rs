//! A network's next epoch: which rows when, and the scalars of each step.

use super::{BatchStep, EpochBatches, NetworkSpec};
use crate::kernels::shuffle;
use crate::optimizer::Pace;
use crate::schedule::{Memory, StepAt};
use core::cell::OnceCell;
use core::ops::Deref;
use std::rc::Rc;

/// Training rows in the order in which batches take them. A shuffled order is drawn by whoever looks at its rows first, and
/// clones share it: a device may draw it by itself.
#[derive(Clone, Debug, Default)]
pub struct Order {
    shuffle: Option<([u32; 2], usize)>,
    rows: Rc<OnceCell<Vec<u32>>>,
}

impl Order {
    /// Bytes that it shares with its clones, without the rows.
    pub const SHARED_BYTES: usize = size_of::<OnceCell<Vec<u32>>>() + 2 * size_of::<usize>();

    /// Rows `0 .. n` as the stream with this key shuffles them.
    pub fn shuffled(key: [u32; 2], n: usize) -> Self {
        Self { shuffle: Some((key, n)), rows: Rc::default() }
    }

    /// The key and the number of rows of a shuffled order.
    pub fn shuffle(&self) -> Option<([u32; 2], usize)> {
        self.shuffle
    }
}

impl From<Vec<u32>> for Order {
    fn from(rows: Vec<u32>) -> Self {
        Self { shuffle: None, rows: Rc::new(OnceCell::from(rows)) }
    }
}

impl Deref for Order {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        self.rows.get_or_init(|| self.shuffle.map_or_else(Vec::new, |(key, n)| shuffle::reference(key, n)))
    }
}

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

/// The batches of a network's next epoch: its rows shuffled by the stream with this key and cut, the short last batch kept.
pub(crate) fn epoch_batches(
    index: usize,
    spec: &NetworkSpec,
    key: [u32; 2],
    n_train: usize,
    batch: usize,
    progress: &mut Steps,
) -> EpochBatches {
    batches_of(index, spec, Order::shuffled(key, n_train), n_train, batch, progress)
}

/// [`epoch_batches`] of rows in an order that is known already.
pub(crate) fn batches_of(
    index: usize,
    spec: &NetworkSpec,
    order: Order,
    n_train: usize,
    batch: usize,
    progress: &mut Steps,
) -> EpochBatches {
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

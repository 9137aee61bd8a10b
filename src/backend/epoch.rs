//! A network's next epoch: which rows when, and the scalars of each step.

use super::steps::momentum;
use super::{BatchSteps, EpochBatches, NetworkSpec, StepPlan};
use crate::kernels::shuffle;
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
    /// The largest curvature at which a step of this learning rate is stable; `None` where no limit is known.
    pub(crate) fn stability_limit(&self, rate: f64, at: StepAt) -> Option<f64> {
        self.optimizer.stability_limit(rate, momentum(&self.optimizer, &self.schedule, at))
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
    let steps = BatchSteps::planned(StepPlan {
        batch,
        n_train,
        first: progress.done,
        memory: progress.memory,
        optimizer: spec.optimizer,
        schedule: spec.schedule.clone(),
    });
    progress.done += steps.len() as u32;
    EpochBatches { network: index, order, steps, validates: true }
}

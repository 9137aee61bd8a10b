//! A network's next epoch: which rows when, and the scalars of each step.

use super::steps::momentum;
use super::{BatchSteps, EpochBatches, NetworkSpec, StepPlan};
use crate::kernels::shuffle;
use crate::schedule::{Memory, StepAt};
use core::cell::OnceCell;
use core::ops::Deref;
use std::rc::Rc;

/// Training rows in the order in which batches take them. A shuffled order is drawn by whoever looks at its rows first: a
/// device may draw it by itself. Clones of what was drawn share it.
#[derive(Clone, Debug, Default)]
pub struct Order {
    shuffle: Option<([u32; 2], usize)>,
    rows: OnceCell<Rc<Vec<u32>>>,
}

impl Order {
    /// Rows `0 .. n` as the stream with this key shuffles them.
    pub fn shuffled(key: [u32; 2], n: usize) -> Self {
        Self { shuffle: Some((key, n)), rows: OnceCell::new() }
    }

    /// Draws it, for clones to share.
    pub fn draw(&self) {
        let _: &[u32] = self;
    }

    /// The key and the number of rows of a shuffled order.
    pub fn shuffle(&self) -> Option<([u32; 2], usize)> {
        self.shuffle
    }
}

impl From<Vec<u32>> for Order {
    fn from(rows: Vec<u32>) -> Self {
        Self { shuffle: None, rows: OnceCell::from(Rc::new(rows)) }
    }
}

impl Deref for Order {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        self.rows.get_or_init(|| Rc::new(self.shuffle.map_or_else(Vec::new, |(key, n)| shuffle::reference(key, n))))
    }
}

/// How far a network has come, and what its epochs have come to for its schedule.
#[derive(Clone, Debug, Default)]
pub(crate) struct Steps {
    /// Steps taken.
    pub done: u32,
    /// What its schedule remembers.
    pub memory: Memory,
    /// What descent has added to its learning rate by the end of its last epoch.
    pub added: f64,
    /// The plan of its last epoch.
    plan: Option<Rc<StepPlan>>,
}

impl Steps {
    pub fn new(done: u32, memory: Memory) -> Self {
        Self { done, memory, ..Self::default() }
    }

    /// The plan of the next epoch: the last one's memory, where nobody looks at that any more.
    fn plan(&mut self, spec: &NetworkSpec, n_train: usize, batch: usize) -> Rc<StepPlan> {
        let (first, memory, optimizer) = (self.done, self.memory, spec.optimizer);
        let new = || StepPlan { batch, n_train, first, memory, optimizer, schedule: spec.schedule.clone() };
        match self.plan.as_mut().and_then(Rc::get_mut) {
            Some(plan) => {
                (plan.batch, plan.n_train, plan.first, plan.memory) = (batch, n_train, first, memory);
                plan.optimizer = optimizer;
                plan.schedule.clone_from(&spec.schedule);
            }
            None => self.plan = Some(Rc::new(new())),
        }
        self.plan.get_or_insert_with(|| Rc::new(new())).clone()
    }
}

impl NetworkSpec {
    /// The largest curvature at which a step of this learning rate is stable; `None` where no limit is known.
    pub(crate) fn stability_limit(&self, rate: f64, at: StepAt) -> Option<f64> {
        self.optimizer.stability_limit(rate, self.momentum(at))
    }

    /// What a step has in the place of the optimizer's own momentum or beta1.
    pub(crate) fn momentum(&self, at: StepAt) -> Option<f64> {
        momentum(&self.optimizer, &self.schedule, at)
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
    let steps = BatchSteps::planned(progress.plan(spec, n_train, batch));
    progress.done += steps.len() as u32;
    EpochBatches { network: index, order, steps, validates: true }
}

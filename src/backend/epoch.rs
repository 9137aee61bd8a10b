//! A network's next epoch: which rows when, and the scalars of each step.

use super::steps::momentum;
use super::{BatchSteps, EpochBatches, NetworkSpec, StepPlan};
use crate::kernels::shuffle;
use crate::optimizer::Optimizer;
use crate::rng::{self, Purpose, RunId};
use crate::schedule::{Memory, StepAt};
use core::cell::{Cell, OnceCell, RefCell};
use core::ops::Deref;
use std::rc::Rc;

/// Training rows in the order in which batches take them. A shuffled order is drawn by whoever looks at its rows first: a
/// device may draw it by itself. Clones of what was drawn share it.
#[derive(Clone, Debug, Default)]
pub struct Order {
    shuffle: Option<([u32; 2], u32)>,
    rows: OnceCell<Rc<Vec<u32>>>,
}

impl Order {
    /// Rows `0 .. n` as the stream with this key shuffles them.
    pub fn shuffled(key: [u32; 2], n: usize) -> Self {
        Self { shuffle: Some((key, n as u32)), rows: OnceCell::new() }
    }

    /// Draws it, for clones to share.
    pub fn draw(&self) {
        let _: &[u32] = self;
    }

    /// The key and the number of rows of a shuffled order.
    #[inline]
    pub fn shuffle(&self) -> Option<([u32; 2], usize)> {
        self.shuffle.map(|(key, n)| (key, n as usize))
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
        self.rows.get_or_init(|| Rc::new(self.shuffle().map_or_else(Vec::new, |(key, n)| shuffle::reference(key, n))))
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
}

impl Steps {
    pub fn new(done: u32, memory: Memory) -> Self {
        Self { done, memory, ..Self::default() }
    }

    /// The plan of the next epoch in batches of so many rows.
    fn plan(&self, spec: &NetworkSpec, n_train: usize, batch: usize) -> StepPlan {
        let optimizer = Optimizer { learning_rate: 1.0, l2: 0.0, average: None, ..spec.optimizer };
        let (first, memory, schedule) = (self.done, self.memory, spec.schedule.clone());
        StepPlan { batch, n_train, first, memory, optimizer, schedule }
    }
}

/// Kinds of networks among which one's own is looked for.
const MOST_KINDS: usize = 64;

/// What networks have in common whose steps differ in their learning rates alone.
#[derive(Debug)]
struct Kind {
    /// The latest plan.
    plan: RefCell<Rc<StepPlan>>,
    /// What the learning rate was multiplied by at the end of the epoch that was asked for last, with what was remembered.
    last: Cell<(usize, Memory, f64)>,
}

/// What of a network its epochs are begun and ended with, beside those of thousands of others. Networks of a kind that have
/// come equally far have one plan.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    pub run: RunId,
    pub steps: Steps,
    /// Steps of an epoch.
    pub per_epoch: u32,
    /// What the keys of its orders are folded from.
    key: [u32; 2],
    learning_rate: f64,
    kind: Rc<Kind>,
}

impl Course {
    /// The courses of networks, each with the rows that it trains on.
    pub fn all<'a>(networks: impl Iterator<Item = (&'a NetworkSpec, usize)>) -> Vec<Self> {
        let mut kinds: Vec<Rc<Kind>> = Vec::new();
        let course = |(spec, n_train): (&NetworkSpec, usize)| {
            let plan = Steps::default().plan(spec, n_train, spec.max_batch);
            let per_epoch = plan.n() as u32;
            let known = kinds.iter().rev().take(MOST_KINDS).find(|kind| **kind.plan.borrow() == plan).cloned();
            let kind = known.unwrap_or_else(|| {
                kinds.push(Rc::new(Kind { plan: RefCell::new(Rc::new(plan)), last: Cell::default() }));
                kinds[kinds.len() - 1].clone()
            });
            let key = rng::run_key(spec.seed, Purpose::Shuffle, spec.run);
            let learning_rate = spec.optimizer.learning_rate;
            Self { run: spec.run, steps: Steps::default(), per_epoch, key, learning_rate, kind }
        };
        networks.map(course).collect()
    }

    /// The order of its rows in an epoch, counted from 0.
    pub fn order(&self, epoch: u32) -> Order {
        Order::shuffled(rng::layer_key(self.key, self.run, epoch), self.kind.plan.borrow().n_train)
    }

    /// The learning rate of the last step of an epoch, counted from 1, which is its latest.
    pub fn last_rate(&self, epoch: usize) -> f64 {
        let (known, memory, mut factor) = self.kind.last.get();
        if (known, memory) != (epoch, self.steps.memory) {
            factor = self.kind.plan.borrow().schedule.factor(self.last_step(epoch), &self.steps.memory);
            self.kind.last.set((epoch, self.steps.memory, factor));
        }
        (self.learning_rate + self.steps.added) * factor
    }

    /// The last step of an epoch, counted from 1.
    pub fn last_step(&self, epoch: usize) -> StepAt {
        let per_epoch = u64::from(self.per_epoch);
        StepAt { step: epoch as u64 * per_epoch - 1, per_epoch }
    }

    /// The steps of its next epoch.
    pub fn next(&mut self) -> BatchSteps {
        let mut plan = self.kind.plan.borrow_mut();
        let Steps { done, memory, .. } = self.steps;
        if (plan.first, plan.memory) != (done, memory) {
            *plan = Rc::new(StepPlan { first: done, memory, ..StepPlan::clone(&plan) });
        }
        self.steps.done += self.per_epoch;
        BatchSteps::of_plan(plan.clone(), self.learning_rate, self.per_epoch)
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
    let plan = Rc::new(progress.plan(spec, n_train, batch));
    let steps = BatchSteps::planned(plan, spec.optimizer.learning_rate);
    progress.done += steps.len() as u32;
    EpochBatches { network: index, order: Order::shuffled(key, n_train), steps, validates: true }
}

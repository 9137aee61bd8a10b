//! The steps of a network's epoch: given one by one, or decided by a schedule and an optimizer and worked out by whoever
//! looks at them first. A device need not look: it has its steps from a plan that many networks share.

use crate::optimizer::{Optimizer, Pace, Scalars};
use crate::schedule::{self, Memory, StepAt};
use core::cell::OnceCell;
use core::ops::{Deref, Range};
use std::rc::Rc;

/// One gradient step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchStep {
    /// First row of the batch in the epoch's order.
    pub start: u32,
    /// Rows of the batch.
    pub rows: u32,
    /// Steps of the whole run before this one: the dropout masks' counter.
    pub step: u32,
    /// [`Optimizer::step_scalars`].
    pub scalars: Scalars<f64>,
}

/// What decides the steps of an epoch but for the learning rate: how the rows are cut, how far the run has come, its schedule
/// and its optimizer.
#[derive(Clone, Debug, PartialEq)]
pub struct StepPlan {
    /// Rows of a batch; the last one may be shorter.
    pub batch: usize,
    /// Training rows.
    pub n_train: usize,
    /// Steps of the run before the epoch.
    pub first: u32,
    /// What the run's epochs have come to for its schedule.
    pub memory: Memory,
    /// The optimizer at a learning rate of 1, without what no scalar hangs on.
    pub optimizer: Optimizer,
    /// Its schedule.
    pub schedule: schedule::Settings,
}

impl StepPlan {
    /// Steps of the epoch.
    pub fn n(&self) -> usize {
        self.n_train.div_ceil(self.batch)
    }

    /// All steps at a learning rate.
    pub fn steps(&self, learning_rate: f64) -> impl Iterator<Item = BatchStep> {
        let per_epoch = self.n() as u64;
        let optimizer = Optimizer { learning_rate, ..self.optimizer };
        let pace = move |t| pace(&optimizer, &self.schedule, StepAt { step: t - 1, per_epoch }, &self.memory);
        let scalars = optimizer.scalars(u64::from(self.first) + 1, pace);
        (0..self.n()).zip(scalars).map(|(k, scalars)| BatchStep {
            start: (k * self.batch) as u32,
            rows: self.batch.min(self.n_train - k * self.batch) as u32,
            step: self.first + k as u32,
            scalars,
        })
    }
}

/// What a schedule decides about a step.
fn pace(optimizer: &Optimizer, schedule: &schedule::Settings, at: StepAt, memory: &Memory) -> Pace {
    let factor = schedule.factor(at, memory);
    Pace { learning_rate: optimizer.learning_rate * factor, factor, momentum: momentum(optimizer, schedule, at) }
}

/// What a schedule puts in the place of the optimizer's own momentum or beta1 at a step.
pub(crate) fn momentum(optimizer: &Optimizer, schedule: &schedule::Settings, at: StepAt) -> Option<f64> {
    schedule.momentum(at).or_else(|| {
        let own = optimizer.momentum().filter(|&own| own > 0.0)?;
        schedule.rising_momentum(at, own)
    })
}

/// Steps one after the other, all of an epoch or a part of it: each takes the rows of the order that follow those of the step
/// before. Clones and parts share the plan, and what was worked out before they were made.
#[derive(Clone, Debug, Default)]
pub struct BatchSteps {
    plan: Option<Rc<StepPlan>>,
    learning_rate: f64,
    list: OnceCell<Rc<Vec<BatchStep>>>,
    part: Range<u32>,
}

impl BatchSteps {
    /// Bytes of a plan that clones share.
    pub const SHARED_BYTES: usize = size_of::<StepPlan>() + 2 * size_of::<usize>();

    /// All steps of a plan at a learning rate.
    pub fn planned(plan: Rc<StepPlan>, learning_rate: f64) -> Self {
        let n = plan.n() as u32;
        Self::of_plan(plan, learning_rate, n)
    }

    /// The same of a plan that is known to be of `n` steps.
    #[inline]
    pub(crate) fn of_plan(plan: Rc<StepPlan>, learning_rate: f64, n: u32) -> Self {
        Self { plan: Some(plan), learning_rate, list: OnceCell::new(), part: 0..n }
    }

    /// Some of them, counted from the first.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Self {
        let of = |at: usize| self.part.start + at.min(self.len()) as u32;
        Self { part: of(range.start)..of(range.end), ..self.clone() }
    }

    /// The plan, where there is one, the learning rate, and which of its steps these are.
    #[inline]
    pub fn plan(&self) -> Option<(&Rc<StepPlan>, f64, Range<usize>)> {
        self.plan.as_ref().map(|plan| (plan, self.learning_rate, self.places()))
    }

    #[inline]
    fn places(&self) -> Range<usize> {
        self.part.start as usize..self.part.end as usize
    }

    /// How many.
    #[inline]
    pub fn len(&self) -> usize {
        self.part.len()
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.part.is_empty()
    }

    /// Steps of the run before the first of them, and before whatever comes after the last; none where there are none.
    #[inline]
    pub fn span(&self) -> Option<Range<u32>> {
        let before = match &self.plan {
            Some(plan) => plan.first + self.part.start,
            None => self.first()?.step,
        };
        (!self.is_empty()).then(|| before..before + self.len() as u32)
    }

    /// The places of the epoch's order that they take their rows from.
    #[inline]
    pub fn rows(&self) -> Range<u32> {
        match &self.plan {
            Some(plan) => {
                let place = |step: usize| (step * plan.batch).min(plan.n_train) as u32;
                place(self.places().start)..place(self.places().end)
            }
            None => self.first().map_or(0, |step| step.start)..self.last().map_or(0, |step| step.start + step.rows),
        }
    }

    /// Rows of the largest batch.
    pub fn most_rows(&self) -> u32 {
        match &self.plan {
            Some(plan) => self.rows().len().min(plan.batch) as u32,
            None => self.iter().map(|step| step.rows).max().unwrap_or(0),
        }
    }
}

impl From<Vec<BatchStep>> for BatchSteps {
    fn from(list: Vec<BatchStep>) -> Self {
        let part = 0..list.len() as u32;
        Self { list: OnceCell::from(Rc::new(list)), part, ..Self::default() }
    }
}

impl FromIterator<BatchStep> for BatchSteps {
    fn from_iter<I: IntoIterator<Item = BatchStep>>(steps: I) -> Self {
        steps.into_iter().collect::<Vec<_>>().into()
    }
}

impl Deref for BatchSteps {
    type Target = [BatchStep];

    fn deref(&self) -> &[BatchStep] {
        let steps = |plan: &Rc<StepPlan>| plan.steps(self.learning_rate).collect();
        let list = self.list.get_or_init(|| Rc::new(self.plan.as_ref().map_or_else(Vec::new, steps)));
        list.get(self.places()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// What a plan says of its steps without working them out is what they are.
        #[test]
        fn a_plan_knows_its_steps(
            batch in 1..40usize, n_train in 1..200usize, first in 0..1000u32, from in 0..30usize, n in 0..30usize,
        ) {
            let schedule = schedule::Settings::named("cosine").unwrap();
            let plan = StepPlan { batch, n_train, first, memory: Memory::default(), optimizer: Optimizer::default(), schedule };
            let all = BatchSteps::planned(Rc::new(plan), 1e-3);
            let part = all.part(from..from + n);
            let given: BatchSteps = all.iter().skip(from).take(n).copied().collect();
            prop_assert_eq!(part.len(), given.len());
            prop_assert_eq!(part.span(), given.span());
            prop_assert_eq!(part.most_rows(), given.most_rows());
            prop_assert_eq!(part.rows().len(), given.iter().map(|step| step.rows as usize).sum::<usize>());
            if !given.is_empty() {
                prop_assert_eq!(part.rows(), given.rows());
            }
            prop_assert_eq!(&part[..], &given[..]);
            prop_assert_eq!(all.iter().map(|step| step.rows as usize).sum::<usize>(), n_train);
        }
    }
}

//! What samplers that learn remember: where trials are in the unit cube, and what came of them. An axis's share in [0, 1] is
//! even in its own scale; of steps and choices it is the middle of the part that becomes the same value.

use super::{Sampler, random};
use crate::order::{by_key, place};
use crate::rng::{Purpose, RunId, Stream};
use crate::search::Outcome;
use crate::space::{Distribution, Space};
use crate::study::Learning;
use serde_json::{Map, Value};

/// A share that lies in the part beside.
const BESIDE: f64 = 1e-12;

/// An axis of the cube.
pub struct Axis {
    pub name: String,
    pub distribution: Distribution,
    pub kind: Kind,
}

/// What lies along an axis.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One value: nothing is searched.
    Single,
    /// Every share is a value of its own.
    Real,
    /// Values in order, each of which has a part of the axis.
    Steps,
    /// So many values without an order.
    Choices(usize),
}

impl Axis {
    fn of(name: &str, distribution: &Distribution) -> Self {
        let kind = match distribution {
            _ if distribution.is_single() => Kind::Single,
            Distribution::Categorical { choices } => Kind::Choices(choices.len()),
            Distribution::Float { step: None, .. } => Kind::Real,
            _ => Kind::Steps,
        };
        Self { name: name.into(), distribution: distribution.clone(), kind }
    }

    /// The share that stands for the value which `u` becomes.
    pub fn snap(&self, u: f64) -> f64 {
        let [low, high] = self.distribution.cell(u);
        f64::midpoint(low, high)
    }

    /// Shares of other values: all of a few; of more the neighbours and some others, evenly.
    pub fn others(&self, u: f64, most: usize) -> Vec<f64> {
        let [low, high] = self.distribution.cell(u);
        let own = f64::midpoint(low, high);
        let near = [low - BESIDE, high + BESIDE].into_iter().filter(|u| (0.0..1.0).contains(u));
        let n = if let Kind::Choices(n) = self.kind { n } else { most };
        let even = (0..n).map(|k| (k as f64 + 0.5) / n as f64);
        let all = near.chain(even).map(|u| self.snap(u)).filter(|&u| u != own).collect();
        let mut all = by_key(all, |&u| place(u));
        all.dedup();
        all
    }

    /// The number of the choice that `u` becomes.
    pub fn choice(&self, u: f64) -> usize {
        match self.kind {
            Kind::Choices(n) => ((u * n as f64) as usize).min(n - 1),
            _ => 0,
        }
    }
}

/// A trial that was asked for.
pub struct Known {
    /// Its shares, snapped.
    pub point: Vec<f64>,
    /// Axes that it uses.
    pub used: Vec<bool>,
    /// What came of it, not finite where it failed; nothing while it runs.
    pub value: Option<f64>,
    /// Epochs after which it was pruned.
    pub pruned_after: Option<usize>,
}

impl Known {
    fn has_failed(&self) -> bool {
        !self.value.is_some_and(f64::is_finite)
    }

    /// Whoever got to its end comes before who was pruned, those before the others that got farther, and who failed last.
    fn class(&self) -> u64 {
        match self.pruned_after {
            _ if self.has_failed() => u64::MAX,
            Some(epochs) => u64::MAX - 1 - epochs as u64,
            None => 0,
        }
    }
}

/// See the module.
pub struct History {
    pub axes: Vec<Axis>,
    /// In number order, without gaps.
    pub trials: Vec<Known>,
    seed: u64,
}

impl History {
    pub fn new(space: &Space, seed: u64) -> Self {
        let axes = space.iter().map(|(name, distribution)| Axis::of(name, distribution)).collect();
        Self { axes, trials: Vec::new(), seed }
    }

    /// Where the sampler "random" puts a trial of this number.
    pub fn drawn(&self, number: u32) -> Vec<f64> {
        self.axes.iter().map(|axis| random::share(self.seed, number, &axis.name)).collect()
    }

    /// Draws of a sampler's own for a trial.
    pub fn stream(&self, number: u32, sampler: u32) -> Stream {
        Stream::of(self.seed, Purpose::Search, RunId { trial: number, ..RunId::default() }, sampler)
    }

    /// Enters the next trial, which is now running, and says its parameters.
    pub fn enter(&mut self, point: &[f64]) -> Map<String, Value> {
        let params = self.axes.iter().zip(point).map(|(axis, &u)| (axis.name.clone(), axis.distribution.at(u)));
        let params = params.collect();
        let point = self.axes.iter().zip(point).map(|(axis, &u)| axis.snap(u)).collect();
        self.trials.push(Known { point, used: vec![true; self.axes.len()], value: None, pruned_after: None });
        params
    }

    pub fn leave_out(&mut self, number: u32, unused: &[String]) {
        let Some(trial) = self.trials.get_mut(number as usize) else { return };
        for (used, axis) in trial.used.iter_mut().zip(&self.axes) {
            *used &= !unused.contains(&axis.name);
        }
    }

    pub fn tell(&mut self, outcome: &Outcome) {
        if let Some(trial) = self.trials.get_mut(outcome.number as usize) {
            (trial.value, trial.pruned_after) = (Some(outcome.value), outcome.pruned_after);
        }
    }

    /// How many trials have ended.
    pub fn n_told(&self) -> usize {
        self.trials.iter().filter(|trial| trial.value.is_some()).count()
    }

    /// Trials that have ended and their values, in number order. Who failed counts as the worst that did not, and who was pruned
    /// as no better than whoever ranks before it, since values of fewer epochs are no measure beside those of all. Empty where
    /// all failed.
    pub fn told(&self) -> Vec<(&Known, f64)> {
        let mut worst = f64::NEG_INFINITY;
        let mut told = vec![None; self.trials.len()];
        for at in self.ranked((0..self.trials.len()).collect()) {
            let trial = &self.trials[at];
            worst = trial.value.filter(|value| value.is_finite()).map_or(worst, |value| value.max(worst));
            told[at] = Some((trial, worst));
        }
        if worst == f64::NEG_INFINITY { Vec::new() } else { told.into_iter().flatten().collect() }
    }

    /// The places among `trials` of those of some that have ended, the best first: those that got to their end by their values,
    /// then pruned ones, of which those are better that got farther, then those that failed. Equals stay as they are.
    pub fn ranked(&self, mut some: Vec<usize>) -> Vec<usize> {
        some.retain(|&at| self.trials[at].value.is_some());
        let value = |at: &usize| self.trials[*at].value.filter(|value| value.is_finite()).map_or(u64::MAX, place);
        by_key(by_key(some, value), |&at| self.trials[at].class())
    }

    /// Trials that are running.
    pub fn running(&self) -> impl Iterator<Item = &Known> {
        self.trials.iter().filter(|trial| trial.value.is_none())
    }
}

/// How a sampler picks a place by what is known.
pub trait Model {
    /// The place of trial `number`; some trial has ended.
    fn suggest(&mut self, history: &History, number: u32) -> Vec<f64>;
}

/// A sampler that draws its first trials at random, and then goes by its model.
pub struct Learner<M> {
    history: History,
    learning: Learning,
    model: M,
}

impl<M: Model> Learner<M> {
    pub fn new(space: &Space, learning: Learning, seed: u64, model: M) -> Self {
        Self { history: History::new(space, seed), learning, model }
    }
}

impl<M: Model> Sampler for Learner<M> {
    fn ask(&mut self, number: u32) -> Option<Map<String, Value>> {
        let learns = number >= self.learning.startup && self.history.n_told() > 0;
        let point = if learns { self.model.suggest(&self.history, number) } else { self.history.drawn(number) };
        Some(self.history.enter(&point))
    }

    fn round(&self, told: u32) -> u32 {
        self.learning.round(told)
    }

    fn tell(&mut self, outcome: &Outcome) {
        self.history.tell(outcome);
    }

    fn leave_out(&mut self, number: u32, unused: &[String]) {
        self.history.leave_out(number, unused);
    }
}

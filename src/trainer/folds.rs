//! The folds of a cross-validation: each network trains on its fold's rows, standardised by them. One split is one fold.

use super::contestant::data_of;
use super::{Trainer, TrialSnapshot};
use crate::backend::{Data, Network, NetworkSpec, Population, Score, Snapshot, mixed};
use crate::dataset::{Prepared, Task};
use crate::error::Result;
use crate::rng::RunId;
use crate::search::Trial;
use std::rc::Rc;

/// What networks of a fold train on, and how their scores are told.
pub(super) struct Fold {
    /// The rows.
    pub data: Rc<Data>,
    /// What a loss is multiplied by, for the targets' own units squared.
    pub unit: f64,
    /// [`Prepared::target_spreads`], for R^2 of numbers.
    spread: Option<[f64; 3]>,
}

impl Fold {
    pub fn new(prepared: &Prepared) -> Self {
        let (unit, spread) = match prepared.task {
            Task::Classes(_) => (1.0, None),
            Task::Numbers => (prepared.target_scale * prepared.target_scale, Some(prepared.target_spreads())),
        };
        Self { data: Rc::new(data_of(prepared)), unit, spread }
    }

    /// Accuracy for classes, R^2 for numbers; `part` is 0 train, 1 validation, 2 test.
    pub fn metric(&self, score: Score, part: usize) -> f64 {
        self.spread.map_or(score.accuracy, |spread| 1.0 - score.loss / spread[part])
    }
}

impl Trainer {
    /// The fold that a network trains on.
    pub(super) fn fold(&self, spec: &NetworkSpec) -> &Fold {
        &self.folds[usize::from(spec.run.fold)]
    }

    /// Steps that a network takes in an epoch.
    pub(super) fn per_epoch(&self, spec: &NetworkSpec) -> u64 {
        self.fold(spec).data.n_train.div_ceil(spec.max_batch) as u64
    }

    /// [`Trainer::weights`] of a trial's networks on the first fold, one a seed: those whose rows are [`Trainer::data`].
    pub fn of_first_fold(&self, trial: &Trial, snapshot: &TrialSnapshot) -> Vec<Vec<f32>> {
        let mut weights = self.weights(trial, snapshot);
        weights.truncate(snapshot.networks.len() / self.folds.len().max(1));
        weights
    }

    /// What each of a trial's networks is scored by, wherever the snapshot was taken: its weights, or the average that it keeps.
    pub fn weights(&self, trial: &Trial, snapshot: &TrialSnapshot) -> Vec<Vec<f32>> {
        let spec = self.network(trial, 0, &self.config(trial), RunId::default());
        let own = |(at, network): (usize, &Snapshot)| match snapshot.means.get(at) {
            Some(mean) => mean.clone(),
            None => network.weights(&spec),
        };
        snapshot.networks.iter().enumerate().map(own).collect()
    }

    /// Networks that train side by side, each on its own fold.
    pub(super) async fn population(&self, networks: Vec<Network>) -> Result<Box<dyn Population>> {
        if self.folds.len() == 1 {
            return self.backend.population(self.data.clone(), networks).await;
        }
        let mut dealt: Vec<(Vec<usize>, Vec<Network>)> = self.folds.iter().map(|_| Default::default()).collect();
        for (index, network) in networks.into_iter().enumerate() {
            let (indices, own) = &mut dealt[usize::from(network.spec.run.fold)];
            indices.push(index);
            own.push(network);
        }
        let mut parts = Vec::new();
        for (fold, (indices, own)) in self.folds.iter().zip(dealt) {
            parts.push((indices, self.backend.population(fold.data.clone(), own).await?));
        }
        Ok(mixed::side_by_side(parts))
    }
}

//! What is trained outside of a trainer's waves: a trial's first network, and the rows.

use super::Trainer;
use crate::backend::{Data, Labels, Network, NetworkSpec};
use crate::dataset::{Plane, Prepared, PreparedTargets};
use crate::mlp::Init;

/// A network that is trained step by step.
#[derive(Clone, Debug)]
pub struct Contestant {
    /// Its trial's number.
    pub trial: u32,
    /// What it is.
    pub spec: NetworkSpec,
    /// Rows of a batch.
    pub batch: usize,
    /// Epochs of its whole training.
    pub epochs: usize,
    /// Epochs between looks at the validation rows, for which some schedules wait.
    pub evaluate_every: usize,
    /// How its initial parameters are drawn, and their deviation where that decides.
    pub init: (Init, f64),
    /// Whether its trial ends with an average of weights, which lies beside the way that steps take.
    pub is_averaged: bool,
}

/// Whether an epoch, counted from 1, ends with a look at the validation rows: every so manieth, and a training's last.
pub(super) fn is_evaluated(evaluate_every: usize, epoch: usize, epochs: usize) -> bool {
    epoch.is_multiple_of(evaluate_every) || epoch == epochs
}

impl Contestant {
    /// Whether an epoch, counted from 1, ends with a look at the validation rows.
    pub fn is_evaluated(&self, epoch: usize) -> bool {
        is_evaluated(self.evaluate_every, epoch, self.epochs)
    }

    /// Steps of an epoch over so many rows.
    pub fn epoch_steps(&self, n_train: usize) -> usize {
        n_train.div_ceil(self.batch.max(1))
    }

    /// The network before its first step.
    pub fn initial(&self) -> Network {
        self.spec.clone().initial_by(self.init.0, self.init.1)
    }
}

impl Trainer {
    /// What is made of the two features of a plane; nothing of other data.
    pub fn plane(&self) -> Plane {
        Plane { derived: self.study.data.derived.clone(), scaling: self.prepared.scaling.clone() }
    }
}

/// Rows for training and evaluation out of a prepared data set.
pub(crate) fn data_of(prepared: &Prepared) -> Data {
    Data {
        x: prepared.x.clone(),
        columns: prepared.columns,
        labels: match &prepared.targets {
            PreparedTargets::Classes(classes) => Labels::Classes(classes.clone()),
            PreparedTargets::Numbers(numbers) => Labels::Numbers(numbers.clone()),
        },
        n_train: prepared.n_train,
        n_validation: prepared.n_validation,
    }
}

//! What trials will take.

use super::Trainer;
use super::folds::Fold;
use crate::backend::second_order::{Look, MOST_CURVED};
use crate::backend::{Data, Labels, Need, NetworkSpec, second_order, work};
use crate::error::{Error, Result};
use crate::rng::RunId;
use crate::search::Search;
use crate::study::{Record, TrialConfig};

/// Ways through a network that an eigenvalue takes, about, and how much longer a row takes in f64 by itself.
const PRODUCTS: f64 = 50.0;
const SINGLY: f64 = 4.0;

/// Trials of a study that are looked at before all are drawn.
const LOOKED_AT: u32 = 64;

/// What a trial will take over all epochs, seeds and folds, if it does not end early.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Gradient steps.
    pub steps: u64,
    /// What it takes, by [`work`].
    pub work: f64,
}

impl Trainer {
    pub(super) fn cost(&self, config: &TrialConfig, network: &NetworkSpec) -> Cost {
        let steps = self.data.n_train.div_ceil(network.max_batch);
        let rows = (work::WAYS * self.data.n_train + self.data.n_validation) as f64;
        let row = work::row(&network.shape);
        let recorded = self.recording(network) * row;
        let epoch = rows * row + steps as f64 * self.backend.step_work(network) + recorded;
        let own_steps = |fold: &Fold| fold.data.n_train.div_ceil(config.batch_size.unwrap_or(usize::MAX));
        let all_steps = self.folds.iter().map(own_steps).sum::<usize>() * config.epochs;
        Cost {
            steps: all_steps as u64 * u64::from(self.study.seeds_per_trial),
            work: epoch * config.epochs as f64 * f64::from(self.study.copies()),
        }
    }

    /// All bytes that the largest network assigned so far takes while it trains.
    pub const fn largest_network(&self) -> u64 {
        self.largest
    }

    /// What somebody loses who looks at no feature, on the rows for training or validation: who says each class as often as it
    /// is among the rows for training, or their mean. Infinite where a class is only among the others.
    pub fn guess(&self, on_train: bool) -> f64 {
        let Data { labels, n_train, n_validation, .. } = &*self.data;
        let rows = if on_train { 0..*n_train } else { *n_train..n_train + n_validation };
        let n = rows.len() as f64;
        match labels {
            Labels::Classes(classes) => {
                let share = |class: u32| {
                    classes[..*n_train].iter().filter(|&&other| other == class).count() as f64 / *n_train as f64
                };
                let n_classes = classes[rows.clone()].iter().max().map_or(0, |&most| most + 1);
                let shares: Vec<f64> = (0..n_classes).map(share).collect();
                rows.map(|row| -libm::log(shares[classes[row] as usize])).sum::<f64>() / n
            }
            Labels::Numbers(numbers) => {
                let mean = numbers[..*n_train].iter().map(|&y| f64::from(y)).sum::<f64>() / *n_train as f64;
                let off = |row: usize| f64::from(numbers[row]) - mean;
                self.unit() * rows.map(|row| off(row) * off(row)).sum::<f64>() / n
            }
        }
    }

    /// Rows that go through a network for what is recorded after each epoch, one at a time.
    fn recording(&self, network: &NetworkSpec) -> f64 {
        let rows = Look::rows(self.data.n_train, network.shape.n_parameters()) as f64;
        let times = |record| match record {
            Record::Curvature => PRODUCTS * (2.0 + network.shape.hidden.len() as f64),
            Record::GradientNorm => 3.0,
            Record::DeadUnits => 1.0,
            Record::WeightNorm | Record::UpdateRatio => 0.0,
        };
        SINGLY * rows * self.study.record.iter().map(times).sum::<f64>()
    }

    /// What makes a network smaller: a list of widths leaves depth and width without effect.
    fn shape_knobs(&self) -> &'static str {
        if self.study.fixed.contains_key("hidden") { "hidden" } else { "hidden_units, hidden_layers" }
    }

    /// Refuses a network whose curvature takes more than there is.
    ///
    /// # Errors
    /// [`Error::TooLarge`]; [`Error::NoCurvatureOfNorms`] of one with batch norms.
    pub fn check_curvature(&self, trial: u32, network: &NetworkSpec) -> Result<()> {
        if network.needs(Need::WholeBatches) {
            return Err(Error::NoCurvatureOfNorms);
        }
        let n = network.shape.n_parameters();
        if n <= MOST_CURVED {
            return Ok(());
        }
        let mb = |n: usize| (second_order::curvature_bytes(n) >> 20) as u64;
        let (limit, knob) = ("curvature".into(), format!("{}, record", self.shape_knobs()));
        Err(Error::TooLarge { trial, needed_mb: mb(n), limit, limit_mb: mb(MOST_CURVED), knob })
    }

    /// Refuses a study whose first trials are too large, before all of them are drawn.
    ///
    /// # Errors
    /// [`Error::TooLarge`], as [`Trainer::assign`].
    pub fn check_first(&self) -> Result<()> {
        for trial in Search::preview(&self.study, LOOKED_AT) {
            let network = self.network(&trial, 0, &self.config(&trial), RunId::default());
            self.check_size(trial.number, &network)?;
        }
        Ok(())
    }

    /// Refuses a network that takes more than there is.
    pub(super) fn check_size(&self, trial: u32, network: &NetworkSpec) -> Result<()> {
        if self.study.record.has(Record::Curvature) {
            self.check_curvature(trial, network)?;
        }
        if network.is_second_order() {
            return second_order::check_size(trial, network, self.shape_knobs());
        }
        let (limit_bytes, limit) = self.backend.memory_limit();
        let bytes = self.backend.largest_piece_bytes(network);
        if bytes <= limit_bytes {
            return Ok(());
        }
        let mb = |bytes: u64| bytes.div_ceil(1 << 20);
        Err(Error::TooLarge {
            trial,
            needed_mb: mb(bytes),
            limit,
            limit_mb: limit_bytes >> 20,
            knob: format!("{}, batch_size", self.shape_knobs()),
        })
    }
}

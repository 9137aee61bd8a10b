//! What is written down of an epoch: its scores, and what the study asks for beside them.

use super::wave::{Kept, Running, Wave};
use super::{Trainer, TrialSnapshot};
use crate::backend::dead_units::dead_units;
use crate::backend::epoch::Course;
use crate::backend::second_order::{Look, length, parts};
use crate::backend::{EpochOutcome, Network, reference};
use crate::result::{EpochRecord, Recorded, Spread, TestScore, TrialEvent, mean_and_deviation};
use crate::search::Trial;
use crate::study::Record;

impl Trainer {
    /// The one look at the test rows: loss and metric of a trial as it was when it ended, the mean over its networks.
    pub fn test(&self, trial: &Trial, ended: &TrialSnapshot) -> TestScore {
        let first = self.data.n_train + self.data.n_validation;
        let rows: Vec<u32> = (first as u32..self.data.rows() as u32).collect();
        let specs = self.copies(trial, 0, &self.config(trial));
        let (mut loss, mut metric) = (0.0, 0.0);
        for (network, weights) in specs.iter().zip(self.weights(trial, ended)) {
            let (layers, fold) = (network.shape.layers(), self.fold(network));
            let score = reference::score(network, &layers, &weights, &fold.data, &rows);
            loss += score.loss * fold.unit;
            metric += fold.metric(score, 2);
        }
        let n = ended.networks.len() as f64;
        TestScore { trial: trial.number, loss: loss / n, metric: metric / n }
    }

    /// The scores of an epoch of a trial of one network, whose rows are the first fold's.
    pub(super) fn row(
        &self,
        epoch: usize,
        outcome: &EpochOutcome,
        course: &Course,
    ) -> [f64; TrialEvent::EPOCH_NUMBERS] {
        let fold = &self.folds[0];
        let (train, is_validated) = (outcome.train, outcome.validation.is_some() || self.data.n_validation == 0);
        let validation = outcome.validation.unwrap_or_default();
        let scored = |value: f64, missing: f64| if is_validated { value } else { missing };
        [
            epoch as f64,
            train.loss * fold.unit,
            scored(validation.loss * fold.unit, TrialEvent::NOT_VALIDATED),
            fold.metric(train, 0),
            scored(fold.metric(validation, 1), f64::NAN),
            course.last_rate(epoch),
            outcome.seconds,
        ]
    }

    /// An epoch's scores, the mean over a trial's networks. Losses of numbers are in the targets' own units, squared.
    pub(super) fn scores(&self, epoch: usize, outcomes: &[EpochOutcome], courses: &[Course]) -> EpochRecord {
        let over_copies = |value: &dyn Fn(&EpochOutcome) -> f64| mean_and_deviation(outcomes.iter().map(value));
        let fold = |outcome: &EpochOutcome| &self.folds[usize::from(courses[outcome.network].run.fold)];
        let is_validated = outcomes.iter().all(|outcome| outcome.validation.is_some() || self.data.n_validation == 0);
        let validation = |outcome: &EpochOutcome| outcome.validation.unwrap_or_default();
        let rate = |outcome: &EpochOutcome| courses[outcome.network].last_rate(epoch);
        // Where all are alike, their mean is exactly that.
        let learning_rate = outcomes.split_first().map_or(0.0, |(first, others)| {
            let first = rate(first);
            first + others.iter().map(|other| rate(other) - first).sum::<f64>() / outcomes.len() as f64
        });
        let train_loss = over_copies(&|o| o.train.loss * fold(o).unit);
        let validation_loss = over_copies(&|o| validation(o).loss * fold(o).unit);
        let train_metric = over_copies(&|o| fold(o).metric(o.train, 0));
        let validation_metric = over_copies(&|o| fold(o).metric(validation(o), 1));
        EpochRecord {
            epoch,
            train_loss: train_loss.0,
            validation_loss: is_validated.then_some(validation_loss.0),
            train_metric: train_metric.0,
            validation_metric: is_validated.then_some(validation_metric.0),
            learning_rate,
            seconds: over_copies(&|o| o.seconds).0,
            spread: (outcomes.len() > 1).then(|| {
                Box::new(Spread {
                    train_loss: train_loss.1,
                    validation_loss: is_validated.then_some(validation_loss.1),
                    train_metric: train_metric.1,
                    validation_metric: is_validated.then_some(validation_metric.1),
                })
            }),
            recorded: None,
        }
    }

    /// What is kept of networks at their start for the first record.
    pub(super) fn kept(&self, networks: &[Network]) -> Vec<Kept> {
        if self.study.record.is_empty() {
            return Vec::new();
        }
        let kept = |network: &Network| Kept {
            parameters: network.parameters.iter().map(|&x| x as f32).collect(),
            warm: Vec::new(),
        };
        networks.iter().map(kept).collect()
    }

    /// What the study asks for of a trial whose networks are through an epoch, the mean over them. `None` where it asks for
    /// nothing, or one of them has diverged.
    pub(super) fn recorded(&mut self, wave: &mut Wave, owner: usize) -> Option<Recorded> {
        let records = self.study.record;
        let running = &mut wave.trials[owner];
        if records.is_empty() || running.outcomes.iter().any(|outcome| outcome.diverged_at.is_some()) {
            return None;
        }
        let Running { networks, kept, epochs_done, .. } = running;
        let mut all = Vec::new();
        for (index, kept) in networks.clone().zip(kept) {
            let (spec, snapshot) = (&wave.networks[index], wave.population.snapshot(index));
            let (n, rows) = (spec.shape.n_parameters(), self.folds[usize::from(spec.run.fold)].data.clone());
            let now: Vec<f64> = snapshot.numbers.get(..n)?.iter().map(|&x| f64::from(x)).collect();
            let before: Vec<f64> = kept.parameters.iter().map(|&x| f64::from(x)).collect();
            let key = (spec.run.fold, Look::rows(rows.n_train, n));
            let data = self.looked_at.entry(key).or_insert_with(|| Look::data(&rows, n));
            let n_rows = data.rows();
            let mut look = Look::new(spec, data.clone());
            let gradient = if records.has(Record::GradientNorm) { look.gradient(&now).1 } else { Vec::new() };
            let dead = if records.has(Record::DeadUnits) {
                dead_units(spec, &snapshot.numbers[..n], &rows)
            } else {
                Vec::new()
            };
            let course = &wave.courses[index];
            let at = course.last_step(*epochs_done + 1);
            let curvature = records
                .has(Record::Curvature)
                .then(|| look.curvature(&snapshot, spec.momentum(at), true, &mut kept.warm));
            let mut numbers = Vec::new();
            for (layer, part) in parts(&spec.shape.layers()).into_iter().enumerate() {
                let moved: Vec<f64> = part.clone().map(|at| now[at] - before[at]).collect();
                numbers.extend(records.iter().map(|record| match record {
                    Record::GradientNorm => length(gradient[part.clone()].iter()),
                    Record::WeightNorm => length(now[part.clone()].iter()),
                    Record::UpdateRatio => length(moved.iter()) / length(before[part.clone()].iter()),
                    Record::DeadUnits => dead.get(layer).copied().unwrap_or(f64::NAN),
                    Record::Curvature => curvature.as_ref().map_or(f64::NAN, |own| own.layers[layer]),
                }));
            }
            if let Some(own) = curvature {
                let limit = spec.stability_limit(course.last_rate(*epochs_done + 1), at).unwrap_or(f64::NAN);
                numbers.extend([own.largest, own.preconditioned, limit, own.residual]);
                numbers.extend([n_rows, rows.n_train].map(|n| n as f64));
            }
            kept.parameters = snapshot.numbers[..n].to_vec();
            all.push(Recorded::new(records, numbers)?);
        }
        Recorded::mean(all)
    }
}

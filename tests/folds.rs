//! Cross-validation: each fold is what a plain computation in f64 makes of its rows alone, and a trial is the mean of them.
#![expect(clippy::unwrap_used, reason = "how a test fails")]

use crate::common::{On, backends, train};
use crate::held::{LONG, Life, kinds, lives, text};
use core::time::Duration;
use serde_json::{Value, json};
use std::rc::Rc;
use tuning_playground::backend::reference::{ReferencePopulation, score};
use tuning_playground::backend::{BatchStep, Data, EpochBatches, Labels, NetworkSpec, Population};
use tuning_playground::dataset::{Dataset, Split, Targets, folds};
use tuning_playground::mlp::{Activation, Loss, Shape};
use tuning_playground::result::{Spread, mean_and_deviation};
use tuning_playground::rng::{Purpose, RunId, Stream};
use tuning_playground::study::{FORMAT, Study};
use tuning_playground::trainer::Trainer;

const EPOCHS: u64 = 3;
const BATCH: usize = 16;

fn square(x: f64) -> f64 {
    x * x
}

fn study(dataset: &str, fixed: &Value, more: &Value) -> Rc<Study> {
    let mut study = json!({
        "format": FORMAT,
        "dataset": {"name": dataset, "samples": 70, "noise": 0.3, "folds": 3},
        "fixed": {"hidden": [5], "activation": "tanh", "epochs": EPOCHS, "batch_size": BATCH, "optimizer": "adam"},
        "trials": 2,
        "seeds_per_trial": 2,
        "seed": 4,
    });
    let merge = |to: &mut Value, from: &Value| to.as_object_mut().unwrap().extend(from.as_object().unwrap().clone());
    merge(&mut study["fixed"], fixed);
    merge(&mut study, more);
    Rc::new(Study::check(&study).unwrap())
}

/// The values of a column over some rows, by their own mean and deviation.
fn standardised(all: &[f64], train: &[u32]) -> (Vec<f64>, f64) {
    let n = train.len() as f64;
    let mean = train.iter().map(|&row| all[row as usize]).sum::<f64>() / n;
    let deviation = (train.iter().map(|&row| square(all[row as usize] - mean)).sum::<f64>() / n).sqrt();
    (all.iter().map(|x| (x - mean) / deviation).collect(), deviation)
}

/// A fold's rows in f64, train, validation and test, and the deviation of its targets.
fn rows_of(data: &Dataset, split: &Split) -> (Data<f64>, f64) {
    let columns: Vec<Vec<f64>> = (0..data.columns)
        .map(|column| {
            let all: Vec<f64> = (0..data.rows).map(|row| data.value(row, column)).collect();
            standardised(&all, &split.train).0
        })
        .collect();
    let rows: Vec<usize> =
        [&split.train, &split.validation, &split.test].into_iter().flatten().map(|&row| row as usize).collect();
    let x = rows.iter().flat_map(|&row| columns.iter().map(move |column| column[row])).collect();
    let (labels, unit) = match &data.targets {
        Targets::Classes(classes) => (Labels::Classes(rows.iter().map(|&row| classes[row]).collect()), 1.0),
        Targets::Numbers(numbers) => {
            let (scaled, unit) = standardised(numbers, &split.train);
            (Labels::Numbers(rows.iter().map(|&row| scaled[row]).collect()), unit)
        }
    };
    let (n_train, n_validation) = (split.train.len(), split.validation.len());
    (Data { x, columns: data.columns, labels, n_train, n_validation }, unit)
}

/// Validation loss and metric after the last epoch, and test loss, of each fold and seed of a trial, one after the other.
fn by_hand(study: &Study, trial: u32) -> Vec<[f64; 3]> {
    let data = study.load(None).unwrap();
    let is_numbers = matches!(data.targets, Targets::Numbers(_));
    let mut all = Vec::new();
    for (fold, split) in (0..).zip(folds(&data, &study.data).unwrap()) {
        let (rows, unit) = rows_of(&data, &split);
        let rows = Rc::new(rows);
        for repeat in 0..study.seeds_per_trial {
            let (loss, outputs) = if is_numbers { (Loss::Mse, 1) } else { (Loss::CrossEntropy, 2) };
            let spec = NetworkSpec {
                run: RunId { trial, fold, repeat },
                seed: study.seed,
                shape: Shape { inputs: 2, hidden: vec![5], outputs, activation: Activation::Tanh, batch_norm: false },
                loss,
                optimizer: crate::common::named("adam", &[]),
                schedule: tuning_playground::schedule::Settings::default(),
                dropout: 0.0,
                max_batch: BATCH,
                crowd: 1,
            };
            let mut population = ReferencePopulation::<f64>::new(rows.clone(), vec![spec.clone().initial()]);
            let mut last = None;
            for epoch in 0..EPOCHS {
                let mut order: Vec<u32> = (0..rows.n_train as u32).collect();
                Stream::of(study.seed, Purpose::Shuffle, spec.run, epoch as u32).shuffle(&mut order);
                let starts = (0..rows.n_train).step_by(BATCH);
                let first = epoch * starts.len() as u64;
                let step = |(i, start): (u64, usize)| BatchStep {
                    start: start as u32,
                    rows: BATCH.min(rows.n_train - start) as u32,
                    step: (first + i) as u32,
                    scalars: spec.optimizer.step_scalars(first + i + 1, spec.optimizer.learning_rate),
                };
                let steps = (0..).zip(starts).map(step).collect();
                let batches = EpochBatches { network: 0, order: order.into(), steps, validates: true };
                last = train(&mut population, vec![batches], Duration::MAX).pop();
            }
            let found = last.unwrap().validation.unwrap();
            let parameters = pollster::block_on(population.parameters(0)).unwrap();
            let test: Vec<u32> = ((rows.n_train + rows.n_validation) as u32..rows.rows() as u32).collect();
            let tested = score(&spec, &spec.shape.layers(), &parameters, &rows, &test).loss;
            let metric = match &rows.labels {
                Labels::Classes(_) => found.accuracy,
                Labels::Numbers(numbers) => {
                    let own = &numbers[rows.n_train..][..rows.n_validation];
                    1.0 - found.loss / square(mean_and_deviation(own.iter().copied()).1)
                }
            };
            all.push([found.loss * unit * unit, metric, tested * unit * unit]);
        }
    }
    all
}

fn folds_are_what_each_trains_to_alone(on: On) {
    // f32 against f64 over a few steps, and a mean over six networks.
    const CLOSE: f64 = 1e-6;
    for name in ["moons", "waves"] {
        let study = study(name, &json!({}), &json!({}));
        let wanted: Vec<_> = (0..2).map(|trial| by_hand(&study, trial)).collect();
        assert_eq!(wanted[0].len(), 6);
        for backend in backends(on) {
            let prepared = Rc::new(study.prepare(None).unwrap());
            let trials = tuning_playground::search::Search::new(&study).ask(&study);
            let place = format!("{name} on {}", backend.adapter());
            let mut trainer = Trainer::new(study.clone(), prepared, backend, trials.clone()).unwrap();
            let mut ended = 0;
            loop {
                let mut report = pollster::block_on(trainer.advance(LONG)).unwrap();
                for (event, wanted) in report.take_trials().iter().zip(&wanted) {
                    let Some(value) = event.value else { continue };
                    let epoch = event.epochs.last().unwrap();
                    let of = |k: usize| mean_and_deviation(wanted.iter().map(|one| one[k]));
                    let Spread { validation_loss, validation_metric, .. } = **epoch.spread.as_ref().unwrap();
                    for (found, (mean, deviation), spread) in [
                        (epoch.validation_loss.unwrap(), of(0), validation_loss.unwrap()),
                        (epoch.validation_metric.unwrap(), of(1), validation_metric.unwrap()),
                    ] {
                        assert!((found - mean).abs() <= CLOSE * mean.abs().max(1.0), "{place}: {found}, not {mean}");
                        assert!((spread - deviation).abs() <= CLOSE * deviation.max(1.0), "{place}: spread {spread}");
                    }
                    assert_eq!(value, epoch.validation_loss.unwrap(), "{place}");
                    // 60 rows outside the test part: 40 a fold, in three batches of at most 16.
                    assert_eq!(event.steps, 3 * EPOCHS * 6, "{place}");
                }
                for snapshot in &report.snapshots {
                    let (number, wanted) = (snapshot.number as usize, &wanted[snapshot.number as usize]);
                    let mean = mean_and_deviation(wanted.iter().map(|one| one[2])).0;
                    let found = trainer.test(&trials[number], snapshot).loss;
                    assert!((found - mean).abs() <= CLOSE * mean.max(1.0), "{place}: test {found}, not {mean}");
                    ended += 1;
                }
                if report.finished {
                    break;
                }
            }
            assert_eq!(ended, 2, "{place}");
        }
    }
}

/// Patience, averages, a schedule that waits, descent and methods without batches, each over folds.
fn folds_go_with_everything_else(on: On) {
    let cases = [
        json!({"patience": 1, "averaging": "ema", "averaging_decay": 0.8, "learning_rate": 0.2, "epochs": 6}),
        json!({"schedule": "plateau", "plateau_patience": 1, "averaging": "swa", "epochs": 5}),
        json!({"hypergradient": 1e-3}),
        json!({"optimizer": "lbfgs"}),
        json!({"optimizer": "newton"}),
        json!({"batch_norm": true, "dropout": 0.2}),
    ];
    for backend in kinds(on) {
        for fixed in &cases {
            let mut fixed = fixed.clone();
            let record =
                json!({"record": if fixed.get("batch_norm").is_some() { json!(["weight_norm"]) } else { json!([]) }});
            if matches!(fixed["optimizer"].as_str(), Some("lbfgs" | "newton")) {
                fixed["batch_size"] = json!(40);
            }
            let study = study("moons", &fixed, &record);
            let found = lives(&study, &*backend, LONG, None);
            let is_whole = |life: &Life| life.end.as_ref().is_some_and(|end| end.value.is_some_and(f64::is_finite));
            assert!(found.iter().all(is_whole), "{fixed}");
            assert_eq!(found[0].last.networks.len(), 6);
            assert_eq!(text(&found), text(&lives(&study, &*backend, Duration::ZERO, None)), "{fixed} in pieces");
            assert_eq!(text(&found), text(&lives(&study, &*backend, LONG, Some(2))), "{fixed} parked");
        }
    }
}

crate::harness::tests! {
    each_backend [folds_are_what_each_trains_to_alone]
    plain [folds_with_everything_else_on_the_cpu]
    soak_gpu [folds_with_everything_else_on_a_gpu]
}

fn folds_with_everything_else_on_the_cpu() {
    folds_go_with_everything_else(On::Cpu);
}

fn folds_with_everything_else_on_a_gpu() {
    folds_go_with_everything_else(On::Gpu);
}

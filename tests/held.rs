//! Weights that are not just what the last step left: averages of them, and those of the best epoch, to which patience goes
//! back; and epochs that nobody scores.
#![expect(clippy::unwrap_used, reason = "how a test fails")]

use crate::common::{On, backends, batches, data, named, narrow, network, train};
use core::time::Duration;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::rc::Rc;
use tuning_playground::backend::cpu::Cpu;
use tuning_playground::backend::reference::Reference;
use tuning_playground::backend::{Backend, EpochBatches, Population};
use tuning_playground::fixture::relative_l2;
use tuning_playground::mlp::{Activation, Loss, Shape};
use tuning_playground::result::{EpochRecord, TrialEvent, TrialState};
use tuning_playground::search::Search;
use tuning_playground::study::{FORMAT, Study};
use tuning_playground::trainer::{Assignment, Trainer, TrialSnapshot};

/// Every step of an epoch as an epoch of its own.
fn steps(all: &EpochBatches) -> impl Iterator<Item = EpochBatches> {
    (0..all.steps.len()).map(|at| EpochBatches { steps: all.steps.part(at..at + 1), ..all.clone() })
}

fn numbers(population: &mut dyn Population) -> Vec<f64> {
    pollster::block_on(population.parameters(0)).unwrap()
}

fn a_running_average_follows_every_step_and_changes_none(on: On) {
    const DECAY: f64 = 0.9;
    let activation = Activation::Tanh;
    // Each rule compiles long on a software GPU. Running statistics of batch norms are averaged as the weights are.
    let n = if matches!(on, On::Gpu) { 2 } else { 3 };
    let cases = [
        ("adam", &[("learning_rate", 0.05)][..], false),
        ("adam", &[("learning_rate", 0.05)][..], true),
        ("nesterov", &[("l2", 0.1), ("hypergradient", 1e-3)][..], false),
    ];
    for (name, settings, batch_norm) in cases.into_iter().take(n) {
        let shape = Shape { inputs: 5, hidden: vec![7], outputs: 3, activation, batch_norm };
        let rows = narrow(&data(&shape, Loss::CrossEntropy, 60, 20, 3));
        let plain = network(0, &shape, Loss::CrossEntropy, named(name, settings), 0.2, 16);
        let mut averaged = plain.clone();
        averaged.spec.optimizer.average = Some(DECAY);
        // One strategy of a GPU knows norms.
        let most = if batch_norm && matches!(on, On::Gpu) { 1 } else { usize::MAX };
        for backend in backends(on).into_iter().take(most) {
            let place = format!("{name} on {} by {}", backend.adapter(), backend.strategy(&averaged.spec));
            let [mut one, mut two] = [&plain, &averaged]
                .map(|network| pollster::block_on(backend.population(rows.clone(), vec![network.clone()])).unwrap());
            let mut wanted = plain.parameters.clone();
            for epoch in 0..2 {
                let all = batches(0, &plain, 60, epoch);
                for step in steps(&all) {
                    train(&mut *one, vec![step], Duration::MAX);
                    for (average, now) in wanted.iter_mut().zip(numbers(&mut *one)) {
                        *average = DECAY * *average + (1.0 - DECAY) * now;
                    }
                }
                train(&mut *two, vec![all], Duration::MAX);
            }
            assert_eq!(numbers(&mut *one), numbers(&mut *two), "{place}");
            let snapshot = two.snapshot(0);
            let found: Vec<f64> = snapshot.weights(&averaged.spec).iter().map(|&x| f64::from(x)).collect();
            let error = relative_l2(&found, &wanted);
            assert!(error < 1e-5, "{place}: off by {error}");
            assert!(relative_l2(&numbers(&mut *two), &wanted) > 1e-3, "{place}: it lags");
            // Taken out and put back, it goes on from there.
            let mut again = pollster::block_on(backend.population(rows.clone(), vec![averaged.clone()])).unwrap();
            assert!(again.restore(0, &snapshot), "{place}");
            let next = batches(0, &plain, 60, 2);
            let weights = [&mut two, &mut again].map(|population| {
                train(&mut **population, vec![next.clone()], Duration::MAX);
                population.snapshot(0).weights(&averaged.spec)
            });
            assert_eq!(weights[0], weights[1], "{place}");
        }
    }
}

/// What a trial's epochs were, how it ended, and its weights then.
#[derive(Debug, Default)]
pub struct Life {
    pub epochs: Vec<EpochRecord>,
    pub end: Option<TrialEvent>,
    pub last: TrialSnapshot,
}

fn study(fixed: &Value, more: &Value) -> Rc<Study> {
    let mut study = json!({
        "format": FORMAT,
        "dataset": {"name": "moons", "samples": 120, "noise": 0.4},
        "fixed": {"hidden": [6, 5], "activation": "tanh", "epochs": 12, "batch_size": 14, "learning_rate": 0.05},
        "trials": 2,
        "seeds_per_trial": 2,
    });
    let merge = |to: &mut Value, from: &Value| {
        to.as_object_mut().unwrap().extend(from.as_object().unwrap().clone());
    };
    merge(&mut study["fixed"], fixed);
    merge(&mut study, more);
    Rc::new(Study::check(&study).unwrap())
}

/// Trains a study's trials in calls of this budget; with `parked` each waits after that epoch and goes on in another trainer.
pub fn lives(
    study: &Rc<Study>,
    backend: &dyn Fn() -> Box<dyn Backend>,
    budget: Duration,
    parked: Option<usize>,
) -> Vec<Life> {
    let prepared = Rc::new(study.prepare(None).unwrap());
    let trials = Search::new(study).ask(study);
    let mut lives: BTreeMap<u32, Life> = BTreeMap::new();
    let whole = |trial| Assignment { until_epoch: parked, ..Assignment::whole(trial, study.trials) };
    let mut waiting: Vec<Assignment> = trials.into_iter().map(whole).collect();
    while !waiting.is_empty() {
        let mut trainer = Trainer::new(study.clone(), prepared.clone(), backend(), Vec::new()).unwrap();
        let going = core::mem::take(&mut waiting);
        trainer.assign(going.clone()).unwrap();
        loop {
            let mut report = pollster::block_on(trainer.advance(budget)).unwrap();
            for mut event in report.take_trials() {
                let life = lives.entry(event.number).or_default();
                life.epochs.extend(event.epochs.drain(..).map(|epoch| EpochRecord { seconds: 0.0, ..epoch }));
                life.end = (event.state != TrialState::Running).then_some(event).or(life.end.take());
            }
            for snapshot in report.snapshots {
                let number = snapshot.number;
                lives.entry(number).or_default().last = snapshot;
            }
            if report.finished {
                break;
            }
        }
        for one in going {
            let life = &lives[&one.trial.number];
            if life.end.is_none() {
                let mut words = Vec::new();
                life.last.write(&mut words);
                let from = TrialSnapshot::read(&words).unwrap().pop();
                waiting.push(Assignment { until_epoch: None, from, ..one });
            }
        }
    }
    lives.into_values().collect()
}

pub fn text(lives: &[Life]) -> String {
    let own = |life: &Life| {
        let end = life.end.as_ref().map(|end| (end.state, end.value, end.kept_epoch, end.steps));
        format!("{:?} {end:?} {:?} {}", life.epochs, life.last.networks, life.last.epochs)
    };
    lives.iter().map(own).collect()
}

/// Kinds of backends, one of a kind.
pub fn kinds(on: On) -> Vec<Box<dyn Fn() -> Box<dyn Backend>>> {
    match on {
        On::Cpu => vec![Box::new(|| Box::new(Cpu::new())), Box::new(|| Box::new(Reference))],
        On::Gpu => vec![Box::new(|| backends(On::Gpu).remove(0))],
    }
}

pub const LONG: Duration = Duration::from_secs(9);

fn patience_goes_back_to_the_best_epoch() {
    patience(On::Cpu);
}

fn patience_goes_back_to_the_best_epoch_on_a_gpu() {
    patience(On::Gpu);
}

fn averages_are_what_an_epoch_is_scored_by() {
    averages(On::Cpu);
}

fn averages_are_what_an_epoch_is_scored_by_on_a_gpu() {
    averages(On::Gpu);
}

fn patience(on: On) {
    for backend in kinds(on) {
        let plain = lives(&study(&json!({}), &json!({})), &*backend, LONG, None);
        let patient = study(&json!({"patience": 2}), &json!({}));
        let found = lives(&patient, &*backend, LONG, None);
        let mut stopped = 0;
        for (number, (plain, found)) in plain.iter().zip(&found).enumerate() {
            let n = found.epochs.len();
            assert_eq!(found.epochs, plain.epochs[..n], "trial {number}");
            let (mut best, mut least) = (0, f64::INFINITY);
            for epoch in &plain.epochs {
                let loss = epoch.validation_loss.unwrap();
                if loss < least {
                    (best, least) = (epoch.epoch, loss);
                } else if epoch.epoch - best == 2 {
                    break;
                }
            }
            let end = found.end.as_ref().unwrap();
            assert_eq!((end.state, end.kept_epoch, end.value), (TrialState::Complete, Some(best as u32), Some(least)));
            assert_eq!(n, (best + 2).min(12), "trial {number}");
            stopped += usize::from(n < 12);
            // The very weights of that epoch.
            let whole = study(&json!({}), &json!({}));
            let there = &lives(&whole, &*backend, LONG, Some(best))[number];
            assert_eq!(there.epochs, plain.epochs);
            let prepared = Rc::new(whole.prepare(None).unwrap());
            let mut trainer = Trainer::new(whole.clone(), prepared, backend(), Vec::new()).unwrap();
            let trial = Search::new(&whole).ask(&whole).swap_remove(number);
            trainer.assign(vec![Assignment { until_epoch: Some(best), ..Assignment::whole(trial, 2) }]).unwrap();
            let parked = loop {
                let report = pollster::block_on(trainer.advance(LONG)).unwrap();
                if let Some(snapshot) = report.snapshots.into_iter().next() {
                    break snapshot;
                }
            };
            for (kept, parked) in found.last.networks.iter().zip(&parked.networks) {
                assert_eq!(kept.numbers, parked.numbers[..kept.numbers.len()], "trial {number}");
            }
        }
        assert!(stopped > 0, "some trial stops early");
        assert_eq!(text(&found), text(&lives(&patient, &*backend, Duration::ZERO, None)), "cut into pieces");
        assert_eq!(text(&found), text(&lives(&patient, &*backend, LONG, Some(3))), "parked on the way");
    }
}

fn averages(on: On) {
    for backend in kinds(on) {
        let plain = lives(&study(&json!({}), &json!({})), &*backend, LONG, None);
        for averaging in ["swa", "ema"] {
            let study = study(&json!({"averaging": averaging, "averaging_decay": 0.8}), &json!({}));
            let found = lives(&study, &*backend, LONG, None);
            for (plain, found) in plain.iter().zip(&found) {
                for (one, other) in plain.epochs.iter().zip(&found.epochs) {
                    assert_eq!(one.train_loss, other.train_loss, "training goes its own way");
                    let is_alike = averaging == "swa" && one.epoch <= 10;
                    assert_eq!(one.validation_loss == other.validation_loss, is_alike, "epoch {}", one.epoch);
                }
                let end = found.end.as_ref().unwrap();
                assert_eq!(end.value, found.epochs[11].validation_loss);
                assert_ne!(found.last.networks[0].numbers, plain.last.networks[0].numbers);
            }
            // Of twelve epochs the last quarter is three: the mean of the weights at their ends.
            if averaging == "swa" {
                let ends: Vec<_> = [10, 11].map(|epoch| parked(&study, &*backend, epoch)).into();
                let last = &plain[0].last.networks[0].numbers;
                let mean: Vec<f64> = (0..last.len())
                    .map(|i| (f64::from(ends[0][i]) + f64::from(ends[1][i]) + f64::from(last[i])) / 3.0)
                    .collect();
                let found: Vec<f64> = found[0].last.networks[0].numbers.iter().map(|&x| f64::from(x)).collect();
                let error = relative_l2(&found, &mean);
                assert!(error < 1e-6, "off by {error}");
            }
            assert_eq!(text(&found), text(&lives(&study, &*backend, Duration::ZERO, None)), "cut into pieces");
            assert_eq!(text(&found), text(&lives(&study, &*backend, LONG, Some(11))), "parked on the way");
        }
    }
}

/// An average whose running statistics were the last step's had its loss rise from 0.73 to 1.20 here.
fn an_average_under_batch_norm_learns_as_its_network_does() {
    let of = |averaging: &str, decay: f64| {
        let study = json!({
            "format": FORMAT,
            "dataset": {"name": "circle"},
            "fixed": {"batch_norm": true, "averaging": averaging, "averaging_decay": decay, "epochs": 20},
            "trials": 1,
        });
        let life = lives(&Rc::new(Study::check(&study).unwrap()), &|| Box::new(Cpu::new()), LONG, None).remove(0);
        life.epochs.iter().map(|one| one.validation_loss.unwrap()).collect::<Vec<_>>()
    };
    // So slow an average is still near the first weights after 220 steps: its loss falls, if little.
    let slow = of("ema", 0.999);
    assert!(slow.windows(2).all(|pair| pair[1] < pair[0]), "{slow:?}");
    let [quick, swa, plain] = [of("ema", 0.9), of("swa", 0.9), of("none", 0.9)];
    assert!(quick[19] < plain[19] + 0.02, "{} is no worse than {}", quick[19], plain[19]);
    // The mean of the last quarter's weights lies among them.
    let worst = plain[14..].iter().copied().fold(0.0, f64::max);
    assert!(swa[19] < worst + 0.02, "{} is no worse than the worst of {plain:?}", swa[19]);
}

/// The parameters of the first trial's first network after an epoch.
fn parked(study: &Rc<Study>, backend: &dyn Fn() -> Box<dyn Backend>, epoch: usize) -> Vec<f32> {
    let prepared = Rc::new(study.prepare(None).unwrap());
    let mut trainer = Trainer::new(study.clone(), prepared, backend(), Vec::new()).unwrap();
    let trial = Search::new(study).ask(study).swap_remove(0);
    trainer.assign(vec![Assignment { until_epoch: Some(epoch), ..Assignment::whole(trial, 2) }]).unwrap();
    loop {
        let report = pollster::block_on(trainer.advance(LONG)).unwrap();
        if let Some(snapshot) = report.snapshots.into_iter().next() {
            return snapshot.networks[0].numbers.clone();
        }
    }
}

fn epochs_are_scored_when_they_are_to_be(on: On) {
    let space = json!({"space": {"epochs": {"type": "categorical", "choices": [5, 7]}}, "sampler": {"name": "grid"}});
    let without = |study: Value| {
        let mut study = study;
        study["seeds_per_trial"] = json!(1);
        study
    };
    let of = |every: usize| {
        let mut more = without(space.clone());
        more["evaluate_every"] = json!(every);
        let mut study = json!({
            "format": FORMAT,
            "dataset": {"name": "moons", "samples": 120, "noise": 0.4},
            "fixed": {"hidden": [6, 5], "batch_size": 14},
            "trials": 2,
        });
        study.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Rc::new(Study::check(&study).unwrap())
    };
    let kinds: Vec<Box<dyn Fn() -> Box<dyn Backend>>> = match on {
        On::Cpu => kinds(on),
        // Each strategy leaves scores out in its own way.
        On::Gpu => (0..3).map(|at| Box::new(move || backends(On::Gpu).remove(at)) as Box<dyn Fn() -> _>).collect(),
    };
    for backend in kinds {
        let all = lives(&of(1), &*backend, LONG, None);
        let some = lives(&of(3), &*backend, LONG, None);
        for (all, some) in all.iter().zip(&some) {
            let last = all.epochs.len();
            for (one, other) in all.epochs.iter().zip(&some.epochs) {
                let is_scored = one.epoch % 3 == 0 || one.epoch == last;
                let bare = EpochRecord { validation_loss: None, validation_metric: None, ..one.clone() };
                assert_eq!(*other, if is_scored { one.clone() } else { bare }, "epoch {}", one.epoch);
            }
            assert_eq!(all.end, some.end);
        }
        assert_eq!(text(&some), text(&lives(&of(3), &*backend, Duration::ZERO, None)), "cut into pieces");
    }
}

crate::harness::tests! {
    each_backend [a_running_average_follows_every_step_and_changes_none, epochs_are_scored_when_they_are_to_be]
    plain [an_average_under_batch_norm_learns_as_its_network_does, patience_goes_back_to_the_best_epoch, averages_are_what_an_epoch_is_scored_by]
    soak_gpu [patience_goes_back_to_the_best_epoch_on_a_gpu, averages_are_what_an_epoch_is_scored_by_on_a_gpu]
}

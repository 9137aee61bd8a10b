//! What a population takes is what is said of it.

#![expect(clippy::unwrap_used, reason = "how a test fails")]

mod common;

use cap::Cap;
use common::network;
use core::time::Duration;
use std::alloc::System;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};
use tuning_playground::backend::BatchSteps;
use tuning_playground::backend::cpu::{Cpu, Strategy};
use tuning_playground::backend::{Data, Labels, Rows, evaluate};
use tuning_playground::bench::{Bench, Work};
use tuning_playground::dataset::{Prepared, PreparedTargets, Task};
use tuning_playground::mlp::{Activation, Loss, Shape};
use tuning_playground::optimizer::Optimizer;
use tuning_playground::session::Session;
use tuning_playground::session::threads::Crew;
use tuning_playground::study::{FORMAT, Study};

#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);
/// One test at a time: all count the same heap.
static ALONE: Mutex<()> = Mutex::new(());

/// The most bytes on the heap over two epochs, and those that were said.
fn taken(cpu: Cpu, hidden: &str, trials: u32) -> [f64; 2] {
    let before = HEAP.allocated();
    let work = format!(
        r#"{{"data": "spiral", "inputs": 2, "hidden": {hidden}, "outputs": 2, "batch_size": 32, "optimizer": "adam",
        "learning_rate": [1e-3, 1e-3], "dropout": [0, 0.3], "trials": {trials}, "steps": 14, "share": [0, 1]}}"#
    );
    let mut bench = pollster::block_on(Bench::new(&cpu, &Work::parse(&work).unwrap())).unwrap();
    let mut most = 0;
    // Orders are drawn by who first looks at the rows, and go with the network's epoch.
    while !pollster::block_on(bench.advance(Duration::ZERO)).unwrap().1 {
        most = most.max(HEAP.allocated());
    }
    [most as f64 - before as f64, bench.info().bytes_total as f64]
}

#[test]
fn memory_grows_as_stated() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for strategy in Strategy::ALL {
        for (hidden, trials) in [("[8, 8]", 1000), ("[5]", 1000), ("[64, 64]", 100)] {
            let [fewer, more] =
                [trials, 3 * trials].map(|trials| taken(Cpu::new().with_strategy(strategy), hidden, trials));
            let [grown, said] = [0, 1].map(|at| more[at] - fewer[at]);
            // These differ in their learning rates alone and share their plan and more; others have their own.
            let said = said - 2.0 * f64::from(trials) * BatchSteps::SHARED_BYTES as f64;
            println!("{strategy:?} {hidden}: {grown} bytes for {said}, in all {} for {}", more[0], more[1]);
            assert!((0.85..1.1).contains(&(grown / said)), "{strategy:?} {hidden}: {grown} bytes for {said}");
        }
    }
}

/// Networks that go through an evaluation.
const N: u32 = 4000;

/// Networks are made when they are needed: the heap stays small while ten times as much goes through it.
#[test]
fn evaluating_many_networks_takes_no_more_than_a_few() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let shape =
        Shape { inputs: 2, hidden: vec![100, 100], outputs: 2, activation: Activation::Tanh, batch_norm: false };
    let labels = Labels::Classes(vec![0, 1, 1]);
    let data = Rc::new(Data { x: vec![0.5; 6], columns: 2, labels, n_train: 0, n_validation: 3 });
    let network = |trial| network(trial, &shape, Loss::CrossEntropy, Optimizer::default(), 0.0, 32);
    for strategy in Strategy::ALL {
        let (before, mut most) = (HEAP.allocated(), 0);
        let networks = (0..N).map(|trial| {
            // The harness still frees what the other test leaves behind.
            most = most.max(HEAP.allocated().saturating_sub(before));
            network(trial)
        });
        let backend = Cpu::new().with_strategy(strategy);
        let scores = pollster::block_on(evaluate(&backend, &data, Rows::Validation, networks)).unwrap();
        assert_eq!(scores.len(), N as usize);
        assert!(scores.iter().all(|score| score.loss.is_finite()));
        let all = N as usize * 4 * 4 * shape.n_parameters();
        println!("{strategy:?}: {most} bytes at most for {all}");
        assert!(most < 128 << 20 && all > 512 << 20, "{strategy:?}: {most} bytes for {all}");
    }
}

/// The heap's most bytes while so many trials of 784-128-10 are trained, and those of their weights.
fn most_while_training(trials: u32, budget: usize) -> [usize; 2] {
    let document = serde_json::json!({
        "format": FORMAT,
        "dataset": {"name": "digits"},
        "fixed": {"hidden": [128], "epochs": 1, "batch_size": 16},
        "space": {"learning_rate": {"type": "float", "low": 1e-4, "high": 1e-1, "log": true}},
        "trials": trials,
    });
    let study = Study::check(&document).unwrap();
    let columns = 784;
    let rows = 20;
    let shape =
        Shape { inputs: columns, hidden: vec![128], outputs: 10, activation: Activation::Relu, batch_norm: false };
    let prepared = Prepared {
        x: (0..rows * columns).map(|i| (i * 37 % 101) as f32 / 101.0).collect(),
        columns,
        targets: PreparedTargets::Classes((0..rows as u32).map(|row| row % 10).collect()),
        n_train: 16,
        n_validation: 4,
        n_test: 0,
        task: Task::Classes(10),
        scaling: vec![(0.0, 1.0); columns],
        target_mean: 0.0,
        target_scale: 1.0,
        others: Vec::new(),
    };
    let before = HEAP.allocated();
    let mut most = 0;
    let mut session = Session::new(study).keeping(budget);
    let crew = Crew { prepared: &prepared, workers: 2, open: &|| Ok(Box::new(Cpu::new())), test: false };
    crew.train(&mut session, |_, _| most = most.max(HEAP.allocated().saturating_sub(before))).unwrap();
    assert_eq!(session.progress().done, u64::from(trials));
    [most, 4 * trials as usize * shape.n_parameters()]
}

/// Beside what is kept: two Workers' waves of 64 MB, and what they have told and nobody has heard yet.
const BESIDE: usize = 200 << 20;

#[test]
fn what_is_kept_of_trials_has_a_bound() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let budget = 32 << 20;
    let [most, all] = most_while_training(700, budget);
    println!("{most} bytes at most, for weights of {all}");
    assert!(most < budget + BESIDE && all > 250 << 20, "{most} bytes, for weights of {all}");
}

#[test]
#[ignore = "soak"]
fn ten_thousand_networks_of_mnist_fit() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let budget = 256 << 20;
    let [most, all] = most_while_training(10_000, budget);
    println!("{most} bytes at most, for weights of {all}");
    assert!(most < budget + BESIDE && all > 3 << 30, "{most} bytes, for weights of {all}");
}

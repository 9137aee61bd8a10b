//! Each kernel of every f32 backend against its plain twin in f64, by the kernel's name: what the kernel alone decides
//! is read from networks in which nothing else could hide a fault.

use crate::common::{ACTIVATIONS, On, backends, batches, data, named, narrow, network, optimizers, train};
use core::time::Duration;
use std::collections::BTreeSet;
use std::rc::Rc;
use tuning_playground::backend::gpu::Strategy;
use tuning_playground::backend::reference::ReferencePopulation;
use tuning_playground::backend::{Backend, Data, EpochOutcome, Network, Population};
use tuning_playground::fixture::relative_l2;
use tuning_playground::mlp::{Loss, Shape};
use tuning_playground::optimizer::{Optimizer, RuleId};

/// Backends in f32 against f64: sums over a few hundred terms.
const TOLERANCE: f64 = 1e-5;
/// Widths around the kernels' tiles of 4 and 8.
const WIDTHS: [usize; 6] = [1, 3, 4, 7, 8, 17];

/// One epoch: outcome, parameters and last gradient.
type Seen = (EpochOutcome, Vec<f64>, Vec<f64>);

fn see(population: &mut dyn Population, network: &Network, n_train: usize) -> Seen {
    let outcome = train(population, vec![batches(0, network, n_train, 0)], Duration::MAX).remove(0);
    let parameters = pollster::block_on(population.parameters(0)).expect("parameters");
    let gradient = pollster::block_on(population.gradient(0)).expect("a gradient");
    (outcome, parameters, gradient)
}

/// Trains a network's epoch on each backend and in f64 and hands both to `compare`.
fn hold(backends: &[Box<dyn Backend>], network: &Network, data: &Data<f64>, compare: impl Fn(&str, &Seen, &Seen)) {
    let mut plain = ReferencePopulation::<f64>::new(Rc::new(data.clone()), vec![network.clone()]);
    let wanted = see(&mut plain, network, data.n_train);
    for backend in backends {
        let mut population =
            pollster::block_on(backend.population(narrow(data), vec![network.clone()])).expect("a population");
        let name = format!("{} ({}), {:?}", backend.name(), backend.adapter(), network.spec.shape);
        compare(&name, &see(population.as_mut(), network, data.n_train), &wanted);
    }
}

/// A step so small that the parameters stay what they were.
fn still() -> Optimizer {
    named("sgd", &[("learning_rate", 0.0)])
}

fn close(name: &str, what: &str, found: &[f64], wanted: &[f64]) {
    let error = relative_l2(found, wanted);
    assert!(error <= TOLERANCE, "{name}: {what} is off by {error:.2e}");
}

fn dense_forward(on: On) {
    let backends = backends(on);
    for (case, width) in WIDTHS.into_iter().enumerate() {
        let activation = ACTIVATIONS[case % ACTIVATIONS.len()];
        let shape = Shape { inputs: width, hidden: vec![width, 5], outputs: 3, activation, batch_norm: false };
        let data = data(&shape, Loss::Mse, 9, 70, case as u64);
        let network = network(0, &shape, Loss::Mse, still(), 0.0, 9);
        hold(&backends, &network, &data, |name, found, wanted| {
            let loss = |seen: &Seen| [seen.0.validation.expect("validation rows").loss];
            close(name, "validation loss", &loss(found), &loss(wanted));
        });
    }
}

fn loss(on: On) {
    let backends = backends(on);
    for kind in [Loss::CrossEntropy, Loss::Mse] {
        for outputs in WIDTHS {
            let shape = Shape { inputs: 3, hidden: vec![], outputs, activation: ACTIVATIONS[0], batch_norm: false };
            let data = data(&shape, kind, 83, 0, outputs as u64);
            let network = network(0, &shape, kind, still(), 0.0, 32);
            hold(&backends, &network, &data, |name, found, wanted| {
                close(name, "training loss", &[found.0.train.loss], &[wanted.0.train.loss]);
                assert!((found.0.train.accuracy - wanted.0.train.accuracy).abs() < 1e-9, "{name}: hits");
            });
        }
    }
}

fn dense_backward_weight(on: On) {
    let backends = backends(on);
    for width in WIDTHS {
        let shape =
            Shape { inputs: width, hidden: vec![], outputs: 18 - width, activation: ACTIVATIONS[0], batch_norm: false };
        let data = data(&shape, Loss::Mse, 37, 0, 1);
        let network = network(0, &shape, Loss::Mse, still(), 0.0, 37);
        hold(&backends, &network, &data, |name, found, wanted| close(name, "gradient", &found.2, &wanted.2));
    }
}

/// Rows lie in blocks of 8192 where kernels read them.
fn rows_of_a_second_block_are_found(on: On) {
    let backends = backends(on);
    let shape = Shape { inputs: 5, hidden: vec![], outputs: 2, activation: ACTIVATIONS[0], batch_norm: false };
    let data = data(&shape, Loss::Mse, 8300, 70, 3);
    let network = network(0, &shape, Loss::Mse, still(), 0.0, 4150);
    hold(&backends, &network, &data, |name, found, wanted| {
        close(name, "gradient", &found.2, &wanted.2);
        let losses = |seen: &Seen| [seen.0.train.loss, seen.0.validation.expect("validation rows").loss];
        close(name, "losses", &losses(found), &losses(wanted));
    });
}

fn dense_backward_data(on: On) {
    let backends = backends(on);
    for (case, width) in WIDTHS.into_iter().enumerate() {
        let shape = Shape {
            inputs: 2,
            hidden: vec![width, 6, width],
            outputs: 2,
            activation: ACTIVATIONS[case % ACTIVATIONS.len()],
            batch_norm: false,
        };
        let data = data(&shape, Loss::CrossEntropy, 21, 0, 2);
        let network = network(0, &shape, Loss::CrossEntropy, still(), 0.0, 21);
        // The first layer's gradient has come all the way down.
        let first = 3 * width;
        hold(&backends, &network, &data, |name, found, wanted| {
            close(name, "first gradient", &found.2[..first], &wanted.2[..first]);
        });
    }
}

fn optimizer(on: On) {
    let backends = backends(on);
    let rules: BTreeSet<RuleId> = optimizers().iter().map(Optimizer::rule).collect();
    assert_eq!(rules.len(), RuleId::ALL.len(), "a rule is not tested");
    for optimizer in optimizers() {
        let shape = Shape { inputs: 3, hidden: vec![5], outputs: 2, activation: ACTIVATIONS[2], batch_norm: false };
        let data = data(&shape, Loss::CrossEntropy, 40, 0, 4);
        let network = network(0, &shape, Loss::CrossEntropy, optimizer, 0.0, 8);
        hold(&backends, &network, &data, |name, found, wanted| close(name, "parameters", &found.1, &wanted.1));
    }
}

/// Many steps at once: widths that fill their vectors and widths that don't, batches that divide the rows and don't, masks.
fn train_invocation(on: On) {
    let backends = backends(on);
    for (case, hidden) in [&[][..], &[5], &[8], &[3, 7], &[8, 8], &[1, 1, 1]].into_iter().enumerate() {
        for kind in [Loss::CrossEntropy, Loss::Mse] {
            let shape = Shape {
                inputs: 2,
                hidden: hidden.to_vec(),
                outputs: 1 + case,
                activation: ACTIVATIONS[case % ACTIVATIONS.len()],
                batch_norm: false,
            };
            let data = data(&shape, kind, 50, 33, case as u64);
            let network = network(
                0,
                &shape,
                kind,
                optimizers()[(3 * case) % optimizers().len()],
                0.2 * (case % 3) as f64,
                7 + case,
            );
            hold(&backends, &network, &data, |name, found, wanted| {
                close(name, "parameters", &found.1, &wanted.1);
                let losses = |seen: &Seen| [seen.0.train.loss, seen.0.validation.expect("validation rows").loss];
                close(name, "losses", &losses(found), &losses(wanted));
            });
        }
    }
}

/// The same tiles in the same order: what a workgroup trains is what layers train, to the bit on software adapters. On
/// devices two pipelines need not agree to the bit: compilers contract products and sums as they like.
fn train_workgroup() {
    let gpu = crate::common::gpu();
    for (case, hidden) in [&[][..], &[5], &[20, 9], &[64, 64]].into_iter().enumerate() {
        let shape = Shape {
            inputs: 6,
            hidden: hidden.to_vec(),
            outputs: 3,
            activation: ACTIVATIONS[case % ACTIVATIONS.len()],
            batch_norm: false,
        };
        let data = narrow(&data(&shape, Loss::CrossEntropy, 60, 70, case as u64));
        let networks: Vec<Network> = (0..3)
            .map(|trial| network(trial, &shape, Loss::CrossEntropy, optimizers()[case], 0.1, 11 + 8 * trial as usize))
            .collect();
        let traces = [Strategy::Layered, Strategy::Workgroup].map(|strategy| {
            let gpu = gpu.with_strategy(strategy);
            assert!(networks.iter().all(|network| gpu.strategy_of(&network.spec) == strategy));
            crate::common::run(&gpu, &data, &networks, 2, crate::common::at_once)
        });
        if gpu.is_software() {
            assert_eq!(traces[0], traces[1], "{hidden:?}");
            continue;
        }
        for (layered, workgroup) in traces[0].iter().zip(&traces[1]) {
            let numbers =
                |trace: &crate::common::Trace| trace.1.iter().map(|&bits| f64::from_bits(bits)).collect::<Vec<_>>();
            close(&format!("{hidden:?}"), "parameters", &numbers(layered), &numbers(workgroup));
        }
    }
}

crate::harness::tests! {
    each_backend [
        dense_forward,
        loss,
        dense_backward_weight,
        rows_of_a_second_block_are_found,
        dense_backward_data,
        optimizer,
        train_invocation,
    ]
    gpu [train_workgroup]
}

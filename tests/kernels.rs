//! Each kernel of every f32 backend against its plain twin in f64, by the kernel's name: what the kernel alone decides
//! is read from networks in which nothing else could hide a fault.

use crate::common::{ACTIVATIONS, On, backends, batches, data, named, narrow, network, optimizers, train};
use core::time::Duration;
use std::collections::BTreeSet;
use std::rc::Rc;
use tuning_playground::backend::cpu::PlaneScorer;
use tuning_playground::backend::gpu::{Gpu, Strategy};
use tuning_playground::backend::reference::ReferencePopulation;
use tuning_playground::backend::{
    Backend, Data, EpochBatches, EpochOutcome, Network, Order, Population, Rows, evaluate,
};
use tuning_playground::fixture::relative_l2;
use tuning_playground::mlp::{Loss, Role, Shape};
use tuning_playground::optimizer::{Optimizer, RuleId};
use tuning_playground::rng::{ROUNDS, threefry};

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
    workgroups_of(&crate::common::gpu());
    workgroups_of(&crate::common::device());
}

fn workgroups_of(gpu: &Gpu) {
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

/// Inputs, hidden units and rows of a batch around the tiles of devices, their turns and slices.
const TILES: [[usize; 3]; 6] = [[1, 31, 1], [7, 32, 31], [9, 33, 32], [31, 65, 33], [33, 4, 100], [130, 40, 300]];

/// Kernels `dense_forward_tiles`, `dense_backward_data_tiles` and `dense_backward_weight_tiles`, dispatched layer by layer, and
/// the same tiles within a workgroup.
fn dense_tiles() {
    let device = crate::common::device();
    let of = |strategy| Box::new(device.with_strategy(strategy)) as Box<dyn Backend>;
    let backends: Vec<_> = [Strategy::Layered, Strategy::Workgroup].map(of).into();
    for (case, [inputs, units, batch]) in TILES.into_iter().enumerate() {
        let activation = ACTIVATIONS[case % ACTIVATIONS.len()];
        // Norms are dispatches of their own.
        let batch_norm = case == 3;
        let shape = Shape { inputs, hidden: vec![units, 6, units], outputs: 3, activation, batch_norm };
        let data = data(&shape, Loss::CrossEntropy, batch, 70, case as u64);
        let network = network(0, &shape, Loss::CrossEntropy, still(), 0.1, batch);
        hold(&backends, &network, &data, |name, found, wanted| {
            let losses = |seen: &Seen| [seen.0.train.loss, seen.0.validation.expect("validation rows").loss];
            close(name, "losses", &losses(found), &losses(wanted));
            close(name, "gradient", &found.2, &wanted.2);
            for tensor in shape.tensors().filter(|_| !batch_norm) {
                let [found, wanted] = [&found.2[tensor.place.clone()], &wanted.2[tensor.place]];
                close(name, &format!("{:?} of layer {}", tensor.role, tensor.layer), found, wanted);
            }
        });
    }
}

/// Holds a network against f64 in a workgroup's memory, after many steps.
fn hold_resident(device: &Gpu, network: &Network, data: &Data<f64>) {
    assert_eq!(device.strategy_of(&network.spec), Strategy::Resident, "{:?}", network.spec.shape);
    let backends: Vec<Box<dyn Backend>> = vec![Box::new(device.clone())];
    hold(&backends, network, data, |name, found, wanted| {
        close(name, "parameters", &found.1, &wanted.1);
        close(name, "gradient", &found.2, &wanted.2);
        let scores = |seen: &Seen| {
            let [train, validation] = [seen.0.train, seen.0.validation.expect("validation rows")];
            [train.loss, train.accuracy, validation.loss, validation.accuracy]
        };
        close(name, "scores", &scores(found), &scores(wanted));
    });
}

/// Small networks in a workgroup's memory: batches that go through it in chunks, the last of them cut, widths at which it is
/// nearly full, masks, a rule that adds up over all parameters, and one that divides by them.
fn train_resident() {
    let device = crate::common::device();
    let adam = optimizers()[3];
    let divides = named("adam", &[("epsilon", 0.0)]);
    let cases: [(&[usize], usize, Optimizer); 5] = [
        (&[], 150, adam),
        (&[8, 8], 100, adam),
        (&[16, 16], 32, adam),
        (&[3, 7, 2], 7, optimizers()[17]),
        (&[20], 70, divides),
    ];
    for (case, (hidden, batch, optimizer)) in cases.into_iter().enumerate() {
        let kind = [Loss::CrossEntropy, Loss::Mse][case % 2];
        let activation = ACTIVATIONS[(case + 5) % ACTIVATIONS.len()];
        let shape = Shape { inputs: 2 + case, hidden: hidden.to_vec(), outputs: 2, activation, batch_norm: false };
        let (data, dropout) = (data(&shape, kind, 210, 130, case as u64), 0.2 * (case % 2) as f64);
        let one = |trial| network(trial, &shape, kind, optimizer, dropout, batch);
        hold_resident(&device, &one(0), &data);
        if case != 1 {
            continue;
        }
        // Neither the company nor how a dispatch is cut changes a bit.
        let (data, both) = (narrow(&data), [one(0), one(1)]);
        let whole = crate::common::run(&device, &data, &both, 2, crate::common::at_once);
        let pieces = crate::common::run(&device, &data, &both[1..], 2, |_| Duration::ZERO);
        assert_eq!(pieces[0], whole[1]);
    }
}

/// What the device draws is what the host draws, bit for bit, also where a word is drawn anew: networks of each strategy
/// that have their rows in the one order and in the other.
fn shuffle() {
    let device = crate::common::device();
    let shape = Shape { inputs: 2, hidden: vec![3], outputs: 2, activation: ACTIVATIONS[2], batch_norm: false };
    let one = |trial| network(trial, &shape, Loss::Mse, optimizers()[3], 0.0, 4000);
    let networks = [one(0), one(1), one(2)];
    for (rows, keys) in [(16_384, [redrawn(16_384), [1, 2], [3, 4]]), (1, [[5, 6]; 3]), (77, [[7, 8], [9, 10], [0, 0]])]
    {
        let data = narrow(&data(&shape, Loss::Mse, rows, 0, 1));
        for strategy in [Strategy::Resident, Strategy::Invocation] {
            let bits = [usize::MAX, 1].map(|from| {
                let gpu = device.with_strategy(strategy).with_shuffles_from(from);
                let mut population =
                    pollster::block_on(gpu.population(data.clone(), networks.to_vec())).expect("a population");
                let of = |(index, network): (usize, &Network)| {
                    let order = Order::shuffled(keys[index], rows);
                    EpochBatches { order, ..batches(index, network, rows, 0) }
                };
                train(&mut *population, networks.iter().enumerate().map(of).collect(), Duration::MAX);
                let of = |index| pollster::block_on(population.parameters(index)).expect("parameters");
                (0..networks.len()).flat_map(of).map(f64::to_bits).collect::<Vec<_>>()
            });
            assert_eq!(bits[0], bits[1], "{strategy:?}, {rows} rows");
        }
    }
}

/// A key whose stream draws one of the words of a shuffle of so many rows anew.
fn redrawn(rows: u32) -> [u32; 2] {
    let draws_anew = |key: &[u32; 2]| {
        let word = |at: u32| threefry(*key, [at / 2, 0], ROUNDS)[at as usize % 2];
        let is_refused = |(at, n): (u32, u32)| word(at).wrapping_mul(n) < n.wrapping_neg() % n;
        (0..).zip((2..=rows).rev()).any(is_refused)
    };
    (0..10_000).map(|number| [number, 0]).find(draws_anew).expect("a key")
}

fn train_resident_by_every_rule() {
    let device = crate::common::device();
    for (case, mut optimizer) in optimizers().into_iter().enumerate() {
        optimizer.average = (case % 3 == 0).then_some(0.9);
        let (activation, kind) = (ACTIVATIONS[case % ACTIVATIONS.len()], [Loss::CrossEntropy, Loss::Mse][case % 2]);
        let shape = Shape { inputs: 3, hidden: vec![5, 6], outputs: 3, activation, batch_norm: false };
        let data = data(&shape, kind, 90, 70, case as u64);
        hold_resident(&device, &network(0, &shape, kind, optimizer, 0.1, 40), &data);
    }
}

/// Two hidden layers of this width with batch norms, and data for a batch and what an epoch leaves of it.
fn normed(case: usize, width: usize, optimizer: Optimizer) -> (Network, Data<f64>) {
    let activation = ACTIVATIONS[case % ACTIVATIONS.len()];
    let shape = Shape { inputs: 4, hidden: vec![width, 6], outputs: 3, activation, batch_norm: true };
    let rows = data(&shape, Loss::CrossEntropy, 37, 70, case as u64);
    (network(0, &shape, Loss::CrossEntropy, optimizer, 0.2 * (case % 2) as f64, 24), rows)
}

fn batch_norm(on: On) {
    let backends = backends(on);
    for (case, width) in WIDTHS.into_iter().enumerate() {
        let (network, data) = normed(case, width, still());
        hold(&backends, &network, &data, |name, found, wanted| {
            // Running statistics alone have moved; the validation's loss is by them.
            close(name, "statistics", &found.1, &wanted.1);
            let losses = |seen: &Seen| [seen.0.train.loss, seen.0.validation.expect("validation rows").loss];
            close(name, "losses", &losses(found), &losses(wanted));
        });
        // What is scored elsewhere is the same: there norms are folded into the layers before them.
        let trained = narrow(&data);
        for backend in &backends {
            let mut population =
                pollster::block_on(backend.population(trained.clone(), vec![network.clone()])).expect("a population");
            let (outcome, parameters, _) = see(population.as_mut(), &network, data.n_train);
            let network = Network { parameters, ..network.clone() };
            let scores = evaluate(backend.as_ref(), &trained, Rows::Validation, [network.clone()]);
            let [found, wanted] = [pollster::block_on(scores).expect("scores")[0], outcome.validation.expect("rows")];
            close(backend.name(), "scores", &[found.loss, found.accuracy], &[wanted.loss, wanted.accuracy]);
            let weights: Vec<f32> = network.parameters.iter().map(|&x| x as f32).collect();
            let nowhere = vec![0.0; weights.len()];
            let rows: Vec<u32> = (data.n_train as u32..data.rows() as u32).collect();
            let scorer = PlaneScorer::new(&network.spec, &weights, [&weights, &nowhere], &trained, &rows);
            close(backend.name(), "a plane's origin", &[scorer.scores(&[[0.0, 1.0]])[0].loss], &[wanted.loss]);
        }
    }
}

fn batch_norm_backward(on: On) {
    let backends = backends(on);
    for (case, width) in WIDTHS.into_iter().enumerate() {
        let (network, data) = normed(case, width, still());
        let layers = network.spec.shape.layers();
        hold(&backends, &network, &data, |name, found, wanted| {
            let whole = wanted.2.iter().map(|x| x * x).sum::<f64>().sqrt();
            for tensor in network.spec.shape.tensors() {
                // The bias before a norm has no gradient but rounding.
                let is_idle = tensor.role == Role::Bias && layers[tensor.layer].norm.is_some();
                let [found, wanted] = [&found.2[tensor.place.clone()], &wanted.2[tensor.place]];
                if is_idle {
                    assert!(found.iter().all(|x| x.abs() < 1e-6), "{name}: {found:?}");
                } else {
                    // What the next norm takes out again, as the size of a lone unit, has no gradient but rounding either.
                    let length = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt();
                    let off: Vec<f64> = found.iter().zip(wanted).map(|(a, b)| a - b).collect();
                    let error = length(&off) / length(wanted).max(0.1 * whole);
                    assert!(error <= TOLERANCE, "{name}: {:?} of {} is off by {error:.2e}", tensor.role, tensor.layer);
                }
            }
        });
    }
    // Whole steps: no rule moves running statistics, and padding stays out of everything.
    for optimizer in
        [named("adamw", &[("weight_decay", 0.5)]), named("nesterov", &[("l2", 0.1), ("hypergradient", 1e-3)])]
    {
        let (mut network, data) = normed(2, 7, optimizer);
        network.spec.optimizer.average = Some(0.5);
        hold(&backends, &network, &data, |name, found, wanted| {
            // Running means carry the noise of the biases before them.
            let is_held = |role: Role| !matches!(role, Role::Bias | Role::Mean);
            for tensor in network.spec.shape.tensors().filter(|one| is_held(one.role)) {
                let [found, wanted] = [&found.1[tensor.place.clone()], &wanted.1[tensor.place]];
                let error = relative_l2(found, wanted);
                assert!(error <= 1e-4, "{name}: {:?} of layer {} is off by {error:.2e}", tensor.role, tensor.layer);
            }
        });
    }
}

crate::harness::tests! {
    each_backend [
        batch_norm,
        batch_norm_backward,
        dense_forward,
        loss,
        dense_backward_weight,
        rows_of_a_second_block_are_found,
        dense_backward_data,
        optimizer,
        train_invocation,
    ]
    gpu [
        train_workgroup,
        train_resident,
        shuffle,
        dense_tiles,
    ]
    soak_gpu [train_resident_by_every_rule]
}

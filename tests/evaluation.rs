//! Networks as they are: scores on any rows, outputs, gradients, by every strategy of every backend.
#![expect(clippy::unwrap_used, reason = "how a test fails")]

use crate::common::{
    ACTIVATIONS, On, at_once, backends, data, narrow, network, optimizers, pick, relative_l2, run, some_optimizers,
    stream,
};
use std::rc::Rc;
use tuning_playground::backend::cpu::{Cpu, Level};
use tuning_playground::backend::reference::{self, ReferencePopulation};
use tuning_playground::backend::{
    Data, EpochBatches, Labels, Network, NetworkSpec, Population, Rows, Score, evaluate, loss_gradient,
};
use tuning_playground::mlp::{Activation, Loss, Shape};

const TRAIN: usize = 150;
const VALIDATION: usize = 40;

/// Networks of many kinds over one data set.
fn sweep(n: u32, loss: Loss) -> (Data<f64>, Vec<Network>) {
    let all = |hidden: &[usize], activation| Shape {
        inputs: 13,
        hidden: hidden.to_vec(),
        outputs: 5,
        activation,
        batch_norm: false,
    };
    let data = data(&all(&[], Activation::Relu), loss, TRAIN, VALIDATION, 3);
    let networks = (0..n).map(|trial| {
        let mut stream = stream(u64::from(trial));
        let hidden = pick(&mut stream, &[&[][..], &[32], &[8, 8], &[17, 3, 21]]);
        let shape = all(hidden, pick(&mut stream, &ACTIVATIONS));
        let optimizer = pick(&mut stream, &some_optimizers());
        network(trial, &shape, loss, optimizer, pick(&mut stream, &[0.0, 0.5]), pick(&mut stream, &[1, 16, 37]))
    });
    let networks = networks.collect();
    (data, networks)
}

/// Parameters as they were after an epoch score what that epoch's validation said.
fn evaluation_alone_is_the_validation_of_training(on: On) {
    let (data, networks) = sweep(12, Loss::CrossEntropy);
    let data = narrow(&data);
    let listed: Vec<u32> = (TRAIN as u32..(TRAIN + VALIDATION) as u32).collect();
    for backend in backends(on) {
        let traces = run(&*backend, &data, &networks, 1, at_once);
        let trained = || {
            networks.iter().zip(&traces).map(|(network, trace)| Network {
                parameters: trace.1.iter().map(|&bits| f64::from_bits(bits)).collect(),
                ..network.clone()
            })
        };
        for rows in [Rows::Validation, Rows::These(&listed)] {
            let scores = pollster::block_on(evaluate(&*backend, &data, rows, trained())).unwrap();
            assert_eq!(scores.len(), networks.len());
            for (index, (score, (outcomes, _))) in scores.iter().zip(&traces).enumerate() {
                if outcomes[0].diverged_at.is_none() {
                    assert_eq!(Some(*score), outcomes[0].validation, "{}: network {index}", backend.name());
                }
            }
        }
    }
}

fn any_rows_score_what_the_reference_in_f64_says(on: On) {
    for loss in [Loss::CrossEntropy, Loss::Mse] {
        let (wide, networks) = sweep(9, loss);
        let data = narrow(&wide);
        let mut stream = stream(9);
        let some: Vec<u32> = (0..101).map(|_| stream.below((TRAIN + VALIDATION) as u32)).collect();
        let train: Vec<u32> = (0..TRAIN as u32).collect();
        for backend in backends(on) {
            for (rows, list) in
                [(Rows::Train, &train), (Rows::These(&some), &some), (Rows::These(&some[..1]), &some[..1].to_vec())]
            {
                let scores = pollster::block_on(evaluate(&*backend, &data, rows, networks.clone())).unwrap();
                for (network, score) in networks.iter().zip(scores) {
                    let layers = network.spec.shape.layers();
                    let wanted = reference::score(&network.spec, &layers, &network.parameters, &wide, list);
                    let place = format!("{}: {} rows, {score:?} for {wanted:?}", backend.adapter(), list.len());
                    assert!((score.loss - wanted.loss).abs() <= 1e-5 * wanted.loss.max(1.0), "{place}");
                    assert!((score.accuracy - wanted.accuracy).abs() < 1e-9, "{place}");
                }
            }
            let none = pollster::block_on(evaluate(&*backend, &data, Rows::These(&[]), networks.clone())).unwrap();
            assert!(none.len() == 9 && none.iter().all(|score| score.loss.is_nan()), "{}", backend.adapter());
            assert!(pollster::block_on(evaluate(&*backend, &data, Rows::Train, [])).unwrap().is_empty());
        }
    }
}

fn outputs_are_the_references() {
    let (wide, networks) = sweep(12, Loss::CrossEntropy);
    let data = narrow(&wide);
    let rows: Vec<u32> = (0..TRAIN as u32).rev().chain([3, 3, 189]).collect();
    for level in Level::all() {
        for network in &networks {
            let outputs = Cpu::with_level(level).forward(network.clone(), data.clone(), &rows);
            let wanted = reference::forward(&network.spec.shape.layers(), &network.parameters, &wide, &rows);
            assert_eq!(outputs.len(), rows.len() * 5);
            for (got, wanted) in outputs.iter().zip(wanted) {
                assert!((f64::from(*got) - wanted).abs() < 1e-5, "{}: {got} is not {wanted}", level.name());
            }
        }
        assert!(Cpu::with_level(level).forward(networks[0].clone(), data.clone(), &[]).is_empty());
    }
}

/// What the outputs say of the rows is what every backend's score says.
fn outputs_tell_the_accuracy_that_every_backend_scores(on: On) {
    let (wide, networks) = sweep(12, Loss::CrossEntropy);
    let data = narrow(&wide);
    let rows: Vec<u32> = (0..TRAIN as u32).collect();
    let Labels::Classes(classes) = &data.labels else { unreachable!("classes") };
    let accuracy = |network: &Network| {
        let outputs = Cpu::new().forward(network.clone(), data.clone(), &rows);
        let is_right = |(z, class): &(&[f32], &u32)| z.iter().all(|&other| other <= z[**class as usize]);
        outputs.chunks_exact(5).zip(classes).filter(is_right).count() as f64 / TRAIN as f64
    };
    for backend in backends(on) {
        let scores = pollster::block_on(evaluate(&*backend, &data, Rows::Train, networks.clone())).unwrap();
        for (network, score) in networks.iter().zip(scores) {
            assert!((score.accuracy - accuracy(network)).abs() < 1e-9, "{}: {score:?}", backend.adapter());
        }
    }
}

fn gradients_are_those_of_the_reference_in_f64(on: On) {
    for loss in [Loss::CrossEntropy, Loss::Mse] {
        let (wide, networks) = sweep(8, loss);
        let data = narrow(&wide);
        let rows: Vec<u32> = (0..TRAIN as u32).collect();
        for network in &networks {
            // One step of the reference over all rows, without dropout.
            let spec = NetworkSpec { dropout: 0.0, max_batch: TRAIN, ..network.spec.clone() };
            let whole = Network { spec, parameters: network.parameters.clone() };
            let mut wanted = ReferencePopulation::<f64>::new(Rc::new(wide.clone()), vec![whole.clone()]);
            let epoch =
                vec![EpochBatches { order: rows.clone().into(), ..crate::common::batches(0, &whole, TRAIN, 0) }];
            let outcome = crate::common::train(&mut wanted, epoch, core::time::Duration::MAX).remove(0);
            let wanted = pollster::block_on(wanted.gradient(0)).unwrap();
            for backend in backends(on) {
                let given = network.clone();
                let (score, gradient) =
                    pollster::block_on(loss_gradient(&*backend, &data, Rows::Train, given)).unwrap();
                let error = relative_l2(&gradient, &wanted, 1e-8);
                assert!(error < 1e-4, "{}: {:?}: {error}", backend.adapter(), network.spec.shape);
                let Score { loss, .. } = outcome.train;
                assert!((score.loss - loss).abs() <= 1e-5 * loss, "{}: {score:?} for {loss}", backend.adapter());
            }
        }
    }
}

/// Rows that do not fit at once come in pieces; what is lost is told as such.
fn gradients_over_many_rows_and_over_none() {
    let shape = Shape { inputs: 4, hidden: vec![600], outputs: 2, activation: Activation::Relu, batch_norm: false };
    let wide = data(&shape, Loss::CrossEntropy, 30_000, 0, 2);
    let narrow = narrow(&wide);
    let one = network(0, &shape, Loss::CrossEntropy, optimizers()[0], 0.0, 16);
    let backend = Cpu::new();
    let of = |rows: Rows<'_>, network: &Network| {
        pollster::block_on(loss_gradient(&backend, &narrow, rows, network.clone())).unwrap()
    };
    let (score, gradient) = of(Rows::Train, &one);
    let (first, second): (Vec<u32>, Vec<u32>) = ((0..15_000).collect(), (15_000..30_000).collect());
    let halves = [of(Rows::These(&first), &one), of(Rows::These(&second), &one)];
    let mean: Vec<f64> = halves[0].1.iter().zip(&halves[1].1).map(|(a, b)| 0.5 * (a + b)).collect();
    assert!(relative_l2(&gradient, &mean, 1e-8) < 1e-4);
    assert!((score.loss - 0.5 * (halves[0].0.loss + halves[1].0.loss)).abs() < 1e-5);
    let (score, gradient) = of(Rows::Validation, &one);
    assert!(score.loss.is_nan() && gradient.len() == one.parameters.len() && gradient.iter().all(|x| x.is_nan()));
    let lost = Network { parameters: vec![1e30; one.parameters.len()], ..one.clone() };
    assert!(of(Rows::These(&first[..9]), &lost).1.iter().all(|x| x.is_nan()));
}

crate::harness::tests! {
    each_backend [
        evaluation_alone_is_the_validation_of_training,
        any_rows_score_what_the_reference_in_f64_says,
        outputs_tell_the_accuracy_that_every_backend_scores,
        gradients_are_those_of_the_reference_in_f64,
    ]
    plain [outputs_are_the_references, gradients_over_many_rows_and_over_none]
}

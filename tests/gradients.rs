//! C1: the f64 reference's gradients are central differences. C2: every f32 backend's gradients are the f64 reference's.
#![expect(clippy::unwrap_used, reason = "how a test fails")]

use crate::common::{
    ACTIVATIONS, On, backends, batches, data, gpu, gpus, log_uniform, narrow, network, pick, relative_l2, stream, train,
};
use core::time::Duration;
use std::rc::Rc;
use tuning_playground::backend::gpu::Strategy;
use tuning_playground::backend::reference::ReferencePopulation;
use tuning_playground::backend::{Backend, Data, Network, Population};
use tuning_playground::kernels::{self, Mask};
use tuning_playground::mlp::{Activation, Loss, Shape};
use tuning_playground::optimizer::Optimizer;

/// C2's figures.
const WORST: f64 = 1e-4;
const P99: f64 = 2e-5;
/// Below this norm a tensor's error counts as absolute: deep sigmoid nets have gradients near f32's smallest numbers.
const FLOOR: f64 = 1e-12;

/// A random network, and data for one batch of it.
fn draw(seed: u64, max_depth: u32, max_width: usize, max_batch: usize) -> (Network, Data<f64>) {
    let mut stream = stream(seed);
    let loss = pick(&mut stream, &[Loss::CrossEntropy, Loss::Mse]);
    let depth = stream.below(max_depth + 1);
    let mut widths: Vec<usize> = (0..depth + 2).map(|_| log_uniform(&mut stream, 1, max_width)).collect();
    let (inputs, outputs) = (widths.remove(0), widths.remove(0).min(if loss == Loss::Mse { 4 } else { max_width }));
    let hidden = widths;
    let shape = Shape { inputs, hidden, outputs, activation: pick(&mut stream, &ACTIVATIONS), batch_norm: false };
    let batch = log_uniform(&mut stream, 1, max_batch);
    let dropout = if stream.below(2) == 0 { 0.0 } else { 0.7 * stream.uniform_f64() };
    let network = network(seed as u32, &shape, loss, Optimizer::default(), dropout, batch);
    (network, data(&shape, loss, batch, 0, seed))
}

/// The gradient of the first step.
fn gradient(mut population: Box<dyn Population + '_>, network: &Network, rows: usize) -> Vec<f64> {
    train(&mut *population, vec![batches(0, network, rows, 0)], Duration::MAX);
    pollster::block_on(population.gradient(0)).unwrap()
}

fn reference_gradient(data: &Data<f64>, network: &Network) -> Vec<f64> {
    gradient(
        Box::new(ReferencePopulation::<f64>::new(Rc::new(data.clone()), vec![network.clone()])),
        network,
        data.n_train,
    )
}

/// Networks of up to this many hidden layers, this wide.
fn c2(backend: &dyn Backend, n: u64, max_depth: u32, max_width: usize) {
    let mut errors = Vec::new();
    for seed in 0..n {
        let (network, data) = draw(seed, max_depth, max_width, 256);
        let want = reference_gradient(&data, &network);
        let population = pollster::block_on(backend.population(narrow(&data), vec![network.clone()])).unwrap();
        let got = gradient(population, &network, data.n_train);
        for place in network.spec.shape.tensors().map(|tensor| tensor.place) {
            let error = relative_l2(&got[place.clone()], &want[place], FLOOR);
            errors.push((error, format!("{:?}, batch {}", network.spec.shape, data.n_train)));
        }
    }
    errors.sort_by(|a, b| a.0.total_cmp(&b.0));
    let at = |share: f64| errors[((errors.len() - 1) as f64 * share) as usize].0;
    let (worst, place) = errors.last().unwrap();
    println!("{}: median {:.1e}, p99 {:.1e}, worst {worst:.1e} of {place}", backend.adapter(), at(0.5), at(0.99));
    assert!(*worst <= WORST && at(0.99) <= P99, "{}: p99 {}, worst {worst} of {place}", backend.adapter(), at(0.99));
}

fn c2_gradients_are_those_of_f64(on: On) {
    // The GPU's strategies for small networks have their own test.
    let n = if matches!(on, On::Gpu) { 1 } else { usize::MAX };
    for backend in backends(on).into_iter().take(n) {
        c2(&*backend, 200, 6, 128);
    }
}

/// By the tiles through which devices take layers, on whatever adapter there is: dispatched, and within a workgroup.
fn c2_gradients_by_the_tiles_of_devices_are_those_of_f64() {
    let device = crate::common::device();
    c2(&device.with_strategy(Strategy::Layered), 60, 6, 128);
    c2(&device.with_strategy(Strategy::Workgroup), 40, 4, 70);
}

fn c2_gradients_of_small_networks_are_those_of_f64_by_every_strategy() {
    let resident = gpu().with_strategy(Strategy::Resident);
    for gpu in gpus().into_iter().chain([resident]) {
        c2(&gpu, 12, 2, 8);
    }
}

/// Mean loss of the batch with these parameters, and the sign of every unit with a kink.
fn forward(network: &Network, data: &Data<f64>, parameters: &[f64]) -> (f64, Vec<bool>) {
    let order = batches(0, network, data.n_train, 0).order;
    let mut x: Vec<f64> =
        order.iter().flat_map(|&row| &data.x[row as usize * data.columns..][..data.columns]).copied().collect();
    let (layers, mut signs) = (network.spec.shape.layers(), Vec::new());
    for (depth, layer) in layers.iter().enumerate() {
        let mask = Mask { key: network.spec.dropout_key(depth), step: 0, p: network.spec.dropout };
        let masked = network.spec.dropout > 0.0 && depth + 1 < layers.len();
        let mut z = kernels::dense_forward::sums(parameters, layer, &x);
        if let Some(norm) = layer.norm {
            kernels::batch_norm::reference(&mut parameters.to_vec(), layer, norm, &mut z);
        }
        let (a, slopes) = kernels::dense_forward::shown(layer, &z, masked.then_some(&mask));
        if matches!(layer.activation, Activation::Relu | Activation::LeakyRelu) {
            signs.extend(slopes.iter().map(|&slope| slope > 0.5));
        }
        x = a;
    }
    let batch = kernels::loss::reference(network.spec.loss, &x, network.spec.shape.outputs, &data.labels, &order);
    (batch.sum / order.len() as f64, signs)
}

fn c1(n: u64) {
    c1_of(n, |network| network);
}

/// With batch norms, and batches of which each unit's deviation is worth something.
fn c1_gradients_through_batch_norms_are_central_differences() {
    c1_of(60, |(mut network, data)| {
        network.spec.shape.batch_norm = data.n_train >= 8;
        (network.spec.initial(), data)
    });
}

fn c1_of(n: u64, of: impl Fn((Network, Data<f64>)) -> (Network, Data<f64>)) {
    const EPSILON: f64 = 1e-6;
    const PROBES: u32 = 24;
    let (mut probes, mut skipped) = (0, 0);
    for seed in 1000..1000 + n {
        let (network, data) = of(draw(seed, 4, 24, 32));
        let gradient = reference_gradient(&data, &network);
        let mut stream = stream(seed + 1);
        for _ in 0..PROBES {
            let i = stream.below(network.spec.shape.n_trained() as u32) as usize;
            let shifted = |by: f64| {
                let mut parameters = network.parameters.clone();
                parameters[i] += by;
                forward(&network, &data, &parameters)
            };
            let (above, below) = (shifted(EPSILON), shifted(-EPSILON));
            probes += 1;
            if above.1 != below.1 {
                skipped += 1;
                continue;
            }
            let want = (above.0 - below.0) / (2.0 * EPSILON);
            let error = (gradient[i] - want).abs();
            assert!(error <= 1e-7 + 1e-5 * want.abs(), "{:?}: {} is not {want}", network.spec.shape, gradient[i]);
        }
    }
    println!("{probes} probes, {skipped} skipped at a kink");
    assert!(skipped * 100 <= probes, "{skipped} of {probes} skipped");
}

fn c1_gradients_are_central_differences() {
    c1(60);
}

fn c1_gradients_are_central_differences_of_500() {
    c1(500);
}

crate::harness::tests! {
    plain [c1_gradients_are_central_differences, c1_gradients_through_batch_norms_are_central_differences]
    each_backend [c2_gradients_are_those_of_f64]
    gpu [
        c2_gradients_by_the_tiles_of_devices_are_those_of_f64,
        c2_gradients_of_small_networks_are_those_of_f64_by_every_strategy,
    ]
    soak [c1_gradients_are_central_differences_of_500]
}

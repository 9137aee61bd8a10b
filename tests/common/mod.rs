//! Networks, data and epochs for tests of backends, all drawn from a seed.
#![expect(clippy::unwrap_used, reason = "how a test fails")]
#![expect(dead_code, reason = "each test binary uses a part")]

pub mod paths;

use core::cell::OnceCell;
use core::time::Duration;
use std::rc::Rc;
use tuning_playground::backend::cpu::{self, Cpu, Level};
use tuning_playground::backend::gpu::{Gpu, Strategy};
use tuning_playground::backend::reference::Reference;
use tuning_playground::backend::{
    Backend, BatchStep, Data, EpochBatches, EpochOutcome, Labels, Network, NetworkSpec, Population,
};
use tuning_playground::mlp::{Activation, Loss, Shape};
use tuning_playground::optimizer::Optimizer;
use tuning_playground::rng::{Purpose, RunId, Stream};
use tuning_playground::schedule::Settings as Schedule;

pub const ACTIVATIONS: [Activation; 7] = Activation::ALL;

/// Which backends a test trains on.
#[derive(Clone, Copy)]
pub enum On {
    Cpu,
    Gpu,
}

/// The backends in f32, once for each strategy.
pub fn backends(on: On) -> Vec<Box<dyn Backend>> {
    match on {
        On::Cpu => {
            let cpus = cpus().into_iter().map(|cpu| Box::new(cpu) as Box<dyn Backend>);
            core::iter::once(Box::new(Reference) as Box<dyn Backend>).chain(cpus).collect()
        }
        On::Gpu => gpus().into_iter().map(|gpu| Box::new(gpu) as Box<dyn Backend>).collect(),
    }
}

thread_local! {
    /// What a thread's tests share: a software adapter takes longer to compile a program than to run it, and a device keeps
    /// what it compiled. Never dropped, as wgpu cannot be while a thread ends.
    static SHARED: [OnceCell<&'static Gpu>; 2] = const { [OnceCell::new(), OnceCell::new()] };
}

fn shared(as_device: bool) -> Gpu {
    SHARED.with(|both| (*both[usize::from(as_device)].get_or_init(|| Box::leak(Box::new(own_gpu(as_device))))).clone())
}

/// The GPU, a software adapter where there is no other. Only tests that the harness knows to need one ask for it.
pub fn gpu() -> Gpu {
    shared(false)
}

/// The GPU with a software adapter taken for a device: what only devices run.
pub fn device() -> Gpu {
    shared(true)
}

/// The GPU for a test alone, which loses it or changes what it computes.
pub fn own_gpu(as_device: bool) -> Gpu {
    pollster::block_on(async { if as_device { Gpu::open_as_device().await } else { Gpu::open().await } }).unwrap()
}

/// The GPU once for each strategy that software adapters have; a network that a strategy cannot train falls to another.
/// What only devices choose, `resident`, has tests of its own: its kernels take a software adapter seconds to compile.
pub fn gpus() -> Vec<Gpu> {
    gpus_of(&gpu())
}

/// [`gpus`] of one.
pub fn gpus_of(gpu: &Gpu) -> Vec<Gpu> {
    [Strategy::Layered, Strategy::Workgroup, Strategy::Invocation].map(|strategy| gpu.with_strategy(strategy)).into()
}

/// The CPU once for each instruction set and strategy; strategy `lanes` knows no instruction sets.
pub fn cpus() -> Vec<Cpu> {
    let panels = |level| Cpu::with_level(level).with_strategy(cpu::Strategy::Panels);
    Level::all().into_iter().map(panels).chain([Cpu::new().with_strategy(cpu::Strategy::Lanes)]).collect()
}

/// A stream for the test's own choices.
pub fn stream(seed: u64) -> Stream {
    Stream::of(seed, Purpose::Search, RunId::default(), 0)
}

/// A number in `low..=high`, small ones as likely as large ones.
pub fn log_uniform(stream: &mut Stream, low: usize, high: usize) -> usize {
    let (low, high) = (low as f64, high as f64 + 1.0);
    (low * libm::pow(high / low, stream.uniform_f64())).min(high - 1.0) as usize
}

/// One of these.
pub fn pick<T: Copy>(stream: &mut Stream, of: &[T]) -> T {
    of[stream.below(of.len() as u32) as usize]
}

/// An optimizer by its name and settings.
pub fn named(name: &str, settings: &[(&str, f64)]) -> Optimizer {
    let mut optimizer = Optimizer::named(name).unwrap();
    for (name, value) in settings {
        assert!(optimizer.set(name, *value), "{name}");
    }
    optimizer
}

/// Every rule with settings that make every term of it work.
pub fn optimizers() -> Vec<Optimizer> {
    vec![
        named("sgd", &[("learning_rate", 0.05)]),
        named("momentum", &[("learning_rate", 0.05), ("dampening", 0.1), ("weight_decay", 0.01)]),
        named("nesterov", &[("learning_rate", 0.05), ("momentum", 0.8), ("l2", 0.02)]),
        named("adam", &[]),
        named("adam", &[("weight_decay", 0.02), ("l2", 0.01)]),
        named("adam", &[("amsgrad", 1.0), ("beta2", 0.9)]),
        named("adamw", &[("weight_decay", 0.5)]),
        named("adamw", &[("amsgrad", 1.0), ("l2", 0.01), ("beta2", 0.9)]),
        named("nadam", &[("weight_decay", 0.02), ("momentum_decay", 0.03), ("epsilon", 1e-5)]),
        named("adagrad", &[("lr_decay", 0.1), ("initial_accumulator_value", 0.01), ("weight_decay", 0.02)]),
        named("adadelta", &[("rho", 0.8), ("epsilon", 1e-4), ("l2", 0.01)]),
        named("rmsprop", &[("weight_decay", 0.02), ("epsilon", 1e-3)]),
        named("rmsprop", &[("momentum", 0.5), ("l2", 0.01), ("learning_rate", 0.005), ("epsilon", 1e-3)]),
        named("rmsprop", &[("centered", 1.0), ("alpha", 0.9), ("epsilon", 1e-2)]),
        named("rmsprop", &[("centered", 1.0), ("momentum", 0.9), ("learning_rate", 0.002), ("epsilon", 1e-2)]),
        named("sgd", &[("learning_rate", 0.05), ("hypergradient", 0.01), ("l2", 0.02)]),
        named("nesterov", &[("learning_rate", 0.01), ("hypergradient", 1e-3), ("weight_decay", 0.02)]),
        named("adam", &[("hypergradient", 1e-4), ("weight_decay", 0.02), ("l2", 0.01)]),
        named("adam", &[("hypergradient", 1e-4), ("amsgrad", 1.0), ("beta2", 0.9)]),
    ]
}

/// Some of them, with few slots and with all: each rule's kernels take long to compile on a software GPU, and that every
/// rule is right by itself is for the fixtures and the kernels' tests.
pub fn some_optimizers() -> Vec<Optimizer> {
    let all = optimizers();
    [1, 3, 8, 14, 17].map(|at| all[at]).to_vec()
}

/// What a network trains on, in f64 with values that f32 holds.
pub fn data(shape: &Shape, loss: Loss, n_train: usize, n_validation: usize, seed: u64) -> Data<f64> {
    let mut stream = Stream::of(seed, Purpose::Generate, RunId::default(), 0);
    let rows = n_train + n_validation;
    let mut number = |_| f64::from(4.0 * stream.uniform() - 2.0);
    let x = (0..rows * shape.inputs).map(&mut number).collect();
    let labels = match loss {
        Loss::Mse => Labels::Numbers((0..rows * shape.outputs).map(number).collect()),
        Loss::CrossEntropy => Labels::Classes((0..rows).map(|_| stream.below(shape.outputs as u32)).collect()),
    };
    Data { x, columns: shape.inputs, labels, n_train, n_validation }
}

/// The same data in f32.
pub fn narrow(data: &Data<f64>) -> Rc<Data> {
    let narrow = |numbers: &[f64]| numbers.iter().map(|&x| x as f32).collect();
    Rc::new(Data {
        x: narrow(&data.x),
        columns: data.columns,
        labels: match &data.labels {
            Labels::Classes(classes) => Labels::Classes(classes.clone()),
            Labels::Numbers(numbers) => Labels::Numbers(narrow(numbers)),
        },
        n_train: data.n_train,
        n_validation: data.n_validation,
    })
}

/// Trial `trial` of a study.
pub fn network(trial: u32, shape: &Shape, loss: Loss, optimizer: Optimizer, dropout: f64, max_batch: usize) -> Network {
    let run = RunId { trial, ..RunId::default() };
    let (schedule, shape) = (Schedule::default(), shape.clone());
    NetworkSpec { run, seed: 1, shape, loss, optimizer, schedule, dropout, max_batch, crowd: 1 }.initial()
}

/// Epoch `epoch` (from 0) of a network over `n_train` rows in its own order.
pub fn batches(index: usize, Network { spec, .. }: &Network, n_train: usize, epoch: u64) -> EpochBatches {
    let mut order: Vec<u32> = (0..n_train as u32).collect();
    Stream::of(spec.seed + epoch, Purpose::Shuffle, spec.run, 0).shuffle(&mut order);
    let starts = (0..n_train).step_by(spec.max_batch);
    let n_steps = starts.len() as u64;
    let step = |(i, start): (usize, usize)| {
        let before = epoch * n_steps + i as u64;
        BatchStep {
            start: start as u32,
            rows: spec.max_batch.min(n_train - start) as u32,
            step: before as u32,
            scalars: spec.optimizer.step_scalars(before + 1, spec.optimizer.learning_rate),
        }
    };
    EpochBatches { network: index, order: order.into(), steps: starts.enumerate().map(step).collect(), validates: true }
}

/// Trains an epoch to its end, asking for `budget` at a time; outcomes by network.
pub fn train(population: &mut dyn Population, epoch: Vec<EpochBatches>, budget: Duration) -> Vec<EpochOutcome> {
    population.begin_epoch(epoch).unwrap();
    let mut outcomes = Vec::new();
    loop {
        let advance = pollster::block_on(population.advance(budget)).unwrap();
        outcomes.extend(advance.outcomes);
        if advance.epoch_done {
            outcomes.sort_by_key(|outcome| outcome.network);
            return outcomes;
        }
    }
}

/// What is left of a network after some epochs: outcomes without their times, and the parameters' bits.
pub type Trace = (Vec<EpochOutcome>, Vec<u64>);

/// Trains networks together for some epochs.
pub fn run(
    backend: &dyn Backend,
    data: &Rc<Data>,
    networks: &[Network],
    epochs: u64,
    budget: impl Fn(u64) -> Duration,
) -> Vec<Trace> {
    let mut population = pollster::block_on(backend.population(Rc::clone(data), networks.to_vec())).unwrap();
    let mut traces: Vec<Trace> = vec![Trace::default(); networks.len()];
    for epoch in 0..epochs {
        let alive = |trace: &Trace| trace.0.last().is_none_or(|outcome| outcome.diverged_at.is_none());
        let all = (0..networks.len()).filter(|&i| alive(&traces[i]));
        let all = all.map(|i| batches(i, &networks[i], data.n_train, epoch)).collect();
        for outcome in train(&mut *population, all, budget(epoch)) {
            let index = outcome.network;
            traces[index].0.push(EpochOutcome { network: 0, seconds: 0.0, ..outcome });
        }
    }
    for (index, trace) in traces.iter_mut().enumerate() {
        let parameters = pollster::block_on(population.parameters(index)).unwrap();
        trace.1 = parameters.into_iter().map(f64::to_bits).collect();
    }
    traces
}

/// No pauses.
pub fn at_once(_: u64) -> Duration {
    Duration::MAX
}

/// Relative L2 distance, below `floor` an absolute one.
pub fn relative_l2(got: &[f64], want: &[f64], floor: f64) -> f64 {
    let norm = |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|x| x * x).sum::<f64>().sqrt();
    let difference = norm(&mut got.iter().zip(want).map(|(got, want)| got - want));
    difference / norm(&mut want.iter().copied()).max(floor)
}

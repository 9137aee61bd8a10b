//! Networks, data and epochs for tests of backends, all drawn from a seed.
#![expect(clippy::unwrap_used, reason = "how a test fails")]
#![expect(dead_code, reason = "each test binary uses a part")]

use core::time::Duration;
use std::rc::Rc;
use tuning_playground::backend::cpu::{self, Cpu, Level};
use tuning_playground::backend::gpu::{Gpu, PlanName};
use tuning_playground::backend::reference::Reference;
use tuning_playground::backend::{Backend, BatchStep, Data, EpochOutcome, EpochPlan, Labels, Network, Population};
use tuning_playground::mlp::{Activation, Loss, Shape};
use tuning_playground::optimizer::Optimizer;
use tuning_playground::rng::{Purpose, RunId, Stream};
use tuning_playground::schedule::Settings as Schedule;

pub const ACTIVATIONS: [Activation; 4] = [Activation::Linear, Activation::Sigmoid, Activation::Tanh, Activation::Relu];

/// Every backend in f32 that runs on this machine, CPU and GPU once for each plan.
pub fn backends() -> Vec<Box<dyn Backend>> {
    let mut backends: Vec<Box<dyn Backend>> = vec![Box::new(Reference)];
    backends.extend(gpus().into_iter().map(|gpu| Box::new(gpu) as Box<dyn Backend>));
    backends.extend(cpus().into_iter().map(|cpu| Box::new(cpu) as Box<dyn Backend>));
    backends
}

/// The GPU, a software adapter where there is no other; a machine without any fails where `TUNING_REQUIRE_GPU` asks.
pub fn gpu() -> Option<Gpu> {
    match pollster::block_on(Gpu::open()) {
        Ok(gpu) => Some(gpu),
        Err(problem) => {
            assert!(std::env::var_os("TUNING_REQUIRE_GPU").is_none(), "{problem}");
            eprintln!("no GPU, not tested: {problem}");
            None
        }
    }
}

/// The GPU once for each plan; a network that a plan cannot train falls to another.
pub fn gpus() -> Vec<Gpu> {
    let plans = |gpu: Gpu| PlanName::ALL.map(|plan| gpu.with_plan(plan));
    gpu().into_iter().flat_map(plans).collect()
}

/// The CPU once for each instruction set and plan; plan `lanes` knows no instruction sets.
pub fn cpus() -> Vec<Cpu> {
    let panels = |level| Cpu::with_level(level).with_plan(cpu::PlanName::Panels);
    Level::all().into_iter().map(panels).chain([Cpu::new().with_plan(cpu::PlanName::Lanes)]).collect()
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
        named("rmsprop", &[("weight_decay", 0.02), ("epsilon", 1e-3)]),
        named("rmsprop", &[("momentum", 0.5), ("l2", 0.01), ("learning_rate", 0.005), ("epsilon", 1e-3)]),
        named("rmsprop", &[("centered", 1.0), ("alpha", 0.9), ("epsilon", 1e-2)]),
        named("rmsprop", &[("centered", 1.0), ("momentum", 0.9), ("learning_rate", 0.002), ("epsilon", 1e-2)]),
    ]
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
    let parameters = shape.initial_parameters(1, run);
    let (schedule, shape) = (Schedule::default(), shape.clone());
    Network { run, seed: 1, shape, loss, optimizer, schedule, dropout, max_batch, crowd: 1, parameters }
}

/// Epoch `epoch` (from 0) of a network over `n_train` rows in its own order.
pub fn plan(index: usize, network: &Network, n_train: usize, epoch: u64) -> EpochPlan {
    let mut order: Vec<u32> = (0..n_train as u32).collect();
    Stream::of(network.seed + epoch, Purpose::Shuffle, network.run, 0).shuffle(&mut order);
    let starts = (0..n_train).step_by(network.max_batch);
    let n_steps = starts.len() as u64;
    let step = |(i, start): (usize, usize)| {
        let before = epoch * n_steps + i as u64;
        BatchStep {
            start: start as u32,
            rows: network.max_batch.min(n_train - start) as u32,
            step: before as u32,
            scalars: network.optimizer.step_scalars(before + 1, network.optimizer.learning_rate),
        }
    };
    EpochPlan { network: index, order, steps: starts.enumerate().map(step).collect() }
}

/// Trains an epoch to its end, asking for `budget` at a time; outcomes by network.
pub fn train(population: &mut dyn Population, plans: Vec<EpochPlan>, budget: Duration) -> Vec<EpochOutcome> {
    population.begin_epoch(plans).unwrap();
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
        let plans = (0..networks.len()).filter(|&i| alive(&traces[i]));
        let plans = plans.map(|i| plan(i, &networks[i], data.n_train, epoch)).collect();
        for outcome in train(&mut *population, plans, budget(epoch)) {
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

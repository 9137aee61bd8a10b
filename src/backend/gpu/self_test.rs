//! What a device must show before it trains anybody's study: a few steps of a tiny network by each strategy, held
//! against the CPU. They take the random generator (dropout masks), tanh far beyond where it saturates, softmax, a reduction across a
//! workgroup's barrier, both update rules and the way back to the host. A driver that gets one of them wrong would
//! otherwise draw wrong curves without a word.

use super::Strategy;
use super::device::{Code, Device};
use super::driver::{DevicePopulation, UNREADABLE};
use super::invocation::Invocation;
use super::layered::Layered;
use super::machine::Machine;
use super::pace::Portion;
use crate::backend::cpu::Cpu;
use crate::backend::epoch::{Steps, epoch_batches};
use crate::backend::{Backend, Data, EpochBatches, EpochOutcome, Labels, Network, NetworkSpec};
use crate::error::{Error, Result};
use crate::mlp::{Activation, Loss, Role, Shape, Tensor};
use crate::optimizer::{Adam, Optimizer, Settings, Sgd};
use crate::rng::{self, Purpose, RunId, Stream};
use crate::schedule;
use core::cell::RefCell;
use core::time::Duration;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Rows for training, for validation, and of a batch: more rows than a workgroup of the loss has invocations.
const ROWS: [usize; 3] = [160, 20, 80];
const EPOCHS: u32 = 2;
/// Multiplications of a dispatch: the whole test is less.
const TEST_MACS: u64 = 32 << 20;
/// Relative distance (L2) of parameters, and relative one of losses, from the CPU's. Sound devices stay below a hundredth
/// of it, one wrong mask or sum does not.
const TOLERANCE: f64 = 2e-3;
/// Every `LARGE.0`-th row is `LARGE.1` times as large: the units' sums lie around 50 there.
const LARGE: (usize, f32) = (5, 60.0);

/// The outcomes and the parameters of networks that were trained.
struct Trained {
    outcomes: Vec<EpochOutcome>,
    parameters: Vec<Vec<f64>>,
}

/// Rows of a batch, for training and for validation, where a program is tried.
const PROGRAM_ROWS: [usize; 3] = [32, 64, 20];
/// Units of a layer where a program is tried: several tiles, one of them cut.
const PROGRAM_WIDTH: usize = 27;
/// Learning rate there: steps that show.
const PROGRAM_RATE: f64 = 0.01;
/// Distance of the parameters from the CPU's as a share of what two steps moved them by, and of what they are.
const PROGRAM_MOVED: f64 = 0.05;
const PROGRAM_STAYED: f64 = 1e-5;
/// Relative distance of the losses there.
const PROGRAM_LOSS: f64 = 1e-3;
/// The same of validation losses behind batch norms: the bias before a norm moves by rounding, by a rate a step under some
/// rules, and its running mean trails behind it (docs/measurements.md).
const PROGRAM_NOISY_LOSS: f64 = 0.05;

/// The networks whose code was not tried on the device, cut to a size at which two steps take no time: one for each.
pub fn untried(tried: &RefCell<BTreeSet<Code>>, networks: &[(Strategy, &NetworkSpec)]) -> Vec<(Strategy, NetworkSpec)> {
    let mut new = Vec::new();
    for &(strategy, spec) in networks {
        let is_unrolled = strategy == Strategy::Invocation;
        let program = is_unrolled.then(|| spec.program());
        let update = super::update::Update::of(&spec.optimizer).number();
        let code = (strategy, program, (spec.shape.activation, spec.shape.batch_norm), spec.loss, update);
        if matches!(strategy, Strategy::SecondOrder | Strategy::Panels) || !tried.borrow_mut().insert(code) {
            continue;
        }
        let mut spec = spec.clone();
        if !is_unrolled {
            // Kernels of any width have no other code for wider networks.
            let cut = |width: usize| width.min(PROGRAM_WIDTH);
            spec.shape.hidden.truncate(3);
            spec.shape.hidden.iter_mut().for_each(|width| *width = cut(*width));
            (spec.shape.inputs, spec.shape.outputs) = (cut(spec.shape.inputs), cut(spec.shape.outputs));
        }
        spec.optimizer.learning_rate = PROGRAM_RATE;
        spec.max_batch = PROGRAM_ROWS[0];
        new.push((strategy, spec));
    }
    new
}

/// Holds two steps of networks, all of one strategy and with the same inputs and outputs, against the CPU: a device may
/// compute something else in one program only.
///
/// # Errors
/// [`Error::GpuWrong`] where they differ; what the device reports.
pub async fn try_programs(device: &Rc<Device>, strategy: Strategy, specs: Vec<NetworkSpec>) -> Result<f64> {
    let Some(first) = specs.first() else { return Ok(0.0) };
    let data = Rc::new(program_rows(first.shape.inputs, first.shape.outputs, first.loss));
    let networks: Vec<Network> = specs.into_iter().map(NetworkSpec::initial).collect();
    let once = |(index, Network { spec, .. }): (usize, &Network)| {
        let order = rng::key(spec.seed, Purpose::Shuffle, spec.run, 0);
        epoch_batches(index, spec, order, PROGRAM_ROWS[1], PROGRAM_ROWS[0], &mut Steps::default())
    };
    let epoch: Vec<_> = networks.iter().enumerate().map(once).collect();
    let expected = on_cpu(&data, &networks, vec![epoch.clone()]).await?;
    let shuffles_from = shuffles_from(device);
    let mut population: Box<dyn DevicePopulation> = match strategy {
        Strategy::Invocation => Box::new(Invocation::new(data, networks.clone(), shuffles_from)),
        strategy => Box::new(Layered::new(data, networks.clone(), strategy, device.is_software, shuffles_from)),
    };
    let found = on_device(population.as_mut(), device, networks.len(), vec![epoch]).await?;
    let mut largest: f64 = 0.0;
    for (index, network) in networks.iter().enumerate() {
        largest = largest.max(compare_program(strategy, network, index, &found, &expected)?);
    }
    Ok(largest)
}

/// Holds one network's two steps against the CPU's: the distance of its parameters as a share of what may be.
fn compare_program(
    strategy: Strategy,
    network: &Network,
    index: usize,
    found: &Trained,
    expected: &Trained,
) -> Result<f64> {
    let wrong = |what: &str, off: f64| {
        let (spec, ppm) = (&network.spec, (1e6 * off) as u64);
        let name = format!("{} {:?} {:?}", strategy.name(), spec.optimizer.rule(), spec.shape.activation);
        Err(Error::GpuWrong { detail: format!("{name}: {what} off by {ppm} ppm") })
    };
    let of = |all: &Trained| all.outcomes.iter().find(|outcome| outcome.network == index).cloned();
    let (Some(own), Some(right)) = (of(found), of(expected)) else { return wrong("no loss", 1.0) };
    if right.diverged_at.is_some() {
        // What diverges in two steps tells nothing.
        return Ok(0.0);
    }
    let losses = |outcome: &EpochOutcome| [outcome.train.loss, outcome.validation.unwrap_or_default().loss];
    let distance = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
    let shape = &network.spec.shape;
    let [own_losses, right_losses] = [losses(&own), losses(&right)];
    // A single class costs nothing: the loss is 0 there.
    let off_in = |n: usize| {
        distance(&own_losses[..n], &right_losses[..n]) / distance(&right_losses[..n], &[0.0; 2][..n]).max(1e-3)
    };
    let (exact, noisy) = (off_in(if shape.batch_norm { 1 } else { 2 }), off_in(2));
    if is_beyond(exact, PROGRAM_LOSS) || is_beyond(noisy, PROGRAM_NOISY_LOSS) {
        return wrong("loss", exact.max(noisy));
    }
    let layers = shape.layers();
    // A bias before a batch norm has no gradient but rounding, of which some rules make whole steps; the running means follow.
    let is_noise =
        |tensor: &Tensor| matches!(tensor.role, Role::Bias | Role::Mean) && layers[tensor.layer].norm.is_some();
    let sound = |parameters: &[f64]| {
        let mut sound = parameters.to_vec();
        shape.tensors().filter(is_noise).for_each(|tensor| sound[tensor.place].fill(0.0));
        sound
    };
    let [own, right, before] =
        [&found.parameters[index], &expected.parameters[index], &network.parameters].map(|all| sound(all));
    let (moved, size) = (distance(&right, &before), distance(&right, &vec![0.0; right.len()]));
    let off = distance(&own, &right) / (PROGRAM_MOVED * moved + PROGRAM_STAYED * size).max(1e-30);
    if is_beyond(off, 1.0) { wrong("parameters", off * PROGRAM_MOVED) } else { Ok(off) }
}

fn program_rows(columns: usize, outputs: usize, loss: Loss) -> Data {
    let mut stream = Stream::of(2, Purpose::Generate, RunId::default(), 0);
    let n = PROGRAM_ROWS[1] + PROGRAM_ROWS[2];
    let x = (0..n * columns).map(|_| 2.0 * stream.uniform() - 1.0).collect();
    let labels = match loss {
        Loss::CrossEntropy => Labels::Classes((0..n).map(|_| stream.below(outputs.max(1) as u32)).collect()),
        Loss::Mse => Labels::Numbers((0..n * outputs).map(|_| 2.0 * stream.uniform() - 1.0).collect()),
    };
    Data { x, columns, labels, n_train: PROGRAM_ROWS[1], n_validation: PROGRAM_ROWS[2] }
}

/// Trains the tiny networks by every strategy and by the CPU: the largest relative distance of their parameters.
///
/// # Errors
/// [`Error::GpuWrong`] where they differ; what the device reports.
pub async fn run(device: &Rc<Device>) -> Result<f64> {
    let data = Rc::new(rows());
    let networks = networks();
    let epochs = |n: usize| (0..EPOCHS).map(|number| epoch(&networks[..n], number)).collect();
    let expected = on_cpu(&data, &networks, epochs(networks.len())).await?;
    // Strategies compile a kernel for each rule: the first network alone takes every part of the others.
    let mut off: f64 = 0.0;
    let one = &networks[..1];
    for (strategy, networks) in
        [(Strategy::Layered, &networks[..]), (Strategy::Workgroup, one), (Strategy::Resident, one)]
    {
        // What no rule gives to a software adapter is held against the CPU where it is asked for.
        if strategy == Strategy::Resident && device.is_software {
            continue;
        }
        let n = networks.len();
        let mut population =
            Layered::new(data.clone(), networks.to_vec(), strategy, device.is_software, shuffles_from(device));
        let trained = on_device(&mut population, device, n, epochs(n)).await?;
        off = off.max(compare(strategy.name(), &trained, &expected)?);
    }
    let invocation =
        on_device(&mut Invocation::new(data.clone(), one.to_vec(), shuffles_from(device)), device, 1, epochs(1))
            .await?;
    Ok(off.max(compare("invocation", &invocation, &expected)?))
}

/// A device draws the tests' orders.
fn shuffles_from(device: &Device) -> usize {
    if device.is_software { usize::MAX } else { 0 }
}

fn rows() -> Data {
    let mut stream = Stream::of(1, Purpose::Generate, RunId::default(), 0);
    let n = ROWS[0] + ROWS[1];
    let factor = |row: usize| if row.is_multiple_of(LARGE.0) { LARGE.1 } else { 1.0 };
    let x = (0..2 * n).map(|i| (2.0 * stream.uniform() - 1.0) * factor(i / 2)).collect();
    let classes = (0..n).map(|_| stream.below(3)).collect();
    Data { x, columns: 2, labels: Labels::Classes(classes), n_train: ROWS[0], n_validation: ROWS[1] }
}

/// One of each of the two rules that are used most.
fn networks() -> [Network; 2] {
    // An epsilon that keeps gradients near 0 from being blown up to whole steps: what is compared must be determined.
    let adam = Settings::Adam(Adam { epsilon: 1e-2, ..Adam::default() });
    [network(adam, 0), network(Settings::Sgd(Sgd { momentum: 0.9, ..Sgd::default() }), 1)]
}

fn network(settings: Settings, trial: u32) -> Network {
    let run = RunId { trial, ..RunId::default() };
    let shape = Shape { inputs: 2, hidden: vec![4], outputs: 3, activation: Activation::Tanh, batch_norm: false };
    let optimizer = Optimizer { settings, learning_rate: 0.05, l2: 0.0, average: None };
    let schedule = schedule::Settings::default();
    let (seed, loss, dropout) = (1, Loss::CrossEntropy, 0.25);
    NetworkSpec { run, seed, shape, loss, optimizer, schedule, dropout, max_batch: ROWS[2], crowd: 1 }.initial()
}

fn epoch(networks: &[Network], epoch: u32) -> Vec<EpochBatches> {
    let batches = |(index, Network { spec, .. }): (usize, &Network)| {
        let order = rng::key(spec.seed, Purpose::Shuffle, spec.run, epoch);
        let mut steps = Steps::new(epoch * ROWS[0].div_ceil(ROWS[2]) as u32, schedule::Memory::default());
        epoch_batches(index, spec, order, ROWS[0], ROWS[2], &mut steps)
    };
    networks.iter().enumerate().map(batches).collect()
}

async fn on_cpu(data: &Rc<Data>, networks: &[Network], epochs: Vec<Vec<EpochBatches>>) -> Result<Trained> {
    let mut population = Cpu::default().population(data.clone(), networks.to_vec()).await?;
    let mut outcomes = Vec::new();
    for epoch in epochs {
        population.begin_epoch(epoch)?;
        loop {
            let advance = population.advance(Duration::MAX).await?;
            outcomes.extend(advance.outcomes);
            if advance.epoch_done {
                break;
            }
        }
    }
    let mut parameters = Vec::new();
    for index in 0..networks.len() {
        parameters.push(population.parameters(index).await?);
    }
    Ok(Trained { outcomes, parameters })
}

async fn on_device(
    population: &mut dyn DevicePopulation,
    device: &Rc<Device>,
    networks: usize,
    epochs: Vec<Vec<EpochBatches>>,
) -> Result<Trained> {
    let n = epochs.len();
    for epoch in epochs {
        population.push_epoch(epoch);
    }
    population.make_buffers(device);
    let portion = Portion { units: u32::from(u16::MAX), macs: TEST_MACS };
    for number in 0..n {
        while !population.is_submitted(number) {
            population.submit(device, number, portion, number);
        }
    }
    let (sums, copy) = (population.read_sums(device, 0, n), population.read_copy(device));
    let read = sums.await;
    let copied = copy.await;
    // Where the device reports an error, the read failed because of it.
    if let Some(detail) = device.take_error() {
        return Err(Error::Gpu { detail });
    }
    if (read.is_err() || copied.is_err()) && !device.is_lost() {
        return Err(Error::Gpu { detail: UNREADABLE.into() });
    }
    let sums = read?;
    copied?;
    population.take_copy(device)?;
    let each = sums.chunks_exact(population.sums_bytes());
    let outcomes = each.zip(0..).flat_map(|(sums, number)| population.outcomes(number, sums, 0.0)).collect();
    let parameters = (0..networks).map(|index| population.parameters(index)).collect();
    Ok(Trained { outcomes, parameters })
}

/// Holds the networks that `found` has against the same ones of `expected`: the largest distance of the parameters.
fn compare(strategy: &str, found: &Trained, expected: &Trained) -> Result<f64> {
    let wrong = |what: &str, off: f64| {
        let ppm = (1e6 * off) as u64;
        Err(Error::GpuWrong { detail: format!("{strategy}: {what} off by {ppm} ppm") })
    };
    let mut largest: f64 = 0.0;
    for (network, parameters) in found.parameters.iter().enumerate() {
        let of = |all: &Trained| -> Vec<(f64, f64, f64)> {
            let own = all.outcomes.iter().filter(|outcome| outcome.network == network);
            own.map(|o| (o.train.loss, o.validation.unwrap_or_default().loss, o.train.accuracy)).collect()
        };
        let (own, right) = (of(found), of(expected));
        for (own, right) in own.iter().zip(&right) {
            let off = relative(&[own.0, own.1], &[right.0, right.1]);
            if is_beyond(off, TOLERANCE) {
                return wrong("loss", off);
            }
            // A row on the border between two classes may fall to either side.
            let off = (own.2 - right.2).abs();
            if is_beyond(off, 2.0 / ROWS[0] as f64) {
                return wrong("accuracy", off);
            }
        }
        let off = relative(parameters, &expected.parameters[network]);
        if is_beyond(off, TOLERANCE) || own.len() != right.len() {
            return wrong("parameters", off);
        }
        largest = largest.max(off);
    }
    Ok(largest)
}

/// Whether a distance is beyond a limit; NaN is beyond every limit.
fn is_beyond(off: f64, limit: f64) -> bool {
    off.is_nan() || off > limit
}

/// Relative distance in L2; NaN where one of the numbers is.
fn relative(found: &[f64], expected: &[f64]) -> f64 {
    let square = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>();
    let off = square(&mut found.iter().zip(expected).map(|(a, b)| a - b));
    (off / square(&mut expected.iter().copied())).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_numbers_do_not_pass() -> Result<()> {
        pollster::block_on(async {
            let (data, networks) = (Rc::new(rows()), networks());
            let epochs = (0..EPOCHS).map(|number| epoch(&networks, number)).collect();
            let expected = on_cpu(&data, &networks, epochs).await?;
            let again = || Trained { outcomes: expected.outcomes.clone(), parameters: expected.parameters.clone() };
            compare("same", &again(), &expected)?;
            let mut wrong = again();
            wrong.parameters[1][3] += 0.01;
            assert!(matches!(compare("one weight", &wrong, &expected), Err(Error::GpuWrong { .. })));
            let mut wrong = again();
            wrong.outcomes[2].validation = None;
            assert!(matches!(compare("no validation", &wrong, &expected), Err(Error::GpuWrong { .. })));
            let mut wrong = again();
            wrong.outcomes[0].train.loss = f64::NAN;
            assert!(matches!(compare("no number", &wrong, &expected), Err(Error::GpuWrong { .. })));
            Ok(())
        })
    }
}

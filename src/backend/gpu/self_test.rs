//! What a device must show before it trains anybody's study: a few steps of a tiny network by each strategy, held
//! against the CPU. They take the random generator (dropout masks), tanh far beyond where it saturates, softmax, a reduction across a
//! workgroup's barrier, both update rules and the way back to the host. A driver that gets one of them wrong would
//! otherwise draw wrong curves without a word.

use super::device::Device;
use super::driver::{DevicePopulation, UNREADABLE};
use super::invocation::Invocation;
use super::layered::Layered;
use crate::backend::cpu::Cpu;
use crate::backend::epoch::{Steps, epoch_batches};
use crate::backend::{Backend, Data, EpochBatches, EpochOutcome, Labels, Network, NetworkSpec};
use crate::error::{Error, Result};
use crate::mlp::{Activation, Loss, Shape};
use crate::optimizer::{Adam, Optimizer, Settings, Sgd};
use crate::rng::{Purpose, RunId, Stream};
use crate::schedule;
use core::time::Duration;
use std::rc::Rc;

/// Rows for training, for validation, and of a batch: more rows than a workgroup of the loss has invocations.
const ROWS: [usize; 3] = [160, 20, 80];
const EPOCHS: u32 = 2;
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

/// Trains the tiny networks by every strategy and by the CPU: the largest relative distance of their parameters.
///
/// # Errors
/// [`Error::GpuWrong`] where they differ; what the device reports.
pub async fn run(device: &Rc<Device>) -> Result<f64> {
    let data = Rc::new(rows());
    let networks = networks();
    let expected = on_cpu(&data, &networks).await?;
    // Strategies compile a kernel for each rule: the first network alone takes every part of `workgroup` and `invocation`.
    let mut off: f64 = 0.0;
    let one = &networks[..1];
    for (name, fused, networks) in [("layered", false, &networks[..]), ("workgroup", true, one)] {
        let trained = on_device(&mut Layered::new(data.clone(), networks.to_vec(), fused), device, networks).await?;
        off = off.max(compare(name, &trained, &expected)?);
    }
    let invocation = on_device(&mut Invocation::new(data.clone(), one.to_vec()), device, one).await?;
    Ok(off.max(compare("invocation", &invocation, &expected)?))
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
    let shape = Shape { inputs: 2, hidden: vec![4], outputs: 3, activation: Activation::Tanh };
    let optimizer = Optimizer { settings, learning_rate: 0.05, l2: 0.0 };
    let schedule = schedule::Settings::default();
    let (seed, loss, dropout) = (1, Loss::CrossEntropy, 0.25);
    NetworkSpec { run, seed, shape, loss, optimizer, schedule, dropout, max_batch: ROWS[2], crowd: 1 }.initial()
}

fn epoch(networks: &[Network], epoch: u32) -> Vec<EpochBatches> {
    let batches = |(index, Network { spec, .. }): (usize, &Network)| {
        let order = Stream::of(spec.seed, Purpose::Shuffle, spec.run, epoch);
        let mut steps = Steps { done: epoch * ROWS[0].div_ceil(ROWS[2]) as u32, ..Steps::default() };
        epoch_batches(index, spec, order, ROWS[0], ROWS[2], &mut steps)
    };
    networks.iter().enumerate().map(batches).collect()
}

async fn on_cpu(data: &Rc<Data>, networks: &[Network]) -> Result<Trained> {
    let mut population = Cpu::default().population(data.clone(), networks.to_vec()).await?;
    let mut outcomes = Vec::new();
    for number in 0..EPOCHS {
        population.begin_epoch(epoch(networks, number))?;
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
    networks: &[Network],
) -> Result<Trained> {
    let n = EPOCHS as usize;
    (0..EPOCHS).for_each(|number| population.push_epoch(epoch(networks, number)));
    population.ensure_buffers(device);
    for number in 0..n {
        while !population.is_submitted(number) {
            population.submit(device, number, u32::from(u16::MAX));
        }
        population.set_aside(device, number);
    }
    let read = population.read(device, Some(0..n)).await;
    // Where the device reports an error, the read failed because of it.
    if let Some(detail) = device.take_error() {
        return Err(Error::Gpu { detail });
    }
    if read.is_err() && !device.is_lost() {
        return Err(Error::Gpu { detail: UNREADABLE.into() });
    }
    let sums = read?;
    let each = sums.chunks_exact(population.sums_bytes());
    let outcomes = each.zip(0..).flat_map(|(sums, number)| population.outcomes(number, Some(sums), 0.0)).collect();
    let parameters = (0..networks.len()).map(|index| population.parameters(index)).collect();
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
            let expected = on_cpu(&data, &networks).await?;
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

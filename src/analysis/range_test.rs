//! The learning-rate range test (Smith 2015): a few networks are trained while the learning rate rises from step to step,
//! each batch's loss is written down, and where the loss falls most steeply is a rate to begin with. Batches differ more than
//! a small rate changes: twins at a rate of 0 train beside the networks, on the same batches with the same units dropped, and
//! what they say of a batch is taken off.

use crate::backend::cpu::Cpu;
use crate::backend::{Backend, BatchStep, Data, EpochBatches, Population};
use crate::error::{Error, Result};
use crate::optimizer::Pace;
use crate::rng::{Purpose, Stream};
use crate::trainer::Contestant;
use core::time::Duration;
use std::rc::Rc;
use web_time::Instant;

/// Networks that are trained side by side, each from a start of its own: one alone draws a ragged curve.
const NETWORKS: u16 = 4;
/// The share of what was before in the smoothed loss.
const SMOOTHING: f64 = 0.9;
/// Steps that the smoothing remembers.
const REMEMBERED: usize = 200;
/// The test ends where the smoothed loss is so many times its lowest.
const BLOWN_UP: f64 = 4.0;
/// Steps before the smoothed loss is worth a look.
const SETTLED: usize = 10;
/// Fewest and most steps.
pub const STEPS: [usize; 2] = [20, 1000];

/// See the module.
pub struct RangeTest {
    population: Box<dyn Population>,
    rates: Vec<f64>,
    /// Each network's steps.
    batches: Vec<EpochBatches>,
    /// How far the mean loss of each step's batch is above its twins', as far as they have come; then the same smoothed.
    above: Vec<f64>,
    smoothed: Vec<f64>,
    /// Sum over the steps of the twins' mean losses.
    idle: f64,
    is_over: bool,
}

/// What a range test has found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Where the smoothed loss fell most steeply: the index of its step.
    pub steepest: usize,
    /// Where the smoothed loss was lowest.
    pub lowest: usize,
}

impl RangeTest {
    /// A test of `contestant` over learning rates from `low` to `high`, as far apart by their logarithm, one a step. Its
    /// schedule has no say.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for rates or steps that make no test, and what the device reports.
    pub async fn new(data: &Data, contestant: &Contestant, steps: usize, [low, high]: [f64; 2]) -> Result<Self> {
        let refused = |key: &str, found: String, accepted: &str| Error::OutOfRange {
            key: key.into(),
            found,
            accepted: accepted.into(),
        };
        if contestant.spec.is_second_order() {
            return Err(refused("optimizer", "lbfgs | newton".into(), "an optimizer of the first order"));
        }
        if !(STEPS[0]..=STEPS[1]).contains(&steps) {
            return Err(refused("steps", steps.to_string(), "20 .. 1000"));
        }
        if !(low > 0.0 && low < high && high.is_finite()) {
            return Err(refused("learning_rate", format!("{low} .. {high}"), "0 < low < high"));
        }
        let ratio = libm::log(high / low);
        let rates: Vec<f64> = (0..steps).map(|k| low * libm::exp(ratio * k as f64 / (steps - 1) as f64)).collect();
        let starts: Vec<Contestant> = (0..NETWORKS)
            .map(|repeat| {
                let mut one = contestant.clone();
                one.spec.run.repeat = repeat;
                // The rate goes where the test sends it.
                one.spec.optimizer.set("hypergradient", 0.0);
                one
            })
            .collect();
        let still = vec![0.0; steps];
        let twins = |one: &Contestant| [(one.clone(), &rates), (one.clone(), &still)];
        let all: Vec<_> = starts.iter().flat_map(twins).collect();
        let own = |(at, (one, rates)): (usize, &(Contestant, &Vec<f64>))| batches_of(at, one, data.n_train, rates);
        let batches = all.iter().enumerate().map(own).collect();
        let networks = all.iter().map(|(one, _)| one.initial()).collect();
        let rows = Rc::new(Data { n_validation: 0, ..data.clone() });
        let population = Cpu::new().population(rows, networks).await?;
        let (above, smoothed) = (Vec::new(), Vec::new());
        Ok(Self { population, rates, batches, above, smoothed, idle: 0.0, is_over: false })
    }

    /// Works for about `budget`; whether the test is over.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn advance(&mut self, budget: Duration) -> Result<bool> {
        let begun = Instant::now();
        while !self.is_over {
            let at = self.above.len();
            self.population.begin_epoch(self.batches.iter().map(|all| alone(all, at)).collect())?;
            let mut sums = [0.0; 2];
            // A step is short: it is taken whole, so that pauses change nothing.
            loop {
                let advance = self.population.advance(Duration::from_secs(1)).await?;
                for outcome in advance.outcomes {
                    let loss = if outcome.diverged_at.is_some() { f64::INFINITY } else { outcome.train.loss };
                    sums[outcome.network % 2] += loss / f64::from(NETWORKS);
                }
                if advance.epoch_done {
                    break;
                }
            }
            self.enter(sums);
            if begun.elapsed() >= budget {
                break;
            }
        }
        Ok(self.is_over)
    }

    /// Enters a step's losses, and ends the test where they have blown up.
    fn enter(&mut self, [loss, idle]: [f64; 2]) {
        self.above.push(loss - idle);
        self.idle += idle;
        // A mean over what the smoothing still remembers: it begins at the first loss, not at 0.
        let (mut mean, mut weight) = (0.0, 0.0);
        for (age, above) in self.above.iter().rev().take(REMEMBERED).enumerate() {
            let share = libm::pow(SMOOTHING, age as f64);
            (mean, weight) = (mean + share * above, weight + share);
        }
        let own = mean / weight;
        self.smoothed.push(own);
        let base = self.base();
        let lowest = self.smoothed.iter().copied().fold(f64::INFINITY, f64::min);
        let has_blown_up = self.above.len() > SETTLED && own + base > BLOWN_UP * (lowest + base);
        self.is_over = self.above.len() == self.rates.len() || !own.is_finite() || has_blown_up;
    }

    /// What the untrained networks lose, over all batches so far.
    fn base(&self) -> f64 {
        self.idle / self.above.len().max(1) as f64
    }

    /// The learning rates of all steps.
    pub fn rates(&self) -> &[f64] {
        &self.rates
    }

    /// The loss of each step, and the same smoothed, as far as the test has come. The last one is not finite where a network
    /// diverged.
    pub fn losses(&self) -> [Vec<f64>; 2] {
        let base = self.base();
        [&self.above, &self.smoothed].map(|all| all.iter().map(|above| above + base).collect())
    }

    /// What it has found; nothing while it is under way, or where the loss never fell.
    pub fn found(&self) -> Option<Found> {
        found(&self.smoothed).filter(|_| self.is_over)
    }
}

/// Where a smoothed loss is lowest, and where before that it falls most steeply by the rate's logarithm.
fn found(smoothed: &[f64]) -> Option<Found> {
    let finite = smoothed.iter().position(|loss| !loss.is_finite()).unwrap_or(smoothed.len());
    let lowest = (0..finite).min_by(|&a, &b| smoothed[a].total_cmp(&smoothed[b]))?;
    let fall = |at: &usize| smoothed[at - 1] - smoothed[at + 1];
    let steepest = (SETTLED..lowest).max_by(|a, b| fall(a).total_cmp(&fall(b)))?;
    (fall(&steepest) > 0.0).then_some(Found { steepest, lowest })
}

/// One of a network's steps, as an epoch of its own.
fn alone(all: &EpochBatches, at: usize) -> EpochBatches {
    let step = all.steps[at];
    let rows = step.start as usize..(step.start + step.rows) as usize;
    EpochBatches {
        network: all.network,
        order: all.order[rows].to_vec().into(),
        steps: vec![BatchStep { start: 0, ..step }].into(),
        validates: all.validates,
    }
}

/// A step for each rate: rows shuffled anew where they are used up, as in training.
fn batches_of(network: usize, one: &Contestant, n_train: usize, rates: &[f64]) -> EpochBatches {
    let Contestant { spec, batch, .. } = one;
    let batch = (*batch).clamp(1, n_train.max(1));
    let per_epoch = n_train.div_ceil(batch).max(1);
    let mut order = Vec::new();
    for epoch in 0..rates.len().div_ceil(per_epoch) {
        let first = order.len();
        order.extend(0..n_train as u32);
        Stream::of(spec.seed, Purpose::Shuffle, spec.run, epoch as u32).shuffle(&mut order[first..]);
    }
    let pace = |t: u64| Pace::of(rates[(t as usize - 1).min(rates.len() - 1)]);
    let scalars = spec.optimizer.scalars(1, pace).take(rates.len());
    let step = |(k, scalars)| {
        let within = k % per_epoch * batch;
        let rows = batch.min(n_train - within) as u32;
        BatchStep { start: (k / per_epoch * n_train + within) as u32, rows, step: k as u32, scalars }
    };
    let steps = scalars.enumerate().map(step).collect();
    EpochBatches { network, order: order.into(), steps, validates: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steepest_fall_lies_before_the_lowest_loss() {
        let valley: Vec<f64> = (0..100)
            .map(|k| {
                let x = f64::from(k) / 100.0;
                2.0 - libm::exp(-libm::pow((x - 0.6) / 0.15, 2.0)) + 3.0 * libm::pow(x.max(0.7) - 0.7, 2.0)
            })
            .collect();
        let Found { steepest, lowest } = found(&valley).expect("a fall");
        assert!(lowest.abs_diff(60) <= 1, "{lowest}");
        // A bell falls most steeply at its width over the root of 2.
        assert!(steepest.abs_diff(49) <= 1, "{steepest}");
    }

    #[test]
    fn nothing_is_found_where_nothing_falls() {
        for flat in [vec![], vec![1.0], vec![1.0; 50], (0..50).map(f64::from).collect(), vec![f64::INFINITY; 30]] {
            assert_eq!(found(&flat), None, "{flat:?}");
        }
        let short: Vec<f64> = (0..SETTLED).map(|k| -(k as f64)).collect();
        assert_eq!(found(&short), None);
        let mut ends_in_nothing: Vec<f64> = (0..50).map(|k| -f64::from(k)).collect();
        ends_in_nothing.push(f64::NAN);
        assert_eq!(found(&ends_in_nothing).map(|found| found.lowest), Some(49));
    }
}

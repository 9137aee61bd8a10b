//! What all strategies have in common: budgets, host copies, and the way back from a lost device.
//!
//! A lost device is this module's own business: the population goes back to its last host copy on a new device and
//! repeats what came after, to the same bits.
//!
//! Waiting for a device costs a browser some milliseconds, in which it idles. So short epochs are begun several at a time,
//! as a *flight*: they are submitted one after the other, the sums of each are put aside, and all are waited for together.

use super::device::{Device, SharedDevice};
use super::staging::ASIDE_BYTES;
use crate::backend::{Advance, EpochBatches, EpochOutcome, LocalFuture, Population, Snapshot, Tuning, ready};
use crate::error::{Error, Result};
use core::ops::Range;
use core::time::Duration;
use std::rc::Rc;
use web_time::Instant;

/// Target length of a submit: short enough for the page's own drawing in between.
const SUBMIT_TARGET: Duration = Duration::from_millis(12);
/// Longest GPU work queued before waiting for it.
const LONGEST_WAIT: Duration = Duration::from_millis(96);
/// Target length of a flight: the epochs submitted before one wait, which takes as long as an epoch of tiny networks.
const FLIGHT_TARGET: Duration = Duration::from_millis(40);
/// The most epochs of a flight.
const MOST_EPOCHS: usize = 16;
/// The most bytes that the batches of a flight take on the host beside those of one epoch, which the estimate counts.
const BATCHES_BYTES: usize = 4 << 20;
/// The most work that a host copy of the parameters may lag behind.
pub const CHECKPOINT_INTERVAL: Duration = Duration::from_secs(2);
/// Attempts to get a working device before giving up.
const RECOVERY_ATTEMPTS: u32 = 2;
/// Losses in a row without a host copy in between before giving up: a device that dies of the work itself would never end.
const MAX_FAILURES: u32 = 20;
/// Failures in a row of a device that says it lives before giving up: one that is going away may fail before it says so.
const MAX_FAILURES_ALIVE: u32 = 3;

/// The error's detail where a device that lives gives nothing back.
pub const UNREADABLE: &str = "results could not be read back";

/// The work that a submit took on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Submitted {
    /// Gradient steps, over all networks.
    pub steps: u64,
    /// Units of work.
    pub units: u32,
}

/// The networks of one strategy on a device, as the driver sees them. An epoch is a row of units of work that only the
/// strategy knows; a flight is a few epochs, counted from 0, of which nothing is told before all of them have ended.
pub trait DevicePopulation {
    /// Lays one more epoch of the flight out.
    fn push_epoch(&mut self, epoch: Vec<EpochBatches>);
    /// Epochs of the flight.
    fn n_epochs(&self) -> usize;
    /// Bytes that the batches of the flight's largest epoch take on the device.
    fn batches_bytes(&self) -> usize;
    /// Makes the buffers that the flight lacks on this device out of the host's copies.
    fn ensure_buffers(&mut self, device: &Rc<Device>);
    /// Frees all buffers.
    fn drop_buffers(&mut self);
    /// Units that the first submit on a device takes: few enough for any device.
    fn first_amount(&self) -> u32;
    /// Submits up to `amount` units of an epoch; the one before was submitted.
    fn submit(&mut self, device: &Device, epoch: usize, amount: u32) -> Submitted;
    /// Whether the whole epoch was submitted.
    fn is_submitted(&self, epoch: usize) -> bool;
    /// Bytes of the sums of an epoch.
    fn sums_bytes(&self) -> usize;
    /// Puts the sums of the epoch that was just submitted aside, into the slot of its number.
    fn set_aside(&self, device: &Device, epoch: usize);
    /// Waits for all that was submitted. With `aside`, makes the host's copies anew, as a whole or not at all, and gives
    /// the sums of these epochs that were put aside.
    fn read<'a>(&'a mut self, device: &'a Device, aside: Option<Range<usize>>) -> LocalFuture<'a, Result<Vec<u8>>>;
    /// Goes back to the places at which the host's copies were made.
    fn rewind(&mut self);
    /// The outcomes of an epoch that took `seconds`, by its sums that were put aside or by the host's copies; none of
    /// networks that diverged before it.
    fn outcomes(&self, epoch: usize, aside: Option<&[u8]>, seconds: f64) -> Vec<EpochOutcome>;
    /// Ends the flight.
    fn clear(&mut self);
    /// Parameters of the host's copy.
    fn parameters(&self, network: usize) -> Vec<f64>;
    /// The last step's gradient.
    fn gradient<'a>(&'a mut self, device: &'a Device, network: usize) -> LocalFuture<'a, Result<Vec<f64>>>;
    /// A network of the host's copy, without its steps.
    fn snapshot(&self, network: usize) -> Snapshot;
    /// Puts a network into the host's copy, which the next buffers are made of; false where it is of another size.
    fn restore(&mut self, network: usize, snapshot: &Snapshot) -> bool;
    /// Changes a network's settings in the tables that the next buffers are made of; false where they do not fit.
    fn retune(&mut self, network: usize, tuning: &Tuning) -> bool;
}

/// Where a flight stands.
#[derive(Default)]
struct Flight {
    /// The epoch under way.
    at: usize,
    /// The epoch that was under way when the host's copies were made.
    host_at: usize,
    /// The sums of the epochs that ended before the host's copies were made.
    aside: Vec<u8>,
    worked: Duration,
}

/// A population trained by one strategy.
pub struct Driver {
    device: SharedDevice,
    population: Box<dyn DevicePopulation>,
    flight: Flight,
    /// Devices lost since the last host copy.
    failures: u32,
    copied: Instant,
    copy_every: Duration,
    /// Units that the next submit may take; it at most doubles from one call to the next.
    amount: u32,
    /// Units submitted before the last wait, of which the next may take at most twice as many.
    units: u32,
    /// Seconds that a unit took, by the last wait.
    pace: f64,
    /// Epochs of the next flight.
    ahead: usize,
    /// Steps that each network was given.
    steps: Vec<u32>,
}

impl Driver {
    /// Nothing is allocated on the device yet.
    pub fn new(device: SharedDevice, population: Box<dyn DevicePopulation>, copy_every: Duration) -> Self {
        let amount = population.first_amount();
        Self {
            device,
            population,
            flight: Flight::default(),
            failures: 0,
            copied: Instant::now(),
            copy_every,
            amount,
            units: amount,
            pace: f64::INFINITY,
            ahead: 1,
            steps: Vec::new(),
        }
    }

    async fn work(&mut self, budget: Duration) -> Result<Advance> {
        let start = Instant::now();
        let mut advance = Advance::default();
        let n = self.population.n_epochs();
        if n == 0 {
            return Ok(Advance { epoch_done: true, ..advance });
        }
        let device = self.device.get();
        self.population.ensure_buffers(&device);
        let flight = &mut self.flight;
        // Submits are waited for together at the end: the pace at the last wait says how many units fit into the time.
        let most = (budget.min(LONGEST_WAIT).as_secs_f64() / self.pace).min(2.0 * f64::from(self.units));
        let (mut units, mut submits) = (0, 0);
        while flight.at < n && (submits == 0 || f64::from(units + self.amount) <= most) {
            let submitted = self.population.submit(&device, flight.at, self.amount);
            advance.steps += submitted.steps;
            units += submitted.units.max(1);
            submits += 1;
            if self.population.is_submitted(flight.at) {
                // The sums of the last epoch are read with the networks themselves.
                if flight.at + 1 < n {
                    self.population.set_aside(&device, flight.at);
                }
                flight.at += 1;
            }
        }
        let done = flight.at == n;
        let all = done || self.copied.elapsed() >= self.copy_every;
        // A few bytes are read to wait for the queue; only a whole copy may replace the host's.
        let end = flight.at.min(n - 1);
        let aside = self.population.read(&device, all.then_some(flight.host_at..end)).await?;
        if let Some(detail) = device.take_error() {
            return Err(Error::Gpu { detail });
        }
        flight.worked += start.elapsed();
        if all {
            self.copied = Instant::now();
            self.failures = 0;
            flight.aside.extend(aside);
            flight.host_at = end;
        }
        self.adapt(start.elapsed(), units);
        if done {
            advance.outcomes = self.end();
            advance.epoch_done = true;
        }
        Ok(advance)
    }

    /// Sizes the next submits by the time that these units took.
    fn adapt(&mut self, took: Duration, units: u32) {
        self.pace = took.as_secs_f64().max(1e-6) / f64::from(units);
        let fitting = SUBMIT_TARGET.as_secs_f64() / self.pace;
        let (least, most) = (f64::from(self.amount) / 4.0, f64::from(self.amount) * 2.0);
        self.amount = (fitting.clamp(least, most) as u32).clamp(1, 1 << 16);
        self.units = units.max(self.amount);
    }

    /// Ends the flight, whose end the host's copies hold, and gives the outcomes of its epochs.
    fn end(&mut self) -> Vec<EpochOutcome> {
        let flight = core::mem::take(&mut self.flight);
        let n = self.population.n_epochs();
        let seconds = flight.worked.as_secs_f64() / n as f64;
        let fitting = (FLIGHT_TARGET.as_secs_f64() / seconds.max(1e-6)) as usize;
        let room = 1 + BATCHES_BYTES / self.population.batches_bytes().max(1);
        self.ahead = fitting.min(room).clamp(1, 2 * n);
        let mut aside = flight.aside.chunks_exact(self.population.sums_bytes().max(1));
        let outcomes = (0..n).flat_map(|epoch| self.population.outcomes(epoch, aside.next(), seconds)).collect();
        self.population.clear();
        outcomes
    }

    /// Goes back to the last host copy, on a new device where the old one is lost.
    async fn recover(&mut self, lost: Error) -> Result<Advance> {
        self.population.drop_buffers();
        self.failures += 1;
        if self.failures > MAX_FAILURES {
            return Err(lost);
        }
        if self.failures > MAX_FAILURES_ALIVE && !self.device.get().is_lost() {
            return Err(Error::Gpu { detail: UNREADABLE.into() });
        }
        let resumed = self.device.get().is_lost();
        for _ in 0..RECOVERY_ATTEMPTS {
            if self.device.renew().await.is_ok() && !self.device.get().is_lost() {
                self.flight.at = self.flight.host_at;
                self.population.rewind();
                self.amount = self.population.first_amount();
                self.units = self.amount;
                return Ok(Advance { resumed, ..Advance::default() });
            }
        }
        Err(lost)
    }
}

impl Population for Driver {
    fn begin_epoch(&mut self, epoch: Vec<EpochBatches>) -> Result<()> {
        for batches in &epoch {
            if let Some(step) = batches.steps.last() {
                self.steps.resize(self.steps.len().max(batches.network + 1), 0);
                self.steps[batches.network] = step.step + 1;
            }
        }
        if !epoch.is_empty() {
            self.population.push_epoch(epoch);
        }
        Ok(())
    }

    fn epochs_ahead(&self) -> usize {
        let fitting = 1 + ASIDE_BYTES / self.population.sums_bytes().max(1);
        self.ahead.min(fitting).min(MOST_EPOCHS)
    }

    fn advance(&mut self, budget: Duration) -> LocalFuture<'_, Result<Advance>> {
        Box::pin(async move {
            match self.work(budget).await {
                Err(lost @ Error::DeviceLost { .. }) => self.recover(lost).await,
                // A device that is going away reports errors before it says that it is gone.
                Err(_) if self.device.get().is_lost() => {
                    let detail = self.device.get().loss_reason();
                    self.recover(Error::DeviceLost { detail }).await
                }
                other => other,
            }
        })
    }

    fn parameters(&mut self, network: usize) -> LocalFuture<'_, Result<Vec<f64>>> {
        ready(Ok(self.population.parameters(network)))
    }

    fn gradient(&mut self, network: usize) -> LocalFuture<'_, Result<Vec<f64>>> {
        Box::pin(async move {
            let device = self.device.get();
            self.population.gradient(&device, network).await
        })
    }

    fn snapshot(&self, network: usize) -> Snapshot {
        let snapshot = self.population.snapshot(network);
        let steps = self.steps.get(network).copied().unwrap_or(0);
        // Steps that were begun after the one at which the network diverged do not count.
        Snapshot { steps: snapshot.diverged_at.map_or(steps, |at| at as u32), ..snapshot }
    }

    fn restore(&mut self, network: usize, snapshot: &Snapshot) -> bool {
        let fits = self.population.restore(network, snapshot);
        if fits {
            self.steps.resize(self.steps.len().max(network + 1), 0);
            self.steps[network] = snapshot.steps;
            self.population.drop_buffers();
        }
        fits
    }

    fn retune(&mut self, network: usize, tuning: &Tuning) -> bool {
        let fits = self.population.retune(network, tuning);
        if fits {
            self.population.drop_buffers();
        }
        fits
    }
}

/// The error of a population that is asked for results before it has any.
pub fn nothing_trained() -> Error {
    Error::Gpu { detail: "nothing was trained yet".into() }
}

//! What all plans have in common: budgets, host copies, and the way back from a lost device.
//!
//! A lost device is this module's own business: the population goes back to its last host copy on a new device and
//! repeats what came after, to the same bits.
//!
//! Waiting for a device costs a browser some milliseconds, in which it idles. So short epochs are begun several at a time:
//! they are submitted one after the other, the sums of each put aside, and waited for together.

use super::device::{Device, SharedDevice};
use super::staging::ASIDE_BYTES;
use crate::backend::{Advance, EpochOutcome, EpochPlan, LocalFuture, Population, Snapshot, Tuning, ready};
use crate::error::{Error, Result};
use core::ops::Range;
use core::time::Duration;
use std::rc::Rc;
use web_time::Instant;

/// One submit should take about this long: short enough for the page's own drawing in between.
const SUBMIT_TARGET: Duration = Duration::from_millis(12);
/// Submits between two waits for the device take about this long at most,
const LONGEST_WAIT: Duration = Duration::from_millis(96);
/// and epochs that are begun together: a wait takes as long as an epoch of tiny networks.
const ROUND_TARGET: Duration = Duration::from_millis(40);
/// Epochs of a round at most, and bytes of their plans on the host, of which the estimate of memory counts one epoch's.
const MOST_EPOCHS: usize = 16;
const PLANS_BYTES: usize = 4 << 20;
/// Host copies of parameters are at most this much work old.
pub const CHECKPOINT_INTERVAL: Duration = Duration::from_secs(2);
/// Attempts to get a working device before giving up.
const RECOVERY_ATTEMPTS: u32 = 2;
/// Losses in a row without a host copy in between: a device that dies of the work itself would never end.
const MAX_FAILURES: u32 = 20;
/// Failures in a row of a device that says that it lives: one that is going away may fail before it says so.
const MAX_FAILURES_ALIVE: u32 = 3;

/// What is told where a device that lives gives nothing back.
pub const UNREADABLE: &str = "results could not be read back";

/// What a submit took on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Submitted {
    /// Gradient steps, over all networks.
    pub steps: u64,
    /// Units of work.
    pub units: u32,
}

/// How a plan trains its networks on a device. An epoch is a row of units of work that only the plan knows; a round is
/// a few epochs, counted from 0, of which nothing is told before all of them have ended.
pub trait Plan {
    /// Lays one more epoch of the round out.
    fn push_epoch(&mut self, plans: Vec<EpochPlan>);
    /// Epochs of the round.
    fn n_epochs(&self) -> usize;
    /// Bytes of the largest one's plan.
    fn plan_bytes(&self) -> usize;
    /// Makes what the round misses on this device out of the host's copies.
    fn ensure_buffers(&mut self, device: &Rc<Device>);
    /// Frees all buffers.
    fn drop_buffers(&mut self);
    /// Units that the first submit on a device takes: little enough for any device.
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
    /// What came of an epoch, by its sums that were put aside or by the host's copies; nothing of networks that diverged
    /// before it. `seconds` is what it took.
    fn outcomes(&self, epoch: usize, aside: Option<&[u8]>, seconds: f64) -> Vec<EpochOutcome>;
    /// Ends the round.
    fn clear(&mut self);
    /// Parameters of the host's copy.
    fn parameters(&self, network: usize) -> Vec<f64>;
    /// The last step's gradient.
    fn gradient<'a>(&'a mut self, device: &'a Device, network: usize) -> LocalFuture<'a, Result<Vec<f64>>>;
    /// A network of the host's copy, but for its steps.
    fn snapshot(&self, network: usize) -> Snapshot;
    /// Puts a network into the host's copy, which the next buffers are made of; false where it is of another size.
    fn restore(&mut self, network: usize, snapshot: &Snapshot) -> bool;
    /// Changes a network's settings in the tables that the next buffers are made of; false where they do not fit.
    fn retune(&mut self, network: usize, tuning: &Tuning) -> bool;
}

/// Where a round stands.
#[derive(Default)]
struct Round {
    /// The epoch under way, now and when the host's copies were made.
    at: usize,
    host_at: usize,
    /// The sums of those that ended before the host's copies were made.
    aside: Vec<u8>,
    worked: Duration,
}

/// A population trained by one plan.
pub struct Driver {
    device: SharedDevice,
    plan: Box<dyn Plan>,
    round: Round,
    /// Devices lost since the last host copy.
    failures: u32,
    copied: Instant,
    copy_every: Duration,
    /// Units that a submit may take, and all between two waits: grow at most twofold.
    amount: u32,
    units: u32,
    /// Seconds of a unit and epochs of a round, as they last were.
    pace: f64,
    ahead: usize,
    /// Steps that each network was given.
    steps: Vec<u32>,
}

impl Driver {
    /// Nothing is allocated on the device yet.
    pub fn new(device: SharedDevice, plan: Box<dyn Plan>, copy_every: Duration) -> Self {
        let amount = plan.first_amount();
        Self {
            device,
            plan,
            round: Round::default(),
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
        let n = self.plan.n_epochs();
        if n == 0 {
            return Ok(Advance { epoch_done: true, ..advance });
        }
        let device = self.device.get();
        self.plan.ensure_buffers(&device);
        let round = &mut self.round;
        // What is submitted is only waited for at the end: the last wait says how much fits into the time.
        let most = (budget.min(LONGEST_WAIT).as_secs_f64() / self.pace).min(2.0 * f64::from(self.units));
        let (mut units, mut submits) = (0, 0);
        while round.at < n && (submits == 0 || f64::from(units + self.amount) <= most) {
            let submitted = self.plan.submit(&device, round.at, self.amount);
            advance.steps += submitted.steps;
            units += submitted.units.max(1);
            submits += 1;
            if self.plan.is_submitted(round.at) {
                // Of the last one the networks' own sums tell.
                if round.at + 1 < n {
                    self.plan.set_aside(&device, round.at);
                }
                round.at += 1;
            }
        }
        let done = round.at == n;
        let all = done || self.copied.elapsed() >= self.copy_every;
        // Reading a few bytes is how the queue is waited for; only a whole copy may replace the host's.
        let end = round.at.min(n - 1);
        let aside = self.plan.read(&device, all.then_some(round.host_at..end)).await?;
        if let Some(detail) = device.take_error() {
            return Err(Error::Gpu { detail });
        }
        round.worked += start.elapsed();
        if all {
            self.copied = Instant::now();
            self.failures = 0;
            round.aside.extend(aside);
            round.host_at = end;
        }
        self.adapt(start.elapsed(), units);
        if done {
            advance.outcomes = self.end();
            advance.epoch_done = true;
        }
        Ok(advance)
    }

    /// Units of the next submits from the time that these took.
    fn adapt(&mut self, took: Duration, units: u32) {
        self.pace = took.as_secs_f64().max(1e-6) / f64::from(units);
        let fitting = SUBMIT_TARGET.as_secs_f64() / self.pace;
        let (least, most) = (f64::from(self.amount) / 4.0, f64::from(self.amount) * 2.0);
        self.amount = (fitting.clamp(least, most) as u32).clamp(1, 1 << 16);
        self.units = units.max(self.amount);
    }

    /// Ends the round, whose end the host's copies hold: what came of its epochs.
    fn end(&mut self) -> Vec<EpochOutcome> {
        let round = core::mem::take(&mut self.round);
        let n = self.plan.n_epochs();
        let seconds = round.worked.as_secs_f64() / n as f64;
        let fitting = (ROUND_TARGET.as_secs_f64() / seconds.max(1e-6)) as usize;
        let room = 1 + PLANS_BYTES / self.plan.plan_bytes().max(1);
        self.ahead = fitting.min(room).clamp(1, 2 * n);
        let mut aside = round.aside.chunks_exact(self.plan.sums_bytes().max(1));
        let outcomes = (0..n).flat_map(|epoch| self.plan.outcomes(epoch, aside.next(), seconds)).collect();
        self.plan.clear();
        outcomes
    }

    /// A new device where the old one is lost, and the last host copy on it.
    async fn recover(&mut self, lost: Error) -> Result<Advance> {
        self.plan.drop_buffers();
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
                self.round.at = self.round.host_at;
                self.plan.rewind();
                self.amount = self.plan.first_amount();
                self.units = self.amount;
                return Ok(Advance { resumed, ..Advance::default() });
            }
        }
        Err(lost)
    }
}

impl Population for Driver {
    fn begin_epoch(&mut self, plans: Vec<EpochPlan>) -> Result<()> {
        for plan in &plans {
            if let Some(step) = plan.steps.last() {
                self.steps.resize(self.steps.len().max(plan.network + 1), 0);
                self.steps[plan.network] = step.step + 1;
            }
        }
        if !plans.is_empty() {
            self.plan.push_epoch(plans);
        }
        Ok(())
    }

    fn epochs_ahead(&self) -> usize {
        let fitting = 1 + ASIDE_BYTES / self.plan.sums_bytes().max(1);
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
        ready(Ok(self.plan.parameters(network)))
    }

    fn gradient(&mut self, network: usize) -> LocalFuture<'_, Result<Vec<f64>>> {
        Box::pin(async move {
            let device = self.device.get();
            self.plan.gradient(&device, network).await
        })
    }

    fn snapshot(&self, network: usize) -> Snapshot {
        let snapshot = self.plan.snapshot(network);
        let steps = self.steps.get(network).copied().unwrap_or(0);
        // Of what was begun, nothing counts after the step that ended it.
        Snapshot { steps: snapshot.diverged_at.map_or(steps, |at| at as u32), ..snapshot }
    }

    fn restore(&mut self, network: usize, snapshot: &Snapshot) -> bool {
        let fits = self.plan.restore(network, snapshot);
        if fits {
            self.steps.resize(self.steps.len().max(network + 1), 0);
            self.steps[network] = snapshot.steps;
            self.plan.drop_buffers();
        }
        fits
    }

    fn retune(&mut self, network: usize, tuning: &Tuning) -> bool {
        let fits = self.plan.retune(network, tuning);
        if fits {
            self.plan.drop_buffers();
        }
        fits
    }
}

/// What a plan says that is asked for results before it has any.
pub fn nothing_trained() -> Error {
    Error::Gpu { detail: "nothing was trained yet".into() }
}

//! What all plans have in common: budgets, host copies, and the way back from a lost device.
//!
//! A lost device is this module's own business: the population goes back to its last host copy on a new device and
//! repeats what came after, to the same bits.

use super::device::{Device, SharedDevice};
use crate::backend::{Advance, EpochOutcome, EpochPlan, LocalFuture, Population, ready};
use crate::error::{Error, Result};
use core::time::Duration;
use std::rc::Rc;
use web_time::Instant;

/// One submit should take about this long: short enough for the page's own drawing in between.
const SUBMIT_TARGET: Duration = Duration::from_millis(12);
/// Host copies of parameters are at most this much work old.
const CHECKPOINT_INTERVAL: Duration = Duration::from_secs(2);
/// Attempts to get a working device before giving up.
const RECOVERY_ATTEMPTS: u32 = 2;
/// Losses in a row without a host copy in between: a device that dies of the work itself would never end.
const MAX_FAILURES: u32 = 20;
/// Failures in a row of a device that says that it lives: one that is going away may fail before it says so.
const MAX_FAILURES_ALIVE: u32 = 3;

/// What is told where a device that lives gives nothing back.
pub const UNREADABLE: &str = "results could not be read back";

/// How a plan trains its networks on a device. An epoch is a row of units of work that only the plan knows.
pub trait Plan {
    /// Lays an epoch out; its buffers are made by the next [`Plan::ensure_buffers`].
    fn begin_epoch(&mut self, plans: Vec<EpochPlan>);
    /// Whether an epoch is laid out and not yet finished.
    fn is_in_epoch(&self) -> bool;
    /// Makes what is missing on this device out of the host's copies.
    fn ensure_buffers(&mut self, device: &Rc<Device>);
    /// Frees all buffers.
    fn drop_buffers(&mut self);
    /// Units that the first submit on a device takes: little enough for any device.
    fn first_amount(&self) -> u32;
    /// Submits up to `amount` units; the steps taken, over all networks.
    fn submit(&mut self, device: &Device, amount: u32) -> u64;
    /// Whether the whole epoch was submitted.
    fn is_submitted(&self) -> bool;
    /// Waits for all that was submitted; with `all`, makes the host's copies anew, as a whole or not at all.
    fn read<'a>(&'a mut self, device: &'a Device, all: bool) -> LocalFuture<'a, Result<()>>;
    /// Goes back to the place in the epoch at which the host's copies were made.
    fn rewind(&mut self);
    /// Ends the epoch, whose end the host's copies hold.
    fn finish_epoch(&mut self) -> Vec<EpochOutcome>;
    /// Parameters of the host's copy.
    fn parameters(&self, network: usize) -> Vec<f64>;
    /// The last step's gradient.
    fn gradient<'a>(&'a mut self, device: &'a Device, network: usize) -> LocalFuture<'a, Result<Vec<f64>>>;
}

/// A population trained by one plan.
pub struct Driver<P> {
    device: SharedDevice,
    plan: P,
    /// Devices lost since the last host copy.
    failures: u32,
    copied: Instant,
    /// Units that a submit may take: grows at most twofold.
    amount: u32,
}

impl<P: Plan> Driver<P> {
    /// Nothing is allocated on the device yet.
    pub fn new(device: SharedDevice, plan: P) -> Self {
        let amount = plan.first_amount();
        Self { device, plan, failures: 0, copied: Instant::now(), amount }
    }

    async fn work(&mut self, budget: Duration) -> Result<Advance> {
        let start = Instant::now();
        let mut advance = Advance::default();
        if !self.plan.is_in_epoch() {
            return Ok(Advance { epoch_done: true, ..advance });
        }
        let device = self.device.get();
        self.plan.ensure_buffers(&device);
        // A submit's cost is only known once it is waited for: guess it from the last read-back's.
        let submits = (budget.as_secs_f64() / SUBMIT_TARGET.as_secs_f64()).clamp(1.0, 8.0) as u32;
        let mut made = 0;
        while made < submits && !self.plan.is_submitted() {
            advance.steps += self.plan.submit(&device, self.amount);
            made += 1;
        }
        let done = self.plan.is_submitted();
        let all = done || self.copied.elapsed() >= CHECKPOINT_INTERVAL;
        // Reading the sums alone is how the queue is waited for; only a whole copy may replace the host's.
        self.plan.read(&device, all).await?;
        if let Some(detail) = device.take_error() {
            return Err(Error::Gpu { detail });
        }
        if all {
            self.copied = Instant::now();
            self.failures = 0;
        }
        self.adapt(start.elapsed(), made);
        if done {
            advance.outcomes = self.plan.finish_epoch();
            advance.epoch_done = true;
        }
        Ok(advance)
    }

    /// Units of the next submits from the time that these took.
    fn adapt(&mut self, took: Duration, submits: u32) {
        let each = took.as_secs_f64() / f64::from(submits.max(1));
        let factor = (SUBMIT_TARGET.as_secs_f64() / each.max(1e-6)).clamp(0.25, 2.0);
        self.amount = ((f64::from(self.amount) * factor) as u32).clamp(1, 1 << 16);
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
                self.plan.rewind();
                self.amount = self.plan.first_amount();
                return Ok(Advance { resumed, ..Advance::default() });
            }
        }
        Err(lost)
    }
}

impl<P: Plan> Population for Driver<P> {
    fn begin_epoch(&mut self, plans: Vec<EpochPlan>) -> Result<()> {
        self.plan.begin_epoch(plans);
        Ok(())
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
}

/// What a plan says that is asked for results before it has any.
pub fn nothing_trained() -> Error {
    Error::Gpu { detail: "nothing was trained yet".into() }
}

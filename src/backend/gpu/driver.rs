//! What all strategies have in common: budgets, host copies, and the way back from a lost device.
//!
//! A lost device is this module's own business: the population goes back to its last host copy on a new device and
//! repeats what came after, to the same bits.
//!
//! Waiting for a device takes a browser 3 to 100 ms. So short epochs are begun several at a time, as a *flight*, and two
//! *laps* are under way on a device: what was submitted before one wait, while the other is waited for. The sums of each
//! epoch are put aside on the device and come back with their lap; the networks themselves come back as a *host copy*
//! when it is due.

use super::device::{Device, SharedDevice};
use super::machine::{Machine, Source, slow};
use super::pace::{Pace, Portion, Unit};
use super::staging::{ASIDE_BYTES, aside_slots};
use crate::backend::{Advance, EpochBatches, EpochOutcome, LocalFuture, Population, Snapshot, Tuning};
use crate::error::{Error, Result};
use core::ops::Range;
use core::time::Duration;
use std::collections::VecDeque;
use std::rc::Rc;

/// The most epochs of a flight on a software adapter, and on a device.
const MOST_EPOCHS: usize = 16;
const MOST_EPOCHS_ON_DEVICE: usize = 1024;
/// The most bytes that the batches of a flight take on the host beside those of one epoch, which the estimate counts.
const BATCHES_BYTES: usize = 4 << 20;
const BATCHES_BYTES_ON_DEVICE: usize = 16 << 20;
/// The most bytes of batches that are kept beside a host copy that lags, for the way back to it.
const REPEATED_BYTES: usize = 64 << 20;
/// The most work that a host copy of the networks may lag behind.
pub const COPY_EVERY: Duration = Duration::from_secs(2);
/// Networks of so few bytes come back with the sums: that takes no longer.
pub const SMALL_BYTES: usize = 1 << 20;
/// Attempts to get a working device before giving up.
const RECOVERY_ATTEMPTS: u32 = 2;
/// Losses in a row without a host copy in between before giving up: a device that dies of the work itself would never end.
const MAX_FAILURES: u32 = 20;
/// Failures in a row of a device that says it lives before giving up: one that is going away may fail before it says so.
const MAX_FAILURES_ALIVE: u32 = 3;
/// A wait that takes this long, and so many times the work that it waits for, is one too many.
const SLOW_WAIT: f64 = 4.0;
const SLOW_FACTOR: f64 = 20.0;
/// Such waits in a row before giving up: a machine that slept makes one.
const MAX_SLOW_WAITS: u32 = 3;

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
/// strategy knows; epochs are counted from 0, from the one that was under way when the host's copy was made.
pub trait DevicePopulation<M = Device> {
    /// What its units are like.
    fn unit(&self) -> Unit;
    /// About the units of an epoch of all networks, and the bytes of its batches.
    fn epoch_size(&self) -> (f64, usize);
    /// Lays one more epoch out.
    fn push_epoch(&mut self, epoch: Vec<EpochBatches>);
    /// Epochs that are laid out.
    fn n_epochs(&self) -> usize;
    /// Bytes of the batches of all epochs that are laid out.
    fn batches_bytes(&self) -> usize;
    /// Whether there are buffers on this device that hold any of the epochs laid out.
    fn fits(&self, device: &Rc<M>) -> bool;
    /// Makes the buffers on this device out of the host's copies.
    fn make_buffers(&mut self, device: &Rc<M>);
    /// Frees all buffers.
    fn drop_buffers(&mut self);
    /// Submits a portion of an epoch; the one before was submitted. Where the epoch ends with it, its sums are put aside
    /// in this slot.
    fn submit(&mut self, device: &M, epoch: usize, portion: Portion, slot: usize) -> Submitted;
    /// Whether the whole epoch was submitted.
    fn is_submitted(&self, epoch: usize) -> bool;
    /// Bytes of the sums of an epoch.
    fn sums_bytes(&self) -> usize;
    /// Bytes of the networks.
    fn state_bytes(&self) -> usize;
    /// Begins to read the sums in the first so many slots; they come when all that was submitted is done. Laps take turns
    /// at two buffers.
    fn read_sums(&self, device: &Rc<M>, lap: usize, slots: usize) -> LocalFuture<'static, Result<Vec<u8>>>;
    /// Begins to read the networks; nothing may be submitted before [`Self::take_copy`].
    fn read_copy(&self, device: &Rc<M>) -> LocalFuture<'static, Result<()>>;
    /// Makes the networks that were read the host's copies, as a whole or not at all.
    fn take_copy(&mut self, device: &Rc<M>) -> Result<()>;
    /// Goes back to the places at which the host's copies were made.
    fn rewind(&mut self);
    /// The outcomes of an epoch that took `seconds`, by its sums; none of networks that diverged before it.
    fn outcomes(&self, epoch: usize, sums: &[u8], seconds: f64) -> Vec<EpochOutcome>;
    /// Forgets the first so many epochs, which are over.
    fn forget(&mut self, epochs: usize);
    /// Parameters of the host's copy.
    fn parameters(&self, network: usize) -> Vec<f64>;
    /// The last step's gradient.
    fn gradient<'a>(&'a mut self, device: &'a Rc<M>, network: usize) -> LocalFuture<'a, Result<Vec<f64>>>;
    /// A network of the host's copy, without its steps.
    fn snapshot(&self, network: usize) -> Snapshot;
    /// Puts a network into the host's copy, which the next buffers are made of; false where it is of another size.
    fn restore(&mut self, network: usize, snapshot: &Snapshot) -> bool;
    /// Changes a network's settings in the tables that the next buffers are made of; false where they do not fit.
    fn retune(&mut self, network: usize, tuning: &Tuning) -> bool;
}

/// When host copies are made.
#[derive(Clone, Copy, Debug)]
pub struct Copies {
    /// The most work that they lag behind.
    pub every: Duration,
    /// Networks of at most so many bytes are copied at the end of each flight.
    pub small_bytes: usize,
}

/// Seconds between two calls above which nobody has waited for a lap under way.
const PAUSE: f64 = 0.05;

/// What was submitted before one wait.
struct Lap {
    sums: LocalFuture<'static, Result<Vec<u8>>>,
    /// Epochs that end in it.
    epochs: Range<usize>,
    steps: u64,
    units: f64,
    begun: f64,
}

/// A population trained by one strategy.
pub struct Driver<S: Source = SharedDevice> {
    source: S,
    /// The device that the population was last on.
    on: Option<Rc<S::Device>>,
    population: Box<dyn DevicePopulation<S::Device>>,
    copies: Copies,
    /// Whether host copies may lag between flights.
    lags: bool,
    /// The first epoch with which some network ends, whose parameters will be asked for.
    ends: Option<usize>,
    /// What is to be told by the next call that does not fail.
    ready: Vec<EpochOutcome>,
    /// What came back since a network ended or diverged, told at the flight's end together with the networks.
    held: Vec<EpochOutcome>,
    /// The epoch under way.
    at: usize,
    /// Epochs that were told of.
    told: usize,
    laps: VecDeque<Lap>,
    /// A host copy on its way, behind the laps under way.
    copy: Option<LocalFuture<'static, Result<()>>>,
    /// Laps so far.
    n_laps: usize,
    pace: Option<Pace>,
    /// When the last call returned with a lap under way.
    left: Option<f64>,
    /// When the last host copy was made, and when the last epoch was told of.
    copied: f64,
    ended: f64,
    /// Whether the host's copies are what the device has.
    is_fresh: bool,
    /// Epochs of the last flight.
    flight: usize,
    /// Devices lost since the last host copy.
    failures: u32,
    slow_waits: u32,
    /// Steps that each network was given.
    steps: Vec<u32>,
}

impl<S: Source> Driver<S> {
    /// Nothing is allocated on the device yet.
    pub fn new(source: S, population: Box<dyn DevicePopulation<S::Device>>, copies: Copies) -> Self {
        let now = source.get().now();
        Self {
            source,
            on: None,
            population,
            copies,
            lags: false,
            ends: None,
            ready: Vec::new(),
            held: Vec::new(),
            copy: None,
            at: 0,
            told: 0,
            laps: VecDeque::new(),
            n_laps: 0,
            pace: None,
            left: None,
            copied: now,
            ended: now,
            is_fresh: true,
            flight: 0,
            failures: 0,
            slow_waits: 0,
            steps: Vec::new(),
        }
    }

    async fn work(&mut self, budget: f64) -> Result<Advance> {
        let mut advance = Advance::default();
        let device = self.device();
        if self.is_idle() {
            self.ready.append(&mut self.held);
            advance.outcomes = core::mem::take(&mut self.ready);
            return Ok(Advance { epoch_done: true, ..advance });
        }
        let mut fits = self.population.fits(&device);
        if !fits && self.laps.is_empty() {
            // What is only on the device would be lost with the old buffers.
            self.copy(&device).await?;
            self.population.make_buffers(&device);
            fits = true;
        }
        if self.left.take().is_some_and(|left| device.now() - left > PAUSE)
            && let Some(pace) = &mut self.pace
        {
            pace.interrupted();
        }
        let n = self.population.n_epochs();
        let depth = if device.knowledge().borrow().is_software { 1 } else { 2 };
        let is_due = device.now() - self.copied >= self.copies.every.as_secs_f64();
        // A host copy that is due waits for the laps under way.
        let is_free = fits && self.copy.is_none();
        while is_free && self.at < n && self.laps.len() < depth && (self.laps.is_empty() || !is_due) {
            let lap = self.submit(&device, budget);
            self.laps.push_back(lap);
        }
        let is_all = self.at == n;
        // The next flight may join this one, but where somebody wants to know what its networks came to.
        let is_sum = self.ends.is_some() || !self.held.is_empty();
        let may_join = depth > 1 && self.lags && !is_sum && !is_due && !self.must_copy();
        let is_end = is_all && !may_join && self.wants_copy();
        if (is_due || is_end) && self.copy.is_none() {
            self.copy = Some(self.population.read_copy(&device));
        }
        if let Some(lap) = self.laps.pop_front() {
            let Lap { sums, epochs, steps, units, begun } = lap;
            let sums = sums.await?;
            if let Some(detail) = device.take_error() {
                return Err(Error::Gpu { detail });
            }
            let now = device.now();
            advance.steps += steps;
            self.measure(&device, units, begun, now)?;
            self.tell(epochs, &sums, now);
        }
        if self.laps.is_empty()
            && let Some(copy) = self.copy.take()
        {
            copy.await?;
            self.take_copy(&device)?;
        }
        if self.is_idle() {
            self.ends = None;
            self.ready.append(&mut self.held);
            advance.epoch_done = true;
        } else {
            advance.wants_more = is_all && may_join && self.held.is_empty();
            self.left = Some(device.now());
        }
        advance.outcomes = core::mem::take(&mut self.ready);
        Ok(advance)
    }

    /// The present device. Another population may have replaced the one that this one is on: what was there is gone.
    fn device(&mut self) -> Rc<S::Device> {
        let device = self.source.get();
        if self.on.as_ref().is_some_and(|on| !Rc::ptr_eq(on, &device)) {
            self.population.drop_buffers();
            self.rewind();
        }
        self.on = Some(device.clone());
        device
    }

    /// Goes back to the last host copy.
    fn rewind(&mut self) {
        self.laps.clear();
        self.population.rewind();
        (self.copy, self.at, self.is_fresh, self.pace, self.left) = (None, 0, true, None, None);
    }

    /// Whether nothing is under way.
    fn is_idle(&self) -> bool {
        self.at == self.population.n_epochs() && self.laps.is_empty()
    }

    /// Tells of epochs that came back, or holds them.
    fn tell(&mut self, epochs: Range<usize>, sums: &[u8], now: f64) {
        let new = epochs.start.max(self.told)..epochs.end;
        let seconds = (now - self.ended) / new.len().max(1) as f64;
        let each = sums.chunks_exact(self.population.sums_bytes().max(1)).skip(new.start - epochs.start);
        for (epoch, sums) in new.zip(each) {
            let of_epoch = self.population.outcomes(epoch, sums, seconds);
            let ends = self.ends.is_some_and(|ends| epoch >= ends);
            let is_sum = ends || of_epoch.iter().any(|outcome| outcome.diverged_at.is_some());
            let told = if is_sum || !self.held.is_empty() { &mut self.held } else { &mut self.ready };
            if told.is_empty() {
                *told = of_epoch;
            } else {
                told.extend(of_epoch);
            }
            (self.told, self.ended) = (epoch + 1, now);
        }
    }

    /// Submits a lap.
    fn submit(&mut self, device: &Rc<S::Device>, budget: f64) -> Lap {
        let begun = device.now();
        let known = device.knowledge().borrow();
        let pace = self.pace.get_or_insert_with(|| Pace::new(self.population.unit(), &known));
        let most = pace.lap(budget, &known);
        let n = self.population.n_epochs();
        let slots = aside_slots(self.population.sums_bytes());
        let (first, mut units, mut steps) = (self.at, 0.0, 0);
        while self.at < n && self.at - first < slots {
            let whole = pace.portion(f64::INFINITY);
            // A software adapter's submits are whole ones, a device's end where the lap does.
            let is_full = if known.is_software { units + f64::from(whole.units) > most } else { units + 1.0 > most };
            if units > 0.0 && is_full {
                break;
            }
            let portion = if known.is_software { whole } else { pace.portion(most - units) };
            let submitted = self.population.submit(device, self.at, portion, self.at - first);
            steps += submitted.steps;
            units += f64::from(submitted.units.max(1));
            if self.population.is_submitted(self.at) {
                self.at += 1;
            }
        }
        self.is_fresh = false;
        let epochs = first..self.at;
        self.n_laps += 1;
        let sums = self.population.read_sums(device, self.n_laps % 2, epochs.len());
        Lap { sums, epochs, steps, units, begun }
    }

    /// Learns from a lap that came back.
    fn measure(&mut self, device: &Rc<S::Device>, units: f64, begun: f64, now: f64) -> Result<()> {
        let Some(pace) = &mut self.pace else { return Ok(()) };
        let mut known = device.knowledge().borrow_mut();
        let is_slow = now - begun > SLOW_WAIT && now - begun > SLOW_FACTOR * pace.expected(units);
        self.slow_waits = if is_slow && !known.is_software { self.slow_waits + 1 } else { 0 };
        if self.slow_waits >= MAX_SLOW_WAITS {
            return Err(slow(now - begun));
        }
        if self.slow_waits > 0 {
            pace.interrupted();
            return Ok(());
        }
        pace.arrived(units, begun, now, !self.laps.is_empty(), &mut known);
        Ok(())
    }

    /// Whether the batches that would have to be done again are too many.
    fn must_copy(&self) -> bool {
        let laid_out = self.population.batches_bytes();
        laid_out > REPEATED_BYTES && laid_out > 2 * self.population.epoch_size().1
    }

    /// Whether a flight that ends brings the networks back with it.
    fn wants_copy(&self) -> bool {
        let is_small = self.population.state_bytes() <= self.copies.small_bytes;
        !self.lags || self.ends.is_some() || !self.held.is_empty() || is_small || self.must_copy()
    }

    /// Makes the host's copies what the device has; no lap is under way.
    async fn copy(&mut self, device: &Rc<S::Device>) -> Result<()> {
        if self.is_fresh {
            return Ok(());
        }
        self.population.read_copy(device).await?;
        self.take_copy(device)
    }

    fn take_copy(&mut self, device: &Rc<S::Device>) -> Result<()> {
        if let Some(detail) = device.take_error() {
            return Err(Error::Gpu { detail });
        }
        self.population.take_copy(device)?;
        // What the copy holds need not be done again.
        self.population.forget(self.at);
        self.ends = self.ends.map(|ends| ends.saturating_sub(self.at));
        (self.told, self.at) = (self.told - self.at, 0);
        (self.copied, self.failures, self.is_fresh) = (device.now(), 0, true);
        Ok(())
    }

    /// Goes back to the last host copy, on a new device where the old one is lost.
    async fn recover(&mut self, lost: Error) -> Result<Advance> {
        self.population.drop_buffers();
        self.failures += 1;
        if self.failures > MAX_FAILURES {
            return Err(lost);
        }
        if self.failures > MAX_FAILURES_ALIVE && !self.source.get().is_lost() {
            return Err(Error::Gpu { detail: UNREADABLE.into() });
        }
        let resumed = self.source.get().is_lost();
        for _ in 0..RECOVERY_ATTEMPTS {
            if self.source.renew().await.is_ok() && !self.source.get().is_lost() {
                self.rewind();
                // What was told before the loss would not be told again.
                let outcomes = core::mem::take(&mut self.ready);
                return Ok(Advance { outcomes, resumed, ..Advance::default() });
            }
        }
        Err(lost)
    }

    /// What came of something, or the way back where it failed because the device is gone.
    async fn or_recover(&mut self, outcome: Result<Advance>) -> Result<Advance> {
        match outcome {
            Err(lost @ Error::DeviceLost { .. }) => self.recover(lost).await,
            // A device that is going away reports errors before it says that it is gone.
            Err(_) if self.source.get().is_lost() => {
                let detail = self.source.get().loss_reason();
                self.recover(Error::DeviceLost { detail }).await
            }
            other => other,
        }
    }

    /// Makes the host's copies what the networks are, whatever happens to the device meanwhile.
    async fn settle(&mut self) -> Result<()> {
        while !self.is_fresh || self.told > 0 {
            // After a loss all that was told of is done again, and told to nobody.
            let outcome = if self.is_idle() {
                let device = self.device();
                self.copy(&device).await.map(|()| Advance::default())
            } else {
                self.work(LONGEST_BUDGET).await
            };
            let advance = self.or_recover(outcome).await?;
            self.held.extend(advance.outcomes);
        }
        Ok(())
    }
}

/// Seconds of work that are asked for where nobody waits for a report.
const LONGEST_BUDGET: f64 = 1.0;

impl<S: Source> Population for Driver<S> {
    fn begin_epoch(&mut self, epoch: Vec<EpochBatches>) -> Result<()> {
        for batches in &epoch {
            if let Some(span) = batches.steps.span() {
                self.steps.resize(self.steps.len().max(batches.network + 1), 0);
                self.steps[batches.network] = span.end;
            }
        }
        if !epoch.is_empty() {
            if self.is_idle() {
                self.ended = self.source.get().now();
            }
            if self.at == self.population.n_epochs() {
                self.flight = 0;
            }
            self.flight += 1;
            self.population.push_epoch(epoch);
        }
        Ok(())
    }

    fn epochs_ahead(&self) -> usize {
        let device = self.source.get();
        let known = device.knowledge().borrow();
        let (units, bytes) = self.population.epoch_size();
        let (room, most) = if known.is_software {
            (BATCHES_BYTES, MOST_EPOCHS.min(1 + ASIDE_BYTES / self.population.sums_bytes().max(1)))
        } else {
            (BATCHES_BYTES_ON_DEVICE, MOST_EPOCHS_ON_DEVICE)
        };
        // A device would idle while its only epoch is waited for.
        let room = (1 + room / bytes.max(1)).max(if known.is_software { 1 } else { 2 });
        let pace = self.pace.unwrap_or_else(|| Pace::new(self.population.unit(), &known));
        pace.ahead(units, self.flight, &known).min(room).min(most)
    }

    fn let_lag(&mut self) {
        self.lags = true;
    }

    fn expect_end(&mut self) {
        let last = self.population.n_epochs().saturating_sub(1);
        self.ends.get_or_insert(last);
    }

    fn settle(&mut self) -> LocalFuture<'_, Result<()>> {
        Box::pin(Self::settle(self))
    }

    fn advance(&mut self, budget: Duration) -> LocalFuture<'_, Result<Advance>> {
        Box::pin(async move {
            let outcome = self.work(budget.as_secs_f64()).await;
            self.or_recover(outcome).await
        })
    }

    fn parameters(&mut self, network: usize) -> LocalFuture<'_, Result<Vec<f64>>> {
        Box::pin(async move {
            Self::settle(self).await?;
            Ok(self.population.parameters(network))
        })
    }

    fn gradient(&mut self, network: usize) -> LocalFuture<'_, Result<Vec<f64>>> {
        Box::pin(async move {
            let device = self.source.get();
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

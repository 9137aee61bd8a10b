//! A device that only counts: a clock of its own, kernels that take as long as they are told to, waits with a latency.
//! It drives the driver that real devices have, so that pacing is tested for devices that nobody has at hand.

use super::driver::{Copies, DevicePopulation, Driver, SMALL_BYTES, Submitted};
use super::machine::{Machine, Source};
use super::pace::{Knowledge, Portion, Unit};
use crate::backend::{
    BatchSteps, EpochBatches, EpochOutcome, LocalFuture, Order, Population, Score, Snapshot, Tuning, ready,
};
use crate::error::{Error, Result};
use core::cell::{Cell, RefCell};
use core::time::Duration;
use std::rc::Rc;

/// Seconds that a submit takes of the host.
const SUBMIT_HOST: f64 = 1e-4;
/// Seconds that a page's Worker asks for at a time.
pub const BUDGET: f64 = 0.02;
/// Seconds that 64 rows of a network 2-8-8-2 take a device that is full of such networks.
pub const ROWS_SECONDS: f64 = 1.5e-7;

pub struct Device {
    clock: Rc<Cell<f64>>,
    busy_until: Cell<f64>,
    latency: f64,
    dispatch: f64,
    knowledge: RefCell<Knowledge>,
    is_lost: Cell<bool>,
    /// The longest dispatch and the longest submit so far.
    longest: Cell<[f64; 2]>,
    first_dispatch: Cell<Option<f64>>,
    /// Epochs whose outcomes were asked for.
    pub told: Cell<u32>,
}

impl Machine for Device {
    fn now(&self) -> f64 {
        self.clock.get()
    }
    fn knowledge(&self) -> &RefCell<Knowledge> {
        &self.knowledge
    }
    fn is_lost(&self) -> bool {
        self.is_lost.get()
    }
    fn take_error(&self) -> Option<String> {
        None
    }
    fn loss_reason(&self) -> String {
        "unplugged".into()
    }
}

impl Device {
    fn new(latency: f64, dispatch: f64) -> Self {
        let mut knowledge = Knowledge::of(false, false);
        knowledge.latency = latency;
        Self {
            clock: Rc::default(),
            busy_until: Cell::default(),
            latency,
            dispatch,
            knowledge: RefCell::new(knowledge),
            is_lost: Cell::default(),
            longest: Cell::default(),
            first_dispatch: Cell::default(),
            told: Cell::default(),
        }
    }

    /// A submit of so many seconds in so many dispatches.
    pub fn work(&self, seconds: f64, dispatches: f64) {
        self.clock.set(self.clock.get() + SUBMIT_HOST);
        self.first_dispatch.set(self.first_dispatch.get().or(Some(self.clock.get())));
        let took = seconds + dispatches * self.dispatch;
        self.busy_until.set(self.busy_until.get().max(self.clock.get()) + took);
        let [dispatch, submit] = self.longest.get();
        self.longest.set([dispatch.max(took / dispatches), submit.max(took)]);
    }

    /// A wait for all that was submitted.
    pub fn wait<T: 'static>(&self, value: T) -> LocalFuture<'static, Result<T>> {
        let until = self.busy_until.get().max(self.clock.get()) + self.latency;
        let (clock, is_lost) = (self.clock.clone(), self.is_lost.get());
        Box::pin(async move {
            clock.set(clock.get().max(until));
            if is_lost { Err(Error::DeviceLost { detail: "unplugged".into() }) } else { Ok(value) }
        })
    }
}

#[derive(Clone)]
pub struct Devices(Rc<RefCell<Rc<Device>>>);

impl Devices {
    pub fn new(latency: f64, dispatch: f64) -> Self {
        Self(Rc::new(RefCell::new(Rc::new(Device::new(latency, dispatch)))))
    }

    /// Epochs that were told of.
    pub fn told(&self) -> u32 {
        self.get().told.get()
    }

    /// Seconds by the device's clock.
    pub fn clock(&self) -> f64 {
        self.get().clock.get()
    }
}

impl Source for Devices {
    type Device = Device;
    fn get(&self) -> Rc<Device> {
        self.0.borrow().clone()
    }
    fn renew(&self) -> LocalFuture<'_, Result<()>> {
        let old = self.get();
        if old.is_lost.get() {
            let new = Device::new(old.latency, old.dispatch);
            new.clock.set(old.clock.get());
            *self.0.borrow_mut() = Rc::new(new);
        }
        ready(Ok(()))
    }
}

/// A study as the device sees it.
#[derive(Clone, Copy, Debug)]
struct Work {
    name: &'static str,
    unit: Unit,
    /// Seconds of a unit on this device.
    seconds: f64,
    epoch_units: u32,
    epochs: usize,
    /// Dispatches of a unit; at least one of a submit.
    dispatches: f64,
    sums: usize,
    state: usize,
    batches: usize,
}

struct Epoch {
    done: u32,
    host_done: u32,
}

/// One network, which stands for all: its only parameter counts the units that were done.
struct Networks {
    work: Work,
    epochs: Vec<Epoch>,
    device: Option<Rc<Device>>,
    total: u64,
    host_total: u64,
}

impl DevicePopulation<Device> for Networks {
    fn unit(&self) -> Unit {
        self.work.unit
    }
    fn epoch_size(&self) -> (f64, usize) {
        (f64::from(self.work.epoch_units), self.work.batches)
    }
    fn push_epoch(&mut self, _: Vec<EpochBatches>) {
        self.epochs.push(Epoch { done: 0, host_done: 0 });
    }
    fn n_epochs(&self) -> usize {
        self.epochs.len()
    }
    fn batches_bytes(&self) -> usize {
        self.epochs.len() * self.work.batches
    }
    fn fits(&self, device: &Rc<Device>) -> bool {
        self.device.as_ref().is_some_and(|own| Rc::ptr_eq(own, device))
    }
    fn make_buffers(&mut self, device: &Rc<Device>) {
        (self.device, self.total) = (Some(device.clone()), self.host_total);
    }
    fn drop_buffers(&mut self) {
        self.device = None;
    }
    fn submit(&mut self, device: &Device, epoch: usize, portion: Portion, _: usize) -> Submitted {
        let epoch = &mut self.epochs[epoch];
        let units = portion.units.min(self.work.epoch_units - epoch.done);
        epoch.done += units;
        self.total += u64::from(units);
        let seconds = f64::from(units) * self.work.seconds;
        // Dispatches are cut where they would multiply more than they may.
        let macs = f64::from(units) * self.work.unit.macs;
        device.work(seconds, (f64::from(units) * self.work.dispatches).max(macs / portion.macs as f64).ceil().max(1.0));
        Submitted { steps: u64::from(units), units }
    }
    fn is_submitted(&self, epoch: usize) -> bool {
        self.epochs[epoch].done == self.work.epoch_units
    }
    fn sums_bytes(&self) -> usize {
        self.work.sums
    }
    fn state_bytes(&self) -> usize {
        self.work.state
    }
    fn read_sums(&self, device: &Rc<Device>, _: usize, slots: usize) -> LocalFuture<'static, Result<Vec<u8>>> {
        device.wait(vec![0; slots * self.work.sums])
    }
    fn read_copy(&self, device: &Rc<Device>) -> LocalFuture<'static, Result<()>> {
        device.wait(())
    }
    fn take_copy(&mut self, _: &Rc<Device>) -> Result<()> {
        self.host_total = self.total;
        self.epochs.iter_mut().for_each(|epoch| epoch.host_done = epoch.done);
        Ok(())
    }
    fn rewind(&mut self) {
        self.epochs.iter_mut().for_each(|epoch| epoch.done = epoch.host_done);
    }
    fn outcomes(&self, _: usize, _: &[u8], seconds: f64) -> Vec<EpochOutcome> {
        let train = Score::default();
        vec![EpochOutcome { network: 0, train, validation: None, diverged_at: None, evaluations: 0, seconds }]
    }
    fn forget(&mut self, epochs: usize) {
        self.epochs.drain(..epochs);
    }
    fn parameters(&self, _: usize) -> Vec<f64> {
        vec![self.host_total as f64]
    }
    fn gradient<'a>(&'a mut self, _: &'a Rc<Device>, _: usize) -> LocalFuture<'a, Result<Vec<f64>>> {
        ready(Ok(Vec::new()))
    }
    fn snapshot(&self, _: usize) -> Snapshot {
        Snapshot::default()
    }
    fn restore(&mut self, _: usize, _: &Snapshot) -> bool {
        false
    }
    fn retune(&mut self, _: usize, _: &Tuning) -> bool {
        false
    }
}

/// What became of a study: seconds after its first dispatch until the first report, the first outcome, and the end.
#[derive(Clone, Copy, Debug)]
struct Took {
    report: f64,
    outcome: f64,
    all: f64,
}

/// Trains a study as the trainer does; the device is lost before these calls.
fn train(source: &Devices, work: Work, losses: &[usize]) -> Result<Took> {
    let networks = Networks { work, epochs: Vec::new(), device: None, total: 0, host_total: 0 };
    let copies = Copies { every: Duration::from_secs(2), small_bytes: SMALL_BYTES };
    source.get().first_dispatch.set(None);
    let clock = source.get().clock.clone();
    let mut driver = Driver::new(source.clone(), Box::new(networks), copies);
    driver.let_lag();
    let (mut begun, mut told, mut calls) = (0, 0, 0);
    let mut first = None;
    let (mut report, mut outcome) = (None, None);
    let mut is_under_way = false;
    while told < work.epochs {
        if !is_under_way {
            for _ in 0..driver.epochs_ahead() {
                let is_any = begun < work.epochs;
                let epoch =
                    EpochBatches { network: 0, order: Order::default(), steps: BatchSteps::default(), validates: true };
                driver.begin_epoch(if is_any { vec![epoch] } else { Vec::new() })?;
                begun += usize::from(is_any);
                if !is_any {
                    break;
                }
                if begun == work.epochs {
                    driver.expect_end();
                }
            }
        }
        if losses.contains(&calls) {
            source.get().is_lost.set(true);
        }
        calls += 1;
        let advance = pollster::block_on(driver.advance(Duration::from_secs_f64(BUDGET)))?;
        first = first.or(source.get().first_dispatch.get());
        told += advance.outcomes.len();
        report = report.or((advance.steps > 0).then_some(clock.get()));
        outcome = outcome.or((told > 0).then_some(clock.get()));
        is_under_way = !advance.epoch_done && !advance.wants_more;
        assert!(calls < 1_000_000, "{work:?} does not end");
    }
    let total = pollster::block_on(driver.parameters(0))?;
    assert_eq!(total, [f64::from(work.epoch_units) * work.epochs as f64], "{}: every unit once", work.name);
    let first = first.unwrap_or_default();
    let since = |at: Option<f64>| at.unwrap_or_default() - first;
    Ok(Took { report: since(report), outcome: since(outcome), all: clock.get() - first })
}

/// The studies that the design's bars name, on a device whose kernels take `slowness` times as long as an H100's might.
fn works(slowness: f64) -> [Work; 5] {
    let unit = |strategy, macs: f64, side, floor| Unit { strategy, macs, side, floor, first: 1 };
    let (row, kilo) = (288.0, 1 << 10);
    let work =
        |name, unit, seconds, [epoch_units, epochs]: [u32; 2], dispatches, [sums, state, batches]: [usize; 3]| Work {
            name,
            unit,
            seconds: seconds * slowness,
            epoch_units,
            epochs: epochs as usize,
            dispatches,
            sums,
            state,
            batches,
        };
    // Strategy `resident`: some 4,000 cycles a step for as many networks as workgroups stand on the device together.
    let step = |n: f64| unit(3, 32.0 * row * n, 32.0 * row * n, 1e-5);
    let images = 3.0 * 16.0 * 128.0 * 1e5;
    let many = unit(2, 64.0 * row, 65_536.0 * row, 64.0 / 65_536.0 * 4e-6);
    [
        work("W1", step(1.0), 2.4e-6, [16, 32], 0.0, [32, kilo, 3 * kilo]),
        work("W2", unit(0, images, images, 2.8e-4), 1.6e-4, [8, 12], 7.0, [512, 20_000 * kilo, 80 * kilo]),
        work("W3", step(64.0), 2.5e-6, [16, 32], 0.0, [2 * kilo, 100 * kilo, 170 * kilo]),
        work("default study", step(500.0), 4e-6, [83, 20], 0.0, [2 * kilo, 1500 * kilo, 500 * kilo]),
        work("65,536", many, ROWS_SECONDS, [540_000, 6], 0.0, [2048 * kilo, 140_000 * kilo, 100_000 * kilo]),
    ]
}

const LATENCIES: [f64; 4] = [3e-4, 3e-3, 1e-2, 0.103];
const DISPATCHES: [f64; 2] = [1e-5, 7e-5];

/// What training takes where nothing ends it.
fn trained(devices: &Devices, work: Work, losses: &[usize]) -> Took {
    train(devices, work, losses).unwrap_or_else(|error| panic!("{work:?}: {error}"))
}

/// Calls `each` with every study on every device: the device, the study, and the seconds of the best schedule.
fn everywhere(mut each: impl FnMut(&Devices, Work, f64)) {
    for latency in LATENCIES {
        for dispatch in DISPATCHES {
            for slowness in [1.0, 3.0, 10.0] {
                for work in works(slowness) {
                    let devices = Devices::new(latency, dispatch);
                    let units = f64::from(work.epoch_units) * work.epochs as f64;
                    // One dispatch an epoch, or what a step takes by layers; one wait that no work hides. An epoch is a
                    // submit, beside which the device works.
                    let dispatches = (units * work.dispatches).max(work.epochs as f64);
                    let worked = units * work.seconds + dispatches * dispatch;
                    each(&devices, work, worked.max(work.epochs as f64 * SUBMIT_HOST) + latency);
                }
            }
        }
    }
}

#[test]
fn a_device_that_has_trained_before_takes_half_again_the_best_time_at_most() {
    everywhere(|devices, work, best| {
        trained(devices, work, &[]);
        let took = trained(devices, work, &[]);
        let latency = devices.get().latency;
        let ratio = took.all / best;
        assert!(ratio <= 1.5, "{work:?} on latency {latency}: {took:?}, {ratio:.2} of the best");
        assert!(took.report <= 0.05 + latency + 1e-3, "{work:?} on latency {latency}: {took:?}");
        // An epoch that takes longer is told of when it ends, and the lap under way with it.
        let epoch = f64::from(work.epoch_units) * work.seconds;
        assert!(took.outcome <= 0.05 + epoch.max(0.0) + 2.0 * latency + 0.1, "{work:?}: {took:?}");
        let [dispatch, submit] = devices.get().longest.get();
        assert!(dispatch <= 0.1 && submit <= 0.1, "a dispatch took {dispatch} s, a submit {submit} s");
    });
}

#[test]
fn a_device_that_never_trained_finds_its_pace_in_a_few_waits() {
    everywhere(|devices, work, best| {
        let took = trained(devices, work, &[]);
        let latency = devices.get().latency;
        assert!(took.all <= 1.5 * best + 6.0 * latency + 0.02, "{work:?} on latency {latency}: {took:?}, best {best}");
        // What a device does in a second is a guess before the first results.
        assert!(took.report <= 0.25 + latency, "{work:?} on latency {latency}: {took:?}");
    });
}

#[test]
fn what_one_population_taught_serves_smaller_ones_without_overload() {
    for latency in LATENCIES {
        let devices = Devices::new(latency, 1e-5);
        let [.., many] = works(10.0);
        trained(&devices, many, &[]);
        // So few networks do not fill the device: their rows take as long as those of all.
        let row = many.seconds * 65_536.0 / 64.0;
        let side = 3.0 * 96.0 * 256.0;
        let unit = Unit { side, floor: 64.0 / 256.0 * 4e-6, ..many.unit };
        let few = Work { unit, seconds: row * 64.0 / 256.0, epoch_units: 2_000, sums: 8192, ..many };
        trained(&devices, few, &[]);
        let [dispatch, _] = devices.get().longest.get();
        assert!(dispatch < 0.5, "a dispatch took {dispatch} s");
    }
}

#[test]
fn r1_a_lost_device_repeats_what_no_host_copy_has() {
    for latency in LATENCIES {
        for work in works(10.0) {
            for losses in [&[0][..], &[1], &[2, 3], &[1, 4, 7], &[5, 6, 20]] {
                let devices = Devices::new(latency, 1e-5);
                // The count of units, which `train` holds, says whether any was lost or done twice.
                trained(&devices, work, losses);
            }
        }
    }
}

#[test]
fn waits_that_take_seconds_end_in_a_sentence() {
    let devices = Devices(Rc::new(RefCell::new(Rc::new(Device::new(5.0, 1e-5)))));
    devices.get().knowledge.borrow_mut().latency = 0.003;
    let [_, _, _, study, _] = works(30.0);
    let ended = train(&devices, Work { epochs: 2000, ..study }, &[]);
    assert!(matches!(&ended, Err(Error::Gpu { detail }) if detail.contains("only after 5.0 s")), "{ended:?}");
}

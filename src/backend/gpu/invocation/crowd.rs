//! What a run of thousands of small networks takes the host, beside a device that only counts: trainer, driver and epochs
//! are the real ones, kernels take the virtual device's time.
#![cfg(test)]

use super::epoch::Position;
use super::group::HEAD;
use super::{Invocation, ROWS_PER_UNIT};
use crate::backend::epoch::Course;
use crate::backend::gpu::device::Device as Real;
use crate::backend::gpu::driver::{Copies, DevicePopulation, Driver, SMALL_BYTES, Submitted};
use crate::backend::gpu::pace::{Portion, Unit};
use crate::backend::gpu::virtual_device::{Device, Devices, ROWS_SECONDS};
use crate::backend::{
    Backend, Data, EpochBatches, EpochOutcome, Labels, LocalFuture, Network, NetworkSpec, Population, Snapshot, Tuning,
    ready,
};
use crate::error::Result;
use crate::mlp::{Activation, Loss, Shape};
use crate::optimizer::Optimizer;
use crate::rng::{self, Purpose, RunId};
use crate::schedule::Settings;
use crate::search::Search;
use crate::study::Study;
use crate::trainer::Trainer;
use core::time::Duration;
use std::rc::Rc;

const NETWORKS: u32 = 4096;
const EPOCHS: u32 = 120;
/// Seconds of the host's that are asked for at a time: some epochs.
const BUDGET: f64 = 4e-3;
/// Rows that the studies below train on and validate with.
const ROWS: u32 = 1050 + 225;
/// The shares of the device's time that the host may take, of a map and of trials: about three times what they are, as
/// processors that others work on, too, have less cache for each.
const SHARES: [f64; 2] = [0.09, 0.12];
/// Seconds that a network's key takes where nothing else is to be done.
const KEY_SECONDS: f64 = 3e-8;

/// The networks as the virtual device has them: laid out as for a real one, scored by a loss that falls.
struct Counted {
    real: Invocation,
    on: Option<Rc<Device>>,
    epoch_units: u32,
    /// Units done of each epoch of the flight.
    done: Vec<u32>,
    /// The sums of an epoch.
    sums: Vec<u8>,
}

impl Counted {
    fn new(real: Invocation) -> Self {
        let n = real.networks.len();
        let pieces = [[700.0_f32, 900.0, 200.0, 180.0].map(f32::to_bits), [0; 4]];
        let sums = pieces.iter().take(HEAD).flat_map(|piece| bytemuck::cast_slice(piece).repeat(n)).collect();
        let epoch_units = (NETWORKS * ROWS).div_ceil(ROWS_PER_UNIT as u32);
        Self { real, on: None, epoch_units, done: Vec::new(), sums }
    }

    fn as_real(&self) -> &dyn DevicePopulation<Real> {
        &self.real
    }
}

impl DevicePopulation<Device> for Counted {
    fn unit(&self) -> Unit {
        self.as_real().unit()
    }
    fn epoch_size(&self) -> (f64, usize) {
        self.as_real().epoch_size()
    }
    fn push_epoch(&mut self, epoch: Vec<EpochBatches>) {
        DevicePopulation::<Real>::push_epoch(&mut self.real, epoch);
        self.done.push(0);
    }
    fn n_epochs(&self) -> usize {
        self.done.len()
    }
    fn batches_bytes(&self) -> usize {
        self.as_real().batches_bytes()
    }
    fn fits(&self, device: &Rc<Device>) -> bool {
        self.on.as_ref().is_some_and(|on| Rc::ptr_eq(on, device))
    }
    fn make_buffers(&mut self, device: &Rc<Device>) {
        self.on = Some(device.clone());
    }
    fn drop_buffers(&mut self) {
        self.on = None;
    }
    fn submit(&mut self, device: &Device, epoch: usize, portion: Portion, _: usize) -> Submitted {
        let units = portion.units.min(self.epoch_units - self.done[epoch]);
        self.done[epoch] += units;
        let own = &mut self.real.flight[epoch];
        if self.done[epoch] == self.epoch_units {
            own.next = Position { end: own.end, ..Position::default() };
        }
        device.work(f64::from(units) * ROWS_SECONDS, 1.0);
        Submitted { steps: u64::from(units), units }
    }
    fn is_submitted(&self, epoch: usize) -> bool {
        self.as_real().is_submitted(epoch)
    }
    fn sums_bytes(&self) -> usize {
        self.as_real().sums_bytes()
    }
    fn state_bytes(&self) -> usize {
        self.as_real().state_bytes()
    }
    fn read_sums(&self, device: &Rc<Device>, _: usize, slots: usize) -> LocalFuture<'static, Result<Vec<u8>>> {
        device.wait(self.sums.repeat(slots))
    }
    fn read_copy(&self, device: &Rc<Device>) -> LocalFuture<'static, Result<()>> {
        device.wait(())
    }
    fn take_copy(&mut self, _: &Rc<Device>) -> Result<()> {
        Ok(())
    }
    fn rewind(&mut self) {}
    fn outcomes(&self, epoch: usize, sums: &[u8], seconds: f64) -> Vec<EpochOutcome> {
        self.on.iter().for_each(|device| device.told.set(device.told.get() + 1));
        self.as_real().outcomes(epoch, sums, seconds)
    }
    fn forget(&mut self, epochs: usize) {
        DevicePopulation::<Real>::forget(&mut self.real, epochs);
        self.done.drain(..epochs);
    }
    fn parameters(&self, network: usize) -> Vec<f64> {
        self.as_real().parameters(network)
    }
    fn gradient<'a>(&'a mut self, _: &'a Rc<Device>, _: usize) -> LocalFuture<'a, Result<Vec<f64>>> {
        ready(Ok(Vec::new()))
    }
    fn snapshot(&self, network: usize) -> Snapshot {
        self.as_real().snapshot(network)
    }
    fn restore(&mut self, _: usize, _: &Snapshot) -> bool {
        false
    }
    fn retune(&mut self, _: usize, _: &Tuning) -> bool {
        false
    }
}

struct Virtual(Devices);

impl Backend for Virtual {
    fn name(&self) -> &'static str {
        "gpu"
    }
    fn adapter(&self) -> String {
        "counts".into()
    }
    fn strategy(&self, _: &NetworkSpec) -> &'static str {
        "invocation"
    }
    fn network_bytes(&self, spec: &NetworkSpec) -> u64 {
        super::network_bytes(spec)
    }
    fn memory_limit(&self) -> (u64, String) {
        (1 << 40, "memory".into())
    }
    fn population(&self, data: Rc<Data>, networks: Vec<Network>) -> LocalFuture<'_, Result<Box<dyn Population>>> {
        let copies = Copies { every: Duration::from_secs(2), small_bytes: SMALL_BYTES };
        let counted = Counted::new(Invocation::new(data, networks, 1));
        ready(Ok(Box::new(Driver::new(self.0.clone(), Box::new(counted), copies))))
    }
}

/// Trains thousands of networks; what an epoch takes the host and the device, in seconds. Laying the networks out is not
/// counted, and neither is how they end. `writes` has reports written out as a Worker does.
fn epoch_of(is_map: bool, writes: bool) -> Result<[f64; 2]> {
    let text = format!(
        r#"{{"format": "tuning-playground/study@1", "dataset": {{"name": "moons", "samples": 1500}},
            "fixed": {{"hidden": [8, 8], "activation": "tanh", "epochs": {EPOCHS}}},
            "space": {{"learning_rate": {{"type": "float", "low": 1e-4, "high": 0.1, "log": true}},
                "batch_size": {{"type": "int", "low": 16, "high": 64}}}},
            "trials": {NETWORKS}}}"#
    );
    let study = Study::parse(&text)?;
    let prepared = Rc::new(study.prepare(None)?);
    let trials = Search::preview(&study, NETWORKS);
    let devices = Devices::new(3e-4, 1e-5);
    let mut trainer = Trainer::new(Rc::new(study), prepared, Box::new(Virtual(devices.clone())), trials)?;
    if is_map {
        trainer = trainer.brief(1);
    }
    let now = || (processor(), devices.clock(), devices.told());
    let mut seen: Vec<(f64, f64, u32)> = Vec::new();
    loop {
        let mut report = pollster::block_on(trainer.advance(Duration::from_secs_f64(BUDGET)))?;
        // Laying the networks out is not counted, and neither is reading them at the end.
        if report.finished || report.ended().next().is_some() {
            let (Some(first), Some(last)) = (seen.first(), seen.last()) else { panic!("too few reports") };
            let (host, device, epochs) = (last.0 - first.0, last.1 - first.1, last.2 - first.2);
            assert!(epochs > EPOCHS / 2, "{epochs} epochs");
            return Ok([host, device].map(|seconds| seconds / f64::from(epochs)));
        }
        if writes {
            std::hint::black_box(report.numbers());
        }
        seen.push(now());
        trainer.take_back(report);
    }
}

/// Seconds that this thread has had of a processor; by the clock where the system does not say.
fn processor() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    let clock = || web_time::SystemTime::now().duration_since(web_time::UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    nanoseconds.map_or_else(clock, |ns| 1e-9 * ns)
}

/// How many times as long as on a machine with nothing else to do a network's key takes here and now.
fn slowness() -> f64 {
    const KEYS: u32 = 100_000;
    let begun = processor();
    let draw = |trial| rng::key(1, Purpose::Shuffle, RunId { trial, ..RunId::default() }, 0);
    let drawn = (0..KEYS).fold(0, |sum, trial| sum ^ draw(trial)[0]);
    std::hint::black_box(drawn);
    ((processor() - begun) / (KEY_SECONDS * f64::from(KEYS))).max(1.0)
}

/// A map's networks tell only how they end; of trials every epoch is written down.
#[test]
fn the_host_takes_little_of_a_crowds_time() -> Result<()> {
    let before = slowness();
    let ([host, device], [beside_trials, _]) = (epoch_of(true, false)?, epoch_of(false, false)?);
    let [written, _] = epoch_of(false, true)?;
    let slowness = before.max(slowness());
    let said = |host: f64| format!("{:.2} ({:.1} %)", 1e3 * host, 100.0 * host / device);
    println!(
        "an epoch of {NETWORKS} networks takes a device {:.2} ms; the host {} of a map, {} of trials, {} with their numbers \
         written out, on a machine {slowness:.1} times as slow as it can be",
        1e3 * device,
        said(host),
        said(beside_trials),
        said(written)
    );
    for (host, share) in [host, beside_trials].into_iter().zip(SHARES) {
        assert!(host < share * device * slowness, "{host} s of {device} s");
    }
    Ok(())
}

/// Whichever of its group's members a network is, the epoch in which it diverges tells of it, and none behind that.
#[test]
fn a_network_that_diverges_is_told_of_once() {
    const MEMBERS: u32 = 12;
    let shape = Shape { inputs: 2, hidden: vec![4], outputs: 2, activation: Activation::Tanh, batch_norm: false };
    let network = |trial| {
        NetworkSpec {
            run: RunId { trial, ..RunId::default() },
            seed: 1,
            shape: shape.clone(),
            loss: Loss::CrossEntropy,
            optimizer: Optimizer { learning_rate: 0.1 * f64::from(trial), ..Optimizer::default() },
            schedule: Settings::default(),
            dropout: 0.0,
            max_batch: 4,
            crowd: MEMBERS,
        }
        .initial()
    };
    let networks: Vec<Network> = (0..MEMBERS).map(network).collect();
    let labels = Labels::Classes(vec![0; 12]);
    let data = Data { x: vec![0.0; 24], columns: 2, labels, n_train: 10, n_validation: 2 };
    let mut courses = Course::all(networks.iter().map(|network| (&network.spec, data.n_train)));
    let mut population = Invocation::new(Rc::new(data), networks, 1);
    for epoch in 0..2 {
        let batches = |(network, course): (usize, &mut Course)| {
            let (order, steps) = (course.order(epoch), course.next());
            EpochBatches { network, order, steps, validates: true }
        };
        DevicePopulation::<Real>::push_epoch(&mut population, courses.iter_mut().enumerate().map(batches).collect());
    }
    let sums = [[0; 4], [0, 0, 2, 0]].map(|piece: [u32; 4]| piece.repeat(MEMBERS as usize)).concat();
    let told = |epoch| -> Vec<_> {
        let outcomes = DevicePopulation::<Real>::outcomes(&population, epoch, bytemuck::cast_slice(&sums), 0.0);
        outcomes.into_iter().map(|outcome| (outcome.network, outcome.diverged_at)).collect()
    };
    let all: Vec<_> = (0..MEMBERS as usize).map(|network| (network, Some(2))).collect();
    assert_eq!((told(0), told(1)), (all, Vec::new()));
}

//! The GPU backend: populations trained by WGSL compute shaders through wgpu, native and on the web.
//!
//! A *strategy* is a way to train networks: `invocation` (many small networks, one an invocation), `resident` (small
//! networks, one in the memory of a workgroup), `workgroup` (one a workgroup) or `layered` (any network, a dispatch a layer). Which strategy trains a network depends on the network, on how
//! many like it the study has and on the kind of adapter, so that results repeat to the bit; [`Gpu::strategy_of`] is the
//! rule.

mod binding;
mod device;
mod driver;
mod invocation;
mod layered;
mod machine;
mod measure;
mod pace;
mod self_test;
mod shuffle;
mod staging;
mod tracks;
mod update;
#[cfg(test)]
mod virtual_device;

pub use binding::Kernel;
pub use invocation::source as invocation_source;
pub use layered::passes::kernels;

use super::second_order::{self, SecondOrder};
use super::{Backend, Data, LocalFuture, Need, Network, NetworkSpec, Population, cpu, mixed};
use crate::error::Result;
use core::time::Duration;
use device::{Device, SharedDevice};
use driver::{COPY_EVERY, Copies, DevicePopulation, Driver, SMALL_BYTES};
use invocation::Invocation;
use layered::Layered;
use layered::layout;
use layered::passes::{Own, PASSES, Pass};
use machine::{Machine as _, Source as _};
use serde_json::json;
use std::collections::BTreeMap;
use std::rc::Rc;
use update::Update;

/// The default of WebGPU's specification for a storage binding; more is not asked for.
const BINDING_LIMIT: u64 = 128 << 20;

/// First uses that are written down, at most.
const MOST_FIRST_USES: usize = 64;

/// The smallest number of networks of one program for which `invocation` is quicker than the others. On software adapters,
/// which run invocations one after the other, it was measured. On a device it is reasoned: a network alone in its
/// invocation takes some 100,000 cycles a step, in which each core takes some hundred networks of strategy `resident`
/// through theirs, so that devices of 16 to 132 cores change at 2,000 to 17,000 networks.
fn smallest_crowd(software: bool) -> u32 {
    if software { 32 } else { 4096 }
}

/// A way to train networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strategy {
    /// One invocation a network, the network unrolled.
    Invocation,
    /// One workgroup a network, all of it in the workgroup's memory.
    Resident,
    /// One workgroup a network, many steps a dispatch.
    Workgroup,
    /// One dispatch a layer of all networks.
    Layered,
    /// What moves all parameters at once: not here, but on the CPU.
    SecondOrder,
    /// What no other has all for: one network after the other on the CPU.
    Panels,
}

impl Strategy {
    /// Every strategy that one may ask for.
    pub const ALL: [Self; 4] = [Self::Layered, Self::Workgroup, Self::Invocation, Self::Resident];

    /// Its place among those, by which a device knows its paces.
    fn number(self) -> u8 {
        (0..).zip(Self::ALL).find(|(_, strategy)| *strategy == self).map_or(0, |(number, _)| number)
    }

    /// What it has of what networks may need. A sum over all parameters would be a dispatch of its own in every step of
    /// `layered`, and a batch norm is a dispatch between two layers, which only that has.
    const fn has(self) -> &'static [Need] {
        use Need::{ManyGradients, OwnUnits, SumsOverAll, WholeBatches};
        match self {
            Self::Invocation => &[SumsOverAll],
            Self::Resident | Self::Workgroup => &[OwnUnits, SumsOverAll],
            Self::Layered => &[OwnUnits, WholeBatches],
            Self::SecondOrder => &[ManyGradients],
            Self::Panels => &[OwnUnits, SumsOverAll, WholeBatches],
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Invocation => "invocation",
            Self::Resident => "resident",
            Self::Workgroup => "workgroup",
            Self::Layered => "layered",
            Self::SecondOrder => second_order::NAME,
            Self::Panels => "panels",
        }
    }
}

/// The GPU, and the device that stands for it now; clones share it.
#[derive(Clone)]
pub struct Gpu {
    device: SharedDevice,
    /// The strategy for every network that it can train, whatever the rule says: for tests and benches.
    forced: Option<Strategy>,
    copies: Copies,
    /// Bytes of networks that train at once.
    wave_bytes: u64,
    /// Bytes that a binding holds.
    binding_limit: u64,
    /// Networks of an epoch from which a device draws their orders.
    shuffles_from: usize,
}

impl Gpu {
    /// Asks for a device and tests it.
    ///
    /// # Errors
    /// [`crate::Error::NoGpu`] where there is none, [`crate::Error::GpuWrong`] where it computes something else than the
    /// CPU.
    pub async fn open() -> Result<Self> {
        Self::open_as(false).await
    }

    /// [`Self::open`], with a software adapter taken for a device: what only devices run is tested by it.
    ///
    /// # Errors
    /// As [`Self::open`].
    #[cfg(not(target_arch = "wasm32"))]
    pub async fn open_as_device() -> Result<Self> {
        Self::open_as(true).await
    }

    async fn open_as(device: bool) -> Result<Self> {
        fn test(device: &Rc<Device>) -> LocalFuture<'_, Result<()>> {
            Box::pin(async {
                self_test::run(device).await?;
                // The first waits of a device take longer: the test has made them.
                measure::latency(device).await
            })
        }
        Ok(Self {
            device: SharedDevice::open(test, device).await?,
            forced: None,
            // A device is only busy with many networks.
            wave_bytes: 512 << 20,
            binding_limit: BINDING_LIMIT,
            shuffles_from: shuffle::FROM,
            copies: Copies { every: COPY_EVERY, small_bytes: SMALL_BYTES },
        })
    }

    /// The same GPU with one strategy for all networks that it can train.
    #[must_use]
    pub fn with_strategy(&self, strategy: Strategy) -> Self {
        Self { forced: Some(strategy), ..self.clone() }
    }

    /// The same GPU whose host copies are at most this much work old, and small networks' no fresher than others': for tests.
    #[must_use]
    pub fn with_copies_every(&self, every: Duration) -> Self {
        Self { copies: Copies { every, small_bytes: 0 }, ..self.clone() }
    }

    /// The same GPU that trains so many bytes of networks at once, for browsers that end pages which take more.
    #[must_use]
    pub fn with_wave_bytes(&self, wave_bytes: u64) -> Self {
        Self { wave_bytes, ..self.clone() }
    }

    /// The same GPU whose bindings hold so many bytes, for tests of what no test has the memory for.
    #[must_use]
    pub fn with_binding_limit(&self, binding_limit: u64) -> Self {
        Self { binding_limit, ..self.clone() }
    }

    /// The same GPU that draws the orders of epochs from so many networks on, for tests.
    #[must_use]
    pub fn with_shuffles_from(&self, networks: usize) -> Self {
        Self { shuffles_from: networks, ..self.clone() }
    }

    /// Networks of an epoch from which the device draws their orders. A software adapter would do so on the host's own cores.
    fn shuffles_from(&self) -> usize {
        if self.is_software() { usize::MAX } else { self.shuffles_from }
    }

    /// Has the device compile shaders with one text in place of another: a device that computes something else, for tests.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn tamper(&self, from: &str, to: &str) {
        self.device.get().tamper(from, to);
    }

    /// Whether the adapter is a program and not a device.
    pub fn is_software(&self) -> bool {
        self.device.get().is_software
    }

    /// Says whether nothing is drawn beside the device: submits may be longer then.
    pub fn set_unseen(&self, is_unseen: bool) {
        self.device.get().knowledge().borrow_mut().is_unseen = is_unseen;
    }

    /// Loses the device as a driver's reset would: for tests.
    pub fn lose_device(&self) {
        self.device.get().handle.destroy();
    }

    /// Trains the tiny networks of the device's test once more: the largest relative distance of their parameters from the
    /// CPU's.
    ///
    /// # Errors
    /// [`crate::Error::GpuWrong`] where the device computes something else than the CPU; what the device reports.
    pub async fn test_again(&self) -> Result<f64> {
        self_test::run(&self.device.get()).await
    }

    /// Bytes of all that was made on the present device, for tests of the estimates.
    pub fn allocated_bytes(&self) -> u64 {
        self.device.get().allocated.get()
    }

    /// What was measured on the device: `{latency_ms, dispatch_us, self_test, first_uses, paces}`.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn facts(&self) -> Result<serde_json::Value> {
        let device = self.device.get();
        let dispatch = measure::dispatch_seconds(&device).await?;
        let off = self.test_again().await?;
        let uses = device.first_uses.borrow();
        let uses = uses.iter().map(|(name, seconds, off)| json!({ "name": name, "ms": 1e3 * seconds, "off": off }));
        let known = device.knowledge().borrow();
        let pace = |(strategy, size, seconds): (u8, u32, f64)| {
            let names = Strategy::ALL.map(Strategy::name);
            json!({ "strategy": names[usize::from(strategy) % names.len()], "macs_log2": size, "us": 1e6 * seconds })
        };
        Ok(json!({
            "latency_ms": 1e3 * known.latency,
            "dispatch_us": 1e6 * dispatch,
            "self_test": off,
            "first_uses": uses.collect::<Vec<_>>(),
            "paces": known.paces().map(pace).collect::<Vec<_>>(),
        }))
    }

    /// Begins to compile what the networks of a study will need; a training that starts later finds it ready.
    pub fn prepare(&self, specs: &[NetworkSpec]) {
        let device = self.device.get();
        for spec in specs {
            let update = Update::of(&spec.optimizer);
            match self.strategy_of(spec) {
                Strategy::Invocation => drop(invocation::pipeline(&device, &spec.program())),
                Strategy::Workgroup => drop(device.kernel(Own::of(device.is_software).workgroup, update)),
                Strategy::Resident => drop(device.kernel(Pass::TrainResident, update)),
                Strategy::Layered => {
                    let is_needed = |pass: &Pass| {
                        pass.is_of_a_layer(device.is_software)
                            && (spec.needs(Need::WholeBatches) || !pass.is_of_norms())
                    };
                    PASSES.into_iter().filter(is_needed).for_each(|pass| {
                        device.kernel(pass, update);
                    });
                }
                Strategy::SecondOrder | Strategy::Panels => {}
            }
        }
    }

    /// The networks of one strategy.
    fn part(&self, strategy: Strategy, data: &Rc<Data>, networks: Vec<Network>) -> Box<dyn Population> {
        let data = data.clone();
        let population: Box<dyn DevicePopulation> = match strategy {
            Strategy::Invocation => Box::new(Invocation::new(data, networks, self.shuffles_from())),
            Strategy::Resident | Strategy::Workgroup | Strategy::Layered => {
                Box::new(Layered::new(data, networks, strategy, self.is_software(), self.shuffles_from()))
            }
            Strategy::SecondOrder => return Box::new(SecondOrder::on(&data, networks)),
            Strategy::Panels => return cpu::one_by_one(&data, networks),
        };
        Box::new(Driver::new(self.device.clone(), population, self.copies))
    }

    /// Whether a strategy has what a network needs, and room for it.
    fn can_train(&self, strategy: Strategy, spec: &NetworkSpec) -> bool {
        let has_room = || match strategy {
            Strategy::Invocation => invocation::can_train(spec, self.is_software()),
            Strategy::Resident => layered::fits_memory(spec),
            Strategy::Layered => !self.is_software() || layered::fits_texture(spec),
            Strategy::Workgroup | Strategy::SecondOrder | Strategy::Panels => true,
        };
        spec.needs_only(strategy.has()) && has_room()
    }

    /// Which strategy trains a network: a pure function of the network, its crowd and the kind of adapter.
    pub fn strategy_of(&self, spec: &NetworkSpec) -> Strategy {
        let is_software = self.is_software();
        let crowded = (spec.crowd >= smallest_crowd(is_software)).then_some(Strategy::Invocation);
        // Software adapters pay for barriers, devices for dispatches.
        let fused = [(Strategy::Resident, true), (Strategy::Workgroup, layered::suits_workgroup(spec))];
        let fused = fused.into_iter().filter_map(|(one, suits)| (suits && !is_software).then_some(one));
        let others = [Strategy::Layered, Strategy::Workgroup, Strategy::Panels];
        let mut by_speed = self.forced.or(crowded).into_iter().chain(fused).chain(others);
        by_speed.find(|&strategy| self.can_train(strategy, spec)).unwrap_or(Strategy::SecondOrder)
    }
}

impl Backend for Gpu {
    fn name(&self) -> &'static str {
        "gpu"
    }

    fn adapter(&self) -> String {
        self.device.get().info.name.clone()
    }

    fn strategy(&self, spec: &NetworkSpec) -> &'static str {
        self.strategy_of(spec).name()
    }

    fn network_bytes(&self, spec: &NetworkSpec) -> u64 {
        match self.strategy_of(spec) {
            Strategy::SecondOrder => second_order::network_bytes(spec),
            Strategy::Panels => cpu::Cpu::new().network_bytes(spec),
            Strategy::Invocation => invocation::network_bytes(spec),
            strategy => layered::network_bytes(spec, strategy == Strategy::Resident),
        }
    }

    fn beside_bytes(&self, spec: &NetworkSpec, n_train: usize) -> u64 {
        // What is read back has two copies, one to map and one on the host; so have the batches, on the device and the host.
        let steps = n_train.div_ceil(spec.max_batch.max(1));
        let (copied, words) = match self.strategy_of(spec) {
            Strategy::SecondOrder | Strategy::Panels => (0, 4 + n_train),
            Strategy::Invocation => {
                (invocation::state_bytes(spec), invocation::HEAD_WORDS + n_train + tracks::STEP_WORDS * steps)
            }
            Strategy::Resident | Strategy::Workgroup | Strategy::Layered => {
                (layered::state_bytes(spec), layered::MEMBER_WORDS + n_train + tracks::STEP_WORDS * steps)
            }
        };
        2 * copied + (8 * words + size_of::<NetworkSpec>()) as u64
    }

    fn most_networks(&self) -> usize {
        // A device needs tens of thousands of invocations to be busy; the caches of a software adapter hold few networks.
        if self.is_software() { 4096 } else { 1 << 16 }
    }

    fn wave_bytes(&self) -> u64 {
        self.wave_bytes
    }

    fn memory_limit(&self) -> (u64, String) {
        (self.binding_limit, "a buffer of this GPU (maxStorageBufferBindingSize)".into())
    }

    fn largest_piece_bytes(&self, spec: &NetworkSpec) -> u64 {
        match self.strategy_of(spec) {
            Strategy::SecondOrder => second_order::network_bytes(spec),
            Strategy::Panels => cpu::Cpu::new().network_bytes(spec),
            Strategy::Invocation => invocation::network_bytes(spec),
            strategy => {
                let sizes = layout::sizes(spec);
                let work4 = if strategy == Strategy::Resident { 0 } else { sizes.work4 };
                16 * sizes.params4.max(sizes.slots4).max(work4) as u64
            }
        }
    }

    fn population(&self, data: Rc<Data>, networks: Vec<Network>) -> LocalFuture<'_, Result<Box<dyn Population>>> {
        Box::pin(async move {
            self.try_new(&networks).await?;
            let mut taken: BTreeMap<Strategy, (usize, [u64; 4])> = BTreeMap::new();
            // Networks of a strategy that no binding holds together train one part after the other.
            let part_of = |spec: &NetworkSpec| {
                let strategy = self.strategy_of(spec);
                let own = match strategy {
                    Strategy::SecondOrder | Strategy::Panels => [0; 4],
                    Strategy::Invocation => invocation::pieces(spec, data.n_train),
                    strategy => layered::pieces(spec, data.n_train, strategy == Strategy::Resident),
                };
                let (part, bytes) = taken.entry(strategy).or_default();
                if bytes.iter().zip(own).any(|(bytes, own)| *bytes > 0 && bytes + own > self.binding_limit) {
                    (*part, *bytes) = (*part + 1, [0; 4]);
                }
                bytes.iter_mut().zip(own).for_each(|(bytes, own)| *bytes += own);
                (strategy, *part)
            };
            Ok(mixed::population(networks, part_of, |(strategy, _), own| self.part(strategy, &data, own)))
        })
    }
}

impl Gpu {
    /// Holds what was never trained on the device against the CPU.
    async fn try_new(&self, networks: &[Network]) -> Result<()> {
        let device = self.device.get();
        let specs: Vec<_> = networks.iter().map(|one| (self.strategy_of(&one.spec), &one.spec)).collect();
        let mut groups: BTreeMap<(Strategy, usize, usize, bool), Vec<NetworkSpec>> = BTreeMap::new();
        for (strategy, spec) in self_test::untried(&device.tried, &specs) {
            let key = (strategy, spec.shape.inputs, spec.shape.outputs, spec.loss == crate::mlp::Loss::Mse);
            groups.entry(key).or_default().push(spec);
        }
        for ((strategy, ..), specs) in groups {
            let (begun, n) = (device.now(), specs.len());
            match self_test::try_programs(&device, strategy, specs).await {
                // Training finds out by itself that the device is gone, and how to go on.
                Err(_) if device.is_lost() => device.tried.borrow_mut().clear(),
                tried => {
                    let (off, name) = (tried?, format!("{} x{n}", strategy.name()));
                    let mut uses = device.first_uses.borrow_mut();
                    if uses.len() < MOST_FIRST_USES {
                        uses.push((name, device.now() - begun, off));
                    }
                }
            }
        }
        Ok(())
    }
}

//! The GPU backend: populations trained by WGSL compute shaders through wgpu, native and on the web.
//!
//! A *strategy* is a way to train networks: `invocation` (many small networks, one an invocation), `workgroup` (one a
//! workgroup) or `layered` (any network, a dispatch a layer). Which strategy trains a network depends on the network, on how
//! many like it the study has and on the kind of adapter, so that results repeat to the bit; [`Gpu::strategy_of`] is the
//! rule.

mod binding;
mod device;
mod driver;
mod invocation;
mod layered;
mod self_test;
mod staging;
mod update;

pub use binding::Kernel;
pub use invocation::source as invocation_source;
pub use layered::passes::kernels;

use super::second_order::{self, SecondOrder};
use super::{Backend, Data, LocalFuture, Network, NetworkSpec, Population, UPDATE_WORK, mixed};
use crate::error::Result;
use core::time::Duration;
use device::SharedDevice;
use driver::{CHECKPOINT_INTERVAL, DevicePopulation, Driver};
use invocation::Invocation;
use layered::Layered;
use layered::layout;
use layered::passes::{PASSES, Pass};
use std::rc::Rc;
use update::Update;

/// The default of WebGPU's specification for a storage binding; more is not asked for.
const BINDING_LIMIT: u64 = 128 << 20;

/// A way to train networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strategy {
    /// One invocation a network, the network unrolled.
    Invocation,
    /// One workgroup a network, many steps a dispatch.
    Workgroup,
    /// One dispatch a layer of all networks.
    Layered,
    /// What moves all parameters at once: not here, but on the CPU.
    SecondOrder,
}

impl Strategy {
    /// Every strategy that one may ask for.
    pub const ALL: [Self; 3] = [Self::Layered, Self::Workgroup, Self::Invocation];

    fn name(self) -> &'static str {
        match self {
            Self::Invocation => "invocation",
            Self::Workgroup => "workgroup",
            Self::Layered => "layered",
            Self::SecondOrder => second_order::NAME,
        }
    }
}

/// The GPU, and the device that stands for it now; clones share it.
#[derive(Clone)]
pub struct Gpu {
    device: SharedDevice,
    /// The strategy for every network that it can train, whatever the rule says: for tests and benches.
    forced: Option<Strategy>,
    copy_every: Duration,
}

impl Gpu {
    /// Asks for a device and tests it.
    ///
    /// # Errors
    /// [`crate::Error::NoGpu`] where there is none, [`crate::Error::GpuWrong`] where it computes something else than the
    /// CPU.
    pub async fn open() -> Result<Self> {
        Ok(Self {
            device: SharedDevice::open(|device| Box::pin(async { self_test::run(device).await.map(drop) })).await?,
            forced: None,
            copy_every: CHECKPOINT_INTERVAL,
        })
    }

    /// The same GPU with one strategy for all networks that it can train.
    #[must_use]
    pub fn with_strategy(&self, strategy: Strategy) -> Self {
        Self { forced: Some(strategy), ..self.clone() }
    }

    /// The same GPU whose host copies are at most this much work old, for tests.
    #[must_use]
    pub fn with_copies_every(&self, copy_every: Duration) -> Self {
        Self { copy_every, ..self.clone() }
    }

    /// Whether the adapter is a program and not a device.
    pub fn is_software(&self) -> bool {
        self.device.get().is_software
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

    /// Begins to compile what the networks of a study will need; a training that starts later finds it ready.
    pub fn prepare(&self, specs: &[NetworkSpec]) {
        let device = self.device.get();
        for spec in specs {
            let update = Update::of(&spec.optimizer);
            match self.strategy_of(spec) {
                Strategy::Invocation => drop(invocation::pipeline(&device, &spec.program())),
                Strategy::Workgroup => drop(device.kernel(Pass::TrainWorkgroup, update)),
                Strategy::Layered => PASSES.into_iter().filter(|pass| *pass != Pass::TrainWorkgroup).for_each(|pass| {
                    device.kernel(pass, update);
                }),
                Strategy::SecondOrder => {}
            }
        }
    }

    /// The networks of one strategy.
    fn part(&self, strategy: Strategy, data: &Rc<Data>, networks: Vec<Network>) -> Box<dyn Population> {
        let data = data.clone();
        let population: Box<dyn DevicePopulation> = match strategy {
            Strategy::Invocation => Box::new(Invocation::new(data, networks)),
            Strategy::Workgroup => Box::new(Layered::new(data, networks, true)),
            Strategy::Layered => Box::new(Layered::new(data, networks, false)),
            Strategy::SecondOrder => return Box::new(SecondOrder::on(&data, networks)),
        };
        Box::new(Driver::new(self.device.clone(), population, self.copy_every))
    }

    /// Which strategy trains a network: a pure function of the network, its crowd and the kind of adapter.
    pub fn strategy_of(&self, spec: &NetworkSpec) -> Strategy {
        // Software adapters pay for barriers, devices for dispatches.
        let fused = layered::suits_workgroup(spec) && !self.is_software();
        let alone = spec.optimizer.descends() || !layered::fits_texture(spec);
        let otherwise = if fused || alone { Strategy::Workgroup } else { Strategy::Layered };
        let can = invocation::can_train(spec);
        match self.forced {
            _ if spec.is_second_order() => Strategy::SecondOrder,
            Some(Strategy::Invocation) | None if !can => otherwise,
            // Its sum over all parameters would be a dispatch of its own in every step.
            Some(Strategy::Layered) if alone => Strategy::Workgroup,
            Some(strategy) => strategy,
            None if spec.crowd >= invocation::smallest_crowd(self.is_software()) && spec.optimizer.joins_crowds() => {
                Strategy::Invocation
            }
            None => otherwise,
        }
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

    fn step_work(&self, spec: &NetworkSpec) -> f64 {
        if spec.is_second_order() {
            return second_order::step_work(spec);
        }
        UPDATE_WORK * spec.shape.n_parameters() as f64
    }

    fn network_bytes(&self, spec: &NetworkSpec) -> u64 {
        match self.strategy_of(spec) {
            Strategy::SecondOrder => second_order::network_bytes(spec),
            Strategy::Invocation => invocation::network_bytes(spec),
            Strategy::Workgroup | Strategy::Layered => {
                let sizes = layout::sizes(spec);
                16 * (sizes.params4 + sizes.work4) as u64 + layered::state_bytes(spec) + layered::table_bytes(spec)
            }
        }
    }

    fn beside_bytes(&self, spec: &NetworkSpec, n_train: usize) -> u64 {
        // What is read back has two copies, one to map and one on the host; so have the batches, on the device and the host.
        let steps = n_train.div_ceil(spec.max_batch.max(1));
        let (copied, words) = match self.strategy_of(spec) {
            Strategy::SecondOrder => (0, 4 + n_train),
            Strategy::Invocation => (invocation::state_bytes(spec), 4 + n_train + invocation::STEP_WORDS * steps),
            Strategy::Workgroup | Strategy::Layered => {
                (layered::state_bytes(spec), 4 + n_train + layered::STEP_WORDS * steps)
            }
        };
        2 * copied + (8 * words + size_of::<NetworkSpec>()) as u64
    }

    fn most_networks(&self) -> usize {
        // A device needs tens of thousands of invocations to be busy; the caches of a software adapter hold few networks.
        if self.is_software() { 4096 } else { 1 << 16 }
    }

    fn wave_bytes(&self) -> u64 {
        // A device is only busy with many networks.
        512 << 20
    }

    fn memory_limit(&self) -> (u64, String) {
        (BINDING_LIMIT, "maxStorageBufferBindingSize".into())
    }

    fn largest_piece_bytes(&self, spec: &NetworkSpec) -> u64 {
        match self.strategy_of(spec) {
            Strategy::SecondOrder => second_order::network_bytes(spec),
            Strategy::Invocation => invocation::network_bytes(spec),
            Strategy::Workgroup | Strategy::Layered => {
                let sizes = layout::sizes(spec);
                16 * sizes.params4.max(sizes.slots4).max(sizes.work4) as u64
            }
        }
    }

    fn population(&self, data: Rc<Data>, networks: Vec<Network>) -> LocalFuture<'_, Result<Box<dyn Population>>> {
        super::ready(Ok(mixed::population(
            networks,
            |spec| self.strategy_of(spec),
            |strategy, own| self.part(strategy, &data, own),
        )))
    }
}

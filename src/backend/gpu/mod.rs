//! The GPU backend: populations trained by WGSL compute shaders through wgpu, native and on the web.
//!
//! A *plan* is a way to train networks: `invocation` (many small networks, one an invocation), `workgroup` (one a
//! workgroup) or `layered` (any network, a dispatch a layer). Which plan trains a network depends on the network, on how many like it the study has and on the
//! kind of adapter, so that results repeat to the bit; [`Gpu::plan_of`] is the rule.

mod device;
mod driver;
mod invocation;
mod layered;
mod self_test;
mod staging;

pub use device::Kernel;
pub use invocation::source as invocation_source;
pub use layered::passes::kernels;

use super::{Backend, Data, LocalFuture, Network, Population, mixed};
use crate::error::Result;
use device::SharedDevice;
use driver::Driver;
use invocation::Invocation;
use layered::Layered;
use layered::layout;
use std::rc::Rc;

/// The spec's default for a storage binding; more is not asked for.
const BINDING_LIMIT: u64 = 128 << 20;

/// A way to train networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlanName {
    /// One invocation a network, the network unrolled.
    Invocation,
    /// One workgroup a network, many steps a dispatch.
    Workgroup,
    /// One dispatch a layer of all networks.
    Layered,
}

impl PlanName {
    /// Every plan.
    pub const ALL: [Self; 3] = [Self::Layered, Self::Workgroup, Self::Invocation];

    fn name(self) -> &'static str {
        match self {
            Self::Invocation => "invocation",
            Self::Workgroup => "workgroup",
            Self::Layered => "layered",
        }
    }
}

/// The GPU and whatever device stands for it now; clones share it.
#[derive(Clone)]
pub struct Gpu {
    device: SharedDevice,
    /// Trains everything it can, whatever the rule says: for tests and benches.
    forced: Option<PlanName>,
}

impl Gpu {
    /// Asks for a device and tests it.
    ///
    /// # Errors
    /// [`crate::Error::NoGpu`] where there is none, [`crate::Error::GpuWrong`] where it computes something else than the
    /// CPU.
    pub async fn open() -> Result<Self> {
        Ok(Self { device: SharedDevice::open().await?, forced: None })
    }

    /// The same GPU with one plan for all networks that it can train.
    #[must_use]
    pub fn with_plan(&self, plan: PlanName) -> Self {
        Self { device: self.device.clone(), forced: Some(plan) }
    }

    /// Whether the adapter is a program and not a device.
    pub fn is_software(&self) -> bool {
        self.device.get().is_software
    }

    /// Loses the device as a driver's reset would: for tests.
    pub fn lose_device(&self) {
        self.device.get().handle.destroy();
    }

    /// Begins to compile what the networks of a study will need; a training that starts later finds it ready.
    pub fn prepare(&self, networks: &[Network]) {
        let device = self.device.get();
        for network in networks.iter().filter(|network| self.plan_of(network) == PlanName::Invocation) {
            device.program(&network.program());
        }
    }

    /// The networks of one plan.
    fn part(&self, plan: PlanName, data: &Rc<Data>, networks: Vec<Network>) -> Box<dyn Population> {
        let (device, data) = (self.device.clone(), data.clone());
        match plan {
            PlanName::Invocation => Box::new(Driver::new(device, Invocation::new(data, networks))),
            PlanName::Workgroup => Box::new(Driver::new(device, Layered::new(data, networks, true))),
            PlanName::Layered => Box::new(Driver::new(device, Layered::new(data, networks, false))),
        }
    }

    /// Which plan trains a network: a pure function of the network, its crowd and the kind of adapter.
    pub fn plan_of(&self, network: &Network) -> PlanName {
        // Software adapters pay for barriers, devices for dispatches.
        let fused = layered::suits_workgroup(network) && !self.is_software();
        let otherwise = if fused { PlanName::Workgroup } else { PlanName::Layered };
        let can = invocation::can_train(network);
        match self.forced {
            Some(PlanName::Invocation) | None if !can => otherwise,
            Some(plan) => plan,
            None if network.crowd >= invocation::smallest_crowd(self.is_software()) => PlanName::Invocation,
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

    fn plan(&self, network: &Network) -> &'static str {
        self.plan_of(network).name()
    }

    fn network_bytes(&self, network: &Network) -> u64 {
        match self.plan_of(network) {
            PlanName::Invocation => invocation::network_bytes(network),
            PlanName::Workgroup | PlanName::Layered => {
                let sizes = layout::sizes(&network.shape, &network.optimizer, network.max_batch);
                16 * (sizes.params4 * 2 + sizes.slots4 + sizes.work4) as u64
            }
        }
    }

    fn most_networks(&self) -> usize {
        // A device is only busy with tens of thousands of invocations; a program's caches hold few networks.
        if self.is_software() { 4096 } else { 1 << 16 }
    }

    fn memory_limit(&self) -> (u64, String) {
        (BINDING_LIMIT, "maxStorageBufferBindingSize".into())
    }

    fn largest_piece_bytes(&self, network: &Network) -> u64 {
        match self.plan_of(network) {
            PlanName::Invocation => invocation::network_bytes(network),
            PlanName::Workgroup | PlanName::Layered => {
                let sizes = layout::sizes(&network.shape, &network.optimizer, network.max_batch);
                16 * sizes.params4.max(sizes.slots4).max(sizes.work4) as u64
            }
        }
    }

    fn population(&self, data: Rc<Data>, networks: Vec<Network>) -> LocalFuture<'_, Result<Box<dyn Population>>> {
        super::ready(Ok(mixed::population(
            networks,
            |network| self.plan_of(network),
            |plan, own| self.part(plan, &data, own),
        )))
    }
}

//! The GPU backend: populations trained by WGSL compute shaders through wgpu, native and on the web.
//!
//! A *plan* is a way to train networks: `invocation` (many small networks, one an invocation), `workgroup` (one a
//! workgroup) or `layered` (any network, a dispatch a layer). Which plan trains a network depends on the network, on how many like it the study has and on the
//! kind of adapter, so that results repeat to the bit; [`Gpu::plan_of`] is the rule.

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

use super::{Backend, Data, LocalFuture, Network, Population, mixed};
use crate::error::Result;
use core::time::Duration;
use device::SharedDevice;
use driver::{CHECKPOINT_INTERVAL, Driver, Plan};
use invocation::Invocation;
use layered::Layered;
use layered::layout;
use layered::passes::{PASSES, Pass};
use std::rc::Rc;
use update::Update;

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
            device: SharedDevice::open(|device| Box::pin(self_test::run(device))).await?,
            forced: None,
            copy_every: CHECKPOINT_INTERVAL,
        })
    }

    /// The same GPU with one plan for all networks that it can train.
    #[must_use]
    pub fn with_plan(&self, plan: PlanName) -> Self {
        Self { forced: Some(plan), ..self.clone() }
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

    /// Begins to compile what the networks of a study will need; a training that starts later finds it ready.
    pub fn prepare(&self, networks: &[Network]) {
        let device = self.device.get();
        for network in networks {
            let update = Update::of(&network.optimizer);
            match self.plan_of(network) {
                PlanName::Invocation => drop(invocation::pipeline(&device, &network.program())),
                PlanName::Workgroup => drop(device.kernel(Pass::TrainWorkgroup, update)),
                PlanName::Layered => PASSES.into_iter().filter(|pass| *pass != Pass::TrainWorkgroup).for_each(|pass| {
                    device.kernel(pass, update);
                }),
            }
        }
    }

    /// The networks of one plan.
    fn part(&self, plan: PlanName, data: &Rc<Data>, networks: Vec<Network>) -> Box<dyn Population> {
        let data = data.clone();
        let plan: Box<dyn Plan> = match plan {
            PlanName::Invocation => Box::new(Invocation::new(data, networks)),
            PlanName::Workgroup => Box::new(Layered::new(data, networks, true)),
            PlanName::Layered => Box::new(Layered::new(data, networks, false)),
        };
        Box::new(Driver::new(self.device.clone(), plan, self.copy_every))
    }

    /// Which plan trains a network: a pure function of the network, its crowd and the kind of adapter.
    pub fn plan_of(&self, network: &Network) -> PlanName {
        // Software adapters pay for barriers, devices for dispatches.
        let fused = layered::suits_workgroup(network) && !self.is_software();
        let otherwise = if fused || !layered::fits_texture(network) { PlanName::Workgroup } else { PlanName::Layered };
        let can = invocation::can_train(network);
        match self.forced {
            Some(PlanName::Invocation) | None if !can => otherwise,
            Some(plan) => plan,
            None if network.crowd >= invocation::smallest_crowd(self.is_software())
                && network.optimizer.joins_crowds() =>
            {
                PlanName::Invocation
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

    fn plan(&self, network: &Network) -> &'static str {
        self.plan_of(network).name()
    }

    fn network_bytes(&self, network: &Network) -> u64 {
        match self.plan_of(network) {
            PlanName::Invocation => invocation::network_bytes(network),
            PlanName::Workgroup | PlanName::Layered => {
                let sizes = layout::sizes(&network.shape, &network.optimizer, network.max_batch);
                16 * (sizes.params4 + sizes.work4) as u64
                    + layered::state_bytes(network)
                    + layered::table_bytes(network)
            }
        }
    }

    fn beside_bytes(&self, network: &Network, n_train: usize) -> u64 {
        // Two copies of what is read back, one to map and one on the host; two of the plan, on the device and the host.
        let steps = n_train.div_ceil(network.max_batch.max(1));
        let (copied, words) = match self.plan_of(network) {
            PlanName::Invocation => (invocation::state_bytes(network), 4 + n_train + invocation::STEP_WORDS * steps),
            PlanName::Workgroup | PlanName::Layered => {
                (layered::state_bytes(network), 4 + n_train + layered::STEP_WORDS * steps)
            }
        };
        2 * copied + (8 * words + size_of::<Network>()) as u64
    }

    fn most_networks(&self) -> usize {
        // A device is only busy with tens of thousands of invocations; a program's caches hold few networks.
        if self.is_software() { 4096 } else { 1 << 16 }
    }

    fn wave_bytes(&self) -> u64 {
        // A device is only busy with many networks.
        512 << 20
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::Labels;
    use crate::backend::epoch::{Steps, epoch_plan};
    use crate::mlp::{Activation, Loss, Shape};
    use crate::optimizer::Optimizer;
    use crate::rng::{Purpose, RunId, Stream};

    const ROWS: usize = 350;

    fn network(trial: u32, hidden: &[usize]) -> Network {
        let shape = Shape { inputs: 2, hidden: hidden.to_vec(), outputs: 2, activation: Activation::Relu };
        let run = RunId { trial, ..RunId::default() };
        Network {
            run,
            seed: 0,
            loss: Loss::CrossEntropy,
            optimizer: Optimizer::default(),
            schedule: crate::schedule::Settings::default(),
            dropout: 0.1,
            max_batch: 32,
            crowd: 1,
            parameters: shape.initial_parameters(0, run),
            shape,
        }
    }

    /// Bytes made on the device for so many networks in training.
    async fn made(gpu: &Gpu, n: u32, hidden: &[usize]) -> Result<f64> {
        let labels = Labels::Classes(vec![0; ROWS]);
        let data = Data { x: vec![0.5; 2 * ROWS], columns: 2, labels, n_train: ROWS, n_validation: 0 };
        let networks: Vec<_> = (0..n).map(|trial| network(trial, hidden)).collect();
        let plan = |(index, network): (usize, &Network)| {
            let shuffle = Stream::of(0, Purpose::Shuffle, network.run, 0);
            epoch_plan(index, network, shuffle, ROWS, network.max_batch, &mut Steps::of(network))
        };
        let plans = networks.iter().enumerate().map(plan).collect();
        let device = gpu.device.get();
        let before = device.allocated.get();
        let mut population = gpu.population(Rc::new(data), networks).await?;
        population.begin_epoch(plans)?;
        population.advance(Duration::ZERO).await?;
        Ok((device.allocated.get() - before) as f64)
    }

    #[test]
    fn memory_on_the_device_grows_as_stated() {
        let grown = async {
            let Ok(gpu) = Gpu::open().await else { return Ok(()) };
            for (plan, hidden) in
                [(PlanName::Invocation, &[8, 8][..]), (PlanName::Layered, &[8, 8]), (PlanName::Layered, &[128])]
            {
                let gpu = gpu.with_plan(plan);
                let one = network(0, hidden);
                // Half of what is beside lies on the host; its outline is no part of either.
                let beside = (gpu.beside_bytes(&one, ROWS) - size_of::<Network>() as u64) / 2;
                let said = (gpu.network_bytes(&one) + beside) as f64;
                let grown = (made(&gpu, 192, hidden).await? - made(&gpu, 64, hidden).await?) / 128.0;
                println!("{plan:?} {hidden:?}: {grown} bytes a network for {said}");
                assert!((grown / said - 1.0).abs() < 0.1, "{plan:?} {hidden:?}: {grown} bytes for {said}");
            }
            Ok::<(), crate::error::Error>(())
        };
        pollster::block_on(grown).unwrap();
    }
}

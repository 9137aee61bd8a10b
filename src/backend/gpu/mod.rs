//! The GPU backend: a population trained by WGSL compute shaders through wgpu, native and on the web.
//!
//! Plan `layered`: each kernel runs one layer of all networks at once, the network is the workgroup's z. Networks of any
//! shape, batch size and optimizer share every dispatch: a small table says where each one's numbers lie. Within an
//! epoch networks with more steps come first, so that a step's dispatch covers just those that still have one.
//!
//! A lost device is this module's own business: the population goes back to its last host copy on a new device and
//! repeats what came after, to the same bits.

mod buffers;
mod device;
mod layout;

pub use device::{Kernel, kernels};

use super::{Advance, Backend, Data, EpochOutcome, EpochPlan, LocalFuture, Network, Population, Score};
use crate::error::{Error, Result};
use crate::mlp::Shape;
use crate::optimizer::Optimizer;
use buffers::{Buffers, CALL_STRIDE, HostState, MAX_CALLS};
use core::cell::RefCell;
use core::time::Duration;
use device::{Device, Pass};
use layout::{Call, EVALUATION_ROWS, Layout, Stats};
use std::rc::Rc;
use web_time::Instant;

/// The spec's default for a storage binding; more is not asked for.
const BINDING_LIMIT: u64 = 128 << 20;
/// One submit should take about this long: short enough for the page's own drawing in between.
const SUBMIT_TARGET: Duration = Duration::from_millis(12);
/// Host copies of parameters are at most this much work old.
const CHECKPOINT_INTERVAL: Duration = Duration::from_secs(2);
/// Attempts to get a working device before giving up.
const RECOVERY_ATTEMPTS: u32 = 2;
/// Losses in a row without a host copy in between: a device that dies of the work itself would never end.
const MAX_FAILURES: u32 = 20;
/// Invocations of a workgroup.
const WORKGROUP: u32 = 64;

/// The GPU and whatever device stands for it now; clones share it.
#[derive(Clone)]
pub struct Gpu {
    device: Rc<RefCell<Rc<Device>>>,
}

impl Gpu {
    /// Asks for a device.
    ///
    /// # Errors
    /// [`Error::NoGpu`] where there is none.
    pub async fn open() -> Result<Self> {
        Ok(Self { device: Rc::new(RefCell::new(Rc::new(Device::open().await?))) })
    }

    /// Whether the adapter is a program and not a device.
    pub fn is_software(&self) -> bool {
        let info = &self.device.borrow().info;
        let name = info.name.to_lowercase();
        info.device_type == wgpu::DeviceType::Cpu || ["swiftshader", "llvmpipe"].iter().any(|s| name.contains(s))
    }

    /// Loses the device as a driver's reset would: for tests.
    pub fn lose_device(&self) {
        self.device.borrow().handle.destroy();
    }
}

impl Backend for Gpu {
    fn name(&self) -> &'static str {
        "gpu"
    }

    fn adapter(&self) -> String {
        self.device.borrow().info.name.clone()
    }

    fn plan(&self) -> String {
        "layered".into()
    }

    fn network_bytes(&self, shape: &Shape, optimizer: &Optimizer, max_batch: usize) -> u64 {
        let sizes = layout::sizes(shape, optimizer, max_batch);
        16 * (sizes.params4 * 2 + sizes.slots4 + sizes.work4) as u64
    }

    fn memory_limit(&self) -> (u64, String) {
        (BINDING_LIMIT, "maxStorageBufferBindingSize".into())
    }

    fn largest_piece_bytes(&self, shape: &Shape, optimizer: &Optimizer, max_batch: usize) -> u64 {
        let sizes = layout::sizes(shape, optimizer, max_batch);
        16 * sizes.params4.max(sizes.slots4).max(sizes.work4) as u64
    }

    fn population(&self, data: Rc<Data>, networks: Vec<Network>) -> LocalFuture<'_, Result<Box<dyn Population>>> {
        Box::pin(async move {
            let population = GpuPopulation::new(self.device.clone(), data, networks);
            Ok(Box::new(population) as Box<dyn Population>)
        })
    }
}

/// The epoch under way.
struct Epoch {
    /// Networks by lane, those with more steps first.
    networks: Vec<usize>,
    /// Steps of each lane, falling.
    n_steps: Vec<u32>,
    /// Most tiles of any of lanes `0 ..= lane`, by layer and kernel; a dispatch covers the largest.
    tiles: Vec<LaneTiles>,
    /// The plan buffer's words.
    words: Vec<u32>,
    /// Next step, then next validation block.
    next_step: u32,
    next_block: u32,
    blocks: u32,
    began: Instant,
}

/// Invocations that each layer needs in each kernel, and parameters.
#[derive(Clone, Debug, Default)]
struct LaneTiles {
    forward: Vec<u32>,
    evaluate: Vec<u32>,
    backward_data: Vec<u32>,
    backward_weight: Vec<u32>,
    params4: u32,
}

struct GpuPopulation {
    device: Rc<RefCell<Rc<Device>>>,
    data: Rc<Data>,
    networks: Vec<Network>,
    layout: Layout,
    buffers: Option<Buffers>,
    /// The last host copy, and the step and validation block of the epoch that come next after it.
    host: HostState,
    host_place: (u32, u32),
    /// Devices lost since the last host copy.
    failures: u32,
    copied: Instant,
    epoch: Option<Epoch>,
    /// Steps that a submit may take: grows at most twofold.
    steps_per_submit: u32,
}

impl GpuPopulation {
    fn new(device: Rc<RefCell<Rc<Device>>>, data: Rc<Data>, networks: Vec<Network>) -> Self {
        let layout = Layout::new(&networks);
        let mut params = vec![0.0; 4 * layout.params4];
        for (network, place) in networks.iter().zip(&layout.networks) {
            let first = 4 * place.params as usize;
            let n = 4 * place.n_params4 as usize;
            layout::to_device(&network.shape, &network.parameters, &mut params[first..first + n]);
        }
        let slots = vec![0.0; 4 * layout.slots4];
        let stats = vec![Stats::default(); networks.len()];
        Self {
            device,
            data,
            networks,
            layout,
            buffers: None,
            host: HostState { params, slots, stats },
            host_place: (0, 0),
            failures: 0,
            copied: Instant::now(),
            epoch: None,
            steps_per_submit: 1,
        }
    }

    fn device(&self) -> Rc<Device> {
        self.device.borrow().clone()
    }

    /// Buffers of the present device, with room for the plan; made from the host copy where they are missing.
    fn ensure_buffers(&mut self, plan_words: usize) {
        let fits = self.buffers.as_ref().is_some_and(|buffers| buffers.plan_words() >= plan_words);
        if !fits {
            let device = self.device();
            // Free the old buffers before making new ones.
            self.buffers = None;
            self.buffers = Some(Buffers::new(&device, &self.data, &self.layout, &self.host, plan_words));
        }
    }

    /// Submits up to `steps` steps and, after the last step, the validation blocks. Returns the steps taken.
    fn submit(&mut self, steps: u32) -> u64 {
        let device = self.device();
        let (Some(epoch), Some(buffers)) = (self.epoch.as_mut(), self.buffers.as_ref()) else { return 0 };
        let depth = epoch.tiles.last().map_or(0, |tiles| tiles.forward.len());
        let mut calls = Vec::new();
        let mut dispatches = Vec::new();
        let mut taken = 0;
        let most = epoch.n_steps.first().copied().unwrap_or(0);
        let last = most.min(epoch.next_step + steps);
        while epoch.next_step < last && calls.len() + depth <= MAX_CALLS {
            let step = epoch.next_step;
            let lanes = epoch.n_steps.partition_point(|&n| n > step);
            let tiles = &epoch.tiles[lanes - 1];
            let depth = tiles.forward.len();
            let first = calls.len();
            calls.extend((0..depth).map(|layer| Call { step, layer: layer as u32, ..Call::default() }));
            let z = lanes as u32;
            for layer in 0..depth {
                dispatches.push((Pass::DenseForward, first + layer, tiles.forward[layer], z));
            }
            dispatches.push((Pass::Loss, first, 1, z));
            for layer in (0..depth).rev() {
                dispatches.push((Pass::DenseBackwardWeight, first + layer, tiles.backward_weight[layer], z));
                if layer > 0 {
                    dispatches.push((Pass::DenseBackwardData, first + layer, tiles.backward_data[layer], z));
                }
            }
            dispatches.push((Pass::Optimizer, first, tiles.params4, z));
            taken += lanes as u64;
            epoch.next_step += 1;
        }
        if epoch.next_step >= most {
            let z = epoch.networks.len() as u32;
            let n = self.data.n_validation;
            while epoch.next_block < epoch.blocks && calls.len() + depth <= MAX_CALLS {
                let block = epoch.next_block as usize * EVALUATION_ROWS;
                let rows = EVALUATION_ROWS.min(n - block) as u32;
                let first_row = (self.data.n_train + block) as u32;
                let first = calls.len();
                let tiles = &epoch.tiles[epoch.networks.len() - 1];
                for (layer, &x) in tiles.evaluate.iter().enumerate() {
                    calls.push(Call { layer: layer as u32, evaluation: 1, first_row, rows, ..Call::default() });
                    dispatches.push((Pass::DenseForward, first + layer, x, z));
                }
                dispatches.push((Pass::Loss, first, 1, z));
                epoch.next_block += 1;
            }
        }
        buffers.write_calls(&device, &calls);
        let mut encoder =
            device.handle.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("steps") });
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for (kernel, call, x, z) in dispatches {
                pass.set_pipeline(&device.pipeline(kernel).pipeline);
                pass.set_bind_group(0, buffers.group(kernel), &[(call as u64 * CALL_STRIDE) as u32]);
                pass.dispatch_workgroups(x.div_ceil(WORKGROUP), 1, z);
            }
        }
        device.queue.submit([encoder.finish()]);
        taken
    }

    async fn work(&mut self, budget: Duration) -> Result<Advance> {
        let start = Instant::now();
        let mut advance = Advance::default();
        let Some(words) = self.epoch.as_ref().map(|epoch| epoch.words.len()) else {
            return Ok(Advance { epoch_done: true, ..advance });
        };
        self.ensure_buffers(words);
        let device = self.device();
        // A submit's cost is only known once it is waited for: guess it from the last read-back's.
        let submits = (budget.as_secs_f64() / SUBMIT_TARGET.as_secs_f64()).clamp(1.0, 8.0) as u32;
        let mut taken = 0;
        for _ in 0..submits {
            taken += self.submit(self.steps_per_submit);
            if self.epoch_submitted() {
                break;
            }
        }
        let done = self.epoch_submitted();
        let all = done || self.copied.elapsed() >= CHECKPOINT_INTERVAL;
        let buffers = self.buffers.as_ref().ok_or_else(|| Error::Gpu { detail: "no buffers".into() })?;
        // Reading the sums alone is how the queue is waited for; only a whole copy may replace the host's.
        buffers.read(&device, all.then_some(&mut self.host)).await?;
        if let Some(detail) = device.take_error() {
            return Err(Error::Gpu { detail });
        }
        advance.steps = taken;
        if all {
            self.copied = Instant::now();
            self.host_place = self.epoch.as_ref().map_or((0, 0), |epoch| (epoch.next_step, epoch.next_block));
            self.failures = 0;
        }
        self.adapt(start.elapsed(), submits);
        if done {
            self.finish_epoch(&mut advance);
        }
        Ok(advance)
    }

    fn epoch_submitted(&self) -> bool {
        self.epoch.as_ref().is_none_or(|epoch| {
            epoch.next_step >= epoch.n_steps.first().copied().unwrap_or(0) && epoch.next_block >= epoch.blocks
        })
    }

    /// Steps of the next submits from the time that these took.
    fn adapt(&mut self, took: Duration, submits: u32) {
        let each = took.as_secs_f64() / f64::from(submits);
        let factor = (SUBMIT_TARGET.as_secs_f64() / each.max(1e-6)).clamp(0.25, 2.0);
        self.steps_per_submit = ((f64::from(self.steps_per_submit) * factor) as u32).clamp(1, 1024);
    }

    fn finish_epoch(&mut self, advance: &mut Advance) {
        let Some(epoch) = self.epoch.take() else { return };
        let n_validation = self.data.n_validation as f64;
        let seconds = epoch.began.elapsed().as_secs_f64();
        for (&network, lane) in epoch.networks.iter().zip(0..) {
            let stats = self.host.stats[network];
            let rows = f64::from(lane_rows(&epoch.words, lane));
            let score = |loss: f32, correct: f32, rows: f64| Score {
                loss: f64::from(loss) / rows,
                accuracy: f64::from(correct) / rows,
            };
            advance.outcomes.push(EpochOutcome {
                network,
                train: score(stats.train_loss, stats.train_correct, rows),
                validation: (epoch.blocks > 0)
                    .then(|| score(stats.validation_loss, stats.validation_correct, n_validation)),
                diverged_at: (stats.diverged != 0).then(|| u64::from(stats.diverged)),
                seconds,
            });
        }
        advance.epoch_done = true;
    }

    /// A new device and the last host copy on it.
    async fn recover(&mut self, lost: Error) -> Result<()> {
        self.buffers = None;
        self.failures += 1;
        if self.failures > MAX_FAILURES {
            return Err(lost);
        }
        for _ in 0..RECOVERY_ATTEMPTS {
            let is_gone = self.device.borrow().is_lost();
            if is_gone {
                match Device::open().await {
                    Ok(device) => *self.device.borrow_mut() = Rc::new(device),
                    Err(_) => continue,
                }
            }
            if !self.device.borrow().is_lost() {
                self.rewind();
                return Ok(());
            }
        }
        Err(lost)
    }

    /// Back to the host copy: the epoch goes on from the step at which it was made.
    fn rewind(&mut self) {
        let Some(epoch) = self.epoch.as_mut() else { return };
        (epoch.next_step, epoch.next_block) = self.host_place;
        let words = epoch.words.clone();
        self.ensure_buffers(words.len());
        let device = self.device();
        if let Some(buffers) = &self.buffers {
            buffers.write_plan(&device, &words);
        }
        self.steps_per_submit = 1;
    }
}

/// Training rows of a lane in this epoch, from the plan's words.
fn lane_rows(words: &[u32], lane: usize) -> u32 {
    let [_, _, steps, n_steps] = [0, 1, 2, 3].map(|i| words[4 * lane + i]);
    (0..n_steps).map(|step| words[(steps + 8 * step + 1) as usize]).sum()
}

impl Population for GpuPopulation {
    fn begin_epoch(&mut self, mut plans: Vec<EpochPlan>) -> Result<()> {
        if plans.is_empty() {
            self.epoch = None;
            return Ok(());
        }
        plans.sort_by_key(|plan| (core::cmp::Reverse(plan.steps.len()), plan.network));
        let mut words = vec![0_u32; 4 * plans.len()];
        for (lane, plan) in plans.iter().enumerate() {
            let order = words.len() as u32;
            words.extend_from_slice(&plan.order);
            let steps = words.len() as u32;
            for step in &plan.steps {
                let [a, b, c, d] = step.scalars.map(|s| (s as f32).to_bits());
                words.extend([step.start, step.rows, step.step, 0, a, b, c, d]);
            }
            words[4 * lane..4 * lane + 4].copy_from_slice(&[
                plan.network as u32,
                order,
                steps,
                plan.steps.len() as u32,
            ]);
        }
        let mut tiles: Vec<LaneTiles> = Vec::with_capacity(plans.len());
        for plan in &plans {
            let mut most = tiles.last().cloned().unwrap_or_default();
            self.cover(&mut most, plan);
            tiles.push(most);
        }
        self.ensure_buffers(words.len());
        let device = self.device();
        for stats in &mut self.host.stats {
            *stats = Stats::default();
        }
        if let Some(buffers) = &self.buffers {
            buffers.write_plan(&device, &words);
            buffers.write_stats(&device, &self.host.stats);
        }
        self.host_place = (0, 0);
        self.epoch = Some(Epoch {
            networks: plans.iter().map(|plan| plan.network).collect(),
            n_steps: plans.iter().map(|plan| plan.steps.len() as u32).collect(),
            tiles,
            words,
            next_step: 0,
            next_block: 0,
            blocks: self.data.n_validation.div_ceil(EVALUATION_ROWS) as u32,
            began: Instant::now(),
        });
        Ok(())
    }

    fn advance(&mut self, budget: Duration) -> LocalFuture<'_, Result<Advance>> {
        Box::pin(async move {
            match self.work(budget).await {
                Err(lost @ Error::DeviceLost { .. }) => {
                    self.recover(lost).await?;
                    Ok(Advance { resumed: true, ..Advance::default() })
                }
                // A device that is going away reports errors before it says that it is gone.
                Err(_) if self.device.borrow().is_lost() => {
                    let detail = self.device.borrow().loss_reason();
                    self.recover(Error::DeviceLost { detail }).await?;
                    Ok(Advance { resumed: true, ..Advance::default() })
                }
                other => other,
            }
        })
    }

    fn parameters(&mut self, network: usize) -> LocalFuture<'_, Result<Vec<f64>>> {
        let place = &self.layout.networks[network];
        let (first, n) = (4 * place.params as usize, 4 * place.n_params4 as usize);
        let shape = &self.networks[network].shape;
        let parameters = layout::from_device(shape, &self.host.params[first..first + n]);
        super::ready(Ok(parameters))
    }

    fn gradient(&mut self, network: usize) -> LocalFuture<'_, Result<Vec<f64>>> {
        Box::pin(async move {
            let place = &self.layout.networks[network];
            let (first, n) = (4 * place.params as usize, 4 * place.n_params4 as usize);
            let device = self.device();
            let missing = || Error::Gpu { detail: "nothing was trained yet".into() };
            let buffers = self.buffers.as_ref().ok_or_else(missing)?;
            let gradient = buffers.read_gradient(&device, first, n).await?;
            Ok(layout::from_device(&self.networks[network].shape, &gradient))
        })
    }
}

impl GpuPopulation {
    /// Raises `most` to what this plan's network needs.
    fn cover(&self, most: &mut LaneTiles, plan: &EpochPlan) {
        let rows = plan.steps.iter().map(|step| step.rows).max().unwrap_or(0).div_ceil(4);
        let evaluation_rows = (EVALUATION_ROWS as u32).div_ceil(4);
        let place = &self.layout.networks[plan.network];
        let layers = &self.layout.layers[place.first_layer as usize..][..place.n_layers as usize];
        let raise = |list: &mut Vec<u32>, layer: usize, tiles: u32| {
            if list.len() <= layer {
                list.resize(layer + 1, 0);
            }
            list[layer] = list[layer].max(tiles);
        };
        for (depth, layer) in layers.iter().enumerate() {
            raise(&mut most.forward, depth, rows * layer.outputs4);
            raise(&mut most.evaluate, depth, evaluation_rows * layer.outputs4);
            raise(&mut most.backward_data, depth, rows * layer.inputs4);
            raise(&mut most.backward_weight, depth, (layer.inputs4 + 1) * layer.outputs4);
        }
        most.params4 = most.params4.max(place.n_params4);
    }
}

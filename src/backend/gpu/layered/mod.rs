//! Plan `layered`: each kernel runs one layer of all networks at once, the network is the workgroup's z. Networks of any
//! shape, batch size and optimizer share every dispatch: a small table says where each one's numbers lie. Within an
//! epoch networks with more steps come first, so that a step's dispatch covers just those that still have one.

mod buffers;
pub mod layout;
pub mod passes;

use super::device::{CALL_STRIDE, Device};
use super::driver::Plan;
use crate::backend::{Data, EpochOutcome, EpochPlan, LocalFuture, Network, Score};
use crate::error::{Error, Result};
use buffers::{Buffers, HostState, MAX_CALLS};
use layout::{Call, EVALUATION_ROWS, Layout, Stats};
use passes::Pass;
use std::rc::Rc;
use web_time::Instant;

/// Invocations of a workgroup.
const WORKGROUP: u32 = 64;

/// The epoch under way.
struct Epoch {
    /// Networks by lane, those with more steps first.
    networks: Vec<usize>,
    /// Steps of each lane, falling.
    n_steps: Vec<u32>,
    /// Most tiles of any of lanes `0 ..= lane`, by layer and kernel; a dispatch covers the largest.
    tiles: Vec<LaneTiles>,
    /// The plan buffer's words, and whether they stand there.
    words: Vec<u32>,
    is_written: bool,
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

/// Networks trained layer by layer.
pub struct Layered {
    data: Rc<Data>,
    networks: Vec<Network>,
    layout: Layout,
    /// With the device that they are on.
    buffers: Option<(Rc<Device>, Buffers)>,
    /// The last host copy, and the step and validation block of the epoch that come next after it.
    host: HostState,
    host_place: (u32, u32),
    epoch: Option<Epoch>,
}

impl Layered {
    /// Networks with their initial parameters.
    pub fn new(data: Rc<Data>, networks: Vec<Network>) -> Self {
        let layout = Layout::new(&networks);
        let mut params = vec![0.0; 4 * layout.params4];
        for (network, place) in networks.iter().zip(&layout.networks) {
            let first = 4 * place.params as usize;
            let n = 4 * place.n_params4 as usize;
            layout::to_device(&network.shape, &network.parameters, &mut params[first..first + n]);
        }
        let slots = vec![0.0; 4 * layout.slots4];
        let stats = vec![Stats::default(); networks.len()];
        let host = HostState { params, slots, stats };
        Self { data, networks, layout, buffers: None, host, host_place: (0, 0), epoch: None }
    }

    /// Raises `most` to what this plan's network needs.
    fn cover(&self, most: &mut LaneTiles, plan: &EpochPlan) {
        let most_rows = plan.steps.iter().map(|step| step.rows).max().unwrap_or(0);
        let evaluation_rows = EVALUATION_ROWS as u32;
        let place = &self.layout.networks[plan.network];
        let layers = &self.layout.layers[place.first_layer as usize..][..place.n_layers as usize];
        let raise = |list: &mut Vec<u32>, layer: usize, tiles: u32| {
            if list.len() <= layer {
                list.resize(layer + 1, 0);
            }
            list[layer] = list[layer].max(tiles);
        };
        for (depth, layer) in layers.iter().enumerate() {
            // Tiles as in the shaders: eight by eight, or four by four on the way back to the data.
            let pairs = layer.outputs4.div_ceil(2);
            raise(&mut most.forward, depth, most_rows.div_ceil(8) * pairs);
            raise(&mut most.evaluate, depth, evaluation_rows.div_ceil(8) * pairs);
            raise(&mut most.backward_data, depth, most_rows.div_ceil(4) * layer.inputs4);
            raise(&mut most.backward_weight, depth, (layer.inputs4.div_ceil(2) + 1) * pairs);
        }
        most.params4 = most.params4.max(place.n_params4);
    }
}
/// Training rows of a lane in this epoch, from the plan's words.
fn lane_rows(words: &[u32], lane: usize) -> u32 {
    let [_, _, steps, n_steps] = [0, 1, 2, 3].map(|i| words[4 * lane + i]);
    (0..n_steps).map(|step| words[(steps + 8 * step + 1) as usize]).sum()
}

impl Plan for Layered {
    fn begin_epoch(&mut self, mut plans: Vec<EpochPlan>) {
        if plans.is_empty() {
            self.epoch = None;
            return;
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
        self.host.stats.fill(Stats::default());
        self.host_place = (0, 0);
        self.epoch = Some(Epoch {
            networks: plans.iter().map(|plan| plan.network).collect(),
            n_steps: plans.iter().map(|plan| plan.steps.len() as u32).collect(),
            tiles,
            words,
            is_written: false,
            next_step: 0,
            next_block: 0,
            blocks: self.data.n_validation.div_ceil(EVALUATION_ROWS) as u32,
            began: Instant::now(),
        });
    }

    fn is_in_epoch(&self) -> bool {
        self.epoch.is_some()
    }

    fn ensure_buffers(&mut self, device: &Rc<Device>) {
        let Some(epoch) = self.epoch.as_mut() else { return };
        let fits =
            |(on, buffers): &(Rc<Device>, Buffers)| Rc::ptr_eq(on, device) && buffers.plan_words() >= epoch.words.len();
        if !self.buffers.as_ref().is_some_and(fits) {
            // Free the old buffers before making new ones.
            self.buffers = None;
            let buffers = Buffers::new(device, &self.data, &self.layout, &self.host, epoch.words.len());
            self.buffers = Some((device.clone(), buffers));
            epoch.is_written = false;
        }
        if let (false, Some((_, buffers))) = (epoch.is_written, &self.buffers) {
            buffers.write_plan(device, &epoch.words);
            buffers.write_stats(device, &self.host.stats);
            epoch.is_written = true;
        }
    }

    fn drop_buffers(&mut self) {
        self.buffers = None;
    }

    fn first_amount(&self) -> u32 {
        1
    }

    /// Up to `amount` steps and, after the last step, the validation blocks.
    fn submit(&mut self, device: &Device, amount: u32) -> u64 {
        let (Some(epoch), Some((_, buffers))) = (self.epoch.as_mut(), self.buffers.as_ref()) else { return 0 };
        let depth = epoch.tiles.last().map_or(0, |tiles| tiles.forward.len());
        let mut calls = Vec::new();
        let mut dispatches = Vec::new();
        let mut taken = 0;
        let most = epoch.n_steps.first().copied().unwrap_or(0);
        let last = most.min(epoch.next_step + amount);
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
        buffers.write_calls(device, &calls);
        let mut encoder =
            device.handle.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("steps") });
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for (kernel, call, x, z) in dispatches {
                pass.set_pipeline(&device.layered[kernel as usize].pipeline);
                pass.set_bind_group(0, buffers.group(kernel), &[(call as u64 * CALL_STRIDE) as u32]);
                pass.dispatch_workgroups(x.div_ceil(WORKGROUP), 1, z);
            }
        }
        device.queue.submit([encoder.finish()]);
        taken
    }

    fn is_submitted(&self) -> bool {
        self.epoch.as_ref().is_none_or(|epoch| {
            epoch.next_step >= epoch.n_steps.first().copied().unwrap_or(0) && epoch.next_block >= epoch.blocks
        })
    }

    fn read<'a>(&'a mut self, device: &'a Device, all: bool) -> LocalFuture<'a, Result<()>> {
        Box::pin(async move {
            let (_, buffers) = self.buffers.as_ref().ok_or_else(nothing_trained)?;
            buffers.read(device, all.then_some(&mut self.host)).await?;
            if all {
                self.host_place = self.epoch.as_ref().map_or((0, 0), |epoch| (epoch.next_step, epoch.next_block));
            }
            Ok(())
        })
    }

    fn rewind(&mut self) {
        if let Some(epoch) = self.epoch.as_mut() {
            (epoch.next_step, epoch.next_block) = self.host_place;
        }
    }

    fn finish_epoch(&mut self) -> Vec<EpochOutcome> {
        let Some(epoch) = self.epoch.take() else { return Vec::new() };
        let n_validation = self.data.n_validation as f64;
        let seconds = epoch.began.elapsed().as_secs_f64();
        let outcome = |(lane, &network): (usize, &usize)| {
            let stats = self.host.stats[network];
            let rows = f64::from(lane_rows(&epoch.words, lane));
            let score = |loss: f32, correct: f32, rows: f64| Score {
                loss: f64::from(loss) / rows,
                accuracy: f64::from(correct) / rows,
            };
            EpochOutcome {
                network,
                train: score(stats.train_loss, stats.train_correct, rows),
                validation: (epoch.blocks > 0)
                    .then(|| score(stats.validation_loss, stats.validation_correct, n_validation)),
                diverged_at: (stats.diverged != 0).then(|| u64::from(stats.diverged)),
                seconds,
            }
        };
        epoch.networks.iter().enumerate().map(outcome).collect()
    }

    fn parameters(&self, network: usize) -> Vec<f64> {
        let place = &self.layout.networks[network];
        let (first, n) = (4 * place.params as usize, 4 * place.n_params4 as usize);
        layout::from_device(&self.networks[network].shape, &self.host.params[first..first + n])
    }

    fn gradient<'a>(&'a mut self, device: &'a Device, network: usize) -> LocalFuture<'a, Result<Vec<f64>>> {
        Box::pin(async move {
            let place = &self.layout.networks[network];
            let (first, n) = (4 * place.params as usize, 4 * place.n_params4 as usize);
            let (_, buffers) = self.buffers.as_ref().ok_or_else(nothing_trained)?;
            let gradient = buffers.read_gradient(device, first, n).await?;
            Ok(layout::from_device(&self.networks[network].shape, &gradient))
        })
    }
}

fn nothing_trained() -> Error {
    Error::Gpu { detail: "nothing was trained yet".into() }
}

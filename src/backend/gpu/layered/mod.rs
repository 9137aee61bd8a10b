//! Strategy `layered`: each kernel runs one layer of all networks at once, the network is the workgroup's z. Networks of any
//! shape, batch size and optimizer share every dispatch: a small table says where each one's numbers lie. Within an
//! epoch networks with more steps come first, so that a step's dispatch covers just those that still have one.
//!
//! Strategy `workgroup` is the same layout and the same tiles in one kernel: a workgroup takes a network through many steps,
//! with barriers where `layered` begins a new dispatch. Strategy `resident` does so with small networks in the workgroup's
//! own memory.

mod buffers;
mod bytes;
mod epoch;
pub mod layout;
pub mod passes;
mod resident;

pub use bytes::{HEAD_WORDS, MEMBER_WORDS, network_bytes, pieces, state_bytes};

use super::Strategy;
use super::binding::CALL_STRIDE;
use super::device::Device;
use super::driver::{DevicePopulation, Submitted, nothing_trained};
use super::pace::{Portion, Unit};
use super::shuffle::{self, Plan};
use super::tracks::{STEP_WORDS, Tracks};
use super::update::{CONSTANTS4, Update};
use crate::backend::{
    Data, EpochBatches, EpochOutcome, LocalFuture, Network, NetworkSpec, Score, Snapshot, Tuning, ready,
};
use crate::error::Result;
use crate::order::by_key;
use buffers::{Buffers, HostState, MAX_CALLS};
use epoch::{Epoch, Tiles, tiles_of};
use layout::{Call, EVALUATION_ROWS, Layout, Stats};
use passes::{Own, PASSES, Pass};
use std::collections::BTreeSet;
use std::rc::Rc;

/// Invocations of a workgroup.
const WORKGROUP: u32 = 64;
/// Seconds of a step on a slow device however small it is: of each dispatch of a layer, or of a workgroup's whole step,
/// through storage and within its memory.
const DISPATCH_SECONDS: f64 = 4e-5;
const STEP_SECONDS: f64 = 5e-5;
const RESIDENT_SECONDS: f64 = 1e-5;
/// vec4s of parameters that an invocation of the optimizer updates on software adapters, for which reading tables costs most.
const UPDATES: u32 = 64;
/// The default of WebGPU's specification for the workgroups of one dimension.
const MAX_WORKGROUPS: u32 = 65_535;
/// The most multiplications of a step's forward pass for which one workgroup is quick enough.
const WORKGROUP_MACS: u64 = 1 << 20;

/// The most features of a row for which `layered`'s texture is wide enough, on the specification's default limits.
const MOST_FEATURES: usize = 4 * 8192;

/// Whether strategy `workgroup` suits a network.
pub fn suits_workgroup(spec: &NetworkSpec) -> bool {
    (spec.shape.n_parameters() * spec.max_batch) as u64 <= WORKGROUP_MACS
}

/// Whether the memory of a workgroup holds a network.
pub fn fits_memory(spec: &NetworkSpec) -> bool {
    resident::room(spec).is_some()
}

/// Whether the rows of a network fit in the texture that strategy `layered` reads them from on software adapters.
pub fn fits_texture(spec: &NetworkSpec) -> bool {
    spec.shape.inputs <= MOST_FEATURES
}

fn lay_out(networks: &[NetworkSpec], strategy: Strategy) -> Layout {
    if strategy == Strategy::Resident { resident::layout(networks) } else { Layout::new(networks) }
}

/// A kernel, its uniform and the workgroups that it runs over.
struct Dispatch {
    pass: Pass,
    /// Where the pass updates, the place of the rule that it is for among the population's rules.
    rule: usize,
    call: Call,
    workgroups: [u32; 2],
}

/// The dispatches of a submit.
struct Queue {
    /// Rules of the population: a pass that updates is dispatched for each.
    n_rules: usize,
    /// About as many multiplications as a dispatch takes.
    macs: u64,
    dispatches: Vec<Dispatch>,
}

impl Queue {
    fn has_room(&self, more: usize) -> bool {
        self.dispatches.len() + more <= MAX_CALLS / 2
    }

    /// Adds a pass over the first `members` networks, `macs` multiplications each, in as many dispatches as keep each short.
    /// `workgroups` are those that a network needs; a pass that takes a network through whole steps has its networks side by
    /// side.
    fn push(&mut self, pass: Pass, call: Call, workgroups: u32, members: usize, macs: u64) {
        let rules = if pass.updates() { self.n_rules } else { 1 };
        (0..rules).for_each(|rule| self.push_for(pass, rule, call, workgroups, members, macs));
    }

    /// [`Self::push`] for the networks of one rule.
    fn push_for(&mut self, pass: Pass, rule: usize, call: Call, workgroups: u32, members: usize, macs: u64) {
        let most = (self.macs / macs.max(1)).clamp(1, u64::from(MAX_WORKGROUPS)) as u32;
        let room = (MAX_CALLS / 2).saturating_sub(self.dispatches.len()).max(1) as u32;
        let members = members as u32;
        let window = most.max(members.div_ceil(room));
        for first_member in (0..members).step_by(window as usize) {
            let n = window.min(members - first_member);
            let workgroups = if pass.is_whole() { [n, 1] } else { [workgroups, n] };
            self.dispatches.push(Dispatch { pass, rule, call: Call { first_member, ..call }, workgroups });
        }
    }
}

/// Networks trained layer by layer, or a workgroup each.
pub struct Layered {
    strategy: Strategy,
    data: Rc<Data>,
    networks: Vec<NetworkSpec>,
    /// The rules that the networks use.
    updates: Vec<Update>,
    layout: Layout,
    /// The buffers, with the device that they are on.
    buffers: Option<(Rc<Device>, Buffers)>,
    /// The last host copy.
    host: HostState,
    flight: Vec<Epoch>,
    /// Whether the adapter is a program and not a device.
    is_software: bool,
    /// Networks of an epoch from which the device draws their orders.
    shuffles_from: usize,
}

impl Layered {
    /// Networks with their initial parameters; `strategy` is `layered`, `workgroup` or `resident`. The device draws
    /// orders from so many networks of an epoch on.
    pub fn new(
        data: Rc<Data>,
        networks: Vec<Network>,
        strategy: Strategy,
        is_software: bool,
        shuffles_from: usize,
    ) -> Self {
        let (networks, parameters): (Vec<_>, Vec<_>) =
            networks.into_iter().map(|Network { spec, parameters }| (spec, parameters)).unzip();
        let layout = lay_out(&networks, strategy);
        let mut params = vec![0.0; 4 * layout.params4];
        for ((spec, parameters), place) in networks.iter().zip(parameters).zip(&layout.networks) {
            let first = 4 * place.params as usize;
            let n = 4 * place.n_params4 as usize;
            layout::to_device(&spec.shape, &parameters, &mut params[first..first + n]);
        }
        let slots = vec![0.0; 4 * layout.slots4];
        let stats = vec![Stats::default(); networks.len()];
        let host = HostState { params, slots, stats };
        let mut updates = BTreeSet::new();
        // One by one: gathering them at once would compile a sort of their own.
        for spec in &networks {
            updates.insert(Update::of(&spec.optimizer));
        }
        let updates = updates.into_iter().collect();
        let (buffers, flight) = (None, Vec::new());
        Self { strategy, data, networks, updates, layout, buffers, host, flight, is_software, shuffles_from }
    }

    /// The pass that takes networks through whole steps.
    fn whole_pass(&self) -> Option<Pass> {
        match self.strategy {
            Strategy::Workgroup => Some(Own::of(self.is_software).workgroup),
            Strategy::Resident => Some(Pass::TrainResident),
            _ => None,
        }
    }

    /// Words of the largest epoch.
    fn most_words(&self) -> usize {
        self.flight.iter().map(Epoch::all_words).max().unwrap_or(0)
    }

    /// Raises `most` to what the network of these batches needs.
    fn cover(&self, most: &mut Tiles, batches: &EpochBatches) {
        let most_rows = batches.steps.most_rows();
        let evaluation_rows = EVALUATION_ROWS as u32;
        let place = &self.layout.networks[batches.network];
        let layers = &self.layout.layers[place.first_layer as usize..][..place.n_layers as usize];
        let raise = |list: &mut Vec<u32>, layer: usize, tiles: u32| {
            if list.len() <= layer {
                list.resize(layer + 1, 0);
            }
            list[layer] = list[layer].max(tiles);
        };
        for (depth, layer) in layers.iter().enumerate() {
            let tiles = |rows| passes::workgroups(self.is_software, layer, rows);
            let [forward, backward_data, backward_weight] = tiles(most_rows);
            raise(&mut most.forward, depth, forward);
            raise(&mut most.evaluate, depth, tiles(evaluation_rows)[0]);
            raise(&mut most.backward_data, depth, backward_data);
            raise(&mut most.backward_weight, depth, backward_weight);
            raise(&mut most.norm, depth, layer.norm4.div_ceil(WORKGROUP));
            let macs = u64::from(most_rows.max(evaluation_rows) * 16) * u64::from(layer.inputs4 * layer.outputs4);
            most.macs.resize(most.macs.len().max(depth + 1), 0);
            most.macs[depth] = most.macs[depth].max(macs);
        }
        most.params4 = most.params4.max(place.n_params4);
    }
}

impl DevicePopulation for Layered {
    fn unit(&self) -> Unit {
        let step = |spec: &NetworkSpec| -> f64 {
            let layers = spec.shape.layers().into_iter();
            let macs = |layer: crate::mlp::Layer| 16 * layer.inputs.div_ceil(4) * layer.outputs.div_ceil(4);
            3.0 * (spec.max_batch * layers.map(macs).sum::<usize>()) as f64
        };
        let macs = self.networks.iter().map(step).sum();
        let depth = self.networks.iter().map(|spec| spec.shape.hidden.len() + 1).max().unwrap_or(1);
        let floor = match self.strategy {
            Strategy::Resident => RESIDENT_SECONDS,
            Strategy::Workgroup => STEP_SECONDS,
            _ => (3 * depth + 1) as f64 * DISPATCH_SECONDS,
        };
        Unit { strategy: self.strategy.number(), macs, side: macs, floor, first: 1 }
    }

    fn epoch_size(&self) -> (f64, usize) {
        let n_train = self.data.n_train;
        let steps = |spec: &NetworkSpec| n_train.div_ceil(spec.max_batch.max(1));
        let most = self.networks.iter().map(steps).max().unwrap_or(0);
        let words: usize = self.networks.iter().map(|spec| MEMBER_WORDS + n_train + STEP_WORDS * steps(spec)).sum();
        ((most + self.data.n_validation.div_ceil(EVALUATION_ROWS)) as f64, 4 * words)
    }

    fn push_epoch(&mut self, epoch: Vec<EpochBatches>) {
        let epoch = by_key(epoch, |batches| batches.network as u64);
        let epoch = by_key(epoch, |batches| u64::MAX - batches.steps.len() as u64);
        let members = epoch.len();
        let mut words = vec![0_u32; HEAD_WORDS * members];
        let mut tracks = Tracks::default();
        let draws = shuffle::longest(&epoch, self.shuffles_from).is_some();
        for (member, batches) in epoch.iter().enumerate() {
            let order = if draws { 0 } else { words.len() as u32 };
            if !draws {
                words.extend_from_slice(&batches.order);
            }
            let track = tracks.place(&mut words, &batches.steps);
            words[HEAD_WORDS * member..][..HEAD_WORDS].copy_from_slice(&[
                batches.network as u32,
                order,
                track.first,
                batches.steps.len() as u32,
                track.rate.to_bits(),
            ]);
        }
        // Members that are scored after the epoch; where these are not all, a list of their own.
        let scored: Vec<usize> = (0..members).filter(|&at| epoch[at].validates).collect();
        let mut first_scored = 0;
        if scored.len() < members {
            first_scored = words.len() as u32;
            for &at in &scored {
                words.extend_from_within(HEAD_WORDS * at..HEAD_WORDS * (at + 1));
            }
        }
        // What the device draws stands behind all words.
        let mut shuffle = Plan::default();
        if draws {
            let (mut room, mut orders) = (0, Vec::with_capacity(members));
            for ([a, b], rows) in epoch.iter().filter_map(|batches| batches.order.shuffle()) {
                orders.push([room as u32, 1, rows as u32, a, b]);
                room += rows;
            }
            (shuffle, _) = Plan::new(&mut words, &mut orders, room);
            for (member, [place, ..]) in orders.into_iter().enumerate() {
                words[HEAD_WORDS * member + 1] = place;
            }
        }
        let mut tiles: Vec<(usize, Tiles)> = Vec::new();
        for (member, batches) in epoch.iter().enumerate() {
            let goes_on = member > 0 && epoch[member - 1].steps.len() == batches.steps.len();
            let before = if goes_on { tiles.pop() } else { tiles.last().cloned() };
            let mut most = before.map(|(_, tiles)| tiles).unwrap_or_default();
            self.cover(&mut most, batches);
            tiles.push((member + 1, most));
        }
        self.flight.push(Epoch {
            networks: epoch.iter().map(|batches| batches.network).collect(),
            n_steps: epoch.iter().map(|batches| batches.steps.len() as u32).collect(),
            rows: epoch
                .iter()
                .map(|batches| (batches.steps.rows().len() as u32, batches.steps.span().map_or(0, |span| span.start)))
                .collect(),
            tiles,
            words,
            shuffle,
            is_written: false,
            next_step: 0,
            next_block: 0,
            host_next: (0, 0),
            blocks: if scored.is_empty() { 0 } else { self.data.n_validation.div_ceil(EVALUATION_ROWS) as u32 },
            validates: epoch.iter().map(|batches| batches.validates).collect(),
            scored: (first_scored, scored.len()),
        });
    }

    fn n_epochs(&self) -> usize {
        self.flight.len()
    }

    fn batches_bytes(&self) -> usize {
        4 * self.flight.iter().map(|epoch| epoch.words.len()).sum::<usize>()
    }

    fn fits(&self, device: &Rc<Device>) -> bool {
        let words = self.most_words();
        let fits = |(on, buffers): &(Rc<Device>, Buffers)| Rc::ptr_eq(on, device) && buffers.batches_words() >= words;
        self.buffers.as_ref().is_some_and(fits)
    }

    fn make_buffers(&mut self, device: &Rc<Device>) {
        // Free the old buffers before making new ones.
        self.buffers = None;
        // Settings may have changed; places stay.
        self.layout = lay_out(&self.networks, self.strategy);
        let by_texels = self.is_software && self.whole_pass().is_none();
        let buffers = Buffers::new(device, &self.data, &self.layout, &self.host, self.most_words(), by_texels);
        self.buffers = Some((device.clone(), buffers));
    }

    fn drop_buffers(&mut self) {
        self.buffers = None;
    }

    /// A unit is a step or, after the last step, a validation block, of all networks.
    fn submit(&mut self, device: &Device, epoch: usize, portion: Portion, slot: usize) -> Submitted {
        let whole = self.whole_pass();
        let own = Own::of(self.is_software);
        let epoch = &mut self.flight[epoch];
        let Some((_, buffers)) = self.buffers.as_ref() else { return Submitted::default() };
        if !epoch.is_written {
            buffers.write_batches(device, &epoch.words);
        }
        let before = (epoch.next_step, epoch.next_block);
        let tables = Call {
            first_layer: ((2 + CONSTANTS4) * self.layout.networks.len()) as u32,
            first_label: (4 * (2 + CONSTANTS4) * self.layout.networks.len() + 16 * self.layout.layers.len()) as u32,
            ..Call::default()
        };
        let depth = epoch.tiles.last().map_or(0, |(_, tiles)| tiles.forward.len());
        let n_rules = self.updates.len();
        let mut queue = Queue { n_rules, macs: portion.macs, dispatches: Vec::new() };
        let mut taken = 0;
        let most = epoch.n_steps.first().copied().unwrap_or(0);
        let last = most.min(epoch.next_step.saturating_add(portion.units));
        if let Some(whole) = whole
            && epoch.next_step < last
        {
            let members = epoch.n_steps.partition_point(|&n| n > epoch.next_step);
            let call = Call { step: epoch.next_step, end_step: last, ..tables };
            let steps = u64::from(last - epoch.next_step);
            let macs = 3 * steps * tiles_of(&epoch.tiles, members).map_or(0, |tiles| tiles.macs.iter().sum());
            queue.push(whole, call, 1, members, macs);
            taken += epoch.n_steps[..members].iter().map(|&n| u64::from(n.min(last) - epoch.next_step)).sum::<u64>();
            epoch.next_step = last;
        }
        while epoch.next_step < last && queue.has_room(6 * depth + n_rules) {
            let members = epoch.n_steps.partition_point(|&n| n > epoch.next_step);
            let Some(tiles) = tiles_of(&epoch.tiles, members) else { break };
            let depth = tiles.forward.len();
            let call = |layer: usize| Call { step: epoch.next_step, layer: layer as u32, ..tables };
            for layer in 0..depth {
                queue.push(own.forward, call(layer), tiles.forward[layer], members, tiles.macs[layer]);
                if tiles.norm[layer] > 0 {
                    queue.push(Pass::BatchNorm, call(layer), tiles.norm[layer], members, tiles.macs[layer]);
                }
            }
            queue.push(Pass::Loss, call(0), 1, members, 0);
            for layer in (0..depth).rev() {
                let macs = tiles.macs[layer];
                if tiles.norm[layer] > 0 {
                    queue.push(Pass::BatchNormBackward, call(layer), tiles.norm[layer], members, macs);
                }
                queue.push(own.backward_weight, call(layer), tiles.backward_weight[layer], members, macs);
                if layer > 0 {
                    queue.push(own.backward_data, call(layer), tiles.backward_data[layer], members, macs);
                }
            }
            let each = if self.is_software { UPDATES } else { 1 };
            // An invocation of the optimizer takes as many vec4s as there are too many.
            let updates = tiles.params4.div_ceil(each * WORKGROUP).min(MAX_WORKGROUPS);
            queue.push(Pass::Optimizer, call(0), updates, members, 32 * u64::from(tiles.params4));
            taken += members as u64;
            epoch.next_step += 1;
        }
        if epoch.next_step >= most {
            let (first_scored, members) = epoch.scored;
            let none = Tiles::default();
            let tiles = tiles_of(&epoch.tiles, epoch.networks.len()).unwrap_or(&none);
            let tables = Call { members: first_scored, ..tables };
            while epoch.next_block < epoch.blocks && queue.has_room(2 * depth + n_rules) {
                let block = epoch.next_block as usize * EVALUATION_ROWS;
                let rows = EVALUATION_ROWS.min(self.data.n_validation - block) as u32;
                let first_row = (self.data.n_train + block) as u32;
                let (step, evaluation) = (epoch.next_block, 1);
                let call = |layer: usize| Call { step, layer: layer as u32, evaluation, first_row, rows, ..tables };
                let macs: u64 = tiles.macs.iter().sum();
                if whole == Some(Pass::TrainResident) {
                    // All blocks at once: a dispatch takes longer than most.
                    let (end_step, rows) = (epoch.blocks, self.data.n_validation as u32);
                    let call = Call { end_step, first_row: self.data.n_train as u32, rows, ..call(0) };
                    let blocks = u64::from(epoch.blocks - epoch.next_block);
                    queue.push(Pass::TrainResident, call, 1, members, blocks * macs);
                    epoch.next_block = epoch.blocks - 1;
                } else if let Some(whole) = whole {
                    queue.push(whole, call(0), 1, members, macs);
                } else {
                    for (layer, &x) in tiles.evaluate.iter().enumerate() {
                        queue.push(own.forward, call(layer), x, members, tiles.macs[layer]);
                        if tiles.norm[layer] > 0 {
                            let norm = tiles.norm[layer];
                            queue.push(Pass::BatchNorm, call(layer), norm, members, tiles.macs[layer]);
                        }
                    }
                    queue.push(Pass::Loss, call(0), 1, members, 0);
                }
                epoch.next_block += 1;
            }
        }
        let calls: Vec<Call> = queue.dispatches.iter().map(|dispatch| dispatch.call).collect();
        buffers.write_calls(device, &calls);
        let mut pipelines = PASSES.map(|_| vec![None; n_rules]);
        let mut encoder =
            device.handle.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("steps") });
        if !core::mem::replace(&mut epoch.is_written, true) {
            buffers.shuffler.draw(device, &mut encoder, epoch.shuffle);
        }
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            let dispatches = queue.dispatches.into_iter().enumerate();
            for (index, Dispatch { pass: kernel, rule, workgroups: [x, z], .. }) in dispatches {
                let pipeline =
                    pipelines[kernel as usize][rule].get_or_insert_with(|| device.kernel(kernel, self.updates[rule]));
                pass.set_pipeline(pipeline);
                pass.set_bind_group(0, buffers.group(kernel), &[(index as u64 * CALL_STRIDE) as u32]);
                pass.dispatch_workgroups(x, 1, z);
            }
        }
        if epoch.is_submitted() {
            buffers.set_aside(&mut encoder, slot);
        }
        device.queue.submit([encoder.finish()]);
        Submitted { steps: taken, units: epoch.next_step - before.0 + epoch.next_block - before.1 }
    }

    fn is_submitted(&self, epoch: usize) -> bool {
        self.flight[epoch].is_submitted()
    }

    fn sums_bytes(&self) -> usize {
        size_of_val(&self.host.stats[..])
    }

    fn state_bytes(&self) -> usize {
        16 * (self.layout.params4 + self.layout.slots4) + self.sums_bytes()
    }

    fn read_sums(&self, device: &Rc<Device>, lap: usize, slots: usize) -> LocalFuture<'static, Result<Vec<u8>>> {
        match &self.buffers {
            Some((_, buffers)) => buffers.read_aside(device, lap, slots * self.sums_bytes()),
            None => ready(Err(nothing_trained())),
        }
    }

    fn read_copy(&self, device: &Rc<Device>) -> LocalFuture<'static, Result<()>> {
        match &self.buffers {
            Some((_, buffers)) => buffers.read(device),
            None => ready(Err(nothing_trained())),
        }
    }

    fn take_copy(&mut self, device: &Rc<Device>) -> Result<()> {
        let (_, buffers) = self.buffers.as_ref().ok_or_else(nothing_trained)?;
        buffers.take(device, &mut self.host)?;
        for epoch in &mut self.flight {
            epoch.host_next = (epoch.next_step, epoch.next_block);
        }
        Ok(())
    }

    fn rewind(&mut self) {
        for epoch in &mut self.flight {
            (epoch.next_step, epoch.next_block) = epoch.host_next;
            epoch.is_written = false;
        }
    }

    fn outcomes(&self, epoch: usize, sums: &[u8], seconds: f64) -> Vec<EpochOutcome> {
        let epoch = &self.flight[epoch];
        let n_validation = self.data.n_validation as f64;
        let outcome = |(member, &network): (usize, &usize)| {
            let from = network * size_of::<Stats>();
            let stats: Stats = bytemuck::pod_read_unaligned(&sums[from..from + size_of::<Stats>()]);
            let (rows, before) = epoch.rows[member];
            let rows = f64::from(rows);
            let score = |loss: f32, correct: f32, rows: f64| Score {
                loss: f64::from(loss) / rows,
                accuracy: f64::from(correct) / rows,
            };
            let is_over = stats.diverged != 0 && stats.diverged <= before;
            (!is_over).then(|| EpochOutcome {
                network,
                train: score(stats.train_loss, stats.train_correct, rows),
                validation: (epoch.blocks > 0 && epoch.validates[member])
                    .then(|| score(stats.validation_loss, stats.validation_correct, n_validation)),
                diverged_at: (stats.diverged != 0).then(|| u64::from(stats.diverged)),
                evaluations: 0,
                seconds,
            })
        };
        epoch.networks.iter().enumerate().filter_map(outcome).collect()
    }

    fn forget(&mut self, epochs: usize) {
        self.flight.drain(..epochs);
    }

    fn parameters(&self, network: usize) -> Vec<f64> {
        let place = &self.layout.networks[network];
        let (first, n) = (4 * place.params as usize, 4 * place.n_params4 as usize);
        layout::from_device(&self.networks[network].shape, &self.host.params[first..first + n])
    }

    fn gradient<'a>(&'a mut self, device: &'a Rc<Device>, network: usize) -> LocalFuture<'a, Result<Vec<f64>>> {
        Box::pin(async move {
            let place = &self.layout.networks[network];
            let (first, n) = (4 * place.params as usize, 4 * place.n_params4 as usize);
            let (_, buffers) = self.buffers.as_ref().ok_or_else(nothing_trained)?;
            let gradient = buffers.read_gradient(device, first, n).await?;
            Ok(layout::from_device(&self.networks[network].shape, &gradient))
        })
    }

    fn snapshot(&self, network: usize) -> Snapshot {
        let (place, shape) = (&self.layout.networks[network], &self.networks[network].shape);
        let n = 4 * place.n_params4 as usize;
        let n_slots = self.networks[network].optimizer.n_slots();
        let parameters = self.host.params[4 * place.params as usize..].chunks_exact(n).take(1);
        let slots = self.host.slots[4 * place.slots as usize..].chunks_exact(n).take(n_slots);
        let flat = |part: &[f32]| layout::from_device(shape, part).into_iter().map(|x| x as f32);
        let diverged = self.host.stats[network].diverged;
        Snapshot {
            numbers: parameters.chain(slots).flat_map(flat).collect(),
            steps: 0,
            diverged_at: (diverged != 0).then(|| u64::from(diverged)),
            ..Snapshot::default()
        }
    }

    fn restore(&mut self, network: usize, snapshot: &Snapshot) -> bool {
        let Some(parts) = snapshot.parts(&self.networks[network]) else { return false };
        let (place, shape) = (&self.layout.networks[network], &self.networks[network].shape);
        let n = 4 * place.n_params4 as usize;
        let parameters = self.host.params[4 * place.params as usize..].chunks_exact_mut(n).take(1);
        let slots = self.host.slots[4 * place.slots as usize..].chunks_exact_mut(n);
        for (to, from) in parameters.chain(slots).zip(parts) {
            let from: Vec<f64> = from.iter().map(|&x| f64::from(x)).collect();
            // A network that diverged may have left anything in its padding.
            to.fill(0.0);
            layout::to_device(shape, &from, to);
        }
        self.host.stats[network].diverged = snapshot.diverged_at.unwrap_or(0) as u32;
        true
    }

    fn retune(&mut self, network: usize, tuning: &Tuning) -> bool {
        self.networks[network].retune(tuning)
    }
}

//! Strategy `invocation`: an invocation trains one network, many steps a dispatch, by a shader written for the network's
//! shape (`program.rs`). Networks of one program form a group, whose members' numbers lie side by side, so that neighbours
//! read and write neighbouring memory. Units of work are rows, counted through the epoch: training, then validation.

mod compiled;
mod crowd;
mod epoch;
mod group;
mod program;

pub use compiled::pipeline;
pub use program::{can_train, source};

use super::Strategy;
use super::binding::{CALL_STRIDE, Name, TRAIN_INVOCATION};
use super::device::{Device, Pipeline, label_words};
use super::driver::{DevicePopulation, Submitted, nothing_trained};
use super::pace::{Portion, Unit};
use super::shuffle::{PLAN_WORDS, Shuffler};
use super::staging::{Memory, Part, Staging, copy};
use super::tracks::STEP_WORDS;
use super::update::{self, CONSTANTS4};
use crate::backend::{
    Data, EpochBatches, EpochOutcome, LocalFuture, Network, NetworkSpec, Program, Score, Snapshot, Tuning, ready,
};
use crate::error::Result;
use crate::order::by_key;
use crate::rng;
use bytemuck::{Pod, Zeroable};
use epoch::{Epoch, Position};
use group::{Group, HEAD};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Invocations of a workgroup, as in the shader.
const WORKGROUP: u32 = 32;
/// Rows of a unit of work, each of one network.
const ROWS_PER_UNIT: usize = 64;
/// Units of the first submit on a software adapter.
const FIRST_UNITS: u32 = 32;
/// Seconds that a row takes an invocation of a slow device.
const ROW_SECONDS: f64 = 4e-6;
/// The most dispatches of a submit.
const MAX_CALLS: usize = 256;
const VEC4: usize = 16;

/// Words of a member's head in the epoch's batches: where its steps begin, whether it trains and is scored, its rows, the steps
/// of its run before, its learning rate.
pub const HEAD_WORDS: usize = 5;
type Head = [u32; HEAD_WORDS];
/// Words of a member's settings before its widths and dropout keys: threshold and scale of dropout, constants.
const SETTINGS_HEAD: usize = 2 + 4 * CONSTANTS4;

/// Bytes that one network takes on the device.
pub fn network_bytes(spec: &NetworkSpec) -> u64 {
    state_bytes(spec) + 4 * settings_words(spec.shape.hidden.len()) as u64
}

/// Bytes of a network in each of the buffers that grow with networks.
pub fn pieces(spec: &NetworkSpec, n_train: usize) -> [u64; 4] {
    let steps = n_train.div_ceil(spec.max_batch.max(1));
    let batches = 4 * (HEAD_WORDS + PLAN_WORDS + n_train + STEP_WORDS * steps) as u64;
    [state_bytes(spec), network_bytes(spec) - state_bytes(spec), batches, 0]
}

/// Bytes of a network that change while it trains, and are read back.
pub fn state_bytes(spec: &NetworkSpec) -> u64 {
    let (_, pieces) = program::layers(&spec.program());
    (VEC4 * (HEAD + pieces * (2 + spec.optimizer.n_slots()))) as u64
}

fn settings_words(n_hidden: usize) -> usize {
    SETTINGS_HEAD + 3 * n_hidden
}

/// A member's settings: its dropout, constants, widths and dropout keys.
fn settings_of(spec: &NetworkSpec) -> Vec<u32> {
    let drops = spec.dropout > 0.0;
    // p = 1 drops everything: no unit ever takes the scale.
    let scale = if spec.dropout < 1.0 { 1.0 / (1.0 - spec.dropout) } else { 0.0 };
    let mut words = vec![if drops { rng::drop_threshold(spec.dropout) } else { 0 }, (scale as f32).to_bits()];
    let constants = update::words(&spec.optimizer);
    words.extend(constants.as_flattened().iter().map(|x| x.to_bits()));
    words.extend(spec.shape.hidden.iter().map(|&width| width as u32));
    words.extend((0..spec.shape.hidden.len()).flat_map(|depth| spec.dropout_key(depth)));
    words
}

/// `Call` of the shader.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
struct Call {
    first_member: u32,
    end_member: u32,
    end: u32,
    train_end: u32,
    first_row: u32,
    n_members: u32,
    settings: u32,
    batches: u32,
    state: u32,
    epoch: u32,
    n_validation: u32,
    orders: u32,
}

/// A population's buffers on one device.
struct Buffers {
    device: Rc<Device>,
    batches: wgpu::Buffer,
    state: wgpu::Buffer,
    calls: wgpu::Buffer,
    staging: Staging,
    shuffler: Shuffler,
    _memory: Memory,
    groups: Vec<(Rc<Pipeline>, wgpu::BindGroup)>,
}

/// Networks trained one an invocation.
pub struct Invocation {
    data: Rc<Data>,
    networks: Vec<NetworkSpec>,
    groups: Vec<Group>,
    /// For each network its group and which member of it the network is.
    places: Vec<(usize, usize)>,
    settings: Vec<u32>,
    /// The host's copy of all groups' state.
    host: Vec<[u32; 4]>,
    flight: Vec<Epoch>,
    /// Epochs laid out so far.
    epochs: u32,
    buffers: Option<Buffers>,
    /// Networks of an epoch from which the device draws their orders.
    shuffles_from: usize,
    /// Steps of an epoch of all networks.
    epoch_steps: usize,
}

impl Invocation {
    /// Networks with their initial parameters; the device draws orders from so many networks of an epoch on.
    pub fn new(data: Rc<Data>, networks: Vec<Network>, shuffles_from: usize) -> Self {
        let mut by_program: BTreeMap<Program, Vec<usize>> = BTreeMap::new();
        for (index, network) in networks.iter().enumerate() {
            by_program.entry(network.spec.program()).or_default().push(index);
        }
        // Neighbours work in step: those with batches of one size never wait for each other.
        for indices in by_program.values_mut() {
            *indices = by_key(core::mem::take(indices), |&index| networks[index].spec.max_batch as u64);
        }
        let (networks, mut parameters): (Vec<_>, Vec<_>) =
            networks.into_iter().map(|Network { spec, parameters }| (spec, parameters)).unzip();
        let steps = |spec: &NetworkSpec| data.n_train.div_ceil(spec.max_batch.max(1));
        let epoch_steps = networks.iter().map(steps).sum();
        let mut this = Self {
            epoch_steps,
            data,
            places: vec![(0, 0); networks.len()],
            networks,
            groups: Vec::new(),
            settings: Vec::new(),
            host: Vec::new(),
            flight: Vec::new(),
            epochs: 0,
            buffers: None,
            shuffles_from,
        };
        for (program, own) in by_program {
            this.push(program, own, &mut parameters);
        }
        this
    }

    /// Adds the group of these networks and takes their parameters from those of the whole population.
    fn push(&mut self, program: Program, networks: Vec<usize>, parameters: &mut [Vec<f64>]) {
        let (layers, pieces) = program::layers(&program);
        let (settings, state) = (self.settings.len(), self.host.len());
        let group = Group { program, layers, pieces, networks, settings, state };
        self.host.resize(group.range().end, [0; 4]);
        for (member, &index) in group.networks.iter().enumerate() {
            self.places[index] = (self.groups.len(), member);
            let (spec, own) = (&self.networks[index], core::mem::take(&mut parameters[index]));
            self.settings.extend(settings_of(spec));
            for (flat, piece, component) in group.places(spec) {
                let place = group.state + (HEAD + piece) * group.len() + member;
                self.host[place][component] = (own[flat] as f32).to_bits();
            }
        }
        self.groups.push(group);
    }

    /// Part of a member's state, in PyTorch's order; `first` is the part's first vec4.
    fn flat(&self, network: usize, first: usize, state: &[[u32; 4]]) -> Vec<f64> {
        let (group, member) = self.places[network];
        let group = &self.groups[group];
        let mut flat = vec![0.0; self.networks[network].shape.n_parameters()];
        for (place, piece, component) in group.places(&self.networks[network]) {
            let at = group.state + (first + piece) * group.len() + member;
            flat[place] = f64::from(f32::from_bits(state[at][component]));
        }
        flat
    }

    /// The heads of all groups.
    fn heads<'a>(&self, state: &'a wgpu::Buffer) -> Vec<Part<'a>> {
        let head = |group: &Group| (state, (VEC4 * group.state) as u64, (VEC4 * HEAD * group.len()) as u64);
        self.groups.iter().map(head).collect()
    }

    /// Words of the largest epoch.
    fn most_words(&self) -> usize {
        self.flight.iter().map(Epoch::all_words).max().unwrap_or(0)
    }

    fn buffers_on(&self, device: &Rc<Device>) -> Buffers {
        use wgpu::BufferUsages as Usage;
        let mut memory = Memory::default();
        let mut make = |label, bytes: usize, usage| memory.buffer(device, label, bytes as u64, usage);
        let table = Usage::STORAGE | Usage::COPY_DST;
        let words = label_words(&self.data.labels);
        let settings = make("settings", 4 * self.settings.len(), table);
        let batches = make("batches", 4 * self.most_words(), table);
        let state = make("state", VEC4 * self.host.len(), table | Usage::COPY_SRC);
        let x = make("x", 4 * self.data.x.len(), table);
        let labels = make("labels", 4 * words.len(), table);
        let calls = make("calls", MAX_CALLS * CALL_STRIDE as usize, Usage::UNIFORM | Usage::COPY_DST);
        device.queue.write_buffer(&settings, 0, bytemuck::cast_slice(&self.settings));
        device.queue.write_buffer(&state, 0, bytemuck::cast_slice(&self.host));
        device.queue.write_buffer(&x, 0, bytemuck::cast_slice(&self.data.x));
        device.queue.write_buffer(&labels, 0, bytemuck::cast_slice(&words));
        let groups = self.groups.iter().map(|group| {
            let pipeline = pipeline(device, &group.program);
            let call = wgpu::BufferBinding {
                buffer: &calls,
                offset: 0,
                size: core::num::NonZeroU64::new(size_of::<Call>() as u64),
            };
            let bound = |name: Name| match name {
                Name::Settings => &settings,
                Name::Batches => &batches,
                Name::State => &state,
                Name::X => &x,
                Name::Labels => &labels,
                other => unreachable!("train_invocation does not bind {other:?}"),
            };
            let own = TRAIN_INVOCATION.bindings.iter();
            let own = own.map(|&(binding, name, _)| (binding, bound(name).as_entire_binding()));
            let entries = core::iter::once((0, wgpu::BindingResource::Buffer(call))).chain(own);
            let entries = entries.map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource });
            let bind = device.handle.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("train_invocation"),
                layout: &pipeline.layout,
                entries: &entries.collect::<Vec<_>>(),
            });
            (pipeline, bind)
        });
        let groups = groups.collect();
        let staging = Staging::new(device, state.size(), self.sums_bytes());
        let shuffler = Shuffler::new(device, &mut memory, &batches);
        Buffers { device: device.clone(), batches, state, calls, staging, shuffler, _memory: memory, groups }
    }
}

impl DevicePopulation for Invocation {
    fn unit(&self) -> Unit {
        let n = self.networks.len().max(1) as f64;
        let side = 3.0 * self.networks.iter().map(|spec| spec.shape.n_parameters() as f64).sum::<f64>();
        // Each network's row stands beside those of all others.
        let rows = ROWS_PER_UNIT as f64;
        Unit {
            strategy: Strategy::Invocation.number(),
            macs: rows * side / n,
            side,
            floor: rows / n * ROW_SECONDS,
            first: FIRST_UNITS,
        }
    }

    fn epoch_size(&self) -> (f64, usize) {
        let (n, n_train) = (self.networks.len(), self.data.n_train);
        let rows = n * (n_train + self.data.n_validation);
        (rows.div_ceil(ROWS_PER_UNIT) as f64, 4 * (n * (HEAD_WORDS + n_train) + STEP_WORDS * self.epoch_steps))
    }

    fn push_epoch(&mut self, epoch: Vec<EpochBatches>) {
        self.epochs += 1;
        let (n, n_validation) = (self.networks.len(), self.data.n_validation as u32);
        let like = self.flight.last().map_or(0, |last| last.words.len());
        self.flight.push(Epoch::new(self.epochs, &self.groups, n, n_validation, &epoch, self.shuffles_from, like));
    }

    fn n_epochs(&self) -> usize {
        self.flight.len()
    }

    fn batches_bytes(&self) -> usize {
        4 * self.flight.iter().map(|epoch| epoch.words.len()).sum::<usize>()
    }

    fn fits(&self, device: &Rc<Device>) -> bool {
        let bytes = 4 * self.most_words() as u64;
        let fits = |buffers: &Buffers| Rc::ptr_eq(&buffers.device, device) && buffers.batches.size() >= bytes;
        self.buffers.as_ref().is_some_and(fits)
    }

    fn make_buffers(&mut self, device: &Rc<Device>) {
        // Free the old buffers before making new ones.
        self.buffers = None;
        self.buffers = Some(self.buffers_on(device));
    }

    fn drop_buffers(&mut self) {
        self.buffers = None;
    }

    fn submit(&mut self, device: &Device, epoch: usize, portion: Portion, slot: usize) -> Submitted {
        let Some(buffers) = self.buffers.as_ref() else { return Submitted::default() };
        let heads = self.heads(&buffers.state);
        let epoch = &mut self.flight[epoch];
        if !epoch.is_written {
            device.queue.write_buffer(&buffers.batches, 0, bytemuck::cast_slice(&epoch.words));
        }
        let whole = portion.units as usize * ROWS_PER_UNIT;
        let mut budget = whole;
        let before = epoch.steps_done(&self.groups);
        let mut dispatches: Vec<(usize, u32)> = Vec::new();
        let mut bytes: Vec<u8> = Vec::new();
        while budget > 0 && dispatches.len() < MAX_CALLS {
            let at = &mut epoch.next;
            if at.group == 0 && at.member == 0 {
                if at.end >= epoch.end {
                    break;
                }
                let rows = (budget / self.networks.len()).max(1) as u32;
                *at = Position { start: at.end, end: epoch.end.min(at.end + rows), group: 0, member: 0 };
            }
            let group = &self.groups[at.group];
            // A batch is never cut, so that a member takes at least one.
            let batch = |&network: &usize| self.networks[network].max_batch;
            let largest = group.networks.last().map_or(1, batch).max((at.end - at.start) as usize);
            let members = (budget / largest).max(WORKGROUP as usize).min(group.len() - at.member);
            let members = at.member..at.member + members;
            budget = budget.saturating_sub(largest * members.len());
            let call = Call {
                first_member: members.start as u32,
                end_member: members.end as u32,
                end: at.end,
                train_end: epoch.train_end,
                first_row: self.data.n_train as u32,
                n_members: group.len() as u32,
                settings: group.settings as u32,
                batches: epoch.group_words[at.group],
                state: group.state as u32,
                epoch: epoch.number,
                n_validation: self.data.n_validation as u32,
                orders: epoch.group_orders[at.group],
            };
            dispatches.push((at.group, (members.len() as u32).div_ceil(WORKGROUP)));
            bytes.extend_from_slice(bytemuck::bytes_of(&call));
            bytes.resize(dispatches.len() * CALL_STRIDE as usize, 0);
            at.member = members.end;
            if at.member == group.len() {
                (at.group, at.member) = ((at.group + 1) % self.groups.len(), 0);
            }
        }
        device.queue.write_buffer(&buffers.calls, 0, &bytes);
        let mut encoder = device.handle.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("rows") });
        if !core::mem::replace(&mut epoch.is_written, true) {
            buffers.shuffler.draw(device, &mut encoder, epoch.shuffle);
        }
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for (index, (group, workgroups)) in dispatches.into_iter().enumerate() {
                let (pipeline, bind) = &buffers.groups[group];
                pass.set_pipeline(&pipeline.pipeline);
                pass.set_bind_group(0, bind, &[(index as u64 * CALL_STRIDE) as u32]);
                pass.dispatch_workgroups(workgroups, 1, 1);
            }
        }
        if epoch.is_submitted() {
            buffers.staging.set_aside(&mut encoder, &heads, slot);
        }
        device.queue.submit([encoder.finish()]);
        let steps = epoch.steps_done(&self.groups) - before;
        Submitted { steps, units: (whole - budget).div_ceil(ROWS_PER_UNIT) as u32 }
    }

    fn is_submitted(&self, epoch: usize) -> bool {
        self.flight[epoch].is_submitted()
    }

    fn sums_bytes(&self) -> usize {
        VEC4 * HEAD * self.networks.len()
    }

    fn state_bytes(&self) -> usize {
        VEC4 * self.host.len()
    }

    fn read_sums(&self, device: &Rc<Device>, lap: usize, slots: usize) -> LocalFuture<'static, Result<Vec<u8>>> {
        match &self.buffers {
            Some(buffers) => buffers.staging.read_aside(device, lap, slots * self.sums_bytes()),
            None => ready(Err(nothing_trained())),
        }
    }

    fn read_copy(&self, device: &Rc<Device>) -> LocalFuture<'static, Result<()>> {
        match &self.buffers {
            Some(Buffers { staging, state, .. }) => staging.read(device, &[(state, 0, state.size())]),
            None => ready(Err(nothing_trained())),
        }
    }

    fn take_copy(&mut self, device: &Rc<Device>) -> Result<()> {
        let Buffers { staging, state, .. } = self.buffers.as_ref().ok_or_else(nothing_trained)?;
        staging.take(device, state.size(), |bytes| copy(bytes, &mut self.host))?;
        for epoch in &mut self.flight {
            epoch.host_next = epoch.next;
        }
        Ok(())
    }

    fn rewind(&mut self) {
        for epoch in &mut self.flight {
            (epoch.next, epoch.is_written) = (epoch.host_next, false);
        }
    }

    fn outcomes(&self, epoch: usize, sums: &[u8], seconds: f64) -> Vec<EpochOutcome> {
        let epoch = &self.flight[epoch];
        let n_validation = self.data.n_validation as f64;
        let mut outcomes = Vec::with_capacity(self.networks.len());
        let mut sums = sums;
        for (group, &first) in self.groups.iter().zip(&epoch.group_words) {
            let n = group.len();
            let (scores, places, heads);
            (scores, sums) = sums.split_at(VEC4 * n);
            (places, sums) = sums.split_at(VEC4 * n);
            (heads, _) = epoch.words[first as usize..].as_chunks();
            let members = group
                .networks
                .iter()
                .zip(heads)
                .zip(scores.as_chunks::<VEC4>().0.iter().zip(places.as_chunks::<VEC4>().0));
            for ((&network, &head), (scores, place)) in members {
                let [_, scored, rows, before, _]: Head = head;
                let [train_loss, train_correct, loss, correct] =
                    bytemuck::pod_read_unaligned::<[f32; 4]>(scores).map(f64::from);
                let [_, _, diverged, _]: [u32; 4] = bytemuck::pod_read_unaligned(place);
                // Not at work, or over before it.
                if scored == 0 || diverged != 0 && diverged <= before {
                    continue;
                }
                let score = |loss: f64, correct: f64, rows: f64| Score { loss: loss / rows, accuracy: correct / rows };
                outcomes.push(EpochOutcome {
                    network,
                    train: score(train_loss, train_correct, f64::from(rows)),
                    validation: (n_validation > 0.0 && scored == 1).then(|| score(loss, correct, n_validation)),
                    diverged_at: (diverged != 0).then(|| u64::from(diverged)),
                    evaluations: 0,
                    seconds,
                });
            }
        }
        outcomes
    }

    fn forget(&mut self, epochs: usize) {
        self.flight.drain(..epochs);
    }

    fn parameters(&self, network: usize) -> Vec<f64> {
        self.flat(network, HEAD, &self.host)
    }

    fn gradient<'a>(&'a mut self, device: &'a Rc<Device>, network: usize) -> LocalFuture<'a, Result<Vec<f64>>> {
        Box::pin(async move {
            let buffers = self.buffers.as_ref().ok_or_else(nothing_trained)?;
            let mut state = vec![[0; 4]; self.host.len()];
            let whole = (&buffers.state, 0, buffers.state.size());
            buffers.staging.read(device, &[whole]).await?;
            buffers.staging.take(device, buffers.state.size(), |bytes| copy(bytes, &mut state))?;
            let pieces = self.groups[self.places[network].0].pieces;
            Ok(self.flat(network, HEAD + pieces, &state))
        })
    }

    fn snapshot(&self, network: usize) -> Snapshot {
        let flat = |first| self.flat(network, first, &self.host).into_iter().map(|x| x as f32);
        let group = &self.groups[self.places[network].0];
        let numbers = group.kept().flat_map(flat).collect();
        let (place, member) = (group.state + group.len(), self.places[network].1);
        let diverged = self.host[place + member][2];
        Snapshot { numbers, steps: 0, diverged_at: (diverged != 0).then(|| u64::from(diverged)), ..Snapshot::default() }
    }

    fn restore(&mut self, network: usize, snapshot: &Snapshot) -> bool {
        let (group, member) = self.places[network];
        let (group, spec) = (&self.groups[group], &self.networks[network]);
        let Some(parts) = snapshot.parts(spec) else { return false };
        let at = |piece: usize| group.state + piece * group.len() + member;
        let places = group.places(spec);
        for (from, first) in parts.zip(group.kept()) {
            // A network that diverged may have left anything in its padding.
            for piece in 0..group.pieces {
                self.host[at(first + piece)] = [0; 4];
            }
            for &(flat, piece, component) in &places {
                self.host[at(first + piece)][component] = from[flat].to_bits();
            }
        }
        self.host[at(1)][2] = snapshot.diverged_at.unwrap_or(0) as u32;
        true
    }

    fn retune(&mut self, network: usize, tuning: &Tuning) -> bool {
        let (group, member) = self.places[network];
        let spec = &mut self.networks[network];
        let fits = spec.retune(tuning);
        let settings = settings_of(spec);
        let first = self.groups[group].settings + member * settings.len();
        self.settings[first..first + settings.len()].copy_from_slice(&settings);
        fits
    }
}

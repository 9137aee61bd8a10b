//! A population's buffers on one device: made from host copies, read back into them.

use super::layout::{Call, Layout, Stats};
use super::passes::{PASSES, Pass};
use crate::backend::gpu::binding::{Access, CALL_STRIDE, Name};
use crate::backend::gpu::device::{Device, label_words};
use crate::backend::gpu::shuffle::Shuffler;
use crate::backend::gpu::staging::{Memory, Staging, copy};
use crate::backend::{Data, LocalFuture};
use crate::error::Result;
use std::rc::Rc;

/// Everything of a population that changes while it trains, as the host knows it.
#[derive(Clone, Debug)]
pub struct HostState {
    pub params: Vec<f32>,
    pub slots: Vec<f32>,
    pub stats: Vec<Stats>,
}

/// Buffers of one population on one device.
pub struct Buffers {
    params: wgpu::Buffer,
    slots: wgpu::Buffer,
    gradient: wgpu::Buffer,
    stats: wgpu::Buffer,
    batches: wgpu::Buffer,
    calls: wgpu::Buffer,
    staging: Staging,
    pub shuffler: Shuffler,
    _memory: Memory,
    groups: Vec<wgpu::BindGroup>,
}

/// Rows of the data in a column of blocks, as in the shaders: textures are no higher on the spec's default limits.
const BLOCK: usize = 8192;
/// The most uniforms of one submit.
pub const MAX_CALLS: usize = 4096;

impl Buffers {
    /// Makes and fills the buffers; `batches_words` is the size of the epoch's batches. The rows lie where they
    /// are read: in a texture for software adapters that take networks layer by layer, else in a buffer.
    pub fn new(
        device: &Device,
        data: &Data,
        layout: &Layout,
        state: &HostState,
        batches_words: usize,
        by_texels: bool,
    ) -> Self {
        use wgpu::BufferUsages as Usage;
        let mut memory = Memory::default();
        let mut make = |label, bytes, usage| memory.buffer(device, label, bytes, usage);
        let table = Usage::STORAGE | Usage::COPY_DST;
        let state_usage = table | Usage::COPY_SRC;
        let x = padded_rows(data);
        let labels = label_words(&data.labels);
        let networks = make("networks", bytes_of(&layout.networks), table);
        let layers = make("layers", bytes_of(&layout.layers), table);
        let all: Vec<u32> =
            [bytemuck::cast_slice(&layout.networks), bytemuck::cast_slice(&layout.layers), &labels].concat();
        let tables = make("tables", bytes_of(&all), table);
        let batches = make("batches", 4 * batches_words as u64, table);
        let params = make("params", 16 * layout.params4 as u64, state_usage);
        let slots = make("slots", 16 * layout.slots4 as u64, state_usage);
        let gradient = make("gradient", 16 * layout.params4 as u64, Usage::STORAGE | Usage::COPY_SRC);
        let (in_buffer, in_texture) = if by_texels { (&[][..], &x[..]) } else { (&x[..], &[][..]) };
        let rows = make("x", size_of_val(in_buffer) as u64, table);
        let label_buffer = make("labels", bytes_of(&labels), table);
        let work = make("work", 16 * layout.work4 as u64, Usage::STORAGE);
        let stats = make("stats", bytes_of(&state.stats), state_usage);
        let calls = make("calls", MAX_CALLS as u64 * CALL_STRIDE, Usage::UNIFORM | Usage::COPY_DST);
        let texels = rows_texture(device, &mut memory, in_texture, data.columns);
        let staging_bytes = params.size() + slots.size() + stats.size();
        let staging = Staging::new(device, staging_bytes, size_of_val(&state.stats[..]));
        let shuffler = Shuffler::new(device, &mut memory, &batches);
        let write = |buffer: &wgpu::Buffer, bytes: &[u8]| {
            if !bytes.is_empty() {
                device.queue.write_buffer(buffer, 0, bytes);
            }
        };
        write(&tables, bytemuck::cast_slice(&all));
        write(&networks, bytemuck::cast_slice(&layout.networks));
        write(&layers, bytemuck::cast_slice(&layout.layers));
        write(&rows, bytemuck::cast_slice(in_buffer));
        write(&label_buffer, bytemuck::cast_slice(&labels));
        write(&params, bytemuck::cast_slice(&state.params));
        write(&slots, bytemuck::cast_slice(&state.slots));
        write(&stats, bytemuck::cast_slice(&state.stats));
        let texels = wgpu::BindingResource::TextureView(&texels);
        let bound = |name: Name| match name {
            Name::Networks => &networks,
            Name::Layers => &layers,
            Name::Tables => &tables,
            Name::Batches => &batches,
            Name::X => &rows,
            Name::Labels => &label_buffer,
            Name::Params => &params,
            Name::Slots => &slots,
            Name::Work => &work,
            Name::Gradient => &gradient,
            Name::Stats => &stats,
            Name::Settings | Name::State => unreachable!("only strategy invocation binds {name:?}"),
        };
        let groups = PASSES
            .iter()
            .map(|&pass| {
                let call = wgpu::BufferBinding {
                    buffer: &calls,
                    offset: 0,
                    size: core::num::NonZeroU64::new(size_of::<Call>() as u64),
                };
                let own = pass.row().bindings.iter().map(|&(binding, name, access)| match access {
                    Access::Texels => (binding, texels.clone()),
                    Access::Read | Access::Write => (binding, bound(name).as_entire_binding()),
                });
                let entries: Vec<_> = core::iter::once((0, wgpu::BindingResource::Buffer(call)))
                    .chain(own)
                    .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource })
                    .collect();
                device.handle.create_bind_group(&wgpu::BindGroupDescriptor {
                    label: None,
                    layout: &device.layouts[pass as usize],
                    entries: &entries,
                })
            })
            .collect();
        Self { params, slots, gradient, stats, batches, calls, staging, shuffler, _memory: memory, groups }
    }

    /// Words that the batches' buffer holds.
    pub fn batches_words(&self) -> usize {
        (self.batches.size() / 4) as usize
    }

    /// Fills the batches for an epoch.
    pub fn write_batches(&self, device: &Device, words: &[u32]) {
        device.queue.write_buffer(&self.batches, 0, bytemuck::cast_slice(words));
    }

    /// Puts the sums and verdicts of all networks aside.
    pub fn set_aside(&self, encoder: &mut wgpu::CommandEncoder, slot: usize) {
        self.staging.set_aside(encoder, &[(&self.stats, 0, self.stats.size())], slot);
    }

    /// Fills the uniforms of the next submit.
    pub fn write_calls(&self, device: &Device, calls: &[Call]) {
        let mut bytes = vec![0_u8; calls.len() * CALL_STRIDE as usize];
        for (slot, call) in bytes.chunks_exact_mut(CALL_STRIDE as usize).zip(calls) {
            slot[..size_of::<Call>()].copy_from_slice(bytemuck::bytes_of(call));
        }
        device.queue.write_buffer(&self.calls, 0, &bytes);
    }

    /// The bind group of a kernel.
    pub fn group(&self, pass: Pass) -> &wgpu::BindGroup {
        &self.groups[pass as usize]
    }

    /// Begins to read so many bytes of what was put aside.
    pub fn read_aside(&self, device: &Rc<Device>, lap: usize, bytes: usize) -> LocalFuture<'static, Result<Vec<u8>>> {
        self.staging.read_aside(device, lap, bytes)
    }

    /// Begins to read sums, parameters and optimizer state, for [`Self::take`].
    pub fn read(&self, device: &Rc<Device>) -> LocalFuture<'static, Result<()>> {
        let whole = |buffer| (buffer, 0, wgpu::Buffer::size(buffer));
        self.staging.read(device, &[whole(&self.stats), whole(&self.params), whole(&self.slots)])
    }

    /// Takes what was read into a `state`, which changes as a whole or not at all.
    pub fn take(&self, device: &Device, state: &mut HostState) -> Result<()> {
        let (stats_end, params_end) = (self.stats.size(), self.stats.size() + self.params.size());
        self.staging.take(device, params_end + self.slots.size(), |bytes| {
            copy(bytes, &mut state.stats);
            copy(&bytes[stats_end as usize..], &mut state.params);
            copy(&bytes[params_end as usize..], &mut state.slots);
        })
    }

    /// Reads part of the gradient, in floats.
    pub async fn read_gradient(&self, device: &Rc<Device>, first: usize, n: usize) -> Result<Vec<f32>> {
        let mut gradient = vec![0.0; n];
        let range = (&self.gradient, 4 * first as u64, 4 * n as u64);
        self.staging.read(device, &[range]).await?;
        self.staging.take(device, 4 * n as u64, |bytes| copy(bytes, &mut gradient))?;
        Ok(gradient)
    }
}

fn bytes_of<T>(values: &[T]) -> u64 {
    size_of_val(values) as u64
}

/// Rows padded with zeros to a multiple of 4 columns.
fn padded_rows(data: &Data) -> Vec<f32> {
    let columns = data.columns.next_multiple_of(4);
    let mut padded = vec![0.0; data.rows() * columns];
    for (to, from) in padded.chunks_exact_mut(columns).zip(data.x.chunks_exact(data.columns)) {
        to[..data.columns].copy_from_slice(from);
    }
    padded
}

/// The padded rows as a texture: twin of `shaders/bindings/rows.wgsl`. Data that a binding holds fits up to 32768
/// features; `strategy_of` gives networks with more of them to strategy `workgroup`.
fn rows_texture(device: &Device, memory: &mut Memory, padded: &[f32], columns: usize) -> wgpu::TextureView {
    let width = columns.div_ceil(4);
    let n = padded.len() / (4 * width).max(1);
    let size = [width * n.div_ceil(BLOCK), n.min(BLOCK)].map(|side| side.max(1) as u32);
    let texture = memory.texels(device, "x", size);
    for (block, rows) in padded.chunks((4 * width * BLOCK).max(1)).enumerate() {
        let mut to = texture.as_image_copy();
        to.origin.x = (block * width) as u32;
        let height = (rows.len() / (4 * width)) as u32;
        let layout = wgpu::TexelCopyBufferLayout {
            bytes_per_row: Some(16 * width as u32),
            rows_per_image: Some(height),
            ..Default::default()
        };
        let extent = wgpu::Extent3d { width: width as u32, height, depth_or_array_layers: 1 };
        device.queue.write_texture(to, bytemuck::cast_slice(rows), layout, extent);
    }
    texture.create_view(&wgpu::TextureViewDescriptor::default())
}

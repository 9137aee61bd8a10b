//! Orders that the device draws: the host sends a key for each network instead of its rows, which are most of an epoch's
//! batches. Twin of `shaders/shuffle.wgsl`, whose bits are the host's.

use super::binding::CALL_STRIDE;
use super::device::Device;
use super::layered::layout::Call;
use super::layered::passes::Pass;
use super::staging::Memory;
use super::update::Update;
use crate::backend::EpochBatches;
use crate::optimizer::RuleId;

/// Rows that an invocation puts in order at most: one after the other, some milliseconds of a dispatch.
const MOST_ROWS: usize = 16_384;
/// Networks from which a device draws orders sooner than the host: reasoned, as a row takes the host some 7 ns, and a device,
/// which waits for its memory with every row and draws all networks' at once, some 350.
pub const FROM: usize = 128;
/// Words of a network's plan: where its order begins, how far its places lie apart, rows, key.
pub const PLAN_WORDS: usize = 5;
const WORKGROUP: u32 = 64;

/// The orders of an epoch that the device draws.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plan {
    /// First word of the networks' plans in the batches.
    first: u32,
    /// Networks.
    networks: u32,
    /// Words of the batches with the orders, which stand behind all that the host writes.
    pub words: usize,
}

/// Rows of the longest order, where the device is to draw those of an epoch: all of them, from their beginning, of `from`
/// networks or more.
pub fn longest(epoch: &[EpochBatches], from: usize) -> Option<usize> {
    if epoch.len() < from.max(1) {
        return None;
    }
    epoch.iter().try_fold(0, |most, batches| {
        let (_, n) = batches.order.shuffle()?;
        (n <= MOST_ROWS && batches.steps.rows().start == 0).then_some(most.max(n))
    })
}

impl Plan {
    /// Adds the plans of orders to an epoch's words, whose places are counted from behind all of them; where that is. The orders
    /// take `room` words.
    pub fn new(words: &mut Vec<u32>, orders: &mut [[u32; PLAN_WORDS]], room: usize) -> (Self, u32) {
        let first = words.len();
        let behind = first + PLAN_WORDS * orders.len();
        for order in &mut *orders {
            order[0] += behind as u32;
        }
        words.extend_from_slice(orders.as_flattened());
        (Self { first: first as u32, networks: orders.len() as u32, words: behind + room }, behind as u32)
    }
}

/// What draws orders into a buffer of batches.
pub struct Shuffler {
    call: wgpu::Buffer,
    bind: wgpu::BindGroup,
}

impl Shuffler {
    pub fn new(device: &Device, memory: &mut Memory, batches: &wgpu::Buffer) -> Self {
        use wgpu::BufferUsages as Usage;
        let call = memory.buffer(device, "shuffle", CALL_STRIDE, Usage::UNIFORM | Usage::COPY_DST);
        let uniform = wgpu::BufferBinding {
            buffer: &call,
            offset: 0,
            size: core::num::NonZeroU64::new(size_of::<Call>() as u64),
        };
        let bind = device.handle.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("shuffle"),
            layout: &device.layouts[Pass::Shuffle as usize],
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::Buffer(uniform) },
                wgpu::BindGroupEntry { binding: 1, resource: batches.as_entire_binding() },
            ],
        });
        Self { call, bind }
    }

    /// Draws the orders of an epoch whose words were written, before whatever the encoder gets next.
    pub fn draw(&self, device: &Device, encoder: &mut wgpu::CommandEncoder, plan: Plan) {
        if plan.networks == 0 {
            return;
        }
        let call = Call { members: plan.first, rows: plan.networks, ..Call::default() };
        device.queue.write_buffer(&self.call, 0, bytemuck::bytes_of(&call));
        let pipeline = device.kernel(Pass::Shuffle, Update::unguarded(RuleId::ALL[0], false));
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &self.bind, &[0]);
        pass.dispatch_workgroups(plan.networks.div_ceil(WORKGROUP), 1, 1);
    }
}

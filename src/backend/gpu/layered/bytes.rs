//! What a network takes on the device.

use super::layout::{self, Stats};
use crate::backend::NetworkSpec;
use crate::backend::gpu::shuffle::PLAN_WORDS;
use crate::backend::gpu::tracks::STEP_WORDS;

/// Words that say what a member does in an epoch: `Member` of the shaders.
pub const HEAD_WORDS: usize = 5;

/// Words of a member in the epoch's batches, of its place among those that are scored, and of its order where the device
/// draws it.
pub const MEMBER_WORDS: usize = 2 * HEAD_WORDS + PLAN_WORDS;

/// Bytes of a network that change from step to step, and are read back.
pub fn state_bytes(spec: &NetworkSpec) -> u64 {
    let sizes = layout::sizes(spec);
    (16 * (sizes.params4 + sizes.slots4) + size_of::<Stats>()) as u64
}

/// Bytes of the tables that describe a network: each table stands on the device alone and among all tables.
fn table_bytes(spec: &NetworkSpec, is_resident: bool) -> u64 {
    let norms = if spec.shape.batch_norm { spec.shape.hidden.len() } else { 0 };
    let layers = spec.shape.hidden.len() + 1 + norms + usize::from(is_resident);
    2 * (size_of::<layout::GpuNetwork>() + layers * size_of::<layout::GpuLayer>()) as u64
}

/// Bytes that one network takes on the device: its gradient and what it works with, its state, its tables.
pub fn network_bytes(spec: &NetworkSpec, is_resident: bool) -> u64 {
    let sizes = layout::sizes(spec);
    let work4 = if is_resident { 0 } else { sizes.work4 };
    16 * (sizes.params4 + work4) as u64 + state_bytes(spec) + table_bytes(spec, is_resident)
}

/// Bytes of a network in each of the buffers that grow with networks.
pub fn pieces(spec: &NetworkSpec, n_train: usize, is_resident: bool) -> [u64; 4] {
    let layout::Sizes { params4, slots4, work4 } = layout::sizes(spec);
    let work4 = if is_resident { 0 } else { work4 };
    let steps = n_train.div_ceil(spec.max_batch.max(1));
    [16 * params4, 16 * slots4, 16 * work4, 4 * (MEMBER_WORDS + n_train + STEP_WORDS * steps)].map(|bytes| bytes as u64)
}

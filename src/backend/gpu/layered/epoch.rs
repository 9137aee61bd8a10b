//! An epoch of strategies `layered`, `workgroup` and `resident` as the device reads it.

use crate::backend::gpu::shuffle::Plan;

/// An epoch laid out.
pub struct Epoch {
    /// The network of each member, those with more steps first.
    pub networks: Vec<usize>,
    /// Steps of each member, falling.
    pub n_steps: Vec<u32>,
    /// Training rows of each member, and steps of its run before the epoch.
    pub rows: Vec<(u32, u32)>,
    /// For each number of steps, the members that have at least so many, and the most tiles of any of them: a dispatch over
    /// them covers the largest.
    pub tiles: Vec<(usize, Tiles)>,
    /// The words of the batches' buffer.
    pub words: Vec<u32>,
    /// The orders that the device draws.
    pub shuffle: Plan,
    /// Whether they stand in the buffer.
    pub is_written: bool,
    /// The next step.
    pub next_step: u32,
    /// The next validation block, once all steps are taken.
    pub next_block: u32,
    /// The step and the block that were next when the host's copy was made.
    pub host_next: (u32, u32),
    /// Validation blocks.
    pub blocks: u32,
    /// Whether each member is scored.
    pub validates: Vec<bool>,
    /// First word of the list of members that are scored, and how many there are.
    pub scored: (u32, usize),
}

impl Epoch {
    /// Words of the batches with what the device draws.
    pub fn all_words(&self) -> usize {
        self.words.len().max(self.shuffle.words)
    }

    pub fn is_submitted(&self) -> bool {
        self.next_step >= self.n_steps.first().copied().unwrap_or(0) && self.next_block >= self.blocks
    }
}

/// The most tiles of any of the first so many members.
pub fn tiles_of(all: &[(usize, Tiles)], members: usize) -> Option<&Tiles> {
    all.iter().find(|(first, _)| *first >= members).map(|(_, tiles)| tiles)
}

/// Workgroups per layer for each kernel, which size its dispatches; `params4` counts the network's vec4 parameters.
#[derive(Clone, Debug, Default)]
pub struct Tiles {
    pub forward: Vec<u32>,
    pub evaluate: Vec<u32>,
    pub backward_data: Vec<u32>,
    pub backward_weight: Vec<u32>,
    /// Of batch norms, there and back; 0 where no network has one.
    pub norm: Vec<u32>,
    /// Multiplications of a layer over a batch.
    pub macs: Vec<u64>,
    pub params4: u32,
}

//! How strategy `resident` uses a workgroup's memory: twin of `shaders/train_resident.wgsl`. What a network takes follows
//! from the network alone, and so does the order of its sums: its bits know no company and no budget.

use super::layout::{EVALUATION_ROWS, GpuLayer, Layout, sizes};
use crate::backend::NetworkSpec;
use bytemuck::Zeroable as _;

/// vec4s of the memory beside the sums of its invocations: together within the specification's default, 16 KiB.
pub const MEMORY4: usize = 944;
/// Rows that go through a network at a time, and parts in which they are summed, by preference.
const CHUNKS: [usize; 4] = [EVALUATION_ROWS, 32, 16, 8];
const SLICES: [usize; 2] = [4, 2];

/// A network's room in the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Rows at a time.
    pub chunk: usize,
    /// Parts of a chunk that are summed apart.
    pub slices: usize,
}

impl Room {
    /// The first vec4 of the slices' gradients, behind the parameters and the optimizer's state.
    pub fn gradient(spec: &NetworkSpec) -> usize {
        sizes(spec).params4 * (1 + spec.optimizer.n_slots())
    }

    /// The first vec4 of the rows.
    pub fn rows(self, spec: &NetworkSpec) -> usize {
        Self::gradient(spec) + self.slices * sizes(spec).params4
    }
}

/// The room that a network takes; `None` where the memory does not hold it.
pub fn room(spec: &NetworkSpec) -> Option<Room> {
    let layers = spec.shape.layers();
    let inputs4 = layers.first().map_or(0, |layer| layer.inputs.div_ceil(4));
    // What a unit gives, and its delta.
    let row = inputs4 + 2 * layers.iter().map(|layer| layer.outputs.div_ceil(4)).sum::<usize>();
    let fits = |room: &Room| room.rows(spec) + room.chunk * row <= MEMORY4;
    let most = spec.max_batch.next_power_of_two().max(CHUNKS[1]);
    let chunks = || CHUNKS.into_iter().filter(|&chunk| chunk <= most);
    let sliced = chunks().flat_map(|chunk| SLICES.map(|slices| Room { chunk, slices }));
    sliced.chain(chunks().map(|chunk| Room { chunk, slices: 1 })).find(fits)
}

/// Lays resident networks out: their parameters and slots one after the other, and what they work with each from the
/// beginning of its workgroup's memory. One that no memory holds is laid out as others are.
pub fn layout(networks: &[NetworkSpec]) -> Layout {
    let mut layout = Layout::default();
    for spec in networks {
        match room(spec) {
            Some(room) => push(&mut layout, spec, room),
            None => layout.push(spec),
        }
    }
    layout
}

fn push(layout: &mut Layout, spec: &NetworkSpec, room: Room) {
    let mut own = Layout::default();
    own.push(spec);
    let first_row = room.rows(spec) as u32;
    let inputs4 = own.layers.first().map_or(0, |layer| layer.inputs4);
    let mut above = first_row + room.chunk as u32 * inputs4;
    let (mut below, mut delta_below) = (first_row, 0);
    for layer in &mut own.layers {
        let rows = room.chunk as u32 * layer.outputs4;
        (layer.below, layer.delta_below) = (below, delta_below);
        (layer.above, layer.delta_above) = (above, above + rows);
        (below, delta_below) = (above, above + rows);
        above += 2 * rows;
    }
    for mut network in own.networks {
        network.first_layer = layout.layers.len() as u32;
        (network.params, network.slots) = (layout.params4 as u32, layout.slots4 as u32);
        layout.networks.push(network);
    }
    layout.layers.append(&mut own.layers);
    // The room has an entry of its own behind the layers.
    let mut entry = GpuLayer::zeroed();
    [entry.inputs4, entry.outputs4, entry.outputs] = [room.chunk, room.slices, Room::gradient(spec)].map(|n| n as u32);
    layout.layers.push(entry);
    layout.params4 += own.params4;
    layout.slots4 += own.slots4;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mlp::{Activation, Loss, Shape};
    use crate::optimizer::Optimizer;
    use crate::rng::RunId;

    fn spec(inputs: usize, hidden: &[usize], max_batch: usize) -> NetworkSpec {
        let (activation, hidden) = (Activation::Relu, hidden.to_vec());
        let shape = Shape { inputs, hidden, outputs: 2, activation, batch_norm: false };
        let (run, optimizer, loss) = (RunId::default(), Optimizer::default(), Loss::CrossEntropy);
        let schedule = crate::schedule::Settings::default();
        NetworkSpec { run, seed: 0, shape, loss, optimizer, schedule, dropout: 0.0, max_batch, crowd: 1 }
    }

    #[test]
    fn small_networks_have_room_and_larger_ones_none() {
        let of =
            |inputs, hidden: &[usize], batch| room(&spec(inputs, hidden, batch)).map(|room| (room.chunk, room.slices));
        // 37 vec4s of parameters, twice as many of Adam's state, and eleven a row.
        assert_eq!(of(2, &[8, 8], 32), Some((32, 4)));
        assert_eq!(of(2, &[8, 8], 5000), Some((64, 2)));
        assert_eq!(of(2, &[8, 8], 1), Some((32, 4)));
        assert_eq!(of(2, &[16, 16], 32), Some((16, 2)));
        assert_eq!(of(2, &[32, 32], 32), None);
        assert_eq!(of(784, &[4], 32), None);
    }

    #[test]
    fn what_a_network_takes_ends_within_the_memory() {
        for inputs in [1, 2, 5, 30] {
            for hidden in [&[][..], &[1], &[20, 9], &[3, 3, 3, 3, 3], &[24, 24]] {
                for batch in [1, 33, 500] {
                    let spec = spec(inputs, hidden, batch);
                    let Some(room) = room(&spec) else { continue };
                    let layout = layout(&[spec.clone(), spec]);
                    let last = layout.layers[layout.networks[1].n_layers as usize - 1];
                    let end = last.delta_above as usize + room.chunk * last.outputs4 as usize;
                    assert!(end <= MEMORY4, "{inputs} {hidden:?} {batch} ends at {end}");
                }
            }
        }
    }
}

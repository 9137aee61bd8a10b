//! How strategy `resident` uses a workgroup's memory: twin of `shaders/train_resident.wgsl`. What a network takes follows
//! from the network alone, and so does the order of its sums: its bits know no company and no budget.

use super::layout::{EVALUATION_ROWS, sizes};
use crate::backend::NetworkSpec;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::gpu::layered::layout::Layout;
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
                    let layout = Layout::new(&[spec.clone(), spec], true);
                    let last = layout.layers[layout.networks[1].n_layers as usize - 1];
                    let end = last.delta_above as usize + room.chunk * last.outputs4 as usize;
                    assert!(end <= MEMORY4, "{inputs} {hidden:?} {batch} ends at {end}");
                }
            }
        }
    }
}

//! The optimizer over a pack, each lane with its own settings; the arithmetic is `kernels::optimizer`'s.

use super::super::update::Piece;
use super::pack::{LANES, Pack, V};
use crate::optimizer::{Constants, Scalars};
use bytemuck::{cast_slice, cast_slice_mut};

/// One step of all parameters; `scalars` are what changes with the step, lanes side by side. Says which lanes stayed within
/// the limits.
pub fn update(pack: &mut Pack, scalars: &Scalars<V>) -> [bool; LANES] {
    let constants = pack.constants;
    let without_l2 = Constants { l2: V::ZERO, ..constants };
    let mut is_fine = V::ZERO.simd_eq(V::ZERO);
    for layer in &pack.layers {
        let weights = (layer.weight..layer.bias, &constants);
        let biases = (layer.bias..layer.bias + layer.outputs, &without_l2);
        for (range, constants) in [weights, biases] {
            let slots = pack.slots.each_mut().map(|slot| slot.get_mut(range.clone()).unwrap_or_default());
            let piece = Piece {
                rule: pack.rule,
                constants,
                scalars,
                parameters: cast_slice_mut(&mut pack.parameters[range.clone()]),
                gradient: cast_slice(&pack.gradient[range]),
                slots: slots.map(cast_slice_mut),
            };
            is_fine &= piece.step(None);
        }
    }
    core::array::from_fn(|lane| is_fine.to_bitmask() >> lane & 1 == 1)
}

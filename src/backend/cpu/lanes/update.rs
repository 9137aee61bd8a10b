//! The optimizer over a pack, each lane with its own settings; the arithmetic is `kernels::optimizer`'s.

use super::super::update::Piece;
use super::pack::{LANES, Pack, V};
use crate::optimizer::average::follow;
use crate::optimizer::descent::{DIRECTION, slope};
use crate::optimizer::{Constants, MOST_SLOTS, Scalars};
use bytemuck::{cast_slice, cast_slice_mut};

/// One step of all parameters; `scalars` are what changes with the step, lanes side by side. Says which lanes stayed within
/// the limits.
pub fn update(pack: &mut Pack, scalars: &Scalars<V>) -> [bool; LANES] {
    let mut scalars = *scalars;
    if pack.rule.arm().descends() {
        scalars[0] *= slopes(pack);
    }
    let scalars = &scalars;
    let constants = pack.constants;
    let without_l2 = Constants { l2: V::ZERO, ..constants };
    let mut is_fine = V::ZERO.simd_eq(V::ZERO);
    let before = (!pack.lag.is_empty()).then(|| pack.parameters.clone());
    for layer in &pack.layers {
        for (range, constants) in layer.pieces().into_iter().zip([&constants, &without_l2]) {
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
    if let Some(before) = before {
        follow(pack.decay, &mut pack.lag, &before, &pack.parameters);
    }
    core::array::from_fn(|lane| is_fine.to_bitmask() >> lane & 1 == 1)
}

/// `g . u` of each lane, whose learning rates descend.
fn slopes(pack: &Pack) -> V {
    let mut sums = [0.0; LANES];
    let mut state = [V::ZERO; MOST_SLOTS];
    for layer in &pack.layers {
        for i in layer.trained() {
            let l2 = if i < layer.bias { pack.constants.l2 } else { V::ZERO };
            state[DIRECTION] = pack.slots[DIRECTION][i];
            let own = slope(&pack.constants, l2, pack.parameters[i], pack.gradient[i], &state);
            for (sum, own) in sums.iter_mut().zip(own.to_array()) {
                *sum += f64::from(own);
            }
        }
    }
    V::new(sums.map(|sum| sum as f32))
}

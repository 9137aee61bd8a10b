//! The optimizer over a pack, each lane with its own settings; the arithmetic is `kernels::optimizer`'s.

use super::pack::{LANES, Pack, V};
use crate::backend::{DIVERGENCE_LIMIT, STATE_LIMIT};
use crate::kernels::optimizer;
use crate::optimizer::{Constants, Rule};

/// One step of all parameters; `scalars` are what changes with the step, lanes side by side. Says which lanes stayed within
/// the limits.
pub fn update(pack: &mut Pack, scalars: &[V; 4]) -> [bool; LANES] {
    let constants = pack.constants;
    let without_l2 = Constants { l2: V::ZERO, ..constants };
    let mut is_fine = V::ZERO.simd_eq(V::ZERO);
    for layer in &pack.layers {
        let weights = (layer.weight..layer.bias, &constants);
        let biases = (layer.bias..layer.bias + layer.outputs, &without_l2);
        for (range, constants) in [weights, biases] {
            let [first, second] = pack.slots.each_mut().map(|slot| slot.get_mut(range.clone()).unwrap_or_default());
            let piece = Piece {
                constants,
                scalars,
                parameters: &mut pack.parameters[range.clone()],
                gradient: &pack.gradient[range],
                is_fine: &mut is_fine,
            };
            // The rule is named in each call, so that each loop is compiled for one rule.
            match pack.rule {
                Rule::Sgd if first.is_empty() => piece.without_state(Rule::Sgd),
                Rule::Sgd => piece.with_one(Rule::Sgd, first),
                Rule::Adam => piece.with_two(Rule::Adam, first, second),
            }
        }
    }
    core::array::from_fn(|lane| is_fine.to_bitmask() >> lane & 1 == 1)
}

/// Parameters of a layer that are treated alike.
struct Piece<'a> {
    constants: &'a Constants<V>,
    scalars: &'a [V; 4],
    parameters: &'a mut [V],
    gradient: &'a [V],
    /// A mask of the lanes that are within the limits.
    is_fine: &'a mut V,
}

/// A mask of the lanes whose number is within the limit; NaN is not.
#[inline]
fn within(x: V, limit: f64) -> V {
    x.abs().simd_lt(V::splat(limit as f32))
}

impl Piece<'_> {
    fn without_state(self, rule: Rule) {
        let (constants, scalars) = (*self.constants, *self.scalars);
        for (p, &g) in self.parameters.iter_mut().zip(self.gradient) {
            let [mut first, mut second] = [V::ZERO; 2];
            *p = optimizer::reference(rule, &constants, &scalars, true, *p, g, [&mut first, &mut second]);
            *self.is_fine &= within(*p, DIVERGENCE_LIMIT);
        }
    }

    fn with_one(self, rule: Rule, first: &mut [V]) {
        let (constants, scalars) = (*self.constants, *self.scalars);
        let mut is_fine = *self.is_fine;
        for ((p, &g), first) in self.parameters.iter_mut().zip(self.gradient).zip(first) {
            let mut second = V::ZERO;
            *p = optimizer::reference(rule, &constants, &scalars, true, *p, g, [first, &mut second]);
            is_fine &= within(*p, DIVERGENCE_LIMIT) & within(*first, STATE_LIMIT);
        }
        *self.is_fine = is_fine;
    }

    fn with_two(self, rule: Rule, first: &mut [V], second: &mut [V]) {
        let (constants, scalars) = (*self.constants, *self.scalars);
        let mut is_fine = *self.is_fine;
        for (((p, &g), first), second) in self.parameters.iter_mut().zip(self.gradient).zip(first).zip(second) {
            *p = optimizer::reference(rule, &constants, &scalars, true, *p, g, [first, second]);
            is_fine &= within(*p, DIVERGENCE_LIMIT) & within(*first, STATE_LIMIT) & within(*second, STATE_LIMIT);
        }
        *self.is_fine = is_fine;
    }
}

impl optimizer::Element for V {
    const ZERO: Self = V::ZERO;
    #[inline]
    fn sqrt(self) -> Self {
        self.sqrt()
    }
    #[inline]
    fn if_zero(self, then: Self, otherwise: Self) -> Self {
        self.simd_eq(V::ZERO).select(then, otherwise)
    }
}

//! One optimizer step over vectors of four numbers, compiled once for each rule: strategy `panels` has a network's numbers in
//! them, strategy `lanes` a network in each lane.
#![expect(clippy::inline_always, reason = "only inlined code is compiled for its caller's instruction set")]

use super::isa::{Isa, Job, Level, run_narrow};
use crate::backend::{DIVERGENCE_LIMIT, STATE_LIMIT};
use crate::optimizer::{Constants, MOST_SLOTS, Rule, RuleId, Scalars, Visitor, rule};
use core::marker::PhantomData;
use wide::f32x4;

/// A vector in memory, wherever it stands.
pub type Four = [f32; 4];

/// Parameters that are treated alike, and what their step takes.
pub struct Piece<'a> {
    /// The rule.
    pub rule: RuleId,
    /// What holds for the run; `l2` is 0 for biases.
    pub constants: &'a Constants<f32x4>,
    /// What changes with the step.
    pub scalars: &'a Scalars<f32x4>,
    /// Parameters.
    pub parameters: &'a mut [Four],
    /// Their gradient.
    pub gradient: &'a [Four],
    /// The optimizer's state; empty where the rule keeps none.
    pub slots: [&'a mut [Four]; MOST_SLOTS],
}

impl Piece<'_> {
    /// Takes the step with these instructions, or what every machine has. A mask of the lanes whose numbers all stayed
    /// within the limits.
    pub fn step(self, level: Option<Level>) -> f32x4 {
        let rule = self.rule;
        rule.visit(With { level, piece: self })
    }
}

struct With<'a> {
    level: Option<Level>,
    piece: Piece<'a>,
}

impl Visitor for With<'_> {
    type Output = f32x4;

    fn visit<R: Rule>(self) -> f32x4 {
        let mut is_fine = f32x4::ZERO.simd_eq(f32x4::ZERO);
        let update = Update { piece: self.piece, is_fine: &mut is_fine, rule: PhantomData::<R> };
        match self.level {
            Some(level) => level.run(update),
            None => run_narrow(update),
        }
        is_fine
    }
}

struct Update<'a, R> {
    piece: Piece<'a>,
    is_fine: &'a mut f32x4,
    rule: PhantomData<R>,
}

/// A mask of the lanes whose number is within the limit; NaN is not.
#[inline(always)]
fn within(x: f32x4, limit: f64) -> f32x4 {
    x.abs().simd_lt(f32x4::splat(limit as f32))
}

impl<R: Rule> Job for Update<'_, R> {
    #[inline(always)]
    fn call<I: Isa>(self) {
        let Piece { constants, scalars, parameters, gradient, slots, .. } = self.piece;
        let n_slots = R::ARM.slots.len();
        let (n, mut k) = (parameters.len(), 0);
        let slots = slots.map(|slot| {
            k += 1;
            if k <= n_slots { &mut slot[..n] } else { slot }
        });
        let (constants, mut is_fine) = (*constants, *self.is_fine);
        for (i, (p, &gradient)) in parameters.iter_mut().zip(&gradient[..n]).enumerate() {
            let mut state = [f32x4::ZERO; MOST_SLOTS];
            for (state, slot) in state[..n_slots].iter_mut().zip(&slots) {
                *state = f32x4::new(slot[i]);
            }
            let next = rule::step::<R, _>(&constants, scalars, f32x4::new(*p), f32x4::new(gradient), &mut state);
            *p = next.to_array();
            is_fine &= within(next, DIVERGENCE_LIMIT);
            for k in 0..n_slots {
                slots[k][i] = state[k].to_array();
                is_fine &= within(state[k], STATE_LIMIT);
            }
        }
        *self.is_fine = is_fine;
    }
}

//! The optimizer over a layer's panels; its arithmetic is `kernels::optimizer`'s, lane by lane.
#![expect(clippy::inline_always, reason = "only inlined code is compiled for its caller's instruction set")]

use super::isa::{Isa, Job};
use crate::kernels::optimizer;
use crate::optimizer::{Constants, Rule};

/// Largest magnitudes that an update left behind.
#[derive(Clone, Copy, Debug, Default)]
pub struct Largest {
    // As the bits of |x|: these grow with |x|, and infinity and NaN stand above every number.
    parameter: u32,
    state: u32,
}

impl Largest {
    /// Largest parameter and largest number of the optimizer's state.
    pub fn values(self) -> [f64; 2] {
        [self.parameter, self.state].map(|bits| f64::from(f32::from_bits(bits)))
    }
}

/// One step of some parameters, all weights or all biases.
pub struct Update<'a> {
    /// The rule.
    pub rule: Rule,
    /// What holds for the run.
    pub constants: &'a Constants<f32>,
    /// What changes with the step.
    pub scalars: &'a [f32; 4],
    /// `l2` acts.
    pub is_weight: bool,
    /// Parameters.
    pub parameters: &'a mut [f32],
    /// Their gradient.
    pub gradient: &'a [f32],
    /// The optimizer's state; empty where the rule keeps none.
    pub slots: [&'a mut [f32]; 2],
    /// Kept up to date.
    pub largest: &'a mut Largest,
}

impl Job for Update<'_> {
    #[inline(always)]
    fn call<I: Isa>(self) {
        // The rule is named in each call, so that each loop is compiled for one rule.
        match (self.rule, self.slots[0].is_empty()) {
            (Rule::Sgd, true) => self.without_state(Rule::Sgd),
            (Rule::Sgd, false) => self.with_one(Rule::Sgd),
            (Rule::Adam, _) => self.with_two(Rule::Adam),
        }
    }
}

/// Bits of the magnitude.
#[inline(always)]
fn magnitude(x: f32) -> u32 {
    x.to_bits() & 0x7fff_ffff
}

impl Update<'_> {
    #[inline(always)]
    fn without_state(self, rule: Rule) {
        let (constants, scalars, is_weight) = (*self.constants, *self.scalars, self.is_weight);
        let mut largest = *self.largest;
        for (p, &g) in self.parameters.iter_mut().zip(self.gradient) {
            let [mut first, mut second] = [0.0; 2];
            *p = optimizer::reference(rule, &constants, &scalars, is_weight, *p, g, [&mut first, &mut second]);
            largest.parameter = largest.parameter.max(magnitude(*p));
            largest.state = largest.state.max(magnitude(first));
        }
        *self.largest = largest;
    }

    #[inline(always)]
    fn with_one(self, rule: Rule) {
        let (constants, scalars, is_weight) = (*self.constants, *self.scalars, self.is_weight);
        let mut largest = *self.largest;
        let [first, _] = self.slots;
        for ((p, &g), first) in self.parameters.iter_mut().zip(self.gradient).zip(first) {
            let mut second = 0.0;
            *p = optimizer::reference(rule, &constants, &scalars, is_weight, *p, g, [first, &mut second]);
            largest.parameter = largest.parameter.max(magnitude(*p));
            largest.state = largest.state.max(magnitude(*first));
        }
        *self.largest = largest;
    }

    #[inline(always)]
    fn with_two(self, rule: Rule) {
        let (constants, scalars, is_weight) = (*self.constants, *self.scalars, self.is_weight);
        let mut largest = *self.largest;
        let [first, second] = self.slots;
        for (((p, &g), first), second) in self.parameters.iter_mut().zip(self.gradient).zip(first).zip(second) {
            *p = optimizer::reference(rule, &constants, &scalars, is_weight, *p, g, [first, second]);
            largest.parameter = largest.parameter.max(magnitude(*p));
            largest.state = largest.state.max(magnitude(*first).max(magnitude(*second)));
        }
        *self.largest = largest;
    }
}

//! What happens unit by unit: activations, dropout, and the way back through both. All of it runs over panels as they
//! stand in memory, padding included.
#![expect(clippy::inline_always, reason = "only inlined code is compiled for its caller's instruction set")]

use super::isa::{Isa, Job};
use crate::kernels::fast_math;
use crate::mlp::{Activation, LEAK};

/// `a = f(z) * factor` in place, and `slope = f'(z) * factor` beside it.
pub struct Activate<'a> {
    /// `z` before, `a` after.
    pub a: &'a mut [f32],
    /// What the way back multiplies by.
    pub slope: &'a mut [f32],
    /// Dropout's factors, where there is dropout.
    pub factor: Option<&'a [f32]>,
    /// f.
    pub activation: Activation,
}

impl Job for Activate<'_> {
    #[inline(always)]
    fn call<I: Isa>(self) {
        match self.activation {
            Activation::Linear => self.each(|z| (z, 1.0)),
            Activation::Sigmoid => self.each(fast_math::sigmoid),
            Activation::Tanh => self.each(fast_math::tanh),
            Activation::Relu => self.each(|z| if z > 0.0 { (z, 1.0) } else { (0.0, 0.0) }),
            Activation::LeakyRelu => self.each(|z| {
                let slope = if z > 0.0 { 1.0 } else { LEAK as f32 };
                (slope * z, slope)
            }),
            Activation::Elu => self.each(fast_math::elu),
            Activation::Gelu => self.each(fast_math::gelu),
        }
    }
}

impl Activate<'_> {
    #[inline(always)]
    fn each(self, f: impl Fn(f32) -> (f32, f32)) {
        let both = self.a.iter_mut().zip(self.slope);
        if let Some(factor) = self.factor {
            for ((a, slope), factor) in both.zip(factor) {
                let (value, own) = f(*a);
                (*a, *slope) = (value * factor, own * factor);
            }
        } else {
            for (a, slope) in both {
                (*a, *slope) = f(*a);
            }
        }
    }
}

/// `delta *= slope`.
pub struct Descend<'a> {
    /// dL/da before, dL/dz after.
    pub delta: &'a mut [f32],
    /// [`Activate`]'s.
    pub slope: &'a [f32],
}

impl Job for Descend<'_> {
    #[inline(always)]
    fn call<I: Isa>(self) {
        for (delta, slope) in self.delta.iter_mut().zip(self.slope) {
            *delta *= slope;
        }
    }
}

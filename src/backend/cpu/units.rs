//! What happens unit by unit: activations, dropout, and the way back through both. All of it runs over panels as they
//! stand in memory, padding included.
#![expect(clippy::inline_always, reason = "only inlined code is compiled for its caller's instruction set")]

use super::isa::{Isa, Job};
use super::panels::panels;
use crate::kernels::fast_math;
use crate::mlp::Activation;
use crate::rng;

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
        }
    }
}

impl Activate<'_> {
    #[inline(always)]
    fn each(self, f: impl Fn(f32) -> (f32, f32)) {
        for (a, slope) in self.a.iter_mut().zip(self.slope.iter_mut()) {
            (*a, *slope) = f(*a);
        }
        if let Some(factor) = self.factor {
            for ((a, slope), factor) in self.a.iter_mut().zip(self.slope).zip(factor) {
                *a *= factor;
                *slope *= factor;
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

/// Dropout's factors for one layer and step: 0 for a dropped unit, `1 / (1 - p)` for a kept one (packing in `rng`).
pub struct Dropout<'a> {
    /// B x O.
    pub factor: &'a mut [f32],
    /// B.
    pub rows: usize,
    /// O.
    pub units: usize,
    /// The layer's key.
    pub key: [u32; 2],
    /// Steps of the run before this one.
    pub step: u32,
    /// Share dropped.
    pub p: f64,
}

/// Blocks drawn at once.
const LANES: usize = 16;

impl Job for Dropout<'_> {
    #[inline(always)]
    fn call<I: Isa>(self) {
        let threshold = rng::drop_threshold(self.p);
        if threshold > 0xffff {
            self.factor.fill(0.0);
            return;
        }
        let kept = (1.0 / (1.0 - self.p)) as f32;
        // A decision in a word's high half is compared in place.
        let thresholds = [threshold, threshold << 16, threshold, threshold << 16];
        let blocks_a_row = self.units.div_ceil(4);
        for (first, width) in panels(self.units, I::PANEL) {
            let panel = &mut self.factor[first * self.rows..][..width * self.rows];
            for (quad, unit) in (first..self.units.min(first + width)).step_by(4).enumerate() {
                for (chunk, rows) in panel.chunks_mut(width * LANES).enumerate() {
                    let block = |lane| ((chunk * LANES + lane) * blocks_a_row + unit / 4) as u32;
                    let [a, b] = rng::mask_words::<LANES>(self.key, self.step, core::array::from_fn(block));
                    for ((row, a), b) in rows.chunks_exact_mut(width).zip(a).zip(b) {
                        let bits = [a & 0xffff, a, b & 0xffff, b];
                        let factor = &mut row[4 * quad..4 * quad + 4];
                        for ((factor, bits), threshold) in factor.iter_mut().zip(bits).zip(thresholds) {
                            *factor = if bits >= threshold { kept } else { 0.0 };
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::isa::Level;
    use super::super::panels::{index, padded};
    use super::*;
    use crate::kernels::Mask;

    #[test]
    fn d1_masks_are_the_references() {
        let key = [5, 6];
        for level in Level::all() {
            for (rows, units, p) in [(1, 1, 0.5), (33, 10, 0.3), (128, 32, 0.9), (5, 21, 1e-9), (4, 4, 1.0)] {
                let mut factor = vec![0.0; rows * padded(units, level.panel())];
                level.run(Dropout { factor: &mut factor, rows, units, key, step: 9, p });
                let mask = Mask { key, step: 9, p };
                for row in 0..rows {
                    for unit in 0..units {
                        let got = factor[index(rows, units, level.panel(), row, unit)];
                        assert_eq!(got.to_bits(), mask.factor::<f32>(row, unit, units).to_bits(), "{level:?}");
                    }
                }
            }
        }
    }
}

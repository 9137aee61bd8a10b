//! Dropout's factors, drawn for many units at once.
#![expect(clippy::inline_always, reason = "only inlined code is compiled for its caller's instruction set")]

use super::isa::{Isa, Job};
use super::panels::panels;
use crate::rng;
use bytemuck::cast;
use wide::{f32x4, u32x4};

/// Rows drawn at once.
const ROWS: usize = 4;

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

impl Job for Dropout<'_> {
    #[inline(always)]
    fn call<I: Isa>(self) {
        let threshold = rng::drop_threshold(self.p);
        if threshold > 0xffff {
            self.factor.fill(0.0);
            return;
        }
        let kept = f32x4::splat((1.0 / (1.0 - self.p)) as f32);
        let keep = |mask: u32x4| kept & cast::<u32x4, f32x4>(mask);
        // A decision in a word's high half is compared in place.
        let (low, high, half) = (u32x4::splat(threshold), u32x4::splat(threshold << 16), u32x4::splat(0xffff));
        let (key, step) = (self.key.map(u32x4::splat), u32x4::splat(self.step));
        let blocks_a_row = self.units.div_ceil(4);
        for (first, width) in panels(self.units, I::PANEL) {
            let panel = &mut self.factor[first * self.rows..][..width * self.rows];
            for (quad, unit) in (first..self.units.min(first + width)).step_by(4).enumerate() {
                for (chunk, rows) in panel.chunks_mut(width * ROWS).enumerate() {
                    let block = |row: usize| ((chunk * ROWS + row) * blocks_a_row + unit / 4) as u32;
                    let [[a, b]] = rng::mask_words(key, step, [u32x4::new(core::array::from_fn(block))]);
                    let by_unit = [(a & half).simd_ge(low), a.simd_ge(high), (b & half).simd_ge(low), b.simd_ge(high)];
                    let by_row = f32x4::transpose(by_unit.map(keep));
                    for (row, factors) in rows.chunks_exact_mut(width).zip(by_row) {
                        row[4 * quad..4 * quad + 4].copy_from_slice(factors.as_array());
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

//! Dropout's factors, drawn for many units at once.
#![expect(clippy::inline_always, reason = "only inlined code is compiled for its caller's instruction set")]

use super::isa::{Isa, Job};
use super::panels::panels;
use crate::rng::{self, Words};

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

/// Blocks drawn at once: block `start`, `start + stride` and so on.
trait Blocks: Words {
    const LANES: usize;
    fn series(start: u32, stride: u32) -> Self;
    /// Decisions of lane after lane: `kept` where the 16 bits reach the threshold. A decision in the high half of its
    /// word is compared in place, with a threshold moved up.
    fn decide(words: [Self; 2], thresholds: [u32; 4], kept: f32, write: impl FnMut([f32; 4]));
}

impl<const L: usize> Blocks for [u32; L] {
    const LANES: usize = L;
    #[inline(always)]
    fn series(start: u32, stride: u32) -> Self {
        core::array::from_fn(|lane| start.wrapping_add(stride.wrapping_mul(lane as u32)))
    }
    #[inline(always)]
    fn decide([a, b]: [Self; 2], thresholds: [u32; 4], kept: f32, mut write: impl FnMut([f32; 4])) {
        for (a, b) in a.into_iter().zip(b) {
            let bits = [a & 0xffff, a, b & 0xffff, b];
            write(core::array::from_fn(|i| if bits[i] >= thresholds[i] { kept } else { 0.0 }));
        }
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use wasm::Quad as Lanes;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
type Lanes = [u32; 16];

/// The same by hand: LLVM leaves rotations in loops scalar for WebAssembly.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm {
    use super::{Blocks, Words};
    use core::arch::wasm32::{
        f32x4_extract_lane, f32x4_splat, u32x4, u32x4_add, u32x4_ge, u32x4_shl, u32x4_shr, u32x4_shuffle, u32x4_splat,
        v128, v128_and, v128_or, v128_xor,
    };

    #[derive(Clone, Copy)]
    pub struct Quad(v128);

    impl Words for Quad {
        #[inline(always)]
        fn splat(x: u32) -> Self {
            Self(u32x4_splat(x))
        }
        #[inline(always)]
        fn add(self, other: Self) -> Self {
            Self(u32x4_add(self.0, other.0))
        }
        #[inline(always)]
        fn xor(self, other: Self) -> Self {
            Self(v128_xor(self.0, other.0))
        }
        #[inline(always)]
        fn rotate<const R: u32>(self) -> Self {
            Self(v128_or(u32x4_shl(self.0, R), u32x4_shr(self.0, 32 - R)))
        }
    }

    impl Blocks for Quad {
        const LANES: usize = 4;
        #[inline(always)]
        fn series(start: u32, stride: u32) -> Self {
            Self(u32x4(0, stride, 2 * stride, 3 * stride)).add(Self::splat(start))
        }
        #[inline(always)]
        fn decide([a, b]: [Self; 2], [low, high, ..]: [u32; 4], kept: f32, mut write: impl FnMut([f32; 4])) {
            let decide = |bits: v128| {
                let bits = v128_and(bits, u32x4(0xffff, u32::MAX, 0xffff, u32::MAX));
                let factor = v128_and(u32x4_ge(bits, u32x4(low, high, low, high)), f32x4_splat(kept));
                [
                    f32x4_extract_lane::<0>(factor),
                    f32x4_extract_lane::<1>(factor),
                    f32x4_extract_lane::<2>(factor),
                    f32x4_extract_lane::<3>(factor),
                ]
            };
            write(decide(u32x4_shuffle::<0, 0, 4, 4>(a.0, b.0)));
            write(decide(u32x4_shuffle::<1, 1, 5, 5>(a.0, b.0)));
            write(decide(u32x4_shuffle::<2, 2, 6, 6>(a.0, b.0)));
            write(decide(u32x4_shuffle::<3, 3, 7, 7>(a.0, b.0)));
        }
    }
}

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
                for (chunk, rows) in panel.chunks_mut(width * Lanes::LANES).enumerate() {
                    let start = chunk * Lanes::LANES * blocks_a_row + unit / 4;
                    let blocks = Lanes::series(start as u32, blocks_a_row as u32);
                    let mut rows = rows.chunks_exact_mut(width);
                    let words = rng::mask_words(self.key, self.step, blocks);
                    Lanes::decide(words, thresholds, kept, |factors| {
                        if let Some(row) = rows.next() {
                            row[4 * quad..4 * quad + 4].copy_from_slice(&factors);
                        }
                    });
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

//! Factors of a hidden layer's units for every lane: dropout's, whose keys and shares differ from lane to lane, and 0 for
//! units that a lane's network does not have.

use super::pack::{BLOCK, LANES, Masks, Settings, V};
use crate::rng;
use bytemuck::cast;
use wide::u32x4;

/// The factors of one block of rows.
pub struct Factors<'a> {
    /// Units x rows.
    pub into: &'a mut [V],
    /// Keys and real widths.
    pub masks: &'a Masks,
    /// Thresholds.
    pub settings: &'a [Settings; LANES],
    /// Steps before this one, where units are dropped.
    pub steps: Option<[u32; LANES]>,
    /// The block's first row in the batch.
    pub first: usize,
    /// Rows of each lane's batch.
    pub rows: [usize; LANES],
}

impl Factors<'_> {
    /// Draws them.
    pub fn draw(self) {
        let factors = self.into.as_chunks_mut::<BLOCK>().0;
        let units = u32x4::new(self.masks.units);
        let Some(steps) = self.steps else {
            for (unit, factors) in (0..).zip(factors) {
                *factors = [keep(V::ONE, units.simd_gt(u32x4::splat(unit))); BLOCK];
            }
            return;
        };
        let blocks_a_row = factors.len() as u32 / 4;
        let key = self.masks.keys.map(u32x4::new);
        let step = u32x4::new(steps);
        let low = u32x4::new(self.settings.map(|lane| lane.threshold));
        // A decision in a word's high half is compared in place.
        let high = low << 16;
        let half = u32x4::splat(0xffff);
        let kept = V::new(self.settings.map(|lane| lane.kept));
        // Rows beyond a batch's end are its last one again.
        let row = |r: usize| self.rows.map(|rows| (self.first + r).min(rows.saturating_sub(1)) as u32 * blocks_a_row);
        let starts: [u32x4; BLOCK] = core::array::from_fn(|r| u32x4::new(row(r)));
        for (quad, factors) in (0..).zip(factors.as_chunks_mut::<4>().0) {
            let blocks = starts.map(|start| start + u32x4::splat(quad));
            // Two at a time: four and their keys are more than there are registers.
            let [first, last] = [[blocks[0], blocks[1]], [blocks[2], blocks[3]]];
            let words = [rng::mask_words(key, step, first), rng::mask_words(key, step, last)];
            for (r, &[a, b]) in words.as_flattened().iter().enumerate() {
                factors[0][r] = keep(kept, (a & half).simd_ge(low));
                factors[1][r] = keep(kept, a.simd_ge(high));
                factors[2][r] = keep(kept, (b & half).simd_ge(low));
                factors[3][r] = keep(kept, b.simd_ge(high));
            }
        }
        // Widths are rounded up to multiples of 4.
        let last = factors.len() as u32 - 4;
        for (unit, factors) in (last..).zip(&mut factors[last as usize..]) {
            *factors = factors.map(|factor| keep(factor, units.simd_gt(u32x4::splat(unit))));
        }
    }
}

/// `value` where the mask is set, else 0.
#[inline]
fn keep(value: V, mask: u32x4) -> V {
    value & cast::<u32x4, V>(mask)
}

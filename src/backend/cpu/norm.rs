//! Batch norms over panels: `kernels::batch_norm` and `kernels::batch_norm_backward`, four to sixteen units at once.
#![expect(clippy::inline_always, reason = "only inlined code is compiled for its caller's instruction set")]

use super::isa::{Isa, Job};
use super::panels::{padded, panels};
use crate::mlp::{NORM_EPSILON, NORM_MOMENTUM};

/// The widest panel.
const MOST: usize = 16;

/// A batch through a norm in training; the running statistics go a step towards its own.
pub struct Normalise<'a> {
    /// B x O: sums before, what the norm makes of them after.
    pub z: &'a mut [f32],
    /// B x O: sums less their mean, over their deviation.
    pub x: &'a mut [f32],
    /// O: 1 over the deviation.
    pub inverse: &'a mut [f32],
    /// Factors, shifts, running means and running variances, a row each.
    pub norm: &'a mut [f32],
    /// B.
    pub rows: usize,
    /// O.
    pub units: usize,
}

impl Job for Normalise<'_> {
    #[inline(always)]
    fn call<I: Isa>(self) {
        let (n, wide) = (self.rows as f32, padded(self.units, I::PANEL));
        let (epsilon, share) = (NORM_EPSILON as f32, NORM_MOMENTUM as f32);
        for (first, width) in panels(self.units, I::PANEL) {
            let z = &mut self.z[first * self.rows..][..width * self.rows];
            let (mut mean, mut squares) = ([0.0_f32; MOST], [0.0_f32; MOST]);
            for row in z.chunks_exact(width) {
                for (sum, z) in mean.iter_mut().zip(row) {
                    *sum += z;
                }
            }
            for sum in &mut mean {
                *sum /= n;
            }
            for row in z.chunks_exact(width) {
                for ((sum, z), mean) in squares.iter_mut().zip(row).zip(&mean) {
                    *sum += (z - mean) * (z - mean);
                }
            }
            let inverse = &mut self.inverse[first..first + width];
            for (inverse, squares) in inverse.iter_mut().zip(&squares) {
                *inverse = 1.0 / (squares / n + epsilon).sqrt();
            }
            for unit in 0..width {
                for (row, now) in [(2, mean[unit]), (3, squares[unit] / (n - 1.0))] {
                    let running = &mut self.norm[row * wide + first + unit];
                    *running = (1.0 - share) * *running + share * now;
                }
            }
            let (factor, shift) = (&self.norm[first..first + width], &self.norm[wide + first..][..width]);
            let x = self.x[first * self.rows..][..width * self.rows].chunks_exact_mut(width);
            for (z, x) in z.chunks_exact_mut(width).zip(x) {
                for unit in 0..width {
                    x[unit] = (z[unit] - mean[unit]) * inverse[unit];
                    z[unit] = factor[unit] * x[unit] + shift[unit];
                }
            }
        }
    }
}

/// Any rows through a norm in evaluation mode.
pub struct Affine<'a> {
    /// B x O: sums before, what the norm makes of them after.
    pub z: &'a mut [f32],
    /// As [`Normalise::norm`].
    pub norm: &'a [f32],
    /// B.
    pub rows: usize,
    /// O.
    pub units: usize,
}

impl Job for Affine<'_> {
    #[inline(always)]
    fn call<I: Isa>(self) {
        let (wide, epsilon) = (padded(self.units, I::PANEL), NORM_EPSILON as f32);
        for (first, width) in panels(self.units, I::PANEL) {
            let (mut scale, mut shift) = ([0.0_f32; MOST], [0.0_f32; MOST]);
            for unit in 0..width {
                let [factor, own, mean, variance] = [0, 1, 2, 3].map(|row| self.norm[row * wide + first + unit]);
                scale[unit] = factor / (variance + epsilon).sqrt();
                shift[unit] = own - scale[unit] * mean;
            }
            for row in self.z[first * self.rows..][..width * self.rows].chunks_exact_mut(width) {
                for ((z, scale), shift) in row.iter_mut().zip(&scale).zip(&shift) {
                    *z = scale * *z + shift;
                }
            }
        }
    }
}

/// The way back through a norm.
pub struct NormaliseBack<'a> {
    /// B x O: the loss's derivative by what the norm gave before, by what it was given after.
    pub delta: &'a mut [f32],
    /// As [`Normalise::x`].
    pub x: &'a [f32],
    /// As [`Normalise::inverse`].
    pub inverse: &'a [f32],
    /// As [`Normalise::norm`].
    pub norm: &'a [f32],
    /// The gradient of factors and shifts, at the same places.
    pub gradient: &'a mut [f32],
    /// B.
    pub rows: usize,
    /// O.
    pub units: usize,
}

impl Job for NormaliseBack<'_> {
    #[inline(always)]
    fn call<I: Isa>(self) {
        let (n, wide) = (self.rows as f32, padded(self.units, I::PANEL));
        for (first, width) in panels(self.units, I::PANEL) {
            let delta = &mut self.delta[first * self.rows..][..width * self.rows];
            let x = &self.x[first * self.rows..][..width * self.rows];
            let (mut by_factor, mut by_shift) = ([0.0_f32; MOST], [0.0_f32; MOST]);
            for (delta, x) in delta.chunks_exact(width).zip(x.chunks_exact(width)) {
                for unit in 0..width {
                    by_shift[unit] += delta[unit];
                    by_factor[unit] += delta[unit] * x[unit];
                }
            }
            self.gradient[first..first + width].copy_from_slice(&by_factor[..width]);
            self.gradient[wide + first..][..width].copy_from_slice(&by_shift[..width]);
            let mut scale = [0.0_f32; MOST];
            for ((scale, factor), inverse) in
                scale[..width].iter_mut().zip(&self.norm[first..]).zip(&self.inverse[first..])
            {
                *scale = factor * inverse / n;
            }
            for (delta, x) in delta.chunks_exact_mut(width).zip(x.chunks_exact(width)) {
                for unit in 0..width {
                    delta[unit] = scale[unit] * (n * delta[unit] - by_shift[unit] - x[unit] * by_factor[unit]);
                }
            }
        }
    }
}

//! The loss of a batch and its gradient at the outputs, over panels. What it computes is `kernels::loss`.
#![expect(clippy::inline_always, reason = "only inlined code is compiled for its caller's instruction set")]

use super::isa::{Isa, Job};
use super::panels::{padded, panels};
use crate::backend::Labels;
use crate::kernels::fast_math;
use crate::mlp::Loss;

/// Loss of a batch: fills `delta` with `d(mean loss)/dz` (padding zero) and adds to `sum` and `correct`.
pub struct BatchLoss<'a> {
    /// Outputs, B x O.
    pub z: &'a [f32],
    /// B x O.
    pub delta: &'a mut [f32],
    /// Scratch: a number a row.
    pub largest: &'a mut [f32],
    /// O.
    pub outputs: usize,
    /// Which loss.
    pub kind: Loss,
    /// Targets of all rows.
    pub labels: &'a Labels<f32>,
    /// The batch's rows.
    pub rows: &'a [u32],
    /// Sum of the rows' losses.
    pub sum: &'a mut f64,
    /// Rows whose largest output (the first of equals) is their class.
    pub correct: &'a mut u64,
}

impl Job for BatchLoss<'_> {
    #[inline(always)]
    fn call<I: Isa>(self) {
        match (self.kind, self.labels) {
            (Loss::CrossEntropy, Labels::Classes(classes)) => self.cross_entropy::<I>(classes),
            (Loss::Mse, Labels::Numbers(targets)) => self.mse::<I>(targets),
            _ => unreachable!("the study's check lets only a loss of the task through"),
        }
    }
}

impl BatchLoss<'_> {
    #[inline(always)]
    #[expect(clippy::float_cmp, reason = "the largest output is one of the outputs, to the bit")]
    fn cross_entropy<I: Isa>(self, classes: &[u32]) {
        let n = self.rows.len();
        let share = 1.0 / n as f32;
        let delta = &mut self.delta[..n * padded(self.outputs, I::PANEL)];
        let largest = &mut self.largest[..n];
        largest.fill(f32::NEG_INFINITY);
        for (first, width) in panels(self.outputs, I::PANEL) {
            let real = width.min(self.outputs - first);
            for (largest, z) in largest.iter_mut().zip(self.z[first * n..].chunks_exact(width)) {
                for &z in &z[..real] {
                    *largest = if z > *largest { z } else { *largest };
                }
            }
        }
        for (first, width) in panels(self.outputs, I::PANEL) {
            let z = self.z[first * n..].chunks_exact(width);
            let delta = delta[first * n..][..n * width].chunks_exact_mut(width);
            for ((delta, z), largest) in delta.zip(z).zip(&*largest) {
                for (delta, z) in delta.iter_mut().zip(z) {
                    *delta = z - largest;
                }
            }
        }
        for delta in &mut *delta {
            *delta = fast_math::exp(*delta);
        }
        for (row, &label) in self.rows.iter().enumerate() {
            let class = classes[label as usize] as usize;
            let (mut sum, mut hit, mut beaten) = (0.0, 0.0, false);
            for (first, width) in panels(self.outputs, I::PANEL) {
                let z = &self.z[first * n + row * width..][..width.min(self.outputs - first)];
                let exps = &delta[first * n + row * width..][..z.len()];
                sum += exps.iter().sum::<f32>();
                for (unit, &z) in (first..).zip(z) {
                    hit = if unit == class { z } else { hit };
                    beaten |= unit < class && z == largest[row];
                }
            }
            *self.sum += f64::from(libm::logf(sum) + (largest[row] - hit));
            *self.correct += u64::from(hit == largest[row] && !beaten);
            let scale = share / sum;
            for (first, width) in panels(self.outputs, I::PANEL) {
                let delta = &mut delta[first * n + row * width..][..width];
                for (unit, delta) in (first..).zip(delta) {
                    let target = if unit == class { share } else { 0.0 };
                    *delta = if unit < self.outputs { *delta * scale - target } else { 0.0 };
                }
            }
        }
    }

    #[inline(always)]
    fn mse<I: Isa>(self, targets: &[f32]) {
        let n = self.rows.len();
        let scale = 2.0 / (n * self.outputs) as f32;
        for (row, &label) in self.rows.iter().enumerate() {
            let targets = &targets[label as usize * self.outputs..][..self.outputs];
            let mut squares = 0.0;
            for (first, width) in panels(self.outputs, I::PANEL) {
                let z = &self.z[first * n + row * width..][..width];
                let delta = &mut self.delta[first * n + row * width..][..width];
                delta.fill(0.0);
                for ((delta, z), y) in delta.iter_mut().zip(z).zip(&targets[first..]) {
                    let difference = z - y;
                    squares += difference * difference;
                    *delta = scale * difference;
                }
            }
            *self.sum += f64::from(squares) / self.outputs as f64;
        }
    }
}

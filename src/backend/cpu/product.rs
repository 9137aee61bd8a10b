//! The two matrix products of training over panels (`panels.rs`). A tile of a few rows and one panel's width is summed
//! in registers from first to last term; so the order of a sum depends on nothing but the shape of the layer.
//!
//! Letters as in `kernels`: B rows, I inputs, O outputs.
#![expect(clippy::inline_always, reason = "only inlined code is compiled for its caller's instruction set")]

use super::isa::{Isa, Job};
use super::panels::panels;

/// `c = a b + start`: `a` is B x K, `b` K x N, `c` B x N. Forward with the layer's parameters as `b`, whose last row is
/// the bias; back with the turned weight, whose last row is zero.
pub struct Product<'a> {
    /// B x N.
    pub c: &'a mut [f32],
    /// B x K.
    pub a: &'a [f32],
    /// (K + 1) x N, the last row being what sums start from.
    pub b: &'a [f32],
    /// B.
    pub rows: usize,
    /// K.
    pub inner: usize,
    /// N.
    pub columns: usize,
}

impl Job for Product<'_> {
    #[inline(always)]
    fn call<I: Isa>(self) {
        for (first, width) in panels(self.columns, I::PANEL) {
            let c = &mut self.c[first * self.rows..][..width * self.rows];
            let b = &self.b[first * (self.inner + 1)..][..width * (self.inner + 1)];
            match width {
                4 => product_panel::<I, 4>(c, self.a, b, self.rows),
                8 => product_panel::<I, 8>(c, self.a, b, self.rows),
                _ if I::PANEL == 16 => product_panel::<I, 16>(c, self.a, b, self.rows),
                _ => unreachable!("no panel is wider"),
            }
        }
    }
}

#[inline(always)]
fn product_panel<I: Isa, const W: usize>(c: &mut [f32], a: &[f32], b: &[f32], rows: usize) {
    let (Some((start, b)), c) = (b.as_chunks::<W>().0.split_last(), c.as_chunks_mut::<W>().0) else { return };
    let mut row = 0;
    while row + 4 <= rows {
        product_tile::<I, 4, W>(c, a, b, start, row);
        row += 4;
    }
    if row + 2 <= rows {
        product_tile::<I, 2, W>(c, a, b, start, row);
        row += 2;
    }
    if row < rows {
        product_tile::<I, 1, W>(c, a, b, start, row);
    }
}

#[inline(always)]
fn product_tile<I: Isa, const M: usize, const W: usize>(
    c: &mut [[f32; W]],
    a: &[f32],
    b: &[[f32; W]],
    start: &[f32; W],
    row: usize,
) {
    let rows = c.len();
    let mut sums = [*start; M];
    let whole = if I::PANEL == 16 {
        whole_panels::<I, M, W, 16>(&mut sums, a, b, rows, row)
    } else {
        whole_panels::<I, M, W, 8>(&mut sums, a, b, rows, row)
    };
    let b = &b[whole..];
    if let Some((_, width)) = panels(b.len(), I::PANEL).next() {
        let a = &a[whole * rows + row * width..][..M * width];
        for (k, b) in b.iter().enumerate() {
            for (r, sum) in sums.iter_mut().enumerate() {
                I::madd(sum, a[r * width + k], b);
            }
        }
    }
    c[row..row + M].copy_from_slice(&sums);
}

/// Adds the terms of all whole panels of `a` (P wide); how many terms those were.
#[inline(always)]
fn whole_panels<I: Isa, const M: usize, const W: usize, const P: usize>(
    sums: &mut [[f32; W]; M],
    a: &[f32],
    b: &[[f32; W]],
    rows: usize,
    row: usize,
) -> usize {
    let b = b.as_chunks::<P>().0;
    let mut local = *sums;
    for (a, b) in a.chunks_exact(rows * P).zip(b) {
        let a = &a.as_chunks::<P>().0[row..row + M];
        for k in 0..P {
            for r in 0..M {
                I::madd(&mut local[r], a[r][k], &b[k]);
            }
        }
    }
    *sums = local;
    b.len() * P
}

/// `g = (a 1)^T delta`: the gradient of a layer's parameters, bias as the last row. `a` is B x I, `delta` B x O, `g`
/// (I + 1) x O.
pub struct WeightGradient<'a> {
    /// (I + 1) x O.
    pub gradient: &'a mut [f32],
    /// B x I.
    pub a: &'a [f32],
    /// B x O.
    pub delta: &'a [f32],
    /// B.
    pub rows: usize,
    /// I.
    pub inputs: usize,
    /// O.
    pub outputs: usize,
}

impl Job for WeightGradient<'_> {
    #[inline(always)]
    fn call<I: Isa>(self) {
        let Self { rows, inputs, .. } = self;
        for (first, width) in panels(self.outputs, I::PANEL) {
            let gradient = &mut self.gradient[first * (inputs + 1)..][..width * (inputs + 1)];
            let delta = &self.delta[first * rows..][..width * rows];
            match width {
                4 => gradient_panel::<I, 4>(gradient, self.a, delta, inputs),
                8 => gradient_panel::<I, 8>(gradient, self.a, delta, inputs),
                _ if I::PANEL == 16 => gradient_panel::<I, 16>(gradient, self.a, delta, inputs),
                _ => unreachable!("no panel is wider"),
            }
        }
    }
}

#[inline(always)]
fn gradient_panel<I: Isa, const W: usize>(gradient: &mut [f32], a: &[f32], delta: &[f32], inputs: usize) {
    let (gradient, delta) = (gradient.as_chunks_mut::<W>().0, delta.as_chunks::<W>().0);
    for (first, width) in panels(inputs, I::PANEL) {
        let a = &a[first * delta.len()..][..width * delta.len()];
        let gradient = &mut gradient[first..inputs.min(first + width)];
        let mut row = 0;
        while row + 4 <= gradient.len() {
            gradient_tile::<I, 4, W>(gradient, a, delta, width, row);
            row += 4;
        }
        if row + 2 <= gradient.len() {
            gradient_tile::<I, 2, W>(gradient, a, delta, width, row);
            row += 2;
        }
        if row < gradient.len() {
            gradient_tile::<I, 1, W>(gradient, a, delta, width, row);
        }
    }
    let mut sum = [0.0; W];
    for delta in delta {
        I::madd(&mut sum, 1.0, delta);
    }
    gradient[inputs] = sum;
}

/// `width`: of the panel `a`, in which the tile's inputs start at column `row`.
#[inline(always)]
fn gradient_tile<I: Isa, const M: usize, const W: usize>(
    gradient: &mut [[f32; W]],
    a: &[f32],
    delta: &[[f32; W]],
    width: usize,
    row: usize,
) {
    let mut sums = [[0.0; W]; M];
    for (a, delta) in a.chunks_exact(width).zip(delta) {
        let a = &a[row..row + M];
        for r in 0..M {
            I::madd(&mut sums[r], a[r], delta);
        }
    }
    gradient[row..row + M].copy_from_slice(&sums);
}

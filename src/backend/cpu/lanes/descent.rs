//! A batch forward and, in training, backward, for all lanes of a pack at once. A block of a few rows goes through the
//! whole network before the next one does; sums over a batch run from its first row to its last.
//!
//! Matrices are units x rows of vectors.

use super::super::isa::run_narrow;
use super::super::network::Sums;
use super::super::units::Activate;
use super::dropout::Factors;
use super::pack::{BLOCK, LANES, Pack, V};
use crate::backend::{Data, Labels};
use crate::kernels::fast_math;
use crate::mlp::{Activation, Layer, Loss};
use bytemuck::{cast, cast_slice, cast_slice_mut};
use wide::u32x4;

/// One unit's numbers in a block.
type Rows = [V; BLOCK];

/// `sum + a * b`.
#[inline]
fn madd(a: V, b: V, sum: V) -> V {
    sum + a * b
}

/// Forward and backward over one batch a lane.
pub struct Descent<'a> {
    /// Whose gradient is made.
    pub pack: &'a mut Pack,
    /// All rows.
    pub data: &'a Data,
    /// Each lane's batch; a lane without rows has no loss and no gradient.
    pub rows: [&'a [u32]; LANES],
    /// Steps of each lane's run before this one; none in an evaluation.
    pub training: Option<[u32; LANES]>,
}

/// A block of rows in the batches of all lanes.
struct Block {
    /// The row at each place.
    rows: [[usize; LANES]; BLOCK],
    /// What a row counts in its batch: 0 beyond the end.
    shares: Rows,
}

/// Losses and hits of the rows so far.
struct Totals {
    loss: [f64; LANES],
    hits: u32x4,
}

impl Descent<'_> {
    /// What each lane's rows add up to.
    pub fn run(mut self) -> [Sums; LANES] {
        let lengths = self.rows.map(<[u32]>::len);
        let [shortest, longest] = [lengths.iter().min(), lengths.iter().max()].map(|n| n.copied().unwrap_or(0));
        let share = V::new(lengths.map(|n| 1.0 / n.max(1) as f32));
        let mut totals = Totals { loss: [0.0; LANES], hits: u32x4::ZERO };
        if self.training.is_some() {
            self.pack.gradient.fill(V::ZERO);
        }
        for first in (0..longest).step_by(BLOCK) {
            let mut block = Block { rows: [[0; LANES]; BLOCK], shares: [share; BLOCK] };
            for (at, rows) in (first..).zip(&mut block.rows) {
                *rows = self.rows.map(|batch| row(batch, at));
            }
            if first + BLOCK > shortest {
                for (at, share) in (first..).zip(&mut block.shares) {
                    let is_row = V::new(lengths.map(|n| f32::from(u8::from(at < n))));
                    *share *= is_row;
                }
            }
            self.gather(&block);
            self.forward(first);
            self.loss(&block, &mut totals);
            if self.training.is_some() {
                self.backward();
            }
        }
        let hits = totals.hits.to_array().map(u64::from);
        core::array::from_fn(|lane| Sums { loss: totals.loss[lane], correct: hits[lane], rows: lengths[lane] as u64 })
    }

    fn gather(&mut self, block: &Block) {
        let columns = self.data.columns;
        for (r, rows) in block.rows.iter().enumerate() {
            let rows = rows.map(|row| &self.data.x[row * columns..][..columns]);
            for (column, into) in self.pack.values.as_chunks_mut::<BLOCK>().0[..columns].iter_mut().enumerate() {
                into[r] = V::new(rows.map(|row| row[column]));
            }
        }
    }

    fn forward(&mut self, first: usize) {
        let pack = &mut *self.pack;
        let mut at = 0;
        for (depth, layer) in pack.layers.iter().enumerate() {
            let (below, above) = pack.values[at..].split_at_mut(layer.inputs * BLOCK);
            at += below.len();
            let a = &mut above[..layer.outputs * BLOCK];
            product(a, below, &pack.parameters, layer);
            let Some(masks) = pack.masks.get(depth) else { break };
            let mut factor = None;
            if pack.has_padding || (pack.has_dropout && self.training.is_some()) {
                let factors = &mut pack.factors[..a.len()];
                let steps = self.training.filter(|_| pack.has_dropout);
                let rows = self.rows.map(<[u32]>::len);
                Factors { into: factors, masks, settings: &pack.settings, steps, first, rows }.draw();
                factor = Some(cast_slice(factors));
            }
            if factor.is_some() || self.training.is_some() || layer.activation != Activation::Linear {
                let slope = cast_slice_mut(&mut pack.slopes[at..][..a.len()]);
                run_narrow(Activate { a: cast_slice_mut(a), slope, factor, activation: layer.activation });
            }
        }
    }

    /// Of the outputs that [`Self::forward`] left, and its gradient there.
    fn loss(&mut self, block: &Block, totals: &mut Totals) {
        let outputs = self.pack.layers.last().map_or(0, |layer| layer.outputs);
        let at = self.pack.values.len() - outputs * BLOCK;
        let z = self.pack.values[at..].as_chunks::<BLOCK>().0;
        let delta = &mut self.pack.deltas[0].as_chunks_mut::<BLOCK>().0[..outputs];
        let (losses, hits) = match (self.pack.loss, &self.data.labels) {
            (Loss::CrossEntropy, Labels::Classes(classes)) => {
                let classes = block.rows.map(|rows| u32x4::new(rows.map(|row| classes[row])));
                cross_entropy(z, delta, &classes, &block.shares)
            }
            (Loss::Mse, Labels::Numbers(targets)) => {
                for (unit, (delta, z)) in delta.iter_mut().zip(z).enumerate() {
                    for r in 0..BLOCK {
                        delta[r] = z[r] - V::new(block.rows[r].map(|row| targets[row * outputs + unit]));
                    }
                }
                mse(delta, &block.shares)
            }
            _ => unreachable!("the study's check lets only a loss of the task through"),
        };
        let mut loss = V::ZERO;
        for r in 0..BLOCK {
            let is_row = block.shares[r].simd_gt(V::ZERO);
            loss += losses[r] & is_row;
            // A mask is -1.
            totals.hits -= hits[r] & cast::<V, u32x4>(is_row);
        }
        for (total, loss) in totals.loss.iter_mut().zip(loss.to_array()) {
            *total += f64::from(loss);
        }
    }

    /// From the gradient at the outputs to that of every parameter.
    fn backward(&mut self) {
        let pack = &mut *self.pack;
        let [delta, below] = &mut pack.deltas;
        let mut at: usize = pack.layers.iter().map(|layer| layer.inputs * BLOCK).sum();
        for (depth, layer) in pack.layers.iter().enumerate().rev() {
            let len = layer.inputs * BLOCK;
            at -= len;
            weight_gradient(&mut pack.gradient, &pack.values[at..][..len], delta, layer);
            if depth > 0 {
                let down = &mut below[..len];
                product_back(down, delta, &pack.slopes[at..][..len], &pack.parameters, layer);
                core::mem::swap(delta, below);
            }
        }
    }
}

/// The row that place `at` of a batch stands for: beyond the end it is the last one again, so that nothing comes up that
/// the lane's own rows do not bring.
fn row(batch: &[u32], at: usize) -> usize {
    batch.get(at).or(batch.last()).map_or(0, |&row| row as usize)
}

/// Losses and hits (the largest output, the first of equals, is the row's class); `delta` becomes the gradient.
fn cross_entropy(z: &[Rows], delta: &mut [Rows], classes: &[u32x4; BLOCK], shares: &Rows) -> (Rows, [u32x4; BLOCK]) {
    let lowest = V::splat(f32::NEG_INFINITY);
    // The row's own output, and the largest of those before it.
    let (mut hit, mut before, mut largest) = ([V::ZERO; BLOCK], [lowest; BLOCK], [lowest; BLOCK]);
    for (unit, z) in (0..).zip(z) {
        for r in 0..BLOCK {
            let own: V = cast(classes[r].simd_eq(u32x4::splat(unit)));
            hit[r] = own.select(z[r], hit[r]);
            before[r] = own.select(largest[r], before[r]);
            largest[r] = z[r].simd_gt(largest[r]).select(z[r], largest[r]);
        }
    }
    for (delta, z) in delta.iter_mut().zip(z) {
        for r in 0..BLOCK {
            delta[r] = z[r] - largest[r];
        }
    }
    for delta in cast_slice_mut::<V, f32>(delta.as_flattened_mut()) {
        *delta = fast_math::exp(*delta);
    }
    let mut sum = [V::ZERO; BLOCK];
    for delta in &*delta {
        for r in 0..BLOCK {
            sum[r] += delta[r];
        }
    }
    let mut losses = sum;
    for loss in cast_slice_mut::<V, f32>(&mut losses) {
        *loss = fast_math::ln(*loss);
    }
    let mut hits = [u32x4::ZERO; BLOCK];
    let mut scale = [V::ZERO; BLOCK];
    for r in 0..BLOCK {
        losses[r] += largest[r] - hit[r];
        hits[r] = cast(hit[r].simd_eq(largest[r]) & hit[r].simd_gt(before[r]));
        scale[r] = shares[r] / sum[r];
    }
    for (unit, delta) in (0..).zip(delta) {
        for r in 0..BLOCK {
            let own: V = cast(classes[r].simd_eq(u32x4::splat(unit)));
            let slope = delta[r] * scale[r] - (own & shares[r]);
            delta[r] = shares[r].simd_gt(V::ZERO) & slope;
        }
    }
    (losses, hits)
}

/// Losses; `delta` holds the differences and becomes the gradient.
fn mse(delta: &mut [Rows], shares: &Rows) -> (Rows, [u32x4; BLOCK]) {
    let outputs = V::splat(delta.len() as f32);
    let mut losses = [V::ZERO; BLOCK];
    for delta in delta {
        for r in 0..BLOCK {
            losses[r] += delta[r] * delta[r] / outputs;
            let slope = V::splat(2.0) * shares[r] / outputs * delta[r];
            delta[r] = shares[r].simd_gt(V::ZERO) & slope;
        }
    }
    (losses, [u32x4::ZERO; BLOCK])
}

/// `c = W a + b`: `a` is I x rows, `c` O x rows.
fn product(c: &mut [V], a: &[V], parameters: &[V], layer: &Layer) {
    let (a, c) = (a.as_chunks::<BLOCK>().0, c.as_chunks_mut::<BLOCK>().0);
    let bias = &parameters[layer.bias..][..layer.outputs];
    let weights = &parameters[layer.weight..layer.bias];
    let (pairs, last) = c.as_chunks_mut::<2>();
    let own = weights.chunks_exact(2 * layer.inputs).zip(bias.as_chunks::<2>().0);
    for (c, (weights, bias)) in pairs.iter_mut().zip(own) {
        let (first, second) = weights.split_at(layer.inputs);
        let mut sums = [[bias[0]; BLOCK], [bias[1]; BLOCK]];
        for ((a, &first), &second) in a.iter().zip(first).zip(second) {
            for r in 0..BLOCK {
                sums[0][r] = madd(first, a[r], sums[0][r]);
                sums[1][r] = madd(second, a[r], sums[1][r]);
            }
        }
        *c = sums;
    }
    if let ([c], Some(&bias)) = (last, bias.last()) {
        let mut sums = [bias; BLOCK];
        for (a, &w) in a.iter().zip(&weights[weights.len() - layer.inputs..]) {
            for r in 0..BLOCK {
                sums[r] = madd(w, a[r], sums[r]);
            }
        }
        *c = sums;
    }
}

/// `c = slope * (W^T delta)`: `delta` is O x rows, `c` and `slope` I x rows.
fn product_back(c: &mut [V], delta: &[V], slope: &[V], parameters: &[V], layer: &Layer) {
    let delta = &delta.as_chunks::<BLOCK>().0[..layer.outputs];
    let weights = &parameters[layer.weight..layer.bias];
    // Below is a hidden layer: its width is a multiple of 4.
    let slope = slope.as_chunks::<BLOCK>().0.as_chunks::<2>().0;
    let pairs = c.as_chunks_mut::<BLOCK>().0.as_chunks_mut::<2>().0.iter_mut().zip(slope);
    for (pair, (c, slope)) in pairs.enumerate() {
        let mut sums = [[V::ZERO; BLOCK]; 2];
        for (weights, delta) in weights.chunks_exact(layer.inputs).zip(delta) {
            let [first, second] = weights.as_chunks::<2>().0[pair];
            for r in 0..BLOCK {
                sums[0][r] = madd(first, delta[r], sums[0][r]);
                sums[1][r] = madd(second, delta[r], sums[1][r]);
            }
        }
        for r in 0..BLOCK {
            c[0][r] = sums[0][r] * slope[0][r];
            c[1][r] = sums[1][r] * slope[1][r];
        }
    }
}

/// `g += delta (a 1)^T`: the share of a block in the gradient of a layer's parameters.
fn weight_gradient(gradient: &mut [V], a: &[V], delta: &[V], layer: &Layer) {
    let a = a.as_chunks::<BLOCK>().0;
    let delta = &delta.as_chunks::<BLOCK>().0[..layer.outputs];
    let (weights, biases) = gradient[layer.trained()].split_at_mut(layer.bias - layer.weight);
    for (bias, delta) in biases.iter_mut().zip(delta) {
        for &delta in delta {
            *bias += delta;
        }
    }
    let mut pairs = weights.chunks_exact_mut(2 * layer.inputs);
    let (delta, last) = delta.as_chunks::<2>();
    for (weights, &[first, second]) in (&mut pairs).zip(delta) {
        let (weights, others) = weights.split_at_mut(layer.inputs);
        for ((weight, other), a) in weights.iter_mut().zip(others).zip(a) {
            let mut sums = [*weight, *other];
            for r in 0..BLOCK {
                sums[0] = madd(first[r], a[r], sums[0]);
                sums[1] = madd(second[r], a[r], sums[1]);
            }
            [*weight, *other] = sums;
        }
    }
    if let &[delta] = last {
        for (weight, a) in pairs.into_remainder().iter_mut().zip(a) {
            for r in 0..BLOCK {
                *weight = madd(delta[r], a[r], *weight);
            }
        }
    }
}

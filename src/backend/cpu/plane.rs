//! Scores of one network over a plane in the space of its weights. The first layer is linear in the two coordinates: what
//! the origin's and the two directions' weights make of the rows is computed once, and every point of the plane only blends
//! the three. `analysis` knows what a plane means; the plain twin is [`crate::backend::evaluate()`], point by point.
#![expect(clippy::inline_always, reason = "only inlined code is compiled for its caller's instruction set")]

use super::isa::{Isa, Job, Level};
use super::loss::BatchLoss;
use super::network::Sums;
use super::norm::Affine;
use super::panels::{gather, layer_len, matrix_len, padded, places};
use super::product::Product;
use crate::backend::{Data, Labels, NetworkSpec, Score};
use crate::kernels::fast_math;
use crate::mlp::{Activation, LEAK, Layer, Loss};
use core::ops::Range;

/// Rows that go through the network together.
const ROWS: usize = 128;
/// Bytes of blended products that are kept between calls; more are computed anew by each.
const KEPT_BYTES: usize = 64 << 20;

/// A point of the plane: what the directions are multiplied by.
pub type Point = [f64; 2];

/// Some rows and what the first layer of the origin and of each direction makes of them, in panels.
struct Block {
    rows: Vec<u32>,
    /// The rows' inputs, where products are not kept.
    x: Vec<f32>,
    products: [Vec<f32>; 3],
}

/// Buffers of one thread.
#[derive(Default)]
struct Scratch {
    values: [Vec<f32>; 2],
    parameters: Vec<f32>,
    delta: Vec<f32>,
    largest: Vec<f32>,
}

/// See the module.
pub struct PlaneScorer {
    level: Level,
    layers: Vec<Layer>,
    /// Where each layer's parameters stand, in panels.
    places: Vec<Range<usize>>,
    loss: Loss,
    /// Parameters of the origin and of both directions, in panels.
    parts: [Vec<f32>; 3],
    blocks: Vec<Block>,
    labels: Labels<f32>,
    /// Numbers of the widest layer's values for a block.
    widest: usize,
}

impl PlaneScorer {
    /// For a network of this specification, with these parameters at the origin (flat, in PyTorch's order) and directions
    /// in the same order, over some rows of the data in evaluation mode.
    pub fn new(spec: &NetworkSpec, origin: &[f32], directions: [&[f32]; 2], data: &Data, rows: &[u32]) -> Self {
        let level = Level::all().pop().unwrap_or_else(|| unreachable!("every machine has an instruction set"));
        let layers = spec.shape.layers();
        let panel = level.panel();
        let mut len = 0;
        let place = |layer: &Layer| {
            let start = len;
            len += layer_len(layer, panel);
            start..len
        };
        let own: Vec<Range<usize>> = layers.iter().map(place).collect();
        let part = |flat: &[f32]| {
            let mut part = vec![0.0; len];
            for (layer, own) in layers.iter().zip(&own) {
                for (from, to) in places(*layer, panel) {
                    part[own.start + to] = flat[from];
                }
            }
            part
        };
        let parts = [part(origin), part(directions[0]), part(directions[1])];
        let first = padded(layers[0].outputs, panel);
        let is_kept = 3 * size_of::<f32>() * first * rows.len() <= KEPT_BYTES;
        let widest = layers.iter().map(|layer| padded(layer.outputs, panel)).max().unwrap_or(0) * ROWS;
        let mut scorer = Self {
            level,
            places: own,
            loss: spec.loss,
            parts,
            blocks: Vec::new(),
            labels: data.labels.clone(),
            widest,
            layers,
        };
        let block = |rows: &[u32]| {
            let mut x = vec![0.0; rows.len() * padded(data.columns, panel)];
            gather(&mut x, &data.x, data.columns, panel, rows);
            let mut block = Block { rows: rows.to_vec(), x, products: [Vec::new(), Vec::new(), Vec::new()] };
            if is_kept {
                block.products = scorer.products(&block);
                block.x = Vec::new();
            }
            block
        };
        scorer.blocks = rows.chunks(ROWS).map(block).collect();
        scorer
    }

    /// What the first layers make of a block.
    fn products(&self, block: &Block) -> [Vec<f32>; 3] {
        let Layer { inputs, outputs, .. } = self.layers[0];
        let n = block.rows.len();
        self.parts.each_ref().map(|part| {
            let mut c = vec![0.0; n * padded(outputs, self.level.panel())];
            let b = &part[self.places[0].clone()];
            self.level.run(Product { c: &mut c, a: &block.x, b, rows: n, inner: inputs, columns: outputs });
            c
        })
    }

    /// The scores at some points, in their order: over no rows NaN, and where the loss is not finite.
    pub fn scores(&self, points: &[Point]) -> Vec<Score> {
        let mut sums = vec![Sums::default(); points.len()];
        let mut scratch = Scratch {
            values: [vec![0.0; self.widest], vec![0.0; self.widest]],
            delta: vec![0.0; self.widest],
            largest: vec![0.0; ROWS],
            parameters: vec![0.0; self.parts[0].len()],
        };
        for block in &self.blocks {
            let fresh;
            let products = if block.x.is_empty() {
                &block.products
            } else {
                fresh = self.products(block);
                &fresh
            };
            for (sums, point) in sums.iter_mut().zip(points) {
                *sums += self.block(&mut scratch, &block.rows, products, point.map(|x| x as f32));
            }
        }
        let nothing = Score { loss: f64::NAN, accuracy: f64::NAN };
        let score = |sums: Sums| Some(sums.score()).filter(|score| sums.rows > 0 && score.loss.is_finite());
        sums.into_iter().map(|sums| score(sums).unwrap_or(nothing)).collect()
    }

    fn block(&self, scratch: &mut Scratch, rows: &[u32], products: &[Vec<f32>; 3], at: [f32; 2]) -> Sums {
        let (panel, n) = (self.level.panel(), rows.len());
        let Scratch { values: [below, above], parameters, delta, largest } = scratch;
        let (mut below, mut above) = (below, above);
        let first = self.layers[0];
        let c = &mut below[..products[0].len()];
        let from = products.each_ref().map(Vec::as_slice);
        let is_plain = first.norm.is_none();
        self.level.run(Blend {
            to: c,
            from,
            at,
            activation: if is_plain { first.activation } else { Activation::Linear },
        });
        if !is_plain {
            let own = self.places[0].start + matrix_len(&first, panel)..self.places[0].end;
            let from = self.parts.each_ref().map(|part| &part[own.clone()]);
            let norm = &mut parameters[own.clone()];
            self.level.run(Blend { to: norm, from, at, activation: Activation::Linear });
            let c = &mut below[..products[0].len()];
            self.level.run(Affine { z: c, norm, rows: n, units: first.outputs });
            self.level.run(Apply { to: c, activation: first.activation });
        }
        for (layer, own) in self.layers.iter().zip(&self.places).skip(1) {
            let b = &mut parameters[own.clone()];
            let from = self.parts.each_ref().map(|part| &part[own.clone()]);
            self.level.run(Blend { to: b, from, at, activation: Activation::Linear });
            let a = &below[..n * padded(layer.inputs, panel)];
            let c = &mut above[..n * padded(layer.outputs, panel)];
            self.level.run(Product { c, a, b, rows: n, inner: layer.inputs, columns: layer.outputs });
            if layer.norm.is_some() {
                let norm = &parameters[own.start + matrix_len(layer, panel)..own.end];
                self.level.run(Affine {
                    z: &mut c[..n * padded(layer.outputs, panel)],
                    norm,
                    rows: n,
                    units: layer.outputs,
                });
            }
            self.level.run(Apply { to: c, activation: layer.activation });
            core::mem::swap(&mut below, &mut above);
        }
        let mut sums = Sums { rows: n as u64, ..Sums::default() };
        self.level.run(BatchLoss {
            z: below,
            delta,
            largest,
            outputs: self.layers.last().map_or(0, |layer| layer.outputs),
            kind: self.loss,
            labels: &self.labels,
            rows,
            sum: &mut sums.loss,
            correct: &mut sums.correct,
        });
        sums
    }
}

/// `to = f(from[0] + at[0] from[1] + at[1] from[2])`.
struct Blend<'a> {
    to: &'a mut [f32],
    from: [&'a [f32]; 3],
    at: [f32; 2],
    activation: Activation,
}

impl Job for Blend<'_> {
    #[inline(always)]
    fn call<I: Isa>(self) {
        let Self { to, from: [origin, u, v], at: [x, y], activation } = self;
        for (((to, origin), u), v) in to.iter_mut().zip(origin).zip(u).zip(v) {
            *to = origin + (x * u + y * v);
        }
        Apply { to, activation }.call::<I>();
    }
}

/// `to = f(to)`.
struct Apply<'a> {
    to: &'a mut [f32],
    activation: Activation,
}

impl Job for Apply<'_> {
    #[inline(always)]
    fn call<I: Isa>(self) {
        match self.activation {
            Activation::Linear => {}
            Activation::Sigmoid => self.each(|z| fast_math::sigmoid(z).0),
            Activation::Tanh => self.each(|z| fast_math::tanh(z).0),
            Activation::Relu => self.each(|z| z.max(0.0)),
            Activation::LeakyRelu => self.each(|z| if z > 0.0 { z } else { LEAK as f32 * z }),
            Activation::Elu => self.each(|z| fast_math::elu(z).0),
            Activation::Gelu => self.each(|z| fast_math::gelu(z).0),
        }
    }
}

impl Apply<'_> {
    #[inline(always)]
    fn each(self, f: impl Fn(f32) -> f32) {
        for z in self.to {
            *z = f(*z);
        }
    }
}

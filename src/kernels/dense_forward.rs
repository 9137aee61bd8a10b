//! A dense layer forward. Twin of `shaders/dense_forward.wgsl`.

use super::{Real, activate};
use crate::mlp::Layer;
use crate::rng;

/// Dropout of one layer in one step: unit kept where its 16 bits reach the threshold, then scaled by `1 / (1 - p)`.
#[derive(Clone, Copy, Debug)]
pub struct Mask {
    /// [`crate::backend::NetworkSpec::dropout_key`].
    pub key: [u32; 2],
    /// Steps of the run before this one.
    pub step: u32,
    /// Share dropped.
    pub p: f64,
}

impl Mask {
    /// 0 for a dropped unit, `1 / (1 - p)` for a kept one.
    pub fn factor<T: Real>(&self, row: usize, unit: usize, units: usize) -> T {
        let block = (row * units.div_ceil(4) + unit / 4) as u32;
        let bits = rng::mask_block(self.key, self.step, block)[unit % 4];
        if bits >= rng::drop_threshold(self.p) { T::of(1.0 / (1.0 - self.p)) } else { T::zero() }
    }
}

/// `a = dropout(activation(x W^T + b))`. `x` is B x I, the result B x O; beside it the local derivative `da/dz`, with
/// the dropout factor in it, which the way back multiplies by.
pub fn reference<T: Real>(parameters: &[T], layer: &Layer, x: &[T], mask: Option<&Mask>) -> (Vec<T>, Vec<T>) {
    let rows = x.len() / layer.inputs;
    let (mut a, mut derivative) = (Vec::with_capacity(rows * layer.outputs), Vec::with_capacity(rows * layer.outputs));
    for row in 0..rows {
        let input = &x[row * layer.inputs..][..layer.inputs];
        for unit in 0..layer.outputs {
            let weight = &parameters[layer.weight + unit * layer.inputs..][..layer.inputs];
            let z = input.iter().zip(weight).map(|(&x, &w)| x * w).sum::<T>() + parameters[layer.bias + unit];
            let (value, slope) = activate(layer.activation, z);
            let factor = mask.map_or(T::one(), |mask| mask.factor(row, unit, layer.outputs));
            a.push(value * factor);
            derivative.push(slope * factor);
        }
    }
    (a, derivative)
}

//! A dense layer forward. Twin of `shaders/dense_forward.wgsl`.

use super::{Real, activate, batch_norm};
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
/// the dropout factor in it, which the way back multiplies by. A batch norm is taken in evaluation mode.
pub fn reference<T: Real>(parameters: &[T], layer: &Layer, x: &[T], mask: Option<&Mask>) -> (Vec<T>, Vec<T>) {
    let mut z = sums(parameters, layer, x);
    if let Some(norm) = layer.norm {
        for (at, z) in z.iter_mut().enumerate() {
            let (scale, shift) = batch_norm::affine(parameters, layer, norm, at % layer.outputs);
            *z = scale * *z + shift;
        }
    }
    shown(layer, &z, mask)
}

/// `z = x W^T + b`.
pub fn sums<T: Real>(parameters: &[T], layer: &Layer, x: &[T]) -> Vec<T> {
    let unit = |input: &[T], unit: usize| {
        let weight = &parameters[layer.row(unit)];
        input.iter().zip(weight).map(|(&x, &w)| x * w).sum::<T>() + parameters[layer.bias + unit]
    };
    x.chunks_exact(layer.inputs).flat_map(|input| (0..layer.outputs).map(move |at| unit(input, at))).collect()
}

/// `a = dropout(activation(z))`, and `da/dz`.
pub fn shown<T: Real>(layer: &Layer, z: &[T], mask: Option<&Mask>) -> (Vec<T>, Vec<T>) {
    let one = |(at, &z): (usize, &T)| {
        let (value, slope) = activate(layer.activation, z);
        let (row, unit) = (at / layer.outputs, at % layer.outputs);
        let factor = mask.map_or(T::one(), |mask| mask.factor(row, unit, layer.outputs));
        (value * factor, slope * factor)
    };
    z.iter().enumerate().map(one).unzip()
}

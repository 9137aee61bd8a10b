//! A dense layer's own gradient. Twin of `shaders/dense_backward_weight.wgsl`.

use super::Real;
use crate::mlp::Layer;

/// `dL/dW = delta^T x` and `dL/db`, written to the layer's places in `gradient`.
pub fn reference<T: Real>(gradient: &mut [T], layer: &Layer, x: &[T], delta: &[T]) {
    let rows = delta.len() / layer.outputs;
    for unit in 0..layer.outputs {
        for input in 0..layer.inputs {
            gradient[layer.weight + unit * layer.inputs + input] =
                (0..rows).map(|row| delta[row * layer.outputs + unit] * x[row * layer.inputs + input]).sum();
        }
        gradient[layer.bias + unit] = (0..rows).map(|row| delta[row * layer.outputs + unit]).sum();
    }
}

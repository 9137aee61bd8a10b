//! A dense layer back to its inputs. Twin of `shaders/dense_backward_data.wgsl`.

use super::Real;
use crate::mlp::Layer;

/// `dL/dx` times the local derivative of the layer below: `delta` is B x O, `derivative` and the result B x I.
pub fn reference<T: Real>(parameters: &[T], layer: &Layer, delta: &[T], derivative: &[T]) -> Vec<T> {
    let rows = delta.len() / layer.outputs;
    let mut below = Vec::with_capacity(rows * layer.inputs);
    for row in 0..rows {
        for input in 0..layer.inputs {
            let sum: T = (0..layer.outputs)
                .map(|unit| delta[row * layer.outputs + unit] * parameters[layer.weight + unit * layer.inputs + input])
                .sum();
            below.push(sum * derivative[row * layer.inputs + input]);
        }
    }
    below
}

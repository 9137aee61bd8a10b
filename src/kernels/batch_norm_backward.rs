//! A batch norm's own gradient, and from its outputs to its inputs. Twin of `shaders/batch_norm_backward.wgsl`.

use super::Real;
use super::batch_norm::Normed;
use crate::mlp::{Layer, Norm};

/// `delta` (B x O), the loss's derivative by what the norm gave, becomes that by what it was given; the norm's own gradient
/// goes to its places.
pub fn reference<T: Real>(
    parameters: &[T],
    gradient: &mut [T],
    layer: &Layer,
    Norm { gamma, .. }: Norm,
    normed: &Normed<T>,
    delta: &mut [T],
) {
    let (units, n) = (layer.outputs, T::of((delta.len() / layer.outputs) as f64));
    for unit in 0..units {
        let pairs = || delta.iter().zip(&normed.x).skip(unit).step_by(units);
        let by_shift: T = pairs().map(|(&delta, _)| delta).sum();
        let by_factor: T = pairs().map(|(&delta, &x)| delta * x).sum();
        gradient[gamma + unit] = by_factor;
        gradient[gamma + units + unit] = by_shift;
        let scale = parameters[gamma + unit] * normed.inverse[unit] / n;
        for (delta, &x) in delta.iter_mut().zip(&normed.x).skip(unit).step_by(units) {
            *delta = scale * (n * *delta - by_shift - x * by_factor);
        }
    }
}

//! A batch norm between a layer's linear map and its activation. Twin of `shaders/batch_norm.wgsl`; the way back is
//! `batch_norm_backward`.

use super::Real;
use crate::mlp::{Layer, NORM_EPSILON, NORM_MOMENTUM, Norm};

/// What the way back needs of a batch.
#[derive(Clone, Debug)]
pub struct Normed<T> {
    /// B x O: the sums less their mean, over their deviation.
    pub x: Vec<T>,
    /// O: 1 over the deviation.
    pub inverse: Vec<T>,
}

/// `z` (B x O) becomes `gamma (z - mean) / deviation + beta`, by the batch's own statistics, and the running ones go a step
/// towards these: the deviation is that of the whole batch, the running variance the unbiased one.
pub fn reference<T: Real>(parameters: &mut [T], layer: &Layer, Norm { gamma, mean }: Norm, z: &mut [T]) -> Normed<T> {
    let (units, n) = (layer.outputs, T::of((z.len() / layer.outputs) as f64));
    let mut normed = Normed { x: vec![T::zero(); z.len()], inverse: Vec::with_capacity(units) };
    for unit in 0..units {
        let column = || z.iter().skip(unit).step_by(units).copied();
        let own = column().sum::<T>() / n;
        let squares: T = column().map(|z| (z - own) * (z - own)).sum();
        let inverse = T::one() / (squares / n + T::of(NORM_EPSILON)).sqrt();
        let share = T::of(NORM_MOMENTUM);
        let running = [(mean + unit, own), (mean + units + unit, squares / (n - T::one()))];
        for (place, now) in running {
            parameters[place] = (T::one() - share) * parameters[place] + share * now;
        }
        let (factor, shift) = (parameters[gamma + unit], parameters[gamma + units + unit]);
        for (z, x) in z.iter_mut().zip(&mut normed.x).skip(unit).step_by(units) {
            *x = (*z - own) * inverse;
            *z = factor * *x + shift;
        }
        normed.inverse.push(inverse);
    }
    normed
}

/// What a unit's sum is multiplied by in evaluation mode, and what is added to it then: the running statistics' part.
pub fn affine<T: Real>(parameters: &[T], layer: &Layer, Norm { gamma, mean }: Norm, unit: usize) -> (T, T) {
    let at = |start: usize, k: usize| parameters[start + k * layer.outputs + unit];
    let scale = at(gamma, 0) / (at(mean, 1) + T::of(NORM_EPSILON)).sqrt();
    (scale, at(gamma, 1) - scale * at(mean, 0))
}

//! A batch norm between a layer's linear map and its activation. Twin of `shaders/batch_norm.wgsl`; the way back is
//! `batch_norm_backward`.

use super::Real;
use crate::mlp::{Layer, NORM_EPSILON, NORM_MOMENTUM, Norm, Shape};
use std::borrow::Cow;

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

/// The parameters of [`Shape::plain`] that says the same in evaluation mode: there a batch norm is linear, and goes into the
/// layer before it. What looks at trained networks and need not know of batch norms begins with this; a layer that no
/// linear map says the same as would be walked through there itself.
pub fn folded<'a, T: Real>(shape: &Shape, parameters: &'a [T]) -> Cow<'a, [T]> {
    if !shape.batch_norm {
        return Cow::Borrowed(parameters);
    }
    let mut folded = vec![T::zero(); shape.plain().n_parameters()];
    for (layer, plain) in shape.layers().iter().zip(shape.plain().layers()) {
        for unit in 0..layer.outputs {
            let own = |norm| affine(parameters, layer, norm, unit);
            let (scale, shift) = layer.norm.map_or((T::one(), T::zero()), own);
            for (to, &from) in folded[plain.row(unit)].iter_mut().zip(&parameters[layer.row(unit)]) {
                *to = scale * from;
            }
            folded[plain.bias + unit] = scale * parameters[layer.bias + unit] + shift;
        }
    }
    Cow::Owned(folded)
}

/// The loss's gradient in evaluation mode out of that by [`folded`] parameters; 0 by running statistics, which stay.
pub fn unfolded(shape: &Shape, parameters: &[f64], folded: Vec<f64>) -> Vec<f64> {
    if !shape.batch_norm {
        return folded;
    }
    let mut gradient = vec![0.0; shape.n_parameters()];
    for (layer, plain) in shape.layers().iter().zip(shape.plain().layers()) {
        for unit in 0..layer.outputs {
            let own = |norm| affine(parameters, layer, norm, unit).0;
            let scale = layer.norm.map_or(1.0, own);
            let (rows, bias) = (&folded[plain.row(unit)], folded[plain.bias + unit]);
            for (to, &from) in gradient[layer.row(unit)].iter_mut().zip(rows) {
                *to = scale * from;
            }
            gradient[layer.bias + unit] = scale * bias;
            let Some(Norm { gamma, mean }) = layer.norm else { continue };
            let weights = &parameters[layer.row(unit)];
            let sum: f64 = rows.iter().zip(weights).map(|(by, weight)| by * weight).sum();
            let centre = parameters[layer.bias + unit] - parameters[mean + unit];
            let deviation = (parameters[mean + layer.outputs + unit] + NORM_EPSILON).sqrt();
            gradient[gamma + unit] = (sum + bias * centre) / deviation;
            gradient[gamma + layer.outputs + unit] = bias;
        }
    }
    gradient
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mlp::{Activation, Init};
    use crate::rng::RunId;

    #[test]
    fn a_folded_network_says_the_same_and_its_gradient_is_the_norms() {
        let shape = Shape { inputs: 3, hidden: vec![4, 5], outputs: 2, activation: Activation::Tanh, batch_norm: true };
        let mut parameters = shape.initial_parameters(Init::Torch, 0.0, 3, RunId::default());
        for (at, parameter) in parameters.iter_mut().enumerate() {
            *parameter += 0.3 + 0.01 * (at % 7) as f64;
        }
        let x: Vec<f64> = (0..12).map(|i| f64::from(i % 5) - 2.0).collect();
        let said = |shape: &Shape, parameters: &[f64]| {
            shape
                .layers()
                .iter()
                .fold(x.clone(), |x, layer| crate::kernels::dense_forward::reference(parameters, layer, &x, None).0)
        };
        let plain = shape.plain();
        let by_fold = folded(&shape, &parameters);
        let sum = |shape: &Shape, parameters: &[f64]| said(shape, parameters).iter().map(|y| y * y).sum::<f64>();
        assert!((sum(&shape, &parameters) - sum(&plain, &by_fold)).abs() < 1e-9);
        let slope = |shape: &Shape, parameters: &[f64], at: usize| {
            let moved = |by: f64| {
                let mut parameters = parameters.to_vec();
                parameters[at] += by;
                sum(shape, &parameters)
            };
            (moved(1e-6) - moved(-1e-6)) / 2e-6
        };
        let by_folded: Vec<f64> = (0..by_fold.len()).map(|at| slope(&plain, &by_fold, at)).collect();
        let gradient = unfolded(&shape, &parameters, by_folded);
        for (at, &found) in gradient.iter().enumerate().take(shape.n_trained()) {
            let wanted = slope(&shape, &parameters, at);
            assert!((found - wanted).abs() < 1e-5 * wanted.abs().max(1.0), "{at}: {found} is not {wanted}");
        }
        assert!(gradient[shape.n_trained()..].iter().all(|&x| x == 0.0));
    }
}

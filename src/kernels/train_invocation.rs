//! A whole training step of one network: forward, loss, backward, update. Twin of `shaders/train_invocation.wgsl`, which
//! takes many of them in one dispatch; made of the other kernels' twins.

use super::{BatchLoss, DIVERGENCE_LIMIT, Labels, Mask, Real, STATE_LIMIT};
use super::{
    batch_norm, batch_norm_backward, dense_backward_data, dense_backward_weight, dense_forward, loss, optimizer,
};
use crate::mlp::{Layer, Loss};
use crate::optimizer::average::follow;
use crate::optimizer::descent::{DIRECTION, shifted, slope};
use crate::optimizer::{Constants, MOST_SLOTS, RuleId, Scalars};

/// A network in training.
pub struct Training<'a, T> {
    /// From input to output.
    pub layers: &'a [Layer],
    /// What is made small.
    pub loss: Loss,
    /// Update rule.
    pub rule: RuleId,
    /// What holds for the run.
    pub constants: &'a Constants<T>,
    /// Share of hidden units dropped.
    pub dropout: f64,
    /// The decay of the parameters' average, whose lags then stand behind the rule's slots.
    pub average: Option<T>,
    /// Key of the masks after each hidden layer.
    pub keys: &'a [[u32; 2]],
    /// P, in PyTorch's flat order.
    pub parameters: &'a mut [T],
    /// P, of the last step.
    pub gradient: &'a mut [T],
    /// P each: the optimizer's state.
    pub slots: &'a mut [Vec<T>],
}

/// One step on the rows `x` (B x I) with these labels (by `rows`), the `step`-th of the run from 0. Returns the batch's
/// loss and whether the network stayed within the limits.
pub fn reference<T: Real>(
    network: &mut Training<'_, T>,
    x: Vec<T>,
    labels: &Labels<T>,
    rows: &[u32],
    step: u32,
    scalars: &Scalars<T>,
) -> (BatchLoss<T>, bool) {
    let (layers, p) = (network.layers, network.dropout);
    let last = layers.len() - 1;
    // Before the step, running statistics among them.
    let before = network.average.map(|_| network.parameters.to_vec());
    let mut inputs = vec![x];
    let mut derivatives = Vec::with_capacity(layers.len());
    let mut normed = Vec::with_capacity(layers.len());
    for (depth, layer) in layers.iter().enumerate() {
        let mask = (p > 0.0 && depth < last).then(|| Mask { key: network.keys[depth], step, p });
        let mut z = dense_forward::sums(network.parameters, layer, &inputs[depth]);
        normed.push(layer.norm.map(|norm| batch_norm::reference(network.parameters, layer, norm, &mut z)));
        let (a, derivative) = dense_forward::shown(layer, &z, mask.as_ref());
        inputs.push(a);
        derivatives.push(derivative);
    }
    let batch = loss::reference(network.loss, &inputs[last + 1], layers[last].outputs, labels, rows);
    let mut delta = batch.delta.clone();
    for (depth, layer) in layers.iter().enumerate().rev() {
        if let (Some(norm), Some(normed)) = (layer.norm, &normed[depth]) {
            let (parameters, gradient) = (&*network.parameters, &mut *network.gradient);
            batch_norm_backward::reference(parameters, gradient, layer, norm, normed, &mut delta);
        }
        dense_backward_weight::reference(network.gradient, layer, &inputs[depth], &delta);
        if depth > 0 {
            delta = dense_backward_data::reference(network.parameters, layer, &delta, &derivatives[depth - 1]);
        }
    }
    let mean = batch.sum.to() / rows.len() as f64;
    let finite = within(mean, DIVERGENCE_LIMIT) && update(network, scalars, before);
    (batch, finite)
}

/// The optimizer over all parameters, which stood at `before` where their average is kept; whether all stayed below the
/// limits.
fn update<T: Real>(network: &mut Training<'_, T>, scalars: &Scalars<T>, before: Option<Vec<T>>) -> bool {
    let mut finite = true;
    let scalars = &shifted(network.rule, scalars, || slope_of(network));
    for layer in network.layers {
        for i in layer.trained() {
            let mut state = [T::zero(); MOST_SLOTS];
            for (state, slot) in state.iter_mut().zip(&*network.slots) {
                *state = slot[i];
            }
            let (rule, is_weight) = (network.rule, i < layer.bias);
            let (p, gradient) = (network.parameters[i], network.gradient[i]);
            let p = optimizer::reference(rule, network.constants, scalars, is_weight, p, gradient, &mut state);
            network.parameters[i] = p;
            finite &= within(p.to(), DIVERGENCE_LIMIT);
            for (slot, state) in network.slots.iter_mut().zip(state) {
                slot[i] = state;
                finite &= within(state.to(), STATE_LIMIT);
            }
        }
    }
    if let (Some(decay), Some(before), Some(lags)) = (network.average, before, network.slots.last_mut()) {
        follow(decay, lags, &before, network.parameters);
    }
    finite
}

/// `g . u` of a network whose learning rate descends.
fn slope_of<T: Real>(network: &Training<'_, T>) -> T {
    let mut sum = T::zero();
    for layer in network.layers {
        for i in layer.trained() {
            let l2 = if i < layer.bias { network.constants.l2 } else { T::zero() };
            let mut state = [T::zero(); MOST_SLOTS];
            state[DIRECTION] = network.slots[DIRECTION][i];
            sum += slope(network.constants, l2, network.parameters[i], network.gradient[i], &state);
        }
    }
    sum
}

/// Whether `x` is a number and its magnitude below `limit`.
pub fn within(x: f64, limit: f64) -> bool {
    x.abs() < limit
}

//! Multilayer perceptrons: shapes, the flat order of their parameters, and initial weights.
//!
//! Parameters are flat and in PyTorch's order: per layer the weight (`outputs x inputs`, row major), then the bias.
//! Backends keep layouts of their own inside and convert at their border.

use crate::rng::{self, Purpose, RunId, Stream};

/// Nonlinearity after a layer's linear map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
#[repr(u32)]
pub enum Activation {
    /// Identity.
    Linear = 0,
    /// `1 / (1 + exp(-x))`.
    Sigmoid = 1,
    /// Hyperbolic tangent; f32 backends clamp the argument to [`TANH_CLAMP`].
    Tanh = 2,
    /// `max(x, 0)`; the gradient at 0 is 0, as in PyTorch.
    Relu = 3,
}

/// Beyond this f32's tanh is 1 to the last bit, and several GPU drivers return NaN.
pub const TANH_CLAMP: f64 = 15.0;

/// What training makes small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
#[repr(u32)]
pub enum Loss {
    /// Mean over the batch of `logsumexp(z) - z_y`.
    CrossEntropy = 0,
    /// Mean over batch and outputs of the squared difference.
    Mse = 1,
}

/// One linear map of a network and where its parameters stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Width of what comes in.
    pub inputs: usize,
    /// Width of what goes out.
    pub outputs: usize,
    /// Index of the first weight in the flat parameters.
    pub weight: usize,
    /// Index of the first bias in the flat parameters.
    pub bias: usize,
    /// Nonlinearity after the map; [`Activation::Linear`] for the last.
    pub activation: Activation,
}

/// Widths and activation of a network.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shape {
    /// Features of a sample.
    pub inputs: usize,
    /// Width of each hidden layer; empty for a linear model.
    pub hidden: Vec<usize>,
    /// Classes, or 1 for numbers.
    pub outputs: usize,
    /// After each hidden layer.
    pub activation: Activation,
}

impl Shape {
    /// The layers from input to output.
    pub fn layers(&self) -> Vec<Layer> {
        let mut layers = Vec::with_capacity(self.hidden.len() + 1);
        let (mut inputs, mut next) = (self.inputs, 0);
        for (depth, &outputs) in self.hidden.iter().chain(core::iter::once(&self.outputs)).enumerate() {
            let activation = if depth < self.hidden.len() { self.activation } else { Activation::Linear };
            layers.push(Layer { inputs, outputs, weight: next, bias: next + inputs * outputs, activation });
            next += inputs * outputs + outputs;
            inputs = outputs;
        }
        layers
    }

    /// Number of weights and biases.
    pub fn n_parameters(&self) -> usize {
        self.layers().iter().map(|layer| layer.inputs * layer.outputs + layer.outputs).sum()
    }

    /// PyTorch's default initial weights (`torch.nn.Linear`): weight and bias uniform in `+-1/sqrt(fan_in)`. Drawn per
    /// layer from its own stream, weights first; the same bits on every platform.
    pub fn initial_parameters(&self, seed: u64, run: RunId) -> Vec<f64> {
        let mut parameters = Vec::with_capacity(self.n_parameters());
        for (depth, layer) in self.layers().iter().enumerate() {
            let mut stream = Stream::new(rng::key(seed, Purpose::Init, run, depth as u32));
            let bound = 1.0 / (layer.inputs.max(1) as f64).sqrt();
            for _ in 0..layer.inputs * layer.outputs + layer.outputs {
                let value = (2.0 * f64::from(stream.uniform()) - 1.0) * bound;
                parameters.push(f64::from(value as f32));
            }
        }
        parameters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_stand_in_pytorchs_order() {
        let shape = Shape { inputs: 3, hidden: vec![4, 2], outputs: 5, activation: Activation::Tanh };
        let layers = shape.layers();
        assert_eq!((layers[0].weight, layers[0].bias), (0, 12));
        assert_eq!((layers[1].weight, layers[1].bias), (16, 24));
        assert_eq!((layers[2].weight, layers[2].bias), (26, 36));
        assert_eq!(shape.n_parameters(), 41);
        assert_eq!(layers[2].activation, Activation::Linear);
    }

    #[test]
    fn initial_weights_stay_in_their_bounds_and_repeat() {
        let shape = Shape { inputs: 16, hidden: vec![64], outputs: 2, activation: Activation::Relu };
        let a = shape.initial_parameters(5, RunId::default());
        assert_eq!(a, shape.initial_parameters(5, RunId::default()));
        assert_ne!(a, shape.initial_parameters(6, RunId::default()));
        assert!(a[..16 * 64 + 64].iter().all(|w| w.abs() <= 0.25));
        assert!(a[..16 * 64].iter().any(|w| w.abs() > 0.2));
    }
}

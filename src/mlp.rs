//! Multilayer perceptrons: shapes, the flat order of their parameters, and initial weights.
//!
//! A network's numbers are a list of named tensors ([`Shape::tensors`]), flat and in PyTorch's order: per layer the weight
//! (`outputs x inputs`, row major), then the bias, then what a batch norm behind it learns; after all layers come the
//! running statistics of batch norms, which are kept and not trained. Layouts, initialisation, fixtures and exports walk
//! that list; backends keep layouts of their own inside and convert at their border.

use crate::rng::{self, Purpose, RunId, Stream};
use core::ops::Range;

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
    /// x, below 0 times [`LEAK`].
    LeakyRelu = 4,
    /// x, below 0 `exp(x) - 1`.
    Elu = 5,
    /// x times the normal distribution's share below x.
    Gelu = 6,
}

impl Activation {
    /// Every one.
    pub const ALL: [Self; 7] =
        [Self::Linear, Self::Sigmoid, Self::Tanh, Self::Relu, Self::LeakyRelu, Self::Elu, Self::Gelu];
}

/// Slope of a leaky `ReLU` below 0, PyTorch's default.
pub const LEAK: f64 = 0.01;
/// Beyond this the normal distribution's share is 0 or 1 to the last bit of f32, and of f64 where x is multiplied by it.
pub const GELU_CLAMP: f64 = 30.0;

/// Beyond this f32's tanh is 1 to the last bit, and several GPU drivers return NaN.
pub const TANH_CLAMP: f64 = 15.0;

/// Added to a batch norm's variance, PyTorch's default.
pub const NORM_EPSILON: f64 = 1e-5;
/// The weight of a batch's statistics in a batch norm's running ones, PyTorch's default.
pub const NORM_MOMENTUM: f64 = 0.1;

/// How weights are drawn before the first step, as in `torch.nn.init`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Init {
    /// What `torch.nn.Linear` does by itself: weights and biases uniform in `+-1/sqrt(fan_in)`. All others leave biases 0.
    Torch,
    /// Uniform, with gain 1.
    XavierUniform,
    /// Normal, with gain 1.
    XavierNormal,
    /// Uniform by `fan_in`, with the gain of `ReLU`.
    KaimingUniform,
    /// Normal by `fan_in`, with the gain of `ReLU`.
    KaimingNormal,
    /// Normal with this deviation.
    Normal,
    /// All 0.
    Zeros,
}

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
    /// The batch norm between map and nonlinearity.
    pub norm: Option<Norm>,
}

/// Where the tensors of a batch norm stand, each with a number for each unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Norm {
    /// Index of the first factor; the shifts (beta) follow.
    pub gamma: usize,
    /// Index of the first running mean; the running variances follow.
    pub mean: usize,
}

/// What a tensor is to its layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `outputs x inputs`: what `l2` and the directions of planes act on.
    Weight,
    /// Added to each unit.
    Bias,
    /// A batch norm's factor.
    Gamma,
    /// A batch norm's shift.
    Beta,
    /// A batch norm's running mean: kept, not trained.
    Mean,
    /// A batch norm's running variance, the unbiased one: kept, not trained.
    Variance,
}

/// A tensor of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// Its layer, from 0.
    pub layer: usize,
    /// What it is to that layer.
    pub role: Role,
    /// Its place among the network's numbers.
    pub place: Range<usize>,
}

impl Layer {
    /// The place of all that training changes of it.
    pub fn trained(&self) -> Range<usize> {
        self.weight..self.norm.map_or(self.bias, |norm| norm.gamma + self.outputs) + self.outputs
    }

    /// The place of its weights, on which `l2` acts, and of what else is trained.
    pub fn pieces(&self) -> [Range<usize>; 2] {
        [self.weight..self.bias, self.bias..self.trained().end]
    }

    /// The place of a unit's weights.
    pub fn row(&self, unit: usize) -> Range<usize> {
        self.weight + unit * self.inputs..self.weight + (unit + 1) * self.inputs
    }

    /// Its tensors, in the order in which they stand.
    fn tensors(&self, layer: usize) -> impl Iterator<Item = Tensor> {
        let n = self.outputs;
        let of = move |role, start, n| Tensor { layer, role, place: start..start + n };
        let norm = self.norm.into_iter().flat_map(move |Norm { gamma, mean }| {
            let places =
                [(Role::Gamma, gamma), (Role::Beta, gamma + n), (Role::Mean, mean), (Role::Variance, mean + n)];
            places.map(|(role, start)| of(role, start, n))
        });
        [of(Role::Weight, self.weight, n * self.inputs), of(Role::Bias, self.bias, n)].into_iter().chain(norm)
    }
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
    /// Whether a batch norm stands between each hidden layer's linear map and its nonlinearity.
    pub batch_norm: bool,
}

/// Numbers of a linear map: its weights, and a bias for each output. What packs a layer its own way says so beside its own.
pub const fn linear_len(inputs: usize, outputs: usize) -> usize {
    (inputs + 1) * outputs
}

impl Shape {
    /// The layers from input to output.
    pub fn layers(&self) -> Vec<Layer> {
        let mut layers = Vec::with_capacity(self.hidden.len() + 1);
        let (mut inputs, mut next, mut kept) = (self.inputs, 0, self.n_trained());
        for (depth, &outputs) in self.hidden.iter().chain(core::iter::once(&self.outputs)).enumerate() {
            let is_hidden = depth < self.hidden.len();
            let activation = if is_hidden { self.activation } else { Activation::Linear };
            let bias = next + inputs * outputs;
            let norm = (is_hidden && self.batch_norm).then_some(Norm { gamma: bias + outputs, mean: kept });
            let layer = Layer { inputs, outputs, weight: next, bias, activation, norm };
            next = layer.trained().end;
            kept += if norm.is_some() { 2 * outputs } else { 0 };
            layers.push(layer);
            inputs = outputs;
        }
        layers
    }

    /// All tensors, layer by layer.
    pub fn tensors(&self) -> impl Iterator<Item = Tensor> {
        self.layers().into_iter().enumerate().flat_map(|(depth, layer)| layer.tensors(depth).collect::<Vec<_>>())
    }

    /// Numbers that training changes by their gradient: they stand before all others.
    pub fn n_trained(&self) -> usize {
        let (mut inputs, mut n) = (self.inputs, 0);
        for &outputs in self.hidden.iter().chain([&self.outputs]) {
            n += linear_len(inputs, outputs);
            inputs = outputs;
        }
        n + self.n_kept()
    }

    /// Numbers that are kept and not trained: a batch norm has as many of them as it learns.
    fn n_kept(&self) -> usize {
        if self.batch_norm { 2 * self.hidden.iter().sum::<usize>() } else { 0 }
    }

    /// All numbers of a network: what is trained, and running statistics behind it.
    pub fn n_parameters(&self) -> usize {
        self.n_trained() + self.n_kept()
    }

    /// The same without batch norms.
    #[must_use]
    pub fn plain(&self) -> Self {
        Self { batch_norm: false, ..self.clone() }
    }

    /// Initial parameters, `init_std` the deviation of [`Init::Normal`]. Drawn per layer from its own stream, weights first;
    /// the same bits on every platform.
    pub fn initial_parameters(&self, init: Init, init_std: f64, seed: u64, run: RunId) -> Vec<f64> {
        let mut parameters = vec![0.0; self.n_parameters()];
        let layers = self.layers();
        for Tensor { layer: depth, role, place } in self.tensors() {
            let layer = &layers[depth];
            // Weights and biases of a layer are drawn from one stream, the weights first.
            let n_drawn = match role {
                Role::Weight if init == Init::Torch => place.len() + layer.outputs,
                Role::Weight => place.len(),
                Role::Bias | Role::Beta | Role::Mean => 0,
                Role::Gamma | Role::Variance => {
                    parameters[place].fill(1.0);
                    0
                }
            };
            if n_drawn == 0 {
                continue;
            }
            let mut stream = Stream::new(rng::key(seed, Purpose::Init, run, depth as u32));
            let fan_in = layer.inputs.max(1) as f64;
            let fans = fan_in + layer.outputs as f64;
            let uniform = |stream: &mut Stream, bound: f64| (2.0 * f64::from(stream.uniform()) - 1.0) * bound;
            for parameter in &mut parameters[layer.weight..][..n_drawn] {
                let value = match init {
                    Init::Torch => uniform(&mut stream, 1.0 / fan_in.sqrt()),
                    Init::XavierUniform => uniform(&mut stream, (6.0 / fans).sqrt()),
                    Init::KaimingUniform => uniform(&mut stream, (6.0 / fan_in).sqrt()),
                    Init::XavierNormal => (2.0 / fans).sqrt() * stream.normal(),
                    Init::KaimingNormal => (2.0 / fan_in).sqrt() * stream.normal(),
                    Init::Normal => init_std * stream.normal(),
                    Init::Zeros => 0.0,
                };
                *parameter = f64::from(value as f32);
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
        let shape =
            Shape { inputs: 3, hidden: vec![4, 2], outputs: 5, activation: Activation::Tanh, batch_norm: false };
        let layers = shape.layers();
        assert_eq!((layers[0].weight, layers[0].bias), (0, 12));
        assert_eq!((layers[1].weight, layers[1].bias), (16, 24));
        assert_eq!((layers[2].weight, layers[2].bias), (26, 36));
        assert_eq!(shape.n_parameters(), 41);
        assert_eq!(layers[2].activation, Activation::Linear);
    }

    #[test]
    fn tensors_stand_side_by_side_in_pytorchs_order_and_statistics_behind_them() {
        use Role::{Beta, Bias, Gamma, Mean, Variance, Weight};
        let plain = Shape { inputs: 3, hidden: vec![4], outputs: 2, activation: Activation::Relu, batch_norm: false };
        let normed = Shape { batch_norm: true, ..plain.clone() };
        let roles = |shape: &Shape| shape.tensors().map(|one| (one.role, one.place)).collect::<Vec<_>>();
        assert_eq!(roles(&plain), [(Weight, 0..12), (Bias, 12..16), (Weight, 16..24), (Bias, 24..26)]);
        let wanted = [
            (Weight, 0..12),
            (Bias, 12..16),
            (Gamma, 16..20),
            (Beta, 20..24),
            (Mean, 34..38),
            (Variance, 38..42),
            (Weight, 24..32),
            (Bias, 32..34),
        ];
        assert_eq!(roles(&normed), wanted);
        assert_eq!((normed.n_trained(), normed.n_parameters()), (34, 42));
        assert_eq!((normed.layers()[0].trained(), normed.layers()[1].trained()), (0..24, 24..34));
        // Weights are drawn as without a batch norm, which leaves what goes through it as it is at first.
        let [a, b] = [&plain, &normed].map(|shape| shape.initial_parameters(Init::Torch, 0.0, 5, RunId::default()));
        assert_eq!([&a[..16], &a[16..]], [&b[..16], &b[24..34]]);
        assert_eq!(
            [&b[16..24], &b[34..]],
            [[1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]]
        );
    }

    #[test]
    fn initial_weights_stay_in_their_bounds_and_repeat() {
        let shape = Shape { inputs: 16, hidden: vec![64], outputs: 2, activation: Activation::Relu, batch_norm: false };
        let draw = |seed| shape.initial_parameters(Init::Torch, 0.0, seed, RunId::default());
        let a = draw(5);
        assert_eq!(a, draw(5));
        assert_ne!(a, draw(6));
        assert!(a[..16 * 64 + 64].iter().all(|w| w.abs() <= 0.25));
        assert!(a[..16 * 64].iter().any(|w| w.abs() > 0.2));
    }

    /// Bounds and deviations as `torch.nn.init` documents them, over a layer of 100 inputs and 50 outputs.
    #[test]
    fn each_initialization_spreads_as_pytorchs_does_and_leaves_biases_0() {
        let shape =
            Shape { inputs: 100, hidden: vec![50], outputs: 3, activation: Activation::Relu, batch_norm: false };
        for (init, deviation, bound) in [
            (Init::XavierUniform, (2.0 / 150.0_f64).sqrt(), (6.0 / 150.0_f64).sqrt()),
            (Init::XavierNormal, (2.0 / 150.0_f64).sqrt(), f64::INFINITY),
            (Init::KaimingUniform, (2.0 / 100.0_f64).sqrt(), (6.0 / 100.0_f64).sqrt()),
            (Init::KaimingNormal, (2.0 / 100.0_f64).sqrt(), f64::INFINITY),
            (Init::Normal, 0.3, f64::INFINITY),
            (Init::Zeros, 0.0, 0.0),
        ] {
            let all = shape.initial_parameters(init, 0.3, 5, RunId::default());
            assert_eq!(all.len(), shape.n_parameters());
            let (weights, biases) = all[..5050].split_at(5000);
            assert!(biases.iter().chain(&all[5200..]).all(|&bias| bias == 0.0), "{init:?}");
            let mean = weights.iter().sum::<f64>() / 5000.0;
            let found = (weights.iter().map(|w| w * w).sum::<f64>() / 5000.0).sqrt();
            // Three standard errors of 5000 draws.
            assert!(
                mean.abs() <= 0.0425 * deviation && (found - deviation).abs() <= 0.03 * deviation,
                "{init:?}: {found}"
            );
            assert!(weights.iter().all(|w| w.abs() <= bound * (1.0 + 1e-6)), "{init:?}");
            if bound > 0.0 && bound.is_finite() {
                assert!(weights.iter().any(|w| w.abs() > 0.99 * bound), "{init:?}");
            }
        }
    }
}

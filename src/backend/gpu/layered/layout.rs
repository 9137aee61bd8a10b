//! How a population lies on the device. Twin of `shaders/functions/population.wgsl`; offsets count vec4.

use crate::backend::NetworkSpec;
use crate::backend::gpu::update::{self, CONSTANTS4, Update};
use crate::mlp::{Activation, Norm, Shape};
use crate::rng;
use bytemuck::{Pod, Zeroable};

/// Rows that a validation pass takes through the network at once.
pub const EVALUATION_ROWS: usize = 64;

/// `Layer` of the shaders.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct GpuLayer {
    pub inputs4: u32,
    pub outputs4: u32,
    pub outputs: u32,
    pub weight: u32,
    pub below: u32,
    pub above: u32,
    pub delta_below: u32,
    pub delta_above: u32,
    pub activation: u32,
    pub drop_threshold: u32,
    pub drop_scale: f32,
    pub mask_blocks: u32,
    pub key: [u32; 2],
    pub inputs: u32,
    pub norm4: u32,
}

/// `Network` of the shaders.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub struct GpuNetwork {
    pub first_layer: u32,
    pub n_layers: u32,
    pub params: u32,
    pub n_params4: u32,
    pub slots: u32,
    pub update: u32,
    pub loss: u32,
    pub outputs: u32,
    pub constants: [[f32; 4]; CONSTANTS4],
}

/// `Call` of the shaders: the uniform of one dispatch.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub struct Call {
    pub step: u32,
    pub layer: u32,
    pub evaluation: u32,
    pub first_row: u32,
    pub rows: u32,
    pub members: u32,
    pub first_member: u32,
    pub end_step: u32,
    pub first_layer: u32,
    pub first_label: u32,
    pub padding: [u32; 2],
}

/// `Stats` of the shaders: what comes back of a network.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
pub struct Stats {
    pub train_loss: f32,
    pub train_correct: f32,
    pub validation_loss: f32,
    pub validation_correct: f32,
    pub diverged: u32,
    pub padding: [u32; 3],
}

/// Sizes of one network on the device, in vec4.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Parameters, and as many gradients.
    pub params4: usize,
    /// Optimizer state.
    pub slots4: usize,
    /// Activations and deltas.
    pub work4: usize,
}

/// Rows of a layer's parameters: inputs, bias, and of a batch norm factors, shifts, running means and running variances.
fn rows_of(layer: &crate::mlp::Layer) -> usize {
    4 * layer.inputs.div_ceil(4) + 1 + if layer.norm.is_some() { 4 } else { 0 }
}

/// The sizes of a network.
pub fn sizes(spec: &NetworkSpec) -> Sizes {
    let rows = spec.max_batch.max(EVALUATION_ROWS);
    let (mut params4, mut work4) = (0, 0);
    for layer in spec.shape.layers() {
        let outputs4 = layer.outputs.div_ceil(4);
        params4 += rows_of(&layer) * outputs4;
        // A batch norm keeps the normed sums, and 1 over each unit's deviation.
        work4 += (2 * rows + if layer.norm.is_some() { rows + 1 } else { 0 }) * outputs4;
    }
    Sizes { params4, slots4: spec.optimizer.n_slots() * params4, work4 }
}

/// A whole population laid out: the tables of the device and where each network stands.
#[derive(Debug, Default)]
pub struct Layout {
    pub layers: Vec<GpuLayer>,
    pub networks: Vec<GpuNetwork>,
    pub params4: usize,
    pub slots4: usize,
    pub work4: usize,
}

impl Layout {
    /// Lays networks out one after the other.
    pub fn new(networks: &[NetworkSpec]) -> Self {
        let mut layout = Self::default();
        for spec in networks {
            layout.push(spec);
        }
        layout
    }

    /// Lays one more network out.
    pub fn push(&mut self, spec: &NetworkSpec) {
        let rows = spec.max_batch.max(EVALUATION_ROWS);
        let sizes = sizes(spec);
        let layers = spec.shape.layers();
        self.networks.push(GpuNetwork {
            first_layer: self.layers.len() as u32,
            n_layers: layers.len() as u32,
            params: self.params4 as u32,
            n_params4: sizes.params4 as u32,
            slots: self.slots4 as u32,
            update: Update::of(&spec.optimizer).number(),
            loss: spec.loss as u32,
            outputs: spec.shape.outputs as u32,
            constants: update::words(&spec.optimizer),
        });
        // The average's lags are the last of the numbers beside each parameter.
        let lags = self.slots4 + sizes.slots4 - sizes.params4.min(sizes.slots4);
        let to_lags = (lags as u32).wrapping_sub(self.params4 as u32);
        let mut norms = Vec::new();
        let (mut below, mut delta_below) = (0, 0);
        let mut weight = self.params4;
        for (depth, layer) in layers.iter().enumerate() {
            let (inputs4, outputs4) = (layer.inputs.div_ceil(4), layer.outputs.div_ceil(4));
            let above = self.work4;
            let delta_above = above + rows * outputs4;
            self.work4 += 2 * rows * outputs4;
            let drops = spec.dropout > 0.0 && depth + 1 < layers.len();
            let own = GpuLayer {
                inputs4: inputs4 as u32,
                outputs4: outputs4 as u32,
                outputs: layer.outputs as u32,
                weight: weight as u32,
                below: below as u32,
                above: above as u32,
                delta_below: delta_below as u32,
                delta_above: delta_above as u32,
                activation: layer.activation as u32,
                drop_threshold: if drops { rng::drop_threshold(spec.dropout) } else { 0 },
                // p = 1 drops everything: no unit ever takes the scale.
                drop_scale: if spec.dropout < 1.0 { (1.0 / (1.0 - spec.dropout)) as f32 } else { 0.0 },
                mask_blocks: layer.outputs.div_ceil(4) as u32,
                key: spec.dropout_key(depth),
                inputs: layer.inputs as u32,
                norm4: 0,
            };
            if layer.norm.is_some() {
                // The sums go to the norm as they are, and the norm has the layer's activation and dropout.
                let norm4 = outputs4 as u32;
                self.layers.push(GpuLayer { activation: Activation::Linear as u32, drop_threshold: 0, norm4, ..own });
                norms.push(GpuLayer {
                    inputs4: 0,
                    inputs: 0,
                    weight: (weight + (4 * inputs4 + 1) * outputs4) as u32,
                    below: self.work4 as u32,
                    delta_below: (self.work4 + rows * outputs4) as u32,
                    norm4: to_lags,
                    ..own
                });
                self.work4 += (rows + 1) * outputs4;
            } else {
                self.layers.push(own);
            }
            weight += rows_of(layer) * outputs4;
            (below, delta_below) = (above, delta_above);
        }
        self.layers.extend(norms);
        self.params4 += sizes.params4;
        self.slots4 += sizes.slots4;
    }
}

/// PyTorch's flat order into the device's padded one: `parameters` of one network into `device` (its part of params).
pub fn to_device(shape: &Shape, parameters: &[f64], device: &mut [f32]) {
    each_place(shape, |flat, place| device[place] = parameters[flat] as f32);
}

/// The device's padded order back into PyTorch's flat one.
pub fn from_device(shape: &Shape, device: &[f32]) -> Vec<f64> {
    let mut parameters = vec![0.0; shape.n_parameters()];
    each_place(shape, |flat, place| parameters[flat] = f64::from(device[place]));
    parameters
}

/// Calls `visit` with every parameter's index in PyTorch's order and its place on the device, in floats.
fn each_place(shape: &Shape, mut visit: impl FnMut(usize, usize)) {
    let mut first = 0;
    for layer in shape.layers() {
        let (inputs, columns) = (4 * layer.inputs.div_ceil(4), 4 * layer.outputs.div_ceil(4));
        for unit in 0..layer.outputs {
            for input in 0..layer.inputs {
                visit(layer.weight + unit * layer.inputs + input, first + input * columns + unit);
            }
            visit(layer.bias + unit, first + inputs * columns + unit);
            if let Some(Norm { gamma, mean }) = layer.norm {
                for (row, flat) in (1..).zip([gamma, gamma + layer.outputs, mean, mean + layer.outputs]) {
                    visit(flat + unit, first + (inputs + row) * columns + unit);
                }
            }
        }
        first += rows_of(&layer) * columns;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mlp::Loss;
    use crate::optimizer::Optimizer;
    use crate::rng::RunId;

    #[test]
    fn parameters_survive_the_way_to_the_device_and_back() {
        for batch_norm in [false, true] {
            the_way_there_and_back(&Shape {
                inputs: 5,
                hidden: vec![3, 6],
                outputs: 2,
                activation: Activation::Relu,
                batch_norm,
            });
        }
    }

    fn the_way_there_and_back(shape: &Shape) {
        let parameters: Vec<f64> = (1..=shape.n_parameters()).map(|i| i as f64).collect();
        let spec = NetworkSpec {
            run: RunId::default(),
            seed: 0,
            shape: shape.clone(),
            loss: Loss::CrossEntropy,
            optimizer: Optimizer::default(),
            schedule: crate::schedule::Settings::default(),
            dropout: 0.0,
            max_batch: 1,
            crowd: 1,
        };
        let mut device = vec![0.0; 4 * sizes(&spec).params4];
        to_device(shape, &parameters, &mut device);
        assert_eq!(from_device(shape, &device), parameters);
        assert_eq!(device.iter().filter(|x| **x != 0.0).count(), parameters.len());
    }
}

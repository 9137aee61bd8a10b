//! Products of a network's second derivatives and a vector, without the second derivatives: one more way through the network
//! and back beside the gradient's own (Pearlmutter 1994). In f64, over rows one at a time.

use super::rows::{Passage, Rows, turn};
use crate::backend::Labels;
use crate::kernels::bend;
use crate::second_order::{add, largest};

/// How a layer's part of a row's way moves along a direction.
#[derive(Clone, Debug, Default)]
struct Drift {
    input: Vec<f64>,
    sums: Vec<f64>,
}

impl Rows {
    /// The second derivatives at these parameters times a direction, the penalty's included.
    pub fn along(&mut self, parameters: &[f64], direction: &[f64]) -> Vec<f64> {
        let mut product = vec![0.0; parameters.len()];
        let layers = self.passage.layers.clone();
        let mut turned = vec![0.0; parameters.len()];
        turn(&layers, direction, &mut turned);
        self.passage.take(parameters);
        let mut drifts: Vec<Drift> = layers.iter().map(|_| Drift::default()).collect();
        for at in 0..self.places.len() {
            let row = self.places[at];
            let own = self.passage.through(parameters, &self.data, row);
            let outputs = self.passage.drift([direction, &turned], &mut drifts);
            self.passage.back(parameters, &own.delta);
            let pulls = self.bent(row, &own.delta, &outputs);
            self.passage.back_along([parameters, direction], &drifts, pulls, &mut product);
        }
        let n = self.n();
        for x in &mut product {
            *x /= n;
        }
        for at in self.weights() {
            product[at] += self.l2 * direction[at];
        }
        product
    }

    /// The largest magnitude of each layer's sums over all rows; infinite where one is not a number.
    pub fn reach(&mut self, parameters: &[f64]) -> Vec<f64> {
        let mut reach = vec![0.0_f64; self.passage.layers.len()];
        self.passage.take(parameters);
        for at in 0..self.places.len() {
            self.passage.through(parameters, &self.data, self.places[at]);
            for (most, stage) in reach.iter_mut().zip(&self.passage.stages) {
                let own = largest(&stage.sums);
                *most = most.max(if own.is_nan() { f64::INFINITY } else { own });
            }
        }
        reach
    }

    /// How the loss's derivatives by the outputs move where the outputs move so.
    fn bent(&self, row: u32, deltas: &[f64], outputs: &[f64]) -> Vec<f64> {
        match &self.data.labels {
            Labels::Classes(classes) => {
                let class = classes[row as usize] as usize;
                let share = |at: usize| deltas[at] + f64::from(u8::from(at == class));
                let mean: f64 = outputs.iter().enumerate().map(|(at, x)| share(at) * x).sum();
                outputs.iter().enumerate().map(|(at, x)| share(at) * (x - mean)).collect()
            }
            Labels::Numbers(_) => outputs.iter().map(|x| 2.0 / outputs.len() as f64 * x).collect(),
        }
    }
}

impl Passage {
    /// How the row that went through last moves along a direction, which stands beside itself turned; at last the outputs.
    fn drift(&self, [direction, turned]: [&[f64]; 2], drifts: &mut [Drift]) -> Vec<f64> {
        let mut values: Vec<f64> = Vec::new();
        for ((layer, stage), drift) in self.layers.iter().zip(&self.stages).zip(drifts) {
            drift.sums.clear();
            drift.sums.extend_from_slice(&direction[layer.bias..layer.bias + layer.outputs]);
            for (input, &x) in stage.input.iter().enumerate() {
                let place = layer.weight + input * layer.outputs;
                add(&mut drift.sums, x, &turned[place..][..layer.outputs]);
                // What comes in from the data does not move.
                if let Some(&moved) = values.get(input).filter(|moved| **moved != 0.0) {
                    add(&mut drift.sums, moved, &self.turned[place..][..layer.outputs]);
                }
            }
            drift.input = core::mem::take(&mut values);
            values.extend(drift.sums.iter().zip(&stage.slopes).map(|(z, slope)| z * slope));
        }
        values
    }

    /// Adds what the row makes of the direction, from how its loss's derivatives by the outputs move.
    fn back_along(
        &self,
        [parameters, direction]: [&[f64]; 2],
        drifts: &[Drift],
        mut pulls: Vec<f64>,
        product: &mut [f64],
    ) {
        for (at, layer) in self.layers.iter().enumerate().rev() {
            let (stage, drift) = (&self.stages[at], &drifts[at]);
            let mut below = vec![0.0; if at == 0 { 0 } else { layer.inputs }];
            for unit in 0..layer.outputs {
                let value = self.stages.get(at + 1).map_or(stage.sums[unit], |above| above.input[unit]);
                let bent = bend(layer.activation, stage.sums[unit], (value, stage.slopes[unit]));
                let moved = pulls[unit] * stage.slopes[unit] + stage.pulls[unit] * bent * drift.sums[unit];
                let delta = stage.deltas[unit];
                let row = layer.weight + unit * layer.inputs..layer.weight + (unit + 1) * layer.inputs;
                if moved != 0.0 {
                    add(&mut product[row.clone()], moved, &stage.input);
                    add(&mut below, moved, &parameters[row.clone()]);
                    product[layer.bias + unit] += moved;
                }
                if delta != 0.0 {
                    add(&mut product[row.clone()], delta, &drift.input);
                    add(&mut below, delta, &direction[row]);
                }
            }
            pulls = below;
        }
    }
}

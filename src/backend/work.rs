//! What training takes, in multiplications or what takes as long: the one place that estimates it. Only proportions
//! matter: how long networks will take beside each other, how much is done between two looks at the clock.

use crate::mlp::Shape;

/// What an optimizer costs a parameter where vectors are full.
pub const UPDATE: f64 = 12.0;
/// Of a hidden unit's activation and of an output's loss in a row: those of the CPU backend on tiny networks.
const UNIT: f64 = 8.0;
const OUTPUT: f64 = 120.0;

/// Ways through a network that a row takes in training: there, and back by the inputs and by the weights.
pub const WAYS: usize = 3;

/// A row's way through a network, its activations and loss apart. Each parameter is used once.
pub fn way(shape: &Shape) -> usize {
    shape.n_parameters()
}

/// A row's way through a network with activations and loss.
pub fn row(shape: &Shape) -> f64 {
    let units = shape.hidden.iter().sum::<usize>() as f64;
    way(shape) as f64 + UNIT * units + OUTPUT * shape.outputs as f64
}

/// A training step on so many rows by strategies that take panels or lanes, whose parameters with padding are so many.
pub const fn step(parameters: usize, rows: usize) -> usize {
    parameters * (WAYS * rows + 16)
}

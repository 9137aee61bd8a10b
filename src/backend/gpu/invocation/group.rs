//! A group: networks of one program, and how its members' numbers lie in the state. A vec4 of all members stands together,
//! member beside member, so that neighbours read and write neighbouring memory.

use super::program::LayerPieces;
use crate::backend::{NetworkSpec, Program};
use core::ops::Range;

/// vec4s of a member's state before its parameters: its sums, and its place in the epoch.
pub const HEAD: usize = 2;

/// Networks of one program.
pub struct Group {
    pub program: Program,
    pub layers: Vec<LayerPieces>,
    pub pieces: usize,
    /// The index of each member's network in the population.
    pub networks: Vec<usize>,
    /// First word in the population's `settings`.
    pub settings: usize,
    /// First vec4 in the population's state.
    pub state: usize,
}

impl Group {
    pub fn len(&self) -> usize {
        self.networks.len()
    }

    /// vec4 of state that a member takes.
    pub fn depth(&self) -> usize {
        HEAD + self.pieces * (2 + self.program.n_slots())
    }

    /// The first vec4s of what a member keeps from step to step: of its parameters and of each slot. The gradient, which
    /// stands after the parameters, is made anew.
    pub fn kept(&self) -> impl Iterator<Item = usize> + use<> {
        let (pieces, depth) = (self.pieces, self.depth());
        core::iter::once(HEAD).chain((HEAD + 2 * pieces..depth).step_by(pieces))
    }

    /// The group's part of the state, in vec4.
    pub fn range(&self) -> Range<usize> {
        self.state..self.state + self.depth() * self.len()
    }

    /// For each parameter of a member's network in PyTorch's flat order: its place there, and in the member's pieces its
    /// vec4 and component.
    pub fn places(&self, spec: &NetworkSpec) -> Vec<(usize, usize, usize)> {
        let mut places = Vec::with_capacity(spec.shape.n_parameters());
        for (layer, pieces) in spec.shape.layers().iter().zip(&self.layers) {
            for unit in 0..layer.outputs {
                let piece = |input| pieces.piece(input, unit / 4);
                for input in 0..layer.inputs {
                    places.push((layer.weight + unit * layer.inputs + input, piece(input), unit % 4));
                }
                places.push((layer.bias + unit, piece(pieces.inputs), unit % 4));
            }
        }
        places
    }
}

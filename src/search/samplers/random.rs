//! Independent draws, each hyperparameter from a stream of its own: adding or moving one changes no other.

use super::Sampler;
use crate::rng::{Purpose, RunId, Stream};
use crate::space::{Distribution, Space};
use serde_json::{Map, Value};

pub struct Random {
    space: Vec<(String, Distribution)>,
    seed: u64,
}

impl Random {
    pub fn new(space: &Space, seed: u64) -> Self {
        Self { space: space.to_vec(), seed }
    }
}

/// FNV-1a: a name's place among the streams, whatever else is searched.
fn stream_of_name(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Where in its range a trial's hyperparameter lies, in [0, 1).
pub(super) fn share(seed: u64, number: u32, name: &str) -> f64 {
    let run = RunId { trial: number, ..RunId::default() };
    Stream::of(seed, Purpose::Search, run, stream_of_name(name)).uniform_f64()
}

impl Sampler for Random {
    fn ask(&mut self, number: u32) -> Option<Map<String, Value>> {
        let draw = |(name, distribution): &(String, Distribution)| {
            (name.clone(), distribution.at(share(self.seed, number, name)))
        };
        Some(self.space.iter().map(draw).collect())
    }
}

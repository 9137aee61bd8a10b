//! The CPU backend: SIMD code, natively and in WebAssembly. A *strategy* is a way to train networks: `panels` takes one
//! after the other, its vectors running over units and its register tiles over rows; `lanes` takes several tiny ones of one
//! program, a lane of the vectors each. [`Cpu::strategy_of`] says which strategy trains a network.
//!
//! In strategy `panels` a network's buffers hold panels (`panels.rs`), its step is a few kernels (`product.rs`, `units.rs`,
//! `dropout.rs`, `loss.rs`, `update.rs`). All kernels are compiled for every instruction set (`isa.rs`).

mod dropout;
mod epoch;
mod isa;
mod lanes;
mod loss;
mod network;
mod norm;
mod panels;
mod plane;
mod population;
mod product;
mod sparse;
mod units;
mod update;

use super::second_order::SecondOrder;
use super::{
    Backend, BatchSteps, Data, LocalFuture, Need, Network, NetworkSpec, Population, mixed, ready, room, second_order,
    work,
};
use crate::error::Result;
use epoch::Progress;
pub use isa::Level;
use lanes::Lanes;
use network::{Scratch, Trained};
pub use plane::{PlaneScorer, Point};
use population::CpuPopulation;
use sparse::Table;
use std::rc::Rc;

/// The part of [`room::memory`] that is left for scratch.
const SCRATCH_BYTES: u64 = 16 << 20;

/// Parameters above which the numbers of several such networks no longer fit the nearest cache.
const MOST_PARAMETERS: usize = 1 << 11;
/// The smallest number of networks of one program for which strategy `lanes` is quicker.
const SMALLEST_CROWD: u32 = 8;

/// A way to train networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strategy {
    /// One network after the other.
    Panels,
    /// Several side by side, a lane each.
    Lanes,
    /// What moves all parameters at once, which no other can train.
    SecondOrder,
}

impl Strategy {
    /// Every strategy that one may ask for.
    pub const ALL: [Self; 2] = [Self::Panels, Self::Lanes];
}

/// The CPU backend at one instruction set.
#[derive(Clone, Copy, Debug)]
pub struct Cpu {
    level: Level,
    /// The strategy for every network that it can train, whatever the rule says: for tests and benches.
    forced: Option<Strategy>,
}

impl Cpu {
    /// With the best instructions that this machine has.
    pub fn new() -> Self {
        Level::all().last().map_or_else(|| unreachable!("every machine has a level"), |&level| Self::with_level(level))
    }

    /// With instructions that are at hand; tests run all of them.
    pub fn with_level(level: Level) -> Self {
        Self { level, forced: None }
    }

    /// The same with one strategy for all networks that it can train.
    #[must_use]
    pub fn with_strategy(self, strategy: Strategy) -> Self {
        Self { forced: Some(strategy), ..self }
    }

    /// Which strategy trains a network: a pure function of the network and its crowd.
    pub fn strategy_of(&self, spec: &NetworkSpec) -> Strategy {
        let is_tiny = || spec.program().shape.n_parameters() <= MOST_PARAMETERS;
        match self.forced {
            _ if spec.needs(Need::ManyGradients) => Strategy::SecondOrder,
            _ if !spec.needs_only(&lanes::HAS) => Strategy::Panels,
            Some(strategy) => strategy,
            None if spec.crowd >= SMALLEST_CROWD && is_tiny() => Strategy::Lanes,
            None => Strategy::Panels,
        }
    }
}

/// Networks one after the other, for whoever has no strategy of its own for them.
pub(crate) fn one_by_one(data: &Rc<Data>, networks: Vec<Network>) -> Box<dyn Population> {
    Box::new(CpuPopulation::new(data.clone(), networks, Cpu::new().level))
}

/// Outputs of a network with the parameters that it carries, in evaluation mode, for these rows of the data: row after
/// row, as many numbers as it has outputs (for classes before softmax). Boundaries and confusion matrices ask for one
/// network at a time, whatever backend trained it, and wait for no device.
pub fn forward(network: Network, data: Rc<Data>, rows: &[u32]) -> Vec<f32> {
    Cpu::new().forward(network, data, rows)
}

impl Cpu {
    /// [`forward`] at this instruction set.
    pub fn forward(self, Network { spec, parameters }: Network, data: Rc<Data>, rows: &[u32]) -> Vec<f32> {
        // Blocks of rows alone decide how much scratch it takes.
        let spec = NetworkSpec { max_batch: 1, ..spec };
        let mut trained = Trained::new(Network { spec, parameters }, self.level);
        let mut scratch = Scratch::new(core::slice::from_ref(&trained));
        trained.outputs(&mut scratch, &Table { data, sparse: None }, rows)
    }
}

impl Default for Cpu {
    fn default() -> Self {
        Self::new()
    }
}

impl Backend for Cpu {
    fn name(&self) -> &'static str {
        "cpu"
    }

    fn adapter(&self) -> String {
        self.level.name().into()
    }

    fn strategy(&self, spec: &NetworkSpec) -> &'static str {
        match self.strategy_of(spec) {
            Strategy::Panels => "panels",
            Strategy::Lanes => "lanes",
            Strategy::SecondOrder => second_order::NAME,
        }
    }

    // Measured in WASM over batches of 8 to 256 and one to three layers of 4 to 256 units.
    fn step_work(&self, spec: &NetworkSpec) -> f64 {
        let parameters = spec.shape.n_parameters() as f64;
        match self.strategy_of(spec) {
            Strategy::Panels => 42.0 * parameters + 5300.0 * spec.shape.layers().len() as f64,
            Strategy::Lanes => work::UPDATE * parameters,
            Strategy::SecondOrder => second_order::step_work(spec),
        }
    }

    fn beside_bytes(&self, _: &NetworkSpec, _: usize) -> u64 {
        (size_of::<NetworkSpec>() + size_of::<Progress>() + BatchSteps::SHARED_BYTES) as u64
    }

    fn network_bytes(&self, spec: &NetworkSpec) -> u64 {
        match self.strategy_of(spec) {
            Strategy::Lanes => return lanes::bytes(spec),
            Strategy::SecondOrder => return second_order::network_bytes(spec),
            Strategy::Panels => {}
        }
        let NetworkSpec { shape, optimizer, max_batch, .. } = spec;
        let [kept, scratch] = network::bytes(&shape.layers(), optimizer.n_slots(), *max_batch, self.level.panel());
        // One scratch serves all networks; a usual one has its place in what the limit leaves free.
        if scratch > SCRATCH_BYTES { kept + scratch } else { kept }
    }

    fn memory_limit(&self) -> (u64, String) {
        let (bytes, name) = room::memory();
        (bytes - SCRATCH_BYTES.min(bytes), name)
    }

    fn population(&self, data: Rc<Data>, networks: Vec<Network>) -> LocalFuture<'_, Result<Box<dyn Population>>> {
        let part = |strategy, own| -> Box<dyn Population> {
            match strategy {
                Strategy::Panels => Box::new(CpuPopulation::new(data.clone(), own, self.level)),
                Strategy::Lanes => Box::new(Lanes::new(data.clone(), own)),
                Strategy::SecondOrder => Box::new(SecondOrder::on(&data, own)),
            }
        };
        ready(Ok(mixed::population(networks, |spec| self.strategy_of(spec), part)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mlp::{Activation, Loss, Shape};
    use crate::optimizer::Optimizer;
    use crate::rng::RunId;

    #[test]
    fn tiny_networks_take_little_and_huge_batches_count() {
        let bytes = |hidden: &[usize], max_batch| {
            let shape = Shape {
                inputs: 2,
                hidden: hidden.to_vec(),
                outputs: 2,
                activation: Activation::Relu,
                batch_norm: false,
            };
            let (run, loss, optimizer) = (RunId::default(), Loss::CrossEntropy, Optimizer::default());
            let (schedule, dropout) = (crate::schedule::Settings::default(), 0.0);
            let (seed, crowd) = (0, 1);
            let spec = NetworkSpec { run, seed, shape, loss, optimizer, schedule, dropout, max_batch, crowd };
            Cpu::new().network_bytes(&spec)
        };
        // 114 parameters with gradient and two numbers of state, in panels: and what tells of the shape.
        assert!((1_824..6_000).contains(&bytes(&[8, 8], 32)), "{}", bytes(&[8, 8], 32));
        assert!(bytes(&[1024, 1024], 60_000) > 512 << 20);
        // The largest network that a study may have finds room on a machine, if no other does.
        let (largest, (limit, name)) = (bytes(&[2048; 10], 32), Cpu::new().memory_limit());
        assert!((512 << 20..limit).contains(&largest), "{largest} bytes, {limit} bytes of {name}");
    }
}

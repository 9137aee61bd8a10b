//! The CPU backend: SIMD code, natively and in WebAssembly. Networks train one after the other; inside a step, vectors
//! run over units and register tiles over rows. A network's buffers hold panels (`panels.rs`), its step is a few kernels
//! (`product.rs`, `units.rs`, `dropout.rs`, `loss.rs`, `update.rs`), each compiled for every instruction set (`isa.rs`).

mod dropout;
mod isa;
mod loss;
mod network;
mod panels;
mod population;
mod product;
mod units;
mod update;

use super::{Backend, Data, LocalFuture, Network, Population, ready};
use crate::error::Result;
pub use isa::Level;
use population::CpuPopulation;
use std::rc::Rc;

/// What a population may take, scratch included.
const MEMORY_BYTES: u64 = 512 << 20;
/// The part of it that is left for scratch.
const SCRATCH_BYTES: u64 = 16 << 20;

/// The CPU backend at one instruction set.
#[derive(Clone, Copy, Debug)]
pub struct Cpu {
    level: Level,
}

impl Cpu {
    /// With the best instructions that this machine has.
    pub fn new() -> Self {
        Level::all().last().map_or_else(|| unreachable!("every machine has a level"), |&level| Self { level })
    }

    /// With instructions that are at hand; tests run all of them.
    pub fn with_level(level: Level) -> Self {
        Self { level }
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

    fn plan(&self, _: &Network) -> &'static str {
        "panels"
    }

    fn network_bytes(&self, network: &Network) -> u64 {
        let Network { shape, optimizer, max_batch, .. } = network;
        let [kept, scratch] = network::bytes(&shape.layers(), optimizer.n_slots(), *max_batch, self.level.panel());
        // One scratch serves all networks; a usual one has its place in what the limit leaves free.
        if scratch > SCRATCH_BYTES { kept + scratch } else { kept }
    }

    fn memory_limit(&self) -> (u64, String) {
        (MEMORY_BYTES - SCRATCH_BYTES, "memory".into())
    }

    fn population(&self, data: Rc<Data>, networks: Vec<Network>) -> LocalFuture<'_, Result<Box<dyn Population>>> {
        ready(Ok(Box::new(CpuPopulation::new(data, networks, self.level)) as Box<dyn Population>))
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
            let shape = Shape { inputs: 2, hidden: hidden.to_vec(), outputs: 2, activation: Activation::Relu };
            let (run, loss, optimizer) = (RunId::default(), Loss::CrossEntropy, Optimizer::default());
            let network =
                Network { run, seed: 0, shape, loss, optimizer, dropout: 0.0, max_batch, crowd: 1, parameters: vec![] };
            Cpu::new().network_bytes(&network)
        };
        // 114 parameters with gradient and two numbers of state, in panels: and what tells of the shape.
        assert!((1_824..6_000).contains(&bytes(&[8, 8], 32)), "{}", bytes(&[8, 8], 32));
        assert!(bytes(&[1024, 1024], 60_000) > Cpu::new().memory_limit().0);
    }
}

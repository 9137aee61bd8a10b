//! A population in parts, whose networks are trained by different strategies or on different rows: each part works through
//! its epoch in turn.

use super::{Advance, EpochBatches, LocalFuture, Network, NetworkSpec, Population, Snapshot, Tuning};
use crate::error::Result;
use core::time::Duration;
use std::collections::BTreeMap;

/// Networks of one kind.
struct Part {
    population: Box<dyn Population>,
    /// The index in the whole population of each network of the part.
    networks: Vec<usize>,
    at_work: bool,
}

/// Parts side by side.
struct Mixed {
    parts: Vec<Part>,
    /// For each network its part and its index in it.
    places: Vec<(usize, usize)>,
}

/// A population of networks, each trained by the strategy that `strategy_of` names; `part` makes one strategy's population.
pub fn population<S: Ord + Copy>(
    networks: Vec<Network>,
    mut strategy_of: impl FnMut(&NetworkSpec) -> S,
    part: impl Fn(S, Vec<Network>) -> Box<dyn Population>,
) -> Box<dyn Population> {
    let mut by_strategy: BTreeMap<S, (Vec<usize>, Vec<Network>)> = BTreeMap::new();
    for (index, network) in networks.into_iter().enumerate() {
        let (indices, networks) = by_strategy.entry(strategy_of(&network.spec)).or_default();
        indices.push(index);
        networks.push(network);
    }
    side_by_side(by_strategy.into_iter().map(|(strategy, (networks, own))| (networks, part(strategy, own))).collect())
}

/// Populations as one: each with the indices that its networks have in the whole.
pub fn side_by_side(mut all: Vec<(Vec<usize>, Box<dyn Population>)>) -> Box<dyn Population> {
    if all.len() == 1 {
        return all.remove(0).1;
    }
    let mut places = vec![(0, 0); all.iter().map(|(indices, _)| indices.len()).sum()];
    let mut parts = Vec::new();
    for (networks, population) in all {
        for (at, &network) in networks.iter().enumerate() {
            places[network] = (parts.len(), at);
        }
        parts.push(Part { population, networks, at_work: false });
    }
    Box::new(Mixed { parts, places })
}

impl Population for Mixed {
    fn begin_epoch(&mut self, epoch: Vec<EpochBatches>) -> Result<()> {
        let mut dealt: Vec<Vec<EpochBatches>> = self.parts.iter().map(|_| Vec::new()).collect();
        for batches in epoch {
            let (part, network) = self.places[batches.network];
            dealt[part].push(EpochBatches { network, ..batches });
        }
        for (part, own) in self.parts.iter_mut().zip(dealt) {
            part.at_work |= !own.is_empty();
            part.population.begin_epoch(own)?;
        }
        Ok(())
    }

    fn epochs_ahead(&self) -> usize {
        self.parts.iter().map(|part| part.population.epochs_ahead()).min().unwrap_or(1)
    }

    fn let_lag(&mut self) {
        self.parts.iter_mut().for_each(|part| part.population.let_lag());
    }

    fn expect_end(&mut self) {
        self.parts.iter_mut().for_each(|part| part.population.expect_end());
    }

    fn settle(&mut self) -> LocalFuture<'_, Result<()>> {
        Box::pin(async move {
            for part in &mut self.parts {
                part.population.settle().await?;
            }
            Ok(())
        })
    }

    fn advance(&mut self, budget: Duration) -> LocalFuture<'_, Result<Advance>> {
        Box::pin(async move {
            let Some(part) = self.parts.iter_mut().find(|part| part.at_work) else {
                return Ok(Advance { epoch_done: true, ..Advance::default() });
            };
            let mut advance = part.population.advance(budget).await?;
            part.at_work = !advance.epoch_done;
            for outcome in &mut advance.outcomes {
                outcome.network = part.networks[outcome.network];
            }
            advance.epoch_done = self.parts.iter().all(|part| !part.at_work);
            // The other parts wait for their turn.
            advance.wants_more = false;
            Ok(advance)
        })
    }

    fn parameters(&mut self, network: usize) -> LocalFuture<'_, Result<Vec<f64>>> {
        let (part, at) = self.places[network];
        self.parts[part].population.parameters(at)
    }

    fn gradient(&mut self, network: usize) -> LocalFuture<'_, Result<Vec<f64>>> {
        let (part, at) = self.places[network];
        self.parts[part].population.gradient(at)
    }

    fn snapshot(&self, network: usize) -> Snapshot {
        let (part, at) = self.places[network];
        self.parts[part].population.snapshot(at)
    }

    fn restore(&mut self, network: usize, snapshot: &Snapshot) -> bool {
        let (part, at) = self.places[network];
        self.parts[part].population.restore(at, snapshot)
    }

    fn retune(&mut self, network: usize, tuning: &Tuning) -> bool {
        let (part, at) = self.places[network];
        self.parts[part].population.retune(at, tuning)
    }
}

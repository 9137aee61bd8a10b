//! A population whose networks are trained by different plans: each plan's part works through its epoch in turn.

use super::{Advance, EpochPlan, LocalFuture, Network, Population, Snapshot, Tuning};
use crate::error::Result;
use core::time::Duration;
use std::collections::BTreeMap;

/// A plan's networks.
struct Part {
    population: Box<dyn Population>,
    /// Index in the whole population of each of the part's networks.
    networks: Vec<usize>,
    at_work: bool,
}

/// Parts side by side.
struct Mixed {
    parts: Vec<Part>,
    /// Part of each network and index in it.
    places: Vec<(usize, usize)>,
}

/// A population of networks, each trained by the plan that `plan_of` names; `part` makes one plan's population.
pub fn population<P: Ord + Copy>(
    networks: Vec<Network>,
    plan_of: impl Fn(&Network) -> P,
    part: impl Fn(P, Vec<Network>) -> Box<dyn Population>,
) -> Box<dyn Population> {
    let mut by_plan: BTreeMap<P, (Vec<usize>, Vec<Network>)> = BTreeMap::new();
    for (index, network) in networks.into_iter().enumerate() {
        let (indices, networks) = by_plan.entry(plan_of(&network)).or_default();
        indices.push(index);
        networks.push(network);
    }
    let mut places = vec![(0, 0); by_plan.values().map(|(indices, _)| indices.len()).sum()];
    let mut parts = Vec::new();
    for (plan, (networks, own)) in by_plan {
        for (at, &network) in networks.iter().enumerate() {
            places[network] = (parts.len(), at);
        }
        parts.push(Part { population: part(plan, own), networks, at_work: false });
    }
    Box::new(Mixed { parts, places })
}

impl Population for Mixed {
    fn begin_epoch(&mut self, plans: Vec<EpochPlan>) -> Result<()> {
        let mut dealt: Vec<Vec<EpochPlan>> = self.parts.iter().map(|_| Vec::new()).collect();
        for plan in plans {
            let (part, network) = self.places[plan.network];
            dealt[part].push(EpochPlan { network, ..plan });
        }
        for (part, plans) in self.parts.iter_mut().zip(dealt) {
            part.at_work |= !plans.is_empty();
            part.population.begin_epoch(plans)?;
        }
        Ok(())
    }

    fn epochs_ahead(&self) -> usize {
        self.parts.iter().map(|part| part.population.epochs_ahead()).min().unwrap_or(1)
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

//! A network between two epochs, outside of any population, and what may change of a network in training.

use super::NetworkSpec;
use crate::optimizer::Optimizer;
use crate::optimizer::descent::ADDED;
use crate::second_order::Memory;

/// All of a network that training changes. The reference in f64 loses what f32 does not hold, but for `wide`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// Parameters, then each number of the optimizer's state, in PyTorch's flat order.
    pub numbers: Vec<f32>,
    /// Of an optimizer of second order, which is exact to the last bit of f64: parameters and what goes from step to step.
    pub wide: Vec<f64>,
    /// Steps taken.
    pub steps: u32,
    /// Gradient evaluations that they took, where a step may take several.
    pub evaluations: u64,
    /// The step (from 1) at which it diverged.
    pub diverged_at: Option<u64>,
}

impl Snapshot {
    /// The parameters, then each number of the optimizer's state: as many parts as such a network keeps numbers of each
    /// parameter. `None` where the snapshot is of a network of another size.
    pub fn parts(&self, spec: &NetworkSpec) -> Option<impl Iterator<Item = &[f32]>> {
        let n = spec.shape.n_parameters();
        let fits = self.numbers.len() == n * (1 + spec.optimizer.n_slots())
            && match spec.optimizer.second_order() {
                None => self.wide.is_empty(),
                Some(method) => {
                    let kept = self.wide.len().checked_sub(n);
                    kept.is_some_and(|kept| kept <= method.n_kept(n)) && Memory::read(&self.wide[n..], n).is_some()
                }
            };
        fits.then(|| self.numbers.chunks_exact(n))
    }

    /// The network's weights as they are looked at: the parameters' average where one is kept, else the parameters. Empty
    /// where the snapshot is of a network of another size.
    pub fn weights(&self, spec: &NetworkSpec) -> Vec<f32> {
        self.weights_of(spec.shape.n_parameters(), &spec.optimizer)
    }

    /// The same of a network of so many parameters.
    pub fn weights_of(&self, n: usize, optimizer: &Optimizer) -> Vec<f32> {
        let Some(parameters) = self.numbers.get(..n) else { return Vec::new() };
        let lags = self.numbers.get(n * optimizer.n_slots()..).filter(|_| optimizer.average.is_some());
        match lags {
            Some(lags) if lags.len() == n => parameters.iter().zip(lags).map(|(p, lag)| p + lag).collect(),
            _ => parameters.to_vec(),
        }
    }

    /// What descent has added to the network's learning rate so far; 0 of an optimizer whose learning rate does not descend.
    pub fn added(&self, optimizer: &Optimizer) -> f64 {
        let n = self.numbers.len() / (1 + optimizer.n_slots());
        let own = self.numbers.get(n * (1 + ADDED)).filter(|_| optimizer.descends());
        own.map_or(0.0, |&added| f64::from(added))
    }
}

/// What may change of a network while it trains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tuning {
    /// Settings of the same rule.
    pub optimizer: Optimizer,
    /// Share of hidden units dropped.
    pub dropout: f64,
}

impl NetworkSpec {
    /// Takes other settings over. False, and nothing changed, where the strategy may depend on the difference: another rule
    /// has other state, and without epsilon padding needs care. A new network can be restored with such settings.
    pub fn retune(&mut self, Tuning { optimizer, dropout }: &Tuning) -> bool {
        let layout = |optimizer: &Optimizer| (optimizer.rule(), optimizer.divides_by_zero());
        let fits = layout(optimizer) == layout(&self.optimizer)
            && optimizer.average.is_some() == self.optimizer.average.is_some();
        if fits {
            (self.optimizer, self.dropout) = (*optimizer, *dropout);
        }
        fits
    }
}

//! Pruners, a file each: who stops trials that promise little. To add one: a type that implements [`Pruner`], its line in
//! [`start`], and a variant of [`PrunerSpec`] with what a study says of it (`study/pruner.rs`).

#[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
mod halving;
#[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
mod hyperband;
#[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
mod median;

use super::Ledger;
use crate::study::{PrunerSpec, Study};

/// What a pruner decides about a trial that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The trial of this number ends where it stands.
    Stop(u32),
}

/// Judges trials at its rungs, once all trials of the round have got there: verdicts depend on nobody's speed.
pub trait Pruner {
    /// The next rung: the epoch up to which a trial that has trained `epochs` goes on before it is judged again. `None`
    /// is the trial's last.
    fn rung(&self, number: u32, epochs: usize) -> Option<usize>;

    /// Which trials stop, of those that wait at a rung; whoever is not named goes on.
    fn judge(&mut self, ledger: &Ledger) -> Vec<Verdict>;
}

/// The pruner of a study.
#[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
pub fn start(study: &Study) -> Box<dyn Pruner> {
    match study.pruner {
        PrunerSpec::None => Box::new(NoPruner),
        PrunerSpec::Median { startup, warmup } => Box::new(median::Median { startup, warmup: warmup as usize }),
        PrunerSpec::Halving(rungs) => Box::new(halving::Halving { rungs, brackets: None }),
        PrunerSpec::Hyperband(rungs) => {
            let brackets = hyperband::Brackets::new(study.title(), rungs, study.most_epochs());
            Box::new(halving::Halving { rungs, brackets: Some(brackets) })
        }
    }
}

/// The page asks this module for no session of a study with a pruner, as the module `search` has those.
#[cfg(not(any(not(target_arch = "wasm32"), feature = "search")))]
pub fn start(study: &Study) -> Box<dyn Pruner> {
    assert!(study.pruner == PrunerSpec::None, "pruners are of another module");
    Box::new(NoPruner)
}

/// Lets every trial train to its end.
pub struct NoPruner;

impl Pruner for NoPruner {
    fn rung(&self, _number: u32, _epochs: usize) -> Option<usize> {
        None
    }

    fn judge(&mut self, _ledger: &Ledger) -> Vec<Verdict> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests;

//! Pruners: who stops trials that promise little. A study's `pruner` is `none` so far.

use super::Ledger;

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
    fn rung(&self, epochs: usize) -> Option<usize>;

    /// Which trials stop, of those that wait at a rung; whoever is not named goes on.
    fn judge(&mut self, ledger: &Ledger) -> Vec<Verdict>;
}

/// Lets every trial train to its end.
pub struct NoPruner;

impl Pruner for NoPruner {
    fn rung(&self, _epochs: usize) -> Option<usize> {
        None
    }

    fn judge(&mut self, _ledger: &Ledger) -> Vec<Verdict> {
        Vec::new()
    }
}

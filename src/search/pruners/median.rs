//! The median rule: after each epoch a trial stops whose best value so far is worse than the median of all values of that epoch
//! in its stage.

use super::{Pruner, Verdict};
use crate::order::{by_key, place};
use crate::search::Ledger;
use std::collections::BTreeMap;

/// See the module.
pub struct Median {
    /// So many first trials of each stage are never stopped: they are what others are held against.
    pub startup: u32,
    /// Epochs after which nobody is judged.
    pub warmup: usize,
}

impl Pruner for Median {
    /// The first trials, too: all train side by side, and nobody waits for those to end.
    fn rung(&self, _: u32, epochs: usize) -> Option<usize> {
        Some(epochs.max(self.warmup) + 1)
    }

    /// A trial all of whose values are no numbers stops; one that has no value yet goes on.
    fn judge(&mut self, ledger: &Ledger) -> Vec<Verdict> {
        let mut medians: BTreeMap<usize, f64> = BTreeMap::new();
        let mut stopped = Vec::new();
        let first = ledger.stage_first();
        for number in ledger.open() {
            let epoch = ledger.epochs(number);
            if number.saturating_sub(first) < self.startup || epoch <= self.warmup {
                continue;
            }
            let Some(best) = (1..=epoch).filter_map(|epoch| ledger.value_at(number, epoch)).reduce(f64::min) else {
                continue;
            };
            let median = *medians.entry(epoch).or_insert_with(|| median(ledger, epoch));
            if best.is_nan() || best > median {
                stopped.push(Verdict::Stop(number));
            }
        }
        stopped
    }
}

/// Of all trials of the stage that have got to an epoch; those whose value is no number have no part in it.
fn median(ledger: &Ledger, epoch: usize) -> f64 {
    let values = ledger.trials_of_stage().iter().filter_map(|trial| ledger.value_at(trial.number, epoch));
    let values = by_key(values.filter(|value| !value.is_nan()).collect(), |&value| place(value));
    let Some(last) = values.len().checked_sub(1) else { return f64::NAN };
    f64::midpoint(values[last / 2], values[values.len() / 2])
}

//! Successive halving: at each rung one of `reduction` goes on, of all of its stage that have ever got there (Li et al. 2020, as
//! Optuna has it: a trial is judged once, and goes on at once). Judged are those that wait together, so which goes on depends on
//! no order.

use super::hyperband::Brackets;
use super::{Pruner, Verdict};
use crate::order::{by_key, place};
use crate::search::Ledger;
use crate::study::Rungs;
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub struct Halving {
    pub rungs: Rungs,
    /// Of hyperband.
    pub brackets: Option<Brackets>,
}

impl Halving {
    fn bracket(&self, number: u32) -> u32 {
        self.brackets.as_ref().map_or(0, |brackets| brackets.of(number))
    }
}

impl Pruner for Halving {
    fn rung(&self, number: u32, epochs: usize) -> Option<usize> {
        let Rungs { reduction, min_epochs } = self.rungs;
        let first = (reduction as usize).checked_pow(self.bracket(number))?.checked_mul(min_epochs as usize)?;
        let mut rung = first;
        while rung <= epochs {
            rung = rung.checked_mul(reduction as usize)?;
        }
        Some(rung)
    }

    /// Equal values go by their numbers; one that is no number stops, and counts for nobody. Who has no value yet goes on.
    fn judge(&mut self, ledger: &Ledger) -> Vec<Verdict> {
        // By bracket and rung: who got there.
        let mut rivals: BTreeMap<(u32, usize), Vec<(f64, u32)>> = BTreeMap::new();
        let waiting: Vec<u32> =
            ledger.open().filter(|&number| ledger.value_at(number, ledger.epochs(number)).is_some()).collect();
        for &number in &waiting {
            rivals.entry((self.bracket(number), ledger.epochs(number))).or_default();
        }
        for trial in ledger.trials_of_stage() {
            let bracket = self.bracket(trial.number);
            for (_, there) in rivals.range_mut((bracket, 0)..=(bracket, trial.epochs.len())) {
                there.push((f64::NAN, trial.number));
            }
        }
        let mut going_on = BTreeSet::new();
        for ((_, rung), mut there) in rivals {
            for (value, number) in &mut there {
                *value = ledger.value_at(*number, rung).unwrap_or(f64::NAN);
            }
            there.retain(|(value, _)| !value.is_nan());
            let most = (there.len() / self.rungs.reduction as usize).max(1);
            let best = by_key(there, |&(value, _)| place(value)).into_iter().take(most);
            // Who was among the best of a lower rung may not be among those of its own.
            going_on.extend(best.map(|(_, number)| (number, rung)));
        }
        let stops = |number: &u32| !going_on.contains(&(*number, ledger.epochs(*number)));
        waiting.into_iter().filter(stops).map(Verdict::Stop).collect()
    }
}

//! Trials out of training, kept within a budget of memory: those that wait to go on, and what became of those that have
//! ended. Whatever is let go can be trained again to the same bits.

use crate::order::{by_key, place};
use crate::trainer::TrialSnapshot;
use std::collections::BTreeMap;

/// What is kept takes this much at most, one trial that must stay excepted.
const BUDGET_BYTES: usize = 256 << 20;

/// What keeping a trial is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Worth {
    /// It has ended; the smaller its value, the better. One without a value has the largest.
    Ended(f64),
    /// It waits to go on after so many epochs, which it would have to train again.
    Waits(usize),
    /// It stays.
    Stays,
}

impl Worth {
    /// A class, and a place within it.
    fn keys(self) -> [u64; 2] {
        match self {
            Self::Ended(value) => [0, !place(value)],
            Self::Waits(epochs) => [1, epochs as u64],
            Self::Stays => [2, 0],
        }
    }
}

/// Snapshots by trial number.
pub struct Archive {
    trials: BTreeMap<u32, TrialSnapshot>,
    bytes: usize,
    budget: usize,
}

impl Default for Archive {
    fn default() -> Self {
        Self::within(BUDGET_BYTES)
    }
}

impl Archive {
    /// Nothing yet, and room for so many bytes.
    pub const fn within(budget: usize) -> Self {
        Self { trials: BTreeMap::new(), bytes: 0, budget }
    }

    /// A trial's snapshot, if it is kept.
    pub fn get(&self, number: u32) -> Option<&TrialSnapshot> {
        self.trials.get(&number)
    }

    /// Hands a trial's snapshot over, if it is kept.
    pub fn take(&mut self, number: u32) -> Option<TrialSnapshot> {
        let snapshot = self.trials.remove(&number)?;
        self.bytes -= snapshot.bytes();
        Some(snapshot)
    }

    /// Keeps a trial in place of what it was before. Where that is more than there is room for, those of least worth are let
    /// go, of equals the higher numbers, and a little more, so that not every trial that comes makes one go.
    pub fn insert(&mut self, snapshot: TrialSnapshot, worth: impl Fn(&TrialSnapshot) -> Worth) {
        self.take(snapshot.number);
        self.bytes += snapshot.bytes();
        self.trials.insert(snapshot.number, snapshot);
        if self.bytes <= self.budget {
            return;
        }
        let order: Vec<(Worth, u32)> = self.trials.values().rev().map(|one| (worth(one), one.number)).collect();
        let order = by_key(order, |(worth, _)| worth.keys()[1]);
        for (worth, number) in by_key(order, |(worth, _)| worth.keys()[0]) {
            if worth == Worth::Stays || self.bytes <= self.budget - self.budget / 16 {
                return;
            }
            self.take(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::Snapshot;

    /// A trial that is told by its numbers.
    fn trial(number: u32) -> TrialSnapshot {
        let numbers = vec![number as f32; 250];
        let networks = vec![Snapshot { numbers, ..Snapshot::default() }];
        TrialSnapshot { number, epochs: 1, networks, ..TrialSnapshot::default() }
    }

    /// The numbers that are kept of trials of these worths; room is for so many of them, and the little more.
    fn kept(worths: &[Worth], room: usize) -> Vec<u32> {
        let budget = room * trial(0).bytes() * 16 / 15 + 16;
        let mut archive = Archive::within(budget);
        for number in 0..worths.len() as u32 {
            archive.insert(trial(number), |one| worths[one.number as usize]);
            let counted: usize = archive.trials.values().map(TrialSnapshot::bytes).sum();
            assert_eq!(archive.bytes, counted);
        }
        let stays = worths.iter().filter(|worth| **worth == Worth::Stays).count() * trial(0).bytes();
        assert!(archive.bytes <= budget.max(stays), "{} of {budget}", archive.bytes);
        for (number, one) in &archive.trials {
            assert_eq!(*one, trial(*number));
        }
        archive.trials.into_keys().collect()
    }

    #[test]
    fn the_best_stay_and_those_that_wait_before_them() {
        use Worth::{Ended, Stays, Waits};
        let ended = [3.0, f64::INFINITY, 1.0, f64::INFINITY, 2.0, 1.0, -0.5].map(Ended);
        assert_eq!(kept(&ended, 7), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(kept(&ended, 3), [2, 5, 6]);
        assert_eq!(kept(&ended, 2), [2, 6]);
        assert_eq!(kept(&ended, 0), [0_u32; 0]);
        assert_eq!(kept(&[Ended(1.0), Waits(1), Ended(-1.0), Waits(3), Stays, Ended(0.0)], 4), [1, 2, 3, 4]);
        assert_eq!(kept(&[Ended(1.0), Waits(1), Ended(-1.0), Waits(3), Stays, Ended(0.0)], 2), [3, 4]);
        // What must stay does, however little room there is.
        assert_eq!(kept(&[Ended(1.0), Stays, Ended(-1.0)], 0), [1]);
    }

    #[test]
    fn the_order_in_which_trials_end_decides_nothing_but_among_equals() {
        let values: Vec<f64> =
            (0..40).map(|i| if i % 5 == 0 { f64::INFINITY } else { f64::from(i * 17 % 40) }).collect();
        let mut sorted: Vec<(u32, f64)> = (0..).zip(values.iter().copied()).collect();
        sorted.sort_by(|a, b| a.1.total_cmp(&b.1));
        let mut best: Vec<u32> = sorted[..9].iter().map(|&(number, _)| number).collect();
        best.sort_unstable();
        let worths: Vec<Worth> = values.into_iter().map(Worth::Ended).collect();
        assert_eq!(kept(&worths, 9), best);
    }

    #[test]
    fn a_trial_is_kept_once_and_taken_once() {
        let mut archive = Archive::within(10 * trial(0).bytes());
        archive.insert(trial(4), |_| Worth::Waits(1));
        archive.insert(TrialSnapshot { epochs: 2, ..trial(4) }, |_| Worth::Waits(2));
        assert_eq!(archive.bytes, trial(4).bytes());
        assert_eq!(archive.get(4).map(|one| one.epochs), Some(2));
        assert_eq!(archive.take(4).map(|one| one.epochs), Some(2));
        assert_eq!((archive.take(4), archive.bytes), (None, 0));
    }
}

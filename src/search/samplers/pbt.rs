//! Population based training (Jaderberg et al., 2017): trials train side by side; every few epochs the worst are ended, and
//! each is replaced by a copy of one of the best, with its weights and settings near its own. A copy is a trial of its own,
//! so that a trial's settings never change.
//!
//! What cannot change while a network trains is drawn once: a copy has it from the trial that it copies.

use super::random::share;
use crate::order::{by_key, place};
use crate::result::TrialState;
use crate::rng::{Purpose, RunId, Stream};
use crate::search::{Copied, Ledger, Trial};
use crate::study::{Pbt, Study, table, usage};
use serde_json::{Map, Value};

/// The trials that train side by side, one a place.
pub struct Population {
    settings: Pbt,
    /// The number of its first trial.
    first: u32,
    places: Vec<u32>,
}

/// A trial that goes on from another's weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Copy {
    /// What it is.
    pub trial: Trial,
    /// Whose weights it has, and since when.
    pub from: Copied,
    /// Whose place it takes.
    pub instead_of: u32,
}

impl Population {
    /// A population of these trials, which have been drawn at random.
    pub fn new(settings: Pbt, places: Vec<u32>) -> Self {
        Self { settings, first: places.first().copied().unwrap_or_default(), places }
    }

    /// Trials of the study once it has trained to its end, if none diverges.
    pub fn n_expected(&self, study: &Study) -> u32 {
        let left = study.trials.saturating_sub(self.first);
        self.first + self.settings.n_trials(study.most_epochs(), study.value_every() as u32, left)
    }

    /// The epoch at which trials that have trained `epochs` are looked at next.
    pub fn look(&self, epochs: usize) -> usize {
        let interval = self.settings.interval as usize;
        (epochs / interval + 1) * interval
    }

    /// Copies of the best in the place of the worst and of those that have diverged, at most `left`, numbered from
    /// `first`. All trials of the population that are open wait for it.
    pub fn copies(&mut self, study: &Study, ledger: &Ledger, first: u32, left: u32) -> Vec<Copy> {
        let is = |state| move |&&number: &&u32| ledger.trials()[number as usize].state == state;
        let dead: Vec<u32> = self.places.iter().filter(is(TrialState::Diverged)).copied().collect();
        let open: Vec<u32> = self.places.iter().copied().filter(|&number| ledger.is_open(number)).collect();
        let value = |number: u32| ledger.value_at(number, ledger.epochs(number)).unwrap_or(f64::NAN);
        // Worse than any number is none.
        let worth = |number: u32| if value(number).is_nan() { u64::MAX } else { place(value(number)) };
        let ranked = by_key(open, |&number| worth(number));
        let n = self.settings.n_copied(ranked.len() + dead.len());
        let n_worst = n.saturating_sub(dead.len()).min(ranked.len() / 2);
        let best: Vec<u32> = ranked.iter().take((ranked.len() - n_worst).min(n.max(1))).copied().collect();
        let best: Vec<u32> = best.into_iter().filter(|&number| value(number).is_finite()).collect();
        let worst = ranked.iter().rev().take(n_worst).copied();
        let losers = dead.into_iter().chain(worst).take(if best.is_empty() { 0 } else { left as usize });
        let copy = |(number, instead_of): (u32, u32)| {
            let run = RunId { trial: number, ..RunId::default() };
            let pick = Stream::of(study.seed, Purpose::Search, run, PARENT).below(best.len() as u32);
            let parent = best[pick as usize];
            let params = self.explored(study, number, &ledger.trials()[parent as usize].params);
            let from = Copied { trial: parent, epoch: ledger.epochs(parent) };
            Copy { trial: Trial { number, params }, from, instead_of }
        };
        let copies: Vec<Copy> = (first..).zip(losers).map(copy).collect();
        for copy in &copies {
            for own in self.places.iter_mut().filter(|own| **own == copy.instead_of) {
                *own = copy.trial.number;
            }
        }
        copies
    }

    /// The parameters of a copy: what can change in training is drawn anew or moved, or drawn where its parent has had no use
    /// for it; the rest is its parent's.
    fn explored(&self, study: &Study, number: u32, parent: &Map<String, Value>) -> Map<String, Value> {
        let mut params = parent.clone();
        for (name, range) in &study.space {
            let is_live = table::find(name).is_some_and(|row| row.live && name != "epochs");
            if !is_live {
                continue;
            }
            let draw = |what: &str| share(study.seed, number, &format!("{name} {what}"));
            let value = match params.get(name) {
                Some(value) if draw("resampled") >= self.settings.resample => range.moved(value, draw("moved") < 0.5),
                _ => range.at(share(study.seed, number, name)),
            };
            params.insert(name.clone(), value);
        }
        for name in usage::unused(study, &params) {
            params.shift_remove(&name);
        }
        params
    }
}

/// The stream by which a copy's parent is picked, among those of the names of axes.
const PARENT: u32 = 0;

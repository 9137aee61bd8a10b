//! Search: samplers that pick the trials behind ask and tell, pruners that stop some, and the ledger that
//! both read. A sampler knows names and ranges, never networks.

mod ledger;
mod pruners;
mod samplers;

pub use crate::result::Copied;
pub use ledger::{Ledger, Outcome};
pub use pruners::{NoPruner, Pruner, Verdict, start as start_pruner};
#[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
pub use samplers::pbt::Copy;
#[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
pub use samplers::{Past, Surrogate, SurrogateKind};
pub use samplers::{Sampler, start};

use crate::space::Distribution;
use crate::study::{Pbt, SamplerSpec, Study, usage};
use serde_json::{Map, Value, json};

/// A configuration to train.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Trial {
    /// From 0, without gaps.
    pub number: u32,
    /// Drawn hyperparameters that the trial uses.
    pub params: Map<String, Value>,
}

/// The study's trials, round by round. Grid, random and Sobol give all of them in one round, unless the study says otherwise.
pub struct Search {
    sampler: Box<dyn Sampler>,
    /// What each stage that has begun searches; of a study without stages nothing.
    boxes: Vec<Vec<(String, Distribution)>>,
    /// The number of the stage's first trial: a sampler counts those of its stage.
    first: u32,
    asked: u32,
    is_over: bool,
    #[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
    population: Option<samplers::pbt::Population>,
}

impl Search {
    /// The beginning of a study's search.
    pub fn new(study: &Study) -> Self {
        let boxes = if study.stages.is_empty() { Vec::new() } else { vec![study.space.clone()] };
        Self { boxes, ..Self::with_sampler(sampler_of(study)) }
    }

    /// The beginning of a search by a sampler of the caller's.
    pub fn with_sampler(sampler: Box<dyn Sampler>) -> Self {
        Self {
            sampler,
            boxes: Vec::new(),
            first: 0,
            asked: 0,
            is_over: false,
            #[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
            population: None,
        }
    }

    /// Trials that stand for those of a study, of which nothing has been trained: the first ones, but for what a sampler would
    /// learn.
    pub fn preview(study: &Study, trials: u32) -> Vec<Trial> {
        let study = Study { sampler: study.sampler.blind(), trials, stages: Vec::new(), budget: None, ..study.clone() };
        Self::new(&study).ask(&study)
    }

    /// Whether there is no further round.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// What each stage that has begun searches; of a study without stages nothing.
    pub fn boxes(&self) -> &[Vec<(String, Distribution)>] {
        &self.boxes
    }

    /// The number of the first trial of the stage under way.
    pub fn stage_first(&self) -> u32 {
        self.first
    }

    /// The first round of trials.
    pub fn ask(&mut self, study: &Study) -> Vec<Trial> {
        self.ask_after(study, &Ledger::new(study))
    }

    /// The next round of trials; empty when the search is over. All trials of the round before have been told.
    pub fn ask_after(&mut self, study: &Study, ledger: &Ledger) -> Vec<Trial> {
        let mut spent = ledger.steps();
        let is_spent = |steps| study.budget.is_some_and(|budget| steps >= budget);
        self.is_over |= is_spent(spent);
        let end = self.enter_stage(study, ledger);
        let stage = study.stages.get(self.boxes.len().saturating_sub(1));
        let left = end.saturating_sub(self.asked);
        let own_round = || match study.sampler {
            SamplerSpec::Pbt(Pbt { population, .. }) => population,
            _ => self.sampler.round(self.asked - self.first),
        };
        let round = study.sampler.round().unwrap_or_else(own_round);
        let wanted = if self.is_over { 0 } else { round.max(1).min(left) };
        let use_the_same = usage::use_the_same(study);
        let mut unused = None;
        let mut trials = Vec::new();
        let mut is_empty = false;
        for number in self.asked..self.asked + wanted {
            // As if each were trained before the next is asked for.
            if is_spent(spent) {
                break;
            }
            let Some(mut params) = self.sampler.ask(number - self.first) else {
                is_empty = true;
                break;
            };
            let unused = match &mut unused {
                Some(known) if use_the_same => known,
                other => other.insert(usage::unused(study, &params)),
            };
            for name in &*unused {
                params.shift_remove(name.as_str());
            }
            self.sampler.leave_out(number - self.first, unused);
            if let Some(stage) = stage {
                params.insert("epochs".into(), json!(stage.epochs));
            }
            if study.budget.is_some() {
                spent += study.steps(&params);
            }
            trials.push(Trial { number, params });
        }
        self.asked += trials.len() as u32;
        let is_last = self.boxes.len() >= study.stages.len();
        self.is_over |= is_last && (self.asked >= study.trials || is_empty);
        if is_empty && trials.is_empty() && !is_last {
            // A grid of fewer points than its stage has trials: the next stage begins.
            self.narrow(study, ledger);
            return self.ask_after(study, ledger);
        }
        #[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
        if let SamplerSpec::Pbt(settings) = study.sampler {
            // What is left of the trials is for its copies.
            self.is_over = true;
            let places = trials.iter().map(|trial| trial.number).collect();
            self.population = Some(samplers::pbt::Population::new(settings, places));
        }
        trials
    }

    /// The epoch at which a population is looked at next; `None` of other searches.
    #[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
    pub fn look(&self, epochs: usize) -> Option<usize> {
        self.population.as_ref().map(|population| population.look(epochs))
    }

    /// The trials that go on from others' weights, once all of the population wait; the next numbers are theirs.
    #[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
    pub fn copies(&mut self, study: &Study, ledger: &Ledger) -> Vec<Copy> {
        let Some(population) = &mut self.population else { return Vec::new() };
        let is_spent = study.budget.is_some_and(|budget| ledger.steps() >= budget);
        let left = if is_spent { 0 } else { study.trials.saturating_sub(self.asked) };
        let copies = population.copies(study, ledger, self.asked, left);
        self.asked += copies.len() as u32;
        copies
    }

    /// Trials that there will be, as far as is known, of a search that asks for no further round.
    #[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
    pub fn n_expected(&self, study: &Study) -> u32 {
        let copying = self.population.as_ref();
        copying.map_or(self.asked, |population| population.n_expected(study).max(self.asked))
    }

    /// Begins the next stage where all trials of this one have been asked for; the number at which the present one ends.
    fn enter_stage(&mut self, study: &Study, ledger: &Ledger) -> u32 {
        while let Some(stage) = study.stages.get(self.boxes.len().saturating_sub(1)) {
            let end = self.first + stage.trials;
            if self.asked < end || self.boxes.len() >= study.stages.len() {
                return end;
            }
            self.narrow(study, ledger);
        }
        study.trials
    }

    /// The next stage searches a smaller box around the best trial so far; where there is none, or for what that trial does not
    /// use, the whole box again.
    #[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
    fn narrow(&mut self, study: &Study, ledger: &Ledger) {
        let (Some(stage), Some(before)) = (study.stages.get(self.boxes.len()), self.boxes.last()) else { return };
        let best = ledger.best().and_then(|number| ledger.trials().get(number as usize));
        let narrow = |(name, range): &(String, Distribution)| {
            let value = best.and_then(|trial| trial.params.get(name));
            (name.clone(), value.map_or_else(|| range.clone(), |value| range.around(value, stage.shrink)))
        };
        let space: Vec<(String, Distribution)> = before.iter().map(narrow).collect();
        // The stage's number stands in the bits that no study's seed has.
        let seed = study.seed | (self.boxes.len() as u64) << 53;
        self.sampler = sampler_of(&Study { space: space.clone(), seed, ..study.clone() });
        self.boxes.push(space);
        self.first = self.asked;
    }

    /// The page asks this module for no session of a study with stages, as the module `search` has those.
    #[cfg(not(any(not(target_arch = "wasm32"), feature = "search")))]
    #[expect(clippy::unused_self, reason = "its twin has use for it")]
    fn narrow(&mut self, _: &Study, _: &Ledger) {
        unreachable!("stages are of another module")
    }

    /// Goes on after the end, in a study that has been given more trials.
    pub fn go_on(&mut self, study: &Study) {
        self.is_over = self.asked >= study.trials;
        // Of what is picked there is more now.
        if let SamplerSpec::Hand { .. } = study.sampler {
            self.sampler = sampler_of(study);
        }
    }

    /// Tells the sampler how a trial ended.
    pub fn tell(&mut self, outcome: &Outcome) {
        if let Some(number) = outcome.number.checked_sub(self.first) {
            self.sampler.tell(&Outcome { number, ..*outcome });
        }
    }
}

fn sampler_of(study: &Study) -> Box<dyn Sampler> {
    match study.sampler {
        SamplerSpec::Grid { .. } => samplers::start_grid(usage::grid(study), study.seed),
        _ => start(&study.sampler, &study.space, study.seed),
    }
}

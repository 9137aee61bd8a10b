//! The ledger: which trial has which epochs and how it ended. Samplers and pruners read it; the session writes it.

use super::Trial;
use crate::result::{self, EpochRecord, TrialEvent, TrialRecord, TrialState};
use crate::study::{Direction, Metric, Study};
use std::collections::BTreeMap;

/// How a trial ended, as samplers are told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// The trial's number.
    pub number: u32,
    /// What the study compares; smaller is better whatever the study's direction, and what is not finite has failed.
    pub value: f64,
    /// Epochs after which the pruner stopped it; `None` where it got to its own end.
    pub pruned_after: Option<usize>,
}

impl Outcome {
    /// Of a trial that got to its own end.
    pub const fn whole(number: u32, value: f64) -> Self {
        Self { number, value, pruned_after: None }
    }
}

/// All trials asked for, each at the place of its number.
pub struct Ledger {
    metric: Metric,
    direction: Direction,
    seed: u64,
    trials: Vec<TrialRecord>,
    /// The number of the stage's first trial.
    stage_first: u32,
    /// Of trials that went on from others' weights, the steps that those had taken.
    inherited: BTreeMap<u32, u64>,
}

impl Ledger {
    /// The ledger of a study of which nothing has been asked.
    pub const fn new(study: &Study) -> Self {
        let Study { metric, direction, seed, .. } = *study;
        Self { metric, direction, seed, trials: Vec::new(), stage_first: 0, inherited: BTreeMap::new() }
    }

    /// The trials in number order.
    pub fn trials(&self) -> &[TrialRecord] {
        &self.trials
    }

    /// The trials of the stage that is under way, in number order; of a study without stages all. Pruners hold a trial against
    /// these only: another stage's had other epochs, on which schedules depend, and another box.
    pub fn trials_of_stage(&self) -> &[TrialRecord] {
        self.trials.get(self.stage_first as usize..).unwrap_or_default()
    }

    /// The number of the stage's first trial.
    pub fn stage_first(&self) -> u32 {
        self.stage_first
    }

    /// Whether the trial has not ended.
    pub fn is_open(&self, number: u32) -> bool {
        let trial = self.trials.get(number as usize);
        trial.is_some_and(|trial| matches!(trial.state, TrialState::Queued | TrialState::Running))
    }

    /// The numbers of trials that have not ended.
    pub fn open(&self) -> impl Iterator<Item = u32> {
        self.trials.iter().map(|trial| trial.number).filter(|&number| self.is_open(number))
    }

    /// Gradient steps that all trials have taken, each once: a copy's own begin where it was copied.
    pub fn steps(&self) -> u64 {
        self.trials.iter().map(|trial| trial.steps - self.inherited(trial.number)).sum()
    }

    /// Steps behind a trial's weights that another has taken.
    pub fn inherited(&self, number: u32) -> u64 {
        self.inherited.get(&number).copied().unwrap_or(0)
    }

    /// How many epochs the trial has trained.
    pub fn epochs(&self, number: u32) -> usize {
        self.trials.get(number as usize).map_or(0, |trial| trial.epochs.len())
    }

    /// What the study compares, at the last of a trial's first so many epochs that has it: smaller is better. `None` where
    /// the trial has not got there, or no epoch has it yet.
    pub fn value_at(&self, number: u32, epoch: usize) -> Option<f64> {
        let epochs = self.trials.get(number as usize)?.epochs.get(..epoch)?;
        Some(self.smaller_is_better(self.last_value(epochs)?))
    }

    /// What the study compares, after the last of these epochs that has it.
    fn last_value(&self, epochs: &[EpochRecord]) -> Option<f64> {
        epochs.iter().rev().find_map(|epoch| epoch.value(self.metric))
    }

    /// How a trial ended: by its value or, where it ended early, its last epoch's; NaN where that means nothing.
    pub fn outcome(&self, number: u32) -> Outcome {
        let Some(trial) = self.trials.get(number as usize) else { return Outcome::whole(number, f64::NAN) };
        let pruned_after = (trial.state == TrialState::Pruned).then_some(trial.epochs.len());
        Outcome { number, value: self.score(trial), pruned_after }
    }

    /// The best trial's number; see [`result::best`].
    pub fn best(&self) -> Option<u32> {
        result::best(self.trials.iter().map(|trial| (trial.state == TrialState::Complete, self.score(trial))))
    }

    fn score(&self, trial: &TrialRecord) -> f64 {
        let last = || self.last_value(&trial.epochs);
        match trial.state {
            TrialState::Diverged => f64::NAN,
            _ => self.smaller_is_better(trial.value.or_else(last).unwrap_or(f64::NAN)),
        }
    }

    fn smaller_is_better(&self, value: f64) -> f64 {
        match self.direction {
            Direction::Minimize => value,
            Direction::Maximize => -value,
        }
    }

    /// Begins the stage whose first trial has this number.
    pub(crate) fn enter_stage(&mut self, first: u32) {
        self.stage_first = first;
    }

    /// Enters a trial that was asked for; numbers have no gaps.
    pub(crate) fn enter(&mut self, trial: &Trial) {
        self.trials.push(TrialRecord {
            number: trial.number,
            state: TrialState::Queued,
            params: trial.params.clone(),
            value: None,
            seed: self.seed,
            epochs: Vec::new(),
            steps: 0,
            evaluations: None,
            diverged_at: None,
            copy_of: None,
            kept_epoch: None,
        });
    }

    /// Enters a trial that goes on from the weights of another: what became of those is its own past. `steps` are counted as
    /// if all of that had been with its batch size.
    #[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
    pub(crate) fn enter_copy(&mut self, trial: &Trial, from: result::Copied, steps: u64) {
        self.enter(trial);
        self.inherited.insert(trial.number, steps);
        let past = self.trials.get(from.trial as usize).and_then(|parent| parent.epochs.get(..from.epoch));
        let past = past.unwrap_or_default().to_vec();
        if let Some(copy) = self.trials.last_mut() {
            (copy.epochs, copy.steps, copy.copy_of) = (past, steps, Some(from));
        }
    }

    /// Enters what happened to a trial, as long as it is open. Epochs that are known already, of a trial that is trained
    /// again, change nothing.
    pub(crate) fn take(&mut self, event: TrialEvent) {
        if !self.is_open(event.number) {
            return;
        }
        let Some(trial) = self.trials.get_mut(event.number as usize) else { return };
        trial.state = event.state;
        trial.value = event.value;
        if event.steps >= trial.steps {
            trial.steps = event.steps;
            trial.evaluations = Some(event.evaluations).filter(|&n| n != event.steps);
        }
        trial.diverged_at = event.diverged_at;
        trial.kept_epoch = event.kept_epoch;
        let known = trial.epochs.len();
        trial.epochs.extend(event.epochs.into_iter().filter(|epoch| epoch.epoch > known));
    }

    /// Ends a trial where it stands, if it is open. One that was pruned has its last epoch's value.
    pub(crate) fn end(&mut self, number: u32, state: TrialState) {
        if !self.is_open(number) {
            return;
        }
        let is_pruned = state == TrialState::Pruned;
        let value = self.trials.get(number as usize).filter(|_| is_pruned).and_then(|one| self.last_value(&one.epochs));
        if let Some(trial) = self.trials.get_mut(number as usize) {
            (trial.state, trial.value) = (state, value);
        }
    }
}

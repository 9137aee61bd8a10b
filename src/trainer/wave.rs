//! Trials that train together.

use super::held::Held;
use super::{Assignment, TrialSnapshot};
use crate::backend::epoch::{Course, Steps};
use crate::backend::{EpochOutcome, NetworkSpec, Population, Snapshot};
use crate::error::Result;
use crate::search::Trial;
use crate::study::TrialConfig;
use core::ops::Range;
use std::collections::VecDeque;

/// What is kept of a network from one epoch's record to the next.
pub struct Kept {
    /// Its parameters where the epoch begins.
    pub parameters: Vec<f32>,
    /// The directions along which its curvature was found.
    pub warm: Vec<f32>,
}

/// One trial in training: its settings and its networks' progress. Thousands are gone through with every epoch: what is asked
/// for then stands together.
#[repr(C)]
pub struct Running {
    /// Its networks in the wave, one a fold and seed.
    pub networks: Range<usize>,
    /// The epoch after which it ends here: its last, or the one that it is assigned until.
    pub until: usize,
    pub epochs_begun: usize,
    pub epochs_done: usize,
    pub steps: u64,
    /// Gradient evaluations that they took.
    pub evaluations: u64,
    /// Whether it is one network, of which nothing is asked between epochs.
    pub is_plain: bool,
    /// Whether it has left training.
    pub ended: bool,
    /// Whether it has done so by its own end.
    pub is_over: bool,
    /// Who goes on from it, where it is trained for that alone: nothing is told of it.
    pub heir: Option<Box<Assignment>>,
    /// Its place in the report under way.
    pub told: Option<u32>,
    pub trial: Trial,
    pub config: Box<TrialConfig>,
    /// Outcomes of the epoch under way.
    pub outcomes: Vec<EpochOutcome>,
    /// One a network, where something is recorded.
    pub kept: Vec<Kept>,
    /// Its weights beside its networks, where it holds any.
    pub held: Box<Held>,
}

impl Running {
    /// `courses` are the wave's.
    pub fn snapshot(&self, networks: Vec<Snapshot>, courses: &[Course]) -> TrialSnapshot {
        let waits = self.config.schedule.waits_for_outcome();
        let memories = self.networks.clone().filter(|_| waits).map(|index| courses[index].steps.memory).collect();
        let warm = self.kept.iter().map(|kept| kept.warm.clone()).filter(|warm| !warm.is_empty()).collect();
        let Held { means, best, .. } = Held::clone(&self.held);
        TrialSnapshot { number: self.trial.number, epochs: self.epochs_done, networks, memories, warm, means, best }
    }
}

/// Trials that train together.
pub struct Wave {
    pub population: Box<dyn Population>,
    pub networks: Vec<NetworkSpec>,
    pub trials: Vec<Running>,
    /// Trial of each network.
    pub owner: Vec<usize>,
    pub courses: Vec<Course>,
    /// Whether nothing is asked of any trial between epochs, so that several may be under way.
    pub is_plain: bool,
    pub in_epoch: bool,
    /// Whether the population is done with what was begun.
    pub is_through: bool,
    /// Trials whose epoch is over and has not been written down.
    pub to_close: VecDeque<usize>,
    /// Trials whose epoch is over and whose weights have not been looked at, which waits for all others.
    pub to_hold: Vec<usize>,
    /// Trials that have got where they were sent, and will go on from there.
    pub to_park: Vec<usize>,
}

/// The weights that a trial ends with, where these are held: of its best epoch, or as its last one was scored.
fn best_or(held: &Held) -> &[Vec<f32>] {
    held.best.as_ref().map_or(&held.now, |best| &best.weights)
}

impl Wave {
    /// Takes a trial up where a snapshot left it. One that does not fit changes nothing: the trial then begins at its first
    /// epoch.
    pub fn take_up(&mut self, owner: usize, from: &TrialSnapshot) {
        let Self { population, networks, trials, courses, .. } = self;
        let running = &mut trials[owner];
        let fits = |(index, snapshot): (usize, &Snapshot)| {
            let steps = from.epochs as u64 * u64::from(courses[index].per_epoch);
            let is_whole = u64::from(snapshot.steps) == steps && snapshot.diverged_at.is_none();
            is_whole && snapshot.parts(&networks[index]).is_some()
        };
        let n = running.networks.len();
        let waits = running.config.schedule.waits_for_outcome();
        let is_one_each = from.networks.len() == n
            && (!waits || from.memories.len() == n)
            && from.means.len() == if running.config.is_averaged_end(from.epochs) { n } else { 0 }
            && from.best.as_ref().is_none_or(|best| best.weights.len() == n);
        let mut all = running.networks.clone().zip(&from.networks);
        if !is_one_each || from.epochs >= running.until || !all.all(fits) {
            return;
        }
        for (at, (index, snapshot)) in running.networks.clone().zip(&from.networks).enumerate() {
            population.restore(index, snapshot);
            let memory = from.memories.get(at).copied().unwrap_or_default();
            courses[index].steps = Steps::new(snapshot.steps, memory);
            if let Some(kept) = running.kept.get_mut(at) {
                kept.parameters = snapshot.numbers[..networks[index].shape.n_parameters()].to_vec();
                kept.warm = from.warm.get(at).cloned().unwrap_or_default();
            }
            running.steps += u64::from(snapshot.steps);
            running.evaluations += snapshot.evaluations.max(u64::from(snapshot.steps));
        }
        (running.epochs_begun, running.epochs_done) = (from.epochs, from.epochs);
        *running.held = Held { means: from.means.clone(), best: from.best.clone(), now: Vec::new() };
    }

    /// What a trial's networks are at its end, without what their optimizers would need to go on.
    pub async fn finals(&mut self, owner: usize) -> Result<TrialSnapshot> {
        let mut networks = Vec::new();
        let Running { held, networks: own, .. } = &self.trials[owner];
        let (best, mut held) = (held.best.as_ref(), best_or(held).iter());
        for index in own.clone() {
            let numbers = match held.next() {
                Some(weights) => weights.clone(),
                None => self.population.parameters(index).await?.into_iter().map(|one| one as f32).collect(),
            };
            networks.push(Snapshot { numbers, ..Snapshot::default() });
        }
        let epochs = best.map_or(self.trials[owner].epochs_done, |best| best.epoch as usize);
        let ended = self.trials[owner].snapshot(networks, &self.courses);
        Ok(TrialSnapshot { warm: Vec::new(), means: Vec::new(), best: None, epochs, ..ended })
    }
}

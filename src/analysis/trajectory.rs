//! The paths that training takes through weight space: networks trained step by step, their weights written down on the
//! way. The weights are those that the trainer would have come to, to the bit: taking an epoch in pieces changes nothing.

use crate::backend::epoch::{Steps, epoch_batches};
use crate::backend::{Backend, Data, EpochBatches, Population};
use crate::error::Result;
use crate::rng::{Purpose, Stream};
use crate::trainer::Contestant;
use core::time::Duration;
use std::rc::Rc;
use web_time::Instant;

/// Points of a path, at most.
pub const MOST_POINTS: usize = 512;
/// A path is written down this much more densely than it is kept, and then thinned where it is straight.
const DENSER: usize = 2;
/// Bytes that a path's points take, at most.
const PATH_BYTES: usize = 64 << 20;

/// Weights along a training.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trajectory {
    /// The trial's number.
    pub trial: u32,
    /// Steps taken at each point, from 0.
    pub steps: Vec<u64>,
    /// Parameters at each point, flat, in PyTorch's order.
    pub points: Vec<Vec<f32>>,
    /// The step (from 1) at which it diverged; its last point is then the one before.
    pub diverged_at: Option<u64>,
}

impl Trajectory {
    /// The weights at the end.
    pub fn last(&self) -> &[f32] {
        self.points.last().map_or(&[], Vec::as_slice)
    }

    /// Lets go of points, those first that lie closest to the straight line between their neighbours, until `most` are left.
    /// Both ends stay.
    pub fn thin(&mut self, most: usize) {
        let bend = |points: &[Vec<f32>], at: usize| height(&points[at - 1], &points[at], &points[at + 1]);
        let is_end = |at: usize| at == 0 || at + 1 == self.points.len();
        let own = |at| if is_end(at) { f64::INFINITY } else { bend(&self.points, at) };
        let mut bends: Vec<f64> = (0..self.points.len()).map(own).collect();
        while self.points.len() > most.max(2) {
            let flattest = (1..bends.len() - 1).min_by(|&a, &b| bends[a].total_cmp(&bends[b]));
            let Some(at) = flattest else { return };
            bends.remove(at);
            self.points.remove(at);
            self.steps.remove(at);
            for near in [at - 1, at] {
                if near > 0 && near + 1 < bends.len() {
                    bends[near] = bend(&self.points, near);
                }
            }
        }
    }
}

/// Squared distance of `b` from the line through `a` and `c`.
fn height(a: &[f32], b: &[f32], c: &[f32]) -> f64 {
    let (mut along, mut length, mut own) = (0.0, 0.0, 0.0);
    for ((&a, &b), &c) in a.iter().zip(b).zip(c) {
        let (u, w) = (f64::from(c) - f64::from(a), f64::from(b) - f64::from(a));
        (along, length, own) = (along + u * w, length + u * u, own + w * w);
    }
    if length > 0.0 { own - along * along / length } else { own }
}

/// A network under way.
struct Runner {
    contestant: Contestant,
    steps: Steps,
    epoch: usize,
    /// The epoch under way and the first of its steps that has not been taken.
    batches: EpochBatches,
    next: usize,
    /// Steps of each piece.
    stride: usize,
    most: usize,
    path: Trajectory,
    is_over: bool,
}

/// Trains networks side by side and writes their paths down.
pub struct Recorder {
    population: Box<dyn Population>,
    n_train: usize,
    runners: Vec<Runner>,
    in_piece: bool,
}

impl Recorder {
    /// Networks at their initial weights, which are the first points of their paths.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn new(backend: &dyn Backend, data: &Data, contestants: Vec<Contestant>) -> Result<Self> {
        // Without rows for validation no time goes into scores between steps; some schedules wait for them.
        let waits = contestants.iter().any(|contestant| contestant.spec.schedule.waits_for_outcome());
        let n_validation = if waits { data.n_validation } else { 0 };
        let rows = Rc::new(Data { n_validation, ..data.clone() });
        let networks: Vec<_> = contestants.iter().map(Contestant::initial).collect();
        let start = |(at, contestant): (usize, Contestant)| {
            let first: Vec<f32> = networks[at].parameters.iter().map(|&x| x as f32).collect();
            let per_epoch = data.n_train.div_ceil(contestant.batch);
            let fitting = PATH_BYTES / (size_of::<f32>() * first.len().max(1));
            let most = MOST_POINTS.min(fitting).max(8);
            Runner {
                steps: Steps::default(),
                epoch: 0,
                batches: EpochBatches { network: at, order: Vec::new(), steps: Vec::new() },
                next: 0,
                stride: (per_epoch * contestant.epochs).div_ceil(DENSER * most).max(1),
                most,
                path: Trajectory { trial: contestant.trial, steps: vec![0], points: vec![first], diverged_at: None },
                is_over: contestant.epochs == 0,
                contestant,
            }
        };
        let runners = contestants.iter().cloned().enumerate().map(start).collect();
        let population = backend.population(rows, networks).await?;
        Ok(Self { population, n_train: data.n_train, runners, in_piece: false })
    }

    /// Works for about `budget`; whether everything is trained.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn advance(&mut self, budget: Duration) -> Result<bool> {
        let begun = Instant::now();
        loop {
            if !self.in_piece && !self.begin()? {
                return Ok(true);
            }
            let advance = self.population.advance(budget.saturating_sub(begun.elapsed())).await?;
            for outcome in advance.outcomes {
                let runner = &mut self.runners[outcome.network];
                let is_through = runner.next == runner.batches.steps.len();
                if let Some(validation) = outcome.validation.filter(|_| is_through) {
                    runner.contestant.spec.schedule.observe(&mut runner.steps.memory, validation.loss);
                }
                if outcome.diverged_at.is_some() {
                    (runner.path.diverged_at, runner.is_over) = (outcome.diverged_at, true);
                }
            }
            if advance.epoch_done {
                self.end().await?;
            }
            if begun.elapsed() >= budget {
                return Ok(!self.in_piece && self.runners.iter().all(|runner| runner.is_over));
            }
        }
    }

    /// Sends every network on its next piece; whether there is any.
    fn begin(&mut self) -> Result<bool> {
        let mut pieces = Vec::new();
        for runner in self.runners.iter_mut().filter(|runner| !runner.is_over) {
            if runner.next == runner.batches.steps.len() {
                let Contestant { spec, batch, .. } = &runner.contestant;
                let shuffle = Stream::of(spec.seed, Purpose::Shuffle, spec.run, runner.epoch as u32);
                let at = runner.batches.network;
                runner.batches = epoch_batches(at, spec, shuffle, self.n_train, *batch, &mut runner.steps);
                (runner.epoch, runner.next) = (runner.epoch + 1, 0);
            }
            let EpochBatches { network, order, steps } = &runner.batches;
            let end = (runner.next + runner.stride).min(steps.len());
            let steps = steps[runner.next..end].to_vec();
            pieces.push(EpochBatches { network: *network, order: order.clone(), steps });
            runner.next = end;
        }
        self.in_piece = !pieces.is_empty();
        if self.in_piece {
            self.population.begin_epoch(pieces)?;
        }
        Ok(self.in_piece)
    }

    /// Writes down where everyone is.
    async fn end(&mut self) -> Result<()> {
        self.in_piece = false;
        for (at, runner) in self.runners.iter_mut().enumerate().filter(|(_, runner)| !runner.is_over) {
            let parameters = self.population.parameters(at).await?;
            runner.path.points.push(parameters.into_iter().map(|x| x as f32).collect());
            let before = runner.steps.done as usize - runner.batches.steps.len();
            runner.path.steps.push((before + runner.next) as u64);
            if runner.path.points.len() > DENSER * runner.most {
                runner.path.thin(runner.most);
            }
            let is_through = runner.next == runner.batches.steps.len();
            runner.is_over = is_through && runner.epoch == runner.contestant.epochs;
        }
        Ok(())
    }

    /// The paths so far, in the order of the contestants.
    pub fn paths(&self) -> Vec<Trajectory> {
        let path = |runner: &Runner| {
            let mut path = runner.path.clone();
            path.thin(runner.most);
            path
        };
        self.runners.iter().map(path).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_keeps_its_ends_and_its_bends() {
        // Straight, a corner, straight.
        let point = |at: usize| if at < 40 { vec![at as f32, 0.0] } else { vec![39.0, (at - 39) as f32] };
        let path = |n: usize| Trajectory {
            steps: (0..n as u64).collect(),
            points: (0..n).map(point).collect(),
            ..Trajectory::default()
        };
        let mut thinned = path(80);
        thinned.thin(3);
        assert_eq!(thinned.steps, [0, 39, 79]);
        assert_eq!(thinned.points, [vec![0.0, 0.0], vec![39.0, 0.0], vec![39.0, 40.0]]);
        let mut whole = path(5);
        whole.thin(5);
        assert_eq!(whole, path(5));
        let mut ends = path(80);
        ends.thin(0);
        assert_eq!(ends.steps, [0, 79]);
        let mut one = path(1);
        one.thin(1);
        assert_eq!(one.steps, [0]);
    }
}

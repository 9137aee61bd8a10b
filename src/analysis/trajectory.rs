//! The paths that training takes through weight space: networks trained step by step, their weights written down on the
//! way. The weights are those that the trainer would have come to, to the bit: taking an epoch in pieces changes nothing.

use crate::backend::epoch::{Order, Steps, epoch_batches};
use crate::backend::{Backend, BatchSteps, Data, EpochBatches, NetworkSpec, Population, Snapshot};
use crate::error::Result;
use crate::kernels::optimizer;
use crate::optimizer::descent::shifted;
use crate::optimizer::{Constants, MOST_SLOTS, Scalars};
use crate::rng::{self, Purpose};
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
/// Points of a path of however many weights.
const FEWEST_POINTS: usize = 8;

/// Weights along a training.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trajectory {
    /// The trial's number.
    pub trial: u32,
    /// Steps taken at each point, from 0.
    pub steps: Vec<u64>,
    /// Gradient evaluations that these took.
    pub evaluations: Vec<u64>,
    /// Parameters at each point, flat, in PyTorch's order.
    pub points: Vec<Vec<f32>>,
    /// At each point the step that the optimizer's state alone would take, without a gradient; nothing where that is not
    /// written down, or where the optimizer has no momentum.
    pub coasts: Vec<Vec<f32>>,
    /// At each point how unlike the parameters' own step sizes are, of an optimizer that has them: below and above which a tenth
    /// of them lies, over the middle one. Nothing where that is not written down.
    pub scales: Vec<Option<[f32; 2]>>,
    /// The step (from 1) at which it diverged; its last point is then the one before.
    pub diverged_at: Option<u64>,
}

impl Trajectory {
    /// The weights at the end.
    pub fn last(&self) -> &[f32] {
        self.points.last().map_or(&[], Vec::as_slice)
    }

    /// Ends with these weights, where its steps lead elsewhere: a trial may be scored by an average of what they led to.
    pub fn end_with(&mut self, weights: &[f32]) {
        if self.last() == weights {
            return;
        }
        let Self { steps, evaluations, points, coasts, scales, .. } = self;
        points.push(weights.to_vec());
        for counts in [steps, evaluations] {
            counts.extend_from_within(counts.len().saturating_sub(1)..);
        }
        coasts.extend_from_within(coasts.len().saturating_sub(1)..);
        scales.extend_from_within(scales.len().saturating_sub(1)..);
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
            self.evaluations.remove(at);
            if at < self.coasts.len() {
                self.coasts.remove(at);
            }
            if at < self.scales.len() {
                self.scales.remove(at);
            }
            for near in [at - 1, at] {
                if near > 0 && near + 1 < bends.len() {
                    bends[near] = bend(&self.points, near);
                }
            }
        }
    }
}

impl Trajectory {
    /// The path of a network of which nothing is known but where it begins.
    pub fn begun(contestant: &Contestant) -> Self {
        let first = contestant.initial().parameters.iter().map(|&x| x as f32).collect();
        let (points, coasts, scales) = (vec![first], vec![Vec::new()], vec![None]);
        Self {
            trial: contestant.trial,
            steps: vec![0],
            evaluations: vec![0],
            points,
            coasts,
            scales,
            diverged_at: None,
        }
    }

    /// Writes down where such a network has been seen, with its momentum where the snapshot has the optimizer's state; whether
    /// that is somewhere else than before. A snapshot of another size is none of it.
    pub fn see(&mut self, spec: &NetworkSpec, snapshot: &Snapshot) -> bool {
        let Some(parameters) = snapshot.numbers.get(..spec.shape.n_parameters()) else { return false };
        if self.points.last().is_some_and(|last| last == parameters) {
            return false;
        }
        let scalars = spec.optimizer.step_scalars(u64::from(snapshot.steps.max(1)), spec.optimizer.learning_rate);
        self.coasts.push(coast(spec, snapshot, Some(&scalars)));
        self.scales.push(scales(spec, snapshot));
        self.points.push(parameters.to_vec());
        self.steps.push(u64::from(snapshot.steps));
        self.evaluations.push(u64::from(snapshot.steps));
        self.diverged_at = snapshot.diverged_at;
        let most = (PATH_BYTES / (2 * size_of_val(parameters)).max(1)).clamp(FEWEST_POINTS, MOST_POINTS);
        if self.points.len() > DENSER * most {
            self.thin(most);
        }
        true
    }
}

/// Multiplications that scoring a path's points may take; a longer path is thinned for that.
const PATH_WORK: f64 = 2e9;
/// Points of a path that are scored in any case.
const FEWEST_SCORED: usize = 16;

impl Trajectory {
    /// Thins the path to as many points as can be scored soon, each of which takes so many multiplications.
    pub fn thin_for(&mut self, work: usize) {
        self.thin(((PATH_WORK / work.max(1) as f64) as usize).max(FEWEST_SCORED));
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

/// A contestant and what its training has of its own.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Who trains.
    pub contestant: Contestant,
    /// Learning rates from a step on, in the order of the steps, in place of the contestant's own.
    pub changes: Vec<(u64, f64)>,
    /// Where it starts, in place of what its seed draws: parameters, flat, in PyTorch's order.
    pub start: Option<Vec<f32>>,
    /// Steps, at most; its schedule goes by its epochs all the same.
    pub steps: Option<u64>,
    /// Points of its path, at most.
    pub points: usize,
    /// Whether to write the optimizer's state down, too: where momentum alone would go, and how unlike step sizes are.
    pub states: bool,
}

impl From<Contestant> for Entry {
    fn from(contestant: Contestant) -> Self {
        Self { contestant, changes: Vec::new(), start: None, steps: None, points: MOST_POINTS, states: false }
    }
}

impl Entry {
    /// Steps that it trains for, over so many rows.
    pub fn n_steps(&self, n_train: usize) -> u64 {
        let Contestant { batch, epochs, .. } = self.contestant;
        let whole = (n_train.div_ceil(batch.max(1)) * epochs) as u64;
        self.steps.map_or(whole, |steps| steps.min(whole))
    }

    /// The specification with the learning rate of a step, counted from 0.
    fn spec_at(&self, step: u64) -> NetworkSpec {
        let mut spec = self.contestant.spec.clone();
        if let Some((_, rate)) = self.changes.iter().rev().find(|(from, _)| *from <= step) {
            spec.optimizer.learning_rate = *rate;
        }
        spec
    }
}

/// A network under way.
struct Runner {
    entry: Entry,
    steps: Steps,
    epoch: usize,
    /// The epoch under way and the first of its steps that has not been taken.
    batches: EpochBatches,
    next: usize,
    /// Steps of each piece.
    stride: usize,
    /// Steps of the whole way.
    last: u64,
    most: usize,
    /// Gradient evaluations so far.
    evaluations: u64,
    path: Trajectory,
    is_over: bool,
}

impl Runner {
    /// The batches of the next epoch. Where the learning rate changes within it, the steps from there on are those of an
    /// epoch that has the new one throughout: the rows are the same.
    fn open(&mut self, n_train: usize) {
        let Contestant { spec, batch, .. } = &self.entry.contestant;
        let first = u64::from(self.steps.done);
        let key = rng::key(spec.seed, Purpose::Shuffle, spec.run, self.epoch as u32);
        let at = self.batches.network;
        let before = self.steps.clone();
        let mut batches = epoch_batches(at, &self.entry.spec_at(first), key, n_train, *batch, &mut self.steps);
        let inside = first + 1..u64::from(self.steps.done);
        for (from, _) in self.entry.changes.iter().filter(|(from, _)| inside.contains(from)) {
            let changed = epoch_batches(at, &self.entry.spec_at(*from), key, n_train, *batch, &mut before.clone());
            let kept = (from - first) as usize;
            let steps = batches.steps.iter().take(kept).chain(changed.steps.iter().skip(kept));
            batches.steps = steps.copied().collect();
        }
        batches.steps = batches.steps.part(0..(self.last - first) as usize);
        batches.draw();
        (self.batches, self.epoch, self.next) = (batches, self.epoch + 1, 0);
    }

    /// Steps taken, once the piece under way is through.
    fn taken(&self) -> u64 {
        self.batches.steps.span().map_or(0, |span| u64::from(span.end)) - (self.batches.steps.len() - self.next) as u64
    }
}

/// How unlike the parameters' own step sizes are: each divides its step by the root of what it has seen of squared gradients.
/// `None` of an optimizer that does not.
fn scales(spec: &NetworkSpec, snapshot: &Snapshot) -> Option<[f32; 2]> {
    // The largest mean square, where there is one, comes after the mean square.
    let squares = ["sum", "square", "largest"];
    let at = spec.optimizer.rule().arm().slots.iter().rposition(|slot| squares.contains(slot))?;
    // A parameter that was never moved, as of a unit that is dead, has no step size of its own.
    let mut roots: Vec<f32> =
        snapshot.parts(spec)?.nth(1 + at)?.iter().filter(|&&x| x > 0.0).map(|x| x.sqrt()).collect();
    let last = roots.len().checked_sub(1)?;
    let mut quantile = |share: usize| *roots.select_nth_unstable_by(last * share / 10, f32::total_cmp).1;
    let [low, middle, high] = [1, 5, 9].map(&mut quantile);
    (low > 0.0 && high.is_finite()).then(|| [middle / high, middle / low])
}

/// The step that a network's momentum alone would take: its next update with a gradient of 0, without weight decay. Empty
/// where that is no step at all.
fn coast(spec: &NetworkSpec, snapshot: &Snapshot, scalars: Option<&Scalars<f64>>) -> Vec<f32> {
    let (Some(mut parts), Some(scalars)) = (snapshot.parts(spec), scalars) else { return Vec::new() };
    if spec.optimizer.n_slots() == 0 {
        return Vec::new();
    }
    let constants: Constants<f64> = Constants { weight_decay: 0.0, l2: 0.0, ..spec.optimizer.constants() };
    let rule = spec.optimizer.rule();
    // Without a gradient the learning rate stays.
    let scalars = &shifted(rule, scalars, || 0.0);
    let Some(parameters) = parts.next() else { return Vec::new() };
    let state: Vec<&[f32]> = parts.collect();
    let trained = spec.shape.n_trained();
    let one = |at: usize| {
        // Running statistics take no steps.
        if at >= trained {
            return 0.0;
        }
        let mut slots = [0.0; MOST_SLOTS];
        for (slot, part) in slots.iter_mut().zip(&state) {
            *slot = f64::from(part[at]);
        }
        let p = f64::from(parameters[at]);
        (optimizer::reference(rule, &constants, scalars, true, p, 0.0, &mut slots) - p) as f32
    };
    let step: Vec<f32> = (0..parameters.len()).map(one).collect();
    if step.iter().all(|&x| x == 0.0) { Vec::new() } else { step }
}

/// Trains networks side by side and writes their paths down.
pub struct Recorder {
    population: Box<dyn Population>,
    n_train: usize,
    /// Whether there are validation rows.
    is_validated: bool,
    runners: Vec<Runner>,
    in_piece: bool,
}

impl Recorder {
    /// Networks at their initial weights, which are the first points of their paths.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn new(backend: &dyn Backend, data: &Data, entries: Vec<impl Into<Entry>>) -> Result<Self> {
        Self::of(backend, data, entries.into_iter().map(Into::into).collect()).await
    }

    async fn of(backend: &dyn Backend, data: &Data, entries: Vec<Entry>) -> Result<Self> {
        // Without rows for validation no time goes into scores between steps; some schedules wait for them.
        let waits = entries.iter().any(|entry| entry.contestant.spec.schedule.waits_for_outcome());
        let n_validation = if waits { data.n_validation } else { 0 };
        let rows = Rc::new(Data { n_validation, ..data.clone() });
        let initial = |entry: &Entry| {
            let mut network = entry.contestant.initial();
            if let Some(start) = &entry.start {
                network.parameters = start.iter().map(|&x| f64::from(x)).collect();
            }
            network
        };
        let networks: Vec<_> = entries.iter().map(initial).collect();
        let start = |(at, entry): (usize, Entry)| {
            let first: Vec<f32> = networks[at].parameters.iter().map(|&x| x as f32).collect();
            let kept = if entry.states { 2 } else { 1 };
            let fitting = PATH_BYTES / (kept * size_of::<f32>() * first.len().max(1));
            let most = entry.points.min(fitting).max(FEWEST_POINTS.min(entry.points));
            let last = entry.n_steps(data.n_train);
            let coasts = if entry.states { vec![Vec::new()] } else { Vec::new() };
            let trial = entry.contestant.trial;
            Runner {
                steps: Steps::default(),
                epoch: 0,
                batches: EpochBatches {
                    network: at,
                    order: Order::default(),
                    steps: BatchSteps::default(),
                    validates: true,
                },
                next: 0,
                // A training's loss that a schedule waits for is that of a whole epoch.
                stride: if waits && data.n_validation == 0 {
                    data.n_train
                } else {
                    (last as usize).div_ceil(DENSER * most).max(1)
                },
                last,
                most,
                evaluations: 0,
                path: Trajectory {
                    trial,
                    steps: vec![0],
                    evaluations: vec![0],
                    points: vec![first],
                    scales: coasts.iter().map(|_: &Vec<f32>| None).collect(),
                    coasts,
                    diverged_at: None,
                },
                is_over: last == 0,
                entry,
            }
        };
        let runners = entries.into_iter().enumerate().map(start).collect();
        let population = backend.population(rows, networks).await?;
        Ok(Self { population, n_train: data.n_train, is_validated: data.n_validation > 0, runners, in_piece: false })
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
                runner.evaluations += outcome.evaluations;
                let is_through = runner.next == runner.batches.steps.len();
                // As a trainer's schedules wait for looks at the validation rows; without such rows, for the training's.
                let contestant = &runner.entry.contestant;
                let looked_at = if self.is_validated {
                    outcome.validation.filter(|_| contestant.is_evaluated(runner.epoch))
                } else {
                    Some(outcome.train)
                };
                if let Some(score) = looked_at.filter(|_| is_through) {
                    contestant.spec.schedule.observe(&mut runner.steps.memory, runner.epoch as u32, score.loss);
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
                runner.open(self.n_train);
            }
            let EpochBatches { network, order, steps, .. } = &runner.batches;
            let end = (runner.next + runner.stride).min(steps.len());
            let steps = steps.part(runner.next..end);
            pieces.push(EpochBatches { network: *network, order: order.clone(), steps, validates: true });
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
            runner.path.steps.push(runner.taken());
            runner.path.evaluations.push(runner.evaluations.max(runner.taken()));
            if runner.entry.states {
                let last = runner.next.checked_sub(1).and_then(|last| runner.batches.steps.get(last));
                let (spec, snapshot) = (&runner.entry.contestant.spec, self.population.snapshot(at));
                runner.path.coasts.push(coast(spec, &snapshot, last.map(|step| &step.scalars)));
                runner.path.scales.push(scales(spec, &snapshot));
            }
            if runner.path.points.len() > DENSER * runner.most {
                runner.path.thin(runner.most);
            }
            runner.is_over = runner.taken() >= runner.last;
        }
        Ok(())
    }

    /// Lets a contestant train for so many epochs, or for all of its own with none; one that has taken them stands still.
    pub fn until(&mut self, at: usize, epochs: Option<usize>) {
        let Some(runner) = self.runners.get_mut(at) else { return };
        let Contestant { batch, .. } = runner.entry.contestant;
        let whole = runner.entry.n_steps(self.n_train);
        let an_epoch = self.n_train.div_ceil(batch.max(1)) as u64;
        runner.last = epochs.map_or(whole, |epochs| (epochs as u64).saturating_mul(an_epoch).min(whole));
        runner.is_over = runner.path.diverged_at.is_some() || runner.taken() >= runner.last;
    }

    /// Share of all steps that have been taken or need not be.
    pub fn share_done(&self) -> f64 {
        let done = |runner: &Runner| if runner.is_over { runner.last } else { runner.taken() };
        let all: u64 = self.runners.iter().map(|runner| runner.last).sum();
        self.runners.iter().map(done).sum::<u64>() as f64 / all.max(1) as f64
    }

    /// Where a contestant is: the steps that it has taken, of how many, and its weights there.
    pub fn now(&self, at: usize) -> Option<(u64, u64, &[f32])> {
        let runner = self.runners.get(at)?;
        Some((*runner.path.steps.last()?, runner.entry.n_steps(self.n_train), runner.path.last()))
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
            evaluations: (0..n as u64).collect(),
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

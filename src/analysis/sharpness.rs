//! How sharp the loss is along a training, beside what the optimizer's steps can stand: a trial's first network is trained on
//! the CPU, step by step, and looked at on the way ([`Look`]). A training that diverges is gone through to there first, so that
//! its last steps are looked at one by one.

use crate::backend::epoch::{Order, Steps, epoch_batches};
use crate::backend::second_order::{Curvature, Look, length, parts};
use crate::backend::{Backend, BatchSteps, DIVERGENCE_LIMIT, Data, EpochBatches, Population, Snapshot};
use crate::error::Result;
use crate::kernels::train_invocation::within;
use crate::rng::{self, Purpose};
use crate::schedule::StepAt;
use crate::trainer::Contestant;
use core::time::Duration;
use std::collections::VecDeque;
use std::rc::Rc;
use web_time::Instant;

/// Places along a training that are looked at, at even distances.
const LOOKS: u64 = 48;
/// Steps before a divergence that are looked at one by one.
const LAST: u64 = 10;

/// What was seen after some steps.
#[derive(Clone, Debug)]
pub struct Point {
    /// Steps taken.
    pub step: u64,
    /// Learning rate of the next step.
    pub rate: f64,
    /// The loss that is trained, over the rows that are looked at.
    pub loss: f64,
    /// Length of each layer's gradient, and of its weights and biases.
    pub gradients: Vec<f64>,
    /// See `gradients`.
    pub weights: Vec<f64>,
    /// Largest magnitude of each layer's sums.
    pub reach: Vec<f64>,
    /// How sharp the loss is.
    pub curvature: Curvature,
    /// The largest curvature at which the next step is stable; `None` where no limit is known.
    pub limit: Option<f64>,
}

/// One network in training, piece by piece.
struct Run {
    contestant: Contestant,
    data: Rc<Data>,
    population: Box<dyn Population>,
    steps: Steps,
    epoch: usize,
    batches: EpochBatches,
    next: usize,
    /// Rows of the piece under way.
    rows: usize,
    /// Sum of the losses of the epoch's rows as trained, and how many they are.
    lost: (f64, f64),
    in_piece: bool,
    diverged_at: Option<u64>,
}

impl Run {
    async fn new(backend: &dyn Backend, data: &Rc<Data>, contestant: &Contestant) -> Result<Self> {
        Ok(Self {
            population: backend.population(data.clone(), vec![contestant.initial()]).await?,
            contestant: contestant.clone(),
            data: data.clone(),
            steps: Steps::default(),
            epoch: 0,
            batches: EpochBatches {
                network: 0,
                order: Order::default(),
                steps: BatchSteps::default(),
                validates: true,
            },
            next: 0,
            rows: 0,
            lost: (0.0, 0.0),
            in_piece: false,
            diverged_at: None,
        })
    }

    fn per_epoch(&self) -> u64 {
        self.data.n_train.div_ceil(self.contestant.batch.max(1)) as u64
    }

    /// Steps taken, once the piece under way is through.
    fn taken(&self) -> u64 {
        u64::from(self.steps.done) - (self.batches.steps.len() - self.next) as u64
    }

    /// Trains on to this step for about so long; whether it is there, or has diverged on the way.
    async fn go(&mut self, to: u64, budget: Duration) -> Result<bool> {
        if !self.in_piece && self.taken() < to {
            if self.next == self.batches.steps.len() {
                let Contestant { spec, batch, .. } = &self.contestant;
                let key = rng::key(spec.seed, Purpose::Shuffle, spec.run, self.epoch as u32);
                self.batches = epoch_batches(0, spec, key, self.data.n_train, *batch, &mut self.steps);
                self.batches.draw();
                (self.epoch, self.next) = (self.epoch + 1, 0);
            }
            let end = (self.next as u64 + to - self.taken()).min(self.batches.steps.len() as u64) as usize;
            let steps = self.batches.steps.part(self.next..end);
            self.rows = steps.rows().len();
            self.population.begin_epoch(vec![EpochBatches {
                network: 0,
                order: self.batches.order.clone(),
                steps,
                validates: true,
            }])?;
            (self.next, self.in_piece) = (end, true);
        }
        if self.in_piece {
            let advance = self.population.advance(budget).await?;
            let is_whole = self.next == self.batches.steps.len();
            for outcome in advance.outcomes {
                // A training scores its validation rows, and may be lost by them, at the end of an epoch alone.
                let lost = outcome.validation.is_some_and(|score| !within(score.loss, DIVERGENCE_LIMIT));
                if is_whole || !lost {
                    self.diverged_at = self.diverged_at.or(outcome.diverged_at);
                }
                let rows = self.rows as f64;
                self.lost = (self.lost.0 + outcome.train.loss * rows, self.lost.1 + rows);
                if is_whole {
                    let (sum, rows) = core::mem::take(&mut self.lost);
                    // As a trainer's schedules wait for looks at the validation rows; without such rows, for the training's.
                    let looked_at = if self.data.n_validation > 0 {
                        outcome.validation.filter(|_| self.contestant.is_evaluated(self.epoch)).map(|score| score.loss)
                    } else {
                        Some(sum / rows)
                    };
                    if let Some(loss) = looked_at {
                        self.contestant.spec.schedule.observe(&mut self.steps.memory, self.epoch as u32, loss);
                    }
                }
            }
            self.in_piece = !advance.epoch_done;
        }
        if !self.in_piece && self.contestant.spec.optimizer.descends() {
            self.steps.added = self.population.snapshot(0).added(&self.contestant.spec.optimizer);
        }
        Ok(!self.in_piece && (self.diverged_at.is_some() || self.taken() >= to))
    }
}

/// See the module.
pub struct Sharpness {
    data: Rc<Data>,
    contestant: Contestant,
    /// Steps of the whole way.
    last: u64,
    /// Goes ahead to where the training diverges; `None` once that is known.
    scout: Option<Run>,
    run: Run,
    look: Look,
    warm: Vec<f32>,
    /// Steps after which it is looked at next.
    plan: VecDeque<u64>,
    diverged_at: Option<u64>,
    n_rows: usize,
}

impl Sharpness {
    /// A training over so many epochs of which nothing has been seen; `diverges` says that its end is to be looked for first.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn new(
        backend: &dyn Backend,
        data: &Rc<Data>,
        contestant: &Contestant,
        epochs: Option<usize>,
        diverges: bool,
    ) -> Result<Self> {
        let run = Run::new(backend, data, contestant).await?;
        let scout = if diverges { Some(Run::new(backend, data, contestant).await?) } else { None };
        let last = run.per_epoch() * epochs.unwrap_or(contestant.epochs).min(contestant.epochs) as u64;
        let looked = Look::data(data, contestant.spec.shape.n_parameters());
        Ok(Self {
            data: data.clone(),
            contestant: contestant.clone(),
            last,
            plan: plan(last, None),
            scout,
            run,
            n_rows: looked.rows(),
            look: Look::new(&contestant.spec, looked),
            warm: Vec::new(),
            diverged_at: None,
        })
    }

    /// Rows that the network is looked at over, and of how many.
    pub fn rows(&self) -> [usize; 2] {
        [self.n_rows, self.data.n_train]
    }

    /// The steps of an epoch, and of the whole way.
    pub fn steps(&self) -> [u64; 2] {
        [self.run.per_epoch(), self.last]
    }

    /// The step (from 1) at which it diverged, once that is known.
    pub const fn diverged_at(&self) -> Option<u64> {
        self.diverged_at
    }

    /// Whether all has been seen.
    pub fn is_done(&self) -> bool {
        self.scout.is_none() && self.plan.is_empty()
    }

    /// Works for about so long, over one look at most: what was seen.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn advance(&mut self, budget: Duration) -> Result<Option<Point>> {
        let begun = Instant::now();
        while !self.is_done() {
            let left = budget.saturating_sub(begun.elapsed());
            if let Some(scout) = &mut self.scout {
                if scout.go(self.last, left).await? {
                    self.diverged_at = scout.diverged_at;
                    self.plan = plan(self.last, scout.diverged_at);
                    self.scout = None;
                }
            } else if let Some(&step) = self.plan.front()
                && self.run.go(step, left).await?
            {
                self.plan.pop_front();
                if self.run.diverged_at.is_some() {
                    // Nobody has foreseen it.
                    self.diverged_at = self.run.diverged_at;
                    self.plan.clear();
                } else {
                    return Ok(Some(self.seen()));
                }
            }
            if begun.elapsed() >= budget {
                break;
            }
        }
        Ok(None)
    }

    /// The network as it is.
    fn seen(&mut self) -> Point {
        let spec = &self.contestant.spec;
        let step = self.run.taken();
        let snapshot = Snapshot { steps: step as u32, ..self.run.population.snapshot(0) };
        let n = spec.shape.n_parameters();
        let parameters: Vec<f64> = snapshot.numbers.iter().take(n).map(|&x| f64::from(x)).collect();
        let (loss, gradient) = self.look.gradient(&parameters);
        let parts = parts(&spec.shape.layers());
        let of = |numbers: &[f64]| parts.iter().map(|part| length(numbers[part.clone()].iter())).collect();
        // That of the step to come; there is none after the last.
        let at = StepAt { step: step.min(self.last.max(1) - 1), per_epoch: self.run.per_epoch() };
        let rate =
            (spec.optimizer.learning_rate + self.run.steps.added) * spec.schedule.factor(at, &self.run.steps.memory);
        Point {
            step,
            rate,
            loss,
            gradients: of(&gradient),
            weights: of(&parameters),
            reach: self.look.reach(&parameters),
            curvature: self.look.curvature(&snapshot, spec.momentum(at), false, &mut self.warm),
            limit: spec.stability_limit(rate, at),
        }
    }
}

/// The steps after which a training of so many is looked at, or one that diverges.
fn plan(last: u64, diverged_at: Option<u64>) -> VecDeque<u64> {
    let last = diverged_at.map_or(last, |at| at.saturating_sub(1).min(last));
    let looks = LOOKS.min(last.max(1));
    let mut steps: Vec<u64> = (0..=looks).map(|k| k * last / looks).collect();
    if diverged_at.is_some() {
        steps.extend(last.saturating_sub(LAST)..last);
    }
    steps.sort_unstable();
    steps.dedup();
    steps.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_lie_at_even_distances_and_close_before_a_divergence() {
        assert_eq!(plan(0, None), [0]);
        assert_eq!(plan(2, None), [0, 1, 2]);
        assert!(plan(1_000_000, None).len() == 49 && plan(1_000_000, None)[48] == 1_000_000);
        assert_eq!(plan(100, Some(1)), [0]);
        assert_eq!(plan(100, Some(3)), [0, 1, 2]);
        let near = plan(10_000, Some(5_001));
        assert!(near.iter().rev().take(11).copied().eq((4_990..=5_000).rev()), "{near:?}");
        assert_eq!(near.len(), 49 + 10);
    }
}

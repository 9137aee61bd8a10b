//! What both strategies have in common: networks that go through their epoch, turn by turn, and the clock.

use super::network::Sums;
use crate::backend::{Advance, DIVERGENCE_LIMIT, Data, EpochBatches, EpochOutcome};
use crate::kernels::train_invocation::within;
use core::time::Duration;
use std::collections::VecDeque;
use web_time::Instant;

/// Multiplications between two looks at the clock: well under a millisecond.
const WORK_BETWEEN_LOOKS: usize = 2 << 20;

/// Where a network stands in its epoch.
pub struct Progress {
    /// Its rows and steps.
    pub batches: EpochBatches,
    /// The next step.
    pub next: usize,
    /// Sums over the steps so far.
    pub train: Sums,
    /// Sums over the validation rows so far.
    pub validation: Sums,
    seconds: f64,
}

impl Progress {
    /// A network at the epoch's start.
    pub fn new(batches: EpochBatches) -> Self {
        Self { batches, next: 0, train: Sums::default(), validation: Sums::default(), seconds: 0.0 }
    }

    /// Rows that the network is scored on after the epoch.
    pub fn rows_to_score(&self, data: &Data) -> usize {
        if self.batches.validates { data.n_validation } else { 0 }
    }

    /// What the epoch came to, when it is done.
    fn outcome(&self, data: &Data, diverged_at: Option<u64>) -> EpochOutcome {
        let validation = (self.rows_to_score(data) > 0).then(|| self.validation.score());
        let lost = validation.is_some_and(|score| !within(score.loss, DIVERGENCE_LIMIT));
        let last_step = self.batches.steps.last().map(|step| u64::from(step.step) + 1);
        EpochOutcome {
            network: self.batches.network,
            train: self.train.score(),
            validation,
            diverged_at: diverged_at.or(if lost { last_step } else { None }),
            evaluations: 0,
            seconds: self.seconds,
        }
    }
}

/// The budget of one call, looked at only now and then: in a browser the clock costs more than a tiny step.
pub struct Clock {
    start: Instant,
    budget: Duration,
    work: usize,
}

impl Clock {
    /// Whether the budget is used up, after so much more work.
    pub fn is_over(&mut self, work: usize) -> bool {
        self.work += work;
        if self.work < WORK_BETWEEN_LOOKS {
            return false;
        }
        self.work = 0;
        self.start.elapsed() >= self.budget
    }
}

/// Networks that train together take a turn each: one, or a few side by side.
pub type Turn = Vec<Progress>;

/// A population that works turn by turn.
pub trait Turns {
    /// Turns that are not done.
    fn queue(&mut self) -> &mut VecDeque<Turn>;
    /// The rows.
    fn data(&self) -> &Data;
    /// The step (from 1) at which a network diverged.
    fn diverged_at(&self, network: usize) -> Option<u64>;
    /// Works on one turn until its epoch is done (true) or the budget is (false); counts steps.
    fn work(&mut self, turn: &mut [Progress], clock: &mut Clock, steps: &mut u64) -> bool;

    /// Works for about a budget.
    fn advance(&mut self, budget: Duration) -> Advance {
        let mut clock = Clock { start: Instant::now(), budget, work: 0 };
        let mut began = clock.start;
        let mut advance = Advance::default();
        while let Some(mut turn) = self.queue().pop_front() {
            let done = self.work(&mut turn, &mut clock, &mut advance.steps);
            let now = Instant::now();
            let seconds = (now - began).as_secs_f64() / turn.len() as f64;
            began = now;
            for progress in &mut turn {
                progress.seconds += seconds;
            }
            if done {
                let outcome = |one: &Progress| one.outcome(self.data(), self.diverged_at(one.batches.network));
                advance.outcomes.extend(turn.iter().map(outcome));
            } else {
                self.queue().push_front(turn);
            }
            if !done || now - clock.start >= budget {
                break;
            }
        }
        advance.epoch_done = self.queue().is_empty();
        advance
    }
}

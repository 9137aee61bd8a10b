//! The networks of a population, their epoch and its clock.

use super::isa::Level;
use super::network::{Scratch, Sums, Trained};
use crate::backend::{
    Advance, DIVERGENCE_LIMIT, Data, EpochOutcome, EpochPlan, LocalFuture, Network, Population, ready,
};
use crate::error::Result;
use crate::kernels::train_invocation::within;
use core::time::Duration;
use std::collections::VecDeque;
use std::rc::Rc;
use web_time::Instant;

/// Multiplications between two looks at the clock: well under a millisecond.
const WORK_BETWEEN_LOOKS: usize = 2 << 20;

/// Where a network stands in its epoch.
struct Progress {
    plan: EpochPlan,
    next: usize,
    sums: Sums,
    validation: Sums,
    seconds: f64,
}

/// Networks trained one after the other.
pub struct CpuPopulation {
    data: Rc<Data>,
    networks: Vec<Trained>,
    scratch: Scratch,
    queue: VecDeque<Progress>,
}

/// The budget of one call, looked at only now and then: in a browser the clock costs more than a tiny step.
pub struct Clock {
    /// When the call began.
    pub start: Instant,
    budget: Duration,
    work: usize,
}

impl Clock {
    /// Starts now.
    pub fn new(budget: Duration) -> Self {
        Self { start: Instant::now(), budget, work: 0 }
    }

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

impl CpuPopulation {
    /// Networks with their initial parameters.
    pub fn new(data: Rc<Data>, networks: Vec<Network>, level: Level) -> Self {
        let networks: Vec<_> = networks.into_iter().map(|network| Trained::new(network, level)).collect();
        Self { data, scratch: Scratch::new(&networks), networks, queue: VecDeque::new() }
    }

    /// Works on one network until its epoch is done (true) or the budget is (false).
    fn work(&mut self, progress: &mut Progress, clock: &mut Clock, steps: &mut u64) -> bool {
        let trained = &mut self.networks[progress.plan.network];
        let (scratch, data) = (&mut self.scratch, &*self.data);
        while let (Some(step), None) = (progress.plan.steps.get(progress.next), trained.diverged_at) {
            let rows = &progress.plan.order[step.start as usize..][..step.rows as usize];
            progress.sums += trained.step(scratch, data, rows, step);
            progress.next += 1;
            *steps += 1;
            if clock.is_over(trained.work(rows.len())) {
                return false;
            }
        }
        let evaluated = |progress: &Progress| progress.validation.rows as usize;
        while evaluated(progress) < data.n_validation {
            let first = data.n_train + evaluated(progress);
            let block = trained.evaluate(scratch, data, first, data.n_train + data.n_validation);
            progress.validation += block;
            if clock.is_over(trained.work(block.rows as usize) / 3) {
                break;
            }
        }
        evaluated(progress) == data.n_validation
    }

    /// What an epoch came to, when it is done.
    fn outcome(&self, progress: &Progress) -> EpochOutcome {
        let validation = (self.data.n_validation > 0).then(|| progress.validation.score());
        let lost = validation.is_some_and(|score| !within(score.loss, DIVERGENCE_LIMIT));
        let last_step = progress.plan.steps.last().map(|step| u64::from(step.step) + 1);
        EpochOutcome {
            network: progress.plan.network,
            train: progress.sums.score(),
            validation,
            diverged_at: self.networks[progress.plan.network].diverged_at.or(if lost { last_step } else { None }),
            seconds: progress.seconds,
        }
    }
}

impl Population for CpuPopulation {
    fn begin_epoch(&mut self, plans: Vec<EpochPlan>) -> Result<()> {
        let progress =
            |plan| Progress { plan, next: 0, sums: Sums::default(), validation: Sums::default(), seconds: 0.0 };
        self.queue.extend(plans.into_iter().map(progress));
        Ok(())
    }

    fn advance(&mut self, budget: Duration) -> LocalFuture<'_, Result<Advance>> {
        let mut clock = Clock::new(budget);
        let mut began = clock.start;
        let mut advance = Advance::default();
        while let Some(mut progress) = self.queue.pop_front() {
            let done = self.work(&mut progress, &mut clock, &mut advance.steps);
            let now = Instant::now();
            progress.seconds += (now - began).as_secs_f64();
            began = now;
            if done {
                advance.outcomes.push(self.outcome(&progress));
            } else {
                self.queue.push_front(progress);
            }
            if !done || now - clock.start >= budget {
                break;
            }
        }
        advance.epoch_done = self.queue.is_empty();
        ready(Ok(advance))
    }

    fn parameters(&mut self, network: usize) -> LocalFuture<'_, Result<Vec<f64>>> {
        ready(Ok(self.networks[network].parameters()))
    }

    fn gradient(&mut self, network: usize) -> LocalFuture<'_, Result<Vec<f64>>> {
        ready(Ok(self.networks[network].gradient()))
    }
}

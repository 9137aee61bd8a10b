//! Trains a study's trials on a backend, epoch by epoch: batches and their order, per-step scalars, aggregation over
//! seeds, divergence, events. Knows no backend by name.
//!
//! Progress is pulled: [`Trainer::advance`] works for about a budget and returns what happened. Not calling it is
//! pausing, dropping it is cancelling.

mod assignment;
mod contestant;
mod cost;
mod crowds;
mod folds;
mod held;
mod hold;
mod record;
mod report;
mod snapshot;
mod start;
mod wave;

use crate::backend::epoch::Course;
use crate::backend::{Backend, Data, EpochBatches, EpochOutcome, NetworkSpec, Program};
use crate::dataset::Prepared;
use crate::error::{Error, Result};
use crate::order::by_key;
use crate::result::{EngineInfo, EpochRecord, Recorded, TrialEvent, TrialState};
use crate::rng::RunId;
use crate::search::Trial;
use crate::study::{Study, TrialConfig};
use crate::{NUMERICS_VERSION, VERSION};
pub use assignment::Assignment;
pub use contestant::Contestant;
pub(crate) use contestant::data_of;
use contestant::is_evaluated;
use core::time::Duration;
pub use cost::Cost;
use folds::Fold;
pub use held::Best;
pub use report::Report;
use serde_json::Map;
pub use snapshot::TrialSnapshot;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use wave::{Running, Wave};
use web_time::Instant;

/// Trains trials; see the module.
pub struct Trainer {
    study: Rc<Study>,
    /// The settings of a trial without drawn ones.
    base: TrialConfig,
    backend: Box<dyn Backend>,
    /// The rows of the first fold, at which networks are looked at.
    data: Rc<Data>,
    /// All folds.
    folds: Vec<Fold>,
    prepared: Rc<Prepared>,
    waiting: VecDeque<Assignment>,
    wave: Option<Wave>,
    /// Trials that somebody wants to look at after their next epoch.
    watched: BTreeSet<u32>,
    /// What ended the last call, to be told by the next.
    failed: Option<Error>,
    /// What the next report is written in.
    blank: Report,
    /// Networks of each program in a study of so many trials, whoever trains them: a strategy may depend on it.
    crowds: BTreeMap<u32, BTreeMap<Program, u64>>,
    strategies: BTreeSet<&'static str>,
    costs: Vec<Cost>,
    /// Bytes of the largest network assigned so far.
    largest: u64,
    /// Trials whose numbers leave the same remainder by this draw the same random numbers.
    streams: u32,
    /// Only how trials end is told, and nothing is kept of them.
    brief: bool,
    /// Rows of a fold that networks are looked at over, by how many they are.
    looked_at: BTreeMap<(u16, usize), Rc<Data<f64>>>,
}

impl Trainer {
    /// A trainer for these trials of the study; nothing is allocated on the device yet.
    ///
    /// # Errors
    /// [`Error::TooLarge`] where one trial's network is more than the backend takes.
    pub fn new(
        study: Rc<Study>,
        prepared: Rc<Prepared>,
        backend: Box<dyn Backend>,
        trials: Vec<Trial>,
    ) -> Result<Self> {
        let folds: Vec<Fold> = prepared.folds().map(Fold::new).collect();
        let data = folds[0].data.clone();
        let (crowds, strategies) = (BTreeMap::new(), BTreeSet::new());
        let costs = Vec::new();
        let base = TrialConfig::new(&study, &Map::new());
        // Common random numbers: what a trial draws does not depend on its number.
        let streams = if study.shared_seeds { 1 } else { u32::MAX };
        let mut trainer = Self {
            study,
            base,
            backend,
            data,
            folds,
            prepared,
            waiting: VecDeque::new(),
            wave: None,
            watched: BTreeSet::new(),
            failed: None,
            blank: Report::default(),
            crowds,
            strategies,
            costs,
            largest: 0,
            streams,
            brief: false,
            looked_at: BTreeMap::new(),
        };
        let of_trials = trainer.study.trials;
        trainer.assign(trials.into_iter().map(|trial| Assignment::whole(trial, of_trials)).collect())?;
        Ok(trainer)
    }

    /// The same for whoever trains tens of thousands of trials to see how each ends: their last epochs alone are told, no
    /// weights are kept, and trials whose numbers leave the same remainder by `streams` draw the same random numbers.
    #[must_use]
    pub fn brief(self, streams: u32) -> Self {
        Self { brief: true, streams: streams.max(1), ..self }
    }

    /// Adds what is to be trained next.
    ///
    /// # Errors
    /// [`Error::TooLarge`] where one trial's network is more than the backend takes.
    pub fn assign(&mut self, assignments: Vec<Assignment>) -> Result<()> {
        self.costs = Vec::with_capacity(assignments.len());
        for Assignment { trial, of_trials, .. } in &assignments {
            self.know_crowds(*of_trials);
            let config = self.config(trial);
            let network = self.network(trial, *of_trials, &config, RunId::default());
            self.check_size(trial.number, &network)?;
            self.largest = self.largest.max(network_bytes(self.backend.as_ref(), &network, self.data.n_train));
            self.strategies.insert(self.backend.strategy(&network));
            self.costs.push(self.cost(&config, &network));
        }
        self.waiting.extend(assignments);
        Ok(())
    }

    /// What a trial's first network is trained with, for whoever trains it step by step; see [`crate::analysis`].
    pub fn contestant(&mut self, trial: &Trial, of_trials: u32) -> Contestant {
        self.know_crowds(of_trials);
        let config = self.config(trial);
        let spec = self.network(trial, of_trials, &config, RunId::default());
        let (batch, epochs, init) = (spec.max_batch, config.epochs, (config.init, config.init_std));
        let is_averaged = config.averages_ends || spec.optimizer.average.is_some();
        let evaluate_every = self.study.evaluate_every;
        Contestant { trial: trial.number, batch, epochs, evaluate_every, init, spec, is_averaged }
    }

    /// What the features, and last the target, were standardised by: mean and deviation, 0 and 1 where nothing was.
    pub fn scaling(&self) -> impl Iterator<Item = (f64, f64)> {
        let Prepared { scaling, target_mean, target_scale, .. } = &*self.prepared;
        scaling.iter().copied().chain([(*target_mean, *target_scale)])
    }

    /// The rows.
    pub const fn data(&self) -> &Rc<Data> {
        &self.data
    }

    /// What a loss is multiplied by, for the targets' own units.
    pub fn unit(&self) -> f64 {
        self.folds[0].unit
    }

    /// Tells in the report of its next epoch what a trial in training is then; false, and nothing to be told, of one that is
    /// not in training here.
    pub fn watch(&mut self, number: u32) -> bool {
        let is_here = |running: &Running| running.trial.number == number && !running.ended;
        let is_in_training = self.wave.as_ref().is_some_and(|wave| wave.trials.iter().any(is_here));
        if is_in_training {
            self.watched.insert(number);
        }
        is_in_training
    }

    /// Watches all trials in training, from the first on, as far as their networks take at most so many bytes.
    pub fn watch_all(&mut self, most: u64) {
        let Some(wave) = &self.wave else { return };
        let mut bytes = 0;
        for running in wave.trials.iter().filter(|one| !one.ended) {
            let own = |spec: &NetworkSpec| self.backend.network_bytes(spec);
            bytes += wave.networks[running.networks.clone()].iter().map(own).sum::<u64>();
            if bytes > most {
                return;
            }
            self.watched.insert(running.trial.number);
        }
    }

    /// Lets go of trials that have not ended.
    pub fn cancel(&mut self) {
        self.waiting.clear();
        self.wave = None;
    }

    /// Another trainer for the same study, on the same rows.
    ///
    /// # Errors
    /// As [`Trainer::new`].
    pub fn sibling(&self, backend: Box<dyn Backend>) -> Result<Self> {
        Self::new(self.study.clone(), self.prepared.clone(), backend, Vec::new())
    }

    /// The backend that trains.
    pub fn backend(&self) -> &dyn Backend {
        self.backend.as_ref()
    }

    /// The strategies that train the study, with + between them.
    pub fn strategy(&self) -> String {
        let strategies: Vec<&str> = self.strategies.iter().copied().collect();
        strategies.join("+")
    }

    /// What trains, as one worker of a result's `engine`.
    pub fn info(&self) -> EngineInfo {
        EngineInfo {
            version: VERSION.into(),
            numerics: NUMERICS_VERSION,
            backend: self.backend.name().into(),
            adapter: self.backend.adapter(),
            strategy: self.strategy(),
            workers: 1,
        }
    }

    fn config(&self, trial: &Trial) -> TrialConfig {
        self.base.with(&self.study, &trial.params)
    }

    /// What each of the trials assigned last will take over all its epochs, in the order in which they were given.
    pub fn costs(&self) -> &[Cost] {
        &self.costs
    }

    /// The specification of a network of each trial, for which a backend can prepare.
    pub fn outlines(&self) -> Vec<NetworkSpec> {
        let outline = |assignment: &Assignment| {
            let Assignment { trial, of_trials, .. } = assignment;
            self.network(trial, *of_trials, &self.config(trial), RunId::default())
        };
        self.waiting.iter().map(outline).collect()
    }

    /// Works for about `budget`, over as many epochs as that takes.
    ///
    /// # Errors
    /// What the backend reports where it can't go on by itself.
    pub async fn advance(&mut self, budget: Duration) -> Result<Report> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let begun = Instant::now();
        let mut report = core::mem::take(&mut self.blank);
        loop {
            match self.advance_once(&mut report, budget.saturating_sub(begun.elapsed())).await {
                Ok(()) => {}
                Err(error) if report.is_empty() => return Err(error),
                // What has ended before is told first.
                Err(error) => self.failed = Some(error),
            }
            // A lost device is told of at once.
            if self.failed.is_some() || report.finished || report.resumed || begun.elapsed() >= budget {
                break;
            }
        }
        for running in self.wave.iter_mut().flat_map(|wave| &mut wave.trials) {
            running.told = None;
        }
        Ok(report)
    }

    /// Takes a report back that was read: the next is written in its memory.
    pub fn take_back(&mut self, report: Report) {
        self.blank = report.emptied();
    }

    /// Works until an epoch ends or `budget` is over.
    async fn advance_once(&mut self, report: &mut Report, budget: Duration) -> Result<()> {
        if self.wave.is_none() && !self.start_wave(report).await? {
            report.finished = true;
            return Ok(());
        }
        let begun = Instant::now();
        let Some(mut wave) = self.wave.take() else { return Ok(()) };
        if !wave.in_epoch {
            let ahead = if wave.is_plain { wave.population.epochs_ahead() } else { 1 };
            if wave.is_plain {
                wave.population.let_lag();
            }
            for _ in 0..ahead {
                if !self.begin_epoch(&mut wave)? {
                    break;
                }
            }
        }
        if wave.to_close.is_empty() {
            let advance = wave.population.advance(budget).await?;
            report.steps += advance.steps;
            report.resumed |= advance.resumed;
            wave.is_through = advance.epoch_done;
            for outcome in advance.outcomes {
                let owner = wave.owner[outcome.network];
                let running = &mut wave.trials[owner];
                if running.ended || self.end_plain_epoch(running, &outcome, &wave.courses[outcome.network], report) {
                    continue;
                }
                if running.is_plain {
                    if self.end_epoch(running, &[outcome], None, &mut wave.courses, report) {
                        self.leave(&mut wave, owner, report).await?;
                    }
                    continue;
                }
                running.outcomes.push(outcome);
                if running.outcomes.len() < running.networks.len() {
                    continue;
                }
                if running.config.holds_weights() {
                    wave.to_hold.push(owner);
                } else {
                    wave.to_close.push_back(owner);
                    if self.study.record.is_empty() {
                        self.close(&mut wave, report).await?;
                    }
                }
            }
            if wave.is_through && !wave.to_hold.is_empty() {
                let owners = core::mem::take(&mut wave.to_hold);
                self.hold(&mut wave, &owners).await?;
                wave.to_close.extend(owners);
            }
            if advance.wants_more && self.watched.is_empty() && wave.to_park.is_empty() && wave.to_close.is_empty() {
                wave.in_epoch = false;
            }
        }
        // What is recorded takes time of its own: one trial after the other, for as long as there is any.
        while !wave.to_close.is_empty() {
            self.close(&mut wave, report).await?;
            if begun.elapsed() >= budget {
                break;
            }
        }
        if wave.is_through && wave.to_close.is_empty() {
            wave.in_epoch = false;
            if !self.watched.is_empty() || !wave.to_park.is_empty() {
                wave.population.settle().await?;
            }
            let watched = core::mem::take(&mut self.watched);
            for running in wave.trials.iter().filter(|one| !one.ended && watched.contains(&one.trial.number)) {
                let looked_at = |(at, index): (usize, usize)| {
                    let mut snapshot = wave.population.snapshot(index);
                    if let Some(weights) = running.held.now.get(at) {
                        snapshot.numbers[..weights.len()].copy_from_slice(weights);
                    }
                    snapshot
                };
                let networks = running.networks.clone().enumerate().map(looked_at).collect();
                report.watched.push(running.snapshot(networks, &wave.courses));
            }
            for owner in core::mem::take(&mut wave.to_park) {
                let running = &mut wave.trials[owner];
                let networks = running.networks.clone().map(|index| wave.population.snapshot(index)).collect();
                let snapshot = running.snapshot(networks, &wave.courses);
                match running.heir.take() {
                    None => report.snapshots.push(snapshot),
                    Some(mut heir) => {
                        let (number, now) = (heir.first().number, self.config(heir.first()));
                        let specs = self.copies(heir.first(), heir.of_trials, &now);
                        let per_epoch: Vec<u64> = specs.iter().map(|spec| self.per_epoch(spec)).collect();
                        heir.from = Some(snapshot.handed_to(number, &running.config, &now, &per_epoch));
                        self.waiting.push_back(*heir);
                    }
                }
            }
        }
        if wave.in_epoch || wave.trials.iter().any(|running| !running.ended) {
            self.wave = Some(wave);
        }
        report.finished = self.wave.is_none() && self.waiting.is_empty();
        Ok(())
    }

    /// Closes the epoch of the next trial all of whose networks are through it.
    async fn close(&mut self, wave: &mut Wave, report: &mut Report) -> Result<()> {
        let Some(owner) = wave.to_close.pop_front() else { return Ok(()) };
        let recorded = self.recorded(wave, owner);
        let Wave { population, trials, courses, .. } = wave;
        let running = &mut trials[owner];
        if running.config.optimizer.descends() {
            population.settle().await?;
            for index in running.networks.clone() {
                courses[index].steps.added = population.snapshot(index).added(&running.config.optimizer);
            }
        }
        // Seeds end in any order; sums over them must not depend on it.
        let mut outcomes = by_key(core::mem::take(&mut running.outcomes), |outcome| outcome.network as u64);
        let leaves = self.end_epoch(running, &outcomes, recorded, courses, report);
        outcomes.clear();
        running.outcomes = outcomes;
        if leaves {
            self.leave(wave, owner, report).await?;
        }
        Ok(())
    }

    /// Lets go of a trial that has left training.
    async fn leave(&self, wave: &mut Wave, owner: usize, report: &mut Report) -> Result<()> {
        let running = &wave.trials[owner];
        if running.is_over && running.heir.is_none() && !self.brief {
            report.snapshots.push(wave.finals(owner).await?);
        } else {
            wave.to_park.push(owner);
        }
        Ok(())
    }

    /// Begins the next epoch of all that have one; whether there is any.
    fn begin_epoch(&self, wave: &mut Wave) -> Result<bool> {
        let (mut epoch, mut ends) = (Vec::<EpochBatches>::with_capacity(wave.networks.len()), false);
        // Networks that draw the same random numbers have their rows in the same order.
        let mut known = None;
        let goes_on = |running: &&mut Running| !running.ended && running.epochs_begun < running.until;
        let every = self.study.evaluate_every;
        for running in wave.trials.iter_mut().filter(goes_on) {
            let before = running.epochs_begun;
            let validates = every == 1 || is_evaluated(every, before + 1, running.config.epochs);
            for network in running.networks.clone() {
                let course = &mut wave.courses[network];
                let at = (course.run, before);
                let order = match epoch.last() {
                    Some(EpochBatches { order, .. }) if known == Some(at) => {
                        order.draw();
                        order.clone()
                    }
                    _ => course.order(before as u32),
                };
                known = Some(at);
                epoch.push(EpochBatches { network, order, steps: course.next(), validates });
            }
            running.epochs_begun += 1;
            ends |= running.epochs_begun == running.until;
        }
        wave.in_epoch = true;
        let is_any = !epoch.is_empty();
        wave.population.begin_epoch(epoch)?;
        if ends {
            wave.population.expect_end();
        }
        Ok(is_any)
    }

    /// Closes an epoch of a trial of one network that goes on behind it: most epochs of thousands of networks. False, and
    /// nothing done, of any other.
    fn end_plain_epoch(
        &self,
        running: &mut Running,
        outcome: &EpochOutcome,
        course: &Course,
        report: &mut Report,
    ) -> bool {
        let epoch = running.epochs_done + 1;
        let is_end = outcome.diverged_at.is_some() || epoch == running.until;
        if is_end || !running.is_plain || outcome.evaluations > 0 {
            return false;
        }
        running.epochs_done = epoch;
        running.steps += u64::from(course.per_epoch);
        running.evaluations += u64::from(course.per_epoch);
        if running.heir.is_none() && !self.brief {
            let row = self.row(epoch, outcome, course);
            report.add(&mut running.told, running.trial.number, course.per_epoch, row);
        }
        true
    }

    /// Closes a trial's epoch: the mean over its copies, and whether the trial leaves training with it.
    fn end_epoch(
        &self,
        running: &mut Running,
        outcomes: &[EpochOutcome],
        recorded: Option<Recorded>,
        courses: &mut [Course],
        report: &mut Report,
    ) -> bool {
        running.epochs_done += 1;
        let diverged_at = outcomes.iter().filter_map(|outcome| outcome.diverged_at).min();
        for outcome in outcomes {
            let per_epoch = u64::from(courses[outcome.network].per_epoch);
            let before = (running.epochs_done as u64 - 1) * per_epoch;
            let steps = outcome.diverged_at.map_or(per_epoch, |at| at - before);
            running.steps += steps;
            running.evaluations += outcome.evaluations.max(steps);
        }
        running.ended = diverged_at.is_some() || running.epochs_done == running.until;
        let is_last = running.ended && running.epochs_done == running.config.epochs;
        let is_patient = !running.is_plain && running.config.patience > 0;
        let mut event = TrialEvent {
            steps: running.steps,
            evaluations: running.evaluations,
            diverged_at,
            ..TrialEvent::begun(running.trial.number)
        };
        let mut record = None;
        if diverged_at.is_some() {
            event.state = TrialState::Diverged;
        } else {
            if is_last || is_patient || !self.brief {
                record = Some(self.scores(running.epochs_done, outcomes, courses));
            }
            for outcome in outcomes.iter().filter(|_| !running.is_plain) {
                // A schedule waits for looks at the validation rows; without such rows, for the training's.
                let looked_at = outcome.validation.or((self.data.n_validation == 0).then_some(outcome.train));
                if let Some(score) = looked_at {
                    let memory = &mut courses[outcome.network].steps.memory;
                    running.config.schedule.observe(memory, running.epochs_done as u32, score.loss);
                }
            }
            if is_last {
                event.state = TrialState::Complete;
                event.value = record.as_ref().and_then(|record| record.value(self.study.metric));
            }
            if let Some(record) = record.as_ref().filter(|_| is_patient) {
                self.be_patient(running, record, &mut event);
            }
        }
        running.is_over = event.state != TrialState::Running;
        if running.heir.is_none() && (running.is_over || !self.brief) {
            let recorded = recorded.map(Box::new);
            let record = record.map(|record| EpochRecord { recorded, ..record });
            report.tell(&mut running.told, event, record, running.is_plain);
        }
        running.ended
    }
}

/// All bytes that a network takes while it trains.
pub(crate) fn network_bytes(backend: &dyn Backend, network: &NetworkSpec, n_train: usize) -> u64 {
    backend.network_bytes(network) + backend.beside_bytes(network, n_train)
}

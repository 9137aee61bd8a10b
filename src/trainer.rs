//! Trains a study's trials on a backend, epoch by epoch: batches and their order, per-step scalars, aggregation over
//! seeds, divergence, events. Knows no backend by name.
//!
//! Progress is pulled: [`Trainer::advance`] works for about a budget and returns what happened. Not calling it is
//! pausing, dropping it is cancelling.

mod assignment;
mod cost;
mod report;
mod snapshot;
mod wave;

use crate::backend::epoch::{Steps, epoch_batches};
use crate::backend::{Backend, Data, EpochOutcome, Labels, Network, NetworkSpec, Program, Score, Snapshot, reference};
use crate::dataset::{Prepared, PreparedTargets, Task};
use crate::error::{Error, Result};
use crate::mlp::Init;
use crate::order::by_key;
use crate::result::{EngineInfo, EpochRecord, Spread, TestScore, TrialEvent, TrialState, mean_and_deviation};
use crate::rng::{Purpose, RunId, Stream};
use crate::schedule::StepAt;
use crate::search::{Search, Trial};
use crate::study::{SamplerSpec, Study, TrialConfig};
use crate::{NUMERICS_VERSION, VERSION};
pub use assignment::Assignment;
use core::time::Duration;
pub use cost::Cost;
pub use report::Report;
use serde_json::Map;
pub use snapshot::TrialSnapshot;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use wave::{Running, Wave};
use web_time::Instant;

/// Trials of a round that are looked at to count networks of a kind.
const COUNTED: usize = 4096;

/// A network that is trained step by step.
#[derive(Clone, Debug)]
pub struct Contestant {
    /// Its trial's number.
    pub trial: u32,
    /// What it is.
    pub spec: NetworkSpec,
    /// Rows of a batch.
    pub batch: usize,
    /// Epochs of its whole training.
    pub epochs: usize,
    /// How its initial parameters are drawn, and their deviation where that decides.
    pub init: (Init, f64),
}

impl Contestant {
    /// The network before its first step.
    pub fn initial(&self) -> Network {
        self.spec.clone().initial_by(self.init.0, self.init.1)
    }
}

/// Trains trials; see the module.
pub struct Trainer {
    study: Rc<Study>,
    /// The settings of a trial without drawn ones.
    base: TrialConfig,
    backend: Box<dyn Backend>,
    data: Rc<Data>,
    prepared: Rc<Prepared>,
    waiting: VecDeque<Assignment>,
    wave: Option<Wave>,
    /// A trial that somebody wants to look at after its next epoch.
    watched: Option<u32>,
    /// What ended the last call, to be told by the next.
    failed: Option<Error>,
    /// Networks of each program in a study of so many trials, whoever trains them: a strategy may depend on it.
    crowds: BTreeMap<u32, BTreeMap<Program, u64>>,
    strategies: BTreeSet<&'static str>,
    costs: Vec<Cost>,
    /// [`Prepared::target_spreads`], for R^2.
    spread: [f64; 3],
}

/// Rows for training and evaluation out of a prepared data set.
pub(crate) fn data_of(prepared: &Prepared) -> Data {
    Data {
        x: prepared.x.clone(),
        columns: prepared.columns,
        labels: match &prepared.targets {
            PreparedTargets::Classes(classes) => Labels::Classes(classes.clone()),
            PreparedTargets::Numbers(numbers) => Labels::Numbers(numbers.clone()),
        },
        n_train: prepared.n_train,
        n_validation: prepared.n_validation,
    }
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
        let data = Rc::new(data_of(&prepared));
        let spread = prepared.target_spreads();
        let (crowds, strategies) = (BTreeMap::new(), BTreeSet::new());
        let costs = Vec::new();
        let base = TrialConfig::new(&study, &Map::new());
        let mut trainer = Self {
            study,
            base,
            backend,
            data,
            prepared,
            waiting: VecDeque::new(),
            wave: None,
            watched: None,
            failed: None,
            spread,
            crowds,
            strategies,
            costs,
        };
        let of_trials = trainer.study.trials;
        trainer.assign(trials.into_iter().map(|trial| Assignment::whole(trial, of_trials)).collect())?;
        Ok(trainer)
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
            let network = self.network(trial, *of_trials, &config, 0);
            self.check_size(trial.number, &network)?;
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
        let spec = self.network(trial, of_trials, &config, 0);
        let (batch, epochs, init) = (self.batch_size(&config), config.epochs, (config.init, config.init_std));
        Contestant { trial: trial.number, batch, epochs, init, spec }
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
        match self.prepared.task {
            Task::Classes(_) => 1.0,
            Task::Numbers => self.prepared.target_scale * self.prepared.target_scale,
        }
    }

    fn know_crowds(&mut self, of_trials: u32) {
        if !self.crowds.contains_key(&of_trials) {
            let crowds = self.count_crowds(of_trials);
            self.crowds.insert(of_trials, crowds);
        }
    }

    /// Tells in the report of its next epoch what a trial in training is then; false, and nothing to be told, of one that is
    /// not in training here.
    pub fn watch(&mut self, number: u32) -> bool {
        let is_here = |running: &Running| running.trial.number == number && !running.ended;
        let is_in_training = self.wave.as_ref().is_some_and(|wave| wave.trials.iter().any(is_here));
        self.watched = is_in_training.then_some(number);
        is_in_training
    }

    /// Lets go of trials that have not ended.
    pub fn cancel(&mut self) {
        self.waiting.clear();
        self.wave = None;
    }

    /// How many networks of each program a study of so many trials will have, by its first round of trials or, of a large one, some of it.
    fn count_crowds(&self, of_trials: u32) -> BTreeMap<Program, u64> {
        // A grid is drawn whole, since its first points are all alike; any other round is so random at its start as later.
        let is_grid = matches!(self.study.sampler, SamplerSpec::Grid { .. });
        let trials = if is_grid { of_trials } else { of_trials.min(COUNTED as u32) };
        let round = Search::new(&self.study).ask(&Study { trials, ..(*self.study).clone() });
        // Odd, so that it does not go round with the axes of a grid.
        let every = round.len().div_ceil(COUNTED) | 1;
        let mut counts: BTreeMap<Program, u64> = BTreeMap::new();
        for trial in round.iter().step_by(every) {
            *counts.entry(self.network(trial, 0, &self.config(trial), 0).program()).or_default() += 1;
        }
        let networks = u64::from(of_trials) * u64::from(self.study.seeds_per_trial);
        let counted = counts.values().sum::<u64>().max(1);
        for n in counts.values_mut() {
            *n = *n * networks / counted;
        }
        counts
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
            self.network(trial, *of_trials, &self.config(trial), 0)
        };
        self.waiting.iter().map(outline).collect()
    }

    fn batch_size(&self, config: &TrialConfig) -> usize {
        // A default batch may be larger than a small data set; an asked-for one was refused by the check.
        config.batch_size.unwrap_or(self.data.n_train).min(self.data.n_train)
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
        let mut report = Report::default();
        for running in self.wave.iter_mut().flat_map(|wave| &mut wave.trials) {
            running.told = None;
        }
        loop {
            match self.advance_once(&mut report, budget.saturating_sub(begun.elapsed())).await {
                Ok(()) => {}
                Err(error) if report.trials.is_empty() => return Err(error),
                Err(error) => {
                    // What has ended before is told first.
                    self.failed = Some(error);
                    return Ok(report);
                }
            }
            // A lost device is told of at once.
            if report.finished || report.resumed || begun.elapsed() >= budget {
                return Ok(report);
            }
        }
    }

    /// Works until an epoch ends or `budget` is over.
    async fn advance_once(&mut self, report: &mut Report, budget: Duration) -> Result<()> {
        if self.wave.is_none() && !self.start_wave(report).await? {
            report.finished = true;
            return Ok(());
        }
        let Some(mut wave) = self.wave.take() else { return Ok(()) };
        if !wave.in_epoch {
            // Seeds of a trial that diverges in one of them end with that epoch.
            // What a learning rate came to is told by its network's state, which later epochs of a flight would change.
            let waits = wave.trials.iter().any(|running| {
                let TrialConfig { schedule, optimizer, .. } = &running.config;
                !running.ended && (schedule.waits_for_outcome() || optimizer.descends())
            });
            let alone = waits || self.study.seeds_per_trial > 1;
            let ahead = if alone { 1 } else { wave.population.epochs_ahead() };
            if !alone {
                wave.population.let_lag();
            }
            for _ in 0..ahead {
                if !self.begin_epoch(&mut wave)? {
                    break;
                }
            }
        }
        let advance = wave.population.advance(budget).await?;
        report.steps += advance.steps;
        report.resumed |= advance.resumed;
        for outcome in advance.outcomes {
            let owner = wave.owner[outcome.network];
            let running = &mut wave.trials[owner];
            if running.ended {
                continue;
            }
            running.outcomes.push(outcome);
            if running.outcomes.len() == running.networks.len() {
                if running.config.optimizer.descends() {
                    wave.population.settle().await?;
                    for &index in &running.networks {
                        wave.steps[index].added = wave.population.snapshot(index).added(&running.config.optimizer);
                    }
                }
                let event = self.end_epoch(running, &mut wave.steps);
                let is_over = event.state != TrialState::Running;
                report.tell(&mut running.told, event);
                if is_over {
                    report.snapshots.push(wave.finals(owner).await?);
                } else if running.ended {
                    wave.to_park.push(owner);
                }
            }
        }
        if advance.wants_more && self.watched.is_none() && wave.to_park.is_empty() {
            wave.in_epoch = false;
        }
        if advance.epoch_done {
            wave.in_epoch = false;
            if self.watched.is_some() || !wave.to_park.is_empty() {
                wave.population.settle().await?;
            }
            if let Some(number) = self.watched {
                let running = wave.trials.iter().find(|one| one.trial.number == number && !one.ended);
                let snapshot = running.map(|running| {
                    let networks = running.networks.iter().map(|&index| wave.population.snapshot(index)).collect();
                    running.snapshot(networks, &wave.steps)
                });
                if snapshot.is_some() {
                    (report.watched, self.watched) = (snapshot, None);
                }
            }
            for owner in core::mem::take(&mut wave.to_park) {
                let running = &wave.trials[owner];
                let networks = running.networks.iter().map(|&index| wave.population.snapshot(index)).collect();
                report.snapshots.push(running.snapshot(networks, &wave.steps));
            }
        }
        if wave.in_epoch || wave.trials.iter().any(|running| !running.ended) {
            self.wave = Some(wave);
        }
        report.finished = self.wave.is_none() && self.waiting.is_empty();
        Ok(())
    }

    /// Takes as many waiting trials as the backend has memory and use for; whether there were any.
    async fn start_wave(&mut self, report: &mut Report) -> Result<bool> {
        let (limit, _) = self.backend.memory_limit();
        let most = self.backend.most_networks();
        let seeds = u64::from(self.study.seeds_per_trial);
        let (mut bytes, mut own_bytes) = (0, 0);
        let (mut networks, mut outlines) = (Vec::new(), Vec::new());
        let mut owner = Vec::new();
        let (mut trials, mut snapshots) = (Vec::new(), Vec::new());
        while let Some(Assignment { trial, of_trials, .. }) = self.waiting.front() {
            let config = self.config(trial);
            let network = self.network(trial, *of_trials, &config, 0);
            let own = self.backend.network_bytes(&network) * seeds;
            let all = network_bytes(self.backend.as_ref(), &network, self.data.n_train) * seeds;
            let is_full = own_bytes + own > limit || bytes + all > self.backend.wave_bytes() || networks.len() >= most;
            if !trials.is_empty() && is_full {
                break;
            }
            (bytes, own_bytes) = (bytes + all, own_bytes + own);
            let Some(Assignment { trial, of_trials, until_epoch, from }) = self.waiting.pop_front() else { break };
            let first = networks.len();
            for repeat in 0..self.study.seeds_per_trial {
                let network = self.network(&trial, of_trials, &config, repeat);
                outlines.push(network.clone());
                networks.push(network.initial_by(config.init, config.init_std));
                owner.push(trials.len());
            }
            let mut told = None;
            report.tell(&mut told, TrialEvent::begun(trial.number));
            snapshots.extend(from.map(|from| (trials.len(), from)));
            trials.push(Running {
                told,
                trial,
                until: until_epoch.map_or(config.epochs, |until| until.min(config.epochs)),
                config,
                networks: (first..networks.len()).collect(),
                epochs_begun: 0,
                epochs_done: 0,
                steps: 0,
                evaluations: 0,
                outcomes: Vec::new(),
                ended: false,
            });
        }
        if trials.is_empty() {
            return Ok(false);
        }
        let population = self.backend.population(self.data.clone(), networks).await?;
        let steps = vec![Steps::default(); outlines.len()];
        let (in_epoch, to_park) = (false, Vec::new());
        let mut wave = Wave { population, networks: outlines, trials, owner, steps, in_epoch, to_park };
        for (owner, from) in snapshots {
            let per_epoch = self.data.n_train.div_ceil(self.batch_size(&wave.trials[owner].config));
            wave.take_up(owner, &from, per_epoch);
        }
        self.wave = Some(wave);
        Ok(true)
    }

    fn network(&self, trial: &Trial, of_trials: u32, config: &TrialConfig, repeat: u16) -> NetworkSpec {
        // Common random numbers: what a trial draws does not depend on its number.
        let run = RunId { trial: if self.study.shared_seeds { 0 } else { trial.number }, fold: 0, repeat };
        let shape = config.shape(self.data.columns, self.prepared.task);
        let network = NetworkSpec {
            run,
            seed: self.study.seed,
            loss: config.loss,
            optimizer: config.optimizer,
            schedule: config.schedule.clone(),
            dropout: config.dropout,
            max_batch: self.batch_size(config),
            crowd: 1,
            shape,
        };
        let crowds = self.crowds.get(&of_trials);
        let crowd = crowds.and_then(|crowds| crowds.get(&network.program())).map_or(1, |&n| n as u32);
        NetworkSpec { crowd, ..network }
    }

    /// Begins the next epoch of all that have one; whether there is any.
    fn begin_epoch(&self, wave: &mut Wave) -> Result<bool> {
        let (mut epoch, mut ends) = (Vec::new(), false);
        let goes_on = |running: &&mut Running| !running.ended && running.epochs_begun < running.until;
        for running in wave.trials.iter_mut().filter(goes_on) {
            let batch = self.batch_size(&running.config);
            for &network in &running.networks {
                let run = wave.networks[network].run;
                epoch.push(epoch_batches(
                    network,
                    &wave.networks[network],
                    Stream::of(self.study.seed, Purpose::Shuffle, run, running.epochs_begun as u32),
                    self.data.n_train,
                    batch,
                    &mut wave.steps[network],
                ));
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

    /// Closes a trial's epoch: the mean over its seeds, and whether the trial ends here.
    fn end_epoch(&self, running: &mut Running, steps: &mut [Steps]) -> TrialEvent {
        // Seeds end in any order; sums over them must not depend on it.
        let outcomes = by_key(core::mem::take(&mut running.outcomes), |outcome| outcome.network as u64);
        let batch = self.batch_size(&running.config);
        running.epochs_done += 1;
        let per_epoch = self.data.n_train.div_ceil(batch) as u64;
        let diverged_at = outcomes.iter().filter_map(|outcome| outcome.diverged_at).min();
        let before = (running.epochs_done as u64 - 1) * per_epoch;
        for outcome in &outcomes {
            let steps = outcome.diverged_at.map_or(per_epoch, |at| at - before);
            running.steps += steps;
            running.evaluations += outcome.evaluations.max(steps);
        }
        let mut event = TrialEvent {
            number: running.trial.number,
            state: TrialState::Running,
            epochs: Vec::new(),
            value: None,
            steps: running.steps,
            evaluations: running.evaluations,
            diverged_at,
        };
        if diverged_at.is_some() {
            running.ended = true;
            event.state = TrialState::Diverged;
            return event;
        }
        let record = self.record(running.epochs_done, &running.config, &outcomes, steps);
        for outcome in &outcomes {
            let loss = outcome.validation.unwrap_or(outcome.train).loss;
            running.config.schedule.observe(&mut steps[outcome.network].memory, loss);
        }
        running.ended = running.epochs_done == running.until;
        if running.epochs_done == running.config.epochs {
            event.state = TrialState::Complete;
            event.value = Some(record.value(self.study.metric));
        }
        event.epochs.push(record);
        event
    }

    fn record(&self, epoch: usize, config: &TrialConfig, outcomes: &[EpochOutcome], steps: &[Steps]) -> EpochRecord {
        let over_seeds =
            |value: &dyn Fn(&EpochOutcome) -> f64| mean_and_deviation(&outcomes.iter().map(value).collect::<Vec<_>>());
        let validation = |outcome: &EpochOutcome| outcome.validation.unwrap_or_default();
        let train_loss = over_seeds(&|o| self.loss_in_units(o.train));
        let validation_loss = over_seeds(&|o| self.loss_in_units(validation(o)));
        let train_metric = over_seeds(&|o| self.metric(o.train, 0));
        let validation_metric = over_seeds(&|o| self.metric(validation(o), 1));
        EpochRecord {
            epoch,
            train_loss: train_loss.0,
            validation_loss: validation_loss.0,
            train_metric: train_metric.0,
            validation_metric: validation_metric.0,
            learning_rate: self.learning_rate(epoch, config, outcomes.iter().map(|o| &steps[o.network])),
            seconds: over_seeds(&|o| o.seconds).0,
            spread: (outcomes.len() > 1).then_some(Spread {
                train_loss: train_loss.1,
                validation_loss: validation_loss.1,
                train_metric: train_metric.1,
                validation_metric: validation_metric.1,
            }),
        }
    }

    /// The learning rate of an epoch's last step, the mean over a trial's networks; epochs count from 1.
    fn learning_rate<'a>(
        &self,
        epoch: usize,
        config: &TrialConfig,
        mut networks: impl ExactSizeIterator<Item = &'a Steps>,
    ) -> f64 {
        let per_epoch = self.data.n_train.div_ceil(self.batch_size(config)) as u64;
        let at = StepAt { step: epoch as u64 * per_epoch - 1, per_epoch };
        let n = networks.len() as f64;
        let own = config.optimizer.learning_rate;
        let mut rate = |steps: &Steps| (own + steps.added) * config.schedule.factor(at, &steps.memory);
        // Where all are alike, their mean is exactly that.
        let first = networks.next().map_or(own, &mut rate);
        first + networks.map(|steps| rate(steps) - first).sum::<f64>() / n
    }

    /// Losses of numbers are reported in the targets' own units, squared.
    fn loss_in_units(&self, score: Score) -> f64 {
        match self.prepared.task {
            Task::Classes(_) => score.loss,
            Task::Numbers => score.loss * self.prepared.target_scale * self.prepared.target_scale,
        }
    }

    /// Accuracy for classes, R^2 for numbers; `part` is 0 train, 1 validation, 2 test.
    fn metric(&self, score: Score, part: usize) -> f64 {
        match self.prepared.task {
            Task::Classes(_) => score.accuracy,
            Task::Numbers => 1.0 - score.loss / self.spread[part],
        }
    }

    /// The one look at the test rows: loss and metric of a trial as it was when it ended, the mean over its seeds.
    pub fn test(&self, trial: &Trial, ended: &TrialSnapshot) -> TestScore {
        let first = self.data.n_train + self.data.n_validation;
        let rows: Vec<u32> = (first as u32..self.data.rows() as u32).collect();
        let network = self.network(trial, 0, &self.config(trial), 0);
        let (layers, n_parameters) = (network.shape.layers(), network.shape.n_parameters());
        let (mut loss, mut metric) = (0.0, 0.0);
        for Snapshot { numbers, .. } in &ended.networks {
            let score = reference::score(&network, &layers, &numbers[..n_parameters], &self.data, &rows);
            loss += self.loss_in_units(score);
            metric += self.metric(score, 2);
        }
        let n = ended.networks.len() as f64;
        TestScore { trial: trial.number, loss: loss / n, metric: metric / n }
    }
}

/// All bytes that a network takes while it trains.
pub(crate) fn network_bytes(backend: &dyn Backend, network: &NetworkSpec, n_train: usize) -> u64 {
    backend.network_bytes(network) + backend.beside_bytes(network, n_train)
}

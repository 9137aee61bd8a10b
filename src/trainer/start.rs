//! How a wave of trials begins: their networks, and as many as there is room for.

use super::wave::{Running, Wave};
use super::{Assignment, Report, Trainer, network_bytes};
use crate::backend::NetworkSpec;
use crate::backend::epoch::Course;
use crate::error::Result;
use crate::result::TrialEvent;
use crate::rng::RunId;
use crate::search::Trial;
use crate::study::TrialConfig;
use std::collections::VecDeque;

impl Trainer {
    /// Takes as many waiting trials as the backend has memory and use for; whether there were any.
    pub(super) async fn start_wave(&mut self, report: &mut Report) -> Result<bool> {
        let (limit, _) = self.backend.memory_limit();
        let most = self.backend.most_networks();
        let copies = u64::from(self.study.copies());
        let (mut bytes, mut own_bytes) = (0, 0);
        let (mut networks, mut outlines) = (Vec::new(), Vec::new());
        let mut owner = Vec::new();
        let (mut trials, mut snapshots) = (Vec::new(), Vec::new());
        while let Some(Assignment { of_trials, .. }) = self.waiting.front() {
            let trial = self.waiting[0].first();
            let config = self.config(trial);
            let network = self.network(trial, *of_trials, &config, RunId::default());
            let own = self.backend.network_bytes(&network) * copies;
            let all = network_bytes(self.backend.as_ref(), &network, self.data.n_train) * copies;
            let is_full = own_bytes + own > limit || bytes + all > self.backend.wave_bytes() || networks.len() >= most;
            if !trials.is_empty() && is_full {
                break;
            }
            (bytes, own_bytes) = (bytes + all, own_bytes + own);
            let Some((assignment, heir)) = self.waiting.pop_front().map(Assignment::first_stretch) else { break };
            let Assignment { trial, of_trials, until_epoch, from, .. } = assignment;
            let first = networks.len();
            for network in self.copies(&trial, of_trials, &config) {
                outlines.push(network.clone());
                networks.push(network.initial_by(config.init, config.init_std));
                owner.push(trials.len());
            }
            let kept = self.kept(&networks[first..]);
            let mut told = None;
            if !self.brief && heir.is_none() {
                report.tell(&mut told, TrialEvent::begun(trial.number), None, false);
            }
            snapshots.extend(from.map(|from| (trials.len(), from)));
            // Seeds of a trial that diverges in one of them end with that epoch. What a learning rate came to is told by its
            // network's state, which later epochs of a flight would change.
            let waits = config.schedule.waits_for_outcome() || config.optimizer.descends() || config.holds_weights();
            trials.push(Running {
                told,
                trial,
                until: until_epoch.map_or(config.epochs, |until| until.min(config.epochs)),
                is_plain: !waits && copies == 1 && self.study.record.is_empty(),
                config: Box::new(config),
                networks: first..networks.len(),
                epochs_begun: 0,
                epochs_done: 0,
                steps: 0,
                evaluations: 0,
                outcomes: Vec::new(),
                ended: false,
                is_over: false,
                kept,
                heir,
                held: Box::default(),
            });
        }
        if trials.is_empty() {
            return Ok(false);
        }
        let population = self.population(networks).await?;
        let is_plain = trials.iter().all(|running: &Running| running.is_plain);
        let courses = Course::all(outlines.iter().map(|spec| (spec, self.fold(spec).data.n_train)));
        let (in_epoch, to_park, to_close, to_hold) = (false, Vec::new(), VecDeque::new(), Vec::new());
        let (networks, is_through) = (outlines, false);
        let mut wave = Wave {
            population,
            networks,
            trials,
            owner,
            courses,
            is_plain,
            in_epoch,
            is_through,
            to_close,
            to_hold,
            to_park,
        };
        for (owner, from) in snapshots {
            wave.take_up(owner, &from);
        }
        self.wave = Some(wave);
        Ok(true)
    }

    /// All networks of a trial, one a fold and seed: first those of the first fold.
    pub(super) fn copies(&self, trial: &Trial, of_trials: u32, config: &TrialConfig) -> Vec<NetworkSpec> {
        let folds = 0..self.folds.len() as u16;
        let runs = folds.flat_map(|fold| {
            (0..self.study.seeds_per_trial).map(move |repeat| RunId { fold, repeat, ..RunId::default() })
        });
        runs.map(|run| self.network(trial, of_trials, config, run)).collect()
    }

    /// A network of a trial; `run` says of which fold and seed.
    pub(super) fn network(&self, trial: &Trial, of_trials: u32, config: &TrialConfig, run: RunId) -> NetworkSpec {
        let run = RunId { trial: trial.number % self.streams, ..run };
        let n_train = self.folds[usize::from(run.fold)].data.n_train;
        let shape = config.shape(self.data.columns, self.prepared.task);
        let network = NetworkSpec {
            run,
            seed: self.study.seed,
            loss: config.loss,
            optimizer: config.optimizer,
            schedule: config.schedule.clone(),
            dropout: config.dropout,
            // A default batch may be larger than a small data set; an asked-for one was refused by the check.
            max_batch: config.batch_size.unwrap_or(n_train).min(n_train),
            crowd: 1,
            shape,
        };
        let crowds = self.crowds.get(&of_trials);
        let crowd = crowds.and_then(|crowds| crowds.get(&network.program())).map_or(1, |&n| n as u32);
        NetworkSpec { crowd, ..network }
    }
}

//! A session: one run of a study from its first question to its result document. It deals rounds, asks and tells the
//! sampler, lets the pruner judge, and knows the best, the progress and the budget. Whoever trains only carries messages
//! between it and trainers: [`Session::next_round`] says what to train, [`Session::report`] takes what became of it.
//!
//! Nothing depends on who trains what, on how many do, or on who is first: a round is judged and told, in the order of
//! its numbers, only once all of its trials have got where they were sent.

mod archive;
#[cfg(not(target_arch = "wasm32"))]
pub mod threads;

use crate::backend::Snapshot;
use crate::error::{Error, Result};
use crate::result::{EngineInfo, FORMAT, TestScore, TrialEvent, TrialRecord, TrialState};
#[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
use crate::search::Copy;
use crate::search::{Copied, Ledger, Pruner, Search, Trial, Verdict, start_pruner};
use crate::space::Distribution;
use crate::study::{Study, TrialConfig};
use crate::trainer::{Assignment, TrialSnapshot};
use archive::{Archive, Worth};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Trials that a message names, at most.
const NAMED: usize = 20;

/// How far a session has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Progress {
    /// Trials that have ended.
    pub done: u64,
    /// Trials that there will be, as far as is known.
    pub total: u64,
    /// Gradient steps that ended trials took and open ones have told of.
    pub steps: u64,
    /// Gradient steps that there will be; of trials that have been asked for.
    pub total_steps: u64,
}

/// See the module.
pub struct Session {
    study: Study,
    search: Search,
    pruner: Box<dyn Pruner>,
    ledger: Ledger,
    archive: Archive,
    /// An ended trial whose weights somebody has asked for: it is let go for no better one.
    wanted: Option<u32>,
    /// The epoch that each trial was last sent to; the largest number for its last.
    goals: Vec<usize>,
    /// Steps that each trial takes if it does not end early.
    planned: Vec<u64>,
    /// Trials of the study when each was asked for.
    of_trials: Vec<u32>,
    /// Trials of earlier rounds, which the sampler has been told.
    told: u32,
    /// Trials that have not got where they were sent.
    under_way: usize,
    /// Trials that the session has ended by itself and told nobody of.
    ended: Vec<u32>,
    is_over: bool,
    engine: EngineInfo,
    test: Option<TestScore>,
}

impl Session {
    /// The beginning of a study's session.
    pub fn new(study: Study) -> Self {
        let (search, pruner) = (Search::new(&study), start_pruner(&study));
        Self::with(study, search, pruner)
    }

    /// A session with a search and a pruner of the caller's.
    pub fn with(study: Study, search: Search, pruner: Box<dyn Pruner>) -> Self {
        Self {
            ledger: Ledger::new(&study),
            study,
            search,
            pruner,
            archive: Archive::default(),
            wanted: None,
            goals: Vec::new(),
            planned: Vec::new(),
            of_trials: Vec::new(),
            told: 0,
            under_way: 0,
            ended: Vec::new(),
            is_over: false,
            engine: EngineInfo::default(),
            test: None,
        }
    }

    /// Keeps at most so many bytes of trials that have left training.
    #[must_use]
    pub fn keeping(self, bytes: usize) -> Self {
        Self { archive: Archive::within(bytes), ..self }
    }

    /// The study.
    pub fn study(&self) -> &Study {
        &self.study
    }

    /// The trials in number order.
    pub fn trials(&self) -> &[TrialRecord] {
        self.ledger.trials()
    }

    /// The best trial's number; see [`Ledger::best`].
    pub fn best(&self) -> Option<u32> {
        self.ledger.best()
    }

    /// Whether trials are still on their way.
    pub fn is_under_way(&self) -> bool {
        self.under_way > 0
    }

    /// What is to be trained next: trials that go on after the pruner's verdict, else the next round. Empty while trials
    /// are under way, and when the session is over.
    pub fn next_round(&mut self) -> Vec<Assignment> {
        if self.is_under_way() || self.is_over {
            return Vec::new();
        }
        if self.open().next().is_some() {
            for Verdict::Stop(number) in self.pruner.judge(&self.ledger) {
                self.end(number, TrialState::Pruned);
            }
            let handed = self.copy();
            let going_on: Vec<Trial> = self.open().map(|number| self.trial(number)).collect();
            if !going_on.is_empty() {
                return self.send(going_on, handed);
            }
        }
        let asked = self.trials().len() as u32;
        for number in self.told..asked {
            self.search.tell(&self.ledger.outcome(number));
        }
        self.told = asked;
        let trials = self.search.ask_after(&self.study, &self.ledger);
        self.is_over = trials.is_empty();
        self.ledger.enter_stage(self.search.stage_first());
        for trial in &trials {
            self.ledger.enter(trial);
        }
        self.make_room();
        self.send(trials, BTreeMap::new())
    }

    /// Room for trials that have just been entered.
    fn make_room(&mut self) {
        self.goals.resize(self.trials().len(), 0);
        self.planned.resize(self.trials().len(), 0);
        self.of_trials.resize(self.trials().len(), self.study.trials);
    }

    /// Enters copies of a population's best in the place of others: what they go on from, as far as it is kept.
    #[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
    fn copy(&mut self) -> BTreeMap<u32, TrialSnapshot> {
        let mut handed = BTreeMap::new();
        for Copy { trial, from, instead_of } in self.search.copies(&self.study, &self.ledger) {
            self.end(instead_of, TrialState::Pruned);
            let before = TrialConfig::new(&self.study, &self.trials()[from.trial as usize].params);
            let now = TrialConfig::new(&self.study, &trial.params);
            let per_epoch = self.study.steps_of_epoch(now.batch_size.unwrap_or(usize::MAX));
            self.ledger.enter_copy(&trial, from, per_epoch.iter().sum::<u64>() * from.epoch as u64);
            if let Some(kept) = self.archive.get(from.trial) {
                handed.insert(trial.number, kept.clone().handed_to(trial.number, &before, &now, &per_epoch));
            }
        }
        self.make_room();
        handed
    }

    /// The page asks this module for no session of a study that copies, as the module `search` has those.
    #[cfg(not(any(not(target_arch = "wasm32"), feature = "search")))]
    #[expect(clippy::unused_self, reason = "its twin has use for it")]
    fn copy(&mut self) -> BTreeMap<u32, TrialSnapshot> {
        BTreeMap::new()
    }

    /// The way of a trial's weights to it, the first trial last; empty where it has its own from the start.
    fn ancestry(&self, number: u32) -> Vec<Assignment> {
        let mut way = Vec::new();
        let mut copy_of = self.trials()[number as usize].copy_of;
        while let Some(Copied { trial, epoch }) = copy_of {
            let whole = Assignment::whole(self.trial(trial), self.of_trials[trial as usize]);
            way.push(Assignment { until_epoch: Some(epoch), ..whole });
            copy_of = self.trials()[trial as usize].copy_of;
        }
        way
    }

    fn end(&mut self, number: u32, state: TrialState) {
        if self.ledger.is_open(number) {
            self.ledger.end(number, state);
            self.ended.push(number);
            if state == TrialState::Cancelled {
                self.archive.take(number);
            }
        }
    }

    fn trial(&self, number: u32) -> Trial {
        Trial { number, params: self.trials()[number as usize].params.clone() }
    }

    /// The last events of trials that the session has ended by itself since it was last asked: pruned and cancelled ones.
    pub fn take_ended(&mut self) -> Vec<TrialEvent> {
        let event = |number| {
            let TrialRecord { state, value, steps, evaluations, diverged_at, kept_epoch, .. } =
                self.trials()[number as usize];
            let (epochs, evaluations) = (Vec::new(), evaluations.unwrap_or(steps));
            TrialEvent { number, state, epochs, value, steps, evaluations, diverged_at, kept_epoch }
        };
        let events = self.ended.iter().copied().map(event).collect();
        self.ended.clear();
        events
    }

    /// Trials of the round that have not ended.
    fn open(&self) -> impl Iterator<Item = u32> {
        (self.told..self.trials().len() as u32).filter(|&number| self.ledger.is_open(number))
    }

    fn send(&mut self, trials: Vec<Trial>, mut handed: BTreeMap<u32, TrialSnapshot>) -> Vec<Assignment> {
        self.under_way = trials.len();
        let send = |trial: Trial| {
            let epochs = self.ledger.epochs(trial.number);
            // A rung that is passed already would hold the trial for ever.
            let until_epoch = self.rung(trial.number, epochs).filter(|&rung| rung > epochs);
            self.goals[trial.number as usize] = until_epoch.unwrap_or(usize::MAX);
            let from = handed.remove(&trial.number).or_else(|| self.archive.take(trial.number));
            let ancestry = if from.is_some() { Vec::new() } else { self.ancestry(trial.number) };
            let copy_of = self.trials()[trial.number as usize].copy_of;
            Assignment { of_trials: self.of_trials[trial.number as usize], trial, until_epoch, from, ancestry, copy_of }
        };
        trials.into_iter().map(send).collect()
    }

    /// The epoch at which somebody looks at a trial next: the first from there on that has a value.
    fn rung(&self, number: u32, epochs: usize) -> Option<usize> {
        let look = || {
            #[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
            return self.search.look(epochs);
            #[cfg(not(any(not(target_arch = "wasm32"), feature = "search")))]
            None
        };
        let rung = look().or_else(|| self.pruner.rung(number, epochs))?;
        rung.checked_next_multiple_of(self.study.value_every())
    }

    /// Whether a trial has not got where it was sent.
    fn is_on_its_way(&self, number: u32) -> bool {
        self.ledger.is_open(number) && self.ledger.epochs(number) < self.goals[number as usize]
    }

    /// Takes what became of trials under way; what is told of others changes nothing.
    pub fn report(&mut self, events: Vec<TrialEvent>) {
        for event in events {
            let number = event.number;
            if !self.is_on_its_way(number) {
                continue;
            }
            self.ledger.take(event);
            if !self.is_on_its_way(number) {
                self.under_way -= 1;
            }
        }
    }

    /// Keeps trials that have left training, after what became of them was reported: those that have ended for whoever asks
    /// for their weights, and those that wait to go on from there. What comes late changes nothing.
    pub fn keep(&mut self, snapshots: Vec<TrialSnapshot>) {
        let best = self.best();
        for snapshot in snapshots {
            let number = snapshot.number;
            let Some(trial) = self.ledger.trials().get(number as usize) else { continue };
            let is_open = self.ledger.is_open(number);
            let is_late = is_open && (self.is_on_its_way(number) || self.ledger.epochs(number) != snapshot.epochs);
            if is_late || trial.state == TrialState::Cancelled {
                continue;
            }
            let (ledger, wanted) = (&self.ledger, self.wanted);
            self.archive.insert(snapshot, |one| {
                if best == Some(one.number) || wanted == Some(one.number) {
                    Worth::Stays
                } else if ledger.is_open(one.number) {
                    Worth::Waits(one.epochs)
                } else {
                    let value = ledger.outcome(one.number).value;
                    Worth::Ended(if value.is_nan() { f64::INFINITY } else { value })
                }
            });
        }
    }

    /// An ended trial and its weights; `None` where better ones needed the room: what [`Session::again`] says has to be
    /// trained first.
    ///
    /// # Errors
    /// [`Error::NoSuchTrial`] of one that has not ended.
    pub fn kept(&self, number: u32) -> Result<Option<(Trial, &TrialSnapshot)>> {
        self.check_ended(number)?;
        Ok(self.archive.get(number).map(|snapshot| (self.trial(number), snapshot)))
    }

    /// What each network of an ended trial is scored by, its weights or their average; `None` as of [`Session::kept`].
    ///
    /// # Errors
    /// [`Error::NoSuchTrial`] of one that has not ended.
    pub fn weights(&self, number: u32) -> Result<Option<Vec<Vec<f32>>>> {
        let Some((trial, snapshot)) = self.kept(number)? else { return Ok(None) };
        let TrialConfig { optimizer, .. } = TrialConfig::new(&self.study, &trial.params);
        // Who was ended at a rung has its optimizer's state there, too.
        let is_parked = self.trials()[number as usize].state == TrialState::Pruned;
        let parts = if is_parked { 1 + optimizer.n_slots() } else { 1 };
        let own = |(at, network): (usize, &Snapshot)| match snapshot.means.get(at) {
            Some(mean) => mean.clone(),
            None => network.weights_of(network.numbers.len() / parts, &optimizer),
        };
        Ok(Some(snapshot.networks.iter().enumerate().map(own).collect()))
    }

    fn check_ended(&self, number: u32) -> Result<()> {
        let has_weights = |trial: &TrialRecord| {
            matches!(trial.state, TrialState::Complete | TrialState::Pruned | TrialState::Diverged)
        };
        if self.trials().get(number as usize).is_some_and(has_weights) {
            return Ok(());
        }
        // Of tens of thousands a message names some.
        let ended = self.trials().iter().filter(|trial| has_weights(trial)).map(|trial| trial.number.to_string());
        let mut named: Vec<String> = ended.take(NAMED + 1).collect();
        if let Some(last) = named.get_mut(NAMED) {
            "...".clone_into(last);
        }
        Err(Error::NoSuchTrial { number, accepted: named.join(", ") })
    }

    /// What brings an ended trial's weights back to the same bits: whoever trains it hands the snapshot to
    /// [`Session::keep`]. Until another is asked for, it is not let go again.
    ///
    /// # Errors
    /// [`Error::NoSuchTrial`] of one that has not ended.
    pub fn again(&mut self, number: u32) -> Result<Assignment> {
        self.check_ended(number)?;
        self.wanted = Some(number);
        let record = &self.trials()[number as usize];
        let until_epoch = (record.state == TrialState::Pruned).then_some(record.epochs.len());
        let whole = Assignment::whole(self.trial(number), self.of_trials[number as usize]);
        Ok(Assignment { until_epoch, ancestry: self.ancestry(number), ..whole })
    }

    /// Takes the steps that a trial will take over all its epochs.
    pub fn expect_steps(&mut self, number: u32, steps: u64) {
        if let Some(planned) = self.planned.get_mut(number as usize) {
            *planned = steps;
        }
    }

    /// Takes what trains; of several workers the strategies of all are named.
    pub fn trained_by(&mut self, engine: EngineInfo) {
        let all = format!("{}+{}", self.engine.strategy, engine.strategy);
        let mut strategies: Vec<&str> = all.split('+').filter(|name| !name.is_empty()).collect();
        strategies.sort_unstable();
        strategies.dedup();
        let strategy = strategies.join("+");
        self.engine = EngineInfo { strategy, ..engine };
    }

    /// What trains.
    pub fn engine(&self) -> &EngineInfo {
        &self.engine
    }

    /// Ends the session: what has ended stays, the rest is cancelled.
    pub fn stop(&mut self) {
        for number in self.told..self.trials().len() as u32 {
            self.end(number, TrialState::Cancelled);
        }
        self.under_way = 0;
        self.is_over = true;
    }

    /// Goes on with what has been picked since: the same study with more points picked by hand.
    ///
    /// # Errors
    /// Another study, or fewer points.
    #[cfg(any(not(target_arch = "wasm32"), not(feature = "search")))]
    pub fn pick(&mut self, study: Study) -> Result<()> {
        use crate::study::SamplerSpec;

        let n_known = self.trials().len();
        // All but the points, how many there may be, and words.
        let rest = |study: &Study| {
            let mut rest = study.to_json();
            for key in ["sampler", "trials", "name", "question"] {
                rest[key] = Value::Null;
            }
            rest
        };
        let points = |study: &Study| match &study.sampler {
            SamplerSpec::Hand { points } => points.get(..n_known).map(<[_]>::to_vec),
            _ => None,
        };
        let known = points(&self.study);
        if known.is_none() || points(&study) != known || rest(&study) != rest(&self.study) {
            let accepted = "the study that was trained, with more points".into();
            return Err(Error::OutOfRange { key: "sampler.points".into(), found: "[...]".into(), accepted });
        }
        self.give(study);
        Ok(())
    }

    /// Goes on with the same study that has been given more to train; see [`Study::adds_to`].
    ///
    /// # Errors
    /// Another study.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn extend(&mut self, study: Study) -> Result<()> {
        if !study.adds_to(&self.study) {
            let (key, found) = ("study".into(), study.differs(&self.study).join(", "));
            return Err(Error::OutOfRange { key, found, accepted: "the same with more to train".into() });
        }
        self.give(study);
        Ok(())
    }

    fn give(&mut self, study: Study) {
        self.search.go_on(&study);
        self.study = study;
        self.is_over = false;
    }

    /// Gives the study `n` more trials: the sampler goes on where it stood, with the next round. What was cancelled stays so.
    ///
    /// # Errors
    /// A number of trials, or a sampler with so many, that no study may have; a budget that is spent. The session is then as it
    /// was.
    pub fn more(&mut self, n: u32) -> Result<()> {
        let spent = self.ledger.steps();
        if let Some(budget) = self.study.budget.filter(|&budget| budget <= spent) {
            let (found, accepted) = (budget.to_string(), format!("> {spent}"));
            return Err(Error::OutOfRange { key: "budget".into(), found, accepted });
        }
        let study = self.study.with_trials(self.study.trials.saturating_add(n))?;
        self.give(study);
        Ok(())
    }

    /// How far the session has come.
    pub fn progress(&self) -> Progress {
        let is_all = self.is_over || self.search.is_over();
        let total = if is_all { self.n_expected() } else { u64::from(self.study.trials) };
        let mut progress = Progress { total, ..Progress::default() };
        for (trial, planned) in self.trials().iter().zip(&self.planned) {
            let is_open = self.ledger.is_open(trial.number);
            let inherited = self.ledger.inherited(trial.number);
            progress.done += u64::from(!is_open);
            progress.steps += trial.steps - inherited;
            progress.total_steps += if is_open { planned.saturating_sub(inherited) } else { trial.steps - inherited };
        }
        progress
    }

    /// Trials that there will be, of a search that asks for no further round.
    fn n_expected(&self) -> u64 {
        #[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
        if !self.is_over {
            return u64::from(self.search.n_expected(&self.study));
        }
        self.trials().len() as u64
    }

    /// Opens the test rows for the result: the one deliberate look.
    pub fn open_test(&mut self, score: TestScore) {
        self.test = Some(score);
    }

    /// The score of the test rows, once opened.
    pub fn test(&self) -> Option<&TestScore> {
        self.test.as_ref()
    }

    /// The result document; of a session that is not over, stop it first.
    pub fn document(&self) -> Value {
        let mut document = self.head();
        document["trials"] = json!(self.trials());
        document
    }

    /// The result document without its trials' records, for who has them already.
    pub fn head(&self) -> Value {
        let mut head = json!({
            "format": FORMAT,
            "study": self.study.to_json(),
            "engine": self.engine,
            "trials": [],
            "best": self.best(),
            "test": self.test,
        });
        if !self.search.boxes().is_empty() {
            head["boxes"] = self.boxes();
        }
        head
    }

    /// What each stage that has begun searches, as a list of spaces; empty for a study without stages.
    pub fn boxes(&self) -> Value {
        let space = |axes: &Vec<(String, Distribution)>| {
            let axes = axes.iter().map(|(name, axis)| (name.clone(), axis.to_json()));
            axes.collect::<serde_json::Map<_, _>>()
        };
        json!(self.search.boxes().iter().map(space).collect::<Vec<_>>())
    }
}

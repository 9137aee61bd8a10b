//! Networks that answer together, in a Worker: they are trained once more, one after the other, and scored.

use super::{problem, to_js, unread};
use crate::analysis::{Ensemble, EnsembleScore, Member, Rows, ensemble, legs};
use crate::backend::cpu::Cpu;
use crate::dataset::TaskKind;
use crate::error::{Error, Result};
use crate::mlp::{Loss, Shape};
use crate::result::TrialState;
use crate::search::Trial;
use crate::study::Study;
use crate::trainer::{Assignment, Trainer, TrialSnapshot};
use core::time::Duration;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// A stretch of training whose end gives members.
struct Leg {
    assignment: Assignment,
    /// What tells its members from others.
    words: Value,
    /// Whether it goes on where the one before ended.
    goes_on: bool,
}

/// See the module.
#[wasm_bindgen]
pub struct Ensembles {
    trainer: Trainer,
    task: TaskKind,
    of: String,
    legs: VecDeque<Leg>,
    n_legs: usize,
    /// What is trained at the moment: its trial, what its members are and what they are called.
    under_way: Option<(Trial, Shape, Value)>,
    last: Option<TrialSnapshot>,
    members: Vec<Member>,
    words: Vec<Value>,
}

#[wasm_bindgen]
impl Ensembles {
    /// Members out of the trials of `round` ([`Assignment::read`]), each trained as far as it is sent: `top` all of them; of the
    /// first one `seeds` its settings with `n` seeds, `checkpoints` its own way, `averages` its last weights and the running
    /// averages of them.
    ///
    /// # Errors
    /// The problem, as an object.
    #[expect(clippy::needless_pass_by_value, reason = "wasm-bindgen passes optional slices by value")]
    pub fn begin(
        study: &str,
        round: &str,
        table: Option<Box<[u8]>>,
        of: String,
        n: u32,
    ) -> core::result::Result<Ensembles, JsValue> {
        let round = Assignment::read(round, &[]).ok_or_else(|| unread("a round"))?;
        let start = || -> Result<Self> {
            let mut document = Study::parse(study)?.to_json();
            document["record"] = json!([]);
            // Whatever answers together is scored on the same rows.
            document["dataset"]["folds"] = json!(1);
            if of != "top" {
                document["seeds_per_trial"] = json!(if of == "seeds" { n } else { 1 });
            }
            let study = Study::parse(&document.to_string())?;
            let prepared = Rc::new(study.prepare(table.as_deref())?);
            let task = study.task;
            let mut trainer = Trainer::new(Rc::new(study), prepared, Box::new(Cpu::new()), Vec::new())?;
            let mut stretches = VecDeque::new();
            for assignment in round {
                let number = assignment.trial.number;
                match of.as_str() {
                    "checkpoints" => {
                        let epochs = assignment.until_epoch.unwrap_or(usize::MAX);
                        let all = trainer.contestant(&assignment.trial, assignment.of_trials).epochs;
                        for (epoch, assignment) in legs(&assignment, epochs.min(all)) {
                            // Who went on from another's weights is trained from there each time.
                            let goes_on = assignment.ancestry.is_empty();
                            let words = json!({"trial": number, "epoch": epoch});
                            stretches.push_back(Leg { assignment, words, goes_on });
                        }
                    }
                    "averages" => {
                        for averaging in ["none", "ema", "swa"] {
                            let assignment = assignment.clone().with("averaging", &json!(averaging));
                            let words = json!({"trial": number, "averaging": averaging});
                            stretches.push_back(Leg { assignment, words, goes_on: false });
                        }
                    }
                    _ => stretches.push_back(Leg { assignment, words: json!({"trial": number}), goes_on: false }),
                }
            }
            Ok(Self {
                trainer,
                task,
                n_legs: stretches.len(),
                legs: stretches,
                of,
                under_way: None,
                last: None,
                members: Vec::new(),
                words: Vec::new(),
            })
        };
        start().map_err(|error| problem(&error))
    }

    /// Works for about so long: `{done, share, found}`; `found` is null until the end, then `{members: [{trial, seed, epoch,
    /// averaging, loss, metric}], best, together: {loss, metric}, multiplications: {single, all}}`.
    ///
    /// # Errors
    /// The problem, as an object: a trial that diverges, or fewer than two members.
    pub async fn advance(&mut self, ms: f64) -> core::result::Result<JsValue, JsValue> {
        let budget = Duration::from_secs_f64((ms / 1000.0).clamp(0.0, 10.0));
        let found = self.work(budget).await.map_err(|error| problem(&error))?;
        let left = self.legs.len() + usize::from(self.under_way.is_some());
        to_js(&json!({
            "done": found.is_some(),
            "share": 1.0 - left as f64 / self.n_legs.max(1) as f64,
            "found": found.map(|found| self.told(&found)),
        }))
    }
}

impl Ensembles {
    async fn work(&mut self, budget: Duration) -> Result<Option<Ensemble>> {
        if self.under_way.is_none() {
            let Some(leg) = self.legs.pop_front() else { return self.scored().map(Some) };
            let from = self.last.take().filter(|_| leg.goes_on);
            let Assignment { trial, of_trials, .. } = &leg.assignment;
            let shape = self.trainer.contestant(trial, *of_trials).spec.shape;
            self.under_way = Some((trial.clone(), shape, leg.words));
            self.trainer.assign(vec![Assignment { from, ..leg.assignment }])?;
        }
        let report = self.trainer.advance(budget).await?;
        let Some((trial, shape, words)) = self.under_way.clone() else { return Ok(None) };
        let number = trial.number;
        let is_lost = report.ended().any(|trial| trial.state == TrialState::Diverged);
        let ended = report.snapshots.into_iter().find(|one| one.number == number);
        if is_lost || (ended.is_none() && report.finished) {
            return Err(Error::TrialDiverged { trial: number });
        }
        if let Some(snapshot) = ended {
            self.take(&trial, &snapshot, &shape, &words);
            self.last = Some(snapshot);
            self.under_way = None;
        }
        Ok(None)
    }

    /// Takes in the networks of a trial that has got where it was sent.
    fn take(&mut self, trial: &Trial, snapshot: &TrialSnapshot, shape: &Shape, words: &Value) {
        let own = self.trainer.of_first_fold(trial, snapshot);
        for (seed, parameters) in own.into_iter().enumerate() {
            let mut words = words.clone();
            words["seed"] = json!(seed);
            self.words.push(words);
            self.members.push(Member { shape: shape.clone(), parameters });
        }
    }

    fn scored(&self) -> Result<Ensemble> {
        let few = || Error::OutOfRange {
            key: self.of.clone(),
            found: self.members.len().to_string(),
            accepted: ">= 2 (int)".into(),
        };
        if self.members.len() < 2 {
            return Err(few());
        }
        let unit = self.trainer.scaling().last().unwrap_or((0.0, 1.0));
        let loss = if self.task == TaskKind::Numbers { Loss::Mse } else { Loss::CrossEntropy };
        ensemble(&self.members, loss, self.trainer.data(), Rows::Validation, unit).ok_or_else(few)
    }

    fn told(&self, found: &Ensemble) -> Value {
        let score = |one: &EnsembleScore| json!({"loss": one.loss, "metric": one.metric});
        let member = |(words, one): (&Value, &EnsembleScore)| {
            let mut words = words.clone();
            words["loss"] = json!(one.loss);
            words["metric"] = json!(one.metric);
            words
        };
        let best = found.best();
        json!({
            "members": self.words.iter().zip(&found.members).map(member).collect::<Vec<_>>(),
            "best": best,
            "together": score(&found.together),
            "multiplications": {
                "single": best.map(|at| found.multiplications[at]),
                "all": found.multiplications.iter().sum::<usize>(),
            },
        })
    }
}

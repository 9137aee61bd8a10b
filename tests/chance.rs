//! Studies by chance, right ones and wrong ones: whatever one says, it is refused with a reason, or trains to its end and
//! gives the same trials again. `tests/unit/by-chance.test.js` holds the page's judgement of such studies to the engine's.
#![expect(clippy::unwrap_used, reason = "how a test fails")]

use crate::common::{gpu, pick, stream};
use serde_json::{Map, Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tuning_playground::backend::Backend;
use tuning_playground::backend::cpu::Cpu;
use tuning_playground::dataset::{Kind as DataKind, catalog};
use tuning_playground::error::Result;
use tuning_playground::result::TrialState;
use tuning_playground::rng::Stream;
use tuning_playground::session::Session;
use tuning_playground::session::threads::Crew;
use tuning_playground::study::table::{Hyperparameter, Kind, table};
use tuning_playground::study::{FORMAT, Study};

/// What changes which others matter is drawn more often.
const OWNERS: [&str; 8] =
    ["hidden_layers", "optimizer", "schedule", "averaging", "init", "momentum", "batch_size", "epochs"];

/// Draws studies.
struct Chance(Stream);

impl Chance {
    fn is(&mut self, share: f64) -> bool {
        self.0.uniform_f64() < share
    }

    fn below(&mut self, n: usize) -> usize {
        self.0.below(n as u32) as usize
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    /// What somebody, or some program, writes into a study.
    fn awkward(&mut self) -> Value {
        let all = json!([
            null, true, false, "", "3", "NaN", "Infinity", "toString", [], [1], {}, {"name": "x"}, 0, -0.0, 1, -1, 0.5, 3,
            64, 1e-300, 5e-324, 1e300, 9_007_199_254_740_993_u64, 1e9, 0.3,
        ]);
        self.one(all.as_array().unwrap())
    }

    /// A value that a hyperparameter takes; small ones, so that nothing trains long.
    fn value(&mut self, row: &Hyperparameter) -> Value {
        let (low, high) = (row.low.unwrap_or(0.0), row.high.unwrap_or(1.0).min(10.0));
        match row.kind {
            Kind::Bool => json!(self.is(0.5)),
            Kind::Categorical => json!(self.one(row.available_choices.as_deref().unwrap())),
            Kind::List => (0..self.below(4)).map(|_| json!(1 + self.below(8))).collect(),
            Kind::Points => json!([[0, self.below(3)], [self.0.uniform_f64(), 3.0 * self.0.uniform_f64()]]),
            Kind::Int if row.name == "hidden_layers" => json!(self.below(4)),
            Kind::Int => json!((low as usize).max(self.below(13))),
            Kind::Float => {
                let share = self.0.uniform_f64();
                json!(self.one(&[low, high * libm::pow(share, 4.0), high * share, 0.1, 0.01, 0.9, 0.5]))
            }
        }
    }

    fn range(&mut self, row: &Hyperparameter) -> Value {
        if matches!(row.kind, Kind::Bool | Kind::Categorical) || self.is(0.2) {
            let mut choices: Vec<Value> = Vec::new();
            for _ in 0..=self.below(4) {
                let value = self.value(row);
                if !choices.contains(&value) || self.is(0.1) {
                    choices.push(value);
                }
            }
            return json!({"type": "categorical", "choices": choices});
        }
        let mut ends = [self.value(row), self.value(row)];
        if self.is(0.95) {
            ends.sort_by(|a, b| a.as_f64().unwrap_or(0.0).total_cmp(&b.as_f64().unwrap_or(0.0)));
        }
        let [low, high] = ends;
        let kind = if row.kind == Kind::Int { "int" } else { "float" };
        let mut range = json!({"type": kind, "low": low, "high": high});
        match self.below(10) {
            0..3 => range["scale"] = json!(pick(&mut self.0, &["linear", "log", "log1m"])),
            3..5 => range["log"] = json!(true),
            _ => {}
        }
        if self.is(0.2) {
            range["step"] = if kind == "int" { json!(1 + self.below(3)) } else { json!(0.1 + self.0.uniform_f64()) };
        }
        range
    }

    fn sampler(&mut self) -> Value {
        let rows = table();
        let name = pick(&mut self.0, &["hand", "grid", "random", "sobol", "tpe", "gp", "cmaes", "pbt"]);
        let mut sampler = match name {
            "grid" if self.is(0.8) => json!({"points": 1 + self.below(4)}),
            "grid" => json!({"points": {"learning_rate": 3, self.one(rows).name: 2}}),
            "pbt" => json!({
                "population": 1 + self.below(6), "interval": 1 + self.below(2),
                "quantile": pick(&mut self.0, &[0.0, 0.25, 0.5, 0.7]),
            }),
            "hand" => json!({"points": vec![json!({"learning_rate": 0.01}); self.below(4)]}),
            "tpe" | "gp" | "cmaes" => json!({"startup": 1 + self.below(6), "round": 1 + self.below(4)}),
            _ => json!({}),
        };
        sampler["name"] = json!(name);
        sampler
    }

    /// Puts something else into a place, takes it away or gives it another name.
    fn broken(&mut self, study: &mut Value) {
        let mut within = study;
        for depth in 0.. {
            let keys: Vec<String> = within.as_object().unwrap().keys().cloned().collect();
            let key = self.one(&keys);
            if within[&key].as_object().is_some_and(|inner| !inner.is_empty()) && (depth == 0 || self.is(0.6)) {
                within = within.get_mut(&key).unwrap();
                continue;
            }
            let object = within.as_object_mut().unwrap();
            let value = self.awkward();
            match self.below(8) {
                0 => drop(object.shift_remove(&key)),
                1 => drop(object.insert(format!("{key}s"), value)),
                _ => drop(object.insert(key, value)),
            }
            return;
        }
    }

    fn study(&mut self) -> Value {
        let sets: Vec<_> =
            catalog().iter().filter(|one| !matches!(one.kind, DataKind::Text | DataKind::Files)).collect();
        // Its table alone takes longer to read than all else.
        let names: Vec<&str> = sets.iter().map(|one| one.name.as_str()).filter(|&name| name != "mnist").collect();
        let mut study = json!({
            "format": FORMAT, "dataset": {"name": self.one(&names), "samples": 20 + self.below(60)},
            "fixed": {"hidden_layers": self.below(3), "hidden_units": 1 + self.below(8), "epochs": 1 + self.below(3)},
            "space": {}, "trials": 1 + self.below(6), "seed": self.below(1 << 20),
        });
        let mut more = Map::new();
        let usable: Vec<&Hyperparameter> = table().iter().filter(|row| row.available).collect();
        for _ in 0..self.below(6) {
            let owner = self.one(&OWNERS);
            let row = if self.is(0.5) { usable.iter().find(|row| row.name == owner).copied() } else { None };
            let row = row.unwrap_or_else(|| self.one(&usable));
            let (within, value) = if self.is(0.4) { ("fixed", self.value(row)) } else { ("space", self.range(row)) };
            study["fixed"].as_object_mut().unwrap().shift_remove(&row.name);
            study["space"].as_object_mut().unwrap().shift_remove(&row.name);
            study[within][&row.name] = value;
        }
        if self.is(0.7) && study["fixed"]["learning_rate"].is_null() && study["space"]["learning_rate"].is_null() {
            study["space"]["learning_rate"] = json!({"type": "float", "low": 1e-4, "high": 1, "log": true});
        }
        study["fixed"].as_object_mut().unwrap().retain(|_, value| !value.is_null());
        study["space"].as_object_mut().unwrap().retain(|_, value| !value.is_null());
        for (share, name) in [(0.15, "folds"), (0.1, "standardize"), (0.1, "derived"), (0.15, "split"), (0.2, "seed")] {
            if self.is(share) {
                study["dataset"][name] = match name {
                    "folds" => json!(1 + self.below(5)),
                    "standardize" => json!(self.is(0.5)),
                    "derived" => json!([pick(&mut self.0, &["x1_squared", "x1_x2", "sin_x1"])]),
                    "split" => pick_split(self.below(3)),
                    _ => json!(self.below(1 << 20)),
                };
            }
        }
        for (share, name) in [
            (0.6, "sampler"),
            (0.35, "pruner"),
            (0.2, "objective"),
            (0.1, "stages"),
            (0.1, "budget"),
            (0.15, "seeds_per_trial"),
            (0.1, "shared_seeds"),
            (0.1, "record"),
            (0.1, "evaluate_every"),
        ] {
            if !self.is(share) {
                continue;
            }
            let value = match name {
                "sampler" => self.sampler(),
                "pruner" => json!({"name": pick(&mut self.0, &["none", "median", "halving", "hyperband"])}),
                "objective" => json!({
                    "metric": pick(&mut self.0, &["train_loss", "train_metric", "validation_loss", "validation_metric"]),
                    "direction": pick(&mut self.0, &["minimize", "maximize"]),
                }),
                "stages" => {
                    study["fixed"].as_object_mut().unwrap().shift_remove("epochs");
                    (0..=self.below(2))
                        .map(|_| json!({"epochs": 1 + self.below(3), "trials": 1 + self.below(2)}))
                        .collect()
                }
                "budget" => json!(1 + self.below(200)),
                "shared_seeds" => json!(true),
                "record" => json!([pick(
                    &mut self.0,
                    &["gradient_norm", "weight_norm", "update_ratio", "dead_units", "curvature"]
                )]),
                _ => json!(1 + self.below(3)),
            };
            more.insert(name.into(), value);
        }
        study.as_object_mut().unwrap().extend(more);
        if self.is(0.25) {
            self.broken(&mut study);
        }
        study
    }
}

fn pick_split(which: usize) -> Value {
    let [train, validation, test] = [[0.5, 0.25, 0.25], [0.98, 0.01, 0.01], [0.1, 0.8, 0.1]][which];
    json!({"train": train, "validation": validation, "test": test})
}

/// Work on a study; none where it panics, which the harness prints, and of which study that was is written down.
fn about<T>(document: &Value, broken: &mut Vec<String>, work: impl FnOnce() -> T) -> Option<T> {
    let done = catch_unwind(AssertUnwindSafe(work)).ok();
    if done.is_none() {
        broken.push(document.to_string());
    }
    done
}

/// The study, or nothing where it is refused, in one sentence.
fn judged(document: &Value) -> Option<Study> {
    let study = match Study::check(document) {
        Ok(study) => study,
        Err(error) => {
            let (said, message) = (error.to_json(), error.to_string());
            assert!(said["code"].is_string() && message.len() > 10 && !message.contains('\n'), "{message}");
            return None;
        }
    };
    assert_eq!(Study::check(&study.to_json()).unwrap(), study, "what is written is the same study");
    Some(study)
}

/// All that a run promises to be the same, as a text: numbers that are none are the same there.
fn lasting(session: &Session) -> String {
    let mut trials = session.trials().to_vec();
    trials.iter_mut().flat_map(|trial| &mut trial.epochs).for_each(|epoch| epoch.seconds = 0.0);
    format!("{trials:?}, best {:?}", session.best())
}

type Open<'a> = &'a (dyn Fn() -> Result<Box<dyn Backend>> + Sync);

/// Trains a study to its end, and what is to be true of any.
fn trained(study: &Study, workers: usize, open: Open<'_>) -> String {
    let mut session = Session::new(study.clone());
    let Ok(prepared) = study.prepare_native() else { return String::new() };
    Crew { prepared: &prepared, workers, open, test: false }.train(&mut session, |_, _| {}).unwrap();
    let (done, total) = (session.progress().done, session.progress().total);
    assert!(done == total || study.budget.is_some(), "{done} of {total} trials are done");
    for (at, trial) in session.trials().iter().enumerate() {
        assert_eq!(trial.number as usize, at);
        let is_ended = matches!(trial.state, TrialState::Complete | TrialState::Pruned | TrialState::Diverged);
        assert!(is_ended, "{trial:?}");
        assert_eq!(trial.state == TrialState::Diverged, trial.diverged_at.is_some(), "{trial:?}");
        if trial.state == TrialState::Complete {
            assert!(trial.value.is_some() && !trial.epochs.is_empty(), "{trial:?}");
            assert!(trial.epochs.iter().all(|epoch| epoch.train_loss.is_finite()), "{trial:?}");
        }
        let known: Vec<usize> = trial.epochs.iter().map(|epoch| epoch.epoch).collect();
        assert!(known.windows(2).all(|pair| pair[0] < pair[1]), "{known:?}");
    }
    let complete = session.trials().iter().filter(|trial| trial.state == TrialState::Complete);
    let values: Vec<f64> = complete.filter_map(|trial| trial.value).filter(|value| value.is_finite()).collect();
    if let Some(best) = session.best() {
        let best = &session.trials()[best as usize];
        let value = best.value.unwrap();
        let is_best = best.state != TrialState::Complete || !values.iter().any(|&other| study.is_better(other, value));
        assert!(is_best, "{value} of {values:?}");
    } else {
        assert!(values.is_empty(), "{values:?} has a best");
    }
    lasting(&session)
}

/// So many studies, of which at most so many are trained.
fn campaign(seed: u64, studies: usize, trainings: usize, open: Open<'_>) {
    let mut chance = Chance(stream(seed));
    let (mut accepted, mut n_trained, mut broken) = (0, 0, Vec::new());
    for _ in 0..studies {
        let document = chance.study();
        let Some(study) = about(&document, &mut broken, || judged(&document)).flatten() else { continue };
        accepted += 1;
        if n_trained < trainings {
            n_trained += 1;
            about(&document, &mut broken, || {
                let first = trained(&study, 2, open);
                // To train all twice would take as long again and show little more.
                if n_trained % 5 == 0 {
                    assert_eq!(trained(&study, 1, open), first, "the same study, the same bits");
                }
            });
        }
    }
    println!("{accepted} of {studies} studies are accepted, {n_trained} trained");
    assert!(
        broken.is_empty(),
        "{} studies, of which the first are\n{}",
        broken.len(),
        broken[..broken.len().min(5)].join("\n")
    );
    assert!(accepted * 6 > studies && accepted * 6 < studies * 5, "{accepted} of {studies} are accepted");
}

#[expect(clippy::unnecessary_wraps, reason = "as a GPU is opened")]
fn on_cpu() -> Result<Box<dyn Backend>> {
    Ok(Box::new(Cpu::new()))
}

fn a_thousand_studies_are_refused_with_a_reason_or_train() {
    campaign(1, 1000, 120, &on_cpu);
}

fn fifty_thousand_studies_are_refused_with_a_reason_or_train() {
    for seed in 2..12 {
        campaign(seed, 5000, usize::MAX, &on_cpu);
    }
}

fn a_few_studies_train_on_the_gpu() {
    campaign(21, 24, 3, &|| Ok(Box::new(gpu())));
}

fn a_hundred_studies_train_on_the_gpu() {
    campaign(22, 600, 100, &|| Ok(Box::new(gpu())));
}

crate::harness::tests! {
    plain [a_thousand_studies_are_refused_with_a_reason_or_train]
    gpu [a_few_studies_train_on_the_gpu]
    soak [fifty_thousand_studies_are_refused_with_a_reason_or_train]
    soak_gpu [a_hundred_studies_train_on_the_gpu]
}

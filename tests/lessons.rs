//! What the page's lessons claim (`www/src/views/lesson/lessons/*/claims.json`), trained by the binary on the CPU.
//! Measures are a twin of `www/src/views/lesson/measure.js`, and `www/build/lessons.js` writes the numbers that the
//! texts name: where they drift apart, it is this file that says so.
#![expect(clippy::unwrap_used, reason = "how a test fails")]

use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Seeds over which a claim is made.
const SEEDS: [u64; 5] = [0, 1, 2, 3, 4];
/// Lessons whose claims take seconds for one seed, which every change is held to.
const QUICK: [&str; 5] = ["log_scale", "grid_random", "coarse_fine", "batch", "optimizers"];
/// How far the mean of a claim may be from the number that the texts have: as a part of it, and at all. Long training
/// multiplies the rounding of another processor.
const DRIFT: (f64, f64) = (0.25, 0.01);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www/src/views/lesson/lessons")
}

fn read(lesson: &str, file: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(folder().join(lesson).join(file)).unwrap()).unwrap()
}

/// RFC 7386: null takes a key away.
fn patch(base: &mut Value, with: &Value) {
    let Some(with) = with.as_object() else {
        *base = with.clone();
        return;
    };
    if !base.is_object() {
        *base = json!({});
    }
    let keys = base.as_object_mut().unwrap();
    for (key, value) in with {
        if value.is_null() {
            keys.remove(key);
        } else {
            patch(keys.entry(key.as_str()).or_insert(Value::Null), value);
        }
    }
}

/// Results by the study's text, so that claims about one run train it once.
#[derive(Default)]
struct Runs {
    lesson: String,
    known: HashMap<String, Value>,
}

impl Runs {
    fn result(&mut self, study: &Value, is_tested: bool) -> &Value {
        let key = format!("{study}{is_tested}");
        let (lesson, n) = (&self.lesson, self.known.len());
        self.known.entry(key).or_insert_with(|| {
            let at = Path::new(env!("CARGO_TARGET_TMPDIR"));
            let [from, to] = ["study", "result"].map(|part| at.join(format!("lesson-{lesson}-{n}-{part}.json")));
            fs::write(&from, study.to_string()).unwrap();
            let mut tune = Command::new(env!("CARGO_BIN_EXE_tune"));
            tune.args(["run", "--backend", "cpu", "-o"]).args([&to, &from]);
            let told = tune.args(is_tested.then_some("--test")).output().unwrap();
            assert!(told.status.success(), "{lesson}: {}", String::from_utf8_lossy(&told.stderr));
            serde_json::from_str(&fs::read_to_string(&to).unwrap()).unwrap()
        })
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// A measure of a trial, by the epoch that it stands by.
fn metric(trial: &Value, name: &str) -> f64 {
    let Some(last) = trial["epochs"].as_array().unwrap().last() else { return f64::NAN };
    match name {
        "gap" => metric(trial, "validation_loss") - metric(trial, "train_loss"),
        "epochs" => number(&last["epoch"]),
        "vanishing" => {
            let layers = trial["epochs"][0]["layers"].as_array().unwrap();
            let norm = |layer: &Value| number(&layer["gradient_norm"]);
            norm(&layers[0]) / norm(layers.last().unwrap())
        }
        _ => {
            let kept = trial["kept_epoch"].as_u64().filter(|&epoch| epoch > 0);
            let epochs = trial["epochs"].as_array().unwrap();
            let stands = kept.and_then(|epoch| epochs.iter().find(|one| one["epoch"] == epoch));
            number(&stands.unwrap_or(last)[name])
        }
    }
}

const METRICS: [&str; 7] =
    ["train_loss", "validation_loss", "train_metric", "validation_metric", "gap", "epochs", "vanishing"];

fn setting<'a>(study: &'a Value, trial: &'a Value, name: &str) -> &'a Value {
    if trial["params"][name].is_null() { &study["fixed"][name] } else { &trial["params"][name] }
}

/// Whether two settings are the same; 4 and 4.0 are.
fn same(one: &Value, other: &Value) -> bool {
    one == other || one.as_f64().is_some_and(|value| other.as_f64() == Some(value))
}

fn fits(study: &Value, trial: &Value, name: &str, wanted: &Value) -> bool {
    let value = match name {
        "state" => trial["state"].clone(),
        _ if METRICS.contains(&name) => json!(metric(trial, name)),
        _ => setting(study, trial, name).clone(),
    };
    if let Some(ends) = wanted.as_array() {
        return value.as_f64().is_some_and(|value| number(&ends[0]) <= value && value <= number(&ends[1]));
    }
    match wanted["in"].as_array() {
        Some(several) => several.iter().any(|one| same(one, &value)),
        None => same(wanted, &value),
    }
}

fn measure(measure: &Value, study: &Value, result: &Value) -> f64 {
    let of = measure["of"].as_str().unwrap();
    let name = measure["metric"].as_str().unwrap_or("validation_loss");
    let all = result["trials"].as_array().unwrap();
    let wanted = measure["where"].as_object().cloned().unwrap_or_default();
    let is_any = wanted.contains_key("state") || ["count", "share", "distinct", "sum"].contains(&of);
    let found: Vec<&Value> = all
        .iter()
        .filter(|trial| is_any || trial["state"] == "complete")
        .filter(|trial| wanted.iter().all(|(name, one)| fits(study, trial, name, one)))
        .collect();
    let param = |trial: &Value| setting(study, trial, measure["param"].as_str().unwrap_or("")).clone();
    let values: Vec<(f64, &Value)> =
        found.iter().map(|&trial| (metric(trial, name), trial)).filter(|(value, _)| value.is_finite()).collect();
    let numbers = || values.iter().map(|(value, _)| *value);
    let least = || numbers().fold(f64::NAN, f64::min);
    let most = || numbers().fold(f64::NAN, f64::max);
    match of {
        "test" => number(&result["test"][if name.ends_with("_metric") { "metric" } else { "loss" }]),
        "count" => found.len() as f64,
        "share" => found.len() as f64 / all.len() as f64,
        "distinct" => found.iter().map(|trial| param(trial).to_string()).collect::<HashSet<_>>().len() as f64,
        "least" => least(),
        "most" => most(),
        "at" => {
            let best = if name.ends_with("_metric") { most() } else { least() };
            values.iter().find(|(value, _)| *value == best).map_or(f64::NAN, |(_, trial)| number(&param(trial)))
        }
        "median" => {
            let mut sorted: Vec<f64> = numbers().collect();
            sorted.sort_by(f64::total_cmp);
            let middle = sorted.len() / 2;
            if sorted.len() % 2 == 1 { sorted[middle] } else { f64::midpoint(sorted[middle - 1], sorted[middle]) }
        }
        "sum" => numbers().sum(),
        "mean" => numbers().sum::<f64>() / values.len() as f64,
        other => panic!("no measure is named {other}"),
    }
}

/// Trains a lesson's claims with these seeds and holds them to their bounds.
fn hold(lesson: &str, seeds: &[u64]) {
    let document = read(lesson, "lesson.json");
    let told = read(lesson, "numbers.json");
    let mut runs = Runs { lesson: lesson.into(), ..Runs::default() };
    let mut known: HashMap<String, Vec<f64>> = HashMap::new();
    for claim in read(lesson, "claims.json")["claims"].as_array().unwrap() {
        let name = claim["name"].as_str().unwrap();
        let part = |parts: &Value, k: usize| known[parts[k].as_str().unwrap()].clone();
        let pairs = |parts: &Value| part(parts, 0).into_iter().zip(part(parts, 1)).collect::<Vec<_>>();
        let values: Vec<f64> = if claim["difference"].is_array() {
            pairs(&claim["difference"]).into_iter().map(|(one, other)| one - other).collect()
        } else if claim["ratio"].is_array() {
            pairs(&claim["ratio"]).into_iter().map(|(one, other)| one / other).collect()
        } else {
            let step = document["steps"].as_array().unwrap().iter().find(|one| one["name"] == claim["step"]).unwrap();
            let of = |seed: u64, runs: &mut Runs| {
                let mut study = document["study"].clone();
                patch(&mut study, &step["study"]);
                if claim["study"].is_object() {
                    patch(&mut study, &claim["study"]);
                }
                study["seed"] = json!(seed);
                if claim["splits"] == true {
                    study["dataset"]["seed"] = json!(seed);
                }
                let result = runs.result(&study, claim["measure"]["of"] == "test");
                measure(&claim["measure"], &study, result)
            };
            seeds.iter().map(|&seed| of(seed, &mut runs)).collect()
        };
        known.insert(name.into(), values.clone());
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let is_whole = seeds.len() == SEEDS.len();
        if claim["mean"] == true && !is_whole {
            continue;
        }
        let judged = if claim["mean"] == true { vec![mean] } else { values.clone() };
        let low = claim["at_least"].as_f64().unwrap_or(f64::NEG_INFINITY);
        let high = claim["at_most"].as_f64().unwrap_or(f64::INFINITY);
        assert!(
            judged.iter().all(|one| (low..=high).contains(one)),
            "{lesson}.{name} claims {low} to {high}: {values:?}"
        );
        let written = number(&told[name]["value"]);
        let drift = (mean - written).abs();
        assert!(
            !is_whole || drift <= DRIFT.0 * written.abs() + DRIFT.1,
            "{lesson}.{name}: the texts say {written}, and it is {mean}: node www/build/lessons.js"
        );
    }
}

fn claims_hold_for_one_seed() {
    for lesson in QUICK {
        hold(lesson, &SEEDS[..1]);
    }
}

fn claims_hold_over_five_seeds() {
    let mut lessons: Vec<String> =
        fs::read_dir(folder()).unwrap().map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
    lessons.sort();
    assert_eq!(lessons.len(), 10);
    for lesson in lessons {
        hold(&lesson, &SEEDS);
    }
}

crate::harness::tests! {
    plain [claims_hold_for_one_seed]
    soak [claims_hold_over_five_seeds]
}

//! What the page asks the engine beside training: whether a study is one, how its data look, a seed.

use super::{problem, text, to_js};
use crate::search::Search;
use crate::study::{Study, TrialConfig};
use crate::trainer::Assignment;
use wasm_bindgen::prelude::*;

/// Checks a study and returns the whole document with its defaults.
///
/// # Errors
/// The problem, as an object.
#[wasm_bindgen]
pub fn check(study: &str) -> Result<JsValue, JsValue> {
    let study = Study::parse(study).map_err(|error| problem(&error))?;
    to_js(&study.to_json())
}

/// Trials that stand for a study's first round, as [`Session::next_round`](super::session::Session::next_round) has it: for
/// whoever measures or makes ready before there is a session.
///
/// # Errors
/// The problem, as an object.
#[wasm_bindgen]
pub fn first_round(study: &str) -> Result<String, JsValue> {
    let study = Study::parse(study).map_err(|error| problem(&error))?;
    let of_stage = study.stages.first().map_or(study.trials, |stage| stage.trials);
    let trials = Search::preview(&study, study.sampler.first_round().min(of_stage));
    let round: Vec<_> = trials.into_iter().map(|trial| Assignment::whole(trial, study.trials)).collect();
    text(&round)
}

/// At most `n` rows of a study's data for a small picture: `{columns, x, y, classes, axes}`. `table` as for [`Training`].
///
/// # Errors
/// The problem, as an object.
#[wasm_bindgen]
#[expect(clippy::needless_pass_by_value, reason = "wasm-bindgen passes optional slices by value")]
pub fn preview(study: &str, table: Option<Box<[u8]>>, n: u32) -> Result<JsValue, JsValue> {
    let data = Study::parse(study).and_then(|study| study.load(table.as_deref())).map_err(|error| problem(&error))?;
    to_js(&crate::dataset::preview(&data, n as usize))
}

/// The response surface between trials ([`crate::analysis::response`]): `scored` has each trial's `dimensions` numbers and its
/// score, `diverged` only the numbers. All expected scores, then for each cell whether it is to be drawn (0 or less); null of
/// too few trials.
#[wasm_bindgen]
pub fn response(
    dimensions: usize,
    scored: &[f64],
    diverged: &[f64],
    at: &[f64],
    columns: usize,
    rows: usize,
) -> Option<Vec<f64>> {
    let trials = crate::analysis::Trials { dimensions, scored, diverged, at };
    crate::analysis::response(&trials, columns, rows).map(|found| [found.values, found.bare].concat())
}

/// What a study's schedule multiplies the learning rate by at so many places from the first step to the last, with the fixed
/// settings. Empty of one that waits for what comes of training.
///
/// # Errors
/// The problem, as an object.
#[wasm_bindgen]
pub fn schedule(study: &str, points: usize) -> Result<Vec<f64>, JsValue> {
    let study = Study::parse(study).map_err(|error| problem(&error))?;
    let config = TrialConfig::new(&study, &serde_json::Map::new());
    Ok(config.schedule.curve(config.epochs, points.min(MOST_POINTS)))
}

/// Points of a schedule's curve, at most.
const MOST_POINTS: usize = 1000;

/// A fresh seed from the browser's randomness: the one use of it.
///
/// # Errors
/// Where the browser has none.
#[wasm_bindgen]
pub fn fresh_seed() -> Result<f64, JsValue> {
    let bits = getrandom::u32().map_err(|error| JsValue::from_str(&error.to_string()))?;
    Ok(f64::from(bits))
}

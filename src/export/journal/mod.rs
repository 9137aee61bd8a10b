//! Optuna's journal (`optuna.storages.journal`): one JSON object a line, each ending in a newline; numbers that JSON lacks
//! stand bare. Trials are created in number order, so Optuna numbers them as we do.
//!
//! What Optuna has no field for, the study and each trial's epochs, stands in user attributes named [`OWN`]: so a journal is
//! read back without loss, and a run that was cut off goes on.

pub mod read;

use super::real;
use crate::result::EpochRecord;
use crate::space::{Distribution, Scale, numbers::same};
use crate::study::{Direction, Metric, Study};
use serde_json::{Map, Value, json};

/// The name of our attributes.
pub const OWN: &str = "tuning-playground";
/// What the study's attribute says that it is.
pub const FORMAT: &str = "tuning-playground/journal@1";
/// Optuna wants each line to say who has written it.
const WORKER: &str = "tuning-playground";
/// A result has no clock: its trials are told as if trained one after the other from here on, in seconds since 1970.
const EPOCH_OF_RESULTS: f64 = 946_684_800.0;

/// Optuna's operations, and its states of a trial.
mod op {
    pub const CREATE_STUDY: u64 = 0;
    pub const STUDY_ATTRIBUTE: u64 = 2;
    pub const CREATE_TRIAL: u64 = 4;
    pub const END_TRIAL: u64 = 6;
    pub const EPOCH: u64 = 7;
    pub const TRIAL_ATTRIBUTE: u64 = 8;
    pub const RUNNING: u64 = 0;
    pub const COMPLETE: u64 = 1;
    pub const PRUNED: u64 = 2;
    pub const FAIL: u64 = 3;
}

/// The whole journal of a result.
pub fn write(result: &Value, study: &Study, trials: &[Value]) -> String {
    let mut text = begin(study, &result["study"], &result["engine"]);
    let mut now = EPOCH_OF_RESULTS;
    for trial in trials {
        let begun = now;
        let epochs = trial["epochs"].as_array().into_iter().flatten();
        now += epochs.filter_map(|epoch| epoch["seconds"].as_f64()).sum::<f64>();
        text.push_str(&finished(study, trial, [begun, now]));
    }
    text
}

/// The lines with which a journal begins. `document` is the study's, `engine` what trains, as a result has it.
pub fn begin(study: &Study, document: &Value, engine: &Value) -> String {
    let direction = match study.direction {
        Direction::Minimize => 1,
        Direction::Maximize => 2,
    };
    line(&[
        ("op_code", op::CREATE_STUDY.to_string()),
        ("worker_id", json!(WORKER).to_string()),
        ("study_name", json!(study.title()).to_string()),
        ("directions", json!([direction]).to_string()),
    ]) + &about(document, engine)
}

/// The second of them: what Optuna has no field for.
pub fn about(document: &Value, engine: &Value) -> String {
    let own = json!({"format": FORMAT, "study": document, "engine": engine});
    line(&[
        ("op_code", op::STUDY_ATTRIBUTE.to_string()),
        ("worker_id", json!(WORKER).to_string()),
        ("study_id", "0".into()),
        ("user_attr", json!({OWN: own}).to_string()),
    ])
}

/// A trial begins. Times are seconds since 1970.
pub fn created(study: &Study, params: &Map<String, Value>, at: f64) -> String {
    let (params, distributions) = drawn(study, params);
    line(&[
        ("op_code", op::CREATE_TRIAL.to_string()),
        ("worker_id", json!(WORKER).to_string()),
        ("study_id", "0".into()),
        ("datetime_start", json!(datetime(at)).to_string()),
        ("state", op::RUNNING.to_string()),
        ("params", params.to_string()),
        ("distributions", distributions.to_string()),
    ])
}

/// An epoch of a running trial; nothing of one without a look at what the study compares.
pub fn epoch(study: &Study, number: u32, epoch: &EpochRecord) -> String {
    let Some(value) = epoch.value(study.metric) else { return String::new() };
    line(&[
        ("op_code", op::EPOCH.to_string()),
        ("worker_id", json!(WORKER).to_string()),
        ("trial_id", number.to_string()),
        ("step", epoch.epoch.to_string()),
        ("intermediate_value", bare(value)),
    ])
}

/// A running trial ends, as the document of a result has it: what Optuna has no field for, then the end.
pub fn ended(study: &Study, trial: &Value, at: f64) -> String {
    let number = trial["number"].to_string();
    let (state, value) = outcome(trial);
    line(&[
        ("op_code", op::TRIAL_ATTRIBUTE.to_string()),
        ("worker_id", json!(WORKER).to_string()),
        ("trial_id", number.clone()),
        ("user_attr", json!({OWN: own(study, trial)}).to_string()),
    ]) + &line(&[
        ("op_code", op::END_TRIAL.to_string()),
        ("worker_id", json!(WORKER).to_string()),
        ("trial_id", number),
        ("state", state.to_string()),
        ("values", value.map_or_else(|| "null".into(), |value| format!("[{}]", bare(value)))),
        ("datetime_complete", json!(datetime(at)).to_string()),
    ])
}

/// A trial that has ended before it was told of.
fn finished(study: &Study, trial: &Value, [begun, ended]: [f64; 2]) -> String {
    let nothing = Map::new();
    let (params, distributions) = drawn(study, trial["params"].as_object().unwrap_or(&nothing));
    let (state, value) = outcome(trial);
    let field = match study.metric {
        Metric::TrainLoss => "train_loss",
        Metric::TrainMetric => "train_metric",
        Metric::ValidationLoss => "validation_loss",
        Metric::ValidationMetric => "validation_metric",
    };
    let epochs = trial["epochs"].as_array().into_iter().flatten();
    let values: Vec<String> = epochs
        .filter_map(|epoch| Some(format!("\"{}\":{}", epoch["epoch"].as_u64()?, bare(real(&epoch[field])?))))
        .collect();
    line(&[
        ("op_code", op::CREATE_TRIAL.to_string()),
        ("worker_id", json!(WORKER).to_string()),
        ("study_id", "0".into()),
        ("datetime_start", json!(datetime(begun)).to_string()),
        ("datetime_complete", json!(datetime(ended)).to_string()),
        ("state", state.to_string()),
        ("value", value.map_or_else(|| "null".into(), bare)),
        ("values", "null".into()),
        ("distributions", distributions.to_string()),
        ("params", params.to_string()),
        ("user_attrs", json!({OWN: own(study, trial)}).to_string()),
        ("system_attrs", "{}".into()),
        ("intermediate_values", format!("{{{}}}", values.join(","))),
    ])
}

/// All of a trial but the parameters that are of the space, which stand beside it: those of a stage stay.
fn own(study: &Study, trial: &Value) -> Value {
    let mut own = trial.clone();
    if let Some(params) = own["params"].as_object_mut() {
        params.retain(|name, _| !study.space.iter().any(|(drawn, _)| drawn == name));
    }
    own
}

/// Optuna's state, and the value: of a complete trial, and of a pruned one where it is finite. A trial that is complete
/// without a number has failed there.
fn outcome(trial: &Value) -> (u64, Option<f64>) {
    let value = real(&trial["value"]).filter(|value| !value.is_nan());
    match (trial["state"].as_str(), value) {
        (Some("complete"), Some(value)) => (op::COMPLETE, Some(value)),
        (Some("pruned"), value) => (op::PRUNED, value.filter(|value| value.is_finite())),
        _ => (op::FAIL, None),
    }
}

/// Parameters as Optuna keeps them, categorical ones by index, and their distributions, each as JSON inside the JSON. What is
/// not of the space, as a stage's epochs, is in our own attribute alone.
fn drawn(study: &Study, params: &Map<String, Value>) -> (Value, Value) {
    let (mut kept, mut distributions) = (Map::new(), Map::new());
    for (name, range) in &study.space {
        let Some(value) = params.get(name) else { continue };
        let internal = match range {
            Distribution::Categorical { choices } => {
                choices.iter().position(|choice| same(choice, value)).map(|index| json!(index))
            }
            _ => value.is_number().then(|| value.clone()),
        };
        if let Some(internal) = internal {
            kept.insert(name.clone(), internal);
            distributions.insert(name.clone(), json!(distribution(range).to_string()));
        }
    }
    (Value::Object(kept), Value::Object(distributions))
}

/// A range as Optuna writes it. It has no scale of 1 - x: there it is a plain one.
fn distribution(range: &Distribution) -> Value {
    // Optuna wants the upper end on a step.
    let last = || range.last_step().and_then(|last| last.as_f64());
    match *range {
        Distribution::Categorical { ref choices } => {
            json!({"name": "CategoricalDistribution", "attributes": {"choices": choices}})
        }
        Distribution::Float { low, high, step, scale } => {
            let high = last().unwrap_or(high);
            let log = scale == Scale::Log;
            json!({"name": "FloatDistribution", "attributes": {"step": step, "low": low, "high": high, "log": log}})
        }
        Distribution::Int { low, high, step, scale } => {
            let [low, high, step] = [low, last().unwrap_or(high), step.unwrap_or(1.0)].map(|x| x as i64);
            let log = scale == Scale::Log;
            json!({"name": "IntDistribution", "attributes": {"log": log, "step": step, "low": low, "high": high}})
        }
    }
}

/// A number as Python reads it in JSON.
fn bare(x: f64) -> String {
    if x.is_nan() {
        "NaN".into()
    } else if x.is_infinite() {
        (if x > 0.0 { "Infinity" } else { "-Infinity" }).into()
    } else {
        json!(x).to_string()
    }
}

fn line(fields: &[(&str, String)]) -> String {
    let fields: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}\n", fields.join(","))
}

/// Seconds since 1970 as ISO 8601 in UTC. Optuna reads `+00:00` and no `Z`.
pub fn datetime(seconds: f64) -> String {
    let micros = libm::round(seconds.clamp(0.0, 253_402_300_799.0) * 1e6) as u64;
    let (seconds, micros) = (micros / 1_000_000, micros % 1_000_000);
    let (days, of_day) = ((seconds / 86_400) as i64, seconds % 86_400);
    // Days in eras of 400 years that begin with March: a leap day is the last of its year.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}+00:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        for (seconds, text) in [
            (0.0, "1970-01-01T00:00:00.000000+00:00"),
            (EPOCH_OF_RESULTS, "2000-01-01T00:00:00.000000+00:00"),
            (951_782_399.5, "2000-02-28T23:59:59.500000+00:00"),
            (951_782_400.0, "2000-02-29T00:00:00.000000+00:00"),
            (1_709_251_199.000_001, "2024-02-29T23:59:59.000001+00:00"),
            (4_107_542_400.0, "2100-03-01T00:00:00.000000+00:00"),
        ] {
            assert_eq!(datetime(seconds), text);
        }
    }
}

//! Whether a result that somebody hands in is one: what is unknown, missing or out of place is named. What is made of a result
//! that this module has passed names each trial once and knows each state.

use crate::error::{Error, Result};
use crate::space::numbers::{real, shown};
use crate::study::Study;
use serde_json::{Map, Value};

/// States of a result's trials.
const STATES: &str = "complete | pruned | diverged | failed | cancelled";
const KEYS: [&str; 7] = ["format", "study", "engine", "trials", "best", "test", "boxes"];
const OF_ENGINE: [&str; 6] = ["version", "numerics", "backend", "adapter", "plan", "workers"];
const OF_TEST: [&str; 3] = ["trial", "loss", "metric"];
const OF_TRIAL: [&str; 11] = [
    "number",
    "state",
    "params",
    "value",
    "seed",
    "epochs",
    "steps",
    "evaluations",
    "diverged_at",
    "copy_of",
    "kept_epoch",
];
const OF_EPOCH: [&str; 10] = [
    "epoch",
    "train_loss",
    "validation_loss",
    "train_metric",
    "validation_metric",
    "learning_rate",
    "seconds",
    "spread",
    "layers",
    "curvature",
];
/// Parts of an epoch that are no numbers.
const PARTS: [&str; 3] = ["spread", "layers", "curvature"];
/// What stages give a trial beside what it draws.
const EPOCHS: &str = "epochs";

/// Refuses a document that is not a result of this study.
///
/// # Errors
/// The first key that is wrong.
pub fn check(document: &Value, study: &Study) -> Result<()> {
    let root = object("result", document)?;
    only(root, "", &KEYS)?;
    if let Some(engine) = root.get("engine") {
        only(object("engine", engine)?, "engine", &OF_ENGINE)?;
    }
    let trials = super::trials_of(document)?;
    for (at, trial) in trials.iter().enumerate() {
        check_trial(&format!("trials[{at}]"), at, trial, study)?;
    }
    let numbers = if trials.is_empty() { "null".into() } else { format!("null | 0 .. {} (int)", trials.len() - 1) };
    let is_trial = |number: &Value| number.as_u64().is_some_and(|number| number < trials.len() as u64);
    match root.get("best") {
        None | Some(Value::Null) => {}
        Some(best) if is_trial(best) => {}
        Some(best) => return Err(outside("best", best, &numbers)),
    }
    match root.get("test") {
        None | Some(Value::Null) => Ok(()),
        Some(test) => {
            let own = object("test", test)?;
            only(own, "test", &OF_TEST)?;
            let trial = own.get("trial").unwrap_or(&Value::Null);
            if !is_trial(trial) {
                return Err(outside("test.trial", trial, &numbers));
            }
            ["loss", "metric"].iter().try_for_each(|name| number("test", name, own.get(*name)))
        }
    }
}

fn check_trial(key: &str, at: usize, trial: &Value, study: &Study) -> Result<()> {
    let own = object(key, trial)?;
    only(own, key, &OF_TRIAL)?;
    let part = |name: &str| own.get(name).unwrap_or(&Value::Null);
    if part("number").as_u64() != Some(at as u64) {
        let accepted = format!("{at}, since trials stand in number order from 0");
        return Err(wrong(&format!("{key}.number"), part("number"), &accepted));
    }
    if !part("state").as_str().is_some_and(|state| STATES.split(" | ").any(|known| known == state)) {
        return Err(outside(&format!("{key}.state"), part("state"), STATES));
    }
    let params = object(&format!("{key}.params"), part("params"))?;
    let is_known = |name: &String| name == EPOCHS || study.space.iter().any(|(axis, _)| axis == name);
    if let Some(name) = params.keys().find(|name| !is_known(name)) {
        let axes: Vec<&str> = study.space.iter().map(|(axis, _)| axis.as_str()).collect();
        let (key, accepted) = (format!("{key}.params.{name}"), axes.join(", "));
        return Err(Error::UnknownKey { key, within: "study.space".into(), accepted });
    }
    for name in ["value", "steps", "evaluations", "diverged_at", "kept_epoch", "seed"] {
        number(key, name, own.get(name).filter(|value| !value.is_null()).or(Some(&Value::from(0))))?;
    }
    let epochs = part("epochs");
    let list =
        epochs.as_array().ok_or_else(|| wrong(&format!("{key}.epochs"), epochs, "[{\"epoch\": 1, ...}, ...]"))?;
    let mut before = 0;
    for (at, epoch) in list.iter().enumerate() {
        let key = format!("{key}.epochs[{at}]");
        let own = object(&key, epoch)?;
        only(own, &key, &OF_EPOCH)?;
        let found = own.get("epoch").unwrap_or(&Value::Null);
        match found.as_u64().filter(|&epoch| epoch > before) {
            Some(epoch) => before = epoch,
            None => return Err(wrong(&format!("{key}.epoch"), found, "a whole number above that of the epoch before")),
        }
        for (name, value) in own.iter().filter(|(name, value)| !PARTS.contains(&name.as_str()) && !value.is_null()) {
            number(&key, name, Some(value))?;
        }
    }
    Ok(())
}

fn wrong(key: &str, found: &Value, accepted: &str) -> Error {
    Error::WrongType { key: key.into(), found: shown(found), accepted: accepted.into() }
}

fn outside(key: &str, found: &Value, accepted: &str) -> Error {
    Error::OutOfRange { key: key.into(), found: shown(found), accepted: accepted.into() }
}

fn object<'a>(key: &str, value: &'a Value) -> Result<&'a Map<String, Value>> {
    value.as_object().ok_or_else(|| wrong(key, value, "{...}"))
}

/// A number, or one that JSON lacks by its name.
fn number(within: &str, name: &str, value: Option<&Value>) -> Result<()> {
    let value = value.unwrap_or(&Value::Null);
    let accepted = "a number, \"NaN\", \"Infinity\" or \"-Infinity\"";
    real(value).map(drop).ok_or_else(|| wrong(&format!("{within}.{name}"), value, accepted))
}

fn only(object: &Map<String, Value>, within: &str, known: &[&str]) -> Result<()> {
    match object.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Error::UnknownKey {
            key: if within.is_empty() { name.clone() } else { format!("{within}.{name}") },
            within: if within.is_empty() { "result".into() } else { within.into() },
            accepted: known.join(", "),
        }),
    }
}

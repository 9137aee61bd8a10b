//! A study's `stages`: coarse to fine. Each has its own epochs and trials, and all but the first search a smaller box around the
//! best trial before them.

use super::keys::only;
use super::table;
use crate::error::{Error, Result};
use crate::space::numbers::{format_number, real, shown};
use serde_json::{Value, json};

/// One stage of a study.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// Epochs of its trials.
    pub epochs: u32,
    /// How many trials it has.
    pub trials: u32,
    /// What its box has of each range of the box before, in the range's scale.
    pub shrink: f64,
}

const MAX_STAGES: usize = 20;
const MAX_TRIALS: f64 = 100_000.0;
const SHRINK: f64 = 0.5;

impl Stage {
    /// Reads a study's `stages`; missing or null means none.
    ///
    /// # Errors
    /// What is no list of stages.
    pub fn parse_all(value: Option<&Value>) -> Result<Vec<Self>> {
        let value = value.unwrap_or(&Value::Null);
        if value.is_null() {
            return Ok(Vec::new());
        }
        let accepted = "null | [{\"epochs\", \"trials\", \"shrink\"}, ...]";
        let wrong = |key: String, found: &Value, accepted: &str| Error::WrongType {
            key,
            found: shown(found),
            accepted: accepted.into(),
        };
        let list = value.as_array().ok_or_else(|| wrong("stages".into(), value, accepted))?;
        if list.is_empty() || list.len() > MAX_STAGES {
            return Err(Error::OutOfRange {
                key: "stages".into(),
                found: format!("[...] ({})", list.len()),
                accepted: format!("1 .. {MAX_STAGES}"),
            });
        }
        let read = |(at, stage): (usize, &Value)| {
            let within = format!("stages[{at}]");
            if !stage.is_object() {
                return Err(wrong(within, stage, "{\"epochs\", \"trials\", \"shrink\"}"));
            }
            only(stage, &within, &["epochs", "trials", "shrink"])?;
            let given = |name: &str| {
                let missing = || Error::Missing { key: format!("{within}.{name}"), accepted: "epochs, trials".into() };
                stage.get(name).ok_or_else(missing)
            };
            let epochs = given("epochs")?;
            if let Some(row) = table::find("epochs") {
                row.accept(&format!("{within}.epochs"), epochs)?;
            }
            let trials = number(&format!("{within}.trials"), given("trials")?, 1.0, MAX_TRIALS, true)?;
            let shrink = match stage.get("shrink") {
                Some(found) => number(&format!("{within}.shrink"), found, 0.001, 1.0, false)?,
                None => SHRINK,
            };
            Ok(Self { epochs: epochs.as_f64().unwrap_or_default() as u32, trials: trials as u32, shrink })
        };
        list.iter().enumerate().map(read).collect()
    }

    /// The stage as the study's document has it.
    pub fn to_json(&self) -> Value {
        let Self { epochs, trials, shrink } = self;
        json!({"epochs": epochs, "trials": trials, "shrink": shrink})
    }
}

/// A number within bounds, whole where it has to be.
fn number(key: &str, found: &Value, low: f64, high: f64, is_whole: bool) -> Result<f64> {
    let accepted = format!("{} .. {}{}", format_number(low), format_number(high), if is_whole { " (int)" } else { "" });
    let key = key.to_owned();
    let Some(x) = real(found).filter(|x| !(is_whole && x.is_finite() && libm::trunc(*x) != *x)) else {
        return Err(Error::WrongType { key, found: shown(found), accepted });
    };
    if (low..=high).contains(&x) { Ok(x) } else { Err(Error::OutOfRange { key, found: shown(found), accepted }) }
}

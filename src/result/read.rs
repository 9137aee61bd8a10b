//! A trial of a result document, read back.

use super::{Copied, EpochRecord, Recorded, Spread, TrialRecord, TrialState};
use crate::study::{Record, Records};
use serde_json::{Map, Value};

/// A number, or one that JSON lacks by its name.
fn real(value: &Value) -> Option<f64> {
    match value.as_str() {
        Some("NaN") => Some(f64::NAN),
        Some("Infinity") => Some(f64::INFINITY),
        Some("-Infinity") => Some(f64::NEG_INFINITY),
        Some(_) => None,
        None => value.as_f64(),
    }
}

/// [`real`] of what may be null or missing.
#[expect(clippy::option_option, reason = "what is null is there, and is not what is none at all")]
fn maybe(value: &Value) -> Option<Option<f64>> {
    if value.is_null() { Some(None) } else { real(value).map(Some) }
}

/// A whole number that may be null or missing.
#[expect(clippy::option_option, reason = "as above")]
fn count(value: &Value) -> Option<Option<u64>> {
    if value.is_null() { Some(None) } else { value.as_u64().map(Some) }
}

/// The trial that a document's part is, with the parameters that it has there; `None` of anything else. `records` are what
/// its study writes down of each layer.
pub fn trial(document: &Value, params: &Map<String, Value>, records: Records) -> Option<TrialRecord> {
    let epochs = document["epochs"].as_array()?.iter();
    let copy_of = &document["copy_of"];
    let copied =
        || Some(Copied { trial: copy_of["trial"].as_u64()? as u32, epoch: copy_of["epoch"].as_u64()? as usize });
    Some(TrialRecord {
        number: document["number"].as_u64()? as u32,
        state: *TrialState::ALL
            .iter()
            .find(|state| serde_json::to_value(state).is_ok_and(|name| name == document["state"]))?,
        params: params.clone(),
        value: maybe(&document["value"])?,
        seed: document["seed"].as_u64()?,
        epochs: epochs.map(|one| epoch(one, records)).collect::<Option<_>>()?,
        steps: document["steps"].as_u64()?,
        evaluations: count(&document["evaluations"])?,
        diverged_at: count(&document["diverged_at"])?,
        copy_of: if copy_of.is_null() { None } else { Some(copied()?) },
        kept_epoch: count(&document["kept_epoch"])?.map(|epoch| epoch as u32),
    })
}

fn epoch(document: &Value, records: Records) -> Option<EpochRecord> {
    let spread = &document["spread"];
    let spread_of = || {
        Some(Spread {
            train_loss: real(&spread["train_loss"])?,
            validation_loss: maybe(&spread["validation_loss"])?,
            train_metric: real(&spread["train_metric"])?,
            validation_metric: maybe(&spread["validation_metric"])?,
        })
    };
    Some(EpochRecord {
        epoch: document["epoch"].as_u64()? as usize,
        train_loss: real(&document["train_loss"])?,
        validation_loss: maybe(&document["validation_loss"])?,
        train_metric: real(&document["train_metric"])?,
        validation_metric: maybe(&document["validation_metric"])?,
        learning_rate: real(&document["learning_rate"])?,
        seconds: real(&document["seconds"])?,
        spread: if spread.is_null() { None } else { Some(Box::new(spread_of()?)) },
        recorded: if document["layers"].is_null() { None } else { Some(Box::new(recorded(document, records)?)) },
    })
}

fn recorded(document: &Value, records: Records) -> Option<Recorded> {
    let mut numbers = Vec::new();
    for layer in document["layers"].as_array()? {
        for record in records.iter() {
            numbers.push(real(&layer[record.name()])?);
        }
    }
    if records.has(Record::Curvature) {
        for name in super::recorded::CURVATURE {
            // What an optimizer has not is null there.
            numbers.push(maybe(&document["curvature"][name])?.unwrap_or(f64::NAN));
        }
    }
    Recorded::new(records, numbers)
}

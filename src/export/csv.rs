//! A result as one table: a row an epoch.

use crate::study::Study;
use serde_json::{Map, Value};

/// What each row has of its trial.
const OF_TRIAL: [&str; 5] = ["number", "state", "value", "steps", "diverged_at"];

/// The table of a result's trials: what is of a trial, its settings in the study's order, then what is of an epoch.
pub fn write(trials: &[Value], study: &Study) -> String {
    let is_drawn = |name: &str| trials.iter().any(|trial| !trial["params"][name].is_null());
    let of_trial = OF_TRIAL.iter().map(|name| format!("trial_{name}"));
    let axes = study.space.iter().map(|(name, _)| name).filter(|name| is_drawn(name));
    // What stages or a program has given trials beside that.
    let others = trials.iter().filter_map(|trial| trial["params"].as_object()).flat_map(Map::keys);
    let params = axes.chain(others).map(|name| format!("param_{name}"));
    table(&of_trial.chain(params).collect::<Vec<_>>(), &trials.iter().flat_map(rows_of).collect::<Vec<_>>())
}

/// A row for each epoch of a trial, and one for a trial that has none.
fn rows_of(trial: &Value) -> Vec<Map<String, Value>> {
    let mut own = Map::new();
    for name in OF_TRIAL {
        own.insert(format!("trial_{name}"), trial[name].clone());
    }
    // An epoch has a learning rate of its own.
    let params = trial["params"].as_object().into_iter().flatten();
    own.extend(params.map(|(name, value)| (format!("param_{name}"), value.clone())));
    let epochs = trial["epochs"].as_array().map_or(&[][..], Vec::as_slice);
    let row = |epoch: &Value| {
        let mut row = own.clone();
        for (name, value) in epoch.as_object().into_iter().flatten() {
            match (name.as_str(), value) {
                ("layers", Value::Array(layers)) => {
                    for (at, layer) in layers.iter().enumerate() {
                        let numbers = layer.as_object().into_iter().flatten();
                        row.extend(numbers.map(|(name, x)| (format!("{name}_{}", at + 1), x.clone())));
                    }
                }
                ("spread", Value::Object(of)) => {
                    row.extend(of.iter().map(|(name, x)| (format!("{name}_spread"), x.clone())));
                }
                (_, Value::Object(of)) => row.extend(of.iter().map(|(of, x)| (format!("{name}_{of}"), x.clone()))),
                _ => {
                    row.insert(name.clone(), value.clone());
                }
            }
        }
        row
    };
    if epochs.is_empty() { vec![own] } else { epochs.iter().map(row).collect() }
}

/// The rows under the names of all their columns, `first` before the others; what a row lacks is empty.
fn table(first: &[String], rows: &[Map<String, Value>]) -> String {
    let mut columns: Map<String, Value> = Map::new();
    for name in first.iter().chain(rows.iter().flat_map(Map::keys)) {
        if !columns.contains_key(name) {
            columns.insert(name.clone(), Value::Null);
        }
    }
    let written = |value: Option<&Value>| match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => quoted(text),
        Some(other) => quoted(&other.to_string()),
    };
    let mut lines = vec![columns.keys().map(|name| quoted(name)).collect::<Vec<_>>().join(",")];
    lines
        .extend(rows.iter().map(|row| columns.keys().map(|name| written(row.get(name))).collect::<Vec<_>>().join(",")));
    lines.join("\n") + "\n"
}

/// A cell, in quotes where something in it would end it.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.into() }
}

//! `tune export`: a result document as something that other programs read.

use crate::commands::{check_output, print, read};
use clap::{Args, ValueEnum};
use serde_json::{Map, Value};
use std::path::PathBuf;
use std::process::ExitCode;
use tuning_playground::result::FORMAT;
use tuning_playground::{Error, Result, json};

/// What a result can be made.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum To {
    /// A row an epoch, with its trial's settings, scores, and all that the study has recorded.
    Csv,
    OptunaJournal,
    WandbSweep,
    RayTune,
    Pytorch,
}

#[derive(Args)]
pub struct Options {
    /// The result document.
    result: PathBuf,
    /// What it is made.
    #[arg(long, value_enum)]
    to: To,
    /// Writes it here; - and nothing are standard output.
    #[arg(short, long)]
    output: Option<PathBuf>,
}

/// `tune export`.
pub fn run(options: &Options) -> Result<ExitCode> {
    let file = options.output.as_deref().filter(|output| output.as_os_str() != "-");
    file.map_or(Ok(()), check_output)?;
    if options.to != To::Csv {
        let found = options.to.to_possible_value().map_or_else(String::new, |one| one.get_name().into());
        return Err(Error::NotYet { key: "--to".into(), found, accepted: "csv".into() });
    }
    let problem = |detail: &str| Error::File { path: options.result.display().to_string(), detail: detail.into() };
    let text = read(&options.result)?;
    let result = json::parse(text.trim_start_matches('\u{feff}')).map_err(|error| problem(&error.to_string()))?;
    if result["format"] != FORMAT {
        return Err(problem(&format!("this is no {FORMAT} document")));
    }
    let Value::Array(trials) = &result["trials"] else { return Err(problem("trials is missing")) };
    let rows: Vec<Map<String, Value>> = trials.iter().flat_map(rows_of).collect();
    let table = table(&rows).map_err(|error| problem(&error.to_string()))?;
    match file {
        Some(path) => std::fs::write(path, table)
            .map_err(|error| Error::File { path: path.display().to_string(), detail: error.to_string() })?,
        None => print(&table)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A row for each epoch of a trial, and one for a trial that has none.
fn rows_of(trial: &Value) -> Vec<Map<String, Value>> {
    let mut own = Map::new();
    for name in ["number", "state", "value", "steps", "diverged_at"] {
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

/// The rows under the names of all their columns; what a row lacks is empty.
fn table(rows: &[Map<String, Value>]) -> std::result::Result<String, csv::Error> {
    let mut columns: Map<String, Value> = Map::new();
    for name in rows.iter().flat_map(Map::keys) {
        if !columns.contains_key(name) {
            columns.insert(name.clone(), Value::Null);
        }
    }
    let written = |value: Option<&Value>| match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns.keys())?;
    for row in rows {
        writer.write_record(columns.keys().map(|name| written(row.get(name))))?;
    }
    writer.flush()?;
    Ok(String::from_utf8_lossy(writer.get_ref()).into_owned())
}

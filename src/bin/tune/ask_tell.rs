//! `tune ask-tell`: the samplers for any language, as JSON lines on standard input and output.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, Read as _, Write};
use std::process::ExitCode;
use tuning_playground::json::{is_not_finite, parse_bare};
use tuning_playground::search::{self, Outcome};
use tuning_playground::space::Distribution;
use tuning_playground::space::numbers::MAX_WHOLE;
use tuning_playground::study::SamplerSpec;
use tuning_playground::{Error, Result};

const MAX_TRIALS: f64 = 100_000.0;
/// The most bytes of a line: an input without ends of lines need not end.
const MAX_LINE: u64 = 16 << 20;

/// What the first line asks for.
struct Search {
    space: Vec<(String, Distribution)>,
    sampler: SamplerSpec,
    seed: u64,
    trials: u32,
}

impl Search {
    fn read(line: &Map<String, Value>) -> Result<Self> {
        only(line, &["space", "sampler", "seed", "trials"], "the first line")?;
        let missing = || Error::Missing { key: "space".into(), accepted: "{\"name\": {\"type\": ...}, ...}".into() };
        let space = line.get("space").ok_or_else(missing)?;
        let ranges = space.as_object().ok_or_else(|| wrong("space", space, "{\"name\": {\"type\": ...}, ...}"))?;
        let parse = |(name, range)| Ok((String::clone(name), Distribution::parse(&format!("space.{name}"), range)?));
        let sampler = match line.get("sampler") {
            Some(Value::String(name)) => Some(json!({"name": name})),
            other => other.cloned(),
        };
        let search = Self {
            space: ranges.iter().map(parse).collect::<Result<_>>()?,
            sampler: SamplerSpec::parse_asking(sampler.as_ref())?,
            seed: whole(line, "seed", 0.0, 0.0, MAX_WHOLE - 1.0)? as u64,
            trials: whole(line, "trials", 64.0, 1.0, MAX_TRIALS)? as u32,
        };
        search.sampler.check(&search.space, search.trials, || search.sampler.n_combinations(&search.space))?;
        Ok(search)
    }
}

/// Runs one search; the end of the input ends it early.
pub fn run(input: impl BufRead, mut output: impl Write) -> Result<ExitCode> {
    let mut lines = Lines { input, number: 0 };
    let missing = || Error::Missing { key: "the first line".into(), accepted: "{\"space\": {...}, ...}".into() };
    let first = lines.next()?.ok_or_else(missing)?;
    let search = Search::read(&first).map_err(|error| lines.problem(&error))?;
    let mut sampler = search::start(&search.sampler, &search.space, search.seed);
    let mut first = 0;
    while first < search.trials {
        let round = first..search.trials.min(first.saturating_add(search.sampler.asked_at_once()));
        let asked: Vec<_> = round.map_while(|number| Some((number, sampler.ask(number)?))).collect();
        for (number, params) in &asked {
            writeln!(output, "{}", json!({"number": number, "params": params}))
                .and_then(|()| output.flush())
                .map_err(|error| Error::File { path: "standard output".into(), detail: error.to_string() })?;
        }
        // Values come in any order; the sampler hears of them in that of the numbers.
        let mut values: BTreeMap<u32, Option<f64>> = asked.iter().map(|(number, _)| (*number, None)).collect();
        while values.values().any(Option::is_none) {
            let Some(told) = lines.next()? else { return Ok(ExitCode::SUCCESS) };
            let (number, value) = read_result(&told, &values).map_err(|error| lines.problem(&error))?;
            values.insert(number, Some(value));
        }
        if values.is_empty() {
            break;
        }
        first += values.len() as u32;
        for (number, value) in values {
            sampler.tell(&Outcome::whole(number, value.unwrap_or(f64::NAN)));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The number and the value that are told of one of the trials that wait for it.
fn read_result(told: &Map<String, Value>, values: &BTreeMap<u32, Option<f64>>) -> Result<(u32, f64)> {
    only(told, &["number", "value"], "a result")?;
    let waiting: Vec<u32> = values.iter().filter(|(_, value)| value.is_none()).map(|(number, _)| *number).collect();
    let numbers: Vec<String> = waiting.iter().map(u32::to_string).collect();
    let accepted = format!("the number of the trial that was asked: {}", numbers.join(" | "));
    let missing = || Error::Missing { key: "number".into(), accepted: accepted.clone() };
    let found = told.get("number").ok_or_else(missing)?;
    let number = waiting.into_iter().find(|&number| found.as_f64() == Some(f64::from(number)));
    let number = number.ok_or_else(|| wrong("number", found, &accepted))?;
    read_value(told).map(|value| (number, value))
}

/// A result's value; not a number where the trial has failed.
fn read_value(told: &Map<String, Value>) -> Result<f64> {
    let found = told.get("value").unwrap_or(&Value::Null);
    match found {
        // A trial that has no value, or none that is finite, has failed; the search goes on.
        Value::Null => Ok(f64::NAN),
        Value::String(text) if is_not_finite(text) => Ok(f64::NAN),
        _ => found
            .as_f64()
            .ok_or_else(|| wrong("value", found, "a number, or null, NaN, inf or -inf for a failed trial")),
    }
}

struct Lines<R> {
    input: R,
    number: u32,
}

impl<R: BufRead> Lines<R> {
    /// The next line that is not blank, or `None` at the end.
    fn next(&mut self) -> Result<Option<Map<String, Value>>> {
        let mut line = String::new();
        while line.trim().is_empty() {
            line.clear();
            self.number += 1;
            let mut part = (&mut self.input).take(MAX_LINE);
            if part.read_line(&mut line).map_err(|error| self.problem(&error))? == 0 {
                return Ok(None);
            }
            if line.len() as u64 == MAX_LINE && !line.ends_with('\n') {
                return Err(self.problem(&format!("it is longer than {} MB", MAX_LINE >> 20)));
            }
            // A byte order mark is no part of what was written.
            line = line.trim_start_matches('\u{feff}').to_owned();
        }
        match parse_bare(&line).map_err(|error| self.problem(&error))? {
            Value::Object(object) => Ok(Some(object)),
            _ => Err(self.problem(&"it is not a JSON object")),
        }
    }

    fn problem(&self, detail: &impl ToString) -> Error {
        Error::File { path: format!("line {} of standard input", self.number), detail: detail.to_string() }
    }
}

fn wrong(key: &str, found: &Value, accepted: &str) -> Error {
    Error::WrongType { key: key.into(), found: found.to_string(), accepted: accepted.into() }
}

fn only(object: &Map<String, Value>, known: &[&str], within: &str) -> Result<()> {
    match object.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(key) => Err(Error::UnknownKey { key: key.clone(), within: within.into(), accepted: known.join(", ") }),
    }
}

fn whole(object: &Map<String, Value>, key: &str, default: f64, low: f64, high: f64) -> Result<f64> {
    let Some(found) = object.get(key) else { return Ok(default) };
    let accepted = format!("{low} .. {high} (int)");
    let x = found.as_f64().filter(|x| x.fract() == 0.0).ok_or_else(|| wrong(key, found, &accepted))?;
    if (low..=high).contains(&x) {
        return Ok(x);
    }
    Err(Error::OutOfRange { key: key.into(), found: found.to_string(), accepted })
}

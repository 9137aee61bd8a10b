//! `tune ask-tell`: the samplers for any language, as JSON lines on standard input and output.

use serde_json::{Map, Value, json};
use std::io::{BufRead, Write};
use std::process::ExitCode;
use tuning_playground::json::parse;
use tuning_playground::search::{self, Outcome};
use tuning_playground::space::Distribution;
use tuning_playground::study::SamplerSpec;
use tuning_playground::{Error, Result};

const MAX_TRIALS: f64 = 100_000.0;
/// Seeds are whole numbers below 2^53, which every JSON reader keeps exact.
const MAX_SEED: f64 = 9_007_199_254_740_991.0;

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
            sampler: SamplerSpec::parse(sampler.as_ref())?,
            seed: whole(line, "seed", 0.0, 0.0, MAX_SEED)? as u64,
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
    for number in 0..search.trials {
        let Some(params) = sampler.ask(number) else { break };
        writeln!(output, "{}", json!({"number": number, "params": params}))
            .and_then(|()| output.flush())
            .map_err(|error| Error::File { path: "standard output".into(), detail: error.to_string() })?;
        let Some(told) = lines.next()? else { break };
        let value = read_value(&told, number).map_err(|error| lines.problem(&error))?;
        sampler.tell(&Outcome { number, value });
    }
    Ok(ExitCode::SUCCESS)
}

/// The value told for trial `number`.
fn read_value(told: &Map<String, Value>, number: u32) -> Result<f64> {
    only(told, &["number", "value"], "a result")?;
    let field = |key: &str, accepted: &str| {
        told.get(key).ok_or_else(|| Error::Missing { key: key.into(), accepted: accepted.into() })
    };
    let found = field("number", &format!("the number of the trial that was asked: {number}"))?;
    if found.as_f64() != Some(f64::from(number)) {
        return Err(wrong("number", found, &format!("the number of the trial that was asked: {number}")));
    }
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

/// Whether this is a name of a number that JSON lacks, as programs write them.
fn is_not_finite(text: &str) -> bool {
    let name = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
    matches!(name.as_str(), "nan" | "inf" | "infinity")
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
            if self.input.read_line(&mut line).map_err(|error| self.problem(&error))? == 0 {
                return Ok(None);
            }
            // A byte order mark is no part of what was written.
            line = line.trim_start_matches('\u{feff}').to_owned();
        }
        // Programs write NaN and inf bare, which is not JSON.
        let value = parse(&line).or_else(|error| parse(&quoted(&line)).map_err(|_| error));
        match value.map_err(|error| self.problem(&error))? {
            Value::Object(object) => Ok(Some(object)),
            _ => Err(self.problem(&"it is not a JSON object")),
        }
    }

    fn problem(&self, detail: &impl ToString) -> Error {
        Error::File { path: format!("line {} of standard input", self.number), detail: detail.to_string() }
    }
}

/// The line with bare names of numbers that JSON lacks (`nan`, `-inf`, `Infinity`) as strings.
fn quoted(line: &str) -> String {
    let (mut out, mut word) = (String::new(), String::new());
    let (mut in_text, mut escaped) = (false, false);
    let end_word = |word: &mut String, out: &mut String| {
        let quote = if is_not_finite(word) { "\"" } else { "" };
        out.extend([quote, word, quote]);
        word.clear();
    };
    for sign in line.chars() {
        if !in_text && (sign.is_ascii_alphanumeric() || matches!(sign, '+' | '-' | '.')) {
            word.push(sign);
            continue;
        }
        end_word(&mut word, &mut out);
        out.push(sign);
        in_text ^= sign == '"' && !escaped;
        escaped = in_text && sign == '\\' && !escaped;
    }
    end_word(&mut word, &mut out);
    out
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

//! A journal read back: ours, and Optuna's own.

use super::{FORMAT, OWN, op, real};
use crate::error::{Error, Result};
use crate::json::{parse, parse_bare};
use crate::result::{EngineInfo, FORMAT as RESULT, best};
use crate::study::{Direction, Metric, Study};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The last operation that Optuna has, as of its version 5.
const LAST_OP: u64 = 10;
/// Epochs that a trial may have.
const MOST_EPOCHS: i64 = 10_000;

/// A study of a journal.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The name that Optuna has of it.
    pub name: String,
    /// What is good: 1 is less, 2 is more.
    direction: u64,
    /// Our own attribute: the study's document, and what has trained.
    own: Option<Value>,
    /// The study's documents, of which each had more to train than the one before.
    studies: Vec<Value>,
    /// Its trials, in the order of their numbers.
    pub trials: Vec<Row>,
    is_deleted: bool,
}

/// A trial of a journal.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Drawn parameters, as a result has them.
    pub params: Map<String, Value>,
    state: u64,
    value: Option<f64>,
    values: BTreeMap<i64, f64>,
    /// Our own attribute: the trial's document, but for its parameters.
    own: Option<Value>,
}

/// The lines that are whole, and what stands behind the last newline: a line that is being written, or was cut off.
pub fn whole_lines(text: &str) -> (&str, &str) {
    let end = text.rfind('\n').map_or(0, |at| at + 1);
    let cut = &text[end..];
    // What is whole but for its newline counts, a document of several lines, too.
    let is_whole = |text| parse_bare(text).is_ok_and(|one| one.is_object());
    if is_whole(cut) || is_whole(text) { (text, "") } else { (&text[..end], cut) }
}

/// The studies in a journal's whole lines.
///
/// # Errors
/// The first line that is none of Optuna's, as far as this version knows them.
pub fn read(text: &str) -> Result<Vec<Kept>> {
    let mut studies: Vec<Kept> = Vec::new();
    // Of each trial the study's and its own place.
    let mut places: Vec<(usize, usize)> = Vec::new();
    if let Some(format) = parse_bare(text).ok().as_ref().and_then(|document| document["format"].as_str()) {
        let detail = format!(
            "it begins a document, {format}, and no journal; `tune export --to optuna-journal` makes one of a result, and the \
             page opens a result as it is"
        );
        return Err(Error::File { path: "line 1 of the journal".into(), detail });
    }
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let problem =
            |detail: &str| Error::File { path: format!("line {} of the journal", at + 1), detail: detail.into() };
        if line.trim().is_empty() {
            continue;
        }
        let entry = parse_bare(line).map_err(|error| {
            problem(&format!(
                "it is not whole JSON (column {}): two programs wrote at once, or the disk was full; mend it or remove it",
                error.column()
            ))
        })?;
        let code = entry["op_code"].as_u64().ok_or_else(|| {
            problem("op_code is missing, so this is no journal of Optuna's; its lines are {\"op_code\": 0, ...}")
        })?;
        if code > LAST_OP {
            let detail = format!(
                "op_code {code} is of a later version of Optuna than this one reads (0 .. {LAST_OP}); \
                 export the study anew, or update tune"
            );
            return Err(problem(&detail));
        }
        if code == op::CREATE_STUDY {
            let name = entry["study_name"].as_str().ok_or_else(|| problem("study_name is missing"))?;
            let directions = entry["directions"].as_array().filter(|list| list.len() == 1);
            let direction = directions.and_then(|list| list[0].as_u64()).filter(|one| (1..=2).contains(one));
            let direction = direction.ok_or_else(|| problem("directions must be [1] or [2]: one objective"))?;
            // Optuna takes no notice of a second study of the same name.
            if !studies.iter().any(|study| study.name == name && !study.is_deleted) {
                let (own, of, trials) = (None, Vec::new(), Vec::new());
                studies.push(Kept { name: name.into(), direction, own, studies: of, trials, is_deleted: false });
            }
            continue;
        }
        let field = |name: &str| entry[name].as_u64().map(|id| id as usize);
        if code <= op::CREATE_TRIAL {
            let id = field("study_id").ok_or_else(|| problem("study_id is missing"))?;
            let Some(study) = studies.get_mut(id) else {
                return Err(problem(&format!("study {id} was never created")));
            };
            match code {
                1 => study.is_deleted = true,
                op::STUDY_ATTRIBUTE => {
                    if let Some(own) = entry["user_attr"].get(OWN) {
                        check_format(own).map_err(|detail| problem(&detail))?;
                        study.studies.push(own["study"].clone());
                        study.own = Some(own.clone());
                    }
                }
                op::CREATE_TRIAL => {
                    places.push((id, study.trials.len()));
                    study.trials.push(created(&entry).map_err(|detail| problem(&detail))?);
                }
                _ => {}
            }
            continue;
        }
        if code == LAST_OP {
            continue;
        }
        let id = field("trial_id").ok_or_else(|| problem("trial_id is missing"))?;
        let Some(&(study, place)) = places.get(id) else {
            return Err(problem(&format!("trial {id} was never created")));
        };
        let row = &mut studies[study].trials[place];
        // Optuna takes no notice of what is said of a trial that has ended.
        if row.is_ended() {
            continue;
        }
        told(row, code, &entry).map_err(|detail| problem(&detail))?;
    }
    Ok(studies.into_iter().filter(|study| !study.is_deleted).collect())
}

/// Refuses our attribute in a version to come.
fn check_format(own: &Value) -> core::result::Result<(), String> {
    if own["format"] == FORMAT {
        return Ok(());
    }
    Err(format!("format is {}; this version reads \"{FORMAT}\": update tune, or name another file", own["format"]))
}

fn created(entry: &Value) -> core::result::Result<Row, String> {
    let mut row = Row { state: entry["state"].as_u64().unwrap_or(op::RUNNING), ..Row::default() };
    for (name, value) in entry["params"].as_object().into_iter().flatten() {
        row.params.insert(name.clone(), external(value, &entry["distributions"][name])?);
    }
    row.value = real(&entry["value"]).or_else(|| real(&entry["values"][0]));
    for (step, value) in entry["intermediate_values"].as_object().into_iter().flatten() {
        if let (Ok(step), Some(value)) = (step.parse(), real(value)) {
            row.values.insert(step, value);
        }
    }
    row.own = entry["user_attrs"].get(OWN).cloned();
    Ok(row)
}

fn told(row: &mut Row, code: u64, entry: &Value) -> core::result::Result<(), String> {
    match code {
        5 => {
            let name = entry["param_name"].as_str().ok_or("param_name is missing")?;
            row.params.insert(name.into(), external(&entry["param_value_internal"], &entry["distribution"])?);
        }
        op::END_TRIAL => {
            row.state = entry["state"].as_u64().ok_or("state is missing")?;
            row.value = real(&entry["values"][0]).or(row.value);
        }
        op::EPOCH => {
            let step = entry["step"].as_i64().ok_or("step is missing")?;
            row.values.insert(step, real(&entry["intermediate_value"]).ok_or("intermediate_value is missing")?);
        }
        op::TRIAL_ATTRIBUTE => {
            if let Some(own) = entry["user_attr"].get(OWN) {
                row.own = Some(own.clone());
            }
        }
        _ => {}
    }
    Ok(())
}

/// A parameter's value out of what Optuna keeps of it.
fn external(internal: &Value, distribution: &Value) -> core::result::Result<Value, String> {
    let wrong = || format!("{internal} is no value of the distribution {distribution}");
    let x = internal.as_f64().ok_or_else(wrong)?;
    let parsed = distribution.as_str().and_then(|text| parse(text).ok()).ok_or_else(wrong)?;
    let name = parsed["name"].as_str().unwrap_or_default();
    if name == "CategoricalDistribution" {
        return parsed["attributes"]["choices"].get(x as usize).cloned().ok_or_else(wrong);
    }
    Ok(if name.starts_with("Int") { json!(x as i64) } else { json!(x) })
}

impl Kept {
    /// The document of the study that the journal was written of.
    pub fn study(&self) -> Option<&Value> {
        self.own.as_ref().map(|own| &own["study"])
    }

    /// What trained its trials, as far as it says.
    pub fn engine(&self) -> Option<EngineInfo> {
        let engine = &self.own.as_ref()?["engine"];
        let text = |key: &str| engine[key].as_str().unwrap_or_default().into();
        let number = |key: &str| engine[key].as_u64().unwrap_or_default() as u32;
        Some(EngineInfo {
            version: text("version"),
            numerics: number("numerics"),
            backend: text("backend"),
            adapter: text("adapter"),
            strategy: text("plan"),
            workers: number("workers"),
        })
    }

    /// Whether nothing but its name is told of it: a run was cut off in its very first lines, or Optuna has created it.
    pub fn is_bare(&self, study: &Study) -> bool {
        let direction = if study.direction == Direction::Minimize { 1 } else { 2 };
        self.own.is_none() && self.trials.is_empty() && self.name == study.title() && self.direction == direction
    }

    /// Refuses to go on with what another study, or another way to train, has begun. `engine` is what trains now.
    ///
    /// # Errors
    /// The keys in which they differ.
    pub fn check(&self, study: &Study, engine: &Value) -> Result<()> {
        let other = |detail: String| {
            let path = format!("the journal of \"{}\"", self.name);
            Err(Error::File { path, detail: detail + "; name another file, or delete this one" })
        };
        let Some(own) = &self.own else {
            return other("it was not written by tune, which can look at it (`tune import`) but not add to it".into());
        };
        let names = match Study::check(&own["study"]) {
            Ok(before) => study.differs(&before),
            // What another version has checked may mean anything.
            Err(_) => vec!["study".into()],
        };
        if !names.is_empty() || self.name != study.title() {
            let names = if names.is_empty() { "name".into() } else { names.join(", ") };
            return other(format!("it is of another study: {names} differ"));
        }
        for key in ["backend", "numerics"] {
            if own["engine"][key] != engine[key] {
                let (had, has) = (&own["engine"][key], &engine[key]);
                return other(format!(
                    "its trials were trained with {key} {had}, and now it is {has}, which would mix two kinds of bits"
                ));
            }
        }
        Ok(())
    }

    /// What is trained one after the other by a run that goes on with this study: what earlier runs have trained, each with more
    /// than the one before, and at last the study.
    pub fn steps_to(&self, study: &Study) -> Vec<Study> {
        let mut steps: Vec<Study> = Vec::new();
        for one in self.studies.iter().filter_map(|document| study.changed(document).ok()) {
            if study.has_more_than(&one) && steps.last().is_none_or(|before| one.has_more_than(before)) {
                steps.push(one);
            }
        }
        steps.push(study.clone());
        steps
    }

    /// Whether the study has more to train than what the journal was last written of.
    pub fn is_given_more(&self, study: &Study) -> bool {
        let last = self.studies.last().and_then(|document| study.changed(document).ok());
        last.is_some_and(|last| study.has_more_than(&last))
    }

    /// The trials that have ended and whose every epoch is known: number, parameters, and the trial's document.
    pub fn ended(&self) -> impl Iterator<Item = (u32, Map<String, Value>, &Value)> {
        let numbered = (0..).zip(&self.trials).filter(|(_, row)| row.is_ended());
        numbered.filter_map(|(number, row)| Some((number, row.all_params(), row.own.as_ref()?)))
    }

    /// The result that it is, of our own study or of a given one.
    ///
    /// # Errors
    /// A journal that does not say which study it is, where none is given; trials that are not of that study.
    pub fn result(&self, given: Option<&Study>) -> Result<Value> {
        let path = || format!("the journal of \"{}\"", self.name);
        let problem = |detail: String| Error::File { path: path(), detail };
        let own;
        let (study, mut document) = match (given, self.study()) {
            (Some(study), _) => (study, study.to_json()),
            (None, Some(document)) => {
                own = Study::parse(&document.to_string())?;
                (&own, document.clone())
            }
            (None, None) => {
                let detail = "it does not hold the study that its trials are of; name it with --study STUDY.json";
                return Err(problem(detail.into()));
            }
        };
        if self.direction != if study.direction == Direction::Minimize { 1 } else { 2 } {
            return Err(problem("the study's objective.direction is the other one; change it there".into()));
        }
        let is_free = |name: &String| name != "epochs" && !study.space.iter().any(|(own, _)| own == name);
        if let Some(name) = self.trials.iter().flat_map(|row| row.params.keys()).find(|name| is_free(name)) {
            return Err(problem(format!(
                "its trials have {name}, which is not in the study's space; add it there, or name the study that they \
                 are of with --study STUDY.json"
            )));
        }
        let trials: Vec<Value> = (0..).zip(&self.trials).map(|(number, row)| row.document(number, study)).collect();
        if (study.trials as usize) < trials.len() {
            document["trials"] = json!(trials.len());
        }
        let engine = self.own.as_ref().map(|own| own["engine"].clone()).filter(Value::is_object);
        let engine =
            engine.unwrap_or_else(|| json!({"version": "", "backend": "cpu", "adapter": "Optuna", "workers": 0}));
        let best = best(trials.iter().map(|trial| score(trial, study)));
        Ok(json!({"format": RESULT, "study": document, "engine": engine, "trials": trials, "best": best, "test": null}))
    }
}

/// Whether a result's trial is complete, and what it is compared by: less is better, not a number is no value.
fn score(trial: &Value, study: &Study) -> (bool, f64) {
    let (state, metric) = (trial["state"].as_str(), json!(study.metric));
    let epochs = trial["epochs"].as_array().map_or(&[][..], Vec::as_slice);
    let last = || epochs.iter().rev().find_map(|epoch| real(&epoch[metric.as_str()?]));
    let value = match state {
        Some("diverged" | "failed") => f64::NAN,
        _ => real(&trial["value"]).or_else(last).unwrap_or(f64::NAN),
    };
    (state == Some("complete"), if study.direction == Direction::Minimize { value } else { -value })
}

impl Row {
    /// Whether nothing more is to be told of it.
    pub fn is_ended(&self) -> bool {
        (op::COMPLETE..=op::FAIL).contains(&self.state)
    }

    /// The last epoch that is told.
    pub fn epochs_told(&self) -> usize {
        self.values.last_key_value().map_or(0, |(&epoch, _)| usize::try_from(epoch).unwrap_or(0))
    }

    /// Drawn parameters, and what else the trial has been given.
    fn all_params(&self) -> Map<String, Value> {
        let given = self.own.as_ref().and_then(|own| own["params"].as_object());
        self.params
            .iter()
            .chain(given.into_iter().flatten())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// The trial as a result has it. Of one that Optuna has trained there are only the values that were reported.
    fn document(&self, number: u32, study: &Study) -> Value {
        let written = |x: Option<f64>| match x {
            None => Value::Null,
            Some(x) if x.is_finite() => json!(x),
            Some(x) => json!(super::bare(x)),
        };
        let mut document = match &self.own {
            Some(own) if own.is_object() => own.clone(),
            _ => {
                let state = match self.state {
                    op::COMPLETE => "complete",
                    op::PRUNED => "pruned",
                    op::FAIL => "failed",
                    // A run that was cut off, or is being written.
                    _ => "cancelled",
                };
                let of_all = state == "complete";
                json!({
                    "number": number, "state": state, "params": null, "value": written(self.value), "seed": study.seed,
                    "epochs": self.epochs(study), "steps": if of_all { study.steps(&self.params) } else { 0 },
                    "diverged_at": null,
                })
            }
        };
        document["number"] = json!(number);
        document["params"] = Value::Object(self.all_params());
        document
    }

    /// Reported values as epochs from 1 on; what nobody has reported is no number.
    fn epochs(&self, study: &Study) -> Vec<Value> {
        let (Some((&first, _)), Some((&last, _))) = (self.values.first_key_value(), self.values.last_key_value())
        else {
            return Vec::new();
        };
        // Many a program counts its steps from 0.
        let shift = i64::from(first == 0);
        if first < 0 || last + shift > MOST_EPOCHS {
            return Vec::new();
        }
        let of = |epoch: i64| {
            let value = self.values.get(&(epoch - shift));
            let value = value.map_or(json!("NaN"), |&x| if x.is_finite() { json!(x) } else { json!(super::bare(x)) });
            let mut document = json!({
                "epoch": epoch, "train_loss": "NaN", "validation_loss": null, "train_metric": "NaN",
                "validation_metric": null, "learning_rate": "NaN", "seconds": 0.0,
            });
            let (name, beside) = match study.metric {
                Metric::TrainLoss => ("train_loss", None),
                Metric::TrainMetric => ("train_metric", None),
                Metric::ValidationLoss => ("validation_loss", Some("validation_metric")),
                Metric::ValidationMetric => ("validation_metric", Some("validation_loss")),
            };
            document[name] = value;
            if let Some(beside) = beside {
                document[beside] = json!("NaN");
            }
            document
        };
        (1..=last + shift).map(of).collect()
    }
}

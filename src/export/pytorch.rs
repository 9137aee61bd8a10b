//! A `PyTorch` script of a study or of one of its trials: the same networks, initial weights, optimizers, schedules, split and
//! spaces, in plain code. What the study has no use for is left out of the template.

use super::python::{dictionary, filled, literal, plain, quoted};
use super::rows::Rows;
use super::{Export, File};
use crate::dataset::Task;
use crate::space::Distribution;
use crate::study::table::{self, Hyperparameter, Kind};
use crate::study::{Direction, Metric, Study, config, usage};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What scripts share: data, networks and optimizers; training, the space and results.
const SHARED: [&str; 2] = [include_str!("templates/network.py"), include_str!("templates/training.py")];
const SCRIPT: &str = include_str!("templates/pytorch.py");

/// A script's template with all that it shares.
pub fn whole(script: &str) -> String {
    script.replace("{{shared}}", &SHARED.join("\n\n"))
}

/// What a template is filled with: the parts that it keeps, and texts by name.
pub struct Filling {
    pub has: BTreeSet<String>,
    pub fill: Vec<(&'static str, String)>,
}

/// The script of a trial, or of the whole study.
pub fn write((study, document): (&Study, &Value), trial: Option<(u32, &Map<String, Value>)>, rows: &Rows) -> Export {
    let nothing = Map::new();
    let params = trial.map_or(&nothing, |(_, params)| params);
    let mut filling = filling((study, document), trial.map(|(_, params)| params), rows);
    let Filling { has, fill } = &mut filling;
    let data = plain(&study.dataset);
    let name = plain(&study.name);
    let named = if name.is_empty() { String::new() } else { format!(": {name}") };
    let n_swept = study.space.len();
    let usage = if let Some((number, _)) = trial {
        has.insert("trial".into());
        fill.push(("title", format!("Trial {number} of a study on {data}{named}.")));
        let other = if n_swept > 0 { "\n  python SCRIPT.py --learning_rate=0.01  with another setting" } else { "" };
        format!("\n  python SCRIPT.py                       trains it{other}\n")
    } else {
        has.insert("study".into());
        fill.push(("title", format!("A study on {data}{named}, searched at random.")));
        format!(
            "\n  python SCRIPT.py                       draws and trains {} trials\n  \
                 python SCRIPT.py --NAME=VALUE ...      trains one, as an agent of Weights & Biases asks for\n  \
                 python SCRIPT.py -o result.json        writes what Tuning Playground opens\n",
            study.trials
        )
    };
    fill.push(("usage", usage));
    fill.push(("about", ABOUT.into()));
    fill.push(("number", trial.map_or(0, |(number, _)| number).to_string()));
    fill.push(("params", dictionary(params.iter().map(|(name, value)| (name.as_str(), value)))));
    fill.push(("known", if trial.is_some() { "PARAMS".into() } else { "SPACE".into() }));
    let text = filled(&whole(SCRIPT), has, fill);
    let name = trial.map_or_else(|| "study".into(), |(number, _)| format!("trial_{number}"));
    Export {
        file: File { name: format!("{}_{name}.py", study.dataset.replace('-', "_")), text },
        beside: rows.beside(),
    }
}

/// How close the script comes.
pub const ABOUT: &str = "Made by Tuning Playground. Networks, initial weights, optimizers, schedules, data and their split are the study's;\n\
     random numbers are PyTorch's, so a trial comes to what another seed would.";

/// What every script is filled with. With `params` it is one trial's, whose settings are all known.
pub fn filling((study, document): (&Study, &Value), params: Option<&Map<String, Value>>, rows: &Rows) -> Filling {
    let nothing = Map::new();
    let own = params.unwrap_or(&nothing);
    let space: &[(String, Distribution)] = if params.is_some() { &[] } else { &study.space };
    let fixed = study.fixed.clone().into_iter().chain(own.clone()).collect::<Map<String, Value>>();
    let value = |name: &str, over: &Map<String, Value>| {
        let params: Map<String, Value> = own.clone().into_iter().chain(over.clone()).collect();
        config::value(study, &params, name)
    };
    let is_swept = |name: &str| space.iter().any(|(own, _)| own == name);
    let optimizers = choices(space, "optimizer", &value("optimizer", &nothing));
    let (mut same, mut by_optimizer) = (Map::new(), Map::<String, Value>::new());
    let mut has = BTreeSet::new();
    for row in table::table().iter().filter(|row| row.available) {
        let name = row.name.as_str();
        let is_inert = usage::inert(study.task, &fixed, space, name).is_some();
        if is_inert || is_swept(name) {
            continue;
        }
        let users = row.used_by.as_ref().and_then(|owners| owners.get("optimizer")).and_then(Value::as_array);
        let is_by_optimizer = users.is_some() || row.default["by"] == "optimizer" && !fixed.contains_key(name);
        if is_by_optimizer && is_swept("optimizer") {
            // Who has no use for it is not told of it.
            for optimizer in optimizers.iter().filter(|&one| users.is_none_or(|users| users.contains(one))) {
                let own = value(name, &Map::from_iter([("optimizer".into(), optimizer.clone())]));
                let of = by_optimizer.entry(optimizer.as_str().unwrap_or_default()).or_insert_with(|| json!({}));
                if !own.is_null() {
                    of[name] = own;
                }
            }
        } else {
            let own = value(name, &nothing);
            if !own.is_null() && !own_names(params).contains(&name) {
                same.insert(name.into(), own);
            }
        }
    }
    // Which parts there is use for: choices by name and value, numbers where they can be above 0.
    for row in table::table() {
        let name = row.name.as_str();
        let is_unused = usage::inert(study.task, &fixed, space, name).is_some();
        if is_unused {
            continue;
        }
        match row.kind {
            Kind::Categorical => {
                let values = choices(space, name, &value(name, &nothing));
                has.extend(values.iter().filter_map(|one| Some(format!("{name}={}", one.as_str()?))));
            }
            Kind::Float | Kind::Int | Kind::Bool => {
                let is_on = |value: &Value| value == true || value.as_f64().is_some_and(|x| x > 0.0);
                if is_swept(name) || is_on(&value(name, &nothing)) {
                    has.insert(name.into());
                }
            }
            Kind::List | Kind::Points => {}
        }
    }
    let flag = |has: &mut BTreeSet<String>, name: &str, is_set: bool| {
        if is_set {
            has.insert(name.into());
        }
    };
    let other_init = has.iter().any(|name| name.starts_with("init=") && name != "init=torch");
    flag(&mut has, "init", other_init);
    let (warmup, momentum_warmup) = (has.contains("warmup_epochs"), has.contains("momentum_warmup_epochs"));
    flag(&mut has, "warmup", warmup);
    flag(&mut has, "momentum_warmup", momentum_warmup);
    flag(&mut has, "hidden", is_swept("hidden"));
    flag(&mut has, "standardize", study.data.standardize);
    flag(&mut has, "missing", rows.has_missing);
    flag(&mut has, "folds", study.data.folds > 1);
    flag(&mut has, "pixels", rows.are_pixels);
    let beside = rows.beside();
    flag(&mut has, "beside", beside.is_some());
    let (outputs, task, loss) = match rows.task {
        Task::Classes(n) => (n, "classes", "cross_entropy"),
        Task::Numbers => (1, "numbers", "mse_loss"),
    };
    has.insert(task.into());
    let (sign, mode) = match study.direction {
        Direction::Minimize => ("<", "min"),
        Direction::Maximize => (">", "max"),
    };
    let metric = match study.metric {
        Metric::TrainLoss => "train_loss",
        Metric::TrainMetric => "train_metric",
        Metric::ValidationLoss => "validation_loss",
        Metric::ValidationMetric => "validation_metric",
    };
    let ranges: Map<String, Value> = space.iter().map(|(name, range)| (name.clone(), range.to_json())).collect();
    let entries = |map: &Map<String, Value>| dictionary(map.iter().map(|(name, value)| (name.as_str(), value)));
    let seeds = study.seeds_per_trial;
    let fill = vec![
        ("inputs", rows.columns.to_string()),
        ("outputs", outputs.to_string()),
        ("folds", study.data.folds.to_string()),
        ("rows", if beside.is_some() { String::new() } else { rows.text.clone() }),
        ("rows_file", beside.map_or_else(String::new, |file| quoted(&file.name))),
        ("loss", loss.into()),
        ("fixed", entries(&same)),
        ("by_optimizer", entries(&by_optimizer)),
        ("space", entries(&ranges)),
        ("used_by", entries(&conditions(study, space))),
        ("metric", quoted(metric)),
        ("seed", study.seed.to_string()),
        ("seeds", seeds.to_string()),
        ("n_seeds", if seeds == 1 { "one network".into() } else { format!("{seeds} networks") }),
        ("evaluate_every", study.evaluate_every.to_string()),
        ("study", document.to_string()),
        ("trials", study.trials.to_string()),
        ("better", sign.into()),
        ("mode", quoted(mode)),
        ("version", literal(&json!(crate::VERSION))),
    ];
    Filling { has, fill }
}

/// Names that stand in a trial's own parameters.
fn own_names(params: Option<&Map<String, Value>>) -> Vec<&str> {
    params.into_iter().flat_map(Map::keys).map(String::as_str).collect()
}

/// The values that trials may have of a choice.
fn choices(space: &[(String, Distribution)], name: &str, fixed: &Value) -> Vec<Value> {
    match space.iter().find(|(own, _)| own == name) {
        Some((_, Distribution::Categorical { choices })) => choices.clone(),
        _ => vec![fixed.clone()],
    }
}

/// For which other settings what is searched matters, as far as these are not the same in all trials.
fn conditions(study: &Study, space: &[(String, Distribution)]) -> Map<String, Value> {
    let is_swept = |name: &str| space.iter().any(|(own, _)| own == name);
    let varies = |owner: &str| {
        let hangs_on = |row: &'static Hyperparameter| row.conditions().chain(row.default["by"].as_str());
        is_swept(owner) || table::find(owner).into_iter().flat_map(hangs_on).any(is_swept)
    };
    let n_units = (1..=10).take_while(|k| {
        let name = format!("units_{k}");
        study.fixed.contains_key(&name) || space.iter().any(|(own, _)| *own == name)
    });
    let n_units = n_units.count();
    let mut all = Map::new();
    for (name, _) in space {
        let mut own = Map::new();
        for (owner, condition) in table::find(name).and_then(|row| row.used_by.as_ref()).into_iter().flatten() {
            if !varies(owner) {
                continue;
            }
            let condition = if condition["above"] == "units" { json!({"above": n_units}) } else { condition.clone() };
            own.insert(owner.clone(), condition);
            // Whether there is a momentum is known once there is a schedule.
            if owner == "momentum" && is_swept("schedule") && !own.contains_key("schedule") {
                own.insert("schedule".into(), choices(space, "schedule", &Value::Null).into());
            }
        }
        if !own.is_empty() {
            all.insert(name.clone(), Value::Object(own));
        }
    }
    all
}

//! Which hyperparameters a trial uses, by the conditions of the table (`used_by`): in one trial, in a space, and in a
//! grid, whose combinations are those that trials can use. The page repeats it in `www/src/study/panel.js`.

use super::SamplerSpec;
use super::Study;
use super::config::SettingsOf;
use super::table::{self, Hyperparameter};
use crate::dataset::TaskKind;
use crate::space::{Axes, Distribution};
use serde_json::{Map, Value, json};
use std::rc::Rc;

/// Grid values of an axis that are made to see which of them other hyperparameters need; longer axes have steps, and
/// only their lowest value can be another case.
const MOST_VALUES: usize = 2000;

impl SettingsOf<'_> {
    /// Whether a trial of these settings uses the hyperparameter.
    fn uses(&self, row: &Hyperparameter) -> bool {
        row.used_by.iter().flatten().all(|(owner, condition)| self.meets(owner, condition))
    }

    /// A condition is a list of values, or `{"above": n}`, where `"units"` is the number of first hidden layers whose
    /// widths are given one by one. A schedule that moves momentum has some, whatever the optimizer's is.
    fn meets(&self, owner: &str, condition: &Value) -> bool {
        let value = self.value(owner);
        if let Value::Array(values) = condition {
            return values.contains(&value);
        }
        if owner == "momentum" && table::moves_momentum(&self.text("schedule")) {
            return true;
        }
        let limit = condition["above"].as_f64().unwrap_or_else(|| {
            let given = |k: &usize| self.is_given(&format!("units_{k}"));
            (1..=table::table().len()).take_while(given).count() as f64
        });
        value.as_f64().is_some_and(|value| value > limit)
    }
}

/// Names of drawn parameters that the trial does not use: those of another optimizer, widths of layers that are not
/// there. `params` are all that were drawn.
pub fn unused(study: &Study, params: &Map<String, Value>) -> Vec<String> {
    let settings = SettingsOf { task: study.task, fixed: &study.fixed, params };
    let is_used = |name: &str| table::find(name).is_none_or(|row| settings.uses(row));
    params.keys().filter(|name| !is_used(name)).cloned().collect()
}

/// Whether all trials of a study leave the same parameters unused: nothing is drawn that decides over others.
pub fn use_the_same(study: &Study) -> bool {
    Cases::new(study.task, &study.fixed, &study.space, &ends).deciding.is_empty()
}

/// The hyperparameter that keeps every trial from using `name`; `None` where some trial uses it.
pub fn inert(
    task: TaskKind,
    fixed: &Map<String, Value>,
    space: &[(String, Distribution)],
    name: &str,
) -> Option<String> {
    let row = table::find(name)?;
    let conditions = || row.used_by.iter().flatten();
    let mut ever = false;
    let mut met = vec![false; conditions().count()];
    Cases::about(&[row], task, fixed, space, &ends).visit(&mut |settings, _| {
        ever |= settings.uses(row);
        for (met, (owner, condition)) in met.iter_mut().zip(conditions()) {
            *met |= settings.meets(owner, condition);
        }
    });
    let because = met.iter().zip(conditions()).find(|(met, _)| !**met).or_else(|| met.iter().zip(conditions()).next());
    because.filter(|_| !ever).map(|(_, (owner, _))| owner.clone())
}

/// How many combinations a grid has, each of those that trials can use once.
pub fn n_combinations(study: &Study) -> f64 {
    let SamplerSpec::Grid { .. } = study.sampler else { return 0.0 };
    let values = |name: &str, axis: &Distribution| {
        let points = study.sampler.points(name);
        if axis.n_grid(points) <= MOST_VALUES {
            return axis.grid(points);
        }
        ends(name, axis)
    };
    let sizes: Vec<usize> = study.space.iter().map(|(name, axis)| axis.n_grid(study.sampler.points(name))).collect();
    let mut cases = Cases::new(study.task, &study.fixed, &study.space, &values);
    let counts = cases.gather(&sizes);
    let mut total = 0.0;
    cases.visit(&mut |settings, case| total += cases.product(settings, case, &counts, &sizes));
    total
}

/// A grid in parts: values of what decides over others, and whole axes of all else that such trials use.
pub fn grid(study: &Study) -> Vec<Axes> {
    let points = |name: &str| study.sampler.points(name);
    let cases = Cases::new(study.task, &study.fixed, &study.space, &|name, axis| axis.grid(points(name)));
    let whole: Vec<Rc<[Value]>> = study.space.iter().map(|(name, axis)| axis.grid(points(name)).into()).collect();
    let mut parts = Vec::new();
    cases.visit(&mut |settings, case| {
        let mut axes = Axes::new();
        for (index, (name, _)) in study.space.iter().enumerate() {
            let decides = cases.place(index);
            let is_used = table::find(name).is_none_or(|row| settings.uses(row));
            match decides {
                // What is not used stands for all of its values once.
                Some(place) if !is_used && case[place] > 0 => return,
                Some(place) if is_used => {
                    axes.push((name.clone(), [cases.deciding[place].1[case[place]].clone()].into()));
                }
                None if is_used => axes.push((name.clone(), whole[index].clone())),
                _ => {}
            }
        }
        parts.push(axes);
    });
    parts
}

/// The ends of a range, or all choices: enough to see whether a condition is ever met.
fn ends(_: &str, axis: &Distribution) -> Vec<Value> {
    match (axis, axis.bounds()) {
        (Distribution::Categorical { choices }, _) => choices.clone(),
        (_, Some((low, high))) => vec![json!(low), json!(high)],
        _ => Vec::new(),
    }
}

/// All settings that trials can have of what decides over others.
struct Cases<'a> {
    task: TaskKind,
    fixed: &'a Map<String, Value>,
    space: &'a [(String, Distribution)],
    /// Index into the space, and values.
    deciding: Vec<(usize, Vec<Value>)>,
}

impl<'a> Cases<'a> {
    fn new(
        task: TaskKind,
        fixed: &'a Map<String, Value>,
        space: &'a [(String, Distribution)],
        values: &dyn Fn(&str, &Distribution) -> Vec<Value>,
    ) -> Self {
        let rows: Vec<_> = space.iter().filter_map(|(name, _)| table::find(name)).collect();
        Self::about(&rows, task, fixed, space, values)
    }

    /// The cases that matter to these rows.
    fn about(
        rows: &[&'static Hyperparameter],
        task: TaskKind,
        fixed: &'a Map<String, Value>,
        space: &'a [(String, Distribution)],
        values: &dyn Fn(&str, &Distribution) -> Vec<Value>,
    ) -> Self {
        let mut names: Vec<&str> = rows.iter().flat_map(|row| row.conditions()).collect();
        // What an owner's own value or use hangs on decides, too.
        let mut seen = 0;
        while seen < names.len() {
            if let Some(row) = table::find(names[seen]) {
                let more: Vec<&str> = row.conditions().chain(row.default["by"].as_str()).collect();
                names.extend(more.into_iter().filter(|name| !names.contains(name)).collect::<Vec<_>>());
            }
            seen += 1;
        }
        let deciding = space.iter().enumerate().filter(|(_, (name, _))| names.contains(&name.as_str()));
        let deciding = deciding.map(|(index, (name, axis))| (index, values(name, axis))).collect();
        Self { task, fixed, space, deciding }
    }

    /// Where an axis of the space stands among those that decide.
    fn place(&self, index: usize) -> Option<usize> {
        self.deciding.iter().position(|(other, _)| *other == index)
    }

    /// Calls `each` with every combination of the deciding values, and with their indices.
    fn visit(&self, each: &mut dyn FnMut(&SettingsOf<'_>, &[usize])) {
        let mut params: Map<String, Value> = self.space.iter().map(|(name, _)| (name.clone(), Value::Null)).collect();
        let mut case = vec![0; self.deciding.len()];
        loop {
            for ((index, values), at) in self.deciding.iter().zip(&case) {
                params[self.space[*index].0.as_str()] = values[*at].clone();
            }
            each(&SettingsOf { task: self.task, fixed: self.fixed, params: &params }, &case);
            // An odometer: the last one turns fastest.
            let turning = (0..case.len()).rev().find(|&place| case[place] + 1 < self.deciding[place].1.len());
            let Some(turning) = turning else { return };
            case[turning] += 1;
            case[turning + 1..].fill(0);
        }
    }

    /// Leaves one number of those that meet the same conditions, and says how many each stands for.
    fn gather(&mut self, sizes: &[usize]) -> Vec<Vec<f64>> {
        let rows: Vec<&Hyperparameter> = self.space.iter().filter_map(|(name, _)| table::find(name)).collect();
        let mut params: Map<String, Value> = self.space.iter().map(|(name, _)| (name.clone(), Value::Null)).collect();
        let mut counts = Vec::new();
        for (index, values) in &mut self.deciding {
            let name = self.space[*index].0.as_str();
            let mut kinds: Vec<(Vec<bool>, Value, f64)> = Vec::new();
            for value in core::mem::take(values) {
                params[name] = value.clone();
                let settings = SettingsOf { task: self.task, fixed: self.fixed, params: &params };
                let conditions = rows.iter().filter_map(|row| row.used_by.as_ref()?.get(name));
                let met: Vec<bool> = conditions.map(|condition| settings.meets(name, condition)).collect();
                match kinds.iter_mut().find(|(other, kind, _)| value.is_number() && kind.is_number() && *other == met) {
                    Some((_, _, n)) => *n += 1.0,
                    None => kinds.push((met, value, 1.0)),
                }
            }
            params[name] = Value::Null;
            // Only the ends of an axis of very many steps were made.
            let made: f64 = kinds.iter().map(|(_, _, n)| n).sum();
            if let Some((_, _, n)) = kinds.last_mut() {
                *n += sizes[*index] as f64 - made;
            }
            counts.push(kinds.iter().map(|(_, _, n)| *n).collect());
            *values = kinds.into_iter().map(|(_, value, _)| value).collect();
        }
        counts
    }

    /// Combinations of all axes that a case has; none where an unused value was counted before.
    fn product(&self, settings: &SettingsOf<'_>, case: &[usize], counts: &[Vec<f64>], sizes: &[usize]) -> f64 {
        let of_axis = |(index, (name, _)): (usize, &(String, Distribution))| {
            let is_used = table::find(name).is_none_or(|row| settings.uses(row));
            match self.place(index) {
                Some(place) if is_used => counts[place][case[place]],
                Some(place) if case[place] > 0 => 0.0,
                None if is_used => sizes[index] as f64,
                _ => 1.0,
            }
        };
        self.space.iter().enumerate().map(of_axis).product()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::{self, StepAt};

    #[test]
    fn the_table_names_the_schedules_that_move_momentum() {
        for name in schedule::NAMES {
            let settings = schedule::Settings::named(name).unwrap();
            let moves = settings.momentum(StepAt { step: 0, per_epoch: 1 }).is_some();
            assert_eq!(table::moves_momentum(name), moves, "{name}");
        }
    }

    #[test]
    fn conditions_name_rows_of_the_table_and_values_that_they_take() {
        for row in table::table() {
            for (owner, condition) in row.used_by.iter().flatten() {
                let of = table::find(owner).unwrap_or_else(|| panic!("{}: {owner}", row.name));
                if let Value::Array(values) = condition {
                    let known = |value: &Value| {
                        let choice = value.as_str().unwrap_or_default();
                        value.is_null() && of.default.is_null()
                            || of.choices.iter().flatten().any(|name| name == choice)
                    };
                    assert!(values.iter().all(known), "{} of {}: {condition}", owner, row.name);
                } else {
                    assert!(condition["above"].is_number() || condition["above"] == "units", "{}", row.name);
                }
                // What is dropped from a trial must not decide about what is kept.
                let own = |name: &str| row.used_by.iter().flatten().any(|(other, _)| other == name);
                let is_decided = |name: &str| {
                    own(name) || owner == "hidden_layers" || (owner.as_str(), name) == ("momentum", "schedule")
                };
                assert!(of.conditions().all(is_decided), "{} by {owner}", row.name);
            }
        }
    }

    #[test]
    fn every_optimizer_has_batches_or_takes_all_rows_at_once() {
        let used_by = table::find("batch_size").and_then(|row| row.used_by.as_ref()).expect("optimizers");
        for name in table::find("optimizer").and_then(|row| row.choices.as_ref()).expect("names") {
            let has_batches = used_by["optimizer"].as_array().expect("a list").contains(&json!(name));
            assert_ne!(has_batches, matches!(name.as_str(), "gd" | "lbfgs" | "newton"), "{name}");
        }
    }
}

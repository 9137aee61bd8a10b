//! One trial's settings: drawn parameters over fixed ones over defaults, as the typed values that training uses.

use super::{Study, table};
use crate::dataset::{self, Task};
use crate::mlp::{Activation, Loss, Shape};
use crate::optimizer::{Optimizer, Rule};
use serde_json::{Map, Value};

/// Everything that one training run needs to know about its hyperparameters.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialConfig {
    /// Width of each hidden layer.
    pub hidden: Vec<usize>,
    /// After each hidden layer.
    pub activation: Activation,
    /// What training makes small.
    pub loss: Loss,
    /// Rule and settings.
    pub optimizer: Optimizer,
    /// Share of hidden units dropped in training.
    pub dropout: f64,
    /// Samples a step; `None` is the whole training part.
    pub batch_size: Option<usize>,
    /// Passes over the training part.
    pub epochs: usize,
}

/// `cross_entropy` or `mse`, as the data set's task asks.
pub fn loss_of_task(dataset: &str) -> &'static str {
    match dataset::catalog().iter().find(|entry| entry.name == dataset).map(|entry| entry.task.as_str()) {
        Some("numbers") => "mse",
        _ => "cross_entropy",
    }
}

/// Whether `choice` is among the users of a hyperparameter.
pub fn is_used(users: &Value, choice: &Value) -> bool {
    users.as_array().is_some_and(|users| users.contains(choice))
}

/// A trial's settings by name: drawn, else fixed, else the default.
struct SettingsOf<'a> {
    study: &'a Study,
    params: &'a Map<String, Value>,
}

impl SettingsOf<'_> {
    fn value(&self, name: &str) -> Value {
        if let Some(value) = self.params.get(name).or_else(|| self.study.fixed.get(name)) {
            return value.clone();
        }
        let Some(default) = table::find(name).map(|row| &row.default) else { return Value::Null };
        match default.get("by").and_then(Value::as_str) {
            None => default.clone(),
            Some("task") => default
                .get(if loss_of_task(&self.study.dataset) == "mse" { "numbers" } else { "classes" })
                .cloned()
                .unwrap_or_default(),
            Some(owner) => default.get(self.text(owner)).cloned().unwrap_or_default(),
        }
    }

    fn number(&self, name: &str) -> f64 {
        self.value(name).as_f64().unwrap_or_default()
    }

    fn text(&self, name: &str) -> String {
        self.value(name).as_str().unwrap_or_default().into()
    }

    fn named<T: serde::de::DeserializeOwned>(&self, name: &str, otherwise: T) -> T {
        serde_json::from_value(self.value(name)).unwrap_or(otherwise)
    }

    fn hidden(&self) -> Vec<usize> {
        if let Value::Array(widths) = self.value("hidden") {
            return widths.iter().filter_map(Value::as_f64).map(|width| width as usize).collect();
        }
        let own = |k: usize| self.value(&format!("units_{k}")).as_f64();
        let depth = self.number("hidden_layers") as usize;
        (1..=depth).map(|k| own(k).unwrap_or_else(|| self.number("hidden_units")) as usize).collect()
    }

    fn optimizer(&self) -> (Optimizer, bool) {
        let name = self.text("optimizer");
        let rule = if name == "adam" { Rule::Adam } else { Rule::Sgd };
        let optimizer = Optimizer {
            rule,
            learning_rate: self.number("learning_rate"),
            momentum: self.number("momentum"),
            // Nesterov's look-ahead is defined without dampening.
            dampening: if name == "nesterov" { 0.0 } else { self.number("dampening") },
            nesterov: name == "nesterov",
            weight_decay: self.number("weight_decay"),
            beta1: self.number("beta1"),
            beta2: self.number("beta2"),
            epsilon: self.number("epsilon"),
            l2: self.number("l2"),
        };
        (optimizer, name == "gd")
    }
}

impl TrialConfig {
    /// The settings of a trial with these drawn parameters.
    pub fn new(study: &Study, params: &Map<String, Value>) -> Self {
        let settings = SettingsOf { study, params };
        let (optimizer, full_batch) = settings.optimizer();
        Self {
            hidden: settings.hidden(),
            activation: settings.named("activation", Activation::Relu),
            loss: settings.named("loss", Loss::CrossEntropy),
            optimizer,
            dropout: settings.number("dropout"),
            batch_size: (!full_batch).then(|| settings.number("batch_size") as usize),
            epochs: settings.number("epochs") as usize,
        }
    }

    /// The network's shape on data of this width.
    pub fn shape(&self, inputs: usize, task: Task) -> Shape {
        let outputs = match task {
            Task::Classes(n) => n as usize,
            Task::Numbers => 1,
        };
        Shape { inputs, hidden: self.hidden.clone(), outputs, activation: self.activation }
    }
}

/// Drops drawn parameters that the trial does not use: those of another optimizer, widths of layers that are not there.
pub fn drop_unused(study: &Study, params: &mut Map<String, Value>) {
    let settings = SettingsOf { study, params };
    let depth = settings.number("hidden_layers") as usize;
    let full_batch = settings.text("optimizer") == "gd";
    let unused: Vec<String> = params
        .keys()
        .filter(|name| {
            if let Some(k) = name.strip_prefix("units_").and_then(|k| k.parse::<usize>().ok()) {
                return k > depth;
            }
            if name.as_str() == "batch_size" {
                return full_batch;
            }
            let used_by = table::find(name).and_then(|row| row.used_by.as_ref());
            used_by.is_some_and(|owners| !owners.iter().any(|(owner, users)| is_used(users, &settings.value(owner))))
        })
        .cloned()
        .collect();
    for name in unused {
        params.shift_remove(&name);
    }
}

//! One trial's settings: drawn parameters over fixed ones over defaults, as the typed values that training uses.

use super::Study;
use super::table::{self, Kind};
use crate::dataset::{Task, TaskKind};
use crate::mlp::{Activation, Init, Loss, Shape};
use crate::optimizer::{self, Optimizer};
use crate::schedule::{self, StepAt};
use serde_json::{Map, Value};

/// Everything that one training run needs to know about its hyperparameters.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialConfig {
    /// Width of each hidden layer.
    pub hidden: Vec<usize>,
    /// After each hidden layer.
    pub activation: Activation,
    /// How weights are drawn.
    pub init: Init,
    /// Deviation of normal weights.
    pub init_std: f64,
    /// What training makes small.
    pub loss: Loss,
    /// Rule and settings.
    pub optimizer: Optimizer,
    /// What its learning rate is multiplied by.
    pub schedule: schedule::Settings,
    /// Share of hidden units dropped in training.
    pub dropout: f64,
    /// Samples a step; `None` is the whole training part.
    pub batch_size: Option<usize>,
    /// Passes over the training part.
    pub epochs: usize,
    /// Epochs without a lower validation loss after which it ends with the weights of its best epoch; 0 for never.
    pub patience: usize,
    /// Whether its weights are the mean of those at the ends of its last epochs (SWA).
    pub averages_ends: bool,
    /// Whether a batch norm follows each hidden layer's linear map.
    pub batch_norm: bool,
}

/// `cross_entropy` or `mse`, as the data set's task asks.
pub fn loss_of_task(task: TaskKind) -> &'static str {
    match task {
        TaskKind::Numbers => "mse",
        TaskKind::Classes => "cross_entropy",
    }
}

/// What a study's trials have of a hyperparameter that is not drawn.
pub(super) fn fixed(study: &Study, name: &str) -> Value {
    SettingsOf { task: study.task, fixed: &study.fixed, params: &Map::new() }.value(name)
}

/// What a trial with these drawn parameters has of a hyperparameter: drawn, fixed, or the default; null of one without any.
pub(crate) fn value(study: &Study, params: &Map<String, Value>, name: &str) -> Value {
    SettingsOf { task: study.task, fixed: &study.fixed, params }.value(name)
}

/// A trial's settings by name: drawn, else fixed, else the default.
pub(super) struct SettingsOf<'a> {
    pub task: TaskKind,
    pub fixed: &'a Map<String, Value>,
    pub params: &'a Map<String, Value>,
}

impl SettingsOf<'_> {
    /// Whether the study gives a value, fixed or drawn.
    pub fn is_given(&self, name: &str) -> bool {
        self.params.contains_key(name) || self.fixed.contains_key(name)
    }

    pub fn value(&self, name: &str) -> Value {
        // A list of widths overrides the depth.
        if name == "hidden_layers"
            && let Value::Array(widths) = self.value("hidden")
        {
            return widths.len().into();
        }
        if let Some(value) = self.params.get(name).or_else(|| self.fixed.get(name)) {
            return value.clone();
        }
        let Some(default) = table::find(name).map(|row| &row.default) else { return Value::Null };
        match default.get("by").and_then(Value::as_str) {
            None => default.clone(),
            Some("task") => default.get(self.task.name()).cloned().unwrap_or_default(),
            Some(owner) => default.get(self.text(owner)).cloned().unwrap_or_default(),
        }
    }

    fn number(&self, name: &str) -> f64 {
        self.value(name).as_f64().unwrap_or_default()
    }

    pub fn text(&self, name: &str) -> String {
        self.value(name).as_str().unwrap_or_default().into()
    }

    /// What a choice stands for: an activation, a loss.
    fn named<T: serde::de::DeserializeOwned>(&self, name: &str) -> T {
        serde_json::from_value(self.value(name)).unwrap_or_else(|_| unknown(name))
    }

    fn hidden(&self) -> Vec<usize> {
        if let Value::Array(widths) = self.value("hidden") {
            return widths.iter().filter_map(Value::as_f64).map(|width| width as usize).collect();
        }
        let own = |k: usize| self.value(&format!("units_{k}")).as_f64();
        let depth = self.number("hidden_layers") as usize;
        (1..=depth).map(|k| own(k).unwrap_or_else(|| self.number("hidden_units")) as usize).collect()
    }
}

/// A name that nothing stands for must not become something else's; that each of the table's available choices stands for
/// something is tested.
fn unknown<T>(name: &str) -> T {
    unreachable!("the study's check lets only a known {name} through")
}

impl TrialConfig {
    /// The settings of a trial with these drawn parameters.
    pub fn new(study: &Study, params: &Map<String, Value>) -> Self {
        let settings = SettingsOf { task: study.task, fixed: &study.fixed, params };
        let name = settings.text("optimizer");
        let mut config = Self {
            hidden: settings.hidden(),
            activation: settings.named("activation"),
            init: settings.named("init"),
            init_std: 0.0,
            loss: settings.named("loss"),
            optimizer: Optimizer::named(&name).unwrap_or_else(|| unknown("optimizer")),
            schedule: schedule::Settings::named(&settings.text("schedule")).unwrap_or_else(|| unknown("schedule")),
            dropout: 0.0,
            batch_size: (!matches!(name.as_str(), "gd" | "lbfgs" | "newton")).then_some(1),
            epochs: 1,
            patience: 0,
            averages_ends: false,
            batch_norm: false,
        };
        // A method that moves all parameters at once has neither.
        if config.optimizer.second_order().is_none() {
            match settings.text("averaging").as_str() {
                "none" => {}
                "ema" => config.optimizer.average = Some(0.0),
                "swa" => config.averages_ends = true,
                _ => unknown("averaging"),
            }
        }
        config.optimizer.set("line_search_fn", f64::from(u8::from(settings.text("line_search") == "strong_wolfe")));
        config.schedule.draw(study.points.clone());
        for row in table::table().iter().filter(|row| matches!(row.kind, Kind::Float | Kind::Int | Kind::Bool)) {
            config.set(&row.name, &settings.value(&row.name));
        }
        if let Some(momentum) = config.schedule.momentum(StepAt { step: 0, per_epoch: 1 }) {
            // The schedule's momentum takes the place of the optimizer's, whatever that is.
            for name in ["momentum", "beta1"] {
                config.optimizer.set(name, momentum);
            }
        }
        config
    }

    /// The settings of another trial of the study, out of those of any.
    #[must_use]
    pub fn with(&self, study: &Study, params: &Map<String, Value>) -> Self {
        let mut config = self.clone();
        let are_plain = params.iter().all(|(name, value)| config.set(name, value));
        // What decides over other settings, or the shape, is worked out from the start.
        if are_plain { config } else { Self::new(study, params) }
    }

    /// Takes a number, true or false over; false where the setting is neither, or decides over others.
    fn set(&mut self, name: &str, value: &Value) -> bool {
        let Some(number) = value.as_f64().or_else(|| value.as_bool().map(|is_on| f64::from(u8::from(is_on)))) else {
            return value.is_null();
        };
        match name {
            // Loss and gradient of a second order's steps are those of one network.
            "dropout" => self.dropout = if self.optimizer.second_order().is_some() { 0.0 } else { number },
            // A deviation of another initialization's is inert.
            "init_std" if self.init == Init::Normal => self.init_std = number,
            "init_std" => {}
            "batch_norm" => {
                self.batch_norm = number > 0.0 && self.optimizer.second_order().is_none() && !self.hidden.is_empty();
            }
            "patience" => self.patience = number as usize,
            "averaging_decay" => self.optimizer.average = self.optimizer.average.map(|_| number),
            "batch_size" => self.batch_size = self.batch_size.map(|_| number as usize),
            "epochs" => {
                self.epochs = number as usize;
                self.schedule.set(name, number);
            }
            // A setting of another optimizer or schedule is inert.
            own => {
                let is_set = self.optimizer.set(own, number) || self.schedule.set(own, number);
                return is_set || optimizer::is_setting(own) || schedule::is_setting(own);
            }
        }
        true
    }

    /// Whether its weights are not just those that its last step left.
    pub fn holds_weights(&self) -> bool {
        self.patience > 0 || self.averages_ends || self.optimizer.average.is_some()
    }

    /// Whether the weights at the end of an epoch (from 1) go into their mean: those of the last quarter do.
    pub fn is_averaged_end(&self, epoch: usize) -> bool {
        self.averages_ends && 4 * epoch > 3 * self.epochs
    }

    /// The network's shape on data of this width.
    pub fn shape(&self, inputs: usize, task: Task) -> Shape {
        let outputs = match task {
            Task::Classes(n) => n as usize,
            Task::Numbers => 1,
        };
        Shape { inputs, hidden: self.hidden.clone(), outputs, activation: self.activation, batch_norm: self.batch_norm }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn study(text: &Value) -> Study {
        Study::parse(&text.to_string()).unwrap()
    }

    #[test]
    fn one_cycle_moves_momentum_and_leaves_dampening_alone() {
        let of = |fixed: Value| {
            let text = json!({ "format": "tuning-playground/study@1", "dataset": { "name": "moons" }, "fixed": fixed });
            TrialConfig::new(&study(&text), &Map::new()).optimizer
        };
        for optimizer in ["gd", "sgd", "momentum"] {
            let found = of(json!({ "optimizer": optimizer, "dampening": 0.5, "schedule": "one_cycle" }));
            assert_eq!(found, of(json!({ "optimizer": optimizer, "dampening": 0.5, "momentum": 0.95 })), "{optimizer}");
        }
        assert_eq!(of(json!({ "schedule": "one_cycle" })), of(json!({ "beta1": 0.95 })));
    }

    #[test]
    fn settings_out_of_another_trials_are_those_worked_out_from_the_start() {
        for (fixed, params) in [
            (json!({}), json!({ "learning_rate": 0.3, "batch_size": 8, "dropout": 0.25, "epochs": 3 })),
            (json!({ "optimizer": "nesterov" }), json!({ "momentum": 0.5, "weight_decay": 0.1 })),
            (
                json!({ "optimizer": "momentum", "momentum_start": 0.5 }),
                json!({ "momentum_warmup_epochs": 2.5, "momentum_start": 0.25 }),
            ),
            (json!({}), json!({ "optimizer": "gd", "learning_rate": 0.2 })),
            (json!({ "dropout": 0.5 }), json!({ "optimizer": "lbfgs", "history_size": 5 })),
            (json!({ "optimizer": "lbfgs" }), json!({ "line_search": "strong_wolfe", "dropout": 0.5 })),
            (json!({ "optimizer": "newton", "l2": 0.5 }), json!({ "newton_damping": 0.5, "weight_decay": 0.5 })),
            (json!({ "hidden_layers": 2 }), json!({ "units_1": 5, "units_2": 7, "dropout": 0.5 })),
            (json!({}), json!({ "activation": "tanh", "beta1": 0.5 })),
            (json!({ "init": "normal" }), json!({ "init_std": 0.5 })),
            (json!({ "init_std": 0.25 }), json!({ "init": "normal", "dropout": 0.5 })),
            (json!({ "optimizer": "rmsprop" }), json!({ "alpha": 0.5, "centered": true, "momentum": 0.3 })),
            (json!({ "optimizer": "adagrad" }), json!({ "lr_decay": 0.5, "epsilon": 0.25, "weight_decay": 0.3 })),
            (json!({ "optimizer": "adadelta" }), json!({ "rho": 0.5, "learning_rate": 0.25 })),
            (json!({ "optimizer": "adamw" }), json!({ "weight_decay": 0.5, "amsgrad": true })),
            (json!({ "optimizer": "nadam" }), json!({ "momentum_decay": 0.5, "beta1": 0.3 })),
            (json!({ "schedule": "step" }), json!({ "decay_rate": 0.5, "decay_epochs": 2.5 })),
            (json!({ "schedule": "cosine" }), json!({ "epochs": 7, "min_factor": 0.25, "warmup_epochs": 2 })),
            (json!({ "schedule": "one_cycle", "optimizer": "sgd" }), json!({ "epochs": 7, "dampening": 0.5 })),
            (json!({ "schedule": "plateau" }), json!({ "plateau_patience": 2, "decay_rate": 0.25 })),
            (
                json!({ "schedule": "step", "amsgrad": true }),
                json!({ "schedule": "constant", "optimizer": "momentum" }),
            ),
            (json!({ "beta1": 0.3 }), json!({ "optimizer": "rmsprop", "momentum": 0.5 })),
            (json!({ "averaging": "ema" }), json!({ "averaging_decay": 0.5, "patience": 3 })),
            (json!({ "averaging_decay": 0.5 }), json!({ "averaging": "ema" })),
            (json!({ "averaging": "swa", "optimizer": "newton" }), json!({ "averaging_decay": 0.5 })),
        ] {
            let text = json!({ "format": "tuning-playground/study@1", "dataset": { "name": "moons" }, "fixed": fixed });
            let (study, params) = (study(&text), params.as_object().unwrap());
            let base = TrialConfig::new(&study, &Map::new());
            assert_eq!(base.with(&study, params), TrialConfig::new(&study, params), "{params:?} over {fixed}");
        }
    }
}

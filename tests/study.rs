//! The study document: what is accepted, what is refused, and what the refusal names.

use serde_json::{Value, json};
use tuning_playground::mlp::Activation;
use tuning_playground::optimizer::{self, Adam, Optimizer, Rmsprop, Settings, Sgd};
use tuning_playground::schedule::{self, StepAt};
use tuning_playground::search::Search;
use tuning_playground::study::table::{self, Kind};
use tuning_playground::study::{self, Study, TrialConfig};

/// The least study with one part replaced: `at` is a path like `dataset.noise`.
fn with(at: &str, value: &Value) -> Value {
    let mut study = json!({"format": study::FORMAT, "dataset": {"name": "digits"}});
    let mut place = &mut study;
    for key in at.split('.').filter(|key| !key.is_empty()) {
        if place.get(key).is_none() {
            place[key] = json!({});
        }
        place = &mut place[key];
    }
    *place = value.clone();
    study
}

fn refused(at: &str, value: &Value, code: &str, key: &str) {
    let problem = Study::check(&with(at, value)).expect_err(&format!("{at} = {value}")).to_json();
    assert_eq!(problem["code"], code, "{problem}");
    if !key.is_empty() {
        assert_eq!(problem["key"], key, "{problem}");
    }
    assert!(problem["message"].as_str().is_some_and(|message| message.contains(key)), "{problem}");
}

fn accepted(at: &str, value: &Value) -> Study {
    Study::check(&with(at, value)).unwrap_or_else(|problem| panic!("{at} = {value}: {problem}"))
}

#[test]
fn only_format_and_data_set_are_needed_and_the_rest_is_filled_in() {
    let full = accepted("name", &json!("x")).to_json();
    assert_eq!(full["dataset"]["split"], json!({"train": 0.7, "validation": 0.15, "test": 0.15}));
    assert_eq!(full["trials"], 64);
    assert_eq!(full["sampler"], json!({"name": "random"}));
    assert_eq!(full["objective"], json!({"metric": "validation_loss", "direction": "minimize"}));
    assert_eq!(Study::check(&full).expect("its own output").to_json(), full);
}

#[test]
fn the_default_study_is_the_one_of_the_issue() {
    let study = Study::parse(study::DEFAULT).expect("valid");
    assert_eq!((study.trials, study.seed, study.dataset.as_str()), (64, 0, "digits"));
    let trials = Search::new(&study).ask(&study);
    assert_eq!(trials.len(), 64);
    let config = TrialConfig::new(&study, &trials[0].params);
    assert_eq!((config.hidden, config.epochs), (vec![32], 20));
}

#[test]
fn numbers_that_cannot_be_kept_are_named_as_they_are_written() {
    let refused = |seed: &str, rate: &str| {
        let fixed = format!(r#"{{"learning_rate": {rate}}}"#);
        let dataset = r#"{"name": "digits"}"#;
        let text =
            format!(r#"{{"format": "{}", "dataset": {dataset}, "fixed": {fixed}, "seed": {seed}}}"#, study::FORMAT);
        [Study::parse(&text), Study::parse_with(&text, &|_| Ok(Vec::new()))].map(|read| read.map(|_| ()))
    };
    for (seed, rate, words) in [
        ("18446744073709551616", "0.1", "seed is 18446744073709551616; the accepted range is 0 .. 9007199254740991"),
        ("9007199254740993", "0.1", "seed is 9007199254740993;"),
        ("1e300", "0.1", "seed is 1e300;"),
        ("0", "1e-400", "a number of the study is 1e-400; the accepted range is 0, or from 5e-324 on"),
        ("0", "-0.01E-330", "a number of the study is -0.01E-330;"),
    ] {
        for read in refused(seed, rate) {
            let said = read.expect_err(words).to_string();
            assert!(said.contains(words), "{said}");
        }
    }
    for rate in ["0", "0.0e-400", "5e-324"] {
        assert_eq!(refused("9007199254740991", rate), [Ok(()), Ok(())], "{rate}");
    }
}

#[test]
fn what_is_refused_names_its_key() {
    for (at, value, code, key) in [
        ("trails", json!(3), "unknown_key", "trails"),
        ("dataset.colour", json!(3), "unknown_key", "dataset.colour"),
        ("fixed.lerning_rate", json!(0.1), "unknown_key", "fixed.lerning_rate"),
        ("space.foo", json!({"type": "float", "low": 0, "high": 1}), "unknown_key", "space.foo"),
        ("fixed.dropout", json!(1.5), "out_of_range", "fixed.dropout"),
        ("fixed.dropout", json!("much"), "wrong_type", "fixed.dropout"),
        ("fixed.batch_size", json!(0), "out_of_range", "fixed.batch_size"),
        ("fixed.batch_size", json!(2.5), "wrong_type", "fixed.batch_size"),
        ("fixed.hidden", json!([4, 4000]), "out_of_range", "fixed.hidden"),
        ("fixed.activation", json!("swish"), "out_of_range", "fixed.activation"),
        ("fixed.schedule_points", json!([]), "out_of_range", "fixed.schedule_points"),
        ("fixed.batch_norm", json!(1), "wrong_type", "fixed.batch_norm"),
        ("fixed.learning_rate", json!("NaN"), "out_of_range", "fixed.learning_rate"),
        ("fixed.loss", json!("mse"), "loss_mismatch", ""),
        ("space.learning_rate", json!({"type": "float", "low": 1, "high": 0.1}), "empty_range", "space.learning_rate"),
        ("space.dropout", json!({"type": "float", "low": 0, "high": 2}), "out_of_range", "space.dropout.high"),
        ("space.batch_size", json!({"type": "float", "low": 1, "high": 9}), "wrong_type", "space.batch_size.type"),
        (
            "space.batch_size",
            json!({"type": "categorical", "choices": [8, -1]}),
            "out_of_range",
            "space.batch_size.choices",
        ),
        ("space.momentum", json!({"type": "float", "low": 0.1, "high": 0.9}), "inert", "momentum"),
        ("trials", json!(0), "out_of_range", "trials"),
        ("trials", json!(2.5), "wrong_type", "trials"),
        ("seed", json!(-1), "out_of_range", "seed"),
        ("seed", json!(9_007_199_254_740_992_u64), "out_of_range", "seed"),
        ("dataset.name", json!("mnits"), "out_of_range", "dataset.name"),
        ("dataset.noise", json!(0.3), "out_of_range", "dataset.noise"),
        ("dataset.folds", json!(21), "out_of_range", "dataset.folds"),
        ("dataset.split", json!({"train": 0.5, "validation": 0.2, "test": 0.2}), "out_of_range", "dataset.split"),
        ("sampler", json!({"name": "pbt", "population": 1}), "out_of_range", "sampler.population"),
        ("sampler", json!({"name": "luck"}), "out_of_range", "sampler.name"),
        ("sampler", json!({"name": "random", "points": 3}), "unknown_key", "sampler.points"),
        ("sampler", json!({"name": "sobol", "points": 3}), "unknown_key", "sampler.points"),
        ("pruner", json!({"name": "luck"}), "out_of_range", "pruner.name"),
        ("objective.metric", json!("beauty"), "out_of_range", "objective.metric"),
        ("format", json!("tuning-playground/study@2"), "format", ""),
        ("", json!([]), "not_a_study", ""),
    ] {
        refused(at, &value, code, key);
    }
}

#[test]
fn fixed_and_swept_at_once_is_refused() {
    let mut study = with("fixed.dropout", &json!(0.1));
    study["space"] = json!({"dropout": {"type": "float", "low": 0, "high": 0.5}});
    assert_eq!(Study::check(&study).expect_err("both").to_json()["code"], "fixed_and_swept");
}

#[test]
fn a_grid_of_more_points_than_trials_is_refused_with_its_size() {
    let mut study = with("sampler", &json!({"name": "grid"}));
    study["space"] = json!({
        "learning_rate": {"type": "float", "low": 1e-3, "high": 1, "log": true},
        "hidden_layers": {"type": "int", "low": 1, "high": 4},
    });
    study["trials"] = json!(19);
    let problem = Study::check(&study).expect_err("20 points").to_json();
    assert_eq!((&problem["code"], &problem["combinations"]), (&json!("grid_too_large"), &json!("20")));
    study["trials"] = json!(20);
    let study = Study::check(&study).expect("they fit");
    assert_eq!(Search::new(&study).ask(&study).len(), 20);
}

#[test]
fn conditional_hyperparameters_are_drawn_only_where_they_are_used() {
    let mut study = with("space.optimizer", &json!({"type": "categorical", "choices": ["momentum", "adam"]}));
    study["space"]["momentum"] = json!({"type": "float", "low": 0.5, "high": 0.99, "scale": "log1m"});
    study["space"]["beta1"] = json!({"type": "float", "low": 0.5, "high": 0.99});
    let study = Study::check(&study).expect("valid");
    let trials = Search::new(&study).ask(&study);
    for trial in &trials {
        let adam = trial.params["optimizer"] == "adam";
        assert_eq!(trial.params.contains_key("beta1"), adam);
        assert_eq!(trial.params.contains_key("momentum"), !adam);
    }
    assert!(trials.iter().any(|trial| trial.params["optimizer"] == "adam"));
}

/// What a study makes of these fixed hyperparameters.
fn config(fixed: &Value) -> TrialConfig {
    let mut study = with("fixed", fixed);
    // A loss fits one task only.
    study["dataset"]["name"] = json!(if fixed["loss"] == "mse" { "waves" } else { "digits" });
    let study = Study::check(&study).unwrap_or_else(|problem| panic!("{fixed}: {problem}"));
    TrialConfig::new(&study, &serde_json::Map::new())
}

#[test]
fn defaults_are_pytorchs() {
    let named = |name: &str| Optimizer::named(name).expect("an optimizer");
    for name in available("optimizer") {
        let found = config(&json!({"optimizer": name})).optimizer;
        // PyTorch has 0.001 for SGD; the page names it beside its own.
        let is_sgd = matches!(found.settings, Settings::Sgd(_));
        let wanted = named(&name);
        let learning_rate = if is_sgd { 0.01 } else { wanted.learning_rate };
        assert_eq!(found, Optimizer { learning_rate, ..wanted }, "{name}");
    }
    let adam = Settings::Adam(Adam {
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weight_decay: 0.0,
        amsgrad: false,
        hypergradient: 0.0,
    });
    assert_eq!(named("adam"), Optimizer { settings: adam, learning_rate: 1e-3, l2: 0.0, average: None });
    let sgd = |momentum, nesterov| {
        Settings::Sgd(Sgd { momentum, nesterov, dampening: 0.0, weight_decay: 0.0, hypergradient: 0.0 })
    };
    for (name, settings) in [("gd", sgd(0.0, false)), ("momentum", sgd(0.9, false)), ("nesterov", sgd(0.9, true))] {
        assert_eq!(named(name), Optimizer { settings, learning_rate: 1e-3, l2: 0.0, average: None }, "{name}");
    }
    let rmsprop = Rmsprop { alpha: 0.99, epsilon: 1e-8, weight_decay: 0.0, momentum: 0.0, centered: false };
    assert_eq!(
        named("rmsprop"),
        Optimizer { settings: Settings::Rmsprop(rmsprop), learning_rate: 0.01, l2: 0.0, average: None }
    );
    for (name, learning_rate, own) in [
        ("adagrad", 0.01, &[("lr_decay", 0.0), ("initial_accumulator_value", 0.0), ("epsilon", 1e-10)][..]),
        ("adadelta", 1.0, &[("rho", 0.9), ("epsilon", 1e-6)]),
        (
            "lbfgs",
            1.0,
            &[
                ("max_iter", 20.0),
                ("history_size", 100.0),
                ("line_search_fn", 0.0),
                ("tolerance_grad", 1e-7),
                ("tolerance_change", 1e-9),
            ],
        ),
        ("newton", 1.0, &[("newton_damping", 1e-3)]),
        (
            "adamw",
            1e-3,
            &[("beta1", 0.9), ("beta2", 0.999), ("epsilon", 1e-8), ("weight_decay", 0.01), ("amsgrad", 0.0)],
        ),
        ("nadam", 2e-3, &[("beta1", 0.9), ("beta2", 0.999), ("epsilon", 1e-8), ("momentum_decay", 4e-3)]),
    ] {
        let mut wanted = named(name);
        assert!(own.iter().all(|(setting, value)| wanted.set(setting, *value)), "{name}");
        wanted.learning_rate = learning_rate;
        assert_eq!(named(name), wanted, "{name}");
    }
    for name in ["gd", "lbfgs", "newton"] {
        assert_eq!(config(&json!({"optimizer": name, "batch_size": 8})).batch_size, None);
    }
    assert_eq!(config(&json!({})).hidden, vec![16, 16]);
    assert_eq!(config(&json!({"hidden": []})).hidden, Vec::<usize>::new());
}

/// The choices of a hyperparameter that this version trains.
fn available(name: &str) -> Vec<String> {
    let row = table::find(name).expect("a row");
    row.available_choices.clone().expect("choices")
}

#[test]
fn every_choice_is_a_setting_of_its_own() {
    for row in table::table().iter().filter(|row| row.available && row.kind == Kind::Categorical) {
        let made = |choice: &String| {
            let mut fixed = json!({ &row.name: choice });
            for (owner, condition) in row.used_by.iter().flatten() {
                fixed[owner.as_str()] = cases(owner, condition).swap_remove(0).0;
            }
            config(&fixed)
        };
        let made: Vec<_> = available(&row.name).iter().map(made).collect();
        for (i, one) in made.iter().enumerate() {
            assert!(!made[..i].contains(one), "{}: {} is another's", row.name, available(&row.name)[i]);
        }
    }
    for name in available("optimizer") {
        assert!(optimizer::NAMES.contains(&name.as_str()), "{name}");
    }
    for name in optimizer::NAMES {
        assert!(available("optimizer").iter().any(|choice| choice == name), "{name} is hidden");
    }
    for name in schedule::NAMES {
        assert!(available("schedule").iter().any(|choice| choice == name), "{name} is hidden");
    }
    assert!(Optimizer::named("").is_none() && Optimizer::named("Adam").is_none());
    assert!(schedule::Settings::named("").is_none() && schedule::Settings::named("Step").is_none());
}

/// The shader's other case is `linear`.
#[test]
fn every_activation_has_its_case_in_the_shader() {
    let shader = include_str!("../shaders/functions/activation.wgsl");
    for name in available("activation").iter().filter(|name| *name != "linear") {
        let activation: Activation = serde_json::from_value(json!(name)).expect("an activation");
        assert!(shader.contains(&format!("case {}u:", activation as u32)), "{name}");
    }
}

/// What trains, whatever the settings are called.
fn effect(config: TrialConfig) -> impl PartialEq + core::fmt::Debug {
    let TrialConfig { optimizer, mut schedule, .. } = config;
    // Momentum warms up where there is some, and the schedule has none of its own.
    let own = optimizer.momentum().filter(|&own| own > 0.0 && schedule.momentum(first(0)).is_none());
    let rising: Vec<_> = (0..4).map(|step| own.and_then(|own| schedule.rising_momentum(first(step), own))).collect();
    for name in ["momentum_start", "momentum_warmup_epochs"] {
        assert!(schedule.set(name, 0.0));
    }
    // Without a hidden layer there are no units to drop.
    let dropout = if config.hidden.is_empty() { 0.0 } else { config.dropout };
    let scalars = [1, 2].map(|t| optimizer.step_scalars(t, optimizer.learning_rate));
    (
        (optimizer.rule(), optimizer.average),
        optimizer.second_order(),
        optimizer.constants(),
        scalars,
        rising,
        TrialConfig { optimizer: Optimizer::default(), schedule, dropout, ..config },
    )
}

/// A step of the first epoch, which has four.
const fn first(step: u64) -> StepAt {
    StepAt { step, per_epoch: 4 }
}

/// Values of an owner, each with whether it meets the condition on it; the first one does.
fn cases(owner: &str, condition: &Value) -> Vec<(Value, bool)> {
    if let Some(limit) = condition.get("above") {
        // Units are of use while some layer has none of its own: here all ten have.
        let limit = limit.as_f64().unwrap_or(0.0);
        let step = if owner == "momentum" { 0.5 } else { 1.0 };
        return vec![(json!(limit + step), true), (json!(limit), false)];
    }
    let users = condition.as_array().expect("a list or a limit");
    if owner == "hidden" {
        return vec![(Value::Null, true), (json!([3, 3]), false)];
    }
    let mut all: Vec<_> =
        available(owner).iter().map(|choice| (json!(choice), users.contains(&json!(choice)))).collect();
    all.sort_by_key(|(_, is_met)| !is_met);
    all
}

/// Each available hyperparameter changes what the trial trains with, where the conditions of the table are met; where one
/// is not it changes nothing.
#[test]
fn every_hyperparameter_is_taken_over_by_those_who_use_it() {
    for row in table::table().iter().filter(|row| row.available && row.kind != Kind::Categorical) {
        let values = match row.kind {
            Kind::Bool => [json!(false), json!(true)],
            Kind::List => [json!([3]), json!([4])],
            Kind::Points => [json!([[0, 0.5]]), json!([[0, 0.25]])],
            // Digits has 1,257 rows for training.
            Kind::Int if row.name == "batch_size" => [json!(7), json!(8)],
            Kind::Int => [json!(row.low), json!(row.low.map(|low| low + 1.0))],
            Kind::Float | Kind::Categorical => [0.25, 0.5].map(|above| json!(row.low.map(|low| low + above))),
        };
        let owners: Vec<_> = row.used_by.iter().flatten().collect();
        let settings = |varied: Option<(&str, &Value)>| {
            values.clone().map(|value| {
                let mut fixed = json!({ &row.name: value });
                for (owner, condition) in &owners {
                    let (met, _) = cases(owner, condition).swap_remove(0);
                    let given = varied.filter(|(name, _)| name == owner).map_or(met, |(_, value)| value.clone());
                    if !given.is_null() {
                        fixed[owner.as_str()] = given;
                    }
                }
                effect(config(&fixed))
            })
        };
        let [one, other] = settings(None);
        assert_ne!(one, other, "{}", row.name);
        for (owner, condition) in &owners {
            for (value, is_used) in cases(owner, condition) {
                let [one, other] = settings(Some((owner, &value)));
                assert_eq!(one != other, is_used, "{} with {owner} {value}", row.name);
            }
        }
    }
}

#[test]
fn what_an_optimizer_does_not_use_is_inert_when_fixed_and_refused_when_searched() {
    for (name, optimizer) in [("alpha", "adam"), ("centered", "sgd"), ("amsgrad", "rmsprop"), ("dampening", "rmsprop")]
    {
        let mut study = with("fixed", &json!({"optimizer": optimizer}));
        study["space"] =
            json!({name: {"type": "categorical", "choices": [if name == "alpha" { json!(0.5) } else { json!(true) }]}});
        if name == "dampening" {
            study["space"] = json!({name: {"type": "float", "low": 0.1, "high": 0.2}});
        }
        assert_eq!(Study::check(&study).expect_err(name).to_json()["code"], "inert", "{name} with {optimizer}");
    }
}

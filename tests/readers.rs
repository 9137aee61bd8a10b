//! What is read of files is refused where it is not what the formats say, by the name of what is wrong.

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tuning_playground::fixture::Fixture;
use tuning_playground::json;
use tuning_playground::result::check::check;
use tuning_playground::study::{FORMAT, Study};

const NORMED: &str = include_str!("golden/batch_norm_one_layer_linear.json");
const STEPPED: &str = include_str!("golden/schedule_step.json");
const TARGETS: &str = include_str!("golden/sgd_depth0_mse.json");

/// The document with something else at a place.
fn with(text: &str, pointer: &str, value: Value) -> Value {
    let mut document = json::parse(text).expect("JSON");
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    match document.pointer_mut(parent).expect("a place") {
        Value::Object(object) => drop(object.insert(key.into(), value)),
        Value::Array(list) => list[key.parse::<usize>().expect("an index")] = value,
        other => panic!("{other} has no {key}"),
    }
    document
}

fn without(text: &str, pointer: &str) -> Value {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    let mut document = json::parse(text).expect("JSON");
    document.pointer_mut(parent).and_then(Value::as_object_mut).and_then(|own| own.shift_remove(key)).expect("a key");
    document
}

#[test]
fn every_fixture_of_pytorch_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let files = fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    let files: Vec<_> = files.filter(|path| path.extension().is_some_and(|ending| ending == "json")).collect();
    assert!(files.len() >= 140);
    for file in files {
        let text = fs::read_to_string(&file).expect("a text");
        Fixture::parse(&text, "fixture").unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}

#[test]
fn a_fixture_that_checks_nothing_or_does_not_agree_is_refused_by_name() {
    let huge = 1_000_000_000_000_000_000_u64;
    for (document, words) in [
        (with(NORMED, "/expect", json!([])), "expect is empty"),
        (with(NORMED, "/expect/0/step", json!(0)), "expect[0].step is 0; it must be 1 .. 100"),
        (with(NORMED, "/expect/1/step", json!(1)), "expect[1].step is 1; it must be 2 .. 100"),
        (with(NORMED, "/expect/4/step", json!(101)), "expect[4].step is 101"),
        (with(NORMED, "/steps", json!(0)), "steps is 0"),
        (with(NORMED, "/steps", json!(huge)), "steps is 1000000000000000000"),
        (with(NORMED, "/expect/2/los", json!(0.5)), "unknown field `los`"),
        (without(NORMED, "/expect/2/loss"), "missing field `loss`"),
        (with(NORMED, "/expect/2/loss", json!("low")), "expect[2].loss is \"low\""),
        (without(NORMED, "/expect/2/parameters"), "missing field `parameters`"),
        (with(NORMED, "/expect/2/parameters", json!([])), "expect[2].parameters has 0 tensors, the model has 6"),
        (
            with(NORMED, "/expect/2/parameters/0/1", json!([0.0])),
            "expect[2].parameters[0][1] has 1 values; it must have 4",
        ),
        (with(NORMED, "/expect/2/parameters/1/0", json!("NaN")), "expect[2].parameters[1] holds \"NaN\""),
        (with(NORMED, "/batches/0/z", json!([])), "unknown field `z`"),
        (without(NORMED, "/batches/0/y"), "missing field `y`"),
        (with(NORMED, "/batches", json!([])), "batches is empty"),
        (with(NORMED, "/batches/0/y/0", json!(3)), "batches[0].y holds 3; it must hold 0 .. 2"),
        (with(TARGETS, "/batches/0/y/0", json!([0.5, [0.5]])), "batches[0].y"),
        (with(NORMED, "/model/width", json!(3)), "unknown field `width`"),
        (without(NORMED, "/model/batch_norm"), "missing field `batch_norm`"),
        (with(NORMED, "/model/hidden", json!([0])), "from 1 on"),
        (
            with(NORMED, "/model/hidden", json!([1_000_000_000])),
            "parameters hold 53 numbers, the model has 10000000003",
        ),
        (with(NORMED, "/model/hidden", json!([huge, huge])), "more than can be counted"),
        (with(NORMED, "/model/inputs", json!(huge)), "the model has 5000000000000000033"),
        (with(STEPPED, "/parameters", json!(vec![0.5; 59])), "parameters has 59 tensors, the model has 4"),
        (with(STEPPED, "/schedule", json!({"name": "step"})), "schedule.step_size is missing"),
        (with(STEPPED, "/schedule", json!({"name": "step", "step_size": 0})), "schedule.step_size is 0"),
        (with(STEPPED, "/schedule", json!({"name": "exponential"})), "schedule.gamma is missing"),
        (with(STEPPED, "/schedule", json!({"name": "cosine"})), "schedule.T_max is missing"),
        (with(STEPPED, "/schedule", json!({"name": "one_cycle", "total_steps": 9})), "schedule.max_lr is missing"),
        (
            with(STEPPED, "/schedule", json!({"name": "one_cycle", "max_lr": "big", "total_steps": 9})),
            "schedule.max_lr is \"big\"",
        ),
        (
            with(STEPPED, "/schedule", json!({"name": "one_cycle", "max_lr": 0.1, "total_steps": 2})),
            "schedule.total_steps is 2; the accepted range is >= ",
        ),
        (
            with(
                STEPPED,
                "/schedule",
                json!({"name": "one_cycle", "max_lr": 0.1, "total_steps": 99, "pct_start": 1.5}),
            ),
            "schedule.pct_start is 1.5; the accepted range is 0 .. 1",
        ),
        (
            with(
                &with(STEPPED, "/optimizer/learning_rate", json!(0)).to_string(),
                "/schedule",
                json!({"name": "cosine", "T_max": 9, "eta_min": 0.1}),
            ),
            "schedule.eta_min is 0.1; the accepted range is 0 (learning_rate 0)",
        ),
        (with(STEPPED, "/schedule", json!({"name": "plateau"})), "step | exponential | cosine | one_cycle"),
        (with(STEPPED, "/format", json!(FORMAT)), "format is"),
        (without(STEPPED, "/format"), "format is missing"),
    ] {
        let refused = Fixture::parse(&document.to_string(), "changed").err().unwrap_or_else(|| panic!("{words}"));
        assert!(refused.to_string().contains(words), "{words}: {refused}");
    }
    let twice = STEPPED.replacen("\"gamma\"", "\"gamma\": 0.9, \"gamma\"", 1);
    let refused = Fixture::parse(&twice, "changed").err().expect("a key given twice").to_string();
    assert!(refused.contains("schedule has \"gamma\" twice"), "{refused}");
    // A weight may be one list in the order of its rows, and what is equal trains to the same.
    let mut flat = json::parse(STEPPED).expect("JSON");
    let rows = flat["parameters"][0].as_array().expect("rows").iter();
    flat["parameters"][0] = rows.flat_map(|row| row.as_array().expect("a row").clone()).collect();
    let fixture = Fixture::parse(&flat.to_string(), "flat").expect("the same fixture");
    assert!(pollster::block_on(fixture.run_reference()).expect("a run").error < 1e-9);
    // Classes may be written as PyTorch's other numbers are.
    let mut real = json::parse(NORMED).expect("JSON");
    for y in
        real["batches"].as_array_mut().expect("batches").iter_mut().filter_map(|one| one["y"].as_array_mut()).flatten()
    {
        *y = json!(y.as_f64());
    }
    let fixture = Fixture::parse(&real.to_string(), "real").expect("the same fixture");
    assert!(pollster::block_on(fixture.run_reference()).expect("a run").error < 1e-9);
    // A rate of 0 stays at 0, however it is scheduled.
    let mut still = with(STEPPED, "/optimizer/learning_rate", json!(0));
    still["schedule"] = json!({"name": "cosine", "T_max": 9, "eta_min": 0});
    let begin = still["parameters"].clone();
    for expected in still["expect"].as_array_mut().expect("a list") {
        expected["parameters"] = begin.clone();
    }
    let fixture = Fixture::parse(&still.to_string(), "still").expect("a fixture");
    assert!(pollster::block_on(fixture.run_reference()).expect("a run").error < 1e-12);
}

/// What `tune` says of a document in a file.
fn tune(name: &str, text: &str, arguments: &[&str]) -> (Output, String) {
    let folder = std::env::temp_dir().join(format!("tune-readers-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for the test");
    let file = folder.join("document.json");
    fs::write(&file, text).expect("written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tune"));
    let ended = command.arg(arguments[0]).arg(&file).args(&arguments[1..]).output().expect("tune ends");
    let _ = fs::remove_dir_all(&folder);
    let said = [&ended.stdout, &ended.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat();
    (ended, said)
}

#[test]
fn a_fixture_of_any_size_ends_in_words() {
    for (name, hidden) in [("wide", json!([1_000_000_000])), ("wider", json!([u64::MAX / 10, u64::MAX / 10]))] {
        let document = with(NORMED, "/model/hidden", hidden).to_string();
        let (ended, said) = tune(name, &document, &["verify"]);
        assert!(ended.status.code() == Some(1) && said.contains("parameters hold 53 numbers"), "{name}: {said}");
    }
}

/// A study whose first trial does not use every hyperparameter, and a result of it.
fn result() -> (Study, Value) {
    let study = Study::check(&json!({
        "format": FORMAT, "dataset": {"name": "moons", "samples": 40}, "fixed": {"hidden": [3], "epochs": 1},
        "space": {
            "optimizer": {"type": "categorical", "choices": ["adam", "sgd"]},
            "momentum": {"type": "float", "low": 0.5, "high": 0.9},
            "learning_rate": {"type": "float", "low": 0.001, "high": 0.1},
        },
        "trials": 2,
    }));
    let study = study.expect("a study");
    let epoch = json!({
        "epoch": 1, "train_loss": 0.5, "validation_loss": "NaN", "train_metric": 0.75, "validation_metric": null,
        "learning_rate": 0.01, "seconds": 0.25,
    });
    let trial = |number: u32, state: &str, params: Value| {
        json!({
            "number": number, "state": state, "params": params, "value": 0.5, "seed": 0, "epochs": [epoch], "steps": 2,
            "diverged_at": null,
        })
    };
    let document = json!({
        "format": "tuning-playground/result@1", "study": study.to_json(),
        "engine": {"version": "0.1.0", "numerics": 4, "backend": "cpu", "adapter": "x", "plan": "lanes", "workers": 1},
        "trials": [
            trial(0, "complete", json!({"learning_rate": 0.01, "optimizer": "adam"})),
            trial(1, "failed", json!({"learning_rate": 0.02, "momentum": 0.75, "optimizer": "sgd"})),
        ],
        "best": 0, "test": {"trial": 0, "loss": 0.5, "metric": "NaN"},
    });
    (study, document)
}

#[test]
fn a_result_that_is_none_is_refused_by_name() {
    let (study, sound) = result();
    check(&sound, &study).expect("a result");
    let text = sound.to_string();
    for (pointer, value, words) in [
        ("/trails", json!([]), "trails is not a known key of result"),
        ("/engine/gpu", json!(true), "engine.gpu is not a known key"),
        ("/trials/0/state", json!("weird"), "trials[0].state is \"weird\"; the accepted range is complete | pruned"),
        ("/trials/1/number", json!(77), "trials[1].number is 77; it must be 1"),
        ("/trials/1/number", json!(0), "trials[1].number is 0; it must be 1"),
        ("/trials/1/mood", json!(1), "trials[1].mood is not a known key"),
        ("/trials/1/params", json!(null), "trials[1].params is null"),
        ("/trials/1/params/beta1", json!(0.5), "trials[1].params.beta1 is not a known key of study.space"),
        ("/trials/1/value", json!("low"), "trials[1].value is \"low\""),
        ("/trials/0/epochs", json!({}), "trials[0].epochs is {}"),
        ("/trials/0/epochs/0/los", json!(1), "trials[0].epochs[0].los is not a known key"),
        ("/trials/0/epochs/0/epoch", json!(0), "trials[0].epochs[0].epoch is 0"),
        ("/trials/0/epochs/0/train_loss", json!([]), "trials[0].epochs[0].train_loss is []"),
        ("/best", json!(2), "best is 2; the accepted range is null | 0 .. 1"),
        ("/test/trial", json!("0"), "test.trial is \"0\""),
        ("/test/score", json!(0), "test.score is not a known key"),
    ] {
        let refused = check(&with(&text, pointer, value), &study).expect_err(words).to_string();
        assert!(refused.contains(words), "{words}: {refused}");
    }
    let (ended, said) =
        tune("result", &with(&text, "/trials/0/state", json!("weird")).to_string(), &["export", "--to", "csv"]);
    assert!(ended.status.code() == Some(2) && said.contains("trials[0].state is \"weird\""), "{said}");
}

#[test]
fn a_table_has_settings_in_the_studys_order_before_what_is_of_an_epoch() {
    let (_, sound) = result();
    let (ended, said) = tune("csv", &sound.to_string(), &["export", "--to", "csv"]);
    assert!(ended.status.success(), "{said}");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines[0],
        "trial_number,trial_state,trial_value,trial_steps,trial_diverged_at,param_optimizer,param_momentum,\
         param_learning_rate,epoch,train_loss,validation_loss,train_metric,validation_metric,learning_rate,seconds"
    );
    assert_eq!(lines[1], "0,complete,0.5,2,,adam,,0.01,1,0.5,NaN,0.75,,0.01,0.25");
    assert_eq!(lines[2], "1,failed,0.5,2,,sgd,0.75,0.02,1,0.5,NaN,0.75,,0.01,0.25");
}

#[test]
fn a_key_given_twice_is_refused_in_whatever_is_read() {
    let study = format!(r#"{{"format": "{FORMAT}", "dataset": {{"name": "moons", "seed": 1, "seed": 2}}}}"#);
    let refused = Study::parse(&study).expect_err("twice").to_string();
    assert_eq!(refused, "dataset has \"seed\" twice; name each once");
    let (ended, said) = tune("twice", &study, &["run"]);
    assert!(ended.status.code() == Some(2) && said.contains("dataset has \"seed\" twice"), "{said}");
    let study = format!(r#"{{"format": "{FORMAT}", "dataset": {{"name": "moons"}}, "trials": 2, "trials": 3}}"#);
    assert_eq!(Study::parse(&study).expect_err("twice").to_string(), "the study has \"trials\" twice; name each once");
    let (_, sound) = result();
    let text = sound.to_string().replacen("\"best\"", "\"best\":1,\"best\"", 1);
    let (ended, said) = tune("twice-result", &text, &["export", "--to", "csv"]);
    assert!(ended.status.code() == Some(2) && said.contains("it has \"best\" twice"), "{said}");
}

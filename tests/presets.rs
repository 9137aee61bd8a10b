//! What the texts of the page's examples claim, trained with their own studies.
#![expect(clippy::unwrap_used, reason = "how a test fails")]

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;
use tuning_playground::study::Study;

/// The page's examples.
fn all() -> Vec<Value> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/src/study/presets.json");
    let all: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    all.as_array().unwrap().clone()
}

#[test]
fn every_example_is_a_study_whose_data_are_there() {
    for example in all() {
        // The first one is the page's own study.
        if example["study"].is_null() {
            continue;
        }
        let study =
            Study::parse(&example["study"].to_string()).unwrap_or_else(|error| panic!("{}: {error}", example["name"]));
        study.prepare_native().unwrap_or_else(|error| panic!("{}: {error}", example["name"]));
    }
}

/// The part of an example's study that its text speaks of, trained by the binary on the CPU.
fn trained(name: &str, part: impl Fn(&mut Value)) -> Vec<Value> {
    let mut example = all().into_iter().find(|one| one["name"] == name).unwrap()["study"].clone();
    part(&mut example);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let [study, result] = ["study", "result"].map(|part| folder.join(format!("example-{name}-{part}.json")));
    fs::write(&study, example.to_string()).unwrap();
    let tune = Command::new(env!("CARGO_BIN_EXE_tune"))
        .args(["run", "--backend", "cpu", "-o"])
        .args([&result, &study])
        .output()
        .unwrap();
    assert!(tune.status.success(), "{}", String::from_utf8_lossy(&tune.stderr));
    let result: Value = serde_json::from_str(&fs::read_to_string(&result).unwrap()).unwrap();
    result["trials"].as_array().unwrap().clone()
}

/// A number of the trial's last epoch; not finite ones are larger than any.
fn last(trial: &Value, what: &str) -> f64 {
    trial["epochs"].as_array().unwrap().last().unwrap()[what].as_f64().unwrap_or(f64::INFINITY)
}

#[test]
fn relu_networks_learn_the_spiral_and_sigmoid_networks_do_not() {
    let activations = json!({"type": "categorical", "choices": ["relu", "sigmoid"]});
    let trials = trained("depth", |study| study["space"]["activation"] = activations.clone());
    assert_eq!(trials.len(), 12);
    for trial in &trials {
        let (activation, layers) = (&trial["params"]["activation"], trial["params"]["hidden_layers"].as_u64().unwrap());
        let accuracy = last(trial, "validation_metric");
        match activation.as_str().unwrap() {
            "relu" if layers >= 2 => assert!(accuracy > 0.9, "relu, {layers} layers: {accuracy}"),
            "sigmoid" => assert!(accuracy < 0.7, "sigmoid, {layers} layers: {accuracy}"),
            _ => {}
        }
    }
}

#[test]
fn more_dropout_means_a_smaller_gap_on_noisy_moons() {
    // The first half of the Sobol points, which cover the box as all of them do.
    let trials = trained("dropout", |study| study["trials"] = json!(16));
    let gap = |low: f64, high: f64| {
        let of = |trial: &&Value| (low..high).contains(&trial["params"]["dropout"].as_f64().unwrap());
        let gaps: Vec<f64> =
            trials.iter().filter(of).map(|trial| last(trial, "validation_loss") - last(trial, "train_loss")).collect();
        gaps.iter().sum::<f64>() / gaps.len() as f64
    };
    let thirds = [gap(0.0, 0.233), gap(0.233, 0.467), gap(0.467, 0.701)];
    assert!(thirds[0] > 0.2, "with little dropout the validation loss is well above: {thirds:?}");
    assert!(thirds[0] > thirds[1] + 0.05 && thirds[1] > thirds[2] + 0.05, "each third has less of a gap: {thirds:?}");
}

#[test]
fn wide_networks_have_a_low_empirical_and_a_high_true_risk() {
    let widths = json!({"type": "categorical", "choices": [1, 8, 128]});
    let trials = trained("capacity_width", |study| {
        (study["space"]["hidden_units"], study["trials"], study["seeds_per_trial"]) =
            (widths.clone(), json!(3), json!(3));
    });
    let of = |width: u64, what: &str| {
        last(trials.iter().find(|trial| trial["params"]["hidden_units"] == width).unwrap(), what)
    };
    let [narrow, middle, wide] = [1, 8, 128].map(|width| (of(width, "train_loss"), of(width, "validation_loss")));
    assert!(narrow.0 > middle.0 && middle.0 > 2.0 * wide.0, "training: {narrow:?} {middle:?} {wide:?}");
    assert!(narrow.1 > 1.4 * middle.1 && wide.1 > 1.4 * middle.1, "validation: {narrow:?} {middle:?} {wide:?}");
}

#[test]
fn the_validation_loss_turns_while_the_training_loss_falls_on() {
    let trials = trained("capacity_epochs", |study| study["seeds_per_trial"] = json!(3));
    let epochs = trials[0]["epochs"].as_array().unwrap();
    let of = |what: &str| epochs.iter().map(|epoch| epoch[what].as_f64().unwrap()).collect::<Vec<_>>();
    let (train, validation) = (of("train_loss"), of("validation_loss"));
    let least = (0..validation.len()).min_by(|&a, &b| validation[a].total_cmp(&validation[b])).unwrap();
    assert!((15..60).contains(&least), "lowest after epoch {}", least + 1);
    assert!(validation[199] > 1.6 * validation[least], "{} from {}", validation[199], validation[least]);
    assert!(train[199] < 0.3 * train[least], "{} from {}", train[199], train[least]);
}

//! Trainability maps: a pixel is the trial that its settings make, bit for bit, however the map is dealt out.
#![expect(clippy::unwrap_used, reason = "how a test fails")]

use core::time::Duration;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::Command;
use std::rc::Rc;
use tuning_playground::analysis::{MapPlan, Mapper, SEEDS};
use tuning_playground::backend::cpu::Cpu;
use tuning_playground::result::TrialState;
use tuning_playground::session::Session;
use tuning_playground::session::threads::Crew;
use tuning_playground::study::{FORMAT, Metric, Study, table};

fn study(changes: &Value) -> Study {
    let mut document = json!({
        "format": FORMAT,
        "dataset": {"name": "moons", "samples": 60},
        "fixed": {"hidden": [6], "optimizer": "sgd", "init": "normal", "epochs": 4, "dropout": 0.2},
    });
    document.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    Study::check(&document).unwrap()
}

fn log(low: f64, high: f64) -> Value {
    json!({"type": "float", "low": low, "high": high, "log": true})
}

/// Loss bits and the step of divergence of each pixel, dealt out in such shares.
fn pixels(plan: &MapPlan, shares: &[Vec<u32>]) -> BTreeMap<u32, (u64, u64)> {
    let prepared = Rc::new(plan.study.prepare_native().unwrap());
    let mut mapper = Mapper::new(plan.clone(), prepared, Box::new(Cpu::new())).unwrap();
    let mut found = BTreeMap::new();
    for share in shares {
        mapper.assign(share).unwrap();
        loop {
            let report = pollster::block_on(mapper.advance(Duration::from_millis(1))).unwrap();
            for one in report.pixels {
                let loss = if one.loss.is_nan() { 0 } else { one.loss.to_bits() };
                assert!(found.insert(one.index, (loss, one.diverged_at)).is_none(), "pixel {} twice", one.index);
            }
            if report.finished {
                break;
            }
        }
    }
    found
}

/// What `tune run` makes of a study, as [`pixels`] has it: its first trial, or one of another number.
fn run(study: &Study, number: usize) -> (u64, u64) {
    let prepared = study.prepare_native().unwrap();
    let mut session = Session::new(study.clone());
    let crew = Crew { prepared: &prepared, workers: 1, open: &|| Ok(Box::new(Cpu::new())), test: false };
    crew.train(&mut session, |_, _| {}).unwrap();
    let trial = &session.trials()[number];
    if trial.state == TrialState::Diverged {
        return (0, trial.diverged_at.unwrap());
    }
    // Of one with patience, what the epoch lost whose weights it kept.
    let kept = trial.kept_epoch.map_or(trial.epochs.len(), |epoch| epoch as usize);
    let metric = match study.metric {
        Metric::TrainLoss | Metric::TrainMetric => Metric::TrainLoss,
        Metric::ValidationLoss | Metric::ValidationMetric => Metric::ValidationLoss,
    };
    (trial.epochs[kept - 1].value(metric).unwrap().to_bits(), 0)
}

/// The study whose trials have a pixel's settings: so many alike are trained as those of a map are.
fn alone(plan: &MapPlan, pixel: u32, shared: bool) -> Study {
    let columns = plan.size()[0];
    let mut document = plan.study.to_json();
    for (axis, at) in plan.axes.iter().zip([pixel as usize % columns, pixel as usize / columns]) {
        if axis.name != SEEDS {
            document["fixed"][axis.name.as_str()] = axis.values[at].clone();
        }
    }
    document["space"] = json!({});
    document["trials"] = json!(8);
    document["shared_seeds"] = json!(shared);
    Study::check(&document).unwrap()
}

#[test]
fn a_pixel_is_the_trial_of_its_settings_to_the_bit() {
    for (space, names) in [
        (json!({"learning_rate": log(1e-3, 1e6), "init_std": log(0.01, 10.0)}), ["learning_rate", "init_std"]),
        (
            json!({"learning_rate": log(1e-3, 1.0), "batch_size": {"type": "int", "low": 1, "high": 42}}),
            ["batch_size", "learning_rate"],
        ),
        (
            json!({"optimizer": {"type": "categorical", "choices": ["sgd", "adam"]},
            "learning_rate": log(1e-3, 1.0)}),
            ["learning_rate", "optimizer"],
        ),
    ] {
        let mut given = json!({"space": space, "shared_seeds": true, "trials": 256});
        if names.contains(&"optimizer") {
            given["fixed"] = json!({"hidden": [6], "init": "normal", "epochs": 4, "dropout": 0.2});
        }
        let plan = MapPlan::new(study(&given), names, [16, 16]).unwrap();
        let n = plan.len() as u32;
        let found = pixels(&plan, &[(0..n).collect()]);
        assert_eq!(found.len(), n as usize, "every pixel ends once");
        for pixel in [0, 5, n / 2 + 3, n - 1] {
            assert_eq!(found[&pixel], run(&alone(&plan, pixel, true), 0), "{names:?}, pixel {pixel}");
        }
    }
}

/// One of a hyperparameter's choices.
fn choices(name: &str) -> impl Strategy<Value = Value> + use<> {
    let row = table::find(name).unwrap();
    prop::sample::select(row.available_choices.clone().unwrap()).prop_map(|choice| json!(choice))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn whatever_is_fixed_every_pixel_ends_once_and_as_its_trial_does(
        (optimizer, schedule, averaging, init) in
            (choices("optimizer"), choices("schedule"), choices("averaging"), choices("init")),
        (epochs, patience, rate, batch_size) in (1_usize..9, 0_usize..4, prop::sample::select(vec![1e-3, 0.1, 1.0, 1e6]), 1..43),
        (every, folds, seeds, batch_norm, dropout) in (1..5, 1..3, 1..3, any::<bool>(), prop::sample::select(vec![0.0, 0.3])),
        metric in prop::sample::select(vec!["validation_loss", "validation_metric", "train_loss", "train_metric"]),
        pixel in 0_u32..9,
    ) {
        let document = json!({
            "format": FORMAT,
            "dataset": {"name": "moons", "samples": 60, "folds": folds},
            "fixed": {
                "optimizer": optimizer, "schedule": schedule, "averaging": averaging, "init": init, "epochs": epochs,
                "patience": patience.min(epochs), "learning_rate": rate, "batch_size": batch_size, "hidden_layers": 1,
                "batch_norm": batch_norm, "dropout": dropout, "plateau_patience": 1,
            },
            "space": {"l2": log(1e-4, 1.0), "hidden_units": {"type": "int", "low": 2, "high": 4}},
            "objective": {"metric": metric}, "evaluate_every": every, "seeds_per_trial": seeds, "shared_seeds": true,
            "trials": 9,
        });
        // Batches of one row under a batch norm are refused.
        let Ok(study) = Study::check(&document) else { return Ok(()) };
        let plan = MapPlan::new(study, ["l2", "hidden_units"], [3, 3]).unwrap();
        let found = pixels(&plan, &[(0..5).collect(), (5..9).collect()]);
        prop_assert_eq!(found.keys().copied().collect::<Vec<_>>(), (0..9).collect::<Vec<_>>());
        prop_assert_eq!(found[&pixel], run(&alone(&plan, pixel, true), 0));
    }
}

#[test]
fn a_map_has_trained_and_diverged_pixels_and_is_the_same_however_it_is_dealt_out() {
    let space = json!({"learning_rate": log(1e-3, 1e8), "init_std": log(0.01, 10.0)});
    let given = study(&json!({"space": space, "shared_seeds": true, "trials": 144}));
    let plan = MapPlan::new(given, ["learning_rate", "init_std"], [12, 12]).unwrap();
    let whole = pixels(&plan, &[(0..144).collect()]);
    let diverged = whole.values().filter(|(_, at)| *at > 0).count();
    assert!(diverged > 5 && diverged < 139, "{diverged} of 144 diverged");
    let scattered: Vec<Vec<u32>> = (0..7).map(|k| (0..144).rev().filter(|pixel| pixel % 7 == k).collect()).collect();
    assert_eq!(pixels(&plan, &scattered), whole);
}

#[test]
fn over_seeds_row_r_is_trial_r() {
    let given = study(&json!({"space": {"learning_rate": log(1e-3, 1.0)}, "trials": 48}));
    let plan = MapPlan::new(given, ["learning_rate", SEEDS], [8, 6]).unwrap();
    let found = pixels(&plan, &[(0..48).collect()]);
    for (column, row) in [(0, 0), (3, 5), (7, 2)] {
        let pixel = row * 8 + column;
        assert_eq!(found[&pixel], run(&alone(&plan, pixel, false), row as usize), "row {row}");
    }
    assert_ne!(found[&0], found[&8], "rows differ in what they draw");
}

#[test]
fn pixels_that_a_map_lacks_are_refused_and_a_cancelled_share_is_gone() {
    let given = study(&json!({"space": {"learning_rate": log(1e-3, 1.0)}}));
    let plan = MapPlan::new(given, ["learning_rate", SEEDS], [4, 2]).unwrap();
    let prepared = Rc::new(plan.study.prepare_native().unwrap());
    let mut mapper = Mapper::new(plan, prepared, Box::new(Cpu::new())).unwrap();
    assert!(mapper.assign(&[8]).is_err());
    mapper.assign(&[0, 1]).unwrap();
    mapper.cancel();
    let report = pollster::block_on(mapper.advance(Duration::from_secs(1))).unwrap();
    assert!(report.finished && report.pixels.is_empty());
    // Two classes of one size: guessing loses ln 2.
    assert!((mapper.limit() - 0.9 * core::f64::consts::LN_2).abs() < 0.02, "{}", mapper.limit());
}

fn tune(study: &Value, name: &str, arguments: &[&str]) -> (bool, Value, String) {
    let folder = std::env::temp_dir().join(format!("tune-map-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let [file, to] = ["study.json", "map.json"].map(|name| folder.join(name));
    std::fs::write(&file, study.to_string()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tune"));
    command.arg("map").arg(&file).args(arguments).args(["--backend", "cpu", "-o"]).arg(&to);
    let output = command.output().unwrap();
    let document = std::fs::read_to_string(&to).map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
    let _ = std::fs::remove_dir_all(&folder);
    (output.status.success(), document, String::from_utf8_lossy(&output.stderr).into())
}

fn plain() -> Value {
    json!({
        "format": FORMAT,
        "dataset": {"name": "moons", "samples": 60},
        "fixed": {"hidden": [4], "init": "normal", "optimizer": "gd", "epochs": 3},
        "space": {"learning_rate": log(1e-3, 10.0), "dropout": {"type": "float", "low": 0.0, "high": 0.5}},
        "trials": 3,
    })
}

#[test]
fn tune_map_writes_columns_of_numbers() {
    let axes = ["--x", "learning_rate", "--y", "init_std", "--size", "6x5", "--trial", "1"];
    let (is_fine, map, said) = tune(&plain(), "columns", &axes);
    assert!(is_fine, "{said}");
    assert_eq!(map["format"], "tuning-playground/map@1");
    assert_eq!(map["size"], json!([6, 5]));
    assert_eq!([&map["x"]["name"], &map["y"]["name"]], ["learning_rate", "init_std"]);
    assert_eq!(map["x"]["values"].as_array().unwrap().len(), 6);
    for column in ["loss", "diverged_at"] {
        assert_eq!(map[column].as_array().unwrap().len(), 30, "{column}");
    }
    // The document's study makes the same map, its drawn dropout included.
    assert!(map["study"]["fixed"]["dropout"].as_f64().unwrap() > 0.0);
    let (_, again, said) = tune(&map["study"], "again", &axes[..6]);
    assert_eq!(again["loss"], map["loss"], "{said}");
}

#[test]
fn tune_map_leaves_out_batches_that_the_data_are_too_few_for() {
    let iris = json!({"format": FORMAT, "dataset": {"name": "iris"}, "fixed": {"hidden": [3], "epochs": 1}});
    let axes = ["--x", "learning_rate", "--y", "batch_size", "--size", "2x3"];
    let (is_fine, map, said) = tune(&iris, "batches", &axes);
    assert!(is_fine, "{said}");
    assert_eq!(map["y"]["values"], json!([16, 32, 64]));
    let asked = [&axes[..], &["--y-range", "16,300"]].concat();
    let (is_fine, _, said) = tune(&iris, "too-large", &asked);
    assert!(!is_fine && said.contains("y-range is 300") && said.contains("--y-range 1,105"), "{said}");
}

#[test]
fn tune_map_says_what_is_wrong_with_axes() {
    let long = |extra: &[&'static str]| [&["--x", "learning_rate", "--y", "init_std"], extra].concat();
    for (name, arguments, words) in [
        ("equal", vec!["--x", "learning_rate", "--y", "learning_rate"], vec!["y is learning_rate", "another"]),
        ("unknown", vec!["--x", "learning_rates", "--y", "init_std"], vec!["x is learning_rates", "learning_rate,"]),
        ("unswept", vec!["--x", "hidden", "--y", "init_std"], vec!["x is hidden", "hidden_units"]),
        ("inert", vec!["--x", "learning_rate", "--y", "beta1"], vec!["y is beta1", "their optimizer leaves it"]),
        ("seeds", vec!["--x", "seeds", "--y", "learning_rate"], vec!["x is seeds"]),
        ("small", long(&["--size", "1"]), vec!["size is 1", "2 .. 1024"]),
        ("huge", long(&["--size", "4096"]), vec!["size is 4096", "2 .. 1024"]),
        ("words", long(&["--size", "big"]), vec!["size is big", "256x32"]),
        ("order", long(&["--x-range", "10,0.1"]), vec!["low 10 is above high 0.1"]),
        ("zero", long(&["--x-range", "0,1"]), vec!["log range cannot start at 0"]),
        ("range", long(&["--y-range", "0.1"]), vec!["y-range is 0.1", "LOW,HIGH"]),
        ("trial", long(&["--trial", "99"]), vec!["99", "0 to 2"]),
    ] {
        let (is_fine, map, said) = tune(&plain(), name, &arguments);
        assert!(!is_fine && map.is_null(), "{name}: {said}");
        for word in words {
            assert!(said.contains(word), "{name}: {said}");
        }
    }
}

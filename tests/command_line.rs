//! `tune run` as a process: what it was asked to write is written, whoever still listens.

use serde_json::{Value, json};
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("tune-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

fn small() -> Value {
    json!({
        "format": "tuning-playground/study@1", "dataset": {"name": "moons"},
        "fixed": {"hidden": [4], "epochs": 1},
        "space": {"learning_rate": {"type": "float", "low": 1e-3, "high": 0.1, "log": true}}, "trials": 2
    })
}

fn tune(arguments: &[&str], stderr: Stdio) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tune"));
    command.args(arguments).stdout(Stdio::null()).stderr(stderr);
    command.spawn().expect("tune starts").wait_with_output().expect("tune ends")
}

fn run(study: &Value, name: &str) -> (Output, PathBuf) {
    let folder = folder(name);
    let (study_file, result) = (folder.join("study.json"), folder.join("result.json"));
    fs::write(&study_file, format!("\u{feff}{study}")).expect("written");
    let arguments =
        ["run", &study_file.to_string_lossy(), "--backend", "cpu", "-o", &result.to_string_lossy(), "--test"];
    (tune(&arguments, Stdio::piped()), result)
}

fn read(path: &PathBuf) -> Value {
    serde_json::from_str(&fs::read_to_string(path).expect("the result is there")).expect("JSON")
}

#[test]
fn a_result_with_its_records_is_exported_as_rows() {
    let mut study = small();
    (study["record"], study["fixed"]["epochs"]) = (json!(["weight_norm", "curvature"]), json!(2));
    let (ended, result) = run(&study, "exported");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let table = result.with_extension("csv");
    let export = |to| {
        let [result, table] = [&result, &table].map(|path| path.to_string_lossy().into_owned());
        tune(&["export", &result, "--to", to, "-o", &table], Stdio::piped())
    };
    assert!(export("csv").status.success());
    let text = fs::read_to_string(&table).expect("the table is there");
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let names = lines.next().expect("names");
    let rows: Vec<_> = lines.collect();
    assert_eq!(rows.len(), 4, "two epochs of two trials");
    let document = read(&result);
    let at = |name: &str| names.iter().position(|one| *one == name).unwrap_or_else(|| panic!("{name} in {names:?}"));
    for (k, row) in rows.iter().enumerate() {
        let epoch = &document["trials"][k / 2]["epochs"][k % 2];
        assert_eq!(row[at("trial_number")], (k / 2).to_string());
        for (name, wanted) in [
            ("weight_norm_2", &epoch["layers"][1]["weight_norm"]),
            ("curvature_1", &epoch["layers"][0]["curvature"]),
            ("curvature_largest", &epoch["curvature"]["largest"]),
            ("learning_rate", &epoch["learning_rate"]),
        ] {
            let (found, wanted): (f64, _) = (row[at(name)].parse().expect("a number"), wanted.as_f64().expect("one"));
            // The reader of this test is a bit off.
            assert!((found - wanted).abs() <= 1e-15 * wanted.abs() * 4.0, "{name}: {found} is not {wanted}");
        }
    }
    for to in ["optuna-journal", "wandb-sweep", "ray-tune", "pytorch"] {
        let made = export(to);
        assert!(made.status.success(), "{to}: {}", String::from_utf8_lossy(&made.stderr));
    }
}

#[test]
fn a_result_stands_for_its_study_and_a_study_is_told_from_a_result() {
    let mut study = small();
    (study["pruner"], study["fixed"]["epochs"]) = (json!({"name": "median"}), json!(6));
    study["trials"] = json!(12);
    let (ended, result) = run(&study, "stands_for");
    let said = String::from_utf8_lossy(&ended.stderr);
    let document = read(&result);
    let pruned =
        document["trials"].as_array().expect("trials").iter().filter(|trial| trial["state"] == "pruned").count();
    assert!(pruned > 0 && said.contains(&format!(", {pruned} pruned in ")), "{pruned}: {said}");
    assert!(said.contains("validation accuracy") && said.contains("test: loss"), "{said}");
    let (again, from) = (result.with_file_name("again.json"), result.to_string_lossy().into_owned());
    let to = again.to_string_lossy().into_owned();
    let ended = tune(&["run", &from, "--backend", "cpu", "-o", &to], Stdio::piped());
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let values = |of: &Value| {
        of["trials"].as_array().expect("trials").iter().map(|one| one["value"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(values(&read(&again)), values(&document));
    let study_file = result.with_file_name("study.json").to_string_lossy().into_owned();
    let ended = tune(&["export", &study_file, "--to", "csv"], Stdio::piped());
    assert!(String::from_utf8_lossy(&ended.stderr).contains("a study has no trials yet; `tune run"));
}

#[test]
fn a_result_is_written_when_nobody_reads_what_is_said() {
    let folder = folder("closed");
    let (study, result) = (folder.join("study.json"), folder.join("result.json"));
    fs::write(&study, small().to_string()).expect("written");
    // The reader of standard error is gone before anything is said.
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let arguments = ["run", &study.to_string_lossy(), "--backend", "cpu", "-o", &result.to_string_lossy()];
    let ended = tune(&arguments, writer.into());
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(read(&result)["trials"].as_array().map(Vec::len), Some(2));
    // The same for standard output.
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = Command::new(env!("CARGO_BIN_EXE_tune"));
    command
        .args(["run", &study.to_string_lossy(), "--backend", "cpu", "-o", "-"])
        .stdout(writer)
        .stderr(Stdio::piped());
    let ended = command.spawn().expect("tune starts").wait_with_output().expect("tune ends");
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_training() {
    let folder = folder("nowhere");
    let at = folder.join("missing").join("result.json");
    let ended = tune(&["run", "-o", &at.to_string_lossy()], Stdio::piped());
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.code() == Some(2) && said.contains("its folder is not there"), "{said}");
}

#[test]
fn an_undefined_r2_is_nan_and_no_objective() {
    let mut study = small();
    study["dataset"] = json!({
        "name": "diabetes", "samples": 10, "split": {"train": 0.8, "validation": 0.1, "test": 0.1}
    });
    study["fixed"]["batch_size"] = json!(4);
    let (ended, result) = run(&study, "nan");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let document = read(&result);
    assert_eq!(document["test"]["metric"], "NaN");
    assert_eq!(document["trials"][0]["epochs"][0]["validation_metric"], "NaN");
    assert!(document["best"].is_u64());
    study["objective"] = json!({"metric": "validation_metric"});
    let (ended, _) = run(&study, "objective");
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.code() == Some(2) && said.contains("dataset.split"), "{said}");
}

#[test]
fn gd_trains_with_a_batch_size_that_it_does_not_use() {
    let mut study = small();
    study["dataset"]["name"] = json!("iris");
    study["fixed"]["optimizer"] = json!("gd");
    study["fixed"]["batch_size"] = json!(128);
    let (ended, result) = run(&study, "gd");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(read(&result)["trials"][1]["state"], "complete");
}

#[test]
fn second_order_trains_on_all_rows_says_what_it_cost_and_is_verified_by_the_reference() {
    let mut study = small();
    study["dataset"]["name"] = json!("iris");
    study["fixed"] = json!({"hidden": [6], "activation": "tanh", "epochs": 8, "batch_size": 16, "dropout": 0.5});
    study["space"] = json!({
        "optimizer": {"type": "categorical", "choices": ["lbfgs", "newton", "gd"]},
        "line_search": {"type": "categorical", "choices": ["none", "strong_wolfe"]},
    });
    study["sampler"] = json!({"name": "grid"});
    study["trials"] = json!(4);
    let (ended, result) = run(&study, "second-order");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let document = read(&result);
    assert_eq!(document["engine"]["plan"], "panels+second_order");
    for trial in document["trials"].as_array().expect("trials") {
        // Without a line search steps of length 1 may lead anywhere, as PyTorch's do.
        let is_bold = trial["params"]["line_search"] == "none";
        assert!(is_bold || trial["state"] == "complete", "{trial}");
        assert!(is_bold || trial["steps"] == 8, "{trial}");
        let evaluations = trial["evaluations"].as_u64();
        match trial["params"]["optimizer"].as_str().expect("a name") {
            "gd" => assert_eq!(evaluations, None),
            "newton" => assert!(evaluations.expect("a count") >= 8 * (1 + 51 + 1), "{trial}"),
            _ => assert!((8..=8 * 26).contains(&evaluations.expect("a count")), "{trial}"),
        }
        if trial["params"]["optimizer"] == "newton" || trial["params"]["line_search"] == "strong_wolfe" {
            let [first, last] = [0, 7].map(|at| trial["epochs"][at]["train_loss"].as_f64().expect("a loss"));
            assert!(last < 0.5 * first, "{trial}");
        }
    }
    study["space"] = json!({});
    study["fixed"] = json!({"hidden": [300], "optimizer": "newton"});
    let (ended, _) = run(&study, "too-many");
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.code() == Some(2) && said.contains("2403 parameters") && said.contains("hidden"), "{said}");
    // 600 GB of old steps: what is not enough for them is three quarters of the machine's own memory.
    study["fixed"] = json!({"hidden": vec![2048; 10], "optimizer": "lbfgs", "history_size": 1000});
    let (ended, _) = run(&study, "too-much");
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    let limit =
        said.split("more than the ").nth(1).and_then(|rest| rest.split_once(" MB of memory that this machine has"));
    let limit: u64 = limit.and_then(|(megabytes, _)| megabytes.parse().ok()).unwrap_or_else(|| panic!("{said}"));
    assert!(ended.status.code() == Some(2) && said.contains("history_size"), "{said}");
    if let Ok(text) = fs::read_to_string("/proc/meminfo") {
        let total =
            text.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?.parse().ok());
        let total: u64 = total.expect("what the machine has");
        assert!(limit <= total / 4 * 3 / 1024 && limit > 512, "{limit} MB of {total} kB");
    }
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/lbfgs_strong_wolfe.json");
    for (backend, wanted) in [("reference", "ok   lbfgs_strong_wolfe:"), ("cpu", "not on this backend (cpu)")] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tune"));
        let ended = command.args(["verify", fixture, "--backend", backend]).output().expect("tune ends");
        let said = String::from_utf8_lossy(&ended.stdout).into_owned();
        assert!(ended.status.success() && said.contains(wanted), "{said}");
    }
}

#[test]
fn grids_of_decades_are_decades_in_a_result() {
    let mut study = small();
    study["space"]["learning_rate"]["low"] = json!(1e-6);
    study["space"]["learning_rate"]["high"] = json!(1);
    study["sampler"] = json!({"name": "grid", "points": 7});
    study["trials"] = json!(7);
    let (_, result) = run(&study, "decades");
    let document = read(&result);
    let trials = document["trials"].as_array().expect("trials");
    let mut rates: Vec<f64> = trials.iter().filter_map(|trial| trial["params"]["learning_rate"].as_f64()).collect();
    rates.sort_by(f64::total_cmp);
    assert_eq!(rates, [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0]);
}

#[test]
fn a_landscape_of_a_part_of_the_rows_says_so_and_that_of_the_momentum_which_axes_it_has() {
    let folder = folder("landscape");
    let (study, file) = (folder.join("study.json"), folder.join("landscape.json"));
    fs::write(&study, small().to_string()).expect("written");
    let ask = |more: &[&str]| {
        let (study, file) = (study.to_string_lossy(), file.to_string_lossy());
        let start = ["landscape", &study, "--trial", "1", "--size", "3", "-o", &file];
        tune(&[&start, more].concat(), Stdio::piped())
    };
    let written = |more: &[&str]| {
        let output = ask(more);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        read(&file)
    };
    let whole = written(&[]);
    let all = whole["n_rows"].as_u64().expect("rows");
    let some = written(&["--limit", "7", "--rows", "train"]);
    assert_eq!((some["n_rows"].as_u64(), some["rows"].as_str()), (Some(7), Some("train")));
    let middle = |one: &Value| one["values"][4].as_f64().expect("a loss");
    for one in [&whole, &some] {
        assert!((middle(one) - one["points"][0]["loss"].as_f64().expect("a loss")).abs() < 1e-5);
    }
    assert_eq!(middle(&written(&["--limit", &all.to_string()])).to_bits(), middle(&whole).to_bits());
    assert_ne!(middle(&written(&["--limit", "1"])).to_bits(), middle(&whole).to_bits());
    for plane in ["gradient", "momentum"] {
        let laid = written(&["--plane", plane]);
        assert_eq!(laid["plane"]["kind"], "gradient");
        assert_eq!(laid["plane"]["axes"], json!(["gradient", "momentum"]), "of Adam");
    }
    let sharpest = written(&["--plane", "hessian"]);
    let [x, y] = [0, 1].map(|at| sharpest["plane"]["eigenvalues"][at].as_f64().expect("an eigenvalue"));
    assert!(sharpest["plane"]["kind"] == "hessian" && x >= y && x > 0.0, "{x} and {y}");
    for (more, says) in
        [(["--limit", "0"], "1 to"), (["--limit", "99999999"], "1 to"), (["--plane", "sideways"], "gradient")]
    {
        let refused = ask(&more);
        let text = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && text.contains(says), "{more:?}: {text}");
    }
}

/// Whatever a trial is scored by, averages, an earlier epoch, as far as a pruner let it come, is what its landscape is around.
#[test]
fn a_landscape_is_around_what_its_trial_is_scored_by() {
    let folder = folder("origin");
    let (study_file, file) = (folder.join("study.json"), folder.join("landscape.json"));
    let hot = json!({"learning_rate": 0.3});
    let waits = json!({"schedule": "plateau", "plateau_patience": 1, "decay_rate": 0.3, "learning_rate": 0.3});
    let halving = json!({"name": "halving", "reduction": 2});
    let population = json!({"name": "pbt", "population": 4});
    let rates = json!({"learning_rate": {"type": "float", "low": 0.01, "high": 1, "log": true}});
    let of = |fixed: Value, more: Value| {
        let mut study = small();
        study["dataset"] = json!({"name": "iris"});
        (study["space"], study["trials"]) = (json!({}), json!(2));
        study["fixed"] = json!({"hidden": [5], "epochs": 12});
        for (place, words) in [("fixed", fixed), ("", more)] {
            let own = if place.is_empty() { &mut study } else { &mut study[place] };
            words.as_object().expect("words").iter().for_each(|(key, value)| own[key] = value.clone());
        }
        study
    };
    for (study, trial, plane) in [
        (of(json!({"averaging": "ema", "averaging_decay": 0.9}), json!({})), 1, "pca"),
        (of(json!({"averaging": "swa"}), json!({})), 1, "random"),
        (of(json!({"averaging": "swa"}), json!({})), 1, "gradient"),
        (of(json!({"patience": 1, "learning_rate": 0.3}), json!({})), 0, "pca"),
        (of(json!({"patience": 1, "learning_rate": 0.3}), json!({})), 1, "hessian"),
        (of(json!({}), json!({"pruner": halving, "space": rates, "trials": 6})), 0, "pca"),
        (of(json!({}), json!({"pruner": halving, "space": rates, "trials": 6})), 1, "random"),
        (of(json!({}), json!({"sampler": population, "space": rates, "trials": 8})), 6, "random"),
        (of(waits, json!({"evaluate_every": 2})), 0, "pca"),
        (of(hot, json!({})), 1, "line"),
    ] {
        let (ended, result) = run(&study, "origin-run");
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        let record = &read(&result)["trials"][trial];
        let epochs = record["epochs"].as_array().expect("epochs");
        let kept = record["kept_epoch"].as_u64().map_or(epochs.len(), |epoch| epoch as usize);
        let own = epochs[kept - 1]["validation_loss"].as_f64().expect("a loss");
        fs::write(&study_file, study.to_string()).expect("written");
        let (study_name, written) = (study_file.to_string_lossy(), file.to_string_lossy());
        let trials = if plane == "line" { format!("{trial},0") } else { trial.to_string() };
        let line = ["landscape", &study_name, "--trials", &trials, "--plane", plane, "--size", "5", "-o", &written];
        let output = tune(&line, Stdio::piped());
        assert!(output.status.success(), "{study}: {}", String::from_utf8_lossy(&output.stderr));
        let laid = read(&file);
        let found = laid["points"][0]["loss"].as_f64().expect("a loss");
        assert!((found - own).abs() <= 1e-5 * own.max(1.0), "{plane} of {study}: {found} where the trial has {own}");
        if let Some(losses) = laid["paths"][0]["loss"].as_array() {
            let last = losses.last().and_then(Value::as_f64).expect("a loss");
            assert!((last - own).abs() <= 1e-5 * own.max(1.0), "the path of {study} ends at {last}, not {own}");
        }
    }
    let population = of(json!({}), json!({"sampler": population, "space": rates, "trials": 8}));
    fs::write(&study_file, population.to_string()).expect("written");
    let refused = tune(&["landscape", &study_file.to_string_lossy(), "--trial", "6", "--plane", "pca"], Stdio::piped());
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && text.contains("trial 6 went on from another"), "{text}");
}

#[test]
fn networks_that_answer_together_are_scored_beside_the_best_of_them() {
    let mut study = small();
    (study["trials"], study["fixed"]["epochs"]) = (json!(6), json!(8));
    let folder = folder("ensemble");
    let (study_file, output) = (folder.join("study.json"), folder.join("ensemble.json"));
    fs::write(&study_file, study.to_string()).expect("written");
    let [study_file, to] = [&study_file, &output].map(|path| path.to_string_lossy().into_owned());
    let ask = |more: &[&str]| tune(&[&["ensemble", &study_file, "-o", &to], more].concat(), Stdio::piped());
    for (more, n) in [(vec!["--top", "3"], 3), (vec!["--trial", "2", "--seeds", "4"], 4), (vec!["--checkpoints"], 5)] {
        let ended = ask(&more);
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        let found = read(&output);
        let members = found["members"].as_array().expect("members");
        assert_eq!(members.len(), n, "{more:?}");
        let losses: Vec<f64> = members.iter().map(|one| one["loss"].as_f64().expect("a loss")).collect();
        let single = &found["single"];
        assert_eq!(single["loss"].as_f64(), losses.iter().copied().reduce(f64::min));
        // Jensen: the mean probability's loss is at most the mean of the losses.
        let together = found["ensemble"]["loss"].as_f64().expect("a loss");
        assert!(together <= losses.iter().sum::<f64>() / n as f64 + 1e-9, "{together} {losses:?}");
        let cost = &found["multiplications"];
        assert_eq!(cost["ensemble"].as_u64(), cost["single"].as_u64().map(|one| one * n as u64));
    }
    // The first seed is the trial's own; what its run came to is what the study's result says.
    let (ended, result) = run(&study, "ensemble-run");
    assert!(ended.status.success());
    let last = &read(&result)["trials"][2]["epochs"][7]["validation_loss"];
    assert!(ask(&["--trial", "2", "--seeds", "1"]).status.success());
    let alone = read(&output)["members"][0]["loss"].as_f64().expect("a loss");
    assert!((alone - last.as_f64().expect("a loss")).abs() < 1e-5, "{alone} {last}");
    for (more, said) in
        [(&["--top", "7"][..], "6"), (&["--top", "0"], "top is 0"), (&["--trial", "9", "--seeds", "2"], "0 to 5")]
    {
        let ended = ask(more);
        assert_eq!(ended.status.code(), Some(2), "{more:?}");
        assert!(String::from_utf8_lossy(&ended.stderr).contains(said), "{}", String::from_utf8_lossy(&ended.stderr));
    }
}

/// Whatever ended a trial, members are what its own training was: checkpoints at epochs that it has trained, by whomever.
#[test]
fn checkpoints_and_seeds_are_of_the_training_that_the_study_has() {
    let folder = folder("checkpoints");
    let (study_file, output) = (folder.join("study.json"), folder.join("ensemble.json"));
    let (name, to) = (study_file.to_string_lossy(), output.to_string_lossy());
    let rates = json!({"learning_rate": {"type": "float", "low": 0.003, "high": 0.3, "log": true}});
    let halving = json!({"name": "halving", "reduction": 2, "min_epochs": 3});
    let averaged = json!({"hidden": [5], "epochs": 12, "averaging": "ema", "averaging_decay": 0.8});
    for (more, is_it) in [
        (
            json!({"fixed": {"hidden": [5], "epochs": 60, "patience": 2, "learning_rate": 0.3}, "space": {}}),
            "kept_epoch",
        ),
        (json!({"fixed": {"hidden": [5], "epochs": 2}}), "number"),
        (json!({"pruner": halving}), "pruned"),
        (json!({"pruner": halving, "fixed": averaged}), "pruned"),
        (json!({"sampler": {"name": "pbt", "population": 4, "interval": 4}}), "copy_of"),
    ] {
        let mut study = small();
        (study["dataset"], study["trials"]) = (json!({"name": "iris"}), json!(8));
        (study["fixed"], study["space"]) = (json!({"hidden": [5], "epochs": 12}), rates.clone());
        more.as_object().expect("keys").iter().for_each(|(key, value)| study[key] = value.clone());
        let (ended, result) = run(&study, "checkpoints-run");
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        let result = read(&result);
        let mut trials = result["trials"].as_array().expect("trials").iter();
        let trial = trials.rfind(|one| !one[is_it].is_null() || one["state"] == is_it).expect("such a trial");
        let (number, epochs) = (trial["number"].to_string(), trial["epochs"].as_array().expect("epochs"));
        fs::write(&study_file, study.to_string()).expect("written");
        let members = |more: &[&str]| {
            let line = [&["ensemble", &name, "-o", &to, "--trial", &number], more].concat();
            let ended = tune(&line, Stdio::piped());
            assert!(ended.status.success(), "{study}: {}", String::from_utf8_lossy(&ended.stderr));
            read(&output)["members"].as_array().expect("members").clone()
        };
        let is_near = |found: &Value, wanted: &Value| {
            let [found, wanted] = [found, wanted].map(|loss| loss.as_f64().expect("a loss"));
            assert!((found - wanted).abs() <= 1e-5 * wanted.max(1.0), "{study}: {found} where it was {wanted}");
        };
        let found = members(&["--checkpoints"]);
        let at: Vec<usize> = found.iter().map(|one| one["epoch"].as_u64().expect("an epoch") as usize).collect();
        assert!(at.len() > 1 && at.windows(2).all(|pair| pair[0] < pair[1]), "{study}: {at:?}");
        assert_eq!(at.last(), Some(&epochs.len()), "{study}");
        if study["fixed"]["averaging"].is_null() {
            for (one, epoch) in found.iter().zip(at) {
                is_near(&one["loss"], &epochs[epoch - 1]["validation_loss"]);
            }
        }
        let kept = trial["kept_epoch"].as_u64().map_or(epochs.len(), |epoch| epoch as usize);
        is_near(&members(&["--seeds", "1"])[0]["loss"], &epochs[kept - 1]["validation_loss"]);
    }
    fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn the_weights_of_every_trial_are_written_into_a_folder_that_is_made() {
    let mut study = small();
    study["seeds_per_trial"] = json!(2);
    let folder = folder("weights");
    let [file, result, weights] = ["study.json", "result.json", "deep/er"].map(|name| folder.join(name));
    fs::write(&file, study.to_string()).expect("written");
    let [study, output, into] = [&file, &result, &weights].map(|path| path.to_string_lossy().into_owned());
    let arguments = ["run", &study, "--backend", "cpu", "-o", &output, "--weights", &into];
    let ended = tune(&arguments, Stdio::piped());
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    for trial in 0..2 {
        let bytes = fs::read(weights.join(format!("trial_{trial}.safetensors"))).expect("its weights");
        let head = String::from_utf8_lossy(&bytes[8..]).into_owned();
        assert!(head.contains("seed_1.output.weight") && head.contains(&format!("\"trial\":\"{trial}\"")), "{head}");
        let script = fs::read_to_string(weights.join(format!("load_trial_{trial}.py"))).expect("its script");
        assert!(script.contains(&format!("with_name(\"trial_{trial}.safetensors\")")), "{script}");
    }
    // A folder that cannot be made is told before training.
    let ended = tune(&["run", &study, "--weights", &output], Stdio::piped());
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(!ended.status.success() && said.contains("result.json"), "{said}");
    fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn own_data_lie_beside_the_study() {
    let folder = folder("own");
    let row = |k: usize| format!("{};{};{}", k % 7, k * 3 % 5, ["no", "yes"][k % 7 / 4]);
    let rows = (0..40).map(row).collect::<Vec<_>>().join("\n") + "\n";
    fs::write(folder.join("mine.csv"), format!("a;b;answer\n{rows}")).expect("written");
    let mut study = small();
    study["dataset"] = json!({"name": "csv", "file": "mine.csv"});
    let (study_file, output) = (folder.join("study.json"), folder.join("result.json"));
    let [study_file, to] = [&study_file, &output].map(|path| path.to_string_lossy().into_owned());
    let run = |study: &Value| {
        fs::write(&study_file, study.to_string()).expect("written");
        tune(&["run", &study_file, "--backend", "cpu", "-o", &to], Stdio::piped())
    };
    assert!(run(&study).status.success());
    // The study of the result goes on with that very table, and with no other; what an older one leaves out is not missed.
    let again = read(&output)["study"].clone();
    assert_eq!(again["dataset"]["found"]["class_rows"], json!([24, 16]));
    for told in [json!([24, 16]), Value::Null, json!([25, 15]), json!([40]), json!(7)] {
        let mut study = again.clone();
        study["dataset"]["found"]["class_rows"] = told.clone();
        if told.is_null() {
            study["dataset"]["found"].as_object_mut().expect("found").remove("class_rows");
        }
        assert_eq!(run(&study).status.success(), told.is_null() || told[0] == 24, "{told}");
    }
    // More folds than rows of the rarest class are refused before anything is trained.
    let mut folds = again.clone();
    folds["dataset"]["folds"] = json!(20);
    assert!(String::from_utf8_lossy(&run(&folds).stderr).contains("folds"));
    let other = rows.replace("1;", "2;");
    for (rows, said) in [(other, "another table"), (rows + "1;2\n", "line 42 has 2 columns")] {
        fs::write(folder.join("mine.csv"), format!("a;b;answer\n{rows}")).expect("written");
        assert!(String::from_utf8_lossy(&run(&again).stderr).contains(said), "{said}");
    }
}

/// What a call that is refused says.
fn refusal(arguments: &[&str]) -> String {
    let ended = tune(arguments, Stdio::piped());
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(2), "{arguments:?}: {said}");
    said
}

#[test]
fn documents_are_read_in_the_encodings_that_systems_write_and_from_standard_input() {
    let folder = folder("encodings");
    let at = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let text = small().to_string();
    let wide: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let mut packed = Vec::new();
    flate2::read::GzEncoder::new(text.as_bytes(), flate2::Compression::fast())
        .read_to_end(&mut packed)
        .expect("packed");
    // Two archives in one file, and a block filled up.
    let halves = [&packed[..], &packed, &[0; 512]].concat();
    fs::write(folder.join("halves.json"), halves).expect("written");
    assert!(refusal(&["run", &at("halves.json")]).contains("trailing characters"), "both are read");
    for (name, bytes) in [("wide.json", &wide), ("packed.json", &packed)] {
        fs::write(folder.join(name), bytes).expect("written");
        let ended = tune(&["run", &at(name), "--backend", "cpu"], Stdio::piped());
        assert!(ended.status.success(), "{name}: {}", String::from_utf8_lossy(&ended.stderr));
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_tune"));
    command.args(["run", "-", "--backend", "cpu"]).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.spawn().expect("tune starts");
    child.stdin.take().expect("piped").write_all(text.as_bytes()).expect("tune reads");
    assert!(child.wait().expect("tune ends").success());
    for (name, bytes, said) in [
        ("latin.json", [b"{\n\"name\": \"M", &[0xfc][..], b"ller\"}\n"].concat(), "line 2 is not UTF-8"),
        ("half.json", wide[..3].iter().copied().chain([0xd8]).collect(), "damaged UTF-16"),
        (
            "bare.json",
            br#"{"format": "tuning-playground/result@1", "trials": []}"#.to_vec(),
            "this result has no study",
        ),
    ] {
        fs::write(folder.join(name), bytes).expect("written");
        let found = refusal(&["run", &at(name)]);
        assert!(found.contains(said), "{found} does not say: {said}");
    }
}

#[test]
fn what_cannot_be_done_is_said_before_training_and_names_what_to_change() {
    let folder = folder("refusals");
    let at = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let mut long = small();
    long["fixed"]["hidden"] = json!(vec![1; 10_000]);
    for (name, text) in [
        ("study.json", small().to_string()),
        ("long.json", long.to_string()),
        ("run.log", "{\"op_code\":0}\n{\"op_code\":2}\n".into()),
    ] {
        fs::write(folder.join(name), text).expect("written");
    }
    let (study, log) = (at("study.json"), at("run.log"));
    let own = folder.file_name().expect("a name").to_string_lossy().into_owned();
    let map = |more: &[&str]| refusal(&[&["map", &study, "--x", "learning_rate", "--y", "dropout"], more].concat());
    for (found, said) in [
        (refusal(&["run", &study, "--weights", &study]), "this is a file; name a folder"),
        (refusal(&["run", &study, "--journal", "-"]), "name one"),
        (refusal(&["run", &study, "--journal", &at("new"), "-o", &at("new")]), "are one file; name two"),
        (refusal(&["run", &study, "--journal", &log, "-o", &at(&format!("../{own}/run.log"))]), "name two"),
        (refusal(&["run", &study, "-o", &at(&"x".repeat(300))]), "too long"),
        (refusal(&["run", &at("long.json")]), "the accepted range is [1 .. 2048, ...]"),
        (refusal(&["export", &log, "--to", "csv"]), "this is a journal; `tune import"),
        (map(&["--size", "0"]), "size is 0"),
        (map(&["--size", "9999999999x9999999999"]), "size is 9999999999"),
        (map(&["--x-range", "nan,1"]), "x-range is nan,1"),
    ] {
        assert!(found.contains(said) && found.len() < 2000, "{found} does not say: {said}");
    }
    assert!(!folder.join("new").exists(), "nothing was begun");
}

#[cfg(target_os = "linux")]
#[test]
fn devices_without_an_end_are_refused_and_what_no_disk_takes_is_kept() {
    let folder = folder("devices");
    let at = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let mut endless = small();
    endless["dataset"] = json!({"name": "csv", "file": "/dev/zero"});
    for (name, study) in [("study.json", small()), ("endless.json", endless)] {
        fs::write(folder.join(name), study.to_string()).expect("written");
    }
    let said = refusal(&["run", &at("endless.json")]);
    assert!(said.contains("257 MB are more than the 256 MB that are read"), "{said}");
    let said = refusal(&["run", &at("study.json"), "--backend", "cpu", "-o", "/dev/full"]);
    let kept = said.trim().rsplit(' ').next().map(PathBuf::from).expect("a name");
    assert_eq!(read(&kept)["trials"].as_array().map(Vec::len), Some(2), "{said}");
    fs::remove_file(kept).expect("it is there");
}

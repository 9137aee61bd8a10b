//! Exports and journals: what other programs are given, and what comes back of it.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use tuning_playground::export::journal::{self, read};
use tuning_playground::export::{Export, Kind, export, weights};
use tuning_playground::result::{TrialState, read::trial};
use tuning_playground::study::{Records, Study};

fn study() -> Study {
    Study::parse(
        &json!({
            "format": "tuning-playground/study@1", "name": "a \"name\"", "dataset": {"name": "moons", "samples": 40},
            "fixed": {"hidden": [3], "epochs": 2, "schedule": "cosine"},
            "space": {
                "learning_rate": {"type": "float", "low": 1e-5, "high": 0.1, "log": true},
                "optimizer": {"type": "categorical", "choices": ["momentum", "adam"]},
                "momentum": {"type": "float", "low": 0.5, "high": 0.99, "scale": "log1m"},
                "batch_size": {"type": "int", "low": 4, "high": 16, "step": 4},
                "dropout": {"type": "float", "low": 0.0, "high": 0.75, "step": 0.25},
            },
            "trials": 4, "pruner": {"name": "halving", "reduction": 2},
        })
        .to_string(),
    )
    .expect("a study")
}

/// A result with a trial of each kind of end.
fn result(study: &Study) -> Value {
    let epoch = |k: u32, loss: Value| {
        json!({
            "epoch": k, "train_loss": 0.5, "validation_loss": loss, "train_metric": 0.75, "validation_metric": 0.5,
            "learning_rate": 0.01, "seconds": 0.25,
        })
    };
    let of = |number: u32, state: &str, value: Value, epochs: Vec<Value>, params: Value| {
        json!({
            "number": number, "state": state, "params": params, "value": value, "seed": 0, "epochs": epochs, "steps": 14,
            "diverged_at": if state == "diverged" { json!(3) } else { Value::Null },
        })
    };
    let adam =
        json!({"learning_rate": 0.015_381_546_403_030_34, "optimizer": "adam", "batch_size": 8, "dropout": 0.25});
    let momentum =
        json!({"learning_rate": 1e-5, "optimizer": "momentum", "momentum": 0.9, "batch_size": 16, "dropout": 0.0});
    json!({
        "format": "tuning-playground/result@1", "study": study.to_json(),
        "engine": {"version": "0.1.0", "numerics": 2, "backend": "cpu", "adapter": "x", "workers": 1},
        "trials": [
            of(0, "complete", json!(0.25), vec![epoch(1, json!(0.5)), epoch(2, json!(0.25))], adam.clone()),
            of(1, "pruned", json!(0.75), vec![epoch(1, json!(0.75))], momentum.clone()),
            of(2, "diverged", Value::Null, vec![epoch(1, json!("Infinity"))], momentum),
            of(3, "cancelled", Value::Null, vec![], adam),
        ],
        "best": 0, "test": null,
    })
}

fn made(study: &Study, kind: Kind, trial: Option<u32>) -> Export {
    let rows = kind.has_rows().then(|| study.load(None).expect("generated"));
    export(&result(study), study, kind, trial, rows.as_ref()).expect("an export")
}

fn journal(study: &Study) -> String {
    made(study, Kind::OptunaJournal, None).file.text
}

#[test]
fn a_journal_says_what_optuna_reads_and_comes_back_as_the_result() {
    let study = study();
    let text = journal(&study);
    assert!(text.ends_with('\n') && text.lines().count() == 6);
    let lines: Vec<Value> = text.lines().map(|line| tuning_playground::json::parse_bare(line).expect("JSON")).collect();
    assert_eq!(
        (&lines[0]["op_code"], &lines[0]["study_name"], &lines[0]["directions"]),
        (&json!(0), &json!("a \"name\""), &json!([1]))
    );
    let first = &lines[2];
    for key in ["worker_id", "datetime_start", "datetime_complete", "user_attrs", "system_attrs", "values"] {
        assert!(first.get(key).is_some(), "{key}");
    }
    assert_eq!(
        (&first["op_code"], &first["state"], &first["value"], &first["params"]),
        (
            &json!(4),
            &json!(1),
            &json!(0.25),
            &json!({"learning_rate": 0.015_381_546_403_030_34, "optimizer": 1, "batch_size": 8, "dropout": 0.25})
        )
    );
    let of = |name: &str| -> Value {
        serde_json::from_str(first["distributions"][name].as_str().expect("text")).expect("JSON")
    };
    assert_eq!(
        of("learning_rate"),
        json!({"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-5, "high": 0.1, "log": true}})
    );
    assert_eq!(
        of("batch_size"),
        json!({"name": "IntDistribution", "attributes": {"log": false, "step": 4, "low": 4, "high": 16}})
    );
    assert_eq!(first["intermediate_values"], json!({"1": 0.5, "2": 0.25}));
    assert!(text.contains("\"intermediate_values\":{\"1\":Infinity}"), "Python reads what is not finite bare");
    let states: Vec<&Value> = lines[2..].iter().map(|line| &line["state"]).collect();
    assert_eq!(states, [1, 2, 3, 3], "a diverged or cancelled trial has failed");
    let back = read::read(&text).expect("a journal");
    assert_eq!(back[0].result(None).expect("a result"), result(&study));
    // What a run writes line by line says the same.
    let mut grown = journal::begin(&study, &study.to_json(), &result(&study)["engine"]);
    for document in result(&study)["trials"].as_array().expect("trials") {
        let params = document["params"].as_object().expect("parameters");
        let record = trial(document, params, Records::default()).expect("a trial");
        grown.push_str(&journal::created(&study, params, 0.0));
        for epoch in &record.epochs {
            grown.push_str(&journal::epoch(&study, record.number, epoch));
        }
        grown.push_str(&journal::ended(&study, &json!(record), 1.0));
    }
    assert_eq!(read::read(&grown).expect("a journal")[0].result(None).expect("a result"), result(&study));
}

#[test]
fn a_journal_cut_anywhere_loses_its_last_line_alone() {
    let study = study();
    let text = journal(&study);
    for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
        let (whole, cut) = read::whole_lines(&text[..end]);
        assert!(whole.len() + cut.len() == end && !cut.contains('\n'));
        let is_all_but_newline = text.as_bytes()[end] == b'\n' && end > 0;
        assert_eq!(cut.is_empty(), end == 0 || text.as_bytes()[end - 1] == b'\n' || is_all_but_newline, "{end}");
    }
    let third = text.match_indices('\n').nth(3).expect("lines").0;
    let (whole, _) = read::whole_lines(&text[..third + 40]);
    assert_eq!(read::read(whole).expect("a journal")[0].trials.len(), 2);
}

#[test]
fn journals_that_cannot_be_read_say_which_line_and_why() {
    let study = study();
    let text = journal(&study);
    let first = text.lines().next().expect("a line");
    for (journal, said) in [
        ("{\"op_code\": 0".to_owned(), "line 1"),
        (format!("{first}\n[1, 2]\n"), "line 2 of the journal: op_code is missing"),
        (format!("{first}\n{{\"op_code\": 11}}\n"), "line 2 of the journal: op_code 11 is of a later version"),
        (text.replace("journal@1", "journal@2"), "format is \"tuning-playground/journal@2\""),
        (text.replace("\"directions\":[1]", "\"directions\":[1,2]"), "one objective"),
        (text.lines().nth(2).expect("a trial").to_owned(), "study 0 was never created"),
        (format!("{first}\n{{\"op_code\": 7, \"trial_id\": 3, \"step\": 1}}\n"), "trial 3 was never created"),
        (text.replace("\"optimizer\":1", "\"optimizer\":7"), "7 is no value of the distribution"),
    ] {
        let error = read::read(&journal).expect_err(said).to_string();
        assert!(error.contains(said), "{error} does not say: {said}");
    }
}

#[test]
fn a_run_goes_on_with_its_own_study_and_no_other() {
    let study = study();
    let kept = read::read(&journal(&study)).expect("a journal").remove(0);
    let engine = json!({"backend": "cpu", "numerics": 2});
    let check = |change: &dyn Fn(&mut Value)| {
        let mut document = study.to_json();
        change(&mut document);
        kept.check(&Study::check(&document).expect("a study"), &engine).map_err(|error| error.to_string())
    };
    assert_eq!(check(&|_| {}), Ok(()));
    assert_eq!(check(&|study| study["trials"] = json!(9)), Ok(()), "more trials are the same study");
    let said = |result: Result<(), String>, what: &str| {
        let error = result.expect_err(what);
        assert!(error.contains(what), "{error} does not say: {what}");
    };
    said(check(&|study| study["seed"] = json!(5)), "another study: seed differ");
    said(check(&|study| study["space"]["momentum"]["low"] = json!(0.25)), "space differ");
    said(check(&|study| study["name"] = json!("b")), "name differ");
    let other = kept.check(&study, &json!({"backend": "gpu", "numerics": 2})).map_err(|error| error.to_string());
    said(other, "backend \"cpu\"");
    let foreign = "{\"op_code\":0,\"worker_id\":\"x\",\"study_name\":\"a\",\"directions\":[1]}\n";
    let foreign = read::read(foreign).expect("a journal").remove(0);
    said(foreign.check(&study, &engine).map_err(|error| error.to_string()), "was not written by tune");
    said(foreign.result(None).map(|_| ()).map_err(|error| error.to_string()), "--study STUDY.json");
}

#[test]
fn trials_that_optuna_has_added_are_looked_at() {
    let study = study();
    let float = "{\\\"name\\\": \\\"FloatDistribution\\\", \\\"attributes\\\": {\\\"step\\\": null, \\\"low\\\": 1e-05, \
                 \\\"high\\\": 0.1, \\\"log\\\": true}}";
    let added = format!(
        "{{\"op_code\": 4, \"worker_id\": \"w\", \"study_id\": 0, \"datetime_start\": \"2026-01-01T00:00:00\"}}\n\
         {{\"op_code\": 5, \"worker_id\": \"w\", \"trial_id\": 4, \"param_name\": \"learning_rate\", \
         \"param_value_internal\": 0.01, \"distribution\": \"{float}\"}}\n\
         {{\"op_code\": 7, \"worker_id\": \"w\", \"trial_id\": 4, \"step\": 0, \"intermediate_value\": NaN}}\n\
         {{\"op_code\": 7, \"worker_id\": \"w\", \"trial_id\": 4, \"step\": 1, \"intermediate_value\": 0.125}}\n\
         {{\"op_code\": 6, \"worker_id\": \"w\", \"trial_id\": 4, \"state\": 1, \"values\": [0.125], \
         \"datetime_complete\": \"2026-01-01T00:00:01\"}}\n\
         {{\"op_code\": 4, \"worker_id\": \"w\", \"study_id\": 0, \"datetime_start\": \"2026-01-01T00:00:02\"}}\n"
    );
    let kept = read::read(&(journal(&study) + &added)).expect("a journal").remove(0);
    let result = kept.result(None).expect("a result");
    assert_eq!((&result["best"], &result["study"]["trials"]), (&json!(4), &json!(6)));
    let trial = &result["trials"][4];
    assert_eq!((&trial["state"], &trial["params"]), (&json!("complete"), &json!({"learning_rate": 0.01})));
    let losses: Vec<&Value> =
        trial["epochs"].as_array().expect("epochs").iter().map(|one| &one["validation_loss"]).collect();
    assert_eq!(losses, [&json!("NaN"), &json!(0.125)], "steps counted from 0 are epochs from 1");
    assert_eq!(result["trials"][5]["state"], "cancelled", "it has not ended");
    let other = (journal(&study) + &added).replace("\"param_name\": \"learning_rate\"", "\"param_name\": \"x\"");
    let error = read::read(&other).expect("a journal")[0].result(None).expect_err("x is unknown").to_string();
    assert!(error.contains("x, which is not in the study's space"), "{error}");
}

#[test]
fn a_sweep_has_each_range_in_its_own_scale() {
    let text = made(&study(), Kind::WandbSweep, None).file.text;
    for part in [
        "program: moons_study.py\nmethod: random\nmetric:\n  name: value\n  goal: minimize\nrun_cap: 4\n",
        "  learning_rate:\n    distribution: log_uniform_values\n    min: 1.0e-5\n    max: 0.1\n",
        "  optimizer:\n    values: [\"momentum\", \"adam\"]\n",
        "  one_minus_momentum:\n    distribution: log_uniform_values\n    min: 0.01\n    max: 0.5\n",
        "  batch_size:\n    values: [4, 8, 12, 16]\n",
        "  dropout:\n    values: [0.0, 0.25, 0.5, 0.75]\n",
        "early_terminate:\n  type: hyperband\n  min_iter: 1\n  eta: 2\n",
        "name: \"a \\\"name\\\"\"\n",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

#[test]
fn a_script_has_what_its_study_has_use_for_and_nothing_else() {
    let study = study();
    let text = made(&study, Kind::Pytorch, Some(0)).file.text;
    assert!(text.starts_with("\"\"\"Trial 0 of a study on moons: a  name.\n"), "{}", &text[..80]);
    for part in [
        "PARAMS = {\n    \"learning_rate\": 0.01538154640303034,\n    \"optimizer\": \"adam\",\n",
        "torch.optim.Adam if name",
        "nn.Dropout(s[\"dropout\"])",
        "math.cos(math.pi * done / s[\"epochs\"])",
        "METRIC, SEED, N_SEEDS, EVALUATE_EVERY = \"validation_loss\", 0, 1, 1\n",
        "INPUTS, OUTPUTS = 2, 2\n",
    ] {
        assert!(text.contains(part), "{part}");
    }
    for part in ["SGD", "Newton", "BatchNorm", "SPACE =", "plateau", "#?", "#.", "{{", "}}\""] {
        assert!(!text.contains(part), "{part}");
    }
    // Every row of the split is there once, with its part.
    let of = |part: &str| text.lines().filter(|line| line.starts_with(part)).count();
    assert_eq!([of("train,"), of("validation,"), of("test,")], [28, 6, 6]);
    let text = made(&study, Kind::Pytorch, None).file.text;
    for part in [
        "torch.optim.SGD(",
        "USED_BY = {\n    \"momentum\": {\"optimizer\": [\"gd\", ",
        "BY_OPTIMIZER = {\n    \"momentum\": {",
    ] {
        assert!(text.contains(part), "{part}");
    }
    let text = made(&study, Kind::RayTune, None).file.text;
    assert!(text.contains("ASHAScheduler(time_attr=\"epoch\", max_t=2, grace_period=1, reduction_factor=2)"));
    assert!(!text.contains("#?") && !text.contains("{{"));
    let rows = study.load(None).expect("generated");
    let error =
        export(&result(&study), &study, Kind::Pytorch, Some(7), Some(&rows)).expect_err("no trial 7").to_string();
    assert!(error.contains("trial 7") && error.contains("0, 1, 2, 3"), "{error}");
}

/// What a script has under this name, as a document.
fn dictionary(text: &str, name: &str) -> Value {
    let (_, rest) = text.split_once(&format!("\n{name} = ")).expect(name);
    let own = rest.split("\n}").next().expect("an end").replace(": None", ": null");
    let own = own.replace(": True", ": true").replace(": False", ": false");
    let own = own.trim_end().trim_end_matches(',');
    serde_json::from_str(&format!("{own}\n}}")).expect("a dictionary")
}

#[test]
fn optimizers_of_a_script_have_what_they_have_use_for() {
    let document = json!({
        "format": "tuning-playground/study@1", "dataset": {"name": "moons"},
        "fixed": {"hypergradient": 0.01, "averaging": "ema", "dropout": 0.2, "hidden": [8], "schedule": "constant"},
        "space": {
            "optimizer": {"type": "categorical", "choices": ["adam", "adamw", "lbfgs"]},
            "dampening": {"type": "float", "low": 0.0, "high": 0.5},
        },
    });
    let scripts = |document: &Value| {
        let study = Study::parse(&document.to_string()).expect("a study");
        made(&study, Kind::Pytorch, None).file.text
    };
    let mut without = document.clone();
    without["space"].as_object_mut().expect("a space").shift_remove("dampening");
    let text = scripts(&without);
    let (fixed, own) = (dictionary(&text, "FIXED"), dictionary(&text, "BY_OPTIMIZER"));
    for name in ["hypergradient", "averaging", "averaging_decay", "dropout", "batch_size"] {
        let has = ["adam", "adamw", "lbfgs"].map(|optimizer| own[optimizer].get(name).is_some());
        assert_eq!(has, [true, name != "hypergradient", false], "{name}");
        assert!(fixed.get(name).is_none(), "{name}");
    }
    // Momentum hangs on the schedule: one cycle gives any optimizer one.
    let mut swept = document;
    swept["space"]["optimizer"] = json!({"type": "categorical", "choices": ["sgd", "momentum"]});
    swept["space"]["schedule"] = json!({"type": "categorical", "choices": ["constant", "one_cycle"]});
    swept["fixed"] = json!({"hidden": [8]});
    swept["space"]["dropout"] = json!({"type": "float", "low": 0.0, "high": 0.5});
    let used_by = dictionary(&scripts(&swept), "USED_BY");
    assert_eq!(used_by["dampening"]["momentum"], json!({"above": 0}));
    assert_eq!(used_by["dampening"]["schedule"], json!(["constant", "one_cycle"]));
    assert_eq!(used_by["dropout"].as_object().map(Map::len), Some(1), "the depth is the same in all trials: {used_by}");
}

#[test]
fn a_script_of_a_cross_validation_has_each_row_once_with_its_fold() {
    let document = json!({
        "format": "tuning-playground/study@1", "dataset": {"name": "moons", "samples": 40, "folds": 4}, "seeds_per_trial": 2,
    });
    let study = Study::parse(&document.to_string()).expect("a study");
    for kind in [Kind::Pytorch, Kind::RayTune] {
        let text = made(&study, kind, None).file.text;
        let of = |part: &str| text.lines().filter(|line| line.starts_with(&format!("{part},"))).count();
        assert_eq!(["0", "1", "2", "3", "test", "train", "validation"].map(of), [9, 9, 8, 8, 6, 0, 0]);
        for part in ["FOLDS = 4", "for k, own in enumerate(data * N_SEEDS)", "load_folds()"] {
            assert!(text.contains(part), "{part}");
        }
        assert!(!text.contains("load_data()"), "a fold is named");
    }
}

#[test]
fn rows_that_are_too_many_for_a_script_lie_beside_it() {
    let document = json!({"format": "tuning-playground/study@1", "dataset": {"name": "gauss", "samples": 30_000}});
    let study = Study::parse(&document.to_string()).expect("a study");
    let made = made(&study, Kind::Pytorch, None);
    let rows = made.beside.expect("a file of rows");
    assert_eq!((rows.name.as_str(), rows.text.lines().count()), ("gauss-rows.csv", 30_001));
    assert!(made.file.text.contains("ROWS_FILE = \"gauss-rows.csv\"") && made.file.text.len() < 60_000);
}

#[test]
fn a_document_that_is_no_result_is_refused_by_name() {
    let study = study();
    for (document, said) in [
        (json!({"format": "x"}), "format is \"x\""),
        (json!({"format": "tuning-playground/result@1"}), "trials is missing"),
    ] {
        let error = export(&document, &study, Kind::Csv, None, None).expect_err(said).to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn a_trial_is_read_back_as_it_was_written() {
    let study = study();
    for document in result(&study)["trials"].as_array().expect("trials") {
        let params = document["params"].as_object().cloned().unwrap_or_default();
        let record = trial(document, &params, Records::default()).expect("a trial");
        assert_eq!(json!(record), *document);
    }
    let mut cut = result(&study)["trials"][0].clone();
    cut["epochs"][0]["train_loss"] = json!("much");
    assert!(trial(&cut, &Map::new(), Records::default()).is_none());
    assert_eq!(TrialState::ALL.len(), 6);
}

/// Tensors by name: sides and numbers.
type Tensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// A reader of safetensors, as its specification has it: what it says of itself, and each tensor's sides and numbers.
fn read_safetensors(file: &[u8]) -> (Value, Tensors) {
    let length = u64::from_le_bytes(file[..8].try_into().expect("8 bytes")) as usize;
    let begin = 8 + length;
    assert_eq!(begin % 8, 0, "numbers begin at a multiple of 8");
    let mut head: Map<String, Value> = serde_json::from_slice(&file[8..begin]).expect("JSON");
    let about = head.shift_remove("__metadata__").expect("what it is");
    let mut at = 0;
    let tensor = |(name, entry): (String, Value)| {
        assert_eq!(entry["dtype"], "F32");
        let [from, to] = [0, 1].map(|k| entry["data_offsets"][k].as_u64().expect("a place") as usize);
        assert_eq!(from, at, "without holes, in the order of the head");
        at = to;
        let sides: Vec<usize> = entry["shape"]
            .as_array()
            .expect("sides")
            .iter()
            .map(|side| side.as_u64().expect("a side") as usize)
            .collect();
        let bytes = file[begin + from..begin + to].chunks_exact(4);
        let numbers: Vec<f32> = bytes.map(|four| f32::from_le_bytes(four.try_into().expect("4 bytes"))).collect();
        assert_eq!(numbers.len(), sides.iter().product::<usize>());
        (name, (sides, numbers))
    };
    let tensors = head.into_iter().map(tensor).collect();
    assert_eq!(begin + at, file.len());
    (about, tensors)
}

/// The numbers 0, 1, ... as a network of a study with these settings, and others behind them.
fn weights(dataset: &str, fixed: Value, params: &Value, seeds: usize) -> (weights::Files, usize) {
    let features = if dataset == "iris" { 4 } else { 2 };
    let mut document =
        json!({"format": "tuning-playground/study@1", "dataset": {"name": dataset}, "question": "왜 \"?"});
    document["fixed"] = fixed;
    let study = Study::parse(&document.to_string()).expect("a study");
    let networks: Vec<Vec<f32>> = (0..seeds).map(|seed| (0..99).map(|k| (1000 * seed + k) as f32).collect()).collect();
    let networks: Vec<&[f32]> = networks.iter().map(|network| &network[..]).collect();
    let scaling = vec![(0.5, 2.0); features + 1];
    let params = params.as_object().expect("parameters");
    let trained = weights::Trained { study: &study, number: 7, params, networks: &networks, scaling: &scaling };
    (weights::write(&trained, "moons-trial-7").expect("files"), study.n_outputs())
}

#[test]
fn every_number_of_every_network_is_in_the_file_in_its_tensor() {
    for (dataset, outputs) in [("moons", 2), ("blobs", 3), ("waves", 1), ("iris", 3)] {
        for hidden in [vec![], vec![1], vec![3, 2]] {
            for seeds in [1, 3] {
                let (files, of_study) =
                    weights(dataset, json!({"hidden": hidden}), &json!({"learning_rate": 0.1}), seeds);
                assert_eq!(of_study, outputs);
                let (about, tensors) = read_safetensors(&files.weights);
                assert_eq!((&about["trial"], &about["params"]), (&json!("7"), &json!("{\"learning_rate\":0.1}")));
                assert!(about["study"].as_str().expect("text").contains("왜"));
                assert_eq!(tensors.len(), seeds * 2 * (hidden.len() + 1));
                for seed in 0..seeds {
                    let prefix = if seeds > 1 { format!("seed_{seed}.") } else { String::new() };
                    let (mut at, mut inputs) = (1000 * seed, if dataset == "iris" { 4 } else { 2 });
                    for (depth, &width) in hidden.iter().chain([&outputs]).enumerate() {
                        let name =
                            if depth < hidden.len() { format!("hidden_{}", depth + 1) } else { "output".to_owned() };
                        for (tensor, sides) in [("weight", vec![width, inputs]), ("bias", vec![width])] {
                            let (found, numbers) = &tensors[&format!("{prefix}{name}.{tensor}")];
                            assert_eq!(found, &sides);
                            let next = at + numbers.len();
                            assert_eq!(numbers, &(at..next).map(|k| k as f32).collect::<Vec<_>>());
                            at = next;
                        }
                        inputs = width;
                    }
                }
                let text = &files.script.text;
                assert_eq!(text.matches("nn.Linear(").count(), hidden.len() + 1);
                assert_eq!(text.contains("TARGET_MEAN, TARGET_SCALE = 0.5, 2.0"), dataset == "waves", "{text}");
                assert!(!["#?", "#.", "{{", "}}", "NaN"].iter().any(|mark| text.contains(mark)), "{text}");
                let names = (files.name.as_str(), files.script.name.as_str());
                assert_eq!(names, ("moons-trial-7.safetensors", "load_moons_trial_7.py"));
            }
        }
    }
}

#[test]
fn drawn_widths_and_batch_norms_have_their_tensors_and_too_few_numbers_are_refused() {
    let (files, _) =
        weights("moons", json!({"hidden_layers": 1}), &json!({"hidden_units": 3, "activation": "gelu"}), 1);
    let (_, tensors) = read_safetensors(&files.weights);
    assert_eq!(tensors["hidden_1.weight"].0, [3, 2]);
    assert!(files.script.text.contains("nn.Linear(2, 3)),\n        (\"activation_1\", nn.GELU()),\n"));

    let (files, _) = weights("moons", json!({"hidden": [3], "batch_norm": true}), &json!({}), 1);
    let (_, tensors) = read_safetensors(&files.weights);
    for (name, numbers) in [
        ("norm_1.weight", [9.0, 10.0, 11.0]),
        ("norm_1.bias", [12.0, 13.0, 14.0]),
        ("norm_1.running_mean", [23.0, 24.0, 25.0]),
        ("norm_1.running_var", [26.0, 27.0, 28.0]),
    ] {
        assert_eq!(tensors[name].1, numbers, "{name}");
    }
    assert_eq!(tensors["output.bias"].1, [21.0, 22.0]);
    assert!(
        files
            .script
            .text
            .contains("nn.Linear(2, 3)),\n        (\"norm_1\", nn.BatchNorm1d(3)),\n        (\"activation_1\"")
    );

    let folded = json!({
        "format": "tuning-playground/study@1", "dataset": {"name": "moons", "folds": 3}, "fixed": {"hidden": []},
    });
    let folded = Study::parse(&folded.to_string()).expect("a study");
    let trained = weights::Trained {
        study: &folded,
        number: 0,
        params: &Map::new(),
        networks: &[&[0.0; 6]],
        scaling: &[(0.0, 1.0); 3],
    };
    let script = weights::write(&trained, "x").expect("files").script.text;
    assert!(script.contains("the network of the first fold"), "{script}");

    let study = study();
    let trained = weights::Trained {
        study: &study,
        number: 0,
        params: &Map::new(),
        networks: &[&[0.0; 16]],
        scaling: &[(0.0, 1.0); 3],
    };
    let refused = weights::write(&trained, "x").err().expect("17 are needed").to_string();
    assert!(refused.contains("16") && refused.contains("17"), "{refused}");
}

//! Fixtures made by PyTorch (`tests/golden/make_fixtures.py`): every one on every backend.

use crate::common::{On, backends};
use serde_json::{Value, json};
use std::path::Path;
use tuning_playground::error::Error;
use tuning_playground::fixture::{Fixture, TOLERANCE_F32, TOLERANCE_F64};

fn fixtures() -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of fixtures")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        Fixture::parse(&std::fs::read_to_string(path).expect("a text"), &name).expect("a fixture")
    };
    paths.iter().map(read).collect()
}

fn c3_the_f64_reference_is_pytorch() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 140, "{} fixtures", fixtures.len());
    for fixture in fixtures {
        let difference = pollster::block_on(fixture.run_reference()).expect("a run");
        assert!(difference.error <= TOLERANCE_F64, "{}: {difference:?}", fixture.name);
    }
}

fn c3_f32_backends_are_pytorch(on: On) {
    for backend in backends(on) {
        let (name, mut worst) = (backend.name(), (0.0, String::new()));
        for fixture in fixtures() {
            let run = pollster::block_on(fixture.run_on(backend.as_ref()));
            if let Err(Error::NotOnThisBackend { .. }) = run {
                assert!(fixture.name.starts_with("lbfgs"), "{} is for {name}", fixture.name);
                continue;
            }
            let difference = run.expect("a run");
            assert!(difference.error <= TOLERANCE_F32, "{} on {name}: {difference:?}", fixture.name);
            if difference.error > worst.0 {
                worst = (difference.error, fixture.name);
            }
        }
        println!("{name}: worst {worst:?}");
    }
}

fn what_pytorch_refuses_is_refused_with_its_reason() {
    let text = include_str!("golden/schedule_one_cycle_momentum.json");
    for (part, changes, key) in [
        ("optimizer", json!({"learning_rate": -0.1}), "optimizer.learning_rate"),
        ("optimizer", json!({"name": "nesterov", "momentum": 0}), "optimizer.momentum"),
        ("optimizer", json!({"name": "nesterov", "dampening": 0.5}), "optimizer.dampening"),
        ("optimizer", json!({"name": "adam", "beta2": 1.0}), "optimizer.beta2"),
        ("optimizer", json!({"name": "adadelta", "rho": 1.5}), "optimizer.rho"),
        ("optimizer", json!({"name": "nadam", "momentum_decay": -1}), "optimizer.momentum_decay"),
        ("optimizer", json!({"name": "adagrad"}), "schedule.cycle_momentum"),
        ("optimizer", json!({"name": "lbfgs", "line_search_fn": "armijo"}), "optimizer.line_search_fn"),
        ("optimizer", json!({"name": "lbfgs", "history_size": 0}), "optimizer.history_size"),
        ("optimizer", json!({"name": "lbfgs", "weight_decay": 0.1}), "optimizer.weight_decay"),
        ("optimizer", json!({"name": "newton", "newton_damping": -1}), "optimizer.newton_damping"),
        ("schedule", json!({"anneal_strategy": "sine"}), "schedule.anneal_strategy"),
        ("schedule", json!({"gamma": 0.5}), "schedule.gamma"),
    ] {
        let mut fixture: Value = serde_json::from_str(text).expect("a fixture");
        if changes.get("name").is_some_and(|name| !["nesterov", "momentum"].contains(&name.as_str().unwrap_or(""))) {
            fixture[part] = json!({});
        }
        for (name, value) in changes.as_object().expect("settings") {
            fixture[part][name] = value.clone();
        }
        let refused = Fixture::parse(&fixture.to_string(), "changed").err().expect(key);
        assert_eq!(refused.to_json()["key"], key, "{refused}");
    }
    assert!(Fixture::parse(text, "as it is").is_ok());
}

crate::harness::tests! {
    plain [c3_the_f64_reference_is_pytorch, what_pytorch_refuses_is_refused_with_its_reason]
    each_backend [c3_f32_backends_are_pytorch]
}

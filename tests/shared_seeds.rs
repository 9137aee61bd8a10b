//! `shared_seeds`: trials draw the same initial weights, row orders and masks, by every strategy of every backend.
#![expect(clippy::unwrap_used, reason = "how a test fails")]

use crate::common::{On, backends};
use core::time::Duration;
use serde_json::{Map, Value, json};
use std::rc::Rc;
use tuning_playground::backend::Backend;
use tuning_playground::backend::cpu::Cpu;
use tuning_playground::result::EpochRecord;
use tuning_playground::search::Search;
use tuning_playground::study::{FORMAT, Study};
use tuning_playground::trainer::Trainer;

/// What a study's trials come to, in number order.
fn records(backend: Box<dyn Backend>, more: &Value) -> Vec<Vec<EpochRecord>> {
    let mut study = Map::from_iter([("format".into(), json!(FORMAT)), ("dataset".into(), json!({"name": "moons"}))]);
    study.extend(more.as_object().unwrap().clone());
    let study = Rc::new(Study::check(&Value::Object(study)).unwrap());
    let prepared = Rc::new(study.prepare(None).unwrap());
    let trials = Search::new(&study).ask(&study);
    let mut all = vec![Vec::new(); trials.len()];
    let mut trainer = Trainer::new(study, prepared, backend, trials).unwrap();
    loop {
        let mut report = pollster::block_on(trainer.advance(Duration::from_secs(1))).unwrap();
        for event in report.take_trials() {
            all[event.number as usize].extend(event.epochs);
        }
        if report.finished {
            return all;
        }
    }
}

/// Bits of a trial's epochs, without their times and rates.
type Epochs = Vec<[u64; 4]>;

fn epochs(backend: Box<dyn Backend>, more: &Value) -> Vec<Epochs> {
    let bits = |record: &EpochRecord| {
        let [loss, metric] = [record.validation_loss, record.validation_metric].map(Option::unwrap);
        [record.train_loss, loss, record.train_metric, metric].map(f64::to_bits)
    };
    records(backend, more).iter().map(|records| records.iter().map(bits).collect()).collect()
}

const FIXED: &str = r#"{"epochs": 3, "dropout": 0.3, "hidden_units": 7, "optimizer": "sgd"}"#;

fn trials_with_equal_settings_give_equal_bits(on: On) {
    let fixed: Value = serde_json::from_str(FIXED).unwrap();
    for (shared, own) in backends(on).into_iter().zip(backends(on)) {
        let place = format!("{} by {}", shared.name(), shared.adapter());
        let study = |shared: bool| json!({"fixed": fixed, "trials": 5, "seeds_per_trial": 2, "shared_seeds": shared});
        let (shared, own) = (epochs(shared, &study(true)), epochs(own, &study(false)));
        assert_eq!(shared[0].len(), 3, "{place}");
        for number in 1..5 {
            assert_eq!(shared[number], shared[0], "{place}: trial {number}");
            assert_ne!(own[number], own[0], "{place}: trial {number} without shared seeds");
        }
        // A shared study's numbers are those of any study's first trial.
        assert_eq!(shared[0], own[0], "{place}");
    }
}

/// Steps this small change no weight: what trials score is what they began with, under the masks that they drew.
fn trials_of_different_learning_rates_start_from_equal_weights_and_draw_equal_masks(on: On) {
    let fixed: Value = serde_json::from_str(FIXED).unwrap();
    for backend in backends(on) {
        let place = format!("{} by {}", backend.name(), backend.adapter());
        let space = json!({"learning_rate": {"type": "float", "low": 1e-30, "high": 1e-29, "log": true}});
        let study = json!({"fixed": fixed, "space": space, "trials": 4, "seed": 3, "shared_seeds": true});
        let all = epochs(backend, &study);
        assert!(all.iter().all(|epochs| epochs.len() == 3 && epochs[0] == all[0][0]), "{place}");
        assert_ne!(all[0][0][0], all[0][1][0], "{place}: masks of one epoch are those of another");
    }
}

/// Repeats of a trial stay different from each other: only the trial's number leaves the keys.
fn repeats_keep_numbers_of_their_own() {
    let study = json!({"trials": 2, "seeds_per_trial": 3, "shared_seeds": true, "fixed": {"epochs": 1}});
    let all = records(Box::new(Cpu::new()), &study);
    let spreads: Vec<_> = all.iter().map(|records| records[0].spread.clone().unwrap()).collect();
    assert!(spreads[0].validation_loss > Some(0.0), "{spreads:?}");
    assert_eq!(spreads[0], spreads[1]);
}

crate::harness::tests! {
    each_backend [
        trials_with_equal_settings_give_equal_bits,
        trials_of_different_learning_rates_start_from_equal_weights_and_draw_equal_masks,
    ]
    plain [repeats_keep_numbers_of_their_own]
}

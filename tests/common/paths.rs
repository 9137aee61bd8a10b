//! Studies whose networks are trained step by step, their paths written down.

use core::time::Duration;
use serde_json::{Value, json};
use std::rc::Rc;
use tuning_playground::analysis::{Recorder, Trajectory};
use tuning_playground::backend::cpu::Cpu;
use tuning_playground::search::{Search, Trial};
use tuning_playground::study::{FORMAT, Study};
use tuning_playground::trainer::{Contestant, Trainer};

/// A trainer of a study on the CPU, and the study's trials.
pub fn trainer(more: &Value) -> (Trainer, Vec<Trial>) {
    let mut document = json!({
        "format": FORMAT,
        "dataset": {"name": "moons", "samples": 200, "noise": 0.2},
        "fixed": {"hidden": [9, 5], "epochs": 4, "batch_size": 16},
        "space": {"learning_rate": {"type": "float", "low": 1e-3, "high": 3e-2, "log": true}},
        "trials": 3,
    });
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let study = Study::check(&document).unwrap();
    let trials = Search::new(&study).ask(&study);
    let prepared = Rc::new(study.prepare(None).unwrap());
    (Trainer::new(Rc::new(study), prepared, Box::new(Cpu::new()), Vec::new()).unwrap(), trials)
}

pub fn record(trainer: &Trainer, contestants: Vec<Contestant>, budget: Duration) -> Vec<Trajectory> {
    let mut recorder = pollster::block_on(Recorder::new(&Cpu::new(), trainer.data(), contestants)).unwrap();
    while !pollster::block_on(recorder.advance(budget)).unwrap() {}
    recorder.paths()
}

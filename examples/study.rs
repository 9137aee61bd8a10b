//! A study from code: its trials, its result document, and the loss around the best trial's weights.
//!
//! `cargo run --release --example study --features examples`

use std::rc::Rc;
use tuning_playground::backend::cpu::Cpu;
use tuning_playground::session::Session;
use tuning_playground::session::threads::Crew;
use tuning_playground::study::Study;
use tuning_playground::trainer::Trainer;
use tuning_playground::{Result, analysis};

/// What is searched; documents are the same as those of the page and of `tune`.
const STUDY: &str = r#"{
    "format": "tuning-playground/study@1",
    "dataset": {"name": "moons", "noise": 0.2, "samples": 120},
    "fixed": {"hidden": [8], "epochs": 4},
    "space": {"learning_rate": {"type": "float", "low": 1e-3, "high": 0.1, "log": true}},
    "trials": 4
}"#;

/// Trains the study on this machine's cores, and prints what came of it.
pub fn main() -> Result<()> {
    let study = Study::parse(STUDY)?;
    let prepared = study.prepare_native()?;
    let mut session = Session::new(study.clone());
    let crew = Crew { prepared: &prepared, workers: 2, open: &|| Ok(Box::new(Cpu::new())), test: false };
    crew.train(&mut session, |_, _| {})?;
    for trial in session.trials() {
        println!("trial {}: {:?} {:?}", trial.number, trial.value, trial.params);
    }
    let result = session.document();
    println!("result: {} bytes, best trial {}", result.to_string().len(), result["best"]);
    let Some(best) = session.best() else { return Ok(()) };
    let mut trainer = Trainer::new(Rc::new(study), Rc::new(prepared), Box::new(Cpu::new()), Vec::new())?;
    surface(&mut trainer, &session, best)
}

/// The loss over a plane of two random directions around a trial's weights, as a few rows of numbers.
fn surface(trainer: &mut Trainer, session: &Session, best: u32) -> Result<()> {
    let Some((trial, kept)) = session.kept(best)? else { return Ok(()) };
    let contestant = trainer.contestant(&trial, session.study().trials);
    let spec = &contestant.spec;
    let weights = kept.networks[0].weights(spec);
    let plane = analysis::Plane::random(&spec.shape, weights, 0)?;
    let site = analysis::Site { spec, data: trainer.data(), rows: analysis::Rows::Validation, unit: trainer.unit() };
    let scorer = site.scorer(&plane);
    for row in 0..5 {
        let places: Vec<[f64; 2]> =
            (0..5).map(|column| [f64::from(column - 2) / 2.0, f64::from(row - 2) / 2.0]).collect();
        let losses: Vec<String> = scorer.scores(&places).iter().map(|score| format!("{:8.4}", score.loss)).collect();
        println!("{}", losses.join(" "));
    }
    Ok(())
}

//! A session of which an earlier run has trained a part ends as if it had been trained at once, whatever part that is.
#![expect(clippy::unwrap_used, reason = "how a test fails")]

use proptest::prelude::*;
use serde_json::{Value, json};
use tuning_playground::backend::cpu::Cpu;
use tuning_playground::result::{TrialRecord, TrialState};
use tuning_playground::session::Session;
use tuning_playground::session::threads::{Crew, Known};
use tuning_playground::study::{FORMAT, Study};

/// Trains what is not known of a study; its trials, and the steps that it took.
fn train(study: &Study, known: &Known) -> (Vec<TrialRecord>, u64) {
    let mut session = Session::new(study.clone());
    let prepared = study.prepare(None).unwrap();
    let crew = Crew { prepared: &prepared, workers: 2, open: &|| Ok(Box::new(Cpu::new())), test: false };
    let mut steps = 0;
    let watch = |_: &Session, report: &tuning_playground::trainer::Report| {
        steps += report.steps;
        Ok(())
    };
    crew.go_on(&mut session, known, watch).unwrap();
    let mut trials = session.trials().to_vec();
    trials.iter_mut().flat_map(|trial| &mut trial.epochs).for_each(|epoch| epoch.seconds = 0.0);
    (trials, steps)
}

/// Small studies of many kinds, in which some trials diverge and some budgets are spent.
fn studies() -> impl Strategy<Value = Study> {
    let deciders = prop::sample::select(vec![
        json!({"sampler": {"name": "pbt", "population": 4}}),
        json!({"sampler": {"name": "pbt", "population": 5, "interval": 2, "resample": 0.5}}),
        json!({"pruner": {"name": "halving", "reduction": 2}}),
        json!({"pruner": {"name": "hyperband", "reduction": 2}, "sampler": {"name": "tpe", "startup": 4, "round": 3}}),
        json!({"pruner": {"name": "median", "startup": 2}, "sampler": {"name": "tpe", "startup": 3, "round": 2}}),
    ]);
    let budget = prop::option::of(10_u64..600);
    let rate = prop::sample::select(vec![0.1, 100.0, 1e6]);
    let settings = (2_u32..8, prop::sample::select(vec![0, 2]), 1_u32..3, 1_u32..3, any::<bool>());
    (deciders, budget, rate, settings, 0_u32..1000).prop_map(|(deciders, budget, rate, settings, seed)| {
        let (epochs, patience, evaluate_every, seeds, may_descend) = settings;
        let optimizers = if may_descend { json!(["sgd", "lbfgs", "adam"]) } else { json!(["sgd", "adam"]) };
        let mut document = json!({
            "format": FORMAT, "dataset": {"name": "moons", "samples": 60}, "trials": 14, "seed": seed,
            "seeds_per_trial": seeds, "evaluate_every": evaluate_every,
            "fixed": {"hidden": [4], "activation": "linear", "epochs": epochs, "patience": patience},
            "space": {
                "learning_rate": {"type": "float", "low": 1e-3, "high": rate, "log": true},
                "batch_size": {"type": "int", "low": 4, "high": 42},
                "optimizer": {"type": "categorical", "choices": optimizers},
            },
        });
        let more = json!({"budget": budget});
        for part in [&deciders, &more] {
            document.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        }
        Study::check(&document).unwrap()
    })
}

/// Trials with all their bits: not a number is unlike itself.
fn text(trials: &[TrialRecord]) -> Value {
    json!(json!(trials).to_string())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]
    #[test]
    fn whatever_is_known_of_a_session_it_ends_with_the_same_trials_and_bits(study in studies(), mask: u32) {
        let (whole, _) = train(&study, &Known::new());
        let all: Known = whole.iter().map(|trial| (trial.number, trial.clone())).collect();
        let (again, steps) = train(&study, &all);
        prop_assert_eq!(text(&again), text(&whole));
        prop_assert_eq!(steps, 0, "what is known is not trained again");
        // As a journal that was cut: those that had ended by then.
        let known = all.into_iter().filter(|(number, _)| mask >> (number % 32) & 1 == 1).collect();
        prop_assert_eq!(text(&train(&study, &known).0), text(&whole));
    }
}

#[test]
fn populations_that_diverge_or_spend_their_budget_go_on() {
    let diverging = json!({
        "fixed": {"epochs": 6, "optimizer": "sgd", "hidden": [8, 8], "activation": "linear"},
        "space": {"learning_rate": {"type": "float", "low": 0.01, "high": 1e6, "log": true}},
        "trials": 20,
    });
    let spent = json!({
        "fixed": {"epochs": 10, "optimizer": "adam", "hidden": [4]},
        "space": {
            "learning_rate": {"type": "float", "low": 1e-3, "high": 0.1, "log": true},
            "batch_size": {"type": "int", "low": 4, "high": 42},
        },
        "trials": 40, "budget": 25,
    });
    for (more, seeds) in [(&diverging, [0, 2, 4]), (&spent, [2, 3, 5])] {
        for seed in seeds {
            let mut document = more.clone();
            document["format"] = json!(FORMAT);
            document["dataset"] = json!({"name": "moons", "samples": 60});
            document["sampler"] = json!({"name": "pbt", "population": 4});
            document["seed"] = json!(seed);
            let study = Study::check(&document).unwrap();
            let (whole, _) = train(&study, &Known::new());
            let ended_early = |one: &&TrialRecord| one.state != TrialState::Complete;
            assert!(study.budget.is_some() || whole.iter().any(|one| ended_early(&one)), "the test tests something");
            let known = whole.iter().map(|trial| (trial.number, trial.clone())).collect();
            let (again, steps) = train(&study, &known);
            assert_eq!((text(&again), steps), (text(&whole), 0), "seed {seed}");
        }
    }
}

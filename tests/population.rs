//! Population based training: copies go on from others' weights, whoever trains them and whatever is kept of them.
#![expect(clippy::unwrap_used, reason = "how a test fails")]

use proptest::prelude::*;
use serde_json::{Value, json};
use std::rc::Rc;
use tuning_playground::analysis::{Member, Rows, ensemble};
use tuning_playground::backend::cpu::Cpu;
use tuning_playground::mlp::{Activation, Loss, Shape};
use tuning_playground::result::{TrialRecord, TrialState};
use tuning_playground::search::Copied;
use tuning_playground::session::Session;
use tuning_playground::session::threads::Crew;
use tuning_playground::study::{FORMAT, Study};
use tuning_playground::trainer::Trainer;

fn study(more: &Value) -> Study {
    let mut document = json!({
        "format": FORMAT,
        "dataset": {"name": "moons", "samples": 100},
        "fixed": {"epochs": 6, "hidden_units": 6, "optimizer": "momentum"},
        "space": {
            "learning_rate": {"type": "float", "low": 1e-3, "high": 1e8, "log": true},
            "batch_size": {"type": "categorical", "choices": [8, 16, 32]},
            "momentum": {"type": "float", "low": 0, "high": 0.9, "step": 0.3},
            "activation": {"type": "categorical", "choices": ["relu", "tanh"]},
        },
        "sampler": {"name": "pbt", "population": 8},
        "trials": 40,
    });
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Study::check(&document).unwrap()
}

fn train(session: &mut Session, workers: usize) -> Vec<TrialRecord> {
    let prepared = session.study().prepare(None).unwrap();
    let crew = Crew { prepared: &prepared, workers, open: &|| Ok(Box::new(Cpu::new())), test: false };
    crew.train(session, |_, _| {}).unwrap();
    let mut trials = session.trials().to_vec();
    trials.iter_mut().flat_map(|trial| &mut trial.epochs).for_each(|epoch| epoch.seconds = 0.0);
    trials
}

fn run(more: &Value, workers: usize, bytes: usize) -> Vec<TrialRecord> {
    train(&mut Session::new(study(more)).keeping(bytes), workers)
}

#[test]
fn copies_are_the_same_whoever_trains_them_and_whatever_is_kept() {
    for more in [
        json!({}),
        json!({"seeds_per_trial": 2, "sampler": {"name": "pbt", "population": 8, "interval": 2, "resample": 1}}),
        json!({"fixed": {"epochs": 5, "schedule": "plateau", "optimizer": "momentum"}, "shared_seeds": true}),
    ] {
        let trials = run(&more, 1, 1 << 28);
        assert!(trials.iter().filter(|trial| trial.copy_of.is_some()).count() > 3, "the test tests something");
        assert_eq!(run(&more, 2, 1 << 28), trials);
        assert_eq!(run(&more, 7, 1 << 28), trials);
        // Nothing is kept: every stretch is trained again from the first epoch of who began it.
        assert_eq!(run(&more, 3, 0), trials);
    }
}

#[test]
fn a_copy_has_its_parents_past_and_its_settings_but_for_what_can_change() {
    // Where the decay alone multiplies the weights, they leave all bounds.
    let more = json!({
        "fixed": {"epochs": 6, "hidden_units": 6, "optimizer": "momentum", "weight_decay": 0.1},
        "space": {
            "learning_rate": {"type": "float", "low": 1e-3, "high": 1e6, "log": true},
            "activation": {"type": "categorical", "choices": ["relu", "tanh"]},
        },
        "trials": 400,
    });
    let study = study(&more);
    let trials = run(&more, 2, 1 << 28);
    assert!(trials.iter().any(|trial| trial.copy_of.is_some()), "the test tests something");
    for trial in &trials {
        let Some(Copied { trial: of, epoch }) = trial.copy_of else {
            assert!(trial.number < 8);
            continue;
        };
        let parent = &trials[of as usize];
        assert!(of < trial.number);
        assert_eq!(trial.epochs[..epoch], parent.epochs[..epoch]);
        assert_eq!(trial.params["activation"], parent.params["activation"]);
        let moved = |name: &str| [&trial.params[name], &parent.params[name]].map(|value| value.as_f64().unwrap());
        let [own, before] = moved("learning_rate");
        assert!((1e-3..=1e6).contains(&own) && own != before);
        // Whose weights were copied was no worse than whoever was ended for it.
        let ended = trials.iter().filter(|one| one.state == TrialState::Pruned && one.epochs.len() == epoch);
        let value = parent.epochs[epoch - 1].validation_loss;
        let is_better = |one: &TrialRecord| one.epochs[epoch - 1].validation_loss < value;
        assert!(!ended.clone().any(is_better), "{}", trial.number);
    }
    // Whoever gets to the end has been there from the start or is a copy, and as many are there as at the start.
    let complete = trials.iter().filter(|trial| trial.state == TrialState::Complete).count();
    let diverged_last = trials.iter().filter(|one| one.state == TrialState::Diverged && one.epochs.len() == 5).count();
    assert_eq!(complete + diverged_last, 8);
    let whole = Session::new(study).document();
    assert_eq!(whole["trials"].as_array().map(Vec::len), Some(0));
}

#[test]
fn copies_try_other_choices_and_draw_what_these_have_use_for() {
    let more = json!({
        "fixed": {"epochs": 12, "hidden_units": 6, "optimizer": "sgd", "averaging": "ema", "averaging_decay": 0.9},
        "space": {
            "learning_rate": {"type": "float", "low": 1e-3, "high": 1, "log": true},
            "schedule": {"type": "categorical", "choices": ["constant", "one_cycle", "exponential"]},
            "decay_epochs": {"type": "float", "low": 1, "high": 10},
        },
        "trials": 400,
    });
    let trials = run(&more, 2, 1 << 28);
    assert_eq!(run(&more, 5, 0), trials);
    let schedule = |trial: &TrialRecord| trial.params["schedule"].as_str().unwrap().to_owned();
    let (mut copies, mut changed) = (0, 0);
    for trial in &trials {
        let has_decay = trial.params.contains_key("decay_epochs");
        assert_eq!(has_decay, schedule(trial) == "exponential", "{:?}", trial.params);
        if let Some(Copied { trial: of, .. }) = trial.copy_of {
            copies += 1;
            changed += usize::from(schedule(trial) != schedule(&trials[of as usize]));
        }
    }
    assert!(copies > 20 && (copies / 4..copies).contains(&changed), "{changed} of {copies} copies");
}

#[test]
fn weights_of_a_copy_that_were_let_go_come_back() {
    let mut session = Session::new(study(&json!({}))).keeping(0);
    train(&mut session, 2);
    let copy = session.trials().iter().rfind(|one| one.copy_of.is_some() && one.state == TrialState::Complete);
    let (number, last) = copy.map(|one| (one.number, one.epochs.last().unwrap().clone())).unwrap();
    let again = session.again(number).unwrap();
    assert!(!again.ancestry.is_empty());
    // As it goes to a Worker and back.
    let text = serde_json::to_string(&[again]).unwrap();
    let round = tuning_playground::trainer::Assignment::read(&text, &[]).unwrap();
    let study = Rc::new(session.study().clone());
    let prepared = Rc::new(study.prepare(None).unwrap());
    let mut trainer = Trainer::new(study, prepared, Box::new(Cpu::new()), Vec::new()).unwrap();
    trainer.assign(round).unwrap();
    let (mut epochs, mut finished) = (Vec::new(), false);
    while !finished {
        let mut report = pollster::block_on(trainer.advance(core::time::Duration::MAX)).unwrap();
        let trials = report.take_trials();
        assert!(trials.iter().all(|event| event.number == number), "nothing is told of who is on the way");
        epochs.extend(trials.into_iter().flat_map(|event| event.epochs));
        session.keep(report.snapshots);
        finished = report.finished;
    }
    assert_eq!(
        epochs.last().map(|epoch| epoch.validation_loss.map(f64::to_bits)),
        Some(last.validation_loss.map(f64::to_bits))
    );
    assert!(session.kept(number).unwrap().is_some());
}

#[test]
fn trials_and_budget_are_the_most_that_there_are_and_more_begins_another_population() {
    let mut few = Session::new(study(&json!({"trials": 11})));
    assert_eq!(train(&mut few, 2).len(), 11);
    let n_first = few.trials().len();
    few.more(10).unwrap();
    let trials = train(&mut few, 2);
    assert!(trials.len() > n_first + 8 && trials.len() <= 21);
    assert!(trials[n_first..n_first + 8].iter().all(|trial| trial.copy_of.is_none()));
    assert!(trials[n_first + 8..].iter().all(|trial| trial.copy_of.is_some_and(|of| of.trial as usize >= n_first)));

    let all = run(&json!({}), 1, 1 << 28);
    let spent = run(&json!({"budget": 120}), 1, 1 << 28);
    assert!(spent.len() < all.len(), "a budget that is spent copies no more");
    let whole = run(&json!({"trials": 5}), 1, 1 << 28);
    assert_eq!(whole.len(), 5, "without room for copies it is a random search");
}

#[test]
fn progress_counts_each_step_once() {
    let mut session = Session::new(study(&json!({"fixed": {"epochs": 6, "batch_size": 10}, "space": {
        "learning_rate": {"type": "float", "low": 1e-3, "high": 0.1, "log": true}}})));
    let round = session.next_round();
    assert_eq!(round.len(), 8);
    // 5 looks end two each.
    assert_eq!(session.progress().total, 18);
    session.stop();
    let mut session = Session::new(session.study().clone());
    let trials = train(&mut session, 1);
    let progress = session.progress();
    assert_eq!((trials.len(), progress.done, progress.total), (18, 18, 18));
    // 8 places of 6 epochs of 7 steps.
    assert_eq!((progress.steps, progress.total_steps), (8 * 6 * 7, 8 * 6 * 7));
}

/// What is handed out of a trial is what it is scored by: who is ended at a rung has its optimizer's state there, too, and
/// an average beside its weights.
#[test]
fn weights_of_trials_that_were_pruned_are_those_that_they_are_scored_by() {
    let halving = json!({"name": "halving", "reduction": 2, "min_epochs": 5});
    for averaging in ["none", "ema", "swa"] {
        let more = json!({
            "fixed": {"epochs": 6, "hidden": [3], "averaging": averaging, "averaging_decay": 0.8},
            "space": {"learning_rate": {"type": "float", "low": 1e-3, "high": 0.1, "log": true}},
            "sampler": {"name": "random"}, "pruner": halving, "trials": 4,
        });
        let mut session = Session::new(study(&more));
        let trials = train(&mut session, 2);
        assert!(trials.iter().any(|trial| trial.state == TrialState::Pruned), "the test tests something");
        let prepared = Rc::new(session.study().prepare(None).unwrap());
        let backend = Box::new(Cpu::new());
        let trainer = Trainer::new(Rc::new(session.study().clone()), prepared, backend, Vec::new()).unwrap();
        let site = |parameters: &[f32]| {
            let shape =
                Shape { inputs: 2, hidden: vec![3], outputs: 2, activation: Activation::Relu, batch_norm: false };
            let member = Member { shape, parameters: parameters.to_vec() };
            ensemble(&[member], Loss::CrossEntropy, trainer.data(), Rows::Validation, (0.0, 1.0)).unwrap().together.loss
        };
        for trial in &trials {
            let (named, snapshot) = session.kept(trial.number).unwrap().unwrap();
            let weights = session.weights(trial.number).unwrap().unwrap();
            assert_eq!(weights, trainer.weights(&named, snapshot));
            let (found, own) = (site(&weights[0]), trial.value.unwrap());
            assert!((found - own).abs() < 1e-5 * own.max(1.0), "{averaging}, {:?}: {found} {own}", trial.state);
        }
    }
}

#[test]
fn points_by_hand_are_trained_one_by_one_to_the_bits_of_the_whole_list() {
    let at = |n: usize| {
        let points = [0.01, 0.3, 2.0].map(|rate| json!({"learning_rate": rate}));
        json!({
            "space": {"learning_rate": {"type": "float", "low": 1e-3, "high": 1, "log": true}},
            "fixed": {"epochs": 2},
            "sampler": {"name": "hand", "points": points[..n]},
        })
    };
    let mut session = Session::new(study(&at(1)));
    train(&mut session, 2);
    session.pick(study(&at(2))).unwrap();
    train(&mut session, 2);
    session.pick(study(&at(3))).unwrap();
    let trials = train(&mut session, 2);
    assert_eq!(trials.len(), 3);
    assert_eq!(trials, run(&at(3), 1, 1 << 28));
    assert_eq!(session.document()["study"]["sampler"]["points"][2]["learning_rate"], json!(2.0));
    // Fewer points, or another study, are another run.
    assert!(session.pick(study(&at(2))).is_err());
    let mut other = at(3);
    other["fixed"] = json!({"epochs": 3});
    assert!(session.pick(study(&other)).is_err());
    assert!(study(&json!({"sampler": {"name": "hand"}})).check_picked().is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Any population ends, has no more trials than its study, and numbers them without gaps.
    #[test]
    fn any_population_ends(
        (population, interval, quantile, resample) in (2..12_u32, 1..4_u32, 0.01..0.5, 0.0..1.0),
        (trials, epochs, seed, rate) in (1..30_u32, 1..5_u32, 0..1_u64 << 53, 0.01..1e9),
    ) {
        let more = json!({
            "fixed": {"epochs": epochs, "hidden_layers": 0, "optimizer": "sgd"},
            "space": {"learning_rate": {"type": "float", "low": 1e-3, "high": rate, "log": true}},
            "sampler": {"name": "pbt", "population": population, "interval": interval, "quantile": quantile,
                "resample": resample},
            "trials": trials, "seed": seed,
        });
        let found = run(&more, 2, 1 << 28);
        prop_assert!(found.len() <= trials as usize && found.len() >= population.min(trials) as usize);
        for (number, trial) in (0..).zip(&found) {
            prop_assert_eq!(trial.number, number);
            let ended = [TrialState::Complete, TrialState::Pruned, TrialState::Diverged].contains(&trial.state);
            prop_assert!(ended, "{:?}", trial.state);
            prop_assert!(trial.copy_of.is_none_or(|of| of.epoch % interval as usize == 0 && of.epoch > 0));
        }
    }
}

//! Studies with every sampler, pruner, stages and budgets, from the first question to the last: trials that are told of, not
//! trained, so that their values are what a test wants.
#![expect(clippy::unwrap_used, reason = "how a test fails")]

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tuning_playground::backend::cpu::Cpu;
use tuning_playground::json;
use tuning_playground::result::{EpochRecord, TrialEvent, TrialRecord, TrialState};
use tuning_playground::session::Session;
use tuning_playground::session::threads::Crew;
use tuning_playground::study::{DEFAULT, FORMAT, Study, TrialConfig};

const SAMPLERS: [&str; 6] = ["grid", "random", "sobol", "tpe", "gp", "cmaes"];
const PRUNERS: [&str; 4] = ["none", "median", "halving", "hyperband"];

fn study(more: &Value) -> Study {
    let mut document = json!({
        "format": FORMAT,
        "dataset": {"name": "moons", "samples": 200},
        "fixed": {"hidden_layers": 1, "epochs": 9},
        "space": {
            "learning_rate": {"type": "float", "low": 1e-4, "high": 1, "log": true},
            "batch_size": {"type": "categorical", "choices": [16, 32]},
        },
        "trials": 40,
    });
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Study::check(&document).unwrap_or_else(|error| panic!("{error}: {document}"))
}

/// A trial's value after an epoch; it diverges where there is none.
type Curve<'a> = &'a dyn Fn(u32, &Map<String, Value>, usize) -> Option<f64>;

/// A session to its end; how many epochs were trained in the order in which that was asked for.
fn play(study: &Study, curve: Curve<'_>) -> Session {
    let mut session = Session::new(study.clone());
    for rounds in 0.. {
        assert!(rounds < 100_000, "it ends");
        let round = session.next_round();
        if round.is_empty() {
            break;
        }
        for assignment in round.into_iter().rev() {
            let number = assignment.trial.number;
            let params = &assignment.trial.params;
            let epochs = TrialConfig::new(study, params).epochs;
            let known = session.trials()[number as usize].epochs.len();
            let until = assignment.until_epoch.map_or(epochs, |until| until.min(epochs));
            assert!(until > known, "trial {number} goes on");
            let per_epoch = study.steps(params) / epochs as u64;
            let mut event = TrialEvent::begun(number);
            for epoch in known + 1..=until {
                let Some(value) = curve(number, params, epoch) else {
                    (event.state, event.diverged_at) = (TrialState::Diverged, Some(1));
                    break;
                };
                event.epochs.push(EpochRecord {
                    epoch,
                    train_loss: value,
                    validation_loss: Some(value),
                    train_metric: value,
                    validation_metric: Some(value),
                    learning_rate: 0.0,
                    seconds: 0.0,
                    spread: None,
                    recorded: None,
                });
            }
            let trained = known + event.epochs.len();
            event.steps = per_epoch * trained as u64;
            if event.state == TrialState::Running && trained == epochs {
                event.state = TrialState::Complete;
                event.value = event.epochs.last().and_then(|epoch| epoch.validation_loss);
            }
            session.report(vec![event]);
        }
        assert!(!session.is_under_way());
        session.take_ended();
    }
    session
}

#[expect(clippy::unnecessary_wraps, reason = "a curve, of which others diverge")]
fn valley(number: u32, params: &Map<String, Value>, epoch: usize) -> Option<f64> {
    let off = libm::log10(params["learning_rate"].as_f64().unwrap()) + 2.0;
    Some(off * off + 1.0 / epoch as f64 + f64::from(number % 3) * 1e-3)
}

fn steps(session: &Session) -> u64 {
    session.trials().iter().map(|trial| trial.steps).sum()
}

fn of_state(session: &Session, state: TrialState) -> Vec<&TrialRecord> {
    session.trials().iter().filter(|trial| trial.state == state).collect()
}

#[test]
fn every_sampler_goes_with_every_pruner() {
    for sampler in SAMPLERS {
        for pruner in PRUNERS {
            let more = json!({"sampler": {"name": sampler}, "pruner": {"name": pruner}, "name": "x"});
            let run = || play(&study(&more), &valley);
            let session = run();
            let trials = session.trials();
            assert_eq!(trials, run().trials(), "{more}");
            assert_eq!(trials.len(), if sampler == "grid" { 10 } else { 40 }, "{more}");
            let complete = of_state(&session, TrialState::Complete).len();
            let pruned = of_state(&session, TrialState::Pruned);
            assert_eq!(complete + pruned.len(), trials.len());
            assert!(complete > 0 && (pruned.is_empty() == (pruner == "none")), "{more}: {complete} complete");
            for trial in pruned {
                assert_eq!(trial.value, trial.epochs.last().and_then(|epoch| epoch.validation_loss));
                assert!(trial.epochs.len() < 9 && trial.diverged_at.is_none());
            }
            assert_eq!(trials[session.best().unwrap() as usize].state, TrialState::Complete);
            // A study reads back what it writes.
            assert_eq!(Study::check(&session.study().to_json()).unwrap(), *session.study());
            assert_eq!(session.progress().done, session.progress().total);
        }
    }
}

#[test]
fn samplers_that_learn_get_better_and_pruned_trials_keep_them_from_nothing() {
    for sampler in ["tpe", "gp", "cmaes"] {
        for pruner in ["none", "halving"] {
            let more = json!({"sampler": {"name": sampler}, "pruner": {"name": pruner}, "trials": 60});
            let session = play(&study(&more), &valley);
            let off = |trial: &TrialRecord| (libm::log10(trial.params["learning_rate"].as_f64().unwrap()) + 2.0).abs();
            let mean = |trials: &[TrialRecord]| trials.iter().map(off).sum::<f64>() / trials.len() as f64;
            let (early, late) = (mean(&session.trials()[..10]), mean(&session.trials()[40..]));
            assert!(late < 0.6 * early, "{sampler}, {pruner}: {early} then {late}");
        }
    }
}

#[test]
fn nothing_is_lost_where_trials_come_to_nothing() {
    let nan = |_: u32, _: &Map<String, Value>, _: usize| Some(f64::NAN);
    let diverged = |_: u32, _: &Map<String, Value>, _: usize| None;
    let half = |number: u32, params: &Map<String, Value>, epoch: usize| {
        if number.is_multiple_of(2) { None } else { valley(number, params, epoch) }
    };
    let late = |number: u32, params: &Map<String, Value>, epoch: usize| {
        if epoch > 2 { Some(f64::INFINITY) } else { valley(number, params, epoch) }
    };
    // All of one round and nobody else.
    let round = |number: u32, params: &Map<String, Value>, epoch: usize| {
        if (10..18).contains(&number) { Some(f64::NAN) } else { valley(number, params, epoch) }
    };
    let curves: [(&str, Curve<'_>); 5] =
        [("NaN", &nan), ("diverged", &diverged), ("half", &half), ("late", &late), ("a round", &round)];
    for sampler in SAMPLERS {
        for pruner in PRUNERS {
            for direction in ["minimize", "maximize"] {
                for (name, curve) in curves {
                    let objective = json!({"metric": "validation_metric", "direction": direction});
                    let more = json!({
                        "sampler": {"name": sampler}, "pruner": {"name": pruner}, "objective": objective, "trials": 26,
                    });
                    let session = play(&study(&more), curve);
                    let wanted = if sampler == "grid" { 10 } else { 26 };
                    assert_eq!(session.trials().len(), wanted, "{more}, {name}");
                    let is_open = |trial: &TrialRecord| {
                        matches!(trial.state, TrialState::Queued | TrialState::Running | TrialState::Cancelled)
                    };
                    assert!(!session.trials().iter().any(is_open), "{more}, {name}");
                    // Of trials whose last values are infinite only pruned ones may be best.
                    let is_best = session.best().is_some();
                    assert!(name == "late" || is_best != matches!(name, "NaN" | "diverged"), "{more}, {name}");
                }
            }
        }
    }
}

#[test]
fn an_empty_space_and_single_values_are_searched_by_everybody() {
    for space in [json!({}), json!({"learning_rate": {"type": "float", "low": 0.01, "high": 0.01, "log": true}})] {
        for sampler in ["random", "sobol", "tpe", "gp", "cmaes"] {
            let more = json!({"space": space, "sampler": {"name": sampler}, "pruner": {"name": "halving"}});
            let value = |number: u32, _: &Map<String, Value>, _: usize| Some(f64::from(number % 7));
            assert_eq!(play(&study(&more), &value).trials().len(), 40, "{more}");
        }
    }
}

#[test]
fn one_epoch_and_rungs_above_all_epochs_prune_nobody() {
    for more in [
        json!({"fixed": {"epochs": 1}, "pruner": {"name": "halving"}}),
        json!({"fixed": {"epochs": 1}, "pruner": {"name": "median"}}),
        json!({"fixed": {"epochs": 1}, "pruner": {"name": "hyperband"}}),
        json!({"pruner": {"name": "halving", "min_epochs": 10}}),
        json!({"pruner": {"name": "hyperband", "min_epochs": 9}}),
        json!({"pruner": {"name": "median", "warmup": 8}}),
        json!({"pruner": {"name": "median", "startup": 40}}),
    ] {
        let session = play(&study(&more), &valley);
        assert_eq!(of_state(&session, TrialState::Complete).len(), 40, "{more}");
    }
}

#[test]
fn a_trial_of_fewer_epochs_ends_where_it_ends() {
    let more = json!({
        "fixed": {},
        "space": {
            "learning_rate": {"type": "float", "low": 1e-4, "high": 1, "log": true},
            "epochs": {"type": "int", "low": 2, "high": 16},
        },
        "pruner": {"name": "halving", "reduction": 2},
    });
    let session = play(&study(&more), &valley);
    for trial in session.trials() {
        let own = trial.params["epochs"].as_u64().unwrap() as usize;
        let is_rung = [1, 2, 4, 8].contains(&trial.epochs.len());
        assert!(if trial.state == TrialState::Complete { trial.epochs.len() == own } else { is_rung }, "{trial:?}");
    }
    assert!(of_state(&session, TrialState::Pruned).len() > 10);
}

#[test]
fn rounds_change_nothing_for_samplers_that_do_not_learn() {
    for sampler in ["grid", "random", "sobol"] {
        let run = |round: Option<u32>| {
            let mut sampler = json!({"name": sampler});
            if let Some(round) = round {
                sampler["round"] = json!(round);
            }
            let session = play(&study(&json!({"sampler": sampler})), &valley);
            assert_eq!(session.study().to_json()["sampler"]["round"], json!(round));
            session.trials().to_vec()
        };
        let whole = run(None);
        for round in [1, 7, 64] {
            assert_eq!(run(Some(round)), whole, "{sampler}, {round}");
        }
    }
}

#[test]
fn a_budget_is_spent_as_if_trials_came_one_by_one() {
    // 140 rows train: 9 or 5 batches, 9 epochs.
    let whole = play(&study(&json!({})), &valley);
    let all = steps(&whole);
    for budget in [9, 81, 82, all / 3, all - 1, all, all + 1] {
        let session = play(&study(&json!({"budget": budget})), &valley);
        let n = session.trials().len();
        assert_eq!(session.trials(), &whole.trials()[..n], "{budget}");
        let before: u64 = whole.trials()[..n - 1].iter().map(|trial| trial.steps).sum();
        assert!(before < budget && (steps(&session) >= budget || n == 40), "{budget}: {n}");
        for round in [1, 6] {
            let more = json!({"budget": budget, "sampler": {"name": "random", "round": round}});
            assert_eq!(play(&study(&more), &valley).trials(), session.trials(), "{budget}, {round}");
        }
    }
    // What pruning saves is spent on more trials.
    let spend = |pruner: &str| {
        let more = json!({"budget": all / 3, "pruner": {"name": pruner, "min_epochs": 1}, "trials": 400});
        let session = play(&study(&more), &valley);
        assert!(steps(&session) >= all / 3 && steps(&session) < all / 2);
        session.trials().len()
    };
    assert!(spend("halving") > 30);
    for sampler in ["tpe", "gp", "cmaes"] {
        let session = play(&study(&json!({"budget": 2000, "sampler": {"name": sampler}, "trials": 400})), &valley);
        assert!(steps(&session) >= 2000 && steps(&session) < 2100, "{sampler}: {}", steps(&session));
    }
}

#[test]
fn a_spent_budget_has_no_more() {
    let mut session = play(&study(&json!({"budget": 200})), &valley);
    let n = session.trials().len();
    let refused = session.more(5).unwrap_err().to_string();
    assert!(refused.contains("budget is 200") && refused.contains(&format!("> {}", steps(&session))), "{refused}");
    assert_eq!((session.trials().len(), session.next_round().len()), (n, 0));
}

fn staged(more: &Value) -> Value {
    let mut document = json!({
        "stages": [{"epochs": 2, "trials": 12}, {"epochs": 5, "trials": 8}, {"epochs": 9, "trials": 6, "shrink": 0.25}],
        "space": {
            "learning_rate": {"type": "float", "low": 1e-4, "high": 1, "log": true},
            "hidden_units": {"type": "int", "low": 2, "high": 33},
            "dropout": {"type": "float", "low": 0, "high": 0.5, "step": 0.1},
            "activation": {"type": "categorical", "choices": ["relu", "tanh"]},
        },
    });
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    document
}

#[test]
fn stages_search_smaller_boxes_around_the_best_with_their_own_epochs() {
    for sampler in ["random", "sobol", "tpe", "gp", "cmaes"] {
        let study = study(&staged(&json!({"sampler": {"name": sampler}})));
        assert_eq!(study.trials, 26);
        let session = play(&study, &valley);
        assert_eq!(session.trials().len(), 26);
        let document = session.document();
        let boxes = document["boxes"].as_array().unwrap();
        assert_eq!(boxes.len(), 3);
        assert_eq!(boxes[0], study.to_json()["space"]);
        let mut first = 0;
        let mut best: Option<&TrialRecord> = None;
        for (stage, own) in [(0, 12), (1, 8), (2, 6)] {
            let ends = |name: &str| {
                let axis = &boxes[stage][name];
                [axis["low"].as_f64().unwrap(), axis["high"].as_f64().unwrap()]
            };
            if let Some(best) = best {
                // As wide as the share says, but for the ends, with the best within.
                let [low, high] = ends("learning_rate");
                let decades = [4.0, 2.0, 0.5][stage];
                assert!((libm::log10(high / low) - decades).abs() < 1e-9, "{sampler}: {low} {high}");
                for name in ["learning_rate", "hidden_units", "dropout"] {
                    let [low, high] = ends(name);
                    let value = best.params[name].as_f64().unwrap();
                    assert!(low <= value && value <= high, "{sampler}: {low} {value} {high}");
                }
                assert_eq!(ends("hidden_units")[1] - ends("hidden_units")[0], [31.0, 15.0, 3.0][stage]);
                assert_eq!(boxes[stage]["activation"], boxes[0]["activation"]);
            }
            for trial in &session.trials()[first..first + own] {
                assert_eq!(trial.params["epochs"], [2, 5, 9][stage]);
                assert_eq!(trial.epochs.len(), [2, 5, 9][stage]);
                for name in ["learning_rate", "hidden_units", "dropout"] {
                    let [low, high] = ends(name);
                    let value = trial.params[name].as_f64().unwrap();
                    assert!(low <= value && value <= high, "{sampler}: {name} {low} {value} {high}");
                }
            }
            first += own;
            let better = |a: &&TrialRecord, b: &&TrialRecord| a.value.unwrap().total_cmp(&b.value.unwrap());
            best = session.trials()[..first].iter().min_by(better);
        }
        // No two stages draw the same places.
        let shares = |trials: &[TrialRecord], stage: usize| -> Vec<f64> {
            let [low, high] = ["low", "high"].map(|end| boxes[stage]["learning_rate"][end].as_f64().unwrap());
            let share = |trial: &TrialRecord| {
                let x = trial.params["learning_rate"].as_f64().unwrap();
                libm::log(x / low) / libm::log(high / low)
            };
            trials.iter().map(share).collect()
        };
        let pairs = shares(&session.trials()[..6], 0).into_iter().zip(shares(&session.trials()[12..18], 1));
        assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() > 1e-6), "{sampler}");
    }
}

#[test]
fn stages_without_a_best_search_the_whole_box_again_and_grids_end_early() {
    let session = play(&study(&staged(&json!({}))), &|_, _, _| None);
    assert_eq!(session.trials().len(), 26);
    let document = session.document();
    assert_eq!(document["boxes"][2], document["boxes"][0]);
    let axis = json!({"learning_rate": {"type": "float", "low": 1e-4, "high": 1, "log": true}});
    let more = staged(&json!({"space": axis, "sampler": {"name": "grid", "points": 4}}));
    let session = play(&study(&more), &valley);
    assert_eq!(session.trials().len(), 12);
    assert_eq!(session.document()["boxes"].as_array().unwrap().len(), 3);
    let mut more = play(&study(&staged(&json!({}))), &valley);
    more.more(4).unwrap();
    assert_eq!(more.study().stages.last().unwrap().trials, 10);
    assert_eq!(more.next_round().len(), 4);
    assert!(more.trials()[26..].iter().all(|trial| trial.params["epochs"] == 9));
}

#[test]
fn stages_go_with_pruners_and_budgets() {
    let more = json!({"pruner": {"name": "hyperband"}, "budget": 200, "sampler": {"name": "tpe"}});
    let session = play(&study(&staged(&more)), &valley);
    assert!(steps(&session) >= 200 && session.trials().len() < 26);
    assert!(!of_state(&session, TrialState::Pruned).is_empty());
    // Later stages get worse at every epoch, and still each lets its best on, of which one in four gets from rung to rung.
    let worse = |number: u32, _: &_, epoch: usize| Some(f64::from(number) - epoch as f64 * 1e-3);
    let halving = play(&study(&staged(&json!({"pruner": {"name": "halving"}}))), &worse);
    assert_eq!(halving.trials().len(), 26);
    let complete = |session: &Session| -> Vec<u32> {
        of_state(session, TrialState::Complete).iter().map(|trial| trial.number).collect()
    };
    assert_eq!(complete(&halving), [0, 1, 2, 12, 20]);
    // The first five of each stage are let be.
    let median = play(&study(&staged(&json!({"pruner": {"name": "median"}}))), &worse);
    assert_eq!(complete(&median), [0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 20, 21, 22, 23, 24]);
}

#[test]
fn what_does_not_go_together_is_refused_by_its_name() {
    for (more, told) in [
        (json!({"stages": []}), "stages is [...] (0)"),
        (json!({"stages": [{"epochs": 3}]}), "stages[0].trials is missing"),
        (json!({"stages": [{"epochs": 0, "trials": 3}]}), "stages[0].epochs is 0"),
        (json!({"stages": [{"epochs": 1, "trials": 3, "shrink": 0}]}), "stages[0].shrink is 0"),
        (json!({"stages": [{"epochs": 1, "trials": 41}], "trials": 40}), "trials is 40; the accepted range is 41"),
        (
            json!({"stages": [{"epochs": 1, "trials": 3}], "fixed": {}, "space": {"epochs": {"type": "int", "low": 1, "high": 5}}}),
            "stages",
        ),
        (json!({"budget": 4}), "budget is 4; the accepted range is >= 5 (1 epoch)"),
        (json!({"budget": 9, "seeds_per_trial": 2}), "budget is 9; the accepted range is >= 10 (1 epoch)"),
        (json!({"budget": 0}), "budget is 0"),
        (json!({"budget": -1}), "budget is -1"),
        (json!({"budget": 2.5}), "budget is 2.5"),
        (json!({"budget": "Infinity"}), "budget is"),
        (json!({"pruner": {"name": "halving", "reduction": 1}}), "pruner.reduction is 1"),
        (json!({"pruner": {"name": "median", "min_epochs": 1}}), "pruner.min_epochs is not a known key"),
        (json!({"sampler": {"name": "tpe", "startup": 0}}), "sampler.startup is 0"),
        (json!({"sampler": {"name": "pbt"}, "pruner": {"name": "median"}}), "the accepted range is none (pbt, hand)"),
        (json!({"sampler": {"name": "hand", "points": [{}]}}), "sampler.points[0].learning_rate is missing"),
    ] {
        let mut document = study(&json!({})).to_json();
        document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let said = Study::check(&document).expect_err(&more.to_string()).to_string();
        assert!(said.contains(told), "{more}: {said}");
    }
}

/// What was told does not depend on what was suggested: one suggestion that differs does not hide the next.
fn told(number: u32, _: &Map<String, Value>, epoch: usize) -> Option<f64> {
    let mixed = (u64::from(number) * 37 + 11) % 101;
    (mixed != 60).then(|| mixed as f64 / 101.0 + 1.0 / epoch as f64)
}

/// Studies, and each trial's parameters and epochs; numbers are read to the bit.
fn written_down() -> Vec<Value> {
    let Value::Array(written) = json::parse(include_str!("golden/search/suggestions.json")).unwrap() else {
        panic!("a list")
    };
    written
}

/// `tests/unit/suggestions.test.js` holds the page's module to the same file.
#[test]
fn the_same_told_values_give_the_suggestions_that_are_written_down() {
    let written = written_down();
    for one in &written {
        let session = play(&Study::check(&one["study"]).unwrap(), &told);
        let trials: Vec<_> = session.trials().iter().map(|trial| json!([trial.params, trial.epochs.len()])).collect();
        assert_eq!(json!(trials), one["trials"], "{}", one["study"]);
    }
}

/// Prints the file anew: `cargo test --test integration written_anew -- --ignored --nocapture | grep -A9 '^\['`.
#[test]
#[ignore = "writes what the test above reads"]
fn written_anew() {
    let mut written = written_down();
    for one in &mut written {
        let session = play(&Study::check(&one["study"]).unwrap(), &told);
        one["trials"] = session.trials().iter().map(|trial| json!([trial.params, trial.epochs.len()])).collect();
    }
    let lines: Vec<String> = written.iter().map(Value::to_string).collect();
    println!("\n[{}]", lines.join(",\n"));
}

/// The default study by halving, from what all of its trials come to when they are trained to their ends: a trial that goes on
/// after verdicts has the same bits (`tests/session.rs`).
#[test]
#[ignore = "campaign"]
fn halving_of_the_default_study_spends_little_and_ends_nearly_as_well() {
    let (mut shares, mut ratios) = (Vec::new(), Vec::new());
    for seed in 0..10 {
        let mut document = Study::parse(DEFAULT).unwrap().to_json();
        document["seed"] = json!(seed);
        let whole = Study::check(&document).unwrap();
        let prepared = whole.prepare_native().unwrap();
        let mut random = Session::new(whole);
        let crew = Crew { prepared: &prepared, workers: 2, open: &|| Ok(Box::new(Cpu::new())), test: false };
        crew.train(&mut random, |_, _| {}).unwrap();
        document["pruner"] = json!({"name": "halving", "min_epochs": 4});
        let curve = |number: u32, _: &Map<String, Value>, epoch: usize| {
            random.trials()[number as usize].epochs.get(epoch - 1).and_then(|epoch| epoch.validation_loss)
        };
        let halving = play(&Study::check(&document).unwrap(), &curve);
        let best = |session: &Session| session.trials()[session.best().unwrap() as usize].value.unwrap();
        shares.push(steps(&halving) as f64 / steps(&random) as f64);
        ratios.push(best(&halving) / best(&random));
        println!("seed {seed}: {:.3} of the steps, {:.3} times the best loss", shares[seed], ratios[seed]);
    }
    let median = |values: &mut Vec<f64>| {
        values.sort_by(f64::total_cmp);
        f64::midpoint(values[4], values[5])
    };
    let (share, ratio) = (median(&mut shares), median(&mut ratios));
    println!("median: {share:.3} of the steps, {ratio:.3} times the best loss");
    assert!(share <= 0.4 && ratio <= 1.05);
}

/// Architecture and optimization in one space, under a budget.
fn automl() -> Study {
    study(&json!({
        "fixed": {"epochs": 9},
        "space": {
            "hidden_layers": {"type": "int", "low": 1, "high": 3},
            "units_1": {"type": "int", "low": 4, "high": 64, "log": true},
            "units_2": {"type": "int", "low": 4, "high": 64, "log": true},
            "units_3": {"type": "int", "low": 4, "high": 64, "log": true},
            "activation": {"type": "categorical", "choices": ["relu", "tanh"]},
            "optimizer": {"type": "categorical", "choices": ["momentum", "adam"]},
            "learning_rate": {"type": "float", "low": 1e-4, "high": 1, "log": true},
            "momentum": {"type": "float", "low": 0.5, "high": 0.99, "scale": "log1m"},
            "beta1": {"type": "float", "low": 0.5, "high": 0.99, "scale": "log1m"},
        },
        "sampler": {"name": "tpe"}, "pruner": {"name": "hyperband"}, "budget": 4000, "trials": 500,
    }))
}

#[test]
fn architecture_and_optimization_are_searched_together_under_a_budget() {
    for sampler in ["tpe", "gp", "cmaes"] {
        let mut document = automl().to_json();
        document["sampler"] = json!({"name": sampler});
        let session = play(&Study::check(&document).unwrap(), &valley);
        assert!(session.trials().len() < 500 && steps(&session) >= 4000);
        for trial in session.trials() {
            let layers = trial.params["hidden_layers"].as_u64().unwrap();
            for k in 1..=3 {
                assert_eq!(trial.params.contains_key(&format!("units_{k}")), k <= layers);
            }
            let is_adam = trial.params["optimizer"] == "adam";
            assert_eq!(
                (trial.params.contains_key("beta1"), trial.params.contains_key("momentum")),
                (is_adam, !is_adam)
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn any_study_ends_with_every_trial_accounted_for(
        sampler in 0..6_usize,
        pruner in 0..4_usize,
        (trials, epochs, round) in (1..30_u32, 1..12_u32, 1..12_u32),
        budget in prop_oneof![Just(None), (9..3000_u64).prop_map(Some)],
        bad in 0..8_u32,
        has_stages in any::<bool>(),
    ) {
        let mut more = json!({
            "fixed": {"epochs": epochs}, "sampler": {"name": SAMPLERS[sampler], "round": round},
            "pruner": {"name": PRUNERS[pruner]}, "budget": budget, "trials": trials.max(10),
        });
        if has_stages && SAMPLERS[sampler] != "grid" {
            more["stages"] = json!([{"epochs": epochs, "trials": trials}, {"epochs": epochs + 1, "trials": 3, "shrink": 0.1}]);
            more["trials"] = json!(trials + 3);
        }
        let study = study(&more);
        let curve = |number: u32, params: &Map<String, Value>, epoch: usize| match (number + epoch as u32) % 8 {
            at if at < bad / 2 => None,
            at if at < bad => Some(f64::NAN),
            _ => valley(number, params, epoch),
        };
        let session = play(&study, &curve);
        prop_assert!(session.trials().len() as u32 <= study.trials);
        for (at, trial) in session.trials().iter().enumerate() {
            prop_assert_eq!(trial.number as usize, at);
            prop_assert!(matches!(trial.state, TrialState::Complete | TrialState::Pruned | TrialState::Diverged));
        }
        let is_whole = session.trials().len() as u32 == study.trials.min(if SAMPLERS[sampler] == "grid" { 10 } else { u32::MAX });
        prop_assert!(is_whole || budget.is_some_and(|budget| steps(&session) >= budget));
    }
}

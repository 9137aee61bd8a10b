//! Sessions: a sampler that learns from what it is told and a pruner that stops trials give the same trials whoever
//! trains them; rungs change no bit; best, budget, stop and progress.
#![expect(clippy::unwrap_used, reason = "how a test fails")]

use crate::common::On;
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::rc::Rc;
use tuning_playground::backend::Backend;
use tuning_playground::backend::cpu::{Cpu, Strategy};
use tuning_playground::backend::reference::Reference;
use tuning_playground::error::Error;
use tuning_playground::result::{EpochRecord, TrialEvent, TrialRecord, TrialState};
use tuning_playground::search::{Ledger, NoPruner, Outcome, Pruner, Sampler, Search, Verdict};
use tuning_playground::session::Session;
use tuning_playground::session::threads::Crew;
use tuning_playground::study::{FORMAT, Study};
use tuning_playground::trainer::{Assignment, Trainer, TrialSnapshot};

const EPOCHS: usize = 6;
/// Random trials at the start, and how many are asked for at once after them.
const STARTUP: u32 = 9;
const ROUND: u32 = 5;

/// Draws from everything it was told, to the last bit, and from the order in which it was told.
struct Learner {
    told: Rc<RefCell<Vec<(u32, u64)>>>,
}

impl Sampler for Learner {
    fn ask(&mut self, number: u32) -> Option<Map<String, Value>> {
        let mix = |hash: u64, &(number, bits): &(u32, u64)| {
            (hash ^ bits ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
        };
        let seed = (u32::MAX, u64::from(number));
        let hash = mix(self.told.borrow().iter().fold(1, mix), &seed);
        let share = |hash: u64| (hash % 1000) as f64 / 1000.0;
        let rate = libm::exp10(-4.0 + 4.5 * share(hash >> 7));
        let params = json!({"learning_rate": rate, "hidden_units": 4 + hash % 5, "epochs": 4 + (hash >> 23) % 3});
        params.as_object().cloned()
    }

    fn round(&self, asked: u32) -> u32 {
        if asked == 0 { STARTUP } else { ROUND }
    }

    fn tell(&mut self, outcome: &Outcome) {
        self.told.borrow_mut().push((outcome.number, outcome.value.to_bits()));
    }
}

/// Stops, after epochs 1 and 3, whoever is worse than the median of all that got there.
struct Median;

impl Pruner for Median {
    fn rung(&self, _: u32, epochs: usize) -> Option<usize> {
        [1, 3].into_iter().find(|&rung| rung > epochs)
    }

    fn judge(&mut self, ledger: &Ledger) -> Vec<Verdict> {
        let all = 0..ledger.trials().len() as u32;
        let is_worse = |number: &u32| {
            let epoch = ledger.epochs(*number);
            let mut values: Vec<f64> = all.clone().filter_map(|other| ledger.value_at(other, epoch)).collect();
            values.sort_by(f64::total_cmp);
            ledger.value_at(*number, epoch).is_some_and(|value| value > values[values.len() / 2])
        };
        all.clone().filter(|&number| ledger.is_open(number)).filter(is_worse).map(Verdict::Stop).collect()
    }
}

fn study(more: &Value) -> Study {
    let mut document = json!({
        "format": FORMAT,
        "dataset": {"name": "moons", "samples": 120},
        "fixed": {"hidden_layers": 1},
        "space": {
            "learning_rate": {"type": "float", "low": 1e-4, "high": 10, "log": true},
            "hidden_units": {"type": "int", "low": 4, "high": 8},
            "epochs": {"type": "int", "low": 4, "high": EPOCHS},
        },
        "trials": 27,
    });
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Study::check(&document).unwrap()
}

fn train(session: &mut Session, workers: usize) {
    let prepared = session.study().prepare(None).unwrap();
    let crew = Crew { prepared: &prepared, workers, open: &|| Ok(Box::new(Cpu::new())), test: false };
    crew.train(session, |_, _| {}).unwrap();
}

/// All that a result promises to be the same.
fn lasting(trials: &[TrialRecord]) -> Vec<TrialRecord> {
    let mut trials = trials.to_vec();
    trials.iter_mut().flat_map(|trial| &mut trial.epochs).for_each(|epoch| epoch.seconds = 0.0);
    trials
}

fn count(trials: &[TrialRecord], state: TrialState) -> usize {
    trials.iter().filter(|trial| trial.state == state).count()
}

fn a_learning_sampler_and_a_pruner_give_the_same_trials_with_any_number_of_workers() {
    for more in [json!({}), json!({"seeds_per_trial": 2, "objective": {"metric": "validation_metric"}})] {
        let run = |workers| {
            let study = study(&more);
            let told = Rc::default();
            let search = Search::with_sampler(Box::new(Learner { told: Rc::clone(&told) }));
            let mut session = Session::with(study, search, Box::new(Median));
            train(&mut session, workers);
            let told = told.borrow().clone();
            (lasting(session.trials()), session.best(), told)
        };
        let (trials, best, told) = run(1);
        assert_eq!(trials.len(), 27);
        for state in [TrialState::Complete, TrialState::Pruned] {
            assert!(count(&trials, state) > 3, "{state:?}: the test tests something");
        }
        assert!(trials.iter().filter(|trial| trial.state == TrialState::Pruned).all(|trial| trial.epochs.len() < 4));
        // All but the last round's are told, in order; the last one's when the next is asked for.
        assert_eq!(told.iter().map(|(number, _)| *number).collect::<Vec<_>>(), (0..27).collect::<Vec<_>>());
        for workers in [2, 7] {
            assert_eq!(run(workers), (trials.clone(), best, told.clone()), "{workers} workers");
        }
    }
}

/// The trials of a session by the backend, and the steps that were trained for them.
fn trained(session: &mut Session, open: &(dyn Fn() -> Box<dyn Backend> + Sync)) -> (Vec<TrialRecord>, u64) {
    let prepared = session.study().prepare(None).unwrap();
    let open: &(dyn Fn() -> _ + Sync) = &|| Ok(open());
    let mut steps = 0;
    let crew = Crew { prepared: &prepared, workers: 2, open, test: false };
    crew.train(session, |_, report| steps += report.steps).unwrap();
    (lasting(session.trials()), steps)
}

fn a_trial_that_went_on_after_verdicts_is_one_that_was_trained_at_once(on: On) {
    for (name, open) in backends(on) {
        for (seeds, fixed) in [
            (1, json!({})),
            (2, json!({"schedule": "plateau", "plateau_patience": 1, "decay_rate": 0.5})),
            (1, json!({"schedule": "one_cycle", "optimizer": "nadam", "warmup_epochs": 1.5})),
            (2, json!({"optimizer": "adam", "hypergradient": 1e-5})),
        ] {
            let mut own = json!({"hidden_layers": 1});
            own.as_object_mut().unwrap().extend(fixed.as_object().unwrap().clone());
            let study = study(&json!({"seeds_per_trial": seeds, "fixed": own}));
            let session = |pruner| Session::with(study.clone(), Search::new(&study), pruner);
            let (whole, _) = trained(&mut session(Box::new(NoPruner)), &*open);
            let last = whole.iter().filter_map(|trial| Some((trial.epochs.first()?, trial.epochs.last()?)));
            let moved = last.filter(|(first, last)| last.learning_rate != first.learning_rate).count();
            assert_eq!(moved > 3, fixed != json!({}), "{name}: {fixed} was at work in {moved} trials");
            let mut parked = session(Box::new(Median));
            let (judged, steps) = trained(&mut parked, &*open);
            assert!(count(&judged, TrialState::Complete) > 3 && count(&judged, TrialState::Pruned) > 3);
            for (whole, judged) in whole.iter().zip(&judged) {
                if judged.state == TrialState::Pruned {
                    assert_eq!(judged.params, whole.params);
                    assert_eq!(judged.epochs, whole.epochs[..judged.epochs.len()]);
                    assert_eq!(judged.value, judged.epochs.last().unwrap().validation_loss);
                    assert!(judged.steps < whole.steps);
                } else {
                    assert_eq!(judged, whole, "{name}");
                }
            }
            // No step is trained twice, but where there is no room to keep what waits.
            let told: u64 = judged.iter().map(|trial| trial.steps).sum();
            assert_eq!(steps, told, "{name}, {seeds} seeds, {fixed}");
            let (again, steps) = trained(&mut session(Box::new(Median)).keeping(0), &*open);
            assert_eq!(again, judged, "{name}");
            assert!(steps > told, "{name}, {seeds} seeds");
        }
    }
}

/// Ways to train.
type Opens = Vec<(&'static str, Box<dyn Fn() -> Box<dyn Backend> + Sync>)>;

/// The reference and every strategy of the CPU, or the GPU.
fn backends(on: On) -> Opens {
    match on {
        On::Cpu => {
            let mut backends: Opens = vec![("reference", Box::new(|| Box::new(Reference)))];
            for strategy in Strategy::ALL {
                backends.push(("cpu", Box::new(move || Box::new(Cpu::new().with_strategy(strategy)))));
            }
            backends
        }
        On::Gpu => vec![("gpu", Box::new(|| Box::new(crate::common::gpu())))],
    }
}

fn weights_that_were_let_go_come_back_to_the_same_bits(on: On) {
    for (name, open) in backends(on) {
        let study = study(&json!({"trials": 9, "seeds_per_trial": 2}));
        let session = || Session::with(study.clone(), Search::new(&study), Box::new(Median));
        let (mut roomy, mut tight) = (session(), session().keeping(0));
        assert_eq!(trained(&mut roomy, &*open).0, trained(&mut tight, &*open).0);
        let best = roomy.best().unwrap();
        assert!(tight.kept(best).unwrap().is_some(), "the best stays");
        let (study, prepared) = (Rc::new(study.clone()), Rc::new(study.prepare(None).unwrap()));
        let mut trainer = Trainer::new(study, prepared, open(), Vec::new()).unwrap();
        for number in 0..9 {
            let (trial, ended) = roomy.kept(number).unwrap().unwrap();
            let score = trainer.test(&trial, ended);
            if number != best {
                assert!(tight.kept(number).unwrap().is_none());
            }
            trainer.assign(vec![tight.again(number).unwrap()]).unwrap();
            loop {
                let mut report = pollster::block_on(trainer.advance(core::time::Duration::ZERO)).unwrap();
                tight.report(report.take_trials());
                tight.keep(report.snapshots);
                if report.finished {
                    break;
                }
            }
            let (trial, again) = tight.kept(number).unwrap().unwrap();
            assert_eq!(again, ended, "{name}, trial {number}");
            assert_eq!(trainer.test(&trial, again), score);
        }
        assert_eq!(lasting(tight.trials()), lasting(roomy.trials()), "nothing else has changed");
        let none = tight.kept(9).unwrap_err();
        assert!(
            matches!(&none, Error::NoSuchTrial { number: 9, accepted } if accepted.starts_with("0, 1, ")),
            "{none}"
        );
    }
}

/// An event of epochs whose objectives are given.
fn event(number: u32, state: TrialState, first: usize, values: &[f64]) -> TrialEvent {
    let epoch = |(at, &value): (usize, &f64)| EpochRecord {
        epoch: first + at,
        train_loss: value,
        validation_loss: Some(value),
        train_metric: value,
        validation_metric: Some(value),
        learning_rate: 0.0,
        seconds: 0.0,
        spread: None,
        recorded: None,
    };
    TrialEvent {
        number,
        state,
        epochs: values.iter().enumerate().map(epoch).collect(),
        value: values.last().copied().filter(|_| state == TrialState::Complete),
        steps: (10 * (first + values.len())).saturating_sub(10) as u64,
        evaluations: (10 * (first + values.len())).saturating_sub(10) as u64,
        diverged_at: None,
        kept_epoch: None,
    }
}

fn the_best_is_complete_where_any_trial_is_and_the_first_of_equals() {
    use TrialState::{Cancelled, Complete, Diverged, Pruned, Queued, Running};
    let number = |value: &Value| value.as_f64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap());
    let corpus: Value = serde_json::from_str(include_str!("corpus/best.json")).unwrap();
    for case in corpus.as_array().unwrap() {
        let trials = case["trials"].as_array().unwrap();
        let more = json!({"trials": trials.len().max(1), "objective": {"metric": case["metric"]}});
        let mut session = Session::new(study(&more));
        session.next_round();
        let read = |(at, trial): (u32, &Value)| {
            let states = [Queued, Running, Complete, Pruned, Diverged, Cancelled];
            let state = states.into_iter().find(|state| json!(state) == trial[0]).unwrap();
            let values: Vec<f64> = trial[1].as_array().unwrap().iter().map(number).collect();
            event(at, state, 1, &values)
        };
        session.report((0..).zip(trials).map(read).collect());
        assert_eq!(json!(session.best()), case["best"], "{case}");
    }
}

fn a_round_waits_for_all_of_the_one_before() {
    let search = Search::with_sampler(Box::new(Learner { told: Rc::default() }));
    let mut session = Session::with(study(&json!({"trials": 11})), search, Box::new(NoPruner));
    assert_eq!(session.next_round().len(), 9);
    assert_eq!(session.progress().total, 11);
    let ends = |number| event(number, TrialState::Complete, 1, &[0.5; EPOCHS]);
    session.report((1..9).rev().map(ends).collect());
    assert!(session.is_under_way() && session.next_round().is_empty());
    // What is told twice, of others or late changes nothing.
    session.report(vec![ends(1), ends(77)]);
    assert!(session.is_under_way());
    session.report(vec![ends(0)]);
    let numbers: Vec<u32> = session.next_round().iter().map(|assignment| assignment.trial.number).collect();
    assert_eq!(numbers, [9, 10]);
    session.report(vec![ends(9), ends(10)]);
    assert!(session.next_round().is_empty() && !session.is_under_way());
    assert_eq!(session.progress().done, 11);
}

fn a_budget_that_is_spent_asks_for_nothing_more() {
    let asked = |budget: u64| {
        let search = Search::with_sampler(Box::new(Learner { told: Rc::default() }));
        let mut session = Session::with(study(&json!({"budget": budget})), search, Box::new(NoPruner));
        loop {
            let round = session.next_round();
            if round.is_empty() {
                return (session.trials().len(), session.progress().total);
            }
            let ends = |number| event(number, TrialState::Complete, 1, &[0.5; EPOCHS]);
            session.report(round.iter().map(|assignment| ends(assignment.trial.number)).collect());
        }
    };
    // One trial takes all of it; `studies.rs` has budgets in between.
    assert_eq!(asked(3), (1, 1));
    assert_eq!(asked((1 << 53) - 1), (27, 27));
}

fn stopping_cancels_what_has_not_ended_and_keeps_the_rest() {
    let mut session = Session::new(study(&json!({"trials": 3})));
    session.next_round();
    for number in 0..3 {
        session.expect_steps(number, 60);
    }
    session
        .report(vec![event(0, TrialState::Complete, 1, &[0.5; EPOCHS]), event(1, TrialState::Running, 1, &[0.1, 0.2])]);
    let progress = session.progress();
    assert_eq!((progress.done, progress.total, progress.steps, progress.total_steps), (1, 3, 80, 180));
    session.stop();
    session.report(vec![event(1, TrialState::Running, 3, &[0.01])]);
    let states: Vec<TrialState> = session.trials().iter().map(|trial| trial.state).collect();
    assert_eq!(states, [TrialState::Complete, TrialState::Cancelled, TrialState::Cancelled]);
    assert_eq!(session.trials()[1].epochs.len(), 2);
    assert!(session.next_round().is_empty() && !session.is_under_way());
    assert_eq!(session.progress().done, 3);
    let document = session.document();
    assert_eq!((&document["best"], &document["test"]), (&json!(0), &json!(null)));
    assert_eq!(document["trials"][2]["state"], "cancelled");
}

fn a_grid_smaller_than_the_study_is_the_whole_of_it() {
    let more = json!({
        "space": {"learning_rate": {"type": "float", "low": 0.01, "high": 0.1}},
        "sampler": {"name": "grid", "points": 4},
    });
    let mut session = Session::new(study(&more));
    assert_eq!(session.next_round().len(), 4);
    assert_eq!(session.progress().total, 4);
}

fn more_trials_are_those_of_a_study_with_so_many_from_the_start() {
    for sampler in ["random", "sobol"] {
        let spec = |trials: u32| study(&json!({"sampler": {"name": sampler}, "trials": trials}));
        // Of few trials another strategy would make the bits.
        let train = |session: &mut Session, workers| {
            let prepared = session.study().prepare(None).unwrap();
            let open: &(dyn Fn() -> _ + Sync) = &|| Ok(Box::new(Cpu::new().with_strategy(Strategy::Lanes)) as _);
            Crew { prepared: &prepared, workers, open, test: false }.train(session, |_, _| {}).unwrap();
        };
        let mut whole = Session::new(spec(20));
        train(&mut whole, 1);
        let mut session = Session::new(spec(6));
        train(&mut session, 2);
        assert!(session.next_round().is_empty());
        session.more(9).unwrap();
        train(&mut session, 2);
        session.more(5).unwrap();
        train(&mut session, 1);
        assert!(lasting(session.trials()) == lasting(whole.trials()), "{sampler}");
        assert_eq!(session.study(), whole.study());
        assert_eq!(session.best(), whole.best());
        assert_eq!(session.progress(), whole.progress());
    }
}

fn what_trains_a_trial_depends_on_how_many_there_were_when_it_was_asked_for() {
    // Networks that are few go by another strategy than those that are many, whatever moves them.
    let fixed = json!({"hidden": [4], "optimizer": "sgd", "epochs": 2});
    let study = study(&json!({"trials": 4, "fixed": fixed, "space": {}}));
    let run = |workers: [usize; 2]| {
        let mut session = Session::new(study.clone());
        train(&mut session, workers[0]);
        let few = session.engine().strategy.clone();
        session.more(60).unwrap();
        train(&mut session, workers[1]);
        let engine = session.engine().strategy.clone();
        assert_eq!([few.as_str(), engine.as_str()], ["panels", "lanes+panels"]);
        lasting(session.trials())
    };
    let trials = run([1, 1]);
    assert_eq!(run([1, 2]), trials);
    assert_eq!(run([2, 1]), trials);
}

fn what_was_cancelled_stays_so_when_there_are_more_trials() {
    let mut session = Session::new(study(&json!({"trials": 4})));
    session.next_round();
    session.report(vec![event(1, TrialState::Complete, 1, &[0.5; EPOCHS])]);
    session.stop();
    let ended: Vec<_> = session.take_ended().iter().map(|event| (event.number, event.state)).collect();
    assert_eq!(ended, [0, 2, 3].map(|number| (number, TrialState::Cancelled)));
    assert!(session.take_ended().is_empty());
    let refused = session.more(u32::MAX).unwrap_err();
    assert!(refused.to_string().contains("trials"), "{refused}");
    session.more(2).unwrap();
    let numbers: Vec<u32> = session.next_round().iter().map(|assignment| assignment.trial.number).collect();
    assert_eq!(numbers, [4, 5]);
    assert_eq!(count(session.trials(), TrialState::Cancelled), 3);
    assert_eq!(session.progress().done, 4);
}

fn a_grid_has_no_more() {
    let space = json!({"learning_rate": {"type": "float", "low": 1e-3, "high": 0.1, "log": true}});
    let more = json!({"space": space, "fixed": {"hidden": [4], "epochs": 1}, "sampler": {"name": "grid", "points": 3}});
    let mut session = Session::new(study(&more));
    train(&mut session, 1);
    session.more(4).unwrap();
    assert!(session.next_round().is_empty());
    assert_eq!(session.trials().len(), 3);
}

fn a_round_reads_back_as_it_was_written() {
    let search = Search::with_sampler(Box::new(Learner { told: Rc::default() }));
    let mut session = Session::with(study(&json!({})), search, Box::new(Median));
    let round = session.next_round();
    assert!(Assignment::read(&serde_json::to_string(&round).unwrap(), &[]) == Some(round));
    for wrong in ["", "{}", "[1]", r#"[{"trial": {"number": -1, "params": {}}, "until_epoch": null}]"#] {
        assert_eq!(Assignment::read(wrong, &[]), None, "{wrong}");
    }
    // Of what goes on, the numbers travel beside the text.
    session.report((0..STARTUP).map(|number| event(number, TrialState::Running, 1, &[0.5])).collect());
    let waiting = |number| TrialSnapshot { number, epochs: 1, ..TrialSnapshot::default() };
    session.keep((0..STARTUP).filter(|number| number % 3 > 0).map(waiting).collect());
    let round = session.next_round();
    assert_eq!(round.iter().filter(|assignment| assignment.from.is_some()).count(), 6);
    let mut words = Vec::new();
    for from in round.iter().filter_map(|assignment| assignment.from.as_ref()) {
        from.write(&mut words);
    }
    let text = serde_json::to_string(&round).unwrap();
    assert_eq!(text.matches(r#""from_epoch":1"#).count(), 6);
    assert!(Assignment::read(&text, &words) == Some(round));
    assert_eq!(Assignment::read(&text, &words[1..]), None);
}

fn a_snapshot_that_comes_late_or_fits_nothing_changes_nothing() {
    let study = study(&json!({"trials": 2}));
    let mut session = Session::with(study.clone(), Search::new(&study), Box::new(Median));
    session.next_round();
    let waiting = |number, epochs| TrialSnapshot { number, epochs, ..TrialSnapshot::default() };
    // Too early, of nobody, of another epoch.
    session.keep(vec![waiting(0, 1), waiting(7, 1)]);
    session.report(vec![event(0, TrialState::Running, 1, &[0.5]), event(1, TrialState::Running, 1, &[0.5])]);
    session.keep(vec![waiting(0, 2)]);
    let round = session.next_round();
    assert!(round.iter().all(|assignment| assignment.from.is_none()));
    session.keep(vec![waiting(0, 1)]);
    session.stop();
    assert!(session.kept(0).is_err());

    // A trainer begins at the first epoch where what it is given is of another network.
    let prepared = Rc::new(study.prepare(None).unwrap());
    let (study, first) = (Rc::new(study), round[0].trial.clone());
    for from in [None, Some(waiting(0, 1))] {
        let assignment = Assignment { from, ..Assignment::whole(first.clone(), 2) };
        let mut trainer = Trainer::new(study.clone(), prepared.clone(), Box::new(Cpu::new()), Vec::new()).unwrap();
        trainer.assign(vec![assignment]).unwrap();
        let mut report = pollster::block_on(trainer.advance(core::time::Duration::MAX)).unwrap();
        assert_eq!(report.take_trials()[0].epochs[0].epoch, 1);
        assert_eq!(report.snapshots.len(), 1);
    }
}

crate::harness::tests! {
    each_backend [
        a_trial_that_went_on_after_verdicts_is_one_that_was_trained_at_once,
        weights_that_were_let_go_come_back_to_the_same_bits,
    ]
    plain [
        a_learning_sampler_and_a_pruner_give_the_same_trials_with_any_number_of_workers,
        the_best_is_complete_where_any_trial_is_and_the_first_of_equals,
        a_round_waits_for_all_of_the_one_before,
        a_budget_that_is_spent_asks_for_nothing_more,
        stopping_cancels_what_has_not_ended_and_keeps_the_rest,
        a_grid_smaller_than_the_study_is_the_whole_of_it,
        more_trials_are_those_of_a_study_with_so_many_from_the_start,
        what_trains_a_trial_depends_on_how_many_there_were_when_it_was_asked_for,
        what_was_cancelled_stays_so_when_there_are_more_trials,
        a_grid_has_no_more,
        a_round_reads_back_as_it_was_written,
        a_snapshot_that_comes_late_or_fits_nothing_changes_nothing,
    ]
}

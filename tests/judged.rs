//! Whom searches end early: with `evaluate_every` not every epoch has a value, and nobody is ended by one that there is not.

use proptest::prelude::*;
use serde_json::{Value, json};
use tuning_playground::result::{EpochRecord, TrialEvent, TrialRecord, TrialState};
use tuning_playground::session::Session;
use tuning_playground::study::{FORMAT, Metric, Study};

/// What a trial loses after an epoch, made up: some trials are good early, others late.
fn loss(number: u32, epoch: usize) -> f64 {
    let place = |salt: u32| f64::from((number + 1).wrapping_mul(0x9e37_79b9).wrapping_add(salt) >> 16) / 65536.0;
    place(0) + place(0x1357_9bdf) / epoch as f64
}

/// Runs a session whose trials are trained by nobody; each loses what [`loss`] says, at the epochs that are looked at.
fn run(study: &Study) -> Session {
    let mut session = Session::new(study.clone());
    loop {
        let round = session.next_round();
        if round.is_empty() {
            return session;
        }
        let event = |assignment: &tuning_playground::trainer::Assignment| {
            let number = assignment.trial.number;
            let last = study.most_epochs() as usize;
            let until = assignment.until_epoch.unwrap_or(last).min(last);
            let record = |epoch: usize| {
                let is_seen = epoch.is_multiple_of(study.evaluate_every) || epoch == last;
                EpochRecord {
                    epoch,
                    train_loss: loss(number, epoch),
                    validation_loss: is_seen.then(|| loss(number, epoch)),
                    train_metric: -loss(number, epoch),
                    validation_metric: is_seen.then(|| -loss(number, epoch)),
                    learning_rate: 0.1,
                    seconds: 0.0,
                    spread: None,
                    recorded: None,
                }
            };
            let begun = session.trials()[number as usize].epochs.len();
            let epochs: Vec<EpochRecord> = (begun + 1..=until).map(record).collect();
            let state = if until == last { TrialState::Complete } else { TrialState::Running };
            let value = epochs.last().filter(|_| until == last).and_then(|epoch| epoch.value(study.metric));
            TrialEvent { state, epochs, value, steps: until as u64, ..TrialEvent::begun(number) }
        };
        let events = round.iter().map(event).collect();
        session.report(events);
    }
}

fn value_at(study: &Study, trial: &TrialRecord, epoch: usize) -> Option<f64> {
    let sign = if study.is_better(0.0, 1.0) { 1.0 } else { -1.0 };
    trial.epochs.get(epoch - 1).and_then(|epoch| epoch.value(study.metric)).map(|value| sign * value)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn nobody_is_ended_by_a_value_that_there_is_not(
        every in 1_usize..12,
        epochs in 1_usize..30,
        metric in prop::sample::select(vec!["validation_loss", "validation_metric", "train_loss", "train_metric"]),
        search in prop::sample::select(vec![
            json!({"pruner": {"name": "median", "startup": 2}}),
            json!({"pruner": {"name": "median", "startup": 0, "warmup": 4}}),
            json!({"pruner": {"name": "halving"}}),
            json!({"pruner": {"name": "halving", "reduction": 2, "min_epochs": 3}}),
            json!({"pruner": {"name": "hyperband"}, "name": "digits"}),
            json!({"pruner": {"name": "halving"}, "sampler": {"name": "tpe", "startup": 4, "round": 4}}),
            json!({"sampler": {"name": "pbt", "population": 8}, "trials": 900}),
            json!({"sampler": {"name": "pbt", "population": 5, "interval": 4, "quantile": 0.4}, "trials": 900}),
        ]),
    ) {
        let mut document = json!({
            "format": FORMAT, "dataset": {"name": "moons"}, "fixed": {"epochs": epochs}, "trials": 24,
            "space": {"learning_rate": {"type": "float", "low": 1e-4, "high": 0.1, "log": true}},
            "objective": {"metric": metric}, "evaluate_every": every,
        });
        document.as_object_mut().unwrap().extend(search.as_object().unwrap().clone());
        let study = Study::check(&document).unwrap();
        let session = run(&study);
        let trials = session.trials();
        prop_assert!(session.best().is_some());
        prop_assert!(trials.iter().any(|trial| trial.state == TrialState::Complete));
        let expected = session.progress().total;
        prop_assert_eq!(expected, trials.len() as u64);
        for trial in trials.iter().filter(|trial| trial.state == TrialState::Pruned) {
            // Whoever was ended was seen at its last epoch, and somebody who was seen there, too, was no worse.
            let epoch = trial.epochs.len();
            let own = value_at(&study, trial, epoch);
            prop_assert!(own.is_some(), "trial {} was ended at epoch {epoch}", trial.number);
            let is_rival = |other: &&TrialRecord| other.number != trial.number && other.copy_of.is_none_or(|from| from.epoch < epoch);
            let others = trials.iter().filter(is_rival).filter_map(|other| value_at(&study, other, epoch));
            prop_assert!(others.into_iter().any(|other| Some(other) <= own), "trial {} was the best", trial.number);
        }
        let every = if matches!(study.metric, Metric::TrainLoss | Metric::TrainMetric) { 1 } else { every };
        for copy in trials.iter().filter_map(|trial| trial.copy_of) {
            prop_assert_eq!(copy.epoch % every, 0, "whose weights are copied was looked at then");
        }
    }
}

/// Trials that a population is expected to have are those that it comes to, where none diverges.
#[test]
fn a_population_that_is_looked_at_less_often_has_fewer_trials() {
    let trials = |more: Value| {
        let mut document = json!({
            "format": FORMAT, "dataset": {"name": "moons"}, "fixed": {"epochs": 10}, "trials": 900,
            "space": {"learning_rate": {"type": "float", "low": 1e-4, "high": 0.1, "log": true}},
            "sampler": {"name": "pbt", "population": 8, "interval": 2},
        });
        document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        run(&Study::check(&document).unwrap()).trials().len()
    };
    // Looks after the epochs 2, 4, 6 and 8; after 3, 6 and 9; after 5; after none but the last.
    assert_eq!(trials(json!({})), 16);
    assert_eq!(trials(json!({"evaluate_every": 3})), 14);
    assert_eq!(trials(json!({"evaluate_every": 5})), 10);
    assert_eq!(trials(json!({"evaluate_every": 30})), 8);
    assert_eq!(trials(json!({"evaluate_every": 30, "objective": {"metric": "train_loss"}})), 16);
}

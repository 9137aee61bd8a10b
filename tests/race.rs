//! Races, searches of learning rates and range tests.
#![expect(clippy::unwrap_used, reason = "how a test fails")]

use crate::common::paths::{record, trainer};
use core::time::Duration;
use serde_json::json;
use tuning_playground::analysis::{Entry, Race, RangeTest, RateSearch, Recorder, Rows, Site, Trajectory};
use tuning_playground::backend::{self, Network, cpu::Cpu};
use tuning_playground::error::Error;
use tuning_playground::search::Trial;
use tuning_playground::trainer::Trainer;

/// A race of the study's trials from one start, on its validation rows.
fn race_of(trainer: &mut Trainer, trials: &[Trial], more: impl Fn(Entry) -> Entry) -> Race {
    let entries = trials.iter().map(|trial| more(Entry::from(trainer.contestant(trial, 3)))).collect();
    Race::new(trainer.data().clone(), Rows::Validation, trainer.unit(), 9, entries).unwrap()
}

fn run(race: &mut Race, budget: Duration) {
    while !pollster::block_on(race.train(budget)).unwrap() {}
}

#[test]
fn a_rate_changed_in_mid_race_bends_the_path_from_there_on() {
    for optimizer in ["sgd", "momentum", "adam", "nadam", "rmsprop"] {
        let more = json!({
            "shared_seeds": true,
            "fixed": {"hidden": [6], "epochs": 4, "batch_size": 32, "optimizer": optimizer, "schedule": "cosine"},
        });
        let (mut trainer, trials) = trainer(&more);
        let n = trainer.data().n_train.div_ceil(32) as u64;
        let mut race = race_of(&mut trainer, &trials, |entry| Entry { states: true, ..entry });
        run(&mut race, Duration::MAX);
        let before: Vec<Trajectory> = (0..3).map(|at| race.path(at).unwrap().clone()).collect();
        assert_eq!(before[0].points[0], before[2].points[0], "one start");
        let rate = race.entries()[1].contestant.spec.optimizer.learning_rate;
        // To the rate that it has, at an epoch's start and in its midst: nothing changes.
        for at in [n, n + 2, 4 * n - 1] {
            race.change(1, vec![(at, rate)]);
            run(&mut race, Duration::ZERO);
            assert_eq!(race.path(1).unwrap(), &before[1], "{optimizer}: the same rate at step {at}");
        }
        for at in [1, n, n + 2, 2 * n - 1] {
            race.change(1, vec![(at, 1.7 * rate)]);
            run(&mut race, Duration::ZERO);
            let bent = race.path(1).unwrap();
            let same = bent.points.iter().zip(&before[1].points).take_while(|(a, b)| a == b).count() as u64;
            assert_eq!(same, at + 1, "{optimizer}: points of the path that stay");
            assert_eq!(race.path(0).unwrap(), &before[0]);
        }
        // A change from the first step on is another rate.
        race.change(1, vec![(0, 1.7 * rate)]);
        run(&mut race, Duration::MAX);
        let mut other = race.entries()[1].clone();
        other.contestant.spec.optimizer.learning_rate = 1.7 * rate;
        other.changes.clear();
        let mut again = Race::new(trainer.data().clone(), Rows::Validation, 1.0, 9, vec![other]).unwrap();
        run(&mut again, Duration::MAX);
        assert_eq!(again.path(0), race.path(1), "{optimizer}");
        race.change(1, Vec::new());
        run(&mut race, Duration::MAX);
        assert_eq!(race.path(1), Some(&before[1]));
    }
}

#[test]
fn a_race_is_as_long_as_it_is_told_and_its_plane_stays_until_it_is_let_go() {
    let (mut trainer, trials) = trainer(&json!({"shared_seeds": true}));
    let mut race = race_of(&mut trainer, &trials, |entry| Entry { steps: Some(13), ..entry });
    assert!(!pollster::block_on(race.train(Duration::ZERO)).unwrap());
    run(&mut race, Duration::MAX);
    let last = |race: &Race, at: usize| *race.path(at).unwrap().steps.last().unwrap();
    assert_eq!([last(&race, 0), last(&race, 1), last(&race, 2)], [13, 13, 13]);
    assert!(pollster::block_on(race.lay(false)).unwrap(), "a new surface");
    let plane = race.sheet().unwrap().plane.clone();
    let seen: Vec<_> = race.seen().cloned().collect();
    let held = race.explained().unwrap();
    assert!(held[0] >= held[1] && held[1] >= 0.0 && held[0] + held[1] <= 1.0 + 1e-9, "{held:?}");
    for (record, path) in seen.iter().zip(0..) {
        // The surface at a path's end is its loss as far as the end lies in the plane.
        assert_eq!(record.loss.len(), race.path(path).unwrap().points.len());
        assert!(record.accuracy.iter().all(|share| (0.0..=1.0).contains(share)));
    }
    // The first one's end is the origin, in the plane.
    let end = seen[0].loss.len() - 1;
    assert!(seen[0].distance[end] < 1e-5 && (seen[0].loss[end] - seen[0].slice_loss[end]).abs() < 1e-5);

    // Another start, within the picture: the ground stays, and everyone is where they were told to be.
    let [x, y] = seen[0].places[0];
    let there = [0.7 * x, 0.9 * y];
    race.start_at(Some(there));
    run(&mut race, Duration::MAX);
    pollster::block_on(race.lay(true)).unwrap();
    assert_eq!(race.sheet().unwrap().plane, plane);
    for (record, before) in race.seen().zip(&seen) {
        assert!((record.places[0][0] - there[0]).abs() < 1e-4 && (record.places[0][1] - there[1]).abs() < 1e-4);
        assert!((record.distance[0] - before.distance[0]).abs() < 1e-4, "as far from the plane as before");
    }
    // Far outside: the picture follows, unless it is to be still.
    race.start_at(Some([10.0 * x, 10.0 * y]));
    run(&mut race, Duration::MAX);
    let extent = race.sheet().unwrap().grid.extent;
    assert!(!pollster::block_on(race.lay(true)).unwrap());
    assert_eq!(race.sheet().unwrap().grid.extent, extent);
    assert!(pollster::block_on(race.lay(false)).unwrap());
    assert_ne!(race.sheet().unwrap().grid.extent, extent);
    race.start_at(None);
    run(&mut race, Duration::MAX);
    pollster::block_on(race.lay(false)).unwrap();
    assert_eq!(race.seen().cloned().collect::<Vec<_>>(), seen, "back at the drawn weights");
    race.unlay();
    assert!(race.sheet().is_none() && race.seen().count() == 0);
    assert!(pollster::block_on(race.lay(false)).unwrap());
}

#[test]
fn who_diverges_is_out_of_the_race_and_not_what_it_is_seen_by() {
    let study = json!({
        "shared_seeds": true,
        "fixed": {"hidden": [4], "epochs": 3, "batch_size": 16, "optimizer": "sgd"},
        "space": {"learning_rate": {"type": "categorical", "choices": [1e6, 0.05, 0.1]}},
        "sampler": {"name": "grid"},
    });
    let (mut trainer, trials) = trainer(&study);
    let mut race = race_of(&mut trainer, &trials, |entry| entry);
    run(&mut race, Duration::MAX);
    pollster::block_on(race.lay(false)).unwrap();
    assert!(race.path(0).unwrap().diverged_at.is_some());
    assert_eq!(race.sheet().unwrap().plane.origin, race.path(1).unwrap().last(), "of the first that stands");
    let [x0, x1, ..] = race.sheet().unwrap().grid.extent;
    assert!(x1 - x0 < 1e3, "the picture is of those who stayed: {x0} to {x1}");
    // Where nobody stands there is no picture, or one of what was: no exception.
    let mut lost = race_of(&mut trainer, &trials[..1], |entry| entry);
    run(&mut lost, Duration::MAX);
    match pollster::block_on(lost.lay(false)) {
        Ok(_) => assert!(lost.sheet().unwrap().grid.extent.iter().all(|x| x.is_finite())),
        Err(error) => assert_eq!(error, Error::NoPath),
    }
    let mut other = Entry::from(trainer.contestant(&trials[1], 3));
    other.contestant.spec.shape.hidden = vec![5];
    let entries = vec![Entry::from(trainer.contestant(&trials[1], 3)), other];
    let refused = Race::new(trainer.data().clone(), Rows::Train, 1.0, 9, entries);
    assert!(matches!(refused, Err(Error::ShapesDiffer { .. })));
}

#[test]
fn a_search_of_rates_says_what_each_comes_to() {
    let (mut trainer, trials) = trainer(&json!({"shared_seeds": true}));
    let rates = vec![1e-4, 0.01, 0.1, 1e12];
    let race = race_of(&mut trainer, &trials[..2], |entry| Entry { steps: Some(30), states: true, ..entry });
    let data = trainer.data().clone();
    let mut search = pollster::block_on(RateSearch::new(&data, race.entries(), rates.clone())).unwrap();
    while !pollster::block_on(search.advance(Duration::ZERO)).unwrap() {
        assert!((0.0..=1.0).contains(&search.share_done()));
    }
    let losses = pollster::block_on(search.losses(&data, Rows::Validation, 1.0)).unwrap();
    assert_eq!((losses.len(), losses[0].len()), (2, 4));
    for (at, own) in losses.iter().enumerate() {
        for (rate, loss) in rates.iter().zip(own) {
            let mut entry = race.entries()[at].clone();
            entry.contestant.spec.optimizer.learning_rate = *rate;
            let mut alone = Race::new(data.clone(), Rows::Validation, 1.0, 9, vec![entry]).unwrap();
            run(&mut alone, Duration::MAX);
            if alone.path(0).unwrap().diverged_at.is_some() {
                assert!(loss.is_infinite(), "{rate}: {loss}");
                continue;
            }
            pollster::block_on(alone.lay(false)).unwrap();
            let end = *alone.seen().next().unwrap().loss.last().unwrap();
            assert!((loss - end).abs() < 1e-6 * end.max(1.0), "{rate}: {loss} is not {end}");
        }
    }
}

/// The first steps of momentum by hand: the buffer is what all steps so far have left of it.
#[test]
fn momentum_points_where_it_alone_would_go() {
    let more = json!({
        "shared_seeds": true,
        "fixed": {"hidden": [3], "epochs": 2, "batch_size": 64, "learning_rate": 0.1},
        "space": {"optimizer": {"type": "categorical", "choices": ["sgd", "momentum", "rmsprop", "adam"]}},
        "sampler": {"name": "grid"},
        "trials": 4,
    });
    let (mut trainer, trials) = trainer(&more);
    let mut race = race_of(&mut trainer, &trials, |entry| Entry { states: true, ..entry });
    run(&mut race, Duration::MAX);
    let path = |at: usize| race.path(at).unwrap();
    for (at, has_momentum, has_scales) in [(0, false, false), (1, true, false), (2, false, true), (3, true, true)] {
        let Trajectory { points, coasts, scales, .. } = path(at);
        assert_eq!((coasts.len(), scales.len()), (points.len(), points.len()));
        assert!(coasts[0].is_empty() && scales[0].is_none(), "nothing before the first step");
        assert!(coasts[1..].iter().all(|coast| coast.is_empty() != has_momentum), "trial {at}");
        let known = scales[1..].iter().flatten().count();
        assert_eq!(known > 0, has_scales, "trial {at}");
        assert!(scales.iter().flatten().all(|[low, high]| *low <= 1.0 && *high >= 1.0));
    }
    // p1 = p0 - rate g, buffer g: without a gradient the next step is -rate 0.9 g = 0.9 (p1 - p0).
    let Trajectory { points, coasts, .. } = path(1);
    for ((coast, after), before) in coasts[1].iter().zip(&points[1]).zip(&points[0]) {
        assert!((coast - 0.9 * (after - before)).abs() < 1e-6);
    }
}

/// A warm-up of momentum by hand: on full batches each step's buffer keeps the share that the step is due.
#[test]
fn momentum_that_warms_up_is_the_one_on_paper() {
    let more = json!({
        "fixed": {"hidden": [], "epochs": 6, "batch_size": 140, "optimizer": "momentum", "learning_rate": 0.1,
            "momentum": 0.8, "momentum_start": 0.2, "momentum_warmup_epochs": 3},
        "space": {},
        "trials": 1,
    });
    let (mut trainer, trials) = trainer(&more);
    let contestant = trainer.contestant(&trials[0], 1);
    assert_eq!(contestant.batch, trainer.data().n_train, "full batches");
    let mut plain = contestant.clone();
    plain.spec.optimizer.set("momentum", 0.0);
    let path = &record(&trainer, vec![contestant.clone()], Duration::MAX)[0];
    // What the gradient was at each point, from a step of plain SGD there.
    let points: Vec<Vec<f64>> = path.points.iter().map(|point| point.iter().map(|&x| f64::from(x)).collect()).collect();
    let data = trainer.data();
    let mut buffer: Vec<f64> = vec![0.0; points[0].len()];
    for (step, pair) in points.windows(2).enumerate() {
        let network = Network { spec: plain.spec.clone(), parameters: pair[0].clone() };
        let (_, gradient) =
            pollster::block_on(backend::loss_gradient(&Cpu::new(), data, backend::Rows::Train, network)).unwrap();
        let momentum = if step < 3 { 0.2 + 0.6 * step as f64 / 3.0 } else { 0.8 };
        for ((buffer, g), (before, after)) in buffer.iter_mut().zip(&gradient).zip(pair[0].iter().zip(&pair[1])) {
            *buffer = if step == 0 { *g } else { momentum * *buffer + g };
            assert!((before - 0.1 * *buffer - after).abs() < 1e-5, "step {step}");
        }
    }
    assert_eq!(points.len(), 7);
}

fn range_test(trainer: &mut Trainer, trials: &[Trial], steps: usize, ends: [f64; 2], budget: Duration) -> RangeTest {
    let contestant = trainer.contestant(&trials[0], 1);
    let mut test = pollster::block_on(RangeTest::new(trainer.data(), &contestant, steps, ends)).unwrap();
    while !pollster::block_on(test.advance(budget)).unwrap() {}
    test
}

/// With full batches a step's loss is that of the weights before it.
#[test]
fn a_range_test_trains_as_a_race_does_whose_rate_changes_with_every_step() {
    let more = json!({"fixed": {"hidden": [9], "epochs": 40, "optimizer": "momentum", "batch_size": 140}, "space": {},
        "trials": 1});
    let (mut trainer, trials) = trainer(&more);
    let test = range_test(&mut trainer, &trials, 40, [1e-3, 1.0], Duration::ZERO);
    let rates = test.rates().to_vec();
    assert!((rates[0] - 1e-3).abs() < 1e-15 && (rates[39] - 1.0).abs() < 1e-12, "{rates:?}");
    let base = trainer.contestant(&trials[0], 1);
    let mut means = vec![0.0; rates.len()];
    for repeat in 0..4 {
        let mut one = base.clone();
        one.spec.run.repeat = repeat;
        let site = Site { spec: &one.spec, data: trainer.data(), rows: Rows::Train, unit: 1.0 };
        let changes = rates.iter().enumerate().map(|(step, &rate)| (step as u64, rate)).collect();
        let entry = Entry { changes, ..Entry::from(one.clone()) };
        let mut recorder = pollster::block_on(Recorder::new(&Cpu::new(), trainer.data(), vec![entry])).unwrap();
        while !pollster::block_on(recorder.advance(Duration::MAX)).unwrap() {}
        let path = recorder.paths().remove(0);
        assert_eq!(path.points.len(), 41);
        let points: Vec<&[f32]> = path.points.iter().map(Vec::as_slice).collect();
        let losses = pollster::block_on(site.losses(&Cpu::new(), &points)).unwrap();
        for (mean, loss) in means.iter_mut().zip(losses) {
            *mean += loss / 4.0;
        }
    }
    for (found, wanted) in test.losses()[0].iter().zip(&means) {
        assert!((found / wanted - 1.0).abs() < 1e-5, "{found} {wanted}");
    }
}

#[test]
fn a_range_test_says_a_rate_that_trains_and_is_the_same_however_it_is_paused() {
    for name in ["moons", "spiral", "xor", "plane"] {
        for optimizer in
            ["gd", "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "adamw", "nadam"]
        {
            let fixed = json!({"hidden": [16, 16], "epochs": 30, "optimizer": optimizer, "batch_size": 32});
            let more = json!({"dataset": {"name": name, "samples": 300}, "fixed": fixed, "space": {}, "trials": 1});
            let (mut trainer, trials) = trainer(&more);
            let test = range_test(&mut trainer, &trials, 200, [1e-6, 10.0], Duration::MAX);
            let paused = range_test(&mut trainer, &trials, 200, [1e-6, 10.0], Duration::ZERO);
            assert_eq!(test.losses(), paused.losses());
            let found = test.found().unwrap();
            let mut contestant = trainer.contestant(&trials[0], 1);
            contestant.spec.optimizer.learning_rate = test.rates()[found.steepest];
            let path = record(&trainer, vec![contestant.clone()], Duration::MAX).remove(0);
            assert_eq!(path.diverged_at, None, "{name} {optimizer}: {found:?}");
            let site = Site { spec: &contestant.spec, data: trainer.data(), rows: Rows::Train, unit: 1.0 };
            let ends = [path.points[0].as_slice(), path.last()];
            let losses = pollster::block_on(site.losses(&Cpu::new(), &ends)).unwrap();
            assert!(losses[1] < 0.95 * losses[0], "{name} {optimizer}: {losses:?}");
        }
    }
}

#[test]
fn a_range_test_of_what_is_no_range_is_refused() {
    let (mut trainer, trials) = trainer(&json!({}));
    let contestant = trainer.contestant(&trials[0], 1);
    let new = |steps, ends| pollster::block_on(RangeTest::new(trainer.data(), &contestant, steps, ends)).map(|_| ());
    for (steps, ends, key) in [
        (19, [1e-3, 1.0], "steps"),
        (1001, [1e-3, 1.0], "steps"),
        (100, [1.0, 1.0], "learning_rate"),
        (100, [0.0, 1.0], "learning_rate"),
        (100, [-1.0, 1.0], "learning_rate"),
        (100, [1.0, 1e-3], "learning_rate"),
        (100, [f64::NAN, 1.0], "learning_rate"),
        (100, [1e-3, f64::INFINITY], "learning_rate"),
    ] {
        assert_eq!(new(steps, ends).unwrap_err().to_json()["key"], key, "{steps} {ends:?}");
    }
    assert!(new(100, [1e-300, 1e300]).is_ok());
}

//! Planes, surfaces and paths: what is drawn is what the networks are.
#![expect(clippy::unwrap_used, reason = "how a test fails")]

mod common;

use common::{ACTIVATIONS, pick, stream};
use core::time::Duration;
use serde_json::{Value, json};
use std::rc::Rc;
use tuning_playground::analysis::{
    Entry, Grid, Kind, Plane, Race, RangeTest, RateSearch, Recorder, Rows, Site, Trajectory, lay, surface,
};
use tuning_playground::backend::{self, Network, cpu::Cpu};
use tuning_playground::error::Error;
use tuning_playground::rng::Stream;
use tuning_playground::search::{Search, Trial};
use tuning_playground::study::{FORMAT, Study};
use tuning_playground::trainer::{Contestant, Trainer, TrialSnapshot};

/// A trainer of a study on the CPU, and the study's trials.
fn trainer(more: &Value) -> (Trainer, Vec<Trial>) {
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

fn record(trainer: &Trainer, contestants: Vec<Contestant>, budget: Duration) -> Vec<Trajectory> {
    let mut recorder = pollster::block_on(Recorder::new(&Cpu::new(), trainer.data(), contestants)).unwrap();
    while !pollster::block_on(recorder.advance(budget)).unwrap() {}
    recorder.paths()
}

/// Weights at the end of some trials.
fn trained(trainer: &mut Trainer, trials: &[Trial]) -> (Contestant, Vec<Vec<f32>>) {
    let contestants: Vec<Contestant> = trials.iter().map(|trial| trainer.contestant(trial, 3)).collect();
    let first = contestants[0].clone();
    let paths = record(trainer, contestants, Duration::MAX);
    (first, paths.iter().map(|path| path.last().to_vec()).collect())
}

/// The studies that surfaces are held against: classes and numbers, every activation, no hidden layer and several.
fn studies() -> Vec<Value> {
    let mut studies =
        vec![json!({}), json!({"dataset": {"name": "plane", "samples": 90}, "fixed": {"hidden": [6], "epochs": 3}})];
    for activation in ["linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu"] {
        studies.push(json!({"fixed": {"hidden": [17, 4], "epochs": 2, "activation": activation}}));
    }
    studies.push(json!({"fixed": {"hidden": [], "epochs": 2, "batch_size": 32}}));
    studies
}

#[test]
fn a_recorded_path_ends_where_the_trainer_does() {
    for more in [
        json!({}),
        json!({"fixed": {"hidden": [40], "epochs": 3, "dropout": 0.2}}),
        json!({"shared_seeds": true}),
        json!({"fixed": {"hidden": [6], "epochs": 2, "init": "normal", "init_std": 0.4}}),
        json!({"fixed": {"hidden": [6], "epochs": 2, "init": "kaiming_uniform"}}),
        json!({"fixed": {"hidden": [6], "epochs": 6, "schedule": "plateau", "plateau_patience": 1}}),
    ] {
        let (mut trainer, trials) = trainer(&more);
        let contestants: Vec<Contestant> = trials.iter().map(|trial| trainer.contestant(trial, 3)).collect();
        let paths = record(&trainer, contestants.clone(), Duration::ZERO);
        assert_eq!(paths, record(&trainer, contestants, Duration::MAX), "a budget changes nothing");
        trainer
            .assign(
                trials.iter().cloned().map(|trial| tuning_playground::trainer::Assignment::whole(trial, 3)).collect(),
            )
            .unwrap();
        let mut ended: Vec<TrialSnapshot> = Vec::new();
        loop {
            let report = pollster::block_on(trainer.advance(Duration::MAX)).unwrap();
            ended.extend(report.snapshots);
            if report.finished {
                break;
            }
        }
        for path in &paths {
            let one = ended.iter().find(|one| one.number == path.trial).unwrap();
            assert_eq!(path.last(), one.networks[0].numbers, "trial {}", path.trial);
            assert!(path.steps.is_sorted() && path.steps[0] == 0 && path.points.len() == path.steps.len());
            assert!(path.points.len() <= 512);
        }
        // From the same weights, or each from its own.
        assert_eq!(paths[0].points[0] == paths[1].points[0], more.get("shared_seeds").is_some());
    }
}

#[test]
fn a_long_path_is_kept_in_512_points_and_a_diverged_one_ends() {
    let (mut trainer, trials) = trainer(&json!({
        "dataset": {"name": "moons", "samples": 300},
        "fixed": {"hidden": [4], "epochs": 40, "batch_size": 4, "optimizer": "sgd"},
        "space": {"learning_rate": {"type": "categorical", "choices": [0.01, 1e6]}},
        "sampler": {"name": "grid"},
        "trials": 2,
    }));
    let contestants: Vec<Contestant> = trials.iter().map(|trial| trainer.contestant(trial, 2)).collect();
    let paths = record(&trainer, contestants, Duration::from_millis(1));
    let [whole, lost] = &paths[..] else { panic!("two paths") };
    assert_eq!((whole.points.len(), whole.diverged_at), (512, None));
    assert_eq!(whole.steps.last(), Some(&(40 * 53)), "all steps");
    assert!(lost.diverged_at.is_some() && lost.points.iter().flatten().all(|x| x.is_finite()));
}

#[test]
fn the_surface_is_the_loss_of_the_networks_there() {
    for more in studies() {
        let (mut trainer, trials) = trainer(&more);
        let (first, weights) = trained(&mut trainer, &trials);
        let spec = &first.spec;
        let plane = Plane::random(&spec.shape, weights[0].clone(), 3).unwrap();
        for rows in [Rows::Train, Rows::Validation] {
            let site = Site { spec, data: trainer.data(), rows, unit: 1.0 };
            let grid = Grid::new(5, [-1.0, 1.0, -1.0, 1.0]).unwrap();
            let scorer = site.scorer(&plane);
            let scores = surface(&scorer, &grid, 2);
            let points: Vec<[f64; 2]> = (0..grid.len()).map(|index| grid.point(index)).collect();
            let there = points.iter().map(|&[x, y]| {
                let parameters = plane.at(x, y).into_iter().map(f64::from).collect();
                Network { spec: spec.clone(), parameters }
            });
            let chosen = match rows {
                Rows::Train => backend::Rows::Train,
                Rows::Validation => backend::Rows::Validation,
            };
            let plain = pollster::block_on(backend::evaluate(&Cpu::new(), trainer.data(), chosen, there)).unwrap();
            for ((score, plain), at) in scores.iter().zip(&plain).zip(&points) {
                let error = (score.loss - plain.loss).abs() / plain.loss.max(1.0);
                assert!(error < 1e-5, "{more} {at:?}: {score:?} against {plain:?}");
            }
            // The very middle is the trial.
            let own = pollster::block_on(site.points(&Cpu::new(), &plane, &[(0, &weights[0])])).unwrap();
            assert_eq!(own[0].place, [0.0, 0.0]);
            assert!((scores[grid.len() / 2].loss - own[0].loss).abs() < 1e-5 * own[0].loss.max(1.0));
            assert_eq!(scores[grid.len() / 2].accuracy.to_bits(), plain[grid.len() / 2].accuracy.to_bits());
        }
    }
}

#[test]
fn a_line_and_a_plane_hit_the_networks_they_go_through() {
    for more in studies() {
        let (mut trainer, trials) = trainer(&more);
        let (first, weights) = trained(&mut trainer, &trials);
        let site = Site { spec: &first.spec, data: trainer.data(), rows: Rows::Validation, unit: 1.0 };
        let planes = [
            Plane::line(weights[0].clone(), &weights[1]).unwrap(),
            Plane::three(weights[0].clone(), &weights[1], &weights[2]).unwrap(),
        ];
        for (plane, n) in planes.iter().zip([2, 3]) {
            let named: Vec<(u32, &[f32])> = (0..).zip(weights[..n].iter().map(Vec::as_slice)).collect();
            let points = pollster::block_on(site.points(&Cpu::new(), plane, &named)).unwrap();
            let places: Vec<[f64; 2]> = points.iter().map(|point| point.place).collect();
            assert_eq!(places[0], [0.0, 0.0]);
            assert!((places[1][0] - 1.0).abs() < 1e-6 && places[1][1].abs() < 1e-6, "{places:?}");
            let scores = site.scorer(plane).scores(&places);
            for (point, score) in points.iter().zip(&scores) {
                assert!((point.loss - score.loss).abs() < 1e-5 * point.loss.max(1.0), "{point:?} {score:?}");
                assert!(plane.place(&weights[point.trial as usize]).distance < 1e-5);
            }
        }
        // Angles are kept: both directions are of one length and stand upright.
        let [u, v] = &planes[1].directions;
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
        assert!((dot(u, u) / dot(v, v) - 1.0).abs() < 1e-5 && dot(u, v).abs() < 1e-5 * dot(u, u));
    }
}

#[test]
fn random_directions_have_the_norms_of_the_units_they_move() {
    let (mut trainer, trials) = trainer(&json!({}));
    let (first, weights) = trained(&mut trainer, &trials);
    let mut origin = weights[0].clone();
    // A unit without incoming weights does not move.
    let layer = first.spec.shape.layers()[0];
    origin[layer.weight..layer.weight + layer.inputs].fill(0.0);
    let plane = Plane::random(&first.spec.shape, origin.clone(), 7).unwrap();
    assert_eq!(plane, Plane::random(&first.spec.shape, origin.clone(), 7).unwrap());
    assert_ne!(plane.directions, Plane::random(&first.spec.shape, origin.clone(), 8).unwrap().directions);
    assert_ne!(plane.directions[0], plane.directions[1]);
    let norm = |x: &[f32]| x.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
    for direction in &plane.directions {
        for layer in first.spec.shape.layers() {
            for unit in 0..layer.outputs {
                let own = layer.weight + unit * layer.inputs..layer.weight + (unit + 1) * layer.inputs;
                assert!((norm(&direction[own.clone()]) - norm(&origin[own])).abs() < 1e-5);
            }
            assert!(direction[layer.bias..layer.bias + layer.outputs].iter().all(|&x| x == 0.0));
        }
    }
}

#[test]
fn planes_that_are_none_are_refused_by_what_is_wrong() {
    let shape = tuning_playground::mlp::Shape {
        inputs: 2,
        hidden: vec![2],
        outputs: 2,
        activation: pick(&mut stream(1), &ACTIVATIONS),
    };
    let n = shape.n_parameters();
    let draw = |seed: u32| -> Vec<f32> {
        let mut stream = Stream::new([seed, 1]);
        (0..n).map(|_| stream.normal() as f32).collect()
    };
    let (a, b) = (draw(1), draw(2));
    let middle: Vec<f32> = a.iter().zip(&b).map(|(a, b)| f32::midpoint(*a, *b)).collect();
    assert_eq!(Plane::random(&shape, vec![0.0; n], 0).unwrap_err(), Error::ZeroWeights);
    assert_eq!(Plane::line(a.clone(), &a).unwrap_err(), Error::SameWeights);
    assert_eq!(Plane::three(a.clone(), &a, &b).unwrap_err(), Error::SameWeights);
    assert_eq!(Plane::three(a.clone(), &b, &a).unwrap_err(), Error::SameWeights);
    assert_eq!(Plane::three(a.clone(), &b, &middle).unwrap_err(), Error::OneLine);
    for path in [vec![a.clone()], vec![a.clone(); 4], vec![a.clone(); 7], vec![a.clone(); 101]] {
        assert_eq!(Plane::pca(a.clone(), &path).unwrap_err(), Error::NoPath);
    }
    for gradient in [vec![0.0; n], vec![f64::NAN; n]] {
        assert_eq!(Plane::gradient(&shape, a.clone(), &gradient, &[], 0).unwrap_err(), Error::NoGradient);
    }
    // A path along a line has a plane, of which it uses one direction.
    let line = Plane::pca(b.clone(), &[a, middle, b.clone()]).unwrap();
    assert!((line.explained.unwrap()[0] - 1.0).abs() < 1e-6);
    assert_eq!(line.place(&b).x.to_bits(), 0.0_f64.to_bits());
}

#[test]
fn against_the_gradient_loss_falls_and_upwards_goes_the_momentum() {
    let more = json!({
        "fixed": {"hidden": [6], "epochs": 2},
        "space": {"optimizer": {"type": "categorical", "choices": ["sgd", "momentum", "rmsprop", "adam"]}},
        "sampler": {"name": "grid"},
        "trials": 4,
    });
    let (mut trainer, trials) = trainer(&more);
    let contestants: Vec<Contestant> = trials.iter().map(|trial| trainer.contestant(trial, 4)).collect();
    for (contestant, has_momentum) in contestants.into_iter().zip([false, true, false, true]) {
        let spec = contestant.spec.clone();
        let data = trainer.data().clone();
        let entries = vec![Kind::Gradient.entry(contestant)];
        let mut recorder = pollster::block_on(Recorder::new(&Cpu::new(), &data, entries)).unwrap();
        while !pollster::block_on(recorder.advance(Duration::ZERO)).unwrap() {}
        let paths = recorder.paths();
        let plane = pollster::block_on(lay(Kind::Gradient, &spec, &data, &paths, 1, 0)).unwrap();
        assert_eq!(plane.momentum, has_momentum);
        assert_eq!(plane.axes(), ["gradient", if has_momentum { "momentum" } else { "random" }]);
        let site = Site { spec: &spec, data: &data, rows: Rows::Train, unit: 1.0 };
        let [here, ahead, behind] = site.scorer(&plane).scores(&[[0.0, 0.0], [1e-3, 0.0], [-1e-3, 0.0]])[..] else {
            panic!()
        };
        assert!(ahead.loss < here.loss && here.loss < behind.loss, "{} {} {}", ahead.loss, here.loss, behind.loss);
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
        let [u, v] = &plane.directions;
        let size = dot(u, u);
        assert!(dot(u, v).abs() < 1e-5 * size, "at right angles");
        if !has_momentum {
            continue;
        }
        assert!((dot(v, v) / size - 1.0).abs() < 1e-5, "as long");
        // The momentum's own step lies in the plane, and above the trial.
        let coast = paths[0].coasts.last().unwrap();
        let ahead: Vec<f32> = paths[0].last().iter().zip(coast).map(|(p, step)| p + step).collect();
        let place = plane.place(&ahead);
        assert!(place.y > 0.0 && place.distance < 1e-3 * dot(coast, coast).sqrt(), "{place:?}");
    }
}

#[test]
fn momentum_that_is_none_or_follows_the_gradient_leaves_a_random_direction() {
    let shape = tuning_playground::mlp::Shape {
        inputs: 3,
        hidden: vec![4],
        outputs: 2,
        activation: pick(&mut stream(2), &ACTIVATIONS),
    };
    let n = shape.n_parameters();
    let draw = |seed: u32| -> Vec<f32> {
        let mut stream = Stream::new([seed, 1]);
        (0..n).map(|_| stream.normal() as f32).collect()
    };
    let origin = draw(1);
    for size in [1e-30_f32, 1.0, 1e17] {
        let gradient: Vec<f64> = draw(2).iter().map(|x| f64::from(x * size)).collect();
        let along: Vec<f32> = gradient.iter().map(|x| (-0.1 * x) as f32).collect();
        let beside: Vec<f32> = draw(3).iter().map(|x| x * size).collect();
        for (momentum, is_one) in
            [(vec![], false), (vec![0.0; n], false), (vec![f32::NAN; n], false), (along, false), (beside, true)]
        {
            let plane = Plane::gradient(&shape, origin.clone(), &gradient, &momentum, 0).unwrap();
            assert_eq!(plane.momentum, is_one, "{size}");
            assert!(plane.directions.iter().flatten().all(|x| x.is_finite()));
            assert!(plane.directions[1].iter().any(|&x| x != 0.0));
        }
    }
}

#[test]
fn a_part_of_the_rows_is_drawn_once_and_its_loss_is_the_origins() {
    let (mut trainer, trials) = trainer(&json!({}));
    let (first, weights) = trained(&mut trainer, &trials[..1]);
    let spec = &first.spec;
    let plane = Plane::random(&spec.shape, weights[0].clone(), 0).unwrap();
    for rows in [Rows::Train, Rows::Validation] {
        let whole = trainer.data();
        let all = rows.count(whole);
        assert_eq!(rows.of(whole).len(), all);
        for limit in [None, Some(all), Some(all + 1), Some(usize::MAX)] {
            assert!(Rc::ptr_eq(&rows.some(whole, limit, 0), whole), "{limit:?}");
        }
        let own = |data: &Rc<backend::Data>| {
            let site = Site { spec, data, rows, unit: 1.0 };
            let [point] = pollster::block_on(site.points(&Cpu::new(), &plane, &[(0, &weights[0])])).unwrap()[..] else {
                panic!()
            };
            let [middle] = site.scorer(&plane).scores(&[[0.0, 0.0]])[..] else { panic!() };
            assert!((point.loss - middle.loss).abs() < 1e-5);
            point.loss
        };
        let row = |data: &backend::Data, at: usize| data.x[at * data.columns..(at + 1) * data.columns].to_vec();
        let known: Vec<Vec<f32>> = rows.of(whole).iter().map(|&at| row(whole, at as usize)).collect();
        let mut before: Vec<Vec<f32>> = Vec::new();
        for limit in [1, 7, all / 2, all - 1] {
            let part = rows.some(whole, Some(limit), 5);
            assert_eq!((rows.count(&part), part.rows()), (limit, limit));
            let drawn: Vec<Vec<f32>> = (0..limit).map(|at| row(&part, at)).collect();
            assert!(drawn.iter().all(|one| known.contains(one)));
            assert!(before.iter().all(|one| drawn.contains(one)), "more rows are the same and others");
            before = drawn;
            let loss = own(&part);
            assert_eq!(loss.to_bits(), own(&rows.some(whole, Some(limit), 5)).to_bits(), "the same rows every time");
        }
        assert_ne!(rows.some(whole, Some(7), 5).x, rows.some(whole, Some(7), 6).x);
    }
}

#[test]
fn who_waits_for_epochs_is_where_the_trainer_was() {
    let (mut trainer, trials) = trainer(&json!({"fixed": {"hidden": [5], "epochs": 6}}));
    let contestant = trainer.contestant(&trials[0], 3);
    let whole = record(&trainer, vec![contestant.clone()], Duration::MAX);
    let mut recorder = pollster::block_on(Recorder::new(&Cpu::new(), trainer.data(), vec![contestant])).unwrap();
    let an_epoch = whole[0].steps.last().unwrap() / 6;
    for epochs in [0, 1, 1, 3] {
        recorder.until(0, Some(epochs));
        while !pollster::block_on(recorder.advance(Duration::ZERO)).unwrap() {}
        let (step, steps, weights) = recorder.now(0).unwrap();
        assert_eq!((step, steps), (epochs as u64 * an_epoch, 6 * an_epoch));
        let at = whole[0].steps.iter().position(|&one| one == step).unwrap();
        assert_eq!(weights, whole[0].points[at], "after {epochs} epochs");
    }
    recorder.until(0, None);
    while !pollster::block_on(recorder.advance(Duration::MAX)).unwrap() {}
    assert_eq!(recorder.paths(), whole);
    recorder.until(0, Some(usize::MAX));
    assert!(pollster::block_on(recorder.advance(Duration::MAX)).unwrap(), "there is nothing after the end");
}

/// On a linear model of numbers the loss is a quadratic: plain gradient descent goes where the closed form says.
#[test]
fn on_a_quadratic_the_path_is_exact() {
    let rate = 0.05;
    let (mut trainer, trials) = trainer(&json!({
        "dataset": {"name": "plane", "samples": 60},
        "fixed": {"hidden": [], "epochs": 30, "batch_size": 42, "optimizer": "sgd", "momentum": 0, "learning_rate": rate},
        "space": {},
        "trials": 1,
    }));
    let contestant = trainer.contestant(&trials[0], 1);
    let data = trainer.data().clone();
    assert_eq!(contestant.batch, data.n_train, "full batches");
    let paths = record(&trainer, vec![contestant], Duration::MAX);
    let backend::Labels::Numbers(targets) = &data.labels else { panic!() };
    let n = data.n_train;
    let mut w: Vec<f64> = paths[0].points[0].iter().map(|&x| f64::from(x)).collect();
    for (step, point) in paths[0].points.iter().enumerate() {
        for (w, x) in w.iter().zip(point) {
            assert!((w - f64::from(*x)).abs() < 1e-6, "step {step}: {w} {x}");
        }
        let mut gradient = vec![0.0; 3];
        for (row, target) in targets.iter().enumerate().take(n) {
            let x = [f64::from(data.x[2 * row]), f64::from(data.x[2 * row + 1]), 1.0];
            let error = x.iter().zip(&w).map(|(x, w)| x * w).sum::<f64>() - f64::from(*target);
            gradient.iter_mut().zip(x).for_each(|(g, x)| *g += 2.0 * error * x / n as f64);
        }
        w.iter_mut().zip(&gradient).for_each(|(w, g)| *w -= rate * g);
    }
    assert_eq!(paths[0].points.len(), 31);
}

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

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn singles(value: &Value) -> Vec<f32> {
    numbers(value).into_iter().map(|x| x as f32).collect()
}

/// Losses over planes as `PyTorch` has them (`tests/golden/landscape/make_plane.py`).
#[test]
fn a_plane_is_pytorchs_plane() {
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/landscape/plane.json");
    let file = std::env::var("TUNING_PLANE").unwrap_or_else(|_| own.into());
    let cases: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let (mut trainer, trials) = trainer(&json!({}));
    let spec = trainer.contestant(&trials[0], 1).spec;
    for case in cases.as_array().unwrap() {
        let widths: Vec<usize> = numbers(&case["widths"]).into_iter().map(|width| width as usize).collect();
        let (inputs, outputs) = (widths[0], widths[widths.len() - 1]);
        let mut spec = spec.clone();
        spec.shape.inputs = inputs;
        spec.shape.hidden = widths[1..widths.len() - 1].to_vec();
        spec.shape.outputs = outputs;
        spec.shape.activation = serde_json::from_value(case["activation"].clone()).unwrap();
        spec.loss = serde_json::from_value(case["loss"].clone()).unwrap();
        let x = singles(&case["x"]);
        let n = x.len() / inputs;
        let labels = if case["loss"] == "mse" {
            backend::Labels::Numbers(singles(&case["labels"]))
        } else {
            backend::Labels::Classes(numbers(&case["labels"]).into_iter().map(|class| class as u32).collect())
        };
        let data = Rc::new(backend::Data { x, columns: inputs, labels, n_train: n, n_validation: 0 });
        let [u, v] = [0, 1].map(|axis| singles(&case["directions"][axis]));
        let plane = Plane {
            kind: Kind::Random,
            origin: singles(&case["origin"]),
            directions: [u, v],
            explained: None,
            momentum: false,
        };
        let extent: [f64; 4] = numbers(&case["extent"]).try_into().unwrap();
        let site = Site { spec: &spec, data: &data, rows: Rows::Train, unit: 1.0 };
        let scores = surface(&site.scorer(&plane), &Grid::new(15, extent).unwrap(), 2);
        let (values, accuracies) = (numbers(&case["values"]), numbers(&case["accuracies"]));
        assert_eq!(scores.len(), 225);
        for ((score, wanted), accuracy) in scores.iter().zip(&values).zip(&accuracies) {
            assert!((score.loss - wanted).abs() < 1e-4 * wanted.max(1.0), "{widths:?}: {} is not {wanted}", score.loss);
            // One row on the border between two classes may fall to either side.
            assert!((score.accuracy - accuracy).abs() < 1.5 / n as f64, "{widths:?}: {}", score.accuracy);
        }
    }
}

/// Prints how long 51 x 51 points of 784-128-10 on 1,000 rows take: to be held against `make_plane.py --time`.
#[test]
#[ignore = "a measurement, of a release build"]
fn a_plane_of_a_large_network_is_timed() {
    let (mut trainer, trials) = trainer(&json!({}));
    let mut spec = trainer.contestant(&trials[0], 1).spec;
    spec.shape.inputs = 784;
    spec.shape.hidden = vec![128];
    spec.shape.outputs = 10;
    let mut stream = Stream::new([3, 1]);
    let x = (0..784_000).map(|_| stream.uniform()).collect();
    let labels = backend::Labels::Classes((0..1000).map(|row| row % 10).collect());
    let data = Rc::new(backend::Data { x, columns: 784, labels, n_train: 1000, n_validation: 0 });
    let origin: Vec<f32> = spec.clone().initial().parameters.iter().map(|&x| x as f32).collect();
    let plane = Plane::random(&spec.shape, origin, 1).unwrap();
    let site = Site { spec: &spec, data: &data, rows: Rows::Train, unit: 1.0 };
    let mut seconds: Vec<[f64; 2]> = (0..5)
        .map(|_| {
            let begun = std::time::Instant::now();
            let scorer = site.scorer(&plane);
            let coarse: Vec<[f64; 2]> = (0..25).map(|at| [f64::from(at % 5) / 2.0 - 1.0, f64::from(at / 5)]).collect();
            scorer.scores(&coarse);
            let first = begun.elapsed().as_secs_f64();
            let begun = std::time::Instant::now();
            surface(&site.scorer(&plane), &Grid::new(51, [-1.0, 1.0, -1.0, 1.0]).unwrap(), 2);
            [begun.elapsed().as_secs_f64(), first]
        })
        .collect();
    seconds.sort_by(|a, b| a[0].total_cmp(&b[0]));
    println!(
        "51 x 51 points of 784-128-10 on 1,000 rows, 2 threads: {:.2} s (median of 5), 5 x 5 first in {:.3} s",
        seconds[2][0], seconds[2][1]
    );
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

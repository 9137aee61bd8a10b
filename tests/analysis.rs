//! Planes, surfaces and paths: what is drawn is what the networks are.
#![expect(clippy::unwrap_used, reason = "how a test fails")]

use crate::common::paths::{record, trainer};
use crate::common::{ACTIVATIONS, pick, stream};
use core::time::Duration;
use serde_json::{Value, json};
use std::rc::Rc;
use tuning_playground::analysis::{
    Grid, Kind, Landscape, Metric, Plane, Recorder, Rows, Sharpness, Site, lay, surface,
};
use tuning_playground::backend::{self, Network, cpu::Cpu};
use tuning_playground::error::Error;
use tuning_playground::rng::Stream;
use tuning_playground::search::Trial;
use tuning_playground::trainer::{Contestant, Trainer, TrialSnapshot};

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
            assert_eq!(places[1], [1.0, 0.0]);
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
        batch_norm: false,
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
fn the_sharpest_directions_bend_as_their_eigenvalues_say() {
    let more = json!({"fixed": {"hidden": [6], "epochs": 3, "activation": "tanh"}, "trials": 1});
    let (mut trainer, trials) = trainer(&more);
    let contestant = trainer.contestant(&trials[0], 1);
    let (spec, data) = (contestant.spec.clone(), trainer.data().clone());
    let paths = record(&trainer, vec![contestant], Duration::MAX);
    let plane = pollster::block_on(lay(Kind::Hessian, &spec, &data, &paths, 1, 0)).unwrap();
    let [x, y] = plane.eigenvalues.unwrap();
    assert!(x >= y && y > 0.0, "{x} and {y}");
    let site = Site { spec: &spec, data: &data, rows: Rows::Train, unit: 1.0 };
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let [u, v] = &plane.directions;
    let size = dot(u, u);
    assert!(dot(u, v).abs() < 1e-3 * size && (dot(v, v) / size - 1.0).abs() < 1e-5, "at right angles, as long");
    let h = 0.02;
    let places = [[0.0, 0.0], [h, 0.0], [-h, 0.0], [0.0, h], [0.0, -h]];
    let losses: Vec<f64> = site.scorer(&plane).scores(&places).iter().map(|score| score.loss).collect();
    for (bend, wanted) in [(losses[1] + losses[2], x), (losses[3] + losses[4], y)] {
        let found = (bend - 2.0 * losses[0]) / (h * h * size);
        assert!((found / wanted - 1.0).abs() < 0.05, "{found} is not {wanted}");
    }
    let found = Landscape {
        trials: vec![0],
        plane,
        grid: Grid::new(11, [-1.0, 1.0, -1.0, 1.0]).unwrap(),
        rows: Rows::Train,
        n_rows: data.n_train,
        metric: Metric::Loss,
        scores: Vec::new(),
        points: Vec::new(),
        paths: Vec::new(),
    }
    .document(&json!({}), 4.0, false);
    assert_eq!(found["plane"]["eigenvalues"], json!([4.0 * x, 4.0 * y]), "in the loss's own units");
}

#[test]
fn a_training_is_watched_as_it_is_recorded_and_its_divergence_is_seen_coming() {
    let more = json!({
        "dataset": {"name": "waves", "samples": 90},
        "fixed": {"hidden": [6], "activation": "tanh", "optimizer": "gd", "epochs": 30},
        "space": {"learning_rate": {"type": "categorical", "choices": [0.05, 20.0]}},
        "sampler": {"name": "grid"},
        "trials": 2,
        "record": ["curvature"],
    });
    let (mut trainer, trials) = trainer(&more);
    let watch = |contestant: &Contestant, diverges: bool, budget: Duration| {
        let data = trainer.data().clone();
        let mut watch = pollster::block_on(Sharpness::new(&Cpu::new(), &data, contestant, None, diverges)).unwrap();
        let mut points = Vec::new();
        while !watch.is_done() {
            points.extend(pollster::block_on(watch.advance(budget)).unwrap());
        }
        (points, watch.diverged_at())
    };
    let mut copy = trainer.sibling(Box::new(Cpu::new())).unwrap();
    let contestants: Vec<Contestant> = trials.iter().map(|trial| copy.contestant(trial, 2)).collect();
    let (calm, none) = watch(&contestants[0], false, Duration::from_secs(1));
    assert!(none.is_none() && calm.len() == 31 && calm[30].step == 30);
    let (lost, at) = watch(&contestants[1], true, Duration::from_secs(1));
    let at = at.unwrap();
    assert!(lost.last().unwrap().step == at - 1 && lost.len() <= 60, "{at}");
    assert_eq!(lost[0].limit, Some(0.1));
    assert!(lost.iter().all(|point| point.curvature.largest > 0.1), "foreseen from the first step on");
    // Unforeseen, and in the smallest pieces, it ends where it diverges, too.
    let (pieces, seen) = watch(&contestants[1], false, Duration::ZERO);
    assert_eq!(seen, Some(at));
    assert_eq!(pieces[0].curvature.largest, lost[0].curvature.largest);

    trainer
        .assign(trials.iter().cloned().map(|trial| tuning_playground::trainer::Assignment::whole(trial, 2)).collect())
        .unwrap();
    let mut epochs = Vec::new();
    let mut ended = None;
    loop {
        let mut report = pollster::block_on(trainer.advance(Duration::MAX)).unwrap();
        for event in report.take_trials() {
            ended = ended.or(event.diverged_at);
            epochs.extend(event.epochs.into_iter().filter(|_| event.number == 0));
        }
        if report.finished {
            break;
        }
    }
    // The loss of the validation rows goes first, as training rows are seen before a step.
    assert_eq!(ended, Some(at), "it diverges where the training did");
    // Each epoch of gradient descent is a step.
    for (epoch, point) in epochs.iter().zip(&calm[1..]) {
        let recorded = serde_json::to_value(epoch).unwrap()["curvature"]["largest"].as_f64().unwrap();
        assert!((recorded / point.curvature.largest - 1.0).abs() < 0.01, "step {}", point.step);
    }
    assert_eq!(epochs.len(), 30);
}

#[test]
fn a_watched_plateau_steps_down_as_the_recorded_one_with_and_without_validation_rows() {
    let (mut trainer, trials) = trainer(&json!({
        "dataset": {"name": "moons", "samples": 90},
        "fixed": {
            "hidden": [6], "epochs": 12, "optimizer": "sgd", "learning_rate": 4, "batch_size": 16,
            "schedule": "plateau", "plateau_patience": 1,
        },
        "space": {},
        "trials": 1,
    }));
    let contestant = trainer.contestant(&trials[0], 1);
    for n_validation in [0, trainer.data().n_validation] {
        let data = Rc::new(backend::Data { n_validation, ..(**trainer.data()).clone() });
        let mut recorder = pollster::block_on(Recorder::new(&Cpu::new(), &data, vec![contestant.clone()])).unwrap();
        while !pollster::block_on(recorder.advance(Duration::MAX)).unwrap() {}
        let mut watch = pollster::block_on(Sharpness::new(&Cpu::new(), &data, &contestant, None, false)).unwrap();
        let mut seen = Vec::new();
        while !watch.is_done() {
            seen.extend(pollster::block_on(watch.advance(Duration::ZERO)).unwrap());
        }
        let last = seen.last().unwrap();
        assert!(last.rate < 4.0, "{n_validation}: it steps down");
        let length = |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|x| x * x).sum::<f64>().sqrt();
        let watched = length(&mut last.weights.iter().copied());
        let recorded = length(&mut recorder.paths()[0].last().iter().map(|&x| f64::from(x)));
        assert!((watched / recorded - 1.0).abs() < 1e-6, "{n_validation}: {watched} is not {recorded}");
    }
}

#[test]
fn momentum_that_is_none_or_follows_the_gradient_leaves_a_random_direction() {
    let shape = tuning_playground::mlp::Shape {
        inputs: 3,
        hidden: vec![4],
        outputs: 2,
        activation: pick(&mut stream(2), &ACTIVATIONS),
        batch_norm: false,
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
            eigenvalues: None,
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

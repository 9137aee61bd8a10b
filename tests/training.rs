//! Whole trainings on every f32 backend: company (C5), chunking (D2), poisoned neighbours (N2) and pauses change no bit of a
//! network, every run is finite or diverged (N1), and 100 steps agree with the f64 reference.
#![expect(clippy::unwrap_used, reason = "how a test fails")]

use crate::common::{
    ACTIVATIONS, On, Trace, at_once, backends, batches, data, named, narrow, network, optimizers, pick, relative_l2,
    run, some_optimizers, stream, train,
};
use core::time::Duration;
use serde_json::json;
use std::rc::Rc;
use tuning_playground::backend::cpu::Cpu;
use tuning_playground::backend::reference::{Reference, ReferencePopulation};
use tuning_playground::backend::{Backend, Data, Labels, Network, Population};
use tuning_playground::mlp::{Activation, Loss, Shape};
use tuning_playground::optimizer::{NAMES, Optimizer};
use tuning_playground::result::EpochRecord;
use tuning_playground::search::Search;
use tuning_playground::study::{FORMAT, Study};
use tuning_playground::trainer::{Assignment, Trainer, TrialSnapshot};

fn shape(inputs: usize, hidden: &[usize], outputs: usize, activation: Activation) -> Shape {
    Shape { inputs, hidden: hidden.to_vec(), outputs, activation, batch_norm: false }
}

/// A population as a sweep has it: shapes, batches, optimizers, dropout and rates all differ.
fn sweep(n: u32) -> (Rc<Data>, Vec<Network>) {
    let all = |hidden: &[usize], activation| shape(13, hidden, 5, activation);
    let data = narrow(&data(&all(&[], Activation::Relu), Loss::CrossEntropy, 150, 40, 3));
    let networks = (0..n).map(|trial| {
        let mut stream = stream(u64::from(trial));
        let hidden = pick(&mut stream, &[&[][..], &[32], &[8, 8], &[17, 3, 21]]);
        let shape = all(hidden, pick(&mut stream, &ACTIVATIONS));
        let optimizer = pick(&mut stream, &some_optimizers());
        let dropout = pick(&mut stream, &[0.0, 0.2, 0.5, 1.0]);
        let batch = pick(&mut stream, &[1, 16, 37, 150]);
        network(trial, &shape, Loss::CrossEntropy, optimizer, dropout, batch)
    });
    let networks = networks.collect();
    (data, networks)
}

fn alone(backend: &dyn Backend, data: &Rc<Data>, network: &Network) -> Trace {
    run(backend, data, core::slice::from_ref(network), 2, at_once).remove(0)
}

/// `n` networks together, and every `every`-th of them alone.
fn c5(on: On, n: u32, every: usize) {
    for backend in backends(on) {
        let (data, networks) = sweep(n);
        let together = run(&*backend, &data, &networks, 2, at_once);
        for (network, together) in networks.iter().zip(together).step_by(every) {
            assert_eq!(alone(&*backend, &data, network), together, "{}, {n} networks", backend.adapter());
        }
    }
}

/// Of tests that compile kernels for each network, a software GPU takes a part: all of it is the soak's.
fn part(on: On, cpu: u32, gpu: u32) -> u32 {
    match on {
        On::Cpu => cpu,
        On::Gpu => gpu,
    }
}

fn c5_together_is_alone(on: On) {
    c5(on, 1, 1);
    c5(on, 7, 1);
    c5(on, 256, part(on, 17, 51) as usize);
}

fn c5_a_thousand_together_are_each_alone(on: On) {
    c5(on, 256, 1);
    c5(on, 1024, 1);
}

/// Three epochs by budgets of so many microseconds, against each of them at once.
fn d2(on: On, budgets: &[[u64; 3]]) {
    let wide = shape(64, &[96, 64], 10, Activation::Tanh);
    let wide_data = narrow(&data(&wide, Loss::CrossEntropy, 300, 300, 5));
    let networks: Vec<_> =
        (0..4).map(|i| network(i, &wide, Loss::CrossEntropy, optimizers()[i as usize], 0.3, 32 << (i % 2))).collect();
    for backend in backends(on) {
        let want = run(&*backend, &wide_data, &networks, 3, at_once);
        for budgets in budgets {
            let micros = |epoch| Duration::from_micros(budgets[epoch as usize]);
            let got = run(&*backend, &wide_data, &networks, 3, micros);
            assert!(want == got, "{} with budgets {budgets:?}", backend.adapter());
        }
    }
}

fn d2_budgets_and_pauses_change_no_bit(on: On) {
    d2(on, &[[0, 0, 0], [1, 300, 5_000], [100, 1, 1_000_000]]);
}

fn d2_fifty_ways_to_cut_a_run_change_no_bit(on: On) {
    let mut stream = stream(50);
    let budgets: Vec<_> = (0..50).map(|_| [(); 3].map(|()| 1 << stream.below(20))).collect();
    d2(on, &budgets);
}

fn n2(on: On, n: u32, poisoned: &[(usize, f64)]) {
    for backend in backends(on) {
        let (data, mut networks) = sweep(n);
        let want = run(&*backend, &data, &networks, 2, at_once);
        for &(at, poison) in poisoned {
            let network = &mut networks[at];
            network.spec.optimizer.learning_rate = 1e30;
            network.parameters.fill(poison);
        }
        let got = run(&*backend, &data, &networks, 2, at_once);
        for (i, (want, got)) in want.iter().zip(&got).enumerate() {
            if poisoned.iter().any(|&(at, _)| at == i) {
                assert!(got.0.last().unwrap().diverged_at.is_some(), "{}: network {i} lives", backend.adapter());
            } else {
                assert_eq!(want, got, "{}: network {i}", backend.adapter());
            }
        }
    }
}

fn n2_a_poisoned_network_changes_no_neighbour(on: On) {
    let n = part(on, 64, 24);
    n2(on, n, &[(0, 1e30), (n as usize / 2, f64::INFINITY), (n as usize - 1, f64::NAN)]);
}

fn n2_one_poisoned_network_changes_none_of_256(on: On) {
    n2(on, 256, &[(101, f64::NAN)]);
}

fn n1(backend: &dyn Backend, n: u32) {
    let mut diverged = 0;
    for seed in 0..n {
        let mut stream = stream(u64::from(seed) + 7000);
        let loss = pick(&mut stream, &[Loss::CrossEntropy, Loss::Mse]);
        let hidden = pick(&mut stream, &[&[][..], &[9], &[12, 4], &[6, 6, 6, 6]]);
        let shape = shape(5, hidden, 3, pick(&mut stream, &ACTIVATIONS));
        let rate = libm::pow(10.0, 12.0 * stream.uniform_f64() - 6.0);
        let optimizer = Optimizer { learning_rate: rate, ..pick(&mut stream, &optimizers()) };
        let network = network(seed, &shape, loss, optimizer, pick(&mut stream, &[0.0, 0.4, 1.0]), 8);
        let data = narrow(&data(&shape, loss, 40, 16, u64::from(seed)));
        let (outcomes, parameters) = run(backend, &data, &[network], 20, at_once).remove(0);
        let place = format!("{}: seed {seed}, {shape:?}, {optimizer:?}", backend.adapter());
        if let Some(step) = outcomes.last().unwrap().diverged_at {
            diverged += 1;
            assert!((1..=100).contains(&step), "{place} diverged at {step}");
        } else {
            assert_eq!(outcomes.len(), 20, "{place}");
            assert!(parameters.iter().all(|&bits| f64::from_bits(bits).is_finite()), "{place}");
            let finite = |score: tuning_playground::backend::Score| score.loss.is_finite();
            assert!(outcomes.iter().all(|o| finite(o.train) && o.validation.is_some_and(finite)), "{place}");
        }
    }
    println!("{}: {diverged} of {n} diverged", backend.adapter());
}

fn n1_every_run_is_finite_or_diverged(on: On) {
    for backend in backends(on) {
        n1(&*backend, part(on, 150, 50));
    }
}

fn n1_every_one_of_1000_runs_is_finite_or_diverged(on: On) {
    for backend in backends(on) {
        n1(&*backend, 1000);
    }
}

/// Every optimizer with every `every`-th activation, each with another one first.
fn a_hundred_steps(on: On, every: u32) {
    const TOLERANCE: f64 = 1e-4;
    let backends = backends(on);
    let mut worst = vec![0.0_f64; backends.len()];
    for (seed, optimizer) in (0..).zip(optimizers()) {
        for (at, (activation, loss)) in
            (seed..).zip(ACTIVATIONS.into_iter().zip([Loss::CrossEntropy, Loss::Mse].into_iter().cycle()))
        {
            if at % every != 0 {
                continue;
            }
            let shape = shape(7, &[24, 12], 3, activation);
            let wide = data(&shape, loss, 160, 50, u64::from(seed));
            let network = network(seed, &shape, loss, optimizer, 0.25, 32);
            let epochs = || (0..20).map(|epoch| vec![batches(0, &network, 160, epoch)]);
            let mut reference = ReferencePopulation::<f64>::new(Rc::new(wide.clone()), vec![network.clone()]);
            let wanted: Vec<_> = epochs().map(|epoch| train(&mut reference, epoch, Duration::MAX).remove(0)).collect();
            let end = pollster::block_on(reference.parameters(0)).unwrap();
            for (backend, worst) in backends.iter().zip(&mut worst) {
                let mut population =
                    pollster::block_on(backend.population(narrow(&wide), vec![network.clone()])).unwrap();
                for (epoch, want) in epochs().zip(&wanted) {
                    let got = train(&mut *population, epoch, Duration::MAX).remove(0);
                    let scores = [(got.train, want.train), (got.validation.unwrap(), want.validation.unwrap())];
                    for (got, want) in scores {
                        assert!((got.loss - want.loss).abs() <= TOLERANCE * want.loss, "{got:?} is not {want:?}");
                        assert!((got.accuracy - want.accuracy).abs() < 1e-9, "{got:?} is not {want:?}");
                    }
                }
                let got = pollster::block_on(population.parameters(0)).unwrap();
                let error = relative_l2(&got, &end, 1e-8);
                assert!(error <= TOLERANCE, "{}: {optimizer:?}, {activation:?}: {error}", backend.adapter());
                *worst = worst.max(error);
            }
        }
    }
    for (backend, worst) in backends.iter().zip(worst) {
        println!("{}: worst {worst:.1e}", backend.adapter());
    }
}

fn a_hundred_steps_agree_with_f64(on: On) {
    a_hundred_steps(on, part(on, 1, 3));
}

fn a_hundred_steps_agree_with_f64_whatever_the_activation() {
    a_hundred_steps(On::Gpu, 1);
}

fn dropping_everything_trains_the_last_bias_alone(on: On) {
    let shape = shape(3, &[6, 5], 2, Activation::Relu);
    let data = narrow(&data(&shape, Loss::CrossEntropy, 20, 5, 1));
    let network = network(0, &shape, Loss::CrossEntropy, optimizers()[0], 1.0, 10);
    for backend in backends(on) {
        let (outcomes, parameters) = run(&*backend, &data, core::slice::from_ref(&network), 1, at_once).remove(0);
        assert_eq!(outcomes[0].diverged_at, None);
        let last = shape.layers()[2];
        for (i, (before, after)) in network.parameters.iter().zip(parameters).enumerate() {
            assert_eq!(before.to_bits() != after, i >= last.bias, "{}: parameter {i}", backend.adapter());
        }
    }
}

fn without_epsilon_padding_is_no_trouble(on: On) {
    let shape = shape(3, &[6, 5], 2, Activation::Tanh);
    let data = narrow(&data(&shape, Loss::CrossEntropy, 20, 5, 1));
    let own = [("epsilon", 0.0), ("learning_rate", 1e-3)];
    let rmsprop = |more| named("rmsprop", &[&own[..], more].concat());
    for optimizer in [
        named("adam", &own),
        named("adam", &[own[0], ("amsgrad", 1.0)]),
        named("adamw", &own),
        named("adamw", &[own[0], ("amsgrad", 1.0)]),
        named("nadam", &own),
        named("adagrad", &own),
        named("adadelta", &own),
        rmsprop(&[]),
        rmsprop(&[("momentum", 0.9)]),
        rmsprop(&[("centered", 1.0), ("alpha", 0.9)]),
        rmsprop(&[("centered", 1.0), ("momentum", 0.9), ("alpha", 0.9)]),
    ] {
        let network = network(0, &shape, Loss::CrossEntropy, optimizer, 0.0, 10);
        for backend in backends(on) {
            let (outcomes, _) = run(&*backend, &data, core::slice::from_ref(&network), 5, at_once).remove(0);
            let all_live = outcomes.iter().all(|outcome| outcome.diverged_at.is_none());
            assert!(all_live, "{}: {optimizer:?}", backend.adapter());
        }
    }
}

/// The epochs of a study's only trial.
fn epochs(backend: Box<dyn Backend>, fixed: &serde_json::Value) -> Vec<EpochRecord> {
    epochs_of(backend, &json!({"fixed": fixed}))
}

fn epochs_of(backend: Box<dyn Backend>, more: &serde_json::Value) -> Vec<EpochRecord> {
    let mut study = json!({"format": FORMAT, "dataset": {"name": "moons"}, "trials": 1});
    study.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let study = Rc::new(Study::check(&study).unwrap());
    let prepared = Rc::new(study.prepare(None).unwrap());
    let trials = Search::new(&study).ask(&study);
    let mut trainer = Trainer::new(study, prepared, backend, trials).unwrap();
    let mut epochs = Vec::new();
    loop {
        let mut report = pollster::block_on(trainer.advance(Duration::from_secs(1))).unwrap();
        epochs.extend(report.take_trials().into_iter().flat_map(|event| event.epochs));
        if report.finished {
            return epochs;
        }
    }
}

fn a_step_schedule_steps_down_in_training_and_in_what_is_told() {
    let backends: [fn() -> Box<dyn Backend>; 2] = [|| Box::new(Reference), || Box::new(Cpu::new())];
    for backend in backends {
        let fixed = |more| {
            let mut fixed = json!({"optimizer": "sgd", "learning_rate": 0.5, "epochs": 5});
            fixed.as_object_mut().unwrap().extend(more);
            epochs(backend(), &fixed)
        };
        let step = json!({"schedule": "step", "decay_rate": 0.1, "decay_epochs": 2});
        let (constant, stepped) = (fixed(serde_json::Map::new()), fixed(step.as_object().unwrap().clone()));
        let rates = |epochs: &[EpochRecord]| epochs.iter().map(|epoch| epoch.learning_rate).collect::<Vec<_>>();
        assert_eq!(rates(&constant), [0.5; 5]);
        for (found, wanted) in rates(&stepped).iter().zip([0.5, 0.5, 0.05, 0.05, 0.005]) {
            assert!((found / wanted - 1.0).abs() < 1e-12, "{found} is not {wanted}");
        }
        let losses = |epochs: &[EpochRecord]| epochs.iter().map(|epoch| epoch.validation_loss).collect::<Vec<_>>();
        let (constant, stepped) = (losses(&constant), losses(&stepped));
        assert_eq!(constant[..2], stepped[..2]);
        assert!((2..5).all(|epoch| constant[epoch] != stepped[epoch]), "{stepped:?}");
    }
}

fn a_plateau_steps_down_by_what_its_epochs_are_told_to_have_lost() {
    let backends: [fn() -> Box<dyn Backend>; 2] = [|| Box::new(Reference), || Box::new(Cpu::new())];
    for backend in backends {
        let fixed = json!({
            "optimizer": "sgd", "learning_rate": 4, "epochs": 30, "schedule": "plateau", "plateau_patience": 2,
            "decay_rate": 0.5, "min_factor": 0.2, "warmup_epochs": 1,
        });
        let (mut best, mut since, mut factor) = (f64::INFINITY, 0, 1.0_f64);
        let mut factors = Vec::new();
        for epoch in epochs(backend(), &fixed) {
            assert_eq!(epoch.learning_rate, 4.0 * factor, "epoch {}", epoch.epoch);
            factors.push(factor);
            let loss = epoch.validation_loss.unwrap();
            if loss < best {
                (best, since) = (loss, 0);
            } else {
                since += 1;
            }
            if since == 2 {
                (factor, since) = ((factor * 0.5).max(0.2), 0);
            }
        }
        assert!(factors.contains(&1.0) && factors.contains(&0.5) && factors.contains(&0.2), "{factors:?}");
    }
}

fn a_plateau_counts_epochs_however_often_its_rows_are_looked_at() {
    // Steps that are too small to move a weight: the loss never falls.
    let fixed = json!({"optimizer": "sgd", "learning_rate": 1e-30, "epochs": 16, "schedule": "plateau"});
    for (every, wanted) in [(1, 7), (2, 9), (5, 11), (7, 15)] {
        let first = epochs_of(Box::new(Cpu::new()), &json!({"fixed": fixed, "evaluate_every": every}))
            .iter()
            .find(|epoch| epoch.learning_rate < 1e-30)
            .map(|epoch| epoch.epoch);
        assert_eq!(first, Some(wanted), "looked at every {every} epochs");
    }
}

fn cosine_and_one_cycle_end_where_the_run_ends() {
    for (name, ends, last) in [("cosine", [1.0, 0.0], 1e-3), ("one_cycle", [0.04, 4e-6], 1e-5)] {
        let fixed =
            json!({"optimizer": "adam", "learning_rate": 0.01, "epochs": 8, "schedule": name, "batch_size": 350});
        let rates: Vec<f64> = epochs(Box::new(Cpu::new()), &fixed).iter().map(|epoch| epoch.learning_rate).collect();
        assert!((rates[0] - 0.01 * ends[0]).abs() < 1e-9, "{name}: {rates:?}");
        assert!(rates[7] - 0.01 * ends[1] <= last && rates[7] < rates[6], "{name}: {rates:?}");
    }
}

/// What is told of a learning rate that descends is what the last step of the epoch was taken with.
fn a_learning_rate_that_descends_is_told_as_it_was(on: On) {
    for (rate, fixed) in [
        (0.1, json!({"optimizer": "gd", "learning_rate": 0.1, "hypergradient": 0.05, "epochs": 8})),
        (0.1, json!({"optimizer": "nesterov", "learning_rate": 0.1, "hypergradient": 0.001, "epochs": 3})),
        (
            0.01,
            json!({
                "optimizer": "adam", "learning_rate": 0.01, "hypergradient": 1e-5, "epochs": 4, "schedule": "exponential",
                "decay_rate": 0.5, "decay_epochs": 2,
            }),
        ),
    ] {
        let rates = |backend| epochs(backend, &fixed).iter().map(|epoch| epoch.learning_rate).collect::<Vec<_>>();
        let wanted = rates(Box::new(Reference));
        let factor =
            |epoch: usize| if fixed["schedule"] == "exponential" { libm::pow(0.5, epoch as f64 / 2.0) } else { 1.0 };
        let own: Vec<f64> = wanted.iter().enumerate().map(|(epoch, rate)| rate / factor(epoch + 1)).collect();
        // Before its first step it has not moved, and it moves in every other.
        assert_eq!(own[0] == rate, fixed["optimizer"] == "gd", "{fixed}: {own:?}");
        assert!(own.windows(2).all(|pair| (pair[1] / pair[0] - 1.0).abs() > 1e-4), "{fixed}: {own:?}");
        for backend in backends(on) {
            let name = format!("{}, {}", backend.adapter(), backend.name());
            for (found, wanted) in rates(backend).iter().zip(&wanted) {
                assert!((found / wanted - 1.0).abs() < 1e-4, "{name}: {fixed}: {found} is not {wanted}");
            }
        }
    }
}

/// A rate that runs away is a diverged trial, and no error.
fn a_learning_rate_that_runs_away_diverges(on: On) {
    let shape = shape(2, &[], 2, Activation::Tanh);
    let data = narrow(&data(&shape, Loss::Mse, 40, 10, 5));
    for name in ["sgd", "nesterov", "adam"] {
        let optimizer = named(name, &[("hypergradient", 1e6)]);
        let network = network(0, &shape, Loss::Mse, optimizer, 0.0, 8);
        for backend in backends(on) {
            let (outcomes, _) = run(&*backend, &data, core::slice::from_ref(&network), 20, at_once).remove(0);
            let at = outcomes.last().and_then(|outcome| outcome.diverged_at);
            assert!(at.is_some(), "{name} on {} by {}", backend.adapter(), backend.strategy(&network.spec));
        }
    }
}

/// PyTorch's own test of its optimizers, with rates that suit whole batches.
fn c4_every_optimizer_solves_xor_from_every_seed() {
    const EPOCHS: u64 = 3000;
    let shape = shape(2, &[8], 2, Activation::Tanh);
    let x = vec![-1.0, -1.0, -1.0, 1.0, 1.0, -1.0, 1.0, 1.0];
    let labels = Labels::Classes(vec![0, 1, 1, 0]);
    let data = Rc::new(Data { x, columns: 2, labels, n_train: 4, n_validation: 0 });
    for name in NAMES {
        let rate = match *name {
            "gd" | "sgd" => 0.5,
            "momentum" | "nesterov" | "adagrad" => 0.1,
            "adadelta" => 1.0,
            _ => 0.01,
        };
        let optimizer = named(name, &[("learning_rate", rate)]);
        let networks: Vec<_> =
            (0..20).map(|trial| network(trial, &shape, Loss::CrossEntropy, optimizer, 0.0, 4)).collect();
        for (seed, (outcomes, _)) in run(&Cpu::new(), &data, &networks, EPOCHS, at_once).iter().enumerate() {
            let last = outcomes.last().unwrap();
            assert!(last.diverged_at.is_none() && last.train.accuracy == 1.0, "{name} from seed {seed}: {last:?}");
            assert!(last.train.loss < 0.1, "{name} from seed {seed}: {last:?}");
        }
    }
}

/// Parameters within the limits whose validation loss is beyond them: the epoch's last step is told.
fn a_lost_validation_is_the_last_steps(on: On) {
    let shape = shape(5, &[], 3, Activation::Sigmoid);
    let optimizer = named("sgd", &[("learning_rate", 11.619_408)]);
    let network = network(108, &shape, Loss::Mse, optimizer, 0.0, 8);
    let data = narrow(&data(&shape, Loss::Mse, 40, 16, 108));
    for backend in backends(on) {
        let (outcomes, _) = run(&*backend, &data, core::slice::from_ref(&network), 20, at_once).remove(0);
        let ends: Vec<_> = outcomes.iter().map(|outcome| outcome.diverged_at).collect();
        assert_eq!(ends, [None, Some(10)], "{} by {}", backend.adapter(), backend.strategy(&network.spec));
    }
}

/// The epochs of each trial of a study, without their times, trained in calls of this budget; with `parked` each trial waits
/// after that epoch and goes on in another trainer.
fn recorded(
    backend: fn() -> Box<dyn Backend>,
    record: &[&str],
    budget: Duration,
    parked: Option<usize>,
) -> Vec<Vec<EpochRecord>> {
    let study = json!({
        "format": FORMAT,
        "dataset": {"name": "moons", "samples": 80},
        "fixed": {"hidden": [6, 5], "activation": "tanh", "epochs": 4, "batch_size": 14, "dropout": 0.2, "l2": 0.01},
        "space": {"optimizer": {"type": "categorical", "choices": ["adam", "momentum", "nadam"]}},
        "sampler": {"name": "grid"},
        "seeds_per_trial": 2,
        "trials": 3,
        "record": record,
    });
    let study = Rc::new(Study::check(&study).unwrap());
    let prepared = Rc::new(study.prepare(None).unwrap());
    let trials = Search::new(&study).ask(&study);
    let mut all = vec![Vec::new(); trials.len()];
    let whole = |trial| Assignment::whole(trial, 3);
    let mut waiting: Vec<Assignment> = trials.into_iter().map(whole).collect();
    for one in &mut waiting {
        one.until_epoch = parked;
    }
    while !waiting.is_empty() {
        let mut trainer = Trainer::new(study.clone(), prepared.clone(), backend(), Vec::new()).unwrap();
        let going = core::mem::take(&mut waiting);
        let again = going[0].until_epoch.map(|_| going.clone());
        trainer.assign(going).unwrap();
        let mut snapshots = Vec::new();
        loop {
            let mut report = pollster::block_on(trainer.advance(budget)).unwrap();
            for event in report.take_trials() {
                let told = event.epochs.into_iter().map(|epoch| EpochRecord { seconds: 0.0, ..epoch });
                all[event.number as usize].extend(told);
            }
            snapshots.extend(report.snapshots);
            if report.finished {
                break;
            }
        }
        for one in again.into_iter().flatten() {
            let from = snapshots.iter().find(|snapshot| snapshot.number == one.trial.number).cloned();
            let mut words = Vec::new();
            from.unwrap().write(&mut words);
            let from = TrialSnapshot::read(&words).unwrap().pop();
            waiting.push(Assignment { until_epoch: None, from, ..one });
        }
    }
    all
}

fn what_is_recorded_changes_no_bit_and_is_the_same_however_it_is_cut(on: On) {
    const ALL: [&str; 5] = ["gradient_norm", "weight_norm", "update_ratio", "dead_units", "curvature"];
    let kinds: Vec<fn() -> Box<dyn Backend>> = match on {
        On::Cpu => vec![|| Box::new(Cpu::new()), || Box::new(Reference)],
        On::Gpu => vec![|| backends(On::Gpu).remove(0)],
    };
    let on_cpu = recorded(|| Box::new(Cpu::new()), &ALL, Duration::from_secs(9), None);
    for backend in kinds {
        let plain = recorded(backend, &[], Duration::from_secs(9), None);
        let whole = recorded(backend, &ALL, Duration::from_secs(9), None);
        for (plain, whole) in plain.iter().zip(&whole) {
            let bare = whole.iter().map(|epoch| EpochRecord { recorded: None, ..epoch.clone() });
            assert!(plain.iter().all(|epoch| epoch.recorded.is_none()) && bare.eq(plain.iter().cloned()));
        }
        // What has no limit says NaN of it, which is unlike itself; as text all is exact.
        let text = |all: &[Vec<EpochRecord>]| serde_json::to_string(all).unwrap();
        let cut = recorded(backend, &ALL, Duration::ZERO, None);
        assert_eq!(text(&whole), text(&cut), "cut into the smallest pieces");
        let parked = recorded(backend, &ALL, Duration::from_secs(9), Some(2));
        assert_eq!(text(&whole), text(&parked), "parked on the way");
        for (number, (own, cpu)) in whole.iter().zip(&on_cpu).enumerate() {
            assert_eq!(own.len(), 4);
            for (own, cpu) in own.iter().zip(cpu) {
                let documents = [own, cpu].map(|epoch| serde_json::to_value(epoch).unwrap());
                let [layers, theirs] = documents.each_ref().map(|one| one["layers"].as_array().unwrap());
                assert_eq!(layers.len(), 3);
                for (at, (layer, other)) in layers.iter().zip(theirs).enumerate() {
                    assert!(layer.as_object().unwrap().keys().eq(ALL.iter()), "{layer}");
                    assert_eq!(layer["dead_units"].is_null(), at == 2, "outputs do not die: {layer}");
                    for name in ALL.into_iter().filter(|&name| at < 2 || name != "dead_units") {
                        let [own, other] = [layer, other].map(|one| one[name].as_f64().unwrap());
                        assert!((own - other).abs() <= 0.01 * other.abs(), "{name}: {own} is not {other}");
                        assert!(own > 0.0 || ["curvature", "dead_units"].contains(&name), "{name}");
                    }
                }
                let whole = &documents[0]["curvature"];
                assert_eq!((&whole["rows"], &whole["of_rows"]), (&json!(56.0), &json!(56.0)));
                let largest = whole["largest"].as_f64().unwrap();
                let of_layers = layers.iter().map(|layer| layer["curvature"].as_f64().unwrap()).fold(0.0, f64::max);
                assert!(largest >= 0.99 * of_layers, "the whole is as sharp as its sharpest layer");
                // Adam, momentum, and one of which no limit is known.
                let wanted = [json!(38_000.0), json!(380.0), json!(null)];
                let near = |x: &serde_json::Value, y: &serde_json::Value| match (x.as_f64(), y.as_f64()) {
                    (Some(x), Some(y)) => (x - y).abs() < 1e-6 * y,
                    _ => x == y,
                };
                assert!(near(&whole["limit"], &wanted[number]), "trial {number}: {whole}");
                assert_eq!(whole["preconditioned"].is_null(), number > 0, "trial {number}: {whole}");
            }
        }
    }
}

fn a_trial_that_diverges_has_no_record_of_that_epoch() {
    let fixed = json!({"optimizer": "gd", "learning_rate": 1e6, "epochs": 5, "hidden": [4]});
    let study =
        json!({"format": FORMAT, "dataset": {"name": "moons"}, "fixed": fixed, "trials": 1, "record": ["curvature"]});
    let study = Rc::new(Study::check(&study).unwrap());
    let prepared = Rc::new(study.prepare(None).unwrap());
    let trials = Search::new(&study).ask(&study);
    let mut trainer = Trainer::new(study, prepared, Box::new(Cpu::new()), trials).unwrap();
    let mut told = Vec::new();
    loop {
        let mut report = pollster::block_on(trainer.advance(Duration::from_secs(1))).unwrap();
        told.extend(report.take_trials());
        if report.finished {
            break;
        }
    }
    let diverged_at = told.iter().find_map(|event| event.diverged_at).expect("a learning rate of a million diverges");
    let epochs: usize = told.iter().map(|event| event.epochs.len()).sum();
    assert_eq!(epochs as u64, diverged_at - 1);
}

crate::harness::tests! {
    each_backend [
        c5_together_is_alone,
        d2_budgets_and_pauses_change_no_bit,
        n2_a_poisoned_network_changes_no_neighbour,
        n1_every_run_is_finite_or_diverged,
        a_hundred_steps_agree_with_f64,
        dropping_everything_trains_the_last_bias_alone,
        without_epsilon_padding_is_no_trouble,
        a_lost_validation_is_the_last_steps,
        a_learning_rate_that_descends_is_told_as_it_was,
        a_learning_rate_that_runs_away_diverges,
        what_is_recorded_changes_no_bit_and_is_the_same_however_it_is_cut,
    ]
    plain [
        a_trial_that_diverges_has_no_record_of_that_epoch,
        a_step_schedule_steps_down_in_training_and_in_what_is_told,
        a_plateau_steps_down_by_what_its_epochs_are_told_to_have_lost,
        a_plateau_counts_epochs_however_often_its_rows_are_looked_at,
        cosine_and_one_cycle_end_where_the_run_ends,
        c4_every_optimizer_solves_xor_from_every_seed,
    ]
    soak_gpu [a_hundred_steps_agree_with_f64_whatever_the_activation]
    soak_each_backend [
        c5_a_thousand_together_are_each_alone,
        d2_fifty_ways_to_cut_a_run_change_no_bit,
        n2_one_poisoned_network_changes_none_of_256,
        n1_every_one_of_1000_runs_is_finite_or_diverged,
    ]
}

//! Networks whose optimizer moves all parameters at once: the same bits on every backend, however they are paused or
//! parked, and data of every end that they come to.
#![expect(clippy::unwrap_used, reason = "how a test fails")]

use crate::common::{
    ACTIVATIONS, On, Trace, at_once, backends, batches, data, named, narrow, network, pick, run, stream, train,
};
use core::future::ready;
use core::time::Duration;
use std::rc::Rc;
use tuning_playground::backend::cpu::Cpu;
use tuning_playground::backend::reference::Reference;
use tuning_playground::backend::second_order::SecondOrder;
use tuning_playground::backend::{Backend, Data, Labels, Network, Population, Snapshot};
use tuning_playground::mlp::{Activation, Loss, Shape};
use tuning_playground::optimizer::Optimizer;
use tuning_playground::second_order::{Later, Memory, Objective, Symmetric, finish};
use tuning_playground::trainer::TrialSnapshot;

const ROWS: usize = 60;
const EPOCHS: u64 = 6;

fn shape(hidden: &[usize], activation: Activation) -> Shape {
    Shape { inputs: 5, hidden: hidden.to_vec(), outputs: 3, activation, batch_norm: false }
}

fn wolfe(settings: &[(&str, f64)]) -> Optimizer {
    named("lbfgs", &[&[("line_search_fn", 1.0)], settings].concat())
}

/// Every optimizer of second order with settings that make every part of it work.
fn optimizers() -> Vec<Optimizer> {
    vec![
        named("lbfgs", &[("learning_rate", 0.5)]),
        named("lbfgs", &[("history_size", 1.0), ("learning_rate", 0.1), ("l2", 0.01)]),
        named("lbfgs", &[("history_size", 3.0), ("learning_rate", 0.2), ("max_iter", 1.0)]),
        wolfe(&[]),
        wolfe(&[("history_size", 2.0), ("l2", 0.1)]),
        named("newton", &[]),
        named("newton", &[("newton_damping", 1.0), ("l2", 0.01)]),
    ]
}

/// Some networks of either loss, and their rows.
fn networks(loss: Loss) -> (Rc<Data>, Vec<Network>) {
    let rows = narrow(&data(&shape(&[], Activation::Relu), loss, ROWS, 20, 3));
    let any = |(trial, optimizer): (u32, Optimizer)| {
        let mut stream = stream(u64::from(trial) + 90);
        let hidden = pick(&mut stream, &[&[][..], &[9], &[8, 8], &[7, 3, 5]]);
        network(trial, &shape(hidden, pick(&mut stream, &ACTIVATIONS)), loss, optimizer, 0.0, ROWS)
    };
    let all = (0..).zip(optimizers().into_iter().chain(optimizers())).map(any).collect();
    (rows, all)
}

/// Networks together, each by its own bits.
fn together(backend: &dyn Backend, (data, networks): &(Rc<Data>, Vec<Network>)) -> Vec<Trace> {
    run(backend, data, networks, EPOCHS, at_once)
}

fn every_backend_gives_the_same_bits_beside_whatever_company(on: On) {
    for loss in [Loss::CrossEntropy, Loss::Mse] {
        let work = networks(loss);
        let wanted = together(&Reference, &work);
        assert!(wanted.iter().filter(|trace| trace.0.len() == EPOCHS as usize).count() >= 10, "few have lived");
        for backend in backends(on) {
            assert_eq!(backend.strategy(&work.1[0].spec), "second_order");
            assert_eq!(together(&*backend, &work), wanted, "{}", backend.adapter());
            let (rows, mut company) = work.clone();
            let first = network(77, &shape(&[6], Activation::Tanh), loss, named("adam", &[]), 0.2, 20);
            company.insert(0, first.clone());
            company.truncate(4);
            let mixed = run(&*backend, &rows, &company, EPOCHS, at_once);
            assert_eq!(mixed[1..], wanted[..3], "{}", backend.adapter());
            assert_eq!(mixed[0], run(&*backend, &rows, &[first], EPOCHS, at_once)[0], "{}", backend.adapter());
        }
    }
}

/// Epoch `epoch` of all; how often it was asked to go on.
fn paused(population: &mut dyn Population, networks: &[Network], epoch: u64, budget: Duration) -> usize {
    let all = networks.iter().enumerate().map(|(index, network)| batches(index, network, ROWS, epoch)).collect();
    population.begin_epoch(all).unwrap();
    for asked in 1.. {
        if pollster::block_on(population.advance(budget)).unwrap().epoch_done {
            return asked;
        }
    }
    unreachable!("every epoch ends")
}

fn pauses_within_steps_change_no_bit() {
    let (data, networks) = networks(Loss::CrossEntropy);
    let make = || SecondOrder::on(&data, networks.clone());
    let (mut whole, mut cut) = (make(), make());
    let mut asked = 0;
    for epoch in 0..4 {
        paused(&mut whole, &networks, epoch, Duration::MAX);
        asked += paused(&mut cut, &networks, epoch, Duration::ZERO);
        for index in 0..networks.len() {
            assert_eq!(whole.snapshot(index), cut.snapshot(index), "network {index} after epoch {epoch}");
        }
    }
    assert!(asked > 8 * networks.len(), "{asked} pauses are between steps alone");
}

/// As the words that travel between threads.
fn sent(snapshot: Snapshot) -> Snapshot {
    let mut words = Vec::new();
    TrialSnapshot { networks: vec![snapshot], ..TrialSnapshot::default() }.write(&mut words);
    TrialSnapshot::read(&words).unwrap().remove(0).networks.remove(0)
}

fn a_parked_network_goes_on_elsewhere_to_the_same_bits(on: On) {
    let (data, networks) = networks(Loss::CrossEntropy);
    let epoch = |population: &mut dyn Population, epoch| {
        let all = networks.iter().enumerate().map(|(index, network)| batches(index, network, ROWS, epoch)).collect();
        train(population, all, Duration::MAX);
    };
    let mut whole = SecondOrder::on(&data, networks.clone());
    let mut parked = Vec::new();
    for at in 0..EPOCHS {
        parked.push((0..networks.len()).map(|index| sent(whole.snapshot(index))).collect::<Vec<_>>());
        epoch(&mut whole, at);
    }
    for backend in backends(on) {
        for (at, snapshots) in parked.iter().enumerate().skip(1).step_by(2) {
            let mut other = pollster::block_on(backend.population(Rc::clone(&data), networks.clone())).unwrap();
            for (index, snapshot) in snapshots.iter().enumerate() {
                assert!(other.restore(index, snapshot), "{}", backend.adapter());
                assert_eq!(&other.snapshot(index), snapshot, "{}", backend.adapter());
            }
            for rest in at as u64..EPOCHS {
                epoch(&mut *other, rest);
            }
            for index in 0..networks.len() {
                assert_eq!(other.snapshot(index), whole.snapshot(index), "{}: {index} from {at}", backend.adapter());
            }
        }
    }
}

fn what_does_not_fit_is_refused_and_changes_nothing() {
    let (data, networks) = networks(Loss::CrossEntropy);
    let mut population = SecondOrder::on(&data, networks.clone());
    paused(&mut population, &networks, 0, Duration::MAX);
    for (index, network) in networks.iter().enumerate() {
        let whole = population.snapshot(index);
        let n = network.parameters.len();
        let cut = |n: usize| Snapshot { wide: whole.wide[..n].to_vec(), ..whole.clone() };
        let longer = Snapshot { wide: [&whole.wide[..], &[0.0]].concat(), ..whole.clone() };
        for other in [cut(0), cut(n - 1), longer, Snapshot { numbers: vec![0.0; n + 1], ..whole.clone() }] {
            assert!(!population.restore(index, &other), "network {index}");
        }
        assert_eq!(population.snapshot(index), whole);
        assert!(population.restore(index, &cut(n)), "without what goes from step to step it begins anew");
    }
    // A network of another rule does not take it.
    let adam = network(0, &networks[0].spec.shape, Loss::CrossEntropy, named("adam", &[]), 0.0, ROWS);
    let mut other = pollster::block_on(Cpu::new().population(data, vec![adam])).unwrap();
    assert!(!other.restore(0, &population.snapshot(0)));
}

/// A network on its own for some epochs.
fn alone(data: &Rc<Data>, network: &Network, epochs: u64) -> Trace {
    run(&Cpu::new(), data, core::slice::from_ref(network), epochs, at_once).remove(0)
}

fn newtons_loss_never_rises_and_its_step_on_a_quadratic_is_the_last() {
    for (seed, activation) in (0..).zip(ACTIVATIONS) {
        for loss in [Loss::CrossEntropy, Loss::Mse] {
            let shape = shape(&[6, 4], activation);
            let rows = narrow(&data(&shape, loss, ROWS, 0, seed));
            for rate in [1.0, 1e9] {
                let optimizer = named("newton", &[("learning_rate", rate)]);
                let (outcomes, _) = alone(&rows, &network(seed as u32, &shape, loss, optimizer, 0.0, ROWS), 20);
                let losses: Vec<f64> = outcomes.iter().map(|outcome| outcome.train.loss).collect();
                assert!(losses.windows(2).all(|pair| pair[1] <= pair[0]), "{activation:?} {loss:?}: {losses:?}");
                assert!(losses[19] < 0.999 * losses[0], "{activation:?} {loss:?}: {losses:?}");
                // A gradient and a length at least, and the Hessian.
                let each = 2 + shape.n_parameters() as u64;
                assert!(outcomes[0].evaluations >= each, "{outcomes:?}");
            }
        }
    }
    let shape = shape(&[], Activation::Relu);
    let rows = narrow(&data(&shape, Loss::Mse, ROWS, 0, 5));
    let optimizer = named("newton", &[("newton_damping", 1e-13)]);
    let network = network(0, &shape, Loss::Mse, optimizer, 0.0, ROWS);
    let mut population = SecondOrder::on(&rows, vec![network.clone()]);
    for epoch in 0..2 {
        paused(&mut population, core::slice::from_ref(&network), epoch, Duration::MAX);
    }
    // The gradient that the second step began with.
    let gradient = pollster::block_on(population.gradient(0)).unwrap();
    assert!(gradient.iter().all(|slope| slope.abs() < 1e-9), "{gradient:?}");
}

fn lbfgs_with_a_line_search_goes_down_where_gradient_descent_crawls() {
    for (seed, activation) in (0..).zip([Activation::Tanh, Activation::Sigmoid, Activation::Gelu]) {
        let shape = shape(&[8, 8], activation);
        let rows = narrow(&data(&shape, Loss::CrossEntropy, ROWS, 0, seed));
        let network = |optimizer| network(seed as u32, &shape, Loss::CrossEntropy, optimizer, 0.0, ROWS);
        let (outcomes, _) = alone(&rows, &network(wolfe(&[])), 20);
        let evaluations: u64 = outcomes.iter().map(|outcome| outcome.evaluations).sum();
        let (plain, _) = alone(&rows, &network(named("gd", &[("learning_rate", 0.1)])), evaluations);
        let last = |outcomes: &[tuning_playground::backend::EpochOutcome]| outcomes.last().unwrap().train.loss;
        assert!(last(&outcomes) < 0.2 * last(&plain), "{activation:?}: {} {}", last(&outcomes), last(&plain));
        assert!(outcomes.iter().all(|outcome| (1..=26).contains(&outcome.evaluations)), "{outcomes:?}");
    }
}

fn every_end_is_data() {
    let tanh = shape(&[4], Activation::Tanh);
    let rows = |n| narrow(&data(&tanh, Loss::CrossEntropy, n, 4, 1));
    let made = |optimizer, n| network(3, &tanh, Loss::CrossEntropy, optimizer, 0.0, n);
    for optimizer in optimizers() {
        // One row; and a start that is no number, or far away.
        let (outcomes, parameters) = alone(&rows(1), &made(optimizer, 1), 8);
        let is_sound = parameters.iter().all(|&bits| f64::from_bits(bits).is_finite());
        assert!(is_sound || outcomes.last().unwrap().diverged_at.is_some(), "{optimizer:?}: {outcomes:?}");
        for start in [f64::NAN, f64::INFINITY, 1e30, 1e300] {
            let mut lost = made(optimizer, ROWS);
            lost.parameters.fill(start);
            let (outcomes, _) = alone(&rows(ROWS), &lost, 3);
            assert_eq!(outcomes.last().unwrap().diverged_at, Some(1), "{optimizer:?} from {start}");
        }
        // All weights 0, and a step of no length.
        let mut zeros = made(optimizer, ROWS);
        zeros.parameters.fill(0.0);
        alone(&rows(ROWS), &zeros, 5);
        let still = Optimizer { learning_rate: 0.0, ..optimizer };
        let (outcomes, parameters) = alone(&rows(ROWS), &made(still, ROWS), 3);
        let own: Vec<u64> = made(still, ROWS).parameters.iter().map(|x| x.to_bits()).collect();
        assert!(outcomes.len() == 3 && parameters == own, "{still:?}: {outcomes:?}");
        // Far too long steps end, one way or the other.
        for rate in [1e3, 1e9] {
            let (outcomes, _) = alone(&rows(ROWS), &made(Optimizer { learning_rate: rate, ..optimizer }, ROWS), 10);
            let is_told = |score: tuning_playground::backend::Score| score.loss.is_finite();
            let last = outcomes.last().unwrap();
            assert!(last.diverged_at.is_some() || is_told(last.train), "{optimizer:?} {rate}: {last:?}");
        }
    }
    let (outcomes, _) = alone(&rows(ROWS), &made(named("lbfgs", &[("learning_rate", 1e9)]), ROWS), 10);
    assert!(outcomes.last().unwrap().diverged_at.is_some_and(|step| step <= 3), "{outcomes:?}");
    // Nothing is left to learn: targets that the network says already.
    let line = shape(&[], Activation::Relu);
    let labels = Labels::Numbers(vec![0.0; 3 * ROWS]);
    let done = Rc::new(Data { labels, ..Data::clone(&narrow(&data(&line, Loss::Mse, ROWS, 0, 1))) });
    for optimizer in optimizers() {
        let mut network = network(3, &line, Loss::Mse, optimizer, 0.0, ROWS);
        network.parameters.fill(0.0);
        let (outcomes, parameters) = alone(&done, &network, 3);
        assert!(outcomes.iter().all(|outcome| outcome.train.loss == 0.0 && outcome.evaluations == 1), "{outcomes:?}");
        assert!(parameters.iter().all(|&bits| bits == 0), "{optimizer:?}");
    }
}

/// A function whose values are no numbers beyond 1.
struct Cliff;

impl Objective for Cliff {
    fn evaluate<'a>(&'a mut self, place: &'a [f64], gradient: &'a mut [f64]) -> Later<'a, f64> {
        gradient[0] = if place[0] > 1.0 { f64::NAN } else { -1.0 };
        Box::pin(ready(if place[0] > 1.0 { f64::NAN } else { -place[0] }))
    }
    fn hessian<'a>(&'a mut self, _: &'a [f64]) -> Later<'a, Symmetric> {
        Box::pin(ready(Symmetric::zeros(1)))
    }
    fn rest(&mut self, _: usize) -> Later<'_, ()> {
        Box::pin(ready(()))
    }
}

fn a_cliff_within_the_line_search_ends_it() {
    for optimizer in optimizers() {
        let (method, mut memory, mut place) = (optimizer.second_order().unwrap(), Memory::default(), [0.0]);
        for _ in 0..4 {
            let loss = finish(method.step(&mut memory, 1.0, &mut place, &mut Cliff));
            if loss.is_nan() {
                break;
            }
        }
        if optimizer == named("newton", &[]) {
            assert!((0.5..=1.0).contains(&place[0]), "{place:?}");
        }
    }
}

crate::harness::tests! {
    each_backend [
        every_backend_gives_the_same_bits_beside_whatever_company,
        a_parked_network_goes_on_elsewhere_to_the_same_bits,
    ]
    plain [
        pauses_within_steps_change_no_bit,
        what_does_not_fit_is_refused_and_changes_nothing,
        newtons_loss_never_rises_and_its_step_on_a_quadratic_is_the_last,
        lbfgs_with_a_line_search_goes_down_where_gradient_descent_crawls,
        every_end_is_data,
        a_cliff_within_the_line_search_ends_it,
    ]
}

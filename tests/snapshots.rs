//! Networks that are taken out of a population between epochs and go on in another, by every strategy of every
//! backend.
#![expect(clippy::unwrap_used, reason = "how a test fails")]

use crate::common::{ACTIVATIONS, On, backends, batches, data, narrow, network, optimizers, pick, stream, train};
use core::time::Duration;
use std::rc::Rc;
use tuning_playground::backend::{Backend, Data, EpochOutcome, Network, NetworkSpec, Population, Snapshot, Tuning};
use tuning_playground::mlp::{Activation, Loss, Shape};

const ROWS: usize = 90;

fn shape(hidden: &[usize]) -> Shape {
    Shape { inputs: 5, hidden: hidden.to_vec(), outputs: 3, activation: Activation::Relu, batch_norm: false }
}

fn rows() -> Rc<Data> {
    narrow(&data(&shape(&[]), Loss::CrossEntropy, ROWS, 20, 3))
}

/// Network `trial` of any kind.
fn any(trial: u32) -> Network {
    let mut stream = stream(u64::from(trial) + 500);
    let hidden = pick(&mut stream, &[&[][..], &[7], &[8, 8], &[9, 3, 5]]);
    let shape = Shape { activation: pick(&mut stream, &ACTIVATIONS), ..shape(hidden) };
    let (optimizer, dropout) = (pick(&mut stream, &optimizers()), pick(&mut stream, &[0.0, 0.2, 0.5]));
    network(trial, &shape, Loss::CrossEntropy, optimizer, dropout, pick(&mut stream, &[16, 37]))
}

fn population(backend: &dyn Backend, data: &Rc<Data>, networks: &[Network]) -> Box<dyn Population> {
    pollster::block_on(backend.population(Rc::clone(data), networks.to_vec())).unwrap()
}

/// Epoch `epoch` of all networks; what came of it, without its time.
fn step(population: &mut dyn Population, networks: &[Network], epoch: u64) -> Vec<EpochOutcome> {
    let all = networks.iter().enumerate().map(|(index, network)| batches(index, network, ROWS, epoch)).collect();
    let outcomes = train(population, all, Duration::MAX);
    outcomes.into_iter().map(|outcome| EpochOutcome { seconds: 0.0, ..outcome }).collect()
}

/// What each epoch of a network came to, and what it was at its end.
type Life = (Vec<EpochOutcome>, Snapshot);

/// Networks that train together without a pause.
fn lives(backend: &dyn Backend, data: &Rc<Data>, networks: &[Network], epochs: u64) -> Vec<Life> {
    let mut population = population(backend, data, networks);
    let mut outcomes = vec![Vec::new(); networks.len()];
    for outcome in (0..epochs).flat_map(|epoch| step(&mut *population, networks, epoch)) {
        outcomes[outcome.network].push(EpochOutcome { network: 0, ..outcome });
    }
    (0..).zip(outcomes).map(|(i, outcomes)| (outcomes, population.snapshot(i))).collect()
}

fn a_parked_network_goes_on_elsewhere_to_the_same_bits(on: On) {
    const EPOCHS: u64 = 4;
    let data = rows();
    for (case, backend) in (0..).zip(backends(on)) {
        let mut stream = stream(case);
        for first in [0, 20, 40] {
            let networks: Vec<_> = (first..first + 12).map(any).collect();
            let place = format!("{} by {}", backend.adapter(), backend.strategy(&networks[0].spec));
            let parked_at = 1 + u64::from(stream.below(EPOCHS as u32 - 1));
            let mut before = population(&*backend, &data, &networks);
            let mut outcomes = vec![Vec::new(); networks.len()];
            for outcome in (0..parked_at).flat_map(|epoch| step(&mut *before, &networks, epoch)) {
                outcomes[outcome.network].push(EpochOutcome { network: 0, ..outcome });
            }
            // Half of them go on, in another order, beside strangers that begin.
            let taken: Vec<usize> = (0..networks.len()).rev().filter(|i| i % 2 == 0).collect();
            let mut company: Vec<Network> = (first + 100..first + 103).map(any).collect();
            let strangers = company.len();
            company.extend(
                taken
                    .iter()
                    .map(|&i| Network { parameters: vec![0.5; networks[i].parameters.len()], ..networks[i].clone() }),
            );
            let mut after = population(&*backend, &data, &company);
            for (at, &i) in (strangers..).zip(&taken) {
                let snapshot = before.snapshot(i);
                assert_eq!(
                    u64::from(snapshot.steps),
                    parked_at * ROWS.div_ceil(networks[i].spec.max_batch) as u64,
                    "{place}"
                );
                assert!(after.restore(at, &snapshot), "{place}");
                assert_eq!(after.snapshot(at), snapshot, "{place}");
            }
            for epoch in parked_at..EPOCHS {
                for outcome in step(&mut *after, &company, epoch) {
                    if let Some(at) = outcome.network.checked_sub(strangers) {
                        outcomes[taken[at]].push(EpochOutcome { network: 0, ..outcome });
                    }
                }
            }
            let wanted = lives(&*backend, &data, &networks, EPOCHS);
            for (at, &i) in (strangers..).zip(&taken) {
                let got = (outcomes[i].clone(), after.snapshot(at));
                assert_eq!(got, wanted[i], "{place}: network {i} of {first}, parked at {parked_at}");
            }
        }
    }
}

/// In the place of another that has trained, beside networks that go on.
fn a_restored_network_takes_the_place_of_another_and_disturbs_nobody(on: On) {
    let data = rows();
    let networks: Vec<_> = (0..6).map(|trial| numbered(any(7), trial)).collect();
    for backend in backends(on) {
        let place = format!("{} by {}", backend.adapter(), backend.strategy(&networks[0].spec));
        let mut together = population(&*backend, &data, &networks);
        for epoch in 0..2 {
            step(&mut *together, &networks, epoch);
        }
        let copied = together.snapshot(1);
        assert_ne!(together.snapshot(4), copied);
        assert!(together.restore(4, &copied), "{place}");
        step(&mut *together, &networks, 2);
        let undisturbed = lives(&*backend, &data, &networks, 3);
        for i in [0, 1, 2, 3, 5] {
            assert_eq!(together.snapshot(i), undisturbed[i].1, "{place}: network {i}");
        }
        // Network 4's own order and masks from here on.
        let mut other = population(&*backend, &data, &networks[4..5]);
        assert!(other.restore(0, &copied), "{place}");
        let all = vec![batches(0, &networks[4], ROWS, 2)];
        train(&mut *other, all, Duration::MAX);
        assert_eq!(together.snapshot(4), other.snapshot(0), "{place}");
    }
}

/// The same network as trial `trial`, with initial parameters of its own.
fn numbered(network: Network, trial: u32) -> Network {
    let NetworkSpec { shape, loss, optimizer, dropout, max_batch, .. } = network.spec;
    crate::common::network(trial, &shape, loss, optimizer, dropout, max_batch)
}

fn what_does_not_fit_is_refused_and_changes_nothing(on: On) {
    let data = rows();
    let networks = [any(3)];
    for backend in backends(on) {
        let mut one = population(&*backend, &data, &networks);
        step(&mut *one, &networks, 0);
        let snapshot = one.snapshot(0);
        for numbers in [vec![], vec![1.0; snapshot.numbers.len() - 1], [&snapshot.numbers[..], &[0.0]].concat()] {
            assert!(!one.restore(0, &Snapshot { numbers, ..snapshot.clone() }), "{}", backend.adapter());
        }
        for optimizer in optimizers() {
            let fits = optimizer.rule() == networks[0].spec.optimizer.rule();
            assert_eq!(
                one.retune(0, &Tuning { optimizer, dropout: 0.1 }),
                fits,
                "{}: {optimizer:?}",
                backend.adapter()
            );
            one.retune(0, &Tuning { optimizer: networks[0].spec.optimizer, dropout: networks[0].spec.dropout });
        }
        assert_eq!(one.snapshot(0), snapshot, "{}", backend.adapter());
        step(&mut *one, &networks, 1);
        assert_eq!(one.snapshot(0), lives(&*backend, &data, &networks, 2)[0].1, "{}", backend.adapter());
    }
}

/// Other settings between two epochs are those of a network that was taken out and began with them.
fn a_retuned_network_is_one_restored_with_other_settings(on: On) {
    let data = rows();
    let networks: Vec<_> = (0..)
        .zip(optimizers().into_iter().flat_map(|optimizer| [optimizer; 2]))
        .map(|(trial, optimizer)| network(trial, &shape(&[6, 5]), Loss::CrossEntropy, optimizer, 0.1, 30))
        .collect();
    // Every other one goes on as it is.
    let retuned = (0..).zip(&networks).map(|(trial, network)| {
        let mut other = network.clone();
        if trial % 2 == 1 {
            let settings = [("l2", 0.3), ("weight_decay", 0.04), ("learning_rate", 0.02)];
            assert!(settings.into_iter().all(|(name, value)| other.spec.optimizer.set(name, value)));
            other.spec.dropout = 0.6;
        }
        other
    });
    let retuned: Vec<_> = retuned.collect();
    for backend in backends(on) {
        let place = backend.adapter();
        let mut together = population(&*backend, &data, &networks);
        step(&mut *together, &networks, 0);
        let mut wanted = population(&*backend, &data, &retuned);
        for (i, network) in retuned.iter().enumerate() {
            assert!(wanted.restore(i, &together.snapshot(i)), "{place}");
            if i % 2 == 1 {
                let tuning = Tuning { optimizer: network.spec.optimizer, dropout: network.spec.dropout };
                assert!(together.retune(i, &tuning), "{place}: {:?}", network.spec.optimizer);
            }
        }
        assert_eq!(step(&mut *together, &retuned, 1), step(&mut *wanted, &retuned, 1), "{place}");
        let before = lives(&*backend, &data, &networks, 2);
        for (i, network) in retuned.iter().enumerate() {
            assert_eq!(together.snapshot(i), wanted.snapshot(i), "{place}: {:?}", network.spec.optimizer);
            // It did change something, and nobody else.
            let is_as_before = together.snapshot(i) == before[i].1;
            assert_eq!(is_as_before, i % 2 == 0, "{place}: {:?}", network.spec.optimizer);
        }
    }
}

fn that_a_network_diverged_goes_with_it(on: On) {
    let data = rows();
    for (backend, trial) in backends(on).into_iter().flat_map(|backend| {
        let backend: Rc<dyn Backend> = backend.into();
        [11, 12, 13, 14, 15].map(|trial| (Rc::clone(&backend), trial))
    }) {
        let mut networks = vec![any(trial), any(trial)];
        networks[0].parameters.fill(1e30);
        let mut one = population(&*backend, &data, &networks);
        step(&mut *one, &networks, 0);
        let parked = one.snapshot(0);
        assert_eq!((parked.diverged_at, parked.steps), (Some(1), 1), "{}", backend.adapter());
        assert!(one.restore(1, &parked), "{}", backend.adapter());
        // NaNs are unlike themselves: their bits are not.
        let bits = |snapshot: &Snapshot| {
            let bits: Vec<u32> = snapshot.numbers.iter().map(|number| number.to_bits()).collect();
            (bits, snapshot.steps, snapshot.diverged_at)
        };
        assert_eq!(bits(&one.snapshot(1)), bits(&parked), "{}", backend.adapter());
        let healthy = population(&*backend, &data, &[any(trial)]).snapshot(0);
        assert_eq!((healthy.diverged_at, healthy.steps), (None, 0));
        assert!(one.restore(0, &healthy), "{}", backend.adapter());
        let outcomes = train(&mut *one, vec![batches(0, &networks[0], ROWS, 0)], Duration::MAX);
        assert_eq!(outcomes[0].diverged_at, None, "{}", backend.adapter());
    }
}

crate::harness::tests! {
    each_backend [
        a_parked_network_goes_on_elsewhere_to_the_same_bits,
        a_restored_network_takes_the_place_of_another_and_disturbs_nobody,
        what_does_not_fit_is_refused_and_changes_nothing,
        a_retuned_network_is_one_restored_with_other_settings,
        that_a_network_diverged_goes_with_it,
    ]
}

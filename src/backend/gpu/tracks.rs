//! The steps of an epoch as the device reads them: a list for all networks whose schedule, optimizer and batches decide the
//! same ones, whatever their learning rates. Scalars stand in it at a rate of 1, and those that grow with the rate are
//! multiplied by each network's own on the device, so that an epoch costs the host no more for every step of every network.

use crate::backend::{BatchStep, BatchSteps, StepPlan};
use crate::optimizer::MOST_SCALARS;
use std::rc::Rc;

/// Words of a step: its first row in the order, its rows, the steps of the run before it, its scalars.
pub const STEP_WORDS: usize = 3 + MOST_SCALARS;
/// Lists that a network's is looked for among, those of its neighbours.
const MOST_LOOKS: usize = 8;

/// Where the steps of a network stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Track {
    /// First word of its first step.
    pub first: u32,
    /// What scalars that grow with the learning rate are multiplied by.
    pub rate: f32,
}

/// The lists of an epoch.
#[derive(Default)]
pub struct Tracks {
    known: Vec<(Rc<StepPlan>, u32)>,
}

impl Tracks {
    /// Finds the list of a network's steps, or adds it to the epoch's words.
    pub fn place(&mut self, words: &mut Vec<u32>, steps: &BatchSteps) -> Track {
        let Some((plan, learning_rate, part)) = steps.plan() else {
            return Track { first: add(words, steps.iter().copied()), rate: 1.0 };
        };
        let near = || self.known.iter().rev().take(MOST_LOOKS);
        let known =
            near().find(|(known, _)| Rc::ptr_eq(known, plan)).or_else(|| near().find(|(known, _)| known == plan));
        let list = if let Some((_, first)) = known {
            *first
        } else {
            let first = add(words, plan.steps(1.0));
            self.known.push((plan.clone(), first));
            first
        };
        Track { first: list + (STEP_WORDS * part.start) as u32, rate: learning_rate as f32 }
    }
}

fn add(words: &mut Vec<u32>, steps: impl Iterator<Item = BatchStep>) -> u32 {
    let first = words.len() as u32;
    for step in steps {
        words.extend([step.start, step.rows, step.step]);
        words.extend(step.scalars.map(|s| (s as f32).to_bits()));
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::epoch::Course;
    use crate::backend::gpu::Strategy;
    use crate::backend::gpu::driver::DevicePopulation;
    use crate::backend::gpu::invocation::Invocation;
    use crate::backend::gpu::layered::Layered;
    use crate::backend::gpu::shuffle::PLAN_WORDS;
    use crate::backend::{Data, EpochBatches, Labels, Network, NetworkSpec};
    use crate::mlp::{Activation, Loss, Shape};
    use crate::optimizer::{self, Optimizer, RuleId};
    use crate::rng::RunId;
    use crate::schedule::{Memory, Settings};
    use std::collections::BTreeSet;
    use web_time::Instant;

    fn plan(optimizer: Optimizer, batch: usize) -> StepPlan {
        let schedule = Settings::named("one_cycle").unwrap();
        StepPlan { batch, n_train: 70, first: 3, memory: Memory::default(), optimizer, schedule }
    }

    /// Every optimizer, with and without the settings that choose another of its rules.
    fn optimizers() -> Vec<Optimizer> {
        let choices = [("amsgrad", 1.0), ("centered", 1.0), ("momentum", 0.9), ("hypergradient", 1e-4)];
        let mut all = Vec::new();
        for &name in optimizer::NAMES {
            for chosen in 0..1 << choices.len() {
                let mut optimizer = Optimizer::named(name).unwrap();
                for (_, (setting, value)) in choices.iter().enumerate().filter(|(bit, _)| chosen >> bit & 1 == 1) {
                    optimizer.set(setting, *value);
                }
                all.push(optimizer);
            }
        }
        all
    }

    /// A track times a network's rate is the network's own steps, whatever the rule; networks share it whatever their rates
    /// are.
    #[test]
    fn a_track_times_the_rate_is_the_steps() {
        let mut rules = BTreeSet::new();
        for of in optimizers() {
            rules.insert(of.rule());
            let arm = of.rule().arm();
            let (mut tracks, mut words) = (Tracks::default(), Vec::new());
            let mut length = 0;
            for learning_rate in [1e-5, 0.013, 7.0] {
                for batch in [8, 16] {
                    let unit = Optimizer { learning_rate: 1.0, ..of };
                    let steps = BatchSteps::planned(Rc::new(plan(unit, batch)), learning_rate);
                    let track = tracks.place(&mut words, &steps);
                    for (at, step) in steps.iter().enumerate() {
                        let own = &words[track.first as usize + STEP_WORDS * at..][..STEP_WORDS];
                        assert_eq!(own[..3], [step.start, step.rows, step.step]);
                        for (i, &wanted) in step.scalars.iter().enumerate() {
                            let factor = if arm.grows_with_rate(i) { track.rate } else { 1.0 };
                            let found = f64::from(f32::from_bits(own[3 + i]) * factor);
                            assert!((found - wanted).abs() <= 2e-7 * wanted.abs(), "{of:?} {i}: {found} not {wanted}");
                        }
                    }
                    let part = tracks.place(&mut words, &steps.part(2..4));
                    assert_eq!(part, Track { first: track.first + 2 * STEP_WORDS as u32, ..track });
                }
                assert!(length == 0 || words.len() == length, "{of:?}");
                length = words.len();
            }
        }
        let missed: Vec<_> = RuleId::ALL.iter().filter(|rule| !rules.contains(rule)).collect();
        assert!(missed.is_empty(), "{missed:?}");
    }

    #[test]
    fn steps_that_are_given_stand_as_they_are() {
        let (mut tracks, mut words) = (Tracks::default(), vec![7]);
        let given: BatchSteps =
            BatchSteps::planned(Rc::new(plan(Optimizer::default(), 8)), 0.1).iter().skip(1).copied().collect();
        let track = tracks.place(&mut words, &given);
        assert_eq!(track, Track { first: 1, rate: 1.0 });
        assert_eq!(f32::from_bits(words[4]), given[0].scalars[0] as f32);
    }

    /// What an epoch of many networks costs the host grows with the networks, not with their steps: it sends a head and a key
    /// for each, and the steps once a batch size. What that takes by the clock is printed.
    #[test]
    fn a_crowd_shares_its_steps() {
        const NETWORKS: usize = 4096;
        let shape =
            Shape { inputs: 2, hidden: vec![8, 8], outputs: 2, activation: Activation::Tanh, batch_norm: false };
        let networks: Vec<Network> = (0..NETWORKS)
            .map(|at| {
                let run = RunId { trial: at as u32, ..RunId::default() };
                let optimizer = Optimizer { learning_rate: 1e-3 * (at + 1) as f64, ..Optimizer::default() };
                let (seed, loss, schedule) = (1, Loss::CrossEntropy, Settings::default());
                let max_batch = [16, 32][at % 2];
                let spec = NetworkSpec {
                    run,
                    seed,
                    shape: shape.clone(),
                    loss,
                    optimizer,
                    schedule,
                    dropout: 0.0,
                    max_batch,
                    crowd: NETWORKS as u32,
                };
                spec.initial()
            })
            .collect();
        let (n_train, n_validation) = (1050, 225);
        let rows = n_train + n_validation;
        let labels = Labels::Classes(vec![0; rows]);
        let data = Rc::new(Data { x: vec![0.0; 2 * rows], columns: 2, labels, n_train, n_validation });
        let populations: [(&str, Box<dyn DevicePopulation>); 2] = [
            ("invocation", Box::new(Invocation::new(data.clone(), networks.clone(), 1))),
            ("resident", Box::new(Layered::new(data, networks.clone(), Strategy::Resident, false, 1))),
        ];
        for (name, mut population) in populations {
            let mut courses = Course::all(networks.iter().map(|network| (&network.spec, n_train)));
            let mut epochs = Vec::new();
            for epoch in 0..5 {
                let begun = Instant::now();
                let batches = |(network, course): (usize, &mut Course)| {
                    let (order, steps) = (course.order(epoch), course.next());
                    EpochBatches { network, order, steps, validates: true }
                };
                population.push_epoch(courses.iter_mut().enumerate().map(batches).collect());
                epochs.push(begun.elapsed());
                let steps = STEP_WORDS * (n_train.div_ceil(16) + n_train.div_ceil(32));
                let most = 4 * (NETWORKS * (5 + PLAN_WORDS) + steps);
                assert!(population.batches_bytes() <= most, "{name}: {} of {most}", population.batches_bytes());
                population.forget(1);
            }
            epochs.sort();
            println!("{name}: an epoch of {NETWORKS} networks takes the host {:?}", epochs[2]);
        }
    }
}

//! A trial outside of any trainer.

use super::Best;
use crate::backend::Snapshot;
use crate::schedule::Memory;
use crate::study::TrialConfig;

/// What a trial's networks are between two epochs, or after the last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrialSnapshot {
    /// The trial's number.
    pub number: u32,
    /// Epochs that it has trained.
    pub epochs: usize,
    /// One a fold and seed. Of a trial that has ended, parameters without the optimizer's state.
    pub networks: Vec<Snapshot>,
    /// Of a schedule that waits for outcomes, what each network's remembers.
    pub memories: Vec<Memory>,
    /// Where curvature is recorded, the directions that each network's was found along.
    pub warm: Vec<Vec<f32>>,
    /// Of a trial that averages the ends of its last epochs, each network's mean so far.
    pub means: Vec<Vec<f32>>,
    /// Of a trial with patience, its best epoch.
    pub best: Option<Best>,
}

/// Among words there is only the epoch that a trial goes on from: numbers travel beside them.
impl serde::Serialize for TrialSnapshot {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.epochs as u64)
    }
}

impl TrialSnapshot {
    /// The same networks as those of another trial, which goes on from here with settings of its own. Steps are counted as if
    /// all epochs had had its batch size, so that a schedule keeps its place (`per_epoch`: of each
    /// network); a momentum that is new begins at nothing, as does
    /// the wait of a schedule that waits. The page does the same by hand (`www/src/engine/snapshot-words.js`).
    #[must_use]
    pub fn handed_to(self, number: u32, before: &TrialConfig, now: &TrialConfig, per_epoch: &[u64]) -> Self {
        let [parts, wanted] = [before, now].map(|config| 1 + config.optimizer.n_slots());
        let hand = |(network, &per_epoch): (Snapshot, &u64)| {
            let mut numbers = network.numbers;
            let n = numbers.len() / parts;
            // How far an average lags behind stands last.
            let lag = numbers.split_off(numbers.len() - now.optimizer.average.map_or(0, |_| n));
            numbers.resize(n * wanted - lag.len(), 0.0);
            numbers.extend(lag);
            Snapshot { numbers, steps: per_epoch as u32 * self.epochs as u32, ..network }
        };
        let networks: Vec<Snapshot> = self.networks.into_iter().zip(per_epoch).map(hand).collect();
        let memories = match (now.schedule.waits_for_outcome(), self.memories.is_empty()) {
            (false, _) => Vec::new(),
            (true, true) => vec![Memory::default(); networks.len()],
            (true, false) => self.memories,
        };
        Self { number, networks, memories, ..self }
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> usize {
        let network = |Snapshot { numbers, wide, .. }: &Snapshot| {
            size_of::<Snapshot>() + size_of_val(&numbers[..]) + size_of_val(&wide[..])
        };
        let warm = self.warm.iter().map(|own| size_of_val(&own[..])).sum::<usize>();
        let held = self.means.iter().chain(self.best.iter().flat_map(|best| &best.weights));
        let held = held.map(|own| size_of_val(&own[..])).sum::<usize>();
        size_of::<Self>()
            + size_of_val(&self.memories[..])
            + warm
            + held
            + self.networks.iter().map(network).sum::<usize>()
    }

    /// Appends the snapshot to `words`: how many follow; number, epochs, memories, networks, directions, means, networks of the
    /// best epoch; then each memory's best loss and
    /// factor in halves and its wait; then of each network its steps, the two halves of the step at which it diverged (0 for
    /// none) and of its evaluations, how many numbers and how many wide ones follow, and these, bit by bit; then how many
    /// numbers each network's directions have, and these; likewise the means; then, where there is a best epoch, its number,
    /// the halves of its loss and of its value, and its weights.
    pub fn write(&self, words: &mut Vec<u32>) {
        let halves = |x: u64| [x as u32, (x >> 32) as u32];
        let first = words.len();
        words.push(0);
        words.extend([self.number, self.epochs as u32]);
        let best = self.best.as_ref().map_or(&[][..], |best| &best.weights);
        let counts = [self.memories.len(), self.networks.len(), self.warm.len(), self.means.len(), best.len()];
        words.extend(counts.map(|n| n as u32));
        for Memory { best, since, factor } in &self.memories {
            words.extend([best, factor].iter().flat_map(|x| halves(x.to_bits())));
            words.push(*since);
        }
        for Snapshot { numbers, wide, steps, evaluations, diverged_at } in &self.networks {
            words.push(*steps);
            words.extend([diverged_at.unwrap_or(0), *evaluations].into_iter().flat_map(halves));
            words.extend([numbers.len() as u32, wide.len() as u32]);
            words.extend(numbers.iter().map(|number| number.to_bits()));
            words.extend(wide.iter().flat_map(|number| halves(number.to_bits())));
        }
        let add = |words: &mut Vec<u32>, own: &[f32]| {
            words.push(own.len() as u32);
            words.extend(own.iter().map(|number| number.to_bits()));
        };
        self.warm.iter().chain(&self.means).for_each(|own| add(words, own));
        if let Some(Best { epoch, loss, value, .. }) = self.best.as_ref().filter(|_| !best.is_empty()) {
            words.push(*epoch);
            words.extend([loss, value].iter().flat_map(|x| halves(x.to_bits())));
            for own in best {
                add(words, own);
            }
        }
        words[first] = (words.len() - first - 1) as u32;
    }

    /// Reads all snapshots that `words` consists of. `None` of anything else.
    pub fn read(mut words: &[u32]) -> Option<Vec<Self>> {
        let whole = |low: u32, high: u32| u64::from(high) << 32 | u64::from(low);
        let number = |low, high| f64::from_bits(whole(low, high));
        let mut snapshots = Vec::new();
        while !words.is_empty() {
            let &[n_words] = words.split_off(..1)? else { return None };
            let mut words = words.split_off(..n_words as usize)?;
            let &[trial, epochs, n_memories, n_networks, n_warm, n_means, n_best] = words.split_off(..7)? else {
                return None;
            };
            let (mut memories, mut networks) = (Vec::new(), Vec::new());
            let narrow = |words: &[u32]| -> Vec<f32> { words.iter().map(|&bits| f32::from_bits(bits)).collect() };
            for _ in 0..n_memories {
                let &[best_low, best_high, factor_low, factor_high, since] = words.split_off(..5)? else { return None };
                memories.push(Memory {
                    best: number(best_low, best_high),
                    since,
                    factor: number(factor_low, factor_high),
                });
            }
            for _ in 0..n_networks {
                let &[steps, at_low, at_high, low, high, n, n_wide] = words.split_off(..7)? else { return None };
                let (at, evaluations) = (whole(at_low, at_high), whole(low, high));
                let numbers = narrow(words.split_off(..n as usize)?);
                let wide = words.split_off(..(n_wide as usize).checked_mul(2)?)?;
                let wide = wide.chunks_exact(2).map(|halves| number(halves[0], halves[1])).collect();
                networks.push(Snapshot { numbers, wide, steps, evaluations, diverged_at: (at > 0).then_some(at) });
            }
            let vectors = |words: &mut &[u32], n: u32| {
                let mut all = Vec::new();
                for _ in 0..n {
                    let &[n] = words.split_off(..1)? else { return None };
                    all.push(narrow(words.split_off(..n as usize)?));
                }
                Some(all)
            };
            let (warm, means) = (vectors(&mut words, n_warm)?, vectors(&mut words, n_means)?);
            let best = if n_best > 0 {
                let &[epoch, loss_low, loss_high, low, high] = words.split_off(..5)? else { return None };
                let (loss, value) = (number(loss_low, loss_high), number(low, high));
                Some(Best { epoch, loss, value, weights: vectors(&mut words, n_best)? })
            } else {
                None
            };
            if !words.is_empty() {
                return None;
            }
            snapshots.push(Self { number: trial, epochs: epochs as usize, networks, memories, warm, means, best });
        }
        Some(snapshots)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimizer::Optimizer;
    use crate::study::{FORMAT, Study};
    use proptest::prelude::*;
    use serde_json::{Map, json};

    #[test]
    fn a_momentum_that_is_new_begins_at_nothing_and_averages_go_on() {
        let study = json!({"format": FORMAT, "dataset": {"name": "moons"}, "fixed": {"optimizer": "sgd"}});
        let config = TrialConfig::new(&Study::check(&study).unwrap(), &Map::new());
        let with = |momentum: f64, average: Option<f64>| {
            let mut optimizer = Optimizer { average, ..config.optimizer };
            assert!(optimizer.set("momentum", momentum));
            TrialConfig { optimizer, ..config.clone() }
        };
        let handed = |numbers: &[f32], [before, now]: [f64; 2], average| {
            let networks = vec![Snapshot { numbers: numbers.to_vec(), ..Snapshot::default() }];
            let kept = TrialSnapshot { epochs: 3, networks, ..TrialSnapshot::default() };
            let found = kept.handed_to(9, &with(before, average), &with(now, average), &[7]);
            assert_eq!((found.number, found.epochs, found.networks[0].steps), (9, 3, 21));
            found.networks[0].numbers.clone()
        };
        assert_eq!(handed(&[1.0, 2.0], [0.0, 0.9], None), [1.0, 2.0, 0.0, 0.0]);
        assert_eq!(handed(&[1.0, 2.0, 5.0, 6.0], [0.9, 0.0], None), [1.0, 2.0]);
        // Behind the parameters and the buffer stands how far the average lags behind.
        assert_eq!(handed(&[1.0, 2.0, 3.0, 4.0], [0.0, 0.9], Some(0.5)), [1.0, 2.0, 0.0, 0.0, 3.0, 4.0]);
        assert_eq!(handed(&[1.0, 2.0, 5.0, 6.0, 3.0, 4.0], [0.9, 0.0], Some(0.5)), [1.0, 2.0, 3.0, 4.0]);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            trials in prop::collection::vec(
                (
                    any::<u32>(),
                    any::<u32>(),
                    prop::collection::vec(
                        (
                            any::<u32>(),
                            any::<(u64, u64)>(),
                            prop::collection::vec(any::<u32>(), 0..9),
                            prop::collection::vec(any::<u64>(), 0..5),
                        ),
                        0..4,
                    ),
                    prop::collection::vec((any::<f64>(), any::<u32>(), any::<f64>()), 0..4),
                    prop::collection::vec(prop::collection::vec(any::<f32>(), 0..4), 0..3),
                    prop::collection::vec(prop::collection::vec(any::<f32>(), 0..4), 0..3),
                ),
                0..5,
            ),
            cut in any::<prop::sample::Index>(),
        ) {
            let network = |(steps, (at, evaluations), bits, wide): (u32, (u64, u64), Vec<u32>, Vec<u64>)| Snapshot {
                numbers: bits.into_iter().map(f32::from_bits).collect(),
                wide: wide.into_iter().map(f64::from_bits).collect(),
                steps,
                evaluations,
                diverged_at: (at > 0).then_some(at),
            };
            let memory = |(best, since, factor)| Memory { best, since, factor };
            let trial = |(number, epochs, networks, memories, warm, weights): (u32, u32, Vec<_>, Vec<_>, _, Vec<_>)| TrialSnapshot {
                warm,
                means: weights.clone(),
                best: (!weights.is_empty()).then_some(Best { epoch: epochs, loss: 0.5, value: f64::NAN, weights }),
                number,
                epochs: epochs as usize,
                networks: networks.into_iter().map(network).collect(),
                memories: memories.into_iter().map(memory).collect(),
            };
            let trials: Vec<TrialSnapshot> = trials.into_iter().map(trial).collect();
            let mut words = Vec::new();
            for trial in &trials {
                trial.write(&mut words);
            }
            let mut again = Vec::new();
            for trial in TrialSnapshot::read(&words).unwrap() {
                trial.write(&mut again);
            }
            // NaNs are unlike themselves: their words are not.
            prop_assert_eq!(&again, &words);
            // A part of it is nothing, or some of the trials.
            let read = TrialSnapshot::read(&words[..cut.index(words.len() + 1)]);
            prop_assert!(read.is_none_or(|read| read.len() <= trials.len()));
        }
    }
}

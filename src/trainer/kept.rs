//! Networks of finished trials, kept within a budget of memory for whatever is asked of them later.

use crate::backend::NetworkSpec;
use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// What is kept takes this much at most, the best trial excepted, which always stays.
const BUDGET_BYTES: usize = 256 << 20;

/// A network's specification and its final parameters, flat, in PyTorch's order.
pub type Final = (NetworkSpec, Vec<f32>);

struct One {
    value: Option<f64>,
    bytes: usize,
    /// Empty where they were let go.
    networks: Vec<Final>,
}

/// Networks by trial number.
pub struct Kept {
    trials: BTreeMap<u32, One>,
    bytes: usize,
    budget: usize,
}

impl Default for Kept {
    fn default() -> Self {
        Self::within(BUDGET_BYTES)
    }
}

impl Kept {
    /// Nothing yet, and room for so many bytes.
    fn within(budget: usize) -> Self {
        Self { trials: BTreeMap::new(), bytes: 0, budget }
    }

    /// Keeps a trial and, where that is more than there is room for, lets the worst go: first those without a value, then
    /// by `is_better`, of equals the one with the higher number.
    pub fn insert(
        &mut self,
        number: u32,
        value: Option<f64>,
        networks: Vec<Final>,
        is_better: impl Fn(f64, f64) -> bool,
    ) {
        let of_one = |(_, parameters): &Final| size_of::<Final>() + size_of_val(&parameters[..]);
        let bytes = networks.iter().map(of_one).sum();
        self.bytes += bytes;
        self.trials.insert(number, One { value: value.filter(|value| value.is_finite()), bytes, networks });
        while self.bytes > self.budget {
            let mut worst: Option<&mut One> = None;
            let mut n = 0;
            for one in self.trials.values_mut().filter(|one| one.bytes > 0) {
                n += 1;
                let stays = match (&worst, one.value) {
                    (Some(worst), Some(value)) => worst.value.is_none_or(|worst| is_better(value, worst)),
                    _ => false,
                };
                if !stays {
                    worst = Some(one);
                }
            }
            let Some(worst) = worst.filter(|_| n > 1) else { return };
            self.bytes -= core::mem::take(&mut worst.bytes);
            worst.networks = Vec::new();
        }
    }

    /// A trial's networks, one a seed.
    ///
    /// # Errors
    /// [`Error::NoSuchTrial`], [`Error::LetGo`].
    pub fn get(&self, number: u32) -> Result<&[Final]> {
        match self.trials.get(&number) {
            Some(one) if one.bytes > 0 => Ok(&one.networks),
            Some(_) => Err(Error::LetGo { number, limit_mb: (self.budget >> 20) as u64 }),
            None => {
                let kept = self.trials.iter().filter(|(_, one)| one.bytes > 0);
                let numbers: Vec<String> = kept.map(|(number, _)| number.to_string()).collect();
                Err(Error::NoSuchTrial { number, accepted: numbers.join(", ") })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mlp::{Activation, Loss, Shape};
    use crate::optimizer::Optimizer;
    use crate::rng::RunId;

    /// A trial's network; its parameters tell which trial's it is.
    fn network(number: u32) -> Final {
        let network = NetworkSpec {
            run: RunId::default(),
            seed: 0,
            shape: Shape { inputs: 1, hidden: vec![], outputs: 1, activation: Activation::Relu },
            loss: Loss::Mse,
            optimizer: Optimizer::default(),
            schedule: crate::schedule::Settings::default(),
            dropout: 0.0,
            max_batch: 1,
            crowd: 1,
        };
        (network, vec![number as f32; 250])
    }

    const BYTES: usize = size_of::<Final>() + 1000;

    fn kept(values: &[Option<f64>], room: usize, is_better: fn(f64, f64) -> bool) -> Vec<u32> {
        let mut kept = Kept::within(room);
        for (number, &value) in (0..).zip(values) {
            kept.insert(number, value, vec![network(number)], is_better);
        }
        assert!(kept.bytes <= room.max(BYTES), "{} of {room}", kept.bytes);
        let numbers = 0..values.len() as u32;
        let is_kept = |&number: &u32| match kept.get(number) {
            Ok(networks) => networks[0].1 == vec![number as f32; 250],
            Err(error) => {
                assert!(matches!(error, Error::LetGo { number: let_go, .. } if let_go == number), "{error}");
                false
            }
        };
        numbers.filter(is_kept).collect()
    }

    #[test]
    fn the_best_stay_and_what_was_let_go_is_named() {
        let less: fn(f64, f64) -> bool = |a, b| a < b;
        let more: fn(f64, f64) -> bool = |a, b| a > b;
        let values = [Some(3.0), None, Some(1.0), Some(f64::NAN), Some(2.0), Some(1.0), Some(-0.5)];
        assert_eq!(kept(&values, 7 * BYTES, less), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(kept(&values, 3 * BYTES, less), [2, 5, 6]);
        assert_eq!(kept(&values, 2 * BYTES + BYTES / 2, less), [2, 6]);
        assert_eq!(kept(&values, 2 * BYTES, more), [0, 4]);
        // The best stays, however large it is.
        assert_eq!(kept(&values, 0, less), [6]);
        assert_eq!(kept(&[None, None], 0, less), [0]);
    }

    #[test]
    fn a_number_that_never_ended_is_answered_with_those_that_are_kept() {
        let mut kept = Kept::within(BYTES);
        kept.insert(4, Some(2.0), vec![network(4)], |a, b| a < b);
        kept.insert(7, Some(1.0), vec![network(7)], |a, b| a < b);
        assert_eq!(kept.get(1).unwrap_err(), Error::NoSuchTrial { number: 1, accepted: "7".into() });
        assert_eq!(kept.get(4).unwrap_err(), Error::LetGo { number: 4, limit_mb: 0 });
    }

    #[test]
    fn the_order_in_which_trials_end_decides_nothing_but_among_equals() {
        let values: Vec<Option<f64>> = (0..40).map(|i| (i % 5 != 0).then(|| f64::from(i * 17 % 40))).collect();
        let mut sorted: Vec<(u32, f64)> = (0..).zip(&values).filter_map(|(i, value)| Some((i, (*value)?))).collect();
        sorted.sort_by(|a, b| a.1.total_cmp(&b.1));
        let mut best: Vec<u32> = sorted[..9].iter().map(|&(number, _)| number).collect();
        best.sort_unstable();
        assert_eq!(kept(&values, 9 * BYTES, |a, b| a < b), best);
    }
}

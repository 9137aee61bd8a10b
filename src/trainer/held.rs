//! Weights of a trial that are not just what its last step left: an average of them, and those of its best epoch, to which
//! patience goes back.

use crate::study::TrialConfig;

/// A trial's best epoch so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Best {
    /// The epoch, from 1.
    pub epoch: u32,
    /// Its validation loss.
    pub loss: f64,
    /// What the study compares, there.
    pub value: f64,
    /// The weights of each network.
    pub weights: Vec<Vec<f32>>,
}

/// What is held of a trial's weights beside its networks.
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// The weights of each network that the present epoch is scored by.
    pub now: Vec<Vec<f32>>,
    /// The mean of each network's weights at the ends of its last epochs, once there is one.
    pub means: Vec<Vec<f32>>,
    /// The best epoch, of a trial with patience.
    pub best: Option<Best>,
}

/// The mean of `n` vectors out of that of the first `n - 1` and the last.
fn follow(mean: &mut [f32], last: &[f32], n: usize) {
    for (mean, &last) in mean.iter_mut().zip(last) {
        let before = f64::from(*mean);
        *mean = (before + (f64::from(last) - before) / n as f64) as f32;
    }
}

impl Held {
    /// Takes the weights of a network, with its running statistics, at the end of an epoch (from 1) into their mean.
    pub fn take_end(&mut self, at: usize, weights: &[f32], (epoch, config): (usize, &TrialConfig)) {
        let n = (1..=epoch).filter(|&epoch| config.is_averaged_end(epoch)).count();
        match self.means.get_mut(at) {
            Some(mean) => follow(mean, weights, n),
            None => self.means.push(weights.to_vec()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_follows_what_comes_one_by_one() {
        let mut mean = vec![1.0, -2.0];
        for (n, last) in (2..).zip([[3.0, 0.0], [5.0, 5.0], [7.0, 1.0]]) {
            follow(&mut mean, &last, n);
        }
        assert_eq!(mean, [4.0, 1.0]);
    }
}

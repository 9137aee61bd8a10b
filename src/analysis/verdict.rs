//! How right a network is about rows whose answers are known.

use super::forward::{named, shares};
use crate::kernels::Labels;
use crate::mlp::Loss;
use crate::order::by_key;
use serde::Serialize;

/// Bins of the calibration error, as Naeini et al. 2015 and Guo et al. 2017 have them.
const BINS: usize = 10;

/// One row that a network is wrong about, or least right.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Mistake {
    /// The row's number among all.
    pub row: u32,
    /// Its class, or its number.
    pub truth: f64,
    /// What the network says instead; NaN where that is no number.
    pub said: f64,
    /// The probability of the class that it names; of numbers NaN, as is the next.
    pub share: f64,
    /// The probability of the row's own class.
    pub of_truth: f64,
    /// The row's part of the loss, times the rows.
    pub loss: f64,
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Verdict {
    /// Rows.
    pub n: usize,
    /// Their mean loss; NaN of no rows.
    pub loss: f64,
    /// The share that is named rightly, or R^2; NaN where that is not defined.
    pub metric: f64,
    /// How far the network's probabilities of what it names are from how often it is right, over ten bins; NaN of numbers.
    pub calibration: f64,
    /// Rows of each class (row by row) by the class that they are taken for; empty of numbers. A row of which the network says
    /// nothing that is a number is in none.
    pub confusion: Vec<u32>,
    /// The rows with the largest losses, largest first.
    pub worst: Vec<Mistake>,
}

/// What numbers are in their own units: times the second, plus the first.
pub type Unit = (f64, f64);

/// The verdict over some `rows` by their `labels`, `said` the network's outputs for them, with the `most` worst of them. Of
/// classes only those are listed that are taken for another.
pub fn verdict(labels: &Labels<f32>, loss: Loss, unit: Unit, rows: &[u32], said: &[f32], most: usize) -> Verdict {
    let width = said.len() / rows.len().max(1);
    let of_row = |(&row, said): (&u32, &[f32])| match labels {
        Labels::Classes(classes) => class(row, classes[row as usize] as usize, loss, said),
        Labels::Numbers(numbers) => number(row, numbers[row as usize], unit, said),
    };
    let judged: Vec<Mistake> =
        if width == 0 { Vec::new() } else { rows.iter().zip(said.chunks_exact(width)).map(of_row).collect() };
    let n = judged.len();
    let mean = |sum: f64| sum / n as f64;
    let is_class = matches!(labels, Labels::Classes(_));
    let right = |one: &&Mistake| one.said.total_cmp(&one.truth).is_eq();
    let mut found = Verdict {
        n,
        loss: mean(judged.iter().map(|one| one.loss).sum()),
        metric: if is_class { mean(judged.iter().filter(right).count() as f64) } else { r_squared(&judged) },
        calibration: if is_class { calibration(&judged) } else { f64::NAN },
        ..Verdict::default()
    };
    if is_class {
        found.confusion = vec![0; width * width];
        for one in judged.iter().filter(|one| one.said.is_finite()) {
            if let Some(cell) = found.confusion.get_mut(one.truth as usize * width + one.said as usize) {
                *cell += 1;
            }
        }
    }
    let listed = judged.into_iter().filter(|one| !is_class || !right(&one)).collect();
    // Losses are none below 0, whose bits are in their order; what is no number is worst.
    found.worst = by_key(listed, |one: &Mistake| {
        u64::MAX - if one.loss.is_nan() { u64::MAX } else { one.loss.max(0.0).to_bits() }
    });
    found.worst.truncate(most);
    found
}

fn class(row: u32, truth: usize, loss: Loss, said: &[f32]) -> Mistake {
    let shares = shares(loss, said);
    let share = |class: usize| shares.get(class).map_or(f64::NAN, |&share| f64::from(share));
    let own = match loss {
        Loss::CrossEntropy => {
            let largest = said.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let rest: f64 = said.iter().map(|x| libm::exp(f64::from(x - largest))).sum();
            libm::log(rest) + f64::from(largest) - said.get(truth).map_or(f64::NAN, |&x| f64::from(x))
        }
        Loss::Mse => {
            let off = |(at, &x): (usize, &f32)| f64::from(x) - f64::from(u8::from(at == truth));
            said.iter().enumerate().map(off).map(|x| x * x).sum::<f64>() / said.len() as f64
        }
    };
    let taken = named(said);
    Mistake {
        row,
        truth: truth as f64,
        said: taken.map_or(f64::NAN, |class| class as f64),
        share: taken.map_or(f64::NAN, share),
        of_truth: share(truth),
        loss: own,
    }
}

fn number(row: u32, truth: f32, (mean, scale): Unit, said: &[f32]) -> Mistake {
    let own = |x: f32| mean + scale * f64::from(x);
    let (truth, said) = (own(truth), said.first().map_or(f64::NAN, |&x| own(x)));
    Mistake { row, truth, said, share: f64::NAN, of_truth: f64::NAN, loss: (said - truth) * (said - truth) }
}

/// 1 - the mean squared error over the variance; NaN of fewer than two unlike numbers.
fn r_squared(judged: &[Mistake]) -> f64 {
    if judged.windows(2).all(|pair| pair[0].truth.total_cmp(&pair[1].truth).is_eq()) {
        return f64::NAN;
    }
    let mean = judged.iter().map(|one| one.truth).sum::<f64>() / judged.len() as f64;
    let spread: f64 = judged.iter().map(|one| (one.truth - mean) * (one.truth - mean)).sum();
    1.0 - judged.iter().map(|one| one.loss).sum::<f64>() / spread
}

fn calibration(judged: &[Mistake]) -> f64 {
    let mut bins = [(0.0, 0.0); BINS];
    for one in judged.iter().filter(|one| one.share.is_finite()) {
        let (share, right) = &mut bins[((one.share * BINS as f64) as usize).min(BINS - 1)];
        *share += one.share;
        *right += f64::from(u8::from(one.said.total_cmp(&one.truth).is_eq()));
    }
    bins.iter().map(|(share, right): &(f64, f64)| (share - right).abs()).sum::<f64>() / judged.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As scikit-learn's `log_loss`, `accuracy_score` and `confusion_matrix` have it for these probabilities.
    #[test]
    fn classes_are_counted_by_what_they_are_taken_for() {
        let labels = Labels::Classes(vec![9, 0, 1, 1, 2]);
        let logits = |shares: [f32; 3]| shares.map(libm::logf);
        let said =
            [logits([0.7, 0.2, 0.1]), logits([0.1, 0.6, 0.3]), logits([0.5, 0.4, 0.1]), logits([0.9, 0.05, 0.05])]
                .concat();
        let found = verdict(&labels, Loss::CrossEntropy, (0.0, 1.0), &[1, 2, 3, 4], &said, 9);
        assert_eq!(found.n, 4);
        assert!((found.loss - 1.194_880_9).abs() < 1e-5, "{}", found.loss);
        assert!((found.metric - 0.5).abs() < 1e-12);
        assert_eq!(found.confusion, [1, 0, 0, 1, 1, 0, 1, 0, 0]);
        // |0.7 - 1| + |0.6 - 1| + 0.5 + 0.9, each in a bin of its own, over 4.
        assert!((found.calibration - 2.1 / 4.0).abs() < 1e-6, "{}", found.calibration);
        // Worst first, and what is right is not listed.
        assert_eq!(found.worst.iter().map(|one| one.row).collect::<Vec<_>>(), [4, 3]);
        assert!((found.worst[0].share - 0.9).abs() < 1e-6 && (found.worst[0].of_truth - 0.05).abs() < 1e-6);
        let short = verdict(&labels, Loss::CrossEntropy, (0.0, 1.0), &[1, 2, 3, 4], &said, 1);
        assert_eq!(short.worst, found.worst[..1]);
    }

    #[test]
    fn numbers_are_held_against_theirs_in_their_own_units() {
        let labels = Labels::Numbers(vec![-1.0, 0.0, 1.0]);
        let found = verdict(&labels, Loss::Mse, (10.0, 2.0), &[0, 1, 2], &[-1.0, 0.5, 0.0], 2);
        // Truth 8, 10, 12; said 8, 11, 10.
        assert!((found.loss - 5.0 / 3.0).abs() < 1e-9);
        assert!((found.metric - (1.0 - 5.0 / 8.0)).abs() < 1e-9);
        assert!(found.calibration.is_nan() && found.confusion.is_empty());
        let worst = found.worst[0];
        assert_eq!((worst.row, worst.truth.to_bits(), worst.said.to_bits()), (2, 12_f64.to_bits(), 10_f64.to_bits()));
        assert_eq!(found.worst.len(), 2);
    }

    #[test]
    fn outputs_that_are_no_numbers_are_worst_and_in_no_cell() {
        let labels = Labels::Classes(vec![0, 1]);
        let said = [f32::NAN, f32::NAN, 5.0, -5.0];
        let found = verdict(&labels, Loss::CrossEntropy, (0.0, 1.0), &[0, 1], &said, 5);
        assert_eq!(found.confusion, [0, 0, 1, 0]);
        assert_eq!(found.worst.iter().map(|one| one.row).collect::<Vec<_>>(), [0, 1]);
        assert!(found.loss.is_nan() && found.metric.abs() < 1e-12);
        let wild = verdict(&Labels::Numbers(vec![1.0, 2.0]), Loss::Mse, (0.0, 1.0), &[0, 1], &[f32::INFINITY, 2.0], 5);
        assert_eq!(wild.worst[0].row, 0);
        assert!(wild.loss.is_infinite());
    }

    #[test]
    fn no_rows_and_equal_rows_have_no_scores() {
        let none = verdict(&Labels::Classes(vec![]), Loss::CrossEntropy, (0.0, 1.0), &[], &[], 3);
        assert!(none.n == 0 && none.loss.is_nan() && none.metric.is_nan() && none.worst.is_empty());
        let equal = verdict(&Labels::Numbers(vec![2.0, 2.0]), Loss::Mse, (0.0, 1.0), &[0, 1], &[2.0, 2.0], 3);
        assert!(equal.metric.is_nan() && equal.loss.abs() < 1e-12);
        // One class alone: everything is right.
        let one = verdict(&Labels::Classes(vec![0, 0]), Loss::CrossEntropy, (0.0, 1.0), &[0, 1], &[3.0, 1.0], 3);
        assert_eq!((one.confusion, one.worst.len()), (vec![2], 0));
        assert!(one.loss.abs() < 1e-12);
    }

    #[test]
    fn squared_losses_of_classes_are_means_over_the_outputs() {
        let labels = Labels::Classes(vec![1]);
        let found = verdict(&labels, Loss::Mse, (0.0, 1.0), &[0], &[0.5, 0.25], 3);
        assert!((found.loss - f64::midpoint(0.25, 0.5625)).abs() < 1e-9);
        assert!((found.worst[0].share - 2.0 / 3.0).abs() < 1e-6);
    }
}

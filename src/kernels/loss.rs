//! The loss of a batch and its gradient at the outputs. Twin of `shaders/loss.wgsl`.

use super::{Labels, Real};
use crate::mlp::Loss;

/// Losses of a batch.
#[derive(Clone, Debug)]
pub struct BatchLoss<T> {
    /// Sum over the rows of each row's loss.
    pub sum: T,
    /// Rows whose largest output (the first of equals) is their class.
    pub correct: u32,
    /// `d(mean loss)/dz`, B x O.
    pub delta: Vec<T>,
}

/// Loss and gradient of outputs `z` (B x O) for these `rows` of the labels; the gradient is that of the batch's mean.
pub fn reference<T: Real>(kind: Loss, z: &[T], outputs: usize, labels: &Labels<T>, rows: &[u32]) -> BatchLoss<T> {
    let n = T::of(rows.len() as f64);
    let mut result = BatchLoss { sum: T::zero(), correct: 0, delta: Vec::with_capacity(z.len()) };
    for (z, &row) in z.chunks_exact(outputs).zip(rows) {
        match (kind, labels) {
            (Loss::CrossEntropy, Labels::Classes(classes)) => {
                let class = classes[row as usize] as usize;
                let largest = z.iter().copied().fold(T::neg_infinity(), T::max);
                let sum: T = z.iter().map(|&z| (z - largest).exp()).sum();
                result.sum += sum.ln() + largest - z[class];
                result.correct += u32::from(z.iter().position(|&z| z == largest) == Some(class));
                result.delta.extend(z.iter().enumerate().map(|(unit, &z)| {
                    let target = if unit == class { T::one() } else { T::zero() };
                    ((z - largest).exp() / sum - target) / n
                }));
            }
            (Loss::Mse, Labels::Numbers(targets)) => {
                let targets = &targets[row as usize * outputs..][..outputs];
                let width = T::of(outputs as f64);
                let squares: T = z.iter().zip(targets).map(|(&z, &y)| (z - y) * (z - y)).sum();
                result.sum += squares / width;
                result.delta.extend(z.iter().zip(targets).map(|(&z, &y)| T::of(2.0) * (z - y) / (n * width)));
            }
            _ => unreachable!("the study's check lets only a loss of the task through"),
        }
    }
    result
}

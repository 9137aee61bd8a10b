//! Symmetric matrices, and equations of them.

use super::{Objective, add, dot};

/// A symmetric matrix. Only its lower triangle means something.
#[derive(Clone, Debug)]
pub struct Symmetric {
    /// Rows.
    pub n: usize,
    /// N x N, row major. The triangle above the diagonal is the place of a factor.
    pub numbers: Vec<f64>,
}

impl Symmetric {
    /// All 0.
    pub fn zeros(n: usize) -> Self {
        Self { n, numbers: vec![0.0; n * n] }
    }

    /// The number at row `i` and column `j`.
    pub fn at(&self, i: usize, j: usize) -> f64 {
        self.numbers[i.max(j) * self.n + i.min(j)]
    }

    /// No eigenvalue's magnitude is above this (Gershgorin). NaN where a number is.
    pub fn reach(&self) -> f64 {
        let mut sums = vec![0.0; self.n];
        for (i, row) in self.numbers.chunks_exact(self.n.max(1)).enumerate() {
            for (j, x) in row[..i].iter().enumerate() {
                sums[i] += x.abs();
                sums[j] += x.abs();
            }
            sums[i] += row[i].abs();
        }
        super::largest(&sums)
    }

    /// The solution of `(self + damping I) d = b`, by Cholesky's factor; `None` where that matrix is not positive definite.
    pub async fn solve(&mut self, damping: f64, b: &[f64], objective: &mut dyn Objective) -> Option<Vec<f64>> {
        let n = self.n;
        let mut diagonal: Vec<f64> = (0..n).map(|i| self.numbers[i * n + i] + damping).collect();
        for i in 0..n {
            for j in 0..i {
                self.numbers[j * n + i] = self.numbers[i * n + j];
            }
        }
        let mut d = b.to_vec();
        for j in 0..n {
            let is_positive = diagonal[j] > 0.0 && diagonal[j].is_finite();
            if !is_positive {
                return None;
            }
            diagonal[j] = diagonal[j].sqrt();
            let (above, below) = self.numbers.split_at_mut((j + 1) * n);
            let row = &mut above[j * n + j + 1..];
            for x in &mut *row {
                *x /= diagonal[j];
            }
            d[j] /= diagonal[j];
            let done = d[j];
            add(&mut d[j + 1..], -done, row);
            for (k, &x) in row.iter().enumerate() {
                diagonal[j + 1 + k] -= x * x;
                add(&mut below[k * n + j + 2 + k..(k + 1) * n], -x, &row[k + 1..]);
            }
            objective.rest((n - j) * (n - j) / 2).await;
        }
        for j in (0..n).rev() {
            d[j] = (d[j] - dot(&self.numbers[j * n + j + 1..(j + 1) * n], &d[j + 1..])) / diagonal[j];
        }
        Some(d)
    }
}

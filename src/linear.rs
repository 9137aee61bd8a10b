//! Small dense linear algebra, with sums in one order: the same bits natively and in WASM.

/// The sum of products, in four sums side by side: one alone would wait for each of its additions.
#[inline]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    // As long as the shorter one: chunks of both must be of the same places.
    let n = a.len().min(b.len());
    let (a_fours, a_rest) = a[..n].as_chunks::<4>();
    let (b_fours, b_rest) = b[..n].as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (a, b) in a_fours.iter().zip(b_fours) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// A lower triangular matrix, row by row, whole rows.
pub struct Lower {
    /// Rows.
    pub n: usize,
    /// Row by row, whole rows; what is above the diagonal means nothing.
    pub numbers: Vec<f64>,
}

impl Lower {
    /// The Cholesky factor of a symmetric matrix, of which the lower half counts; `None` where rounding has made it
    /// indefinite.
    pub fn factor(n: usize, mut numbers: Vec<f64>) -> Option<Self> {
        for i in 0..n {
            for j in 0..=i {
                let (above, own) = numbers.split_at(i * n);
                let other = if i == j { &own[..j] } else { &above[j * n..j * n + j] };
                let known = dot(&own[..j], other);
                let rest = numbers[i * n + j] - known;
                if i == j && !(rest > 0.0 && rest.is_finite()) {
                    return None;
                }
                numbers[i * n + j] = if i == j { rest.sqrt() } else { rest / numbers[j * n + j] };
            }
        }
        Some(Self { n, numbers })
    }

    /// `x` of `L x = b`, in the place of `b`.
    pub fn forward(&self, x: &mut [f64]) {
        for i in 0..self.n {
            let row = &self.numbers[i * self.n..][..i];
            let known = dot(row, &x[..i]);
            x[i] = (x[i] - known) / self.numbers[i * self.n + i];
        }
    }

    /// `x` of `L^T x = b`, in the place of `b`.
    pub fn backward(&self, x: &mut [f64]) {
        for i in (0..self.n).rev() {
            let known: f64 = (i + 1..self.n).map(|j| self.numbers[j * self.n + i] * x[j]).sum();
            x[i] = (x[i] - known) / self.numbers[i * self.n + i];
        }
    }

    /// The inverse of the matrix that was factored, row by row.
    #[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
    pub fn inverse(&self) -> Vec<f64> {
        let n = self.n;
        // First that of the factor, column by column, kept as rows.
        let mut columns = vec![0.0; n * n];
        for j in 0..n {
            let column = &mut columns[j * n..(j + 1) * n];
            column[j] = 1.0 / self.numbers[j * n + j];
            for i in j + 1..n {
                let row = &self.numbers[i * n..][..i];
                let known = dot(&row[j..], &column[j..i]);
                column[i] = -known / self.numbers[i * n + i];
            }
        }
        let mut inverse = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                let (a, b) = (&columns[i * n + i..(i + 1) * n], &columns[j * n + i..(j + 1) * n]);
                let product = dot(a, b);
                (inverse[i * n + j], inverse[j * n + i]) = (product, product);
            }
        }
        inverse
    }
}

/// Jacobi's rotations: all eigenvalues of a small symmetric matrix, largest first, with their vectors.
pub fn jacobi(mut a: Vec<Vec<f64>>) -> (Vec<f64>, Vec<Vec<f64>>) {
    let n = a.len();
    let mut v: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for _ in 0..30 {
        let off: f64 = (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i][j] * a[i][j]).sum();
        let on: f64 = (0..n).map(|i| a[i][i] * a[i][i]).sum();
        if off <= 1e-30 * on || off == 0.0 {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                if a[p][q] == 0.0 {
                    continue;
                }
                let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
                let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                let t = if theta == 0.0 { 1.0 } else { t };
                let c = 1.0 / (t * t + 1.0).sqrt();
                let s = t * c;
                for row in &mut a {
                    (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
                }
                let (head, tail) = a.split_at_mut(q);
                for (x, y) in head[p].iter_mut().zip(&mut tail[0]) {
                    (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
                }
                for row in &mut v {
                    (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
                }
            }
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| a[j][j].total_cmp(&a[i][i]));
    let values = order.iter().map(|&i| a[i][i]).collect();
    let vectors = order.iter().map(|&i| v.iter().map(|row| row[i]).collect()).collect();
    (values, vectors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    #[test]
    fn an_inverse_times_its_matrix_is_one() {
        let n = 7;
        let mut stream = Stream::new([3, 4]);
        let a: Vec<f64> = (0..n * n).map(|_| stream.normal()).collect();
        let product = |i: usize, j: usize| -> f64 { (0..n).map(|k| a[i * n + k] * a[j * n + k]).sum() };
        let matrix: Vec<f64> = (0..n * n).map(|at| product(at / n, at % n)).collect();
        let inverse = Lower::factor(n, matrix.clone()).expect("positive").inverse();
        for i in 0..n {
            for j in 0..n {
                let own: f64 = (0..n).map(|k| inverse[i * n + k] * matrix[k * n + j]).sum();
                assert!((own - f64::from(u8::from(i == j))).abs() < 1e-9);
            }
        }
    }
}

//! A Gaussian process with Matern's kernel of order 5/2, its lengths fitted by their posterior (priors as in Optuna 5), and the
//! expected improvement over it with its slopes.

use super::descent::minimise;
use crate::linear::{Lower, dot};
use core::f64::consts::{PI, SQRT_2};

/// The least variance of noise.
const LEAST_NOISE: f64 = 1e-6;
/// Steps of a fit, and the slope at which it ends.
const FIT_STEPS: usize = 40;
const FIT_TOLERANCE: f64 = 1e-2;
/// Logarithms of lengths, scale and noise stay within.
const WITHIN: [f64; 2] = [-16.0, 12.0];
/// Added to variances, so that none is nothing.
const LEAST_VARIANCE: f64 = 1e-12;
const SQRT_5: f64 = 2.236_067_977_499_79;

/// How much places have in common.
#[derive(Clone, Debug)]
pub struct Lengths {
    /// One over the square of each axis's length.
    pub inverse: Vec<f64>,
    /// The process's own variance.
    pub scale: f64,
    /// The variance of noise.
    pub noise: f64,
}

/// What two places differ by along an axis, squared: choices are the same or not.
#[inline]
fn square(is_choice: bool, a: f64, b: f64) -> f64 {
    if is_choice { f64::from(u8::from(a != b)) } else { (a - b) * (a - b) }
}

/// The kernel of a squared distance in lengths, and its slope over that.
#[inline]
fn matern(squared: f64) -> [f64; 2] {
    let r = SQRT_5 * squared.sqrt();
    let decay = libm::exp(-r);
    [(1.0 + r + r * r / 3.0) * decay, -5.0 / 6.0 * (1.0 + r) * decay]
}

impl Lengths {
    fn of(logs: &[f64]) -> Self {
        let d = logs.len() - 2;
        let inverse = logs[..d].iter().map(|&log| libm::exp(log)).collect();
        Self { inverse, scale: libm::exp(logs[d]), noise: libm::exp(logs[d + 1]) + LEAST_NOISE }
    }

    fn logs(&self) -> Vec<f64> {
        let noise = (self.noise - LEAST_NOISE).max(1e-7);
        self.inverse.iter().copied().chain([self.scale, noise]).map(libm::log).collect()
    }

    /// The lengths that are likeliest after what is known, from where an earlier fit ended or from the beginning.
    pub fn fit(start: Option<&Self>, is_choice: &[bool], points: &[&[f64]], z: &[f64]) -> Self {
        let first = Self { inverse: vec![1.0; is_choice.len()], scale: 1.0, noise: 0.01 };
        let squares = Squares::of(is_choice, points);
        let unlikely = |logs: &[f64], slopes: &mut [f64]| squares.unlikelihood(logs, z, slopes);
        let from = |lengths: &Self| minimise(lengths.logs(), Some(WITHIN), FIT_STEPS, FIT_TOLERANCE, unlikely);
        let (logs, value) = from(start.unwrap_or(&first));
        // A fit that got stuck begins anew.
        let (logs, value) = if value.is_finite() { (logs, value) } else { from(&first) };
        if value.is_finite() { Self::of(&logs) } else { first }
    }
}

/// Squared differences of all pairs, by axis: pairs of a lower triangle without its diagonal, row by row.
struct Squares {
    n: usize,
    by_axis: Vec<Vec<f64>>,
}

impl Squares {
    fn of(is_choice: &[bool], points: &[&[f64]]) -> Self {
        let axis = |(d, &is_choice): (usize, &bool)| {
            let pairs = (0..points.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
            pairs.map(|(i, j)| square(is_choice, points[i][d], points[j][d])).collect()
        };
        Self { n: points.len(), by_axis: is_choice.iter().enumerate().map(axis).collect() }
    }

    /// Minus the logarithm of the posterior, but for a constant, with its slopes over the logarithms of lengths, scale and noise.
    fn unlikelihood(&self, logs: &[f64], z: &[f64], slopes: &mut [f64]) -> f64 {
        let (n, d) = (self.n, self.by_axis.len());
        let Lengths { inverse, scale, noise } = Lengths::of(logs);
        let n_pairs = n * n.saturating_sub(1) / 2;
        let mut squared = vec![0.0; n_pairs];
        for (axis, inverse) in self.by_axis.iter().zip(&inverse) {
            for (to, square) in squared.iter_mut().zip(axis) {
                *to += inverse * square;
            }
        }
        let kernels: Vec<[f64; 2]> = squared.into_iter().map(matern).collect();
        let mut numbers = vec![0.0; n * n];
        let mut at = 0;
        for i in 0..n {
            for j in 0..i {
                numbers[i * n + j] = scale * kernels[at][0];
                at += 1;
            }
            numbers[i * n + i] = scale + noise;
        }
        let Some(factor) = Lower::factor(n, numbers) else { return f64::INFINITY };
        let mut alpha = z.to_vec();
        factor.forward(&mut alpha);
        let fit = dot(&alpha, &alpha);
        factor.backward(&mut alpha);
        let volume: f64 = (0..n).map(|i| libm::log(factor.numbers[i * n + i])).sum();
        let inverse_matrix = factor.inverse();
        // Slopes of the likelihood over a number of the matrix, twice over as pairs stand there twice.
        let (mut of_scale, mut of_noise) = (0.0, 0.0);
        let mut by_pair = vec![0.0; n_pairs];
        at = 0;
        for i in 0..n {
            for j in 0..i {
                let own = alpha[i] * alpha[j] - inverse_matrix[i * n + j];
                of_scale += own * kernels[at][0];
                by_pair[at] = own * scale * kernels[at][1];
                at += 1;
            }
            let own = 0.5 * (alpha[i] * alpha[i] - inverse_matrix[i * n + i]);
            of_scale += own;
            of_noise += own;
        }
        let mut value = 0.5 * fit + volume;
        for k in 0..d {
            let x = inverse[k];
            let likelihood = dot(&by_pair, &self.by_axis[k]) * x;
            // The prior: neither much longer nor much shorter than the range.
            value += 0.1 / x + 0.1 * x;
            slopes[k] = -likelihood - 0.1 / x + 0.1 * x;
        }
        // Gamma(2, 1) of the scale, gamma(1.1, 30) of the noise.
        value += scale - libm::log(scale) + 30.0 * noise - 0.1 * libm::log(noise);
        slopes[d] = -of_scale * scale + scale - 1.0;
        slopes[d + 1] = (-of_noise + 30.0 - 0.1 / noise) * (noise - LEAST_NOISE);
        value
    }
}

/// The process through what is known.
pub struct Fitted {
    lengths: Lengths,
    is_choice: Vec<bool>,
    points: Vec<Vec<f64>>,
    /// The points one after the other, each number over its axis's length; choices as they are.
    scaled: Vec<f64>,
    z: Vec<f64>,
    factor: Lower,
    /// The factor's columns as rows.
    turned: Vec<f64>,
    alpha: Vec<f64>,
}

impl Fitted {
    /// `None` where rounding leaves nothing to solve.
    pub fn of(lengths: &Lengths, is_choice: &[bool], points: &[&[f64]], z: &[f64]) -> Option<Self> {
        let points = points.iter().map(|point| point.to_vec()).collect();
        Self::through(lengths.clone(), is_choice.to_vec(), points, z.to_vec())
    }

    fn through(lengths: Lengths, is_choice: Vec<bool>, points: Vec<Vec<f64>>, z: Vec<f64>) -> Option<Self> {
        let n = points.len();
        let mut numbers = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..i {
                numbers[i * n + j] = lengths.scale * matern(apart(&lengths, &is_choice, &points[i], &points[j]))[0];
            }
            numbers[i * n + i] = lengths.scale + lengths.noise;
        }
        let factor = Lower::factor(n, numbers)?;
        let mut alpha = z.clone();
        factor.forward(&mut alpha);
        factor.backward(&mut alpha);
        let turned = (0..n * n).map(|at| if at % n >= at / n { factor.numbers[at % n * n + at / n] } else { 0.0 });
        let turned = turned.collect();
        let scaled = points.iter().flat_map(|point| scaled(&lengths, &is_choice, point)).collect();
        Some(Self { lengths, is_choice, points, scaled, z, factor, turned, alpha })
    }

    /// Takes a point to come out a deviation worse than it is expected to, and no better than `best`.
    pub fn believe(&mut self, point: &[f64], best: f64) {
        let (mean, deviation, ..) = self.at(point);
        let value = (mean + deviation).max(best);
        let points = [self.points.as_slice(), &[point.to_vec()]].concat();
        let z = [self.z.as_slice(), &[value]].concat();
        if let Some(more) = Self::through(self.lengths.clone(), self.is_choice.clone(), points, z) {
            *self = more;
        }
    }

    /// What is expected at a point, the deviation from that, and what led there: the kernels' slopes, and the covariances solved
    /// half way.
    fn at(&self, point: &[f64]) -> (f64, f64, Vec<f64>, Vec<f64>) {
        let n = self.points.len();
        let (mut covariances, mut slopes) = (vec![0.0; n], vec![0.0; n]);
        let (d, has_choices) = (point.len(), self.is_choice.contains(&true));
        let own = scaled(&self.lengths, &self.is_choice, point);
        // Most of the time that a suggestion takes goes by here.
        for i in 0..n {
            let known = &self.scaled[i * d..(i + 1) * d];
            let mut squared = 0.0;
            if has_choices {
                for (k, (a, b)) in own.iter().zip(known).enumerate() {
                    let inverse = if self.is_choice[k] { self.lengths.inverse[k] } else { 1.0 };
                    squared += inverse * square(self.is_choice[k], *a, *b);
                }
            } else {
                for (a, b) in own.iter().zip(known) {
                    squared += (a - b) * (a - b);
                }
            }
            let [kernel, down] = matern(squared);
            (covariances[i], slopes[i]) = (self.lengths.scale * kernel, self.lengths.scale * down);
        }
        let mean = dot(&covariances, &self.alpha);
        self.factor.forward(&mut covariances);
        let known = dot(&covariances, &covariances);
        let deviation = ((self.lengths.scale - known).max(0.0) + LEAST_VARIANCE).sqrt();
        (mean, deviation, slopes, covariances)
    }

    /// What is expected at a point, and the deviation from that.
    pub fn expected(&self, point: &[f64]) -> [f64; 2] {
        let (mean, deviation, ..) = self.at(point);
        [mean, deviation]
    }

    /// How much places have in common.
    pub fn lengths(&self) -> &Lengths {
        &self.lengths
    }

    /// The logarithm of the expected improvement below `best`.
    pub fn improvement(&self, point: &[f64], best: f64) -> f64 {
        let (mean, deviation, ..) = self.at(point);
        libm::log(deviation) + log_gain((best - mean) / deviation)[0]
    }

    /// The same, with its slopes along the axes that have an order.
    pub fn slopes(&self, point: &[f64], best: f64, slopes: &mut [f64]) -> f64 {
        let n = self.points.len();
        let (mean, deviation, kernel_slopes, mut solved) = self.at(point);
        let [log, by_mean, by_deviation] = log_gain((best - mean) / deviation);
        // Solved to the end: row by row of the turned factor.
        for i in (0..n).rev() {
            let row = &self.turned[i * n..(i + 1) * n];
            let known = dot(&row[i + 1..], &solved[i + 1..]);
            solved[i] = (solved[i] - known) / row[i];
        }
        for (d, slope) in slopes.iter_mut().enumerate() {
            *slope = 0.0;
            if self.is_choice[d] {
                continue;
            }
            let (mut of_mean, mut of_variance) = (0.0, 0.0);
            for (i, known) in self.points.iter().enumerate() {
                let own = kernel_slopes[i] * 2.0 * self.lengths.inverse[d] * (point[d] - known[d]);
                of_mean += own * self.alpha[i];
                of_variance -= 2.0 * own * solved[i];
            }
            *slope = (-by_mean * of_mean + by_deviation * of_variance / (2.0 * deviation)) / deviation;
        }
        libm::log(deviation) + log
    }
}

/// A place whose numbers are in lengths.
fn scaled(lengths: &Lengths, is_choice: &[bool], point: &[f64]) -> Vec<f64> {
    let number = |((x, is_choice), inverse): ((&f64, &bool), &f64)| if *is_choice { *x } else { x * inverse.sqrt() };
    point.iter().zip(is_choice).zip(&lengths.inverse).map(number).collect()
}

/// The squared distance of two places, in lengths.
#[inline]
fn apart(lengths: &Lengths, is_choice: &[bool], a: &[f64], b: &[f64]) -> f64 {
    let axes = a.iter().zip(b).zip(is_choice).zip(&lengths.inverse);
    axes.map(|(((&a, &b), &is_choice), inverse)| inverse * square(is_choice, a, b)).sum()
}

/// With `h(z)` = normal density + z times its integral, the improvement expected over a standard normal number: the logarithm of
/// `h`, and the integral and the density as shares of `h`.
fn log_gain(z: f64) -> [f64; 3] {
    let log_density = -0.5 * z * z - 0.5 * libm::log(2.0 * PI);
    if z > -1.0 {
        let density = libm::exp(log_density);
        let integral = 0.5 * libm::erfc(-z / SQRT_2);
        let h = density + z * integral;
        return [libm::log(h), integral / h, density / h];
    }
    let x = -z;
    // Mills' ratio of integral and density, and what is left of 1 when x times that is taken off.
    let (mills, rest) = if x < 30.0 {
        let mills = (PI / 2.0).sqrt() * libm::exp(0.5 * x * x) * libm::erfc(x / SQRT_2);
        (mills, 1.0 - x * mills)
    } else {
        let y = 1.0 / (x * x);
        ((1.0 - y + 3.0 * y * y) / x, y - 3.0 * y * y + 15.0 * y * y * y)
    };
    [log_density + libm::log(rest), mills / rest, 1.0 / rest]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Stream;

    fn some(n: usize, d: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
        let mut stream = Stream::new([n as u32, d as u32]);
        let points: Vec<Vec<f64>> = (0..n).map(|_| (0..d).map(|_| stream.uniform_f64()).collect()).collect();
        let z = points.iter().map(|point| libm::sin(5.0 * point[0]) + 0.3 * stream.normal()).collect();
        (points, z)
    }

    #[test]
    fn slopes_are_those_of_differences() {
        let (points, z) = some(12, 3);
        let points: Vec<&[f64]> = points.iter().map(Vec::as_slice).collect();
        let is_choice = [false, false, true];
        let squares = Squares::of(&is_choice, &points);
        let logs = [0.3, -0.7, 0.2, 0.4, -2.0];
        let mut slopes = [0.0; 5];
        squares.unlikelihood(&logs, &z, &mut slopes);
        for k in 0..5 {
            let at = |step: f64| {
                let mut moved = logs;
                moved[k] += step;
                squares.unlikelihood(&moved, &z, &mut [0.0; 5])
            };
            let wanted = (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!((slopes[k] - wanted).abs() < 1e-6 * wanted.abs().max(1.0), "{k}: {} {wanted}", slopes[k]);
        }
        let lengths = Lengths::of(&logs);
        let fitted = Fitted::of(&lengths, &is_choice, &points, &z).expect("a process");
        for best in [-3.0, -1.0, 0.0, 2.0] {
            let point = [0.31, 0.77, 0.25];
            let mut slopes = [9.0; 3];
            let value = fitted.slopes(&point, best, &mut slopes);
            assert_eq!(value, fitted.improvement(&point, best));
            assert_eq!(slopes[2], 0.0);
            for d in 0..2 {
                let at = |step: f64| {
                    let mut moved = point;
                    moved[d] += step;
                    fitted.improvement(&moved, best)
                };
                let wanted = (at(1e-6) - at(-1e-6)) / 2e-6;
                assert!(
                    (slopes[d] - wanted).abs() < 1e-4 * wanted.abs().max(1.0),
                    "{best} {d}: {} {wanted}",
                    slopes[d]
                );
            }
        }
    }

    #[test]
    fn gains_have_no_seam_and_never_end() {
        for seam in [-1.0, -30.0] {
            let (left, right) = (log_gain(seam - 1e-9), log_gain(seam + 1e-9));
            for (a, b) in left.iter().zip(right) {
                assert!((a / b - 1.0).abs() < 1e-6, "{seam}: {a} {b}");
            }
        }
        for z in [-1e8, -1e3, -50.0, -5.0, 0.0, 5.0, 1e3] {
            assert!(log_gain(z).iter().all(|x| x.is_finite()), "{z}: {:?}", log_gain(z));
        }
        assert!((log_gain(0.0)[0] - libm::log(1.0 / (2.0 * PI).sqrt())).abs() < 1e-12);
    }

    #[test]
    fn a_believed_point_is_known_as_worse_than_expected_and_never_as_the_best() {
        let (points, z) = some(9, 2);
        let points: Vec<&[f64]> = points.iter().map(Vec::as_slice).collect();
        let lengths = Lengths { inverse: vec![4.0, 2.0], scale: 1.0, noise: 0.01 };
        let (there, elsewhere) = ([0.2, 0.9], [0.8, 0.1]);
        let believed = |best| {
            let mut fitted = Fitted::of(&lengths, &[false; 2], &points, &z).expect("a process");
            let before = (fitted.at(&there), fitted.at(&elsewhere));
            fitted.believe(&there, best);
            let after = (fitted.at(&there), fitted.at(&elsewhere));
            assert!(after.0.1 < 0.5 * before.0.1 && after.1.1 <= before.1.1 + 1e-12);
            let (mean, deviation, ..) = before.0;
            ((after.0.0 - mean) / deviation, *fitted.z.last().expect("a value"))
        };
        // By nearly a deviation, of which the noise takes its share.
        let (risen, _) = believed(f64::NEG_INFINITY);
        assert!(risen > 0.9 && risen < 1.0, "{risen}");
        assert_eq!(believed(7.0).1, 7.0);
    }
}

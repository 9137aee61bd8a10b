//! Principal directions of points in a space of many dimensions.

use crate::linear::jacobi;

/// Vectors that are iterated together: the more beyond the two that are wanted, the sooner these stand still.
const TOGETHER: usize = 8;
/// Rounds of the iteration, at most; each separates what it can by the ratio of the wanted spreads to the rest.
const ROUNDS: usize = 300;
/// The iteration ends where the two largest spreads change by less than this share.
const STANDS_STILL: f64 = 1e-13;

/// Points that the directions are found from, at most, and multiplications that their Gram matrix may take: of more points
/// some, evenly, are enough for two directions.
const MOST_POINTS: usize = 512;
const GRAM_WORK: f64 = 1e9;

/// The two directions of unit length along which points spread most about their mean, each with its share of the whole
/// spread. A direction along which nothing spreads is zero, and so is its share.
///
/// Works on the points' Gram matrix (n x n), as there are far fewer points than dimensions: subspace iteration and
/// Rayleigh-Ritz. Signs are such that the last point lies on the positive side of the first one.
pub fn principal(points: &[Vec<f32>]) -> ([Vec<f32>; 2], [f64; 2]) {
    let dimensions = points.first().map_or(0, Vec::len);
    let mean = mean(points);
    let affordable = (2.0 * GRAM_WORK / dimensions.max(1) as f64).sqrt() as usize;
    let n = points.len().min(affordable.clamp(16, MOST_POINTS));
    // Evenly, both ends included.
    let some = (0..n).map(|at| &points[at * (points.len() - 1) / (n - 1).max(1)]);
    let centred: Vec<Vec<f64>> = some.map(|point| from_mean(point, &mean)).collect();
    let mut gram = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..=i {
            let product = dot(&centred[i], &centred[j]);
            (gram[i][j], gram[j][i]) = (product, product);
        }
    }
    let total: f64 = (0..n).map(|i| gram[i][i]).sum();
    let (values, vectors) = largest(&gram);
    let mut directions = [(); 2].map(|()| vec![0.0_f32; dimensions]);
    for axis in 0..2.min(values.len()) {
        // Beyond rounding there is no direction.
        if !(values[axis] > 1e-12 * total && total > 0.0) {
            continue;
        }
        let length = values[axis].sqrt();
        let sign = if vectors[axis][n - 1] < vectors[axis][0] { -1.0 } else { 1.0 };
        let mut direction = vec![0.0; dimensions];
        for (i, point) in centred.iter().enumerate() {
            let weight = sign * vectors[axis][i] / length;
            for (to, x) in direction.iter_mut().zip(point) {
                *to += weight * x;
            }
        }
        directions[axis] = direction.into_iter().map(|x| x as f32).collect();
    }
    // Shares are those of all points.
    let shares = shares(points, &directions, [1.0; 2]);
    (directions, shares)
}

/// The shares of points' spread about their mean that lie along two directions, whose squared lengths are `lengths`.
pub(super) fn shares(points: &[Vec<f32>], directions: &[Vec<f32>; 2], lengths: [f64; 2]) -> [f64; 2] {
    let mean = mean(points);
    let (mut along, mut whole) = ([0.0; 2], 0.0);
    for point in points {
        let own = from_mean(point, &mean);
        whole += dot(&own, &own);
        for ((along, direction), length) in along.iter_mut().zip(directions).zip(lengths) {
            let x: f64 = own.iter().zip(direction).map(|(x, d)| x * f64::from(*d)).sum();
            *along += if length > 0.0 { x * x / length } else { 0.0 };
        }
    }
    along.map(|along| if whole > 0.0 { along / whole } else { 0.0 })
}

fn mean(points: &[Vec<f32>]) -> Vec<f64> {
    let mut mean = vec![0.0; points.first().map_or(0, Vec::len)];
    for point in points {
        for (mean, &x) in mean.iter_mut().zip(point) {
            *mean += f64::from(x) / points.len() as f64;
        }
    }
    mean
}

fn from_mean(point: &[f32], mean: &[f64]) -> Vec<f64> {
    point.iter().zip(mean).map(|(&x, mean)| f64::from(x) - mean).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The largest eigenvalues of a symmetric positive matrix, largest first, and their vectors.
fn largest(matrix: &[Vec<f64>]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let n = matrix.len();
    let m = TOGETHER.min(n);
    // Any start does that is not orthogonal to what is looked for; this one is the same everywhere.
    let mut stream = crate::rng::Stream::new([0x706c_616e, 0x6521]);
    let mut vectors: Vec<Vec<f64>> = (0..m).map(|_| (0..n).map(|_| stream.normal()).collect()).collect();
    let mut values = vec![0.0; m];
    for _ in 0..ROUNDS {
        orthonormalise(&mut vectors);
        let images: Vec<Vec<f64>> = vectors.iter().map(|v| matrix.iter().map(|row| dot(row, v)).collect()).collect();
        let small: Vec<Vec<f64>> = images.iter().map(|a| vectors.iter().map(|b| dot(a, b)).collect()).collect();
        let (found, turns) = jacobi(small);
        let mix = |from: &[Vec<f64>], turn: &[f64]| -> Vec<f64> {
            (0..n).map(|i| from.iter().zip(turn).map(|(v, t)| v[i] * t).sum()).collect()
        };
        let still = found.iter().zip(&values).take(2).all(|(new, old)| (new - old).abs() <= STANDS_STILL * found[0]);
        values = found;
        if still {
            vectors = turns.iter().map(|turn| mix(&vectors, turn)).collect();
            return (values, vectors);
        }
        vectors = turns.iter().map(|turn| mix(&images, turn)).collect();
    }
    orthonormalise(&mut vectors);
    (values, vectors)
}

/// Gram and Schmidt, twice over; vectors that are nothing become zero.
fn orthonormalise(vectors: &mut [Vec<f64>]) {
    for at in 0..vectors.len() {
        let (before, rest) = vectors.split_at_mut(at);
        let own = &mut rest[0];
        let size = dot(own, own).sqrt();
        for _ in 0..2 {
            for other in &*before {
                let share = dot(own, other);
                for (x, y) in own.iter_mut().zip(other) {
                    *x -= share * y;
                }
            }
        }
        let length = dot(own, own).sqrt();
        let scale = if length > 1e-14 * size && length > 0.0 { 1.0 / length } else { 0.0 };
        for x in own.iter_mut() {
            *x *= scale;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn points_of_a_plane_are_told_by_two_directions(
            seed in any::<u32>(), n in 3_usize..60, dimensions in 3_usize..40, ratio in 0.05..0.95_f64,
        ) {
            let mut stream = crate::rng::Stream::new([seed, 5]);
            let axes: Vec<Vec<f64>> = (0..2).map(|_| (0..dimensions).map(|_| stream.normal()).collect()).collect();
            let points: Vec<Vec<f32>> = (0..n).map(|_| {
                let at = [stream.normal(), ratio * stream.normal()];
                (0..dimensions).map(|d| (3.0 + at[0] * axes[0][d] + at[1] * axes[1][d]) as f32).collect()
            }).collect();
            let (directions, shares) = principal(&points);
            prop_assert!((shares[0] + shares[1] - 1.0).abs() < 1e-5, "{shares:?}");
            prop_assert!(shares[0] >= shares[1] - 1e-6);
            let unit = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
            prop_assert!((unit(&directions[0], &directions[0]) - 1.0).abs() < 1e-4);
            prop_assert!(unit(&directions[0], &directions[1]).abs() < 1e-3);
        }
    }

    #[test]
    fn the_spread_of_many_dimensions_is_what_all_eigenvalues_say() {
        let mut stream = crate::rng::Stream::new([1, 2]);
        let points: Vec<Vec<f32>> =
            (0..7).map(|_| (0..6).map(|d| (stream.normal() / f64::from(d + 1)) as f32).collect()).collect();
        let mean: Vec<f64> = (0..6).map(|d| points.iter().map(|p| f64::from(p[d])).sum::<f64>() / 7.0).collect();
        let covariance: Vec<Vec<f64>> = (0..6)
            .map(|i| {
                (0..6)
                    .map(|j| points.iter().map(|p| (f64::from(p[i]) - mean[i]) * (f64::from(p[j]) - mean[j])).sum())
                    .collect()
            })
            .collect();
        let (values, vectors) = jacobi(covariance.clone());
        for (value, vector) in values.iter().zip(&vectors) {
            for (row, own) in covariance.iter().zip(vector) {
                assert!((dot(row, vector) - value * own).abs() < 1e-12);
            }
        }
        let (directions, shares) = principal(&points);
        let total: f64 = values.iter().sum();
        for axis in 0..2 {
            assert!((shares[axis] - values[axis] / total).abs() < 1e-6);
            let along: f64 = directions[axis].iter().zip(&vectors[axis]).map(|(a, b)| f64::from(*a) * b).sum();
            assert!((along.abs() - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn what_does_not_spread_has_no_direction() {
        for points in [vec![vec![1.0, 2.0]], vec![vec![1.0, 2.0]; 5], Vec::new()] {
            let (directions, shares) = principal(&points);
            assert_eq!(shares, [0.0; 2]);
            assert!(directions.iter().flatten().all(|&x| x == 0.0));
        }
        let line: Vec<Vec<f32>> = (0..9).map(|i| vec![i as f32, 2.0 * i as f32, -1.0]).collect();
        let (directions, shares) = principal(&line);
        assert!((shares[0] - 1.0).abs() < 1e-6 && shares[1] == 0.0, "{shares:?}");
        assert!(directions[0][0] > 0.0, "the last point lies on the positive side");
        assert!(directions[1].iter().all(|&x| x == 0.0));
    }
}

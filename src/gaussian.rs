//! A Gaussian process over places of the unit cube, with a plane as its mean: what is thought between outcomes that are known.

use crate::linear::Lower;

/// How far away a place still speaks, and how much of an outcome the places do not explain.
#[derive(Clone, Debug, PartialEq)]
pub struct Prior {
    /// Of each axis, as a share of it: the kernel is `exp(-(d / reach)^2 / 2)`, axes multiplied.
    pub reaches: Vec<f64>,
    /// Variance of noise, as a share of the process's own.
    pub noise: f64,
}

impl Prior {
    /// How much outcomes at two places have in common, from 0 to 1.
    pub fn kernel(&self, a: &[f64], b: &[f64]) -> f64 {
        libm::exp(-0.5 * self.squared(a, b))
    }

    /// The squared distance of two places, in reaches.
    pub fn squared(&self, a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).zip(&self.reaches).map(|((a, b), reach)| ((a - b) / reach) * ((a - b) / reach)).sum()
    }
}

/// Least squares plane through outcomes, with a little shrinkage so that few of them do not tilt it.
struct Plane {
    middle: Vec<f64>,
    height: f64,
    slopes: Vec<f64>,
}

/// Added to each axis's spread.
const SHRINKAGE: f64 = 0.5;

impl Plane {
    fn through(places: &[&[f64]], outcomes: &[f64]) -> Self {
        let n = places.len() as f64;
        let d = places.first().map_or(0, |place| place.len());
        let middle: Vec<f64> = (0..d).map(|axis| places.iter().map(|place| place[axis]).sum::<f64>() / n).collect();
        let height = outcomes.iter().sum::<f64>() / n;
        let (mut spreads, mut slopes) = (vec![0.0; d * d], vec![0.0; d]);
        for (place, outcome) in places.iter().zip(outcomes) {
            for i in 0..d {
                let own = place[i] - middle[i];
                slopes[i] += own * (outcome - height);
                for j in 0..=i {
                    spreads[i * d + j] += own * (place[j] - middle[j]);
                }
            }
        }
        for axis in 0..d {
            spreads[axis * d + axis] += SHRINKAGE;
        }
        match Lower::factor(d, spreads) {
            Some(factor) => {
                factor.forward(&mut slopes);
                factor.backward(&mut slopes);
            }
            None => slopes.fill(0.0),
        }
        Self { middle, height, slopes }
    }

    fn at(&self, place: &[f64]) -> f64 {
        let along = place.iter().zip(&self.middle).zip(&self.slopes);
        self.height + along.map(|((x, middle), slope)| (x - middle) * slope).sum::<f64>()
    }
}

/// See the module.
pub struct Process {
    prior: Prior,
    places: Vec<Vec<f64>>,
    mean: Plane,
    factor: Lower,
    weights: Vec<f64>,
}

impl Process {
    /// Through outcomes at places. `None` where there are none, or rounding leaves nothing to solve.
    pub fn through(prior: Prior, places: &[&[f64]], outcomes: &[f64]) -> Option<Self> {
        let n = places.len().min(outcomes.len());
        if n == 0 {
            return None;
        }
        let mean = Plane::through(&places[..n], &outcomes[..n]);
        let mut numbers = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                numbers[i * n + j] = prior.kernel(places[i], places[j]);
            }
            numbers[i * n + i] += prior.noise;
        }
        let factor = Lower::factor(n, numbers)?;
        let mut weights: Vec<f64> = places.iter().zip(outcomes).map(|(place, z)| z - mean.at(place)).collect();
        factor.forward(&mut weights);
        factor.backward(&mut weights);
        let places = places[..n].iter().map(|place| place.to_vec()).collect();
        Some(Self { prior, places, mean, factor, weights })
    }

    /// The expected outcome at a place.
    pub fn mean(&self, place: &[f64]) -> f64 {
        let known = self.places.iter().zip(&self.weights);
        self.mean.at(place) + known.map(|(own, weight)| self.prior.kernel(place, own) * weight).sum::<f64>()
    }

    /// The share of the process's own variance that the outcomes leave at a place, from 0 to 1.
    pub fn unknown(&self, place: &[f64]) -> f64 {
        let mut common: Vec<f64> = self.places.iter().map(|own| self.prior.kernel(place, own)).collect();
        self.factor.forward(&mut common);
        1.0 - common.iter().map(|x| x * x).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn prior(d: usize) -> Prior {
        Prior { reaches: vec![0.3; d], noise: 0.12 }
    }

    #[test]
    fn one_outcome_is_known_where_it_is_and_forgotten_far_away() {
        let place: &[f64] = &[0.5, 0.5];
        let process = Process::through(prior(2), &[place], &[2.0]).unwrap();
        // The mean is the outcome itself, so nothing is left to explain.
        assert_eq!((process.mean(place), process.mean(&[0.0, 1.0])), (2.0, 2.0));
        assert!((process.unknown(place) - (1.0 - 1.0 / 1.12)).abs() < 1e-12);
        assert!(process.unknown(&[9.0, 9.0]) > 0.999);
        assert!(Process::through(prior(2), &[], &[]).is_none());
    }

    #[test]
    fn two_outcomes_by_hand() {
        let places: [&[f64]; 2] = [&[0.2], &[0.5]];
        let process = Process::through(prior(1), &places, &[1.0, 3.0]).unwrap();
        let k = libm::exp(-0.5);
        let slope = (0.15 * 1.0 * 2.0) / (2.0 * 0.0225 + 0.5);
        let mean = |x: f64| 2.0 + slope * (x - 0.35);
        let (a, b) = (1.0 - mean(0.2), 3.0 - mean(0.5));
        let determinant = 1.12 * 1.12 - k * k;
        let (u, v) = ((1.12 * a - k * b) / determinant, (1.12 * b - k * a) / determinant);
        for x in [0.0, 0.2, 0.35, 0.5, 1.0] {
            let near = |at: f64| libm::exp(-0.5 * ((x - at) / 0.3) * ((x - at) / 0.3));
            let wanted = mean(x) + near(0.2) * u + near(0.5) * v;
            assert!((process.mean(&[x]) - wanted).abs() < 1e-12, "{x}");
        }
    }

    proptest! {
        #[test]
        fn any_outcomes_have_a_process(
            d in 1_usize..5,
            seed in prop::collection::vec((prop::collection::vec(0.0..1.0_f64, 4), -1e3..1e3_f64), 1..40),
        ) {
            let places: Vec<&[f64]> = seed.iter().map(|(place, _)| &place[..d]).collect();
            let outcomes: Vec<f64> = seed.iter().map(|(_, outcome)| *outcome).collect();
            let process = Process::through(prior(d), &places, &outcomes).unwrap();
            for place in &places {
                prop_assert!(process.mean(place).is_finite());
                let unknown = process.unknown(place);
                prop_assert!((-1e-9..1.0).contains(&unknown), "{unknown}");
            }
            // What is known of one is known better with another there, too.
            let more = [&places[..], &places[..1]].concat();
            let again = Process::through(prior(d), &more, &[&outcomes[..], &outcomes[..1]].concat()).unwrap();
            prop_assert!(again.unknown(places[0]) <= process.unknown(places[0]) + 1e-9);
        }
    }
}

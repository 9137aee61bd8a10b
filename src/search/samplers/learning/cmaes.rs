//! CMA-ES, evolution of a normal distribution with its covariance (Hansen 2016, with the active update): a generation is drawn,
//! ranked, and the distribution moves towards its better half. Choices have no order to move along: they are drawn at random.

use super::Sampler;
use super::history::{History, Kind};
use crate::linear::jacobi;
use crate::search::Outcome;
use crate::space::Space;
use crate::study::Learning;
use serde_json::{Map, Value};

/// The first distribution's width, as a part of each range.
const SIGMA: f64 = 1.0 / 6.0;
/// Draws for each axis until a point must have fallen into the cube; then it is put there.
const DRAWS: usize = 10;
/// The stream of its draws.
const STREAM: u32 = 0x636d_6101;
/// A distribution that has become narrower than this has arrived.
const NARROWEST: f64 = 1e-14;
/// Spreads are taken to be at least this.
const LEAST_SPREAD: f64 = 1e-30;

pub struct Cmaes {
    history: History,
    learning: Learning,
    /// The axes along which it moves.
    along: Vec<usize>,
    evolution: Evolution,
    /// Trials of the generation under way.
    generation: Vec<usize>,
}

impl Cmaes {
    pub fn new(space: &Space, learning: Learning, seed: u64) -> Self {
        let history = History::new(space, seed);
        let is_along = |d: &usize| matches!(history.axes[*d].kind, Kind::Real | Kind::Steps);
        let along: Vec<usize> = (0..history.axes.len()).filter(is_along).collect();
        let evolution = Evolution::new(along.len());
        Self { history, learning, along, evolution, generation: Vec::new() }
    }

    /// Trials of a generation.
    pub fn population(space: &Space) -> u32 {
        Self::new(space, Learning { startup: 0, round: 1 }, 0).evolution.population as u32
    }

    fn suggest(&self, number: u32) -> Vec<f64> {
        let mut stream = self.history.stream(number, STREAM);
        let mut point = self.history.drawn(number);
        let is_inside = |x: &Vec<f64>| x.iter().all(|x| (0.0..=1.0).contains(x));
        let mut drawn = Vec::new();
        for _ in 0..DRAWS * self.along.len().max(1) {
            let z: Vec<f64> = self.along.iter().map(|_| stream.normal()).collect();
            drawn = self.evolution.at(&z);
            if is_inside(&drawn) {
                break;
            }
        }
        for (&d, x) in self.along.iter().zip(drawn) {
            point[d] = x.clamp(0.0, 1.0);
        }
        point
    }
}

impl Sampler for Cmaes {
    fn ask(&mut self, number: u32) -> Option<Map<String, Value>> {
        let has_begun = number >= self.learning.startup;
        let point = if has_begun { self.suggest(number) } else { self.history.drawn(number) };
        let params = self.history.enter(&point);
        if has_begun {
            self.generation.push(self.history.trials.len() - 1);
        }
        Some(params)
    }

    fn round(&self, told: u32) -> u32 {
        self.learning.round(told)
    }

    /// A generation moves the distribution once so many of it have ended: who failed ranks last, and equals as they are
    /// numbered.
    fn tell(&mut self, outcome: &Outcome) {
        self.history.tell(outcome);
        let trials = &self.history.trials;
        let ended: Vec<usize> = self.generation.iter().copied().filter(|&at| trials[at].value.is_some()).collect();
        if ended.len() < self.evolution.population {
            return;
        }
        let ranked = self.history.ranked(ended.into_iter().take(self.evolution.population).collect());
        self.generation.retain(|at| !ranked.contains(at));
        let of = |at: &usize| self.along.iter().map(|&d| trials[*at].point[d]).collect();
        let used = |at: &usize| self.along.iter().map(|&d| trials[*at].used[d]).collect();
        let points: Vec<Vec<f64>> = ranked.iter().map(of).collect();
        let used: Vec<Vec<bool>> = ranked.iter().map(used).collect();
        self.evolution.learn(&points, &used);
    }

    fn leave_out(&mut self, number: u32, unused: &[String]) {
        self.history.leave_out(number, unused);
    }
}

/// The distribution and what its paths have been.
struct Evolution {
    population: usize,
    mean: Vec<f64>,
    sigma: f64,
    covariance: Vec<Vec<f64>>,
    /// Its axes, each of unit length, and the deviation along each.
    axes: Vec<Vec<f64>>,
    deviations: Vec<f64>,
    path: Vec<f64>,
    sigma_path: Vec<f64>,
    generation: i32,
    weights: Vec<f64>,
    /// How many the better half counts for.
    effective: f64,
    rates: Rates,
}

/// How fast it learns; Hansen's names are in brackets.
struct Rates {
    /// Of the step's path (c sigma), of the path (c c), of the path's direction (c 1) and of the ranked points (c mu).
    sigma_path: f64,
    path: f64,
    direction: f64,
    ranked: f64,
    /// What dampens the change of sigma (d sigma).
    damping: f64,
    /// The length that a normal vector is expected to have (chi n).
    expected: f64,
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

impl Evolution {
    fn new(dimensions: usize) -> Self {
        let d = dimensions.max(1) as f64;
        let population = 4 + libm::floor(3.0 * libm::log(d)) as usize;
        let parents = population / 2;
        let raw: Vec<f64> = (1..=population)
            .map(|rank| libm::log(f64::midpoint(population as f64, 1.0)) - libm::log(rank as f64))
            .collect();
        let effective = |weights: &[f64]| {
            let (sum, squares) = (weights.iter().sum::<f64>(), dot(weights, weights));
            sum * sum / squares
        };
        let (good, bad) = (effective(&raw[..parents]), effective(&raw[parents..]));
        let direction = 2.0 / ((d + 1.3) * (d + 1.3) + good);
        let ranked = (1.0 - direction - 1e-8).min(2.0 * (good - 2.0 + 1.0 / good) / ((d + 2.0) * (d + 2.0) + good));
        let least = (1.0 + direction / ranked)
            .min(1.0 + 2.0 * bad / (good + 2.0))
            .min((1.0 - direction - ranked) / (d * ranked));
        let positive: f64 = raw.iter().filter(|weight| **weight > 0.0).sum();
        let negative: f64 = raw.iter().filter(|weight| **weight < 0.0).map(|weight| -weight).sum();
        let weight = |&raw: &f64| if raw >= 0.0 { raw / positive } else { least / negative * raw };
        let sigma_path = (good + 2.0) / (d + good + 5.0);
        let identity = |n: usize| -> Vec<Vec<f64>> {
            (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect()
        };
        Self {
            population,
            mean: vec![0.5; dimensions],
            sigma: SIGMA,
            covariance: identity(dimensions),
            axes: identity(dimensions),
            deviations: vec![1.0; dimensions],
            path: vec![0.0; dimensions],
            sigma_path: vec![0.0; dimensions],
            generation: 0,
            weights: raw.iter().map(weight).collect(),
            effective: good,
            rates: Rates {
                sigma_path,
                path: (4.0 + good / d) / (d + 4.0 + 2.0 * good / d),
                direction,
                ranked,
                damping: 1.0 + 2.0 * (((good - 1.0) / (d + 1.0)).sqrt() - 1.0).max(0.0) + sigma_path,
                expected: d.sqrt() * (1.0 - 1.0 / (4.0 * d) + 1.0 / (21.0 * d * d)),
            },
        }
    }

    /// The point that a standard normal vector becomes.
    fn at(&self, z: &[f64]) -> Vec<f64> {
        let mut x = self.mean.clone();
        for ((axis, deviation), z) in self.axes.iter().zip(&self.deviations).zip(z) {
            for (x, along) in x.iter_mut().zip(axis) {
                *x += self.sigma * deviation * z * along;
            }
        }
        x
    }

    /// A vector as it would be if the distribution were round.
    fn whitened(&self, y: &[f64]) -> Vec<f64> {
        let mut white = vec![0.0; y.len()];
        for (axis, deviation) in self.axes.iter().zip(&self.deviations) {
            let share = dot(axis, y) / deviation;
            for (to, along) in white.iter_mut().zip(axis) {
                *to += share * along;
            }
        }
        white
    }

    /// Moves towards the better ones of a generation, the best first, along the axes that each has `used`. What a trial drew
    /// along others has no part in its rank: it leaves the widths, on the average, as they are.
    fn learn(&mut self, points: &[Vec<f64>], used: &[Vec<bool>]) {
        let n = self.mean.len();
        if n == 0 {
            return;
        }
        self.generation += 1;
        let rates = &self.rates;
        let steps: Vec<Vec<f64>> = points
            .iter()
            .map(|point| point.iter().zip(&self.mean).map(|(x, mean)| (x - mean) / self.sigma).collect())
            .collect();
        let mut step = vec![0.0; n];
        for (own, weight) in steps.iter().zip(&self.weights).take(self.population / 2) {
            for (to, y) in step.iter_mut().zip(own) {
                *to += weight * y;
            }
        }
        let ranked = steps.iter().zip(used).zip(&self.weights).take(self.population / 2);
        for ((own, used), weight) in ranked {
            for ((mean, y), _) in self.mean.iter_mut().zip(own).zip(used).filter(|(_, used)| **used) {
                *mean += self.sigma * weight * y;
            }
        }
        let white = self.whitened(&step);
        let fresh = (rates.sigma_path * (2.0 - rates.sigma_path) * self.effective).sqrt();
        for (path, y) in self.sigma_path.iter_mut().zip(&white) {
            *path = (1.0 - rates.sigma_path) * *path + fresh * y;
        }
        let length = dot(&self.sigma_path, &self.sigma_path).sqrt();
        let grown = 1.0 - libm::pow(1.0 - rates.sigma_path, f64::from(2 * (self.generation + 1)));
        let is_calm = length / grown.sqrt() < (1.4 + 2.0 / (n as f64 + 1.0)) * rates.expected;
        let fresh = if is_calm { (rates.path * (2.0 - rates.path) * self.effective).sqrt() } else { 0.0 };
        for (path, y) in self.path.iter_mut().zip(&step) {
            *path = (1.0 - rates.path) * *path + fresh * y;
        }
        let lost = if is_calm { 0.0 } else { rates.path * (2.0 - rates.path) };
        // Who is to be left behind counts by its distance in the distribution's own measure.
        let own = |(y, &weight): (&Vec<f64>, &f64)| {
            let white = self.whitened(y);
            if weight >= 0.0 { weight } else { weight * n as f64 / (dot(&white, &white) + 1e-8) }
        };
        let weights: Vec<f64> = steps.iter().zip(&self.weights).map(own).collect();
        let sum: f64 = self.weights.iter().sum();
        let kept = 1.0 + rates.direction * lost - rates.direction - rates.ranked * sum;
        for i in 0..n {
            for j in 0..=i {
                let ranked: f64 = steps.iter().zip(&weights).map(|(y, weight)| weight * y[i] * y[j]).sum();
                let new = kept * self.covariance[i][j]
                    + rates.direction * self.path[i] * self.path[j]
                    + rates.ranked * ranked;
                (self.covariance[i][j], self.covariance[j][i]) = (new, new);
            }
        }
        let (spreads, axes) = jacobi(self.covariance.clone());
        self.deviations = spreads.into_iter().map(|spread| spread.max(LEAST_SPREAD).sqrt()).collect();
        self.axes = axes;
        let change = rates.sigma_path / rates.damping * (length / rates.expected - 1.0);
        self.sigma = (self.sigma * libm::exp(change)).clamp(NARROWEST, 1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::Distribution;
    use serde_json::json;

    #[test]
    fn an_axis_that_nobody_uses_keeps_its_middle_and_about_its_width() {
        let unit = json!({"type": "float", "low": 0, "high": 1});
        let space: Vec<(String, Distribution)> =
            ["x", "y", "z"].map(|name| (name.into(), Distribution::parse(name, &unit).expect("valid"))).into();
        let mut widths = Vec::new();
        for seed in 0..20 {
            let mut cmaes = Cmaes::new(&space, Learning { startup: 0, round: 7 }, seed);
            for number in 0..140 {
                let params = cmaes.ask(number).expect("endless");
                cmaes.leave_out(number, &["y".into()]);
                let off = |name: &str| params[name].as_f64().expect("a number") - 0.3;
                cmaes.tell(&Outcome::whole(number, off("x") * off("x") + off("z") * off("z")));
            }
            let Evolution { mean, sigma, covariance, .. } = &cmaes.evolution;
            assert_eq!(mean[1], 0.5);
            assert!((mean[0] - 0.3).abs() < 0.05 && (mean[2] - 0.3).abs() < 0.05, "{mean:?}");
            let width = |d: usize| sigma * covariance[d][d].sqrt();
            widths.push(width(1) / width(0));
        }
        // The used axes have become narrower beside it.
        widths.sort_by(f64::total_cmp);
        assert!(widths[10] > 1.5, "{widths:?}");
    }
}

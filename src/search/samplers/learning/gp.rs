//! Bayesian search by a Gaussian process, with the settings of Optuna 5: Matern's kernel of order 5/2 with a length for each axis
//! and noise, all fitted to what is known; the next trial is where the logarithm of the expected improvement is largest (Ament et
//! al. 2023). Trials that are running are taken to come out a deviation worse than expected, and no better than the best so
//! far: the kriging believer of Ginsbourger et al. (2010) without his hopes, with which a round crowds around one guess.

use super::descent::minimise;
use super::history::{Axis, History, Kind, Known, Model};
use super::matern::{Fitted, Lengths};
use crate::order::{by_key, place};

/// Quasi-random places that are looked at first.
const CANDIDATES: u32 = 2048;
/// Places from which the improvement is climbed.
const CLIMBS: usize = 4;
/// Rounds of a climb, over the axes together and then over choices and steps one by one.
const ROUNDS: usize = 4;
/// Steps of a climb over the axes together.
const CLIMB_STEPS: usize = 30;
/// Values of an axis of steps that are tried one by one; of more, some near where it is.
const MOST_STEPS: usize = 16;
/// Trials that the process goes through; of more, the better half of these and the latest.
const MOST_TRIALS: usize = 200;
/// A place that no choice has.
const NO_CHOICE: f64 = -1.0;
/// The stream of its draws.
const STREAM: u32 = 0x6770_0001;

#[derive(Default)]
pub struct Gp {
    /// How far below the best an improvement begins, in deviations of what is known (xi); more explores more.
    pub xi: f64,
    /// Where the fit of the round before ended, and how many trials it knew.
    lengths: Option<(usize, Lengths)>,
}

/// What the process thinks of places.
pub struct Belief {
    pub fitted: Fitted,
    /// The best value known, in deviations from the mean.
    best: f64,
    xi: f64,
    mean: f64,
    /// A deviation, as a value.
    pub unit: f64,
    /// Where the best trial is.
    best_point: Vec<f64>,
    /// How many trials the process goes through, those that are running apart.
    pub n: usize,
}

impl Belief {
    /// What an improvement begins below.
    fn target(&self) -> f64 {
        self.best - self.xi
    }

    /// The value that is expected at a place, its deviation, and the logarithm of the expected improvement.
    pub fn at(&self, point: &[f64]) -> [f64; 3] {
        let [mean, deviation] = self.fitted.expected(point);
        let gain = self.fitted.improvement(point, self.target()) + libm::log(self.unit);
        [self.mean + self.unit * mean, self.unit * deviation, gain]
    }
}

impl Gp {
    /// One that explores so much.
    pub fn exploring(xi: f64) -> Self {
        Self { xi, lengths: None }
    }

    /// What is thought by what is known; `None` where all failed, or nothing can be solved.
    pub fn belief(&mut self, history: &History) -> Option<Belief> {
        let axes = &history.axes;
        let mut told = history.told();
        if told.is_empty() {
            return None;
        }
        if told.len() > MOST_TRIALS {
            let latest = told.split_off(told.len() - MOST_TRIALS / 2);
            told = by_key(told, |(_, value)| place(*value));
            told.truncate(MOST_TRIALS / 2);
            told.extend(latest);
        }
        let (trials, values): (Vec<&Known>, Vec<f64>) = told.into_iter().unzip();
        let places: Vec<Vec<f64>> = trials.iter().map(|trial| known_place(axes, trial)).collect();
        let points: Vec<&[f64]> = places.iter().map(Vec::as_slice).collect();
        let n = values.len() as f64;
        let mean = values.iter().map(|value| value / n).sum::<f64>();
        let spread = values.iter().map(|value| (value - mean) * (value - mean) / n).sum::<f64>().sqrt();
        let unit = if spread > 0.0 && spread.is_finite() { spread } else { 1.0 };
        let z: Vec<f64> = values.iter().map(|value| ((value - mean) / unit).clamp(-1e3, 1e3)).collect();
        let is_choice: Vec<bool> = axes.iter().map(|axis| matches!(axis.kind, Kind::Choices(_))).collect();
        let n_told = history.n_told();
        let lengths = match &self.lengths {
            Some((known, lengths)) if *known == n_told => lengths.clone(),
            before => {
                let start = before.as_ref().map(|(_, lengths)| lengths);
                Lengths::fit(start, &is_choice, &points, &z)
            }
        };
        let mut fitted = Fitted::of(&lengths, &is_choice, &points, &z)?;
        self.lengths = Some((n_told, lengths));
        let best = z.iter().copied().fold(f64::INFINITY, f64::min);
        for trial in history.running() {
            fitted.believe(&known_place(axes, trial), best);
        }
        let best_point = trials[least(&z)].point.clone();
        Some(Belief { fitted, best, xi: self.xi, mean, unit, best_point, n: z.len() })
    }
}

impl Model for Gp {
    fn suggest(&mut self, history: &History, number: u32) -> Vec<f64> {
        let Some(belief) = self.belief(history) else { return history.drawn(number) };
        climb(history, &belief.fitted, belief.target(), number, &belief.best_point)
    }
}

/// Where a trial is as the process knows it: nothing is learned from a number that the trial did not use, so all such trials lie
/// in the middle of that axis, and apart from every choice.
fn known_place(axes: &[Axis], trial: &Known) -> Vec<f64> {
    let share = |((axis, &u), &used): ((&Axis, &f64), &bool)| match axis.kind {
        _ if used => u,
        Kind::Choices(_) => NO_CHOICE,
        Kind::Single | Kind::Real | Kind::Steps => 0.5,
    };
    axes.iter().zip(&trial.point).zip(&trial.used).map(share).collect()
}

/// The place of the largest expected improvement below `best`, as far as it is found.
fn climb(history: &History, fitted: &Fitted, best: f64, number: u32, known: &[f64]) -> Vec<f64> {
    let axes = &history.axes;
    let mut stream = history.stream(number, STREAM);
    let scramble = stream.below(u32::MAX);
    let dimensions = sobol_burley::NUM_DIMENSIONS;
    let quasi = |k: u32| -> Vec<f64> {
        let share = |(d, axis): (usize, &Axis)| {
            let d = d as u32;
            // Beyond the sequence's dimensions another scramble of it.
            axis.snap(f64::from(sobol_burley::sample(k, d % dimensions, scramble ^ (d / dimensions))))
        };
        axes.iter().enumerate().map(share).collect()
    };
    let found: Vec<(f64, Vec<f64>)> = (0..CANDIDATES)
        .map(quasi)
        .chain([known.to_vec()])
        .map(|point| (fitted.improvement(&point, best), point))
        .collect();
    let mut found = by_key(found, |(gain, _)| !place(*gain));
    // The best, and others by how much they promise.
    let most = found[0].0;
    let mut starts = vec![found[0].1.clone(), known.to_vec()];
    let promises: Vec<f64> = found.iter().map(|(gain, _)| libm::exp(gain - most)).collect();
    let sum: f64 = promises.iter().sum();
    while starts.len() < CLIMBS + 1 {
        let mut rest = stream.uniform_f64() * sum;
        let at = promises.iter().position(|promise| {
            rest -= promise;
            rest < 0.0
        });
        starts.push(found[at.unwrap_or(0)].1.clone());
    }
    let mut winner = found.swap_remove(0);
    for start in starts {
        let (gain, point) = climb_from(axes, fitted, best, start);
        if gain > winner.0 {
            winner = (gain, point);
        }
    }
    winner.1
}

fn climb_from(axes: &[Axis], fitted: &Fitted, best: f64, mut point: Vec<f64>) -> (f64, Vec<f64>) {
    let along: Vec<usize> = (0..axes.len()).filter(|&d| axes[d].kind == Kind::Real).collect();
    let is_stepped = |d: &usize| matches!(axes[*d].kind, Kind::Steps | Kind::Choices(_));
    let stepped: Vec<usize> = (0..axes.len()).filter(is_stepped).collect();
    let mut gain = fitted.improvement(&point, best);
    for _ in 0..ROUNDS {
        let before = gain;
        if !along.is_empty() {
            let start: Vec<f64> = along.iter().map(|&d| point[d]).collect();
            let whole = |x: &[f64]| {
                let mut whole = point.clone();
                along.iter().zip(x).for_each(|(&d, &x)| whole[d] = x);
                whole
            };
            let down = |x: &[f64], slopes: &mut [f64]| {
                let mut all = vec![0.0; point.len()];
                let gain = fitted.slopes(&whole(x), best, &mut all);
                along.iter().zip(slopes).for_each(|(&d, slope)| *slope = -all[d]);
                -gain
            };
            let (x, value) = minimise(start, Some([0.0, 1.0]), CLIMB_STEPS, 1e-6, down);
            if -value > gain {
                (gain, point) = (-value, whole(&x));
            }
        }
        for &d in &stepped {
            for u in axes[d].others(point[d], MOST_STEPS) {
                let mut other = point.clone();
                other[d] = u;
                let value = fitted.improvement(&other, best);
                if value > gain {
                    (gain, point) = (value, other);
                }
            }
        }
        if stepped.is_empty() || gain - before <= 1e-9 * gain.abs() {
            break;
        }
    }
    (gain, point)
}

fn least(values: &[f64]) -> usize {
    (0..values.len()).min_by(|&a, &b| values[a].total_cmp(&values[b])).unwrap_or(0)
}

//! TPE, the tree-structured Parzen estimator (Bergstra et al. 2011), with the settings of Optuna 5: two densities, one of the
//! good trials and one of all others, each a mixture of one kernel a trial over all axes at once; of some candidates drawn from
//! the first the one is tried that is likeliest to be good.

use super::history::{Axis, History, Kind, Known, Model};
use crate::order::{by_key, place};
use crate::rng::Stream;
use core::f64::consts::SQRT_2;

/// Candidates of which the likeliest is tried.
const CANDIDATES: usize = 24;
/// Good trials, at most.
const MOST_GOOD: usize = 25;
/// Trials that count fully; of older ones the weight falls to nothing.
const FULL: usize = 25;
/// The weight of what is thought before any trial, and of what each choice has without one.
const PRIOR: f64 = 1.0;
/// Narrowest kernels, as a part of the range.
const MOST_PARTS: usize = 100;
/// Draws until a normal number must have fallen into the range; then it is put there.
const DRAWS: usize = 200;
/// The stream of its draws.
const STREAM: u32 = 0x7470_6501;

/// The share of trials that count as good.
pub const GAMMA: f64 = 0.1;

pub struct Tpe {
    pub gamma: f64,
}

impl Default for Tpe {
    fn default() -> Self {
        Self { gamma: GAMMA }
    }
}

/// What TPE thinks of places: how likely the good trials are there, and how likely the others.
pub struct Densities {
    good: Density,
    bad: Density,
    /// Places of the good trials in the history, the best first.
    pub good_trials: Vec<usize>,
}

impl Densities {
    /// The logarithms of both densities at a place.
    pub fn logs(&self, axes: &[Axis], point: &[f64]) -> [f64; 2] {
        [self.good.log(axes, point), self.bad.log(axes, point)]
    }
}

impl Tpe {
    /// What is thought by what is known.
    pub fn densities(&self, history: &History) -> Densities {
        let mut good_trials = history.ranked((0..history.trials.len()).collect());
        // A tenth that is a hair above a whole number is that number.
        let part = libm::ceil(self.gamma * good_trials.len() as f64 - 1e-9);
        let most = libm::round(MOST_GOOD as f64 * self.gamma / GAMMA);
        good_trials.truncate(part.min(most).max(1.0) as usize);
        let mut is_good = vec![false; history.trials.len()];
        for &at in &good_trials {
            is_good[at] = true;
        }
        let part = |good: bool| -> Vec<&Known> {
            history.trials.iter().zip(&is_good).filter(|(_, is)| **is == good).map(|(trial, _)| trial).collect()
        };
        // Trials that are running count as bad ones, so that nobody goes where somebody is.
        let [good, bad] = [true, false].map(|good| Density::of(&history.axes, &part(good)));
        Densities { good, bad, good_trials }
    }
}

impl Model for Tpe {
    fn suggest(&mut self, history: &History, number: u32) -> Vec<f64> {
        let Densities { good, bad, .. } = self.densities(history);
        let mut stream = history.stream(number, STREAM);
        let mut best: Option<(f64, Vec<f64>)> = None;
        for _ in 0..CANDIDATES {
            let point = good.draw(&history.axes, &mut stream);
            let gain = good.log(&history.axes, &point) - bad.log(&history.axes, &point);
            if best.as_ref().is_none_or(|(most, _)| gain > *most) {
                best = Some((gain, point));
            }
        }
        best.map_or_else(|| history.drawn(number), |(_, point)| point)
    }
}

/// A mixture of kernels, one of each trial and one of the prior.
struct Density {
    /// That add up to 1.
    weights: Vec<f64>,
    /// By axis.
    kernels: Vec<Kernels>,
}

enum Kernels {
    /// Of an axis with one value.
    None,
    /// Normal distributions cut off at 0 and 1: middle, width, and the logarithm of what is inside.
    Normal(Vec<[f64; 3]>),
    /// Of each kernel the share of each choice.
    Choices(Vec<Vec<f64>>),
}

impl Density {
    fn of(axes: &[Axis], trials: &[&Known]) -> Self {
        let n = trials.len();
        let mut weights: Vec<f64> = (0..n)
            .map(|at| {
                let rising = n.saturating_sub(FULL);
                let steps = rising.max(2) - 1;
                if at < rising { (1.0 + (n - 1) as f64 * at as f64 / steps as f64) / n as f64 } else { 1.0 }
            })
            .collect();
        weights.push(PRIOR);
        let sum: f64 = weights.iter().sum();
        for weight in &mut weights {
            *weight /= sum;
        }
        let kernels = axes.iter().enumerate().map(|(d, axis)| Kernels::of(axis, d, trials)).collect();
        Self { weights, kernels }
    }

    fn draw(&self, axes: &[Axis], stream: &mut Stream) -> Vec<f64> {
        let at = picked(&self.weights, stream);
        let share = |(axis, kernels): (&Axis, &Kernels)| match kernels {
            Kernels::None => 0.5,
            Kernels::Normal(all) => {
                let [middle, width, _] = all[at];
                let mut tries = (0..DRAWS).map(|_| middle + width * stream.normal());
                axis.snap(tries.find(|u| (0.0..=1.0).contains(u)).unwrap_or(middle.clamp(0.0, 1.0)))
            }
            Kernels::Choices(all) => (picked(&all[at], stream) as f64 + 0.5) / all[at].len() as f64,
        };
        axes.iter().zip(&self.kernels).map(share).collect()
    }

    /// The logarithm of the density at a point.
    fn log(&self, axes: &[Axis], point: &[f64]) -> f64 {
        let mut logs: Vec<f64> = self.weights.iter().map(|&weight| libm::log(weight)).collect();
        for ((axis, kernels), &u) in axes.iter().zip(&self.kernels).zip(point) {
            match kernels {
                Kernels::None => {}
                Kernels::Normal(all) if axis.kind == Kind::Steps => {
                    let ends = axis.distribution.cell(u);
                    for (log, &[middle, width, inside]) in logs.iter_mut().zip(all) {
                        *log += libm::log(mass(ends, middle, width)) - inside;
                    }
                }
                Kernels::Normal(all) => {
                    for (log, &[middle, width, inside]) in logs.iter_mut().zip(all) {
                        let z = (u - middle) / width;
                        *log += -0.5 * z * z - libm::log(width) - inside;
                    }
                }
                Kernels::Choices(all) => {
                    let choice = axis.choice(u);
                    for (log, shares) in logs.iter_mut().zip(all) {
                        *log += libm::log(shares[choice]);
                    }
                }
            }
        }
        let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if most == f64::NEG_INFINITY {
            return most;
        }
        most + libm::log(logs.iter().map(|log| libm::exp(log - most)).sum())
    }
}

impl Kernels {
    fn of(axis: &Axis, d: usize, trials: &[&Known]) -> Self {
        match axis.kind {
            Kind::Single => Self::None,
            Kind::Choices(n) => {
                let own = PRIOR / (trials.len() + 1) as f64;
                let whole = own * n as f64;
                let seen = |trial: &&Known| {
                    let mut shares = vec![own / (whole + 1.0); n];
                    if trial.used[d] {
                        shares[axis.choice(trial.point[d])] += 1.0 / (whole + 1.0);
                        shares
                    } else {
                        vec![1.0 / n as f64; n]
                    }
                };
                Self::Choices(trials.iter().map(seen).chain([vec![1.0 / n as f64; n]]).collect())
            }
            Kind::Real | Kind::Steps => Self::Normal(normals(d, trials)),
        }
    }
}

/// Each trial's kernel is as wide as the way to its farther neighbour, the prior's included, which is as wide as the range. A
/// trial that does not use the axis has the prior's.
fn normals(d: usize, trials: &[&Known]) -> Vec<[f64; 3]> {
    let prior = 0.5;
    let mut sorted: Vec<f64> = trials.iter().filter(|trial| trial.used[d]).map(|trial| trial.point[d]).collect();
    let narrowest = 1.0 / (sorted.len() + 2).min(MOST_PARTS) as f64;
    sorted.push(prior);
    let sorted = by_key(sorted, |&x| place(x));
    let kernel = |middle: f64, width: f64| [middle, width, libm::log(mass([0.0, 1.0], middle, width))];
    // Equal places have neighbours in the order of their trials.
    let mut taken = vec![false; sorted.len()];
    let mut width = |middle: f64| {
        let first = sorted.partition_point(|&x| x < middle);
        let at = (first..sorted.len()).find(|&at| !taken[at]).unwrap_or(first);
        taken[at] = true;
        let left = at.checked_sub(1).map(|left| middle - sorted[left]);
        let right = sorted.get(at + 1).map(|right| right - middle);
        // Two places alone also look at the ends of the range.
        let [left, right] = if sorted.len() < 2 {
            [left.unwrap_or(middle), right.unwrap_or(1.0 - middle)]
        } else {
            [left.unwrap_or(0.0), right.unwrap_or(0.0)]
        };
        left.max(right).clamp(narrowest, 1.0)
    };
    let of = |trial: &&Known| {
        if trial.used[d] { kernel(trial.point[d], width(trial.point[d])) } else { kernel(prior, 1.0) }
    };
    let mut all: Vec<[f64; 3]> = trials.iter().map(of).collect();
    all.push(kernel(prior, 1.0));
    all
}

/// How much of a normal distribution lies between two places.
fn mass([low, high]: [f64; 2], middle: f64, width: f64) -> f64 {
    let [a, b] = [low, high].map(|x| (x - middle) / (width * SQRT_2));
    // On the side where nothing is lost to rounding.
    if a > 0.0 { 0.5 * (libm::erfc(a) - libm::erfc(b)) } else { 0.5 * (libm::erfc(-b) - libm::erfc(-a)) }
}

/// One of so many by their shares, which add up to 1.
fn picked(shares: &[f64], stream: &mut Stream) -> usize {
    let mut rest = stream.uniform_f64();
    for (at, share) in shares.iter().enumerate() {
        rest -= share;
        if rest < 0.0 {
            return at;
        }
    }
    shares.len() - 1
}

//! `torch.optim.LBFGS`, with and without its line search: a step is up to `max_iter` iterations of limited-memory BFGS
//! (Nocedal 1980; Liu & Nocedal 1989), which together ask for the gradient at most five times for every four of them.

use super::strong_wolfe::{Line, Point};
use super::{Objective, add, dot, largest, moved, scaled};
use crate::settings::settings;
use std::collections::VecDeque;

settings! {
    /// PyTorch's settings of `LBFGS`.
    Lbfgs {
        /// Iterations of a step, at most.
        max_iter: u32 = 20,
        /// Changes that are remembered, at most.
        history_size: u32 = 100,
        /// Whether each iteration searches along its direction for a place that satisfies the strong Wolfe conditions.
        line_search_fn: bool = false,
        /// A step ends where no slope is above this,
        tolerance_grad: f64 = 1e-7,
        /// and where neither loss nor parameters change by more.
        tolerance_change: f64 = 1e-9,
    }
}

/// A change of the curvature below this is not remembered.
const LEAST_CURVATURE: f64 = 1e-10;

/// A change of parameters and what it did to the gradient.
#[derive(Clone, Debug, PartialEq)]
struct Change {
    gradient: Vec<f64>,
    parameters: Vec<f64>,
    /// 1 over the product of the two.
    weight: f64,
}

impl Change {
    fn new(gradient: Vec<f64>, parameters: Vec<f64>) -> Self {
        let weight = 1.0 / dot(&gradient, &parameters);
        Self { gradient, parameters, weight }
    }
}

/// What goes from step to step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// Iterations so far.
    iterations: u64,
    /// The last direction, how far it was followed, and the gradient before.
    direction: Vec<f64>,
    length: f64,
    gradient: Vec<f64>,
    /// Scale of the inverse Hessian that the changes start from.
    scale: f64,
    changes: VecDeque<Change>,
}

impl Memory {
    /// Adds all of it to plain numbers.
    pub fn write(&self, numbers: &mut Vec<f64>) {
        if self.iterations == 0 {
            return;
        }
        numbers.extend([self.iterations as f64, self.length, self.scale]);
        numbers.extend_from_slice(&self.direction);
        numbers.extend_from_slice(&self.gradient);
        for change in &self.changes {
            numbers.extend_from_slice(&change.gradient);
            numbers.extend_from_slice(&change.parameters);
        }
    }

    /// Reads what [`Memory::write`] has written of so many parameters; `None` of anything else.
    pub fn read(numbers: &[f64], n: usize) -> Option<Self> {
        if numbers.is_empty() {
            return Some(Self::default());
        }
        let (&[iterations, length, scale], rest) = numbers.split_first_chunk()?;
        let (direction, rest) = rest.split_at_checked(n)?;
        let (gradient, rest) = rest.split_at_checked(n)?;
        let pairs = rest.chunks_exact((2 * n).max(1));
        let is_whole = pairs.remainder().is_empty() && iterations >= 1.0;
        let changes = pairs.map(|pair| Change::new(pair[..n].to_vec(), pair[n..].to_vec())).collect();
        is_whole.then(|| Self {
            iterations: iterations as u64,
            direction: direction.to_vec(),
            length,
            gradient: gradient.to_vec(),
            scale,
            changes,
        })
    }

    /// Takes in what the last iteration did to the gradient, and turns to the next direction.
    fn turn(&mut self, gradient: &[f64], most: usize) {
        self.iterations += 1;
        if self.iterations == 1 {
            self.direction = scaled(gradient, -1.0);
            self.scale = 1.0;
            return;
        }
        let y = moved(gradient, -1.0, &self.gradient);
        let s = scaled(&self.direction, self.length);
        let curvature = dot(&y, &s);
        if curvature > LEAST_CURVATURE {
            self.scale = curvature / dot(&y, &y);
            self.changes.push_back(Change::new(y, s));
            while self.changes.len() > most.max(1) {
                self.changes.pop_front();
            }
        }
        let mut q = scaled(gradient, -1.0);
        let mut shares = vec![0.0; self.changes.len()];
        for (share, Change { gradient, parameters, weight }) in shares.iter_mut().zip(&self.changes).rev() {
            *share = dot(parameters, &q) * weight;
            add(&mut q, -*share, gradient);
        }
        q = scaled(&q, self.scale);
        for (share, Change { gradient, parameters, weight }) in shares.iter().zip(&self.changes) {
            let own = dot(gradient, &q) * weight;
            add(&mut q, share - own, parameters);
        }
        self.direction = q;
    }
}

impl Lbfgs {
    /// [`super::Method::n_kept`].
    pub(super) fn n_kept(&self, n: usize) -> usize {
        (2 * self.history_size as usize + 2).saturating_mul(n).saturating_add(3)
    }

    /// [`super::Method::step`]. A loss that is not finite ends it, where PyTorch goes on to nowhere.
    pub(super) async fn step(
        &self,
        memory: &mut Memory,
        rate: f64,
        x: &mut [f64],
        objective: &mut dyn Objective,
    ) -> f64 {
        let most = self.max_iter.saturating_mul(5) / 4;
        let mut gradient = vec![0.0; x.len()];
        let mut loss = objective.evaluate(x, &mut gradient).await;
        let mut evaluations = 1;
        if largest(&gradient) <= self.tolerance_grad {
            return loss;
        }
        for iteration in 1..=self.max_iter {
            memory.turn(&gradient, self.history_size as usize);
            objective.rest(4 * x.len() * (memory.changes.len() + 1)).await;
            memory.gradient.clone_from(&gradient);
            let before = loss;
            memory.length = if memory.iterations == 1 {
                let sum = gradient.iter().fold(0.0, |sum, g| sum + g.abs());
                (1.0 / sum).min(1.0) * rate
            } else {
                rate
            };
            let slope = dot(&gradient, &memory.direction);
            if slope > -self.tolerance_change {
                break;
            }
            if self.line_search_fn {
                let start = Point { t: 0.0, loss, gradient, slope };
                let mut line = Line { objective: &mut *objective, from: x, along: &memory.direction, evaluations: 0 };
                let looks = most.saturating_sub(evaluations);
                let found = line.search(&start, memory.length, looks, self.tolerance_change).await;
                evaluations += line.evaluations;
                (memory.length, loss, gradient) = (found.t, found.loss, found.gradient);
                add(x, memory.length, &memory.direction);
            } else {
                add(x, memory.length, &memory.direction);
                if iteration < self.max_iter {
                    loss = objective.evaluate(x, &mut gradient).await;
                    evaluations += 1;
                }
            }
            let change = largest(&memory.direction) * memory.length.abs();
            let is_over = iteration == self.max_iter || evaluations >= most || !loss.is_finite();
            let is_done = largest(&gradient) <= self.tolerance_grad
                || change <= self.tolerance_change
                || (loss - before).abs() < self.tolerance_change;
            if is_over || is_done {
                break;
            }
        }
        loss
    }
}

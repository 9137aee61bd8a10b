//! Optimizers of second order. They move all parameters at once, by the loss and the gradient of all rows, for which they
//! may ask several times a step; plain code in f64. They know an [`Objective`] and no networks.
//!
//! A step is a future that may wait wherever it asks its objective, and keeps what it has worked out: whoever polls it
//! decides how long it works before others may go on. Waiting changes no bit.

mod lanczos;
pub mod lbfgs;
mod newton;
mod strong_wolfe;
mod symmetric;

pub use lanczos::{Largest, largest as largest_eigenvalues};
pub use lbfgs::{Lbfgs, Memory};
pub use newton::{MOST_PARAMETERS, Newton};
pub use symmetric::Symmetric;

use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};

/// What an objective says, now or later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// What is made small: a function of some parameters.
pub trait Objective {
    /// The loss at these parameters. Its gradient takes the place of what `gradient` holds.
    fn evaluate<'a>(&'a mut self, parameters: &'a [f64], gradient: &'a mut [f64]) -> Later<'a, f64>;

    /// The second derivatives of the loss at these parameters.
    fn hessian<'a>(&'a mut self, parameters: &'a [f64]) -> Later<'a, Symmetric>;

    /// Lets others go on after so many multiplications, if it is their turn.
    fn rest(&mut self, work: usize) -> Later<'_, ()>;
}

/// An optimizer's settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// Of `lbfgs`.
    Lbfgs(Lbfgs),
    /// Of `newton`.
    Newton(Newton),
}

impl Method {
    /// One step of this length from `parameters`, which are then where it leads, and the last loss that it saw on the way.
    /// `memory` is what the steps before have left, and of use to the same method only.
    pub async fn step(
        &self,
        memory: &mut Memory,
        rate: f64,
        parameters: &mut [f64],
        objective: &mut dyn Objective,
    ) -> f64 {
        match self {
            Self::Lbfgs(own) => own.step(memory, rate, parameters, objective).await,
            Self::Newton(own) => own.step(rate, parameters, objective).await,
        }
    }

    /// Numbers that are kept between steps of so many parameters, at most.
    pub fn n_kept(&self, n: usize) -> usize {
        match self {
            Self::Lbfgs(own) => own.n_kept(n),
            Self::Newton(_) => 0,
        }
    }

    /// Numbers that a step takes beside.
    pub fn n_scratch(&self, n: usize) -> usize {
        match self {
            Self::Lbfgs(_) => 8 * n,
            Self::Newton(_) => n * n + 8 * n,
        }
    }

    /// About how many gradient evaluations a step takes as long as.
    pub fn evaluations(&self, n: usize) -> f64 {
        match self {
            Self::Lbfgs(own) => f64::from(own.max_iter) + 1.0,
            // A column of the Hessian takes less time than the gradient that it is counted as.
            Self::Newton(_) => 2.0 + n as f64 / 8.0,
        }
    }
}

/// What comes of a future whose objective never waits.
pub fn finish<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(found) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return found;
        }
    }
}

/// `factor * of`.
#[inline(never)]
fn scaled(of: &[f64], factor: f64) -> Vec<f64> {
    of.iter().map(|x| factor * x).collect()
}

/// `from + factor * along`.
fn moved(from: &[f64], factor: f64, along: &[f64]) -> Vec<f64> {
    let mut to = from.to_vec();
    add(&mut to, factor, along);
    to
}

/// The largest magnitude; NaN where one is not a number.
#[inline(never)]
pub fn largest(of: &[f64]) -> f64 {
    of.iter().fold(0.0, |most: f64, x| if x.is_nan() || x.abs() > most { x.abs() } else { most })
}

/// Sum of products.
#[inline(never)]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `to += factor * from`. Called so often that each copy of the loop would weigh on what the page loads.
#[inline(never)]
pub(crate) fn add(to: &mut [f64], factor: f64, from: &[f64]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += factor * from;
    }
}

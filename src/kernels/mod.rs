//! The kernels of a training step, each beside the shader of its name: `dense_forward`, `loss`, `dense_backward_data`,
//! `dense_backward_weight`, `optimizer`; and whole steps, `train_invocation`, `train_workgroup`. Each module's `reference` is the plain twin, generic over f32 and f64, written to
//! be read; backends are held against them.
//!
//! Letters: B rows of a batch, I inputs and O outputs of a layer. All arrays are row major.

pub mod dense_backward_data;
pub mod dense_backward_weight;
pub mod dense_forward;
pub mod fast_math;
pub mod loss;
pub mod optimizer;
pub mod train_invocation;
pub mod train_workgroup;

pub use dense_forward::Mask;
pub use loss::BatchLoss;

use crate::mlp::{Activation, TANH_CLAMP};
use crate::optimizer::Element;
use num_traits::Float;

/// Targets of the rows.
#[derive(Clone, Debug)]
pub enum Labels<T> {
    /// Class of each row.
    Classes(Vec<u32>),
    /// `outputs` numbers a row, row major.
    Numbers(Vec<T>),
}

/// Above this a batch loss or a parameter means that the run has diverged: far from anything a run comes back from, and
/// small enough that the next products still fit f32 (WGSL promises nothing about infinities).
pub const DIVERGENCE_LIMIT: f64 = 1e18;
/// The same for optimizer state, which holds squares.
pub const STATE_LIMIT: f64 = 1e36;

/// Number types the twins run in.
pub trait Real: Float + Element + core::iter::Sum + core::fmt::Debug + 'static {
    /// From f64, rounded.
    fn of(x: f64) -> Self;
    /// To f64, exact.
    fn to(self) -> f64;
}

impl Real for f32 {
    fn of(x: f64) -> Self {
        x as Self
    }
    fn to(self) -> f64 {
        f64::from(self)
    }
}

impl Real for f64 {
    fn of(x: f64) -> Self {
        x
    }
    fn to(self) -> f64 {
        self
    }
}

/// An activation's value and its derivative at `z`.
pub fn activate<T: Real>(activation: Activation, z: T) -> (T, T) {
    let one = T::one();
    match activation {
        Activation::Linear => (z, one),
        Activation::Sigmoid => {
            // exp of a negative number only: no overflow on either side.
            let e = (-z.abs()).exp();
            let a = if z >= T::zero() { one / (one + e) } else { e / (one + e) };
            (a, a * (one - a))
        }
        Activation::Tanh => {
            let clamp = T::of(TANH_CLAMP);
            let a = z.max(-clamp).min(clamp).tanh();
            (a, one - a * a)
        }
        Activation::Relu => {
            if z > T::zero() {
                (z, one)
            } else {
                (T::zero(), T::zero())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activations_stay_finite_and_true_over_all_of_f32() {
        for exponent in -30..=38 {
            for sign in [-1.0, 1.0] {
                let x = sign * 3.0 * libm::pow(10.0, f64::from(exponent));
                for activation in [Activation::Linear, Activation::Sigmoid, Activation::Tanh, Activation::Relu] {
                    let (a, d) = activate(activation, x as f32);
                    let (want, _) = activate(activation, f64::from(x as f32));
                    assert!(a.is_finite() && d.is_finite(), "{activation:?}({x})");
                    assert!((f64::from(a) - want).abs() <= 2e-6 * want.abs().max(1.0), "{activation:?}({x}) = {a}");
                }
            }
        }
    }
}

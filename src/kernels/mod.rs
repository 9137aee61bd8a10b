//! The kernels of a training step, each beside the shader of its name: `dense_forward`, `loss`, `dense_backward_data`,
//! `dense_backward_weight`, `batch_norm`, `batch_norm_backward`, `optimizer`, `shuffle`; and whole steps,
//! `train_invocation`, `train_workgroup`, `train_resident`. Each module's `reference` is the plain twin, generic over f32
//! and f64, written to be read; backends are held against them.
//!
//! Letters: B rows of a batch, I inputs and O outputs of a layer. All arrays are row major.

pub mod batch_norm;
pub mod batch_norm_backward;
pub mod dense_backward_data;
pub mod dense_backward_weight;
pub mod dense_forward;
pub mod fast_math;
pub mod loss;
pub mod optimizer;
pub mod shuffle;
pub mod train_invocation;
pub mod train_resident;
pub mod train_workgroup;

pub use dense_forward::Mask;
pub use loss::BatchLoss;

use crate::mlp::{Activation, GELU_CLAMP, LEAK, TANH_CLAMP};
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
    /// The normal distribution's share below `x`, and its density there.
    fn normal(x: Self) -> (Self, Self);
}

impl Real for f32 {
    fn of(x: f64) -> Self {
        x as Self
    }
    fn to(self) -> f64 {
        f64::from(self)
    }
    fn normal(x: Self) -> (Self, Self) {
        fast_math::normal(x)
    }
}

impl Real for f64 {
    fn of(x: f64) -> Self {
        x
    }
    fn to(self) -> f64 {
        self
    }
    fn normal(x: Self) -> (Self, Self) {
        use core::f64::consts::{FRAC_1_SQRT_2, PI};
        (0.5 * libm::erfc(-x * FRAC_1_SQRT_2), libm::exp(-0.5 * x * x) / (2.0 * PI).sqrt())
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
        Activation::LeakyRelu => {
            let slope = if z > T::zero() { one } else { T::of(LEAK) };
            (slope * z, slope)
        }
        Activation::Elu => {
            if z > T::zero() {
                (z, one)
            } else {
                let a = z.exp_m1();
                (a, a + one)
            }
        }
        Activation::Gelu => {
            let clamp = T::of(GELU_CLAMP);
            // Far below 0 a share that is not quite 0 must not meet a large number.
            let z = if z < -clamp { -clamp } else { z };
            let x = z.min(clamp);
            let (share, density) = T::normal(x);
            (z * share, share + x * density)
        }
    }
}

/// An activation's second derivative, by `z` and what [`activate`] says of it. Where its slope jumps, that of the side
/// below.
pub fn bend(activation: Activation, z: f64, (a, slope): (f64, f64)) -> f64 {
    match activation {
        Activation::Linear | Activation::Relu | Activation::LeakyRelu => 0.0,
        Activation::Sigmoid => slope * (1.0 - 2.0 * a),
        Activation::Tanh => -2.0 * a * slope,
        Activation::Elu => {
            if z > 0.0 {
                0.0
            } else {
                slope
            }
        }
        Activation::Gelu => {
            let z = z.clamp(-GELU_CLAMP, GELU_CLAMP);
            f64::normal(z).1 * (2.0 - z * z)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bends_are_the_differences_of_slopes() {
        const H: f64 = 1e-6;
        for activation in Activation::ALL {
            for z in [-40.0, -7.0, -1.3, -0.2, 0.1, 0.9, 2.5, 8.0, 40.0] {
                let slope = |z| activate(activation, z).1;
                let wanted = (slope(z + H) - slope(z - H)) / (2.0 * H);
                let found = bend(activation, z, activate(activation, z));
                assert!((found - wanted).abs() < 1e-8, "{activation:?}({z}): {found} is not {wanted}");
            }
        }
    }

    #[test]
    fn activations_stay_finite_and_true_over_all_of_f32() {
        for exponent in -30..=38 {
            for sign in [-1.0, 1.0] {
                let x = sign * 3.0 * libm::pow(10.0, f64::from(exponent));
                for activation in Activation::ALL {
                    let (a, d) = activate(activation, x as f32);
                    let (want, _) = activate(activation, f64::from(x as f32));
                    assert!(a.is_finite() && d.is_finite(), "{activation:?}({x})");
                    assert!((f64::from(a) - want).abs() <= 2e-6 * want.abs().max(1.0), "{activation:?}({x}) = {a}");
                }
            }
        }
    }
}

//! Newton's method, damped (Levenberg 1944, Marquardt 1963): ours, not PyTorch's. A step solves `(H + damping I) d = -g`
//! with the whole Hessian and goes along `d`, halving its length until the loss falls.
//!
//! Where that matrix is not positive definite, `d` may lead up or to a saddle: the damping of this step then rises tenfold
//! until the matrix is. So the loss never rises; where no length lowers it, the parameters stay as they are.
//!
//! Costs are told in gradient evaluations: one for the gradient, one for each length that is tried, and for the Hessian as
//! many as there are parameters, since each of its columns is what a difference of gradients would give.

use super::{Objective, largest, moved, scaled};
use crate::settings::settings;

settings! {
    /// Settings of `newton`.
    Newton {
        /// Added to the Hessian's diagonal.
        newton_damping: f64 = 1e-3,
    }
}

/// Parameters above which a Hessian takes too long.
pub const MOST_PARAMETERS: usize = 2000;

/// Where no slope is above this a step stays.
const TOLERANCE: f64 = 1e-12;
/// Lengths that a step tries, each half of the last.
const HALVINGS: u32 = 64;
/// The least damping that a step rises to, as a share of what no eigenvalue exceeds.
const LEAST_RISE: f64 = 1e-6;
/// How often the damping rises: from [`LEAST_RISE`] beyond every eigenvalue.
const RISES: u32 = 8;

impl Newton {
    /// [`super::Method::step`].
    pub(super) async fn step(&self, rate: f64, x: &mut [f64], objective: &mut dyn Objective) -> f64 {
        let mut gradient = vec![0.0; x.len()];
        let loss = objective.evaluate(x, &mut gradient).await;
        let slope = largest(&gradient);
        if slope <= TOLERANCE || !slope.is_finite() || !loss.is_finite() || rate == 0.0 {
            return loss;
        }
        let mut hessian = objective.hessian(x).await;
        let down = scaled(&gradient, -1.0);
        let mut damping = self.newton_damping;
        let mut direction = None;
        for _ in 0..=RISES {
            direction = hessian.solve(damping, &down, objective).await;
            if direction.is_some() {
                break;
            }
            damping = (10.0 * damping).max(LEAST_RISE * hessian.reach());
        }
        let Some(direction) = direction else { return loss };
        let mut length = rate;
        for _ in 0..HALVINGS {
            let place = moved(x, length, &direction);
            let found = objective.evaluate(&place, &mut gradient).await;
            if found < loss {
                x.copy_from_slice(&place);
                return found;
            }
            length *= 0.5;
        }
        loss
    }
}

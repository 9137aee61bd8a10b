//! Hypergradient descent on the learning rate (Baydin et al., 2018): `lr += hypergradient * (g . u)` before each step, where
//! `g` is the gradient that the rule takes, decay included, and `u` the direction of the last step, `p -= lr * u`; 0 before
//! the first. What a schedule says multiplies the rate that comes of it: descent and schedule know nothing of each other.
//! Nothing holds the rate above 0 or below any limit, as in the paper.
//!
//! A rule that descends has `shift` as its first scalar. A step's scalars hold the hypergradient there; whoever takes the
//! step multiplies it by `g . u`, a sum over all parameters, before any of them changes. Its first slots are the direction of
//! the last step and what the descent has added to the rate so far. The latter is the same number beside each parameter:
//! so it goes wherever the optimizer's state goes.

use super::{Constants, Element, MOST_SLOTS, RuleId, Scalars};
use num_traits::Float;

/// The slot of the last step's direction.
pub const DIRECTION: usize = 0;
/// The slot of what was added to the learning rate.
pub const ADDED: usize = 1;

/// A step's scalars once `g . u` is known, which only rules that descend ask for.
pub fn shifted<T: Float>(rule: RuleId, scalars: &Scalars<T>, slope: impl FnOnce() -> T) -> Scalars<T> {
    let mut scalars = *scalars;
    if rule.arm().descends() {
        scalars[0] = scalars[0] * slope();
    }
    scalars
}

/// A parameter's share in `g . u`; `l2` is 0 for biases.
pub fn slope<E: Element>(c: &Constants<E>, l2: E, p: E, gradient: E, slots: &[E; MOST_SLOTS]) -> E {
    (gradient + l2 * p + c.weight_decay * p) * slots[DIRECTION]
}

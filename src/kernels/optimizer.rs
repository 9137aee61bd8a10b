//! The update of one parameter. Twin of `shaders/optimizer.wgsl`.

use crate::optimizer::{Constants, Rule};
use num_traits::Float;

/// One parameter's update: the new parameter; `slots` (mean, mean square, or the momentum buffer) change in place.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the innermost loop of every step")]
#[expect(clippy::needless_pass_by_value, reason = "two references, not a value")]
pub fn reference<T: Float>(
    rule: Rule,
    c: &Constants<T>,
    s: &[T; 4],
    is_weight: bool,
    p: T,
    gradient: T,
    slots: [&mut T; 2],
) -> T {
    let l2 = if is_weight { c.l2 } else { T::zero() };
    let g = gradient + l2 * p + c.weight_decay * p;
    match rule {
        Rule::Sgd => {
            let buffer = s[1] * *slots[0] + s[2] * g;
            *slots[0] = buffer;
            let momentum = s[1] != T::zero();
            let d = if !momentum {
                g
            } else if c.nesterov == T::zero() {
                buffer
            } else {
                g + s[1] * buffer
            };
            p - s[0] * d
        }
        Rule::Adam => {
            let mean = *slots[0] + c.mean_share * (g - *slots[0]);
            let square = c.beta2 * *slots[1] + c.square_share * g * g;
            *slots[0] = mean;
            *slots[1] = square;
            p - s[0] * mean / (square.sqrt() * s[1] + c.epsilon)
        }
    }
}

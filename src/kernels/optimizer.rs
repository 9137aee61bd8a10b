//! The update of one parameter. Twin of `shaders/optimizer.wgsl`.

use crate::optimizer::{Constants, Rule};
use core::ops::{Add, Div, Mul, Sub};

/// What an update computes with: a number, or one for each lane of a vector.
pub trait Element: Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> {
    /// 0.
    const ZERO: Self;
    /// Square root.
    #[must_use]
    fn sqrt(self) -> Self;
    /// `then` where `self` is 0, else `otherwise`.
    #[must_use]
    fn if_zero(self, then: Self, otherwise: Self) -> Self;
}

macro_rules! scalar {
    ($($number:ty),*) => {$(
        impl Element for $number {
            const ZERO: Self = 0.0;
            #[inline(always)]
            fn sqrt(self) -> Self {
                self.sqrt()
            }
            #[inline(always)]
            fn if_zero(self, then: Self, otherwise: Self) -> Self {
                if self == 0.0 { then } else { otherwise }
            }
        }
    )*};
}
scalar!(f32, f64);

/// One parameter's update: the new parameter; `slots` (mean, mean square, or the momentum buffer) change in place.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the innermost loop of every step")]
#[expect(clippy::needless_pass_by_value, reason = "two references, not a value")]
pub fn reference<T: Element>(
    rule: Rule,
    c: &Constants<T>,
    s: &[T; 4],
    is_weight: bool,
    p: T,
    gradient: T,
    slots: [&mut T; 2],
) -> T {
    let l2 = if is_weight { c.l2 } else { T::ZERO };
    let g = gradient + l2 * p + c.weight_decay * p;
    match rule {
        Rule::Sgd => {
            let buffer = s[1] * *slots[0] + s[2] * g;
            *slots[0] = buffer;
            let d = s[1].if_zero(g, c.nesterov.if_zero(buffer, g + s[1] * buffer));
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

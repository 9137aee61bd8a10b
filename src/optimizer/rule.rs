//! What an optimizer's file is made of, and the macro that writes an update.

#![expect(
    clippy::inline_always,
    reason = "the innermost loop of every step, compiled for its caller's instruction set"
)]

use super::{Constants, MOST_CONSTANTS, MOST_SLOTS, Pace, RuleId, Scalars};
use crate::settings::Named;
use core::ops::{Add, AddAssign, Div, Mul, Sub, SubAssign};
use wide::f32x4;

/// What an update computes with: a number, or one for each lane of a vector.
pub trait Element:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + AddAssign + SubAssign
{
    /// 0.
    const ZERO: Self;
    /// Square root.
    #[must_use]
    fn root(self) -> Self;
    /// The larger one.
    #[must_use]
    fn larger(self, other: Self) -> Self;
    /// `then` where `self` is 0, else `otherwise`.
    #[must_use]
    fn choose(self, then: Self, otherwise: Self) -> Self;
}

macro_rules! scalar {
    ($($number:ty),*) => {$(
        impl Element for $number {
            const ZERO: Self = 0.0;
            #[inline(always)]
            fn root(self) -> Self {
                self.sqrt()
            }
            #[inline(always)]
            fn larger(self, other: Self) -> Self {
                self.max(other)
            }
            #[inline(always)]
            fn choose(self, then: Self, otherwise: Self) -> Self {
                if self == 0.0 { then } else { otherwise }
            }
        }
    )*};
}
scalar!(f32, f64);

impl Element for f32x4 {
    const ZERO: Self = Self::ZERO;
    #[inline(always)]
    fn root(self) -> Self {
        self.sqrt()
    }
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        self.max(other)
    }
    #[inline(always)]
    fn choose(self, then: Self, otherwise: Self) -> Self {
        self.simd_eq(Self::ZERO).select(then, otherwise)
    }
}

/// `sqrt` of WGSL.
#[inline(always)]
pub(super) fn sqrt<E: Element>(x: E) -> E {
    x.root()
}

/// `max` of WGSL.
#[inline(always)]
pub(super) fn max<E: Element>(a: E, b: E) -> E {
    a.larger(b)
}

/// `then` where a constant or scalar is 0, else `otherwise`; the shaders have a function of this name.
#[inline(always)]
pub(super) fn if_zero<E: Element>(x: E, then: E, otherwise: E) -> E {
    x.choose(then, otherwise)
}

/// `x`, or 0 where it is negative; the shaders have a function of this name.
#[inline(always)]
pub(super) fn not_negative<E: Element>(x: E) -> E {
    x.larger(E::ZERO)
}

/// The name of the first scalar of rules whose learning rate descends.
pub(super) const SHIFT: &str = "shift";

/// What shaders are told of a rule. Its words are the same in Rust and WGSL.
#[derive(Clone, Copy, Debug)]
pub struct Arm {
    /// Names of what holds for the whole run, in order.
    pub constants: &'static [&'static str],
    /// Names of what changes from step to step, in order.
    pub scalars: &'static [&'static str],
    /// Names of the numbers kept per parameter, in order.
    pub slots: &'static [&'static str],
    /// The statements that turn parameter `p`, gradient `g` and the slots into what they are after the step.
    pub body: &'static str,
}

/// Scalars that are products of the learning rate and something that does not hang on it.
const GROWING: [&str; 3] = ["rate", "mean_rate", "decay"];

impl Arm {
    /// Whether scalar `i` is a multiple of the learning rate; no other one hangs on it.
    pub fn grows_with_rate(&self, i: usize) -> bool {
        self.scalars.get(i).is_some_and(|name| GROWING.contains(name))
    }

    /// Whether the learning rate descends, too: see `descent.rs`.
    pub fn descends(&self) -> bool {
        self.scalars.first() == Some(&SHIFT)
    }
}

/// An update of parameters: one for each set of numbers that is kept per parameter, so that no loop asks which there are.
pub trait Rule: 'static {
    /// The shaders' side.
    const ARM: Arm;

    /// The new parameter; the first slots change in place.
    fn update<E: Element>(c: &Constants<E>, s: &Scalars<E>, p: E, g: E, slots: &mut [E; MOST_SLOTS]) -> E;
}

/// One step of one parameter: what all rules have in common, then the rule.
#[inline(always)]
pub fn step<R: Rule, E: Element>(
    c: &Constants<E>,
    s: &Scalars<E>,
    p: E,
    gradient: E,
    slots: &mut [E; MOST_SLOTS],
) -> E {
    R::update(c, s, p, gradient + c.l2 * p + c.weight_decay * p, slots)
}

/// Work that is compiled once for each rule.
pub trait Visitor {
    /// What comes of it.
    type Output;
    /// Works with the rule.
    fn visit<R: Rule>(self) -> Self::Output;
}

/// Numbers that go from step to step of an epoch, such as powers: a product a step is quicker than a power.
pub type Running = [f64; 3];

/// What an optimizer's file says beside its updates.
pub trait Configure: Named + Copy {
    /// PyTorch's default.
    const LEARNING_RATE: f64;

    /// The settings that an optimizer of this name starts from, where a file has several.
    #[must_use]
    fn named(_: &str) -> Self {
        Self::default()
    }
    /// The update that serves these settings.
    fn rule(self) -> RuleId;
    /// Weight decay that is added to the gradient.
    fn weight_decay(self) -> f64;
    /// In the order of the arm's names; the rest is 0.
    fn constants(self) -> [f64; MOST_CONSTANTS];
    /// What step `first` (from 1) of an epoch begins with.
    fn begin(self, _first: u64, _pace: &dyn Fn(u64) -> Pace) -> Running {
        Running::default()
    }
    /// The scalars of step `t` (from 1) in the order of the arm's names, the rest is 0; `running` goes on to the next.
    fn scalars(self, running: &mut Running, t: u64, pace: Pace) -> Scalars<f64>;
    /// Whether a gradient that is always 0 would be divided by 0, as padding's is.
    fn divides_by_zero(self) -> bool {
        false
    }
}

/// `values`, and zeros after them.
pub(super) fn filled<const N: usize, const M: usize>(values: [f64; N]) -> [f64; M] {
    core::array::from_fn(|i| values.get(i).copied().unwrap_or_default())
}

/// Writes a [`Rule`]. The statements are Rust and, as they stand, WGSL: assignments and `let`s of sums, products, quotients
/// and calls of `sqrt`, `max`, `if_zero` and `not_negative`, where `p` is the parameter and `g` the gradient. Slots start
/// from 0.
macro_rules! rule {
    ($(#[$doc:meta])* $Name:ident($($constant:ident),*; $($scalar:ident),*; $($slot:ident),*) |$p:ident, $g:ident| {
        $($body:tt)*
    }) => {
        $(#[$doc])*
        pub struct $Name;

        impl $Name {
            /// The shaders' side.
            pub const ARM: $crate::optimizer::rule::Arm = $crate::optimizer::rule::Arm {
                constants: &[$(stringify!($constant)),*],
                scalars: &[$(stringify!($scalar)),*],
                slots: &[$(stringify!($slot)),*],
                body: stringify!($($body)*),
            };
        }

        impl $crate::optimizer::rule::Rule for $Name {
            const ARM: $crate::optimizer::rule::Arm = Self::ARM;

            #[inline(always)]
            fn update<E: $crate::optimizer::rule::Element>(
                constants: &$crate::optimizer::Constants<E>,
                scalars: &$crate::optimizer::Scalars<E>,
                mut $p: E,
                $g: E,
                slots: &mut [E; $crate::optimizer::MOST_SLOTS],
            ) -> E {
                let [$($constant,)* ..] = constants.own;
                let [$($scalar,)* ..] = *scalars;
                let [$(mut $slot,)* ..] = *slots;
                // A slot may be written without having been read.
                let _before: &[E] = &[$($slot),*];
                $($body)*
                let after: &[E] = &[$($slot),*];
                slots[..after.len()].copy_from_slice(after);
                $p
            }
        }
    };
}

pub(super) use rule;

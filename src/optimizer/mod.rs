//! Optimizers as PyTorch's `torch/optim/*.py` (single-tensor paths) write them, a file each: settings with PyTorch's names
//! and defaults, updates, what an update takes that holds for a whole run (constants) and what changes from step to step
//! (scalars). Constants and scalars are computed in f64 on the host. The updates are compiled for numbers and for vectors,
//! and the shaders are written from the same statements.
//!
//! Adding one takes its file, a `mod` and a line in `optimizers!` below.
//!
//! Those of second order are no such statements: they are [`crate::second_order`]'s, and have a name and settings here.

mod adadelta;
mod adagrad;
mod adam;
mod adamw;
pub mod average;
pub mod descent;
mod nadam;
mod rmsprop;
pub mod rule;
mod sgd;
mod stability;

pub use adadelta::Adadelta;
pub use adagrad::Adagrad;
pub use adam::Adam;
pub use adamw::Adamw;
pub use nadam::Nadam;
pub use rmsprop::Rmsprop;
pub use rule::{Arm, Element, Rule, Visitor};
pub use sgd::Sgd;

use crate::second_order::{Lbfgs, Method, Newton};
use crate::settings::Named;
use num_traits::Float;
use rule::{Configure, Running, filled};

/// The largest of some numbers.
const fn most(of: &[usize]) -> usize {
    let (mut most, mut i) = (0, 0);
    while i < of.len() {
        if of[i] > most {
            most = of[i];
        }
        i += 1;
    }
    most
}

macro_rules! optimizers {
    ([$($Whole:ident: $whole:literal),+] $($file:ident::$Settings:ident: $($name:literal)+ => $($rule:ident)+;)+) => {
        /// Each optimizer's settings.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum Settings {
            $(#[doc = concat!("Of `", stringify!($file), "`.")] $Settings($Settings),)+
            $(#[doc = concat!("Of `", $whole, "`.")] $Whole($Whole),)+
        }

        /// Which update a network uses.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u32)]
        pub enum RuleId {
            $($(#[doc = concat!("`", stringify!($file), "`.")] $rule,)+)+
            /// None of them: an optimizer of second order moves all parameters at once, by a strategy of its own.
            Whole,
        }

        /// Names of all optimizers, as documents have them.
        pub const NAMES: &[&str] = &[$($($name),+),+, $($whole),+];
        /// Most numbers kept per parameter, by any rule.
        pub const MOST_SLOTS: usize = most(&[$($($file::$rule::ARM.slots.len()),+),+]);
        /// Most constants of a rule.
        pub const MOST_CONSTANTS: usize = most(&[$($($file::$rule::ARM.constants.len()),+),+]);
        /// Most scalars of a rule.
        pub const MOST_SCALARS: usize = most(&[$($($file::$rule::ARM.scalars.len()),+),+]);

        impl RuleId {
            /// Every rule that shaders and loops are made of.
            pub const ALL: &[Self] = &[$($(Self::$rule),+),+];

            /// What shaders are told of it.
            pub fn arm(self) -> Arm {
                match self {
                    $($(Self::$rule => $file::$rule::ARM,)+)+
                    Self::Whole => Arm { constants: &[], scalars: &["rate"], slots: &[], body: "" },
                }
            }

            /// Work compiled for this rule.
            #[inline]
            pub fn visit<V: Visitor>(self, visitor: V) -> V::Output {
                match self {
                    $($(Self::$rule => visitor.visit::<$file::$rule>(),)+)+
                    Self::Whole => unreachable!("a strategy of its own trains what no rule does"),
                }
            }
        }

        /// An optimizer by its name, with PyTorch's defaults.
        fn by_name(name: &str) -> Option<(Settings, f64)> {
            match name {
                $($($name)|+ => Some((Settings::$Settings($Settings::named(name)), $Settings::LEARNING_RATE)),)+
                $($whole => Some((Settings::$Whole($Whole::default()), $Whole::LEARNING_RATE)),)+
                _ => None,
            }
        }

        /// Whether some optimizer has a setting of this name.
        pub fn is_setting(name: &str) -> bool {
            $($Settings::NAMES.contains(&name))||+ || $($Whole::NAMES.contains(&name))||+
        }

        /// Calls a method of the settings, whose they are.
        macro_rules! of {
            ($settings:expr, $own:ident => $call:expr) => {
                match $settings {
                    $(Settings::$Settings($own) => $call,)+
                    $(Settings::$Whole($own) => $call,)+
                }
            };
        }
    };
}

optimizers! {
    [Lbfgs: "lbfgs", Newton: "newton"]
    sgd::Sgd: "gd" "sgd" "momentum" "nesterov" => Plain Momentum PlainDescent MomentumDescent;
    adagrad::Adagrad: "adagrad" => Sum;
    rmsprop::Rmsprop: "rmsprop" => Square SquareMomentum Centred CentredMomentum;
    adadelta::Adadelta: "adadelta" => Ratio;
    adam::Adam: "adam" => Moments Amsgrad MomentsDescent AmsgradDescent;
    adamw::Adamw: "adamw" => Decoupled DecoupledAmsgrad;
    nadam::Nadam: "nadam" => LookAhead;
}

macro_rules! of_second_order {
    ($($Settings:ident: $learning_rate:expr;)+) => {$(
        impl Configure for $Settings {
            const LEARNING_RATE: f64 = $learning_rate;

            fn rule(self) -> RuleId {
                RuleId::Whole
            }

            fn weight_decay(self) -> f64 {
                0.0
            }

            fn constants(self) -> [f64; MOST_CONSTANTS] {
                filled([])
            }

            fn scalars(self, _: &mut Running, _: u64, pace: Pace) -> Scalars<f64> {
                filled([pace.learning_rate])
            }
        }
    )+};
}

of_second_order! {
    Lbfgs: 1.0;
    Newton: 1.0;
}

/// What changes from step to step, in the order of the rule's names; what a rule does not name is 0.
pub type Scalars<T> = [T; MOST_SCALARS];

/// What a schedule decides about a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Step size.
    pub learning_rate: f64,
    /// The schedule's share in it.
    pub factor: f64,
    /// In place of the optimizer's own momentum or beta1.
    pub momentum: Option<f64>,
}

impl Pace {
    /// This learning rate alone.
    pub fn of(learning_rate: f64) -> Self {
        Self { learning_rate, factor: 1.0, momentum: None }
    }
}

/// What holds for a whole run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Constants<T> {
    /// Added to the gradient as `weight_decay * parameter`.
    pub weight_decay: T,
    /// L2 on weights alone.
    pub l2: T,
    /// The rule's, in the order of its names; what a rule does not name is 0.
    pub own: [T; MOST_CONSTANTS],
}

impl<T: Copy> Constants<T> {
    /// The same with each number made another.
    pub fn map<U>(&self, change: impl Fn(T) -> U) -> Constants<U> {
        Constants { weight_decay: change(self.weight_decay), l2: change(self.l2), own: self.own.map(change) }
    }

    /// One of several runs' constants, number by number.
    pub fn zip<U, const N: usize>(all: &[Self; N], join: impl Fn([T; N]) -> U) -> Constants<U> {
        Constants {
            weight_decay: join(all.each_ref().map(|one| one.weight_decay)),
            l2: join(all.each_ref().map(|one| one.l2)),
            own: core::array::from_fn(|i| join(all.each_ref().map(|one| one.own[i]))),
        }
    }
}

impl Constants<f64> {
    /// The same numbers in another precision.
    pub fn cast<T: Float>(&self) -> Constants<T> {
        self.map(|x| T::from(x).unwrap_or_else(T::nan))
    }
}

/// Settings of an optimizer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Optimizer {
    /// Its own.
    pub settings: Settings,
    /// Step size before any schedule.
    pub learning_rate: f64,
    /// Adds `l2 / 2 * sum of squared weights` (no biases) to the loss.
    pub l2: f64,
    /// The share of itself that a running average of the parameters keeps with each step, where there is one: see
    /// [`average`].
    pub average: Option<f64>,
}

impl Default for Optimizer {
    fn default() -> Self {
        Self { settings: Settings::Adam(Adam::default()), learning_rate: Adam::LEARNING_RATE, l2: 0.0, average: None }
    }
}

impl Optimizer {
    /// The optimizer of this name with PyTorch's defaults.
    pub fn named(name: &str) -> Option<Self> {
        by_name(name).map(|(settings, learning_rate)| Self { settings, learning_rate, l2: 0.0, average: None })
    }

    /// Sets a number, or true and false as 1 and 0; false where the optimizer has no setting of this name.
    pub fn set(&mut self, name: &str, value: f64) -> bool {
        match name {
            "learning_rate" => self.learning_rate = value,
            "l2" => self.l2 = value,
            own => return of!(&mut self.settings, settings => settings.set(own, value)),
        }
        true
    }

    /// Names of its settings, but for `l2`, which is ours.
    pub fn names(&self) -> Vec<&'static str> {
        fn names<S: Named>(_: &S) -> &'static [&'static str] {
            S::NAMES
        }
        [&["learning_rate"][..], of!(&self.settings, settings => names(settings))].concat()
    }

    /// The share of its buffer that stays, of SGD.
    pub fn momentum(&self) -> Option<f64> {
        match self.settings {
            Settings::Sgd(Sgd { momentum, .. }) => Some(momentum),
            _ => None,
        }
    }

    /// The method that moves all parameters at once, of an optimizer of second order.
    pub fn second_order(&self) -> Option<Method> {
        match self.settings {
            Settings::Lbfgs(own) => Some(Method::Lbfgs(own)),
            Settings::Newton(own) => Some(Method::Newton(own)),
            _ => None,
        }
    }

    /// The update.
    pub fn rule(&self) -> RuleId {
        of!(self.settings, settings => settings.rule())
    }

    /// Whether its learning rate descends by itself: see [`descent`].
    pub fn descends(&self) -> bool {
        self.rule().arm().descends()
    }

    /// Numbers kept per parameter.
    pub fn n_slots(&self) -> usize {
        self.rule().arm().slots.len() + usize::from(self.average.is_some())
    }

    /// What holds for the whole run.
    pub fn constants(&self) -> Constants<f64> {
        let (weight_decay, own) = of!(self.settings, settings => (settings.weight_decay(), settings.constants()));
        Constants { weight_decay, l2: self.l2, own }
    }

    /// Whether padding, whose gradient is always 0, would be divided by 0.
    pub fn divides_by_zero(&self) -> bool {
        of!(self.settings, settings => settings.divides_by_zero())
    }

    /// What changes with the step, from step `first` (counted from 1) on; `pace` knows any step's.
    pub fn scalars(self, first: u64, pace: impl Fn(u64) -> Pace) -> impl Iterator<Item = Scalars<f64>> {
        let mut running: Running = of!(self.settings, settings => settings.begin(first, &pace));
        (first..).map(move |t| of!(self.settings, settings => settings.scalars(&mut running, t, pace(t))))
    }

    /// [`Optimizer::scalars`] of step `t` alone.
    pub fn step_scalars(self, t: u64, learning_rate: f64) -> Scalars<f64> {
        self.scalars(t, |_| Pace::of(learning_rate)).next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::optimizer::reference;
    use std::collections::BTreeSet;

    /// Whole words of a text.
    fn words(text: &str) -> BTreeSet<&str> {
        text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect()
    }

    #[test]
    fn arms_use_what_they_name() {
        for &rule in RuleId::ALL {
            let Arm { constants, scalars, slots, body } = rule.arm();
            assert_eq!(rule.arm().descends(), slots.starts_with(&["direction", "added"]), "{rule:?}");
            let names = [constants, scalars, slots, &["p", "g"]].concat();
            assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{rule:?} has a name twice");
            for name in names {
                assert!(words(body).contains(name), "{rule:?} does not use {name}");
            }
        }
    }

    /// The parameter after each of these gradients in f64.
    fn train(optimizer: Optimizer, gradients: &[f64]) -> Vec<f64> {
        let (mut p, mut slots) = (1.0, [0.0; MOST_SLOTS]);
        let steps = gradients.iter().zip(optimizer.scalars(1, |_| Pace::of(optimizer.learning_rate)));
        let step = |(&g, s): (&f64, Scalars<f64>)| {
            p = reference(optimizer.rule(), &optimizer.constants(), &s, true, p, g, &mut slots);
            p
        };
        steps.map(step).collect()
    }

    fn made(name: &str, settings: &[(&str, f64)]) -> Optimizer {
        let mut optimizer = Optimizer::named(name).unwrap();
        assert!(settings.iter().all(|(name, value)| optimizer.set(name, *value)));
        optimizer
    }

    #[test]
    fn each_first_step_is_the_one_on_paper() {
        for (name, settings, wanted) in [
            ("sgd", &[("learning_rate", 0.5)][..], 1.0 - 0.5 * 2.0),
            ("sgd", &[("learning_rate", 0.5), ("weight_decay", 0.1), ("l2", 0.2)], 1.0 - 0.5 * 2.3),
            ("momentum", &[("learning_rate", 0.5), ("dampening", 0.5)], 1.0 - 0.5 * 2.0),
            ("nesterov", &[("learning_rate", 0.5)], 1.0 - 0.5 * (2.0 + 0.9 * 2.0)),
            ("adam", &[("learning_rate", 0.5), ("epsilon", 0.0)], 0.5),
            ("adam", &[("learning_rate", 0.5), ("epsilon", 1.0)], 1.0 - 0.5 * 2.0 / 3.0),
            ("adam", &[("learning_rate", 0.5), ("epsilon", 1.0), ("amsgrad", 1.0)], 1.0 - 0.5 * 2.0 / 3.0),
            ("adagrad", &[("learning_rate", 0.5), ("epsilon", 0.5)], 1.0 - 0.5 * 2.0 / 2.5),
            ("adagrad", &[("learning_rate", 0.5), ("initial_accumulator_value", 5.0), ("lr_decay", 9.0)], {
                1.0 - 0.5 * 2.0 / (3.0 + 1e-10)
            }),
            ("adadelta", &[("rho", 0.75), ("epsilon", 0.25)], 1.0 - 0.5 * 2.0 / 1.25_f64.sqrt()),
            // The decay acts on the parameter, not on the gradient.
            ("adamw", &[("learning_rate", 0.5), ("weight_decay", 0.1), ("epsilon", 0.0)], 1.0 - 0.05 - 0.5),
            ("adamw", &[("learning_rate", 0.5), ("weight_decay", 0.0), ("epsilon", 1.0)], 1.0 - 0.5 * 2.0 / 3.0),
            // Momentum of 0.25 in every step: three quarters of g / (1 - 0.25), a quarter of m = g / 2 over 1 - 1/16.
            (
                "nadam",
                &[("learning_rate", 0.5), ("beta1", 0.5), ("momentum_decay", 0.0), ("epsilon", 0.0)],
                1.0 - 0.5 * (1.0 + 0.25 * 0.5 * 16.0 / 15.0),
            ),
            ("rmsprop", &[("learning_rate", 0.5), ("alpha", 0.75)], 1.0 - 0.5 * 2.0 / (1.0 + 1e-8)),
            // A mean square of 3 and a mean of 1.5 are a variance of 0.75.
            (
                "rmsprop",
                &[("learning_rate", 0.5), ("alpha", 0.25), ("centered", 1.0)],
                1.0 - 0.5 * 2.0 / (0.75_f64.sqrt() + 1e-8),
            ),
            ("rmsprop", &[("learning_rate", 0.5), ("alpha", 0.75), ("momentum", 0.9)], 1.0 - 1.0 / (1.0 + 1e-8)),
        ] {
            let found = train(made(name, settings), &[2.0])[0];
            assert!((found - wanted).abs() < 1e-12, "{name} {settings:?}: {found} is not {wanted}");
        }
    }

    #[test]
    fn amsgrad_keeps_the_largest_and_centring_a_variance_above_0() {
        let settings = [("learning_rate", 0.1), ("beta2", 0.5)];
        let gradients = [8.0, 0.1, 0.1, 0.1];
        let (plain, largest) = (train(made("adam", &settings), &gradients), {
            train(made("adam", &[&settings[..], &[("amsgrad", 1.0)]].concat()), &gradients)
        });
        assert_eq!(plain[0], largest[0]);
        assert!(largest[3] > plain[3], "{largest:?} takes larger steps than {plain:?}");
        let same = train(made("rmsprop", &[("centered", 1.0), ("alpha", 0.5)]), &[0.3; 200]);
        assert!(same.iter().all(|p| p.is_finite()), "{same:?}");
    }
}

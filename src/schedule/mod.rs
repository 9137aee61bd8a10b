//! Schedules of the learning rate, a file each: its settings, and a factor per step.
//!
//! Adding one takes its file, a `mod` and a line in `schedules!` below.

mod constant;
mod step;

pub use constant::Constant;
pub use step::Step;

use crate::settings::Named;

/// Where a run stands before a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepAt {
    /// Steps before this one.
    pub step: u64,
    /// Steps of an epoch.
    pub per_epoch: u64,
}

impl StepAt {
    /// Epochs before this step, and the part of the present one.
    pub fn epochs_done(self) -> f64 {
        self.step as f64 / self.per_epoch.max(1) as f64
    }
}

/// What the learning rate is multiplied by.
pub trait Schedule {
    /// The factor of a step; steps are asked for in order.
    fn factor(&mut self, at: StepAt) -> f64;

    /// Whether factors depend on how epochs ended, so that none may begin before.
    fn waits_for_outcome(&self) -> bool {
        false
    }
}

/// What a schedule's file says beside its factor.
pub trait Configure: Schedule + Named {
    /// PyTorch's arguments, stepped once a step, and the settings that stand for them.
    const ARGUMENTS: &'static [(&'static str, &'static str)];
}

macro_rules! schedules {
    ($($Settings:ident: $name:literal;)+) => {
        /// A schedule and its settings.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum Settings {
            $(#[doc = concat!("`", $name, "`.")] $Settings($Settings),)+
        }

        /// Names of all schedules.
        pub const NAMES: &[&str] = &[$($name),+];

        impl Settings {
            /// The schedule of this name with its defaults.
            pub fn named(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$Settings($Settings::default())),)+
                    _ => None,
                }
            }

            /// Sets a number; false where the schedule has no setting of this name.
            pub fn set(&mut self, name: &str, value: f64) -> bool {
                match self {
                    $(Self::$Settings(own) => own.set(name, value),)+
                }
            }

            /// PyTorch's arguments and the settings that stand for them.
            pub fn arguments(&self) -> &'static [(&'static str, &'static str)] {
                match self {
                    $(Self::$Settings(_) => $Settings::ARGUMENTS,)+
                }
            }
        }

        impl Schedule for Settings {
            fn factor(&mut self, at: StepAt) -> f64 {
                match self {
                    $(Self::$Settings(own) => own.factor(at),)+
                }
            }

            fn waits_for_outcome(&self) -> bool {
                match self {
                    $(Self::$Settings(own) => own.waits_for_outcome(),)+
                }
            }
        }

        /// Whether some schedule has a setting of this name.
        pub fn is_setting(name: &str) -> bool {
            $($Settings::NAMES.contains(&name))||+
        }
    };
}

schedules! {
    Constant: "constant";
    Step: "step";
}

impl Default for Settings {
    fn default() -> Self {
        Self::Constant(Constant)
    }
}

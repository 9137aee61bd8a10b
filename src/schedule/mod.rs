//! Schedules, a file each: what the learning rate is multiplied by at each step, and what some make of momentum.
//!
//! Adding one takes its file, a `mod` and a line in `schedules!` below.

mod constant;
mod cosine;
mod drawn;
mod exponential;
mod inverse_time;
mod one_cycle;
mod plateau;
mod step;

pub use constant::Constant;
pub use cosine::Cosine;
pub use drawn::{Drawn, MOST_POINTS, Point, points};
pub use exponential::Exponential;
pub use inverse_time::InverseTime;
pub use one_cycle::OneCycle;
pub use plateau::Plateau;
pub use step::Step;

use crate::settings::Named;
use std::sync::Arc;

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
        self.step as f64 / self.steps(1.0)
    }

    /// Steps of so many epochs.
    fn steps(self, epochs: f64) -> f64 {
        epochs * self.per_epoch.max(1) as f64
    }
}

/// What the outcomes of a run's epochs have come to for its schedule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Memory {
    /// The lowest loss.
    pub best: f64,
    /// The epoch, from 1, of the lowest loss, or of the last step down where that is later; 0 before the first look.
    pub since: u32,
    /// What outcomes multiply the learning rate by.
    pub factor: f64,
}

impl Default for Memory {
    fn default() -> Self {
        Self { best: f64::INFINITY, since: 0, factor: 1.0 }
    }
}

/// What a schedule's file says.
pub trait Schedule: Named {
    /// PyTorch's arguments, stepped once a step, and the settings that stand for them.
    const ARGUMENTS: &'static [(&'static str, &'static str)];
    /// Whether the outcomes of epochs matter, so that none may begin before the one before it has ended.
    const WAITS: bool = false;

    /// What PyTorch's arguments are set over, where an epoch is a step.
    #[must_use]
    fn stepped() -> Self {
        Self::default()
    }
    /// The factor on the learning rate, but for what [`Memory`] has.
    fn factor(&self, at: StepAt) -> f64;
    /// The momentum, or beta1, that the schedule puts in place of the optimizer's.
    fn momentum(&self, _: StepAt) -> Option<f64> {
        None
    }
    /// Takes in the loss after an epoch, counted from 1.
    fn observe(&self, _memory: &mut Memory, _epoch: u32, _loss: f64) {}
}

macro_rules! schedules {
    ($($Settings:ident: $name:literal;)+) => {
        /// A schedule and its own settings.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Kind {
            $(#[doc = concat!("`", $name, "`.")] $Settings($Settings),)+
        }

        /// Names of all schedules.
        pub const NAMES: &[&str] = &[$($name),+];

        /// Whether some schedule has a setting of this name.
        pub fn is_setting(name: &str) -> bool {
            [WARMUP, MOMENTUM_WARMUP, MOMENTUM_START].contains(&name) || $($Settings::NAMES.contains(&name))||+
        }

        impl Kind {
            fn named(name: &str, is_stepped: bool) -> Option<Self> {
                match name {
                    $($name => Some(Self::$Settings(if is_stepped { $Settings::stepped() } else { $Settings::default() })),)+
                    _ => None,
                }
            }

            fn arguments(&self) -> &'static [(&'static str, &'static str)] {
                match self {
                    $(Self::$Settings(_) => $Settings::ARGUMENTS,)+
                }
            }

            fn waits(&self) -> bool {
                match self {
                    $(Self::$Settings(_) => $Settings::WAITS,)+
                }
            }
        }

        /// Calls a method of the schedule, whichever it is.
        macro_rules! of {
            ($kind:expr, $own:ident => $call:expr) => {
                match $kind {
                    $(Kind::$Settings($own) => $call,)+
                }
            };
        }
    };
}

schedules! {
    Constant: "constant";
    Step: "step";
    Exponential: "exponential";
    InverseTime: "inverse_time";
    Cosine: "cosine";
    OneCycle: "one_cycle";
    Plateau: "plateau";
    Drawn: "drawn";
}

/// The settings that all schedules have.
const WARMUP: &str = "warmup_epochs";
const MOMENTUM_WARMUP: &str = "momentum_warmup_epochs";
const MOMENTUM_START: &str = "momentum_start";

/// A schedule and its settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    kind: Kind,
    /// Epochs over which the learning rate rises in even steps, on top of the schedule.
    warmup_epochs: f64,
    /// Epochs over which momentum rises evenly from `momentum_start` to the optimizer's own.
    momentum_warmup_epochs: f64,
    momentum_start: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { kind: Kind::Constant(Constant), warmup_epochs: 0.0, momentum_warmup_epochs: 0.0, momentum_start: 0.0 }
    }
}

impl Settings {
    /// The schedule of this name with its defaults.
    pub fn named(name: &str) -> Option<Self> {
        Kind::named(name, false).map(|kind| Self { kind, ..Self::default() })
    }

    /// What PyTorch's arguments of the schedule of this name are set over.
    pub fn stepped(name: &str) -> Option<Self> {
        Kind::named(name, true).map(|kind| Self { kind, ..Self::default() })
    }

    /// Sets a number; false where the schedule has no setting of this name.
    pub fn set(&mut self, name: &str, value: f64) -> bool {
        match name {
            WARMUP => self.warmup_epochs = value,
            MOMENTUM_WARMUP => self.momentum_warmup_epochs = value,
            MOMENTUM_START => self.momentum_start = value,
            own => return of!(&mut self.kind, kind => kind.set(own, value)),
        }
        true
    }

    /// Gives a drawn schedule its points; any other has none.
    pub fn draw(&mut self, points: Arc<[Point]>) {
        if let Kind::Drawn(drawn) = &mut self.kind {
            drawn.draw(points);
        }
    }

    /// PyTorch's arguments and the settings that stand for them.
    pub fn arguments(&self) -> &'static [(&'static str, &'static str)] {
        self.kind.arguments()
    }

    /// What the learning rate is multiplied by at a step.
    pub fn factor(&self, at: StepAt, memory: &Memory) -> f64 {
        let warmup = at.steps(self.warmup_epochs);
        let done = (at.step + 1) as f64;
        let risen = if done < warmup { done / warmup } else { 1.0 };
        of!(&self.kind, own => own.factor(at)) * memory.factor * risen
    }

    /// The factors at so many places from the first to the last of many steps over these epochs. Empty of a schedule that waits
    /// for what comes of training.
    pub fn curve(&self, epochs: usize, points: usize) -> Vec<f64> {
        if self.waits_for_outcome() {
            return Vec::new();
        }
        let per_epoch = 1000;
        let last = (epochs.max(1) as u64 * per_epoch - 1) as f64;
        let step = |at: usize| (last * at as f64 / points.saturating_sub(1).max(1) as f64) as u64;
        (0..points).map(|at| self.factor(StepAt { step: step(at), per_epoch }, &Memory::default())).collect()
    }

    /// The momentum, or beta1, that the schedule puts in place of the optimizer's.
    pub fn momentum(&self, at: StepAt) -> Option<f64> {
        of!(&self.kind, own => own.momentum(at))
    }

    /// The momentum of a step on its way up to the optimizer's own; `None` once it is there, and without a warm-up.
    pub fn rising_momentum(&self, at: StepAt, own: f64) -> Option<f64> {
        let share = at.step as f64 / at.steps(self.momentum_warmup_epochs);
        (share < 1.0).then_some(self.momentum_start + share * (own - self.momentum_start))
    }

    /// Takes in the loss after an epoch, counted from 1.
    pub fn observe(&self, memory: &mut Memory, epoch: u32, loss: f64) {
        of!(&self.kind, own => own.observe(memory, epoch, loss));
    }

    /// Whether factors depend on how epochs ended, so that none may begin before.
    pub fn waits_for_outcome(&self) -> bool {
        self.kind.waits()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn momentum_rises_evenly_and_is_the_optimizers_own_from_then_on() {
        let settings = made("cosine", &[("momentum_warmup_epochs", 2.0), ("momentum_start", 0.5)]);
        let rising: Vec<Option<f64>> =
            (0..6).map(|step| settings.rising_momentum(StepAt { step, per_epoch: 2 }, 0.9)).collect();
        let wanted = [Some(0.5), Some(0.6), Some(0.7), Some(0.8), None, None];
        for (found, wanted) in rising.iter().zip(wanted) {
            assert_eq!(found.is_some(), wanted.is_some());
            assert!((found.unwrap_or(0.0) - wanted.unwrap_or(0.0)).abs() < 1e-12, "{rising:?}");
        }
        // Without a warm-up there is none, whatever the start; the last step of a part of an epoch is still below.
        for step in [0, 1, 7] {
            let at = StepAt { step, per_epoch: 2 };
            assert_eq!(made("step", &[("momentum_start", 0.5)]).rising_momentum(at, 0.9), None);
        }
        let short = made("step", &[("momentum_warmup_epochs", 0.25)]);
        assert_eq!(short.rising_momentum(StepAt { step: 0, per_epoch: 2 }, 0.9), Some(0.0));
        assert_eq!(short.rising_momentum(StepAt { step: 1, per_epoch: 2 }, 0.9), None);
    }

    #[test]
    fn a_curve_goes_from_the_first_step_to_the_last() {
        let cosine = made("cosine", &[("epochs", 10.0)]).curve(10, 3);
        assert!((cosine[0] - 1.0).abs() < 1e-9 && (cosine[1] - 0.5).abs() < 1e-3 && cosine[2] < 1e-3, "{cosine:?}");
        let warm = made("constant", &[("warmup_epochs", 5.0)]).curve(10, 5);
        assert!(warm[0] < 0.01 && (warm[1] - 0.5).abs() < 0.01 && warm[3..] == [1.0, 1.0], "{warm:?}");
        assert!(made("plateau", &[]).curve(10, 5).is_empty() && made("step", &[]).curve(0, 1).len() == 1);
    }

    fn made(name: &str, settings: &[(&str, f64)]) -> Settings {
        let mut made = Settings::named(name).unwrap();
        assert!(settings.iter().all(|(name, value)| made.set(name, *value)), "{name}: {settings:?}");
        made
    }

    fn factors(schedule: &Settings, steps: u64, per_epoch: u64) -> Vec<f64> {
        (0..steps).map(|step| schedule.factor(StepAt { step, per_epoch }, &Memory::default())).collect()
    }

    #[test]
    fn a_warm_up_rises_evenly_to_any_schedule_and_leaves_it_alone_afterwards() {
        assert_eq!(factors(&made("constant", &[("warmup_epochs", 2.0)]), 6, 2), [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]);
        for name in NAMES {
            let (plain, warm) = (made(name, &[]), made(name, &[("warmup_epochs", 1.5)]));
            for (step, (plain, warm)) in factors(&plain, 60, 10).into_iter().zip(factors(&warm, 60, 10)).enumerate() {
                let risen = (step + 1) as f64 / 15.0;
                assert_eq!(warm, plain * risen.min(1.0), "{name}: step {step}");
            }
        }
    }

    #[test]
    fn factors_are_within_bounds_wherever_a_run_stands() {
        for name in NAMES {
            for (per_epoch, epochs) in [(1, 1.0), (1, 2.0), (1, 3.0), (7, 1.0), (40, 5.0)] {
                for extreme in [0.0, 1.0] {
                    let mut schedule = made(name, &[]);
                    for setting in ["decay_rate", "min_factor", "warmup_epochs"] {
                        schedule.set(setting, extreme);
                    }
                    for (setting, value) in [("epochs", epochs), ("decay_epochs", 0.001), ("plateau_patience", 1.0)] {
                        schedule.set(setting, value);
                    }
                    for step in 0..2 * per_epoch * epochs as u64 {
                        let at = StepAt { step, per_epoch };
                        let factor = schedule.factor(at, &Memory::default());
                        assert!((0.0..=1.0).contains(&factor), "{schedule:?} at {at:?}: {factor}");
                        let momentum = schedule.momentum(at);
                        assert!(momentum.is_none_or(|momentum| (0.0..=1.0).contains(&momentum)), "{momentum:?}");
                    }
                }
            }
        }
    }
}

//! The learning rate stays as it is.

use super::{Schedule, StepAt};
use crate::settings::Named;

/// Nothing to set.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Constant;

impl Named for Constant {
    const NAMES: &'static [&'static str] = &[];

    fn set(&mut self, _: &str, _: f64) -> bool {
        false
    }
}

impl Schedule for Constant {
    const ARGUMENTS: &'static [(&'static str, &'static str)] = &[];

    fn factor(&self, _: StepAt) -> f64 {
        1.0
    }
}

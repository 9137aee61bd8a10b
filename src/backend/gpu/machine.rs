//! What pacing and recovery need of a device, whatever it is: a clock, what is known of its pace, and whether it lives.

use super::pace::Knowledge;
use crate::backend::LocalFuture;
use crate::error::{Error, Result};
use core::cell::RefCell;
use std::rc::Rc;

/// A device as the driver sees it.
pub trait Machine: 'static {
    /// Seconds, by the clock that its work is measured with.
    fn now(&self) -> f64;
    /// What is known of its pace.
    fn knowledge(&self) -> &RefCell<Knowledge>;
    /// Whether it told that it is gone.
    fn is_lost(&self) -> bool;
    /// The first error that it reported since the last call.
    fn take_error(&self) -> Option<String>;
    /// What its loss was put down to.
    fn loss_reason(&self) -> String;
}

/// Where devices come from.
pub trait Source {
    /// What kind of device.
    type Device: Machine;
    /// The present device.
    fn get(&self) -> Rc<Self::Device>;
    /// Asks for another device where the present one is lost.
    fn renew(&self) -> LocalFuture<'_, Result<()>>;
}

/// The error of a device whose waits take too long.
pub fn slow(seconds: f64) -> Error {
    Error::Gpu { detail: format!("it answers only after {seconds:.1} s") }
}

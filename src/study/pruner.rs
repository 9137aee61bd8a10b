//! A study's `pruner`: what its document says of it. The pruners themselves are in `search/pruners`.

use super::keys::{only, whole};
use crate::error::{Error, Result};
use crate::space::numbers::shown;
use serde_json::{Value, json};

/// A study's `pruner`, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrunerSpec {
    /// Every trial trains to its end.
    None,
    /// After each epoch, who is worse than the median stops.
    Median {
        /// So many first trials are never stopped.
        startup: u32,
        /// Epochs after which nobody is judged yet.
        warmup: u32,
    },
    /// At each rung one of so many goes on.
    Halving(Rungs),
    /// Several halvings, which begin to judge at different rungs.
    Hyperband(Rungs),
}

/// The rungs of a halving: epochs `min_epochs`, then `reduction` times as many, and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rungs {
    /// One of so many goes on.
    pub reduction: u32,
    /// The first rung.
    pub min_epochs: u32,
}

const AVAILABLE: &str = "none | median | halving | hyperband";
const WITHIN: &str = "pruner";
const MAX_STARTUP: f64 = 100_000.0;
const MAX_EPOCHS: f64 = 10_000.0;
const MAX_REDUCTION: f64 = 1000.0;

impl PrunerSpec {
    /// Reads a study's `pruner`; one that is missing, or has no name, is none.
    ///
    /// # Errors
    /// Unknown names and keys, settings out of range.
    pub fn parse(value: Option<&Value>) -> Result<Self> {
        let Some(value) = value else { return Ok(Self::None) };
        let wrong =
            |key: &str, found, accepted: &str| Error::WrongType { key: key.into(), found, accepted: accepted.into() };
        if !value.is_object() {
            return Err(wrong(WITHIN, shown(value), "{...}"));
        }
        let key = "pruner.name";
        let found = value.get("name");
        let name = found.map_or(Some("none"), Value::as_str);
        let name = name.ok_or_else(|| wrong(key, found.map(shown).unwrap_or_default(), AVAILABLE))?;
        let known: &[&str] = match name {
            "none" => &["name"],
            "median" => &["name", "startup", "warmup"],
            "halving" | "hyperband" => &["name", "reduction", "min_epochs"],
            _ => {
                let found = found.map(shown).unwrap_or_default();
                return Err(Error::OutOfRange { key: key.into(), found, accepted: AVAILABLE.into() });
            }
        };
        only(value, WITHIN, known)?;
        let setting =
            |name, low, high, usual| -> Result<u32> { Ok(whole(value, WITHIN, name, low, high)?.unwrap_or(usual)) };
        let (startup, warmup) = (setting("startup", 0.0, MAX_STARTUP, 5)?, setting("warmup", 0.0, MAX_EPOCHS, 0)?);
        let usual = if name == "halving" { 4 } else { 3 };
        let rungs = Rungs {
            reduction: setting("reduction", 2.0, MAX_REDUCTION, usual)?,
            min_epochs: setting("min_epochs", 1.0, MAX_EPOCHS, 1)?,
        };
        Ok(match name {
            "median" => Self::Median { startup, warmup },
            "halving" => Self::Halving(rungs),
            "hyperband" => Self::Hyperband(rungs),
            _ => Self::None,
        })
    }

    /// The `pruner` of the study document.
    pub fn to_json(&self) -> Value {
        let halving = |name: &str, Rungs { reduction, min_epochs }: &Rungs| json!({"name": name, "reduction": reduction, "min_epochs": min_epochs});
        match self {
            Self::None => json!({"name": "none"}),
            Self::Median { startup, warmup } => json!({"name": "median", "startup": startup, "warmup": warmup}),
            Self::Halving(rungs) => halving("halving", rungs),
            Self::Hyperband(rungs) => halving("hyperband", rungs),
        }
    }
}

//! A study's `sampler`: what its document says of it. The samplers themselves are in `search/samplers`.

use crate::error::{Error, Result};
use crate::space::Space;
use crate::space::numbers::{format_number, shown};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Points in Sobol's sequence (16-bit direction numbers).
pub const SOBOL_TRIALS: u32 = 1 << 16;

/// A study's `sampler`, checked.
#[derive(Clone, Debug, PartialEq)]
pub enum SamplerSpec {
    /// Every combination of the axes' points, in an order shuffled by the seed.
    Grid {
        /// Points of each axis that has no steps or choices.
        points: usize,
        /// Points of single axes, by name.
        axis_points: BTreeMap<String, usize>,
    },
    /// Independent draws.
    Random,
    /// Points that fill the space evenly (Owen-scrambled Sobol).
    Sobol,
    /// Tree-structured Parzen estimator.
    #[cfg(not(target_arch = "wasm32"))]
    Tpe(Learning),
    /// Gaussian process.
    #[cfg(not(target_arch = "wasm32"))]
    Gp(Learning),
    /// Evolution of a normal distribution.
    #[cfg(not(target_arch = "wasm32"))]
    Cmaes {
        /// Trials drawn at random first.
        startup: u32,
        /// Trials asked for at once, where not its population.
        round: Option<u32>,
    },
}

/// How a sampler that learns goes about it.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Learning {
    /// Trials drawn at random first.
    pub startup: u32,
    /// Trials asked for at once after them.
    pub round: u32,
}

#[cfg(not(target_arch = "wasm32"))]
impl Learning {
    /// How many trials are asked for at once when so many have been before.
    pub fn round(self, told: u32) -> u32 {
        if told < self.startup { self.startup - told } else { self.round }
    }
}

const AVAILABLE: &str = "grid | random | sobol";
/// Of ask and tell.
#[cfg(not(target_arch = "wasm32"))]
const LEARNING: [&str; 3] = ["tpe", "gp", "cmaes"];
/// Of the samplers that learn, which the page does not have yet.
#[cfg(not(target_arch = "wasm32"))]
const STARTUP: u32 = 10;
#[cfg(not(target_arch = "wasm32"))]
const CMAES_STARTUP: u32 = 1;
#[cfg(not(target_arch = "wasm32"))]
const MAX_STARTUP: f64 = 65_536.0;
#[cfg(not(target_arch = "wasm32"))]
const MAX_ROUND: f64 = 65_536.0;
const MAX_POINTS: f64 = 1000.0;
const DEFAULT_POINTS: usize = 5;

impl SamplerSpec {
    /// Reads a study's `sampler`; missing means random.
    ///
    /// # Errors
    /// Unknown names and keys, samplers that are not there yet.
    pub fn parse(value: Option<&Value>) -> Result<Self> {
        let Some(value) = value else { return Ok(Self::Random) };
        let key = "sampler.name".to_owned();
        let found = value.get("name").unwrap_or(value);
        let name = found.as_str().filter(|_| value.is_object()).ok_or_else(|| Error::WrongType {
            key: key.clone(),
            found: shown(found),
            accepted: AVAILABLE.into(),
        })?;
        let only = |known: &[&str]| only(value, known);
        match name {
            "random" => only(&["name"]).map(|()| Self::Random),
            "sobol" => only(&["name"]).map(|()| Self::Sobol),
            "grid" => {
                only(&["name", "points"])?;
                Self::parse_grid(value.get("points"))
            }
            "hand" | "tpe" | "gp" | "cmaes" | "pbt" => {
                Err(Error::NotYet { key, found: name.into(), accepted: AVAILABLE.into() })
            }
            _ => Err(Error::OutOfRange { key, found: shown(found), accepted: AVAILABLE.into() }),
        }
    }

    /// Reads the sampler of ask and tell, where those that learn are there already; they ask for one trial at a time unless
    /// `round` says otherwise.
    ///
    /// # Errors
    /// As [`SamplerSpec::parse`].
    #[cfg(not(target_arch = "wasm32"))]
    pub fn parse_asking(value: Option<&Value>) -> Result<Self> {
        let name = value.and_then(|value| value.get("name")).and_then(Value::as_str);
        let (Some(value), Some(name)) = (value, name.filter(|name| LEARNING.contains(name))) else {
            return Self::parse(value);
        };
        only(value, &["name", "startup", "round"])?;
        let round = whole(value, "round", 1.0, MAX_ROUND)?.unwrap_or(1);
        let startup =
            |least, usual| -> Result<u32> { Ok(whole(value, "startup", least, MAX_STARTUP)?.unwrap_or(usual)) };
        Ok(match name {
            "tpe" => Self::Tpe(Learning { startup: startup(1.0, STARTUP)?, round }),
            "gp" => Self::Gp(Learning { startup: startup(1.0, STARTUP)?, round }),
            _ => Self::Cmaes { startup: startup(0.0, CMAES_STARTUP)?, round: Some(round) },
        })
    }

    /// How many trials ask and tell writes before it waits for their values.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn asked_at_once(&self) -> u32 {
        match self {
            Self::Tpe(Learning { round, .. }) | Self::Gp(Learning { round, .. }) => *round,
            Self::Cmaes { round, .. } => round.unwrap_or(1),
            Self::Grid { .. } | Self::Random | Self::Sobol => 1,
        }
    }

    fn parse_grid(points: Option<&Value>) -> Result<Self> {
        let read = |key: String, value: &Value| {
            let accepted = format!("1 .. {MAX_POINTS} (int)");
            let wrong = || Error::WrongType { key: key.clone(), found: shown(value), accepted: accepted.clone() };
            let n = value.as_f64().filter(|n| libm::trunc(*n) == *n).ok_or_else(wrong)?;
            if (1.0..=MAX_POINTS).contains(&n) {
                return Ok(n as usize);
            }
            Err(Error::OutOfRange { key: key.clone(), found: shown(value), accepted: accepted.clone() })
        };
        match points {
            None => Ok(Self::Grid { points: DEFAULT_POINTS, axis_points: BTreeMap::new() }),
            Some(Value::Object(axes)) => {
                let mut axis_points = BTreeMap::new();
                for (name, value) in axes {
                    axis_points.insert(name.clone(), read(format!("sampler.points.{name}"), value)?);
                }
                Ok(Self::Grid { points: DEFAULT_POINTS, axis_points })
            }
            Some(value) => {
                Ok(Self::Grid { points: read("sampler.points".into(), value)?, axis_points: BTreeMap::new() })
            }
        }
    }

    /// Whether the space suits the sampler. `combinations` is how many of them a grid has.
    ///
    /// # Errors
    /// [`Error::GridTooLarge`], points for an axis that is not there, more than Sobol's sequence has.
    pub fn check(&self, space: &Space, trials: u32, combinations: impl FnOnce() -> f64) -> Result<()> {
        let axis_points = match self {
            Self::Random => return Ok(()),
            #[cfg(not(target_arch = "wasm32"))]
            Self::Tpe(_) | Self::Gp(_) | Self::Cmaes { .. } => return Ok(()),
            Self::Sobol => return check_sobol(space, trials),
            Self::Grid { axis_points, .. } => axis_points,
        };
        if let Some(name) = axis_points.keys().find(|name| !space.iter().any(|(axis, _)| axis == *name)) {
            let axes: Vec<&str> = space.iter().map(|(axis, _)| axis.as_str()).collect();
            return Err(Error::UnknownKey {
                key: format!("sampler.points.{name}"),
                within: "space".into(),
                accepted: axes.join(", "),
            });
        }
        let combinations = combinations();
        if combinations > f64::from(trials) {
            let told = if combinations < 1e15 { format!("{combinations}") } else { format_number(combinations) };
            return Err(Error::GridTooLarge { combinations: told, trials });
        }
        Ok(())
    }

    /// How many combinations a grid has of a space in which every trial uses everything.
    pub fn n_combinations(&self, space: &Space) -> f64 {
        space.iter().map(|(name, axis)| axis.n_grid(self.points(name)) as f64).product()
    }

    /// How many values a grid takes from an axis that has no steps of its own.
    pub fn points(&self, axis: &str) -> usize {
        let Self::Grid { points, axis_points } = self else { return DEFAULT_POINTS };
        *axis_points.get(axis).unwrap_or(points)
    }

    /// The `sampler` of the study document.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Random => json!({"name": "random"}),
            Self::Sobol => json!({"name": "sobol"}),
            #[cfg(not(target_arch = "wasm32"))]
            Self::Tpe(Learning { startup, round }) => json!({"name": "tpe", "startup": startup, "round": round}),
            #[cfg(not(target_arch = "wasm32"))]
            Self::Gp(Learning { startup, round }) => json!({"name": "gp", "startup": startup, "round": round}),
            #[cfg(not(target_arch = "wasm32"))]
            Self::Cmaes { startup, round: None } => json!({"name": "cmaes", "startup": startup}),
            #[cfg(not(target_arch = "wasm32"))]
            Self::Cmaes { startup, round } => json!({"name": "cmaes", "startup": startup, "round": round}),
            Self::Grid { points, axis_points } if axis_points.is_empty() => json!({"name": "grid", "points": points}),
            Self::Grid { axis_points, .. } => json!({"name": "grid", "points": axis_points}),
        }
    }
}

/// Refuses keys that are not known.
fn only(sampler: &Value, known: &[&str]) -> Result<()> {
    let mut names = sampler.as_object().into_iter().flat_map(Map::keys);
    match names.find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(unknown) => Err(Error::UnknownKey {
            key: format!("sampler.{unknown}"),
            within: "sampler".into(),
            accepted: known.join(", "),
        }),
    }
}

/// A whole number of a sampler's settings, where it is given.
#[cfg(not(target_arch = "wasm32"))]
fn whole(sampler: &Value, name: &str, low: f64, high: f64) -> Result<Option<u32>> {
    let Some(found) = sampler.get(name) else { return Ok(None) };
    let (key, accepted) = (format!("sampler.{name}"), format!("{low} .. {high} (int)"));
    match found.as_f64().filter(|n| libm::trunc(*n) == *n) {
        None => Err(Error::WrongType { key, found: shown(found), accepted }),
        Some(n) if (low..=high).contains(&n) => Ok(Some(n as u32)),
        Some(_) => Err(Error::OutOfRange { key, found: shown(found), accepted }),
    }
}

/// Whether the sequence has as many points and dimensions.
fn check_sobol(space: &Space, trials: u32) -> Result<()> {
    let out_of_range = |key: &str, found: String, most: u32, of: &str| Error::OutOfRange {
        key: key.into(),
        found,
        accepted: format!("1 .. {most}{of} (sobol)"),
    };
    if trials > SOBOL_TRIALS {
        return Err(out_of_range("trials", trials.to_string(), SOBOL_TRIALS, ""));
    }
    let most = sobol_burley::NUM_DIMENSIONS;
    if space.len() > most as usize {
        return Err(out_of_range("space", format!("{} dimensions", space.len()), most, " dimensions"));
    }
    Ok(())
}

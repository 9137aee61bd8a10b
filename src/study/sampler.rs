//! A study's `sampler`: what its document says of it. The samplers themselves are in `search/samplers`.

use super::keys::{number, only, whole};
use super::{IS_CHECKED, table};
use crate::error::{Error, Result};
use crate::space::numbers::{format_number, same, shown};
use crate::space::{Distribution, Space};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Points in Sobol's sequence (16-bit direction numbers).
pub const SOBOL_TRIALS: u32 = 1 << 16;

/// A study's `sampler`, checked. `round` is how many trials are asked for at once.
#[derive(Clone, Debug, PartialEq)]
pub enum SamplerSpec {
    /// Every combination of the axes' points, in an order shuffled by the seed.
    Grid {
        /// Points of each axis that has no steps or choices.
        points: usize,
        /// Points of single axes, by name.
        axis_points: BTreeMap<String, usize>,
        /// `None` is all of them.
        round: Option<u32>,
    },
    /// Independent draws.
    Random {
        /// `None` is all of them.
        round: Option<u32>,
    },
    /// Points that fill the space evenly (Owen-scrambled Sobol).
    Sobol {
        /// `None` is all of them.
        round: Option<u32>,
    },
    /// Tree-structured Parzen estimator.
    Tpe(Learning),
    /// Gaussian process.
    Gp(Learning),
    /// Evolution of a normal distribution.
    Cmaes {
        /// Trials drawn at random first.
        startup: u32,
        /// `None` is its population.
        round: Option<u32>,
    },
    /// A population that copies its best while it trains.
    Pbt(Pbt),
    /// Points that somebody has picked.
    Hand {
        /// A value for each axis of the space; one trial each, in this order.
        points: Vec<Map<String, Value>>,
    },
}

/// How population based training goes about it; Ray's defaults.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pbt {
    /// Trials that train side by side.
    pub population: u32,
    /// Epochs between two looks at all of them.
    pub interval: u32,
    /// The share that is ended at a look, and the share of the best that are copied in its place.
    pub quantile: f64,
    /// How likely a copy's setting is drawn anew instead of being moved.
    pub resample: f64,
}

impl Pbt {
    /// Copies that a look makes of so many trials, at most half of them.
    pub fn n_copied(self, members: usize) -> usize {
        (libm::ceil(self.quantile * members as f64) as usize).min(members / 2)
    }

    /// Trials of a population that trains for so many epochs in a study of so many trials, with a value every so many epochs,
    /// as long as none diverges.
    pub fn n_trials(self, epochs: u32, value_every: u32, trials: u32) -> u32 {
        let first = self.population.min(trials);
        let last = epochs.saturating_sub(1);
        let looks = u64::from((last - last % value_every) / self.interval.max(value_every));
        let all = u64::from(first) + looks * self.n_copied(first as usize) as u64;
        all.min(u64::from(trials)) as u32
    }
}

/// How a sampler that learns goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Learning {
    /// Trials drawn at random first.
    pub startup: u32,
    /// Trials asked for at once after them.
    pub round: u32,
}

impl Learning {
    /// How many trials are asked for at once when so many have been before.
    pub fn round(self, told: u32) -> u32 {
        if told < self.startup { self.startup - told } else { self.round }
    }
}

const AVAILABLE: &str = "hand | grid | random | sobol | tpe | gp | cmaes | pbt";
/// What ask and tell has: whoever asks there trains elsewhere.
const ASKED: &str = "grid | random | sobol | tpe | gp | cmaes";
const STARTUP: u32 = 10;
const CMAES_STARTUP: u32 = 1;
const ROUND: u32 = 8;
const MAX_STARTUP: f64 = 65_536.0;
const MAX_ROUND: f64 = 100_000.0;
const MAX_POINTS: f64 = 1000.0;
const POPULATION: u32 = 16;
const MAX_POPULATION: f64 = 10_000.0;
const MAX_INTERVAL: f64 = 10_000.0;
const QUANTILE: f64 = 0.25;
const RESAMPLE: f64 = 0.25;
const DEFAULT_POINTS: usize = 5;
const WITHIN: &str = "sampler";

impl SamplerSpec {
    /// Independent draws, all at once.
    pub const RANDOM: Self = Self::Random { round: None };
    /// Sobol's points, all at once.
    pub const SOBOL: Self = Self::Sobol { round: None };

    /// Reads a study's `sampler`; missing means random.
    ///
    /// # Errors
    /// Unknown names and keys, samplers that are not there yet.
    pub fn parse(value: Option<&Value>) -> Result<Self> {
        Self::read(value, ROUND, None)
    }

    /// Reads the sampler of ask and tell: one that learns asks for one trial at a time unless `round` says otherwise.
    ///
    /// # Errors
    /// As [`SamplerSpec::parse`].
    pub fn parse_asking(value: Option<&Value>) -> Result<Self> {
        let why = match value.and_then(|value| value.get("name")).and_then(Value::as_str) {
            Some("pbt") => "pbt copies weights, which only `tune run` and the page have",
            Some("hand") => "by hand the points are yours already",
            _ => return Self::read(value, 1, Some(1)),
        };
        let found = value.map(|value| shown(&value["name"])).unwrap_or_default();
        Err(Error::OutOfRange { key: "sampler.name".into(), found, accepted: format!("{ASKED}: {why}") })
    }

    /// The rounds are those of a study, or of ask and tell, where the document has none; `population` is that of CMA-ES.
    fn read(value: Option<&Value>, round: u32, population: Option<u32>) -> Result<Self> {
        let Some(value) = value else { return Ok(Self::RANDOM) };
        let wrong = |key: &str, found, accepted: &str| Error::WrongType {
            key: key.into(),
            found: shown(found),
            accepted: accepted.into(),
        };
        if !value.is_object() {
            return Err(wrong(WITHIN, value, "{\"name\": \"random\"}"));
        }
        let random = Value::from("random");
        let (key, found) = ("sampler.name".to_owned(), value.get("name").unwrap_or(&random));
        let name = found.as_str().ok_or_else(|| wrong(&key, found, AVAILABLE))?;
        let known: &[&str] = match name {
            "random" | "sobol" => &["name", "round"],
            "grid" => &["name", "points", "round"],
            "tpe" | "gp" | "cmaes" => &["name", "startup", "round"],
            "pbt" => &["name", "population", "interval", "quantile", "resample"],
            "hand" => &["name", "points"],
            _ => return Err(Error::OutOfRange { key, found: shown(found), accepted: AVAILABLE.into() }),
        };
        only(value, WITHIN, known)?;
        match name {
            "pbt" => return Self::parse_pbt(value),
            "hand" => return Self::parse_hand(value.get("points")),
            _ => {}
        }
        let (points, axis_points) = Self::parse_points(value.get("points"))?;
        let least = if name == "cmaes" { 0.0 } else { 1.0 };
        let startup = whole(value, WITHIN, "startup", least, MAX_STARTUP)?;
        let given = whole(value, WITHIN, "round", 1.0, MAX_ROUND)?;
        let learning = Learning { startup: startup.unwrap_or(STARTUP), round: given.unwrap_or(round) };
        Ok(match name {
            "grid" => Self::Grid { points, axis_points, round: given },
            "sobol" => Self::Sobol { round: given },
            "tpe" => Self::Tpe(learning),
            "gp" => Self::Gp(learning),
            "cmaes" => Self::Cmaes { startup: startup.unwrap_or(CMAES_STARTUP), round: given.or(population) },
            _ => Self::Random { round: given },
        })
    }

    fn parse_pbt(value: &Value) -> Result<Self> {
        let [population, interval] = [
            whole(value, WITHIN, "population", 2.0, MAX_POPULATION)?.unwrap_or(POPULATION),
            whole(value, WITHIN, "interval", 1.0, MAX_INTERVAL)?.unwrap_or(1),
        ];
        let quantile = number(value, WITHIN, "quantile", [0.01, 0.5], false)?.unwrap_or(QUANTILE);
        let resample = number(value, WITHIN, "resample", [0.0, 1.0], false)?.unwrap_or(RESAMPLE);
        Ok(Self::Pbt(Pbt { population, interval, quantile, resample }))
    }

    /// The list alone: whether its values suit the space is seen where the space is known.
    fn parse_hand(points: Option<&Value>) -> Result<Self> {
        let key = "sampler.points";
        let wrong = |key: String, found: &Value| Error::WrongType {
            key,
            found: shown(found),
            accepted: "[{\"learning_rate\": 0.01, ...}, ...]".into(),
        };
        let list = match points {
            _ if IS_CHECKED => return Ok(Self::Hand { points: Vec::new() }),
            None => return Ok(Self::Hand { points: Vec::new() }),
            Some(Value::Array(list)) => list,
            Some(other) => return Err(wrong(key.into(), other)),
        };
        let read = |(at, point): (usize, &Value)| {
            point.as_object().cloned().ok_or_else(|| wrong(format!("{key}[{at}]"), point))
        };
        Ok(Self::Hand { points: list.iter().enumerate().map(read).collect::<Result<_>>()? })
    }

    /// How many trials are asked for at once, where the document says so.
    pub const fn round(&self) -> Option<u32> {
        match self {
            Self::Grid { round, .. } | Self::Random { round } | Self::Sobol { round } => *round,
            Self::Tpe(_) | Self::Gp(_) | Self::Cmaes { .. } | Self::Pbt(_) | Self::Hand { .. } => None,
        }
    }

    /// How many trials ask and tell writes before it waits for their values.
    pub const fn asked_at_once(&self) -> u32 {
        let given = match self {
            Self::Tpe(Learning { round, .. }) | Self::Gp(Learning { round, .. }) => Some(*round),
            Self::Cmaes { round, .. } => *round,
            _ => self.round(),
        };
        match given {
            Some(round) => round,
            None => 1,
        }
    }

    /// How many trials a usual round has, at most.
    pub fn first_round(&self) -> u32 {
        match self {
            Self::Tpe(learning) | Self::Gp(learning) => learning.startup.max(learning.round),
            Self::Cmaes { startup, round } => round.unwrap_or(ROUND).max(*startup),
            Self::Pbt(Pbt { population, .. }) => *population,
            _ => self.round().unwrap_or(u32::MAX),
        }
    }

    /// A sampler that needs to know of no trial's end: itself, or the draws with which one that learns begins. It asks for
    /// everything at once.
    #[must_use]
    pub fn blind(&self) -> Self {
        match self {
            Self::Grid { points, axis_points, .. } => {
                Self::Grid { points: *points, axis_points: axis_points.clone(), round: None }
            }
            Self::Sobol { .. } => Self::SOBOL,
            Self::Hand { .. } => self.clone(),
            _ => Self::RANDOM,
        }
    }

    fn parse_points(points: Option<&Value>) -> Result<(usize, BTreeMap<String, usize>)> {
        let read = |key: String, value: &Value| {
            let accepted = format!("1 .. {MAX_POINTS} (int)");
            let wrong = || Error::WrongType { key: key.clone(), found: shown(value), accepted: accepted.clone() };
            let n = value.as_f64().filter(|n| libm::trunc(*n) == *n).ok_or_else(wrong)?;
            if (1.0..=MAX_POINTS).contains(&n) {
                return Ok(n as usize);
            }
            Err(Error::OutOfRange { key: key.clone(), found: shown(value), accepted: accepted.clone() })
        };
        let mut axis_points = BTreeMap::new();
        match points {
            None => {}
            Some(Value::Object(axes)) => {
                for (name, value) in axes {
                    axis_points.insert(name.clone(), read(format!("sampler.points.{name}"), value)?);
                }
            }
            Some(value) => return Ok((read("sampler.points".into(), value)?, axis_points)),
        }
        Ok((DEFAULT_POINTS, axis_points))
    }

    /// Whether the space suits the sampler. `combinations` is how many of them a grid has.
    ///
    /// # Errors
    /// [`Error::GridTooLarge`], points for an axis that is not there, more than Sobol's sequence has.
    pub fn check(&self, space: &Space, trials: u32, combinations: impl FnOnce() -> f64) -> Result<()> {
        let axis_points = match self {
            Self::Random { .. } | Self::Tpe(_) | Self::Gp(_) | Self::Cmaes { .. } | Self::Pbt(_) => return Ok(()),
            Self::Hand { points } => return check_picked(points, space, trials),
            Self::Sobol { .. } => return check_sobol(space, trials),
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
        let Self::Grid { points, axis_points, .. } = self else { return DEFAULT_POINTS };
        *axis_points.get(axis).unwrap_or(points)
    }

    /// The `sampler` of the study document.
    pub fn to_json(&self) -> Value {
        let (name, round) = match self {
            Self::Grid { round, .. } => ("grid", *round),
            Self::Random { round } => ("random", *round),
            Self::Sobol { round } => ("sobol", *round),
            Self::Tpe(learning) => ("tpe", Some(learning.round)),
            Self::Gp(learning) => ("gp", Some(learning.round)),
            Self::Cmaes { round, .. } => ("cmaes", *round),
            Self::Pbt(Pbt { population, interval, quantile, resample }) => {
                return json!({"name": "pbt", "population": population, "interval": interval, "quantile": quantile,
                    "resample": resample});
            }
            // Nobody has picked anything yet.
            Self::Hand { points } if points.is_empty() => return json!({"name": "hand"}),
            Self::Hand { points } => return json!({"name": "hand", "points": points}),
        };
        let mut object = json!({"name": name});
        match self {
            Self::Grid { points, axis_points, .. } if axis_points.is_empty() => object["points"] = json!(points),
            Self::Grid { axis_points, .. } => object["points"] = json!(axis_points),
            Self::Tpe(Learning { startup, .. }) | Self::Gp(Learning { startup, .. }) | Self::Cmaes { startup, .. } => {
                object["startup"] = json!(startup);
            }
            _ => {}
        }
        if let Some(round) = round {
            object["round"] = json!(round);
        }
        object
    }
}

/// Whether each point has a value of every axis, as that hyperparameter takes it, and nothing else.
fn check_picked(points: &[Map<String, Value>], space: &Space, trials: u32) -> Result<()> {
    let axes = || space.iter().map(|(axis, _)| axis.as_str()).collect::<Vec<_>>().join(", ");
    if points.len() > trials as usize {
        let accepted = format!("{} .. 100000 (int, hand)", points.len());
        return Err(Error::OutOfRange { key: "trials".into(), found: trials.to_string(), accepted });
    }
    for (at, point) in points.iter().enumerate() {
        let within = format!("sampler.points[{at}]");
        if let Some(name) = point.keys().find(|name| !space.iter().any(|(axis, _)| axis == *name)) {
            return Err(Error::UnknownKey {
                key: format!("{within}.{name}"),
                within: "space".into(),
                accepted: axes(),
            });
        }
        for (name, axis) in space {
            let key = format!("{within}.{name}");
            let Some(value) = point.get(name) else { return Err(Error::Missing { key, accepted: axes() }) };
            match axis {
                Distribution::Categorical { choices } if !choices.iter().any(|choice| same(choice, value)) => {
                    let accepted = choices.iter().map(shown).collect::<Vec<_>>().join(" | ");
                    return Err(Error::OutOfRange { key, found: shown(value), accepted });
                }
                Distribution::Categorical { .. } => {}
                _ => table::find(name).map_or(Ok(()), |row| row.accept(&key, value))?,
            }
        }
    }
    Ok(())
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

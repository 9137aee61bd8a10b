//! The samplers, one file each. To add one: a file with a type that implements [`Sampler`], a variant of
//! [`SamplerSpec`] and its lines in [`SamplerSpec::parse`], [`SamplerSpec::check`], [`SamplerSpec::to_json`] and
//! [`SamplerSpec::start`]; `contract.rs` is what it must keep to.

#[cfg(test)]
mod contract;
mod grid;
mod random;
mod sobol;

pub use grid::Axes;

use super::{Distribution, Outcome};
use crate::error::{Error, Result};
use crate::study::table::{format_number, shown};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Names and ranges, in the study's order.
pub type Space = [(String, Distribution)];

/// Picks trials one after the other; the same seed picks the same trials.
pub trait Sampler {
    /// The parameters of trial `number`, or `None` when there is nothing left to try.
    fn ask(&mut self, number: u32) -> Option<Map<String, Value>>;

    /// How many trials are asked for at once, at most, when so many have been asked for and told before.
    fn round(&self, _told: u32) -> u32 {
        u32::MAX
    }

    /// What came out of a trial. Samplers that do not learn from results ignore it.
    fn tell(&mut self, _outcome: &Outcome) {}
}

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
}

const AVAILABLE: &str = "grid | random | sobol";
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
        let only = |known: &[&str]| {
            let mut names = value.as_object().into_iter().flat_map(Map::keys);
            match names.find(|name| !known.contains(&name.as_str())) {
                None => Ok(()),
                Some(unknown) => Err(Error::UnknownKey {
                    key: format!("sampler.{unknown}"),
                    within: "sampler".into(),
                    accepted: known.join(", "),
                }),
            }
        };
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
            Self::Sobol => return sobol::Sobol::check(space, trials),
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
            Self::Grid { points, axis_points } if axis_points.is_empty() => json!({"name": "grid", "points": points}),
            Self::Grid { axis_points, .. } => json!({"name": "grid", "points": axis_points}),
        }
    }

    /// The sampler at the beginning of a study.
    pub fn start(&self, space: &Space, seed: u64) -> Box<dyn Sampler> {
        match self {
            Self::Random => Box::new(random::Random::new(space, seed)),
            Self::Sobol => Box::new(sobol::Sobol::new(space, seed)),
            Self::Grid { .. } => {
                let axes = space.iter().map(|(name, axis)| (name.clone(), axis.grid(self.points(name)).into()));
                Self::start_grid(vec![axes.collect()], seed)
            }
        }
    }

    /// A grid in parts: the combinations of each part's axes.
    pub fn start_grid(parts: Vec<Axes>, seed: u64) -> Box<dyn Sampler> {
        Box::new(grid::Grid::new(parts, seed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(text: &str) -> Vec<(String, Distribution)> {
        let object: Map<String, Value> = serde_json::from_str(text).expect("valid JSON");
        object.iter().map(|(k, v)| (k.clone(), Distribution::parse(k, v).expect("valid range"))).collect()
    }

    const SPACE: &str = r#"{"lr": {"type": "float", "low": 1e-4, "high": 0.1, "log": true},
        "batch": {"type": "categorical", "choices": [16, 32]}, "layers": {"type": "int", "low": 1, "high": 3}}"#;

    #[test]
    fn grid_gives_every_combination_once_in_an_order_of_the_seed() {
        let spec = SamplerSpec::parse(Some(&json!({"name": "grid", "points": 4}))).expect("valid");
        let draw = |seed| {
            let mut sampler = spec.start(&space(SPACE), seed);
            (0..).map_while(|n| sampler.ask(n)).map(|params| Value::Object(params).to_string()).collect::<Vec<_>>()
        };
        let (a, b) = (draw(0), draw(1));
        assert_eq!(a.len(), 4 * 2 * 3);
        assert_eq!(a, draw(0));
        assert_ne!(a, b);
        let sorted = |mut list: Vec<String>| {
            list.sort();
            list.dedup();
            list
        };
        assert_eq!(sorted(a).len(), 24);
        assert_eq!(sorted(b).len(), 24);
    }

    #[test]
    fn a_grid_larger_than_the_study_says_how_many_it_has() {
        let spec = SamplerSpec::parse(Some(&json!({"name": "grid"}))).expect("valid");
        let check = |trials| spec.check(&space(SPACE), trials, || spec.n_combinations(&space(SPACE)));
        let problem = check(29).expect_err("30 combinations");
        assert_eq!(problem, Error::GridTooLarge { combinations: "30".into(), trials: 29 });
        check(30).expect("they fit");
    }

    #[test]
    fn random_draws_do_not_depend_on_the_order_of_the_space() {
        let mut forward = SamplerSpec::Random.start(&space(SPACE), 7);
        let mut reversed_space = space(SPACE);
        reversed_space.reverse();
        let mut backward = SamplerSpec::Random.start(&reversed_space, 7);
        for number in 0..50 {
            let (a, b) = (forward.ask(number).expect("endless"), backward.ask(number).expect("endless"));
            assert!(a.iter().all(|(name, value)| b.get(name) == Some(value)));
        }
    }

    #[test]
    fn random_spreads_evenly_in_log_space() {
        let mut sampler = SamplerSpec::Random.start(&space(SPACE), 3);
        let decades: Vec<f64> = (0..3000)
            .filter_map(|n| sampler.ask(n)?.get("lr")?.as_f64())
            .map(|lr| libm::floor(libm::log10(lr)))
            .collect();
        for decade in [-4.0, -3.0, -2.0] {
            let share = decades.iter().filter(|d| **d == decade).count() as f64 / 3000.0;
            assert!((share - 1.0 / 3.0).abs() < 0.03, "{decade}: {share}");
        }
    }
}

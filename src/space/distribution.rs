//! Distributions of the search space: what a range is, what a uniform number becomes in it, and its grid.
//! Names and meaning are Optuna's (`optuna/distributions.py`), with `log1m` added.

use super::grid_values;
use super::numbers::{MAX_WHOLE, format_number, identity, real, shown, whole};
use crate::error::{Error, Result};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// How a range is spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Even in the value.
    Linear,
    /// Even in the logarithm.
    Log,
    /// Even in the logarithm of one minus the value: for momentum and beta.
    Log1m,
}

/// The values a hyperparameter may take in a search.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "fields are those of the study document")]
pub enum Distribution {
    /// Real numbers; with a step `min(low + k step, high)`.
    Float { low: f64, high: f64, step: Option<f64>, scale: Scale },
    /// Whole numbers.
    Int { low: f64, high: f64, step: Option<f64>, scale: Scale },
    /// One of a list.
    Categorical { choices: Vec<Value> },
}

/// Slack when counting steps, so that 0.7 / 0.1 is 7.
const STEP_SLACK: f64 = 1e-9;
/// Most steps of a range, so that counting them fits in 32 bits.
const MAX_STEPS: f64 = 2_147_483_648.0;

impl Distribution {
    /// Reads a distribution; `key` is where it stands (`space.learning_rate`).
    ///
    /// # Errors
    /// Wrong types, unknown keys, empty or impossible ranges.
    pub fn parse(key: &str, value: &Value) -> Result<Self> {
        let accepted = "{\"type\": \"float\" | \"int\" | \"categorical\", ...}";
        let wrong = |key: &str, found: &Value, accepted: &str| Error::WrongType {
            key: key.into(),
            found: shown(found),
            accepted: accepted.into(),
        };
        let object = value.as_object().ok_or_else(|| wrong(key, value, accepted))?;
        let kind = object.get("type").and_then(Value::as_str).unwrap_or_default();
        let known: &[&str] = match kind {
            "float" | "int" => &["type", "low", "high", "step", "log", "scale"],
            "categorical" => &["type", "choices"],
            _ => {
                let found = object.get("type").cloned().unwrap_or_default();
                return Err(wrong(&format!("{key}.type"), &found, "float | int | categorical"));
            }
        };
        if let Some(unknown) = object.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(Error::UnknownKey {
                key: format!("{key}.{unknown}"),
                within: key.into(),
                accepted: known.join(", "),
            });
        }
        if kind == "categorical" {
            let at = format!("{key}.choices");
            let accepted = "[value, ...]";
            let found = object.get("choices").cloned().unwrap_or_default();
            let choices = found.as_array().filter(|list| !list.is_empty());
            let choices = choices.ok_or_else(|| wrong(&at, &found, accepted))?.clone();
            let mut seen = BTreeSet::new();
            if let Some(twice) = choices.iter().find(|choice| !seen.insert(identity(choice))) {
                return Err(Error::Duplicate { key: at, found: shown(twice) });
            }
            return Ok(Self::Categorical { choices });
        }
        let field = |name: &str| -> Result<Option<f64>> {
            let Some(found) = object.get(name).filter(|found| name != "step" || !found.is_null()) else {
                return Ok(None);
            };
            let read = if kind == "int" { whole(found) } else { real(found) };
            let accepted = if kind == "int" { "int" } else { "number" };
            read.filter(|x| x.is_finite()).map(Some).ok_or_else(|| wrong(&format!("{key}.{name}"), found, accepted))
        };
        let bound = |name: &str| -> Result<f64> {
            field(name)?.ok_or_else(|| Error::Missing { key: format!("{key}.{name}"), accepted: "low, high".into() })
        };
        let (low, high, step) = (bound("low")?, bound("high")?, field("step")?);
        let scale = Self::parse_scale(key, object)?;
        let empty = |accepted: &str| Error::EmptyRange {
            key: key.into(),
            low: format_number(low),
            high: format_number(high),
            accepted: accepted.into(),
        };
        if low > high {
            return Err(empty("low <= high"));
        }
        let out_of_range = |name: &str, x: f64, accepted: &str| Error::OutOfRange {
            key: format!("{key}.{name}"),
            found: format_number(x),
            accepted: accepted.into(),
        };
        match scale {
            Scale::Log1m if kind == "int" => {
                return Err(wrong(&format!("{key}.scale"), &json!("log1m"), "linear | log"));
            }
            Scale::Log if low <= 0.0 => {
                return Err(Error::LogRange { key: format!("{key}.low"), low: format_number(low) });
            }
            Scale::Log1m if high >= 1.0 => {
                return Err(Error::Log1mRange { key: format!("{key}.high"), high: format_number(high) });
            }
            _ => {}
        }
        if let Some(step) = step {
            if step <= 0.0 {
                return Err(out_of_range("step", step, "> 0"));
            }
            if scale != Scale::Linear {
                let scale = if scale == Scale::Log { "log" } else { "log1m" };
                return Err(Error::StepOnScale { key: format!("{key}.step"), scale: scale.into() });
            }
        }
        if !(high - low).is_finite() {
            return Err(out_of_range("high", high, "high - low < 1.7e308"));
        }
        if kind == "int" && low.abs().max(high.abs()) > MAX_WHOLE {
            return Err(out_of_range("high", high, "-2^53 .. 2^53 (int)"));
        }
        if step.is_some_and(|step| (high - low) / step >= MAX_STEPS) {
            return Err(out_of_range("step", step.unwrap_or_default(), "(high - low) / step < 2^31"));
        }
        // On a scale whole numbers are not counted.
        if kind == "int" && step.is_none() && scale == Scale::Linear && high - low >= MAX_STEPS {
            let last = format_number(low + MAX_STEPS - 1.0);
            return Err(out_of_range("high", high, &format!("{} .. {last} (int)", format_number(low))));
        }
        Ok(if kind == "int" { Self::Int { low, high, step, scale } } else { Self::Float { low, high, step, scale } })
    }

    fn parse_scale(key: &str, object: &Map<String, Value>) -> Result<Scale> {
        let log = object.get("log").map(|log| {
            log.as_bool().ok_or_else(|| Error::WrongType {
                key: format!("{key}.log"),
                found: shown(log),
                accepted: "true | false".into(),
            })
        });
        let log = log.transpose()?;
        let at = format!("{key}.scale");
        let accepted = "linear | log | log1m";
        match object.get("scale") {
            None => Ok(if log == Some(true) { Scale::Log } else { Scale::Linear }),
            Some(Value::String(name)) => {
                let scale = match name.as_str() {
                    "linear" => Scale::Linear,
                    "log" => Scale::Log,
                    "log1m" => Scale::Log1m,
                    _ => {
                        return Err(Error::OutOfRange {
                            key: at,
                            found: format!("\"{name}\""),
                            accepted: accepted.into(),
                        });
                    }
                };
                if log.is_some_and(|log| log != (scale == Scale::Log)) {
                    return Err(Error::WrongType {
                        key: at,
                        found: format!("\"{name}\""),
                        accepted: "log where log is true, linear or log1m where it is false".into(),
                    });
                }
                Ok(scale)
            }
            Some(other) => Err(Error::WrongType { key: at, found: shown(other), accepted: accepted.into() }),
        }
    }

    /// The value at `u` in [0, 1): even in the distribution's own scale.
    pub fn at(&self, u: f64) -> Value {
        match self {
            Self::Categorical { choices } => choices[index_below(u, choices.len())].clone(),
            Self::Float { low, step: Some(step), .. } => {
                let n = self.n_steps();
                json!(self.stepped(*low, *step, index_below(u, n)))
            }
            Self::Float { low, high, scale, .. } => json!(scale.between(*low, *high, u).clamp(*low, *high)),
            Self::Int { low, high, scale: Scale::Log, .. } => {
                // Optuna: even in the logarithm over [low - 0.5, high + 0.5], then rounded.
                let x = Scale::Log.between(low - 0.5, high + 0.5, u);
                let k = libm::round(x - low).clamp(0.0, (self.n_steps() - 1) as f64);
                json!((low + k) as i64)
            }
            Self::Int { .. } => self.whole_at(index_below(u, self.n_steps())),
        }
    }

    /// The shares in [0, 1] that become the same value as `u` does, from the least to the largest; of plain floats `u` alone.
    #[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
    pub fn cell(&self, u: f64) -> [f64; 2] {
        let whole = |k: usize, n: usize| [k as f64 / n as f64, (k + 1) as f64 / n as f64];
        match self {
            Self::Categorical { choices } => whole(index_below(u, choices.len()), choices.len()),
            Self::Float { step: None, .. } => [u, u],
            Self::Int { low, high, scale: Scale::Log, .. } => {
                let x = self.at(u).as_f64().unwrap_or(*low);
                let (first, last) = (libm::log(low - 0.5), libm::log(high + 0.5));
                [x - 0.5, x + 0.5].map(|end| ((libm::log(end) - first) / (last - first)).clamp(0.0, 1.0))
            }
            _ => whole(index_below(u, self.n_steps()), self.n_steps()),
        }
    }

    /// The share that becomes this value, in the middle of all that do; `None` of a value of another kind.
    #[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
    pub fn share_of(&self, value: &Value) -> Option<f64> {
        if let Self::Categorical { choices } = self {
            let at = choices.iter().position(|choice| super::numbers::same(choice, value))?;
            return Some((at as f64 + 0.5) / choices.len() as f64);
        }
        let x = value.as_f64()?;
        let (low, high) = self.bounds()?;
        let share = |along: fn(f64) -> f64, low: f64, high: f64| {
            let [from, to] = [low, high].map(along);
            if to > from { ((along(x.clamp(low, high)) - from) / (to - from)).clamp(0.0, 1.0) } else { 0.5 }
        };
        let u = match *self {
            Self::Float { step: None, scale: Scale::Linear, .. } => share(|x| x, low, high),
            Self::Float { step: None, scale: Scale::Log, .. } => share(libm::log, low, high),
            Self::Float { step: None, scale: Scale::Log1m, .. } => share(|x| -libm::log(1.0 - x), low, high),
            Self::Int { scale: Scale::Log, .. } => share(libm::log, low - 0.5, high + 0.5),
            Self::Float { step, .. } | Self::Int { step, .. } => {
                let (n, step) = (self.n_steps() as f64, step.unwrap_or(1.0));
                (libm::round((x - low) / step).clamp(0.0, n - 1.0) + 0.5) / n
            }
            Self::Categorical { .. } => return None,
        };
        let [first, last] = self.cell(u);
        Some(f64::midpoint(first, last))
    }

    /// Whether there is only one value.
    #[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
    pub fn is_single(&self) -> bool {
        match self {
            Self::Float { low, high, step: None, .. } => low == high,
            Self::Categorical { choices } => choices.len() == 1,
            _ => self.n_steps() == 1,
        }
    }

    /// The values that a grid takes from it: steps and choices as they are, else `points` values evenly spread in its own
    /// scale, both ends included; fewer where there are no more. Each is the shortest decimal number close by.
    pub fn grid(&self, points: usize) -> Vec<Value> {
        match self {
            Self::Categorical { choices } => choices.clone(),
            Self::Float { low, step: Some(step), .. } => {
                (0..self.n_steps()).map(|k| json!(self.stepped(*low, *step, k))).collect()
            }
            Self::Float { low, high, scale, .. } => {
                grid_values::floats(*low, *high, *scale, points).into_iter().map(|x| json!(x)).collect()
            }
            Self::Int { step: Some(_), .. } => (0..self.n_steps()).map(|k| self.whole_at(k)).collect(),
            Self::Int { low, high, scale, .. } => {
                let thinned = grid_values::thinned(*low, *high, *scale, points);
                thinned.into_iter().map(|k| self.whole_at(k)).collect()
            }
        }
    }

    /// How many values [`Self::grid`] gives; steps are not made for it.
    pub fn n_grid(&self, points: usize) -> usize {
        match self {
            Self::Float { low, high, step: None, scale } => grid_values::floats(*low, *high, *scale, points).len(),
            Self::Int { step: None, .. } => self.n_steps().min(points.max(1)),
            Self::Categorical { choices } => choices.len(),
            _ => self.n_steps(),
        }
    }

    pub(super) fn n_steps(&self) -> usize {
        let (low, high, step) = match self {
            Self::Float { low, high, step: Some(step), .. } => (low, high, *step),
            Self::Int { low, high, step, .. } => (low, high, step.unwrap_or(1.0)),
            _ => return 1,
        };
        libm::floor((high - low) / step + STEP_SLACK) as usize + 1
    }

    /// The last value of a range that has steps; whole numbers have those of 1.
    pub fn last_step(&self) -> Option<Value> {
        match self {
            Self::Float { low, step: Some(step), .. } => Some(json!(self.stepped(*low, *step, self.n_steps() - 1))),
            Self::Int { .. } => Some(self.whole_at(self.n_steps() - 1)),
            _ => None,
        }
    }

    /// What lies between two values of a range of whole numbers.
    #[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
    pub(super) fn each(&self) -> f64 {
        let Self::Int { step, .. } = self else { return 1.0 };
        step.unwrap_or(1.0)
    }

    /// The value of step `k` of a range that has steps.
    #[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
    pub(super) fn at_step(&self, k: usize) -> Value {
        match self {
            Self::Float { low, step: Some(step), .. } => json!(self.stepped(*low, *step, k)),
            _ => self.whole_at(k),
        }
    }

    fn whole_at(&self, k: usize) -> Value {
        let Self::Int { low, step, .. } = self else { return Value::Null };
        json!((low + k as f64 * step.unwrap_or(1.0)) as i64)
    }

    fn stepped(&self, low: f64, step: f64, k: usize) -> f64 {
        let Self::Float { high, .. } = self else { return low };
        grid_values::stepped(low, step, k as f64).min(*high)
    }

    /// The least and the largest value, for messages and checks; `None` for choices.
    pub fn bounds(&self) -> Option<(f64, f64)> {
        match self {
            Self::Float { low, high, .. } | Self::Int { low, high, .. } => Some((*low, *high)),
            Self::Categorical { .. } => None,
        }
    }

    /// The distribution as the study document writes it.
    pub fn to_json(&self) -> Value {
        let scaled = |kind: &str, low: Value, high: Value, scale: &Scale| {
            let mut object = json!({"type": kind, "low": low, "high": high});
            match scale {
                Scale::Linear => {}
                Scale::Log => object["log"] = json!(true),
                Scale::Log1m => object["scale"] = json!("log1m"),
            }
            object
        };
        match self {
            Self::Categorical { choices } => json!({"type": "categorical", "choices": choices}),
            Self::Float { low, high, step, scale } => {
                let mut object = scaled("float", json!(low), json!(high), scale);
                if let Some(step) = step {
                    object["step"] = json!(step);
                }
                object
            }
            Self::Int { low, high, step, scale } => {
                let mut object = scaled("int", json!(*low as i64), json!(*high as i64), scale);
                if let Some(step) = step {
                    object["step"] = json!(*step as i64);
                }
                object
            }
        }
    }
}

impl Scale {
    /// The value a share `u` of the way from `low` to `high`, even in this scale.
    pub fn between(self, low: f64, high: f64, u: f64) -> f64 {
        match self {
            Self::Linear => low + u * (high - low),
            Self::Log => {
                let (a, b) = (libm::log(low), libm::log(high));
                libm::exp(a + u * (b - a))
            }
            Self::Log1m => {
                let (a, b) = (libm::log(1.0 - high), libm::log(1.0 - low));
                1.0 - libm::exp(b + u * (a - b))
            }
        }
    }
}

fn index_below(u: f64, n: usize) -> usize {
    ((u * n as f64) as usize).min(n - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Distribution> {
        Distribution::parse("space.x", &serde_json::from_str(text).expect("valid JSON"))
    }

    #[test]
    fn values_stay_inside_and_reach_both_ends() {
        let log = parse(r#"{"type": "float", "low": 1e-4, "high": 0.1, "log": true}"#).expect("valid");
        let number = |value: Value| value.as_f64().expect("a number");
        assert!((number(log.at(0.0)) / 1e-4 - 1.0).abs() < 1e-12);
        assert!(number(log.at(0.999_999_999)) <= 0.1);
        assert!((log.at(0.5).as_f64().expect("number") / 0.003_162_277_66 - 1.0).abs() < 1e-8);
        let near_one = parse(r#"{"type": "float", "low": 0.5, "high": 0.999, "scale": "log1m"}"#).expect("valid");
        let middle = near_one.at(0.5).as_f64().expect("number");
        assert!((middle - (1.0 - (0.5_f64 * 0.001).sqrt())).abs() < 1e-12, "{middle}");
    }

    #[test]
    fn steps_include_the_high_end_exactly() {
        let d = parse(r#"{"type": "float", "low": 0.0, "high": 0.7, "step": 0.1}"#).expect("valid");
        let grid = d.grid(5);
        assert_eq!(grid.len(), 8);
        assert_eq!(grid, [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7].map(|x| json!(x)));
        assert_eq!((d.at(0.4), d.at(0.999_999), d.last_step()), (json!(0.3), json!(0.7), Some(json!(0.7))));
        let int = parse(r#"{"type": "int", "low": 128, "high": 512, "step": 128}"#).expect("valid");
        assert_eq!(int.grid(5), vec![json!(128), json!(256), json!(384), json!(512)]);
    }

    #[test]
    fn grids_take_points_from_plain_floats() {
        let d = parse(r#"{"type": "float", "low": 0.01, "high": 1.0, "log": true}"#).expect("valid");
        assert_eq!(d.grid(3), vec![json!(0.01), json!(0.1), json!(1.0)]);
        assert_eq!(d.n_grid(3), 3);
        assert_eq!(parse(r#"{"type": "float", "low": 2, "high": 2}"#).expect("valid").grid(5), vec![json!(2.0)]);
    }

    #[test]
    fn wide_ranges_on_a_log_scale_have_all_their_values() {
        let wide = parse(r#"{"type": "int", "low": 1, "high": 1099511627776, "log": true}"#).expect("valid");
        let number = |u: f64| wide.at(u).as_f64().expect("a number");
        assert_eq!((number(0.0), number(1.0 - 1e-16)), (1.0, 1_099_511_627_776.0));
        let middle = number(0.5);
        assert!((middle / (0.5_f64 * 1_099_511_627_776.5).sqrt() - 1.0).abs() < 1e-6, "{middle}");
        assert!((wide.share_of(&json!(middle)).expect("a share") - 0.5).abs() < 1e-6);
        assert_eq!(wide.last_step(), Some(json!(1_099_511_627_776_i64)));
        assert_eq!(wide.grid(2), vec![json!(1), json!(1_099_511_627_776_i64)]);
        // Nobody has named a step of whole numbers that are too many.
        let refused = parse(r#"{"type": "int", "low": 3, "high": 1e15}"#).expect_err("too many").to_json();
        assert_eq!((&refused["found"], &refused["accepted"]), (&json!("1e15"), &json!("3 .. 2147483650 (int)")));
    }

    #[test]
    fn impossible_ranges_are_refused_by_name() {
        for (text, code, key) in [
            (r#"{"type": "float", "low": 1, "high": 0}"#, "empty_range", "space.x"),
            (r#"{"type": "float", "low": 0, "high": 1, "log": true}"#, "log_range", "space.x.low"),
            (r#"{"type": "float", "low": 0, "high": 1, "scale": "log1m"}"#, "log1m_range", "space.x.high"),
            (r#"{"type": "categorical", "choices": []}"#, "wrong_type", "space.x.choices"),
            (r#"{"type": "float", "low": 0}"#, "missing", "space.x.high"),
            (r#"{"type": "float", "low": 0, "high": 1, "steps": 3}"#, "unknown_key", "space.x.steps"),
            (r#"{"type": "int", "low": 0.5, "high": 3}"#, "wrong_type", "space.x.low"),
            (r#"{"type": "float", "low": -1e308, "high": 1e308}"#, "out_of_range", "space.x.high"),
            (r#"{"type": "int", "low": 0, "high": 1e300}"#, "out_of_range", "space.x.high"),
            (r#"{"type": "int", "low": 0, "high": 1e15}"#, "out_of_range", "space.x.high"),
            (r#"{"type": "int", "low": 0, "high": 1e15, "step": 2}"#, "out_of_range", "space.x.step"),
            (r#"{"type": "float", "low": 0, "high": 1, "step": 1e-300}"#, "out_of_range", "space.x.step"),
            (r#"{"type": "float", "low": 1, "high": 8, "log": true, "step": 1}"#, "step_on_scale", "space.x.step"),
            (r#"{"type": "int", "low": 1, "high": 8, "log": true, "step": 2}"#, "step_on_scale", "space.x.step"),
            (
                r#"{"type": "float", "low": 0, "high": 0.5, "scale": "log1m", "step": 0.1}"#,
                "step_on_scale",
                "space.x.step",
            ),
            (r#"{"type": "int", "low": 1, "high": 8, "scale": "log1m"}"#, "wrong_type", "space.x.scale"),
            (r#"{"type": "categorical", "choices": [16, 16.0, 32]}"#, "duplicate", "space.x.choices"),
            (r#"{"type": "categorical", "choices": [[1, 2], [2, 1], [1, 2]]}"#, "duplicate", "space.x.choices"),
            (r#"{"type": "categorical", "choices": [0, "0", [0], -0.0]}"#, "duplicate", "space.x.choices"),
            (r#"{"type": "gauss"}"#, "wrong_type", "space.x.type"),
            (r"[1, 2]", "wrong_type", "space.x"),
        ] {
            let problem = parse(text).expect_err(text).to_json();
            assert_eq!((problem["code"].as_str(), problem["key"].as_str()), (Some(code), Some(key)), "{text}");
        }
        // Each against each other would take minutes.
        let mut many = json!({"type": "categorical", "choices": (0..200_000).collect::<Vec<_>>()});
        assert!(Distribution::parse("space.x", &many).is_ok());
        many["choices"][199_999] = json!(7.0);
        assert_eq!(Distribution::parse("space.x", &many).expect_err("twice").to_json()["found"], "7");
    }
}

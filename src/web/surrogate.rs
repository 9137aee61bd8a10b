//! What a sampler thinks of places, for the page to draw.

use super::{problem, text, unread};
use crate::search::{Past, Surrogate, SurrogateKind};
use crate::study::Study;
use serde_json::{Map, Value, json};
use wasm_bindgen::prelude::*;

/// See [`Surrogate`].
#[wasm_bindgen]
pub struct Belief {
    surrogate: Surrogate,
}

#[wasm_bindgen]
impl Belief {
    /// What is thought of a study after some trials: a JSON array of `[params, value, pruned_after]`, smaller values better,
    /// `"NaN"` of those that failed, null of those that are running. `kind` is `gp` or `tpe`.
    ///
    /// # Errors
    /// The problem, as an object.
    #[wasm_bindgen(constructor)]
    pub fn new(study: &str, kind: &str, exploration: Option<f64>, trials: &str) -> Result<Belief, JsValue> {
        let study = Study::parse(study).map_err(|error| problem(&error))?;
        let kind = if kind == "tpe" { SurrogateKind::Tpe } else { SurrogateKind::Gp };
        let trials: Value = serde_json::from_str(trials).map_err(|_| unread("trials"))?;
        let past = |one: &Value| {
            let value = match &one[1] {
                Value::Null => None,
                other => Some(other.as_f64().unwrap_or(f64::NAN)),
            };
            let params = one[0].as_object().cloned()?;
            Some(Past { params, value, pruned_after: one[2].as_u64().map(|epochs| epochs as usize) })
        };
        let trials = trials.as_array().and_then(|all| all.iter().map(past).collect::<Option<Vec<Past>>>());
        let trials = trials.ok_or_else(|| unread("trials"))?;
        Ok(Self { surrogate: Surrogate::new(study, kind, exploration, &trials) })
    }

    /// What there is to know of it, as JSON: `axes` with `name`, `shares` and `values` along each, whether anything `known`,
    /// whether the next trial is one that it `draws`, places of `good` trials, `lengths` of the axes, `noise`, `n`.
    ///
    /// # Errors
    /// None of its own.
    pub fn facts(&self, most: usize) -> Result<String, JsValue> {
        let axis = |(at, name): (usize, &str)| {
            let (shares, values): (Vec<f64>, Vec<Value>) = self.surrogate.places(at, most).into_iter().unzip();
            json!({"name": name, "shares": shares, "values": values})
        };
        let axes: Vec<Value> = self.surrogate.axes().enumerate().map(axis).collect();
        let (lengths, noise, n) = self.surrogate.fit().unwrap_or_default();
        let (known, draws) = (self.surrogate.is_known(), self.surrogate.draws());
        text(&json!({
            "axes": axes, "known": known, "draws": draws, "good": self.surrogate.good(),
            "lengths": lengths, "noise": noise, "n": n,
        }))
    }

    /// What is thought of places, one after the other: three numbers each.
    pub fn at(&self, points: &[f64]) -> Vec<f64> {
        let d = self.surrogate.axes().count().max(1);
        points.chunks_exact(d).flat_map(|point| self.surrogate.at(point)).collect()
    }

    /// The place of some parameters (JSON).
    pub fn point(&self, params: &str) -> Vec<f64> {
        let params: Map<String, Value> = serde_json::from_str(params).unwrap_or_default();
        self.surrogate.point(&params)
    }

    /// The parameters of a place, as JSON.
    ///
    /// # Errors
    /// None of its own.
    pub fn params(&self, point: &[f64]) -> Result<String, JsValue> {
        text(&self.surrogate.params(point))
    }

    /// The next trials that the sampler would ask for, as JSON: each with its `point` and `params`. They are then running.
    ///
    /// # Errors
    /// None of its own.
    pub fn next(&mut self, n: usize) -> Result<String, JsValue> {
        let next = |_| {
            let (point, params) = self.surrogate.ask();
            json!({"point": point, "params": params})
        };
        let all: Vec<Value> = (0..n).map(next).collect();
        text(&all)
    }
}

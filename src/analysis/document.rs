//! Surfaces and paths as a document: `tuning-playground/landscape@1`.

use super::frame::{AROUND, framed};
use super::plane::{Kind, Plane};
use super::surface::{Grid, Rows, scorer};
use super::trajectory::Trajectory;
use crate::backend::{self, Backend, Data, Network, NetworkSpec, Score, cpu::PlaneScorer};
use crate::error::Result;
use serde_json::{Value, json};
use std::rc::Rc;

/// Value of a landscape's `format`.
pub const FORMAT: &str = "tuning-playground/landscape@1";

/// What a surface shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Mean loss a row, in the targets' own units.
    Loss,
    /// Share of rows that are right.
    Accuracy,
}

/// A named trial's place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PointRecord {
    /// Its number.
    pub trial: u32,
    /// Coordinates.
    pub place: [f64; 2],
    /// Its own loss, off the plane where it lies off it.
    pub loss: f64,
}

impl PointRecord {
    /// The point as the document has it.
    pub fn document(&self) -> Value {
        let [x, y] = self.place.map(number);
        json!({"trial": self.trial, "x": x, "y": y, "loss": number(self.loss)})
    }
}

/// A path as seen from the plane.
#[derive(Clone, Debug, PartialEq)]
pub struct PathRecord {
    /// The trial's number.
    pub trial: u32,
    /// Steps taken.
    pub steps: Vec<u64>,
    /// Coordinates of the nearest points of the plane.
    pub places: Vec<[f64; 2]>,
    /// Loss at the path's points.
    pub loss: Vec<f64>,
    /// Share of rows that are right there; no part of the document.
    pub accuracy: Vec<f64>,
    /// Loss of the plane at the nearest points.
    pub slice_loss: Vec<f64>,
    /// How far the path's points are from the plane.
    pub distance: Vec<f64>,
}

impl PathRecord {
    /// The path as the document has it.
    pub fn document(&self) -> Value {
        let axis = |at: usize| numbers(self.places.iter().map(|place| place[at]));
        json!({
            "trial": self.trial,
            "steps": self.steps,
            "x": axis(0),
            "y": axis(1),
            "loss": numbers(self.loss.iter().copied()),
            "slice_loss": numbers(self.slice_loss.iter().copied()),
            "distance": numbers(self.distance.iter().copied()),
        })
    }
}

/// A surface over a plane, with what lies there.
pub struct Landscape {
    /// The networks on it.
    pub trials: Vec<u32>,
    /// Origin and directions.
    pub plane: Plane,
    /// The points computed.
    pub grid: Grid,
    /// Of which rows.
    pub rows: Rows,
    /// How many rows.
    pub n_rows: usize,
    /// What is shown.
    pub metric: Metric,
    /// Scores, row by row, y upwards; NaN where the loss is not finite.
    pub scores: Vec<Score>,
    /// Each named trial.
    pub points: Vec<PointRecord>,
    /// Paths, if any were written down.
    pub paths: Vec<PathRecord>,
}

/// What surfaces, points and paths are worked out from.
pub struct Site<'a> {
    /// What the networks have in common: a shape and a loss.
    pub spec: &'a NetworkSpec,
    /// The data.
    pub data: &'a Rc<Data>,
    /// The rows that are scored.
    pub rows: Rows,
    /// What a loss is multiplied by, for the targets' own units.
    pub unit: f64,
}

impl Site<'_> {
    /// A scorer over a plane.
    pub fn scorer(&self, plane: &Plane) -> PlaneScorer {
        scorer(self.spec, plane, self.data, self.rows)
    }

    /// The losses of these weights as they are.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn losses(&self, backend: &dyn Backend, weights: &[&[f32]]) -> Result<Vec<f64>> {
        Ok(self.scores(backend, weights).await?.into_iter().map(|score| score.loss).collect())
    }

    async fn scores(&self, backend: &dyn Backend, weights: &[&[f32]]) -> Result<Vec<Score>> {
        let rows = match self.rows {
            Rows::Train => backend::Rows::Train,
            Rows::Validation => backend::Rows::Validation,
        };
        let network = |weights: &&[f32]| {
            let parameters = weights.iter().map(|&x| f64::from(x)).collect();
            Network { spec: self.spec.clone(), parameters }
        };
        let scores = backend::evaluate(backend, self.data, rows, weights.iter().map(network)).await?;
        Ok(scores.into_iter().map(|score| Score { loss: self.unit * score.loss, ..score }).collect())
    }

    /// Where trials' weights lie, and their losses.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn points(
        &self,
        backend: &dyn Backend,
        plane: &Plane,
        trials: &[(u32, &[f32])],
    ) -> Result<Vec<PointRecord>> {
        let weights: Vec<&[f32]> = trials.iter().map(|(_, weights)| *weights).collect();
        let losses = self.losses(backend, &weights).await?;
        let point = |(&(trial, weights), loss): (&(u32, &[f32]), f64)| {
            let place = plane.place(weights);
            PointRecord { trial, place: [place.x, place.y], loss }
        };
        Ok(trials.iter().zip(losses).map(point).collect())
    }

    /// A path as seen from a plane.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn path(
        &self,
        backend: &dyn Backend,
        plane: &Plane,
        scorer: &PlaneScorer,
        path: &Trajectory,
    ) -> Result<PathRecord> {
        let seen: Vec<_> = path.points.iter().map(|point| plane.place(point)).collect();
        let places: Vec<[f64; 2]> = seen.iter().map(|place| [place.x, place.y]).collect();
        let weights: Vec<&[f32]> = path.points.iter().map(Vec::as_slice).collect();
        let scores = self.scores(backend, &weights).await?;
        Ok(PathRecord {
            trial: path.trial,
            steps: path.steps.clone(),
            loss: scores.iter().map(|score| score.loss).collect(),
            accuracy: scores.iter().map(|score| score.accuracy).collect(),
            slice_loss: scorer.scores(&places).into_iter().map(|score| self.unit * score.loss).collect(),
            distance: seen.iter().map(|place| place.distance).collect(),
            places,
        })
    }
}

/// What a picture of a plane covers: around the origin, or all that lies there.
pub fn extent(kind: Kind, places: impl IntoIterator<Item = [f64; 2]>) -> super::Extent {
    match kind {
        Kind::Random | Kind::Gradient | Kind::Hessian => AROUND,
        Kind::Line => super::frame::ALONG,
        Kind::Pca | Kind::Three => framed(places),
    }
}

/// JSON has no NaN and no infinity: they are words.
fn number(x: f64) -> Value {
    if x.is_nan() {
        return "NaN".into();
    }
    if x.is_infinite() {
        return if x > 0.0 { "Infinity" } else { "-Infinity" }.into();
    }
    json!(x)
}

fn numbers(list: impl IntoIterator<Item = f64>) -> Value {
    list.into_iter().map(number).collect()
}

impl Landscape {
    /// The document; `vectors` adds the plane's origin and directions.
    pub fn document(&self, study: &Value, unit: f64, vectors: bool) -> Value {
        let mut plane = json!({
            "kind": self.plane.kind,
            "explained": self.plane.explained.map(numbers),
            "extent": numbers(self.grid.extent),
        });
        if self.plane.kind == Kind::Gradient {
            plane["axes"] = json!(self.plane.axes());
        }
        if let Some(own) = self.plane.eigenvalues {
            plane["eigenvalues"] = numbers(own.map(|x| unit * x));
        }
        if vectors {
            plane["origin"] = json!(self.plane.origin);
            plane["directions"] = json!(self.plane.directions);
        }
        let value = |score: &Score| match self.metric {
            Metric::Loss => unit * score.loss,
            Metric::Accuracy => score.accuracy,
        };
        json!({
            "format": FORMAT,
            "study": study,
            "trials": self.trials,
            "plane": plane,
            "metric": self.metric,
            "rows": self.rows,
            "n_rows": self.n_rows,
            "size": self.grid.size,
            "values": numbers(self.scores.iter().map(value)),
            "points": self.points.iter().map(PointRecord::document).collect::<Value>(),
            "paths": self.paths.iter().map(PathRecord::document).collect::<Value>(),
        })
    }
}

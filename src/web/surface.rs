//! A loss surface in a Worker, in pieces: a trial is trained step by step on the CPU, then the loss over a plane through
//! its weights is worked out, coarse points first.

use super::{problem, to_js, unread};
use crate::analysis::{Extent, Grid, Kind, Plane, PointRecord, Recorder, Rows, Site, Trajectory, extent};
use crate::backend::cpu::{Cpu, PlaneScorer};
use crate::backend::{self, Network};
use crate::error::{Error, Result};
use crate::study::Study;
use crate::trainer::{Assignment, Contestant, Trainer};
use core::time::Duration;
use serde_json::json;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Points a side of a surface around weights that are being trained, and the most multiplications that it may take: more would
/// hold up the training.
const GLIMPSE: usize = 17;
const GLIMPSE_WORK: usize = 200_000_000;
/// A frame may be so many times narrower or wider than the plane's own.
const MOST_ZOOM: f64 = 1.001e6;

/// See the module.
#[wasm_bindgen]
pub struct Surface {
    trainer: Trainer,
    contestants: Vec<Contestant>,
    kind: Kind,
    rows: Rows,
    side: usize,
    seed: u64,
    recorder: Option<Recorder>,
    plane: Option<(PlaneScorer, Grid)>,
    home: Extent,
}

#[wasm_bindgen]
impl Surface {
    /// A surface around a trial of `study` (JSON). `assignment` is a round of that trial and of those that the plane is laid
    /// through, as [`Session::again`](super::session::Session::again) has it; `plane` is a [`Kind`] by name, `rows` train or
    /// validation, `side` the points a side.
    ///
    /// # Errors
    /// The problem, as an object.
    #[wasm_bindgen(constructor)]
    #[expect(clippy::needless_pass_by_value, reason = "wasm-bindgen passes optional slices by value")]
    pub fn new(
        study: &str,
        assignment: &str,
        table: Option<Box<[u8]>>,
        plane: &str,
        rows: &str,
        side: usize,
        seed: f64,
    ) -> core::result::Result<Surface, JsValue> {
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == plane).ok_or_else(|| unread("a plane"))?;
        let networks = match kind {
            Kind::Line => 2,
            Kind::Three => 3,
            _ => 1,
        };
        let round = Assignment::read(assignment, &[]).filter(|round| round.len() == networks);
        let round = round.ok_or_else(|| unread("a round"))?;
        let rows = match rows {
            "train" => Rows::Train,
            "validation" => Rows::Validation,
            _ => return Err(unread("rows")),
        };
        let start = || -> Result<Self> {
            let grid = Self::grid(kind, side, [0.0; 4])?;
            let study = Study::parse(study)?;
            let prepared = Rc::new(study.prepare(table.as_deref())?);
            let mut trainer = Trainer::new(Rc::new(study), prepared, Box::new(Cpu::new()), Vec::new())?;
            let contestants: Vec<_> = round.iter().map(|one| trainer.contestant(&one.trial, one.of_trials)).collect();
            let first = &contestants[0];
            let differs = |one: &&Contestant| one.spec.shape != first.spec.shape || one.spec.loss != first.spec.loss;
            if let Some(other) = contestants.iter().find(differs) {
                return Err(Error::ShapesDiffer { trial: first.trial, other: other.trial });
            }
            let (seed, home) = (seed as u64, grid.extent);
            Ok(Self { trainer, contestants, kind, rows, side, seed, recorder: None, plane: None, home })
        };
        start().map_err(|error| problem(&error))
    }

    fn grid(kind: Kind, side: usize, extent: Extent) -> Result<Grid> {
        if kind == Kind::Line { Grid::line(side) } else { Grid::new(side, extent) }
    }

    /// Trains for about so long; whether the trial is trained.
    ///
    /// # Errors
    /// The problem, as an object.
    pub async fn train(&mut self, budget_ms: f64) -> core::result::Result<bool, JsValue> {
        let budget = Duration::from_secs_f64((budget_ms / 1000.0).clamp(0.0, 10.0));
        self.train_for(budget).await.map_err(|error| problem(&error))
    }

    async fn train_for(&mut self, budget: Duration) -> Result<bool> {
        if self.recorder.is_none() {
            let contestants = self.contestants.clone();
            self.recorder = Some(Recorder::new(&Cpu::new(), self.trainer.data(), contestants).await?);
        }
        match &mut self.recorder {
            Some(recorder) => recorder.advance(budget).await,
            None => Ok(false),
        }
    }

    /// The surface around the weights as they are while they are trained, over few points: what [`head`](Self::head) tells, with
    /// `step` and `steps`; [`order`](Self::order) and [`score`](Self::score) are then of it. Null where the plane is known
    /// only in the end, or its points would take long.
    ///
    /// # Errors
    /// Those of `serde_wasm_bindgen`.
    pub fn glimpse(&mut self) -> core::result::Result<JsValue, JsValue> {
        let Some((head, plane)) = self.look() else { return Ok(JsValue::NULL) };
        self.plane = Some(plane);
        to_js(&head)
    }

    fn look(&self) -> Option<(serde_json::Value, (PlaneScorer, Grid))> {
        let (step, steps, weights) = self.recorder.as_ref()?.now(0)?;
        let first = &self.contestants[0];
        let (spec, data) = (&first.spec, self.trainer.data());
        let work = spec.shape.n_parameters() * self.rows.of(data).len() * GLIMPSE * GLIMPSE;
        if self.kind != Kind::Random || work > GLIMPSE_WORK || weights.iter().any(|x| !x.is_finite()) {
            return None;
        }
        let plane = Plane::random(&spec.shape, weights.to_vec(), self.seed).ok()?;
        let grid = Grid::new(GLIMPSE, extent(self.kind, [])).ok()?;
        let scorer = Site { spec, data, rows: self.rows, unit: self.trainer.unit() }.scorer(&plane);
        let own = self.trainer.unit() * scorer.scores(&[[0.0, 0.0]]).first()?.loss;
        let origin = PointRecord { trial: first.trial, place: [0.0, 0.0], loss: own };
        let head = json!({
            "size": grid.size,
            "extent": grid.extent,
            "explained": null,
            "loss": own,
            "epochs": first.epochs,
            "parameters": spec.shape.n_parameters(),
            "points": [origin.document()],
            "path": null,
            "step": step,
            "steps": steps,
        });
        Some((head, (scorer, grid)))
    }

    /// What is known once the trials are trained: `{size, extent, explained, loss, epochs, parameters, points, path}`, with
    /// `path` null but for a plane that was laid through it; as `landscape@1` has them.
    ///
    /// # Errors
    /// The problem, as an object: a trial that diverged, a plane that is none.
    pub async fn head(&mut self) -> core::result::Result<JsValue, JsValue> {
        let head = self.lay().await.map_err(|error| problem(&error))?;
        to_js(&head)
    }

    async fn lay(&mut self) -> Result<serde_json::Value> {
        let mut paths = self.recorder.take().map(|recorder| recorder.paths()).unwrap_or_default();
        let is_lost = |path: &&Trajectory| path.diverged_at.is_some() || path.last().iter().any(|x| !x.is_finite());
        if let Some(lost) = paths.iter().find(is_lost) {
            return Err(Error::TrialDiverged { trial: lost.trial });
        }
        let first = &self.contestants[0];
        let spec = &first.spec;
        let data = self.trainer.data();
        let site = Site { spec, data, rows: self.rows, unit: self.trainer.unit() };
        let (backend, origin) = (Cpu::new(), paths[0].last().to_vec());
        let plane = match self.kind {
            Kind::Random => Plane::random(&spec.shape, origin, self.seed)?,
            Kind::Pca => Plane::pca(origin, &paths[0].points)?,
            Kind::Line => Plane::line(origin, paths[1].last())?,
            Kind::Three => Plane::three(origin, paths[1].last(), paths[2].last())?,
            Kind::Gradient => {
                let parameters = origin.iter().map(|&x| f64::from(x)).collect();
                let network = Network { spec: spec.clone(), parameters };
                let (_, gradient) = backend::loss_gradient(&backend, data, backend::Rows::Train, network).await?;
                Plane::gradient(&spec.shape, origin, &gradient, self.seed)?
            }
        };
        let scorer = site.scorer(&plane);
        let trained: Vec<(u32, &[f32])> = paths.iter().map(|path| (path.trial, path.last())).collect();
        let points = site.points(&backend, &plane, &trained).await?;
        let mut places: Vec<[f64; 2]> = points.iter().map(|point| point.place).collect();
        let mut seen = None;
        if self.kind == Kind::Pca {
            paths[0].thin_for(spec.shape.n_parameters() * self.rows.of(data).len());
            let path = site.path(&backend, &plane, &scorer, &paths[0]).await?;
            places.extend(&path.places);
            seen = Some(path.document());
        }
        let grid = Self::grid(self.kind, self.side, extent(self.kind, places))?;
        let head = json!({
            "size": grid.size,
            "extent": grid.extent,
            "explained": plane.explained,
            "loss": points[0].loss,
            "epochs": first.epochs,
            "parameters": spec.shape.n_parameters(),
            "points": points.iter().map(PointRecord::document).collect::<Vec<_>>(),
            "path": seen,
        });
        self.home = grid.extent;
        self.plane = Some((scorer, grid));
        Ok(head)
    }

    /// Covers another part of the plane: `[x0, x1, y0, y1]`. Nobody is trained again.
    ///
    /// # Errors
    /// An object, of a part that is none.
    pub fn frame(&mut self, extent: &[f64]) -> core::result::Result<(), JsValue> {
        let Some((_, grid)) = &mut self.plane else { return Err(unread("a plane")) };
        let part = Extent::try_from(extent).map_err(|_| unread("a frame"))?;
        let is_part = |at: usize| {
            let share = (part[at + 1] - part[at]) / (self.home[at + 1] - self.home[at]);
            (MOST_ZOOM.recip()..=MOST_ZOOM).contains(&share)
        };
        if self.kind == Kind::Line || !is_part(0) || !is_part(2) {
            return Err(unread("a frame"));
        }
        grid.extent = part;
        Ok(())
    }

    /// All points of the grid, coarse ones first: of each its index, then the step (2^k) at which it comes.
    pub fn order(&self) -> Vec<u32> {
        let Some((_, grid)) = &self.plane else { return Vec::new() };
        grid.coarse_first().into_iter().flat_map(|(index, k)| [index as u32, 1 << k]).collect()
    }

    /// Loss and accuracy at each of these points, one after the other: NaN where the loss is not finite, and for the
    /// accuracy of numbers.
    pub fn score(&self, indices: &[u32]) -> Vec<f64> {
        let Some((scorer, grid)) = &self.plane else { return Vec::new() };
        let inside = indices.iter().filter(|&&index| (index as usize) < grid.len());
        let points: Vec<[f64; 2]> = inside.map(|&index| grid.point(index as usize)).collect();
        let unit = self.trainer.unit();
        let is_class = matches!(self.trainer.data().labels, backend::Labels::Classes(_));
        let accuracy = |score: &backend::Score| if is_class { score.accuracy } else { f64::NAN };
        scorer.scores(&points).iter().flat_map(|score| [unit * score.loss, accuracy(score)]).collect()
    }
}

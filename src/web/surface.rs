//! A loss surface in a Worker, in pieces: a trial is trained step by step on the CPU, then the loss over a plane through
//! its weights is worked out, coarse points first.

use super::{problem, to_js, unread};
use crate::analysis::{Grid, Kind, Plane, Recorder, Rows, Site, Trajectory, extent};
use crate::backend::cpu::{Cpu, PlaneScorer};
use crate::backend::{self, Network};
use crate::error::{Error, Result};
use crate::study::Study;
use crate::trainer::{Assignment, Contestant, Trainer};
use core::time::Duration;
use serde_json::json;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Multiplications that scoring a path's points may take; a longer path is thinned for that.
const PATH_WORK: f64 = 2e9;
/// Points of a path that are scored in any case.
const FEWEST_POINTS: usize = 16;

/// See the module.
#[wasm_bindgen]
pub struct Surface {
    trainer: Trainer,
    contestant: Contestant,
    kind: Kind,
    rows: Rows,
    side: usize,
    seed: u64,
    recorder: Option<Recorder>,
    plane: Option<(PlaneScorer, Grid)>,
}

#[wasm_bindgen]
impl Surface {
    /// A surface around a trial of `study` (JSON). `assignment` is a round of that one trial, as
    /// [`Session::again`](super::session::Session::again) has it; `plane` is random, pca or gradient, `rows` train or
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
        let assignment = Assignment::read(assignment, &[]).and_then(|mut round| round.pop());
        let assignment = assignment.ok_or_else(|| unread("a round"))?;
        let kind = [Kind::Random, Kind::Pca, Kind::Gradient].into_iter().find(|kind| kind.name() == plane);
        let kind = kind.ok_or_else(|| unread("a plane"))?;
        let rows = match rows {
            "train" => Rows::Train,
            "validation" => Rows::Validation,
            _ => return Err(unread("rows")),
        };
        let start = || -> Result<Self> {
            Grid::new(side, [0.0; 4])?;
            let study = Study::parse(study)?;
            let prepared = Rc::new(study.prepare(table.as_deref())?);
            let mut trainer = Trainer::new(Rc::new(study), prepared, Box::new(Cpu::new()), Vec::new())?;
            let contestant = trainer.contestant(&assignment.trial, assignment.of_trials);
            let seed = seed as u64;
            Ok(Self { trainer, contestant, kind, rows, side, seed, recorder: None, plane: None })
        };
        start().map_err(|error| problem(&error))
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
            let contestants = vec![self.contestant.clone()];
            self.recorder = Some(Recorder::new(&Cpu::new(), self.trainer.data(), contestants).await?);
        }
        match &mut self.recorder {
            Some(recorder) => recorder.advance(budget).await,
            None => Ok(false),
        }
    }

    /// What is known once the trial is trained: `{size, extent, explained, loss, epochs, parameters, path}`, with `path` null but for a
    /// plane that was laid through it; as `landscape@1` has them.
    ///
    /// # Errors
    /// The problem, as an object: a trial that diverged, a plane that is none.
    pub async fn head(&mut self) -> core::result::Result<JsValue, JsValue> {
        let head = self.lay().await.map_err(|error| problem(&error))?;
        to_js(&head)
    }

    async fn lay(&mut self) -> Result<serde_json::Value> {
        let mut path = self.recorder.take().and_then(|recorder| recorder.paths().pop()).unwrap_or_default();
        if path.diverged_at.is_some() || path.points.is_empty() || path.last().iter().any(|x| !x.is_finite()) {
            return Err(Error::TrialDiverged { trial: self.contestant.trial });
        }
        let spec = &self.contestant.spec;
        let data = self.trainer.data();
        let site = Site { spec, data, rows: self.rows, unit: self.trainer.unit() };
        let (backend, origin) = (Cpu::new(), path.last().to_vec());
        let plane = match self.kind {
            Kind::Pca => Plane::pca(origin, &path.points)?,
            Kind::Gradient => {
                let parameters = origin.iter().map(|&x| f64::from(x)).collect();
                let network = Network { spec: spec.clone(), parameters };
                let (_, gradient) = backend::loss_gradient(&backend, data, backend::Rows::Train, network).await?;
                Plane::gradient(&spec.shape, origin, &gradient, self.seed)?
            }
            _ => Plane::random(&spec.shape, origin, self.seed)?,
        };
        let scorer = site.scorer(&plane);
        let loss = site.losses(&backend, &[path.last()]).await?[0];
        let mut seen = None;
        if self.kind == Kind::Pca {
            self.thin(&mut path);
            seen = Some(site.path(&backend, &plane, &scorer, &path).await?);
        }
        let places = seen.iter().flat_map(|path| path.places.iter().copied());
        let grid = Grid::new(self.side, extent(self.kind, places))?;
        let head = json!({
            "size": grid.size,
            "extent": grid.extent,
            "explained": plane.explained,
            "loss": loss,
            "epochs": self.contestant.epochs,
            "parameters": spec.shape.n_parameters(),
            "path": seen.map(|path| path.document()),
        });
        self.plane = Some((scorer, grid));
        Ok(head)
    }

    fn thin(&self, path: &mut Trajectory) {
        let work = self.contestant.spec.shape.n_parameters() * self.rows.of(self.trainer.data()).len();
        path.thin(((PATH_WORK / work.max(1) as f64) as usize).max(FEWEST_POINTS));
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

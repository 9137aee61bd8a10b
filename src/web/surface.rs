//! A loss surface in a Worker, in pieces: the loss over a plane through a trial's weights, coarse points first. Weights come
//! from who trains the trial, or keeps what it has come to; where nobody has them, or the plane needs the way there, the trial
//! is trained once more, step by step, on the CPU.

use super::{problem, to_js, unread};
use crate::analysis::{self, Entry, Extent, Grid, Kind, Plane, PointRecord, Recorder, Rows, Site, Trajectory, extent};
use crate::backend::cpu::{Cpu, PlaneScorer};
use crate::backend::{self, Data, work};
use crate::error::{Error, Result};
use crate::study::Study;
use crate::trainer::{Assignment, Contestant, Trainer, TrialSnapshot};
use core::time::Duration;
use serde_json::{Map, Value, json};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Points a side of a surface around weights that are being trained, and the most multiplications that it may take: more would
/// hold up the training.
const GLIMPSE: usize = 17;
const GLIMPSE_WORK: usize = 200_000_000;
/// A path under way is looked at through so many times fewer points than one that has ended: it is looked at often.
const LIVE: usize = 8;
/// A frame may be so many times narrower or wider than the plane's own.
const MOST_ZOOM: f64 = 1.001e6;

/// See the module.
#[wasm_bindgen]
pub struct Surface {
    trainer: Trainer,
    contestants: Vec<Contestant>,
    /// Epochs that each is trained for, unless it is for all of its own.
    until: Vec<Option<usize>>,
    /// Where each has been seen by who trains it or has trained it.
    seen: Vec<Option<Trajectory>>,
    /// Whether the first one is still in training elsewhere.
    live: bool,
    kind: Kind,
    rows: Rows,
    /// The rows that are scored.
    data: Rc<Data>,
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
    /// validation, of which `limit` are taken if there are more, `side` the points a side.
    ///
    /// # Errors
    /// The problem, as an object.
    #[wasm_bindgen(constructor)]
    #[expect(clippy::needless_pass_by_value, reason = "wasm-bindgen passes optional slices by value")]
    #[expect(clippy::too_many_arguments, reason = "what crosses to a Worker crosses by itself")]
    pub fn new(
        study: &str,
        assignment: &str,
        table: Option<Box<[u8]>>,
        plane: &str,
        rows: &str,
        limit: Option<u32>,
        side: usize,
        seed: f64,
    ) -> core::result::Result<Surface, JsValue> {
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == plane).ok_or_else(|| unread("a plane"))?;
        let round = Assignment::read(assignment, &[]).filter(|round| round.len() == kind.networks());
        let round = round.ok_or_else(|| unread("a round"))?;
        let rows = match rows {
            "train" => Rows::Train,
            "validation" => Rows::Validation,
            _ => return Err(unread("rows")),
        };
        let start = || -> Result<Self> {
            let grid = Self::grid(kind, side, [0.0; 4])?;
            let study = Study::parse(study)?;
            let drawn_by = study.seed;
            let prepared = Rc::new(study.prepare(table.as_deref())?);
            let mut trainer = Trainer::new(Rc::new(study), prepared, Box::new(Cpu::new()), Vec::new())?;
            let contestants: Vec<_> = round.iter().map(|one| trainer.contestant(&one.trial, one.of_trials)).collect();
            let first = &contestants[0];
            let differs = |one: &&Contestant| one.spec.shape != first.spec.shape || one.spec.loss != first.spec.loss;
            if let Some(other) = contestants.iter().find(differs) {
                return Err(Error::ShapesDiffer { trial: first.trial, other: other.trial });
            }
            let (seed, home) = (seed as u64, grid.extent);
            let until = round.iter().map(|one| one.until_epoch).collect();
            let seen = vec![None; contestants.len()];
            let limit = limit.map(|limit| limit.max(1) as usize);
            let data = rows.some(trainer.data(), limit, drawn_by);
            Ok(Self {
                trainer,
                contestants,
                until,
                seen,
                live: false,
                kind,
                rows,
                data,
                side,
                seed,
                recorder: None,
                plane: None,
                home,
            })
        };
        start().map_err(|error| problem(&error))
    }

    fn grid(kind: Kind, side: usize, extent: Extent) -> Result<Grid> {
        if kind == Kind::Line { Grid::line(side) } else { Grid::new(side, extent) }
    }

    /// The first trial has been trained for so many epochs, or with none for all of its own; `live` says that it goes on. What
    /// was seen of its end does not count any more.
    pub fn follow(&mut self, epochs: Option<u32>, live: bool) {
        let epochs = epochs.map(|epochs| epochs as usize);
        self.until[0] = epochs;
        if !live || !self.live {
            self.seen[0] = None;
        }
        self.live = live;
        if let Some(recorder) = &mut self.recorder {
            recorder.until(0, epochs);
        }
    }

    /// Takes what a trial is, as who trains it or has trained it says ([`TrialSnapshot::write`]); false where that is no such
    /// trial's.
    pub fn see(&mut self, at: usize, words: &[u32]) -> bool {
        let Some(contestant) = self.contestants.get(at) else { return false };
        let snapshots = TrialSnapshot::read(words).unwrap_or_default();
        let Some(own) = snapshots.into_iter().find(|one| one.number == contestant.trial) else { return false };
        if !self.live || at > 0 {
            self.until[at] = Some(own.epochs);
        }
        let Some(network) = own.networks.into_iter().next() else { return false };
        let path = self.seen[at].get_or_insert_with(|| Trajectory::begun(contestant));
        path.see(&contestant.spec, &network);
        let is_there = path.points.len() > 1;
        if !is_there {
            self.seen[at] = None;
        } else if self.is_seen(at)
            && let Some(recorder) = &mut self.recorder
        {
            recorder.until(at, Some(0));
        }
        is_there
    }

    /// Whether a trial is looked at as it was seen; of one that has ended nobody has seen the way there.
    fn is_seen(&self, at: usize) -> bool {
        let needs_way = matches!(self.kind, Kind::Pca | Kind::Gradient);
        self.seen[at].is_some() && (self.live || !needs_way)
    }

    /// Whether nothing has to be trained once more.
    fn is_known(&self) -> bool {
        (0..self.seen.len()).all(|at| self.is_seen(at))
    }

    /// Trains for about so long; whether the trials are trained as far as they may be.
    ///
    /// # Errors
    /// The problem, as an object.
    pub async fn train(&mut self, budget_ms: f64) -> core::result::Result<bool, JsValue> {
        let budget = Duration::from_secs_f64((budget_ms / 1000.0).clamp(0.0, 10.0));
        self.train_for(budget).await.map_err(|error| problem(&error))
    }

    async fn train_for(&mut self, budget: Duration) -> Result<bool> {
        if self.is_known() {
            return Ok(true);
        }
        if self.recorder.is_none() {
            let entries: Vec<Entry> = self.contestants.iter().map(|one| self.kind.entry(one.clone())).collect();
            let mut recorder = Recorder::new(&Cpu::new(), self.trainer.data(), entries).await?;
            for (at, &epochs) in self.until.iter().enumerate() {
                recorder.until(at, if self.is_seen(at) { Some(0) } else { epochs });
            }
            self.recorder = Some(recorder);
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

    fn look(&self) -> Option<(Value, (PlaneScorer, Grid))> {
        let (step, steps, weights) = self.recorder.as_ref()?.now(0)?;
        let first = &self.contestants[0];
        let (spec, data) = (&first.spec, &self.data);
        let work = work::way(&spec.shape) * self.rows.count(data) * GLIMPSE * GLIMPSE;
        if self.kind != Kind::Random || work > GLIMPSE_WORK || weights.iter().any(|x| !x.is_finite()) {
            return None;
        }
        let plane = Plane::random(&spec.shape, weights.to_vec(), self.seed).ok()?;
        let grid = Grid::new(GLIMPSE, extent(self.kind, [])).ok()?;
        let scorer = Site { spec, data, rows: self.rows, unit: self.trainer.unit() }.scorer(&plane);
        let own = self.trainer.unit() * scorer.scores(&[[0.0, 0.0]]).first()?.loss;
        let origin = PointRecord { trial: first.trial, place: [0.0, 0.0], loss: own };
        let head = Value::Object(self.head_of(&plane, &grid, &[origin], Some((step, steps))));
        Some((head, (scorer, grid)))
    }

    /// What is known once the trials are trained as far as they may be: `{size, extent, explained, loss, n_rows, of_rows,
    /// parameters, points, path}`, with `path` null but for a plane that was laid through it; as `landscape@1` has them. Of a
    /// trial that will be trained on with `step` and `steps`.
    ///
    /// # Errors
    /// The problem, as an object: a trial that diverged, a plane that is none.
    pub async fn head(&mut self) -> core::result::Result<JsValue, JsValue> {
        let head = self.lay().await.map_err(|error| problem(&error))?;
        to_js(&head)
    }

    /// The path of each, as it was trained here or seen elsewhere.
    fn paths(&self) -> Vec<Trajectory> {
        let mut trained = self.recorder.as_ref().map(Recorder::paths).unwrap_or_default().into_iter();
        let path = |(at, seen): (usize, &Option<Trajectory>)| {
            let own = trained.next();
            let Some(seen) = seen else { return own.unwrap_or_default() };
            if self.is_seen(at) {
                return seen.clone();
            }
            let mut own = own.unwrap_or_default();
            own.end_with(seen.last());
            own
        };
        self.seen.iter().enumerate().map(path).collect()
    }

    fn head_of(
        &self,
        plane: &Plane,
        grid: &Grid,
        points: &[PointRecord],
        step: Option<(u64, u64)>,
    ) -> Map<String, Value> {
        let (data, whole) = (&self.data, self.trainer.data());
        let mut head = Map::new();
        let mut put = |key: &str, value: Value| head.insert(key.into(), value);
        put("size", json!(grid.size));
        put("extent", json!(grid.extent));
        put("explained", json!(plane.explained));
        put("momentum", json!(plane.momentum));
        put("eigenvalues", json!(plane.eigenvalues.map(|own| own.map(|x| self.trainer.unit() * x))));
        put("loss", json!(points.first().map(|point| point.loss)));
        put("n_rows", json!(self.rows.count(data)));
        put("of_rows", json!(self.rows.count(whole)));
        put("parameters", json!(plane.origin.len()));
        put("points", points.iter().map(PointRecord::document).collect());
        put("path", Value::Null);
        if let Some((step, steps)) = step {
            put("step", json!(step));
            put("steps", json!(steps));
        }
        head
    }

    async fn lay(&mut self) -> Result<Value> {
        let mut paths = self.paths();
        if paths.iter().any(|path| path.last().is_empty()) {
            return Err(Error::NoPath);
        }
        let live = self.live;
        let first = &self.contestants[0];
        let steps = Entry::from(first.clone()).n_steps(self.trainer.data().n_train);
        let step = paths[0].steps.last().filter(|_| live).map(|&step| (step, steps));
        let spec = &first.spec;
        let plane = analysis::lay(self.kind, spec, self.trainer.data(), &paths, 1, self.seed).await?;
        let site = Site { spec, data: &self.data, rows: self.rows, unit: self.trainer.unit() };
        let backend = Cpu::new();
        let scorer = site.scorer(&plane);
        let trained: Vec<(u32, &[f32])> = paths.iter().map(|path| (path.trial, path.last())).collect();
        let points = site.points(&backend, &plane, &trained).await?;
        let mut places: Vec<[f64; 2]> = points.iter().map(|point| point.place).collect();
        let mut seen = Value::Null;
        if self.kind == Kind::Pca {
            paths[0].thin_for(work::way(&spec.shape) * self.rows.count(&self.data) * if live { LIVE } else { 1 });
            let path = site.path(&backend, &plane, &scorer, &paths[0]).await?;
            places.extend(&path.places);
            seen = path.document();
        }
        let grid = Self::grid(self.kind, self.side, extent(self.kind, places))?;
        let mut head = self.head_of(&plane, &grid, &points, step);
        head.insert("path".into(), seen);
        if !live {
            // Nobody asks for these paths again.
            self.recorder = None;
        }
        self.home = grid.extent;
        self.plane = Some((scorer, grid));
        Ok(Value::Object(head))
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

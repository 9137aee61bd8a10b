//! A race: networks of one shape trained step by step from where they are told to start, seen on one plane through their
//! paths. The plane is laid once: who changes a learning rate or drags the start wants to see the paths bend, not the ground.

use super::document::{PathRecord, Site, extent};
use super::frame::Extent;
use super::plane::{Kind, Plane};
use super::sheet::Sheet;
use super::surface::{Grid, Rows};
use super::trajectory::{Entry, Recorder, Trajectory};
use crate::backend::cpu::Cpu;
use crate::backend::{Data, second_order, work};
use crate::error::{Error, Result};
use core::time::Duration;
use std::rc::Rc;

/// See the module.
pub struct Race {
    data: Rc<Data>,
    rows: Rows,
    /// What a loss is multiplied by, for the targets' own units.
    unit: f64,
    side: usize,
    entries: Vec<Entry>,
    /// Each one's path, unless it is to be trained.
    paths: Vec<Option<Trajectory>>,
    /// Each one's path as seen from the plane, unless that is to be worked out.
    seen: Vec<Option<PathRecord>>,
    under_way: Option<(Vec<usize>, Recorder)>,
    sheet: Option<Sheet>,
}

impl Race {
    /// A race of these over `rows`' losses, with surfaces of `side` points a side.
    ///
    /// # Errors
    /// [`Error::ShapesDiffer`], [`Error::SurfaceSize`]; [`Error::TooManyParameters`] for Newton's method.
    pub fn new(data: Rc<Data>, rows: Rows, unit: f64, side: usize, entries: Vec<Entry>) -> Result<Self> {
        Grid::new(side, [0.0; 4])?;
        let specs = |entry: &Entry| (entry.contestant.spec.shape.clone(), entry.contestant.spec.loss);
        if let Some((first, others)) = entries.split_first()
            && let Some(other) = others.iter().find(|other| specs(other) != specs(first))
        {
            return Err(Error::ShapesDiffer { trial: first.contestant.trial, other: other.contestant.trial });
        }
        for Entry { contestant, .. } in entries.iter().filter(|entry| entry.contestant.spec.is_second_order()) {
            second_order::check_size(contestant.trial, &contestant.spec, "hidden, hidden_units, hidden_layers")?;
        }
        let (paths, seen) = entries.iter().map(|_| (None, None)).unzip();
        Ok(Self { data, rows, unit, side, entries, paths, seen, under_way: None, sheet: None })
    }

    /// Who runs.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Each one's path, once it is trained.
    pub fn path(&self, at: usize) -> Option<&Trajectory> {
        self.paths.get(at)?.as_ref()
    }

    /// The surface, once it is laid.
    pub const fn sheet(&self) -> Option<&Sheet> {
        self.sheet.as_ref()
    }

    /// Gives a contestant other learning rates from some steps on; it is trained again.
    pub fn change(&mut self, at: usize, changes: Vec<(u64, f64)>) {
        let Some(entry) = self.entries.get_mut(at) else { return };
        if entry.changes != changes {
            entry.changes = changes;
            self.forget(at);
        }
    }

    /// Starts everyone from another place of the plane, as far from it as their own start is, or with none from what their
    /// seeds draw; all are trained again. Without a plane there is no such place.
    pub fn start_at(&mut self, place: Option<[f64; 2]>) {
        for at in 0..self.entries.len() {
            let drawn: Vec<f32> = self.entries[at].contestant.initial().parameters.iter().map(|&x| x as f32).collect();
            let moved = self.sheet.as_ref().zip(place).map(|(Sheet { plane, .. }, [x, y])| {
                let own = plane.place(&drawn);
                plane.moved(&drawn, x - own.x, y - own.y)
            });
            self.entries[at].start = moved;
            self.forget(at);
        }
    }

    fn forget(&mut self, at: usize) {
        self.under_way = None;
        (self.paths[at], self.seen[at]) = (None, None);
    }

    /// Trains for about `budget` whoever is not trained; whether all are.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn train(&mut self, budget: Duration) -> Result<bool> {
        if self.under_way.is_none() {
            let open: Vec<usize> = (0..self.entries.len()).filter(|&at| self.paths[at].is_none()).collect();
            if open.is_empty() {
                return Ok(true);
            }
            let entries: Vec<Entry> = open.iter().map(|&at| self.entries[at].clone()).collect();
            let recorder = Recorder::new(&Cpu::new(), &self.data, entries).await?;
            self.under_way = Some((open, recorder));
        }
        let Some((open, recorder)) = &mut self.under_way else { return Ok(true) };
        if !recorder.advance(budget).await? {
            return Ok(false);
        }
        for (&at, mut path) in open.iter().zip(recorder.paths()) {
            let work = work::way(&self.entries[at].contestant.spec.shape) * self.rows.of(&self.data).len();
            path.thin_for(work);
            self.paths[at] = Some(path);
        }
        self.under_way = None;
        Ok(true)
    }

    /// How many of so many steps have been taken of a training under way; 1 where nothing is.
    pub fn share_done(&self) -> f64 {
        self.under_way.as_ref().map_or(1.0, |(_, recorder)| recorder.share_done())
    }

    /// Lays the plane, unless it is laid, and sees every path from it; whether the surface is another than before. With `still`
    /// the picture shows the same part of the plane whatever the paths leave it for. To be called once all are trained.
    ///
    /// # Errors
    /// [`Error::NoPath`] where nobody got anywhere.
    pub async fn lay(&mut self, still: bool) -> Result<bool> {
        let paths: Vec<&Trajectory> = self.paths.iter().flatten().collect();
        let Some(first) = self.entries.first() else { return Err(Error::NoPath) };
        let spec = &first.contestant.spec;
        let site = Site { spec, data: &self.data, rows: self.rows, unit: self.unit };
        let mut is_new = self.sheet.is_none();
        let laid = if let Some(sheet) = self.sheet.take() {
            sheet
        } else {
            // Weights that ran away would make everyone else's way a point.
            let stayed: Vec<&&Trajectory> = paths.iter().filter(|path| path.diverged_at.is_none()).collect();
            let framed = if stayed.is_empty() { paths.iter().collect() } else { stayed };
            let points: Vec<Vec<f32>> = framed.iter().flat_map(|path| path.points.iter().cloned()).collect();
            let origin = framed.first().map_or(Vec::new(), |path| path.last().to_vec());
            let plane = Plane::pca(origin, &points)?;
            let scorer = site.scorer(&plane);
            Sheet { plane, scorer, grid: Grid::new(self.side, [0.0; 4])? }
        };
        let mut failed = None;
        for (at, path) in self.paths.iter().enumerate() {
            if let (Some(path), None) = (path, &self.seen[at]) {
                match site.path(&Cpu::new(), &laid.plane, &laid.scorer, path).await {
                    Ok(record) => self.seen[at] = Some(record),
                    Err(error) => failed = Some(error),
                }
            }
        }
        let wanted = extent(Kind::Pca, self.places());
        let is_outside =
            |[x0, x1, y0, y1]: Extent| self.places().any(|[x, y]| !(x0..=x1).contains(&x) || !(y0..=y1).contains(&y));
        let mut sheet = laid;
        if is_new || !still && is_outside(sheet.grid.extent) {
            sheet.grid = Grid::new(self.side, wanted)?;
            is_new = true;
        }
        self.sheet = Some(sheet);
        failed.map_or(Ok(is_new), Err)
    }

    /// Places that the picture has to show.
    fn places(&self) -> impl Iterator<Item = [f64; 2]> {
        let is_seen = |at: &usize| {
            let all_lost = self.paths.iter().flatten().all(|path| path.diverged_at.is_some());
            all_lost || self.path(*at).is_some_and(|path| path.diverged_at.is_none())
        };
        let seen = (0..self.entries.len()).filter(is_seen).filter_map(|at| self.seen[at].as_ref());
        seen.flat_map(|record| record.places.iter().copied())
    }

    /// Lets the plane go: the next one is laid through the paths as they are then.
    pub fn unlay(&mut self) {
        self.sheet = None;
        self.seen.fill(None);
    }

    /// Each one's path as seen from the plane, once that is laid.
    pub fn seen(&self) -> impl Iterator<Item = &PathRecord> {
        self.seen.iter().flatten()
    }

    /// A path's momentum at each of its points, as the step that it alone would take, seen from the plane; (0, 0) where there
    /// is none. Empty of a path without.
    pub fn coasts(&self, at: usize) -> Vec<[f64; 2]> {
        let (Some(path), Some(sheet)) = (self.path(at), &self.sheet) else { return Vec::new() };
        if path.coasts.iter().all(Vec::is_empty) {
            return Vec::new();
        }
        let along = |step: &Vec<f32>| if step.is_empty() { [0.0; 2] } else { sheet.plane.along(step) };
        path.coasts.iter().map(along).collect()
    }

    /// The share of one path's spread about its mean that lies in the plane.
    pub fn held(&self, at: usize) -> Option<f64> {
        let (path, sheet) = (self.path(at)?, self.sheet.as_ref()?);
        Some(sheet.plane.held(&path.points).iter().sum())
    }

    /// The share of the paths' spread about their mean that lies along each direction of the plane.
    pub fn explained(&self) -> Option<[f64; 2]> {
        let sheet = self.sheet.as_ref()?;
        let stayed = |path: &&Trajectory| path.diverged_at.is_none();
        let all: Vec<Vec<f32>> =
            self.paths.iter().flatten().filter(stayed).flat_map(|path| path.points.iter().cloned()).collect();
        Some(sheet.plane.held(&all))
    }
}

/// Learning rates tried for each of some contestants, each for the whole way.
pub struct RateSearch {
    recorder: Recorder,
    rates: Vec<f64>,
    entries: Vec<Entry>,
}

impl RateSearch {
    /// Every contestant with every rate.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn new(data: &Data, entries: &[Entry], rates: Vec<f64>) -> Result<Self> {
        let mut all = Vec::with_capacity(entries.len() * rates.len());
        for entry in entries {
            for &rate in &rates {
                let mut entry = Entry { changes: Vec::new(), points: 2, states: false, ..entry.clone() };
                entry.contestant.spec.optimizer.learning_rate = rate;
                all.push(entry);
            }
        }
        Ok(Self { recorder: Recorder::new(&Cpu::new(), data, all).await?, rates, entries: entries.to_vec() })
    }

    /// Works for about `budget`; whether everyone is trained.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn advance(&mut self, budget: Duration) -> Result<bool> {
        self.recorder.advance(budget).await
    }

    /// Share of the steps that have been taken.
    pub fn share_done(&self) -> f64 {
        self.recorder.share_done()
    }

    /// Of each contestant the loss at the end with each rate, in their order: not finite where it diverged.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn losses(&self, data: &Rc<Data>, rows: Rows, unit: f64) -> Result<Vec<Vec<f64>>> {
        let Some(first) = self.entries.first() else { return Ok(Vec::new()) };
        let site = Site { spec: &first.contestant.spec, data, rows, unit };
        let paths = self.recorder.paths();
        let ends: Vec<&[f32]> = paths.iter().map(Trajectory::last).collect();
        let losses = site.losses(&Cpu::new(), &ends).await?;
        let own = paths.iter().zip(losses).map(|(path, loss)| path.diverged_at.map_or(loss, |_| f64::INFINITY));
        let own: Vec<f64> = own.collect();
        Ok(own.chunks(self.rates.len().max(1)).map(<[f64]>::to_vec).collect())
    }
}

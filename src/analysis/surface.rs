//! Loss over a grid of a plane's points, coarse points first.

use super::frame::Extent;
use super::plane::Plane;
use crate::backend::cpu::{PlaneScorer, Point};
use crate::backend::{Data, NetworkSpec};
use crate::error::{Error, Result};
use crate::rng::{Purpose, RunId, Stream};
use std::rc::Rc;

/// Points a side, at least and at most.
pub const SIDE: [usize; 2] = [3, 201];

/// Rows that a surface is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rows {
    /// Those for training.
    Train,
    /// Those for validation.
    Validation,
}

impl Rows {
    /// Its name in sentences.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Train => "training",
            Self::Validation => "validation",
        }
    }

    /// How many there are.
    pub const fn count(self, data: &Data) -> usize {
        match self {
            Self::Train => data.n_train,
            Self::Validation => data.n_validation,
        }
    }

    /// The data with no rows but `limit` of these, drawn by `seed`; the data itself where there are no more.
    pub fn some(self, data: &Rc<Data>, limit: Option<usize>, seed: u64) -> Rc<Data> {
        let mut rows = self.of(data);
        let Some(limit) = limit.filter(|&limit| limit < rows.len()) else { return data.clone() };
        // Two trials' streams are those of random directions.
        let run = RunId { trial: 2, fold: 0, repeat: 0 };
        Stream::of(seed, Purpose::Plane, run, 0).shuffle(&mut rows);
        rows.truncate(limit);
        rows.sort_unstable();
        let n_train = if self == Self::Train { limit } else { 0 };
        Rc::new(data.of_rows(&rows, n_train))
    }

    /// Their numbers.
    pub fn of(self, data: &Data) -> Vec<u32> {
        let (n_train, n_validation) = (data.n_train as u32, data.n_validation as u32);
        match self {
            Self::Train => (0..n_train).collect(),
            Self::Validation => (n_train..n_train + n_validation).collect(),
        }
    }
}

/// A grid of points over a part of a plane, row by row, y upwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// Points along x and y; a line has one row.
    pub size: [usize; 2],
    /// What it covers, edges included.
    pub extent: Extent,
}

impl Grid {
    /// A grid of `side` points along each axis.
    ///
    /// # Errors
    /// [`Error::SurfaceSize`] of a number that is even, so that no point would be in the middle, or out of bounds.
    pub fn new(side: usize, extent: Extent) -> Result<Self> {
        let [least, most] = SIDE;
        if side.is_multiple_of(2) || !(least..=most).contains(&side) {
            let accepted = if (least..most).contains(&side) {
                format!("an odd number, such as {}", side + 1)
            } else {
                format!("an odd number from {least} to {most}")
            };
            return Err(Error::SurfaceSize { key: "size".into(), found: side.to_string(), accepted });
        }
        Ok(Self { size: [side, side], extent })
    }

    /// A line of so many points from x = -0.5 to 1.5; 0 and 1 are among them.
    ///
    /// # Errors
    /// [`Error::SurfaceSize`] where they would not be.
    pub fn line(points: usize) -> Result<Self> {
        let [least, most] = [5, SIDE[1]];
        if points % 4 != 1 || !(least..=most).contains(&points) {
            let next = (points.max(1) - 1).next_multiple_of(4).clamp(4, most - 1) + 1;
            let accepted = format!("{next} (a multiple of 4 plus 1, from {least} to {most})");
            return Err(Error::SurfaceSize { key: "size".into(), found: points.to_string(), accepted });
        }
        Ok(Self { size: [points, 1], extent: super::frame::ALONG })
    }

    /// Points of the whole grid.
    pub fn len(&self) -> usize {
        self.size[0] * self.size[1]
    }

    /// Never: a grid has points.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The coordinates of point `index`.
    pub fn point(&self, index: usize) -> Point {
        let [nx, _] = self.size;
        let [x0, x1, y0, y1] = self.extent;
        let along = |low: f64, high: f64, at: usize, n: usize| {
            if n < 2 {
                return low;
            }
            // From the middle, so that an extent around 0 has the very 0.
            let half = (n - 1) as f64 / 2.0;
            f64::midpoint(low, high) + (at as f64 - half) / half * (high - low) / 2.0
        };
        [along(x0, x1, index % nx, nx), along(y0, y1, index / nx, self.size[1])]
    }

    /// All indices, coarse ones first: every 2^k-th point of every 2^k-th row and the last ones, so that the edge is known as
    /// well as the middle, then those between, down to k = 0. With each the step k at which it comes.
    pub fn coarse_first(&self) -> Vec<(usize, u32)> {
        let [nx, ny] = self.size;
        let longest = nx.max(ny) - 1;
        // The coarsest picture still has some points a side.
        let first = (longest / 4).max(1).ilog2();
        let mut order = Vec::with_capacity(self.len());
        let is_at = |at: usize, n: usize, k: u32| at.is_multiple_of(1 << k) || at + 1 == n;
        for k in (0..=first).rev() {
            for row in (0..ny).filter(|&row| is_at(row, ny, k)) {
                for column in (0..nx).filter(|&column| is_at(column, nx, k)) {
                    let is_known = k < first && is_at(row, ny, k + 1) && is_at(column, nx, k + 1);
                    if !is_known {
                        order.push((row * nx + column, k));
                    }
                }
            }
        }
        order
    }
}

/// A scorer over a plane's points.
pub fn scorer(spec: &NetworkSpec, plane: &Plane, data: &Data, rows: Rows) -> PlaneScorer {
    let [u, v] = &plane.directions;
    PlaneScorer::new(spec, &plane.origin, [u, v], data, &rows.of(data))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn every_point_comes_once_and_the_middle_is_the_middle(half in 1_usize..101, low in -9.0..9.0_f64, width in 1e-3..9.0_f64) {
            let grid = Grid::new(2 * half + 1, [low, low + width, -width, width]).unwrap();
            let order = grid.coarse_first();
            let seen: BTreeSet<usize> = order.iter().map(|(index, _)| *index).collect();
            prop_assert_eq!(seen.len(), grid.len());
            prop_assert_eq!(order.len(), grid.len());
            prop_assert!(order.is_sorted_by(|a, b| a.1 >= b.1));
            // Each round knows the edges as well as what lies within.
            let coarse: BTreeSet<usize> = order.iter().filter(|one| one.1 == order[0].1).map(|one| one.0).collect();
            let last = 2 * half;
            for corner in [0, last, last * (last + 1), last * (last + 2)] {
                prop_assert!(coarse.contains(&corner));
            }
            prop_assert_eq!(grid.point(grid.len() / 2), [f64::midpoint(low, low + width), 0.0]);
            let corner = grid.point(grid.len() - 1);
            prop_assert!((corner[0] - low - width).abs() < 1e-12 * (9.0 + width) && corner[1] == width);
        }
    }

    #[test]
    fn sizes_that_leave_the_middle_out_are_refused_with_the_next() {
        for (side, accepted) in [(50, "such as 51"), (1, "from 3 to 201"), (203, "from 3 to 201"), (0, "from 3 to 201")]
        {
            let error = Grid::new(side, [-1.0, 1.0, -1.0, 1.0]).unwrap_err().to_string();
            assert!(error.contains(accepted), "{error}");
        }
        for (points, next) in [(51, "53"), (50, "53"), (0, "5"), (202, "201"), (999, "201")] {
            let error = Grid::line(points).unwrap_err().to_string();
            assert!(error.contains(&format!("use {next} ")), "{error}");
        }
        let line = Grid::line(9).unwrap();
        let x: Vec<f64> = (0..9).map(|at| line.point(at)[0]).collect();
        assert_eq!(x, [-0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5]);
        assert_eq!(line.coarse_first().len(), 9);
    }
}

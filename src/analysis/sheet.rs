//! The loss over a grid of a plane's points, worked out piece by piece.

use super::plane::Plane;
use super::surface::Grid;
use crate::backend::Score;
use crate::backend::cpu::PlaneScorer;

/// A plane, what scores its points, and the points.
pub struct Sheet {
    /// Origin and directions.
    pub plane: Plane,
    /// Scores points.
    pub scorer: PlaneScorer,
    /// The points.
    pub grid: Grid,
}

impl Sheet {
    /// All points of the grid, coarse ones first: of each its index, then the step (2^k) at which it comes.
    pub fn order(&self) -> Vec<u32> {
        self.grid.coarse_first().into_iter().flat_map(|(index, k)| [index as u32, 1 << k]).collect()
    }

    /// The scores at those of these points that there are.
    pub fn scores(&self, indices: &[u32]) -> Vec<Score> {
        let inside = indices.iter().filter(|&&index| (index as usize) < self.grid.len());
        let points: Vec<[f64; 2]> = inside.map(|&index| self.grid.point(index as usize)).collect();
        self.scorer.scores(&points)
    }
}

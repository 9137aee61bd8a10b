//! A whole surface by the threads of this process.

use super::surface::Grid;
use crate::backend::Score;
use crate::backend::cpu::{PlaneScorer, Point};
use core::sync::atomic::{AtomicUsize, Ordering};

/// Points that are computed together: few enough that many threads have something to do.
const TOGETHER: usize = 32;

/// The scores of a whole grid by so many threads, row by row, y upwards.
pub fn surface(scorer: &PlaneScorer, grid: &Grid, threads: usize) -> Vec<Score> {
    let next = AtomicUsize::new(0);
    let n = grid.len();
    let work = || {
        let mut done = Vec::new();
        loop {
            let first = next.fetch_add(TOGETHER, Ordering::Relaxed);
            if first >= n {
                return done;
            }
            let points: Vec<Point> = (first..(first + TOGETHER).min(n)).map(|index| grid.point(index)).collect();
            done.push((first, scorer.scores(&points)));
        }
    };
    let mut parts: Vec<(usize, Vec<Score>)> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.max(1)).map(|_| scope.spawn(work)).collect();
        let mut parts = work();
        parts.extend(others.into_iter().filter_map(|other| other.join().ok()).flatten());
        parts
    });
    parts.sort_by_key(|(first, _)| *first);
    parts.into_iter().flat_map(|(_, scores)| scores).collect()
}

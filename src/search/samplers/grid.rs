//! Full factorial over the axes' points, shuffled by the seed so that an unfinished grid is not lopsided.

use super::Sampler;
use crate::rng::{Purpose, RunId, Stream};
use crate::space::Axes;
use serde_json::{Map, Value};

pub struct Grid {
    /// Factorials side by side, each with the number of its first point.
    parts: Vec<(usize, Axes)>,
    order: Vec<u32>,
}

impl Grid {
    pub fn new(parts: Vec<Axes>, seed: u64) -> Self {
        let mut n = 0;
        let begin = |axes: Axes| {
            let first = n;
            n += axes.iter().map(|(_, values)| values.len()).product::<usize>();
            (first, axes)
        };
        let parts = parts.into_iter().map(begin).collect();
        let mut order: Vec<u32> = (0..n as u32).collect();
        Stream::of(seed, Purpose::Search, RunId::default(), 0).shuffle(&mut order);
        Self { parts, order }
    }
}

impl Sampler for Grid {
    fn ask(&mut self, number: u32) -> Option<Map<String, Value>> {
        let point = *self.order.get(number as usize)? as usize;
        let part = self.parts.partition_point(|(first, _)| *first <= point) - 1;
        let (first, axes) = &self.parts[part];
        let mut rest = point - first;
        // The last axis turns fastest, as an odometer's.
        let mut digits: Vec<(String, Value)> = Vec::with_capacity(axes.len());
        for (name, values) in axes.iter().rev() {
            digits.push((name.clone(), values[rest % values.len()].clone()));
            rest /= values.len();
        }
        Some(digits.into_iter().rev().collect())
    }
}

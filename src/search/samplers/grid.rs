//! Full factorial over the axes' points, shuffled by the seed so that an unfinished grid is not lopsided.

use super::Sampler;
use crate::rng::{Purpose, RunId, Stream};
use serde_json::{Map, Value};

pub struct Grid {
    axes: Vec<(String, Vec<Value>)>,
    order: Vec<u32>,
}

impl Grid {
    pub fn new(axes: Vec<(String, Vec<Value>)>, seed: u64) -> Self {
        let n: usize = axes.iter().map(|(_, values)| values.len()).product();
        let mut order: Vec<u32> = (0..n as u32).collect();
        Stream::of(seed, Purpose::Search, RunId::default(), 0).shuffle(&mut order);
        Self { axes, order }
    }
}

impl Sampler for Grid {
    fn ask(&mut self, number: u32) -> Option<Map<String, Value>> {
        let mut rest = *self.order.get(number as usize)? as usize;
        // The last axis turns fastest, as an odometer's.
        let mut digits: Vec<(String, Value)> = Vec::with_capacity(self.axes.len());
        for (name, values) in self.axes.iter().rev() {
            digits.push((name.clone(), values[rest % values.len()].clone()));
            rest /= values.len();
        }
        Some(digits.into_iter().rev().collect())
    }
}

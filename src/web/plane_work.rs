//! A surface without a study, to measure how long its points take: `tests/browser/plane.spec.js`.

use crate::analysis::{Extent, Grid, Plane, Rows, Sheet, Site};
use crate::backend::{Data, Labels, NetworkSpec};
use crate::mlp::{Activation, Loss, Shape};
use crate::optimizer::Optimizer;
use crate::rng::{Purpose, RunId, Stream};
use crate::schedule;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// What is shown of the plane.
const AROUND: Extent = [-1.0, 1.0, -1.0, 1.0];
/// Numbers of a data set, at most.
const MOST_NUMBERS: usize = 1 << 24;

/// See the module; asked as a [`Surface`](super::surface::Surface) is.
#[wasm_bindgen]
pub struct PlaneWork {
    sheet: Sheet,
}

#[wasm_bindgen]
impl PlaneWork {
    /// A random plane around the initial weights of a network of such widths, over rows of random numbers.
    ///
    /// # Errors
    /// What there is no such surface of.
    #[wasm_bindgen(constructor)]
    pub fn new(widths: &[u32], rows: usize, side: usize) -> Result<PlaneWork, JsValue> {
        let widths: Vec<usize> = widths.iter().map(|&width| width as usize).collect();
        let [inputs, hidden @ .., outputs] = &widths[..] else { return Err(super::unread("widths")) };
        if rows == 0 || rows.saturating_mul(*inputs) > MOST_NUMBERS || *outputs < 2 {
            return Err(super::unread("rows"));
        }
        let shape = Shape {
            inputs: *inputs,
            hidden: hidden.to_vec(),
            outputs: *outputs,
            activation: Activation::Relu,
            batch_norm: false,
        };
        let spec = NetworkSpec {
            run: RunId::default(),
            seed: 0,
            loss: Loss::CrossEntropy,
            optimizer: Optimizer::default(),
            schedule: schedule::Settings::default(),
            dropout: 0.0,
            max_batch: rows,
            crowd: 1,
            shape,
        };
        let mut stream = Stream::of(0, Purpose::Generate, RunId::default(), 0);
        let x = (0..rows * inputs).map(|_| stream.uniform()).collect();
        let labels = Labels::Classes((0..rows).map(|row| (row % outputs) as u32).collect());
        let data = Rc::new(Data { x, columns: *inputs, labels, n_train: rows, n_validation: 0 });
        let origin = spec.clone().initial().parameters.iter().map(|&x| x as f32).collect();
        let start = || {
            let plane = Plane::random(&spec.shape, origin, 0)?;
            let scorer = Site { spec: &spec, data: &data, rows: Rows::Train, unit: 1.0 }.scorer(&plane);
            Ok(Self { sheet: Sheet { plane, scorer, grid: Grid::new(side, AROUND)? } })
        };
        start().map_err(|error| super::problem(&error))
    }

    /// All points of the grid, coarse ones first: of each its index, then the step (2^k) at which it comes.
    pub fn order(&self) -> Vec<u32> {
        self.sheet.order()
    }

    /// Loss and accuracy at each of these points, one after the other.
    pub fn score(&self, indices: &[u32]) -> Vec<f64> {
        self.sheet.scores(indices).iter().flat_map(|score| [score.loss, score.accuracy]).collect()
    }
}

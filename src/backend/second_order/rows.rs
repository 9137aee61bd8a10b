//! The loss of a network over rows, in f64: its gradient, and its second derivatives. One row goes through at a time; the
//! innermost loops run along the inputs or the outputs of a layer.

use super::Clock;
use crate::backend::{Data, Labels, NetworkSpec, Score, work};
use crate::kernels::{BatchLoss, activate, bend, loss};
use crate::mlp::{Layer, Loss};
use crate::second_order::{Later, Objective, Symmetric, add};
use std::rc::Rc;

/// A layer's part of a row's way through the network and back.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    pub input: Vec<f64>,
    /// Before the activation, and the activation's derivatives there.
    pub sums: Vec<f64>,
    pub slopes: Vec<f64>,
    /// The loss's derivatives by the sums, and by what the activation makes of them.
    pub deltas: Vec<f64>,
    pub pulls: Vec<f64>,
}

/// A network and the buffers that a row needs.
pub struct Passage {
    pub(super) layers: Rc<[Layer]>,
    loss: Loss,
    pub(super) stages: Vec<Stage>,
    /// Weights inputs x outputs.
    pub(super) turned: Vec<f64>,
}

/// Writes weights inputs x outputs.
pub(super) fn turn(layers: &[Layer], parameters: &[f64], turned: &mut [f64]) {
    for layer in layers {
        for unit in 0..layer.outputs {
            for input in 0..layer.inputs {
                turned[layer.weight + input * layer.outputs + unit] =
                    parameters[layer.weight + unit * layer.inputs + input];
            }
        }
    }
}

impl Passage {
    /// Of a network.
    pub fn new(spec: &NetworkSpec) -> Self {
        let layers: Rc<[Layer]> = spec.shape.layers().into();
        let stage = |layer: &Layer| Stage {
            input: vec![0.0; layer.inputs],
            sums: vec![0.0; layer.outputs],
            slopes: vec![0.0; layer.outputs],
            deltas: vec![0.0; layer.outputs],
            pulls: vec![0.0; layer.outputs],
        };
        let stages = layers.iter().map(stage).collect();
        Self { turned: vec![0.0; spec.shape.n_parameters()], stages, layers, loss: spec.loss }
    }

    /// Takes these parameters for the rows that follow.
    pub(super) fn take(&mut self, parameters: &[f64]) {
        turn(&self.layers, parameters, &mut self.turned);
    }

    /// A row's loss and its derivatives by the outputs.
    pub(super) fn through(&mut self, parameters: &[f64], data: &Data<f64>, row: u32) -> BatchLoss<f64> {
        let mut values: Vec<f64> = data.x[row as usize * data.columns..][..data.columns].to_vec();
        for (layer, stage) in self.layers.iter().zip(&mut self.stages) {
            stage.input.copy_from_slice(&values);
            stage.sums.copy_from_slice(&parameters[layer.bias..layer.bias + layer.outputs]);
            for (input, &x) in values.iter().enumerate() {
                add(&mut stage.sums, x, &self.turned[layer.weight + input * layer.outputs..][..layer.outputs]);
            }
            values.resize(layer.outputs, 0.0);
            for (unit, &z) in stage.sums.iter().enumerate() {
                (values[unit], stage.slopes[unit]) = activate(layer.activation, z);
            }
        }
        let outputs = self.layers.last().map_or(1, |layer| layer.outputs);
        loss::reference(self.loss, &values, outputs, &data.labels, &[row])
    }

    /// Back from these derivatives by the outputs.
    pub(super) fn back(&mut self, parameters: &[f64], outputs: &[f64]) {
        let mut pulls = outputs.to_vec();
        for (layer, stage) in self.layers.iter().zip(&mut self.stages).rev() {
            stage.pulls.copy_from_slice(&pulls);
            for ((delta, pull), slope) in stage.deltas.iter_mut().zip(&pulls).zip(&stage.slopes) {
                *delta = pull * slope;
            }
            pulls.clear();
            pulls.resize(layer.inputs, 0.0);
            for (unit, &delta) in stage.deltas.iter().enumerate() {
                add(&mut pulls, delta, &parameters[layer.weight + unit * layer.inputs..][..layer.inputs]);
            }
        }
    }

    /// Loss and hits over these rows.
    pub fn score(&mut self, parameters: &[f64], data: &Data<f64>, rows: impl Iterator<Item = u32>) -> Score {
        self.take(parameters);
        let (mut sum, mut correct, mut n) = (0.0, 0, 0);
        for row in rows {
            let own = self.through(parameters, data, row);
            (sum, correct, n) = (sum + own.sum, correct + own.correct, n + 1);
        }
        Score { loss: sum / f64::from(n), accuracy: f64::from(correct) / f64::from(n) }
    }

    /// Adds what a row's loss has of second derivatives by all pairs of parameters. `curvature` is that by the outputs.
    ///
    /// With `Q` the second derivatives by a layer's sums and `J` what these are moved by those of a layer below, the
    /// derivative by weight `i, h` of the upper layer and `j, k` of the lower is
    /// `((Q J)[i, j] input[h] + delta[i] d input[h] / d sum[j]) input_below[k]`.
    fn curve(&self, parameters: &[f64], curvature: Vec<f64>, hessian: &mut Symmetric) {
        let (layers, stages) = (&self.layers, &self.stages);
        let weight = |at: usize| &parameters[layers[at].weight..layers[at].bias];
        let mut curvatures = vec![curvature];
        for at in (1..layers.len()).rev() {
            let (layer, below) = (&layers[at], &stages[at - 1]);
            let Some(above) = curvatures.last() else { return };
            let along = product(above, weight(at), layer.outputs, layer.inputs);
            let mut own = vec![0.0; layer.inputs * layer.inputs];
            for (row, along) in weight(at).chunks_exact(layer.inputs).zip(along.chunks_exact(layer.inputs)) {
                for (unit, &w) in row.iter().enumerate() {
                    add(&mut own[unit * layer.inputs..][..layer.inputs], w, along);
                }
            }
            for (unit, row) in own.chunks_exact_mut(layer.inputs).enumerate() {
                for (x, slope) in row.iter_mut().zip(&below.slopes) {
                    *x *= below.slopes[unit] * slope;
                }
                let known = (stages[at].input[unit], below.slopes[unit]);
                row[unit] += bend(layers[at - 1].activation, below.sums[unit], known) * below.pulls[unit];
            }
            curvatures.push(own);
        }
        curvatures.reverse();
        for (lower, column) in layers.iter().enumerate() {
            let mut moved: Vec<f64> = Vec::new();
            for (upper, row) in layers.iter().enumerate().skip(lower) {
                if upper == lower {
                    self.block(hessian, [row, column], [upper, lower], &curvatures[upper], &[]);
                    continue;
                }
                // What the upper layer's inputs, then its sums, are moved by the lower one's sums.
                let slopes = &stages[upper - 1].slopes;
                let inputs: Vec<f64> = if upper == lower + 1 {
                    let n = column.outputs;
                    (0..n * n).map(|at| if at / n == at % n { slopes[at % n] } else { 0.0 }).collect()
                } else {
                    let n = column.outputs.max(1);
                    moved.iter().enumerate().map(|(at, x)| slopes[at / n] * x).collect()
                };
                moved = product(weight(upper), &inputs, row.inputs, column.outputs);
                let own = product(&curvatures[upper], &moved, row.outputs, column.outputs);
                self.block(hessian, [row, column], [upper, lower], &own, &inputs);
            }
        }
    }

    /// The part of two layers, the second of which lies below or is the first.
    fn block(
        &self,
        hessian: &mut Symmetric,
        [row, column]: [&Layer; 2],
        [upper, lower]: [usize; 2],
        own: &[f64],
        inputs: &[f64],
    ) {
        let (stage, below, n) = (&self.stages[upper], &self.stages[lower].input, column.outputs);
        for unit in 0..row.outputs {
            for input in 0..=row.inputs {
                let is_bias = input == row.inputs;
                let (place, value) = if is_bias {
                    (row.bias + unit, 1.0)
                } else {
                    (row.weight + unit * row.inputs + input, stage.input[input])
                };
                // Above the diagonal nothing is needed.
                let columns = if upper == lower && !is_bias { unit + 1 } else { n };
                let line = &mut hessian.numbers[place * hessian.n..][..hessian.n];
                for other in 0..columns {
                    let mut share = own[unit * n + other] * value;
                    if upper > lower && !is_bias {
                        share += stage.deltas[unit] * inputs[input * n + other];
                    }
                    if share != 0.0 {
                        add(&mut line[column.weight + other * column.inputs..][..column.inputs], share, below);
                        line[column.bias + other] += share;
                    }
                }
            }
        }
    }
}

/// The product of a matrix with `inner` columns and one with `columns`.
fn product(a: &[f64], b: &[f64], inner: usize, columns: usize) -> Vec<f64> {
    let mut all = vec![0.0; a.len() / inner.max(1) * columns];
    for (to, row) in all.chunks_exact_mut(columns.max(1)).zip(a.chunks_exact(inner.max(1))) {
        for (&x, from) in row.iter().zip(b.chunks_exact(columns.max(1))) {
            if x != 0.0 {
                add(to, x, from);
            }
        }
    }
    all
}

/// A network's loss over rows, with the penalty on its weights.
pub struct Rows {
    pub(super) data: Rc<Data<f64>>,
    pub(super) places: Vec<u32>,
    pub(super) l2: f64,
    pub(super) passage: Passage,
    clock: Rc<Clock>,
    /// Gradient evaluations so far; a Hessian counts as many as it has columns.
    pub evaluations: u64,
    /// What the first evaluation came to, without the penalty, and its gradient.
    pub first: Option<(Score, Vec<f64>)>,
}

impl Rows {
    /// A loss that nobody has looked at.
    pub fn new(spec: &NetworkSpec, data: Rc<Data<f64>>, mut places: Vec<u32>, clock: Rc<Clock>) -> Self {
        // Sums must not depend on the order in which an epoch shuffles its rows.
        places.sort_unstable();
        Self { data, places, l2: spec.optimizer.l2, passage: Passage::new(spec), clock, evaluations: 0, first: None }
    }

    pub(super) fn n(&self) -> f64 {
        self.places.len() as f64
    }

    pub(super) fn weights(&self) -> impl Iterator<Item = usize> + use<> {
        let layers = self.passage.layers.clone();
        (0..layers.len()).flat_map(move |at| layers[at].weight..layers[at].bias)
    }

    /// Second derivatives of a row's loss by the outputs, of which `deltas` are the first.
    fn curvature(&self, row: u32, deltas: &[f64]) -> Vec<f64> {
        let n = deltas.len();
        let mut curvature = vec![0.0; n * n];
        match &self.data.labels {
            Labels::Classes(classes) => {
                let class = classes[row as usize] as usize;
                let share: Vec<f64> = deltas
                    .iter()
                    .enumerate()
                    .map(|(at, delta)| if at == class { delta + 1.0 } else { *delta })
                    .collect();
                for (at, x) in curvature.iter_mut().enumerate() {
                    let (i, j) = (at / n, at % n);
                    *x = if i == j { share[i] * (1.0 - share[i]) } else { -share[i] * share[j] };
                }
            }
            Labels::Numbers(_) => (0..n).for_each(|at| curvature[at * (n + 1)] = 2.0 / n as f64),
        }
        curvature
    }
}

impl Rows {
    async fn gradient(&mut self, parameters: &[f64], gradient: &mut [f64]) -> f64 {
        self.passage.take(parameters);
        gradient.fill(0.0);
        let (mut sum, mut correct) = (0.0, 0);
        for at in 0..self.places.len() {
            let own = self.passage.through(parameters, &self.data, self.places[at]);
            (sum, correct) = (sum + own.sum, correct + own.correct);
            self.passage.back(parameters, &own.delta);
            for (layer, stage) in self.passage.layers.iter().zip(&self.passage.stages) {
                for (unit, &delta) in stage.deltas.iter().enumerate() {
                    if delta != 0.0 {
                        add(&mut gradient[layer.weight + unit * layer.inputs..][..layer.inputs], delta, &stage.input);
                        gradient[layer.bias + unit] += delta;
                    }
                }
            }
            self.clock.rest(work::WAYS * parameters.len()).await;
        }
        let n = self.n();
        for slope in &mut *gradient {
            *slope /= n;
        }
        self.evaluations += 1;
        let score = Score { loss: sum / n, accuracy: f64::from(correct) / n };
        if self.first.is_none() {
            self.first = Some((score, gradient.to_vec()));
        }
        let mut penalty = 0.0;
        if self.l2 != 0.0 {
            for at in self.weights() {
                penalty += 0.5 * self.l2 * parameters[at] * parameters[at];
                gradient[at] += self.l2 * parameters[at];
            }
        }
        score.loss + penalty
    }

    async fn second_derivatives(&mut self, parameters: &[f64]) -> Symmetric {
        let n_parameters = parameters.len();
        let mut hessian = Symmetric::zeros(n_parameters);
        self.passage.take(parameters);
        for at in 0..self.places.len() {
            let row = self.places[at];
            let own = self.passage.through(parameters, &self.data, row);
            self.passage.back(parameters, &own.delta);
            self.passage.curve(parameters, self.curvature(row, &own.delta), &mut hessian);
            self.clock.rest(n_parameters * n_parameters / 2).await;
        }
        let n = self.n();
        for x in &mut hessian.numbers {
            *x /= n;
        }
        for at in self.weights() {
            hessian.numbers[at * (n_parameters + 1)] += self.l2;
        }
        self.evaluations += n_parameters as u64;
        hessian
    }
}

impl Objective for Rows {
    fn evaluate<'a>(&'a mut self, parameters: &'a [f64], gradient: &'a mut [f64]) -> Later<'a, f64> {
        Box::pin(self.gradient(parameters, gradient))
    }

    fn hessian<'a>(&'a mut self, parameters: &'a [f64]) -> Later<'a, Symmetric> {
        Box::pin(self.second_derivatives(parameters))
    }

    fn rest(&mut self, work: usize) -> Later<'_, ()> {
        Box::pin(self.clock.rest(work))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mlp::{Activation, Shape};
    use crate::optimizer::Optimizer;
    use crate::rng::{Purpose, RunId, Stream};
    use crate::second_order::finish;

    fn rows(hidden: &[usize], activation: Activation, loss: Loss, l2: f64) -> (Rows, Vec<f64>) {
        let shape = Shape { inputs: 3, hidden: hidden.to_vec(), outputs: 2, activation, batch_norm: false };
        let mut stream = Stream::of(hidden.len() as u64, Purpose::Generate, RunId::default(), 0);
        let mut number = |_| f64::from(4.0 * stream.uniform() - 2.0);
        let x = (0..7 * 3).map(&mut number).collect();
        let labels = match loss {
            Loss::Mse => Labels::Numbers((0..7 * 2).map(number).collect()),
            Loss::CrossEntropy => Labels::Classes(vec![0, 1, 1, 0, 1, 0, 0]),
        };
        let data = Data { x, columns: 3, labels, n_train: 7, n_validation: 0 };
        let optimizer = Optimizer { l2, ..Optimizer::named("newton").unwrap() };
        let (run, schedule) = (RunId::default(), crate::schedule::Settings::default());
        let spec = NetworkSpec { run, seed: 4, shape, loss, optimizer, schedule, dropout: 0.0, max_batch: 7, crowd: 1 };
        let parameters = spec.shape.initial_parameters(crate::mlp::Init::Torch, 0.0, 4, run);
        let rows = Rows::new(&spec, Rc::new(data), vec![6, 1, 2, 3, 4, 5, 0], Rc::new(Clock::default()));
        (rows, parameters)
    }

    #[test]
    fn gradients_and_second_derivatives_are_the_differences_of_what_they_derive() {
        const H: f64 = 1e-6;
        for activation in Activation::ALL {
            for hidden in [&[][..], &[4], &[5, 3], &[3, 4, 2]] {
                for (loss, l2) in [(Loss::CrossEntropy, 0.0), (Loss::Mse, 0.0), (Loss::CrossEntropy, 0.3)] {
                    let (mut rows, parameters) = rows(hidden, activation, loss, l2);
                    let n = parameters.len();
                    let mut at = |place: &[f64]| {
                        let mut gradient = vec![0.0; n];
                        (finish(rows.evaluate(place, &mut gradient)), gradient)
                    };
                    let (_, gradient) = at(&parameters);
                    let mut columns = Vec::new();
                    for k in 0..n {
                        let [mut above, mut below] = [parameters.clone(), parameters.clone()];
                        (above[k], below[k]) = (above[k] + H, below[k] - H);
                        let ((f, g), (f_below, g_below)) = (at(&above), at(&below));
                        let slope = (f - f_below) / (2.0 * H);
                        assert!((slope - gradient[k]).abs() < 1e-8, "{activation:?} {hidden:?} {loss:?}: {k}");
                        columns.push((0..n).map(|i| (g[i] - g_below[i]) / (2.0 * H)).collect::<Vec<f64>>());
                    }
                    let hessian = finish(rows.hessian(&parameters));
                    for (i, j) in (0..n).flat_map(|i| (0..=i).map(move |j| (i, j))) {
                        let (found, wanted) = (hessian.at(i, j), columns[j][i]);
                        let place = format!("{activation:?} {hidden:?} {loss:?}: {i}, {j}");
                        assert!((found - wanted).abs() < 1e-7, "{place}: {found} is not {wanted}");
                    }
                    assert_eq!(rows.evaluations, (1 + 2 * n + n) as u64);
                    // What the second derivatives make of a direction is found without them, too.
                    let direction: Vec<f64> = (0..n).map(|at| ((7 * at) % 5) as f64 - 1.7).collect();
                    let product = rows.along(&parameters, &direction);
                    for (i, found) in product.iter().enumerate() {
                        let wanted: f64 = (0..n).map(|j| hessian.at(i, j) * direction[j]).sum();
                        assert!(
                            (found - wanted).abs() < 1e-10,
                            "{activation:?} {hidden:?} {loss:?}: {found}, {wanted}"
                        );
                    }
                }
            }
        }
    }
}

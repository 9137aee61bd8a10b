//! One network: its state, a training step, and an evaluation.

use super::dropout::Dropout;
use super::isa::Level;
use super::loss::BatchLoss;
use super::norm::{Affine, Normalise, NormaliseBack};
use super::panels::{fill_padding, gather, index, layer_len, matrix_len, padded, pieces, places, turn, turned_len};
use super::product::{Product, WeightGradient};
use super::sparse::{Lists, SparseProduct, Table};
use super::units::{Activate, Descend};
use super::update::Piece;
use crate::backend::{BatchStep, DIVERGENCE_LIMIT, Data, Network, NetworkSpec, Score, Snapshot, Tuning, work};
use crate::kernels::train_invocation::within;
use crate::mlp::{Activation, Layer};
use crate::optimizer::average::follow;
use crate::optimizer::descent::{DIRECTION, shifted, slope};
use crate::optimizer::{Constants, MOST_SLOTS, Scalars};
use core::ops::Range;
use wide::f32x4;

/// Rows that an evaluation takes at once.
const EVALUATED_AT_ONCE: usize = 128;

/// Buffers that all networks of a population share: what is in them matters during one step only.
pub struct Scratch {
    /// Inputs and each layer's activations, one B x width matrix after the other.
    values: Vec<f32>,
    /// Local derivatives, of the layers only.
    slopes: Vec<f32>,
    /// What batch norms made of the sums, at the same places, and of each unit 1 over its deviation; empty without any.
    normed: Vec<f32>,
    /// See `normed`.
    inverses: Vec<f32>,
    /// `dL/dz` of the layer at hand and of the one below.
    deltas: [Vec<f32>; 2],
    /// Dropout's factors of the layer at hand.
    factors: Vec<f32>,
    /// The turned weight of the layer at hand.
    turned: Vec<f32>,
    /// A number a row.
    largest: Vec<f32>,
    /// Rows of an evaluation.
    rows: Vec<u32>,
    /// The batch's columns, where rows are lists.
    columns: Lists,
}

/// Numbers that [`Scratch`] takes for one network: inputs, values, deltas, turned, rows.
fn scratch_sizes(layers: &[Layer], max_batch: usize, panel: usize) -> [usize; 5] {
    let rows = max_batch.max(EVALUATED_AT_ONCE);
    let widths = || layers.iter().map(|layer| padded(layer.outputs, panel));
    let inputs = layers.first().map_or(0, |layer| padded(layer.inputs, panel));
    let turned = |layer| turned_len(layer, panel);
    [
        rows * inputs,
        rows * widths().sum::<usize>(),
        rows * widths().max().unwrap_or(0),
        layers.iter().skip(1).map(turned).max().unwrap_or(0),
        rows,
    ]
}

/// Bytes of what a network keeps, and of the scratch that it needs while it is at work.
pub fn bytes(layers: &[Layer], n_slots: usize, max_batch: usize, panel: usize) -> [u64; 2] {
    let parameters: usize = layers.iter().map(|layer| layer_len(layer, panel)).sum();
    let [inputs, values, deltas, turned, rows] = scratch_sizes(layers, max_batch, panel);
    let a_layer = size_of::<Layer>() + size_of::<Range<usize>>() + size_of::<[u32; 2]>();
    let kept = 4 * parameters * (2 + n_slots) + size_of::<Trained>() + a_layer * layers.len();
    // Twice the inputs: where these are lists, lists of a batch's columns come to that.
    let scratch = 4 * (2 * inputs + 2 * values + 3 * deltas + turned + 2 * rows);
    [kept as u64, scratch as u64]
}

impl Scratch {
    /// Buffers that are large enough for each of these networks.
    pub fn new(networks: &[Trained]) -> Self {
        let mut sizes = [0; 5];
        for trained in networks {
            let own = scratch_sizes(&trained.layers, trained.spec.max_batch, trained.level.panel());
            for (size, own) in sizes.iter_mut().zip(own) {
                *size = own.max(*size);
            }
        }
        let [inputs, values, deltas, turned, rows] = sizes;
        let is_normed = networks.iter().any(|trained| trained.spec.shape.batch_norm);
        let room = if is_normed { values } else { 0 };
        Self {
            normed: vec![0.0; room],
            inverses: vec![0.0; room / rows.max(1)],
            values: vec![0.0; inputs + values],
            slopes: vec![0.0; values],
            deltas: [vec![0.0; deltas], vec![0.0; deltas]],
            factors: vec![0.0; deltas],
            turned: vec![0.0; turned],
            largest: vec![0.0; rows],
            rows: Vec::with_capacity(rows),
            columns: Lists::default(),
        }
    }
}

impl core::ops::AddAssign for Sums {
    fn add_assign(&mut self, other: Self) {
        self.loss += other.loss;
        self.correct += other.correct;
        self.rows += other.rows;
    }
}

/// Sums over rows of what [`Score`] is the mean of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sums {
    /// Of the rows' losses.
    pub loss: f64,
    /// Rows that were right.
    pub correct: u64,
    /// Rows.
    pub rows: u64,
}

impl Sums {
    /// The means.
    pub fn score(self) -> Score {
        let rows = self.rows.max(1) as f64;
        Score { loss: self.loss / rows, accuracy: self.correct as f64 / rows }
    }
}

fn constants(spec: &NetworkSpec) -> Constants<f32x4> {
    spec.optimizer.constants().map(|x| f32x4::splat(x as f32))
}

/// A network and all that changes while it trains.
pub struct Trained {
    spec: NetworkSpec,
    level: Level,
    layers: Vec<Layer>,
    /// Where each layer's parameters stand, in panels.
    places: Vec<Range<usize>>,
    /// Keys of the dropout masks.
    keys: Vec<[u32; 2]>,
    constants: Constants<f32x4>,
    parameters: Vec<f32>,
    gradient: Vec<f32>,
    slots: [Vec<f32>; MOST_SLOTS],
    /// How far the parameters' average lags behind them; empty where there is none.
    lag: Vec<f32>,
    steps: u32,
    /// The step (from 1) at which it diverged.
    pub diverged_at: Option<u64>,
}

impl Trained {
    /// A network with its initial parameters.
    pub fn new(Network { spec, parameters }: Network, level: Level) -> Self {
        let layers = spec.shape.layers();
        let mut len = 0;
        let mut place = |layer: &Layer| {
            let start = len;
            len += layer_len(layer, level.panel());
            start..len
        };
        let places: Vec<_> = layers.iter().map(&mut place).collect();
        let room = |is_there| if is_there { vec![0.0; len] } else { Vec::new() };
        let n_slots = spec.optimizer.rule().arm().slots.len();
        let mut trained = Self {
            keys: (0..layers.len()).map(|depth| spec.dropout_key(depth)).collect(),
            constants: constants(&spec),
            parameters: vec![0.0; len],
            gradient: vec![0.0; len],
            slots: core::array::from_fn(|n| room(n_slots > n)),
            lag: room(spec.optimizer.average.is_some()),
            steps: 0,
            diverged_at: None,
            layers,
            places,
            level,
            spec,
        };
        for (flat, panels) in trained.pairs() {
            trained.parameters[panels] = parameters[flat] as f32;
        }
        trained
    }

    /// For each parameter its place in PyTorch's flat order and its own.
    fn pairs(&self) -> Vec<(usize, usize)> {
        let layer = |(layer, own): (&Layer, &Range<usize>)| {
            let start = own.start;
            places(*layer, self.level.panel()).map(move |(flat, place)| (flat, start + place))
        };
        self.layers.iter().zip(&self.places).flat_map(layer).collect()
    }

    fn flat(&self, from: &[f32]) -> Vec<f64> {
        let mut flat = vec![0.0; self.spec.shape.n_parameters()];
        for (place, own) in self.pairs() {
            flat[place] = f64::from(from[own]);
        }
        flat
    }

    /// Parameters in PyTorch's flat order.
    pub fn parameters(&self) -> Vec<f64> {
        self.flat(&self.parameters)
    }

    /// The last step's gradient in PyTorch's flat order.
    pub fn gradient(&self) -> Vec<f64> {
        self.flat(&self.gradient)
    }

    /// What [`crate::backend::Population::snapshot`] gives.
    pub fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot { steps: self.steps, diverged_at: self.diverged_at, ..Snapshot::default() };
        let own = self.slots.iter().chain([&self.lag]).filter(|slot| !slot.is_empty());
        for part in core::iter::once(&self.parameters).chain(own) {
            snapshot.numbers.extend(self.flat(part).into_iter().map(|x| x as f32));
        }
        snapshot
    }

    /// What [`crate::backend::Population::restore`] does.
    pub fn restore(&mut self, snapshot: &Snapshot) -> bool {
        let pairs = self.pairs();
        let Some(parts) = snapshot.parts(&self.spec) else { return false };
        let own = self.slots.iter_mut().chain([&mut self.lag]).filter(|slot| !slot.is_empty());
        for (to, from) in core::iter::once(&mut self.parameters).chain(own).zip(parts) {
            // A network that diverged may have left anything in its padding.
            to.fill(0.0);
            for &(flat, own) in &pairs {
                to[own] = from[flat];
            }
        }
        (self.steps, self.diverged_at) = (snapshot.steps, snapshot.diverged_at);
        true
    }

    /// What [`crate::backend::Population::retune`] does.
    pub fn retune(&mut self, tuning: &Tuning) -> bool {
        let fits = self.spec.retune(tuning);
        self.constants = constants(&self.spec);
        fits
    }

    /// Multiplications of a step on so many rows, roughly: a measure of its time.
    pub fn work(&self, rows: usize) -> usize {
        work::step(self.parameters.len(), rows)
    }

    /// Forward over some rows. `step` is there in training, and with it dropout and the statistics of the batch.
    fn forward(&mut self, scratch: &mut Scratch, table: &Table, rows: &[u32], step: Option<u32>) {
        let (panel, n) = (self.level.panel(), rows.len());
        if table.sparse.is_none() {
            gather(&mut scratch.values, &table.data.x, table.data.columns, panel, rows);
        }
        let (mut at, first) = (0, n * padded(self.spec.shape.inputs, panel));
        for (depth, layer) in self.layers.iter().enumerate() {
            let (below, above) = scratch.values[at..].split_at_mut(n * padded(layer.inputs, panel));
            at += below.len();
            let a = &mut above[..n * padded(layer.outputs, panel)];
            let b = &self.parameters[self.places[depth].clone()];
            let (inner, columns) = (layer.inputs, layer.outputs);
            match &table.sparse {
                Some(lists) if depth == 0 => {
                    let chosen = Some(rows);
                    self.level.run(SparseProduct { c: a, lists, chosen, b, inner, columns, starts: true });
                }
                _ => self.level.run(Product { c: a, a: below, b, rows: n, inner, columns }),
            }
            if depth + 1 == self.layers.len() {
                break;
            }
            if layer.norm.is_some() {
                let own = self.places[depth].clone();
                let norm = &mut self.parameters[own.start + matrix_len(layer, panel)..own.end];
                let (units, rows) = (layer.outputs, n);
                if step.is_some() {
                    let x = &mut scratch.normed[at - first..][..a.len()];
                    let inverse = &mut scratch.inverses[(at - first) / n..][..padded(units, panel)];
                    self.level.run(Normalise { z: a, x, inverse, norm, rows, units });
                } else {
                    self.level.run(Affine { z: a, norm, rows, units });
                }
            }
            let mut factor = None;
            if let Some(step) = step.filter(|_| self.spec.dropout > 0.0) {
                let (key, p) = (self.keys[depth], self.spec.dropout);
                let factors = &mut scratch.factors[..a.len()];
                self.level.run(Dropout { factor: factors, rows: n, units: layer.outputs, key, step, p });
                factor = Some(&*factors);
            }
            if step.is_some() || layer.activation != Activation::Linear {
                let slope = &mut scratch.slopes[at - first..][..a.len()];
                self.level.run(Activate { a, slope, factor, activation: layer.activation });
            }
        }
    }

    /// Loss of the outputs that [`Self::forward`] left, and its gradient there.
    fn loss(&self, scratch: &mut Scratch, data: &Data, rows: &[u32]) -> Sums {
        let widths = self.layers.iter().map(|layer| padded(layer.inputs, self.level.panel()));
        let mut sums = Sums { rows: rows.len() as u64, ..Sums::default() };
        self.level.run(BatchLoss {
            z: &scratch.values[rows.len() * widths.sum::<usize>()..],
            delta: &mut scratch.deltas[0],
            largest: &mut scratch.largest,
            outputs: self.spec.shape.outputs,
            kind: self.spec.loss,
            labels: &data.labels,
            rows,
            sum: &mut sums.loss,
            correct: &mut sums.correct,
        });
        sums
    }

    /// From the gradient at the outputs to that of every parameter.
    fn backward(&mut self, scratch: &mut Scratch, table: &Table, batch: &[u32]) {
        let (panel, rows) = (self.level.panel(), batch.len());
        let [delta, below] = &mut scratch.deltas;
        let mut at: usize = self.layers.iter().map(|layer| rows * padded(layer.inputs, panel)).sum();
        let first = rows * padded(self.spec.shape.inputs, panel);
        for (depth, layer) in self.layers.iter().enumerate().rev() {
            let Layer { inputs, outputs, .. } = *layer;
            let len = rows * padded(inputs, panel);
            at -= len;
            let (a, own) = (&scratch.values[at..][..len], self.places[depth].clone());
            if layer.norm.is_some() {
                // Values of this layer stand behind those that come into it.
                let (from, n) = (at + len - first, rows * padded(outputs, panel));
                let start = own.start + matrix_len(layer, panel);
                self.level.run(NormaliseBack {
                    delta: &mut delta[..n],
                    x: &scratch.normed[from..][..n],
                    inverse: &scratch.inverses[from / rows..][..padded(outputs, panel)],
                    norm: &self.parameters[start..own.end],
                    gradient: &mut self.gradient[start..own.end],
                    rows,
                    units: outputs,
                });
            }
            let gradient = &mut self.gradient[own.clone()];
            match &table.sparse {
                Some(lists) if depth == 0 => {
                    scratch.columns.turn(lists, batch, inputs);
                    let (c, lists, b, columns) = (gradient, &scratch.columns, &delta[..], outputs);
                    self.level.run(SparseProduct { c, lists, chosen: None, b, inner: rows, columns, starts: false });
                }
                _ => self.level.run(WeightGradient { gradient, a, delta, rows, inputs, outputs }),
            }
            if depth > 0 {
                turn(&mut scratch.turned, &self.parameters[own], inputs, outputs, panel);
                let (c, b) = (&mut below[..len], &scratch.turned[..]);
                self.level.run(Product { c, a: delta, b, rows, inner: outputs, columns: inputs });
                self.level.run(Descend { delta: c, slope: &scratch.slopes[at - first..][..len] });
                core::mem::swap(delta, below);
            }
        }
    }

    /// The optimizer over all parameters, which stood at `before` where their average is kept; whether all stayed below the
    /// limits.
    fn update(&mut self, scalars: Scalars<f64>, before: Option<Vec<f32>>) -> bool {
        let scalars = shifted(self.spec.optimizer.rule(), &scalars, || self.slope());
        let scalars = scalars.map(|scalar| f32x4::splat(scalar as f32));
        let mut is_fine = true;
        // Padding's gradient is 0, which these would divide by 0; PyTorch does so with real ones.
        let guarded = self.spec.optimizer.divides_by_zero();
        if guarded {
            self.fill_padding(1.0, |trained| &mut trained.gradient);
        }
        if self.spec.optimizer.l2 == 0.0 && !self.spec.shape.batch_norm {
            is_fine &= self.update_piece(0..self.parameters.len(), true, &scalars);
        } else {
            for depth in 0..self.layers.len() {
                for [weights, biases] in self.pieces(depth) {
                    is_fine &= self.update_piece(weights, true, &scalars);
                    is_fine &= self.update_piece(biases, false, &scalars);
                }
                if let Some(norm) = self.learned(depth) {
                    is_fine &= self.update_piece(norm, false, &scalars);
                }
            }
        }
        if guarded {
            self.fill_padding(0.0, |trained| &mut trained.parameters);
            for at in 0..self.spec.optimizer.rule().arm().slots.len() {
                self.fill_padding(0.0, |trained| &mut trained.slots[at]);
            }
        }
        if let (Some(decay), Some(before)) = (self.spec.optimizer.average, before) {
            follow(decay as f32, &mut self.lag, &before, &self.parameters);
        }
        is_fine
    }

    /// The places of a layer's weights and of its biases, panel by panel.
    fn pieces(&self, depth: usize) -> impl Iterator<Item = [Range<usize>; 2]> + use<> {
        let start = self.places[depth].start;
        let own = pieces(self.layers[depth], self.level.panel());
        own.map(move |both| both.map(|piece| start + piece.start..start + piece.end))
    }

    /// The place of what a layer's batch norm learns: factors and shifts, but not its running statistics.
    fn learned(&self, depth: usize) -> Option<Range<usize>> {
        let (layer, own, panel) = (&self.layers[depth], &self.places[depth], self.level.panel());
        let start = own.start + matrix_len(layer, panel);
        layer.norm.map(|_| start..start + 2 * padded(layer.outputs, panel))
    }

    /// `g . u` of a network whose learning rate descends.
    fn slope(&self) -> f64 {
        let mut sum = 0.0;
        for norm in (0..self.layers.len()).filter_map(|depth| self.learned(depth)) {
            sum += self.slope_of(norm, f32x4::ZERO);
        }
        for [weights, biases] in (0..self.layers.len()).flat_map(|depth| self.pieces(depth)) {
            sum += self.slope_of(weights, self.constants.l2) + self.slope_of(biases, f32x4::ZERO);
        }
        sum
    }

    fn slope_of(&self, piece: Range<usize>, l2: f32x4) -> f64 {
        let four = |numbers: &[f32], i: usize| f32x4::new(numbers.as_chunks().0[i]);
        let [p, g, u] = [&self.parameters, &self.gradient, &self.slots[DIRECTION]].map(|all| &all[piece.clone()]);
        let mut state = [f32x4::ZERO; MOST_SLOTS];
        let mut sums = [0.0; 4];
        for i in 0..piece.len() / 4 {
            state[DIRECTION] = four(u, i);
            let own = slope(&self.constants, l2, four(p, i), four(g, i), &state);
            for (sum, own) in sums.iter_mut().zip(own.to_array()) {
                *sum += f64::from(own);
            }
        }
        sums.iter().sum()
    }

    fn update_piece(&mut self, piece: Range<usize>, is_weight: bool, scalars: &Scalars<f32x4>) -> bool {
        let slots = self.slots.each_mut().map(|slot| slot.get_mut(piece.clone()).unwrap_or_default());
        let constants = Constants { l2: if is_weight { self.constants.l2 } else { f32x4::ZERO }, ..self.constants };
        // Panels are whole vectors wide.
        let step = Piece {
            rule: self.spec.optimizer.rule(),
            constants: &constants,
            scalars,
            parameters: self.parameters[piece.clone()].as_chunks_mut().0,
            gradient: self.gradient[piece].as_chunks().0,
            slots: slots.map(|slot| slot.as_chunks_mut().0),
        };
        step.step(Some(self.level)).to_bitmask() == 0b1111
    }

    fn fill_padding(&mut self, value: f32, matrices: impl Fn(&mut Self) -> &mut Vec<f32>) {
        for depth in 0..self.layers.len() {
            let (Layer { inputs, outputs, .. }, own) = (self.layers[depth], self.places[depth].clone());
            let panel = self.level.panel();
            fill_padding(&mut matrices(self)[own], inputs + 1, outputs, panel, value);
            for row in self.learned(depth).into_iter().flat_map(|norm| norm.step_by(padded(outputs, panel))) {
                fill_padding(&mut matrices(self)[row..], 1, outputs, panel, value);
            }
        }
    }

    /// Forward, loss, backward, update: one step on these rows.
    pub fn step(&mut self, scratch: &mut Scratch, table: &Table, rows: &[u32], step: &BatchStep) -> Sums {
        // Running statistics move on the way forward.
        let before = self.spec.optimizer.average.map(|_| self.parameters.clone());
        self.forward(scratch, table, rows, Some(step.step));
        let sums = self.loss(scratch, &table.data, rows);
        self.steps = step.step + 1;
        self.backward(scratch, table, rows);
        if !(within(sums.score().loss, DIVERGENCE_LIMIT) && self.update(step.scalars, before)) {
            self.diverged_at = Some(u64::from(step.step) + 1);
        }
        sums
    }

    /// Evaluation of a block of rows from `first` on, at most up to `end`.
    pub fn evaluate(&mut self, scratch: &mut Scratch, table: &Table, first: usize, end: usize) -> Sums {
        let mut rows = core::mem::take(&mut scratch.rows);
        rows.clear();
        rows.extend(first as u32..(first + EVALUATED_AT_ONCE).min(end) as u32);
        self.forward(scratch, table, &rows, None);
        let sums = self.loss(scratch, &table.data, &rows);
        scratch.rows = rows;
        sums
    }

    /// Outputs in evaluation mode, row after row.
    pub fn outputs(&mut self, scratch: &mut Scratch, table: &Table, rows: &[u32]) -> Vec<f32> {
        let (panel, outputs) = (self.level.panel(), self.spec.shape.outputs);
        let mut all = Vec::with_capacity(rows.len() * outputs);
        for rows in rows.chunks(EVALUATED_AT_ONCE) {
            self.forward(scratch, table, rows, None);
            let widths = self.layers.iter().map(|layer| padded(layer.inputs, panel));
            let z = &scratch.values[rows.len() * widths.sum::<usize>()..];
            let places = (0..rows.len()).flat_map(|row| (0..outputs).map(move |output| (row, output)));
            all.extend(places.map(|(row, output)| z[index(rows.len(), outputs, panel, row, output)]));
        }
        all
    }
}

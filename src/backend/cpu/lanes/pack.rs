//! The networks of one program side by side: every number of a pack is a vector with one number for each network. Its
//! layers are the program's, whose widths are rounded up; units that a network does not have are silenced by a factor
//! of 0, so that what comes in and out of them stays 0.

use crate::backend::{Network, NetworkSpec, Program, Snapshot, work};
use crate::mlp::{Layer, Loss};
use crate::optimizer::{Constants, MOST_CONSTANTS, MOST_SLOTS, RuleId};
use crate::rng;
use core::ops::Range;
use wide::f32x4;

/// A vector with one number for each lane.
pub type V = f32x4;
/// Networks of a pack.
pub const LANES: usize = 4;
/// Rows that go through the network together: what is known of them stays in the nearest cache.
pub const BLOCK: usize = 4;

/// The constants of lanes without a network.
const NOTHING: Constants<V> = Constants { weight_decay: V::ZERO, l2: V::ZERO, own: [V::ZERO; MOST_CONSTANTS] };

/// What a lane drops units by.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// A unit is kept where its 16 random bits reach this.
    pub threshold: u32,
    /// What a kept unit is multiplied by.
    pub kept: f32,
}

impl Settings {
    fn of(p: f64) -> Self {
        let threshold = rng::drop_threshold(p);
        // Above the highest 16 bits: nothing is kept.
        let kept = if threshold > 0xffff { 0.0 } else { (1.0 / (1.0 - p)) as f32 };
        Self { threshold: threshold.min(0xffff), kept }
    }
}

/// What the lanes' hidden layers are dropped out by.
#[derive(Clone, Copy, Debug, Default)]
pub struct Masks {
    /// Keys, first and second word.
    pub keys: [[u32; LANES]; 2],
    /// Units that a lane's network really has.
    pub units: [u32; LANES],
}

/// Buffers of a pack, and what its lanes train with.
pub struct Pack {
    /// Layers with the program's widths; places count vectors.
    pub layers: Vec<Layer>,
    /// What is made small.
    pub loss: Loss,
    /// Update rule.
    pub rule: RuleId,
    /// Parameters, in the program's flat order.
    pub parameters: Vec<V>,
    /// The gradient of the last step.
    pub gradient: Vec<V>,
    /// The optimizer's state.
    pub slots: [Vec<V>; MOST_SLOTS],
    /// How far the parameters' averages lag behind them, and each lane's decay; empty where there are none.
    pub lag: Vec<V>,
    /// See `lag`.
    pub decay: V,
    /// What holds for each lane's run.
    pub constants: Constants<V>,
    /// Each lane's dropout.
    pub settings: [Settings; LANES],
    /// Dropout by hidden layer.
    pub masks: Vec<Masks>,
    /// Some lane drops units.
    pub has_dropout: bool,
    /// Some lane's network is narrower than the program.
    pub has_padding: bool,
    /// Inputs and each layer's activations for a block of rows, units x rows.
    pub values: Vec<V>,
    /// Local derivatives, at the same places.
    pub slopes: Vec<V>,
    /// `dL/dz` of the layer at hand and of the one below.
    pub deltas: [Vec<V>; 2],
    /// Factors of the layer at hand: dropout's, and 0 for units that a lane does not have.
    pub factors: Vec<V>,
}

/// A network between its turns in a pack.
pub struct Resident {
    /// All but its numbers.
    pub spec: NetworkSpec,
    /// Parameters, gradient, and the optimizer's state, each in PyTorch's flat order.
    state: Vec<f32>,
    /// Steps taken.
    pub steps: u32,
    /// The step (from 1) at which it diverged.
    pub diverged_at: Option<u64>,
}

/// Bytes that a network keeps.
pub fn bytes(spec: &NetworkSpec) -> u64 {
    let numbers = spec.shape.n_parameters() * (2 + spec.optimizer.n_slots());
    (size_of::<Resident>() + size_of::<usize>() * spec.shape.hidden.len() + 4 * numbers) as u64
}

impl Resident {
    /// A network with its initial parameters.
    pub fn new(Network { spec, parameters }: Network) -> Self {
        let mut state = vec![0.0; parameters.len() * (2 + spec.optimizer.n_slots())];
        for (to, from) in state.iter_mut().zip(parameters) {
            *to = from as f32;
        }
        Self { spec, state, steps: 0, diverged_at: None }
    }

    /// Parameters (0) or gradient (1), in PyTorch's flat order.
    pub fn numbers(&self, kind: usize) -> Vec<f64> {
        let n = self.state.len() / (2 + self.spec.optimizer.n_slots());
        self.state[kind * n..][..n].iter().map(|&x| f64::from(x)).collect()
    }

    /// What [`crate::backend::Population::snapshot`] gives.
    pub fn snapshot(&self) -> Snapshot {
        let n = self.spec.shape.n_parameters();
        let numbers = [&self.state[..n], &self.state[2 * n..]].concat();
        Snapshot { numbers, steps: self.steps, diverged_at: self.diverged_at, ..Snapshot::default() }
    }

    /// What [`crate::backend::Population::restore`] does.
    pub fn restore(&mut self, snapshot: &Snapshot) -> bool {
        let n = self.spec.shape.n_parameters();
        if snapshot.parts(&self.spec).is_none() {
            return false;
        }
        self.state[..n].copy_from_slice(&snapshot.numbers[..n]);
        self.state[2 * n..].copy_from_slice(&snapshot.numbers[n..]);
        (self.steps, self.diverged_at) = (snapshot.steps, snapshot.diverged_at);
        true
    }
}

impl Pack {
    /// An empty pack for networks of this program.
    pub fn new(program: &Program) -> Self {
        let layers = program.shape.layers();
        let n_parameters = program.shape.n_parameters();
        let unit = BLOCK;
        let outputs = || layers.iter().map(|layer| layer.outputs);
        let widest = outputs().max().unwrap_or(0) * unit;
        let values = (program.shape.inputs + outputs().sum::<usize>()) * unit;
        let n_slots = program.rule.arm().slots.len();
        let room = |is_there| vec![V::ZERO; if is_there { n_parameters } else { 0 }];
        Self {
            loss: program.loss,
            rule: program.rule,
            parameters: vec![V::ZERO; n_parameters],
            gradient: vec![V::ZERO; n_parameters],
            slots: core::array::from_fn(|at| room(n_slots > at)),
            lag: room(program.averages),
            decay: V::ZERO,
            constants: NOTHING,
            settings: [Settings::default(); LANES],
            masks: vec![Masks::default(); program.shape.hidden.len()],
            has_dropout: false,
            has_padding: false,
            values: vec![V::ZERO; values],
            slopes: vec![V::ZERO; values],
            deltas: [vec![V::ZERO; widest], vec![V::ZERO; widest]],
            factors: vec![V::ZERO; widest],
            layers,
        }
    }

    /// Multiplications of a step on so many rows of every lane, roughly: a measure of its time.
    pub fn work(&self, rows: usize) -> usize {
        work::step(LANES * self.parameters.len(), rows)
    }

    /// Takes these networks in, a lane each.
    pub fn load<'a>(&mut self, residents: impl Iterator<Item = &'a Resident>) {
        let all = [&mut self.parameters, &mut self.gradient].into_iter().chain(&mut self.slots);
        all.chain([&mut self.lag]).for_each(|numbers| numbers.fill(V::ZERO));
        (self.has_dropout, self.has_padding) = (false, false);
        let mut constants = [NOTHING.map(|_| 0.0); LANES];
        for (lane, resident) in residents.enumerate() {
            let spec = &resident.spec;
            constants[lane] = spec.optimizer.constants().cast();
            self.decay.as_mut_array()[lane] = spec.optimizer.average.unwrap_or_default() as f32;
            self.settings[lane] = Settings::of(spec.dropout);
            self.has_dropout |= spec.dropout > 0.0;
            for (depth, (masks, &units)) in self.masks.iter_mut().zip(&spec.shape.hidden).enumerate() {
                masks.units[lane] = units as u32;
                self.has_padding |= units < self.layers[depth].outputs;
                [masks.keys[0][lane], masks.keys[1][lane]] = spec.dropout_key(depth);
            }
            self.load_numbers(lane, resident);
        }
        self.constants = Constants::zip(&constants, V::new);
    }

    /// Takes a network's numbers into its lane; its gradient will be made anew.
    fn load_numbers(&mut self, lane: usize, resident: &Resident) {
        let (n, own) = (resident.spec.shape.n_parameters(), resident.spec.shape.layers());
        let slots = self.slots.iter_mut().chain([&mut self.lag]).filter(|slot| !slot.is_empty());
        for (kind, numbers) in [(0, &mut self.parameters)].into_iter().chain((2..).zip(slots)) {
            let Some(from) = resident.state.get(kind * n..(kind + 1) * n) else { break };
            for (flat, places) in runs(&self.layers, &own) {
                for (to, &from) in numbers[places].iter_mut().zip(&from[flat..]) {
                    to.as_mut_array()[lane] = from;
                }
            }
        }
    }

    /// Gives a lane's numbers back to its network.
    pub fn store(&self, lane: usize, resident: &mut Resident) {
        let Resident { spec, state, .. } = resident;
        let (n, own) = (spec.shape.n_parameters(), spec.shape.layers());
        let slots = self.slots.iter().chain([&self.lag]).filter(|slot| !slot.is_empty());
        let all = [&self.parameters, &self.gradient].into_iter().chain(slots);
        for (to, numbers) in state.chunks_exact_mut(n).zip(all) {
            for (flat, places) in runs(&self.layers, &own) {
                for (to, from) in to[flat..].iter_mut().zip(&numbers[places]) {
                    *to = from.as_array()[lane];
                }
            }
        }
    }
}

/// Parameters of a network that stand in one piece both in PyTorch's flat order and in the pack: first place there, places
/// here.
fn runs<'a>(layers: &'a [Layer], own: &'a [Layer]) -> impl Iterator<Item = (usize, Range<usize>)> + 'a {
    layers.iter().zip(own).flat_map(|(layer, own)| {
        let is_whole = own.inputs == layer.inputs && own.outputs == layer.outputs;
        let len = if is_whole { own.trained().len() } else { own.inputs };
        let weights = (0..if is_whole { 1 } else { own.outputs }).map(move |unit| {
            let start = layer.row(unit).start;
            (own.row(unit).start, start..start + len)
        });
        let biases = (!is_whole).then_some((own.bias, layer.bias..layer.bias + own.outputs));
        weights.chain(biases)
    })
}

//! Backends: the machines that train a population of networks. One trait, three implementations: `reference` (plain,
//! f32 and f64, what the others are held against), `cpu` (SIMD) and `gpu` (wgpu).
//!
//! A population moves in epochs. [`Population::begin_epoch`] says which networks train on which rows in which order,
//! [`Population::advance`] works for about a budget of time and hands over the networks that finished their epoch. A
//! network's bits depend on its [`NetworkSpec`], its initial parameters and its [`EpochBatches`] alone, never on its
//! neighbours, the budget or the pauses. Between epochs a network can be taken out of its population
//! ([`Population::snapshot`]) and go on in another.
//!
//! A backend has one or more *strategies*, ways to train a network, of which [`Backend::strategy`] picks one for each. One
//! is the same of all ([`second_order`]).

pub mod cpu;
pub(crate) mod dead_units;
pub(crate) mod epoch;
mod evaluate;
pub mod gpu;
pub(crate) mod mixed;
mod needs;
pub mod reference;
pub mod room;
pub mod second_order;
mod snapshot;
mod steps;
pub mod work;

pub use epoch::Order;
pub use evaluate::{Rows, evaluate, loss_gradient};
pub use needs::Need;
pub use snapshot::{Snapshot, Tuning};
pub use steps::{BatchStep, BatchSteps, StepPlan};

use crate::error::Result;
use crate::mlp::{Init, Loss, Shape};
use crate::optimizer::{Optimizer, RuleId};
use crate::rng::{self, Purpose, RunId};
use crate::schedule;
use core::pin::Pin;
use core::time::Duration;
use std::rc::Rc;

/// A future that stays on its thread: WebGPU's objects do.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

pub use crate::kernels::{DIVERGENCE_LIMIT, Labels, STATE_LIMIT};

/// What networks train on: rows in the order train, validation, test.
#[derive(Clone, Debug)]
pub struct Data<T = f32> {
    /// `rows x columns`, row major.
    pub x: Vec<T>,
    /// Features of a row.
    pub columns: usize,
    /// Targets.
    pub labels: Labels<T>,
    /// Rows `0 .. n_train` are for training.
    pub n_train: usize,
    /// The next rows are for validation.
    pub n_validation: usize,
}

impl<T> Data<T> {
    /// Rows of all parts.
    pub fn rows(&self) -> usize {
        self.x.len() / self.columns.max(1)
    }
}

/// What networks must have in common to train side by side in one unrolled loop. Widths are rounded up to whole vectors:
/// the units that a narrower network lacks stay silent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Program {
    /// The shape with rounded widths.
    pub shape: Shape,
    /// Update rule.
    pub rule: RuleId,
    /// Loss.
    pub loss: Loss,
    /// Whether the parameters' average is kept, one more number beside each.
    pub averages: bool,
}

impl Program {
    /// Numbers kept per parameter.
    pub fn n_slots(&self) -> usize {
        self.rule.arm().slots.len() + usize::from(self.averages)
    }
}

/// A network without its numbers.
#[derive(Clone, Debug)]
pub struct NetworkSpec {
    /// Keys its random streams.
    pub run: RunId,
    /// The study's seed.
    pub seed: u64,
    /// Widths and activation.
    pub shape: Shape,
    /// What training makes small.
    pub loss: Loss,
    /// Rule and settings.
    pub optimizer: Optimizer,
    /// What its learning rate is multiplied by.
    pub schedule: schedule::Settings,
    /// Share of hidden units dropped in training.
    pub dropout: f64,
    /// Rows of its largest batch.
    pub max_batch: usize,
    /// Networks of the whole study that have the same [`Program`], itself included.
    pub crowd: u32,
}

/// A network as a population is made of it.
#[derive(Clone, Debug)]
pub struct Network {
    /// All but its numbers.
    pub spec: NetworkSpec,
    /// Initial parameters, flat, in PyTorch's order.
    pub parameters: Vec<f64>,
}

impl NetworkSpec {
    /// The network with the initial parameters that its seed and run draw as PyTorch does by itself.
    pub fn initial(self) -> Network {
        self.initial_by(Init::Torch, 0.0)
    }

    /// The network with the initial parameters that its seed and run draw in this way.
    pub fn initial_by(self, init: Init, init_std: f64) -> Network {
        let parameters = self.shape.initial_parameters(init, init_std, self.seed, self.run);
        Network { spec: self, parameters }
    }

    /// What the network must share with others to train beside them in one unrolled loop.
    pub fn program(&self) -> Program {
        let hidden = self.shape.hidden.iter().map(|width| width.next_multiple_of(4)).collect();
        let shape = Shape { hidden, ..self.shape.clone() };
        Program { shape, rule: self.optimizer.rule(), loss: self.loss, averages: self.optimizer.average.is_some() }
    }

    /// Whether its optimizer moves all parameters at once.
    pub fn is_second_order(&self) -> bool {
        self.optimizer.second_order().is_some()
    }

    /// The key of the dropout masks after hidden layer `layer` (from 0).
    pub fn dropout_key(&self, layer: usize) -> [u32; 2] {
        rng::key(self.seed, Purpose::Dropout, self.run, layer as u32)
    }
}

/// The batches of one network in an epoch, in the order in which it trains on them.
#[derive(Clone, Debug)]
pub struct EpochBatches {
    /// Index into the population.
    pub network: usize,
    /// Training rows in the order in which batches take them.
    pub order: Order,
    /// A step for each batch.
    pub steps: BatchSteps,
    /// Whether the network is scored on the validation rows after it.
    pub validates: bool,
}

impl EpochBatches {
    /// Works order and steps out, for clones to share.
    pub(crate) fn draw(&self) {
        self.order.draw();
        let _: &[BatchStep] = &self.steps;
    }
}

/// Loss and hits over some rows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// Mean loss a row.
    pub loss: f64,
    /// Share of rows whose largest output is their class; 0 for numbers.
    pub accuracy: f64,
}

/// A network's epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct EpochOutcome {
    /// Index into the population.
    pub network: usize,
    /// Running mean over the epoch's batches as trained.
    pub train: Score,
    /// In evaluation mode after the epoch; `None` where the data have no validation rows, or the epoch asks for none.
    pub validation: Option<Score>,
    /// The step (from 1, over the whole run) at which the network diverged; its scores then mean nothing.
    pub diverged_at: Option<u64>,
    /// Gradient evaluations of the epoch where a step may take several; 0 where each took one.
    pub evaluations: u64,
    /// Wall time of the epoch.
    pub seconds: f64,
}

/// What a call of [`Population::advance`] did.
#[derive(Clone, Debug, Default)]
pub struct Advance {
    /// Networks that finished their epoch, in no particular order but epoch by epoch.
    pub outcomes: Vec<EpochOutcome>,
    /// Gradient steps taken, over all networks.
    pub steps: u64,
    /// Every network is done with what was begun.
    pub epoch_done: bool,
    /// The device was lost and work goes on from the last host copy.
    pub resumed: bool,
    /// Everything begun is on its way, and the device would be idle while its last part is waited for: more epochs may be
    /// begun.
    pub wants_more: bool,
}

/// Networks that train together on one data set.
pub trait Population {
    /// Starts an epoch of some networks; those before must be done, but for [`Population::epochs_ahead`].
    ///
    /// # Errors
    /// What the device reports.
    fn begin_epoch(&mut self, epoch: Vec<EpochBatches>) -> Result<()>;

    /// Epochs that are best begun one after the other before anything is advanced: waiting for a device takes as long as
    /// short epochs do. A network that diverges stays out of those that follow.
    fn epochs_ahead(&self) -> usize {
        1
    }

    /// Lets what the host knows of networks lag behind the device between epochs: whoever asks for a snapshot, restores or
    /// retunes one calls [`Population::settle`] first.
    fn let_lag(&mut self) {}

    /// Says that some network ends with the epoch that was begun last: its parameters will be asked for.
    fn expect_end(&mut self) {}

    /// Makes what the host knows of networks what they are. Between epochs.
    ///
    /// # Errors
    /// What the device reports, where it can't go on by itself.
    fn settle(&mut self) -> LocalFuture<'_, Result<()>> {
        ready(Ok(()))
    }

    /// Trains for about `budget`, at least one step.
    ///
    /// # Errors
    /// What the device reports, where it can't go on by itself.
    fn advance(&mut self, budget: Duration) -> LocalFuture<'_, Result<Advance>>;

    /// A network's parameters as they are, flat, in PyTorch's order.
    ///
    /// # Errors
    /// What the device reports.
    fn parameters(&mut self, network: usize) -> LocalFuture<'_, Result<Vec<f64>>>;

    /// The gradient of a network's last step, before weight decay and l2, flat, in PyTorch's order.
    ///
    /// # Errors
    /// What the device reports.
    fn gradient(&mut self, network: usize) -> LocalFuture<'_, Result<Vec<f64>>>;

    /// All of a network that training has changed. Between epochs.
    fn snapshot(&self, network: usize) -> Snapshot;

    /// Takes a network up where a snapshot left it, on any backend; false, and nothing done, where it is of another size.
    /// Between epochs.
    fn restore(&mut self, network: usize, snapshot: &Snapshot) -> bool;

    /// Gives a network other settings from its next step on; false, and nothing done, where they ask for a network that is
    /// laid out otherwise ([`NetworkSpec::retune`]). Between epochs. Learning rates come with each epoch's batches.
    fn retune(&mut self, network: usize, tuning: &Tuning) -> bool;
}

/// A machine that trains populations.
pub trait Backend {
    /// `reference`, `cpu` or `gpu`.
    fn name(&self) -> &'static str;
    /// The device in its own words.
    fn adapter(&self) -> String;
    /// The name of the strategy that trains such a network, recorded in results: a pure function of the network and the
    /// adapter.
    fn strategy(&self, spec: &NetworkSpec) -> &'static str;
    /// What a step costs whatever its batch, in multiplications.
    fn step_work(&self, spec: &NetworkSpec) -> f64 {
        if spec.is_second_order() {
            return second_order::step_work(spec);
        }
        work::UPDATE * spec.shape.n_parameters() as f64
    }

    /// Bytes that one network takes while it trains.
    fn network_bytes(&self, spec: &NetworkSpec) -> u64;

    /// Bytes that a network takes beside [`Self::network_bytes`] for epochs of so many rows: its specification, its epoch's
    /// batches, and copies. Orders of rows and steps are worked out when a network's turn comes, and go with it.
    fn beside_bytes(&self, _: &NetworkSpec, _: usize) -> u64 {
        let batches = size_of::<EpochBatches>() + BatchSteps::SHARED_BYTES;
        (size_of::<NetworkSpec>() + batches) as u64
    }
    /// The most networks that train at once: more would be no quicker, and the first results would come later.
    fn most_networks(&self) -> usize {
        4096
    }
    /// Bytes that networks which train at once take together: more would be no quicker.
    fn wave_bytes(&self) -> u64 {
        64 << 20
    }
    /// Bytes that one population may take, and the name of that limit.
    fn memory_limit(&self) -> (u64, String);
    /// Bytes of the largest single piece of memory that a network needs; no piece may exceed the limit.
    fn largest_piece_bytes(&self, spec: &NetworkSpec) -> u64 {
        self.network_bytes(spec)
    }
    /// Makes a population; nothing is trained yet.
    ///
    /// # Errors
    /// What the device reports.
    fn population(&self, data: Rc<Data>, networks: Vec<Network>) -> LocalFuture<'_, Result<Box<dyn Population>>>;
}

/// Awaits a future that is ready at once: the CPU backends never wait.
pub(crate) fn ready<'a, T: 'a>(value: T) -> LocalFuture<'a, T> {
    Box::pin(core::future::ready(value))
}

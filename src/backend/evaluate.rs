//! Networks as they are: scores of many parameter vectors, and the loss's gradient at one. The same kernels that train,
//! in memory that does not grow with the number of vectors.

use super::{
    Backend, BatchStep, BatchSteps, Data, EpochBatches, EpochOutcome, Labels, Network, NetworkSpec, Order, Population,
    Score,
};
use crate::error::Result;
use crate::kernels::batch_norm::{folded, unfolded};
use crate::optimizer::{Optimizer, Settings, Sgd};
use core::time::Duration;
use std::rc::Rc;

/// The most bytes that networks evaluated together take, and that one takes of which a gradient is asked.
const TOGETHER_BYTES: u64 = 64 << 20;
/// The time that a population works before others may go on.
const BUDGET: Duration = Duration::from_millis(50);

/// Steps of no length leave the parameters as they are.
const STILL: Optimizer = Optimizer {
    settings: Settings::Sgd(Sgd {
        momentum: 0.0,
        nesterov: false,
        dampening: 0.0,
        weight_decay: 0.0,
        hypergradient: 0.0,
    }),
    learning_rate: 0.0,
    l2: 0.0,
    average: None,
};

/// A choice of rows of the data.
#[derive(Clone, Copy, Debug)]
pub enum Rows<'a> {
    /// Those for training.
    Train,
    /// Those for validation.
    Validation,
    /// These, by number; a row that is named twice counts twice.
    These(&'a [u32]),
}

impl Rows<'_> {
    fn list(self, data: &Data) -> Vec<u32> {
        let (n_train, n_validation) = (data.n_train as u32, data.n_validation as u32);
        match self {
            Self::Train => (0..n_train).collect(),
            Self::Validation => (n_train..n_train + n_validation).collect(),
            Self::These(rows) => rows.to_vec(),
        }
    }
}

impl Data {
    /// These rows alone, the first `n_train` of them for training, the others for validation.
    pub(crate) fn of_rows(&self, rows: &[u32], n_train: usize) -> Self {
        fn gather<T: Copy>(from: &[T], width: usize, rows: &[u32]) -> Vec<T> {
            rows.iter().flat_map(|&row| &from[row as usize * width..][..width]).copied().collect()
        }
        let labels = match &self.labels {
            Labels::Classes(classes) => Labels::Classes(gather(classes, 1, rows)),
            Labels::Numbers(numbers) => Labels::Numbers(gather(numbers, numbers.len() / self.rows().max(1), rows)),
        };
        let (x, columns) = (gather(&self.x, self.columns, rows), self.columns);
        Self { x, columns, labels, n_train, n_validation: rows.len() - n_train }
    }
}

/// Scores networks on some rows in evaluation mode, as they are: surfaces, ensembles. They are made when they are needed
/// and gone when they are scored; scores come in their order. Over no rows there is no mean: NaN.
///
/// # Errors
/// What the device reports.
pub async fn evaluate(
    backend: &dyn Backend,
    data: &Rc<Data>,
    rows: Rows<'_>,
    networks: impl IntoIterator<Item = Network>,
) -> Result<Vec<Score>> {
    let data = match rows {
        Rows::Validation => data.clone(),
        others => Rc::new(data.of_rows(&others.list(data), 0)),
    };
    let most = backend.memory_limit().0.min(TOGETHER_BYTES);
    let mut scores = Vec::new();
    // What takes no steps needs no strategy of its own, and no room for what goes from step to step.
    let still = |Network { spec, parameters }: Network| {
        let optimizer = if spec.is_second_order() { STILL } else { Optimizer { average: None, ..spec.optimizer } };
        // A batch norm is linear in evaluation mode: any strategy serves.
        let parameters = folded(&spec.shape, &parameters).into_owned();
        Network { spec: NetworkSpec { optimizer, shape: spec.shape.plain(), ..spec }, parameters }
    };
    let mut waiting = networks.into_iter().map(still).peekable();
    while waiting.peek().is_some() {
        let (mut bytes, mut wave) = (0, Vec::new());
        let own = |spec: &NetworkSpec| backend.network_bytes(spec) + backend.beside_bytes(spec, 0);
        let is_full = |wave: &[Network]| wave.len() >= backend.most_networks();
        while let Some(network) =
            waiting.next_if(|next| wave.is_empty() || !is_full(&wave) && bytes + own(&next.spec) <= most)
        {
            bytes += own(&network.spec);
            wave.push(network);
        }
        let first = scores.len();
        let nothing = Score { loss: f64::NAN, accuracy: f64::NAN };
        scores.resize(first + wave.len(), nothing);
        let mut population = backend.population(data.clone(), wave).await?;
        let no_batches =
            |network| EpochBatches { network, order: Order::default(), steps: BatchSteps::default(), validates: true };
        for outcome in epoch(&mut *population, (0..scores.len() - first).map(no_batches).collect()).await? {
            scores[first + outcome.network] = outcome.validation.unwrap_or(nothing);
        }
    }
    Ok(scores)
}

/// Loss and hits of a network over some rows in evaluation mode, and the gradient of that loss, flat, in PyTorch's order,
/// without weight decay and l2. All of it is NaN where the loss is beyond the limit, and over no rows.
///
/// # Errors
/// What the device reports.
pub async fn loss_gradient(
    backend: &dyn Backend,
    data: &Data,
    rows: Rows<'_>,
    Network { spec, parameters }: Network,
) -> Result<(Score, Vec<f64>)> {
    let (shape, plain) = (&spec.shape, folded(&spec.shape, &parameters).into_owned());
    let network = Network { spec: NetworkSpec { shape: shape.plain(), ..spec.clone() }, parameters: plain };
    let (score, gradient) = plain_gradient(backend, data, rows, network).await?;
    Ok((score, unfolded(shape, &parameters, gradient)))
}

/// [`loss_gradient`] of a network without batch norms.
async fn plain_gradient(
    backend: &dyn Backend,
    data: &Data,
    rows: Rows<'_>,
    Network { spec, parameters }: Network,
) -> Result<(Score, Vec<f64>)> {
    let rows = rows.list(data);
    let n = rows.len();
    let n_parameters = spec.shape.n_parameters();
    let mut spec = NetworkSpec { optimizer: STILL, dropout: 0.0, max_batch: n.max(1), ..spec };
    let most = backend.memory_limit().0.min(TOGETHER_BYTES);
    while spec.max_batch > 1 && backend.network_bytes(&spec).max(backend.largest_piece_bytes(&spec)) > most {
        spec.max_batch = spec.max_batch.div_ceil(2);
    }
    let batch = spec.max_batch;
    let nothing = (Score { loss: f64::NAN, accuracy: f64::NAN }, vec![f64::NAN; n_parameters]);
    if n == 0 {
        return Ok(nothing);
    }
    let data = Rc::new(data.of_rows(&rows, n));
    let mut population = backend.population(data, vec![Network { spec, parameters }]).await?;
    let (mut score, mut sum) = (Score::default(), vec![0.0; n_parameters]);
    let scalars = STILL.step_scalars(1, 0.0);
    for (step, first) in (0..).zip((0..n).step_by(batch)) {
        let order: Vec<u32> = (first as u32..(first + batch).min(n) as u32).collect();
        let share = order.len() as f64 / n as f64;
        let steps = vec![BatchStep { start: 0, rows: order.len() as u32, step, scalars }].into();
        let order = order.into();
        let outcomes =
            epoch(&mut *population, vec![EpochBatches { network: 0, order, steps, validates: true }]).await?;
        let Some(EpochOutcome { train, diverged_at: None, .. }) = outcomes.first() else { return Ok(nothing) };
        score.loss += share * train.loss;
        score.accuracy += share * train.accuracy;
        for (sum, part) in sum.iter_mut().zip(population.gradient(0).await?) {
            *sum += share * part;
        }
    }
    Ok((score, sum))
}

/// Trains an epoch to its end.
async fn epoch(population: &mut dyn Population, epoch: Vec<EpochBatches>) -> Result<Vec<EpochOutcome>> {
    population.begin_epoch(epoch)?;
    let mut outcomes = Vec::new();
    loop {
        let advance = population.advance(BUDGET).await?;
        outcomes.extend(advance.outcomes);
        if advance.epoch_done {
            return Ok(outcomes);
        }
    }
}

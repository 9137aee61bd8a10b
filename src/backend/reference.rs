//! The plain backend: one network after the other, every number where a reader would look for it. It is what the fast
//! backends are held against, and in f64 what PyTorch is.

use super::second_order::SecondOrder;
use super::{
    Advance, Backend, BatchStep, DIVERGENCE_LIMIT, Data, EpochBatches, EpochOutcome, LocalFuture, Network, NetworkSpec,
    Population, Score, Snapshot, Tuning, mixed, ready, room, second_order,
};
use crate::error::Result;
use crate::kernels::train_invocation::{Training, within};
use crate::kernels::{self, Real};
use crate::mlp::Layer;
use crate::optimizer::Constants;
use core::time::Duration;
use std::collections::VecDeque;
use std::rc::Rc;
use web_time::Instant;

/// The plain backend in f32.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reference;

impl Backend for Reference {
    fn name(&self) -> &'static str {
        "reference"
    }

    fn adapter(&self) -> String {
        "plain Rust, f32".into()
    }

    fn strategy(&self, spec: &NetworkSpec) -> &'static str {
        if spec.is_second_order() { second_order::NAME } else { "reference" }
    }

    fn network_bytes(&self, spec: &NetworkSpec) -> u64 {
        if spec.is_second_order() {
            return second_order::network_bytes(spec);
        }
        let NetworkSpec { shape, optimizer, max_batch, .. } = spec;
        let activations: usize = shape.layers().iter().map(|layer| 2 * layer.outputs * max_batch).sum();
        4 * (shape.n_parameters() * (2 + optimizer.n_slots()) + activations) as u64
    }

    fn memory_limit(&self) -> (u64, String) {
        room::memory()
    }

    fn population(&self, data: Rc<Data>, networks: Vec<Network>) -> LocalFuture<'_, Result<Box<dyn Population>>> {
        let part = |is_second_order, own| -> Box<dyn Population> {
            if is_second_order {
                return Box::new(SecondOrder::on(&data, own));
            }
            Box::new(ReferencePopulation::new(data.clone(), own))
        };
        ready(Ok(mixed::population(networks, NetworkSpec::is_second_order, part)))
    }
}

/// A network and all that changes while it trains.
struct Trained<T> {
    spec: NetworkSpec,
    layers: Vec<Layer>,
    constants: Constants<T>,
    parameters: Vec<T>,
    gradient: Vec<T>,
    slots: Vec<Vec<T>>,
    steps: u32,
    diverged_at: Option<u64>,
}

/// Where a network stands in its epoch.
struct Progress {
    batches: EpochBatches,
    next: usize,
    loss: f64,
    correct: u64,
    rows: u64,
    seconds: f64,
}

/// Networks trained one after the other, in f32 or f64.
pub struct ReferencePopulation<T: Real> {
    data: Rc<Data<T>>,
    networks: Vec<Trained<T>>,
    queue: VecDeque<Progress>,
}

impl<T: Real> ReferencePopulation<T> {
    /// Networks with their initial parameters.
    pub fn new(data: Rc<Data<T>>, networks: Vec<Network>) -> Self {
        let trained = |Network { spec, parameters }: Network| Trained {
            layers: spec.shape.layers(),
            constants: spec.optimizer.constants().cast(),
            parameters: parameters.iter().map(|&p| T::of(p)).collect(),
            gradient: vec![T::zero(); parameters.len()],
            slots: vec![vec![T::zero(); parameters.len()]; spec.optimizer.n_slots()],
            steps: 0,
            diverged_at: None,
            spec,
        };
        Self { data, networks: networks.into_iter().map(trained).collect(), queue: VecDeque::new() }
    }

    /// Loss and hits of a network in evaluation mode over rows `first .. first + n`.
    pub fn evaluate(&self, network: usize, first: usize, n: usize) -> Score {
        let trained = &self.networks[network];
        let rows: Vec<u32> = (first as u32..(first + n) as u32).collect();
        score(&trained.spec, &trained.layers, &trained.parameters, &self.data, &rows)
    }
}

/// Outputs of a network with these parameters in evaluation mode, row after row.
pub fn forward<T: Real>(layers: &[Layer], parameters: &[T], data: &Data<T>, rows: &[u32]) -> Vec<T> {
    let through = |x: Vec<T>, layer| kernels::dense_forward::reference(parameters, layer, &x, None).0;
    layers.iter().fold(gather(data, rows), through)
}

/// Loss and hits of a network with these parameters in evaluation mode.
pub fn score<T: Real>(spec: &NetworkSpec, layers: &[Layer], parameters: &[T], data: &Data<T>, rows: &[u32]) -> Score {
    let x = forward(layers, parameters, data, rows);
    let batch = kernels::loss::reference(spec.loss, &x, spec.shape.outputs, &data.labels, rows);
    let n = rows.len() as f64;
    Score { loss: batch.sum.to() / n, accuracy: f64::from(batch.correct) / n }
}

fn gather<T: Real>(data: &Data<T>, rows: &[u32]) -> Vec<T> {
    rows.iter().flat_map(|&row| &data.x[row as usize * data.columns..][..data.columns]).copied().collect()
}

impl<T: Real> Trained<T> {
    /// One step on these rows.
    fn step(&mut self, data: &Data<T>, rows: &[u32], step: &BatchStep) -> kernels::BatchLoss<T> {
        let keys: Vec<_> = (0..self.layers.len()).map(|depth| self.spec.dropout_key(depth)).collect();
        let mut training = Training {
            layers: &self.layers,
            loss: self.spec.loss,
            rule: self.spec.optimizer.rule(),
            constants: &self.constants,
            dropout: self.spec.dropout,
            average: self.spec.optimizer.average.map(T::of),
            keys: &keys,
            parameters: &mut self.parameters,
            gradient: &mut self.gradient,
            slots: &mut self.slots,
        };
        let scalars = step.scalars.map(T::of);
        let x = gather(data, rows);
        let (batch, finite) =
            kernels::train_invocation::reference(&mut training, x, &data.labels, rows, step.step, &scalars);
        self.steps = step.step + 1;
        if !finite {
            self.diverged_at = Some(u64::from(step.step) + 1);
        }
        batch
    }
}

impl<T: Real> Population for ReferencePopulation<T> {
    fn begin_epoch(&mut self, epoch: Vec<EpochBatches>) -> Result<()> {
        let progress = |batches| Progress { batches, next: 0, loss: 0.0, correct: 0, rows: 0, seconds: 0.0 };
        self.queue.extend(epoch.into_iter().map(progress));
        Ok(())
    }

    fn advance(&mut self, budget: Duration) -> LocalFuture<'_, Result<Advance>> {
        let start = Instant::now();
        let mut advance = Advance::default();
        while let Some(mut progress) = self.queue.pop_front() {
            let index = progress.batches.network;
            let began = Instant::now();
            let trained = &mut self.networks[index];
            while let (Some(step), None) = (progress.batches.steps.get(progress.next), trained.diverged_at) {
                let rows = &progress.batches.order[step.start as usize..][..step.rows as usize];
                let batch = trained.step(&self.data, rows, step);
                progress.loss += batch.sum.to();
                progress.correct += u64::from(batch.correct);
                progress.rows += rows.len() as u64;
                progress.next += 1;
                advance.steps += 1;
                if start.elapsed() >= budget {
                    break;
                }
            }
            progress.seconds += began.elapsed().as_secs_f64();
            let diverged_at = trained.diverged_at;
            if diverged_at.is_none() && progress.next < progress.batches.steps.len() {
                self.queue.push_front(progress);
                break;
            }
            let rows = progress.rows as f64;
            let validation = (self.data.n_validation > 0 && progress.batches.validates)
                .then(|| self.evaluate(index, self.data.n_train, self.data.n_validation));
            let last_step = progress.batches.steps.last().map(|step| u64::from(step.step) + 1);
            let lost = validation.is_some_and(|score| !within(score.loss, DIVERGENCE_LIMIT));
            advance.outcomes.push(EpochOutcome {
                network: index,
                train: Score { loss: progress.loss / rows, accuracy: progress.correct as f64 / rows },
                validation,
                diverged_at: diverged_at.or(if lost { last_step } else { None }),
                evaluations: 0,
                seconds: progress.seconds,
            });
            if start.elapsed() >= budget {
                break;
            }
        }
        advance.epoch_done = self.queue.is_empty();
        ready(Ok(advance))
    }

    fn parameters(&mut self, network: usize) -> LocalFuture<'_, Result<Vec<f64>>> {
        ready(Ok(self.networks[network].parameters.iter().map(|p| p.to()).collect()))
    }

    fn gradient(&mut self, network: usize) -> LocalFuture<'_, Result<Vec<f64>>> {
        ready(Ok(self.networks[network].gradient.iter().map(|g| g.to()).collect()))
    }

    fn snapshot(&self, network: usize) -> Snapshot {
        let Trained { parameters, slots, steps, diverged_at, .. } = &self.networks[network];
        let numbers = parameters.iter().chain(slots.iter().flatten()).map(|x| x.to() as f32).collect();
        Snapshot { numbers, steps: *steps, diverged_at: *diverged_at, ..Snapshot::default() }
    }

    fn restore(&mut self, network: usize, snapshot: &Snapshot) -> bool {
        let trained = &mut self.networks[network];
        let Some(parts) = snapshot.parts(&trained.spec) else { return false };
        for (to, from) in core::iter::once(&mut trained.parameters).chain(&mut trained.slots).zip(parts) {
            *to = from.iter().map(|&x| T::of(f64::from(x))).collect();
        }
        (trained.steps, trained.diverged_at) = (snapshot.steps, snapshot.diverged_at);
        true
    }

    fn retune(&mut self, network: usize, tuning: &Tuning) -> bool {
        let trained = &mut self.networks[network];
        let fits = trained.spec.retune(tuning);
        trained.constants = trained.spec.optimizer.constants().cast();
        fits
    }
}

//! Fixtures (`tuning-playground/fixture@1`): one training run with everything given, and what PyTorch made of it.

mod read;

use crate::backend::reference::{Reference, ReferencePopulation};
use crate::backend::second_order::SecondOrder;
use crate::backend::{Backend, BatchStep, Data, EpochBatches, Labels, Network, Population};
use crate::error::{Error, Result};
use crate::kernels::Real;
use crate::mlp::{Role, Tensor};
use crate::optimizer::Pace;
use crate::schedule::{Memory, StepAt};
use core::time::Duration;
use std::rc::Rc;

/// Value of a fixture's `format`.
pub const FORMAT: &str = "tuning-playground/fixture@1";
/// Tolerance of the f64 reference.
pub const TOLERANCE_F64: f64 = 1e-9;
/// Tolerance of f32 backends.
pub const TOLERANCE_F32: f64 = 1e-4;
/// The setting of `NAdam` that fixtures leave open.
const SINGLE_PRODUCT: &str = "single_product";
/// Errors of tensors that should be zero are measured against this.
const ABSOLUTE_FLOOR: f64 = 1e-8;
/// Steps that are worked out at once: however many a fixture has, they take no more memory.
const TOGETHER: usize = 4096;

/// A fixture ready to run.
#[derive(Clone)]
pub struct Fixture {
    /// Its name, or the file's.
    pub name: String,
    network: Network,
    data: Data<f64>,
    /// First row and number of rows of each batch.
    batches: Vec<(u32, u32)>,
    expect: Vec<(usize, Vec<f64>)>,
}

/// How far a run was from a fixture.
#[derive(Clone, Copy, Debug)]
pub struct Difference {
    /// Largest relative L2 error over tensors and expected steps.
    pub error: f64,
    /// Step at which it stands.
    pub step: usize,
}

impl Fixture {
    /// Trains it in f64 by the plain reference. `NAdam` is trained twice, and the nearer run counts: PyTorch keeps
    /// momentum's product in f32 unless its default dtype is f64, and a fixture does not say which it was.
    ///
    /// # Errors
    /// None of its own.
    pub async fn run_reference(&self) -> Result<Difference> {
        let exact = self.run_in_f64().await?;
        let mut rounded = self.clone();
        if !rounded.network.spec.optimizer.set(SINGLE_PRODUCT, 1.0) {
            return Ok(exact);
        }
        let rounded = rounded.run_in_f64().await?;
        Ok(if rounded.error < exact.error { rounded } else { exact })
    }

    /// Refuses what takes more than there is.
    fn check_room(&self, needed: u64, (limit, name): &(u64, String)) -> Result<()> {
        if needed <= *limit {
            return Ok(());
        }
        let detail = format!(
            "its network and batches need {} MB, more than the {} MB of {name}; use fewer rows a batch or smaller layers",
            needed.div_ceil(1 << 20),
            limit >> 20
        );
        Err(Error::Fixture { name: self.name.clone(), detail })
    }

    async fn run_in_f64(&self) -> Result<Difference> {
        // The plain backend's sizes are those of f32.
        self.check_room(2 * Reference.network_bytes(&self.network.spec), &Reference.memory_limit())?;
        if self.network.spec.is_second_order() {
            let mut population = SecondOrder::new(Rc::new(self.data.clone()), vec![self.network.clone()]);
            return self.run(&mut population).await;
        }
        let mut population = ReferencePopulation::<f64>::new(Rc::new(self.data.clone()), vec![self.network.clone()]);
        self.run(&mut population).await
    }

    /// Trains it on a backend in f32.
    ///
    /// # Errors
    /// What the backend reports; [`Error::NotOnThisBackend`] of an optimizer of second order, which trains in f64 on each.
    pub async fn run_on(&self, backend: &dyn Backend) -> Result<Difference> {
        if self.network.spec.is_second_order() {
            let feature = "an optimizer of second order".into();
            return Err(Error::NotOnThisBackend { feature, backend: backend.name().into() });
        }
        self.check_room(backend.largest_piece_bytes(&self.network.spec), &backend.memory_limit())?;
        let data = Data {
            x: self.data.x.iter().map(|&x| x as f32).collect(),
            columns: self.data.columns,
            labels: match &self.data.labels {
                Labels::Classes(classes) => Labels::Classes(classes.clone()),
                Labels::Numbers(numbers) => Labels::Numbers(numbers.iter().map(|&y| y as f32).collect()),
            },
            n_train: self.data.n_train,
            n_validation: 0,
        };
        let mut population = backend.population(Rc::new(data), vec![self.network.clone()]).await?;
        self.run(population.as_mut()).await
    }

    async fn run(&self, population: &mut dyn Population) -> Result<Difference> {
        let mut worst = Difference { error: 0.0, step: 0 };
        let mut done = 0;
        for (until, expected) in &self.expect {
            while done < *until {
                let end = (done + TOGETHER).min(*until);
                population.begin_epoch(vec![self.steps(done, end)])?;
                loop {
                    let advance = population.advance(Duration::from_secs(1)).await?;
                    if let Some(step) = advance.outcomes.iter().find_map(|outcome| outcome.diverged_at) {
                        return Ok(Difference { error: f64::INFINITY, step: step as usize });
                    }
                    if advance.epoch_done {
                        break;
                    }
                }
                done = end;
            }
            let error = self.error(&population.parameters(0).await?, expected);
            // A comparison that is not a number must fail.
            if error.is_nan() || error > worst.error {
                worst = Difference { error: if error.is_nan() { f64::INFINITY } else { error }, step: *until };
            }
        }
        Ok(worst)
    }

    /// Steps `from .. until` as one epoch.
    fn steps(&self, from: usize, until: usize) -> EpochBatches {
        let mut order = Vec::new();
        let mut steps = Vec::new();
        let (optimizer, schedule) = (self.network.spec.optimizer, &self.network.spec.schedule);
        let pace = |t| {
            // PyTorch's schedules are stepped once a step.
            let at = StepAt { step: t - 1, per_epoch: 1 };
            let factor = schedule.factor(at, &Memory::default());
            Pace { learning_rate: optimizer.learning_rate * factor, factor, momentum: schedule.momentum(at) }
        };
        let range = from..until;
        let scalars = optimizer.scalars(from as u64 + 1, pace);
        for (step, scalars) in range.zip(scalars) {
            let (first, rows) = self.batches[step % self.batches.len()];
            steps.push(BatchStep { start: order.len() as u32, rows, step: step as u32, scalars });
            order.extend(first..first + rows);
        }
        EpochBatches { network: 0, order: order.into(), steps: steps.into(), validates: true }
    }

    /// Largest relative L2 error over the tensors.
    fn error(&self, found: &[f64], expected: &[f64]) -> f64 {
        let shape = &self.network.spec.shape;
        let layers = shape.layers();
        // A bias that feeds a batch norm has no gradient, and Adam makes noise of it.
        let is_compared = |tensor: &Tensor| match tensor.role {
            Role::Mean | Role::Variance => false,
            Role::Bias => layers[tensor.layer].norm.is_none(),
            Role::Weight | Role::Gamma | Role::Beta => true,
        };
        let tensors = shape.tensors().filter(is_compared).map(|tensor| tensor.place);
        tensors
            .map(|place| relative_l2(&found[place.clone()], &expected[place]))
            .fold(0.0, |a: f64, b| if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) })
    }
}

/// L2 norm of the difference over that of `expected`, with an absolute floor.
pub fn relative_l2<T: Real>(found: &[T], expected: &[T]) -> f64 {
    let square = |x: f64| x * x;
    let difference: f64 = found.iter().zip(expected).map(|(a, b)| square(a.to() - b.to())).sum();
    let norm: f64 = expected.iter().map(|b| square(b.to())).sum();
    difference.sqrt() / norm.sqrt().max(ABSOLUTE_FLOOR)
}

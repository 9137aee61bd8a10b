//! Strategy `second_order`, the same of every backend: networks whose optimizer moves all parameters at once
//! ([`crate::second_order`]), one after the other, in f64 on the CPU. A step may take many gradient evaluations; the budget
//! may end between any two rows.

mod along;
mod look;
mod rows;

use super::{
    Advance, DIVERGENCE_LIMIT, Data, EpochBatches, EpochOutcome, Labels, LocalFuture, Network, NetworkSpec, Population,
    Score, Snapshot, Tuning, ready, room, work,
};
use crate::error::{Error, Result};
use crate::kernels::train_invocation::within;
use crate::second_order::{MOST_PARAMETERS, Memory, Method, largest};
use core::cell::Cell;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
pub use look::{Curvature, Look, MOST_CURVED, curvature_bytes, length, parts};
use rows::{Passage, Rows};
use std::collections::VecDeque;
use std::rc::Rc;
use web_time::Instant;

/// The strategy's name.
pub const NAME: &str = "second_order";
/// Multiplications between two looks at the clock, a fraction of a millisecond.
const WORK_BETWEEN_LOOKS: usize = 1 << 18;

/// Bytes that a network takes while it trains.
pub fn network_bytes(spec: &NetworkSpec) -> u64 {
    let n = spec.shape.n_parameters();
    let method = spec.optimizer.second_order();
    let own = |method: Method| method.n_kept(n).saturating_add(method.n_scratch(n));
    (8 * n + size_of::<Resident>()).saturating_add(8_usize.saturating_mul(method.map_or(0, own))) as u64
}

/// Refuses a trial's network that takes too long or too much; `knob` names what makes its layers smaller.
///
/// # Errors
/// [`Error::TooManyParameters`], [`Error::TooLarge`].
pub fn check_size(trial: u32, spec: &NetworkSpec, knob: &str) -> Result<()> {
    let (n, bytes) = (spec.shape.n_parameters(), network_bytes(spec));
    if matches!(spec.optimizer.second_order(), Some(Method::Newton(_))) && n > MOST_PARAMETERS {
        let (parameters, limit) = (n as u64, MOST_PARAMETERS as u32);
        return Err(Error::TooManyParameters { trial, parameters, limit, knob: knob.into() });
    }
    let (most, limit) = room::memory();
    if bytes > most {
        let (needed_mb, limit_mb) = (bytes.div_ceil(1 << 20), most >> 20);
        let knob = format!("history_size, {knob}");
        return Err(Error::TooLarge { trial, needed_mb, limit, limit_mb, knob });
    }
    Ok(())
}

/// What a step takes beyond one gradient evaluation, over so many rows, in multiplications.
pub fn step_work(spec: &NetworkSpec) -> f64 {
    let n = spec.shape.n_parameters();
    let evaluations = spec.optimizer.second_order().map_or(1.0, |method| method.evaluations(n));
    (evaluations - 1.0) * (work::WAYS * work::way(&spec.shape) * spec.max_batch) as f64
}

/// The budget of a call, which steps look at wherever they may wait.
pub struct Clock {
    start: Cell<Instant>,
    budget: Cell<Duration>,
    work: Cell<usize>,
}

impl Default for Clock {
    fn default() -> Self {
        Self { start: Cell::new(Instant::now()), budget: Cell::default(), work: Cell::default() }
    }
}

impl Clock {
    fn begin(&self, budget: Duration) {
        self.start.set(Instant::now());
        self.budget.set(budget);
    }

    fn is_over(&self) -> bool {
        self.start.get().elapsed() >= self.budget.get()
    }

    /// Waits once where the budget is used up, after so much more work.
    async fn rest(&self, work: usize) {
        self.work.set(self.work.get().saturating_add(work));
        if self.work.get() < WORK_BETWEEN_LOOKS {
            return;
        }
        self.work.set(0);
        let mut waits = self.is_over();
        core::future::poll_fn(move |context| {
            if core::mem::take(&mut waits) {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
    }
}

/// A network between two steps.
struct Resident {
    spec: NetworkSpec,
    parameters: Vec<f64>,
    /// Of the last step's first evaluation.
    gradient: Vec<f64>,
    memory: Memory,
    steps: u32,
    evaluations: u64,
    diverged_at: Option<u64>,
}

/// What a step has come to.
struct Worked {
    parameters: Vec<f64>,
    memory: Memory,
    first: (Score, Vec<f64>),
    evaluations: u64,
    /// The last loss that was seen.
    loss: f64,
}

/// Where a network stands in its epoch.
struct Progress {
    batches: EpochBatches,
    next: usize,
    /// The step under way.
    work: Option<Pin<Box<dyn Future<Output = Worked>>>>,
    loss: f64,
    correct: f64,
    rows: f64,
    evaluations: u64,
    seconds: f64,
}

/// See the module.
pub struct SecondOrder {
    data: Rc<Data<f64>>,
    networks: Vec<Resident>,
    queue: VecDeque<Progress>,
    clock: Rc<Clock>,
}

/// The same numbers in f64.
fn widen(data: &Data) -> Data<f64> {
    let wide = |numbers: &[f32]| numbers.iter().map(|&x| f64::from(x)).collect();
    Data {
        x: wide(&data.x),
        columns: data.columns,
        labels: match &data.labels {
            Labels::Classes(classes) => Labels::Classes(classes.clone()),
            Labels::Numbers(numbers) => Labels::Numbers(wide(numbers)),
        },
        n_train: data.n_train,
        n_validation: data.n_validation,
    }
}

impl SecondOrder {
    /// Networks with their initial parameters, on rows in f32.
    pub fn on(data: &Data, networks: Vec<Network>) -> Self {
        Self::new(Rc::new(widen(data)), networks)
    }

    /// Networks with their initial parameters.
    pub fn new(data: Rc<Data<f64>>, networks: Vec<Network>) -> Self {
        let resident = |Network { spec, parameters }: Network| Resident {
            gradient: vec![0.0; parameters.len()],
            memory: Memory::default(),
            steps: 0,
            evaluations: 0,
            diverged_at: None,
            parameters,
            spec,
        };
        let clock = Rc::new(Clock::default());
        Self { data, networks: networks.into_iter().map(resident).collect(), queue: VecDeque::new(), clock }
    }

    /// Begins a network's next step; `None` where its epoch has no more, or it has diverged.
    fn begin(&mut self, progress: &Progress) -> Option<Pin<Box<dyn Future<Output = Worked>>>> {
        let resident = &mut self.networks[progress.batches.network];
        let method = resident.spec.optimizer.second_order()?;
        let step = progress.batches.steps.get(progress.next).filter(|_| resident.diverged_at.is_none())?;
        let rows = progress.batches.order[step.start as usize..][..step.rows as usize].to_vec();
        let [rate, ..] = step.scalars;
        let mut objective = Rows::new(&resident.spec, self.data.clone(), rows, self.clock.clone());
        let (mut parameters, mut memory) = (resident.parameters.clone(), core::mem::take(&mut resident.memory));
        Some(Box::pin(async move {
            let loss = method.step(&mut memory, rate, &mut parameters, &mut objective).await;
            let Rows { evaluations, first, .. } = objective;
            Worked { parameters, memory, first: first.unwrap_or_default(), evaluations, loss }
        }))
    }

    /// Takes over what a step has come to.
    fn end(&mut self, progress: &mut Progress, worked: Worked) {
        let resident = &mut self.networks[progress.batches.network];
        let step = &progress.batches.steps[progress.next];
        let Worked { parameters, memory, first: (score, gradient), evaluations, loss } = worked;
        let is_sound = within(score.loss, DIVERGENCE_LIMIT)
            && within(loss, DIVERGENCE_LIMIT)
            && within(largest(&gradient), f64::INFINITY)
            && within(largest(&parameters), DIVERGENCE_LIMIT);
        (resident.parameters, resident.memory, resident.gradient) = (parameters, memory, gradient);
        resident.steps = step.step + 1;
        resident.evaluations += evaluations;
        if !is_sound {
            resident.diverged_at = Some(u64::from(resident.steps));
        }
        let rows = f64::from(step.rows);
        progress.loss += rows * score.loss;
        progress.correct += rows * score.accuracy;
        progress.rows += rows;
        progress.evaluations += evaluations;
        progress.next += 1;
    }

    fn outcome(&self, progress: &Progress) -> EpochOutcome {
        let Resident { spec, parameters, diverged_at, .. } = &self.networks[progress.batches.network];
        let Data { n_train, n_validation, .. } = *self.data;
        let validation = (n_validation > 0 && progress.batches.validates).then(|| {
            let rows = n_train as u32..(n_train + n_validation) as u32;
            Passage::new(spec).score(parameters, &self.data, rows)
        });
        let lost = validation.is_some_and(|score| !within(score.loss, DIVERGENCE_LIMIT));
        let last_step = progress.batches.steps.last().map(|step| u64::from(step.step) + 1);
        EpochOutcome {
            network: progress.batches.network,
            train: Score { loss: progress.loss / progress.rows, accuracy: progress.correct / progress.rows },
            validation,
            diverged_at: diverged_at.or(if lost { last_step } else { None }),
            evaluations: progress.evaluations,
            seconds: progress.seconds,
        }
    }

    /// Works on one network's epoch until it is done (true) or the budget is (false); counts steps.
    fn work(&mut self, progress: &mut Progress, steps: &mut u64) -> bool {
        loop {
            let Some(mut work) = progress.work.take().or_else(|| self.begin(progress)) else { return true };
            match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Pending => {
                    progress.work = Some(work);
                    return false;
                }
                Poll::Ready(worked) => self.end(progress, worked),
            }
            *steps += 1;
            if progress.next < progress.batches.steps.len() && self.clock.is_over() {
                return false;
            }
        }
    }
}

impl Population for SecondOrder {
    fn begin_epoch(&mut self, epoch: Vec<EpochBatches>) -> Result<()> {
        let progress = |batches| Progress {
            batches,
            next: 0,
            work: None,
            loss: 0.0,
            correct: 0.0,
            rows: 0.0,
            evaluations: 0,
            seconds: 0.0,
        };
        self.queue.extend(epoch.into_iter().map(progress));
        Ok(())
    }

    fn advance(&mut self, budget: Duration) -> LocalFuture<'_, Result<Advance>> {
        self.clock.begin(budget);
        let mut advance = Advance::default();
        while let Some(mut progress) = self.queue.pop_front() {
            let began = Instant::now();
            let is_done = self.work(&mut progress, &mut advance.steps);
            progress.seconds += began.elapsed().as_secs_f64();
            if !is_done {
                self.queue.push_front(progress);
                break;
            }
            advance.outcomes.push(self.outcome(&progress));
            if self.clock.is_over() {
                break;
            }
        }
        advance.epoch_done = self.queue.is_empty();
        ready(Ok(advance))
    }

    fn parameters(&mut self, network: usize) -> LocalFuture<'_, Result<Vec<f64>>> {
        ready(Ok(self.networks[network].parameters.clone()))
    }

    fn gradient(&mut self, network: usize) -> LocalFuture<'_, Result<Vec<f64>>> {
        ready(Ok(self.networks[network].gradient.clone()))
    }

    fn snapshot(&self, network: usize) -> Snapshot {
        let Resident { parameters, memory, steps, evaluations, diverged_at, .. } = &self.networks[network];
        let mut wide = parameters.clone();
        memory.write(&mut wide);
        let numbers = parameters.iter().map(|&x| x as f32).collect();
        Snapshot { numbers, wide, steps: *steps, evaluations: *evaluations, diverged_at: *diverged_at }
    }

    fn restore(&mut self, network: usize, snapshot: &Snapshot) -> bool {
        let resident = &mut self.networks[network];
        let n = resident.parameters.len();
        let memory = snapshot.parts(&resident.spec).and_then(|_| Memory::read(&snapshot.wide[n..], n));
        let Some(memory) = memory else { return false };
        (resident.parameters, resident.memory) = (snapshot.wide[..n].to_vec(), memory);
        (resident.steps, resident.evaluations) = (snapshot.steps, snapshot.evaluations);
        resident.diverged_at = snapshot.diverged_at;
        true
    }

    fn retune(&mut self, network: usize, tuning: &Tuning) -> bool {
        self.networks[network].spec.retune(tuning)
    }
}

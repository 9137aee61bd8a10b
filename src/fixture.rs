//! Fixtures (`tuning-playground/fixture@1`): one training run with everything given, and what PyTorch made of it.

use crate::backend::reference::ReferencePopulation;
use crate::backend::second_order::SecondOrder;
use crate::backend::{Backend, BatchStep, Data, EpochBatches, Labels, Network, NetworkSpec, Population};
use crate::error::{Error, Result};
use crate::kernels::Real;
use crate::mlp::{Activation, Loss, Role, Shape, Tensor};
use crate::optimizer::{self, Optimizer, Pace, Settings};
use crate::rng::RunId;
use crate::schedule::{self, Memory, StepAt};
use core::time::Duration;
use serde::Deserialize;
use serde_json::{Map, Value};
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: String,
    #[serde(rename = "generator")]
    _generator: String,
    #[serde(default)]
    name: String,
    model: Model,
    loss: String,
    optimizer: Map<String, Value>,
    #[serde(default)]
    schedule: Option<Map<String, Value>>,
    parameters: Vec<Value>,
    batches: Vec<Batch>,
    steps: usize,
    expect: Vec<Expected>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Model {
    inputs: usize,
    hidden: Vec<usize>,
    outputs: usize,
    activation: String,
    batch_norm: bool,
}

#[derive(Deserialize)]
struct Batch {
    x: Vec<Vec<f64>>,
    y: Vec<Value>,
}

#[derive(Deserialize)]
struct Expected {
    step: usize,
    parameters: Vec<Value>,
}

/// A fixture ready to run.
#[derive(Clone)]
pub struct Fixture {
    /// Its name, or the file's.
    pub name: String,
    network: Network,
    data: Data<f64>,
    /// First row and number of rows of each batch.
    batches: Vec<(u32, u32)>,
    steps: usize,
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
    /// Reads a fixture; `file` names it where it has no name of its own.
    ///
    /// # Errors
    /// [`Error::Fixture`] for what is malformed, [`Error::NotYet`] for what this version does not train.
    pub fn parse(text: &str, file: &str) -> Result<Self> {
        let wrong = |detail: String| Error::Fixture { name: file.into(), detail };
        let text = text.trim_start_matches('\u{feff}');
        let document: Document = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if document.format != FORMAT {
            return Err(Error::Format { found: document.format, expected: FORMAT.into() });
        }
        let not_yet = |key: &str, found: String, accepted: &str| Error::NotYet {
            key: key.into(),
            found,
            accepted: accepted.into(),
        };
        let activation: Activation =
            serde_json::from_value(Value::String(document.model.activation.clone())).map_err(|_| {
                not_yet(
                    "model.activation",
                    document.model.activation.clone(),
                    "linear | sigmoid | tanh | relu | leaky_relu | elu | gelu",
                )
            })?;
        let loss: Loss = serde_json::from_value(Value::String(document.loss.clone()))
            .map_err(|_| not_yet("loss", document.loss.clone(), "cross_entropy | mse"))?;
        let model = &document.model;
        let shape = Shape {
            inputs: model.inputs,
            hidden: model.hidden.clone(),
            outputs: model.outputs,
            activation,
            batch_norm: model.batch_norm,
        };
        let mut optimizer = parse_optimizer(&document.optimizer)?;
        let schedule = document.schedule.as_ref().map(|own| parse_schedule(own, &mut optimizer)).transpose()?;
        let schedule = schedule.unwrap_or_default();
        if let Some(momentum) = schedule.momentum(StepAt { step: 0, per_epoch: 1 }) {
            // PyTorch's schedule gives momentum to SGD and RMSprop without any.
            if !optimizer.set("momentum", momentum) && !optimizer.names().contains(&"beta1") {
                let (key, accepted) = ("schedule.cycle_momentum".into(), "false (no momentum, no beta1)".into());
                return Err(Error::OutOfRange { key, found: "true".into(), accepted });
            }
        }
        let flat = |tensors: &[Value]| -> Result<Vec<f64>> {
            let mut flat = Vec::with_capacity(shape.n_parameters());
            for tensor in tensors {
                flatten(tensor, &mut flat);
            }
            if flat.len() == shape.n_trained() {
                // Running statistics begin as PyTorch's do, and are not compared.
                let kept = shape.tensors().filter(|tensor| matches!(tensor.role, Role::Mean | Role::Variance));
                flat.extend(kept.flat_map(|tensor| {
                    let start = f64::from(u8::from(tensor.role == Role::Variance));
                    core::iter::repeat_n(start, tensor.place.len())
                }));
                return Ok(flat);
            }
            Err(wrong(format!("{} parameters, the model has {}", flat.len(), shape.n_trained())))
        };
        let (data, batches) = rows_of(&document.batches, &shape, loss).map_err(wrong)?;
        let parameters = flat(&document.parameters)?;
        let expect = document
            .expect
            .iter()
            .map(|expected| Ok((expected.step, flat(&expected.parameters)?)))
            .collect::<Result<Vec<_>>>()?;
        if expect.windows(2).any(|pair| pair[0].0 >= pair[1].0)
            || expect.last().is_some_and(|last| last.0 > document.steps)
        {
            return Err(wrong("expect must stand in rising order of step, up to steps".into()));
        }
        let spec = NetworkSpec {
            run: RunId::default(),
            seed: 0,
            loss,
            optimizer,
            schedule,
            dropout: 0.0,
            max_batch: batches.iter().map(|batch| batch.1 as usize).max().unwrap_or(1),
            crowd: 1,
            shape,
        };
        let network = Network { spec, parameters };
        let name = if document.name.is_empty() { file.to_owned() } else { document.name };
        Ok(Self { name, network, data, batches, steps: document.steps, expect })
    }

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

    async fn run_in_f64(&self) -> Result<Difference> {
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
            population.begin_epoch(vec![self.steps(done, *until)])?;
            loop {
                let advance = population.advance(Duration::from_secs(1)).await?;
                if let Some(step) = advance.outcomes.iter().find_map(|outcome| outcome.diverged_at) {
                    return Ok(Difference { error: f64::INFINITY, step: step as usize });
                }
                if advance.epoch_done {
                    break;
                }
            }
            done = *until;
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
        let range = from..until.min(self.steps);
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

fn flatten(value: &Value, flat: &mut Vec<f64>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| flatten(item, flat)),
        other => flat.push(crate::space::numbers::real(other).unwrap_or(f64::NAN)),
    }
}

type Rows = (Data<f64>, Vec<(u32, u32)>);

fn rows_of(batches: &[Batch], shape: &Shape, loss: Loss) -> core::result::Result<Rows, String> {
    let (mut x, mut classes, mut numbers, mut places) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut first = 0;
    for (index, batch) in batches.iter().enumerate() {
        if batch.x.len() != batch.y.len() || batch.x.is_empty() {
            return Err(format!("batch {index} has {} rows of x and {} of y", batch.x.len(), batch.y.len()));
        }
        for (row, y) in batch.x.iter().zip(&batch.y) {
            if row.len() != shape.inputs {
                return Err(format!("batch {index} has a row of {} columns, the model {}", row.len(), shape.inputs));
            }
            x.extend_from_slice(row);
            match loss {
                Loss::CrossEntropy => {
                    let class = y.as_u64().filter(|&class| class < shape.outputs as u64);
                    classes.push(class.ok_or_else(|| format!("batch {index}: class {y}"))? as u32);
                }
                Loss::Mse => {
                    let before = numbers.len();
                    flatten(y, &mut numbers);
                    if numbers.len() - before != shape.outputs {
                        return Err(format!("batch {index}: target {y}, the model has {} outputs", shape.outputs));
                    }
                }
            }
        }
        places.push((first, batch.x.len() as u32));
        first += batch.x.len() as u32;
    }
    if places.is_empty() {
        return Err("no batches".into());
    }
    let labels = match loss {
        Loss::CrossEntropy => Labels::Classes(classes),
        Loss::Mse => Labels::Numbers(numbers),
    };
    let data = Data { x, columns: shape.inputs, labels, n_train: first as usize, n_validation: 0 };
    Ok((data, places))
}

/// A number, or true and false as 1 and 0.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_bool().map(|is_on| f64::from(u8::from(is_on))))
}

/// Reads `{"name", ...settings}`: `named` makes what the name stands for, `set` takes a setting over and says whether
/// there is one of that name.
fn parse_named<T>(
    within: &str,
    document: &Map<String, Value>,
    names: &[&str],
    named: impl Fn(&str) -> Option<T>,
    set: impl Fn(&mut T, &str, f64) -> bool,
    known: impl Fn(&T) -> Vec<&'static str>,
) -> Result<T> {
    let name = document.get("name").and_then(Value::as_str).unwrap_or_default();
    let key = |name: &str| format!("{within}.{name}");
    let mut made = named(name).ok_or_else(|| Error::NotYet {
        key: key("name"),
        found: name.into(),
        accepted: names.join(" | "),
    })?;
    for (name, value) in document.iter().filter(|(name, _)| *name != "name") {
        let value = number(value).ok_or_else(|| Error::WrongType {
            key: key(name),
            found: value.to_string(),
            accepted: "0.1 | true | false".into(),
        })?;
        if !set(&mut made, name, value) {
            let accepted = known(&made).join(", ");
            return Err(Error::UnknownKey { key: key(name), within: within.into(), accepted });
        }
    }
    Ok(made)
}

/// PyTorch's optimizer arguments, with our names for the learning rate, betas and epsilon.
fn parse_optimizer(document: &Map<String, Value>) -> Result<Optimizer> {
    let mut document = document.clone();
    if let Some(search) = document.get_mut("line_search_fn") {
        *search = match search.as_str() {
            Some("strong_wolfe") => true.into(),
            None if search.is_null() => false.into(),
            _ => {
                let (key, found) = ("optimizer.line_search_fn".into(), search.to_string());
                return Err(Error::WrongType { key, found, accepted: "null | strong_wolfe".into() });
            }
        };
    }
    let document = &document;
    let is_ours = |name: &str| ["l2", SINGLE_PRODUCT].contains(&name);
    let set = |made: &mut Optimizer, name: &str, value| !is_ours(name) && made.set(name, value);
    let known = |made: &Optimizer| made.names().into_iter().filter(|name| !is_ours(name)).collect();
    let made = parse_named("optimizer", document, optimizer::NAMES, Optimizer::named, set, known)?;
    let refused = |name: &str, accepted: &str| {
        let found = document.get(name).map_or_else(|| "0".into(), Value::to_string);
        Err(Error::OutOfRange { key: format!("optimizer.{name}"), found, accepted: accepted.into() })
    };
    // What PyTorch refuses.
    for (name, value) in document {
        let Some(value) = number(value) else { continue };
        let (is_sound, accepted) = match name.as_str() {
            "beta1" | "beta2" => ((0.0..1.0).contains(&value), "0 <= x < 1"),
            "rho" => ((0.0..=1.0).contains(&value), "0 .. 1"),
            "history_size" => (value >= 1.0, ">= 1"),
            _ => (value >= 0.0, ">= 0"),
        };
        if !is_sound {
            return refused(name, accepted);
        }
    }
    match made.settings {
        Settings::Sgd(own) if own.nesterov && own.momentum == 0.0 => refused("momentum", "> 0 (nesterov)"),
        Settings::Sgd(own) if own.nesterov && own.dampening != 0.0 => refused("dampening", "0 (nesterov)"),
        _ => Ok(made),
    }
}

/// PyTorch's arguments of a schedule that is stepped once a step. `max_lr` takes the place of the learning rate.
fn parse_schedule(document: &Map<String, Value>, optimizer: &mut Optimizer) -> Result<schedule::Settings> {
    let mut document = document.clone();
    if document.get("name").is_some_and(|name| name == "one_cycle")
        && let Some(rate) = document.remove("max_lr").as_ref().and_then(number)
    {
        optimizer.learning_rate = rate;
    }
    if let Some(strategy) = document.get_mut("anneal_strategy") {
        let is_linear = match strategy.as_str() {
            Some("linear") => true,
            Some("cos") => false,
            _ => {
                let (key, found) = ("schedule.anneal_strategy".into(), strategy.to_string());
                return Err(Error::WrongType { key, found, accepted: "cos | linear".into() });
            }
        };
        *strategy = is_linear.into();
    }
    let rate = optimizer.learning_rate;
    let set = |made: &mut schedule::Settings, name: &str, value| {
        let own = made.arguments().iter().find(|(argument, _)| *argument == name);
        // The one rate that PyTorch gives as such is a share of the learning rate here.
        own.is_some_and(|(_, own)| made.set(own, if name == "eta_min" { value / rate } else { value }))
    };
    let known = |made: &schedule::Settings| made.arguments().iter().map(|(argument, _)| *argument).collect();
    parse_named("schedule", &document, schedule::NAMES, schedule::Settings::stepped, set, known)
}

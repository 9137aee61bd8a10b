//! Works to measure backends by: populations without a study, the same on every backend and in every browser.
//! `cargo xtask bench` and the page's "benchmark this device" run them through the page's own Workers.

use crate::backend::epoch::Course;
use crate::backend::{Backend, Data, EpochBatches, Labels, NetworkSpec, Population};
use crate::error::{Error, Result};
use crate::mlp::{Activation, Loss, Shape};
use crate::optimizer::Optimizer;
use crate::rng::{Purpose, RunId, Stream};
use crate::schedule;
use crate::study::Study;
use crate::trainer::{data_of, network_bytes};
use core::time::Duration;
use serde::Serialize;
use serde_json::Value;
use std::rc::Rc;

/// No work may take more than this, on any backend.
const MEMORY_BYTES: u64 = 512 << 20;
/// Rows of the data that no catalog has, and the share of their numbers that is zero.
const SPARSE_ROWS: usize = 1024;
const SPARSE_ZEROS: f32 = 0.81;

/// Which rows a work trains on; there are no others to evaluate.
#[derive(Clone, Copy, Debug)]
pub enum Rows {
    /// The training part of the data set spiral.
    Spiral,
    /// Numbers in 0..1, 81 % of them 0, as images of digits have, and classes without a meaning.
    Sparse,
}

/// What is trained: `trials` networks of one shape, learning rates spread evenly in their logarithm, dropout evenly.
#[derive(Clone, Debug)]
pub struct Work {
    /// Rows.
    pub data: Rows,
    /// Features; 2 for [`Rows::Spiral`].
    pub inputs: usize,
    /// Hidden widths.
    pub hidden: Vec<usize>,
    /// Classes.
    pub outputs: usize,
    /// Rows of a step.
    pub batch_size: usize,
    /// By its name in a work's text.
    pub optimizer: Optimizer,
    /// Lowest and highest learning rate.
    pub learning_rate: [f64; 2],
    /// Lowest and highest dropout.
    pub dropout: [f64; 2],
    /// Networks.
    pub trials: u32,
    /// Steps of each.
    pub steps: u32,
    /// Of how many Workers this is which: it trains the trials whose number leaves that remainder.
    pub share: [u32; 2],
}

impl Work {
    /// Reads a work, a JSON object with these fields. (By hand: what serde derives for it is 4 kB to load.)
    ///
    /// # Errors
    /// [`Error::NotAStudy`] where the text is not one.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |detail: String| Error::NotAStudy { detail };
        let work = crate::json::parse(text).map_err(|error| wrong(error.to_string()))?;
        let missing = |key: &str| wrong(format!("{key} of a work is missing or of the wrong kind"));
        let number = |value: &Value, key: &str| value.as_f64().ok_or_else(|| missing(key));
        let count = |key: &str| work[key].as_u64().map(|n| n as usize).ok_or_else(|| missing(key));
        let pair = |key: &str| Ok([number(&work[key][0], key)?, number(&work[key][1], key)?]);
        let hidden = work["hidden"].as_array().ok_or_else(|| missing("hidden"))?;
        Ok(Self {
            data: match work["data"].as_str() {
                Some("spiral") => Rows::Spiral,
                Some("sparse") => Rows::Sparse,
                _ => return Err(missing("data")),
            },
            inputs: count("inputs")?,
            hidden: hidden.iter().map(|width| Ok(number(width, "hidden")? as usize)).collect::<Result<_>>()?,
            outputs: count("outputs")?,
            batch_size: count("batch_size")?,
            optimizer: work["optimizer"].as_str().and_then(Optimizer::named).ok_or_else(|| missing("optimizer"))?,
            learning_rate: pair("learning_rate")?,
            dropout: pair("dropout")?,
            trials: count("trials")? as u32,
            steps: count("steps")? as u32,
            share: pair("share")?.map(|n| n as u32),
        })
    }

    fn data(&self) -> Result<Data> {
        match self.data {
            Rows::Spiral => {
                let study = r#"{"format": "tuning-playground/study@1", "dataset": {"name": "spiral"}}"#;
                let mut data = data_of(&Study::parse(study)?.prepare(None)?);
                data.x.truncate(data.n_train * data.columns);
                if let Labels::Classes(classes) = &mut data.labels {
                    classes.truncate(data.n_train);
                }
                data.n_validation = 0;
                Ok(data)
            }
            Rows::Sparse => {
                let mut stream = Stream::of(0, Purpose::Generate, RunId::default(), 0);
                let mut number = |_| {
                    let (kept, value) = (stream.uniform() >= SPARSE_ZEROS, stream.uniform());
                    if kept { value } else { 0.0 }
                };
                let x = (0..SPARSE_ROWS * self.inputs).map(&mut number).collect();
                let classes = (0..SPARSE_ROWS).map(|_| stream.below(self.outputs.max(1) as u32)).collect();
                let labels = Labels::Classes(classes);
                Ok(Data { x, columns: self.inputs, labels, n_train: SPARSE_ROWS, n_validation: 0 })
            }
        }
    }

    fn spec(&self, trial: u32, n_train: usize) -> NetworkSpec {
        let at = f64::from(trial) / f64::from(self.trials.max(2) - 1);
        let [low, high] = self.learning_rate;
        let run = RunId { trial, ..RunId::default() };
        let shape = Shape {
            inputs: self.inputs,
            hidden: self.hidden.clone(),
            outputs: self.outputs,
            activation: Activation::Relu,
            batch_norm: false,
        };
        NetworkSpec {
            run,
            seed: 0,
            loss: Loss::CrossEntropy,
            optimizer: Optimizer { learning_rate: low * libm::pow(high / low, at), ..self.optimizer },
            schedule: schedule::Settings::default(),
            dropout: self.dropout[0] + (self.dropout[1] - self.dropout[0]) * at,
            max_batch: self.batch_size.min(n_train),
            crowd: self.trials,
            shape,
        }
    }
}

/// What a work takes and what does it.
#[derive(Clone, Debug, Serialize)]
pub struct BenchInfo {
    /// `cpu` or `gpu`.
    pub backend: &'static str,
    /// In its own words.
    pub adapter: String,
    /// The strategy that trains the work; the page and `RESULTS.md` have known it as `plan`.
    #[serde(rename = "plan")]
    pub strategy: &'static str,
    /// Estimate for one trial.
    pub bytes_per_trial: u64,
    /// Estimate for all.
    pub bytes_total: u64,
}

/// A work under way.
pub struct Bench {
    info: BenchInfo,
    /// Networks that train at once, as in studies.
    waves: Vec<Wave>,
    /// The wave whose turn it is.
    at: usize,
}

struct Wave {
    population: Box<dyn Population>,
    steps_left: u32,
    courses: Vec<Course>,
    epoch: u32,
    in_epoch: bool,
}

impl Bench {
    /// Makes the networks; nothing is trained yet.
    ///
    /// # Errors
    /// [`Error::TooLarge`] above 512 MB or the backend's limit; what the device reports.
    pub async fn new(backend: &dyn Backend, work: &Work) -> Result<Self> {
        let data = work.data()?;
        let numbers = (0..work.trials).filter(|trial| trial % work.share[1].max(1) == work.share[0]);
        let sample = work.spec(0, data.n_train);
        let bytes_per_trial = network_bytes(backend, &sample, data.n_train);
        let bytes_total = bytes_per_trial * u64::from(work.trials);
        // All waves stand in memory, each is a population of its own.
        let at_once = backend.most_networks();
        let own_bytes = backend.network_bytes(&sample) * u64::from(work.trials).min(at_once as u64);
        let limits = [
            (own_bytes, backend.memory_limit()),
            (bytes_total, (MEMORY_BYTES, "memory that this takes at the most".into())),
        ];
        for (bytes, (most, limit)) in limits {
            if bytes > most {
                return Err(Error::TooLarge {
                    trial: 0,
                    needed_mb: bytes.div_ceil(1 << 20),
                    limit,
                    limit_mb: most >> 20,
                    knob: "trials, hidden_units".into(),
                });
            }
        }
        let numbers: Vec<u32> = numbers.collect();
        let data = Rc::new(data);
        let mut waves = Vec::new();
        for numbers in numbers.chunks(at_once) {
            let networks: Vec<_> = numbers.iter().map(|&trial| work.spec(trial, data.n_train)).collect();
            let initial = networks.iter().cloned().map(NetworkSpec::initial).collect();
            let population = backend.population(data.clone(), initial).await?;
            let courses = Course::all(networks.iter().map(|spec| (spec, data.n_train)));
            let mut population = population;
            population.let_lag();
            waves.push(Wave { population, steps_left: work.steps, courses, epoch: 0, in_epoch: false });
        }
        let info = BenchInfo {
            backend: backend.name(),
            adapter: backend.adapter(),
            strategy: backend.strategy(&sample),
            bytes_per_trial,
            bytes_total,
        };
        Ok(Self { info, waves, at: 0 })
    }

    /// What trains.
    pub fn info(&self) -> &BenchInfo {
        &self.info
    }

    /// Works for about `budget`; the steps taken, over all networks, and whether that was all.
    ///
    /// # Errors
    /// What the device reports.
    pub async fn advance(&mut self, budget: Duration) -> Result<(u64, bool)> {
        let Some(wave) = self.waves.get_mut(self.at) else { return Ok((0, true)) };
        if !wave.in_epoch && wave.steps_left > 0 {
            wave.begin_epochs()?;
        }
        let advance = wave.population.advance(budget).await?;
        wave.in_epoch = !advance.epoch_done;
        if advance.wants_more && wave.steps_left > 0 {
            wave.begin_epochs()?;
        }
        if advance.epoch_done {
            // Waves take turns: who measures for a moment would see the first alone.
            self.at = (self.at + 1) % self.waves.len();
        }
        let is_over = self.waves.iter().all(|wave| !wave.in_epoch && wave.steps_left == 0);
        Ok((advance.steps, is_over))
    }
}

impl Wave {
    fn begin_epochs(&mut self) -> Result<()> {
        for _ in 0..self.population.epochs_ahead() {
            let epoch: Vec<_> = (0..self.courses.len()).map(|network| self.batches(network)).collect();
            self.steps_left -= epoch.first().map_or(0, |batches| batches.steps.len()) as u32;
            self.epoch += 1;
            self.population.begin_epoch(epoch)?;
            if self.steps_left == 0 {
                break;
            }
        }
        self.in_epoch = true;
        Ok(())
    }

    /// The batches of a network's next epoch, cut where the work's last step is.
    fn batches(&mut self, network: usize) -> EpochBatches {
        let course = &mut self.courses[network];
        let (order, steps) = (course.order(self.epoch), course.next().part(0..self.steps_left as usize));
        EpochBatches { network, order, steps, validates: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::cpu::Cpu;

    fn work(trials: u32, share: [u32; 2]) -> Work {
        Work {
            data: Rows::Spiral,
            inputs: 2,
            hidden: vec![8, 8],
            outputs: 2,
            batch_size: 32,
            optimizer: Optimizer::default(),
            learning_rate: [1e-4, 1e-1],
            dropout: [0.0, 0.35],
            trials,
            steps: 25,
            share,
        }
    }

    #[test]
    fn every_trial_takes_its_steps_in_one_share() {
        // The second is more than one wave.
        for (trials, n) in [(7, 3), (4101, 1)] {
            let mut steps = 0;
            for worker in 0..n {
                let mut bench = pollster::block_on(Bench::new(&Cpu::new(), &work(trials, [worker, n]))).unwrap();
                loop {
                    let (taken, finished) = pollster::block_on(bench.advance(Duration::from_millis(1))).unwrap();
                    steps += taken;
                    if finished {
                        break;
                    }
                }
            }
            assert_eq!(steps, u64::from(trials) * 25);
        }
    }

    #[test]
    fn s3_too_much_is_refused_before_it_is_allocated() {
        let refused = pollster::block_on(Bench::new(&Cpu::new(), &work(10_000_000, [0, 1])));
        assert!(matches!(refused, Err(Error::TooLarge { .. })));
    }
}

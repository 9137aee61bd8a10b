//! The parts of the result document (`tuning-playground/result@1`), which `session` puts together, and how numbers that JSON lacks are written.

#[cfg(not(target_arch = "wasm32"))]
pub mod check;
#[cfg(not(target_arch = "wasm32"))]
pub mod read;
mod recorded;

use crate::error::Error;
use crate::study::{Metric, Record, Records};
pub use recorded::Recorded;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// Value of a result's `format`.
pub const FORMAT: &str = "tuning-playground/result@1";

/// The trials of a document that says that it is a result.
///
/// # Errors
/// [`Error::Format`] of one that is none, [`Error::Missing`] where it has no trials.
pub fn trials_of(result: &Value) -> Result<&[Value], Error> {
    if result["format"] != FORMAT {
        return Err(Error::Format { found: result["format"].to_string(), expected: FORMAT.into() });
    }
    match &result["trials"] {
        Value::Array(trials) => Ok(trials),
        _ => Err(Error::Missing { key: "trials".into(), accepted: "[{\"number\": 0, ...}, ...]".into() }),
    }
}

/// The number of the best trial among those that are complete; while none is, of the best so far. Ties go to the lower number.
/// Of each trial it takes, in number order, whether it is complete, and what it is compared by: less is better, and what is not
/// finite is out.
pub fn best(trials: impl Iterator<Item = (bool, f64)>) -> Option<u32> {
    let mut best: Option<(bool, f64, u32)> = None;
    for (number, (is_complete, score)) in (0..).zip(trials) {
        let is_better = best.is_none_or(
            |(other_is_complete, other, _)| {
                if is_complete == other_is_complete { score < other } else { is_complete }
            },
        );
        if score.is_finite() && is_better {
            best = Some((is_complete, score, number));
        }
    }
    best.map(|(.., number)| number)
}

/// Where a trial stands; Optuna's words, with `diverged` for what Optuna calls a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialState {
    /// Asked for, not begun.
    Queued,
    /// In training.
    Running,
    /// Trained to its end.
    Complete,
    /// Ended early by the pruner.
    Pruned,
    /// Ended by a loss or parameter that left all bounds: data, not an error.
    Diverged,
    /// Not trained to its end because the user stopped.
    Cancelled,
}

impl TrialState {
    /// All states.
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Running, Self::Complete, Self::Pruned, Self::Diverged, Self::Cancelled];
}

/// One epoch of a trial, the mean over its seeds. Not finite numbers are written as strings.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub struct EpochRecord {
    pub epoch: usize,
    #[serde(serialize_with = "number")]
    pub train_loss: f64,
    /// Missing after epochs without a look at the validation rows, as its metric is.
    #[serde(with = "number_option")]
    pub validation_loss: Option<f64>,
    #[serde(serialize_with = "number")]
    pub train_metric: f64,
    #[serde(with = "number_option")]
    pub validation_metric: Option<f64>,
    #[serde(serialize_with = "number")]
    pub learning_rate: f64,
    pub seconds: f64,
    /// How far the seeds lie apart; missing where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spread: Option<Box<Spread>>,
    /// `layers`, and the whole network's `curvature`; missing where the study does not ask for them.
    #[serde(flatten)]
    pub recorded: Option<Box<Recorded>>,
}

impl EpochRecord {
    /// What the study compares, at this epoch.
    pub fn value(&self, metric: Metric) -> Option<f64> {
        match metric {
            Metric::TrainLoss => Some(self.train_loss),
            Metric::TrainMetric => Some(self.train_metric),
            Metric::ValidationLoss => self.validation_loss,
            Metric::ValidationMetric => self.validation_metric,
        }
    }

    /// All but its spread and what was recorded, as [`TrialEvent::write`] has it.
    pub(crate) fn row(&self) -> [f64; TrialEvent::EPOCH_NUMBERS] {
        let Self { epoch, train_loss, train_metric, learning_rate, seconds, .. } = *self;
        let validation_loss = self.validation_loss.unwrap_or(TrialEvent::NOT_VALIDATED);
        let validation_metric = self.validation_metric.unwrap_or(f64::NAN);
        [epoch as f64, train_loss, validation_loss, train_metric, validation_metric, learning_rate, seconds]
    }

    /// An epoch of one network out of [`EpochRecord::row`].
    pub(crate) fn of_one(row: &[f64; TrialEvent::EPOCH_NUMBERS]) -> Self {
        let [epoch, train_loss, validation_loss, train_metric, validation_metric, learning_rate, seconds] = *row;
        let is_validated = validation_loss != TrialEvent::NOT_VALIDATED;
        Self {
            epoch: epoch as usize,
            train_loss,
            validation_loss: is_validated.then_some(validation_loss),
            train_metric,
            validation_metric: is_validated.then_some(validation_metric),
            learning_rate,
            seconds,
            spread: None,
            recorded: None,
        }
    }
}

/// Standard deviations over a trial's seeds, as those of a whole population.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub struct Spread {
    #[serde(serialize_with = "number")]
    pub train_loss: f64,
    /// Missing where the epoch's validation loss is, as its metric is.
    #[serde(with = "number_option")]
    pub validation_loss: Option<f64>,
    #[serde(serialize_with = "number")]
    pub train_metric: f64,
    #[serde(with = "number_option")]
    pub validation_metric: Option<f64>,
}

/// Mean and standard deviation of a whole population; of one value, that value and 0.
pub fn mean_and_deviation(values: impl ExactSizeIterator<Item = f64> + Clone) -> (f64, f64) {
    if let (1, Some(value)) = (values.len(), values.clone().next()) {
        return (value, 0.0);
    }
    let n = values.len() as f64;
    let mean = values.clone().sum::<f64>() / n;
    let variance = values.map(|value| (value - mean) * (value - mean)).sum::<f64>() / n;
    (mean, variance.sqrt())
}

/// What the test rows said of one trial.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub struct TestScore {
    pub trial: u32,
    #[serde(serialize_with = "number")]
    pub loss: f64,
    #[serde(serialize_with = "number")]
    pub metric: f64,
}

/// Where a trial's weights come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub struct Copied {
    pub trial: u32,
    pub epoch: usize,
}

/// One trial of a result.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub struct TrialRecord {
    pub number: u32,
    pub state: TrialState,
    pub params: Map<String, Value>,
    #[serde(with = "number_option")]
    pub value: Option<f64>,
    pub seed: u64,
    pub epochs: Vec<EpochRecord>,
    pub steps: u64,
    /// Gradient evaluations that the steps took; missing where each took one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evaluations: Option<u64>,
    pub diverged_at: Option<u64>,
    /// The trial whose weights it went on with, after that epoch; the epochs up to there are that trial's. Missing where it has
    /// its own from the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy_of: Option<Copied>,
    /// The epoch whose weights it kept, of one with patience.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_epoch: Option<u32>,
}

/// What happened to a trial since the last report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrialEvent {
    /// Trial number.
    pub number: u32,
    /// Where it stands.
    pub state: TrialState,
    /// Epochs that ended since the last report.
    pub epochs: Vec<EpochRecord>,
    /// The objective, once complete.
    #[serde(with = "number_option")]
    pub value: Option<f64>,
    /// Gradient steps taken, over all its seeds.
    pub steps: u64,
    /// Gradient evaluations that the steps took.
    pub evaluations: u64,
    /// The step at which it diverged.
    pub diverged_at: Option<u64>,
    /// The epoch whose weights it kept, where it is complete and had patience.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_epoch: Option<u32>,
}

impl TrialEvent {
    /// Numbers that tell of an epoch of one seed: its number, train and validation loss, train and validation metric,
    /// learning rate, seconds.
    pub(crate) const EPOCH_NUMBERS: usize = 7;
    /// Numbers before an event's epochs.
    pub(crate) const HEAD_NUMBERS: usize = 9;
    /// Of several seeds the spread of the four scores follows.
    const SPREAD_NUMBERS: usize = 4;
    /// Behind the spread, of one seed as of several, stands where something was recorded what that is: [`Records::bits`], and
    /// [`Self::SPREAD_BIT`] where there are several seeds. Then come its numbers.
    const MARK: usize = Self::EPOCH_NUMBERS + Self::SPREAD_NUMBERS;
    const SPREAD_BIT: f64 = (1 << Record::ALL.len()) as f64;
    /// In place of a validation loss that there is not.
    pub(crate) const NOT_VALIDATED: f64 = f64::NEG_INFINITY;

    /// Adds the event to plain numbers, which go between threads exactly and cheaply: its number, state (place in
    /// [`TrialState::ALL`]), value, steps, the step at which it diverged, gradient evaluations, the epoch whose weights it
    /// kept, how many epochs follow and how many numbers each has; then the epochs. What is missing is NaN, but for the
    /// validation of an epoch without any: its loss is minus infinity, which no loss can be.
    pub fn write(&self, numbers: &mut Vec<f64>) {
        let epochs = &self.epochs;
        let has_spread = epochs.first().is_some_and(|epoch| epoch.spread.is_some());
        let recorded = epochs.first().and_then(|epoch| epoch.recorded.as_ref()).map(|own| own.numbers().len());
        let each = match recorded {
            Some(n) => Self::MARK + 1 + n,
            None => Self::EPOCH_NUMBERS + if has_spread { Self::SPREAD_NUMBERS } else { 0 },
        };
        self.write_head(epochs.len(), each, numbers);
        for one in epochs {
            numbers.extend(one.row());
            if has_spread || recorded.is_some() {
                let missing = f64::NAN;
                numbers.extend(one.spread.as_ref().map_or([missing; Self::SPREAD_NUMBERS], |of| {
                    let validation = [of.validation_loss, of.validation_metric].map(|own| own.unwrap_or(missing));
                    [of.train_loss, validation[0], of.train_metric, validation[1]]
                }));
            }
            if let Some(own) = &one.recorded {
                let mark = f64::from(own.records().bits()) + if has_spread { Self::SPREAD_BIT } else { 0.0 };
                numbers.push(mark);
                numbers.extend(own.numbers());
            }
        }
    }

    /// Adds what stands before an event's epochs.
    pub(crate) fn write_head(&self, n_epochs: usize, each: usize, numbers: &mut Vec<f64>) {
        let Self { number, state, epochs: _, value, steps, evaluations, diverged_at, kept_epoch } = *self;
        let state = TrialState::ALL.iter().position(|other| *other == state).unwrap_or(usize::MAX);
        let diverged_at = diverged_at.map_or(f64::NAN, |step| step as f64);
        let value = value.unwrap_or(f64::NAN);
        let kept_epoch = kept_epoch.map_or(f64::NAN, f64::from);
        let head: [f64; Self::HEAD_NUMBERS] = [
            f64::from(number),
            state as f64,
            value,
            steps as f64,
            diverged_at,
            evaluations as f64,
            kept_epoch,
            n_epochs as f64,
            each as f64,
        ];
        numbers.extend(head);
    }

    /// Reads the events that [`TrialEvent::write`] has written. `None` where the numbers do not add up to events. Trials
    /// that were trained to their end or pruned have a value, be it NaN, and others have none.
    pub fn read(mut numbers: &[f64]) -> Option<Vec<Self>> {
        let mut events = Vec::new();
        while !numbers.is_empty() {
            let (&[number, state, value, steps, diverged_at, evaluations, kept, n, each], rest) =
                numbers.split_first_chunk()?;
            let each = each as usize;
            let is_recorded = each > Self::MARK;
            if !is_recorded && each != Self::MARK && each != Self::EPOCH_NUMBERS {
                return None;
            }
            let (epochs, rest) = rest.split_at_checked((n as usize).checked_mul(each)?)?;
            numbers = rest;
            let epoch = |of: &[f64]| {
                let mark = if is_recorded { of[Self::MARK] } else { 0.0 };
                let has_spread = each == Self::MARK || mark >= Self::SPREAD_BIT;
                let recorded = if is_recorded {
                    let records = Records::from_bits((mark % Self::SPREAD_BIT) as u8)?;
                    Some(Box::new(Recorded::new(records, of[Self::MARK + 1..].to_vec())?))
                } else {
                    None
                };
                let one = EpochRecord::of_one(of.first_chunk()?);
                let is_validated = one.validation_loss.is_some();
                let spread = has_spread.then(|| {
                    Box::new(Spread {
                        train_loss: of[7],
                        validation_loss: is_validated.then_some(of[8]),
                        train_metric: of[9],
                        validation_metric: is_validated.then_some(of[10]),
                    })
                });
                Some(EpochRecord { spread, recorded, ..one })
            };
            let state = *TrialState::ALL.get(state as usize)?;
            events.push(Self {
                number: number as u32,
                state,
                epochs: epochs.chunks_exact(each).map(epoch).collect::<Option<_>>()?,
                value: matches!(state, TrialState::Complete | TrialState::Pruned).then_some(value),
                steps: steps as u64,
                evaluations: evaluations as u64,
                diverged_at: Some(diverged_at).filter(|step| !step.is_nan()).map(|step| step as u64),
                kept_epoch: Some(kept).filter(|epoch| !epoch.is_nan()).map(|epoch| epoch as u32),
            });
        }
        Some(events)
    }

    /// A trial that has begun and done nothing yet.
    pub const fn begun(number: u32) -> Self {
        Self {
            number,
            state: TrialState::Running,
            epochs: Vec::new(),
            value: None,
            steps: 0,
            evaluations: 0,
            diverged_at: None,
            kept_epoch: None,
        }
    }
}

/// What trained.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub struct EngineInfo {
    pub version: String,
    pub numerics: u32,
    pub backend: String,
    pub adapter: String,
    /// The strategies that trained, with + between them. The document calls them `plan` since its first version, and old
    /// results stay readable.
    #[serde(rename = "plan")]
    pub strategy: String,
    pub workers: u32,
}

/// Writes a number, or the name of one that JSON lacks.
///
/// # Errors
/// The serializer's.
pub fn number<S: Serializer>(x: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if x.is_finite() {
        serializer.serialize_f64(*x)
    } else {
        serializer.serialize_str(if x.is_nan() {
            "NaN"
        } else if *x > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        })
    }
}

/// [`number`] for values that may be missing.
pub mod number_option {
    use serde::Serializer;

    /// Null, a number, or the name of one that JSON lacks.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer>(x: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
        match x {
            Some(x) => super::number(x, serializer),
            None => serializer.serialize_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_deviation_is_that_of_a_whole_population() {
        assert_eq!(mean_and_deviation([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].into_iter()), (5.0, 2.0));
        assert_eq!(mean_and_deviation([0.1].into_iter()), (0.1, 0.0));
        assert!(mean_and_deviation([f64::NAN, 1.0].into_iter()).1.is_nan());
    }

    #[test]
    fn events_come_out_of_numbers_and_what_is_cut_does_not() {
        let nan = f64::NAN;
        #[rustfmt::skip]
        let numbers = [
            3.0, 4.0, nan, 20.0, 17.0, 25.0, nan, 2.0, 7.0,
            1.0, 0.5, 0.1 + 0.2, 0.25, 5e-324, 0.01, 0.125,
            2.0, nan, f64::INFINITY, 0.0, -0.0, 0.02, 0.25,
            0.0, 2.0, nan, 9.0, nan, 9.0, 5.0, 0.0, 7.0,
            1.0, 1.0, 0.125, 9.0, nan, 9.0, nan, 1.0, 11.0,
            4.0, 0.5, f64::NEG_INFINITY, 1.0, 0.75, 0.01, 2.0, 0.1, 0.2, nan, f64::NEG_INFINITY,
        ];
        let events = TrialEvent::read(&numbers).expect("whole events");
        let [diverged, complete, running] = events.as_slice() else { panic!("three events") };
        assert_eq!((diverged.number, diverged.state, diverged.value), (3, TrialState::Diverged, None));
        assert_eq!((diverged.steps, diverged.evaluations, diverged.diverged_at), (20, 25, Some(17)));
        assert_eq!(diverged.epochs[0].validation_loss, Some(0.1 + 0.2));
        assert_eq!(diverged.epochs[0].validation_metric, Some(5e-324));
        assert!(
            diverged.epochs[1].train_loss.is_nan() && diverged.epochs[1].validation_loss.is_some_and(f64::is_infinite)
        );
        assert_eq!((diverged.epochs[1].learning_rate, diverged.epochs[1].seconds), (0.02, 0.25));
        assert_eq!((complete.state, complete.epochs.len(), complete.kept_epoch), (TrialState::Complete, 0, Some(5)));
        assert_eq!((running.epochs[0].validation_loss, running.epochs[0].validation_metric), (None, None));
        assert!(complete.value.is_some_and(f64::is_nan), "a value that is not a number is one");
        assert_eq!((running.state, running.value, running.epochs[0].epoch), (TrialState::Running, None, 4));
        let spread = running.epochs[0].spread.as_ref().expect("several seeds");
        assert_eq!(
            (spread.train_metric.is_nan(), spread.validation_loss, spread.validation_metric),
            (true, None, None)
        );
        let mut written = Vec::new();
        for event in &events {
            event.write(&mut written);
        }
        let bits = |numbers: &[f64]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        // The value of a trial that has none is missing.
        let mut given = numbers;
        given[34] = nan;
        // So are the metric of an epoch without validation and what seeds differ by in it.
        (given[45], given[49], given[51]) = (nan, nan, nan);
        assert_eq!(bits(&written), bits(&given));
        for length in 1..numbers.len() {
            let is_whole = [23, 32].contains(&length);
            assert_eq!(TrialEvent::read(&numbers[..length]).is_some(), is_whole, "{length} numbers");
        }
        // Behind a spread, which one seed lacks, what was recorded: a gradient's length of two layers.
        let recorded = [
            0.0, 1.0, nan, 9.0, nan, 9.0, nan, 1.0, 14.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.1, 0.0, nan, nan, nan, nan, 1.0,
            3.0, 4.0,
        ];
        let events = TrialEvent::read(&recorded).expect("whole events");
        let epoch = &events[0].epochs[0];
        let numbers = epoch.recorded.as_ref().map(|own| own.numbers());
        assert_eq!((epoch.spread.is_some(), numbers), (false, Some(&[3.0, 4.0][..])));
        let mut written = Vec::new();
        events[0].write(&mut written);
        assert_eq!(bits(&written), bits(&recorded));
        let document = serde_json::to_value(epoch).unwrap();
        assert_eq!(document["layers"], json!([{"gradient_norm": 3.0}, {"gradient_norm": 4.0}]));
        for mark in [0.0, 16.0, 64.0, nan] {
            let mut other = recorded;
            other[20] = mark;
            assert_eq!(TrialEvent::read(&other), None, "{mark}");
        }
        assert_eq!(TrialEvent::read(&[0.0, 6.0, nan, 0.0, nan, 0.0, nan, 0.0, 7.0]), None, "a state that there is not");
        assert_eq!(TrialEvent::read(&[0.0, 1.0, nan, 0.0, nan, 0.0, nan, 0.0, 8.0]), None, "epochs of another size");
    }

    #[test]
    fn an_epoch_of_one_seed_has_no_spread() {
        let mut record = EpochRecord {
            epoch: 1,
            train_loss: 0.5,
            validation_loss: Some(0.5),
            train_metric: 0.5,
            validation_metric: None,
            learning_rate: 0.1,
            seconds: 0.0,
            spread: None,
            recorded: None,
        };
        assert!(serde_json::to_value(&record).unwrap().get("spread").is_none());
        assert_eq!(serde_json::to_value(&record).unwrap()["validation_metric"], Value::Null);
        let spread =
            Spread { train_loss: 0.25, validation_loss: Some(f64::NAN), train_metric: 0.0, validation_metric: None };
        record.spread = Some(Box::new(spread));
        assert_eq!(
            serde_json::to_value(&record).unwrap()["spread"],
            json!({"train_loss": 0.25, "validation_loss": "NaN", "train_metric": 0.0, "validation_metric": null})
        );
    }
}

//! The parts of the result document (`tuning-playground/result@1`), which `session` puts together, and how numbers that JSON lacks are written.

use crate::study::Metric;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Value of a result's `format`.
pub const FORMAT: &str = "tuning-playground/result@1";

/// Where a trial stands; Optuna's words, with `diverged` for what Optuna calls a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// One epoch of a trial, the mean over its seeds. Not finite numbers are written as strings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub struct EpochRecord {
    pub epoch: usize,
    #[serde(with = "number")]
    pub train_loss: f64,
    #[serde(with = "number")]
    pub validation_loss: f64,
    #[serde(with = "number")]
    pub train_metric: f64,
    #[serde(with = "number")]
    pub validation_metric: f64,
    #[serde(with = "number")]
    pub learning_rate: f64,
    pub seconds: f64,
    /// How far the seeds lie apart; missing where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spread: Option<Spread>,
}

impl EpochRecord {
    /// What the study compares, at this epoch.
    pub fn value(&self, metric: Metric) -> f64 {
        match metric {
            Metric::TrainLoss => self.train_loss,
            Metric::TrainMetric => self.train_metric,
            Metric::ValidationLoss => self.validation_loss,
            Metric::ValidationMetric => self.validation_metric,
        }
    }
}

/// Standard deviations over a trial's seeds, as those of a whole population.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub struct Spread {
    #[serde(with = "number")]
    pub train_loss: f64,
    #[serde(with = "number")]
    pub validation_loss: f64,
    #[serde(with = "number")]
    pub train_metric: f64,
    #[serde(with = "number")]
    pub validation_metric: f64,
}

/// Mean and standard deviation of a whole population; of one value, that value and 0.
pub fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / n;
    (mean, variance.sqrt())
}

/// What the test rows said of one trial.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub struct TestScore {
    pub trial: u32,
    #[serde(with = "number")]
    pub loss: f64,
    #[serde(with = "number")]
    pub metric: f64,
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
    pub diverged_at: Option<u64>,
}

/// What happened to a trial since the last report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// The step at which it diverged.
    pub diverged_at: Option<u64>,
}

impl TrialEvent {
    /// A trial that has begun and done nothing yet.
    pub const fn begun(number: u32) -> Self {
        Self { number, state: TrialState::Running, epochs: Vec::new(), value: None, steps: 0, diverged_at: None }
    }
}

/// What trained.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub struct EngineInfo {
    pub version: String,
    pub numerics: u32,
    pub backend: String,
    pub adapter: String,
    pub plan: String,
    pub workers: u32,
}

/// Numbers, with names for those that JSON lacks.
pub mod number {
    use serde::de::{Error, Visitor};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// A number as documents have it.
    #[derive(Clone, Copy)]
    pub(super) struct Number(pub f64);

    impl Serialize for Number {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self.0 {
                x if x.is_finite() => serializer.serialize_f64(x),
                x if x.is_nan() => serializer.serialize_str("NaN"),
                x if x > 0.0 => serializer.serialize_str("Infinity"),
                _ => serializer.serialize_str("-Infinity"),
            }
        }
    }

    impl<'de> Deserialize<'de> for Number {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_any(NumberVisitor)
        }
    }

    struct NumberVisitor;

    impl Visitor<'_> for NumberVisitor {
        type Value = Number;

        fn expecting(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            formatter.write_str("a number, \"NaN\", \"Infinity\" or \"-Infinity\"")
        }

        fn visit_f64<E: Error>(self, x: f64) -> Result<Number, E> {
            Ok(Number(x))
        }

        fn visit_u64<E: Error>(self, x: u64) -> Result<Number, E> {
            Ok(Number(x as f64))
        }

        fn visit_i64<E: Error>(self, x: i64) -> Result<Number, E> {
            Ok(Number(x as f64))
        }

        fn visit_str<E: Error>(self, name: &str) -> Result<Number, E> {
            match name {
                "NaN" => Ok(Number(f64::NAN)),
                "Infinity" => Ok(Number(f64::INFINITY)),
                "-Infinity" => Ok(Number(f64::NEG_INFINITY)),
                _ => Err(E::invalid_value(serde::de::Unexpected::Str(name), &self)),
            }
        }
    }

    /// Writes a number, or the name of one that JSON lacks.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer>(x: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        Number(*x).serialize(serializer)
    }

    /// Reads what [`serialize`] has written.
    ///
    /// # Errors
    /// The deserializer's; a text that names no number.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        Number::deserialize(deserializer).map(|number| number.0)
    }
}

/// [`number`] for values that may be missing.
pub mod number_option {
    use super::number::Number;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Null, a number, or the name of one that JSON lacks.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer>(x: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
        x.map(Number).serialize(serializer)
    }

    /// Reads what [`serialize`] has written.
    ///
    /// # Errors
    /// As [`number::deserialize`](super::number::deserialize).
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
        Ok(Option::<Number>::deserialize(deserializer)?.map(|number| number.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_deviation_is_that_of_a_whole_population() {
        assert_eq!(mean_and_deviation(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]), (5.0, 2.0));
        assert_eq!(mean_and_deviation(&[0.1]), (0.1, 0.0));
        assert!(mean_and_deviation(&[f64::NAN, 1.0]).1.is_nan());
    }

    #[test]
    fn an_epoch_of_one_seed_has_no_spread() {
        let mut record = EpochRecord {
            epoch: 1,
            train_loss: 0.5,
            validation_loss: 0.5,
            train_metric: 0.5,
            validation_metric: 0.5,
            learning_rate: 0.1,
            seconds: 0.0,
            spread: None,
        };
        assert!(serde_json::to_value(&record).unwrap().get("spread").is_none());
        let spread =
            Spread { train_loss: 0.25, validation_loss: f64::NAN, train_metric: 0.0, validation_metric: f64::INFINITY };
        record.spread = Some(spread);
        assert_eq!(
            serde_json::to_value(&record).unwrap()["spread"],
            json!({"train_loss": 0.25, "validation_loss": "NaN", "train_metric": 0.0, "validation_metric": "Infinity"})
        );
    }
}

//! What a study has asked to be written down of an epoch: of each layer, and the curvature of the whole network.

use crate::study::{Record, Records};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};

/// Numbers of the curvature as a whole, and their names. The second and the third are missing (NaN) of optimizers that have
/// none.
pub const CURVATURE: [&str; 6] = ["largest", "preconditioned", "limit", "residual", "rows", "of_rows"];
const MAY_BE_MISSING: [&str; 2] = ["preconditioned", "limit"];

/// What was asked for and its numbers: layer by layer, in the order of [`Record::ALL`]; then, where curvature is asked for,
/// `CURVATURE`.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    records: Records,
    numbers: Vec<f64>,
}

impl Recorded {
    /// `None` where the numbers are not such as these.
    pub fn new(records: Records, numbers: Vec<f64>) -> Option<Self> {
        let each = records.iter().count();
        let of_layers = numbers.len().checked_sub(whole(records))?;
        (each > 0 && of_layers > 0 && of_layers.is_multiple_of(each)).then_some(Self { records, numbers })
    }

    /// The mean over networks that are alike, number by number.
    pub fn mean(all: Vec<Self>) -> Option<Self> {
        let n = all.len() as f64;
        let mut all = all.into_iter();
        let mut mean = all.next()?;
        for other in all {
            mean.numbers.iter_mut().zip(other.numbers).for_each(|(sum, x)| *sum += x);
        }
        if n > 1.0 {
            mean.numbers.iter_mut().for_each(|x| *x /= n);
        }
        Some(mean)
    }

    /// What was asked for.
    pub const fn records(&self) -> Records {
        self.records
    }

    /// All numbers.
    pub fn numbers(&self) -> &[f64] {
        &self.numbers
    }
}

/// Numbers of the network as a whole.
const fn whole(records: Records) -> usize {
    if records.has(Record::Curvature) { CURVATURE.len() } else { 0 }
}

/// A number, or the name of one that JSON lacks.
fn value(x: f64) -> Value {
    super::number(&x, serde_json::value::Serializer).unwrap_or_default()
}

/// `layers`, and of the whole `curvature`.
impl Serialize for Recorded {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let each = self.records.iter().count();
        let (layers, whole) = self.numbers.split_at(self.numbers.len() - whole(self.records));
        let layer = |numbers: &[f64]| -> Map<String, Value> {
            let one = |(record, &x): (Record, &f64)| {
                // Outputs are no units that could die.
                let is_missing = x.is_nan() && record == Record::DeadUnits;
                (record.name().into(), if is_missing { Value::Null } else { value(x) })
            };
            self.records.iter().zip(numbers).map(one).collect()
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("layers", &layers.chunks_exact(each).map(layer).collect::<Vec<_>>())?;
        if !whole.is_empty() {
            let one = |(name, &x): (&&str, &f64)| {
                let is_missing = x.is_nan() && MAY_BE_MISSING.contains(name);
                ((*name).into(), if is_missing { Value::Null } else { value(x) })
            };
            map.serialize_entry("curvature", &json!(CURVATURE.iter().zip(whole).map(one).collect::<Map<_, _>>()))?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(records: &[Record]) -> Records {
        records.iter().fold(Records::default(), |all, &one| all.with(one).expect("each once"))
    }

    #[test]
    fn a_document_names_each_number_of_each_layer() {
        let nan = f64::NAN;
        let records = choice(&[Record::Curvature, Record::GradientNorm]);
        let numbers = vec![0.5, 3.0, f64::INFINITY, nan, 4.0, nan, 40.0, 0.001, 100.0, 350.0];
        let recorded = Recorded::new(records, numbers).expect("two layers of two numbers, and the whole");
        assert_eq!(
            json!(recorded),
            json!({
                "layers": [
                    {"gradient_norm": 0.5, "curvature": 3.0},
                    {"gradient_norm": "Infinity", "curvature": "NaN"},
                ],
                "curvature": {
                    "largest": 4.0, "preconditioned": null, "limit": 40.0, "residual": 0.001,
                    "rows": 100.0, "of_rows": 350.0,
                },
            })
        );
        let plain = Recorded::new(choice(&[Record::WeightNorm]), vec![1.0, 2.0, 3.0]).expect("three layers");
        assert_eq!(json!(plain), json!({"layers": [{"weight_norm": 1.0}, {"weight_norm": 2.0}, {"weight_norm": 3.0}]}));
        let mean = Recorded::mean(vec![plain.clone(), Recorded { numbers: vec![2.0, 4.0, nan], ..plain.clone() }]);
        let mean = mean.expect("two of a kind");
        assert_eq!(mean.numbers()[..2], [1.5, 3.0]);
        assert!(mean.numbers()[2].is_nan() && Recorded::mean(Vec::new()).is_none());
    }

    #[test]
    fn numbers_that_are_none_of_it_are_refused() {
        let both = choice(&[Record::GradientNorm, Record::Curvature]);
        assert!(Recorded::new(both, vec![0.0; 8]).is_some());
        for n in [0, 6, 7, 9] {
            assert!(Recorded::new(both, vec![0.0; n]).is_none(), "{n}");
        }
        assert!(Recorded::new(Records::default(), vec![0.0; 8]).is_none());
        assert!(Record::ALL.iter().all(|one| choice(&[*one]).iter().eq([*one])));
        assert_eq!((Records::from_bits(32), Records::from_bits(17)), (None, Some(both)));
        assert_eq!(both.with(Record::Curvature), None);
    }
}

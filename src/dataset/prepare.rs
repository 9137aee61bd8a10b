//! From a table and its split to the numbers that training reads.

use super::{Dataset, Split, Targets, Task};

/// Answers in the order of [`Prepared::x`].
#[derive(Clone, Debug, PartialEq)]
pub enum PreparedTargets {
    /// Class indices.
    Classes(Vec<u32>),
    /// (number - `target_mean`) / `target_scale`.
    Numbers(Vec<f32>),
}

/// A data set ready for training: rows in the order train, validation, test.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// (`n_train` + `n_validation` + `n_test`) x `columns`, row-major.
    pub x: Vec<f32>,
    /// Features a row.
    pub columns: usize,
    /// One answer a row.
    pub targets: PreparedTargets,
    /// Training rows.
    pub n_train: usize,
    /// Validation rows.
    pub n_validation: usize,
    /// Test rows.
    pub n_test: usize,
    /// What is predicted.
    pub task: Task,
    /// Mean and deviation of each feature that were taken off; (0, 1) where they are not standardised.
    pub scaling: Vec<(f64, f64)>,
    /// Mean of the training part's targets in their own units; 0 for classes.
    pub target_mean: f64,
    /// Their deviation; 1 for classes and where all are equal.
    pub target_scale: f64,
    /// The same data as the further folds of a cross-validation have them.
    pub others: Vec<Self>,
}

impl Prepared {
    /// The data as each fold has them.
    pub fn folds(&self) -> impl Iterator<Item = &Self> {
        core::iter::once(self).chain(&self.others)
    }

    /// Mean squared distance of the training, validation and test part's targets from their own mean, as scaled; NaN where
    /// fewer than two differ, since R^2 is not defined there. 1 for classes.
    pub fn target_spreads(&self) -> [f64; 3] {
        let PreparedTargets::Numbers(numbers) = &self.targets else { return [1.0; 3] };
        let (train, rest) = numbers.split_at(self.n_train);
        let (validation, test) = rest.split_at(self.n_validation);
        [train, validation, test].map(|part| {
            // Compared, not computed: a mean of equal values can be a rounding error away from them.
            if part.windows(2).all(|pair| pair[0] == pair[1]) {
                return f64::NAN;
            }
            let n = part.len() as f64;
            let mean = part.iter().map(|&y| f64::from(y)).sum::<f64>() / n;
            part.iter().map(|&y| (f64::from(y) - mean) * (f64::from(y) - mean)).sum::<f64>() / n
        })
    }
}

/// Standardises by the training part alone; number targets always, features where `standardize` says so.
///
/// Deviations are those of the population (divided by n), in f64. A column without variance in the training part is
/// only shifted, so it is 0 there.
pub fn prepare(data: &Dataset, split: &Split, standardize: bool) -> Prepared {
    let columns = data.columns;
    let scaling: Vec<(f64, f64)> = (0..columns)
        .map(|column| {
            let values =
                || split.train.iter().map(|&row| data.value(row as usize, column)).filter(|value| !value.is_nan());
            if standardize { mean_and_deviation(values) } else { (0.0, 1.0) }
        })
        .collect();
    let means = means_of_missing(data, split, &scaling, standardize);
    let rows = || [&split.train, &split.validation, &split.test].into_iter().flatten().map(|&row| row as usize);
    let x = rows()
        .flat_map(|row| {
            scaling.iter().zip(&means).enumerate().map(move |(column, ((mean, scale), missing))| {
                let value = data.value(row, column);
                let value = if value.is_nan() { *missing } else { value };
                ((value - mean) / scale) as f32
            })
        })
        .collect();
    let (targets, target_mean, target_scale) = match &data.targets {
        Targets::Classes(classes) => (PreparedTargets::Classes(rows().map(|row| classes[row]).collect()), 0.0, 1.0),
        Targets::Numbers(numbers) => {
            let (mean, scale) = mean_and_deviation(|| split.train.iter().map(|&row| numbers[row as usize]));
            let scaled = rows().map(|row| ((numbers[row] - mean) / scale) as f32).collect();
            (PreparedTargets::Numbers(scaled), mean, scale)
        }
    };
    Prepared {
        x,
        columns,
        targets,
        n_train: split.train.len(),
        n_validation: split.validation.len(),
        n_test: split.test.len(),
        task: data.task(),
        scaling,
        target_mean,
        target_scale,
        others: Vec::new(),
    }
}

/// What stands for a missing value of each feature: the mean of the training rows that have one.
fn means_of_missing(data: &Dataset, split: &Split, scaling: &[(f64, f64)], standardize: bool) -> Vec<f64> {
    let mean = |column: usize| {
        let values = || split.train.iter().map(|&row| data.value(row as usize, column)).filter(|value| !value.is_nan());
        let is_missing = |&row: &u32| data.value(row as usize, column).is_nan();
        let any = [&split.train, &split.validation, &split.test].into_iter().flatten().any(is_missing);
        if any { mean_and_deviation(values).0 } else { 0.0 }
    };
    scaling.iter().enumerate().map(|(column, scale)| if standardize { scale.0 } else { mean(column) }).collect()
}

/// Mean and population deviation in two passes; (the value, 1) where all values are equal, and a deviation of 1 where
/// the squares of what they differ by are 0: to divide by 0 is no scale.
fn mean_and_deviation<I: Iterator<Item = f64>>(values: impl Fn() -> I) -> (f64, f64) {
    let Some(first) = values().next() else { return (0.0, 1.0) };
    // Compared, not computed: a mean of equal values can be a rounding error away from them.
    if values().all(|value| value.to_bits() == first.to_bits()) {
        return (first, 1.0);
    }
    let count = values().count() as f64;
    let mean = values().sum::<f64>() / count;
    let variance = values().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count;
    (mean, if variance > 0.0 { variance.sqrt() } else { 1.0 })
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these values are exact")]
mod tests {
    use super::*;
    use crate::dataset::{Settings, generate, split};

    fn numbers(prepared: &Prepared) -> &[f32] {
        match &prepared.targets {
            PreparedTargets::Numbers(numbers) => numbers,
            PreparedTargets::Classes(_) => panic!("numbers are expected"),
        }
    }

    fn waves() -> (Dataset, Split) {
        let settings = Settings { samples: Some(200), noise: 0.1, ..Settings::default() };
        let data = generate("waves", &settings).unwrap();
        let parts = split(&data, &settings).unwrap();
        (data, parts)
    }

    #[test]
    fn training_part_has_mean_0_and_deviation_1() {
        let (data, parts) = waves();
        let ready = prepare(&data, &parts, true);
        assert_eq!((ready.n_train, ready.n_validation, ready.n_test), (140, 30, 30));
        assert_eq!((ready.columns, ready.x.len(), ready.task), (2, 400, Task::Numbers));
        let train = |column: usize| ready.x[..280].iter().skip(column).step_by(2).map(|&x| f64::from(x));
        let targets = || numbers(&ready)[..140].iter().map(|&y| f64::from(y));
        let moments = |mean: f64, square: f64| {
            assert!(mean.abs() < 1e-6, "{mean}");
            assert!((square - 1.0).abs() < 1e-6, "{square}");
        };
        for column in 0..2 {
            moments(train(column).sum::<f64>() / 140.0, train(column).map(|x| x * x).sum::<f64>() / 140.0);
        }
        moments(targets().sum::<f64>() / 140.0, targets().map(|y| y * y).sum::<f64>() / 140.0);
    }

    #[test]
    fn spreads_are_those_of_each_part_and_missing_where_nothing_differs() {
        let of = |numbers: &[f32], n_train, n_validation| {
            let n_test = numbers.len() - n_train - n_validation;
            let targets = PreparedTargets::Numbers(numbers.to_vec());
            let (x, task) = (Vec::new(), Task::Numbers);
            let parts = Prepared {
                x,
                columns: 0,
                targets,
                n_train,
                n_validation,
                n_test,
                task,
                scaling: Vec::new(),
                target_mean: 0.0,
                target_scale: 1.0,
                others: Vec::new(),
            };
            parts.target_spreads().map(|spread| if spread.is_nan() { -1.0 } else { spread })
        };
        assert_eq!(of(&[0.0, 2.0, 4.0, 4.0, 5.0], 2, 2), [1.0, -1.0, -1.0]);
        assert_eq!(of(&[0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], 7, 0), [-1.0, -1.0, -1.0]);
        assert_eq!(of(&[1.0, 1.0, -1.0, 3.0, -1.0], 1, 2), [-1.0, 1.0, 4.0]);
    }

    #[test]
    fn rows_stand_in_the_order_of_the_split() {
        let (data, parts) = waves();
        let ready = prepare(&data, &parts, false);
        let first_test = parts.test[0] as usize;
        let at = ready.n_train + ready.n_validation;
        assert_eq!(ready.x[at * 2..at * 2 + 2], [data.row(first_test)[0] as f32, data.row(first_test)[1] as f32]);
        let Targets::Numbers(raw) = &data.targets else { panic!("numbers are expected") };
        let back = f64::from(numbers(&ready)[at]) * ready.target_scale + ready.target_mean;
        assert!((back - raw[first_test]).abs() < 1e-6);
    }

    #[test]
    fn other_rows_change_nothing() {
        let (mut data, parts) = waves();
        let before = prepare(&data, &parts, true);
        for &row in parts.validation.iter().chain(&parts.test) {
            data.features[row as usize * 2] += 1e6;
            if let Targets::Numbers(raw) = &mut data.targets {
                raw[row as usize] = -1e6;
            }
        }
        let after = prepare(&data, &parts, true);
        assert_eq!(before.x[..280], after.x[..280]);
        assert_eq!(numbers(&before)[..140], numbers(&after)[..140]);
        assert_eq!([before.target_mean, before.target_scale], [after.target_mean, after.target_scale]);
        assert_ne!(before.x[280..], after.x[280..]);
    }

    #[test]
    fn a_constant_column_is_zero() {
        let data = Dataset {
            name: "constant".into(),
            columns: 2,
            rows: 6,
            features: vec![0.1, 1.0, 0.1, 2.0, 0.1, 3.0, 0.1, 6.0, 0.1, 5.0, 7.1, 4.0],
            pixels: Vec::new(),
            targets: Targets::Classes(vec![0, 1, 0, 1, 0, 1]),
            feature_names: vec!["a".into(), "b".into()],
            class_names: vec!["0".into(), "1".into()],
        };
        let parts = Split { train: vec![0, 1, 2, 3], validation: vec![4], test: vec![5] };
        let ready = prepare(&data, &parts, true);
        let column: Vec<f32> = ready.x.iter().copied().step_by(2).collect();
        assert_eq!(column, [0.0, 0.0, 0.0, 0.0, 0.0, 7.0]);
        // Training values 1, 2, 3, 6: mean 3, population variance 3.5.
        assert!((f64::from(ready.x[3]) + 1.0 / 3.5_f64.sqrt()).abs() < 1e-7);
        assert_eq!(ready.targets, PreparedTargets::Classes(vec![0, 1, 0, 1, 0, 1]));
        assert_eq!([ready.target_mean, ready.target_scale], [0.0, 1.0]);
        // Zeros of both signs, and numbers whose squares are 0.
        for values in [[0.0, -0.0, -0.0, 0.0, 0.0, -0.0], [1e-200, 2e-200, 3e-200, 0.0, 0.0, 0.0]] {
            let features = values.into_iter().flat_map(|value| [value, 1.0]).collect();
            let ready = prepare(&Dataset { features, ..data.clone() }, &parts, true);
            assert!(ready.x.iter().all(|&x| x == 0.0), "{:?}", ready.x);
        }
    }
}

//! Which rows are trained on, which choose the settings, which are kept back.

use super::{Dataset, Settings, Targets};
use crate::order::by_key;
use crate::rng::{Purpose, RunId, Stream};
use crate::{Error, Result};

/// Row indices of the three parts: disjoint, each ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Rows that weights are fitted to.
    pub train: Vec<u32>,
    /// Rows that settings are chosen by.
    pub validation: Vec<u32>,
    /// Rows opened once, at the end.
    pub test: Vec<u32>,
}

/// Shares are counted in billionths, so that decimal shares of a row number are exact.
const UNIT: f64 = 1e9;

/// Rows of each part of each fold, the same test part in all: of a single fold the three shares, of several each an equal
/// part of what is not for testing for validation, each row once.
///
/// # Errors
/// As [`split`]; [`Error::TooManyFolds`].
pub fn folds(data: &Dataset, settings: &Settings) -> Result<Vec<Split>> {
    if settings.folds == 1 {
        return Ok(vec![split(data, settings)?]);
    }
    let n = settings.folds as usize;
    let (rest, test) = shuffled_and_test(data, settings)?;
    let least = rest.iter().map(Vec::len).filter(|&rows| rows > 0).min().unwrap_or(0);
    check_folds(settings.folds, least)?;
    // Dealt one by one, class after class: each fold has its share of every class, and of all, but for a row.
    let dealt: Vec<(usize, u32)> = rest.into_iter().flatten().enumerate().map(|(at, row)| (at % n, row)).collect();
    let part = |fold: usize, is_own: bool| {
        let own = dealt.iter().filter(|one| (one.0 == fold) == is_own).map(|one| one.1);
        by_key(own.collect(), |&row| u64::from(row))
    };
    let fold = |fold| Split { train: part(fold, false), validation: part(fold, true), test: test.clone() };
    Ok((0..n).map(fold).collect())
}

/// Rows for validation of each of `n` folds of so many rows, most first.
pub fn fold_sizes(rows: usize, n: usize) -> impl DoubleEndedIterator<Item = usize> {
    (0..n).map(move |fold| (rows + n - 1 - fold) / n)
}

/// Refuses more folds than there are rows of the rarest class outside the test part.
///
/// # Errors
/// [`Error::TooManyFolds`].
pub fn check_folds(folds: u32, rows: usize) -> Result<()> {
    if folds as usize <= rows { Ok(()) } else { Err(Error::TooManyFolds { folds, rows: rows as u32 }) }
}

/// Rows of the rarest class outside the test part, where classes have so many in all.
pub fn rarest(classes: &[u32], unused: usize, test: usize) -> usize {
    let mut left: Vec<u64> = classes.iter().map(|&rows| u64::from(rows)).collect();
    for count in [unused, test] {
        let taken = apportion(count, &left);
        left.iter_mut().zip(taken).for_each(|(rows, taken)| *rows -= taken as u64);
    }
    left.into_iter().min().unwrap_or(0) as usize
}

/// Splits by `settings.seed`, every class in the same proportions. Parts have the largest-remainder sizes of their
/// shares. Where `settings.samples` is below the number of rows, that many are used and the others are in no part.
///
/// # Errors
/// Shares that are not shares, more samples than rows, or a part that would be empty.
pub fn split(data: &Dataset, settings: &Settings) -> Result<Split> {
    let sizes = part_sizes(&data.name, data.rows, settings)?;
    let (mut groups, test) = shuffled_and_test(data, settings)?;
    let validation = take(&mut groups, sizes[1]);
    let train = take(&mut groups, sizes[0]);
    Ok(Split { train, validation, test })
}

/// The rows of each class that are neither left out nor for testing, in random order; those for testing.
fn shuffled_and_test(data: &Dataset, settings: &Settings) -> Result<(Vec<Vec<u32>>, Vec<u32>)> {
    let sizes = part_sizes(&data.name, data.rows, settings)?;
    let used: usize = sizes.iter().sum();
    let mut random = Stream::of(settings.seed, Purpose::Split, RunId::default(), 0);
    let mut groups = rows_by_class(data);
    for group in &mut groups {
        random.shuffle(group);
    }
    // What is not used leaves first, then the smaller parts; the rest is for training.
    take(&mut groups, data.rows - used);
    let test = take(&mut groups, sizes[2]);
    Ok((groups, test))
}

/// Rows of the training, validation and test part of a data set of `rows` rows, before any row is there.
///
/// # Errors
/// [`Error::OutOfRange`] for shares that do not sum to 1 or more samples than rows, [`Error::TooFewRows`].
pub fn part_sizes(name: &str, rows: usize, settings: &Settings) -> Result<[usize; 3]> {
    let shares = [settings.split.train, settings.split.validation, settings.split.test];
    let sum: f64 = shares.iter().sum();
    // Written so that NaN fails.
    if !(shares.iter().all(|share| (0.0..=1.0).contains(share)) && (sum - 1.0).abs() < 1e-6) {
        return Err(Error::OutOfRange {
            key: "dataset.split".into(),
            found: format!("{}, {}, {}", shares[0], shares[1], shares[2]),
            accepted: "train + validation + test = 1".into(),
        });
    }
    let used = settings.samples.unwrap_or(rows as u32) as usize;
    if used > rows {
        return Err(Error::OutOfRange {
            key: "dataset.samples".into(),
            found: used.to_string(),
            accepted: format!("1 .. {rows} (int)"),
        });
    }
    let sizes = apportion(used, &shares.map(|share| (share * UNIT).round() as u64));
    for (part, &size) in ["train", "validation", "test"].into_iter().zip(&sizes) {
        if size == 0 {
            return Err(Error::TooFewRows { dataset: name.to_owned(), rows: used as u32, part: part.to_owned() });
        }
    }
    Ok([sizes[0], sizes[1], sizes[2]])
}

/// The rows of each class; one group where numbers are predicted.
fn rows_by_class(data: &Dataset) -> Vec<Vec<u32>> {
    let Targets::Classes(classes) = &data.targets else { return vec![(0..data.rows as u32).collect()] };
    let mut groups = vec![Vec::new(); data.class_names.len()];
    for (row, &class) in classes.iter().enumerate() {
        groups[class as usize].push(row as u32);
    }
    groups
}

/// Takes `count` rows off the ends of the groups, in proportion to what is left in them; ascending.
fn take(groups: &mut [Vec<u32>], count: usize) -> Vec<u32> {
    let left: Vec<u64> = groups.iter().map(|group| group.len() as u64).collect();
    let mut taken = Vec::with_capacity(count);
    for (group, share) in groups.iter_mut().zip(apportion(count, &left)) {
        taken.extend(group.drain(group.len() - share..));
    }
    by_key(taken, |&row| u64::from(row))
}

/// Shares `total` out by whole `weights`: rounded down, then one more where the largest remainders are (the earlier
/// on a tie). No part gets more than its weight if `total` is at most their sum.
fn apportion(total: usize, weights: &[u64]) -> Vec<usize> {
    let sum = weights.iter().sum::<u64>().max(1);
    let exact = |index: usize| total as u64 * weights[index];
    let mut parts: Vec<usize> = (0..weights.len()).map(|index| (exact(index) / sum) as usize).collect();
    let by_remainder = by_key((0..weights.len()).collect(), |&index| u64::MAX - exact(index) % sum);
    let missing = total - parts.iter().sum::<usize>();
    for &index in by_remainder.iter().take(missing) {
        parts[index] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dataset::{SplitShares, Task};

    /// A table of these classes, one feature.
    fn table(classes: Vec<u32>, n_classes: u32) -> Dataset {
        Dataset {
            name: "table".into(),
            columns: 1,
            rows: classes.len(),
            features: vec![0.0; classes.len()],
            pixels: Vec::new(),
            targets: Targets::Classes(classes),
            feature_names: vec!["x".into()],
            class_names: (0..n_classes).map(|class| class.to_string()).collect(),
        }
    }

    fn with_shares(train: f64, validation: f64, test: f64) -> Settings {
        Settings { split: SplitShares { train, validation, test }, ..Settings::default() }
    }

    fn counts(classes: &[u32], rows: &[u32], n_classes: u32) -> Vec<usize> {
        (0..n_classes).map(|class| rows.iter().filter(|&&row| classes[row as usize] == class).count()).collect()
    }

    #[test]
    fn apportion_is_the_largest_remainder() {
        assert_eq!(apportion(1797, &[700_000_000, 150_000_000, 150_000_000]), [1258, 270, 269]);
        assert_eq!(apportion(10, &[7, 2, 1]), [7, 2, 1]);
        assert_eq!(apportion(3, &[1, 1]), [2, 1]);
        assert_eq!(apportion(5, &[0, 5]), [0, 5]);
        assert_eq!(apportion(0, &[0, 0]), [0, 0]);
    }

    #[test]
    fn frozen() {
        let data = table((0..20).map(|row| row % 2).collect(), 2);
        let parts = split(&data, &Settings { seed: 7, ..Settings::default() }).unwrap();
        assert_eq!((parts.validation, parts.test), (vec![13, 18, 19], vec![2, 6, 17]));
        let other = split(&data, &Settings { seed: 8, ..Settings::default() }).unwrap();
        assert_ne!(other.train, parts.train);
    }

    #[test]
    fn empty_parts_are_refused() {
        for rows in 0..5 {
            let error = split(&table(vec![0; rows], 2), &Settings::default()).unwrap_err();
            assert!(matches!(error, Error::TooFewRows { .. }), "{rows}: {error}");
        }
        assert!(split(&table(vec![0; 5], 2), &Settings::default()).is_ok());
        let error = split(&table(vec![0; 100], 2), &with_shares(0.8, 0.2, 0.0)).unwrap_err();
        assert_eq!(error, Error::TooFewRows { dataset: "table".into(), rows: 100, part: "test".into() });
    }

    #[test]
    fn wrong_shares_and_samples_are_refused() {
        let data = table(vec![0; 100], 1);
        for (train, validation, test) in
            [(0.7, 0.2, 0.2), (0.5, 0.2, 0.2), (1.2, -0.1, -0.1), (f64::NAN, 0.5, 0.5), (f64::INFINITY, 0.0, 0.0)]
        {
            let error = split(&data, &with_shares(train, validation, test)).unwrap_err();
            assert!(matches!(error, Error::OutOfRange { .. }), "{error}");
        }
        let error = split(&data, &Settings { samples: Some(101), ..Settings::default() }).unwrap_err();
        assert!(error.to_string().contains("dataset.samples is 101"), "{error}");
    }

    #[test]
    fn numbers_are_split_too() {
        let mut data = table(vec![0; 50], 0);
        data.targets = Targets::Numbers(vec![1.0; 50]);
        assert_eq!(data.task(), Task::Numbers);
        let parts = split(&data, &Settings::default()).unwrap();
        assert_eq!([parts.train.len(), parts.validation.len(), parts.test.len()], [35, 8, 7]);
    }

    proptest! {
        #[test]
        fn folds_validate_each_row_once_in_even_shares(
            classes in prop::collection::vec(0_u32..3, 40..200),
            k in 2_u32..6,
            seed: u64,
            samples in prop::option::of(30_u32..40),
        ) {
            let data = table(classes.clone(), 3);
            let settings = Settings { samples, seed, folds: k, ..Settings::default() };
            let whole = split(&data, &settings).unwrap();
            let counted = counts(&classes, &(0..classes.len() as u32).collect::<Vec<_>>(), 3);
            let counted: Vec<u32> = counted.iter().filter(|&&n| n > 0).map(|&n| n as u32).collect();
            let used = samples.map_or(classes.len(), |n| n as usize);
            let least = rarest(&counted, classes.len() - used, whole.test.len());
            let folds = match folds(&data, &settings) {
                Ok(folds) => folds,
                Err(error) => {
                    prop_assert_eq!(error, Error::TooManyFolds { folds: k, rows: least as u32 });
                    prop_assert!(least < k as usize);
                    return Ok(());
                }
            };
            prop_assert!(least >= k as usize);
            let rest = by_key([&whole.train[..], &whole.validation].concat(), |&row| u64::from(row));
            let mut validated: Vec<u32> = Vec::new();
            for (fold, n) in folds.iter().zip(fold_sizes(rest.len(), k as usize)) {
                prop_assert_eq!((&fold.test, fold.validation.len()), (&whole.test, n));
                let own = by_key([&fold.train[..], &fold.validation].concat(), |&row| u64::from(row));
                prop_assert_eq!(&own, &rest);
                prop_assert!(fold.train.is_sorted() && fold.validation.is_sorted());
                validated.extend(&fold.validation);
                for (own, all) in counts(&classes, &fold.validation, 3).iter().zip(counts(&classes, &rest, 3)) {
                    prop_assert!((*own as f64 - all as f64 / f64::from(k)).abs() < 1.0);
                }
            }
            validated.sort_unstable();
            prop_assert_eq!(validated, rest);
        }

        #[test]
        fn parts_are_disjoint_complete_and_stratified(
            classes in prop::collection::vec(0_u32..4, 12..400),
            (train, validation) in (0.2_f64..0.6, 0.1_f64..0.3),
            seed: u64,
            samples in prop::option::of(12_u32..400),
        ) {
            let n_classes = 4;
            let samples = samples.filter(|&count| count as usize <= classes.len());
            let used = samples.map_or(classes.len(), |count| count as usize);
            let data = table(classes.clone(), n_classes);
            let settings = Settings { samples, seed, ..with_shares(train, validation, 1.0 - train - validation) };
            let parts = split(&data, &settings).unwrap();
            prop_assert_eq!(&parts, &split(&data, &settings).unwrap());

            let mut all = [&parts.train[..], &parts.validation, &parts.test].concat();
            all.sort_unstable();
            all.dedup();
            prop_assert_eq!(all.len(), used);
            prop_assert!(all.iter().all(|&row| (row as usize) < classes.len()));

            let whole = counts(&classes, &(0..classes.len() as u32).collect::<Vec<_>>(), n_classes);
            let shares = [train, validation, 1.0 - train - validation];
            for (part, share) in [&parts.train, &parts.validation, &parts.test].into_iter().zip(shares) {
                prop_assert!(!part.is_empty() && part.is_sorted());
                prop_assert!((part.len() as f64 - share * used as f64).abs() < 1.0 + 1e-6);
                for (count, total) in counts(&classes, part, n_classes).into_iter().zip(&whole) {
                    let fair = *total as f64 * part.len() as f64 / classes.len() as f64;
                    // Each of the four takings is within one row of its proportion.
                    prop_assert!((count as f64 - fair).abs() < 3.0, "{} of {}", count, fair);
                }
            }
        }
    }
}

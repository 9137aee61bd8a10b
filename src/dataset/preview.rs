//! A data set at a glance: a few of its rows on two axes, or as images, for a picture of the size of a thumb.

use super::{Dataset, Kind, Targets, find};
use crate::order::by_key;
use serde::Serialize;

/// Rows picked evenly over a data set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Preview {
    /// Numbers a row in `x`: 2, or the pixels of an image.
    pub columns: usize,
    /// `columns` numbers a row, row-major.
    pub x: Vec<f32>,
    /// Class index or target of each row.
    pub y: Vec<f32>,
    /// Classes; 0 where numbers are predicted.
    pub classes: usize,
    /// What the two axes are; empty for images.
    pub axes: Vec<String>,
}

/// At most `n` rows of `data`: the plane as it is where there are two features, images whole, else the two features
/// that tell classes apart best, or the feature that follows the target best and the target itself.
pub fn preview(data: &Dataset, n: usize) -> Preview {
    let n = n.clamp(1, data.rows.max(1)).min(data.rows);
    // Tables may be sorted by class: rows are taken from all over.
    let rows: Vec<usize> = (0..n).map(|at| at * data.rows / n).collect();
    let (y, classes) = answers(data);
    let made = find(&data.name, Kind::Generated).is_ok();
    let picked: Vec<usize> = if made {
        (0..data.columns).collect()
    } else if data.name == "digits" || !data.pixels.is_empty() {
        return Preview {
            columns: data.columns,
            x: rows.iter().flat_map(|&row| (0..data.columns).map(move |k| data.value(row, k) as f32)).collect(),
            y: rows.iter().map(|&row| y[row] as f32).collect(),
            classes,
            axes: Vec::new(),
        };
    } else {
        tellers(data).into_iter().take(if classes > 0 { 2 } else { 1 }).collect()
    };
    // A row without a value on an axis has no place in a picture.
    let is_whole = |&row: &usize| picked.iter().all(|&column| !data.value(row, column).is_nan());
    let rows: Vec<usize> = rows.into_iter().filter(is_whole).collect();
    let name = |&column: &usize| data.feature_names[column].clone();
    let mut axes: Vec<String> = picked.iter().map(name).collect();
    let with_target = picked.len() < 2;
    if with_target {
        axes.push("target".into());
    }
    let x = rows
        .iter()
        .flat_map(|&row| {
            let features = picked.iter().map(move |&column| data.value(row, column));
            features.chain(with_target.then_some(y[row]))
        })
        .map(|x| x as f32)
        .collect();
    Preview { columns: axes.len(), x, y: rows.iter().map(|&row| y[row] as f32).collect(), classes, axes }
}

/// The columns, those first that tell most of the answers.
pub fn tellers(data: &Dataset) -> Vec<usize> {
    let (y, classes) = answers(data);
    // The bits of numbers from 0 on are in their order.
    by_key((0..data.columns).collect(), |&column| u64::MAX - telling(data, column, &y, classes).to_bits())
}

/// The answers as numbers, and how many classes there are.
fn answers(data: &Dataset) -> (Vec<f64>, usize) {
    match &data.targets {
        Targets::Classes(of) => (of.iter().map(|&class| f64::from(class)).collect(), data.class_names.len()),
        Targets::Numbers(numbers) => (numbers.clone(), 0),
    }
}

/// The share of a column's variance that the answers explain: between classes, or along a line.
fn telling(data: &Dataset, column: usize, y: &[f64], classes: usize) -> f64 {
    let value = |row: usize| data.value(row, column);
    let mean = |sum: f64, count: usize| sum / count.max(1) as f64;
    let all = mean((0..data.rows).map(value).sum(), data.rows);
    let total: f64 = (0..data.rows).map(|row| (value(row) - all) * (value(row) - all)).sum();
    let explained = if classes > 0 {
        let mut groups = vec![(0.0, 0_usize); classes];
        for (row, &class) in y.iter().enumerate() {
            let group = &mut groups[class as usize];
            *group = (group.0 + value(row), group.1 + 1);
        }
        groups.iter().map(|&(sum, count)| count as f64 * (mean(sum, count) - all) * (mean(sum, count) - all)).sum()
    } else {
        let middle = mean(y.iter().sum(), y.len());
        let spread: f64 = y.iter().map(|y| (y - middle) * (y - middle)).sum();
        let both: f64 = y.iter().enumerate().map(|(row, y)| (value(row) - all) * (y - middle)).sum();
        both * both / spread
    };
    let share = explained / total;
    // A column, or a target, that never changes tells nothing.
    if share.is_finite() { share } else { 0.0 }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these values are exact")]
mod tests {
    use super::*;
    use crate::dataset::{Settings, bundled, catalog, generate};

    #[test]
    fn generated_sets_are_shown_as_they_are() {
        let settings = Settings { samples: Some(50), noise: 0.1, ..Settings::default() };
        let data = generate("moons", &settings).unwrap();
        let all = preview(&data, 1000);
        assert_eq!((all.columns, all.y.len(), all.classes), (2, 50, 2));
        let raw: Vec<f32> = data.features.iter().map(|&x| x as f32).collect();
        assert_eq!(all.x, raw);
        assert_ne!(all.x, preview(&generate("moons", &Settings { seed: 1, ..settings.clone() }).unwrap(), 1000).x);
        let half = preview(&data, 25);
        assert_eq!(half.x[2..4], raw[4..6]);
        let heights = generate("waves", &settings).unwrap();
        assert_eq!((preview(&heights, 9).classes, preview(&heights, 9).axes), (0, vec!["x1".into(), "x2".into()]));
    }

    #[test]
    fn tables_are_shown_by_what_tells_most() {
        // What seaborn's pair plots show at a glance, and scikit-learn's F-test ranks first.
        for (name, axes) in [
            ("iris", ["petal_length", "petal_width"]),
            ("wine", ["flavanoids", "proline"]),
            ("diabetes", ["bmi", "target"]),
        ] {
            let shown = preview(&bundled(name).unwrap(), 60);
            for axis in axes {
                assert!(shown.axes.iter().any(|one| one.contains(axis)), "{name}: {:?}", shown.axes);
            }
            assert_eq!((shown.columns, shown.x.len(), shown.y.len()), (2, 120, 60), "{name}");
        }
        let sick = preview(&bundled("diabetes").unwrap(), 442);
        assert_eq!((sick.x[1], sick.y[0]), (151.0, 151.0));
    }

    #[test]
    fn every_class_is_shown_and_digits_are_images() {
        for entry in catalog().iter().filter(|entry| entry.kind == Kind::Bundled && entry.available) {
            let shown = preview(&bundled(&entry.name).unwrap(), 120);
            let seen = |class: u32| shown.y.contains(&(class as f32));
            assert!((0..entry.classes).all(seen), "{}", entry.name);
            assert!(shown.x.iter().all(|x| x.is_finite()));
        }
        let digits = preview(&bundled("digits").unwrap(), 4);
        assert_eq!((digits.columns, digits.x.len(), digits.classes), (64, 256, 10));
        assert_eq!(digits.y[0], 0.0);
    }

    #[test]
    fn what_never_changes_tells_nothing() {
        let mut data = bundled("iris").unwrap();
        for row in 0..data.rows {
            data.features[row * 4 + 2] = 1.0;
        }
        assert!(!preview(&data, 30).axes.iter().any(|axis| axis.contains("petal_length")));
    }
}

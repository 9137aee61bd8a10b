//! The data of a study as the rows of a table, each with the part of the split that it is in: what scripts train on.

use super::File;
use crate::dataset::{Dataset, Targets, Task, folds, with_derived};
use crate::error::Result;
use crate::study::Study;

/// A text that stands in a script has at most so many bytes.
const EMBEDDED: usize = 1_000_000;

/// The rows that a study uses.
pub struct Rows {
    /// Features a row.
    pub columns: usize,
    /// What is predicted.
    pub task: Task,
    /// Whether features are the bytes of images.
    pub are_pixels: bool,
    /// Whether some values are missing.
    pub has_missing: bool,
    /// `part,feature,...,target` a line; of a cross-validation the part is the number of the fold that the row validates.
    pub text: String,
    /// The names of the columns as such a line.
    head: String,
    name: String,
}

impl Rows {
    /// The rows of a study's data, split as the study does.
    pub fn of(study: &Study, data: &Dataset) -> Result<Self> {
        let derived;
        let data = if !study.data.derived.is_empty() && data.columns == 2 {
            derived = with_derived(data.clone(), &study.data.derived);
            &derived
        } else {
            data
        };
        let folds = folds(data, &study.data)?;
        // Of several folds each row outside the test part stands where the fold is named that it validates.
        let parts: Vec<(String, &[u32])> = match &folds[..] {
            [one] => vec![
                ("train".into(), &one.train[..]),
                ("validation".into(), &one.validation),
                ("test".into(), &one.test),
            ],
            all => {
                let own = all.iter().enumerate().map(|(fold, one)| (fold.to_string(), &one.validation[..]));
                own.chain(all.first().map(|one| ("test".into(), &one.test[..]))).collect()
            }
        };
        let quoted = |name: &String| format!("\"{}\"", name.replace(['"', '\n', '\r'], " "));
        let names: Vec<String> = data.feature_names.iter().map(quoted).collect();
        Ok(Self {
            columns: data.columns,
            task: data.task(),
            are_pixels: !data.pixels.is_empty(),
            has_missing: data.features.iter().any(|x| x.is_nan()),
            text: lines(data, &parts),
            head: format!("part,{},target\n", names.join(",")),
            name: format!("{}-rows.csv", study.dataset),
        })
    }

    /// The file that lies beside a script in which the rows are too many to stand.
    pub fn beside(&self) -> Option<File> {
        let text = || format!("{}{}", self.head, self.text);
        (self.text.len() > EMBEDDED).then(|| File { name: self.name.clone(), text: text() })
    }
}

fn lines(data: &Dataset, parts: &[(String, &[u32])]) -> String {
    use core::fmt::Write as _;
    let mut text = String::new();
    for (part, rows) in parts {
        for &row in *rows {
            let row = row as usize;
            text.push_str(part);
            for column in 0..data.columns {
                let at = row * data.columns + column;
                let number = data.pixels.get(at).map_or_else(|| data.features[at], |&pixel| f64::from(pixel));
                text.push(',');
                // What is missing is nothing between two commas.
                if !number.is_nan() {
                    let _ = write!(text, "{number}");
                }
            }
            let _ = match &data.targets {
                Targets::Classes(classes) => writeln!(text, ",{}", classes[row]),
                Targets::Numbers(numbers) => writeln!(text, ",{}", numbers[row]),
            };
        }
    }
    text
}

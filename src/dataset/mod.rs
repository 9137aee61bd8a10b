//! Data sets: generated ones (`generate`), bundled tables (`table`), their split into training, validation and test
//! rows (`split`) and the standardised numbers that training reads (`prepare`). What exists is listed in
//! `catalog.json`, which the page reads too.

mod catalog;
mod derived;
mod generate;
pub mod own;
mod prepare;
mod preview;
mod split;
mod table;

pub use catalog::{Entry, Kind, catalog, find};
pub use derived::{Derived, Plane, with_derived};
pub use generate::{MAX_SAMPLES, MIN_SAMPLES, generate};
pub use prepare::{Prepared, PreparedTargets, prepare};
pub use preview::{Preview, preview, tellers};
pub use split::{Split, check_folds, fold_sizes, folds, part_sizes, rarest, split};
#[cfg(not(target_arch = "wasm32"))]
pub use table::bundled;
pub use table::parse_bundled;

/// What is predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// One of this many classes.
    Classes(u32),
    /// One number a row.
    Numbers,
}

/// What is predicted, before it is known how many classes there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskKind {
    /// Classes.
    Classes,
    /// Numbers.
    Numbers,
}

impl TaskKind {
    /// The names in documents.
    pub const NAMES: &'static str = "classes | numbers";

    /// By its name in documents and in the catalog.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Classes, Self::Numbers].into_iter().find(|kind| kind.name() == name)
    }

    /// Its name in documents and in the catalog.
    pub fn name(self) -> &'static str {
        match self {
            Self::Classes => "classes",
            Self::Numbers => "numbers",
        }
    }
}

/// The answers, one a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// Class indices from 0.
    Classes(Vec<u32>),
    /// Numbers in their own units.
    Numbers(Vec<f64>),
}

/// A table of examples in its own units.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// Name as in the catalog.
    pub name: String,
    /// Features a row.
    pub columns: usize,
    /// Examples.
    pub rows: usize,
    /// `rows` x `columns`, row-major; NaN where a value is missing. Empty where there are `pixels`.
    pub features: Vec<f64>,
    /// The same as bytes, of images.
    pub pixels: Vec<u8>,
    /// `rows` answers.
    pub targets: Targets,
    /// `columns` names.
    pub feature_names: Vec<String>,
    /// A name for each class; empty where numbers are predicted.
    pub class_names: Vec<String>,
}

impl Dataset {
    /// What is predicted; classes are counted by their names, so a class without a row counts.
    pub fn task(&self) -> Task {
        match self.targets {
            Targets::Classes(_) => Task::Classes(self.class_names.len() as u32),
            Targets::Numbers(_) => Task::Numbers,
        }
    }

    /// One feature of one row; NaN where it is missing. Pixels are from 0 to 1, as torchvision's `ToTensor` has them.
    pub fn value(&self, row: usize, column: usize) -> f64 {
        let at = row * self.columns + column;
        self.pixels.get(at).map_or_else(|| self.features[at], |&pixel| f64::from(pixel) / 255.0)
    }

    /// The features of one row of a table that is no images.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.features[row * self.columns..(row + 1) * self.columns]
    }
}

/// Shares of the three parts; they sum to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitShares {
    /// Rows that weights are fitted to.
    pub train: f64,
    /// Rows that settings are chosen by.
    pub validation: f64,
    /// Rows opened once, at the end.
    pub test: f64,
}

impl Default for SplitShares {
    fn default() -> Self {
        Self { train: 0.7, validation: 0.15, test: 0.15 }
    }
}

/// The settings of a study that concern its data.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Rows to use: how many are drawn (generated sets) or kept (bundled ones); `None` for the catalog's number.
    pub samples: Option<u32>,
    /// Standard deviation of the Gaussian noise, in data units; generated sets only.
    pub noise: f64,
    /// Decides generation and split.
    pub seed: u64,
    /// Shares of the three parts.
    pub split: SplitShares,
    /// Parts of what is not for testing, each validated once; 1 for one split.
    pub folds: u32,
    /// Whether features are scaled by the training part's mean and deviation.
    pub standardize: bool,
    /// Features made of the two that there are.
    pub derived: Vec<Derived>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            samples: None,
            noise: 0.0,
            seed: 0,
            split: SplitShares::default(),
            folds: 1,
            standardize: true,
            derived: Vec::new(),
        }
    }
}

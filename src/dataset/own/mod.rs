//! A reader's own data: tables of text (`csv`), images with labels (`idx`). How they are read stands in the study, what was
//! found in them, too: so a study can be checked, shared and looked at where the data are not. Between Workers, and between
//! visits, they go as one packed table (`packed`).

mod csv;
#[cfg(test)]
mod dialects;
mod idx;
mod packed;
#[cfg(test)]
mod tests;
mod text;

pub use crate::fault::Fault;
pub use csv::{Report, read_csv, read_text};
pub use idx::read_idx;
pub use packed::{pack, unpack};
pub use text::utf16;

use super::{Dataset, Targets, TaskKind};
use crate::{Error, Result};
use core::fmt::Write as _;
use std::sync::Arc;

/// Columns of a table and features of a row, at most.
pub const MAX_FEATURES: usize = 20_000;
/// Numbers of all rows, at most: half a gigabyte of them.
pub const MAX_NUMBERS: usize = 64 << 20;
/// Bytes of a file, at most.
pub const MAX_BYTES: u64 = 256 << 20;
/// Bytes of a table that stands in a study itself, at most.
pub const MAX_TEXT: usize = 2 << 20;
/// Rows that a study needs.
pub const MIN_ROWS: usize = 10;
/// Classes that are told apart, at most.
pub const MAX_CLASSES: usize = 1000;

/// What a study says of its own data.
#[derive(Clone, Debug, PartialEq)]
pub struct Own {
    /// Where they are.
    pub source: Source,
    /// How a table is read.
    pub reading: Reading,
    /// What was found in them.
    pub found: Found,
    /// The data, where they came with the study.
    pub data: Option<Arc<Dataset>>,
}

/// Where own data are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In the study itself.
    Text(Arc<str>),
    /// In a file of this name.
    File(String),
    /// In files of these names: images and labels.
    Files(Vec<String>),
}

impl Source {
    /// The names of the files, as a message has them.
    pub fn names(&self) -> String {
        match self {
            Self::Text(_) => "csv".into(),
            Self::File(name) => name.clone(),
            Self::Files(names) => names.join(", "),
        }
    }
}

/// How a table of text is read; `None` is for the reader to find.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Name of the column that is predicted; else one named target, label, class or y, else the last.
    pub target: Option<String>,
    /// Whether classes or numbers are predicted.
    pub task: Option<TaskKind>,
    /// Between columns.
    pub separator: Option<char>,
    /// Before decimals: a point or a comma.
    pub decimal: Option<char>,
    /// Whether the first row has names.
    pub header: Option<bool>,
    /// What becomes of missing values.
    pub missing: Missing,
    /// What columns are taken for, by name.
    pub columns: Vec<(String, ColumnKind)>,
}

/// What becomes of missing values; rows without a target always go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// The mean of the training rows stands for them.
    #[default]
    Mean,
    /// Their rows go.
    Drop,
}

impl Missing {
    /// The names in documents.
    pub const NAMES: &'static str = "mean | drop";

    /// Its name in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Drop => "drop",
        }
    }
}

/// What a column is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// A feature as it is; what is no number is missing.
    Number,
    /// A feature of 0 or 1 for each of its values.
    Category,
    /// None.
    Ignored,
}

impl ColumnKind {
    /// The names in documents.
    pub const NAMES: &'static str = "number | category | ignored";

    /// By its name in documents.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Number, Self::Category, Self::Ignored].into_iter().find(|kind| kind.name() == name)
    }

    /// Its name in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Category => "category",
            Self::Ignored => "ignored",
        }
    }
}

/// What was found in own data: all that a study's check needs of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What is predicted.
    pub task: TaskKind,
    /// Examples.
    pub rows: u32,
    /// Features a row.
    pub features: u32,
    /// Classes; 0 where numbers are predicted.
    pub classes: u32,
    /// Rows of each class; empty where numbers are predicted, and in documents that do not tell.
    pub class_rows: Vec<u32>,
    /// Sixteen hexadecimal digits of all numbers and names ([`digest`]).
    pub digest: String,
}

impl Found {
    /// What is found in data.
    pub fn of(data: &Dataset) -> Self {
        let mut class_rows = vec![0; data.class_names.len()];
        let task = match &data.targets {
            Targets::Classes(classes) => {
                for &class in classes {
                    class_rows[class as usize] += 1;
                }
                TaskKind::Classes
            }
            Targets::Numbers(_) => TaskKind::Numbers,
        };
        let (rows, features, classes) = (data.rows as u32, data.columns as u32, class_rows.len() as u32);
        Self { task, rows, features, classes, class_rows, digest: digest(data) }
    }

    /// Whether both were found in the same data, as far as both tell.
    pub fn agrees(&self, other: &Self) -> bool {
        let is_silent = self.class_rows.is_empty() || other.class_rows.is_empty();
        let class_rows = if is_silent { &other.class_rows } else { &self.class_rows };
        Self { class_rows: class_rows.clone(), ..self.clone() } == *other
    }
}

impl Own {
    /// The data: those that came with the study, or the packed `table`.
    ///
    /// # Errors
    /// Neither is there, or it is another table.
    pub fn load(&self, table: Option<&[u8]>) -> Result<Arc<Dataset>> {
        let file = self.source.names();
        let wrong = |fault: Fault| Error::BadTable { file: file.clone(), fault };
        if let Some(data) = &self.data {
            return Ok(Arc::clone(data));
        }
        let table = table.ok_or_else(|| wrong(Fault::NotAtHand { file: file.clone() }))?;
        let data = unpack(table).map_err(wrong)?;
        self.accept(&Found::of(&data)).map(|()| Arc::new(data))
    }

    /// Whether these data are those that the study was made for.
    ///
    /// # Errors
    /// Others.
    pub fn accept(&self, found: &Found) -> Result<()> {
        if found.agrees(&self.found) {
            return Ok(());
        }
        let fault = Fault::Another { found: found.digest.clone(), expected: self.found.digest.clone() };
        Err(Error::BadTable { file: self.source.names(), fault })
    }
}

/// FNV-1a over the packed table: the same numbers and names give the same digits.
pub fn digest(data: &Dataset) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    packed::visit(data, &mut |bytes| {
        for &byte in bytes {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    });
    let mut text = String::with_capacity(16);
    // Writing to a text never fails.
    let _ = write!(text, "{hash:016x}");
    text
}

//! The table of data sets, `catalog.json`; the page reads the same file.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Where the rows come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Drawn from the seed.
    Generated,
    /// A file of the page (`www/public/data/`).
    Bundled,
    /// Text in the study.
    Text,
    /// Files of the user.
    Files,
}

/// One data set of the catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Name in the study document.
    pub name: String,
    /// `classes` or `numbers`; empty where the data decide.
    pub task: String,
    /// Where the rows come from.
    pub kind: Kind,
    /// Rows (generated sets: the default number); 0 where the data decide.
    pub rows: u32,
    /// Features a row; 0 where the data decide.
    pub features: u32,
    /// Classes; 0 for numbers and where the data decide.
    pub classes: u32,
    /// Rows of each class of bundled sets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub class_rows: Vec<u32>,
    /// Bundled sets: name under `www/public/data/`.
    pub file: Option<String>,
    /// Whether `noise` has an effect.
    pub noise: bool,
    /// False for what a later version brings.
    pub available: bool,
}

static CATALOG: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/catalog.json"))).expect("a test reads this file")
});

/// Every data set, in the order shown.
pub fn catalog() -> &'static [Entry] {
    &CATALOG
}

/// The entry of this name, if it is of `kind` and available.
///
/// # Errors
/// Another name, or one that a later version brings.
pub fn find(name: &str, kind: Kind) -> Result<&'static Entry> {
    let names = || {
        let of_kind = catalog().iter().filter(|entry| entry.kind == kind && entry.available);
        of_kind.map(|entry| entry.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let key = || "dataset.name".to_owned();
    match catalog().iter().find(|entry| entry.name == name && entry.kind == kind) {
        Some(entry) if entry.available => Ok(entry),
        Some(_) => Err(Error::NotYet { key: key(), found: name.to_owned(), accepted: names() }),
        None => Err(Error::OutOfRange { key: key(), found: name.to_owned(), accepted: names() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_complete() {
        let names: Vec<_> = catalog().iter().map(|entry| entry.name.as_str()).collect();
        let expected = "circle xor gauss spiral moons blobs plane waves \
                        digits iris wine breast_cancer diabetes penguins mnist csv idx";
        assert_eq!(names, expected.split_whitespace().collect::<Vec<_>>());
        for entry in catalog() {
            let Entry { name, task, kind, rows, features, classes, file, noise, available, class_rows } = entry;
            let counted: u32 = class_rows.iter().sum();
            let is_counted = *kind == Kind::Bundled && task == "classes";
            assert_eq!(counted, if is_counted { *rows } else { 0 }, "{name}");
            assert!(!is_counted || class_rows.len() == *classes as usize, "{name}");
            assert_eq!(*noise, *kind == Kind::Generated, "{name}");
            assert_eq!(file.is_some(), *kind == Kind::Bundled && *available, "{name}");
            match kind {
                Kind::Generated | Kind::Bundled => assert!(*rows > 0 && *features > 0, "{name}"),
                Kind::Text | Kind::Files => assert_eq!((*rows, *features), (0, 0), "{name}"),
            }
            match task.as_str() {
                "classes" => assert!(*classes >= 2 || *kind == Kind::Files, "{name}"),
                "numbers" => assert_eq!(*classes, 0, "{name}"),
                _ => assert_eq!(*kind, Kind::Text, "{name}"),
            }
        }
    }

    #[test]
    fn entries_have_their_texts() {
        let rows: Vec<serde_json::Value> = serde_json::from_str(include_str!("catalog.json")).unwrap();
        for row in &rows {
            for (key, language) in [("label", "en"), ("label", "ko"), ("about", "en"), ("about", "ko")] {
                let text = row[key][language].as_str().unwrap_or_default();
                assert!(!text.is_empty(), "{}: {key} is missing in {language}", row["name"]);
                let ends = if language == "en" { "." } else { "니다." };
                assert!(key == "label" || text.ends_with(ends), "{}: one sentence, {text}", row["name"]);
            }
        }
        assert_eq!(rows.len(), catalog().len());
    }

    #[test]
    fn unknown_and_later_sets_are_told_apart() {
        assert!(matches!(find("toString", Kind::Generated), Err(Error::OutOfRange { .. })));
        assert!(matches!(find("digits", Kind::Generated), Err(Error::OutOfRange { .. })));
        let message = find("", Kind::Bundled).map(|_| ()).map_err(|error| error.to_string());
        assert!(message.is_err_and(|text| text.contains("dataset.name") && text.contains("iris")));
    }
}

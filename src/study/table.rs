//! The table of hyperparameters, read from `hyperparameters.json`: the one place where a hyperparameter's name, type,
//! bounds, default and texts stand. The page reads the same file.

use crate::error::{Error, Result};
use crate::schedule::MOST_POINTS;
use crate::space::numbers::{format_number, real, shown, whole};
use serde::Deserialize;
use serde_json::Value;
use std::sync::LazyLock;

/// The file without its texts.
const TABLE_TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/hyperparameters.json"));

/// How a hyperparameter's values look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A real number.
    Float,
    /// A whole number.
    Int,
    /// One of a list of names.
    Categorical,
    /// true or false.
    Bool,
    /// A list of whole numbers.
    List,
    /// A list of pairs: a share of the training, and a number. Fixed only.
    Points,
}

/// One row of the table. Labels and help texts are for the page (`build.rs` leaves them out).
#[derive(Clone, Debug, Deserialize)]
pub struct Hyperparameter {
    /// The key in `fixed` and `space`.
    pub name: String,
    /// What its values look like.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Least value, of a list's elements and of points' second numbers too.
    pub low: Option<f64>,
    /// Largest value.
    pub high: Option<f64>,
    /// Every name of a categorical one.
    pub choices: Option<Vec<String>>,
    /// The names that this version trains.
    pub available_choices: Option<Vec<String>>,
    /// Of schedules those that put a momentum in the place of the optimizer's.
    #[serde(default)]
    pub moves_momentum: Vec<String>,
    /// A value, null, or an object with a value per optimizer or task.
    pub default: Value,
    /// Null, or what other hyperparameters must be for this one to matter, all of them: a list of values, or
    /// `{"above": n}`; see [`super::usage`].
    pub used_by: Option<serde_json::Map<String, Value>>,
    /// Whether this version trains with it.
    pub available: bool,
    /// Whether it can change while a network trains, without losing weights.
    #[serde(default)]
    pub live: bool,
}

/// All hyperparameters, in the order in which the page shows them.
pub fn table() -> &'static [Hyperparameter] {
    static TABLE: LazyLock<Vec<Hyperparameter>> = LazyLock::new(|| {
        #[expect(clippy::expect_used, reason = "the file is part of the program and every test reads it")]
        serde_json::from_str(TABLE_TEXT).expect("hyperparameters.json is an array of rows")
    });
    &TABLE
}

/// The row of this name.
pub fn find(name: &str) -> Option<&'static Hyperparameter> {
    table().iter().find(|row| row.name == name)
}

/// Whether the schedule of this name puts a momentum in the place of the optimizer's.
pub fn moves_momentum(schedule: &str) -> bool {
    find("schedule").is_some_and(|row| row.moves_momentum.iter().any(|one| one == schedule))
}

/// Names of the rows that this version trains with, for messages.
pub fn available_names() -> String {
    let names: Vec<&str> = table().iter().filter(|row| row.available).map(|row| row.name.as_str()).collect();
    names.join(", ")
}

impl Hyperparameter {
    /// Names of the hyperparameters that decide whether this one is used.
    pub fn conditions(&self) -> impl Iterator<Item = &str> {
        self.used_by.iter().flatten().map(|(owner, _)| owner.as_str())
    }

    /// The accepted values in words that every language shares: `0 .. 1`, `relu | tanh`.
    pub fn accepted(&self) -> String {
        match self.kind {
            Kind::Categorical => self.available_choices.as_deref().unwrap_or_default().join(" | "),
            Kind::Bool => "true | false".into(),
            Kind::Int => format!("{} .. {} (int)", number(self.low), number(self.high)),
            Kind::List => format!("[{} .. {}, ...] (int, 0 .. 10)", number(self.low), number(self.high)),
            Kind::Float => format!("{} .. {}", number(self.low), number(self.high)),
            Kind::Points => {
                format!("[[0 .. 1, {} .. {}], ...] (1 .. {MOST_POINTS})", number(self.low), number(self.high))
            }
        }
    }

    /// Refuses a value that is of the wrong kind, out of range or not yet available; `key` is where it stands.
    ///
    /// # Errors
    /// [`Error::WrongType`], [`Error::OutOfRange`] or [`Error::NotYet`].
    pub fn accept(&self, key: &str, value: &Value) -> Result<()> {
        let wrong = || Error::WrongType { key: key.into(), found: shown(value), accepted: self.accepted() };
        let outside = || Error::OutOfRange { key: key.into(), found: shown(value), accepted: self.accepted() };
        if !self.available {
            return Err(self.not_yet(key, &self.name));
        }
        match self.kind {
            Kind::Float => self.in_range(key, value, real(value).ok_or_else(wrong)?),
            Kind::Int => self.in_range(key, value, whole(value).ok_or_else(wrong)?),
            Kind::Bool => value.as_bool().map(|_| ()).ok_or_else(wrong),
            Kind::Categorical => {
                let name = value.as_str().ok_or_else(wrong)?;
                if self.available_choices.iter().flatten().any(|choice| choice == name) {
                    Ok(())
                } else if self.choices.iter().flatten().any(|choice| choice == name) {
                    Err(self.not_yet(key, name))
                } else {
                    Err(outside())
                }
            }
            Kind::List => {
                let items = value.as_array().ok_or_else(wrong)?;
                if items.len() > 10 {
                    return Err(outside());
                }
                items.iter().try_for_each(|item| self.in_range(key, item, whole(item).ok_or_else(wrong)?))
            }
            Kind::Points => self.accept_points(key, value),
        }
    }

    fn accept_points(&self, key: &str, value: &Value) -> Result<()> {
        let wrong = |found| Error::WrongType { key: key.into(), found, accepted: self.accepted() };
        let outside = |found| Error::OutOfRange { key: key.into(), found, accepted: self.accepted() };
        let items = value.as_array().ok_or_else(|| wrong(shown(value)))?;
        if items.is_empty() {
            return Err(outside("[]".into()));
        }
        if items.len() > MOST_POINTS {
            return Err(outside(format!("[...] ({})", items.len())));
        }
        items.iter().try_for_each(|item| {
            let pair = item.as_array().filter(|pair| pair.len() == 2);
            let pair = pair.and_then(|pair| Some([real(&pair[0])?, real(&pair[1])?]));
            let [share, factor] = pair.ok_or_else(|| wrong(shown(item)))?;
            if (0.0..=1.0).contains(&share) && self.holds(factor) {
                return Ok(());
            }
            Err(outside(format!("[{}, {}]", format_number(share), format_number(factor))))
        })
    }

    fn in_range(&self, key: &str, value: &Value, x: f64) -> Result<()> {
        if self.holds(x) {
            return Ok(());
        }
        Err(Error::OutOfRange { key: key.into(), found: shown(value), accepted: self.accepted() })
    }

    fn holds(&self, x: f64) -> bool {
        x.is_finite() && self.low.is_none_or(|low| x >= low) && self.high.is_none_or(|high| x <= high)
    }

    fn not_yet(&self, key: &str, found: &str) -> Error {
        let accepted = if self.available { self.accepted() } else { available_names() };
        Error::NotYet { key: key.into(), found: found.into(), accepted }
    }
}

fn number(x: Option<f64>) -> String {
    x.map_or_else(String::new, format_number)
}

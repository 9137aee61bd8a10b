//! Reading of a document's objects: what is missing has its default, what is wrong is named with the path that leads to it.

use crate::error::{Error, Result};
use crate::json::{number_of, parse};
use crate::space::numbers::{MAX_WHOLE, format_number, real, shown};
use serde_json::{Map, Value};

/// A document's text as JSON.
pub fn document_of(text: &str) -> Result<Value> {
    let text = text.trim_start_matches('\u{feff}');
    #[cfg(not(target_arch = "wasm32"))]
    if let Some((within, key)) = crate::json::twice(text) {
        let within = if within.is_empty() { "the study".into() } else { within };
        return Err(Error::Duplicate { key: within, found: format!("\"{key}\"") });
    }
    let document = parse(text).map_err(|error| Error::NotAStudy { detail: error.to_string() })?;
    if READS_TEXT && let Some(found) = number_of(text, |token, x| x == 0.0 && has_digits(token)) {
        let (key, accepted) = ("a number of the study".into(), "0, or from 5e-324 on".into());
        return Err(Error::OutOfRange { key, found: found.into(), accepted });
    }
    Ok(document)
}

/// The page hands on what its own reader has made of a text.
const READS_TEXT: bool = !cfg!(target_arch = "wasm32");

/// Whether a number that is read as 0 is written as another.
fn has_digits(token: &str) -> bool {
    let digits = token.split(['e', 'E']).next().unwrap_or_default();
    digits.contains(|digit: char| ('1'..='9').contains(&digit))
}

/// What was refused of a document, a large whole number as its text has it: it is read as the nearest one that can be kept.
pub fn as_written(error: Error, text: &str) -> Error {
    match error {
        Error::OutOfRange { key, found, accepted } if READS_TEXT => {
            let is_it =
                |token: &str, x: f64| x.abs() >= MAX_WHOLE && found.parse() == Ok(x) && !token.contains(['e', 'E']);
            let found = number_of(text, is_it).map_or_else(|| found.clone(), Into::into);
            Error::OutOfRange { key, found, accepted }
        }
        other => other,
    }
}

/// An object of the document and the path that leads to it.
pub struct Section<'a> {
    /// The path; empty of the document itself.
    pub path: String,
    /// The object.
    pub object: &'a Map<String, Value>,
}

static EMPTY: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);

impl<'a> Section<'a> {
    pub fn key(&self, name: &str) -> String {
        if self.path.is_empty() { name.into() } else { format!("{}.{name}", self.path) }
    }

    pub fn only(&self, known: &[&str]) -> Result<()> {
        match self.object.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some(unknown) => Err(Error::UnknownKey {
                key: self.key(unknown),
                within: if self.path.is_empty() { "study".into() } else { self.path.clone() },
                accepted: known.join(", "),
            }),
        }
    }

    /// The object below `name`; a missing one is empty.
    pub fn section(&self, name: &str) -> Result<Section<'a>> {
        let object = match self.object.get(name) {
            None => &EMPTY,
            Some(value) => value.as_object().ok_or_else(|| self.wrong(name, value, "{...}"))?,
        };
        Ok(Section { path: self.key(name), object })
    }

    pub fn wrong(&self, name: &str, found: &Value, accepted: &str) -> Error {
        Error::WrongType { key: self.key(name), found: shown(found), accepted: accepted.into() }
    }

    pub fn text(&self, name: &str, default: &str) -> Result<String> {
        match self.object.get(name) {
            None => Ok(default.into()),
            Some(value) => value.as_str().map(Into::into).ok_or_else(|| self.wrong(name, value, "text")),
        }
    }

    pub fn boolean(&self, name: &str, default: bool) -> Result<bool> {
        match self.object.get(name) {
            None => Ok(default),
            Some(value) => value.as_bool().ok_or_else(|| self.wrong(name, value, "true | false")),
        }
    }

    pub fn number(&self, name: &str, default: f64, low: f64, high: f64) -> Result<f64> {
        self.in_range(name, default, low, high, "")
    }

    pub fn whole(&self, name: &str, default: f64, low: f64, high: f64) -> Result<f64> {
        self.in_range(name, default, low, high, " (int)")
    }

    pub fn whole_or_null(&self, name: &str, low: f64, high: f64) -> Result<Option<f64>> {
        match self.object.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(_) => self.whole(name, low, low, high).map(Some),
        }
    }

    pub fn in_range(&self, name: &str, default: f64, low: f64, high: f64, kind: &str) -> Result<f64> {
        let Some(value) = self.object.get(name) else { return Ok(default) };
        let accepted = format!("{} .. {}{kind}", format_number(low), format_number(high));
        let x = real(value).ok_or_else(|| self.wrong(name, value, &accepted))?;
        if !kind.is_empty() && x.is_finite() && libm::trunc(x) != x {
            return Err(self.wrong(name, value, &accepted));
        }
        if (low..=high).contains(&x) {
            return Ok(x);
        }
        Err(Error::OutOfRange { key: self.key(name), found: shown(value), accepted })
    }

    /// One of the `accepted` names; those of `later` are known, but not yet there.
    pub fn name(&self, name: &str, accepted: &str, later: &str) -> Result<Option<&'a str>> {
        let Some(value) = self.object.get(name) else { return Ok(None) };
        self.named(name, value, accepted, later).map(Some)
    }

    /// [`Self::name`] of a value at `name`.
    pub fn named(&self, name: &str, value: &'a Value, accepted: &str, later: &str) -> Result<&'a str> {
        let text = value.as_str().ok_or_else(|| self.wrong(name, value, accepted))?;
        let is_among = |list: &str| !text.is_empty() && list.split(" | ").any(|known| known == text);
        let (key, accepted_names) = (self.key(name), accepted.to_owned());
        if is_among(accepted) {
            Ok(text)
        } else if is_among(later) {
            Err(Error::NotYet { key, found: text.into(), accepted: accepted_names })
        } else {
            Err(Error::OutOfRange { key, found: shown(value), accepted: accepted_names })
        }
    }
}

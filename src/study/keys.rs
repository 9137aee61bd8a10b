//! What the small objects of a study have in common: known keys, and numbers within bounds.

use crate::error::{Error, Result};
use crate::space::numbers::{format_number, real, shown};
use serde_json::{Map, Value};

/// Refuses keys that are not known.
pub(super) fn only(object: &Value, within: &str, known: &[&str]) -> Result<()> {
    let mut names = object.as_object().into_iter().flat_map(Map::keys);
    match names.find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(unknown) => Err(Error::UnknownKey {
            key: format!("{within}.{unknown}"),
            within: within.into(),
            accepted: known.join(", "),
        }),
    }
}

/// A whole number, where it is given.
pub(super) fn whole(object: &Value, within: &str, name: &str, low: f64, high: f64) -> Result<Option<u32>> {
    let Some(found) = object.get(name) else { return Ok(None) };
    let (key, accepted) = (format!("{within}.{name}"), format!("{} .. {} (int)", low, format_number(high)));
    match found.as_f64().filter(|n| libm::trunc(*n) == *n) {
        None => Err(Error::WrongType { key, found: shown(found), accepted }),
        Some(n) if (low..=high).contains(&n) => Ok(Some(n as u32)),
        Some(_) => Err(Error::OutOfRange { key, found: shown(found), accepted }),
    }
}

/// A real number, where it is given.
pub(super) fn share(object: &Value, within: &str, name: &str, low: f64, high: f64) -> Result<Option<f64>> {
    let Some(found) = object.get(name) else { return Ok(None) };
    let (key, accepted) = (format!("{within}.{name}"), format!("{} .. {}", format_number(low), format_number(high)));
    match real(found) {
        None => Err(Error::WrongType { key, found: shown(found), accepted }),
        Some(x) if (low..=high).contains(&x) => Ok(Some(x)),
        Some(_) => Err(Error::OutOfRange { key, found: shown(found), accepted }),
    }
}

//! What the small objects of a study have in common: known keys, and numbers within bounds.

use crate::error::{Error, Result};
use crate::space::numbers::{format_number, real, shown, whole as whole_of};
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
    let n = number(object, within, name, [low, high], true)?;
    Ok(n.map(|n| n as u32))
}

/// A number, where it is given. Whole ones have no names for those that are not finite.
pub(super) fn number(
    object: &Value,
    within: &str,
    name: &str,
    [low, high]: [f64; 2],
    is_whole: bool,
) -> Result<Option<f64>> {
    let Some(found) = object.get(name) else { return Ok(None) };
    let kind = if is_whole { " (int)" } else { "" };
    let (key, accepted) = (format!("{within}.{name}"), format!("{low} .. {}{kind}", format_number(high)));
    let read = if is_whole { whole_of(found) } else { real(found) };
    match read {
        None => Err(Error::WrongType { key, found: shown(found), accepted }),
        Some(n) if (low..=high).contains(&n) => Ok(Some(n)),
        Some(_) => Err(Error::OutOfRange { key, found: shown(found), accepted }),
    }
}

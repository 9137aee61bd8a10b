//! Keys that an object has twice: readers of JSON keep one of the two values and say nothing.

use core::fmt;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::collections::HashSet;

/// The first object of a valid document that has a key twice, as the path to it, and the key; `None` where there is none.
pub fn twice(text: &str) -> Option<(String, String)> {
    let mut found = None;
    let reader = &mut serde_json::Deserializer::from_str(text);
    let _ = Look { place: &Place::Root, found: &mut found }.deserialize(reader);
    found
}

/// Where a value stands; a path is made of it where there is something to say.
enum Place<'a> {
    Root,
    Below(&'a Self, &'a str),
    At(&'a Self, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Below(Self::Root, name) => write!(f, "{name}"),
            Self::Below(place, name) => write!(f, "{place}.{name}"),
            Self::At(place, at) => write!(f, "{place}[{at}]"),
        }
    }
}

struct Look<'a> {
    place: &'a Place<'a>,
    found: &'a mut Option<(String, String)>,
}

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut at = 0;
        while items.next_element_seed(Look { place: &Place::At(self.place, at), found: &mut *self.found })?.is_some() {
            at += 1;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(Name(name)) = entries.next_key()? {
            entries.next_value_seed(Look { place: &Place::Below(self.place, &name), found: &mut *self.found })?;
            if let Some(name) = seen.replace(name)
                && self.found.is_none()
            {
                *self.found = Some((self.place.to_string(), name));
            }
        }
        Ok(())
    }
}

/// A key.
struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_given_twice_is_found_wherever_it_stands() {
        for (text, found) in [
            (r#"{"a": 1, "b": {"a": 1}, "c": [{"a": 1}, {"a": 2}]}"#, None),
            (r#"{"a": 1, "b": 2, "a": 1}"#, Some(("", "a"))),
            (r#"{"a": 1, "\u0061": 2}"#, Some(("", "a"))),
            (r#"{"space": {"x": {"low": 1, "high": 2, "low": 0}}}"#, Some(("space.x", "low"))),
            (r#"{"trials": [{"n": 0}, {"n": 1, "n": -1.5e3}]}"#, Some(("trials[1]", "n"))),
            (r#"[[], [{"x": null, "x": true}]]"#, Some(("[1][0]", "x"))),
            (r#""{\"a\": 1, \"a\": 2}""#, None),
        ] {
            assert_eq!(twice(text), found.map(|(within, key)| (within.into(), key.into())), "{text}");
        }
    }
}

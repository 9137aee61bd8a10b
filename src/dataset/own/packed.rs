//! Own data as bytes: how they go from the Worker that read a file to those that train, and how a browser keeps them.
//!
//! `TPD1`, then little-endian: rows, columns, classes (0 for numbers) and whether features are bytes as u32; the names of
//! columns and classes, each a u32 length and UTF-8; features row by row, as f64 or u8; targets, as u32 or f64.

use super::{MAX_CLASSES, MAX_FEATURES, MAX_NUMBERS};
use crate::dataset::{Dataset, Targets};
use crate::fault::{Fault, Read};

const MAGIC: &[u8; 4] = b"TPD1";

/// Calls `each` with all bytes of the packed table, in order.
pub(super) fn visit(data: &Dataset, each: &mut dyn FnMut(&[u8])) {
    each(MAGIC);
    let is_bytes = !data.pixels.is_empty();
    let classes = match &data.targets {
        Targets::Classes(_) => data.class_names.len(),
        Targets::Numbers(_) => 0,
    };
    for word in [data.rows, data.columns, classes, usize::from(is_bytes)] {
        each(&(word as u32).to_le_bytes());
    }
    for name in data.feature_names.iter().chain(&data.class_names) {
        each(&(name.len() as u32).to_le_bytes());
        each(name.as_bytes());
    }
    each(&data.pixels);
    for value in &data.features {
        each(&value.to_le_bytes());
    }
    match &data.targets {
        Targets::Classes(classes) => classes.iter().for_each(|class| each(&class.to_le_bytes())),
        Targets::Numbers(numbers) => numbers.iter().for_each(|number| each(&number.to_le_bytes())),
    }
}

/// The packed table.
pub fn pack(data: &Dataset) -> Vec<u8> {
    let numbers = data.features.len() + data.rows;
    let mut bytes = Vec::with_capacity(numbers * 8 + data.pixels.len() + 1024);
    visit(data, &mut |more| bytes.extend_from_slice(more));
    bytes
}

/// What [`pack`] packed.
///
/// # Errors
/// Bytes that are no packed table.
pub fn unpack(bytes: &[u8]) -> Read<Dataset> {
    let mut rest = Rest { bytes };
    if rest.take(4)? != MAGIC {
        return Err(Fault::NotText { looks_like: "something else".into() });
    }
    let [rows, columns, classes, is_bytes] = [rest.word()?, rest.word()?, rest.word()?, rest.word()?];
    let n_numbers = rows.checked_mul(columns).filter(|&n| n <= MAX_NUMBERS);
    let (Some(n_numbers), true) = (n_numbers, columns <= MAX_FEATURES && classes <= MAX_CLASSES) else {
        return Err(Fault::TooManyNumbers { rows, features: columns, limit: MAX_NUMBERS });
    };
    let feature_names = (0..columns).map(|_| rest.name()).collect::<Read<Vec<_>>>()?;
    let class_names = (0..classes).map(|_| rest.name()).collect::<Read<Vec<_>>>()?;
    let number = |eight: &[u8]| f64::from_le_bytes(eight.try_into().unwrap_or_default());
    let (features, pixels) = if is_bytes == 1 {
        (Vec::new(), rest.take(n_numbers)?.to_vec())
    } else {
        (rest.take(n_numbers * 8)?.chunks_exact(8).map(number).collect(), Vec::new())
    };
    let targets = if classes > 0 {
        let word = |four: &[u8]| u32::from_le_bytes(four.try_into().unwrap_or_default());
        let of: Vec<u32> = rest.take(rows * 4)?.chunks_exact(4).map(word).collect();
        if of.iter().any(|&class| class as usize >= classes) {
            return Err(Fault::NotText { looks_like: "something else".into() });
        }
        Targets::Classes(of)
    } else {
        Targets::Numbers(rest.take(rows * 8)?.chunks_exact(8).map(number).collect())
    };
    Ok(Dataset { name: "own".into(), columns, rows, features, pixels, targets, feature_names, class_names })
}

/// Bytes that are not read yet.
struct Rest<'a> {
    bytes: &'a [u8],
}

impl<'a> Rest<'a> {
    fn take(&mut self, n: usize) -> Read<&'a [u8]> {
        let short = Fault::CutShort { found: self.bytes.len() as u64, expected: n as u64 };
        let (taken, rest) = self.bytes.split_at_checked(n).ok_or(short)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn word(&mut self) -> Read<usize> {
        Ok(u32::from_le_bytes(self.take(4)?.try_into().unwrap_or_default()) as usize)
    }

    fn name(&mut self) -> Read<String> {
        let length = self.word()?;
        Ok(String::from_utf8_lossy(self.take(length)?).into_owned())
    }
}

//! From bytes to text, and what a table's text says of itself: its separator, its decimal sign, whether it has a header.

use super::MAX_BYTES;
use crate::fault::{Fault, Read};
use std::borrow::Cow;

/// Lines that a guess looks at.
const LOOKED_AT: usize = 100;

/// UTF-8 or, with a byte order mark, UTF-16.
///
/// # Errors
/// Bytes that are no text, or of another encoding.
pub fn decode(bytes: &[u8]) -> Read<Cow<'_, str>> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Fault::TooLarge { found: bytes.len() as u64 >> 20, limit: MAX_BYTES >> 20 });
    }
    let units = |of: fn([u8; 2]) -> u16| bytes[2..].chunks_exact(2).map(move |pair| of([pair[0], pair[1]]));
    let wide = match bytes {
        [0xff, 0xfe, ..] => Some(char::decode_utf16(units(u16::from_le_bytes)).collect::<Result<String, _>>()),
        [0xfe, 0xff, ..] => Some(char::decode_utf16(units(u16::from_be_bytes)).collect()),
        _ => None,
    };
    if let Some(wide) = wide {
        return wide.map(Cow::Owned).map_err(|_| Fault::NotText { looks_like: "UTF-16".into() });
    }
    let begin = &bytes[..bytes.len().min(4096)];
    if let Some(looks_like) = looks_like(begin) {
        return Err(Fault::NotText { looks_like: looks_like.into() });
    }
    let text = core::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        Fault::NotUtf8 { line: before.split(|&byte| byte == b'\n').count() as u64 }
    })?;
    Ok(Cow::Borrowed(text.trim_start_matches('\u{feff}')))
}

/// What bytes that are no text look like.
fn looks_like(begin: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 8] = [
        (b"\x89PNG", "a PNG image"),
        (b"\xff\xd8\xff", "a JPEG image"),
        (b"GIF8", "a GIF image"),
        (b"%PDF", "a PDF"),
        (b"PK\x03\x04", "an Excel workbook or a ZIP archive"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"PAR1", "a Parquet file"),
    ];
    let known = KNOWN.iter().find(|(magic, _)| begin.starts_with(magic)).map(|(_, name)| *name);
    known.or_else(|| begin.contains(&0).then_some("a binary file"))
}

/// Separators that are looked for; those first that seldom stand in values.
const SEPARATORS: [char; 4] = ['\t', ';', ',', '|'];

/// The separator that cuts the first lines into the same number of columns, more than one, as often as any other does.
pub fn separator(text: &str) -> char {
    let fit = |separator: char| {
        let counts: Vec<usize> = records(text, separator).take(LOOKED_AT).map(|(_, record)| record.len()).collect();
        let most = counts.first().copied().unwrap_or(1);
        let same = counts.iter().filter(|&&count| count == most && most > 1).count();
        same * 1000 / counts.len().max(1)
    };
    let fits = SEPARATORS.map(fit);
    let best = fits.into_iter().max().unwrap_or(0);
    // A table of one column has no separator at all.
    SEPARATORS.into_iter().zip(fits).find(|&(_, fit)| fit == best && best > 0).map_or(',', |(separator, _)| separator)
}

/// The decimal sign: a comma where numbers have one and none has a point.
pub fn decimal(text: &str, separator: char) -> char {
    let mut commas = 0;
    for (_, record) in records(text, separator).take(LOOKED_AT) {
        for field in &record {
            let field = field.trim();
            if field.contains('.') && number(field, '.').is_some() {
                return '.';
            }
            commas += usize::from(field.contains(',') && number(field, ',').is_some());
        }
    }
    if commas > 0 { ',' } else { '.' }
}

/// Whether the first row has names: no numbers, no gaps and none twice, where a later row has a number, or all is text.
pub fn header(text: &str, separator: char, decimal: char) -> bool {
    let mut rows = records(text, separator);
    let Some((_, first)) = rows.next() else { return true };
    let is_number = |field: &str| number(field.trim(), decimal).is_some();
    if first.iter().any(is_number) {
        return false;
    }
    let names: Vec<&str> = first.iter().map(str::trim).collect();
    let is_distinct = names.iter().enumerate().all(|(k, name)| !names[..k].contains(name));
    is_distinct || rows.take(LOOKED_AT).any(|(_, row)| row.iter().any(is_number))
}

/// A number with this decimal sign, which networks can be told of: they count in f32.
pub fn number(text: &str, decimal: char) -> Option<f64> {
    let starts = text.bytes().next().is_some_and(|byte| byte.is_ascii_digit() || b"+-.,".contains(&byte));
    if !starts {
        return None;
    }
    let held = |text: &str| text.parse().ok().filter(|value: &f64| value.abs() <= f64::from(f32::MAX));
    if decimal == '.' {
        return held(text);
    }
    if text.contains('.') { None } else { held(&text.replace(',', ".")) }
}

/// Whether a field has no value: empty, or one of the words that tables have for it.
pub fn is_missing(text: &str) -> bool {
    const WORDS: [&str; 9] = ["na", "n/a", "nan", "null", "none", "?", "-", "#n/a", "."];
    text.is_empty() || (text.len() <= 4 && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text)))
}

/// The rows of a table, each with its line; empty lines are none.
pub fn records(text: &str, separator: char) -> impl Iterator<Item = (u64, csv::StringRecord)> + '_ {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator as u8)
        .from_reader(text.as_bytes());
    core::iter::from_fn(move || {
        let mut record = csv::StringRecord::new();
        // Reading from memory what is UTF-8 does not fail.
        while reader.read_record(&mut record).ok()? {
            // A line of blanks is as good as none.
            if record.len() > 1 || !record.get(0).unwrap_or_default().trim().is_empty() {
                let line = record.position().map_or(0, csv::Position::line);
                return Some((line, record));
            }
        }
        None
    })
}

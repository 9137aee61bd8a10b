//! From bytes to text, and what a table's text says of itself: its separator, its decimal sign, whether it has a header.

use super::MAX_BYTES;
use crate::fault::{Fault, Read};
use std::borrow::Cow;

/// Lines that a guess looks at.
const LOOKED_AT: usize = 100;

/// The text of UTF-16 with a byte order mark; `None` within where it is damaged.
pub fn utf16(bytes: &[u8]) -> Option<Option<String>> {
    let text = |of: fn([u8; 2]) -> u16| {
        let units = bytes[2..].chunks_exact(2).map(|pair| of([pair[0], pair[1]]));
        char::decode_utf16(units).collect::<Result<String, _>>().ok()
    };
    match bytes {
        [0xff, 0xfe, ..] => Some(text(u16::from_le_bytes)),
        [0xfe, 0xff, ..] => Some(text(u16::from_be_bytes)),
        _ => None,
    }
}

/// UTF-8 or, with a byte order mark, UTF-16.
///
/// # Errors
/// Bytes that are no text, or of another encoding.
pub fn decode(bytes: &[u8]) -> Read<Cow<'_, str>> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Fault::too_large(bytes.len() as u64, MAX_BYTES));
    }
    if let Some(wide) = utf16(bytes) {
        return wide.map(Cow::Owned).ok_or_else(|| Fault::NotText { looks_like: "UTF-16".into() });
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
    known.or_else(|| begin.contains(&0).then_some("a binary file")).or_else(|| other_text(begin))
}

/// Text that is saved in place of a table by mistake: the page that a link leads to, a pointer to a large file, JSON.
fn other_text(begin: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&str, &str); 8] = [
        ("<!doctype", "a web page"),
        ("<html", "a web page"),
        ("<?xml", "XML"),
        ("version https://git-lfs", "a Git LFS pointer"),
        ("{\"", "JSON"),
        ("[{", "JSON"),
        ("[[", "JSON"),
        ("@relation", "an ARFF file"),
    ];
    let text = begin.strip_prefix(b"\xef\xbb\xbf").unwrap_or(begin).trim_ascii_start();
    let starts = |magic: &str| text.len() >= magic.len() && text[..magic.len()].eq_ignore_ascii_case(magic.as_bytes());
    KNOWN.iter().find(|(magic, _)| starts(magic)).map(|(_, name)| *name)
}

/// A text without the comments that it ends with.
fn without_last_comments(mut text: &str) -> &str {
    loop {
        let table = text.trim_end();
        let start = table.rfind('\n').map_or(0, |end| end + 1);
        if !table[start..].starts_with('#') {
            return text;
        }
        text = &table[..start];
    }
}

/// The table within a text: behind comments and Excel's `sep=;`, with the lines before it and the separator that was said.
/// Where there are comments before it, those behind it are none of it either.
pub fn table(text: &str) -> (&str, u64, Option<char>) {
    let (mut rest, mut before, mut said) = (text, 0, None);
    let mut names = None;
    while let Some((line, after)) = rest.split_once('\n') {
        let line = line.trim_end();
        match line.get(..4).filter(|head| head.eq_ignore_ascii_case("sep=")).map(|_| line[4..].chars().next()) {
            Some(sign) if before == 0 => said = sign.filter(|sign| SEPARATORS.contains(sign)),
            None if line.starts_with('#') => names = Some((&rest[1..], before)),
            _ => break,
        }
        (rest, before) = (after, before + 1);
    }
    // The last comment has the columns' names where it is cut as the rows are.
    if let Some((with_names, at)) = names {
        rest = without_last_comments(rest);
        let with_names = without_last_comments(with_names);
        let sign = said.unwrap_or_else(|| separator(with_names));
        let mut lengths = records(with_names, sign).map(|(_, record)| record.len());
        if lengths.next().is_some_and(|length| length > 1 && lengths.next() == Some(length)) {
            return (with_names, at, said);
        }
    }
    (rest, before, said)
}

/// Separators that are looked for; those first that seldom stand in values.
const SEPARATORS: [char; 4] = ['\t', ';', '|', ','];
/// Runs of blanks between columns, as scientific data often have them.
pub const BLANKS: char = ' ';

/// The separator that cuts the first lines into the same number of columns, more than one, as often as any other does.
pub fn separator(text: &str) -> char {
    let lengths = |separator: char| -> Vec<usize> {
        records(text, separator).take(LOOKED_AT).map(|(_, record)| record.len()).collect()
    };
    let share = |lengths: &[usize], most: usize| {
        let same = lengths.iter().filter(|&&count| count == most && most > 1).count();
        same * 1000 / lengths.len().max(1)
    };
    let best = |fits: [usize; SEPARATORS.len()]| {
        let best = fits.into_iter().max().filter(|&best| best > 0)?;
        SEPARATORS.into_iter().zip(fits).find(|&(_, fit)| fit == best).map(|(separator, _)| separator)
    };
    let all = SEPARATORS.map(lengths);
    let by_first = best(all.each_ref().map(|lengths| share(lengths, lengths.first().copied().unwrap_or(1))));
    // A title may stand in the first line.
    let by_most = || best(all.each_ref().map(|lengths| share(lengths, usual(lengths))));
    by_first.or_else(by_most).or_else(|| is_cut_by_blanks(text).then_some(BLANKS)).unwrap_or(',')
}

/// The length that most of the records have.
pub fn usual(lengths: &[usize]) -> usize {
    let count = |length: usize| lengths.iter().filter(|&&other| other == length).count();
    lengths.iter().copied().rev().max_by_key(|&length| count(length)).unwrap_or(1)
}

/// Whether blanks cut all lines into the same number of columns, one of which has a number in each row.
fn is_cut_by_blanks(text: &str) -> bool {
    let rows: Vec<_> = records(text, BLANKS).take(LOOKED_AT).map(|(_, record)| record).collect();
    let columns = rows.first().map_or(0, csv::StringRecord::len);
    let is_number = |column: usize| rows.iter().skip(1).all(|row| number(&row[column], '.').is_some());
    columns > 1 && rows.len() > 2 && rows.iter().all(|row| row.len() == columns) && (0..columns).any(is_number)
}

/// What a number says of the decimal sign.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    Nothing,
    Point,
    Comma,
    /// `1.100`: a decimal sign, or thousands.
    MaybePoint,
    /// `1,100`
    MaybeComma,
}

fn says(field: &str) -> Says {
    if !field.contains(['.', ',']) {
        return Says::Nothing;
    }
    match (number(field, '.').is_some(), number(field, ',').is_some()) {
        (true, true) if field.contains('.') => Says::MaybePoint,
        (true, true) => Says::MaybeComma,
        (true, false) => Says::Point,
        (false, true) => Says::Comma,
        (false, false) => Says::Nothing,
    }
}

/// The decimal sign: a comma where numbers have one and none has a point.
///
/// # Errors
/// Numbers that all can be read in two ways, as `1,100`.
pub fn decimal(text: &str, separator: char) -> Read<char> {
    let (mut points, mut commas, mut maybe_point, mut maybe_comma) = (0, 0, false, None);
    for (line, record) in records(text, separator).take(LOOKED_AT) {
        for field in &record {
            match says(field.trim()) {
                Says::Nothing => {}
                Says::Point => points += 1,
                Says::Comma => commas += 1,
                Says::MaybePoint => maybe_point = true,
                Says::MaybeComma => maybe_comma = maybe_comma.or_else(|| Some((line, field.trim().to_owned()))),
            }
        }
    }
    match (points, commas, maybe_comma) {
        (0, 0, Some((line, text))) if !maybe_point => match separator {
            // Commas between columns go with points in numbers, semicolons with commas.
            ',' => Ok('.'),
            ';' => Ok(','),
            _ => {
                let read = |decimal| number(&text, decimal).map_or_else(String::new, |value| value.to_string());
                Err(Fault::TwoReadings { line, whole: read('.'), fraction: read(','), text })
            }
        },
        _ if commas > points => Ok(','),
        _ => Ok('.'),
    }
}

/// Whether the first row has names: words over columns of numbers; or no numbers, no gaps and none twice, where a later row
/// has a number, or all is text; or numbers that count columns.
pub fn header(text: &str, separator: char, decimal: char) -> bool {
    let mut rows = records(text, separator).map(|(_, row)| row);
    let Some(first) = rows.next() else { return true };
    let rows: Vec<_> = rows.take(LOOKED_AT).collect();
    let is_number = |field: &str| number(field.trim(), decimal).is_some();
    let is_named = |(column, name): (usize, &str)| {
        let below = rows.iter().filter_map(|row| row.get(column)).map(str::trim).filter(|field| !is_missing(field));
        let (numbers, words): (Vec<&str>, Vec<&str>) = below.partition(|field| is_number(field));
        !is_missing(name.trim()) && !is_number(name) && words.is_empty() && numbers.len() > 2
    };
    if first.iter().enumerate().any(is_named) {
        return true;
    }
    if first.iter().any(is_number) {
        let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(str::trim).collect()).collect();
        return are_counted(&first.iter().map(str::trim).collect::<Vec<_>>(), &rows);
    }
    let names: Vec<&str> = first.iter().map(str::trim).collect();
    let is_distinct = names.iter().enumerate().all(|(k, name)| !names[..k].contains(name));
    is_distinct || rows.iter().any(|row| row.iter().any(is_number))
}

/// Whether a first row names columns by years or other whole numbers: two or more in even steps, and beside them a word or
/// words, none of which stands below among words that come again and again.
fn are_counted(first: &[&str], rows: &[Vec<&str>]) -> bool {
    let whole = |field: &&str| field.parse::<i32>().ok();
    let counted: Vec<i32> = first.iter().filter_map(whole).collect();
    let step = |pair: &[i32]| i64::from(pair[1]) - i64::from(pair[0]);
    let in_steps =
        counted.len() > 1 && step(&counted) != 0 && counted.windows(2).all(|pair| step(pair) == step(&counted));
    let is_new = |(column, name): (usize, &&str)| {
        let below: Vec<&str> = rows.iter().filter_map(|row| row.get(column).copied()).collect();
        let distinct = below.iter().enumerate().filter(|(k, word)| !below[..*k].contains(word)).count();
        let are_words = below.iter().chain([name]).all(|field| number(field, '.').is_none());
        are_words && !below.contains(name) && 2 * distinct <= rows.len()
    };
    let words = first.len() - counted.len();
    in_steps && words > 0 && first.iter().enumerate().filter(|(_, name)| whole(name).is_none()).all(is_new)
}

/// A number with this decimal sign, which networks can be told of: they count in f32.
pub fn number(text: &str, decimal: char) -> Option<f64> {
    value(text, decimal, |value| value.abs() <= f64::from(f32::MAX))
}

/// Whether a text is a number that is beyond what f32 holds.
pub fn is_beyond(text: &str, decimal: char) -> bool {
    text.chars().any(char::is_numeric) && value(text, decimal, |value| value.abs() > f64::from(f32::MAX)).is_some()
}

/// A number with this decimal sign, if it is one that is wanted.
fn value(text: &str, decimal: char, is_wanted: fn(f64) -> bool) -> Option<f64> {
    let starts = text.bytes().next().is_some_and(|byte| byte.is_ascii_digit() || b"+-.,".contains(&byte));
    if !starts {
        // Other scripts' digits and print's minus are seldom enough to be looked for only here.
        return if text.is_ascii() { None } else { value(&ascii(text)?, decimal, is_wanted) };
    }
    let held = |text: &str| text.parse().ok().filter(|value: &f64| is_wanted(*value));
    let found = match decimal {
        '.' => held(text),
        _ if text.contains('.') => None,
        _ => held(&text.replace(',', ".")),
    };
    found.or_else(|| held(&without_groups(text, decimal)?))
}

/// A text that begins with a full-width digit or sign, or a minus of print's, in ASCII.
fn ascii(text: &str) -> Option<String> {
    let plain = |sign: char| match sign {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(sign as u32 - 0xfee0).unwrap_or(sign),
        '\u{2212}' | '\u{2010}'..='\u{2013}' => '-',
        _ => sign,
    };
    let first = text.chars().next()?;
    let plain_first = plain(first);
    if plain_first == first || !(plain_first.is_ascii_digit() || "+-.,".contains(plain_first)) {
        return None;
    }
    Some(text.chars().map(plain).collect())
}

/// Thousands in groups as digits alone, with a point before decimals: `1,234.5`, `1.234,5`, `1 234`, `1'234`.
fn without_groups(text: &str, decimal: char) -> Option<String> {
    if text.len() > 40 {
        return None;
    }
    let (sign, body) = text.split_at(text.len() - text.trim_start_matches(['+', '-']).len());
    let (whole, rest) = body.split_once(decimal).unwrap_or((body, ""));
    let between = whole.chars().find(|one| !one.is_ascii_digit())?;
    let other = if decimal == '.' { ',' } else { '.' };
    if between != other && !"' \u{2019}\u{a0}\u{2007}\u{2009}\u{202f}".contains(between) {
        return None;
    }
    let mut groups = whole.split(between);
    let first = groups.next().filter(|first| (1..=3).contains(&first.len()) && !first.starts_with('0'))?;
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let are_threes = groups.clone().all(|group| group.len() == 3 && is_digits(group));
    if sign.len() > 1 || !are_threes || !is_digits(first) || !is_digits(rest) {
        return None;
    }
    let digits: String = groups.fold(first.to_owned(), |all, group| all + group);
    Some(format!("{sign}{digits}.{rest}"))
}

/// Whether a field has no value: empty, or one of the words that tables have for it.
pub fn is_missing(text: &str) -> bool {
    const WORDS: [&str; 9] = ["na", "n/a", "nan", "null", "none", "?", "-", "#n/a", "."];
    text.is_empty() || (text.len() <= 4 && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text)))
}

/// The rows of a table, each with its line; empty lines are none.
pub fn records(text: &str, separator: char) -> Box<dyn Iterator<Item = (u64, csv::StringRecord)> + '_> {
    if separator == BLANKS {
        let rows = (1..).zip(text.lines()).map(|(line, text)| (line, csv::StringRecord::from(words(text))));
        return Box::new(rows.filter(|(_, record)| !record.is_empty()));
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator as u8)
        .from_reader(text.as_bytes());
    Box::new(core::iter::from_fn(move || {
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
    }))
}

/// A line's words; what stands in quotation marks is one.
fn words(line: &str) -> Vec<&str> {
    let (mut words, mut rest) = (Vec::new(), line.trim());
    while !rest.is_empty() {
        let quoted = rest.strip_prefix('"').and_then(|inner| inner.split_once('"'));
        let (word, after) = quoted.unwrap_or_else(|| rest.split_once(char::is_whitespace).unwrap_or((rest, "")));
        words.push(word);
        rest = after.trim_start();
    }
    words
}

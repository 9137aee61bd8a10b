//! What a study document says of a reader's own data, and how it is written there.

use super::Study;
use super::section::{Section, as_written, document_of};
use crate::dataset::own::{
    ColumnKind, Fault, Found, MAX_TEXT, Missing, Own, Reading, Source, read_csv, read_idx, read_text,
};
use crate::dataset::{Dataset, Kind, TaskKind};
use crate::error::{Error, Result};
use crate::space::numbers::shown;
use serde_json::{Map, Value, json};

/// In the page a study's check is told what is in its table, by whoever has read it (`OwnFiles` of the module for analyses).
const READS_TABLES: bool = !cfg!(target_arch = "wasm32");

/// Keys of `dataset` that only own data have.
pub fn keys(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Generated | Kind::Bundled => &[],
        Kind::Text => {
            &["text", "file", "target", "task", "separator", "decimal", "header", "missing", "columns", "found"]
        }
        Kind::Files => &["files", "found"],
    }
}

/// Own data as the document has them; `None` of data sets that are not. A text is read here and now.
///
/// # Errors
/// Keys that are wrong, or data that are.
pub(super) fn check(kind: Kind, dataset: &Section<'_>) -> Result<Option<Own>> {
    let (source, reading) = match kind {
        Kind::Generated | Kind::Bundled => return Ok(None),
        Kind::Text => (source(dataset)?, reading(dataset)?),
        Kind::Files => (files(dataset)?, Reading::default()),
    };
    if let (true, Source::Text(text)) = (READS_TABLES, &source) {
        let (data, found) = read_table(text, &reading)?;
        return Ok(Some(Own { source, reading, found, data: Some(data.into()) }));
    }
    let found = found(dataset)?;
    Ok(Some(Own { source, reading, found, data: None }))
}

fn read_table(text: &str, reading: &Reading) -> Result<(Dataset, Found)> {
    let wrong = |fault: Fault| Error::BadTable { file: "dataset.text".into(), fault };
    if text.len() > MAX_TEXT {
        return Err(wrong(Fault::too_large(text.len() as u64, MAX_TEXT as u64)));
    }
    let (_, data, found) = read_text(text, reading).map_err(wrong)?;
    Ok((data, found))
}

/// The table that stands as text in the `dataset` of a study (JSON), and what was found in it.
///
/// # Errors
/// Settings that are none, and whatever keeps the table from being trained.
pub fn table_of(dataset: &str) -> Result<(Dataset, Found)> {
    let value = object(dataset)?;
    let section = Section { path: "dataset".into(), object: &value };
    match source(&section)? {
        Source::Text(text) => read_table(&text, &reading(&section)?),
        Source::File(_) | Source::Files(_) => Err(Error::Missing { key: section.key("text"), accepted: "text".into() }),
    }
}

impl Study {
    /// Reads and checks a study document whose own data may be in files: `read` has the bytes of a file by its name in the
    /// document.
    ///
    /// # Errors
    /// As [`Study::parse`], and what keeps the files from being trained.
    pub fn parse_with(text: &str, read: &dyn Fn(&str) -> Result<Vec<u8>>) -> Result<Self> {
        let mut document = document_of(text)?;
        let data = open(&mut document, read)?;
        let mut study = Self::check(&document).map_err(|error| as_written(error, text))?;
        if let (Some(own), Some(data)) = (&mut study.own, data) {
            own.accept(&Found::of(&data))?;
            own.data = Some(data.into());
        }
        Ok(study)
    }
}

/// Reads the files that a document's own data are in, and writes down what was found where that does not stand there yet.
fn open(document: &mut Value, read: &dyn Fn(&str) -> Result<Vec<u8>>) -> Result<Option<Dataset>> {
    let Some(object) = document.get("dataset").and_then(Value::as_object) else { return Ok(None) };
    let section = Section { path: "dataset".into(), object };
    let data = match (object.get("file").and_then(Value::as_str), object.contains_key("files")) {
        (Some(file), false) => {
            let reading = reading(&section)?;
            let bytes = read(file)?;
            let wrong = |fault: Fault| Error::BadTable { file: file.into(), fault };
            let (report, data) = read_csv(&bytes, &reading).map_err(wrong)?;
            data.ok_or_else(|| wrong(report.fault.unwrap_or(Fault::Empty {})))?
        }
        (None, true) => {
            let source = files(&section)?;
            let Source::Files(names) = &source else { return Ok(None) };
            let bytes = names.iter().map(|name| read(name)).collect::<Result<Vec<_>>>()?;
            let bytes: Vec<&[u8]> = bytes.iter().map(Vec::as_slice).collect();
            read_idx(&bytes).map_err(|fault| Error::BadTable { file: source.names(), fault })?
        }
        _ => return Ok(None),
    };
    if let Some(dataset) = document.get_mut("dataset").and_then(Value::as_object_mut)
        && !dataset.contains_key("found")
    {
        dataset.insert("found".into(), found_json(&Found::of(&data)));
    }
    Ok(Some(data))
}

/// How a table is read, as the `dataset` of a study (JSON) says.
///
/// # Errors
/// Settings that are none.
pub fn reading_of(dataset: &str) -> Result<Reading> {
    reading(&Section { path: "dataset".into(), object: &object(dataset)? })
}

fn object(text: &str) -> Result<Map<String, Value>> {
    match crate::json::parse(text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Error::NotAStudy { detail: "not a JSON object".into() }),
        Err(error) => Err(Error::NotAStudy { detail: error.to_string() }),
    }
}

/// What was found, as a document has it.
pub fn found_json(found: &Found) -> Value {
    let Found { task, rows, features, classes, class_rows, digest } = found;
    let mut json = json!({"task": task.name(), "rows": rows, "features": features, "classes": classes});
    if !class_rows.is_empty() {
        json["class_rows"] = json!(class_rows);
    }
    json["digest"] = json!(digest);
    json
}

fn source(dataset: &Section<'_>) -> Result<Source> {
    match (dataset.object.get("text"), dataset.object.get("file")) {
        (Some(Value::String(text)), None) => Ok(Source::Text(text.as_str().into())),
        (None, Some(Value::String(file))) => Ok(Source::File(file.clone())),
        (Some(text), None) => Err(dataset.wrong("text", text, "text")),
        (None, Some(file)) => Err(dataset.wrong("file", file, "text")),
        (Some(_), Some(_)) => Err(Error::UnknownKey {
            key: dataset.key("file"),
            within: dataset.path.clone(),
            accepted: "text | file".into(),
        }),
        (None, None) => Err(Error::Missing { key: dataset.key("text"), accepted: "text | file".into() }),
    }
}

fn files(dataset: &Section<'_>) -> Result<Source> {
    let accepted = "[images, labels]";
    let value = dataset.object.get("files");
    let value = value.ok_or_else(|| Error::Missing { key: dataset.key("files"), accepted: accepted.into() })?;
    let names = value.as_array().map(|names| names.iter().filter_map(Value::as_str).map(Into::into).collect());
    match names {
        Some(names) if Vec::len(&names) == 2 && value.as_array().is_some_and(|all| all.len() == 2) => {
            Ok(Source::Files(names))
        }
        _ => Err(dataset.wrong("files", value, accepted)),
    }
}

fn reading(dataset: &Section<'_>) -> Result<Reading> {
    let target = match dataset.object.get("target") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name.clone()),
        Some(other) => return Err(dataset.wrong("target", other, "text")),
    };
    let sign = |name: &str, accepted: &'static [(&str, char)]| {
        let names = accepted.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" | ");
        let found = dataset.name(name, &names, "")?;
        let sign = |found: &str| accepted.iter().find(|(name, _)| *name == found).map(|(_, sign)| *sign);
        Ok(found.and_then(sign))
    };
    let missing = match dataset.name("missing", Missing::NAMES, "")? {
        Some("drop") => Missing::Drop,
        _ => Missing::Mean,
    };
    let mut columns = Vec::new();
    let section = dataset.section("columns")?;
    for name in section.object.keys() {
        let kind = section.name(name, ColumnKind::NAMES, "")?.and_then(ColumnKind::named);
        columns.extend(kind.map(|kind| (name.clone(), kind)));
    }
    Ok(Reading {
        target,
        task: dataset.name("task", TaskKind::NAMES, "")?.and_then(TaskKind::named),
        separator: sign("separator", &SEPARATORS)?,
        decimal: sign("decimal", &DECIMALS)?,
        header: dataset.object.contains_key("header").then(|| dataset.boolean("header", true)).transpose()?,
        missing,
        columns,
    })
}

const SEPARATORS: [(&str, char); 6] = [(",", ','), (";", ';'), ("\t", '\t'), ("tab", '\t'), ("|", '|'), (" ", ' ')];
const DECIMALS: [(&str, char); 2] = [(".", '.'), (",", ',')];

/// What was found in a file, by whoever has read it.
fn found(dataset: &Section<'_>) -> Result<Found> {
    if !dataset.object.contains_key("found") {
        let accepted = "a file that has been read".into();
        return Err(Error::Missing { key: dataset.key("found"), accepted });
    }
    let found = dataset.section("found")?;
    found.only(&["task", "rows", "features", "classes", "class_rows", "digest"])?;
    let task = found.name("task", TaskKind::NAMES, "")?.and_then(TaskKind::named);
    let missing = |key: &str, accepted: &str| Error::Missing { key: found.key(key), accepted: accepted.into() };
    let digest = found.object.get("digest").ok_or_else(|| missing("digest", "16 hexadecimal digits"))?;
    let is_digest = |text: &&str| text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let digest = digest.as_str().filter(is_digest).ok_or_else(|| Error::OutOfRange {
        key: found.key("digest"),
        found: shown(digest),
        accepted: "16 hexadecimal digits".into(),
    })?;
    let task = task.ok_or_else(|| missing("task", TaskKind::NAMES))?;
    let classes = match task {
        TaskKind::Classes => found.whole("classes", 2.0, 2.0, 1000.0)? as u32,
        TaskKind::Numbers => found.whole("classes", 0.0, 0.0, 0.0)? as u32,
    };
    let rows = found.whole("rows", 10.0, 10.0, 1e8)? as u32;
    let features = found.whole("features", 1.0, 1.0, 20_000.0)? as u32;
    let class_rows = class_rows(&found, rows, classes)?;
    Ok(Found { task, rows, features, classes, class_rows, digest: digest.into() })
}

/// Rows of each class, all of them those of the data; none where a document does not tell.
fn class_rows(found: &Section<'_>, rows: u32, classes: u32) -> Result<Vec<u32>> {
    let Some(value) = found.object.get("class_rows") else { return Ok(Vec::new()) };
    let accepted = format!("{classes} whole numbers that sum to {rows}");
    let wrong = || found.wrong("class_rows", value, &accepted);
    let whole = |one: &Value| one.as_u64().and_then(|one| u32::try_from(one).ok());
    let told: Vec<u32> = value.as_array().and_then(|all| all.iter().map(whole).collect()).ok_or_else(wrong)?;
    let sum: u64 = told.iter().map(|&one| u64::from(one)).sum();
    if told.len() == classes as usize && sum == u64::from(if classes == 0 { 0 } else { rows }) {
        return Ok(told);
    }
    Err(wrong())
}

/// Writes own data into a document's `dataset`: only what was said, and what was found.
pub(super) fn write(own: &Own, dataset: &mut Value) {
    let Value::Object(keys) = dataset else { return };
    match &own.source {
        Source::Text(text) => keys.insert("text".into(), json!(&**text)),
        Source::File(name) => keys.insert("file".into(), json!(name)),
        Source::Files(names) => keys.insert("files".into(), json!(names)),
    };
    let Reading { target, task, separator, decimal, header, missing, columns } = &own.reading;
    let said = [
        ("target", target.as_ref().map(|name| json!(name))),
        ("task", task.map(|task| json!(task.name()))),
        ("separator", separator.map(|sign| json!(sign))),
        ("decimal", decimal.map(|sign| json!(sign))),
        ("header", header.map(Value::Bool)),
        ("missing", (*missing != Missing::Mean).then(|| json!(missing.name()))),
    ];
    for (key, value) in said {
        keys.extend(value.map(|value| (key.to_owned(), value)));
    }
    if !columns.is_empty() {
        let kinds: Map<String, Value> = columns.iter().map(|(name, kind)| (name.clone(), json!(kind.name()))).collect();
        keys.insert("columns".into(), Value::Object(kinds));
    }
    keys.insert("found".into(), found_json(&own.found));
}

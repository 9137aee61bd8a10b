//! What other programs are given of a result, and what their journals are here: the texts of `tune export` and `tune import`.

use super::{problem, to_js, unread};
use crate::error::Error;
use crate::export::journal::read;
use crate::export::{Kind, export, trials_of};
use crate::study::Study;
use serde_json::json;
use wasm_bindgen::prelude::*;

/// A result (JSON) as something else, a [`Kind`] by name; `trial` is the one that a script trains. A list of files, each with
/// name and text.
///
/// # Errors
/// The problem, as an object.
#[wasm_bindgen]
#[expect(clippy::needless_pass_by_value, reason = "wasm-bindgen passes optional slices by value")]
pub fn export_as(kind: &str, result: &str, trial: Option<u32>, table: Option<Box<[u8]>>) -> Result<JsValue, JsValue> {
    let kind = Kind::named(kind).ok_or_else(|| unread("a kind of export"))?;
    let make = || {
        let result = crate::json::parse(result).map_err(|error| Error::NotAStudy { detail: error.to_string() })?;
        trials_of(&result)?;
        let study = Study::parse(&result["study"].to_string())?;
        let rows = if kind.has_rows() { Some(study.load(table.as_deref())?) } else { None };
        export(&result, &study, kind, trial, rows.as_ref())
    };
    let made = make().map_err(|error| problem(&error))?;
    let files = [Some(made.file), made.beside].into_iter().flatten();
    to_js(&files.map(|file| json!({"name": file.name, "text": file.text})).collect::<Vec<_>>())
}

/// An Optuna journal as the text of a result; `study` is what its trials are of where it does not say so.
///
/// # Errors
/// The problem, as an object.
#[wasm_bindgen]
pub fn import_journal(text: &str, study: &str) -> Result<String, JsValue> {
    let make = || {
        let studies = read::read(read::whole_lines(text).0)?;
        let [kept] = studies.as_slice() else {
            let names: Vec<&str> = studies.iter().map(|study| study.name.as_str()).collect();
            let detail =
                format!("it holds {} studies ({}); this page opens those of one", names.len(), names.join(", "));
            return Err(Error::File { path: "the journal".into(), detail });
        };
        let given = if kept.study().is_some() { None } else { Some(Study::parse(study)?) };
        kept.result(given.as_ref())
    };
    make().map(|result| result.to_string()).map_err(|error| problem(&error))
}

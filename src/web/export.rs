//! What other programs are given of a result, and what their journals are here: the texts of `tune export` and `tune import`.

use super::{problem, to_js, unread};
use crate::error::Error;
use crate::export::journal::read;
use crate::export::{Kind, export, trials_of, weights};
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

/// An ended trial's weights as a file that `PyTorch` loads, and the script that loads it. `networks` are the networks one after
/// the other, one for each of so many `seeds`, in the engine's order; `scaling` has mean and deviation of each feature, then of
/// the target. A list of files, each with its name and its `bytes` or its `text`.
///
/// # Errors
/// The problem, as an object.
#[wasm_bindgen]
pub fn weights_as(
    study: &str,
    trial: &str,
    networks: &[f32],
    seeds: usize,
    scaling: &[f64],
    stem: &str,
) -> Result<js_sys::Array, JsValue> {
    let study = Study::parse(study).map_err(|error| problem(&error))?;
    let trial = crate::json::parse(trial).map_err(|_| unread("a trial"))?;
    let (number, params) =
        trial["number"].as_u64().zip(trial["params"].as_object()).ok_or_else(|| unread("a trial"))?;
    let networks: Vec<&[f32]> = networks.chunks_exact((networks.len() / seeds.max(1)).max(1)).collect();
    let scaling: Vec<(f64, f64)> = scaling.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    let trained =
        weights::Trained { study: &study, number: number as u32, params, networks: &networks, scaling: &scaling };
    let files = weights::write(&trained, stem).map_err(|error| problem(&error))?;
    let file = |name: &str, key: &str, value: JsValue| {
        let entries = js_sys::Array::of2(
            &js_sys::Array::of2(&"name".into(), &name.into()),
            &js_sys::Array::of2(&key.into(), &value),
        );
        js_sys::Object::from_entries(&entries)
    };
    let bytes = js_sys::Uint8Array::from(&files.weights[..]);
    let weights = file(&files.name, "bytes", bytes.into())?;
    Ok(js_sys::Array::of2(&weights, &file(&files.script.name, "text", files.script.text.into())?.into()))
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

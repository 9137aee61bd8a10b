//! The engine as the page's Workers see it: the only user of `wasm_bindgen`, `js_sys` and `web_sys`.
//!
//! Four modules are made of it: the engine, which checks studies and trains them on the CPU; and those that are loaded when
//! they are first needed: with the feature `gpu` what trains on the GPU, with `analyses` what is looked at of trained
//! networks and what reads tables, with `search` sessions that learn, prune or have stages.
//!
//! Documents come in as JSON text; what goes out is plain objects and arrays, or a thrown problem (`Error::to_json`).

#[cfg(not(any(feature = "analyses", feature = "search")))]
mod bench;
#[cfg(not(any(feature = "analyses", feature = "gpu", feature = "search")))]
mod cpu;
#[cfg(feature = "analyses")]
mod ensemble;
#[cfg(feature = "analyses")]
mod export;
#[cfg(feature = "gpu")]
mod gpu;
#[cfg(not(any(feature = "analyses", feature = "search")))]
mod map;
#[cfg(feature = "analyses")]
mod model;
#[cfg(feature = "analyses")]
mod own;
#[cfg(not(any(feature = "analyses", feature = "gpu", feature = "search")))]
mod page;
#[cfg(feature = "analyses")]
mod plane_work;
#[cfg(feature = "analyses")]
mod race;
#[cfg(feature = "analyses")]
mod range_test;
#[cfg(not(any(feature = "analyses", feature = "gpu")))]
mod session;
#[cfg(feature = "analyses")]
mod sharpness;
#[cfg(feature = "analyses")]
mod surface;
#[cfg(feature = "search")]
mod surrogate;
#[cfg(not(any(feature = "analyses", feature = "search")))]
mod training;

use crate::error::Error;
#[cfg(not(any(feature = "gpu", feature = "search")))]
use crate::study::Study;
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// Plain objects, null for what is missing: they survive structuredClone and JSON.
fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&serializer).map_err(|error| JsValue::from_str(&error.to_string()))
}

/// Text goes between threads far quicker than tens of thousands of objects.
#[cfg(not(any(feature = "analyses", feature = "gpu")))]
fn text<T: Serialize + ?Sized>(value: &T) -> Result<String, JsValue> {
    serde_json::to_string(value).map_err(|error| JsValue::from_str(&error.to_string()))
}

fn problem(error: &Error) -> JsValue {
    to_js(&error.to_json()).unwrap_or_else(|other| other)
}

/// What came from another thread and is not what a thread sends.
fn unread(what: &str) -> JsValue {
    problem(&Error::NotAStudy { detail: what.into() })
}

/// A panic becomes an exception that says why: else it would be a mere "unreachable".
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|info| {
        wasm_bindgen::throw_str(info.payload_as_str().unwrap_or("the engine panicked"));
    }));
}

/// The file under `data/` that a study needs, or `own:` and the digest of a reader's own data; null where its data are
/// generated.
///
/// # Errors
/// The problem, as an object.
#[cfg(not(any(feature = "gpu", feature = "search")))]
#[wasm_bindgen]
pub fn data_file(study: &str) -> Result<Option<String>, JsValue> {
    let study = Study::parse(study).map_err(|error| problem(&error))?;
    Ok(study.own.as_ref().map(|own| format!("own:{}", own.found.digest)).or_else(|| study.data_file().map(Into::into)))
}

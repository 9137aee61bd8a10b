//! A reader's own files, read in a Worker that does nothing else: what is in them, and the packed table that Workers train.

use super::{problem, to_js};
use crate::dataset::own::{self, Fault, Found, MAX_BYTES};
use crate::error::Error;
use crate::study::own_data::{found_json, reading_of, table_of};
use serde_json::json;
use wasm_bindgen::prelude::*;

/// Files that are being read, kept so that they can be read in another way.
#[wasm_bindgen]
#[derive(Default)]
pub struct OwnFiles {
    files: Vec<(String, Vec<u8>)>,
    table: Option<crate::dataset::Dataset>,
}

#[wasm_bindgen]
impl OwnFiles {
    /// No files yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a file of about so many bytes.
    pub fn open(&mut self, name: &str, bytes: f64) {
        let most = bytes.clamp(0.0, MAX_BYTES as f64) as usize;
        self.files.push((name.to_owned(), Vec::with_capacity(most)));
    }

    /// The next bytes of the file begun last.
    ///
    /// # Errors
    /// More than are read.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), JsValue> {
        let Some((name, file)) = self.files.last_mut() else { return Ok(()) };
        let length = (file.len() + bytes.len()) as u64;
        if length > MAX_BYTES {
            let fault = Fault::too_large(length, MAX_BYTES);
            return Err(problem(&Error::BadTable { file: name.clone(), fault }));
        }
        file.extend_from_slice(bytes);
        Ok(())
    }

    /// Whether the files are images and labels, by their first bytes.
    pub fn are_idx(&self) -> bool {
        !self.files.is_empty() && self.files.iter().all(|(_, bytes)| bytes.starts_with(&[0, 0, 8]))
    }

    /// Reads the files as a study's `dataset` says: `{report, found, dataset}`, where what was found is null of data that
    /// cannot be trained, and `report.fault` says why.
    ///
    /// # Errors
    /// The problem, as an object, of files of which there is nothing to show.
    pub fn read(&mut self, dataset: &str) -> Result<JsValue, JsValue> {
        self.table = None;
        let names = self.files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
        let wrong = |fault: Fault| problem(&Error::BadTable { file: names.clone(), fault });
        let reading = reading_of(dataset).map_err(|error| problem(&error))?;
        if self.are_idx() {
            let files: Vec<&[u8]> = self.files.iter().map(|(_, bytes)| bytes.as_slice()).collect();
            let data = own::read_idx(&files).map_err(wrong)?;
            let (side, classes) = (data.columns, data.class_names.len());
            let report = json!({ "rows": data.rows, "features": side, "classes": classes, "fault": null });
            return self.answer(&report, Some(data));
        }
        if self.files.len() > 1 {
            return Err(wrong(Fault::IdxPair { images: 0, labels: 0 }));
        }
        let Some((_, bytes)) = self.files.first() else { return Err(wrong(Fault::Empty {})) };
        let (report, data) = own::read_csv(bytes, &reading).map_err(wrong)?;
        let report = serde_json::to_value(&report).unwrap_or_default();
        self.answer(&report, data)
    }

    /// Reads the table that stands in a study's `dataset` as text: what was found in it.
    ///
    /// # Errors
    /// The problem, as an object.
    pub fn read_text(&mut self, dataset: &str) -> Result<JsValue, JsValue> {
        let (data, found) = table_of(dataset).map_err(|error| problem(&error))?;
        self.table = Some(data);
        to_js(&found_json(&found))
    }

    fn answer(
        &mut self,
        report: &serde_json::Value,
        data: Option<crate::dataset::Dataset>,
    ) -> Result<JsValue, JsValue> {
        let found = data.as_ref().map(|data| found_json(&Found::of(data)));
        let preview = data.as_ref().map(|data| crate::dataset::preview(data, PREVIEW));
        self.table = data;
        to_js(&json!({ "report": report, "found": found, "preview": preview }))
    }

    /// Lines of the first file around one that was named, counted from 1.
    pub fn line(&self, line: u32) -> String {
        let Some((_, bytes)) = self.files.first() else { return String::new() };
        let line = (line as usize).max(1) - 1;
        let from = line.saturating_sub(1);
        let shown = bytes.split(|&byte| byte == b'\n').enumerate().skip(from).take(3);
        let text = |(at, line): (usize, &[u8])| {
            let start = &line[..line.len().min(300)];
            format!("{}  {}", at + 1, String::from_utf8_lossy(start).trim_end())
        };
        shown.map(text).collect::<Vec<_>>().join("\n")
    }

    /// A table that is small enough to stand in a study.
    pub fn text(&self) -> Option<String> {
        match &self.files[..] {
            [(_, bytes)] if bytes.len() <= IN_STUDY && !self.are_idx() => String::from_utf8(bytes.clone()).ok(),
            _ => None,
        }
    }

    /// The packed table of what was read last.
    pub fn packed(&self) -> Option<Vec<u8>> {
        self.table.as_ref().map(own::pack)
    }
}

/// A table of at most so many bytes goes with its study, in links, too.
const IN_STUDY: usize = 3000;
/// Rows of the picture that stands beside a table.
const PREVIEW: usize = 200;

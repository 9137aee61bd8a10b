//! What is read and written: never without a bound, in the encodings that systems write, and nothing that took long is lost.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write as _};
use std::path::{Path, PathBuf};
use tuning_playground::dataset::own::{Fault, MAX_BYTES, utf16};
use tuning_playground::export::journal::read::whole_lines;
use tuning_playground::study::Study;
use tuning_playground::{Error, Result, json, result};

/// The most bytes of a document or a journal.
const MOST_BYTES: u64 = 1 << 30;
/// The name of standard input and output.
const DASH: &str = "-";
/// What a gzip archive begins with.
const GZIP: &[u8] = b"\x1f\x8b";
/// What a line of a journal begins with.
const FIRST_KEY: &str = "{\"op_code\"";

/// What is wrong with a file.
pub fn problem(path: &Path, detail: impl Into<Box<dyn std::error::Error>>) -> Error {
    Error::File { path: path.display().to_string(), detail: detail.into().to_string() }
}

/// All bytes, unpacked where they are a gzip archive, as MNIST's are; `None` where there are more than `most`.
fn bytes(mut source: impl Read, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    // A device need not end. One byte more than is read says that there is more.
    source.by_ref().take(most + 1).read_to_end(&mut bytes)?;
    if bytes.starts_with(GZIP) {
        let packed = core::mem::take(&mut bytes);
        let mut rest = &packed[..];
        // Archives may follow each other in one file; behind the last may stand what fills a tape's block.
        while rest.starts_with(GZIP) && bytes.len() as u64 <= most {
            let mut archive = flate2::bufread::GzDecoder::new(rest);
            archive.by_ref().take(most + 1 - bytes.len() as u64).read_to_end(&mut bytes)?;
            rest = archive.into_inner();
        }
    }
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

/// The bytes of a document; - is standard input.
fn document(path: &Path) -> Result<Vec<u8>> {
    let read = match path.to_str() {
        Some(DASH) => bytes(io::stdin().lock(), MOST_BYTES),
        _ => File::open(path).and_then(|file| bytes(file, MOST_BYTES)),
    };
    let too_many =
        || problem(path, format!("more than {} MB are no document of these; name another", MOST_BYTES >> 20));
    read.map_err(|error| problem(path, error))?.ok_or_else(too_many)
}

/// The line, from 1, in which bytes stop being UTF-8, and whether it is the last and has no end.
fn not_utf8(error: &std::string::FromUtf8Error) -> (usize, bool) {
    let (before, rest) = error.as_bytes().split_at(error.utf8_error().valid_up_to());
    (before.split(|&byte| byte == b'\n').count(), !rest.contains(&b'\n'))
}

/// The text of a document, without a byte order mark.
pub fn read(path: &Path) -> Result<String> {
    let bytes = document(path)?;
    if let Some(text) = utf16(&bytes) {
        return text.ok_or_else(|| problem(path, "this is damaged UTF-16; save it as UTF-8"));
    }
    let text = String::from_utf8(bytes)
        .map_err(|error| problem(path, format!("line {} is not UTF-8; save it as UTF-8", not_utf8(&error).0)))?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// A journal's text: whole lines, and behind them a line that is being written or was cut off, in the middle of a letter, too.
pub struct JournalText {
    text: String,
    end: usize,
}

impl JournalText {
    /// Of what is in a file. What begins as no journal does is somebody's file, and no line that was cut off.
    pub fn new(path: &Path, bytes: Vec<u8>) -> Result<Self> {
        let text = String::from_utf8(bytes).or_else(|error| match not_utf8(&error) {
            (_, true) => Ok(String::from_utf8_lossy(error.as_bytes()).into_owned()),
            (line, false) => Err(problem(path, format!("line {line} is not UTF-8, which a journal is"))),
        })?;
        let end = whole_lines(&text).0.len();
        let begun = text[end..].trim_matches(|letter: char| letter.is_whitespace() || "\0\u{feff}".contains(letter));
        if text[..end].trim().is_empty() && !FIRST_KEY.starts_with(begun) && !begun.starts_with(FIRST_KEY) {
            return Err(problem(path, "this is no journal, and stays as it is; name another file"));
        }
        Ok(Self { text, end })
    }

    /// Reads one.
    pub fn read(path: &Path) -> Result<Self> {
        Self::new(path, document(path)?)
    }

    /// The lines that are whole.
    pub fn whole(&self) -> &str {
        &self.text[..self.end]
    }

    /// Whether something stands behind them.
    pub fn is_cut(&self) -> bool {
        self.end < self.text.len()
    }
}

/// The study in a file, or of the result in it; files that it names lie beside it.
pub fn study_in(path: &Path) -> Result<Study> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut text = read(path)?;
    if let Some(document) = json::parse(&text).ok().filter(|document| document["format"] == result::FORMAT) {
        if !document["study"].is_object() {
            return Err(problem(path, "this result has no study; name the study's own file"));
        }
        text = document["study"].to_string();
    }
    Study::parse_with(&text, &|name| beside(folder, name))
}

/// The bytes of a file of own data, in a folder.
pub fn beside(folder: &Path, name: &str) -> Result<Vec<u8>> {
    let path = folder.join(name);
    let file = File::open(&path).map_err(|error| problem(&path, error))?;
    let size = file.metadata().map_or(0, |about| about.len());
    let read = if size > MAX_BYTES { Ok(None) } else { bytes(file, MAX_BYTES) };
    let too_large = || {
        let fault = Fault::too_large(size.max(MAX_BYTES + 1), MAX_BYTES);
        Error::BadTable { file: name.into(), fault }
    };
    read.map_err(|error| problem(&path, error))?.ok_or_else(too_large)
}

/// Writes to standard output; a reader that has gone away has read what it wanted.
pub fn print(text: &str) -> Result<()> {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(problem(Path::new("standard output"), error)),
        _ => Ok(()),
    }
}

/// Whether two names are of one file, as far as the system knows them.
pub fn are_one(a: &Path, b: &Path) -> bool {
    let [a, b] = [a, b].map(|path| path.canonicalize().or_else(|_| std::path::absolute(path)).ok());
    a.is_some() && a == b
}

/// Where a document goes: a file, or standard output for - and nothing.
pub struct Target {
    /// The file.
    pub file: Option<PathBuf>,
}

impl Target {
    /// Refuses a file that can't be written before hours of training end with that.
    pub fn new(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path.filter(|path| *path != Path::new(DASH)) else { return Ok(Self { file: None }) };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if path.is_dir() {
            return Err(problem(path, "this is a folder; name a file in it"));
        }
        if folder.is_some_and(|folder| !folder.is_dir()) {
            return Err(problem(path, "its folder is not there; create it or choose another"));
        }
        let is_new = path.symlink_metadata().is_err();
        // To open a pipe would be to wait for its reader.
        if is_new || path.is_file() {
            OpenOptions::new().append(true).create_new(is_new).open(path).map_err(|error| problem(path, error))?;
        }
        if is_new {
            fs::remove_file(path).map_err(|error| problem(path, error))?;
        }
        Ok(Self { file: Some(path.into()) })
    }

    /// Writes the document. What cannot be written there may have taken hours: it is kept among temporary files.
    pub fn write(&self, text: &str) -> Result<()> {
        let Some(file) = &self.file else { return print(text) };
        fs::write(file, text).map_err(|error| {
            let kept = std::env::temp_dir().join(format!("tune-{}.json", std::process::id()));
            match fs::write(&kept, text) {
                Ok(()) => problem(file, format!("{error}; what was to be written is in {}", kept.display())),
                Err(_) => problem(file, error),
            }
        })
    }
}

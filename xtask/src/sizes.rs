//! What the production page weighs.

use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What is loaded together, and the most that it may weigh, in bytes after gzip.
struct Part {
    name: &'static str,
    limit: usize,
}

/// Html, scripts, styles and one language: usable before the engine is there.
const PAGE: Part = Part { name: "page", limit: 170_000 };
/// The engine and its Worker, loaded at once beside the page.
const ENGINE: Part = Part { name: "engine", limit: 430_000 };
/// What trains on the GPU, loaded by the lead Worker where there is one.
const GPU: Part = Part { name: "gpu", limit: 470_000 };
/// What is looked at of trained networks and its Worker, loaded when a surface or a race is first looked at. Exports are in it,
/// with 50 kB: a module of their own would hold studies and data once more, and take a minute to build.
const ANALYSES: Part = Part { name: "analyses", limit: 480_000 };
/// The module that the lead Worker loads for a study that learns, prunes or has stages.
const SEARCH: Part = Part { name: "search", limit: 260_000 };
/// Each script that is loaded when it is first needed.
const LATER: Part = Part { name: "each script loaded later", limit: 40_000 };
/// The script that draws surfaces in space, three.js for the most part, which only those load who choose it.
const SPACE: Part = Part { name: "the script that draws in 3-D", limit: 170_000 };
/// How the names of the engine and its Worker begin.
const ENGINE_FILES: [&str; 2] = ["engine", "worker"];
/// The same of the module for the GPU, of which there is no Worker.
const GPU_FILES: [&str; 1] = ["gpu"];
/// The same of what looks at trained networks.
const ANALYSES_FILES: [&str; 2] = ["analyses", "analyst"];
/// The same of sessions that learn, of which there is no Worker.
const SEARCH_FILES: [&str; 1] = ["search"];
/// How the names of scripts begin that are loaded only when asked for (www/vite.config.js).
const LATER_FILES: &str = "later-";
/// How its name begins (www/src/views/landscape/relief.js).
const SPACE_FILE: &str = "later-relief-";
/// How the names of the languages' texts begin. A reader loads one; the heaviest counts.
const TEXTS: &str = "text-";
/// What counts as engine or page; all else is data.
const COUNTED: [&str; 5] = ["html", "js", "mjs", "css", "wasm"];

#[derive(Clone, Copy, Default)]
struct Size {
    raw: usize,
    gzip: usize,
    brotli: usize,
}

/// Prints a table of the page's files; an error when a part is above its limit.
pub fn check(dist: &Path) -> Result<()> {
    let mut files = Vec::new();
    list(dist, &mut files)?;
    files.sort();
    println!("\n{:>10} {:>10} {:>10}  file", "raw", "gzip", "brotli");
    let [mut page, mut engine, mut gpu, mut analyses, mut search] = [Size::default(); 5];
    let [mut later, mut space, mut data, mut texts] = [Size::default(); 4];
    for file in &files {
        let size = measure(file)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        print(size, &file.strip_prefix(dist).unwrap_or(file).display().to_string());
        let is_counted = file.extension().is_some_and(|extension| COUNTED.iter().any(|known| extension == *known));
        if name.starts_with(TEXTS) {
            texts = heavier(texts, size);
        } else if !is_counted {
            add(&mut data, size);
        } else if ENGINE_FILES.iter().any(|start| name.starts_with(start)) {
            add(&mut engine, size);
        } else if GPU_FILES.iter().any(|start| name.starts_with(start)) {
            add(&mut gpu, size);
        } else if ANALYSES_FILES.iter().any(|start| name.starts_with(start)) {
            add(&mut analyses, size);
        } else if SEARCH_FILES.iter().any(|start| name.starts_with(start)) {
            add(&mut search, size);
        } else if name.starts_with(SPACE_FILE) {
            add(&mut space, size);
        } else if name.starts_with(LATER_FILES) {
            later = heavier(later, size);
        } else {
            add(&mut page, size);
        }
    }
    add(&mut page, texts);
    print(data, "data and other files");
    let mut complaints = Vec::new();
    let parts = [
        (PAGE, page),
        (ENGINE, engine),
        (GPU, gpu),
        (ANALYSES, analyses),
        (SEARCH, search),
        (LATER, later),
        (SPACE, space),
    ];
    for (part, size) in parts {
        print(size, &format!("{}, at most {} after gzip", part.name, part.limit));
        if size.gzip > part.limit {
            complaints.push(format!("{} weighs {} bytes after gzip, more than {}", part.name, size.gzip, part.limit));
        }
    }
    println!();
    if !complaints.is_empty() {
        bail!("{}", complaints.join("; "));
    }
    Ok(())
}

fn heavier(a: Size, b: Size) -> Size {
    if b.gzip > a.gzip { b } else { a }
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn measure(file: &Path) -> Result<Size> {
    let bytes = fs::read(file)?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&bytes)?;
    let mut brotli = Vec::new();
    brotli::BrotliCompress(&mut bytes.as_slice(), &mut brotli, &brotli::enc::BrotliEncoderParams::default())?;
    Ok(Size { raw: bytes.len(), gzip: gzip.finish()?.len(), brotli: brotli.len() })
}

fn add(total: &mut Size, size: Size) {
    total.raw += size.raw;
    total.gzip += size.gzip;
    total.brotli += size.brotli;
}

fn print(size: Size, name: &str) {
    println!("{:>10} {:>10} {:>10}  {name}", size.raw, size.gzip, size.brotli);
}

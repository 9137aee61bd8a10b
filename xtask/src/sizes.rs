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
/// What a page that embeds the element in a frame loads before anybody touches it: the stored run is in it.
const GUEST: Part = Part { name: "guest", limit: 150_000 };
/// The engine and its Worker, loaded at once beside the page.
const ENGINE: Part = Part { name: "engine", limit: 430_000 };
/// What trains on the GPU, loaded by the lead Worker where there is one.
const GPU: Part = Part { name: "gpu", limit: 486_000 };
/// What is looked at of trained networks, what reads tables and what writes exports, and its Worker, loaded when one is first
/// asked for. Tables have 30 kB of it and exports 50: modules of their own would hold studies and data once more, and take a
/// minute to build.
/// The dialects of tables are read here, not in the first load.
const ANALYSES: Part = Part { name: "analyses", limit: 589_000 };
/// The module that the lead Worker loads for a study that learns, prunes or has stages.
const SEARCH: Part = Part { name: "search", limit: 270_000 };
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
/// The element, which the page and its guests share, and how the names of what else guests load begin; what guests
/// alone load at once is no part of the page.
const ELEMENT: &str = "tuning-playground.js";
const LINK_FILE: &str = "link-";
const FRAME_FILES: &str = "embed";
const GUEST_FILES: [&str; 3] = ["later-guest-", "later-example-", "later-stored-"];
/// Pages that show what guests look like.
const EXAMPLES: &str = "examples";
/// What counts as engine or page; all else is data.
const COUNTED: [&str; 5] = ["html", "js", "mjs", "css", "wasm"];

#[derive(Clone, Copy, Default)]
struct Size {
    raw: usize,
    gzip: usize,
}

/// Prints a table of the page's files; an error when a part is above its limit.
pub fn check(dist: &Path) -> Result<()> {
    let mut files = Vec::new();
    list(dist, &mut files)?;
    files.sort();
    println!("\n{:>10} {:>10}  file", "raw", "gzip");
    let [mut page, mut engine, mut gpu, mut analyses, mut search] = [Size::default(); 5];
    let [mut later, mut space, mut data, mut texts, mut guest] = [Size::default(); 5];
    for file in &files {
        let size = measure(file)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        print(size, &file.strip_prefix(dist).unwrap_or(file).display().to_string());
        let is_guests = |start: &&str| name.starts_with(*start);
        if name == ELEMENT
            || name.starts_with(FRAME_FILES)
            || is_guests(&LINK_FILE)
            || GUEST_FILES.iter().any(is_guests)
        {
            add(&mut guest, size);
        }
        let is_example = file.parent().is_some_and(|folder| folder.ends_with(EXAMPLES));
        let is_counted =
            !is_example && file.extension().is_some_and(|extension| COUNTED.iter().any(|known| extension == *known));
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
        } else if !name.starts_with(FRAME_FILES) {
            add(&mut page, size);
        }
    }
    add(&mut page, texts);
    add(&mut guest, texts);
    print(data, "data and other files");
    let mut complaints = Vec::new();
    let parts = [
        (PAGE, page),
        (GUEST, guest),
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
    Ok(Size { raw: bytes.len(), gzip: gzip.finish()?.len() })
}

fn add(total: &mut Size, size: Size) {
    total.raw += size.raw;
    total.gzip += size.gzip;
}

fn print(size: Size, name: &str) {
    println!("{:>10} {:>10}  {name}", size.raw, size.gzip);
}

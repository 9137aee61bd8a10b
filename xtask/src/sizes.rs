//! What the production page weighs.

use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The most that the first load may weigh, in bytes after gzip. Data sets are not part of it.
const LIMIT_GZIP: usize = 450_000;
/// How the names of files begin that are loaded only when asked for (www/vite.config.js).
const LATER: &str = "later-";
/// How the names of the languages' texts begin. A reader loads one; the heaviest counts.
const TEXTS: &str = "text-";
/// What counts as engine and page.
const COUNTED: [&str; 5] = ["html", "js", "mjs", "css", "wasm"];

#[derive(Clone, Copy, Default)]
struct Size {
    raw: usize,
    gzip: usize,
    brotli: usize,
}

/// Prints a table of the page's files; an error when engine and page are above the limit.
pub fn check(dist: &Path) -> Result<()> {
    let mut files = Vec::new();
    list(dist, &mut files)?;
    files.sort();
    println!("\n{:>10} {:>10} {:>10}  file", "raw", "gzip", "brotli");
    let [mut page, mut data, mut texts] = [Size::default(); 3];
    for file in &files {
        let size = measure(file)?;
        let begins = |start| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start));
        print(size, &file.strip_prefix(dist).unwrap_or(file).display().to_string());
        if begins(TEXTS) {
            texts = if size.gzip > texts.gzip { size } else { texts };
            continue;
        }
        let known = file.extension().is_some_and(|extension| COUNTED.iter().any(|known| extension == *known));
        add(if known && !begins(LATER) { &mut page } else { &mut data }, size);
    }
    add(&mut page, texts);
    print(data, "data and other files");
    print(page, "engine and page");
    println!("limit for engine and page: {LIMIT_GZIP} bytes after gzip\n");
    if page.gzip > LIMIT_GZIP {
        bail!("engine and page weigh {} bytes after gzip, more than {LIMIT_GZIP}", page.gzip);
    }
    Ok(())
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

//! Where things are in the repository.

use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// Vite's root.
pub fn www() -> PathBuf {
    root().join("www")
}

/// The production page.
pub fn dist() -> PathBuf {
    www().join("dist")
}

/// A file of an installed npm package.
pub fn npm_file(path: &str) -> PathBuf {
    www().join("node_modules").join(path)
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// What wasm-bindgen writes of a module and the page imports: `NAME.js`, `NAME.d.ts`, `NAME_bg.wasm`.
pub fn generated(name: &str) -> PathBuf {
    www().join("src").join("generated").join(name)
}

/// The tests of the page's parts that need no browser.
pub fn unit_tests() -> PathBuf {
    root().join("tests").join("unit")
}

/// The Playwright tests.
pub fn browser_tests() -> PathBuf {
    root().join("tests").join("browser")
}

/// The page that measures the engine and its peers.
pub fn bench() -> PathBuf {
    root().join("tests").join("bench")
}

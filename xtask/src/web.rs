//! The page: Vite's server and the production build.

use crate::process::{env_flag, node, run};
use crate::wasm::{self, Profile};
use crate::{packages, paths, sizes};
use anyhow::Result;
use clap::Args;
use std::env;
use std::io::{IsTerminal, stdout};

/// Not `localhost`: that may mean only one of the two loopback addresses.
const HOST: &str = "127.0.0.1";

/// Options of `cargo xtask serve`.
#[derive(Args)]
pub struct Serve {
    /// Port to serve on; without it the first free one from 5173
    #[arg(long)]
    port: Option<u16>,
    /// Compile the engine without optimisation: quicker to build, many times slower to train
    #[arg(long)]
    debug: bool,
}

/// Options of `cargo xtask build`.
#[derive(Args, Default)]
pub struct Build {
    /// Compile only these WASM modules, where the others were compiled before
    #[arg(long, value_delimiter = ',', value_name = "MODULE")]
    only: Vec<String>,
}

/// Sets everything up and serves the page. Vite's own server: it starts at once and reloads what is edited; the
/// production page is what the browser tests run against.
pub fn serve(options: &Serve) -> Result<()> {
    packages::install()?;
    wasm::build(if options.debug { Profile::Debug } else { Profile::Release })?;
    let mut command = vite();
    command.args(["--host", HOST]);
    if let Some(port) = options.port {
        command.args(["--strictPort", "--port", &port.to_string()]);
    }
    if can_open_browser() {
        command.arg("--open");
    }
    run(&mut command)
}

/// Writes the production page to `www/dist`, checks what it weighs, and makes the npm package of it in `target/npm`.
pub fn build(options: &Build) -> Result<()> {
    packages::install()?;
    if options.only.is_empty() {
        wasm::build(Profile::Production)?;
    }
    for name in &options.only {
        wasm::build_one(name)?;
    }
    bundle()
}

/// Bundles the page with the engine that is there.
pub fn bundle() -> Result<()> {
    run(vite().arg("build"))?;
    sizes::check(&paths::dist())?;
    let package = paths::target().join("npm");
    run(node().arg(paths::www().join("build").join("package.js")).arg(package))
}

fn vite() -> std::process::Command {
    let mut command = node();
    command.arg(paths::npm_file("vite/bin/vite.js")).current_dir(paths::www());
    command
}

fn can_open_browser() -> bool {
    let has_display = !cfg!(target_os = "linux") || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env_flag(name));
    stdout().is_terminal() && has_display && env::var_os("CI").is_none()
}

//! The page: npm packages, Vite's server and the production build.

use crate::process::{env_flag, node, npm, output, run};
use crate::wasm::{self, Profile};
use crate::{paths, sizes};
use anyhow::{Result, bail};
use clap::Args;
use std::env;
use std::fs;
use std::io::{IsTerminal, stdout};
use std::path::Path;

/// The oldest Node.js that Vite runs on.
const NODE: (u32, u32) = (20, 19);
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

/// Sets everything up and serves the page. Vite's own server: it starts at once and reloads what is edited; the
/// production page is what the browser tests run against.
pub fn serve(options: &Serve) -> Result<()> {
    install()?;
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

/// Writes the production page to `www/dist` and checks what it weighs.
pub fn build() -> Result<()> {
    install()?;
    wasm::build(Profile::Production)?;
    bundle()
}

/// Bundles the page with the engine that is there.
pub fn bundle() -> Result<()> {
    run(vite().arg("build"))?;
    sizes::check(&paths::dist())
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

/// Installs the page's npm packages.
pub fn install() -> Result<()> {
    install_in(&paths::www())
}

/// Installs the npm packages that a folder's lock file names, unless they stand there already.
pub fn install_in(folder: &Path) -> Result<()> {
    check_node()?;
    let lock = fs::read(folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules").join(".installed-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    run(npm(folder).args(["ci", "--ignore-scripts"]))?;
    fs::write(stamp, lock)?;
    Ok(())
}

fn check_node() -> Result<()> {
    let (major, minor) = NODE;
    let Some(version) = output(node().arg("--version")) else {
        bail!("Node.js is missing: install Node.js {major}.{minor} or newer, with npm");
    };
    let mut numbers = version.trim_start_matches('v').split('.').map_while(|part| part.parse().ok());
    if (numbers.next().unwrap_or(0u32), numbers.next().unwrap_or(0u32)) < NODE {
        bail!("Node.js is {version}; install {major}.{minor} or newer");
    }
    Ok(())
}

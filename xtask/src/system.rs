//! What the tests need of the operating system: Chromium, Firefox for `soak`, and a Vulkan driver for the native GPU tests.

use crate::paths;
use crate::process::{self, find, output, program};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Chromium without its windows, by its name in PATH and at Debian: the browser tests take a fifth less of the processor.
const HEADLESS: &str = "chromium-headless-shell";
/// Names under which a Chromium may stand in PATH.
const CHROMIUM_NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// Names under which a Firefox may.
const FIREFOX_NAMES: [&str; 2] = ["firefox-esr", "firefox"];
/// Where Vulkan loaders look for drivers.
const VULKAN_DRIVERS: [&str; 3] = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"];

/// The browser whose speed is measured; installed where apt can do it.
pub fn chromium() -> Result<PathBuf> {
    browser("Chromium", &CHROMIUM_NAMES, "TUNING_CHROMIUM", "chromium")
}

/// The browser for the tests: without windows where there is such a one or apt can bring it, else as `chromium`.
pub fn headless_chromium() -> Result<PathBuf> {
    if env::var_os("TUNING_CHROMIUM").is_some() {
        return chromium();
    }
    let is_bare = find(HEADLESS).is_none() && CHROMIUM_NAMES.iter().all(|name| find(name).is_none());
    if is_bare && let Err(error) = install(&[HEADLESS], "Chromium for the browser tests") {
        println!("{error:#}; with Chromium itself the tests are the same, and take longer");
    }
    find(HEADLESS).map_or_else(chromium, Ok)
}

/// The second browser engine, for what `soak` tries there; installed where apt can do it.
pub fn firefox() -> Result<PathBuf> {
    browser("Firefox", &FIREFOX_NAMES, "TUNING_FIREFOX", "firefox-esr")
}

fn browser(title: &str, names: &[&str], variable: &str, package: &str) -> Result<PathBuf> {
    let search = || {
        let named = env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file());
        named.or_else(|| names.iter().find_map(|name| find(name)))
    };
    if let Some(path) = search() {
        return Ok(path);
    }
    install(&[package], &format!("{title} for the browser tests"))?;
    match search() {
        Some(path) => Ok(path),
        None => bail!("{title} is still not in PATH; name its program in the environment variable {variable}"),
    }
}

/// A Vulkan driver for the native GPU tests: the machine's own, or Mesa's software one.
pub fn vulkan() -> Result<()> {
    if !cfg!(target_os = "linux") || env::var_os("VK_DRIVER_FILES").is_some() {
        return Ok(());
    }
    let has_driver = |folder: &str| Path::new(folder).read_dir().is_ok_and(|mut files| files.next().is_some());
    if VULKAN_DRIVERS.iter().any(|folder| has_driver(folder)) {
        return Ok(());
    }
    install(&["mesa-vulkan-drivers"], "a software Vulkan driver for the GPU tests")
}

/// A folder that Vulkan loaders ask for and that sessions without a desktop lack; without it they complain at each start.
pub fn with_runtime_dir(command: &mut Command) -> Result<&mut Command> {
    if cfg!(target_os = "linux") && env::var_os("XDG_RUNTIME_DIR").is_none() {
        let folder = paths::target().join("runtime");
        fs::create_dir_all(&folder)?;
        command.env("XDG_RUNTIME_DIR", folder);
    }
    Ok(command)
}

/// Installs Debian packages when that can be done without asking, else says what to install.
pub fn install(packages: &[&str], purpose: &str) -> Result<()> {
    let names = packages.join(" ");
    if find("apt-get").is_none() || !is_root() {
        bail!("{purpose} is missing: install {names} (on Debian or Ubuntu: sudo apt-get install {names})");
    }
    println!("installing {names}: {purpose}");
    // Stages run beside each other, and apt does not wait for another.
    let lock = fs::File::create(env::temp_dir().join("tuning-playground-apt.lock"))?;
    lock.lock()?;
    process::run(program("apt-get").args(["update", "-qq"]))?;
    let mut command = program("apt-get");
    command.args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages);
    process::run(command.env("DEBIAN_FRONTEND", "noninteractive"))
}

fn is_root() -> bool {
    output(program("id").arg("-u")).is_some_and(|id| id == "0")
}

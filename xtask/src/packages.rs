//! Npm packages.

use crate::paths;
use crate::process::{node, npm, output, run};
use anyhow::{Result, bail};
use std::fs;
use std::path::Path;

/// The oldest Node.js that Vite runs on.
const NODE: (u32, u32) = (20, 19);

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

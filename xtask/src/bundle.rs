//! `cargo xtask bundle`: what a Linux machine with a GPU and no toolchain needs to measure and test the engine on it.

use crate::process::{cargo, program, run};
use crate::{paths, system};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// The bundle weighs at most this.
const MOST_BYTES: u64 = 40_000_000;
/// The programs, by the kind of target that cargo calls them.
const PROGRAMS: [[&str; 2]; 3] = [["--bin", "tune"], ["--test", "backends"], ["--bench", "probe"]];

const RUN: &str = r#"#!/bin/sh
# Measures and tests this machine's GPU: prints a table and writes results.json beside itself. Needs a Vulkan loader
# (libvulkan.so.1) and a driver; takes at most 4 minutes.
cd "$(dirname "$0")" || exit 1
if [ -z "$XDG_RUNTIME_DIR" ]; then
  mkdir -p runtime && chmod 700 runtime && XDG_RUNTIME_DIR=$PWD/runtime && export XDG_RUNTIME_DIR
fi
exec ./probe "$@"
"#;

/// Where the bundle lies.
pub fn folder() -> PathBuf {
    paths::target().join("bundle")
}

/// Writes the bundle.
pub fn bundle() -> Result<()> {
    let folder = folder();
    if folder.is_dir() {
        fs::remove_dir_all(&folder)?;
    }
    let fixtures = folder.join("fixtures");
    fs::create_dir_all(&fixtures)?;
    let mut command = cargo();
    command.args(["build", "--locked", "--profile", "device", "--message-format", "json-render-diagnostics"]);
    command.args(PROGRAMS.concat());
    println!("$ cargo build --profile device");
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "the bundle's programs do not build");
    let text = String::from_utf8_lossy(&output.stdout);
    for [_, name] in PROGRAMS {
        let built = text.lines().filter_map(|line| executable(line, name)).next_back();
        let built = built.with_context(|| format!("cargo says of no program {name}"))?;
        fs::copy(&built, folder.join(name)).with_context(|| built.display().to_string())?;
    }
    let golden = paths::root().join("tests").join("golden");
    for entry in fs::read_dir(golden)? {
        let path = entry?.path();
        if let Some(name) = path.file_name().filter(|_| path.extension().is_some_and(|extension| extension == "json")) {
            fs::copy(&path, fixtures.join(name))?;
        }
    }
    let script = folder.join("run.sh");
    fs::write(&script, RUN)?;
    #[cfg(unix)]
    fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let bytes = weigh(&folder)?;
    println!("{} weighs {:.1} MB", folder.display(), bytes as f64 / 1e6);
    ensure!(bytes <= MOST_BYTES, "the bundle may weigh {} MB", MOST_BYTES / 1_000_000);
    Ok(())
}

/// Runs the bundle as somebody with a GPU would, on whatever adapter there is.
pub fn try_it() -> Result<()> {
    bundle()?;
    run(system::with_runtime_dir(&mut program(folder().join("run.sh")))?)?;
    let results: Value = serde_json::from_slice(&fs::read(folder().join("results.json"))?)?;
    ensure!(results["seconds"].as_f64().is_some_and(|seconds| seconds <= 240.0), "the bundle takes too long");
    ensure!(results["rates"].as_array().is_some_and(|rates| !rates.is_empty()), "the bundle measured nothing");
    Ok(())
}

/// The program that a line of cargo's messages says was built for a target.
fn executable(line: &str, name: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    let is_it = message["reason"] == "compiler-artifact" && message["target"]["name"] == name;
    message["executable"].as_str().filter(|_| is_it).map(PathBuf::from)
}

fn weigh(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { weigh(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}

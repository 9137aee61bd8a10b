//! The compiler for WebAssembly: the one at hand with its wasm32 target, or Debian's when that target cannot be had.

use crate::process::{cargo, find, output, program, run};
use crate::{paths, system};
use anyhow::{Context, Result, bail};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The engine's target in the browser.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's Rust for WebAssembly; the standard library comes as source and is compiled along.
const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_STD: &str = "/usr/lib/rustlib/src/rust/library";

/// A toolchain that can build for [`TARGET`].
pub enum Toolchain {
    /// The one that runs xtask.
    Own,
    /// Debian's packages, linking with this linker.
    Debian { linker: PathBuf },
}

/// Finds a toolchain, installing what is missing. `TUNING_WASM_TOOLCHAIN=debian` takes Debian's in any case.
pub fn wasm() -> Result<Toolchain> {
    if env::var("TUNING_WASM_TOOLCHAIN").is_ok_and(|name| name == "debian") {
        return debian();
    }
    let std = sysroot()?.join("lib").join("rustlib").join(TARGET);
    if std.is_dir() {
        return Ok(Toolchain::Own);
    }
    if find("rustup").is_some() {
        match run(program("rustup").args(["target", "add", TARGET])) {
            Ok(()) => return Ok(Toolchain::Own),
            Err(error) => println!("{error:#}; falling back to Debian's packages {}", DEBIAN_PACKAGES.join(", ")),
        }
    } else {
        println!("no rustup to add {TARGET} with; falling back to Debian's packages {}", DEBIAN_PACKAGES.join(", "));
    }
    debian()
}

fn sysroot() -> Result<PathBuf> {
    let path = output(program("rustc").args(["--print", "sysroot"])).context("`rustc --print sysroot` failed")?;
    Ok(PathBuf::from(path))
}

fn debian() -> Result<Toolchain> {
    let installed = [DEBIAN_CARGO, DEBIAN_RUSTC, DEBIAN_STD].iter().all(|path| Path::new(path).exists());
    if !installed {
        let purpose = format!("Rust for {TARGET}");
        system::install(&DEBIAN_PACKAGES, &purpose)?;
    }
    let host_tools = format!("lib/rustlib/{}-unknown-linux-gnu/bin/rust-lld", env::consts::ARCH);
    let mut linker = sysroot()?.join(host_tools);
    if !linker.is_file() {
        if find("wasm-ld").is_none() {
            system::install(&["lld"], "a linker for WebAssembly")?;
        }
        linker = find("wasm-ld").context("wasm-ld is not in PATH")?;
    }
    if !Path::new(DEBIAN_STD).is_dir() {
        bail!("{} did not bring the standard library's source", DEBIAN_PACKAGES.join(", "));
    }
    Ok(Toolchain::Debian { linker })
}

impl Toolchain {
    /// `cargo <subcommand>` for [`TARGET`], locked.
    pub fn cargo(&self, subcommand: &str) -> Command {
        let common = [subcommand, "--locked", "--lib", "--target", TARGET];
        match self {
            Self::Own => {
                let mut command = cargo();
                command.args(common);
                command
            }
            Self::Debian { linker } => {
                let mut command = program(DEBIAN_CARGO);
                command.args(common).arg("-Zbuild-std=std,panic_abort");
                command.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1");
                command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
                command.env("CARGO_TARGET_DIR", self.target_dir());
                command.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
                command
            }
        }
    }

    /// Where that cargo puts what it builds.
    pub fn target_dir(&self) -> PathBuf {
        match self {
            Self::Own => paths::target(),
            Self::Debian { .. } => paths::target().join("debian"),
        }
    }

    /// Whether there is a clippy for the target.
    pub fn has_clippy(&self) -> bool {
        matches!(self, Self::Own)
    }
}

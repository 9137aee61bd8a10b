//! The engine as WebAssembly: cargo, wasm-bindgen and, for the production page, wasm-opt.

use crate::process::{node, run};
use crate::toolchain::{self, TARGET, Toolchain};
use crate::{packages, paths};
use anyhow::{Context, Result};
use std::fs;
use wasm_bindgen_cli_support::Bindgen;

/// The library's file name, and the name of what is generated from it.
const LIBRARY: &str = "tuning_playground.wasm";
const NAME: &str = "engine";
/// What browsers have had since fixed-width SIMD. Named one by one: `--all-features` makes a module that they refuse.
const FEATURES: [&str; 7] = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// How the engine is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Quick to build, slow to run, with names in stack traces.
    Debug,
    /// Optimised by the compiler.
    Release,
    /// Optimised by the compiler and by wasm-opt.
    Production,
}

/// Builds the engine into `www/src/generated/engine`.
pub fn build(profile: Profile) -> Result<()> {
    let toolchain = toolchain::wasm()?;
    compile(&toolchain, profile)?;
    bind(&toolchain, profile)?;
    if profile == Profile::Production {
        optimise()?;
    }
    Ok(())
}

fn compile(toolchain: &Toolchain, profile: Profile) -> Result<()> {
    let mut command = toolchain.cargo("build");
    if profile != Profile::Debug {
        command.arg("--release");
    }
    run(&mut command)
}

fn bind(toolchain: &Toolchain, profile: Profile) -> Result<()> {
    let folder = if profile == Profile::Debug { "debug" } else { "release" };
    let input = toolchain.target_dir().join(TARGET).join(folder).join(LIBRARY);
    println!("wasm-bindgen {folder}/{LIBRARY}");
    let mut bindgen = Bindgen::new();
    bindgen.input_path(input).out_name(NAME).typescript(true).omit_default_module_path(false).web(true)?;
    if profile == Profile::Production {
        bindgen.remove_name_section(true).remove_producers_section(true);
    }
    bindgen.generate(paths::generated_engine()).context("wasm-bindgen failed")
}

fn optimise() -> Result<()> {
    packages::install()?;
    let module = paths::generated_engine().join(format!("{NAME}_bg.wasm"));
    let before = fs::metadata(&module)?.len();
    let mut command = node();
    command.arg(paths::npm_file("binaryen/bin/wasm-opt")).arg("-O3").args(FEATURES);
    run(command.arg(&module).arg("-o").arg(&module))?;
    println!("wasm-opt: {before} -> {} bytes", fs::metadata(&module)?.len());
    Ok(())
}

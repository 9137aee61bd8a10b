//! The engine as WebAssembly, in four modules: cargo, wasm-bindgen and, for the production page, wasm-opt.

use crate::process::{node, run};
use crate::toolchain::{self, TARGET, Toolchain};
use crate::{packages, paths};
use anyhow::{Context, Result, bail};
use std::fs;
use wasm_bindgen_cli_support::Bindgen;

/// The library's file name.
const LIBRARY: &str = "tuning_playground.wasm";
/// What is generated from it, in a folder of its own: a name and the feature that makes it.
const MODULES: [(&str, Option<&str>); 4] =
    [("engine", None), ("gpu", Some("gpu")), ("analyses", Some("analyses")), ("search", Some("search"))];
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

/// Builds the modules into `www/src/generated`.
pub fn build(profile: Profile) -> Result<()> {
    let toolchain = toolchain::wasm()?;
    MODULES.into_iter().try_for_each(|module| make(&toolchain, profile, module))
}

/// Builds one of them as the production page has it.
pub fn build_one(name: &str) -> Result<()> {
    let Some(module) = MODULES.into_iter().find(|(other, _)| *other == name) else {
        let names = MODULES.map(|(name, _)| name).join(", ");
        bail!("there is no module {name}; the modules are {names}");
    };
    make(&toolchain::wasm()?, Profile::Production, module)
}

fn make(toolchain: &Toolchain, profile: Profile, (name, feature): (&str, Option<&str>)) -> Result<()> {
    compile(toolchain, profile, feature)?;
    bind(toolchain, profile, name)?;
    if profile == Profile::Production { optimise(name) } else { Ok(()) }
}

fn compile(toolchain: &Toolchain, profile: Profile, feature: Option<&str>) -> Result<()> {
    // As a dynamic library alone: cargo optimises over crates only where nothing else is made of them.
    let mut command = toolchain.cargo("rustc");
    command.args(["--crate-type", "cdylib"]);
    if profile != Profile::Debug {
        // At level 2 modules are a twentieth smaller, and surfaces take twice as long (tests/browser/plane.spec.js).
        command.arg("--release");
    }
    if let Some(feature) = feature {
        command.args(["--features", feature]);
    }
    run(&mut command)
}

fn bind(toolchain: &Toolchain, profile: Profile, name: &str) -> Result<()> {
    let folder = if profile == Profile::Debug { "debug" } else { "release" };
    let input = toolchain.target_dir().join(TARGET).join(folder).join(LIBRARY);
    println!("wasm-bindgen {folder}/{LIBRARY} as {name}");
    let mut bindgen = Bindgen::new();
    bindgen.input_path(input).out_name(name).typescript(true).omit_default_module_path(false).web(true)?;
    if profile == Profile::Production {
        bindgen.remove_name_section(true).remove_producers_section(true);
    }
    bindgen.generate(paths::generated(name)).context("wasm-bindgen failed")
}

/// The compiler has done the most: level 1 leaves the modules 0.3 % larger than level 3 does, as quick, in a third of the time.
fn optimise(name: &str) -> Result<()> {
    packages::install()?;
    let module = paths::generated(name).join(format!("{name}_bg.wasm"));
    let before = fs::metadata(&module)?.len();
    let mut command = node();
    command.arg(paths::npm_file("binaryen/bin/wasm-opt")).arg("-O1").args(FEATURES);
    run(command.arg(&module).arg("-o").arg(&module))?;
    println!("wasm-opt: {before} -> {} bytes", fs::metadata(&module)?.len());
    Ok(())
}

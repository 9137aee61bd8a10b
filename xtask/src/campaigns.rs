//! What is too long for every change, or needs more than `cargo xtask test` may: `soak`, `interop`; and the default
//! study through the native binary, which `test` runs too.

use crate::process::{cargo, find, node, program, run};
use crate::{bundle, checks, dependencies, paths, system, web};
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs};

/// The default study must reach these accuracies, on every backend.
const VALIDATION_ACCURACY: f64 = 0.95;
const TEST_ACCURACY: f64 = 0.94;
/// Whose importances the page's are held against, as `tests/golden/importance` has them.
const OPTUNA: &str = "optuna==5.0.0";
/// An earlier Optuna that reads the same journals.
const EARLIER_OPTUNA: &str = "optuna==4.9.0";
/// What exports are for.
const OTHERS: [&str; 5] = ["optuna-dashboard", "ray[tune]", "safetensors", "pyyaml", "jsonref"];

/// Runs the ignored Rust tests, lints of the engine for the browser, and the browser tests tagged `@soak`, of which some
/// are for Firefox.
pub fn soak() -> Result<()> {
    system::vulkan()?;
    // Playwright's configuration finds it as this does.
    let firefox = system::firefox()?;
    println!("the second browser engine is {}", firefox.display());
    let mut command = cargo();
    command.args(["test", "--locked", "--", "--ignored", "--nocapture"]);
    run(system::with_runtime_dir(command.env("TUNING_REQUIRE_GPU", "1"))?)?;
    properties()?;
    checks::clippy_wasm()?;
    dependencies::audit()?;
    bundle::try_it()?;
    // What the page's pace is held against.
    run(cargo().args(["build", "--locked", "--release", "--bin", "tune"]))?;
    web::build(&web::Build::default())?;
    let mut studies = node();
    studies.env("TUNING_SOAK", "1").arg("--test").arg(paths::unit_tests().join("by-chance.test.js"));
    run(&mut studies)?;
    checks::playwright(&["--grep", "@soak", "--pass-with-no-tests"])
}

/// Asks the properties of other cases than `cargo xtask test` does, drawn by the clock.
fn properties() -> Result<()> {
    let seed = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs().to_string();
    println!("properties are asked of cases with PROPTEST_RNG_SEED={seed} SEED={seed}");
    let mut command = cargo();
    command.args(["test", "--locked", "--package", "tuning-playground", "--no-fail-fast"]);
    run(system::with_runtime_dir(command.env("TUNING_REQUIRE_GPU", "1").env("PROPTEST_RNG_SEED", &seed))?)?;
    run(checks::unit_tests()?.env("SEED", &seed))
}

/// Remakes the fixtures with `PyTorch` in a virtual environment under the target folder and verifies the engine; holds
/// the page against `PyTorch` and Optuna.
pub fn interop() -> Result<()> {
    let python = find("python3").or_else(|| find("python")).context("Python 3 is not in PATH")?;
    let folder = paths::target().join("interop");
    let venv = folder.join("venv");
    let bin = venv.join(if cfg!(windows) { "Scripts" } else { "bin" });
    if !bin.is_dir() {
        run(program(python).args(["-m", "venv"]).arg(&venv))?;
    }
    let python = bin.join("python");
    run(program(&python).args(["-m", "pip", "install", "--quiet", "torch", "scikit-learn", OPTUNA]))?;
    let fixtures = folder.join("fixtures");
    if fixtures.is_dir() {
        fs::remove_dir_all(&fixtures)?;
    }
    fs::create_dir_all(&fixtures)?;
    // The script writes beside itself.
    let golden = paths::root().join("tests").join("golden");
    for file in ["make_fixtures.py", "cases.py"] {
        fs::copy(golden.join(file), fixtures.join(file))?;
    }
    run(program(&python).arg(fixtures.join("make_fixtures.py")))?;
    let files = json_files(&fixtures)?;
    let defaults = folder.join("torch.json");
    fs::copy(golden.join("torch_defaults.py"), fixtures.join("torch_defaults.py"))?;
    run(program(&python).arg(fixtures.join("torch_defaults.py")).arg(&defaults))?;
    same_defaults(&paths::root().join("www").join("src").join("study").join("torch.json"), &defaults)?;
    for backend in ["reference", "cpu", "gpu"] {
        let mut command = cargo();
        command.args(["run", "--locked", "--bin", "tune", "--", "verify", "--backend", backend]).args(&files);
        run(&mut command)?;
    }
    let plane = folder.join("landscape");
    fs::create_dir_all(&plane)?;
    let script = plane.join("make_plane.py");
    fs::copy(golden.join("landscape").join("make_plane.py"), &script)?;
    run(program(&python).arg(&script))?;
    let mut command = cargo();
    command.args(["test", "--locked", "--test", "integration", "pytorchs_plane"]);
    run(command.env("TUNING_PLANE", plane.join("plane.json")))?;
    run(program(&python).arg(&script).arg("--time"))?;
    importance(&python, &folder)?;
    exports(&python, &folder)?;
    truth(&python, &folder)?;
    // The page's surfaces, beside that loop.
    web::build(&web::Build::default())?;
    checks::playwright(&["plane.spec.js", "--project", "cpu", "--workers", "1"])?;
    let mut command = cargo();
    command.args([
        "test",
        "--locked",
        "--release",
        "--test",
        "integration",
        "is_timed",
        "--",
        "--ignored",
        "--nocapture",
    ]);
    run(&mut command)
}

/// Numbers of results, surfaces and ensembles, recomputed by others' libraries.
fn truth(python: &Path, folder: &Path) -> Result<()> {
    let node = find("node").context("Node.js is not in PATH")?;
    let script = paths::root().join("tests").join("interop").join("truth.py");
    run(program(python).arg(script).arg(debug_tune()?).arg(node).arg(folder.join("truth")))
}

/// The program `tune` as the tests have it.
fn debug_tune() -> Result<std::path::PathBuf> {
    run(cargo().args(["test", "--locked", "--no-run", "--test", "integration"]))?;
    Ok(paths::target().join("debug").join("tune").with_extension(env::consts::EXE_EXTENSION))
}

/// What other programs make of exports and journals: Optuna of two versions, its dashboard, `PyTorch`, Ray, and the schema of
/// Weights & Biases.
fn exports(python: &Path, folder: &Path) -> Result<()> {
    run(program(python).args(["-m", "pip", "install", "--quiet"]).args(OTHERS))?;
    // Its schema alone is asked for; what it asks for beside would bring an old numpy.
    run(program(python).args(["-m", "pip", "install", "--quiet", "--no-deps", "sweeps"]))?;
    let tune = debug_tune()?;
    let scripts = paths::root().join("tests").join("interop");
    let made = folder.join("exports");
    run(program(python).arg(scripts.join("exports.py")).arg(tune).arg(&made))?;
    let earlier = folder.join("earlier");
    if !earlier.is_dir() {
        run(program(python).args(["-m", "venv"]).arg(&earlier))?;
    }
    let earlier = earlier.join(if cfg!(windows) { "Scripts" } else { "bin" }).join("python");
    run(program(&earlier).args(["-m", "pip", "install", "--quiet", EARLIER_OPTUNA]))?;
    for python in [python, &earlier] {
        let mut command = program(python);
        command.arg(scripts.join("journals.py")).arg(made.join("searched.result.json"));
        run(command.args([made.join("searched.log"), made.join("searched.run.log")]))?;
    }
    Ok(())
}

/// The page's importances are those that Optuna works out here and now.
fn importance(python: &Path, folder: &Path) -> Result<()> {
    let made = folder.join("importance");
    fs::create_dir_all(&made)?;
    // The script writes beside itself.
    let script = made.join("make_importance.py");
    fs::copy(paths::root().join("tests").join("golden").join("importance").join("make_importance.py"), &script)?;
    run(program(python).arg(&script))?;
    let mut command = node();
    command.arg("--test").arg(paths::unit_tests().join("importance.test.js"));
    run(command.env("TUNING_IMPORTANCE", made.join("importance.json")))
}

/// The defaults that the page shows as PyTorch's are those of the PyTorch that is installed.
fn same_defaults(shown: &Path, made: &Path) -> Result<()> {
    let read = |path: &Path| -> Result<Value> {
        let mut table: Value = serde_json::from_slice(&fs::read(path)?)?;
        table.as_object_mut().context("a table")?.remove("generator");
        Ok(table)
    };
    let (shown, made) = (read(shown)?, read(made)?);
    ensure!(shown == made, "PyTorch's defaults have changed: run tests/golden/torch_defaults.py\n{made:#}");
    Ok(())
}

fn json_files(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    ensure!(!files.is_empty(), "{} holds no fixture", folder.display());
    files.sort();
    Ok(files)
}

/// Runs the default study natively on both backends, opens its test set, and checks the accuracies.
pub fn native() -> Result<()> {
    system::vulkan()?;
    let study = paths::root().join("src").join("study").join("default.json");
    // The program that the tests have: by itself it and all it stands on would be compiled anew, with other features.
    run(cargo().args(["test", "--locked", "--no-run", "--test", "integration"]))?;
    let tune = paths::target().join("debug").join("tune").with_extension(env::consts::EXE_EXTENSION);
    for backend in ["cpu", "gpu"] {
        let result = paths::target().join(format!("default-{backend}.json"));
        let mut command = program(&tune);
        command.arg("run").arg(&study);
        command.args(["--backend", backend, "--test", "-o"]).arg(&result);
        run(system::with_runtime_dir(&mut command)?)?;
        check_result(&result).with_context(|| format!("backend {backend}"))?;
    }
    Ok(())
}

fn check_result(path: &Path) -> Result<()> {
    let result: Value = serde_json::from_slice(&fs::read(path)?)?;
    let Some(trials) = result["trials"].as_array() else { bail!("the result has no trials") };
    let last_metric = |trial: &Value| trial["epochs"].as_array()?.last()?["validation_metric"].as_f64();
    let validation = trials.iter().filter_map(last_metric).fold(0.0, f64::max);
    let test = result["test"]["metric"].as_f64().context("the result has no test metric")?;
    println!("{} trials: best validation accuracy {validation:.4}, test accuracy {test:.4}", trials.len());
    ensure!(validation >= VALIDATION_ACCURACY, "validation accuracy is below {VALIDATION_ACCURACY}");
    ensure!(test >= TEST_ACCURACY, "test accuracy is below {TEST_ACCURACY}");
    Ok(())
}

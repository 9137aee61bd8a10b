//! Checks that both `test` and `soak` run.

use crate::process::{node, run};
use crate::{paths, system, toolchain};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fs;
use std::process::Command;

/// Lints of what only the browser's engine has: not in every test, as they take a build of their own.
pub fn clippy_wasm() -> Result<()> {
    let toolchain = toolchain::wasm()?;
    if toolchain.has_clippy() {
        for module in [&[][..], &["--features", "analyses"], &["--features", "search"]] {
            run(toolchain.cargo("clippy").args(module).args(["--", "-D", "warnings"]))?;
        }
        return Ok(());
    }
    println!("Debian's Rust for the browser brings no clippy: stage engine compiles without its lints");
    Ok(())
}

/// Runs the browser tests against `www/dist`; the error names those that failed.
pub fn playwright(arguments: &[&str]) -> Result<()> {
    let report = paths::target().join("browser.json");
    let mut command = node();
    command.arg(paths::npm_file("@playwright/test/cli.js")).arg("test");
    command.arg("--config").arg(paths::browser_tests().join("playwright.config.js")).args(arguments);
    command.args(["--reporter", "list,json"]).env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report);
    run(command.env("TUNING_CHROMIUM", system::headless_chromium()?)).with_context(|| {
        let text = fs::read(&report).unwrap_or_default();
        let mut failed = Vec::new();
        collect_failed(&serde_json::from_slice(&text).unwrap_or_default(), &mut failed);
        failed.join("; ")
    })
}

/// The places and titles of failed tests in what Playwright's JSON reporter writes.
fn collect_failed(suite: &Value, failed: &mut Vec<String>) {
    let list = |name| suite[name].as_array().into_iter().flatten();
    list("suites").for_each(|suite| collect_failed(suite, failed));
    for spec in list("specs").filter(|spec| spec["ok"] == false) {
        let part = |name: &str| spec[name].as_str().unwrap_or_default().to_owned();
        failed.push(format!("{}:{} {}", part("file"), spec["line"], part("title")));
    }
}

/// What runs the page's unit tests.
pub fn unit_tests() -> Result<Command> {
    // Node.js 20 takes a folder, and its successors take a pattern: both take the files by name.
    let mut files: Vec<_> = fs::read_dir(paths::unit_tests())?.map(|one| Ok(one?.path())).collect::<Result<_>>()?;
    files.retain(|path| path.to_string_lossy().ends_with(".test.js"));
    if files.is_empty() {
        bail!("tests/unit has no tests");
    }
    files.sort();
    // Left to itself it runs file after file on two cores.
    let mut command = node();
    command.args(["--test", "--test-concurrency=2"]).args(files);
    Ok(command)
}

//! `cargo xtask test`: every check, cheapest first. Needs no Python.

use crate::process::{cargo, node, run};
use crate::wasm::{self, Profile};
use crate::{campaigns, checks, packages, paths, system, web};
use anyhow::{Result, bail};
use clap::Args;
use std::fs;
use std::time::{Duration, Instant};

/// Options of `cargo xtask test`.
#[derive(Args)]
pub struct Options {
    /// Only these stages
    #[arg(long, value_delimiter = ',', value_name = "STAGE")]
    only: Vec<String>,
    /// All but these stages
    #[arg(long, value_delimiter = ',', value_name = "STAGE")]
    skip: Vec<String>,
    /// Print the stages and what they check
    #[arg(long)]
    list: bool,
}

struct Stage {
    name: &'static str,
    about: &'static str,
    run: fn() -> Result<()>,
}

const STAGES: [Stage; 11] = [
    Stage { name: "format", about: "cargo fmt", run: format },
    Stage { name: "clippy", about: "lints of everything native", run: clippy },
    Stage { name: "docs", about: "rustdoc without a warning", run: docs },
    Stage { name: "rust", about: "unit, integration, GPU and documentation tests", run: rust },
    Stage { name: "engine", about: "the engine as WebAssembly", run: engine },
    Stage { name: "prettier", about: "the layout of the page's files and its tests", run: prettier },
    Stage { name: "types", about: "tsc --checkJs over the page and its tests", run: types },
    Stage { name: "unit", about: "what the page computes, for any numbers, under Node.js", run: unit },
    Stage { name: "page", about: "production page and what it weighs", run: page },
    Stage { name: "native", about: "the default study through the command line", run: campaigns::native },
    Stage { name: "browser", about: "the production page in Chromium, on the CPU and on a software GPU", run: browser },
];

/// Runs the stages; whether all passed.
pub fn test(options: &Options) -> Result<bool> {
    if options.list {
        for stage in &STAGES {
            println!("{:<12} {}", stage.name, stage.about);
        }
        return Ok(true);
    }
    for name in options.only.iter().chain(&options.skip) {
        if !STAGES.iter().any(|stage| stage.name == name) {
            let names = STAGES.map(|stage| stage.name).join(", ");
            bail!("there is no stage {name}; the stages are {names}");
        }
    }
    let named = |list: &[String], stage: &Stage| list.iter().any(|name| name == stage.name);
    let chosen =
        |stage: &&Stage| (options.only.is_empty() || named(&options.only, stage)) && !named(&options.skip, stage);
    let outcomes: Vec<_> = STAGES.iter().filter(chosen).map(|stage| (stage.name, timed(stage))).collect();
    Ok(report(&outcomes))
}

/// Runs one stage; its seconds, and what was wrong.
fn timed(stage: &Stage) -> (Duration, Option<String>) {
    println!("\n=== {}: {}", stage.name, stage.about);
    let start = Instant::now();
    let outcome = (stage.run)();
    let took = start.elapsed();
    match &outcome {
        Ok(()) => println!("=== {} passed in {:.1} s", stage.name, took.as_secs_f64()),
        Err(error) => println!("=== {} FAILED after {:.1} s: {error:#}", stage.name, took.as_secs_f64()),
    }
    (took, outcome.err().map(|error| format!("{error:#}")))
}

/// The stages in a table, and below it what was wrong: whoever reads only the end of a long output reads that.
fn report(outcomes: &[(&str, (Duration, Option<String>))]) -> bool {
    println!("\n{:<12} {:>8}  outcome", "stage", "seconds");
    for (name, (took, wrong)) in outcomes {
        println!("{name:<12} {:>8.1}  {}", took.as_secs_f64(), if wrong.is_none() { "passed" } else { "FAILED" });
    }
    let total: Duration = outcomes.iter().map(|(_, (took, _))| *took).sum();
    println!("{:<12} {:>8.1}\n", "all", total.as_secs_f64());
    for (name, (_, wrong)) in outcomes {
        if let Some(wrong) = wrong {
            println!("{name}: {wrong}");
        }
    }
    let failed = outcomes.iter().filter(|(_, (_, wrong))| wrong.is_some()).count();
    println!("{} passed, {failed} failed", outcomes.len() - failed);
    failed == 0 && !outcomes.is_empty()
}

fn format() -> Result<()> {
    run(cargo().args(["fmt", "--all", "--check"]))
}

fn clippy() -> Result<()> {
    run(cargo().args(["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn docs() -> Result<()> {
    let mut command = cargo();
    command.args(["doc", "--locked", "--workspace", "--no-deps", "--document-private-items"]);
    run(command.env("RUSTDOCFLAGS", "-D warnings"))
}

fn rust() -> Result<()> {
    system::vulkan()?;
    let mut command = cargo();
    command.args(["test", "--locked", "--workspace", "--no-fail-fast"]).env("TUNING_REQUIRE_GPU", "1");
    run(system::with_runtime_dir(&mut command)?)
}

fn engine() -> Result<()> {
    wasm::build(Profile::Production)
}

fn prettier() -> Result<()> {
    packages::install()?;
    let mut command = node();
    command.arg(paths::npm_file("prettier/bin/prettier.cjs")).arg("--check");
    run(command.args([paths::www(), paths::browser_tests(), paths::unit_tests()]))
}

fn types() -> Result<()> {
    packages::install()?;
    for project in [paths::www(), paths::unit_tests(), paths::browser_tests()] {
        run(node().arg(paths::npm_file("typescript/bin/tsc")).arg("--project").arg(project))?;
    }
    Ok(())
}

fn unit() -> Result<()> {
    packages::install()?;
    // Node.js 20 takes a folder, and its successors take a pattern: both take the files by name.
    let mut files: Vec<_> = fs::read_dir(paths::unit_tests())?.map(|one| Ok(one?.path())).collect::<Result<_>>()?;
    files.retain(|path| path.to_string_lossy().ends_with(".test.js"));
    if files.is_empty() {
        bail!("tests/unit has no tests");
    }
    files.sort();
    // Left to itself it runs file after file on two cores.
    run(node().args(["--test", "--test-concurrency=2"]).args(files))
}

fn page() -> Result<()> {
    packages::install()?;
    if !paths::generated("analyses").is_dir() {
        bail!("there is no engine to bundle: stage engine comes first");
    }
    web::bundle()
}

fn browser() -> Result<()> {
    packages::install()?;
    if !paths::dist().join("index.html").is_file() {
        bail!("www/dist has no page: stage page comes first");
    }
    // What goes by the clock comes by itself, after tests that share the machine; it is run whatever they come to. A test
    // that fails and then passes is reported as flaky, and does not keep all others from landing.
    let together = checks::playwright(&["--grep-invert", "@soak|@alone", "--workers", "2", "--retries", "2"]);
    let alone = checks::playwright(&["--grep", "@alone", "--grep-invert", "@soak", "--retries", "2"]);
    match (together, alone) {
        (Err(together), Err(alone)) => bail!("{together:#}; {alone:#}"),
        (together, alone) => together.and(alone),
    }
}

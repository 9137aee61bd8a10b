//! `cargo xtask test`: every check, cheapest first; the page's beside the native ones. Needs no Python.

use crate::process::{cargo, node, program, run};
use crate::wasm::{self, Profile};
use crate::{campaigns, checks, dependencies, packages, paths, system, web};
use anyhow::{Result, bail, ensure};
use clap::Args;
use std::process::Stdio;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

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
    /// One stage after the other, each with its output as it comes
    #[arg(long)]
    serial: bool,
}

/// When a stage runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// One after the other, from the start.
    Native,
    /// One after the other, beside those: what makes the page compiles, links and checks in one thread most of the time.
    Page,
    /// Once both have ended, with the machine to itself.
    Last,
}

struct Stage {
    name: &'static str,
    about: &'static str,
    when: When,
    run: fn() -> Result<()>,
}

const STAGES: [Stage; 12] = [
    Stage { name: "format", about: "cargo fmt", when: When::Native, run: format },
    Stage {
        name: "dependencies",
        about: "licences and sources of what all stands on",
        when: When::Native,
        run: dependencies::check,
    },
    Stage { name: "clippy", about: "lints of everything native", when: When::Native, run: clippy },
    Stage { name: "rust", about: "unit, integration and GPU tests", when: When::Native, run: rust },
    Stage {
        name: "native",
        about: "the default study by the command line",
        when: When::Native,
        run: campaigns::native,
    },
    Stage { name: "prettier", about: "the layout of the page's files and its tests", when: When::Page, run: prettier },
    Stage { name: "engine", about: "the engine as WebAssembly", when: When::Page, run: engine },
    Stage { name: "types", about: "tsc --checkJs over the page and its tests", when: When::Page, run: types },
    Stage { name: "unit", about: "what the page computes, for any numbers, by Node.js", when: When::Page, run: unit },
    Stage { name: "page", about: "production page and what it weighs", when: When::Page, run: page },
    // Beside the Rust tests: their binaries are built by then, and the other lane is the longer one.
    Stage { name: "docs", about: "rustdoc without a warning", when: When::Page, run: docs },
    Stage {
        name: "browser",
        about: "that page in Chromium, on the CPU and a software GPU",
        when: When::Last,
        run: browser,
    },
];

/// A stage's name, its seconds, and what was wrong.
type Outcome = (&'static str, Duration, Option<String>);

/// Runs the stages; whether all passed.
pub fn test(options: &Options) -> Result<bool> {
    let begun = Instant::now();
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
    let chosen: Vec<&Stage> = STAGES.iter().filter(chosen).collect();
    let lane = |when: When| chosen.iter().copied().filter(move |stage| stage.when == when);
    let is_double = !options.serial && lane(When::Native).next().is_some() && lane(When::Page).next().is_some();
    let mut outcomes: Vec<Outcome> = if is_double {
        thread::scope(|scope| {
            let page: Vec<_> = lane(When::Page).collect();
            let page = scope.spawn(move || page.into_iter().map(apart).collect::<Vec<_>>());
            let native: Vec<_> = lane(When::Native).map(timed).collect();
            println!("\n=== waiting for the stages of the page");
            native.into_iter().chain(page.join().unwrap_or_default()).collect()
        })
    } else {
        lane(When::Native).chain(lane(When::Page)).map(timed).collect()
    };
    outcomes.extend(lane(When::Last).map(timed));
    Ok(report(&outcomes, chosen.len(), begun.elapsed()))
}

/// Runs one stage.
fn timed(stage: &Stage) -> Outcome {
    println!("\n=== {}: {}", stage.name, stage.about);
    let start = Instant::now();
    let outcome = (stage.run)();
    let took = start.elapsed();
    match &outcome {
        Ok(()) => println!("=== {} passed in {:.1} s", stage.name, took.as_secs_f64()),
        Err(error) => println!("=== {} FAILED after {:.1} s: {error:#}", stage.name, took.as_secs_f64()),
    }
    (stage.name, took, outcome.err().map(|error| format!("{error:#}")))
}

/// Runs one stage in a process of its own, whose output is printed once it has ended: not between another stage's lines.
fn apart(stage: &Stage) -> Outcome {
    let start = Instant::now();
    let outcome = logged(stage.name);
    (stage.name, start.elapsed(), outcome.err().map(|error| format!("{error:#}")))
}

fn logged(name: &str) -> Result<()> {
    fs::create_dir_all(paths::target())?;
    let log = paths::target().join(format!("stage-{name}.log"));
    let file = fs::File::create(&log)?;
    let mut command = program(env::current_exe()?);
    command.args(["test", "--only", name]).stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
    let status = command.status()?;
    let said = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    // Its own table is a part of the one at the end.
    println!("{}", said.rsplit_once("\n\nstage ").map_or(said.as_str(), |(stage, _)| stage));
    let prefix = format!("{name}: ");
    let wrong = said.lines().rev().find_map(|line| line.strip_prefix(&prefix));
    ensure!(status.success(), "{}", wrong.unwrap_or("it ended before it said why"));
    Ok(())
}

/// The stages in a table, and below it what was wrong: whoever reads only the end of a long output reads that.
fn report(outcomes: &[Outcome], stages: usize, took: Duration) -> bool {
    println!("\n{:<12} {:>8}  outcome", "stage", "seconds");
    for (name, took, wrong) in outcomes {
        println!("{name:<12} {:>8.1}  {}", took.as_secs_f64(), if wrong.is_none() { "passed" } else { "FAILED" });
    }
    println!("{:<12} {:>8.1}  from begin to end\n", "all", took.as_secs_f64());
    for (name, _, wrong) in outcomes {
        if let Some(wrong) = wrong {
            println!("{name}: {wrong}");
        }
    }
    let passed = outcomes.iter().filter(|(_, _, wrong)| wrong.is_none()).count();
    println!("{passed} passed, {} failed", stages - passed);
    passed == stages && stages > 0
}

fn format() -> Result<()> {
    run(cargo().args(["fmt", "--all", "--check"]))
}

/// Each by itself: both together would compile the engine's dependencies with other features than `cargo run` takes.
const PACKAGES: [&str; 2] = ["tuning-playground", "xtask"];

fn clippy() -> Result<()> {
    for package in PACKAGES {
        let mut command = cargo();
        run(command.args(["clippy", "--locked", "--package", package, "--all-targets", "--", "-D", "warnings"]))?;
    }
    Ok(())
}

fn docs() -> Result<()> {
    for package in PACKAGES {
        let mut command = cargo();
        command.args(["doc", "--locked", "--package", package, "--no-deps", "--document-private-items"]);
        run(command.env("RUSTDOCFLAGS", "-D warnings"))?;
    }
    Ok(())
}

fn rust() -> Result<()> {
    system::vulkan()?;
    for package in PACKAGES {
        let mut command = cargo();
        command.args(["test", "--locked", "--package", package, "--no-fail-fast"]).env("TUNING_REQUIRE_GPU", "1");
        // Mesa's software driver optimizes shaders for longer than they run here.
        run(system::with_runtime_dir(&mut command)?.env("GALLIVM_PERF", "nopt"))?;
    }
    Ok(())
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
    run(&mut checks::unit_tests()?)
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

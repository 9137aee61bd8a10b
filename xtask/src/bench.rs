//! `bench`: the engine against its peers from npm, in one browser, and `bench search`: samplers against Optuna's. What runs,
//! and the report, are in `tests/bench/`.

use crate::process::{cargo, node, run};
use crate::wasm::{self, Profile};
use crate::{packages, paths, system};
use anyhow::Result;
use clap::{Args, Subcommand};

/// Options of `cargo xtask bench`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Options {
    #[command(subcommand)]
    what: Option<What>,
    /// One repeat of fewer steps: whether it works, not how fast
    #[arg(long)]
    quick: bool,
    /// Only these parts
    #[arg(long, value_delimiter = ',', value_parser = ["W1", "W2", "W3", "scaling"])]
    only: Vec<String>,
    /// Let the peers have threads: the headers that static hosts do not send
    #[arg(long)]
    isolated: bool,
}

#[derive(Subcommand)]
enum What {
    /// How long suggestions take as WebAssembly, and the regrets of all samplers that learn against Optuna's
    Search,
}

/// Times suggestions, and runs the gate of regrets on every function, one trial at a time and in rounds.
fn search() -> Result<()> {
    wasm::build_one("search")?;
    run(node().arg(paths::bench().join("search.js")))?;
    let mut command = cargo();
    command.args(["test", "--locked", "--release", "--test", "integration", "--"]);
    command.args(["--include-ignored", "--nocapture", "search::", "studies::halving_of_the_default_study"]);
    run(&mut command)
}

/// Builds engine and bench page, measures, and writes `tests/bench/RESULTS.md` (a part or a quick look is only printed).
pub fn bench(options: &Options) -> Result<()> {
    if let Some(What::Search) = options.what {
        return search();
    }
    let chromium = system::chromium()?;
    packages::install()?;
    packages::install_in(&paths::bench())?;
    wasm::build(Profile::Production)?;
    let mut vite = node();
    vite.arg(paths::npm_file("vite/bin/vite.js")).args(["build", "--logLevel", "warn", "--config"]);
    run(vite.arg(paths::bench().join("vite.config.js")))?;
    let mut runner = node();
    runner.arg(paths::bench().join("run.js")).env("TUNING_CHROMIUM", chromium);
    if options.quick {
        runner.arg("--quick");
    }
    if options.isolated {
        runner.arg("--isolated");
    }
    if !options.only.is_empty() {
        runner.args(["--only", &options.only.join(",")]);
    }
    run(&mut runner)
}

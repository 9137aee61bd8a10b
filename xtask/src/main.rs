//! `cargo xtask`: builds, serves and tests the page and the engine. `cargo xtask help` lists what there is.

mod bench;
mod bundle;
mod campaigns;
mod checks;
mod dependencies;
mod packages;
mod paths;
mod process;
mod sizes;
mod system;
mod test;
mod toolchain;
mod wasm;
mod web;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Builds, serves and tests Tuning Playground.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_version_flag = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Sets everything up and serves the page, reloading as its sources change
    Serve(web::Serve),
    /// Writes the production page to www/dist and prints what it weighs
    Build(web::Build),
    /// Runs every check, cheapest first
    Test(test::Options),
    /// Measures the engine and its peers from npm in one browser, into tests/bench/RESULTS.md
    Bench(bench::Options),
    /// Packs what measures and tests a GPU on a machine without a toolchain, into target/bundle
    Bundle,
    /// Runs the long campaigns: ignored Rust tests and browser tests tagged @soak
    Soak,
    /// Remakes the `PyTorch` fixtures and verifies the engine against them (needs Python)
    Interop,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Serve(options) => web::serve(&options).map(|()| true),
        Task::Build(options) => web::build(&options).map(|()| true),
        Task::Test(options) => test::test(&options),
        Task::Bench(options) => bench::bench(&options).map(|()| true),
        Task::Bundle => bundle::bundle().map(|()| true),
        Task::Soak => campaigns::soak().map(|()| true),
        Task::Interop => campaigns::interop().map(|()| true),
    };
    finish(outcome)
}

/// The exit code for an outcome: whether everything passed, or what went wrong.
fn finish(outcome: Result<bool>) -> ExitCode {
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

//! `tune`: the engine on the command line. The only user of files and of the process's arguments.

mod ask_tell;
mod commands;
mod ensemble;
mod export;
mod files;
mod import;
mod journal;
mod landscape;
mod machine;
mod map;
mod named;
mod weights;

use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;
use tuning_playground::backend::room;

/// Trains hyperparameter studies and checks the engine against PyTorch.
#[derive(Parser)]
#[command(name = "tune", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs a study; without a file the default one (digits, 64 trials).
    Run {
        /// The study document, or a result, which holds its study; - is standard input.
        study: Option<PathBuf>,
        /// What trains.
        #[arg(long, value_enum, default_value_t = BackendName::Auto)]
        backend: BackendName,
        /// Writes the result document here; - is standard output.
        #[arg(short, long)]
        output: Option<PathBuf>,
        /// Appends to an Optuna journal as trials begin, get on and end. Of one that an earlier run of the same study has left,
        /// the trials that have ended stay, and the others are trained.
        #[arg(long)]
        journal: Option<PathBuf>,
        /// Writes the weights of each trial that completes into this folder, as safetensors, with a script that loads them
        /// into PyTorch.
        #[arg(long, value_name = "FOLDER")]
        weights: Option<PathBuf>,
        /// Opens the test set for the best trial.
        #[arg(long)]
        test: bool,
    },
    /// Trains fixtures and prints how far each is from what it expects; exits with 1 past the tolerance.
    Verify {
        /// Fixture documents, as in tests/golden/.
        #[arg(required = true)]
        fixtures: Vec<PathBuf>,
        /// What trains; auto is reference.
        #[arg(long, value_enum, default_value_t = BackendName::Auto)]
        backend: BackendName,
        /// Largest relative L2 error a tensor may have; default 1e-9 for reference, 1e-4 otherwise.
        #[arg(long)]
        tolerance: Option<f64>,
    },
    /// Trains trials of a study and writes the loss over a plane through their weights.
    Landscape(landscape::Options),
    /// Trains trials of a study from the same weights on the same batches and writes their paths over one plane.
    Race(landscape::Options),
    /// Trains a network for each pixel of a plane of two hyperparameters and writes how each ended, in columns of numbers.
    Map(map::Options),
    /// Averages the answers of several networks and writes what that is worth beside the best of them.
    Ensemble(ensemble::Options),
    /// Makes a result document something that other programs read.
    Export(export::Options),
    /// Makes an Optuna journal a result document, which the page opens and tune exports.
    Import(import::Options),
    /// The samplers for any language, as JSON lines: reads {"space", "sampler", "seed", "trials"}, writes
    /// {"number", "params"}, reads {"number", "value"}, and so on until all trials are told.
    AskTell,
}

/// Backends by name.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum BackendName {
    Auto,
    Gpu,
    Cpu,
    Reference,
}

impl BackendName {
    /// As results name it, once it is decided.
    const fn kind(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Gpu => "gpu",
            Self::Cpu => "cpu",
            Self::Reference => "reference",
        }
    }
}

fn main() -> ExitCode {
    if let Some(bytes) = machine::memory() {
        room::tell(bytes);
    }
    let done = match Arguments::parse().command {
        Command::Run { study, backend, output, journal, weights, test } => {
            let files = commands::Files { output, journal, weights };
            commands::run(study.as_deref(), backend, &files, test)
        }
        Command::Verify { fixtures, backend, tolerance } => commands::verify(&fixtures, backend, tolerance),
        Command::Landscape(options) => landscape::run(&options, false),
        Command::Race(options) => landscape::run(&options, true),
        Command::Map(options) => map::run(&options),
        Command::Ensemble(options) => ensemble::run(&options),
        Command::Export(options) => export::run(&options),
        Command::Import(options) => import::run(&options),
        Command::AskTell => ask_tell::run(std::io::stdin().lock(), std::io::stdout().lock()),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            commands::complain(&error);
            ExitCode::from(2)
        }
    }
}

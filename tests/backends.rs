//! Every test that trains on backends, in one binary: each binary compiles the engine's generic code and links wgpu anew.
//! Its harness can ignore at run time (`harness/mod.rs`).

mod common;
mod folds;
mod harness;
mod held;

mod chance;
mod evaluation;
mod golden;
mod gpu;
mod gradients;
mod kernels;
mod lessons;
mod second_order;
mod session;
mod shared_seeds;
mod snapshots;
mod training;

fn main() -> std::process::ExitCode {
    harness::run(&[
        chance::add,
        evaluation::add,
        folds::add,
        golden::add,
        gpu::add,
        gradients::add,
        held::add,
        kernels::add,
        lessons::add,
        second_order::add,
        session::add,
        shared_seeds::add,
        snapshots::add,
        training::add,
    ])
}

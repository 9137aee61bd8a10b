//! Every other test of the engine from outside, in one binary (`backends.rs`).

mod common;

mod analysis;
mod ask_tell;
mod command_line;
mod corpus;
#[path = "../examples/study.rs"]
mod example;
mod exports;
mod journal;
mod judged;
mod map;
mod population;
mod presets;
mod race;
mod readers;
mod resume;
mod search;
mod shaders;
mod studies;
mod study;
mod tidy;

#[test]
fn the_example_runs() {
    example::main().expect("it trains, and has a surface");
}

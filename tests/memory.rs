//! What a population takes is what is said of it.

#![expect(clippy::unwrap_used, reason = "how a test fails")]

use cap::Cap;
use core::time::Duration;
use std::alloc::System;
use tuning_playground::backend::cpu::{Cpu, PlanName};
use tuning_playground::bench::{Bench, Work};

#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

/// Bytes on the heap in the middle of an epoch, and those that were said.
fn taken(cpu: Cpu, hidden: &str, trials: u32) -> [f64; 2] {
    let before = HEAP.allocated();
    let work = format!(
        r#"{{"data": "spiral", "inputs": 2, "hidden": {hidden}, "outputs": 2, "batch_size": 32, "optimizer": "adam",
        "learning_rate": [1e-3, 1e-3], "dropout": [0, 0.3], "trials": {trials}, "steps": 100, "share": [0, 1]}}"#
    );
    let mut bench = pollster::block_on(Bench::new(&cpu, &Work::parse(&work).unwrap())).unwrap();
    pollster::block_on(bench.advance(Duration::ZERO)).unwrap();
    [(HEAP.allocated() - before) as f64, bench.info().bytes_total as f64]
}

#[test]
fn memory_grows_as_stated() {
    for plan in PlanName::ALL {
        for (hidden, trials) in [("[8, 8]", 1000), ("[5]", 1000), ("[64, 64]", 100)] {
            let [fewer, more] = [trials, 3 * trials].map(|trials| taken(Cpu::new().with_plan(plan), hidden, trials));
            let [grown, said] = [0, 1].map(|at| more[at] - fewer[at]);
            println!("{plan:?} {hidden}: {grown} bytes for {said}, in all {} for {}", more[0], more[1]);
            assert!((grown / said - 1.0).abs() < 0.1, "{plan:?} {hidden}: {grown} bytes for {said}");
        }
    }
}

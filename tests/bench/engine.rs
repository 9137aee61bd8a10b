//! The works W1 to W3 natively, by backend and GPU strategy: `cargo bench`; `cargo test --bench engine`
//! runs each once.

use core::time::Duration;
use criterion::{Criterion, criterion_group, criterion_main};
use tuning_playground::backend::Backend;
use tuning_playground::backend::cpu::Cpu;
use tuning_playground::backend::gpu::{Gpu, Strategy};
use tuning_playground::bench::{Bench, Work};

/// Name, shape and data, trials and steps of a repeat.
const WORKS: [[&str; 3]; 3] = [
    ["W1", r#""data": "spiral", "inputs": 2, "hidden": [8, 8], "outputs": 2, "batch_size": 32"#, "1, \"steps\": 100"],
    ["W2", r#""data": "sparse", "inputs": 784, "hidden": [128], "outputs": 10, "batch_size": 128"#, "16, \"steps\": 1"],
    ["W3", r#""data": "spiral", "inputs": 2, "hidden": [8, 8], "outputs": 2, "batch_size": 32"#, "64, \"steps\": 50"],
];

fn work([_, shape, trials]: [&str; 3]) -> Work {
    let rates = r#""optimizer": "adam", "learning_rate": [1e-4, 1e-1], "dropout": [0, 0.35]"#;
    let text = format!(r#"{{{shape}, {rates}, "trials": {trials}, "share": [0, 1]}}"#);
    Work::parse(&text).expect("a work")
}

fn train(backend: &dyn Backend, work: &Work) {
    let mut bench = pollster::block_on(Bench::new(backend, work)).expect("a population");
    while !pollster::block_on(bench.advance(Duration::from_millis(50))).expect("a step").1 {}
}

fn works(criterion: &mut Criterion) {
    let gpu = pollster::block_on(Gpu::open()).ok();
    for one in WORKS {
        let work = work(one);
        let mut group = criterion.benchmark_group(one[0]);
        group.sample_size(10).measurement_time(Duration::from_secs(2)).warm_up_time(Duration::from_millis(500));
        group.bench_function("cpu", |bencher| bencher.iter(|| train(&Cpu::new(), &work)));
        for strategy in Strategy::ALL {
            if let Some(gpu) = &gpu {
                let gpu = gpu.with_strategy(strategy);
                group.bench_function(format!("gpu {strategy:?}"), |bencher| bencher.iter(|| train(&gpu, &work)));
            }
        }
    }
}

criterion_group!(benches, works);
criterion_main!(benches);

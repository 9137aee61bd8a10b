//! Fixtures made by PyTorch (`tests/golden/make_fixtures.py`): every one on every backend.

mod common;
mod harness;

use common::{On, backends};
use std::path::Path;
use tuning_playground::fixture::{Fixture, TOLERANCE_F32, TOLERANCE_F64};

fn fixtures() -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of fixtures")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        Fixture::parse(&std::fs::read_to_string(path).expect("a text"), &name).expect("a fixture")
    };
    paths.iter().map(read).collect()
}

fn c3_the_f64_reference_is_pytorch() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 24, "{} fixtures", fixtures.len());
    for fixture in fixtures {
        let difference = pollster::block_on(fixture.run_reference()).expect("a run");
        assert!(difference.error <= TOLERANCE_F64, "{}: {difference:?}", fixture.name);
    }
}

fn c3_f32_backends_are_pytorch(on: On) {
    for backend in backends(on) {
        let (name, mut worst) = (backend.name(), (0.0, String::new()));
        for fixture in fixtures() {
            let difference = pollster::block_on(fixture.run_on(backend.as_ref())).expect("a run");
            assert!(difference.error <= TOLERANCE_F32, "{} on {name}: {difference:?}", fixture.name);
            if difference.error > worst.0 {
                worst = (difference.error, fixture.name);
            }
        }
        println!("{name}: worst {worst:?}");
    }
}

harness::tests! {
    plain [c3_the_f64_reference_is_pytorch]
    each_backend [c3_f32_backends_are_pytorch]
}

//! The harness of tests that train on backends. The standard one decides when it is compiled which tests are ignored; whether
//! there is a GPU shows when tests run. Here a test that needs a GPU is ignored where there is no adapter, and fails there
//! where `TUNING_REQUIRE_GPU` is set, as `cargo xtask test` does.
use crate::common::On;
use libtest_mimic::{Arguments, Trial};
use std::cell::OnceCell;
use std::process::ExitCode;
use tuning_playground::backend::gpu::Gpu;
use tuning_playground::error::Error;

/// The tests of a binary. A test that trains on the GPU is called `gpu::<file>::<name>`, any other `cpu::<file>::<name>`.
#[derive(Default)]
pub struct Tests {
    /// Whose tests are added.
    pub file: &'static str,
    all: Vec<Trial>,
    lacks_gpu: OnceCell<bool>,
}

impl Tests {
    /// Adds a test that needs no GPU.
    pub fn plain(&mut self, name: &str, test: fn()) {
        self.push(On::Cpu, name, test, false);
    }

    /// Adds a test of the GPU alone.
    pub fn gpu(&mut self, name: &str, test: fn()) {
        self.push(On::Gpu, name, test, false);
    }

    /// Adds a test twice: on the CPU and on the GPU.
    pub fn each_backend(&mut self, name: &str, test: fn(On)) {
        self.push(On::Cpu, name, move || test(On::Cpu), false);
        self.push(On::Gpu, name, move || test(On::Gpu), false);
    }

    /// [`Self::plain`] for a test that is too long for every change: only `cargo xtask soak` runs it.
    pub fn soak(&mut self, name: &str, test: fn()) {
        self.push(On::Cpu, name, test, true);
    }

    /// [`Self::gpu`] for a test that is too long for every change.
    pub fn soak_gpu(&mut self, name: &str, test: fn()) {
        self.push(On::Gpu, name, test, true);
    }

    /// [`Self::each_backend`] for a test that is too long for every change.
    pub fn soak_each_backend(&mut self, name: &str, test: fn(On)) {
        self.push(On::Cpu, name, move || test(On::Cpu), true);
        self.push(On::Gpu, name, move || test(On::Gpu), true);
    }

    fn push(&mut self, on: On, name: &str, test: impl FnOnce() + Send + 'static, is_soak: bool) {
        let (folder, is_ignored) = match on {
            On::Cpu => ("cpu", is_soak),
            On::Gpu => ("gpu", is_soak || *self.lacks_gpu.get_or_init(lacks_gpu)),
        };
        let run = || {
            test();
            Ok(())
        };
        self.all.push(Trial::test(format!("{folder}::{}::{name}", self.file), run).with_ignored_flag(is_ignored));
    }
}

/// Runs what the command line chooses of the tests of some files.
pub fn run(files: &[fn(&mut Tests)]) -> ExitCode {
    let mut tests = Tests::default();
    for add in files {
        add(&mut tests);
    }
    libtest_mimic::run(&Arguments::from_args(), tests.all).exit_code()
}

/// Whether the machine has no adapter and need not have one. An adapter that fails is no reason to ignore anything.
fn lacks_gpu() -> bool {
    if std::env::var_os("TUNING_REQUIRE_GPU").is_some() {
        return false;
    }
    let Err(problem @ Error::NoGpu { .. }) = pollster::block_on(Gpu::open()) else { return false };
    eprintln!("tests of the GPU are ignored: {problem}");
    true
}

/// What adds a file's tests, from their names by kind, which is a method of [`Tests`].
macro_rules! tests {
    ($($kind:ident [$($name:ident),+ $(,)?])+) => {
        pub fn add(tests: &mut crate::harness::Tests) {
            tests.file = module_path!().rsplit("::").next().unwrap_or_default();
            $($(tests.$kind(stringify!($name), $name);)+)+
        }
    };
}

pub(crate) use tests;

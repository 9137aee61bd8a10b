//! Which vector instructions a kernel is compiled for. Kernels are plain loops over small fixed arrays, which LLVM turns
//! into vector code; a [`Job`] is compiled once for each instruction set, and [`Level::run`] picks at run time. (AVX-512
//! was tried and was no faster than AVX2.)
#![cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "calling code compiled for instructions that were detected is unsafe in Rust")
)]
#![expect(clippy::inline_always, reason = "only inlined code is compiled for its caller's instruction set")]

/// How kernels are shaped for an instruction set.
pub trait Isa {
    /// Columns of a panel (see `panels.rs`): 8 or 16.
    const PANEL: usize;
    /// Multiplication and addition are one instruction, rounded once.
    const FUSED: bool;

    /// `sum += a * b`, lane by lane.
    #[inline(always)]
    fn madd<const W: usize>(sum: &mut [f32; W], a: f32, b: &[f32; W]) {
        for (sum, &b) in sum.iter_mut().zip(b) {
            *sum = if Self::FUSED { a.mul_add(b, *sum) } else { *sum + a * b };
        }
    }
}

/// A kernel and its arguments.
pub trait Job {
    /// Compiled for each instruction set; must be `#[inline(always)]` all the way down.
    fn call<I: Isa>(self);
}

/// 128-bit vectors without fused multiplication: WASM SIMD, and what every x86-64 has.
struct Narrow;

impl Isa for Narrow {
    const PANEL: usize = 8;
    const FUSED: bool = false;
}

#[cfg(target_arch = "aarch64")]
struct Neon;

#[cfg(target_arch = "aarch64")]
impl Isa for Neon {
    const PANEL: usize = 8;
    const FUSED: bool = true;
}

#[cfg(target_arch = "x86_64")]
struct Avx2;

#[cfg(target_arch = "x86_64")]
impl Isa for Avx2 {
    const PANEL: usize = 16;
    const FUSED: bool = true;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Narrow,
    #[cfg(target_arch = "aarch64")]
    Neon,
    #[cfg(target_arch = "x86_64")]
    Avx2,
}

/// An instruction set that this machine has. There is no way to make one of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level(Kind);

impl Level {
    /// All that this machine has, slowest first.
    pub fn all() -> Vec<Self> {
        let widest = [
            #[cfg(target_arch = "aarch64")]
            Some(Self(Kind::Neon)),
            #[cfg(target_arch = "x86_64")]
            (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Self(Kind::Avx2)),
            #[cfg(not(any(target_arch = "aarch64", target_arch = "x86_64")))]
            None,
        ];
        core::iter::once(Self(Kind::Narrow)).chain(widest.into_iter().flatten()).collect()
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Narrow if cfg!(all(target_arch = "wasm32", target_feature = "simd128")) => "WASM SIMD",
            Kind::Narrow if cfg!(target_arch = "wasm32") => "WASM without SIMD",
            Kind::Narrow if cfg!(target_arch = "x86_64") => "x86-64 SSE2",
            Kind::Narrow => "portable",
            #[cfg(target_arch = "aarch64")]
            Kind::Neon => "ARM NEON",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => "x86-64 AVX2",
        }
    }

    /// Columns of a panel.
    pub(super) fn panel(self) -> usize {
        match self.0 {
            Kind::Narrow => Narrow::PANEL,
            #[cfg(target_arch = "aarch64")]
            Kind::Neon => Neon::PANEL,
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => Avx2::PANEL,
        }
    }

    /// Runs a kernel.
    #[inline]
    pub(super) fn run(self, job: impl Job) {
        match self.0 {
            Kind::Narrow => run_narrow(job),
            #[cfg(target_arch = "aarch64")]
            Kind::Neon => job.call::<Neon>(),
            // SAFETY: `all` makes this level only where the machine has what `avx2` is compiled for.
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => unsafe { avx2(job) },
        }
    }
}

/// Runs a kernel with what every machine has.
#[inline(never)]
pub(super) fn run_narrow(job: impl Job) {
    job.call::<Narrow>();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2(job: impl Job) {
    job.call::<Avx2>();
}

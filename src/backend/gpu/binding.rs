//! Kernels and what they bind.

/// Uniforms of consecutive dispatches lie this far apart (the spec's `minUniformBufferOffsetAlignment`).
pub const CALL_STRIDE: u64 = 256;
/// What a kernel does with a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reads a storage buffer.
    Read,
    /// Reads and writes a storage buffer.
    Write,
    /// Reads a texture of four numbers a texel.
    Texels,
}

/// A kernel.
pub struct Kernel {
    /// Its shader file, pipeline label and test id.
    pub name: &'static str,
    /// The whole source.
    pub source: String,
}

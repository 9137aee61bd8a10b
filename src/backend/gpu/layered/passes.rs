//! The kernels of plan `layered`.

use crate::backend::gpu::device::{Kernel, READ, WRITE};

macro_rules! kernel {
    ($name:literal $(, $shared:literal)*) => {
        Kernel {
            name: $name,
            source: [
                include_str!("../../../../shaders/shared/population.wgsl"),
                include_str!("../../../../shaders/shared/bits.wgsl"),
                $(include_str!(concat!("../../../../shaders/shared/", $shared, ".wgsl")),)*
                include_str!(concat!("../../../../shaders/", $name, ".wgsl")),
            ].concat(),
        }
    };
}

/// Every kernel, in the order of `Pass`.
pub fn kernels() -> [Kernel; 5] {
    [
        kernel!("dense_forward", "threefry", "activation"),
        kernel!("loss"),
        kernel!("dense_backward_data"),
        kernel!("dense_backward_weight"),
        kernel!("optimizer", "update"),
    ]
}

/// Which kernel a dispatch runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    DenseForward = 0,
    Loss = 1,
    DenseBackwardData = 2,
    DenseBackwardWeight = 3,
    Optimizer = 4,
}

/// Storage buffers of a kernel beside the uniform and the tables (0 to 3): at most five, since a stage may bind only
/// eight storage buffers on the spec's default limits.
pub fn bindings(pass: Pass) -> &'static [(u32, bool)] {
    match pass {
        Pass::DenseForward => &[(4, READ), (5, READ), (6, WRITE)],
        Pass::DenseBackwardData => &[(4, READ), (6, WRITE)],
        Pass::Loss | Pass::DenseBackwardWeight => &[(5, READ), (6, WRITE), (7, WRITE)],
        Pass::Optimizer => &[(4, WRITE), (5, WRITE), (6, READ), (7, WRITE)],
    }
}

/// Kernels in the order of [`kernels`].
pub const PASSES: [Pass; 5] =
    [Pass::DenseForward, Pass::Loss, Pass::DenseBackwardData, Pass::DenseBackwardWeight, Pass::Optimizer];

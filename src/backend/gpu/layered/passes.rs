//! The kernels of plan `layered`.

use crate::backend::gpu::device::{Kernel, READ, WRITE};

macro_rules! kernel {
    ($name:literal $(, $shared:literal)*) => {
        Kernel {
            name: $name,
            source: [
                include_str!("../../../../shaders/shared/constants.wgsl"),
                include_str!("../../../../shaders/shared/population.wgsl"),
                include_str!("../../../../shaders/shared/bits.wgsl"),
                $(include_str!(concat!("../../../../shaders/shared/", $shared, ".wgsl")),)*
                include_str!(concat!("../../../../shaders/", $name, ".wgsl")),
            ].concat(),
        }
    };
}

/// Every kernel, in the order of `Pass`.
pub fn kernels() -> [Kernel; 6] {
    [
        kernel!("dense_forward", "tables", "threefry", "activation", "dense_forward"),
        kernel!("loss", "tables", "loss"),
        kernel!("dense_backward_data", "tables", "dense_backward_data"),
        kernel!("dense_backward_weight", "tables", "dense_backward_weight"),
        kernel!("optimizer", "tables", "update", "optimizer"),
        kernel!(
            "train_workgroup",
            "threefry",
            "activation",
            "update",
            "dense_forward",
            "loss",
            "dense_backward_data",
            "dense_backward_weight",
            "optimizer"
        ),
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
    TrainWorkgroup = 5,
}

/// Storage buffers of a kernel: binding, and whether it is only read. A stage may bind only eight of them on the spec's
/// default limits.
pub fn bindings(pass: Pass) -> &'static [(u32, bool)] {
    match pass {
        Pass::DenseForward => &[(1, READ), (2, READ), (3, READ), (4, READ), (5, READ), (6, WRITE)],
        Pass::DenseBackwardData => &[(1, READ), (2, READ), (3, READ), (4, READ), (6, WRITE)],
        Pass::Loss | Pass::DenseBackwardWeight => &[(1, READ), (2, READ), (3, READ), (5, READ), (6, WRITE), (7, WRITE)],
        Pass::Optimizer => &[(1, READ), (2, READ), (3, READ), (4, WRITE), (5, WRITE), (6, READ), (7, WRITE)],
        Pass::TrainWorkgroup => {
            &[(1, READ), (2, READ), (3, READ), (4, WRITE), (5, WRITE), (6, WRITE), (7, WRITE), (8, WRITE)]
        }
    }
}

/// Kernels in the order of [`kernels`].
pub const PASSES: [Pass; 6] = [
    Pass::DenseForward,
    Pass::Loss,
    Pass::DenseBackwardData,
    Pass::DenseBackwardWeight,
    Pass::Optimizer,
    Pass::TrainWorkgroup,
];

//! The kernels of plan `layered`.

use crate::backend::gpu::device::{Access, Kernel};

macro_rules! kernel {
    ($name:literal $(, $shared:literal)*) => {
        Kernel {
            name: $name,
            source: [
                include_str!(concat!(env!("OUT_DIR"), "/shaders/shared/constants.wgsl")),
                include_str!(concat!(env!("OUT_DIR"), "/shaders/shared/population.wgsl")),
                include_str!(concat!(env!("OUT_DIR"), "/shaders/shared/bits.wgsl")),
                $(include_str!(concat!(env!("OUT_DIR"), "/shaders/shared/", $shared, ".wgsl")),)*
                include_str!(concat!(env!("OUT_DIR"), "/shaders/", $name, ".wgsl")),
            ].concat(),
        }
    };
}

/// Every kernel, in the order of `Pass`.
pub fn kernels() -> [Kernel; 6] {
    [
        kernel!("dense_forward", "tables", "rows", "threefry", "activation", "dense_forward"),
        kernel!("loss", "tables", "loss"),
        kernel!("dense_backward_data", "tables", "dense_backward_data"),
        kernel!("dense_backward_weight", "tables", "rows", "dense_backward_weight"),
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

/// What a kernel binds beside the call. A stage may bind only eight storage buffers on the spec's default limits.
pub fn bindings(pass: Pass) -> &'static [(u32, Access)] {
    use Access::{Read, Texels, Write};
    match pass {
        Pass::DenseForward => &[(1, Read), (2, Read), (3, Read), (4, Read), (5, Texels), (6, Write)],
        Pass::DenseBackwardData => &[(1, Read), (2, Read), (3, Read), (4, Read), (6, Write)],
        Pass::Loss => &[(1, Read), (2, Read), (3, Read), (5, Read), (6, Write), (7, Write)],
        Pass::DenseBackwardWeight => &[(1, Read), (2, Read), (3, Read), (5, Texels), (6, Write), (7, Write)],
        Pass::Optimizer => &[(1, Read), (2, Read), (3, Read), (4, Write), (5, Write), (6, Read), (7, Write)],
        Pass::TrainWorkgroup => {
            &[(1, Read), (2, Read), (3, Read), (4, Write), (5, Write), (6, Write), (7, Write), (8, Write)]
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

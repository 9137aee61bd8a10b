//! The kernels of strategies `layered` and `workgroup`.

use super::STEP_WORDS;
use crate::backend::gpu::binding::{Access, Kernel};
use crate::backend::gpu::update::{self, Places, Update};

macro_rules! kernel {
    ($name:literal $(, $shared:literal)*) => {
        ($name, [
            include_str!(concat!(env!("OUT_DIR"), "/shaders/shared/population.wgsl")),
            include_str!(concat!(env!("OUT_DIR"), "/shaders/shared/bits.wgsl")),
            $(include_str!(concat!(env!("OUT_DIR"), "/shaders/shared/", $shared, ".wgsl")),)*
            include_str!(concat!(env!("OUT_DIR"), "/shaders/", $name, ".wgsl")),
        ].concat())
    };
}

/// Which kernel a dispatch runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pass {
    DenseForward = 0,
    Loss = 1,
    DenseBackwardData = 2,
    DenseBackwardWeight = 3,
    Optimizer = 4,
    TrainWorkgroup = 5,
}

/// Every pass, in the order of their numbers.
pub const PASSES: [Pass; 6] = [
    Pass::DenseForward,
    Pass::Loss,
    Pass::DenseBackwardData,
    Pass::DenseBackwardWeight,
    Pass::Optimizer,
    Pass::TrainWorkgroup,
];

/// How shaders reach parameters and slots: each slot of a network follows the one before.
const PLACES: Places = Places {
    parameters: "place: u32, slot: u32, n_params4: u32",
    load: |i| if i == 0 { "params[place]".into() } else { format!("slots[slot + {}u * n_params4]", i - 1) },
    store: |i, value| {
        if i == 0 {
            format!("params[place] = {value};")
        } else {
            format!("slots[slot + {}u * n_params4] = {value};", i - 1)
        }
    },
};

/// What a network's workgroup does before a step of a rule whose learning rate descends.
const DESCENT: &str = include_str!(concat!(env!("OUT_DIR"), "/shaders/shared/descent.wgsl"));

impl Pass {
    /// Whether the pass has a kernel for each rule.
    pub fn updates(self) -> bool {
        matches!(self, Self::Optimizer | Self::TrainWorkgroup)
    }

    /// The kernel of a pass; `rule` matters where it updates.
    pub fn kernel(self, rule: Update) -> Kernel {
        let (name, source) = match self {
            Self::DenseForward => {
                kernel!("dense_forward", "tables", "rows", "threefry", "activation", "dense_forward")
            }
            Self::Loss => kernel!("loss", "tables", "loss"),
            Self::DenseBackwardData => kernel!("dense_backward_data", "tables", "dense_backward_data"),
            Self::DenseBackwardWeight => kernel!("dense_backward_weight", "tables", "rows", "dense_backward_weight"),
            Self::Optimizer => kernel!("optimizer", "tables", "update", "optimizer"),
            Self::TrainWorkgroup => kernel!(
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
        };
        let constants = update::constants(|i| format!("tables[at + {}u]", 2 + i));
        let has_slope = self == Self::TrainWorkgroup && rule.descends();
        let source = source
            .replace("//@ constants", &format!("let constants = {constants};"))
            .replace("//@ slope", if has_slope { "add_slopes(member, index);" } else { "" });
        let mut parts = vec![update::types(), format!("const STEP_WORDS: u32 = {STEP_WORDS}u;\n"), source];
        if self.updates() {
            let scalars = update::scalars(|i| format!("step_word(member, {}u)", 3 + i));
            let shift = if has_slope { "s[0] *= slope_sum; " } else { "" };
            parts.push(format!(
                "fn step_scalars(member: Member) -> Scalars {{ var s = {scalars}; {shift}return s; }}\n"
            ));
            parts.push(update::source(rule, &PLACES));
            if has_slope {
                parts.push(update::slope(rule).into());
                parts.push(DESCENT.into());
            }
        }
        Kernel { name, source: parts.concat() }
    }
}

/// Every kernel.
pub fn kernels() -> Vec<Kernel> {
    let of =
        |pass: Pass| Update::all().take(if pass.updates() { usize::MAX } else { 1 }).map(move |rule| pass.kernel(rule));
    PASSES.into_iter().flat_map(of).collect()
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

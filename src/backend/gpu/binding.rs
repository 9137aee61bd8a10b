//! The kernels and what they bind: one table. A kernel's name is its shader file, its pipeline's label, its plain twin
//! (`src/kernels/<name>.rs`) and the test that holds both together. What devices run in its place is called `<name>_tiles`
//! and has the same twin.

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

macro_rules! names {
    ($($(#[$about:meta])* $name:ident $text:literal,)+) => {
        /// What is bound, by the name that shaders have for it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Name {
            $($(#[$about])* $name,)+
        }

        #[cfg(test)]
        impl Name {
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

names! {
    /// The networks' table.
    Networks "networks",
    /// The layers' table.
    Layers "layers",
    /// Networks, layers and labels in one.
    Tables "tables",
    /// An epoch's batches.
    Batches "batches",
    /// The data's rows.
    X "x",
    /// Classes, or the bits of numbers.
    Labels "labels",
    /// Parameters.
    Params "params",
    /// Optimizer state.
    Slots "slots",
    /// Activations and deltas.
    Work "work",
    /// The gradient.
    Gradient "gradient",
    /// Sums and verdicts.
    Stats "stats",
    /// Members' settings of strategy `invocation`.
    Settings "settings",
    /// Everything of its members that changes.
    State "state",
}

/// A binding: its number, what is bound, and what the kernel does with it. Number 0 is the call's uniform everywhere.
pub type Binding = (u32, Name, Access);

/// A row of the table. A stage may bind only eight storage buffers on the spec's default limits.
#[derive(Debug)]
pub struct Row {
    /// Shader file, pipeline label, twin, test.
    pub name: &'static str,
    /// The parts of its source that are files, in order.
    pub parts: &'static [&'static str],
    /// What it binds beside the call.
    pub bindings: &'static [Binding],
    /// Whether there is one for each rule.
    pub updates: bool,
}

macro_rules! wgsl {
    ($($path:literal)+) => {
        &[$(include_str!(concat!(env!("OUT_DIR"), "/shaders/", $path, ".wgsl"))),+]
    };
}

use Access::{Read, Texels, Write};
use Name::{Batches, Gradient, Labels, Layers, Networks, Params, Settings, Slots, State, Stats, Tables, Work, X};

/// `a = dropout(activation(x W + b))` of a layer.
pub static DENSE_FORWARD: Row = Row {
    name: "dense_forward",
    parts: wgsl!(
        "functions/population" "functions/bits" "bindings/tables" "bindings/rows" "functions/threefry"
        "functions/activation" "functions/units" "functions/products" "functions/dense_forward" "dense_forward"
    ),
    bindings: &[
        (1, Networks, Read),
        (2, Layers, Read),
        (3, Batches, Read),
        (4, Params, Read),
        (5, X, Texels),
        (6, Work, Write),
    ],
    updates: false,
};

/// Loss, its gradient at the outputs, sums.
pub static LOSS: Row = Row {
    name: "loss",
    parts: wgsl!(
        "functions/population" "functions/bits" "bindings/tables" "functions/row_loss" "functions/add_up" "functions/loss"
        "loss"
    ),
    bindings: &[
        (1, Networks, Read),
        (2, Layers, Read),
        (3, Batches, Read),
        (5, Labels, Read),
        (6, Work, Write),
        (7, Stats, Write),
    ],
    updates: false,
};

/// Deltas of the layer below.
pub static DENSE_BACKWARD_DATA: Row = Row {
    name: "dense_backward_data",
    parts: wgsl!(
        "functions/population" "functions/bits" "bindings/tables" "functions/dense_backward_data" "dense_backward_data"
    ),
    bindings: &[(1, Networks, Read), (2, Layers, Read), (3, Batches, Read), (4, Params, Read), (6, Work, Write)],
    updates: false,
};

/// Gradient of a layer.
pub static DENSE_BACKWARD_WEIGHT: Row = Row {
    name: "dense_backward_weight",
    parts: wgsl!(
        "functions/population" "functions/bits" "bindings/tables" "bindings/rows" "functions/dense_backward_weight"
        "dense_backward_weight"
    ),
    bindings: &[
        (1, Networks, Read),
        (2, Layers, Read),
        (3, Batches, Read),
        (5, X, Texels),
        (6, Work, Write),
        (7, Gradient, Write),
    ],
    updates: false,
};

/// [`DENSE_FORWARD`] on devices.
pub static DENSE_FORWARD_TILES: Row = Row {
    name: "dense_forward_tiles",
    parts: wgsl!(
        "functions/population" "functions/bits" "bindings/tables" "functions/rows" "functions/threefry"
        "functions/activation" "functions/units" "functions/products" "functions/tiles" "functions/dense_forward_tiles"
        "dense_forward_tiles"
    ),
    bindings: &[
        (1, Networks, Read),
        (2, Layers, Read),
        (3, Batches, Read),
        (4, Params, Read),
        (5, X, Read),
        (6, Work, Write),
    ],
    updates: false,
};

/// [`DENSE_BACKWARD_DATA`] on devices.
pub static DENSE_BACKWARD_DATA_TILES: Row = Row {
    name: "dense_backward_data_tiles",
    parts: wgsl!(
        "functions/population" "functions/bits" "bindings/tables" "functions/products" "functions/tiles"
        "functions/dense_backward_data_tiles" "dense_backward_data_tiles"
    ),
    bindings: &[(1, Networks, Read), (2, Layers, Read), (3, Batches, Read), (4, Params, Read), (6, Work, Write)],
    updates: false,
};

/// [`DENSE_BACKWARD_WEIGHT`] on devices.
pub static DENSE_BACKWARD_WEIGHT_TILES: Row = Row {
    name: "dense_backward_weight_tiles",
    parts: wgsl!(
        "functions/population" "functions/bits" "bindings/tables" "functions/rows" "functions/products"
        "functions/tiles" "functions/dense_backward_weight_tiles" "dense_backward_weight_tiles"
    ),
    bindings: &[
        (1, Networks, Read),
        (2, Layers, Read),
        (3, Batches, Read),
        (5, X, Read),
        (6, Work, Write),
        (7, Gradient, Write),
    ],
    updates: false,
};

/// The update.
pub static OPTIMIZER: Row = Row {
    name: "optimizer",
    parts: wgsl!(
        "functions/population" "functions/bits" "bindings/tables" "functions/update" "functions/real" "functions/optimizer"
        "optimizer"
    ),
    bindings: &[
        (1, Networks, Read),
        (2, Layers, Read),
        (3, Batches, Read),
        (4, Params, Write),
        (5, Slots, Write),
        (6, Gradient, Read),
        (7, Stats, Write),
    ],
    updates: true,
};

/// A batch norm, and its running statistics.
pub static BATCH_NORM: Row = Row {
    name: "batch_norm",
    parts: wgsl!(
        "functions/population" "functions/bits" "bindings/tables" "functions/threefry" "functions/activation"
        "functions/units" "functions/batch_norm" "batch_norm"
    ),
    bindings: &[
        (1, Networks, Read),
        (2, Layers, Read),
        (3, Batches, Read),
        (4, Params, Write),
        (5, Slots, Write),
        (6, Work, Write),
    ],
    updates: false,
};

/// The way back through a batch norm.
pub static BATCH_NORM_BACKWARD: Row = Row {
    name: "batch_norm_backward",
    parts: wgsl!(
        "functions/population" "functions/bits" "bindings/tables" "functions/batch_norm_backward" "batch_norm_backward"
    ),
    bindings: &[
        (1, Networks, Read),
        (2, Layers, Read),
        (3, Batches, Read),
        (4, Params, Read),
        (6, Work, Write),
        (7, Gradient, Write),
    ],
    updates: false,
};

/// What whole steps of a network in a workgroup bind.
const WORKGROUP_BINDINGS: &[Binding] = &[
    (1, Tables, Read),
    (2, Batches, Read),
    (3, X, Read),
    (4, Params, Write),
    (5, Slots, Write),
    (6, Work, Write),
    (7, Gradient, Write),
    (8, Stats, Write),
];

/// Whole steps of a network in a workgroup.
pub static TRAIN_WORKGROUP: Row = Row {
    name: "train_workgroup",
    parts: wgsl!(
        "functions/population" "functions/bits" "bindings/together" "functions/rows" "functions/threefry"
        "functions/activation" "functions/update" "functions/units" "functions/products" "functions/dense_forward"
        "functions/row_loss" "functions/add_up" "functions/loss" "functions/dense_backward_data"
        "functions/dense_backward_weight" "functions/workgroup" "functions/real" "functions/optimizer"
        "train_workgroup"
    ),
    bindings: WORKGROUP_BINDINGS,
    updates: true,
};

/// [`TRAIN_WORKGROUP`] on devices.
pub static TRAIN_WORKGROUP_TILES: Row = Row {
    name: "train_workgroup_tiles",
    parts: wgsl!(
        "functions/population" "functions/bits" "bindings/together" "functions/rows" "functions/threefry"
        "functions/activation" "functions/update" "functions/units" "functions/products" "functions/tiles"
        "functions/dense_forward_tiles" "functions/row_loss" "functions/add_up" "functions/loss"
        "functions/dense_backward_data_tiles" "functions/dense_backward_weight_tiles" "functions/workgroup_tiles"
        "functions/real" "functions/optimizer" "train_workgroup"
    ),
    bindings: WORKGROUP_BINDINGS,
    updates: true,
};

/// Orders of rows.
pub static SHUFFLE: Row = Row {
    name: "shuffle",
    parts: wgsl!("functions/population" "functions/threefry" "shuffle"),
    bindings: &[(1, Batches, Write)],
    updates: false,
};

/// Whole steps of a small network, all of it in a workgroup's memory.
pub static TRAIN_RESIDENT: Row = Row {
    name: "train_resident",
    parts: wgsl!(
        "functions/population" "functions/bits" "bindings/together" "functions/rows" "functions/threefry"
        "functions/activation" "functions/update" "functions/units" "functions/products" "functions/row_loss"
        "functions/add_up" "functions/real" "train_resident"
    ),
    bindings: &[
        (1, Tables, Read),
        (2, Batches, Read),
        (3, X, Read),
        (4, Params, Write),
        (5, Slots, Write),
        (6, Gradient, Write),
        (7, Stats, Write),
    ],
    updates: true,
};

/// Whole steps of a network in an invocation: one for each program; the last part is a template, which `program.rs` fills.
pub static TRAIN_INVOCATION: Row = Row {
    name: "train_invocation",
    parts: wgsl!("functions/bits" "functions/threefry" "functions/activation" "functions/update" "train_invocation"),
    bindings: &[(1, Settings, Read), (2, Batches, Read), (3, State, Write), (4, X, Read), (5, Labels, Read)],
    updates: false,
};

/// A kernel.
pub struct Kernel {
    /// Its shader file, pipeline label and test id.
    pub name: &'static str,
    /// The whole source.
    pub source: String,
}

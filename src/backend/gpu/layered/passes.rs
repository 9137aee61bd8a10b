//! The kernels of strategies `layered`, `workgroup` and `resident`.

use super::layout::{EVALUATION_ROWS, GpuLayer};
use super::resident::MEMORY4;
use super::{HEAD_WORDS, MAX_WORKGROUPS, WORKGROUP};
use crate::backend::gpu::binding::{self, Kernel, Row};
use crate::backend::gpu::tracks::STEP_WORDS;
use crate::backend::gpu::update::{self, Places, Update};
use crate::mlp::{NORM_EPSILON, NORM_MOMENTUM};

/// Which kernel a dispatch runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pass {
    DenseForward = 0,
    Loss = 1,
    DenseBackwardData = 2,
    DenseBackwardWeight = 3,
    Optimizer = 4,
    TrainWorkgroup = 5,
    BatchNorm = 6,
    BatchNormBackward = 7,
    TrainResident = 8,
    Shuffle = 9,
    DenseForwardTiles = 10,
    DenseBackwardDataTiles = 11,
    DenseBackwardWeightTiles = 12,
    TrainWorkgroupTiles = 13,
}

/// Every pass, in the order of their numbers.
pub const PASSES: [Pass; 14] = [
    Pass::DenseForward,
    Pass::Loss,
    Pass::DenseBackwardData,
    Pass::DenseBackwardWeight,
    Pass::Optimizer,
    Pass::TrainWorkgroup,
    Pass::BatchNorm,
    Pass::BatchNormBackward,
    Pass::TrainResident,
    Pass::Shuffle,
    Pass::DenseForwardTiles,
    Pass::DenseBackwardDataTiles,
    Pass::DenseBackwardWeightTiles,
    Pass::TrainWorkgroupTiles,
];

/// The passes of which a kind of adapter has its own.
pub struct Own {
    pub forward: Pass,
    pub backward_data: Pass,
    pub backward_weight: Pass,
    pub workgroup: Pass,
}

/// Software adapters run invocations one after the other and pay for barriers.
const SOFTWARE: Own = Own {
    forward: Pass::DenseForward,
    backward_data: Pass::DenseBackwardData,
    backward_weight: Pass::DenseBackwardWeight,
    workgroup: Pass::TrainWorkgroup,
};
/// Devices are busy with many invocations, and memory is far from them.
const DEVICE: Own = Own {
    forward: Pass::DenseForwardTiles,
    backward_data: Pass::DenseBackwardDataTiles,
    backward_weight: Pass::DenseBackwardWeightTiles,
    workgroup: Pass::TrainWorkgroupTiles,
};

impl Own {
    pub fn of(is_software: bool) -> &'static Self {
        if is_software { &SOFTWARE } else { &DEVICE }
    }
}

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

/// How resident networks reach them: their slots follow in the same memory.
const RESIDENT_PLACES: Places = Places {
    parameters: "place: u32, n_params4: u32",
    load: |i| format!("work[place + {i}u * n_params4]"),
    store: |i, value| format!("work[place + {i}u * n_params4] = {value};"),
};

/// What a network's workgroup does before a step of a rule whose learning rate descends.
const DESCENT: &str = include_str!(concat!(env!("OUT_DIR"), "/shaders/functions/descent.wgsl"));
const RESIDENT_DESCENT: &str = include_str!(concat!(env!("OUT_DIR"), "/shaders/functions/resident_descent.wgsl"));

/// Workgroups that the passes of a dense layer take over a batch of so many rows, there, back to the data and to its own gradient: tiles as in
/// the shaders, which on software adapters an invocation has each to itself. A workgroup of a device takes as many as there are
/// too many.
pub fn workgroups(is_software: bool, layer: &GpuLayer, rows: u32) -> [u32; 3] {
    let &GpuLayer { inputs4, outputs4, .. } = layer;
    if is_software {
        let pairs = outputs4.div_ceil(2);
        let tiles = [rows.div_ceil(8) * pairs, rows.div_ceil(4) * inputs4, (inputs4.div_ceil(2) + 1) * pairs];
        tiles.map(|tiles| tiles.div_ceil(WORKGROUP))
    } else {
        let tiles =
            |rows: u32, columns4: u32| rows.div_ceil(32).saturating_mul(columns4.div_ceil(8)).min(MAX_WORKGROUPS);
        [tiles(rows, outputs4), tiles(rows, inputs4), tiles(4 * inputs4 + 1, outputs4)]
    }
}

impl Pass {
    /// Its row of the kernels' table.
    pub fn row(self) -> &'static Row {
        match self {
            Self::DenseForward => &binding::DENSE_FORWARD,
            Self::Loss => &binding::LOSS,
            Self::DenseBackwardData => &binding::DENSE_BACKWARD_DATA,
            Self::DenseBackwardWeight => &binding::DENSE_BACKWARD_WEIGHT,
            Self::Optimizer => &binding::OPTIMIZER,
            Self::TrainWorkgroup => &binding::TRAIN_WORKGROUP,
            Self::BatchNorm => &binding::BATCH_NORM,
            Self::BatchNormBackward => &binding::BATCH_NORM_BACKWARD,
            Self::TrainResident => &binding::TRAIN_RESIDENT,
            Self::Shuffle => &binding::SHUFFLE,
            Self::DenseForwardTiles => &binding::DENSE_FORWARD_TILES,
            Self::DenseBackwardDataTiles => &binding::DENSE_BACKWARD_DATA_TILES,
            Self::DenseBackwardWeightTiles => &binding::DENSE_BACKWARD_WEIGHT_TILES,
            Self::TrainWorkgroupTiles => &binding::TRAIN_WORKGROUP_TILES,
        }
    }

    /// Whether only networks with batch norms need the pass.
    pub fn is_of_norms(self) -> bool {
        matches!(self, Self::BatchNorm | Self::BatchNormBackward)
    }

    /// Whether strategy `layered` runs it on such an adapter: a part of a step.
    pub fn is_of_a_layer(self, is_software: bool) -> bool {
        let others = Own::of(!is_software);
        let is_others = [others.forward, others.backward_data, others.backward_weight].contains(&self);
        !self.is_whole() && self != Self::Shuffle && !is_others
    }

    /// Whether it takes a network through whole steps by itself.
    pub fn is_whole(self) -> bool {
        matches!(self, Self::TrainWorkgroup | Self::TrainWorkgroupTiles | Self::TrainResident)
    }

    /// Whether the pass has a kernel for each rule.
    pub fn updates(self) -> bool {
        self.row().updates
    }

    /// The kernel of a pass; `rule` matters where it updates.
    pub fn kernel(self, rule: Update) -> Kernel {
        let &Row { name, parts, .. } = self.row();
        let source = parts.concat();
        let constants = update::constants(|i| format!("tables[at + {}u]", 2 + i));
        let has_slope = self.is_whole() && rule.descends();
        let is_resident = self == Self::TrainResident;
        let slope = match (has_slope, is_resident) {
            (true, true) => "slope_sum = add_up(index, vec3<f32>(slope_part(network, room, index), 0.0, 0.0)).x;",
            (true, false) => "slope_sum = add_up(index, vec3<f32>(slope_part(member, index, WIDTH), 0.0, 0.0)).x;",
            (false, _) => "",
        };
        let source =
            source.replace("//@ constants", &format!("let constants = {constants};")).replace("//@ slope", slope);
        let mut parts = vec![
            update::types(),
            format!("const STEP_WORDS: u32 = {STEP_WORDS}u;\nconst HEAD_WORDS: u32 = {HEAD_WORDS}u;\n"),
            source,
        ];
        if self.is_of_norms() {
            parts.push(format!("const NORM_EPSILON = {NORM_EPSILON};\nconst NORM_MOMENTUM = {NORM_MOMENTUM};\n"));
        }
        if self.updates() {
            let scalars = update::scalars(rule.rule(), |i| format!("step_word(member, {}u)", 3 + i));
            let shift = if has_slope { "s[0] *= slope_sum; " } else { "" };
            parts.push(format!(
                "fn step_scalars(member: Member) -> Scalars {{\nlet rate = member.rate;\nvar s = {scalars}; {shift}return s;\n}}\n"
            ));
            parts.push(update::source(rule, if is_resident { &RESIDENT_PLACES } else { &PLACES }));
            if has_slope {
                parts.push(update::slope(rule).into());
                parts.push(if is_resident { RESIDENT_DESCENT } else { DESCENT }.into());
            }
        }
        if is_resident {
            let (slots, rows) = (rule.n_slots(), EVALUATION_ROWS);
            parts.push(format!(
                "const MEMORY4: u32 = {MEMORY4}u;\nconst N_SLOTS: u32 = {slots}u;\nconst BLOCK_ROWS: u32 = {rows}u;\n"
            ));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::gpu::binding::{
        Access, BATCH_NORM, BATCH_NORM_BACKWARD, DENSE_BACKWARD_DATA, DENSE_BACKWARD_DATA_TILES, DENSE_BACKWARD_WEIGHT,
        DENSE_BACKWARD_WEIGHT_TILES, DENSE_FORWARD, DENSE_FORWARD_TILES, LOSS, OPTIMIZER, SHUFFLE, TRAIN_INVOCATION,
        TRAIN_RESIDENT, TRAIN_WORKGROUP, TRAIN_WORKGROUP_TILES,
    };

    /// The declarations of a shader: number, name and access of each binding but the call's.
    fn declared(source: &str) -> Vec<(u32, String, Access)> {
        let mut all = Vec::new();
        for line in source.lines().filter(|line| line.contains("@binding(") && !line.contains("var<uniform>")) {
            let number = line.split("@binding(").nth(1).and_then(|rest| rest.split(')').next()).unwrap();
            let declaration = line.split("var").nth(1).unwrap();
            let access = match declaration.split('>').next().unwrap() {
                "<storage, read" => Access::Read,
                "<storage, read_write" => Access::Write,
                _ => Access::Texels,
            };
            let name = declaration.split(':').next().unwrap().split('>').next_back().unwrap();
            all.push((number.parse().unwrap(), name.trim().to_owned(), access));
        }
        all.sort_by_key(|(number, ..)| *number);
        all
    }

    #[test]
    fn shaders_declare_what_the_table_binds() {
        let rows = [
            &DENSE_FORWARD,
            &LOSS,
            &DENSE_BACKWARD_DATA,
            &DENSE_BACKWARD_WEIGHT,
            &OPTIMIZER,
            &TRAIN_WORKGROUP,
            &TRAIN_RESIDENT,
            &SHUFFLE,
            &TRAIN_INVOCATION,
            &BATCH_NORM,
            &BATCH_NORM_BACKWARD,
            &DENSE_FORWARD_TILES,
            &DENSE_BACKWARD_DATA_TILES,
            &DENSE_BACKWARD_WEIGHT_TILES,
            &TRAIN_WORKGROUP_TILES,
        ];
        for row in rows {
            let wanted: Vec<_> =
                row.bindings.iter().map(|&(number, name, access)| (number, name.text().to_owned(), access)).collect();
            assert_eq!(declared(&row.parts.concat()), wanted, "{}", row.name);
            for kernel in kernels().iter().filter(|kernel| kernel.name == row.name) {
                assert_eq!(declared(&kernel.source), wanted, "{}", row.name);
            }
        }
    }
}

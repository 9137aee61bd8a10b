//! Every shader, as the drivers of devices would get it: naga, in wgpu's own version, translates each to SPIR-V, Metal and
//! HLSL without a device. What a driver's compiler then does with it is seen on devices alone.

use naga::back::{hlsl, msl, spv};
use naga::valid::{Capabilities, FunctionInfo, ModuleInfo, ValidationFlags, Validator};
use naga::{Block, Expression, Function, Module, ShaderStage, Statement, TypeInner};
use std::path::Path;
use tuning_playground::backend::Program;
use tuning_playground::backend::gpu::{invocation_source, kernels};
use tuning_playground::mlp::{Activation, Loss, Shape};
use tuning_playground::optimizer::RuleId;

const ROTATIONS: [&str; 2] =
    [include_str!("../shaders/functions/rotate.wgsl"), include_str!("../shaders/functions/rotate_software.wgsl")];

/// Shaders with a text that says which.
fn every_shader() -> Vec<(String, String)> {
    let mut all: Vec<_> = kernels().into_iter().map(|kernel| (kernel.name.to_owned(), kernel.source)).collect();
    // Activations, rules and losses in pairs: each activation meets each loss, each rule and each of several sizes.
    let hidden: [&[usize]; 5] = [&[], &[4], &[8, 8], &[12, 4], &[4, 4, 4]];
    for (i, &activation) in Activation::ALL.iter().enumerate() {
        for (j, &rule) in RuleId::ALL.iter().enumerate() {
            let loss = [Loss::CrossEntropy, Loss::Mse][(i + j) % 2];
            let hidden = hidden[(i + 2 * j) % hidden.len()].to_vec();
            let shape =
                Shape { inputs: 1 + (i + j) % 4, hidden, outputs: 1 + (2 * i + j) % 5, activation, batch_norm: false };
            let averages = (i + j) % 3 == 0;
            let name = format!("train_invocation {activation:?} {rule:?} {loss:?} {:?} {averages}", shape.hidden);
            all.push((name, invocation_source(&Program { shape, rule, loss, averages })));
        }
    }
    all
}

/// A shader, parsed and valid on the spec's default limits, without an optional feature.
fn parsed(name: &str, source: &str) -> (Module, ModuleInfo) {
    let module = naga::front::wgsl::parse_str(source).unwrap_or_else(|error| panic!("{name}: {error}"));
    let info = Validator::new(ValidationFlags::all(), Capabilities::empty()).validate(&module);
    (module, info.unwrap_or_else(|error| panic!("{name}: {error:?}")))
}

fn to_metal(name: &str, module: &Module, info: &ModuleInfo) -> String {
    let options = msl::Options { lang_version: (2, 4), ..msl::Options::default() };
    let translated = msl::write_string(module, info, &options, &msl::PipelineOptions::default());
    translated.unwrap_or_else(|error| panic!("{name} to Metal: {error:?}")).0
}

fn to_hlsl(name: &str, module: &Module, info: &ModuleInfo) -> String {
    let (options, pipeline) = (hlsl::Options::default(), hlsl::PipelineOptions::default());
    let mut text = String::new();
    hlsl::Writer::new(&mut text, &options, &pipeline)
        .write(module, info, None)
        .unwrap_or_else(|error| panic!("{name} to HLSL: {error:?}"));
    text
}

fn to_spirv(name: &str, module: &Module, info: &ModuleInfo) -> Vec<u32> {
    let pipeline = spv::PipelineOptions { shader_stage: ShaderStage::Compute, entry_point: "main".into() };
    let options = spv::Options { lang_version: (1, 3), ..spv::Options::default() };
    spv::write_vec(module, info, &options, Some(&pipeline))
        .unwrap_or_else(|error| panic!("{name} to SPIR-V: {error:?}"))
}

#[test]
fn r6_every_shader_is_translated_to_every_drivers_language() {
    let shaders = every_shader();
    assert!(shaders.len() > 100, "{} shaders", shaders.len());
    let sources: Vec<_> =
        (0..).zip(&shaders).map(|(at, (name, source))| (name, [ROTATIONS[at % 2], source].concat())).collect();
    // A browser's own compiler takes them from there (tests/browser/shaders.spec.js).
    let at = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shaders.json");
    std::fs::write(at, serde_json::to_string(&sources).expect("JSON")).expect("a file");
    for (name, source) in &sources {
        let (module, info) = parsed(name, source);
        assert!(to_metal(name, &module, &info).contains("kernel void"), "{name}");
        assert!(to_hlsl(name, &module, &info).contains("numthreads"), "{name}");
        assert!(to_spirv(name, &module, &info).len() > 100, "{name}");
        let shared = shared_bytes(&module);
        assert!(shared <= 16_384, "{name}: a workgroup takes {shared} bytes, more than any device must have");
        let stores = module.functions.iter().map(|(handle, function)| (function, &info[handle]));
        let mains = (0..).zip(&module.entry_points).map(|(at, main)| (&main.function, info.get_entry_point(at)));
        for (function, info) in stores.chain(mains) {
            assert!(
                !stores_component(&module, function, info, &function.body),
                "{name}: FXC assigns no component by index"
            );
        }
    }
}

/// Whether a component of a vector is assigned by an index that is not known.
fn stores_component(module: &Module, function: &Function, info: &FunctionInfo, block: &Block) -> bool {
    let is_component = |pointer| {
        let Expression::Access { base, .. } = function.expressions[pointer] else { return false };
        match *info[base].ty.inner_with(&module.types) {
            TypeInner::Pointer { base, space: naga::AddressSpace::Function | naga::AddressSpace::Private } => {
                matches!(module.types[base].inner, TypeInner::Vector { .. })
            }
            TypeInner::ValuePointer { size: Some(_), .. } => true,
            _ => false,
        }
    };
    let within = |block: &Block| stores_component(module, function, info, block);
    block.iter().any(|statement| match statement {
        Statement::Store { pointer, .. } => is_component(*pointer),
        Statement::Block(block) => within(block),
        Statement::If { accept, reject, .. } => within(accept) || within(reject),
        Statement::Switch { cases, .. } => cases.iter().any(|case| within(&case.body)),
        Statement::Loop { body, continuing, .. } => within(body) || within(continuing),
        _ => false,
    })
}

#[test]
fn a_component_assigned_by_index_is_found() {
    let source = "@compute @workgroup_size(1) fn main(@builtin(local_invocation_index) i: u32) {
        var v = vec4<f32>(0.0);
        if i < 4u { v[i] = 1.0; }
    }";
    let (module, info) = parsed("this", source);
    let function = &module.entry_points[0].function;
    assert!(stores_component(&module, function, info.get_entry_point(0), &function.body));
}

/// The bytes of a type.
fn bytes(module: &Module, of: naga::Handle<naga::Type>) -> u32 {
    module.types[of].inner.size(module.to_ctx())
}

/// Bytes of the memory that a shader's workgroup takes.
fn shared_bytes(module: &Module) -> u32 {
    let shared = module.global_variables.iter().filter(|(_, global)| global.space == naga::AddressSpace::WorkGroup);
    shared.map(|(_, global)| bytes(module, global.ty).next_multiple_of(16)).sum()
}

/// Whether a block stores to a storage buffer, and whether its invocations wait for each other in it.
fn stores_and_waits(module: &Module, function: &Function, block: &Block) -> [bool; 2] {
    let is_storage = |pointer| {
        let mut at = pointer;
        loop {
            match function.expressions[at] {
                Expression::Access { base, .. } | Expression::AccessIndex { base, .. } => at = base,
                Expression::GlobalVariable(global) => {
                    break matches!(module.global_variables[global].space, naga::AddressSpace::Storage { .. });
                }
                _ => break false,
            }
        }
    };
    let either = |[a, b]: [bool; 2], [c, d]: [bool; 2]| [a || c, b || d];
    let within = |block: &Block| stores_and_waits(module, function, block);
    block.iter().fold([false; 2], |so_far, statement| {
        let own = match statement {
            Statement::Store { pointer, .. } => [is_storage(*pointer), false],
            Statement::ControlBarrier(_) => [false, true],
            Statement::Call { function, .. } => {
                let called = &module.functions[*function];
                stores_and_waits(module, called, &called.body)
            }
            Statement::Block(block) => within(block),
            Statement::If { accept, reject, .. } => either(within(accept), within(reject)),
            Statement::Switch { cases, .. } => cases.iter().map(|case| within(&case.body)).fold([false; 2], either),
            Statement::Loop { body, continuing, .. } => either(within(body), within(continuing)),
            _ => [false; 2],
        };
        either(so_far, own)
    })
}

/// Phases of a resident network meet in the workgroup's memory alone: what goes to storage goes there after the last of them.
#[test]
fn resident_networks_hand_nothing_on_through_storage() {
    let kernels = kernels();
    let resident: Vec<_> = kernels.iter().filter(|kernel| kernel.name == "train_resident").collect();
    assert_eq!(resident.len(), 4 * RuleId::ALL.len());
    // What a rule guards and averages is beside the point.
    for kernel in resident.into_iter().step_by(4) {
        let (module, _) = parsed(kernel.name, &[ROTATIONS[0], &kernel.source].concat());
        let main = &module.entry_points[0].function;
        let each: Vec<_> = main
            .body
            .iter()
            .map(|statement| stores_and_waits(&module, main, &Block::from_vec(vec![statement.clone()])))
            .collect();
        let first = each.iter().position(|[stores, _]| *stores).expect("a store");
        let last = each.iter().rposition(|[_, waits]| *waits).expect("a barrier");
        assert!(last < first, "statement {first} stores before {last} waits");
    }
}

/// A loop left by a value that a workgroup loads together is what naga's Metal output was seen to get wrong.
#[test]
fn no_loop_is_left_by_a_uniform_load() {
    for (name, source) in every_shader() {
        assert!(!source.contains("workgroupUniformLoad"), "{name}");
    }
}

/// Phases of a workgroup meet in storage: barriers order it in the scope of the device, and natively writes can be asked
/// to be seen at once.
#[test]
fn the_workgroups_storage_is_ordered_and_coherent_on_vulkan() {
    const CONTROL_BARRIER: u32 = 224;
    const DECORATE: u32 = 71;
    const COHERENT: u32 = 23;
    let kernel = kernels().into_iter().find(|kernel| kernel.name == "train_workgroup_tiles").expect("the kernel");
    let source = [ROTATIONS[0], &kernel.source].concat();
    let asked = source.replace("var<storage, read_write>", "@coherent var<storage, read_write>");
    let module = naga::front::wgsl::parse_str(&asked).expect("a shader");
    let capabilities = Capabilities::MEMORY_DECORATION_COHERENT;
    let info = Validator::new(ValidationFlags::all(), capabilities).validate(&module).expect("a valid shader");
    let words = to_spirv("train_workgroup_tiles", &module, &info);
    let (mut at, mut barriers, mut coherent) = (5, 0, 0);
    while at < words.len() {
        let (operation, length) = (words[at] & 0xffff, (words[at] >> 16) as usize);
        barriers += usize::from(operation == CONTROL_BARRIER);
        coherent += usize::from(operation == DECORATE && words[at + 2] == COHERENT);
        at += length.max(1);
    }
    assert!(barriers >= 3, "{barriers} barriers");
    // A rule without state has no use for slots, which are then left out.
    let written = source.matches("var<storage, read_write>").count();
    assert!((written - 1..=written).contains(&coherent), "{coherent} of {written} are coherent");
}

// Loss of a batch, its gradient at the outputs and the epoch's sums: one workgroup a network. functions/loss.wgsl says what an
// invocation does.

@group(0) @binding(5) var<storage, read> labels: array<u32>; // classes, or the bits of numbers
@group(0) @binding(6) var<storage, read_write> work: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> stats: array<Stats>;

// Invocations of a workgroup.
const WIDTH: u32 = 64u;

fn label_at(index: u32) -> u32 {
    return labels[index];
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    now = call;
    loss(member_of(call.first_member + group.z), index);
}

// The update of every parameter of the networks of one rule. functions/optimizer.wgsl says what an invocation does.

@group(0) @binding(4) var<storage, read_write> params: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> slots: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> gradient: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> stats: array<Stats>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    now = call;
    optimizer(member_of(call.first_member + id.z), id.x, 64u * groups.x);
}

// A batch norm between a layer's sums and its activation. functions/batch_norm.wgsl says what an invocation does.

@group(0) @binding(4) var<storage, read_write> params: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> slots: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> work: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    now = call;
    batch_norm(member_of(call.first_member + id.z), id.x);
}

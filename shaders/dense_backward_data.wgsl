// dL/dz of the layer below: (delta W^T) times the local derivative that dense_forward left in its place.
// functions/dense_backward_data.wgsl says what an invocation does.

@group(0) @binding(4) var<storage, read> params: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> work: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    now = call;
    dense_backward_data(member_of(call.first_member + id.z), id.x);
}

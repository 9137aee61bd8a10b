// dL/dW = x^T delta and dL/db for one layer of every network. functions/dense_backward_weight.wgsl says what an invocation does.

@group(0) @binding(6) var<storage, read_write> work: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> gradient: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    now = call;
    dense_backward_weight(member_of(call.first_member + id.z), id.x);
}

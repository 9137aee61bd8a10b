// a = dropout(activation(x W + b)) for one layer of every network. functions/dense_forward.wgsl says what an invocation does.

@group(0) @binding(4) var<storage, read> params: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> work: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    now = call;
    dense_forward(member_of(call.first_member + id.z), id.x);
}

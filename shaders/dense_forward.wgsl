// a = dropout(activation(x W + b)) for one layer of every network: eight rows x eight units an invocation.
// What an invocation does is shared/dense_forward.wgsl's.

@group(0) @binding(4) var<storage, read> params: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> work: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    now = call;
    dense_forward(lane_of(call.first_lane + id.z), id.x);
}

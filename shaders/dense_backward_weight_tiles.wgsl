// dL/dW = x^T delta and dL/db for one layer of every network, on devices.
// functions/dense_backward_weight_tiles.wgsl says what a workgroup does.

@group(0) @binding(5) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> work: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> gradient: array<vec4<f32>>;

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    now = call;
    let member = member_of(call.first_member + group.z);
    let network = network_at(member.network);
    if call.layer < network.n_layers {
        let layer = layer_at(network.first_layer + call.layer);
        dense_backward_weight_tiles(member, layer, rows_of_call(member), group.x, groups.x, index);
    }
}

// Many steps of networks of any shape: a workgroup trains one network, its invocations share the tiles of each layer.
// Numbers stay in storage, which a workgroup's barriers order; the tiles are those of the kernels of one layer.

@group(0) @binding(4) var<storage, read_write> params: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> slots: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> work: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> gradient: array<vec4<f32>>;
@group(0) @binding(8) var<storage, read_write> stats: array<Stats>;

// Invocations of a workgroup.
const WIDTH: u32 = 64u;

fn ready() {
    storageBarrier();
    workgroupBarrier();
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let member = member_of(call.first_member + group.x);
    let network = network_at(member.network);
    if network.update != UPDATE {
        return;
    }
    now = call;
    let evaluating = call.evaluation != 0u;
    // One turn for a block of validation rows, else one for each step. A network that has diverged takes its turns, too, and
    // changes nothing: a loop left early by a value from memory is miscompiled on the way to Metal.
    let first = select(call.step, 0u, evaluating);
    let end = select(min(call.end_step, member.n_steps), 1u, evaluating);
    for (var step = first; step < end; step++) {
        if !evaluating {
            now.step = step;
        }
        let rows = batch_rows(member);
        for (var depth = 0u; depth < network.n_layers; depth++) {
            now.layer = depth;
            let layer = layer_at(network.first_layer + depth);
            let n_tiles = ((rows + 7u) / 8u) * ((layer.outputs4 + 1u) / 2u);
            for (var tile = index; tile < n_tiles; tile += WIDTH) {
                dense_forward(member, tile);
            }
            ready();
        }
        loss(member, index);
        ready();
        if evaluating {
            continue;
        }
        for (var above = network.n_layers; above > 0u; above--) {
            now.layer = above - 1u;
            let layer = layer_at(network.first_layer + above - 1u);
            let n_weights = ((layer.inputs4 + 1u) / 2u + 1u) * ((layer.outputs4 + 1u) / 2u);
            for (var tile = index; tile < n_weights; tile += WIDTH) {
                dense_backward_weight(member, tile);
            }
            let n_inputs = select(0u, ((rows + 3u) / 4u) * layer.inputs4, above > 1u);
            for (var tile = index; tile < n_inputs; tile += WIDTH) {
                dense_backward_data(member, tile);
            }
            ready();
        }
        //@ slope
        optimizer(member, index, WIDTH);
        ready();
    }
}

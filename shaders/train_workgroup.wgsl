// Many steps of networks of any shape: a workgroup trains one network, layer by layer. Numbers stay in storage, which a
// workgroup's barriers order. What its WIDTH invocations do with a layer is what the kernels of one layer do, on software
// adapters (functions/workgroup.wgsl) and on devices (functions/workgroup_tiles.wgsl).

@group(0) @binding(4) var<storage, read_write> params: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> slots: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> work: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> gradient: array<vec4<f32>>;
@group(0) @binding(8) var<storage, read_write> stats: array<Stats>;

fn ready() {
    storageBarrier();
    workgroupBarrier();
}

@compute @workgroup_size(WIDTH)
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
        var rows = call.rows;
        if !evaluating {
            now.step = step;
            rows = batches[member.steps + STEP_WORDS * step + 1u];
        }
        for (var depth = 0u; depth < network.n_layers; depth++) {
            now.layer = depth;
            layer_forward(member, layer_at(network.first_layer + depth), rows, index);
            ready();
        }
        loss(member, index);
        ready();
        if evaluating {
            continue;
        }
        for (var above = network.n_layers; above > 0u; above--) {
            now.layer = above - 1u;
            layer_backward(member, layer_at(network.first_layer + above - 1u), above > 1u, rows, index);
            ready();
        }
        //@ slope
        optimizer(member, index, WIDTH);
        ready();
    }
}

// The update of every parameter of every network, four at a time; the rules are shared/update.wgsl's.

// 1 for parameters, 0 for padding: without epsilon Adam would divide padding's 0 by 0.
fn real(layer: Layer, tile: u32) -> vec4<f32> {
    let row = tile / layer.outputs4;
    let is_row = row < layer.inputs || row == 4u * layer.inputs4;
    let unit = vec4<u32>(4u * (tile % layer.outputs4)) + vec4<u32>(0u, 1u, 2u, 3u);
    return select(vec4<f32>(0.0), vec4<f32>(1.0), unit < vec4<u32>(select(0u, layer.outputs, is_row)));
}

// In each layer every so manieth vec4 from `first` on: looking up the network and its layers is paid once.
fn optimizer(lane: Lane, first: u32, stride: u32) {
    let network = network_at(lane.network);
    let step = step_word(lane, 2u) + 1u;
    // A network that diverged earlier stays as it was; one that this step's loss gave up on, too.
    let diverged = stats[lane.network].diverged;
    if diverged != 0u && diverged != step {
        return;
    }
    let s = bitcast<vec3<f32>>(vec3<u32>(step_word(lane, 4u), step_word(lane, 5u), step_word(lane, 6u)));
    let has_padding = network.constants.epsilon == 0.0;
    var failed = false;
    for (var l = 0u; l < network.n_layers; l++) {
        let layer = layer_at(network.first_layer + l);
        let bias = 4u * layer.inputs4 * layer.outputs4;
        let end = bias + layer.outputs4;
        for (var tile = first; tile < end; tile += stride) {
            let place = layer.weight + tile;
            var c = network.constants;
            c.l2 = select(0.0, c.l2, tile < bias);
            var exists = vec4<f32>(1.0);
            if has_padding {
                exists = real(layer, tile);
            }
            let slot = network.slots + place - network.params;
            var state = array<vec4<f32>, 2>();
            if network.n_slots > 0u {
                state[0] = slots[slot];
            }
            if network.n_slots > 1u {
                state[1] = slots[slot + network.n_params4];
            }
            let to = update(network.rule, c, s, exists, params[place], gradient[place], state[0], state[1]);
            params[place] = to.next;
            if network.n_slots > 0u {
                slots[slot] = to.first;
            }
            if network.n_slots > 1u {
                slots[slot + network.n_params4] = to.second;
            }
            failed = failed | to.failed;
        }
    }
    if failed {
        stats[lane.network].diverged = step;
    }
}

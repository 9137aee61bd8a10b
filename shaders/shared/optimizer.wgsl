// The update of every parameter of every network, four an invocation; the rules are shared/update.wgsl's.

// Whether the vec4 at this place holds weights: l2 leaves biases alone.
fn is_weight(network: Network, place: u32) -> bool {
    for (var l = 0u; l < network.n_layers; l++) {
        let layer = layer_at(network.first_layer + l);
        let bias = layer.weight + 4u * layer.inputs4 * layer.outputs4;
        if place < bias + layer.outputs4 {
            return place < bias;
        }
    }
    return false;
}

// 1 for parameters, 0 for padding: without epsilon Adam would divide padding's 0 by 0.
fn real(network: Network, place: u32) -> vec4<f32> {
    for (var l = 0u; l < network.n_layers; l++) {
        let layer = layer_at(network.first_layer + l);
        let at = place - layer.weight;
        let row = at / layer.outputs4;
        if row <= 4u * layer.inputs4 {
            let is_row = row < layer.inputs || row == 4u * layer.inputs4;
            let unit = vec4<u32>(4u * (at % layer.outputs4)) + vec4<u32>(0u, 1u, 2u, 3u);
            return select(vec4<f32>(0.0), vec4<f32>(1.0), unit < vec4<u32>(select(0u, layer.outputs, is_row)));
        }
    }
    return vec4<f32>(0.0);
}

fn optimizer(lane: Lane, tile: u32) {
    let network = network_at(lane.network);
    if tile >= network.n_params4 {
        return;
    }
    let step = step_word(lane, 2u) + 1u;
    // A network that diverged earlier stays as it was; one that this step's loss gave up on, too.
    let diverged = stats[lane.network].diverged;
    if diverged != 0u && diverged != step {
        return;
    }
    let s = bitcast<vec3<f32>>(vec3<u32>(step_word(lane, 4u), step_word(lane, 5u), step_word(lane, 6u)));
    let place = network.params + tile;
    var c = network.constants;
    c.l2 = select(0.0, c.l2, c.l2 != 0.0 && is_weight(network, place));
    var exists = vec4<f32>(1.0);
    if c.epsilon == 0.0 {
        exists = real(network, place);
    }
    let first = network.slots + tile;
    let second = first + network.n_params4;
    var state = array<vec4<f32>, 2>();
    if network.n_slots > 0u {
        state[0] = slots[first];
    }
    if network.n_slots > 1u {
        state[1] = slots[second];
    }
    let to = update(network.rule, c, s, exists, params[place], gradient[place], state[0], state[1]);
    params[place] = to.next;
    if network.n_slots > 0u {
        slots[first] = to.first;
    }
    if network.n_slots > 1u {
        slots[second] = to.second;
    }
    if to.failed {
        stats[lane.network].diverged = step;
    }
}

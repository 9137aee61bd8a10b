// The update of every parameter of the networks of one rule, four at a time; the rule's functions are written by
// src/backend/gpu/update.rs.

// Updates vec4s `first`, `first + stride`, ... of every layer; the tables are read once.
fn optimizer(member: Member, first: u32, stride: u32) {
    let network = network_at(member.network);
    let step = step_word(member, 2u) + 1u;
    // A network that diverged earlier stays as it was; one that this step's loss gave up on, too.
    let diverged = stats[member.network].diverged;
    if network.update != UPDATE || (diverged != 0u && diverged != step) {
        return;
    }
    let s = step_scalars(member);
    let c = network.constants;
    var failed = false;
    for (var l = 0u; l < network.n_layers; l++) {
        let layer = layer_at(network.first_layer + l);
        let bias = 4u * layer.inputs4 * layer.outputs4;
        let end = bias + layer.outputs4 + 2u * layer.norm4;
        for (var tile = first; tile < end; tile += stride) {
            let place = layer.weight + tile;
            let slot = network.slots + place - network.params;
            var g = gradient[place];
            // Padding takes a gradient that no rule divides by 0, and stays 0 all the same.
            if IS_GUARDED {
                g = select(vec4<f32>(1.0), g, real(layer, tile));
            }
            var state = load_state(place, slot, network.n_params4);
            state = update(select(0.0, c[0].y, tile < bias), c, s, state, g);
            if IS_GUARDED {
                state = masked(state, real(layer, tile));
            }
            store_state(place, slot, network.n_params4, state);
            failed = failed | is_beyond(state);
        }
    }
    if failed {
        stats[member.network].diverged = step;
    }
}

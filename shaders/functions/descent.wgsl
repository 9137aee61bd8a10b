// The sum g . u over a network's parameters, before a step of a rule whose learning rate descends
// (src/optimizer/descent.rs). A workgroup adds it up, always in the same order.

var<private> slope_sum: f32;

// Sums over vec4s `first`, `first + stride`, ... of every layer.
fn slope_part(member: Member, first: u32, stride: u32) -> f32 {
    let network = network_at(member.network);
    let c = network.constants;
    var sum = 0.0;
    for (var l = 0u; l < network.n_layers; l++) {
        let layer = layer_at(network.first_layer + l);
        let bias = 4u * layer.inputs4 * layer.outputs4;
        let end = bias + layer.outputs4;
        for (var tile = first; tile < end; tile += stride) {
            let place = layer.weight + tile;
            let slot = network.slots + place - network.params;
            let state = load_state(place, slot, network.n_params4);
            sum += slope(select(0.0, c[0].y, tile < bias), c, state, gradient[place]);
        }
    }
    return sum;
}

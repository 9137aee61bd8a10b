// The sum g . u over a network's parameters, before a step of a rule whose learning rate descends
// (src/optimizer/descent.rs). Each invocation sums over its own parameters.

var<private> slope_sum: f32;

fn slope_part(network: Network, room: Room, index: u32) -> f32 {
    var sum = 0.0;
    for (var place = index; place < network.n_params4; place += WIDTH) {
        let layer = layer_of(network, place);
        let l2 = select(0.0, network.constants[0].y, place - layer.weight < 4u * layer.inputs4 * layer.outputs4);
        let state = load_state(place, network.n_params4);
        sum += slope(l2, network.constants, state, work[room.gradient + place]);
    }
    return sum;
}

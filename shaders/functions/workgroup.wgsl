// A layer of a network in a workgroup of a software adapter: invocations share the tiles.

const WIDTH: u32 = 64u;

fn layer_forward(member: Member, layer: Layer, rows: u32, index: u32) {
    let n_tiles = ((rows + 7u) / 8u) * ((layer.outputs4 + 1u) / 2u);
    for (var tile = index; tile < n_tiles; tile += WIDTH) {
        dense_forward(member, tile);
    }
}

fn layer_backward(member: Member, layer: Layer, has_below: bool, rows: u32, index: u32) {
    let n_weights = ((layer.inputs4 + 1u) / 2u + 1u) * ((layer.outputs4 + 1u) / 2u);
    for (var tile = index; tile < n_weights; tile += WIDTH) {
        dense_backward_weight(member, tile);
    }
    let n_inputs = select(0u, ((rows + 3u) / 4u) * layer.inputs4, has_below);
    for (var tile = index; tile < n_inputs; tile += WIDTH) {
        dense_backward_data(member, tile);
    }
}

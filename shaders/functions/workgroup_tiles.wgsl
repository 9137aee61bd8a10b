// A layer of a network in a workgroup of a device, tile by tile.

const WIDTH: u32 = 256u;

fn layer_forward(member: Member, layer: Layer, rows: u32, index: u32) {
    dense_forward_tiles(member, layer, rows, 0u, 1u, index);
}

fn layer_backward(member: Member, layer: Layer, has_below: bool, rows: u32, index: u32) {
    dense_backward_weight_tiles(member, layer, rows, 0u, 1u, index);
    if has_below {
        dense_backward_data_tiles(layer, rows, 0u, 1u, index);
    }
}

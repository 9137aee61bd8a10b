// a = dropout(activation(x W + b)) for a layer of a network, tile by tile: rows of the batch by units, summed over inputs.
// Keeps a and the local derivative da/dz (with the dropout factor in it) for the way back.

fn dense_forward_tiles(member: Member, layer: Layer, rows: u32, first: u32, stride: u32, index: u32) {
    let own = place_of(index);
    let wide = tiles_wide(layer.outputs4);
    let inputs = 4u * layer.inputs4;
    for (var tile = first; tile < n_tiles(rows, layer.outputs4); tile += stride) {
        let first_row = TILE * (tile / wide);
        let first_quad = 8u * (tile % wide);
        // What the invocation reads: two vec4s of a row are its neighbour's and its own, and a vec4 of units.
        let b = first_row + own.lane / 2u;
        let quad = first_quad + own.column4;
        var place = vec2<u32>(layer.below + b * layer.inputs4, 0u);
        if now.layer == 0u && b < rows {
            place = x_place(data_row(member, b), layer.inputs4);
        }
        var sums = Sums();
        for (var term = 0u; term < inputs + TERMS; term += TERMS) {
            var x = vec4<f32>(0.0);
            var w = vec4<f32>(0.0);
            let k = term / 4u + 2u * own.slice + own.lane % 2u;
            let input = term + 8u * own.slice + own.lane / 8u;
            if b < rows && k < layer.inputs4 {
                if now.layer == 0u {
                    x = x_at(place, k);
                } else {
                    x = work[place.x + k];
                }
            }
            if quad < layer.outputs4 && input < inputs {
                w = params[layer.weight + input * layer.outputs4 + quad];
            }
            if term > 0u {
                sums = multiply_columns(own, sums);
            }
            put_operands(own, x, own.lane, w, own.lane);
        }
        let sum = gathered(own, sums, index);
        let to = first_row + index / 8u;
        if to < rows && quad < layer.outputs4 {
            put_units(layer, member, to, quad, sum + params[layer.weight + inputs * layer.outputs4 + quad]);
        }
    }
}

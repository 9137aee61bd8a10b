// dL/dz of the layer below: (delta W^T) times the local derivative that the way there left in its place, tile by tile: rows
// of the batch by inputs, summed over units.

fn dense_backward_data_tiles(layer: Layer, rows: u32, first: u32, stride: u32, index: u32) {
    let own = place_of(index);
    let wide = tiles_wide(layer.inputs4);
    for (var tile = first; tile < n_tiles(rows, layer.inputs4); tile += stride) {
        let first_row = TILE * (tile / wide);
        let first_quad = 8u * (tile % wide);
        // What the invocation reads: a vec4 of units, of a row and of an input's weights.
        let b = first_row + own.lane / 2u;
        let input = 4u * first_quad + own.lane / 2u;
        var sums = Sums();
        for (var term = 0u; term < 4u * layer.outputs4 + TERMS; term += TERMS) {
            var delta = vec4<f32>(0.0);
            var w = vec4<f32>(0.0);
            let o = term / 4u + 2u * own.slice + own.lane % 2u;
            if b < rows && o < layer.outputs4 {
                delta = work[layer.delta_above + b * layer.outputs4 + o];
            }
            if input < 4u * layer.inputs4 && o < layer.outputs4 {
                w = params[layer.weight + input * layer.outputs4 + o];
            }
            if term > 0u {
                sums = multiply_rows(own, sums);
            }
            // Inputs that are multiplied together stand side by side.
            let to = 32u * (own.lane % 2u) + 8u * (own.lane / 2u % 4u) + own.lane / 8u;
            put_operands(own, delta, own.lane, w, to);
        }
        let sum = gathered(own, sums, index);
        let to = first_row + index / 8u;
        let quad = first_quad + index % 8u;
        if to < rows && quad < layer.inputs4 {
            work[layer.delta_below + to * layer.inputs4 + quad] *= sum;
        }
    }
}

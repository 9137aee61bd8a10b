// dL/dW = x^T delta and dL/db for a layer of a network, tile by tile: inputs by units, summed over rows of the batch. The bias
// is the row after the last weight: an input that is always 1.

fn dense_backward_weight_tiles(member: Member, layer: Layer, rows: u32, first: u32, stride: u32, index: u32) {
    let own = place_of(index);
    let wide = tiles_wide(layer.outputs4);
    let inputs = 4u * layer.inputs4 + 1u;
    for (var tile = first; tile < n_tiles(inputs, layer.outputs4); tile += stride) {
        let first_input = TILE * (tile / wide);
        let first_quad = 8u * (tile % wide);
        // What the invocation reads: of a row, a vec4 of inputs and one of units.
        let k = first_input / 4u + own.column4;
        let quad = first_quad + own.column4;
        var sums = Sums();
        for (var term = 0u; term < rows + TERMS; term += TERMS) {
            var x = vec4<f32>(0.0);
            var delta = vec4<f32>(0.0);
            let b = term + 8u * own.slice + own.lane / 8u;
            if b < rows && k == layer.inputs4 {
                x = vec4<f32>(1.0, 0.0, 0.0, 0.0);
            } else if b < rows && k < layer.inputs4 {
                if now.layer == 0u {
                    x = x_at(x_place(data_row(member, b), layer.inputs4), k);
                } else {
                    x = work[layer.below + b * layer.inputs4 + k];
                }
            }
            if b < rows && quad < layer.outputs4 {
                delta = work[layer.delta_above + b * layer.outputs4 + quad];
            }
            if term > 0u {
                sums = multiply_terms(own, sums);
            }
            put_operands(own, x, own.lane, delta, own.lane);
        }
        let sum = gathered(own, sums, index);
        let input = first_input + index / 8u;
        if input < inputs && quad < layer.outputs4 {
            gradient[layer.weight + input * layer.outputs4 + quad] = sum;
        }
    }
}

// dL/dW = x^T delta and dL/db for one layer of every network: eight inputs x eight units an invocation, summed over the
// batch's rows in order. The bias is the row after the last weight: an input that is always 1.

// One input's weights to eight units, or to four at the end.
fn put(at: u32, next: u32, first: vec4<f32>, second: vec4<f32>) {
    gradient[at] = first;
    if next > 0u {
        gradient[at + 1u] = second;
    }
}

fn dense_backward_weight(member: Member, tile: u32) {
    let network = network_at(member.network);
    if now.layer >= network.n_layers {
        return;
    }
    let layer = layer_at(network.first_layer + now.layer);
    let rows = batch_rows(member);
    let wide = layer.outputs4;
    let pairs = (wide + 1u) / 2u;
    let quad = 2u * (tile % pairs);
    let k = 2u * (tile / pairs);
    let bias = 2u * ((layer.inputs4 + 1u) / 2u);
    if k > bias {
        return;
    }
    // What lies past an end repeats what lies before it and is not written.
    let next = min(1u, wide - 1u - quad);
    let next_k = min(1u, max(layer.inputs4, k + 1u) - 1u - k);
    var g0 = vec4<f32>(0.0);
    var h0 = vec4<f32>(0.0);
    var g1 = vec4<f32>(0.0);
    var h1 = vec4<f32>(0.0);
    var g2 = vec4<f32>(0.0);
    var h2 = vec4<f32>(0.0);
    var g3 = vec4<f32>(0.0);
    var h3 = vec4<f32>(0.0);
    var g4 = vec4<f32>(0.0);
    var h4 = vec4<f32>(0.0);
    var g5 = vec4<f32>(0.0);
    var h5 = vec4<f32>(0.0);
    var g6 = vec4<f32>(0.0);
    var h6 = vec4<f32>(0.0);
    var g7 = vec4<f32>(0.0);
    var h7 = vec4<f32>(0.0);
    var d = layer.delta_above + quad;
    if k == bias {
        for (var b = 0u; b < rows; b++) {
            g0 += work[d];
            h0 += work[d + next];
            d += wide;
        }
    } else if now.layer == 0u {
        let first = member.order + step_word(member, 0u);
        for (var b = 0u; b < rows; b++) {
            let place = x_place(batches[first + b], layer.inputs4);
            let input = x_at(place, k);
            let input_next = x_at(place, k + next_k);
            let delta = work[d];
            let delta_next = work[d + next];
            d += wide;
            g0 += input.x * delta;
            h0 += input.x * delta_next;
            g1 += input.y * delta;
            h1 += input.y * delta_next;
            g2 += input.z * delta;
            h2 += input.z * delta_next;
            g3 += input.w * delta;
            h3 += input.w * delta_next;
            g4 += input_next.x * delta;
            h4 += input_next.x * delta_next;
            g5 += input_next.y * delta;
            h5 += input_next.y * delta_next;
            g6 += input_next.z * delta;
            h6 += input_next.z * delta_next;
            g7 += input_next.w * delta;
            h7 += input_next.w * delta_next;
        }
    } else {
        var below = layer.below + k;
        for (var b = 0u; b < rows; b++) {
            let input = work[below];
            let input_next = work[below + next_k];
            let delta = work[d];
            let delta_next = work[d + next];
            below += layer.inputs4;
            d += wide;
            g0 += input.x * delta;
            h0 += input.x * delta_next;
            g1 += input.y * delta;
            h1 += input.y * delta_next;
            g2 += input.z * delta;
            h2 += input.z * delta_next;
            g3 += input.w * delta;
            h3 += input.w * delta_next;
            g4 += input_next.x * delta;
            h4 += input_next.x * delta_next;
            g5 += input_next.y * delta;
            h5 += input_next.y * delta_next;
            g6 += input_next.z * delta;
            h6 += input_next.z * delta_next;
            g7 += input_next.w * delta;
            h7 += input_next.w * delta_next;
        }
    }
    if k == bias {
        put(layer.weight + 4u * layer.inputs4 * wide + quad, next, g0, h0);
        return;
    }
    let at = layer.weight + 4u * k * wide + quad;
    put(at + 0u * wide, next, g0, h0);
    put(at + 1u * wide, next, g1, h1);
    put(at + 2u * wide, next, g2, h2);
    put(at + 3u * wide, next, g3, h3);
    if next_k > 0u {
        put(at + 4u * wide, next, g4, h4);
        put(at + 5u * wide, next, g5, h5);
        put(at + 6u * wide, next, g6, h6);
        put(at + 7u * wide, next, g7, h7);
    }
}

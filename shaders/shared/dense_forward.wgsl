// a = dropout(activation(x W + b)) for one layer of every network: eight rows x eight units an invocation.
// Keeps a and the local derivative da/dz (with the dropout factor in it) for the way back.

// Four inputs of a row times their weights to four units.
fn times(x: vec4<f32>, w0: vec4<f32>, w1: vec4<f32>, w2: vec4<f32>, w3: vec4<f32>) -> vec4<f32> {
    return x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3;
}

fn input_place(layer: Layer, lane: Lane, b: u32) -> u32 {
    if now.layer == 0u {
        return data_row(lane, b) * layer.inputs4;
    }
    return layer.below + b * layer.inputs4;
}

fn unit4(layer: Layer, lane: Lane, b: u32, quad: u32, sum: vec4<f32>) {
    let z = sum + params[layer.weight + 4u * layer.inputs4 * layer.outputs4 + quad];
    var result = activate(layer.activation, z);
    // Padded units are silent whatever their activation says of 0.
    let unit = vec4<u32>(4u * quad) + vec4<u32>(0u, 1u, 2u, 3u);
    var factor = select(vec4<f32>(0.0), vec4<f32>(1.0), unit < vec4<u32>(layer.outputs));
    if layer.drop_threshold > 0u && now.evaluation == 0u {
        let bits = mask_block(layer.key, step_word(lane, 2u), b * layer.mask_blocks + quad);
        factor *= select(vec4<f32>(0.0), vec4<f32>(layer.drop_scale), bits >= vec4<u32>(layer.drop_threshold));
    }
    work[layer.above + b * layer.outputs4 + quad] = result.value * factor;
    if now.evaluation == 0u {
        work[layer.delta_above + b * layer.outputs4 + quad] = result.slope * factor;
    }
}

fn dense_forward(lane: Lane, tile: u32) {
    let network = network_at(lane.network);
    if now.layer >= network.n_layers {
        return;
    }
    let layer = layer_at(network.first_layer + now.layer);
    let rows = batch_rows(lane);
    let wide = layer.outputs4;
    let pairs = (wide + 1u) / 2u;
    let quad = 2u * (tile % pairs);
    let b0 = 8u * (tile / pairs);
    if b0 >= rows {
        return;
    }
    // A second vector past the end repeats the first one and is not written; so do rows past the end with the last one.
    let next = min(1u, wide - 1u - quad);
    let last = rows - 1u;
    let p0 = input_place(layer, lane, min(b0 + 0u, last));
    let p1 = input_place(layer, lane, min(b0 + 1u, last));
    let p2 = input_place(layer, lane, min(b0 + 2u, last));
    let p3 = input_place(layer, lane, min(b0 + 3u, last));
    let p4 = input_place(layer, lane, min(b0 + 4u, last));
    let p5 = input_place(layer, lane, min(b0 + 5u, last));
    let p6 = input_place(layer, lane, min(b0 + 6u, last));
    let p7 = input_place(layer, lane, min(b0 + 7u, last));
    var s0 = vec4<f32>(0.0);
    var t0 = vec4<f32>(0.0);
    var s1 = vec4<f32>(0.0);
    var t1 = vec4<f32>(0.0);
    var s2 = vec4<f32>(0.0);
    var t2 = vec4<f32>(0.0);
    var s3 = vec4<f32>(0.0);
    var t3 = vec4<f32>(0.0);
    var s4 = vec4<f32>(0.0);
    var t4 = vec4<f32>(0.0);
    var s5 = vec4<f32>(0.0);
    var t5 = vec4<f32>(0.0);
    var s6 = vec4<f32>(0.0);
    var t6 = vec4<f32>(0.0);
    var s7 = vec4<f32>(0.0);
    var t7 = vec4<f32>(0.0);
    var w = layer.weight + quad;
    // Two loops, since software adapters run both sides of an if in a loop.
    if now.layer == 0u {
        for (var k = 0u; k < layer.inputs4; k++) {
            let w0 = params[w];
            let w1 = params[w + wide];
            let w2 = params[w + 2u * wide];
            let w3 = params[w + 3u * wide];
            let v0 = params[w + next];
            let v1 = params[w + wide + next];
            let v2 = params[w + 2u * wide + next];
            let v3 = params[w + 3u * wide + next];
            w += 4u * wide;
            let x0 = x[p0 + k];
            let x1 = x[p1 + k];
            let x2 = x[p2 + k];
            let x3 = x[p3 + k];
            let x4 = x[p4 + k];
            let x5 = x[p5 + k];
            let x6 = x[p6 + k];
            let x7 = x[p7 + k];
            s0 += times(x0, w0, w1, w2, w3);
            t0 += times(x0, v0, v1, v2, v3);
            s1 += times(x1, w0, w1, w2, w3);
            t1 += times(x1, v0, v1, v2, v3);
            s2 += times(x2, w0, w1, w2, w3);
            t2 += times(x2, v0, v1, v2, v3);
            s3 += times(x3, w0, w1, w2, w3);
            t3 += times(x3, v0, v1, v2, v3);
            s4 += times(x4, w0, w1, w2, w3);
            t4 += times(x4, v0, v1, v2, v3);
            s5 += times(x5, w0, w1, w2, w3);
            t5 += times(x5, v0, v1, v2, v3);
            s6 += times(x6, w0, w1, w2, w3);
            t6 += times(x6, v0, v1, v2, v3);
            s7 += times(x7, w0, w1, w2, w3);
            t7 += times(x7, v0, v1, v2, v3);
        }
    } else {
        for (var k = 0u; k < layer.inputs4; k++) {
            let w0 = params[w];
            let w1 = params[w + wide];
            let w2 = params[w + 2u * wide];
            let w3 = params[w + 3u * wide];
            let v0 = params[w + next];
            let v1 = params[w + wide + next];
            let v2 = params[w + 2u * wide + next];
            let v3 = params[w + 3u * wide + next];
            w += 4u * wide;
            let x0 = work[p0 + k];
            let x1 = work[p1 + k];
            let x2 = work[p2 + k];
            let x3 = work[p3 + k];
            let x4 = work[p4 + k];
            let x5 = work[p5 + k];
            let x6 = work[p6 + k];
            let x7 = work[p7 + k];
            s0 += times(x0, w0, w1, w2, w3);
            t0 += times(x0, v0, v1, v2, v3);
            s1 += times(x1, w0, w1, w2, w3);
            t1 += times(x1, v0, v1, v2, v3);
            s2 += times(x2, w0, w1, w2, w3);
            t2 += times(x2, v0, v1, v2, v3);
            s3 += times(x3, w0, w1, w2, w3);
            t3 += times(x3, v0, v1, v2, v3);
            s4 += times(x4, w0, w1, w2, w3);
            t4 += times(x4, v0, v1, v2, v3);
            s5 += times(x5, w0, w1, w2, w3);
            t5 += times(x5, v0, v1, v2, v3);
            s6 += times(x6, w0, w1, w2, w3);
            t6 += times(x6, v0, v1, v2, v3);
            s7 += times(x7, w0, w1, w2, w3);
            t7 += times(x7, v0, v1, v2, v3);
        }
    }
    // A loop, since software adapters run what stands outside of loops for lanes without a tile, too.
    var sums = array<vec4<f32>, 16>(s0, t0, s1, t1, s2, t2, s3, t3, s4, t4, s5, t5, s6, t6, s7, t7);
    let end = 2u * min(8u, rows - b0);
    for (var i = 0u; i < end; i += 2u - next) {
        unit4(layer, lane, b0 + i / 2u, quad + i % 2u, sums[i]);
    }
}

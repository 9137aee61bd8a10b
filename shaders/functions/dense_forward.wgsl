// a = dropout(activation(x W + b)) for one layer of every network: eight rows x eight units an invocation.
// Keeps a and the local derivative da/dz (with the dropout factor in it) for the way back.

fn unit4(layer: Layer, member: Member, b: u32, quad: u32, sum: vec4<f32>) {
    put_units(layer, member, b, quad, sum + params[layer.weight + 4u * layer.inputs4 * layer.outputs4 + quad]);
}

fn dense_forward(member: Member, tile: u32) {
    let network = network_at(member.network);
    if now.layer >= network.n_layers {
        return;
    }
    let layer = layer_at(network.first_layer + now.layer);
    let rows = batch_rows(member);
    let wide = layer.outputs4;
    let pairs = (wide + 1u) / 2u;
    let quad = 2u * (tile % pairs);
    let first = 8u * (tile / pairs);
    if first >= rows {
        return;
    }
    // A second vector past the end repeats the first one and is not written; so do rows past the end with the last one.
    let next = min(1u, wide - 1u - quad);
    let last = rows - 1u;
    let b1 = min(first + 1u, last);
    let b2 = min(first + 2u, last);
    let b3 = min(first + 3u, last);
    let b4 = min(first + 4u, last);
    let b5 = min(first + 5u, last);
    let b6 = min(first + 6u, last);
    let b7 = min(first + 7u, last);
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
        let q0 = x_place(data_row(member, first), layer.inputs4);
        let q1 = x_place(data_row(member, b1), layer.inputs4);
        let q2 = x_place(data_row(member, b2), layer.inputs4);
        let q3 = x_place(data_row(member, b3), layer.inputs4);
        let q4 = x_place(data_row(member, b4), layer.inputs4);
        let q5 = x_place(data_row(member, b5), layer.inputs4);
        let q6 = x_place(data_row(member, b6), layer.inputs4);
        let q7 = x_place(data_row(member, b7), layer.inputs4);
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
            let x0 = x_at(q0, k);
            let x1 = x_at(q1, k);
            let x2 = x_at(q2, k);
            let x3 = x_at(q3, k);
            let x4 = x_at(q4, k);
            let x5 = x_at(q5, k);
            let x6 = x_at(q6, k);
            let x7 = x_at(q7, k);
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
        let q0 = layer.below + first * layer.inputs4;
        let q1 = layer.below + b1 * layer.inputs4;
        let q2 = layer.below + b2 * layer.inputs4;
        let q3 = layer.below + b3 * layer.inputs4;
        let q4 = layer.below + b4 * layer.inputs4;
        let q5 = layer.below + b5 * layer.inputs4;
        let q6 = layer.below + b6 * layer.inputs4;
        let q7 = layer.below + b7 * layer.inputs4;
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
            let x0 = work[q0 + k];
            let x1 = work[q1 + k];
            let x2 = work[q2 + k];
            let x3 = work[q3 + k];
            let x4 = work[q4 + k];
            let x5 = work[q5 + k];
            let x6 = work[q6 + k];
            let x7 = work[q7 + k];
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
    let end = 2u * min(8u, rows - first);
    for (var i = 0u; i < end; i += 2u - next) {
        unit4(layer, member, first + i / 2u, quad + i % 2u, sums[i]);
    }
}

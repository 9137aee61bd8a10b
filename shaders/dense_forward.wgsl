// a = dropout(activation(x W + b)) for one layer of every network: eight rows x eight units an invocation.
// Keeps a and the local derivative da/dz (with the dropout factor in it) for the way back.

@group(0) @binding(4) var<storage, read> params: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> work: array<vec4<f32>>;

// Four inputs of a row times their weights to four units.
fn times(x: vec4<f32>, w0: vec4<f32>, w1: vec4<f32>, w2: vec4<f32>, w3: vec4<f32>) -> vec4<f32> {
    return x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3;
}

fn input_place(layer: Layer, lane: Lane, b: u32) -> u32 {
    if call.layer == 0u {
        return data_row(lane, b) * layer.inputs4;
    }
    return layer.below + b * layer.inputs4;
}

fn finish(layer: Layer, lane: Lane, b: u32, rows: u32, quad: u32, first: vec4<f32>, second: vec4<f32>, next: u32) {
    if b >= rows {
        return;
    }
    unit4(layer, lane, b, quad, first);
    if next > 0u {
        unit4(layer, lane, b, quad + 1u, second);
    }
}

fn unit4(layer: Layer, lane: Lane, b: u32, quad: u32, sum: vec4<f32>) {
    let z = sum + params[layer.weight + 4u * layer.inputs4 * layer.outputs4 + quad];
    var result = activate(layer.activation, z);
    // Padded units are silent whatever their activation says of 0.
    let unit = vec4<u32>(4u * quad) + vec4<u32>(0u, 1u, 2u, 3u);
    var factor = select(vec4<f32>(0.0), vec4<f32>(1.0), unit < vec4<u32>(layer.outputs));
    if layer.drop_threshold > 0u && call.evaluation == 0u {
        let bits = mask_block(layer.key, step_word(lane, 2u), b * layer.mask_blocks + quad);
        factor *= select(vec4<f32>(0.0), vec4<f32>(layer.drop_scale), bits >= vec4<u32>(layer.drop_threshold));
    }
    work[layer.above + b * layer.outputs4 + quad] = result.value * factor;
    if call.evaluation == 0u {
        work[layer.delta_above + b * layer.outputs4 + quad] = result.slope * factor;
    }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let lane = lane_of(id.z);
    let network = networks[lane.network];
    if call.layer >= network.n_layers {
        return;
    }
    let layer = layers[network.first_layer + call.layer];
    let rows = batch_rows(lane);
    let wide = layer.outputs4;
    let pairs = (wide + 1u) / 2u;
    let quad = 2u * (id.x % pairs);
    let b0 = 8u * (id.x / pairs);
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
    if call.layer == 0u {
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
    finish(layer, lane, b0 + 0u, rows, quad, s0, t0, next);
    finish(layer, lane, b0 + 1u, rows, quad, s1, t1, next);
    finish(layer, lane, b0 + 2u, rows, quad, s2, t2, next);
    finish(layer, lane, b0 + 3u, rows, quad, s3, t3, next);
    finish(layer, lane, b0 + 4u, rows, quad, s4, t4, next);
    finish(layer, lane, b0 + 5u, rows, quad, s5, t5, next);
    finish(layer, lane, b0 + 6u, rows, quad, s6, t6, next);
    finish(layer, lane, b0 + 7u, rows, quad, s7, t7, next);
}
